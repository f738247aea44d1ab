//! What was read of a log: enough to go on, and to tell its roots at the sizes that it had last.

use alloc::vec::Vec;

use crate::{
    crypto::merkle::{Frontier, empty_root},
    limits::RECENT_LEAVES,
};

/// The entries that were read of a log, from its beginning.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Reading {
    /// Over all of them.
    now: Frontier,
    /// Over those before the last ones.
    before: Frontier,
    /// The last ones: at least [`RECENT_LEAVES`], or all since this was read from disk.
    recent: Vec<[u8; 32]>,
}

impl Reading {
    /// Goes on where something was read to.
    pub(super) fn from(now: Frontier) -> Self {
        Self { before: now.clone(), now, recent: Vec::new() }
    }

    /// Over all that was read.
    pub(super) fn now(&self) -> &Frontier {
        &self.now
    }

    /// How many entries were read.
    pub(super) fn size(&self) -> u64 {
        self.now.size()
    }

    /// One more entry.
    pub(super) fn push(&mut self, leaf: [u8; 32]) {
        self.now.push(leaf);
        self.recent.push(leaf);
        if self.recent.len() >= RECENT_LEAVES.saturating_mul(2) {
            for leaf in self.recent.drain(..RECENT_LEAVES) {
                self.before.push(leaf);
            }
        }
    }

    /// The root that the log had at a size; nothing if it was not read so far, or long ago.
    pub(super) fn root_at(&self, size: u64) -> Option<[u8; 32]> {
        if size == self.size() {
            return Some(self.now.root());
        }
        if size == 0 {
            return Some(empty_root());
        }
        let leaves = usize::try_from(size.checked_sub(self.before.size())?).ok()?;
        let mut then = self.before.clone();
        for leaf in self.recent.get(..leaves)? {
            then.push(*leaf);
        }
        Some(then.root())
    }
}
