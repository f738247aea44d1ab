//! Peers: starting only after they were asked, and following their logs.

use alloc::{boxed::Box, collections::BTreeMap, vec::Vec};

use super::{
    Gate, Witness, log,
    record::{Retirement, View, Write},
};
use crate::{
    crypto::merkle::Frontier,
    message::{
        charter::Keyset,
        codec::{Bounded, Decode, Encode},
        evidence::Evidence,
        head::{Head, HeadAnswer, VerifiedHead},
        ids::WitnessIndex,
        log::{CertifiedOrder, LogEntry},
        wire::{HeadQuery, LogPage},
    },
};

/// A witness that has started and not yet heard from q - 1 peers how far its log went (design section 6, Rollback).
#[derive(Debug)]
pub struct Startup {
    nonce: [u8; 32],
    answers: BTreeMap<WitnessIndex, Option<VerifiedHead>>,
}

impl Startup {
    /// Begins, with a nonce drawn for this start (ROLLBACK-1).
    pub fn new(nonce: [u8; 32]) -> Self {
        Self { nonce, answers: BTreeMap::new() }
    }

    /// What to ask every peer.
    pub fn query(&self, witness: &Witness) -> HeadQuery {
        HeadQuery { keyset: witness.keyset().id(), asker: witness.index(), nonce: self.nonce }
    }

    /// Counts a peer's signed answer. A wrong one counts for nothing (ROLLBACK-3).
    pub fn handle_answer(&mut self, witness: &Witness, answer: &HeadAnswer) {
        let Some(member) = witness.keyset().member(answer.index) else { return };
        if answer.index == witness.index() {
            return;
        }
        if let Ok(newest) = answer.verify(witness.keyset(), member, witness.index(), &self.nonce) {
            // Answers may come twice and out of order: what a peer once knew stays known (ROLLBACK-4).
            let known = self.answers.entry(answer.index).or_default();
            let size = |head: &Option<VerifiedHead>| head.map(|head| head.get().size);
            if size(&newest) > size(known) {
                *known = newest;
            }
        }
    }

    /// Whether q - 1 peers have answered (ROLLBACK-2); then whether the log extends every head they hold (ROLLBACK-6).
    pub fn poll<V: View>(&self, witness: &Witness, view: &V) -> Result<Started, V::Error> {
        let needed = witness.keyset().quorum().votes().saturating_sub(1);
        if self.answers.len() < needed {
            return Ok(Started::Waiting { missing: needed.saturating_sub(self.answers.len()) });
        }
        for head in self.answers.values().flatten() {
            if let Some(retirement) = witness.check_own_head(view, head)? {
                return Ok(Started::RolledBack(Write::Retire(retirement)));
            }
        }
        Ok(Started::Open(Gate::Open))
    }
}

/// How far a start has come.
#[derive(Debug)]
pub enum Started {
    /// So many answers are missing.
    Waiting {
        /// How many.
        missing: usize,
    },
    /// The witness may vote.
    Open(Gate),
    /// The log is older than what this witness once signed: write this down, and never vote again in this keyset.
    RolledBack(Write),
}

impl Witness {
    /// Whether the own log extends a head that this witness once signed. The proof is its own signature
    /// (ROLLBACK-8).
    pub fn check_own_head<V: View>(&self, view: &V, head: &VerifiedHead) -> Result<Option<Retirement>, V::Error> {
        let head = head.get();
        if head.index != self.index() {
            return Ok(None);
        }
        let held = view.log_size(self.keyset().id())?;
        Ok(match log::root_at(view, self.keyset().id(), head.size)? {
            Some(root) if root == head.root => None,
            _ => Some(Retirement::LogRolledBack { signed: head.size, held }),
        })
    }
}

/// How far a peer's log has been read.
#[derive(Clone, Debug, Default, Encode, Decode)]
pub struct Followed {
    size: u64,
    peaks: Vec<[u8; 32]>,
    /// The highest head seen, whether or not its entries were read.
    highest: Option<Head>,
}

/// Why a page of a peer's log is refused. The peer's fault; nothing is taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PageError {
    /// The head is not the peer's.
    #[error("the head of the log is not signed by the witness that sent it")]
    Head,
    /// More entries than the head has, or none though it has more.
    #[error("the page does not fit its head")]
    Length,
    /// The entries do not lead to the signed head.
    #[error("the entries do not hash to the signed head")]
    Root,
}

/// What a page of a peer's log holds for us.
#[derive(Debug)]
pub struct Page {
    /// Certified orders; each must still be checked by [`Witness::prepare_certificate`].
    pub certified: Vec<CertifiedOrder>,
    /// Whether the log goes on.
    pub more: bool,
    /// If the peer signed a head of the same size with another root before.
    pub fork: Option<Box<Evidence>>,
}

impl Followed {
    /// Where to go on reading.
    pub fn position(&self) -> u64 {
        self.size
    }

    /// Takes the other's highest head if that is higher: it may have come while pages were read.
    pub fn keep_highest(&mut self, other: &Self) {
        if let Some(head) = other.highest
            && self.highest.is_none_or(|own| head.size > own.size)
        {
            self.highest = Some(head);
        }
    }

    /// The highest head seen of this peer.
    pub fn highest(&self) -> Option<&Head> {
        self.highest.as_ref()
    }

    /// Remembers a head if it is the highest (LOG-16); evidence if another of the same size says something else
    /// (LOG-17).
    pub fn handle_head(&mut self, keyset: &Keyset, head: Head) -> Result<Option<Box<Evidence>>, PageError> {
        let head = head.verify(keyset).map_err(|_| PageError::Head)?.get();
        let fork = match self.highest {
            Some(old) if old.size == head.size && old.root != head.root && old.index == head.index => {
                Some(Box::new(Evidence::Fork {
                    keyset: keyset.id(),
                    shorter: old,
                    longer: head,
                    leaves: Bounded::default(),
                }))
            }
            _ => None,
        };
        if self.highest.is_none_or(|old| head.size > old.size) {
            self.highest = Some(head);
        }
        Ok(fork)
    }

    /// Reads on. Only *certified* entries are taken over (LOG-14): a peer's votes bind nobody else. Of a page that is
    /// refused nothing is taken over (LOG-13).
    pub fn handle_page(&mut self, keyset: &Keyset, peer: WitnessIndex, page: LogPage) -> Result<Page, PageError> {
        if page.head.index != peer {
            return Err(PageError::Head);
        }
        let mut next = self.clone();
        let fork = next.handle_head(keyset, page.head)?;
        let mut frontier = Frontier::from_parts(self.size, self.peaks.clone()).unwrap_or_default();
        let mut certified = Vec::new();
        for entry in page.entries.into_vec() {
            frontier.push(entry.leaf());
            if let LogEntry::Certified(order) = entry {
                certified.push(order);
            }
        }
        if frontier.size() > page.head.size || (frontier.size() == self.size && page.head.size > self.size) {
            return Err(PageError::Length);
        }
        let more = frontier.size() < page.head.size;
        if !more && frontier.root() != page.head.root {
            // Which page was false is not known: read again from the beginning. What was taken over was certified.
            *self = Self { highest: self.highest, ..Self::default() };
            return match fork {
                // The very heads convict the peer.
                Some(_) => Ok(Page { certified: Vec::new(), more: false, fork }),
                None => Err(PageError::Root),
            };
        }
        next.size = frontier.size();
        next.peaks = frontier.peaks().to_vec();
        *self = next;
        Ok(Page { certified, more, fork })
    }
}
