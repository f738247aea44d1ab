//! What became of the latest orders, in memory. It spares looking them up and answers nobody: what is not here is looked up,
//! and what an order here turns out to be is decided by the database.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use ronde_protocol::machine::witness::Outcome;
use ronde_protocol::message::ids::OrderDigest;

/// Orders that are remembered, in two megabytes: more than come between two looks at a peer's log.
const REMEMBERED: usize = 16_384;

/// The latest orders of one witness.
#[derive(Default)]
pub(super) struct Recent(Mutex<Known>);

#[derive(Default)]
struct Known {
    /// Whether each is certified.
    certified: HashMap<OrderDigest, bool>,
    by_age: VecDeque<OrderDigest>,
}

impl Recent {
    /// What was decided is on disk.
    pub(super) fn note(&self, outcome: Outcome) {
        let (digest, is_certified) = match outcome {
            Outcome::Voted(digest) => (digest, false),
            Outcome::Certified(digest) => (digest, true),
            Outcome::Refused => return,
        };
        let mut known = self.known();
        if let Some(was_certified) = known.certified.get_mut(&digest) {
            *was_certified |= is_certified;
            return;
        }
        if known.by_age.len() >= REMEMBERED
            && let Some(oldest) = known.by_age.pop_front()
        {
            known.certified.remove(&oldest);
        }
        known.by_age.push_back(digest);
        known.certified.insert(digest, is_certified);
    }

    /// Whether it is known that the order is certified here. It is so for ever.
    pub(super) fn is_certified(&self, digest: &OrderDigest) -> bool {
        self.known().certified.get(digest) == Some(&true)
    }

    /// Whether it was voted for here, and not certified when that was last heard of.
    pub(super) fn is_voted(&self, digest: &OrderDigest) -> bool {
        self.known().certified.get(digest) == Some(&false)
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
