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
///
/// It is about all heads that were kept of the peer, not about the one from which its log parted alone: a peer that shows
/// the history of that one now contradicts what it showed before.
#[derive(Clone, Debug)]
pub struct Inquiry {
    /// From which the log has parted.
    parted: Head,
    /// A log of so many entries contradicts a head of one history or of the other, if there are two.
    needed: u64,
    /// That were not come to yet, the shortest last.
    heads: Vec<Head>,
    read: Frontier,
    contradicted: Option<Contradicted>,
}

/// The first head through which the log does not lead.
#[derive(Clone, Debug)]
struct Contradicted {
    head: Head,
    /// The subtrees of the log up to this head's size.
    before: Vec<[u8; 32]>,
    /// Of what comes after.
    after: Cutting,
}

/// How an inquiry goes on.
#[derive(Debug)]
pub enum Found {
    /// The log goes on: ask from [`Inquiry::position`].
    More,
    /// It has two histories.
    Fork(Box<Evidence>),
    /// It leads through all heads after all: what was read before was spoiled on the way.
    Nothing,
}

impl Inquiry {
    /// Looks for two histories: by all heads that are kept, among them the one from which the log has parted, and the longest
    /// to which it was read.
    pub(super) fn new(parted: Head, read: Option<Head>, kept: impl DoubleEndedIterator<Item = Head>) -> Self {
        // Of one size the first that was kept comes first.
        let mut heads: Vec<Head> = kept.rev().collect();
        heads.sort_by_key(|head| core::cmp::Reverse(head.size));
        let needed = read.map_or(0, |read| read.size).max(parted.size);
        let mut inquiry = Self { parted, needed, heads, read: Frontier::default(), contradicted: None };
        inquiry.compare();
        inquiry
    }

    /// The head from which the log has parted.
    pub fn parted(&self) -> &Head {
        &self.parted
    }

    /// Where to go on reading.
    pub fn position(&self) -> u64 {
        self.read.size()
    }

    /// Reads on (LOG-18).
    ///
    /// # Errors
    /// As for the ordinary reading; then nothing is proven, and it can be begun again. [`PageError::Length`] also if the log
    /// ends before it could contradict itself.
    pub fn handle_page(&mut self, keyset: &Keyset, peer: WitnessIndex, page: LogPage) -> Result<Found, PageError> {
        let head = page.head.verify(keyset).map_err(|_| PageError::Head)?.get();
        if head.index != peer || self.parted.index != peer {
            return Err(PageError::Head);
        }
        if page.entries.is_empty() && self.position() < head.size {
            return Err(PageError::Length);
        }
        for leaf in page.entries.iter().map(LogEntry::leaf) {
            self.push(leaf);
        }
        if self.position() > head.size {
            return Err(PageError::Length);
        }
        if self.position() < head.size {
            return Ok(Found::More);
        }
        if self.read.root() != head.root {
            return Err(PageError::Root);
        }
        match self.contradicted.take() {
            Some(contradicted) => contradicted.by(keyset, head),
            None if head.size < self.needed => Err(PageError::Length),
            None => Ok(Found::Nothing),
        }
    }

    fn push(&mut self, leaf: [u8; 32]) {
        self.read.push(leaf);
        if let Some(contradicted) = &mut self.contradicted {
            contradicted.after.push(leaf);
        }
        self.compare();
    }

    /// Compares what was read with the heads of this very size.
    fn compare(&mut self) {
        let size = self.position();
        while let Some(head) = self.heads.pop_if(|head| head.size <= size) {
            if self.contradicted.is_none() && head.root != self.read.root() {
                let before = self.read.peaks().to_vec();
                self.contradicted = Some(Contradicted { head, before, after: Cutting::from(size) });
            }
        }
    }
}

impl Contradicted {
    /// The evidence: a head of the log that was read.
    fn by(self, keyset: &Keyset, longer: Head) -> Result<Found, PageError> {
        // Of one size, the heads speak for themselves.
        let subtrees = if longer.size == self.head.size {
            Vec::new()
        } else {
            self.before.into_iter().chain(self.after.finish()).collect()
        };
        let subtrees = Bounded::new(subtrees).map_err(|_| PageError::Length)?;
        Ok(Found::Fork(Box::new(Evidence::Fork { keyset: keyset.id(), shorter: self.head, longer, subtrees })))
    }
}
