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
    /// Over those before and the first [`STEP`] of the last ones, the first two times as many, and so on: a peer that shows
    /// one head after the other has few leaves hashed for each.
    marks: Vec<Frontier>,
}

/// Leaves between two marks.
const STEP: usize = 64;
const _: () = assert!(RECENT_LEAVES.is_multiple_of(STEP));

impl Reading {
    /// Goes on where something was read to.
    pub(super) fn from(now: Frontier) -> Self {
        Self { before: now.clone(), now, recent: Vec::new(), marks: Vec::new() }
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
        if self.recent.len().is_multiple_of(STEP) {
            self.marks.push(self.now.clone());
        }
        if self.recent.len() >= RECENT_LEAVES.saturating_mul(2) {
            self.recent.drain(..RECENT_LEAVES);
            // The last of those that go is over all leaves that go.
            if let Some(mark) = self.marks.drain(..RECENT_LEAVES / STEP).next_back() {
                self.before = mark;
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
        let (mark, leaves) = self.nearest(size)?;
        let mut then = mark.clone();
        for leaf in leaves {
            then.push(*leaf);
        }
        Some(then.root())
    }

    /// The largest mark that is not over more leaves, and the leaves that follow it: fewer than [`STEP`].
    fn nearest(&self, size: u64) -> Option<(&Frontier, &[[u8; 32]])> {
        let leaves = usize::try_from(size.checked_sub(self.before.size())?).ok()?;
        let passed = leaves / STEP;
        let mark = passed.checked_sub(1).map_or(Some(&self.before), |last| self.marks.get(last))?;
        Some((mark, self.recent.get(passed.saturating_mul(STEP)..leaves)?))
    }
}

#[cfg(test)]
mod tests;
