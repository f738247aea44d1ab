//! In a share of the runs whoever loses a wallet has nothing but its words.

use crate::{
    luck::Luck,
    ops::{Act, Op},
    plan::Plan,
};

/// Runs in which that is so, in a thousand: a search asks a hundred questions, and more.
const SHARE: u16 = 13;
/// Larger committees are spared it, so that a run stays cheap.
const MAX_N: u8 = 5;

/// Has an honest customer lose the wallet, in the middle of things or behind them.
pub(super) fn add(plan: &mut Plan) {
    let mut luck = Luck::new(plan.seed, 7);
    if plan.n > MAX_N || !luck.permille(SHARE) {
        return;
    }
    plan.words = true;
    let end = plan.ops.last().map_or(0, |op| op.at);
    let at = end / 3 + luck.below(end);
    let wallet = u8::try_from(luck.below(u64::from(plan.swarm.wallets))).unwrap_or(0);
    plan.ops.push(Op { at, seed: luck.number(), act: Act::Restore { wallet } });
    plan.ops.sort_by_key(|op| op.at);
}
