//! A share of the runs has a later keyset beside, into which people move their coins.

use crate::{
    federation::{Federation, MAX_LATER},
    luck::Luck,
    ops::{Act, Op},
    plan::{Lie, Plan, Traitor},
};

/// Runs that have one, in a thousand.
const SHARE: u16 = 70;
/// Larger committees have none, so that a run stays cheap.
const MAX_FIRST: u8 = 5;

/// Adds a later keyset, moves, and what happens to its witnesses. What the plan had before stays as it was.
pub(super) fn add(plan: &mut Plan) {
    let mut luck = Luck::new(plan.seed, 6);
    if plan.n > MAX_FIRST || !luck.permille(SHARE) {
        return;
    }
    plan.later = [1, 3, 4, 4][luck.place(4)].min(MAX_LATER);
    let first = u8::try_from(Federation::of(plan.n).stores()).unwrap_or(0);
    let stores = u64::from(first + plan.later);
    let lies = [Lie::Silent, Lie::OtherKeys, Lie::Forks, Lie::Forgets, Lie::Refuses, Lie::Spoils, Lie::Equivocates];
    if plan.later > 3 && luck.permille(500) {
        let index = first + u8::try_from(luck.below(u64::from(plan.later))).unwrap_or(0);
        plan.swarm.traitors.push(Traitor { index, lie: lies[luck.place(lies.len())] });
    }
    let end = plan.ops.last().map_or(0, |op| op.at);
    let wallets = plan.swarm.wallets + plan.swarm.crooks;
    for wallet in 0..wallets {
        for _ in 0..2 + luck.below(3) {
            let at = end / 3 + luck.below(end);
            let via = u8::try_from(luck.below(stores)).unwrap_or(0);
            plan.ops.push(Op { at, seed: luck.number(), act: Act::Move { wallet, via } });
            trouble(plan, at, first, &mut luck);
        }
    }
    plan.ops.sort_by_key(|op| op.at);
}

/// Something breaks at a witness of the later keyset just when it is asked.
fn trouble(plan: &mut Plan, at: u64, first: u8, luck: &mut Luck) {
    if !luck.permille(400) {
        return;
    }
    let store = first + u8::try_from(luck.below(u64::from(plan.later))).unwrap_or(0);
    let lasts = 500 + u32::try_from(luck.below(20_000)).unwrap_or(0);
    let act = match luck.below(6) {
        0 => Act::Crash { store, down: lasts / 4 },
        1 => Act::CrashWriting { store, commits: u8::try_from(luck.below(6)).unwrap_or(0), down: lasts / 4 },
        2 => Act::Partition { side: u16::try_from(luck.below(1 << 15)).unwrap_or(0), lasts },
        3 => {
            let from = u8::try_from(luck.below(u64::from(first))).unwrap_or(0);
            Act::Cut { from, to: store, lasts }
        }
        4 => Act::Full { store, lasts },
        _ => {
            let days = [366, 368, 400, 725, 730][luck.place(5)];
            // Who is alone can ask nobody, and would close the keyset for good.
            let by = if plan.later == 1 { 90_000 } else { days * 86_400 };
            Act::Jump { store, by, lasts }
        }
    };
    plan.ops.push(Op { at: at + luck.below(500), seed: luck.number(), act });
}
