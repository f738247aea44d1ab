//! Two keysets together: what moved from one into the other.

use super::report::{Breach, Coverage, Report};

/// Whether more points came into a keyset from an earlier one than that had by its own logs (BOOKS-24). The earlier
/// one's logs must not be older than the later one's. With too few of them nothing can be said.
pub fn moved_too_much(earlier: &Report, later: &Report) -> Option<Breach> {
    let came = *later.moved_from.get(&earlier.keyset)?;
    if earlier.coverage == Coverage::TooFew {
        return None;
    }
    let elsewhere = earlier.moved_to.iter().filter(|(keyset, _)| **keyset != later.keyset);
    let elsewhere = elsewhere.fold(0_i128, |sum, (_, points)| sum.saturating_add(*points));
    let value = &earlier.value;
    let gone = value.redeemed.saturating_add(value.donated).saturating_add(elsewhere);
    let left = value.issued.saturating_add(value.moved_in).saturating_sub(gone);
    (came > left).then_some(Breach::Moved { from: earlier.keyset, came, left })
}
