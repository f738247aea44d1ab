//! Wallets that begin anew with their words alone, and what is noticed of them.

use ronde_protocol::machine::wallet::Wallet;

use super::{assert_fails, plan};
use crate::{
    Act, Invariant, Op,
    coverage::Group,
    federation::KEYSET,
    luck::Luck,
    plan::{Cheat, Lie, Plan, Traitor, Way},
    world::World,
};

/// As ever, but with a witness that hides its bucket and stores that withhold and spoil; customer 0 loses the wallet.
fn lost(seed: u64) -> Plan {
    let mut plan = plan(seed);
    plan.words = true;
    plan.swarm.traitors.push(Traitor { index: 1, lie: Lie::Refuses });
    plan.swarm.cheats.push(Cheat { store: 3, way: Way::Withholds });
    plan.swarm.cheats.push(Cheat { store: 4, way: Way::Spoils });
    plan.ops.push(Op { at: 30_000, seed, act: Act::Restore { wallet: 0 } });
    plan
}

fn searched(seed: u64) -> World<'static> {
    let mut world = World::new(lost(seed), None);
    world.play();
    world.end();
    assert_eq!(world.failure, None, "nothing is wrong yet");
    world
}

#[test]
fn a_customer_who_has_the_words_alone_has_everything_again() {
    let world = searched(1);
    assert_eq!(world.people[0].lost.len(), 1);
    assert!(!world.people[0].wallet.is_searching());
    let expected: i128 = world.orders_of(0).iter().map(|(_, order)| crate::liveness::gain(order)).sum();
    assert!(expected > 0);
    assert_eq!(i128::from(world.balance(0, KEYSET).spendable.0), expected);
    let hit = |group, name| assert!(world.coverage.count(group, name) > 0, "{name}");
    hit(Group::Deed, "order found in a bucket");
    hit(Group::Cheat, "witness hides its bucket");
    hit(Group::Cheat, "witness overstates prefixes");
    hit(Group::Cheat, "store withholds a question");
    hit(Group::Cheat, "store spoils a relayed answer");
    hit(Group::Cheat, "witness denies that a coin is bound");
    hit(Group::Deed, "bad bucket refused");
}

#[test]
fn a_search_whose_program_dies_is_begun_anew() {
    let mut world = World::new(lost(1), None);
    world.play();
    let before = world.coverage.count(Group::Deed, "search ended");
    world.seek(0, &mut Luck::new(7, 7));
    world.people[0].reload();
    assert!(world.people[0].wallet.is_searching() && world.people[0].quest.is_none());
    world.play();
    assert!(!world.people[0].wallet.is_searching());
    assert_eq!(world.coverage.count(Group::Deed, "search ended"), before + 1);
}

#[test]
fn points_that_the_words_do_not_bring_back_are_noticed() {
    let mut world = searched(1);
    let federation = *world.federation.charter.federation();
    world.people[0].wallet = Wallet::new(ronde_protocol::crypto::Seed::new([1; 32]), federation, 2);
    world.check_lost();
    assert_fails(&world, Invariant::WordsAreEnough);
}

#[test]
fn a_search_that_does_not_end_is_noticed() {
    let mut world = searched(1);
    let begun = world.people[0].wallet.begin_search();
    let durable = world.people[0].save();
    begun.release(&durable);
    world.check_lost();
    assert_fails(&world, Invariant::WordsAreEnough);
}
