//! Why a charter is refused.

use crate::{
    message::ids::{CharterHash, FederationId, KeysetId, StoreId, WitnessIndex},
    quorum::QuorumError,
};

/// A charter that can't be taken, and what is wrong with it. Its author's fault, never the reader's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CharterError {
    /// Version 1 has no genesis block, or a later one has, or it hashes to another federation.
    #[error("the genesis block does not fit: version 1 carries the one whose hash is the federation's id")]
    Genesis,
    /// It belongs to another federation.
    #[error("the charter is of federation {0}")]
    OtherFederation(FederationId),
    /// Versions only grow, by one.
    #[error("version {found} can't follow: expected {expected} (an older version is never taken back)")]
    Version {
        /// The version offered.
        found: u64,
        /// The only one that can follow.
        expected: u64,
    },
    /// It names another predecessor than the one held.
    #[error("the charter's predecessor is {0}, which is not the version held here")]
    Predecessor(CharterHash),
    /// The version does not say which of two forked predecessors stands.
    #[error("the predecessor had a twin: the charter must name the one that stands")]
    UnsettledFork,
    /// Too few stewards signed.
    #[error("{found} of the {needed} signatures needed from the stewards of version {of_version}")]
    Threshold {
        /// Valid signatures found.
        found: usize,
        /// k.
        needed: usize,
        /// Whose stewards.
        of_version: u64,
    },
    /// A steward set whose threshold is 0 or larger than the set, or with a bad or repeated key.
    #[error("the steward set is impossible: 1 <= k <= m, each key valid and once")]
    Stewards,
    /// Signatures out of order, repeated, wrong, or by nobody.
    #[error("a signature is wrong, repeated, out of order, or by no steward")]
    Signature,
    /// A list is not strictly increasing by id, or an id is 0.
    #[error("stores, keysets, associations, campaigns and offers stand by increasing id, from 1, each once")]
    Unsorted,
    /// Something a class or order can name was removed or changed.
    #[error("nothing that an order can name is removed or changed, only closed")]
    Removed,
    /// A published keyset differs.
    #[error("keyset {0} was changed after it was published")]
    KeysetChanged(KeysetId),
    /// A member of a committee or a funder is no store of the charter.
    #[error("store {0} is named but not listed")]
    UnknownStore(StoreId),
    /// A key that is not canonical, the identity, or has torsion.
    #[error("the key of witness {1} in keyset {0} is not a valid key")]
    WitnessKey(KeysetId, WitnessIndex),
    /// A node key that is not valid.
    #[error("the node key of store {0} is not a valid key")]
    NodeKey(StoreId),
    /// A key that occurs twice.
    #[error("a key of store {0} occurs twice in the charter")]
    RepeatedKey(StoreId),
    /// A proof of possession that is wrong.
    #[error("witness {1} of keyset {0} does not prove that it holds its keys")]
    Possession(KeysetId, WitnessIndex),
    /// One store would count as two witnesses, and a single traitor as two.
    #[error("store {1} sits twice on the committee of keyset {0}")]
    TwoSeats(KeysetId, StoreId),
    /// n and f do not fit.
    #[error(transparent)]
    Quorum(#[from] QuorumError),
    /// Denominations empty, unsorted, too large or without 1; dates in disorder; a value of 0 points.
    #[error("keyset {0}: denominations increase strictly from 1, and issue-until is before redeem-until")]
    Keyset(KeysetId),
    /// A point's value, a campaign or an offer that can't be.
    #[error("the rules are impossible: a value per 0 points, a campaign without choices, or an unknown association")]
    Rules,
}
