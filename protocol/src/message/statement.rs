//! What a witness says of its log once its keyset is closed: how far it goes, and that it goes no further.

use super::{
    charter::Keyset,
    codec::{Decode, Encode},
    ids::{KeysetId, WitnessIndex},
};
use crate::crypto::{
    hash, labels,
    sign::{Signature, SigningKey},
};

/// A witness's closing statement; unverified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, serde::Serialize)]
pub struct ClosingStatement {
    /// Of which keyset's log.
    pub keyset: KeysetId,
    /// Whose log.
    pub index: WitnessIndex,
    /// How many entries it has, for good.
    pub size: u64,
    /// The Merkle root over them.
    #[serde(serialize_with = "super::json::bytes")]
    pub root: [u8; 32],
    /// By the vote key over (tag, federation, keyset, index, hash of size and root).
    pub signature: Signature,
}

/// A closing statement that its witness really signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerifiedStatement(ClosingStatement);

/// A closing statement that its witness did not sign, or of another keyset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the closing statement is not signed by witness {0} of this keyset")]
pub struct StatementError(pub WitnessIndex);

impl ClosingStatement {
    /// Signs what the log is and remains (ROLLOVER-8).
    pub fn sign(key: &SigningKey, keyset: &Keyset, index: WitnessIndex, size: u64, root: [u8; 32]) -> Self {
        let unsigned = Self { keyset: keyset.id(), index, size, root, signature: Signature([0; 64]) };
        let signature = unsigned.with_parts(keyset, |parts| key.sign(labels::STATEMENT_SIGNATURE, parts));
        Self { signature, ..unsigned }
    }

    /// Checks the signature.
    pub fn verify(self, keyset: &Keyset) -> Result<VerifiedStatement, StatementError> {
        let error = StatementError(self.index);
        if self.keyset != keyset.id() {
            return Err(error);
        }
        let member = keyset.member(self.index).ok_or(error)?;
        self.with_parts(keyset, |parts| member.vote_key().verify(labels::STATEMENT_SIGNATURE, parts, &self.signature))
            .map_err(|_| error)?;
        Ok(VerifiedStatement(self))
    }

    fn with_parts<T>(&self, keyset: &Keyset, then: impl FnOnce(&[&[u8]]) -> T) -> T {
        let hash = hash::derive(labels::STATEMENT_HASH, &[&self.size.to_le_bytes(), &self.root]);
        then(&[&keyset.federation().0, &self.keyset.0.to_le_bytes(), &[self.index.0], &hash])
    }
}

impl VerifiedStatement {
    /// The statement.
    pub fn get(&self) -> ClosingStatement {
        self.0
    }
}
