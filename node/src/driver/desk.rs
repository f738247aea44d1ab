//! The order desk: what the HTTP side asks of the part that talks to the quorum.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use ronde_protocol::crypto::sign::SigningKey;
use ronde_protocol::machine::books::{Account, Flow, Statement};
use ronde_protocol::message::amount::Points;
use ronde_protocol::message::certificate::Certificate;
use ronde_protocol::message::charter::{Charter, Keyset};
use ronde_protocol::message::codec::encode;
use ronde_protocol::message::evidence::conflict;
use ronde_protocol::message::ids::{KeysetId, OrderDigest, StoreId};
use ronde_protocol::message::log::CertifiedOrder;
use ronde_protocol::message::order::{SignedOrder, Submission};
use ronde_protocol::message::refusal::{Conflict, ConflictingOrder, Refusal};
use ronde_protocol::message::vote::VerifiedVote;
use ronde_protocol::message::wire::{LogPage, OrderQuery, OrderState, ReplyV1, RequestV1};

use tokio::task::JoinSet;

use super::ledger::LedgerError;
use super::orders::Orders;
use crate::shop::{
    AccountLine, BoxFuture, DeskError, DeskStatus, KeysetBooks, LogStatus, OrderDesk, Outcome, WitnessStatus,
};

/// The desk of a running node.
pub struct Desk {
    orders: Orders,
    patience: Duration,
}

impl Desk {
    /// Answers *pending* after `patience`.
    pub fn new(orders: Orders, patience: Duration) -> Self {
        Self { orders, patience }
    }

    /// Asks the witnesses what became of an order, and completes it if they hold what that takes.
    async fn ask_witnesses(&self, keyset: KeysetId, digest: OrderDigest) -> Result<Option<Outcome>, DeskError> {
        let charter = self.charter();
        let Some(keyset) = charter.keyset(keyset) else { return Err(Refusal::CharterBehind.into()) };
        let mut asked = JoinSet::new();
        for member in keyset.members() {
            let (core, id, index) = (Arc::clone(self.orders.core()), keyset.id(), member.index());
            let query = RequestV1::Order(OrderQuery { keyset: id, digest });
            asked.spawn(async move { core.ask(id, index, query).await });
        }
        let mut found = Found::default();
        while let Some(answer) = asked.join_next().await {
            found.take(keyset, digest, answer.ok().and_then(Result::ok));
            if found.certificate.is_some() {
                break;
            }
        }
        let certified = found.certified(keyset, digest);
        if let (None, Some(conflict)) = (&certified, found.killed.take()) {
            return Ok(Some(Outcome::Refused(Refusal::Conflict(Box::new(conflict)))));
        }
        match certified {
            Some(certified) => Ok(Some(self.orders.take_certificate(certified, self.patience).await?)),
            None if found.answered < keyset.quorum().honest() && found.signed.is_none() => {
                let (answered, needed) = (found.answered, keyset.quorum().votes());
                Err(DeskError::QuorumUnreachable { answered, needed })
            }
            None => Ok(found.signed.map(|_| Outcome::Pending { votes: found.votes.len() })),
        }
    }
}

/// What the witnesses' answers add up to.
#[derive(Default)]
struct Found {
    answered: usize,
    signed: Option<SignedOrder>,
    votes: Vec<VerifiedVote>,
    certificate: Option<CertifiedOrder>,
    killed: Option<Conflict>,
}

impl Found {
    fn take(&mut self, keyset: &Keyset, digest: OrderDigest, answer: Option<ReplyV1>) {
        self.answered += usize::from(answer.is_some());
        match answer {
            Some(ReplyV1::Order(OrderState::Voted { signed, vote })) if signed.order.digest() == digest => {
                self.votes.extend(vote.verify(keyset, &digest).ok());
                self.signed = Some(signed);
            }
            Some(ReplyV1::Order(OrderState::Certified { order, certificate, .. }))
                if order.digest() == digest && certificate.clone().verify(keyset, &digest).is_ok() =>
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

    fn certified(&mut self, keyset: &Keyset, digest: OrderDigest) -> Option<CertifiedOrder> {
        let assembled = || {
            let certificate = Certificate::assemble(keyset, digest, &self.votes)?.into_certificate();
            Some(CertifiedOrder { order: self.signed.as_ref()?.order.clone(), certificate })
        };
        self.certificate.clone().or_else(assembled)
    }
}

fn failed(error: LedgerError) -> DeskError {
    match error {
        LedgerError::Storage(error) => error.into(),
        other => {
            tracing::error!(error = %other, "the database contradicts itself");
            DeskError::Refused(Refusal::StorageFailed)
        }
    }
}

impl OrderDesk for Desk {
    fn submit(&self, submission: Submission) -> BoxFuture<'_, Result<Outcome, DeskError>> {
        // Whoever's order it is (STORE-6), and in a task of its own: a phone that hangs up must not end what was begun
        // between two writes.
        let (orders, patience) = (self.orders.clone(), self.patience);
        let task = tokio::spawn(async move { orders.submit(submission, patience).await });
        Box::pin(async move { task.await.unwrap_or(Err(DeskError::Refused(Refusal::Busy))) })
    }

    fn look_up(&self, keyset: KeysetId, digest: OrderDigest) -> BoxFuture<'_, Result<Option<Outcome>, DeskError>> {
        Box::pin(async move {
            match self.orders.peek(&digest) {
                Some(outcome @ Outcome::Certified { .. }) => Ok(Some(outcome)),
                pending => Ok(self.ask_witnesses(keyset, digest).await?.or(pending)),
            }
        })
    }

