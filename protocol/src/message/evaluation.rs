//! A witness's answer to the blinded outputs of a certified order.

use alloc::vec::Vec;

use super::{
    charter::{Keyset, Member},
    codec::{Bounded, Decode, Encode},
    ids::{FederationId, KeysetId, OrderDigest, WitnessIndex},
    order::{Order, Output},
};
use crate::{
    crypto::{
        group::{Point, PointBytes, ScalarBytes},
        labels,
        poprf::Tweak,
        proof::{self, EvaluationContext, EvaluationItem, EvaluationProof, VerifiedProof},
        sign::{Signature, SigningKey},
    },
    limits::MAX_OUTPUTS,
};

/// Z for every output of the witness's keyset, with one proof, signed; unverified.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, serde::Serialize)]
pub struct Evaluation {
    /// The keyset of the outputs, and of the keys.
    pub keyset: KeysetId,
    /// Whose.
    pub index: WitnessIndex,
    /// Of which order.
    pub digest: OrderDigest,
    /// Z_i, in the order of the outputs of this keyset (EVAL-1).
    pub evaluated: Bounded<PointBytes, MAX_OUTPUTS>,
    /// One proof over all of them, whatever their class; [`NO_PROOF`] if there are none.
    pub proof: EvaluationProof,
    /// By the vote key over (tag, federation, keyset, index, digest, Z, proof) (EVAL-2).
    pub signature: Signature,
}

/// An evaluation whose signature and proof are good.
#[derive(Clone, Debug)]
pub struct VerifiedEvaluation {
    index: WitnessIndex,
    evaluated: Vec<Point>,
}

/// What the witnesses of one keyset evaluate of one order, decoded.
#[derive(Clone, Debug)]
pub struct Blinded(Vec<(Tweak, Point)>);

impl Blinded {
    fn of(order: &Order, keyset: &Keyset) -> Option<Self> {
        let output = |output: &Output| Some((output.class.tweak(keyset.federation()), output.blinded.decode().ok()?));
        outputs_of(order, keyset.id()).map(output).collect::<Option<Vec<_>>>().map(Self)
    }
}

/// Why an evaluation can't be used, and whose fault that is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EvaluationError {
    /// It answers another question (EVAL-7).
    #[error("the evaluation is of another order or keyset")]
    Misplaced,
    /// The keyset has no such witness.
    #[error("the keyset has no witness {0}")]
    NoSuchWitness(WitnessIndex),
    /// The relay's fault: the witness never signed this (EVAL-4).
    #[error("the evaluation was not signed by witness {0}: whoever relayed it spoiled it")]
    BadSignature(WitnessIndex),
    /// The witness's fault, and the evaluation is the evidence (EVAL-5).
    #[error("witness {0} signed an evaluation whose proof is wrong")]
    BadProof(WitnessIndex),
}

/// Stands for the proof where an order has no outputs of the keyset (a payment without change, a ballot, a pledge):
/// 64 zero bytes (EVAL-6). Of nothing there is nothing to prove, and an honest witness must not stand accused of it.
pub const NO_PROOF: EvaluationProof =
    EvaluationProof { challenge: ScalarBytes([0; 32]), response: ScalarBytes([0; 32]) };

/// The outputs of an order that this keyset evaluates, and no others (ROLLOVER-2).
pub fn outputs_of(order: &Order, keyset: KeysetId) -> impl Iterator<Item = &Output> {
    order.outputs.iter().filter(move |output| output.class.keyset == keyset)
}

impl Evaluation {
    /// Signs what the witness computed.
    pub fn sign(
        key: &SigningKey,
        federation: &FederationId,
        keyset: KeysetId,
        index: WitnessIndex,
        digest: OrderDigest,
        evaluated: Bounded<PointBytes, MAX_OUTPUTS>,
        proof: EvaluationProof,
    ) -> Self {
        let parts = signed_parts(&evaluated, &proof);
        let signature = key.sign(
            labels::EVALUATION_SIGNATURE,
            &[&federation.0, &keyset.0.to_le_bytes(), &[index.0], &digest.0, &parts],
        );
        Self { keyset, index, digest, evaluated, proof, signature }
    }

