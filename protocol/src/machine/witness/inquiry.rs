//! A peer whose log does not lead through a head that it signed: reading all of it again, for what proves it.

use alloc::{boxed::Box, vec::Vec};

use super::peers::PageError;
use crate::{
    crypto::merkle::{Cutting, Frontier},
    message::{
        charter::Keyset, codec::Bounded, evidence::Evidence, head::Head, ids::WitnessIndex, log::LogEntry,
        wire::LogPage,
    },
};

/// The whole log, read once more beside the ordinary reading: what proves it is held in memory, and dropped after that.
#[derive(Clone, Debug)]
pub struct Inquiry {
    earlier: Head,
    read: Frontier,
    /// At the earlier head's size.
    begun: [u8; 32],
    cutting: Cutting,
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
}

impl Inquiry {
    /// Looks for the log's other history than the one that `earlier` is of.
    pub fn new(earlier: Head) -> Self {
        let read = Frontier::default();
        Self { earlier, begun: read.root(), read, cutting: Cutting::at(earlier.size) }
    }

    /// Where to go on reading.
    pub fn position(&self) -> u64 {
        self.read.size()
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
        for leaf in page.entries.iter().map(LogEntry::leaf) {
            self.read.push(leaf);
            self.cutting.push(leaf);
            if self.position() == self.earlier.size {
                self.begun = self.read.root();
            }
        }
        if self.position() > head.size || head.size < self.earlier.size {
            return Err(PageError::Length);
        }
        if self.position() < head.size {
            return Ok(Found::More);
        }
        if self.read.root() != head.root {
            return Err(PageError::Root);
        }
        if self.begun == self.earlier.root {
            return Ok(Found::Nothing);
        }
        // Of one size, the heads speak for themselves.
        let subtrees = if head.size == self.earlier.size { Vec::new() } else { self.cutting.clone().finish() };
        let subtrees = Bounded::new(subtrees).map_err(|_| PageError::Length)?;
        Ok(Found::Fork(Box::new(Evidence::Fork { keyset: keyset.id(), shorter: self.earlier, longer: head, subtrees })))
    }
}
