//! Labelled hashing: BLAKE3 in `derive_key` mode, with a framing that cannot be read two ways.
//!
//! The label is the context string; then comes every part, each as its length (u64, little endian) and its bytes
//! (HASH-2).
//! Two different lists of parts are therefore two different inputs.

use zeroize::{Zeroize, Zeroizing};

use super::group::SecretScalar;

/// A labelled hash that is fed part by part.
pub struct Transcript(blake3::Hasher);

impl Transcript {
    /// An empty list of parts under `label`.
    pub fn new(label: &'static str) -> Self {
        Self(blake3::Hasher::new_derive_key(label))
    }

    /// Appends one part: its length as u64 little endian, then its bytes.
    pub fn part(&mut self, bytes: &[u8]) -> &mut Self {
        // A length in memory always fits in 64 bits.
        self.0.update(&(bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
        self
    }

    /// The 32-byte hash of the parts so far.
    pub fn finish(&self) -> [u8; 32] {
        *self.0.finalize().as_bytes()
    }

    /// The unbounded output over the parts so far.
    pub fn xof(&self) -> Xof {
        Xof(self.0.finalize_xof())
    }

    /// The first 64 bytes of the output, reduced to a secret scalar that is not zero.
    pub(crate) fn into_secret_scalar(mut self) -> SecretScalar {
        let mut wide = Zeroizing::new([0u8; 64]);
        let mut reader = self.0.finalize_xof();
        reader.fill(wide.as_mut_slice());
        reader.zeroize();
        self.0.zeroize();
        SecretScalar::from_wide(&wide)
    }
}

/// Reader of a hash's unbounded output.
pub struct Xof(blake3::OutputReader);

impl Xof {
    /// The next bytes of the output.
    pub fn fill(&mut self, out: &mut [u8]) {
        self.0.fill(out);
    }

    /// The next 16 bytes as a little-endian number: one 128-bit weight or challenge.
    pub fn next_u128(&mut self) -> u128 {
        let mut block = [0u8; 16];
        self.0.fill(&mut block);
        u128::from_le_bytes(block)
    }
}

fn absorb(label: &'static str, parts: &[&[u8]]) -> Transcript {
    let mut transcript = Transcript::new(label);
    for part in parts {
        transcript.part(part);
    }
    transcript
}

/// The 32-byte hash of a list of parts under a label.
pub fn derive(label: &'static str, parts: &[&[u8]]) -> [u8; 32] {
    absorb(label, parts).finish()
}

/// The first 64 bytes of the output for a list of parts under a label.
pub fn derive_wide(label: &'static str, parts: &[&[u8]]) -> [u8; 64] {
    let mut out = [0u8; 64];
    xof(label, parts).fill(&mut out);
    out
}

/// The unbounded output for a list of parts under a label.
pub fn xof(label: &'static str, parts: &[&[u8]]) -> Xof {
    absorb(label, parts).xof()
}

/// The 32-byte hash of secret parts, itself a secret: a seed out of a seed. What was hashed is wiped.
pub fn derive_secret(label: &'static str, parts: &[&[u8]]) -> Zeroizing<[u8; 32]> {
    let mut transcript = absorb(label, parts);
    let out = Zeroizing::new(transcript.finish());
    transcript.0.zeroize();
    out
}

/// A secret, non-zero scalar from secret parts under a label; what was hashed is wiped.
pub(crate) fn derive_secret_scalar(label: &'static str, parts: &[&[u8]]) -> SecretScalar {
    absorb(label, parts).into_secret_scalar()
}
