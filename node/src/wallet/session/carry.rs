//! Carrying what was signed through whichever store answers, until it is decided.

use ronde_protocol::machine::durable::Durable;
use ronde_protocol::machine::wallet::{
    ClaimRequest, ClaimedOrder, Link, PendingView, Settled, Stage, WalletError, told_by,
};
use ronde_protocol::message::certificate::Certificate;
use ronde_protocol::message::evaluation::Evaluation;
use ronde_protocol::message::ids::{OrderDigest, StoreId};
use ronde_protocol::message::order::{Order, Purpose, Submission};

use super::{Done, Open, Progress, Session, is_over, is_withdrawn};
use crate::wallet::charter::same_node;
use crate::wallet::client::{OrderReply, bad};
use crate::wallet::{BadAnswer, Problem, SpentBy, Trouble};

/// Stores that are tried before the wallet gives up for now.
pub(super) const STORES: usize = 5;
/// Times that an undecided order is asked about; a store waits some seconds each time.
pub(super) const PATIENCE: usize = 3;

/// An order that was resumed, and what became of it.
#[derive(Debug)]
pub struct Resumed {
    /// As it stood before.
    pub before: PendingView,
    /// What became of it.
    pub result: Result<Done, Trouble>,
}

/// What a refusal means for the order.
enum Refused {
    /// Another order is certified: this one is dead.
    Dead(Box<SpentBy>),
    /// Nothing is proven; another store may do better.
    Unproven(Trouble),
}

impl Session {
    /// Completes everything that is open, through any store (WALLET-10), and exchanges what was recovered and could not be
    /// exchanged then.
    pub fn resume(&mut self) -> Result<Vec<Resumed>, Trouble> {
        self.refresh_if_due();
        let on_disk = self.folder.save(&self.wallet)?;
        let mut resumed = Vec::new();
        for before in self.wallet().pending() {
            let open = match (before.stage, before.digest, &before.link, before.refund_of) {
                (Stage::Sent, _, _, Some(refunded)) => Open::Refund(refunded),
                (Stage::Sent, _, Some(link), _) if before.purpose == Purpose::Earn => Open::Claim(link.clone()),
                (Stage::Sent, Some(digest), ..) => Open::Sent(digest),
                (Stage::Certified, Some(digest), ..) => Open::Certified(digest),
                // What its coins lack is asked for last, when it is time (WALLET-32).
                _ => continue,
            };
            let result = match open {
                Open::Claim(link) => match self.wallet.claim_again(&link, &on_disk) {
                    Some(request) => self.carry_claim(&request),
                    None => continue,
                },
                Open::Refund(refunded) => match self.wallet.refund_again(&refunded, &on_disk) {
                    Some(request) => self.carry_refund(&request),
                    None => continue,
                },
                Open::Sent(digest) => match self.carry_again(&digest, before.store, &on_disk) {
                    Some(result) => result,
                    None => continue,
                },
                Open::Certified(digest) => self.complete(&digest, Vec::new()),
            };
            resumed.push(Resumed { before, result });
        }
        resumed.extend(self.prove(false)?);
        Ok(resumed)
    }

    /// Sends a signed order until it is decided, the same bytes each time.
    ///
    /// If the store to be paid says that its checkout is over, the order is not carried past it unless the owner
    /// insists: what is certified all the same would have to come back as a refund (WALLET-25).
    pub(super) fn carry(
        &mut self,
        submission: &Submission,
        concerned: Option<String>,
        insist: bool,
    ) -> Result<Done, Trouble> {
        let order = &submission.signed.order;
        let digest = &order.digest();
        if told_by(order, self.charter(), self.now()) != order.keyset {
            return match self.look_up(digest)? {
                Some(done) => Ok(done),
                None => pending(Some(*digest), None, None),
            };
        }
        let mut last = None;
        let mut undecided = None;
        for node in self.tries(concerned)? {
            match self.client.submit(&node, submission) {
                Ok(OrderReply::Certified { certificate, evaluations }) => {
                    match self.take_certified(&node, digest, &certificate, &evaluations) {
                        Ok(settled) => return self.finish(&node, order, &certificate, settled),
                        Err(trouble) => last = Some(trouble),
                    }
                }
                Ok(OrderReply::Pending { votes }) => {
                    let times = undecided.map_or(0, |(times, _)| times) + 1;
                    undecided = Some((times, votes));
                    if times >= PATIENCE {
                        break;
                    }
                }
                Err(Trouble::Refused { node, problem }) if is_over(&problem.code) && !insist => {
                    return Err(Trouble::Refused { node, problem });
                }
                Err(Trouble::Refused { node, problem }) => match self.take_refusal(&node, digest, problem)? {
                    Refused::Dead(by) => return Err(Trouble::Spent(by)),
                    Refused::Unproven(trouble) => last = Some(trouble),
                },
                Err(trouble @ (Trouble::Unreachable { .. } | Trouble::BadAnswer { .. })) => last = Some(trouble),
                Err(trouble) => return Err(trouble),
            }
        }
        pending(Some(*digest), undecided, last)
    }

