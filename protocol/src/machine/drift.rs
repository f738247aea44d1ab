//! How far a clock is off, out of what others say theirs show.

use alloc::vec::Vec;

/// From so many milliseconds on an offset is said (OPS-6): people and till receipts notice a minute.
pub const NOTICED_MILLIS: u64 = 60_000;

/// By how much the own clock is ahead of the others' (below zero: behind): the median of what they say, out of at least
/// 2 * `faults` + 1 of them. So it lies between what two honest ones say, whatever `faults` liars say; out of fewer there
/// is no answer.
pub fn ahead(mut offsets: Vec<i64>, faults: usize) -> Option<i64> {
    if offsets.len() <= faults.saturating_mul(2) {
        return None;
    }
    offsets.sort_unstable();
    offsets.get(offsets.len() / 2).copied()
}

/// Whether an offset is worth a word.
pub fn is_noticed(ahead: i64) -> bool {
    ahead.unsigned_abs() >= NOTICED_MILLIS
}
