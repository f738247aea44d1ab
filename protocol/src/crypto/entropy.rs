//! Fresh randomness, handed in by the caller.

use alloc::vec::Vec;

use zeroize::ZeroizeOnDrop;

use super::{hash, labels, redact::redacted_debug};

/// 32 bytes of fresh, secret, uniform randomness: used once, hence taken by value and never cloned.
///
/// The crate makes no randomness of its own. Whoever calls draws 32 bytes from the operating system for each value, or
/// splits them (HASH-4).
#[derive(ZeroizeOnDrop)]
pub struct Entropy([u8; 32]);

redacted_debug!(Entropy);

impl Entropy {
    /// Wraps 32 bytes that were drawn for this one use.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// `count` independent values out of one.
    pub fn split(self, count: usize) -> Vec<Self> {
        (0..count as u64).map(|index| self.child(index)).collect()
    }

    /// Two independent values out of one.
    pub fn split_two(self) -> (Self, Self) {
        (self.child(0), self.child(1))
    }

    /// The bytes themselves, where a random value is to be shown: nonces, references, one-time secrets.
    pub fn into_bytes(self) -> [u8; 32] {
        self.0
    }

    /// A number below `count`: the remainder of the first 16 bytes, big endian. None if `count` is 0.
    pub fn draw(self, count: usize) -> Option<usize> {
        let drawn: u128 = self.0.iter().take(16).fold(0, |number, byte| number << 8 | u128::from(*byte));
        // A remainder of 128 bits is uniform to far below anything that could be seen.
        let count = u128::try_from(count).unwrap_or(0);
        drawn.checked_rem(count).and_then(|place| usize::try_from(place).ok())
    }

    pub(crate) fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    fn child(&self, index: u64) -> Self {
        let parts: [&[u8]; 2] = [&self.0, &index.to_le_bytes()];
        Self(*hash::derive_secret(labels::ENTROPY_SPLIT, &parts))
    }
}