    /// The stores in turn; the first ones again if there are few, since an undecided order is worth asking again.
    fn tries(&self, concerned: Option<String>) -> Result<Vec<String>, Trouble> {
        let route = self.route(concerned)?;
        let count = route.len().clamp(PATIENCE, STORES);
        Ok(route.into_iter().cycle().take(count).collect())
    }

    /// Claims until the store has made the order and it is decided; then any store will do.
    pub(super) fn carry_claim(&mut self, request: &ClaimRequest) -> Result<Done, Trouble> {
        let link = &request.link;
        let mut last = None;
        let mut undecided = None;
        for _ in 0..PATIENCE {
            match self.client.claim(request) {
                Ok((order, OrderReply::Certified { certificate, evaluations }, receipt)) => {
                    self.keep_receipt_of(request, receipt);
                    let answer =
                        ClaimedOrder { order: order.clone(), certificate: (*certificate).clone(), evaluations };
                    let now = self.now();
                    let sealed = self.wallet.handle_claim_answer(self.charters.charter(), link, answer, now)?;
                    let settled = sealed.release(&self.folder.save(&self.wallet)?);
                    return self.finish(link.base.as_str(), &order, &certificate, settled);
                }
                Ok((order, OrderReply::Pending { votes }, receipt)) => {
                    self.keep_receipt_of(request, receipt);
                    self.wallet.handle_claim_order(link, order)?.release(&self.folder.save(&self.wallet)?);
                    undecided = Some((1, votes));
                }
                Err(Trouble::Refused { node, problem }) => {
                    let trouble = self.take_claim_refusal(node, problem, link)?;
                    if self.claimed_order(link).is_none() {
                        return Err(trouble);
                    }
                    // The store signed an order: whatever it says now, another store may know its certificate.
                    last = Some(trouble);
                    break;
                }
                Err(trouble) => {
                    last = Some(trouble);
                    break;
                }
            }
        }
        let Some(digest) = self.claimed_order(link) else { return pending(None, undecided, last) };
        match self.look_up(&digest)? {
            Some(done) => Ok(done),
            None => pending(Some(digest), undecided, last),
        }
    }

    /// The order that the store made of a claim, if it is known.
    fn claimed_order(&self, link: &Link) -> Option<OrderDigest> {
        self.wallet.pending().into_iter().find(|view| view.link.as_ref() == Some(link)).and_then(|view| view.digest)
    }

