//! In one run of eight liars have two histories of their logs.

use crate::{
    federation::Federation,
    luck::Luck,
    plan::{Lie, Plan, Traitor},
};

/// Of so many seeds these, by their numbers.
const EVERY: u64 = 16;
const AMONG_THEM: [u64; 2] = [9, 14];

/// Gives every liar of the first committee two histories, and finds one if there is none: then nobody goes on from an old
/// copy, as the liar may be all that can be borne. What else was dealt stays.
pub(super) fn add(plan: &mut Plan) {
    let faults = Federation::of(plan.n).keyset().quorum().faults();
    if faults == 0 || !AMONG_THEM.contains(&(plan.seed % EVERY)) {
        return;
    }
    let (swarm, lie) = (&mut plan.swarm, Lie::TwoHistories);
    let mut liars: Vec<&mut Traitor> = swarm.traitors.iter_mut().filter(|traitor| traitor.index < plan.n).collect();
    liars.iter_mut().for_each(|liar| liar.lie = lie);
    if liars.is_empty() {
        let index = u8::try_from(Luck::new(plan.seed, 12).below(u64::from(plan.n))).unwrap_or(0);
        swarm.restorable.clear();
        swarm.traitors.push(Traitor { index, lie });
    }
}
