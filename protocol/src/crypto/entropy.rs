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

    pub(crate) fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    fn child(&self, index: u64) -> Self {
        let parts: [&[u8]; 2] = [&self.0, &index.to_le_bytes()];
        Self(*hash::derive_secret(labels::ENTROPY_SPLIT, &parts))
    }
}
