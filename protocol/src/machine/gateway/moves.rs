//! The second committee of an order that moves points: it is shown the certificate and makes the coins (STORE-31).

use alloc::vec::Vec;

use super::{Fault, Gathering, Progress, evaluations::Evaluations};
use crate::{
    machine::own::{Heard, OwnReply, Said},
    message::{
        charter::{Charter, Keyset, Member},
        evaluation::Evaluation,
        ids::{KeysetId, WitnessIndex},
        log::CertifiedOrder,
        order::Order,
        refusal::Refusal,
        wire::{MoveRequest, ReplyV1, RequestV1},
    },
};

/// How far the witnesses of the later keyset have come.
#[derive(Debug)]
pub(super) struct Moves {
    keyset: Keyset,
    evaluations: Evaluations,
}

impl Moves {
    /// The committee of the keyset that an order moves points into, if it does.
    pub(super) fn of(order: &Order, charter: &Charter, keyset: &Keyset) -> Result<Option<Self>, Refusal> {
        let later = order.later_keyset(charter, keyset)?;
        Ok(later.map(|later| Self { keyset: later.clone(), evaluations: Evaluations::default() }))
    }

    pub(super) fn are_ready(&self) -> bool {
        self.evaluations.are_ready(&self.keyset)
    }

    pub(super) fn are_complete(&self) -> bool {
        self.evaluations.are_complete(&self.keyset)
    }

    /// Forgets who said that it evaluates no more, before another round.
    pub(super) fn retry(&mut self) {
        self.evaluations.closed.clear();
    }

    pub(super) fn evaluations(&self) -> impl Iterator<Item = &Evaluation> {
        self.evaluations.good.values()
    }
}

impl Gathering {
    /// What to send to the witnesses of the later keyset now, once there is a certificate: to all of them that have not
    /// evaluated, at once.
    pub fn move_requests(&self) -> Vec<(KeysetId, WitnessIndex, RequestV1)> {
        let (Some(moves), Some(certificate)) = (&self.moves, &self.certificate) else { return Vec::new() };
        let certified = CertifiedOrder { order: self.order.clone(), certificate: certificate.as_certificate().clone() };
        let id = moves.keyset.id();
        let missing = moves.keyset.members().iter().map(Member::index);
        missing
            .filter(|index| !moves.evaluations.good.contains_key(index) && !moves.evaluations.bad.contains(index))
            .map(|index| (id, index, RequestV1::Move(MoveRequest { keyset: id, certified: certified.clone() })))
            .collect()
    }

    /// The answer of a witness of the later keyset. No refusal of one changes anything: the order is certified, and
    /// `rollover-behind` passes.
    pub fn handle_move_reply(&mut self, index: WitnessIndex, heard: impl Into<Heard>) -> Progress {
        let Some(moves) = &mut self.moves else { return Progress::None };
        let reply = match heard.into() {
            Heard::Own(OwnReply(Said::Certified(certificate, evaluation, _)))
                if certificate.digest() == self.digest && evaluation.is_of(&moves.keyset, index, &self.digest) =>
            {
                moves.evaluations.keep(&moves.keyset, index, *evaluation);
                return Progress::Evaluated;
            }
            Heard::Own(reply) => reply.into_reply(),
            Heard::Peer(reply) => reply,
        };
        match reply {
            ReplyV1::Refused(refusal) => {
                if matches!(refusal, Refusal::Closed) {
                    moves.evaluations.closed.insert(index);
                }
                Progress::None
            }
            ReplyV1::Certified(certified) => {
                let order = (&self.order, &self.digest);
                match moves.evaluations.take(&moves.keyset, order, index, certified.evaluation) {
                    Ok(()) => Progress::Evaluated,
                    Err(fault) => Progress::Faulty(fault),
                }
            }
            _ => Progress::Faulty(Fault::Misbehaved(index)),
        }
    }

    /// Whether nobody evaluates the certified order any more, so that it is forgotten: q witnesses that were shown its
    /// certificate in this round say so, and, where points move, q of the later keyset too, unless it has them all. It is
    /// their word, not this node's clock, which may be years ahead (STORE-35).
    pub fn is_over(&self) -> bool {
        let moved = |moves: &Moves| moves.are_complete() || moves.evaluations.are_over(&moves.keyset);
        self.evaluations.are_over(&self.keyset) && self.moves.as_ref().is_none_or(moved)
    }
}
