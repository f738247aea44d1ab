//! The Merkle tree over a log (as in RFC 9162, section 2.1, with BLAKE3 and labels in place of prefixes).
//!
//! A tree of `size` leaves is a row of perfect subtrees, the largest first; the root folds them from the right.
//! A perfect subtree of 2^level leaves that begins at leaf index * 2^level is named (level, index).

use alloc::{collections::BTreeSet, vec, vec::Vec};

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

/// The fewest perfect subtrees over the leaves from one place to before another, from the left: of two neighbours that
/// could be one, none is left.
pub fn cover(from: u64, to: u64) -> impl Iterator<Item = Subtree> {
    let mut at = from;
    core::iter::from_fn(move || {
        let room = to.checked_sub(at)?.checked_ilog2()?;
        let level = u8::try_from(at.trailing_zeros().min(room)).ok()?;
        let subtree = Subtree { level, index: at.checked_shr(level.into())? };
        at = at.checked_add(1u64.checked_shl(level.into())?)?;
        Some(subtree)
    })
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

/// The roots of a tree at two sizes, the smaller first, by the subtrees that cover the first part and the rest; nothing if
/// they are too few or too many. The second root fixes them all, so that whoever signed it has signed the first.
pub fn two_roots((first, second): (u64, u64), hashes: &[[u8; 32]]) -> Option<([u8; 32], [u8; 32])> {
    let mut hashes = hashes.iter().copied();
    let mut tree = Frontier::default();
    tree.advance(first, &mut hashes)?;
    let root = tree.root();
    tree.advance(second, &mut hashes)?;
    hashes.next().is_none().then(|| (root, tree.root()))
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
        self.push_subtree(0, leaf);
    }

    /// Appends all leaves up to a size, by the hashes of the subtrees that cover them; nothing if there are too few of
    /// them, or the tree is larger already. What the hashes are is not looked at: the root tells.
    pub fn advance(&mut self, to: u64, hashes: &mut impl Iterator<Item = [u8; 32]>) -> Option<()> {
        for subtree in cover(self.size, to) {
            self.push_subtree(subtree.level, hashes.next()?);
        }
        (self.size == to).then_some(())
    }

    /// Appends a perfect subtree of a level that divides the size.
    fn push_subtree(&mut self, level: u8, hash: [u8; 32]) {
        let mut hash = hash;
        let before = self.size.checked_shr(level.into()).unwrap_or(0);
        for _ in 0..before.trailing_ones() {
            if let Some(left) = self.peaks.pop() {
                hash = node(&left, &hash);
            }
        }
        self.peaks.push(hash);
        self.size = self.size.saturating_add(1u64.checked_shl(level.into()).unwrap_or(0));
    }

    /// The root.
    pub fn root(&self) -> [u8; 32] {
        fold(&self.peaks)
    }
}

/// What is needed of a tree to tell its roots at some sizes, or that some leaves stand in it: the hashes that
/// [`Frontier::advance`] takes, in its order, out of all leaves one after the other.
#[derive(Clone, Debug, Default)]
pub struct Cutting {
    /// Where covers begin anew.
    cuts: BTreeSet<u64>,
    /// Leaves that whoever checks has.
    left_out: BTreeSet<u64>,
    size: u64,
    hashes: Vec<[u8; 32]>,
    /// Those of the cover that is not ended, with their subtrees.
    open: Vec<(Subtree, [u8; 32])>,
}

impl Cutting {
    /// To tell the root at a size, too.
    pub fn at(size: u64) -> Self {
        Self { cuts: BTreeSet::from([size]), ..Self::default() }
    }

    /// Of the leaves from a place on, for a tree of which the peaks up to there are at hand.
    pub fn from(place: u64) -> Self {
        Self { size: place, ..Self::default() }
    }

    /// To show that leaves stand at these places.
    pub fn around(places: impl IntoIterator<Item = u64>) -> Self {
        Self { left_out: places.into_iter().collect(), ..Self::default() }
    }

    /// The next leaf.
    pub fn push(&mut self, leaf: [u8; 32]) {
        let place = self.size;
        self.size = self.size.saturating_add(1);
        let is_left_out = self.left_out.contains(&place);
        if is_left_out || self.cuts.contains(&place) {
            self.close();
        }
        if is_left_out {
            return;
        }
        self.open.push((Subtree { level: 0, index: place }, leaf));
        while let [.., (left, left_hash), (right, right_hash)] = self.open.as_slice()
            && left.level == right.level
            && left.index & 1 == 0
        {
            let parent = Subtree { level: left.level.saturating_add(1), index: left.index >> 1 };
            let hash = node(left_hash, right_hash);
            self.open.truncate(self.open.len().saturating_sub(2));
            self.open.push((parent, hash));
        }
    }

    /// The hashes, of all leaves that came.
    pub fn finish(mut self) -> Vec<[u8; 32]> {
        self.close();
        self.hashes
    }

    fn close(&mut self) {
        self.hashes.extend(self.open.drain(..).map(|(_, hash)| hash));
    }
}
