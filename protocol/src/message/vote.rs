//! A witness's promise to back no other order over these coins.

use super::{
    charter::Keyset,
    codec::{Decode, Encode},
    ids::{OrderDigest, WitnessIndex},
};
use crate::crypto::{
    labels,
    sign::{Signature, SignatureCheck, SigningKey},
};

/// A vote, unverified. What it is for stands in the message around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, serde::Serialize)]
pub struct Vote {
    /// Whose.
    pub index: WitnessIndex,
    /// Over (tag, federation, keyset, index, digest).
    pub signature: Signature,
}

/// A vote whose signature was found good under the charter's key.
#[derive(Clone, Copy, Debug)]
pub struct VerifiedVote(Vote, OrderDigest);

/// A vote that can't be counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VoteError {
    /// The keyset has no such witness.
    #[error("the keyset has no witness {0}")]
    NoSuchWitness(WitnessIndex),
    /// Whoever brought it spoiled it, or its author did: it proves nothing about anybody (VOTE-7).
    #[error("the signature of witness {0} is wrong")]
    BadSignature(WitnessIndex),
}

impl Vote {
    /// Signs (VOTE-4), the same bytes each time (VOTE-8). Only the witness machine calls this, and lets it out only
    /// once the vote's record is on disk.
    pub fn sign(key: &SigningKey, keyset: &Keyset, index: WitnessIndex, digest: &OrderDigest) -> Self {
        let signature = key.sign(
            labels::VOTE_SIGNATURE,
            &[&keyset.federation().0, &keyset.id().0.to_le_bytes(), &[index.0], &digest.0],
        );
        Self { index, signature }
    }

    /// Checks the signature under the charter's key (VOTE-5), strictly and without cofactor (VOTE-6).
    pub fn verify(self, keyset: &Keyset, digest: &OrderDigest) -> Result<VerifiedVote, VoteError> {
        let check = self.signature_check(keyset, digest).ok_or(VoteError::NoSuchWitness(self.index))?;
        check.verify().map_err(|_| VoteError::BadSignature(self.index))?;
        Ok(VerifiedVote(self, *digest))
    }

    /// What [`Vote::verify`] checks, to be done with others too; nothing if the keyset has no such witness.
    pub(crate) fn signature_check(&self, keyset: &Keyset, digest: &OrderDigest) -> Option<SignatureCheck> {
        let member = keyset.member(self.index)?;
        let parts: [&[u8]; 4] = [&keyset.federation().0, &keyset.id().0.to_le_bytes(), &[self.index.0], &digest.0];
        Some(member.vote_key().check(labels::VOTE_SIGNATURE, &parts, &self.signature))
    }
}

impl VerifiedVote {
    /// One that whoever holds the key makes itself: it need not be verified.
    pub(crate) fn by_signing(key: &SigningKey, keyset: &Keyset, index: WitnessIndex, digest: &OrderDigest) -> Self {
        Self(Vote::sign(key, keyset, index, digest), *digest)
    }

    /// Whether it is this witness's, on this order.
    pub(crate) fn is_of(&self, index: WitnessIndex, digest: &OrderDigest) -> bool {
        self.0.index == index && self.is_on(digest)
    }

    /// Whether it is on this order.
    pub(crate) fn is_on(&self, digest: &OrderDigest) -> bool {
        self.1 == *digest
    }

    /// The vote.
    pub fn get(&self) -> Vote {
        self.0
    }
}
