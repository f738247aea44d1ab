//! Conspirators: when there are any, and what they come to.

use super::*;
use crate::{
    Group,
    plan::{Cheat, Lie, Traitor, Way},
};

#[test]
fn in_one_run_of_eight_all_liars_a_store_and_a_customer_have_one_plan() {
    for seed in 0..160 {
        let plan = crate::plan(seed);
        let liars = plan.swarm.traitors.iter().filter(|traitor| traitor.lie == Lie::Plots).count();
        let plots = plan.ops.iter().filter(|op| matches!(op.act, Act::Plot { .. })).count();
        if seed % 8 != 5 {
            assert_eq!((liars, plots), (0, 0), "seed {seed}");
            continue;
        }
        let faults = crate::federation::Federation::of(plan.n).keyset().quorum().faults();
        assert_eq!(liars, faults, "seed {seed}: all that may lie do");
        assert!(plots > 1 && plan.swarm.crooks > 0 && !plan.swarm.cheats.is_empty(), "seed {seed}");
        assert!(plan.swarm.restorable.is_empty(), "seed {seed}: nothing else may be lost");
    }
}

/// Witness 0 lies, store 3 cheats, and so does customer 2, who has points by then.
fn plotted(seed: u64) -> World<'static> {
    let mut plan = plan(seed);
    plan.swarm.crooks = 1;
    plan.swarm.traitors.push(Traitor { index: 0, lie: Lie::Plots });
    plan.swarm.cheats.push(Cheat { store: 3, way: Way::Asked });
    let manner = Manner::Patient;
    let earn = Act::Earn { wallet: 2, store: 1, points: 20, ballot: false, vouchers: 0, wait: 0, manner };
    let plot = Act::Plot { wallet: 2, store: 3, other: 1, points: 7 };
    plan.ops.extend([Op { at: 1_002, seed, act: earn }, Op { at: 20_000, seed, act: plot }]);
    let mut world = World::new(plan, None);
    world.play();
    world.end();
    world
}

#[test]
fn conspirators_get_one_certificate_at_most_and_hold_nobody_up() {
    for seed in 1..9 {
        let world = plotted(seed);
        assert_eq!(world.failure, None, "seed {seed}");
        let hit = |name| assert!(world.coverage.count(Group::Cheat, name) > 0, "seed {seed}: {name}");
        hit("conspirators pay with coins that they exchange");
        hit("conspirators show liars both orders");
        hit("witness votes twice");
        hit("conspirator evaluates for nobody else");
        let own = |(digest, order): &(&OrderDigest, &Order)| {
            !order.inputs.is_empty() && world.ledger.signer(digest) == Some(2)
        };
        assert!(world.ledger.certified().filter(own).count() < 2, "seed {seed}");
    }
}
