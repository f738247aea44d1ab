//! The Merkle tree over a log (as in RFC 9162, section 2.1, with BLAKE3 and labels in place of prefixes).
//!
//! A tree of `size` leaves is a row of perfect subtrees, the largest first; the root folds them from the right.
//! A perfect subtree of 2^level leaves that begins at leaf index * 2^level is named (level, index).

use alloc::{vec, vec::Vec};

use super::{hash, labels};

/// The name of a perfect subtree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subtree {
    /// It has 2^level leaves.
    pub level: u8,
    /// Its place among those of its level.
    pub index: u64,
}

/// The root of the empty log (LOG-7).
pub fn empty_root() -> [u8; 32] {
    hash::derive(labels::LOG_EMPTY, &[])
}

/// The hash of an inner node (LOG-6).
pub fn node(left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
    hash::derive(labels::LOG_NODE, &[left, right])
}

/// The perfect subtrees of a tree with so many leaves, largest first.
pub fn peaks(size: u64) -> Vec<Subtree> {
    let mut begun = 0u64;
    let mut peaks = Vec::new();
    for level in (0u8..64).rev() {
        let leaves = 1u64 << level;
        if size & leaves != 0 {
            peaks.push(Subtree { level, index: begun >> level });
            begun |= leaves;
        }
    }
    peaks
}

/// The subtrees that appending leaf number `size` completes: itself first, then each with its left neighbour.
pub fn completed_by(size: u64) -> Vec<Subtree> {
    let mut completed = vec![Subtree { level: 0, index: size }];
    let (mut level, mut index) = (0u8, size);
    while index & 1 == 1 {
        index >>= 1;
        level = level.saturating_add(1);
        completed.push(Subtree { level, index });
    }
    completed
}

/// The root over peaks, largest first.
pub fn fold(peaks: &[[u8; 32]]) -> [u8; 32] {
    let mut from_right = peaks.iter().rev();
    match from_right.next() {
        None => empty_root(),
        Some(last) => from_right.fold(*last, |root, peak| node(peak, &root)),
    }
}

/// The root over all these leaves (LOG-6).
pub fn root_of(leaves: &[[u8; 32]]) -> [u8; 32] {
    let mut frontier = Frontier::default();
    for leaf in leaves {
        frontier.push(*leaf);
    }
    frontier.root()
}

/// As much of a tree as is needed to go on appending.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    peaks: Vec<[u8; 32]>,
}

impl Frontier {
    /// How many leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The peaks, largest first.
    pub fn peaks(&self) -> &[[u8; 32]] {
        &self.peaks
    }

    /// Rebuilds one from what was kept; nothing if the count of peaks does not fit the size.
    pub fn from_parts(size: u64, peaks: Vec<[u8; 32]>) -> Option<Self> {
        (usize::try_from(size.count_ones()) == Ok(peaks.len())).then_some(Self { size, peaks })
    }

    /// Appends a leaf.
    pub fn push(&mut self, leaf: [u8; 32]) {
        let mut hash = leaf;
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.peaks.pop() {
                hash = node(&left, &hash);
            }
        }
        self.peaks.push(hash);
        self.size = self.size.saturating_add(1);
    }

    /// The root.
    pub fn root(&self) -> [u8; 32] {
        fold(&self.peaks)
    }
}
