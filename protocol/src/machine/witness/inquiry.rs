//! A peer whose log does not lead through a head that it signed: reading all of it again, for the leaves that prove it.

use alloc::{boxed::Box, vec::Vec};

use super::peers::PageError;
use crate::{
    crypto::merkle,
    limits::MAX_FORK_LEAVES,
    message::{
        charter::Keyset, codec::Bounded, evidence::Evidence, head::Head, ids::WitnessIndex, log::LogEntry,
        wire::LogPage,
    },
};

/// The whole log, read once more beside the ordinary reading; held in memory, and dropped after that.
#[derive(Clone, Debug)]
pub struct Inquiry {
    earlier: Head,
    leaves: Vec<[u8; 32]>,
}

/// How an inquiry goes on.
#[derive(Debug)]
pub enum Found {
    /// The log goes on: ask from [`Inquiry::position`].
    More,
    /// It has two histories.
    Fork(Box<Evidence>),
    /// It leads through the earlier head after all: what was read before was spoiled on the way.
    Nothing,
    /// It has two histories, and more entries than evidence can hold: the log itself is the proof.
    TooLong,
}

impl Inquiry {
    /// Looks for the log's other history than the one that `earlier` is of.
    pub fn new(earlier: Head) -> Self {
        Self { earlier, leaves: Vec::new() }
    }

    /// Where to go on reading.
    pub fn position(&self) -> u64 {
        u64::try_from(self.leaves.len()).unwrap_or(u64::MAX)
    }

    /// Reads on (LOG-18).
    ///
    /// # Errors
    /// As for the ordinary reading; then nothing is proven, and it can be begun again.
    pub fn handle_page(&mut self, keyset: &Keyset, peer: WitnessIndex, page: LogPage) -> Result<Found, PageError> {
        let head = page.head.verify(keyset).map_err(|_| PageError::Head)?.get();
        if head.index != peer || self.earlier.index != peer {
            return Err(PageError::Head);
        }
        if page.entries.is_empty() && self.position() < head.size {
            return Err(PageError::Length);
        }
        self.leaves.extend(page.entries.iter().map(LogEntry::leaf));
        if self.position() > head.size || head.size < self.earlier.size {
            return Err(PageError::Length);
        }
        if self.position() < head.size {
            return Ok(if self.leaves.len() > MAX_FORK_LEAVES { Found::TooLong } else { Found::More });
        }
        if merkle::root_of(&self.leaves) != head.root {
            return Err(PageError::Root);
        }
        let shorter = usize::try_from(self.earlier.size).ok().and_then(|size| self.leaves.get(..size));
        if shorter.is_some_and(|leaves| merkle::root_of(leaves) == self.earlier.root) {
            return Ok(Found::Nothing);
        }
        let Ok(leaves) = Bounded::new(self.leaves.clone()) else { return Ok(Found::TooLong) };
        // Of one size, the heads speak for themselves.
        let leaves = if head.size == self.earlier.size { Bounded::default() } else { leaves };
        Ok(Found::Fork(Box::new(Evidence::Fork { keyset: keyset.id(), shorter: self.earlier, longer: head, leaves })))
    }
}
