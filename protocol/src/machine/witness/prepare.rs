//! What a witness checks and computes before it looks at its state: pure functions of the message and the keys.

use alloc::{vec, vec::Vec};

use super::Witness;
use crate::{
    crypto::{
        Entropy,
        group::{Point, PointBytes},
        poprf::Tweak,
        proof::{self, EvaluationContext, EvaluationItem},
    },
    limits::{MAX_OUTPUTS, MAX_WITNESSES},
    machine::own::{Asking, OwnRequest},
    message::{
        certificate::VerifiedCertificate,
        charter::Charter,
        check::AuthorizedOrder,
        codec::Bounded,
        evaluation::{Evaluation, NO_PROOF, outputs_of},
        ids::{OrderDigest, StoreId},
        log::CertifiedOrder,
        order::{Order, Output},
        presented::{self, Presented},
        refusal::Refusal,
        vote::{VerifiedVote, Vote},
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

/// Votes that came with a request.
enum Votes {
    /// Not looked at.
    Unverified(Bounded<Vote, MAX_WITNESSES>),
    /// By the gateway beside this witness.
    Verified(Vec<VerifiedVote>),
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
        request: impl Into<Asking>,
        entropy: Entropy,
    ) -> Result<PreparedVote, Refusal> {
        let alone = self.prepare_votes(charter, vec![(None, request)], entropy).pop();
        // There is one answer to one request.
        alone.unwrap_or(Err(Refusal::Busy))
    }

    /// The same for many requests at once, each with the store that relayed it: in their order, each with the answer that it
    /// would get alone, for a part of the price (WITNESS-38).
    pub fn prepare_votes(
        &self,
        charter: &Charter,
        requests: Vec<(Option<StoreId>, impl Into<Asking>)>,
        entropy: Entropy,
    ) -> Vec<Result<PreparedVote, Refusal>> {
        let mut fresh = entropy.split(requests.len().saturating_add(1)).into_iter();
        let Some(for_all) = fresh.next() else { return Vec::new() };
        let (mut opened, mut presented) = (Vec::with_capacity(requests.len()), Vec::with_capacity(requests.len()));
        for (relay, request) in requests {
            opened.push(match request.into() {
                Asking::Relayed(request) => self.open_request(charter, relay, *request, &mut presented),
                Asking::Own(request) => self.open_own(relay, request, &mut presented),
            });
        }
        let mut authorized = presented::authorize_all(&self.keys().poprf, presented, for_all).into_iter();
        let finish = |(opened, entropy): (Result<(Option<AuthorizedOrder>, Votes), Refusal>, Entropy)| {
            let (order, votes) = opened?;
            let order = match order {
                Some(order) => order,
                None => authorized.next().unwrap_or(Err(Refusal::Busy))?,
            };
            self.finish_vote(order, votes, entropy)
        };
        opened.into_iter().zip(fresh).map(finish).collect()
    }

    /// What needs no other request: all of it, if a store signed the order. One that presents coins joins those that are
    /// authorized together.
    fn open_request(
        &self,
        charter: &Charter,
        relay: Option<StoreId>,
        request: VoteRequest,
        presented: &mut Vec<Presented>,
    ) -> Result<(Option<AuthorizedOrder>, Votes), Refusal> {
        let VoteRequest { signed, column, votes } = request;
        let votes = Votes::Unverified(votes);
        // WITNESS-6
        if signed.order.keyset != self.keyset().id() {
            return Err(Refusal::Unknown);
        }
        // WITNESS-7
        if column.is_none() && !signed.order.inputs.is_empty() {
            signed.order.check_rules(charter)?;
            return Err(Refusal::NoColumn);
        }
        let order = signed.check(charter)?;
        match column {
            Some(column) if !order.order().inputs.is_empty() => {
                presented.push(Presented::new(order, &column, &self.tweaks, relay)?);
                Ok((None, votes))
            }
            column => {
                let order = order.authorize(charter)?;
                // A column of no inputs has nothing in it (WITNESS-8).
                if column.is_some_and(|column| !column.is_empty()) {
                    return Err(Refusal::CoinUnknown);
                }
                Ok((Some(order), votes))
            }
        }
    }

    /// What the gateway beside this witness has checked: all but the column. Its charter may be an older one, by which an order
    /// that spends coins is as good (ORDER-28).
    fn open_own(
        &self,
        relay: Option<StoreId>,
        request: OwnRequest,
        presented: &mut Vec<Presented>,
    ) -> Result<(Option<AuthorizedOrder>, Votes), Refusal> {
        let OwnRequest { order, column, votes } = request;
        // WITNESS-6
        if order.order().keyset != self.keyset().id() {
            return Err(Refusal::Unknown);
        }
        presented.push(Presented::authorized(*order, &column, &self.tweaks, relay)?);
        Ok((None, Votes::Verified(votes)))
    }

    /// Counts the votes that came with it, and evaluates ahead if this one may make the quorum full.
    fn finish_vote(&self, order: AuthorizedOrder, votes: Votes, entropy: Entropy) -> Result<PreparedVote, Refusal> {
        let digest = order.digest();
        // A wrong vote proves nothing about anybody and is left out (VOTE-7, WITNESS-18); what remains must do.
        let votes: Vec<VerifiedVote> = match votes {
            Votes::Unverified(votes) => {
                votes.iter().filter_map(|vote| vote.verify(self.keyset(), &digest).ok()).collect()
            }
            Votes::Verified(votes) => votes.into_iter().filter(|vote| vote.is_on(&digest)).collect(),
        };
        let may_certify = votes.len().saturating_add(1) >= self.keyset().quorum().votes();
        let evaluation = if may_certify {
            // What moves into a later keyset is that one's affair (ROLLOVER-2).
            let own = |(output, _): &(&Output, &Point)| output.class.keyset == self.keyset().id();
            let outputs = order.order().outputs.iter().zip(order.outputs());
            let blinded: Vec<Point> = outputs.filter(own).map(|(_, blinded)| *blinded).collect();
            Some(self.evaluate(order.order(), digest, &blinded, entropy)?)
        } else {
            None
        };
        Ok(PreparedVote { order, votes, evaluation })
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
            .map(|output| self.tweaks.of(&output.class.kind))
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
