//! Randomness that a seed repeats: amounts, shops, and the wallets' secrets. The nodes' own is not under it.

/// A stream of random bytes.
pub struct Chance(blake3::OutputReader);

impl Chance {
    /// The stream of a seed and a name.
    pub fn new(seed: u64, name: &str) -> Self {
        let key = blake3::derive_key("Ronde benchmark of payments", &seed.to_le_bytes());
        Self(blake3::Hasher::new_keyed(&key).update(name.as_bytes()).finalize_xof())
    }

    /// 32 bytes.
    pub fn bytes(&mut self) -> [u8; 32] {
        let mut bytes = [0; 32];
        self.0.fill(&mut bytes);
        bytes
    }

    /// A number below `bound`, which is small: its bias does not matter here.
    pub fn below(&mut self, bound: u64) -> u64 {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        u64::from_le_bytes(bytes) % bound
    }
}
