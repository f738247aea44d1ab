//! What became of an order by all witnesses together.

use std::sync::Arc;

use ronde_protocol::message::certificate::Certificate;
use ronde_protocol::message::charter::{Charter, Keyset};
use ronde_protocol::message::evidence::conflict;
use ronde_protocol::message::ids::OrderDigest;
use ronde_protocol::message::log::CertifiedOrder;
use ronde_protocol::message::order::SignedOrder;
use ronde_protocol::message::refusal::{Conflict, ConflictingOrder};
use ronde_protocol::message::vote::VerifiedVote;
use ronde_protocol::message::wire::{OrderQuery, OrderState, ReplyV1, RequestV1};

use super::core::Core;

/// What the witnesses' answers add up to.
#[derive(Default)]
pub struct Found {
    /// How many answered.
    pub answered: usize,
    /// The order, as one of them voted for it.
    pub signed: Option<SignedOrder>,
    /// The same as each that has good votes showed it, if it has no inputs: its authorization nobody has looked at.
    pub shown: Vec<SignedOrder>,
    /// Votes for it.
    pub votes: Vec<VerifiedVote>,
    certificate: Option<CertifiedOrder>,
    /// A certified order that killed it.
    pub killed: Option<Conflict>,
}

impl Found {
    /// Asks every witness of the keyset, this node's own among them, until one shows a certificate.
    pub async fn ask(core: &Arc<Core>, keyset: &Keyset, digest: OrderDigest) -> Self {
        let charter = core.charter();
        let mut asked = core.ask_all(keyset, &RequestV1::Order(OrderQuery { keyset: keyset.id(), digest }));
        let mut found = Self::default();
        while let Some(answer) = asked.join_next().await {
            found.take(&charter, keyset, digest, answer.ok().flatten());
            if found.certificate.is_some() {
                break;
            }
        }
        found
    }

    fn take(&mut self, charter: &Charter, keyset: &Keyset, digest: OrderDigest, answer: Option<ReplyV1>) {
        self.answered += usize::from(answer.is_some());
        match answer {
            Some(ReplyV1::Order(OrderState::Voted { signed, vote })) if signed.order.digest() == digest => {
                let vote = vote.verify(keyset, &digest).ok();
                if vote.is_some() && signed.order.inputs.is_empty() && !self.shown.contains(&signed) {
                    self.shown.push(signed.clone());
                }
                self.votes.extend(vote);
                self.signed = Some(signed);
            }
            Some(ReplyV1::Order(OrderState::Certified { order, certificate, .. }))
                // Of an order that moved here the certificate is the earlier keyset's.
                if order.digest() == digest
                    && charter.keyset(order.keyset).is_some_and(|by| certificate.clone().verify(by, &digest).is_ok()) =>
            {
                self.certificate = Some(CertifiedOrder { order, certificate });
            }
            // A witness's word that it is dead counts only with a certificate of an order that really conflicts.
            Some(ReplyV1::Order(OrderState::Dead { order, by }))
                if order.digest() == digest
                    && conflict(&order, &by.order)
                    && by.certificate.clone().verify(keyset, &by.order.digest()).is_ok() =>
            {
                let other = ConflictingOrder::Certified(by.order);
                self.killed = Some(Conflict { other, certificate: Some(by.certificate) });
            }
            _ => {}
        }
    }

    /// The order with a certificate: one that was shown, or one out of q votes.
    pub fn certified(&self, keyset: &Keyset, digest: OrderDigest) -> Option<CertifiedOrder> {
        let assembled = || {
            let certificate = Certificate::assemble(keyset, digest, &self.votes)?.into_certificate();
            Some(CertifiedOrder { order: self.signed.as_ref()?.order.clone(), certificate })
        };
        self.certificate.clone().or_else(assembled)
    }
}
