//! What a witness checks and computes before it looks at its state: pure functions of the message and the keys.

use alloc::vec::Vec;

use super::Witness;
use crate::{
    crypto::{
        Entropy,
        group::{Point, PointBytes},
        mac::{self, MacItem},
        poprf::{Tweak, coin_hash},
        proof::{self, EvaluationContext, EvaluationItem},
    },
    limits::{MAX_INPUTS, MAX_OUTPUTS},
    message::{
        certificate::VerifiedCertificate,
        charter::Charter,
        check::AuthorizedOrder,
        class::Class,
        codec::Bounded,
        evaluation::{Evaluation, NO_PROOF, outputs_of},
        ids::OrderDigest,
        log::CertifiedOrder,
        order::{Order, Output},
        refusal::Refusal,
        vote::VerifiedVote,
        wire::VoteRequest,
    },
};

/// An order that may be voted for, as far as that does not depend on state.
#[derive(Clone, Debug)]
pub struct PreparedVote {
    pub(super) order: AuthorizedOrder,
    pub(super) votes: Vec<VerifiedVote>,
    /// Computed ahead if this vote may make the quorum full. It leaves only with a certificate that was written down.
    pub(super) evaluation: Option<Evaluation>,
}

/// A certified order with this witness's evaluation, not yet written down.
#[derive(Clone, Debug)]
pub struct PreparedCertificate {
    pub(super) order: Order,
    pub(super) digest: OrderDigest,
    pub(super) certificate: VerifiedCertificate,
    pub(super) evaluation: Evaluation,
}

impl PreparedVote {
    /// The order's identity.
    pub fn digest(&self) -> OrderDigest {
        self.order.digest()
    }
}

impl PreparedCertificate {
    /// The order's identity.
    pub fn digest(&self) -> OrderDigest {
        self.digest
    }
}

impl Witness {
    /// Steps 1, 3 (what is public of it) and 4 of design section 6: rules, encodings, signature, MAC column.
    ///
    /// The cheapest check comes first; no group operation is spent on an order that breaks a rule of form.
    pub fn prepare_vote(
        &self,
        charter: &Charter,
        request: VoteRequest,
        entropy: Entropy,
    ) -> Result<PreparedVote, Refusal> {
        let VoteRequest { signed, column, votes } = request;
        // WITNESS-6
        if signed.order.keyset != self.keyset().id() {
            return Err(Refusal::Unknown);
        }
        // WITNESS-7
        if column.is_none() && !signed.order.inputs.is_empty() {
            signed.order.check_rules(charter)?;
            return Err(Refusal::NoColumn);
        }
        let order = signed.check(charter)?.authorize(charter)?;
        let (for_macs, for_proof) = entropy.split_two();
        if let Some(column) = column {
            self.check_column(&order, &column, for_macs)?;
        }
        let digest = order.digest();
        // A wrong vote proves nothing about anybody and is left out (VOTE-7, WITNESS-18); what remains must do.
        let votes: Vec<VerifiedVote> =
            votes.iter().filter_map(|vote| vote.verify(self.keyset(), &digest).ok()).collect();
        let may_certify = votes.len().saturating_add(1) >= self.keyset().quorum().votes();
        let evaluation = if may_certify {
            // What moves into a later keyset is that one's affair (ROLLOVER-2).
            let own = |(output, _): &(&Output, &Point)| output.class.keyset == self.keyset().id();
            let outputs = order.order().outputs.iter().zip(order.outputs());
            let blinded: Vec<Point> = outputs.filter(own).map(|(_, blinded)| *blinded).collect();
            Some(self.evaluate(order.order(), digest, &blinded, for_proof)?)
        } else {
            None
        };
        Ok(PreparedVote { order, votes, evaluation })
    }

