//! The only reader of the operating system's randomness.
//!
//! Machines take randomness as an argument, 32 bytes consumed by value; the driver draws them here (HASH-4). (TLS draws its
//! own inside `ring`.)

/// The operating system gave no randomness.
#[derive(Debug, thiserror::Error)]
#[error("this machine gave no randomness ({0}): an operating system fault; restart the machine, then the node")]
pub struct EntropyError(#[from] getrandom::Error);

/// 32 fresh bytes from the operating system. Use them once.
pub fn fresh() -> Result<[u8; 32], EntropyError> {
    let mut bytes = [0u8; 32];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

/// A number that nobody foresees, for a choice among many. Without randomness it is the largest: what it stands for goes
/// first.
pub fn chance() -> u64 {
    fresh().ok().and_then(|bytes| bytes.first_chunk().copied()).map_or(u64::MAX, u64::from_le_bytes)
}
