//! What became of the latest orders, in memory. It spares looking them up and answers nobody: what is not here is looked up,
//! and what an order here turns out to be is decided by the database.

use std::sync::{Mutex, MutexGuard, PoisonError};

use ronde_protocol::machine::witness::Outcome;
use ronde_protocol::message::ids::OrderDigest;

use crate::driver::latest::Latest;

/// The latest orders of one witness, and whether each is certified.
#[derive(Default)]
pub(super) struct Recent(Mutex<Latest<bool>>);

impl Recent {
    /// What was decided is on disk.
    pub(super) fn note(&self, outcome: Outcome) {
        let (digest, is_certified) = match outcome {
            Outcome::Voted(digest) => (digest, false),
            Outcome::Certified(digest) => (digest, true),
            Outcome::Refused => return,
        };
        *self.latest().entry(digest, false) |= is_certified;
    }

    /// Whether it is known that the order is certified here. Its certificate stays, whatever else becomes of it.
    pub(super) fn is_certified(&self, digest: &OrderDigest) -> bool {
        self.latest().get(digest) == Some(&true)
    }

    /// Whether it was voted for here, and not certified when that was last heard of.
    pub(super) fn is_voted(&self, digest: &OrderDigest) -> bool {
        self.latest().get(digest) == Some(&false)
    }

    fn latest(&self) -> MutexGuard<'_, Latest<bool>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
