//! Peers: starting only after they were asked, and following their logs.

use alloc::{boxed::Box, collections::BTreeMap, vec::Vec};

use super::{
    Gate, Witness, log,
    record::{Retirement, View, Write},
};
use crate::{
    crypto::merkle::{self, Frontier},
    limits::RESTORED_MARGIN,
    message::{
        charter::Keyset,
        codec::{Bounded, Decode, Encode},
        evidence::Evidence,
        head::{Head, HeadAnswer, VerifiedHead},
        ids::{KeysetId, WitnessIndex},
        log::{CertifiedOrder, LogEntry},
        order::{Seconds, SignedOrder},
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

    /// Whether q - 1 peers have answered (ROLLBACK-2); then whether the log extends every head they hold (ROLLBACK-6). Of a
    /// witness that has retired before nothing more is asked: its reason stays (ROLLBACK-9).
    pub fn poll<V: View>(&self, witness: &Witness, view: &V) -> Result<Started, V::Error> {
        let needed = witness.keyset().quorum().votes().saturating_sub(1);
        if self.answers.len() < needed {
            return Ok(Started::Waiting { missing: needed.saturating_sub(self.answers.len()) });
        }
        if view.retired(witness.keyset().id())?.is_some() {
            return Ok(Started::Open(Gate::Open));
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
    /// The witness may vote, if it has not retired before.
    Open(Gate),
    /// The log is older than what this witness once signed: write this down, and never vote again in this keyset.
    RolledBack(Write),
}

impl Witness {
    /// What a peer's verified answer about this witness's newest head leads to, at any time after the start too: the
    /// retirement to be written down, if the log does not extend that head (ROLLBACK-12). A reason that is there stays.
    pub fn handle_own_head<V: View>(&self, view: &V, head: &VerifiedHead) -> Result<Option<Write>, V::Error> {
        if view.retired(self.keyset().id())?.is_some() {
            return Ok(None);
        }
        Ok(self.check_own_head(view, head)?.map(Write::Retire))
    }

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

/// That a database is a restored copy, and when the machine that it is a copy of was surely gone: it may have voted in
/// every keyset that was published by then. Kept for good (ROLLBACK-14).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Restored {
    by: Seconds,
}

impl Restored {
    /// At the first start on the copy: what the own clock shows, what each charter version at hand says it was issued at,
    /// when the copy was made if that is known, and what is kept of a copy that was restored before. The latest counts: a
    /// clock may be behind.
    pub fn new(
        clock: Seconds,
        issued: impl IntoIterator<Item = Seconds>,
        copied: Option<Seconds>,
        before: Option<Self>,
    ) -> Self {
        let known = issued.into_iter().chain(copied).chain(before.map(|before| before.by));
        Self { by: known.fold(clock, Seconds::max) }
    }

    /// Whether the lost machine may have voted in a keyset whose first charter version was issued then.
    pub fn covers(&self, first_issued: Seconds) -> bool {
        first_issued <= self.by.saturating_add(RESTORED_MARGIN)
    }

    /// Whether the lost machine may have signed the closing statement of a keyset: a second one, of the shorter log that was
    /// put back, would convict an honest witness (ROLLOVER-20).
    pub fn may_have_closed(&self, keyset: &Keyset) -> bool {
        self.covers(keyset.evaluate_until())
    }
}

/// What a seat in a keyset leads to for a node that was once started on a restored copy, by when the first charter version
/// with the keyset was issued: where the lost machine may have voted, the witness never votes again (ROLLBACK-11,
/// ROLLBACK-14). A reason that is there stays.
pub fn handle_restored<V: View>(
    keyset: KeysetId,
    first_issued: Seconds,
    restored: &Restored,
    view: &V,
) -> Result<Option<Write>, V::Error> {
    if !restored.covers(first_issued) {
        return Ok(None);
    }
    Ok(view.retired(keyset)?.is_none().then_some(Write::Retire(Retirement::RestoredCopy)))
}

/// How far a peer's log has been read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Followed {
    size: u64,
    peaks: Vec<[u8; 32]>,
    /// The highest head seen, whether or not its entries were read.
    highest: Option<Head>,
    /// The longest head to which the log was read.
    read: Option<Head>,
    /// A head to which the log was read once, and through which it does not lead any more.
    parted: Option<Head>,
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
    /// Orders that the peer voted for, as they were signed: a store's signature in one is the store's word.
    pub voted: Vec<SignedOrder>,
    /// Whether the log goes on.
    pub more: bool,
    /// Whether what was read is the log that the page's head is about, to its end.
    pub whole: bool,
    /// If the peer signed a head of the same size with another root before.
    pub fork: Option<Box<Evidence>>,
}

impl Followed {
    /// Where to go on reading.
    pub fn position(&self) -> u64 {
        self.size
    }

    /// The root over what was read.
    pub fn root(&self) -> [u8; 32] {
        merkle::fold(&self.peaks)
    }

    /// Takes the other's highest head if that is higher: it may have come while pages were read.
    pub fn keep_highest(&mut self, other: &Self) {
        if let Some(head) = other.highest {
            self.keep_head(head);
        }
    }

    /// Takes a head that was verified, now or before it was written down, if it is the highest.
    pub fn keep_head(&mut self, head: Head) {
        if self.highest.is_none_or(|own| head.size > own.size) {
            self.highest = Some(head);
        }
    }

    /// The highest head seen of this peer.
    pub fn highest(&self) -> Option<&Head> {
        self.highest.as_ref()
    }

    /// The longest head to which the log was read.
    pub fn read(&self) -> Option<&Head> {
        self.read.as_ref()
    }

    /// A head through which the log does not lead any more, until [`Followed::settle`]: an
    /// [`super::inquiry::Inquiry`] finds the proof (LOG-18).
    pub fn parted(&self) -> Option<&Head> {
        self.parted.as_ref()
    }

    /// What there was to find out about [`Followed::parted`] is found out.
    pub fn settle(&mut self) {
        self.parted = None;
    }

    /// Whether a head of the log is of fewer entries than were read: the peer lost state, or was put back.
    pub fn is_shorter(&self, head: &Head) -> bool {
        head.size < self.size
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
                    subtrees: Bounded::default(),
                }))
            }
            _ => None,
        };
        self.keep_head(head);
        Ok(fork)
    }

    /// Reads on. Only *certified* entries are taken over (LOG-14): a peer's votes bind nobody else. Of a page that is
    /// refused nothing is taken over (LOG-13); but its head is the peer's own word, and is kept (LOG-16).
    pub fn handle_page(&mut self, keyset: &Keyset, peer: WitnessIndex, page: LogPage) -> Result<Page, PageError> {
        if page.head.index != peer {
            return Err(PageError::Head);
        }
        let mut next = self.clone();
        let fork = next.handle_head(keyset, page.head)?;
        let mut frontier = Frontier::from_parts(self.size, self.peaks.clone()).unwrap_or_default();
        let (mut certified, mut voted) = (Vec::new(), Vec::new());
        for entry in page.entries.into_vec() {
            frontier.push(entry.leaf());
            match entry {
                LogEntry::Certified(order) => certified.push(order),
                LogEntry::Voted(signed) => voted.push(signed),
            }
            if let Some(read) = self.read
                && read.size == frontier.size()
                && read.root != frontier.root()
            {
                next.parted = Some(read);
            }
        }
        if frontier.size() > page.head.size || (frontier.size() == self.size && page.head.size > self.size) {
            self.highest = next.highest;
            return convicting(fork, PageError::Length);
        }
        let more = frontier.size() < page.head.size;
        if !more && frontier.root() != page.head.root {
            // Which page was false is not known: read again from the beginning. What was taken over was certified.
            *self = Self { highest: next.highest, read: self.read, parted: self.parted, ..Self::default() };
            return convicting(fork, PageError::Root);
        }
        next.size = frontier.size();
        next.peaks = frontier.peaks().to_vec();
        // One that is shorter, read after a page that was refused, does not stand in for a longer one: as soon as the log
        // has grown past that, it parts from it.
        if !more && self.read.is_none_or(|read| read.size <= page.head.size) {
            next.read = Some(page.head);
        }
        *self = next;
        Ok(Page { certified, voted, more, whole: !more, fork })
    }
}

/// Of a page that is refused nothing is left but what its very head proves.
fn convicting(fork: Option<Box<Evidence>>, error: PageError) -> Result<Page, PageError> {
    match fork {
        Some(_) => Ok(Page { certified: Vec::new(), voted: Vec::new(), more: false, whole: false, fork }),
        None => Err(error),
    }
}
