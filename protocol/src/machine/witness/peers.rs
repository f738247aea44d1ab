//! Peers: starting only after they were asked, and following their logs.

use alloc::collections::BTreeMap;

pub use super::followed::{Followed, Page, PageError, Unchecked};
use super::{
    Gate, Witness, log,
    record::{Retirement, View, Write},
};
use crate::{
    limits::RESTORED_MARGIN,
    message::{
        charter::Keyset,
        codec::{Decode, Encode},
        head::{HeadAnswer, VerifiedHead},
        ids::{KeysetId, WitnessIndex},
        order::Seconds,
        wire::HeadQuery,
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
