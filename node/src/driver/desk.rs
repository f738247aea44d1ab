//! The order desk: what the HTTP side asks of the part that talks to the quorum.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use ronde_protocol::crypto::sign::SigningKey;
use ronde_protocol::machine::books::{Account, Flow, Statement};
use ronde_protocol::message::amount::Points;
use ronde_protocol::message::bucket::{BucketLength, BucketPage, BucketQuery, LengthQuery};
use ronde_protocol::message::charter::Charter;
use ronde_protocol::message::codec::{Bounded, encode};
use ronde_protocol::message::ids::{KeysetId, OrderDigest, StoreId, WitnessIndex};
use ronde_protocol::message::log::CertifiedOrder;
use ronde_protocol::message::order::{SignedOrder, Submission};
use ronde_protocol::message::probe::{Probe, ProbeAnswer};
use ronde_protocol::message::refusal::Refusal;
use ronde_protocol::message::statement::ClosingStatement;
use ronde_protocol::message::wire::LogPage;

use super::evidence;
use super::found::Found;
use super::ledger::LedgerError;
use super::orders::Orders;
use super::restore::Restore;
use super::{sampled, status};
use crate::shop::{AccountLine, BoxFuture, DeskError, DeskStatus, EvidenceId, InHand, KeysetBooks, OrderDesk, Outcome};
use crate::store::Table;

/// Pieces of evidence that are served: each is worth a person's while.
const MAX_EVIDENCE_SHOWN: usize = 256;

/// The desk of a running node.
pub struct Desk {
    orders: Orders,
    restore: Restore,
    patience: Duration,
}

impl Desk {
    /// Answers *pending* after `patience`.
    pub fn new(orders: Orders, patience: Duration) -> Self {
        let restore = Restore::new(Arc::clone(orders.core()));
        Self { orders, restore, patience }
    }

    /// Takes on an order that needs no columns, as if somebody had brought it, by the first authorization that is good
    /// (STORE-32). Nobody waits for it: whoever asks again hears what came of it.
    async fn carry_on(&self, shown: Vec<SignedOrder>) {
        for signed in shown {
            let submission = Submission { signed, columns: Bounded::default() };
            match self.orders.submit(submission, Duration::ZERO).await {
                Ok(_) => return,
                Err(error) => tracing::debug!(%error, "an order that was asked for is not carried on"),
            }
        }
    }

    /// Asks the witnesses what became of an order, and completes it if they hold what that takes.
    async fn ask_witnesses(
        &self,
        keyset: KeysetId,
        digest: OrderDigest,
        in_hand: bool,
    ) -> Result<Option<Outcome>, DeskError> {
        let charter = self.charter();
        let Some(keyset) = charter.keyset(keyset) else { return Err(Refusal::CharterBehind.into()) };
        let mut found = Found::ask(self.orders.core(), keyset, digest).await;
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
            None => {
                let is_over = self.orders.core().clock.unix_seconds() > keyset.evaluate_until();
                if !in_hand && !is_over {
                    self.carry_on(found.shown).await;
                }
                Ok(found.signed.map(|_| Outcome::Pending { votes: found.votes.len() }))
            }
        }
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
            match self.orders.look(&digest, self.patience).await {
                Some(outcome @ Outcome::Certified { .. }) => Ok(Some(outcome)),
                pending => Ok(self.ask_witnesses(keyset, digest, pending.is_some()).await?.or(pending)),
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
        Box::pin(async move { status::of(&self.orders).map_err(failed) })
    }

    fn in_hand(&self, most: usize) -> BoxFuture<'_, Result<InHand, DeskError>> {
        Box::pin(async move {
            let issued_today = sampled::used_today(self.orders.core()).map_err(failed)?.map(Points);
            Ok(InHand { orders: self.orders.oldest_first(most), issued_today })
        })
    }

    fn evidence(&self) -> Result<Vec<(EvidenceId, Vec<u8>)>, DeskError> {
        Ok(self.orders.core().readers.with(|read| evidence::list(read, MAX_EVIDENCE_SHOWN))?)
    }

    fn piece(&self, id: &EvidenceId) -> Result<Option<Vec<u8>>, DeskError> {
        Ok(self.orders.core().readers.with(|read| read.get(Table::Evidence, &id.0))?)
    }

    fn books(&self) -> BoxFuture<'_, Result<Vec<KeysetBooks>, DeskError>> {
        Box::pin(async move {
            let witnesses = self.orders.core().witnesses();
            witnesses
                .iter()
                .map(|witness| {
                    let keyset = witness.witness().keyset().id();
                    let lines = witness.read(|ledger| ledger.books(keyset)).map_err(failed)?;
                    Ok(KeysetBooks { keyset, accounts: account_lines(&lines) })
                })
                .collect()
        })
    }

    fn bucket_lengths(&self, query: LengthQuery) -> BoxFuture<'_, Result<Vec<BucketLength>, DeskError>> {
        Box::pin(self.restore.lengths(query))
    }

    fn bucket_pages(
        &self,
        index: WitnessIndex,
        query: BucketQuery,
    ) -> BoxFuture<'_, Result<Vec<BucketPage>, DeskError>> {
        Box::pin(self.restore.pages(index, query))
    }

    fn probe(&self, probe: Probe) -> BoxFuture<'_, Result<Vec<ProbeAnswer>, DeskError>> {
        Box::pin(self.restore.probe(probe))
    }

    fn log_page(&self, keyset: KeysetId, from: u64) -> BoxFuture<'_, Result<Option<LogPage>, DeskError>> {
        Box::pin(async move {
            let witness = self.orders.core().witness(keyset);
            witness.map(|witness| witness.log_page(from)).transpose().map_err(failed)
        })
    }

    fn statement(&self, keyset: KeysetId) -> BoxFuture<'_, Result<Option<ClosingStatement>, DeskError>> {
        Box::pin(async move {
            let witness = self.orders.core().witness(keyset);
            Ok(witness.map(|witness| witness.signed_statement()).transpose().map_err(failed)?.flatten())
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
