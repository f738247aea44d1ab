//! What proves that a witness cheated, to anyone, offline; never merely somebody's word.

use super::{
    charter::{Charter, Keyset},
    codec::{Bounded, Decode, Encode},
    evaluation::{Evaluation, EvaluationError},
    head::Head,
    ids::{KeysetId, OrderDigest, WitnessIndex},
    order::Order,
    vote::Vote,
};
use crate::{
    crypto::{hash, labels, merkle},
    limits::MAX_PROOF_HASHES,
};

/// Evidence against one witness, unverified.
#[derive(Clone, Debug, Encode, Decode, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(clippy::large_enum_variant)]
pub enum Evidence {
    /// Two votes for orders that share a coin or a reference. Void once the witness shows a certificate, of an order
    /// that conflicts with one of the two, which freed it.
    DoubleVote {
        /// One order.
        first: Order,
        /// The vote for it.
        first_vote: Vote,
        /// The other.
        second: Order,
        /// The vote for that.
        second_vote: Vote,
    },
    /// A signed evaluation whose proof is wrong.
    BadEvaluation {
        /// The order.
        order: Order,
        /// What the witness signed.
        evaluation: Evaluation,
    },
    /// Two heads of which neither extends the other.
    Fork {
        /// Of which committee's log.
        keyset: KeysetId,
        /// The shorter.
        shorter: Head,
        /// The longer.
        longer: Head,
        /// The longer log cut where the shorter ends: the subtrees that cover the first part, then those that cover the
        /// rest. Empty if both are of one size.
        #[serde(serialize_with = "super::json::hashes")]
        subtrees: Bounded<[u8; 32], MAX_PROOF_HASHES>,
    },
}

/// Evidence that was checked: the witness did it.
#[derive(Clone, Debug)]
pub struct VerifiedEvidence {
    /// The committee.
    pub keyset: KeysetId,
    /// Who did it.
    pub culprit: WitnessIndex,
    /// The evidence.
    pub evidence: Evidence,
}

/// Evidence that proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EvidenceError {
    /// The charter knows no such keyset or witness.
    #[error("the charter knows no such keyset or witness")]
    Unknown,
    /// A signature that the accused never made.
    #[error("the accused did not sign this")]
    NotSigned,
    /// The orders do not conflict, the proof is good, or the heads extend one another.
    #[error("what the accused signed is in order")]
    InOrder,
}

impl Evidence {
    /// Checks the evidence against the charter alone (EVIDENCE-1); the first check that fails names the error
    /// (EVIDENCE-2), and what the accused did not sign never convicts (EVIDENCE-8).
    pub fn verify(self, charter: &Charter) -> Result<VerifiedEvidence, EvidenceError> {
        let (keyset, culprit) = match &self {
            Self::DoubleVote { first, first_vote, second, second_vote } => {
                let keyset = charter.keyset(first.keyset).ok_or(EvidenceError::Unknown)?;
                (keyset.id(), verify_double_vote(keyset, (first, *first_vote), (second, *second_vote))?)
            }
            Self::BadEvaluation { order, evaluation } => {
                let keyset = charter.keyset(evaluation.keyset).ok_or(EvidenceError::Unknown)?;
                (keyset.id(), verify_bad_evaluation(keyset, order, evaluation)?)
            }
            Self::Fork { keyset, shorter, longer, subtrees } => {
                let keyset = charter.keyset(*keyset).ok_or(EvidenceError::Unknown)?;
                (keyset.id(), verify_fork(keyset, *shorter, *longer, subtrees)?)
            }
        };
        Ok(VerifiedEvidence { keyset, culprit, evidence: self })
    }

    /// Its name in a file or a list (EVIDENCE-10).
    pub fn id(&self) -> [u8; 32] {
        hash::derive(labels::EVIDENCE_ID, &[&super::codec::encode(self)])
    }
}

/// Whether two orders can't both be certified: they share a coin, or a store's reference (VOTE-9).
pub fn conflict(first: &Order, second: &Order) -> bool {
    if first.keyset != second.keyset || first.digest() == second.digest() {
        return false;
    }
    let share_coin = first.inputs.iter().any(|a| second.inputs.iter().any(|b| a.point == b.point));
    let debits = |order: &Order| order.inputs.is_empty();
    let share_reference =
        debits(first) && debits(second) && first.store == second.store && first.reference == second.reference;
    share_coin || share_reference
}

/// Two votes of one witness for conflicting orders (EVIDENCE-3), and nothing less (EVIDENCE-4).
fn verify_double_vote(
    keyset: &Keyset,
    first: (&Order, Vote),
    second: (&Order, Vote),
) -> Result<WitnessIndex, EvidenceError> {
    if first.1.index != second.1.index || !conflict(first.0, second.0) {
        return Err(EvidenceError::InOrder);
    }
    for (order, vote) in [first, second] {
        let digest: OrderDigest = order.digest();
        vote.verify(keyset, &digest).map_err(|_| EvidenceError::NotSigned)?;
    }
    Ok(first.1.index)
}

/// A wrong proof (EVIDENCE-5) under a good signature (EVIDENCE-6).
fn verify_bad_evaluation(
    keyset: &Keyset,
    order: &Order,
    evaluation: &Evaluation,
) -> Result<WitnessIndex, EvidenceError> {
    match evaluation.verify(keyset, order, &order.digest()) {
        Err(EvaluationError::BadProof(culprit)) => Ok(culprit),
        Err(EvaluationError::BadSignature(_)) => Err(EvidenceError::NotSigned),
        Err(EvaluationError::NoSuchWitness(_)) => Err(EvidenceError::Unknown),
        Err(EvaluationError::Misplaced) | Ok(_) => Err(EvidenceError::InOrder),
    }
}

/// Two heads of which neither extends the other (EVIDENCE-7).
fn verify_fork(
    keyset: &Keyset,
    shorter: Head,
    longer: Head,
    subtrees: &[[u8; 32]],
) -> Result<WitnessIndex, EvidenceError> {
    if shorter.index != longer.index || shorter.size > longer.size {
        return Err(EvidenceError::InOrder);
    }
    for head in [shorter, longer] {
        head.verify(keyset).map_err(|_| EvidenceError::NotSigned)?;
    }
    if shorter.size == longer.size {
        return if shorter.root == longer.root { Err(EvidenceError::InOrder) } else { Ok(shorter.index) };
    }
    match merkle::two_roots((shorter.size, longer.size), subtrees) {
        Some((begun, whole)) if whole == longer.root && begun != shorter.root => Ok(shorter.index),
        _ => Err(EvidenceError::InOrder),
    }
}
