//! n, f and q, and nothing else (design section 5).
//!
//! | n | f | q | what it survives |
//! | --- | --- | --- | --- |
//! | 1 | 0 | 1 | nothing: the embedded default |
//! | 3 | 0 | 2 | one crash, no liar |
//! | 4 | 1 | 3 | one liar or one crash |
//! | 7 | 2 | 5 | two of either |
//! | 10 | 3 | 7 | three of either |
//!
//! Two quorums share at least 2q - n >= f + 1 witnesses, hence an honest one; and q <= n - f, hence the honest
//! witnesses alone are a quorum.

use crate::limits::MAX_WITNESSES;

/// The size of a committee and how many of its members may lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quorum {
    witnesses: u8,
    faults: u8,
}

/// A committee that can't promise anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuorumError {
    /// No member, or more than [`MAX_WITNESSES`].
    #[error("a committee has 1 to 31 witnesses, this one has {0}")]
    Size(usize),
    /// Fewer than 3f + 1 members.
    #[error("{witnesses} witnesses can't bear {faults} traitors: at least 3f+1 are needed")]
    TooManyFaults {
        /// n.
        witnesses: u8,
        /// f.
        faults: u8,
    },
}

impl Quorum {
    /// Checks 1 <= n <= 31 (VOTE-1) and n >= 3f + 1 (VOTE-2).
    pub fn new(witnesses: usize, faults: u8) -> Result<Self, QuorumError> {
        if witnesses == 0 || witnesses > MAX_WITNESSES {
            return Err(QuorumError::Size(witnesses));
        }
        let n = u8::try_from(witnesses).map_err(|_| QuorumError::Size(witnesses))?;
        if u16::from(n) < 3 * u16::from(faults) + 1 {
            return Err(QuorumError::TooManyFaults { witnesses: n, faults });
        }
        Ok(Self { witnesses: n, faults })
    }

    /// n: all witnesses of the keyset.
    pub fn witnesses(self) -> usize {
        usize::from(self.witnesses)
    }

    /// f: how many may lie.
    pub fn faults(self) -> usize {
        usize::from(self.faults)
    }

    /// q = floor((n + f) / 2) + 1: votes that certify an order (VOTE-3).
    pub fn votes(self) -> usize {
        (self.witnesses() + self.faults()) / 2 + 1
    }

    /// n - f: answers that can be waited for without waiting for a liar.
    pub fn honest(self) -> usize {
        self.witnesses() - self.faults()
    }

    /// f + 1: any so many hold an honest one.
    pub fn one_honest(self) -> usize {
        self.faults() + 1
    }
}

#[cfg(test)]
mod tests;