    fn take_certificate(&self, certified: CertifiedOrder) -> BoxFuture<'_, Result<(), DeskError>> {
        let (orders, patience) = (self.orders.clone(), self.patience);
        let task = tokio::spawn(async move { orders.take_certificate(certified, patience).await });
        Box::pin(async move { task.await.unwrap_or(Err(DeskError::Refused(Refusal::Busy))).map(|_| ()) })
    }

    fn charter(&self) -> Arc<Charter> {
        self.orders.core().charter()
    }

    fn charter_chain(&self) -> Result<Vec<Vec<u8>>, DeskError> {
        Ok(self.orders.core().read_charters(|charters| charters.versions().iter().map(encode).collect()))
    }

    fn store(&self) -> StoreId {
        self.orders.core().store
    }

    fn node_key(&self) -> &SigningKey {
        &self.orders.core().node_key
    }

    fn status(&self) -> BoxFuture<'_, Result<DeskStatus, DeskError>> {
        Box::pin(async move {
            let core = self.orders.core();
            let charter = core.charter();
            let mut witnesses = Vec::new();
            for keyset in charter.keysets() {
                for member in keyset.members() {
                    let Some(store) = charter.store(member.store()) else { continue };
                    let (up, rtt) = core.reachability(store.id, &store.node_key.0);
                    witnesses.push(WitnessStatus {
                        keyset: keyset.id(),
                        index: member.index(),
                        store: store.id,
                        name: store.name.to_string(),
                        up,
                        rtt_us: rtt.and_then(|rtt| u64::try_from(rtt.as_micros()).ok()),
                    });
                }
            }
            let mut log = Vec::new();
            for (keyset, witness) in &core.witnesses {
                let head = witness.head().map_err(failed)?;
                let retired = witness.is_retired().map_err(failed)?;
                log.push(LogStatus { keyset: *keyset, size: head.size, root: hex::encode(head.root), retired });
            }
            let open_orders = u64::try_from(self.orders.count()).unwrap_or(u64::MAX);
            Ok(DeskStatus { witnesses, open_orders, log })
        })
    }

    fn books(&self) -> BoxFuture<'_, Result<Vec<KeysetBooks>, DeskError>> {
        Box::pin(async move {
            let witnesses = self.orders.core().witnesses.iter();
            witnesses
                .map(|(keyset, witness)| {
                    let lines = witness.read(|ledger| ledger.books(*keyset)).map_err(failed)?;
                    Ok(KeysetBooks { keyset: *keyset, accounts: account_lines(&lines) })
                })
                .collect()
        })
    }

    fn log_page(&self, keyset: KeysetId, from: u64) -> BoxFuture<'_, Result<Option<LogPage>, DeskError>> {
        Box::pin(async move {
            let witness = self.orders.core().witnesses.get(&keyset);
            witness.map(|witness| witness.log_page(from)).transpose().map_err(failed)
        })
    }
}

fn account_lines(flows: &[(Account, Flow, u64)]) -> Vec<AccountLine> {
    let mut statements: BTreeMap<Account, Statement> = BTreeMap::new();
    for (account, flow, points) in flows {
        // A flow stands once per account, so no sum can overflow.
        let _ = statements.entry(*account).or_default().add(*flow, Points(*points));
    }
    statements.iter().map(|(account, statement)| account_line(*account, statement)).collect()
}

fn account_line(account: Account, statement: &Statement) -> AccountLine {
    AccountLine {
        account,
        issued: statement.flow(Flow::Issued),
        redeemed: statement.flow(Flow::Redeemed),
        donated: statement.flow(Flow::Given),
        pledged: statement.flow(Flow::Pledged),
        vouchers_honoured: statement.flow(Flow::VouchersHonoured),
        vouchers_funded: statement.flow(Flow::VouchersFunded),
        position: i64::try_from(statement.position()).unwrap_or(i64::MAX),
    }
}
