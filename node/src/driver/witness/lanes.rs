//! The two lanes of a witness: votes, for which tills wait, and evaluations, which wait for nothing at a till.

use std::sync::Arc;

use ronde_protocol::crypto::Entropy;
use ronde_protocol::machine::witness::Prepared;
use ronde_protocol::message::charter::Charter;
use ronde_protocol::message::ids::OrderDigest;
use ronde_protocol::message::log::CertifiedOrder;
use ronde_protocol::message::refusal::Refusal;
use ronde_protocol::message::wire::{ReplyV1, VoteRequest};
use tokio::sync::oneshot;

use super::batch::{Answer, Batch};
use super::failed;
use super::seat::Seat;
use crate::driver::lane::{Found, Lane, Sharing, Ticket};
use crate::entropy;

/// An order to vote for, with the charter that was the newest when it came.
pub(super) struct ToVote {
    pub(super) charter: Arc<Charter>,
    pub(super) request: VoteRequest,
}

/// A certified order to write down and to evaluate.
pub(super) struct ToEvaluate {
    pub(super) charter: Arc<Charter>,
    pub(super) certified: CertifiedOrder,
    /// A Swap of an earlier keyset, of which points move into this one.
    pub(super) moves: bool,
}

/// Votes: as many workers as there are cores. They are checked together for less, but where each vote makes the quorum full,
/// and so is evaluated with it.
pub(super) fn votes(seat: Arc<Seat>, cores: usize) -> Lane<ToVote, Answer> {
    let alone = seat.witness.keyset().quorum().votes() == 1;
    let sharing = if alone { Sharing::Evenly } else { Sharing::Together };
    Lane::new(cores, sharing, move |tickets| vote(&seat, tickets))
}

/// Evaluations have workers of their own, one less than there are cores, so that no vote waits behind them.
pub(super) fn evaluations(seat: Arc<Seat>, cores: usize) -> Lane<ToEvaluate, Answer> {
    Lane::new(cores.saturating_sub(1), Sharing::Evenly, move |tickets| evaluate(&seat, tickets))
}

/// The newest charter of those that came with a batch: what one of them may name, all may.
fn newest<'a>(charters: impl Iterator<Item = &'a Arc<Charter>>) -> Option<Arc<Charter>> {
    charters.max_by_key(|charter| charter.version()).map(Arc::clone)
}

type Asker = oneshot::Sender<Answer>;

fn vote(seat: &Arc<Seat>, tickets: Vec<Ticket<ToVote, Answer>>) -> Vec<Found> {
    let Some(charter) = newest(tickets.iter().map(|ticket| &ticket.request.charter)) else { return Vec::new() };
    let (mut requests, mut askers) = (Vec::with_capacity(tickets.len()), Vec::with_capacity(tickets.len()));
    for Ticket { relay, request: ToVote { request, .. }, asker } in tickets {
        if let Some(asker) = unless_served(seat, &request.signed.order.digest(), asker) {
            requests.push((relay, request));
            askers.push((relay, asker));
        }
    }
    let Some(fresh) = fresh() else {
        askers.into_iter().for_each(|(_, asker)| refuse(asker, Refusal::StorageFailed));
        return Vec::new();
    };
    let mut batch = Batch::new(Arc::clone(seat), Arc::clone(&charter));
    let mut found = Vec::with_capacity(askers.len());
    let prepared = seat.witness.prepare_votes(&charter, requests, fresh);
    for (prepared, (relay, asker)) in prepared.into_iter().zip(askers) {
        // WITNESS-39: what was refused before any of it was checked says nothing.
        match prepared {
            Ok(_) => found.push(Found { relay, is_good: true }),
            Err(Refusal::CoinUnknown | Refusal::BadSignature) => found.push(Found { relay, is_good: false }),
            Err(_) => {}
        }
        match prepared {
            Ok(prepared) => batch.add(Prepared::Vote(prepared), asker),
            Err(refusal) => refuse(asker, refusal),
        }
    }
    batch.submit();
    found
}

fn evaluate(seat: &Arc<Seat>, tickets: Vec<Ticket<ToEvaluate, Answer>>) -> Vec<Found> {
    let Some(charter) = newest(tickets.iter().map(|ticket| &ticket.request.charter)) else { return Vec::new() };
    let mut batch = Batch::new(Arc::clone(seat), Arc::clone(&charter));
    let mut found = Vec::with_capacity(tickets.len());
    for Ticket { relay, request: ToEvaluate { certified, moves, .. }, asker } in tickets {
        let Some(asker) = unless_served(seat, &certified.order.digest(), asker) else { continue };
        let Some(fresh) = fresh() else {
            refuse(asker, Refusal::StorageFailed);
            continue;
        };
        let prepared = if moves {
            seat.witness.prepare_move(&charter, certified, fresh).map(Prepared::Move)
        } else {
            seat.witness.prepare_certificate(certified, fresh).map(Prepared::Certificate)
        };
        match prepared {
            Ok(_) => found.push(Found { relay, is_good: true }),
            Err(Refusal::BadCertificate) => found.push(Found { relay, is_good: false }),
            Err(_) => {}
        }
        match prepared {
            Ok(prepared) => batch.add(prepared, asker),
            Err(refusal) => refuse(asker, refusal),
        }
    }
    batch.submit();
    found
}

/// A digest that is certified here is served as it is, before anything costly (WITNESS-31).
fn unless_served(seat: &Seat, digest: &OrderDigest, asker: Asker) -> Option<Asker> {
    let now = seat.clock.unix_seconds();
    let reply = match seat.read(|ledger| seat.witness.look_up(ledger, digest, now)) {
        Ok(None) => return Some(asker),
        Ok(Some(reply)) => reply,
        Err(error) => failed(&error),
    };
    drop(asker.send(Answer::reply(reply)));
    None
}

fn refuse(asker: Asker, refusal: Refusal) {
    drop(asker.send(Answer::reply(ReplyV1::Refused(refusal))));
}

fn fresh() -> Option<Entropy> {
    entropy::fresh().ok().map(Entropy::new)
}
