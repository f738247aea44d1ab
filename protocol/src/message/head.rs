//! How far a witness's log goes, signed.

use super::{
    charter::{Keyset, Member},
    codec::{Decode, Encode},
    ids::WitnessIndex,
};
use crate::crypto::{
    labels,
    sign::{Signature, SigningKey},
};

/// A signed head of one witness's log of one keyset; unverified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, serde::Serialize)]
pub struct Head {
    /// Whose log.
    pub index: WitnessIndex,
    /// How many entries.
    pub size: u64,
    /// The Merkle root over them.
    #[serde(serialize_with = "super::json::bytes")]
    pub root: [u8; 32],
    /// By the vote key over (tag, federation, keyset, index, size, root).
    pub signature: Signature,
}

/// A head that its witness really signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerifiedHead(Head);

/// An answer to "which is my newest head that you know?", asked by a witness that starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, serde::Serialize)]
pub struct HeadAnswer {
    /// Who answers.
    pub index: WitnessIndex,
    /// The asker's newest head that the answering witness knows.
    pub newest: Option<Head>,
    /// By the answering vote key over (tag, federation, keyset, index, nonce, asker, newest).
    pub signature: Signature,
}

/// A head or an answer about heads that its author did not sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the head is not signed by witness {0}")]
pub struct HeadError(pub WitnessIndex);

impl Head {
    /// Signs the newest state of the witness's own log.
    pub fn sign(key: &SigningKey, keyset: &Keyset, index: WitnessIndex, size: u64, root: [u8; 32]) -> Self {
        let unsigned = Self { index, size, root, signature: Signature([0; 64]) };
        let signature = unsigned.with_parts(keyset, |parts| key.sign(labels::HEAD_SIGNATURE, parts));
        Self { signature, ..unsigned }
    }

    /// Checks the signature (LOG-8).
    pub fn verify(self, keyset: &Keyset) -> Result<VerifiedHead, HeadError> {
        let member = keyset.member(self.index).ok_or(HeadError(self.index))?;
        self.with_parts(keyset, |parts| member.vote_key().verify(labels::HEAD_SIGNATURE, parts, &self.signature))
            .map_err(|_| HeadError(self.index))?;
        Ok(VerifiedHead(self))
    }

    fn with_parts<T>(&self, keyset: &Keyset, then: impl FnOnce(&[&[u8]]) -> T) -> T {
        then(&[
            &keyset.federation().0,
            &keyset.id().0.to_le_bytes(),
            &[self.index.0],
            &self.size.to_le_bytes(),
            &self.root,
        ])
    }
}

impl VerifiedHead {
    /// The head.
    pub fn get(&self) -> Head {
        self.0
    }
}

impl HeadAnswer {
    /// Answers a starting witness's question.
    pub fn sign(
        key: &SigningKey,
        keyset: &Keyset,
        index: WitnessIndex,
        asker: WitnessIndex,
        nonce: &[u8; 32],
        newest: Option<Head>,
    ) -> Self {
        let unsigned = Self { index, newest, signature: Signature([0; 64]) };
        let signature =
            unsigned.with_parts(keyset, asker, nonce, |parts| key.sign(labels::HEAD_ANSWER_SIGNATURE, parts));
        Self { signature, ..unsigned }
    }

    /// Checks that the member gave this answer to this question, and that the head in it is the asker's (ROLLBACK-3).
    pub fn verify(
        &self,
        keyset: &Keyset,
        member: &Member,
        asker: WitnessIndex,
        nonce: &[u8; 32],
    ) -> Result<Option<VerifiedHead>, HeadError> {
        if member.index() != self.index {
            return Err(HeadError(self.index));
        }
        self.with_parts(keyset, asker, nonce, |parts| {
            member.vote_key().verify(labels::HEAD_ANSWER_SIGNATURE, parts, &self.signature)
        })
        .map_err(|_| HeadError(self.index))?;
        match self.newest {
            Some(head) if head.index == asker => head.verify(keyset).map(Some),
            Some(_) => Err(HeadError(self.index)),
            None => Ok(None),
        }
    }

    fn with_parts<T>(
        &self,
        keyset: &Keyset,
        asker: WitnessIndex,
        nonce: &[u8; 32],
        then: impl FnOnce(&[&[u8]]) -> T,
    ) -> T {
        then(&[
            &keyset.federation().0,
            &keyset.id().0.to_le_bytes(),
            &[self.index.0],
            nonce,
            &[asker.0],
            &super::codec::encode(&self.newest),
        ])
    }
}