    /// WITNESS-8. The column is looked at here and kept nowhere (WITNESS-5).
    fn check_column(
        &self,
        order: &AuthorizedOrder,
        column: &Bounded<PointBytes, MAX_INPUTS>,
        entropy: Entropy,
    ) -> Result<(), Refusal> {
        let inputs = &order.order().inputs;
        if column.len() != inputs.len() {
            return Err(Refusal::CoinUnknown);
        }
        let mut items = Vec::with_capacity(inputs.len());
        for (input, component) in inputs.iter().zip(column) {
            let class = Class { keyset: self.keyset().id(), kind: input.kind };
            let tweak: Tweak = class.tweak(self.keyset().federation());
            let component = component.decode().map_err(|_| Refusal::CoinUnknown)?;
            items.push(MacItem { tweak, point_hash: coin_hash(&input.point), component });
        }
        mac::check_batch(&self.keys().poprf, &items, entropy).map_err(|_| Refusal::CoinUnknown)
    }

    /// Checks a certificate (WITNESS-27) and evaluates the order's outputs. The order itself needs no further trust: q
    /// witnesses, an honest one among them, checked it.
    pub fn prepare_certificate(
        &self,
        certified: CertifiedOrder,
        entropy: Entropy,
    ) -> Result<PreparedCertificate, Refusal> {
        let CertifiedOrder { order, certificate } = certified;
        if order.keyset != self.keyset().id() || order.federation != *self.keyset().federation() {
            return Err(Refusal::Unknown);
        }
        let digest = order.digest();
        let certificate = certificate.verify(self.keyset(), &digest).map_err(|_| Refusal::BadCertificate)?;
        let evaluation = self.evaluate_certified(&order, digest, entropy)?;
        Ok(PreparedCertificate { order, digest, certificate, evaluation })
    }

    /// Evaluates an order of which nothing but the certificate was checked.
    pub(super) fn evaluate_certified(
        &self,
        order: &Order,
        digest: OrderDigest,
        entropy: Entropy,
    ) -> Result<Evaluation, Refusal> {
        let blinded = outputs_of(order, self.keyset().id()).map(|output| output.blinded.decode());
        let blinded: Vec<Point> = blinded.collect::<Result<_, _>>().map_err(|_| Refusal::BadCertificate)?;
        self.evaluate(order, digest, &blinded, entropy)
    }

    fn evaluate(
        &self,
        order: &Order,
        digest: OrderDigest,
        blinded: &[Point],
        entropy: Entropy,
    ) -> Result<Evaluation, Refusal> {
        let (keyset, keys) = (self.keyset(), self.keys());
        let tweaked: Vec<(Tweak, Point)> = outputs_of(order, keyset.id())
            .map(|output| output.class.tweak(keyset.federation()))
            .zip(blinded.iter().copied())
            .collect();
        // k + m = 0, and a proof that fails on its own evaluations, need luck of 2^-252 or broken memory.
        let evaluated = keys.poprf.evaluate_batch(&tweaked).map_err(|_| Refusal::StorageFailed)?;
        let bytes: Vec<PointBytes> = evaluated.iter().map(Point::encode).collect();
        let proof = if tweaked.is_empty() {
            NO_PROOF
        } else {
            let items: Vec<EvaluationItem> = tweaked
                .into_iter()
                .zip(evaluated)
                .map(|((tweak, blinded), evaluated)| EvaluationItem { tweak, blinded, evaluated })
                .collect();
            let context = EvaluationContext {
                federation: &keyset.federation().0,
                keyset: keyset.id().0,
                index: self.index().0,
                digest: &digest.0,
            };
            proof::prove(&keys.poprf, &context, &items, entropy).map_err(|_| Refusal::StorageFailed)?
        };
        let evaluated = Bounded::<PointBytes, MAX_OUTPUTS>::new(bytes).map_err(|_| Refusal::BadCertificate)?;
        Ok(Evaluation::sign(&keys.vote, keyset.federation(), keyset.id(), self.index(), digest, evaluated, proof))
    }
}
