//! The only source of chance: every draw descends from the plan's seed.
//!
//! Chance is not one stream for the whole run. What an op starts draws from the op's own seed, each message and timer
//! from a child of whatever sent it. So an op that is taken out of a plan changes nothing of what the others draw.

use ronde_protocol::crypto::Entropy;

/// A stream of draws, and the root of as many others as are wanted.
#[derive(Clone, Debug)]
pub struct Luck {
    key: [u8; 32],
    draws: u64,
}

impl Luck {
    /// A stream of its own for each pair of numbers.
    pub fn new(seed: u64, branch: u64) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key("ronde-sim 2026 luck");
        hasher.update(&seed.to_le_bytes());
        hasher.update(&branch.to_le_bytes());
        Self { key: *hasher.finalize().as_bytes(), draws: 0 }
    }

    /// 32 bytes that nothing else draws.
    pub fn bytes(&mut self) -> [u8; 32] {
        self.draws += 1;
        let mut block = [0; 40];
        block[..32].copy_from_slice(&self.key);
        block[32..].copy_from_slice(&self.draws.to_le_bytes());
        *blake3::hash(&block).as_bytes()
    }

    /// A stream for what this one starts.
    pub fn child(&mut self) -> Self {
        Self { key: self.bytes(), draws: 0 }
    }

    /// Randomness for a machine.
    pub fn entropy(&mut self) -> Entropy {
        Entropy::new(self.bytes())
    }

    /// Any number.
    pub fn number(&mut self) -> u64 {
        self.bytes().iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
    }

    /// A number below `end`; 0 if that is 0.
    pub fn below(&mut self, end: u64) -> u64 {
        self.number().checked_rem(end).unwrap_or(0)
    }

    /// A place in a list of so many.
    pub fn place(&mut self, count: usize) -> usize {
        usize::try_from(self.below(u64::try_from(count).unwrap_or(u64::MAX))).unwrap_or(0)
    }

    /// True so many times in a thousand.
    pub fn permille(&mut self, chance: u16) -> bool {
        chance > 0 && self.below(1000) < u64::from(chance)
    }
}
