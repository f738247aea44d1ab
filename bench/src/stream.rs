//! All inputs of a run, out of one seed.

use rand::SeedableRng as _;
use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore as _, SeedableRng as _};
use ronde_protocol::crypto::Entropy;

/// A stream of bytes that follows from a seed.
pub struct Stream(ChaCha20Rng);

impl Stream {
    /// The stream of a seed.
    pub fn of(seed: u64) -> Self {
        Self(ChaCha20Rng::seed_from_u64(seed))
    }

    /// The next bytes.
    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.fill_bytes(&mut bytes);
        bytes
    }

    /// The same as randomness for one use.
    pub fn entropy(&mut self) -> Entropy {
        Entropy::new(self.bytes())
    }

    /// 128 bits.
    pub fn bits(&mut self) -> u128 {
        u128::from_le_bytes(self.bytes())
    }

    /// For peers on `rand_core` 0.6 and `rand` 0.8.
    pub fn generator(&mut self) -> ChaCha20Rng {
        ChaCha20Rng::from_seed(self.bytes())
    }

    /// For peers on `rand` 0.10.
    pub fn newer_generator(&mut self) -> rand::rngs::StdRng {
        rand::rngs::StdRng::from_seed(self.bytes())
    }
}
