//! The latest orders that something is known of, in memory and bounded: what is not here is looked up where it is kept.

use std::collections::{HashMap, VecDeque};

use ronde_protocol::message::ids::OrderDigest;

/// Orders that are remembered, in some two megabytes: more than come between two looks at a peer's log, or a store's feed,
/// as they are set at first.
pub const REMEMBERED: usize = 16_384;

/// By the order's digest; the oldest goes first.
pub struct Latest<T> {
    known: HashMap<OrderDigest, T>,
    by_age: VecDeque<OrderDigest>,
}

impl<T> Default for Latest<T> {
    fn default() -> Self {
        Self { known: HashMap::new(), by_age: VecDeque::new() }
    }
}

impl<T> Latest<T> {
    /// What is known of an order; `new`, if nothing was.
    pub fn entry(&mut self, digest: OrderDigest, new: T) -> &mut T {
        if !self.known.contains_key(&digest) {
            if self.by_age.len() >= REMEMBERED
                && let Some(oldest) = self.by_age.pop_front()
            {
                self.known.remove(&oldest);
            }
            self.by_age.push_back(digest);
        }
        self.known.entry(digest).or_insert(new)
    }

    /// What is known of an order.
    pub fn get(&self, digest: &OrderDigest) -> Option<&T> {
        self.known.get(digest)
    }
}

#[cfg(test)]
mod tests;
