//! q votes on one digest: the proof of payment, checkable by anyone offline.

use alloc::{collections::BTreeMap, vec::Vec};

use super::{
    charter::Keyset,
    codec::{Bounded, Decode, Encode},
    ids::{KeysetId, OrderDigest, WitnessIndex},
    vote::{VerifiedVote, Vote, VoteError},
};
use crate::limits::MAX_WITNESSES;

/// A certificate, unverified.
///
/// It has no equality: different sets of votes over one digest are the same certificate. Compare digests (CERT-7).
#[derive(Clone, Debug, Encode, Decode, serde::Serialize)]
pub struct Certificate {
    /// Whose committee voted.
    pub keyset: KeysetId,
    /// For what.
    pub digest: OrderDigest,
    /// Exactly q votes of distinct witnesses, by increasing index.
    pub votes: Bounded<Vote, MAX_WITNESSES>,
}

/// A certificate that was checked against the charter's keyset.
#[derive(Clone, Debug)]
pub struct VerifiedCertificate(Certificate);

/// Why a certificate proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// It belongs to another committee.
    #[error("the certificate is of keyset {found}, not {expected}")]
    OtherKeyset {
        /// The certificate's.
        found: KeysetId,
        /// The order's.
        expected: KeysetId,
    },
    /// It is about another order.
    #[error("the certificate is about order {0}")]
    OtherOrder(OrderDigest),
    /// Not exactly q votes.
    #[error("{found} votes where exactly {needed} certify")]
    VoteCount {
        /// How many it has.
        found: usize,
        /// q.
        needed: usize,
    },
    /// Votes out of order or of one witness twice.
    #[error("votes stand by increasing index, each witness once")]
    Unsorted,
    /// One of the votes is none.
    #[error(transparent)]
    Vote(#[from] VoteError),
}

impl Certificate {
    /// Assembles one from checked votes on one digest, if there are q of distinct witnesses: the lowest indices, and of
    /// two votes of one witness the later (CERT-9).
    pub fn assemble(keyset: &Keyset, digest: OrderDigest, votes: &[VerifiedVote]) -> Option<VerifiedCertificate> {
        let distinct: BTreeMap<WitnessIndex, Vote> = votes.iter().map(|vote| (vote.get().index, vote.get())).collect();
        let needed = keyset.quorum().votes();
        let votes: Vec<Vote> = distinct.into_values().take(needed).collect();
        if votes.len() < needed {
            return None;
        }
        let votes = Bounded::new(votes).ok()?;
        Some(VerifiedCertificate(Self { keyset: keyset.id(), digest, votes }))
    }

    /// Checks keyset (CERT-1), digest (CERT-2), count (CERT-3), order (CERT-4), and then every signature (CERT-5), in
    /// this order (CERT-6). It asks no clock and no other part of the charter (CERT-8).
    pub fn verify(self, keyset: &Keyset, digest: &OrderDigest) -> Result<VerifiedCertificate, CertificateError> {
        self.check_form(keyset, digest)?;
        for vote in &self.votes {
            vote.verify(keyset, digest)?;
        }
        Ok(VerifiedCertificate(self))
    }

    /// All but the signatures.
    pub(crate) fn check_form(&self, keyset: &Keyset, digest: &OrderDigest) -> Result<(), CertificateError> {
        if self.keyset != keyset.id() {
            return Err(CertificateError::OtherKeyset { found: self.keyset, expected: keyset.id() });
        }
        if self.digest != *digest {
            return Err(CertificateError::OtherOrder(self.digest));
        }
        let needed = keyset.quorum().votes();
        if self.votes.len() != needed {
            return Err(CertificateError::VoteCount { found: self.votes.len(), needed });
        }
        if !self.votes.windows(2).all(|pair| matches!(pair, [a, b] if a.index < b.index)) {
            return Err(CertificateError::Unsorted);
        }
        Ok(())
    }
}

impl VerifiedCertificate {
    /// The order that it certifies.
    pub fn digest(&self) -> OrderDigest {
        self.0.digest
    }

    /// As it travels.
    pub fn as_certificate(&self) -> &Certificate {
        &self.0
    }

    /// As it travels, by value.
    pub fn into_certificate(self) -> Certificate {
        self.0
    }

    /// Whether this witness's vote is among those counted.
    pub fn has_vote_of(&self, index: WitnessIndex) -> bool {
        self.0.votes.iter().any(|vote| vote.index == index)
    }
}
