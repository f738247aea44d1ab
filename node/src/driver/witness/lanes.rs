//! The two lanes of a witness: votes, for which tills wait, and evaluations, which wait for nothing at a till.

use std::sync::Arc;

use ronde_protocol::crypto::Entropy;
use ronde_protocol::machine::own::Asking;
use ronde_protocol::machine::witness::Prepared;
use ronde_protocol::message::charter::Charter;
use ronde_protocol::message::log::CertifiedOrder;
use ronde_protocol::message::order::Order;
use ronde_protocol::message::refusal::Refusal;
use ronde_protocol::message::wire::ReplyV1;
use tokio::sync::oneshot;

use super::batch::{Answer, Batch};
use super::failed;
use super::seat::Seat;
use crate::driver::lane::{Found, Lane, Relay, Sharing, Ticket};
use crate::entropy;

/// An order to vote for, with the charter that was the newest when it came.
pub(super) struct ToVote {
    pub(super) charter: Arc<Charter>,
    pub(super) request: Asking,
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
    let tickets = unless_served(seat, tickets, |asked| asked.request.order());
    let Some(charter) = newest(tickets.iter().map(|ticket| &ticket.request.charter)) else { return Vec::new() };
    let Some(fresh) = fresh() else {
        tickets.into_iter().for_each(|ticket| refuse(ticket.asker, Refusal::StorageFailed));
        return Vec::new();
    };
    let mut batch = Batch::new(Arc::clone(seat), Arc::clone(&charter));
    let split = |Ticket { relay, request: ToVote { request, .. }, asker }| ((relay, request), (relay, asker));
    let (requests, askers): (Vec<_>, Vec<_>) = tickets.into_iter().map(split).unzip();
    let prepared = seat.witness.prepare_votes(&charter, requests, fresh).into_iter();
    let settled = prepared.zip(askers).map(|(prepared, asker)| settle(&mut batch, asker, prepared.map(Prepared::Vote)));
    let found = settled.flatten().collect();
    batch.submit();
    found
}

fn evaluate(seat: &Arc<Seat>, tickets: Vec<Ticket<ToEvaluate, Answer>>) -> Vec<Found> {
    let tickets = unless_served(seat, tickets, |asked| &asked.certified.order);
    let Some(charter) = newest(tickets.iter().map(|ticket| &ticket.request.charter)) else { return Vec::new() };
    let mut batch = Batch::new(Arc::clone(seat), Arc::clone(&charter));
    let mut found = Vec::with_capacity(tickets.len());
    for Ticket { relay, request: ToEvaluate { certified, moves, .. }, asker } in tickets {
        let prepared = match fresh() {
            None => Err(Refusal::StorageFailed),
            Some(fresh) if moves => seat.witness.prepare_move(&charter, certified, fresh).map(Prepared::Move),
            Some(fresh) => seat.witness.prepare_certificate(certified, fresh).map(Prepared::Certificate),
        };
        found.extend(settle(&mut batch, (relay, asker), prepared));
    }
    batch.submit();
    found
}

/// Those whose order is not certified here. The others are served as it is stored, before anything costly (WITNESS-31).
fn unless_served<Q>(seat: &Seat, tickets: Vec<Ticket<Q, Answer>>, order: fn(&Q) -> &Order) -> Vec<Ticket<Q, Answer>> {
    let now = seat.clock.unix_seconds();
    seat.read(|ledger| {
        let unserved = |ticket: Ticket<Q, Answer>| {
            let digest = order(&ticket.request).digest();
            // Most that are shown a certificate have just voted for the order.
            let looked_up = if seat.recent.is_voted(&digest) {
                let frozen = seat.witness.is_frozen(ledger, now);
                frozen.map(|frozen| frozen.then_some(ReplyV1::Refused(Refusal::Closed)))
            } else {
                seat.witness.look_up(ledger, &digest, now)
            };
            let reply = match looked_up {
                Ok(None) => return Some(ticket),
                Ok(Some(reply)) => reply,
                Err(error) => failed(&error),
            };
            drop(ticket.asker.send(Answer::reply(reply)));
            None
        };
        tickets.into_iter().filter_map(unserved).collect()
    })
}

/// Hands a request on, or refuses it. What was refused before any of it was checked says nothing of its relay (WITNESS-39).
fn settle(batch: &mut Batch, (relay, asker): (Relay, Asker), prepared: Result<Prepared, Refusal>) -> Option<Found> {
    let is_good = match &prepared {
        Ok(_) => Some(true),
        // Elements are decoded one by one, and a store decodes them before it relays them (STORE-1).
        Err(Refusal::CoinUnknown | Refusal::BadSignature | Refusal::BadCertificate | Refusal::BadEncoding { .. }) => {
            Some(false)
        }
        Err(_) => None,
    };
    match prepared {
        Ok(prepared) => batch.add(prepared, asker),
        Err(refusal) => refuse(asker, refusal),
    }
    is_good.map(|is_good| Found { relay, is_good })
}

fn refuse(asker: Asker, refusal: Refusal) {
    drop(asker.send(Answer::reply(ReplyV1::Refused(refusal))));
}

fn fresh() -> Option<Entropy> {
    entropy::fresh().ok().map(Entropy::new)
}