    fn take_claim_refusal(&mut self, node: String, problem: Problem, link: &Link) -> Result<Trouble, Trouble> {
        if is_withdrawn(&problem.code) {
            let now = self.now();
            match self.wallet.handle_claim_withdrawn(link, now) {
                Ok(sealed) => sealed.release(&self.folder.save(&self.wallet)?),
                Err(WalletError::StillOpen(_) | WalletError::NoSuchClaim) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(Trouble::Refused { node, problem })
    }

    /// Asks for an order's certificate by its digest; nothing is sent.
    pub(super) fn look_up(&mut self, digest: &OrderDigest) -> Result<Option<Done>, Trouble> {
        let order = self.order(digest)?;
        let keyset = told_by(&order, self.charter(), self.now());
        for node in self.route(None)?.into_iter().take(STORES) {
            let Ok(reply) = self.client.order(&node, keyset, digest) else { continue };
            let OrderReply::Certified { certificate, evaluations } = reply else { continue };
            if let Ok(settled) = self.take_certified(&node, digest, &certificate, &evaluations) {
                return self.finish(&node, &order, &certificate, settled).map(Some);
            }
        }
        Ok(None)
    }

    fn take_certified(
        &mut self,
        node: &str,
        digest: &OrderDigest,
        certificate: &Certificate,
        evaluations: &[Evaluation],
    ) -> Result<Settled, Trouble> {
        let (charter, now) = (self.charters.charter(), self.now());
        let taken = self.wallet.handle_answer(charter, digest, certificate.clone(), evaluations, now);
        let sealed = taken.map_err(|error| match error {
            WalletError::Certificate(_) => bad(node, BadAnswer::OtherSubject),
            other => other.into(),
        })?;
        Ok(sealed.release(&self.folder.save(&self.wallet)?))
    }

    /// A store that was paid through another is told, so that its till need not wait for its feed (WALLET-26).
    pub(super) fn finish(
        &mut self,
        node: &str,
        order: &Order,
        certificate: &Certificate,
        settled: Settled,
    ) -> Result<Done, Trouble> {
        if order.purpose == Purpose::Redeem {
            self.tell_paid_store(node, order, certificate);
        }
        if settled.spoiled > 0 {
            self.warnings.push(format!("{node} handed on {} answers that were spoiled on the way", settled.spoiled));
        }
        if settled.usable {
            return Ok(done(&settled, Progress::Done));
        }
        let Settled { digest, evidence, .. } = settled;
        self.complete(&digest, evidence)
    }

    fn tell_paid_store(&mut self, node: &str, order: &Order, certificate: &Certificate) {
        let mut records = self.wallet.book().history.iter().rev();
        let record = records.find(|record| record.digest == Some(certificate.digest));
        let Some(link) = record.and_then(|record| record.link.clone()) else { return };
        if !same_node(node, link.base.as_str())
            && let Err(trouble) = self.client.certificate(&link, order, certificate)
        {
            self.warnings.push(format!("the till may take a minute to show the payment: {trouble}"));
        }
    }

    /// Fetches evaluations without which coins can't be spent, from one store after the other (WALLET-31).
    fn complete(
        &mut self,
        digest: &OrderDigest,
        mut evidence: Vec<ronde_protocol::message::evidence::Evidence>,
    ) -> Result<Done, Trouble> {
        let order = self.order(digest)?;
        let keyset = told_by(&order, self.charter(), self.now());
        let mut usable = false;
        let mut last = None;
        for node in self.route(None)?.into_iter().take(STORES) {
            let evaluations = match self.client.order(&node, keyset, digest) {
                Ok(OrderReply::Certified { evaluations, .. }) => evaluations,
                Ok(OrderReply::Pending { .. }) => continue,
                Err(trouble) => {
                    last = Some(trouble);
                    continue;
                }
            };
            let sealed = self.wallet.handle_evaluations(self.charters.charter(), digest, &evaluations)?;
            let settled = sealed.release(&self.folder.save(&self.wallet)?);
            evidence.extend(settled.evidence);
            usable = settled.usable;
            if usable {
                break;
            }
        }
        match (usable, last) {
            (false, Some(trouble)) => Err(trouble),
            (usable, _) => {
                let progress = if usable { Progress::Done } else { Progress::Arriving };
                Ok(Done { digest: Some(*digest), progress, evidence })
            }
        }
    }

    /// A refusal counts only with proof: the certificate of an order that conflicts with this one.
    fn take_refusal(&mut self, node: &str, digest: &OrderDigest, problem: Problem) -> Result<Refused, Trouble> {
        let refused = |problem| Refused::Unproven(Trouble::Refused { node: node.to_owned(), problem });
        let conflict = match problem.conflict(node) {
            Ok(Some(conflict)) => conflict,
            Ok(None) => return Ok(refused(problem)),
            Err(trouble) => return Ok(Refused::Unproven(trouble)),
        };
        let Some(certificate) = conflict.certificate else { return Ok(refused(problem)) };
        let (now, other) = (self.now(), conflict.other.order());
        let by = self.spent_by(other, &certificate);
        match self.wallet.handle_conflict(self.charters.charter(), digest, other, certificate, now) {
            Ok(sealed) => {
                let on_disk: Durable = self.folder.save(&self.wallet)?;
                sealed.release(&on_disk);
                Ok(Refused::Dead(Box::new(by)))
            }
            Err(WalletError::Certificate(_) | WalletError::NoConflict) => {
                Ok(Refused::Unproven(bad(node, BadAnswer::OtherSubject)))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// What to tell of the order in the way, once its certificate is found good.
    pub(super) fn spent_by(&self, other: &Order, certificate: &Certificate) -> SpentBy {
        SpentBy {
            digest: certificate.digest,
            purpose: other.purpose,
            store: self.charter().store(other.store).map(|store| store.name.clone()),
            time: other.time,
            votes: certificate.votes.len(),
        }
    }

    pub(super) fn order(&self, digest: &OrderDigest) -> Result<Order, Trouble> {
        let mut orders = self.wallet.book().open.iter().filter_map(|open| open.order());
        let found = orders.find(|order| order.digest() == *digest).cloned();
        found.ok_or(Trouble::Wallet(WalletError::NoSuchOrder(*digest)))
    }

    pub(super) fn address_of(&self, store: StoreId) -> Option<String> {
        self.charter().store(store).and_then(|store| store.http.first()).map(ToString::to_string)
    }
}

pub(super) fn done(settled: &Settled, progress: Progress) -> Done {
    Done { digest: Some(settled.digest), progress, evidence: settled.evidence.clone() }
}

/// Undecided is no failure: the order stays. If no store could say even that, the last trouble is told.
pub(super) fn pending(
    digest: Option<OrderDigest>,
    undecided: Option<(usize, usize)>,
    last: Option<Trouble>,
) -> Result<Done, Trouble> {
    match (undecided, last) {
        (None, Some(trouble)) => Err(trouble),
        (undecided, _) => {
            let votes = undecided.map_or(0, |(_, votes)| votes);
            Ok(Done { digest, progress: Progress::Pending { votes }, evidence: Vec::new() })
        }
    }
}
