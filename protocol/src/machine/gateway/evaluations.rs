//! What one committee has evaluated of a certified order.

use alloc::{
    boxed::Box,
    collections::{BTreeMap, BTreeSet},
};

use super::Fault;
use crate::message::{
    charter::Keyset,
    evaluation::{Blinded, Evaluation, EvaluationError},
    evidence::Evidence,
    ids::{OrderDigest, WitnessIndex},
    order::Order,
};

/// How far the witnesses of one keyset have come with an order.
#[derive(Debug, Default)]
pub(super) struct Evaluations {
    /// Those whose signature and proof are good.
    pub(super) good: BTreeMap<WitnessIndex, Evaluation>,
    /// Witnesses that have written the certificate down.
    pub(super) holders: BTreeSet<WitnessIndex>,
    /// Those of them that signed an evaluation whose proof is bad: a witness evaluates once, so asking again brings the same.
    pub(super) bad: BTreeSet<WitnessIndex>,
    /// Witnesses that were shown the certificate in this round, and said that they evaluate no more.
    pub(super) closed: BTreeSet<WitnessIndex>,
    /// The order's outputs in this keyset, decoded at the first evaluation.
    blinded: Option<Blinded>,
}

impl Evaluations {
    /// A witness's evaluation, or what it did wrong.
    pub(super) fn take(
        &mut self,
        keyset: &Keyset,
        (order, digest): (&Order, &OrderDigest),
        index: WitnessIndex,
        evaluation: Evaluation,
    ) -> Result<(), Fault> {
        if evaluation.index != index {
            return Err(Fault::Misbehaved(index));
        }
        match evaluation.verify_with(keyset, (order, digest), &mut self.blinded) {
            Ok(_) => {
                self.keep(keyset, index, evaluation);
                Ok(())
            }
            Err(EvaluationError::BadProof(_)) => {
                // Its signature is good: it wrote the certificate down, and will never evaluate better.
                self.holders.insert(index);
                self.bad.insert(index);
                Err(Fault::Evidence(Box::new(Evidence::BadEvaluation { order: order.clone(), evaluation })))
            }
            Err(_) => Err(Fault::Misbehaved(index)),
        }
    }

    /// Keeps an evaluation whose signature and proof are good, or that was made in this very program.
    pub(super) fn keep(&mut self, keyset: &Keyset, index: WitnessIndex, evaluation: Evaluation) {
        self.holders.insert(index);
        self.good.insert(index, evaluation);
        if self.are_ready(keyset) {
            // The last witnesses may be down: nothing large is kept for them.
            self.blinded = None;
        }
    }

    /// Leaves those holders alone whose evaluations are here.
    pub(super) fn forget_remembered(&mut self) {
        self.holders.retain(|index| self.good.contains_key(index) || self.bad.contains(index));
    }

    /// Whether they are enough for spendable coins.
    pub(super) fn are_ready(&self, keyset: &Keyset) -> bool {
        self.good.len() >= keyset.quorum().votes()
    }

    /// Whether all witnesses hold the certificate.
    pub(super) fn are_complete(&self, keyset: &Keyset) -> bool {
        self.holders.len() >= keyset.quorum().witnesses()
    }

    /// Whether q witnesses have said that they evaluate no more.
    pub(super) fn are_over(&self, keyset: &Keyset) -> bool {
        self.closed.len() >= keyset.quorum().votes()
    }
}