    /// Whether it says that it is this witness's, of this order. Nothing is verified by that.
    pub(crate) fn is_of(&self, keyset: &Keyset, index: WitnessIndex, digest: &OrderDigest) -> bool {
        (self.keyset, self.index, &self.digest) == (keyset.id(), index, digest)
    }

    /// Checks the signature first (a bad one is the relay's fault), then the proof (a bad one is the witness's)
    /// (EVAL-3).
    pub fn verify(
        &self,
        keyset: &Keyset,
        order: &Order,
        digest: &OrderDigest,
    ) -> Result<VerifiedEvaluation, EvaluationError> {
        self.verify_with(keyset, (order, digest), &mut None)
    }

    /// The same for one of many evaluations of one order in one keyset, whose outputs are decoded for the first of them alone.
    pub fn verify_with(
        &self,
        keyset: &Keyset,
        (order, digest): (&Order, &OrderDigest),
        known: &mut Option<Blinded>,
    ) -> Result<VerifiedEvaluation, EvaluationError> {
        if self.keyset != keyset.id() || self.digest != *digest {
            return Err(EvaluationError::Misplaced);
        }
        let member = keyset.member(self.index).ok_or(EvaluationError::NoSuchWitness(self.index))?;
        self.verify_signature(keyset, member)?;
        let wrong = EvaluationError::BadProof(self.index);
        let blinded = match known {
            Some(blinded) => blinded,
            None => known.insert(Blinded::of(order, keyset).ok_or(wrong)?),
        };
        let evaluated = self.verify_proof(keyset, member, blinded).ok_or(wrong)?;
        Ok(VerifiedEvaluation { index: self.index, evaluated })
    }

    /// Whether the witness signed this, proof good or bad. What a relay checks.
    pub fn verify_signature(&self, keyset: &Keyset, member: &Member) -> Result<(), EvaluationError> {
        let parts = signed_parts(&self.evaluated, &self.proof);
        let tagged: [&[u8]; 5] =
            [&keyset.federation().0, &self.keyset.0.to_le_bytes(), &[self.index.0], &self.digest.0, &parts];
        member
            .vote_key()
            .verify(labels::EVALUATION_SIGNATURE, &tagged, &self.signature)
            .map_err(|_| EvaluationError::BadSignature(self.index))
    }

    fn verify_proof(&self, keyset: &Keyset, member: &Member, Blinded(outputs): &Blinded) -> Option<Vec<Point>> {
        if outputs.len() != self.evaluated.len() {
            return None;
        }
        if outputs.is_empty() {
            return (self.proof == NO_PROOF).then(Vec::new);
        }
        let mut items = Vec::with_capacity(outputs.len());
        for ((tweak, blinded), evaluated) in outputs.iter().zip(&self.evaluated) {
            items.push(EvaluationItem { tweak: *tweak, blinded: *blinded, evaluated: evaluated.decode().ok()? });
        }
        let context = EvaluationContext {
            federation: &keyset.federation().0,
            keyset: keyset.id().0,
            index: self.index.0,
            digest: &self.digest.0,
        };
        // The token is what the check leaves behind; there is nothing in it to keep.
        let _checked: VerifiedProof = proof::verify(member.poprf_key(), &context, &items, &self.proof).ok()?;
        Some(items.into_iter().map(|item| item.evaluated).collect())
    }
}

fn signed_parts(evaluated: &[PointBytes], proof: &EvaluationProof) -> Vec<u8> {
    let mut bytes: Vec<u8> = evaluated.iter().flat_map(|point| point.0).collect();
    bytes.extend(super::codec::encode(proof));
    bytes
}

impl VerifiedEvaluation {
    /// Whose.
    pub fn index(&self) -> WitnessIndex {
        self.index
    }

    /// Z of every output of the keyset, in order.
    pub fn evaluated(&self) -> &[Point] {
        &self.evaluated
    }
}
