//! In one run of eight those who cheat have one plan: all liars, a store and a customer.

use crate::{
    federation::Federation,
    luck::Luck,
    ops::{Act, Manner, Op},
    plan::{Cheat, Lie, Plan, Traitor, Way},
};

/// Every so many seeds one, by its number.
const EVERY: u64 = 8;
const AMONG_THEM: u64 = 5;

/// Makes conspirators of the cheats that a plan has, and adds those that it lacks: as many liars as its committee bears, a
/// store and a customer. What else was dealt stays, but that nobody goes on from an old copy in such a run: all f that may be
/// lost are liars.
pub(super) fn add(plan: &mut Plan) {
    if plan.seed % EVERY != AMONG_THEM {
        return;
    }
    let mut luck = Luck::new(plan.seed, 8);
    let end = plan.ops.last().map_or(0, |op| op.at);
    let store = cast(plan, &mut luck);
    let crook = plan.swarm.wallets;
    let mut deal = |at: u64, act: Act, luck: &mut Luck| plan.ops.push(Op { at, seed: luck.number(), act });
    for points in [21, 13] {
        // Something to race.
        let (granter, manner) = ((store + 1) % stores(plan.n), Manner::Patient);
        let act = Act::Earn { wallet: crook, store: granter, points, ballot: false, vouchers: 0, wait: 0, manner };
        deal(1_500, act, &mut luck);
    }
    for _ in 0..2 + luck.below(2) {
        let at = 20_000 + luck.below(end);
        let other = u8::try_from(luck.below(u64::from(stores(plan.n)))).unwrap_or(0);
        deal(at, Act::Plot { wallet: crook, store, other, points: 1 + u16::from(other) % 7 }, &mut luck);
    }
    if luck.permille(500) {
        let at = 20_000 + luck.below(end);
        deal(at, Act::TwoBodies { store, wallet: crook, points: 9 }, &mut luck);
        deal(at + 3_000, Act::OverIssue { store, wallet: crook, times: 9 }, &mut luck);
    }
    plan.ops.sort_by_key(|op| op.at);
}

fn stores(n: u8) -> u8 {
    u8::try_from(Federation::of(n).stores()).unwrap_or(u8::MAX)
}

/// Who is in it. Gives the store.
fn cast(plan: &mut Plan, luck: &mut Luck) -> u8 {
    let swarm = &mut plan.swarm;
    swarm.crooks = swarm.crooks.max(1);
    let faults = Federation::of(plan.n).keyset().quorum().faults();
    let (first, later): (Vec<Traitor>, Vec<Traitor>) =
        core::mem::take(&mut swarm.traitors).into_iter().partition(|traitor| traitor.index < plan.n);
    let copies = core::mem::take(&mut swarm.restorable).into_iter().map(|copy| copy.index);
    let mut liars: Vec<u8> = first.into_iter().map(|traitor| traitor.index).chain(copies).take(faults).collect();
    while liars.len() < faults {
        let index = u8::try_from(luck.below(u64::from(plan.n))).unwrap_or(0);
        if !liars.contains(&index) {
            liars.push(index);
        }
    }
    swarm.traitors = liars.into_iter().map(|index| Traitor { index, lie: Lie::Plots }).chain(later).collect();
    if swarm.cheats.is_empty() {
        let store = u8::try_from(luck.below(u64::from(stores(plan.n)))).unwrap_or(0);
        swarm.cheats.push(Cheat { store, way: Way::Asked });
    }
    swarm.cheats[0].store
}
