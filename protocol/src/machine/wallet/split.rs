//! The canonical split: as few coins as the denominations allow, largest first.

use alloc::vec::Vec;

use crate::{limits::MAX_OUTPUTS, message::amount::Points};

use super::WalletError;

/// Splits an amount greedily over denominations that increase from 1, largest coin first.
///
/// Every wallet splits alike, so that the coins say nothing about who holds them (COIN-9, WALLET-12).
///
/// # Errors
/// [`WalletError::TooManyCoins`] beyond the outputs that one order may carry.
pub fn canonical_split(amount: Points, denominations: &[u64]) -> Result<Vec<u64>, WalletError> {
    let mut left = amount.0;
    let mut coins = Vec::new();
    for denomination in denominations.iter().rev().copied().filter(|worth| *worth > 0) {
        let count = left / denomination;
        let room = MAX_OUTPUTS.saturating_sub(coins.len());
        let count = usize::try_from(count).ok().filter(|count| *count <= room).ok_or(WalletError::TooManyCoins)?;
        coins.extend(core::iter::repeat_n(denomination, count));
        left %= denomination;
    }
    if left == 0 { Ok(coins) } else { Err(WalletError::TooManyCoins) }
}
