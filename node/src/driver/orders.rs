//! Runs the gateway machine: one task per open order, which ends when every witness holds the certificate.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ronde_protocol::machine::gateway::{Gathering, OpenOrder, Progress, Standing};
use ronde_protocol::message::codec::encode;
use ronde_protocol::message::evaluation::Evaluation;
use ronde_protocol::message::ids::{OrderDigest, WitnessIndex};
use ronde_protocol::message::log::CertifiedOrder;
use ronde_protocol::message::order::Submission;
use ronde_protocol::message::wire::{ReplyV1, RequestV1};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::core::{AskError, Core};
use super::ledger::{self, LedgerError};
use crate::shop::{Certified, DeskError, Outcome};
use crate::store::Table;
use crate::{clock, fault};

/// How long an order that could be answered waits for the last witnesses, so that coins are complete.
const GRACE: Duration = Duration::from_millis(25);
/// Pause before the second round; doubles up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// Open orders at a time.
const MAX_OPEN: usize = 4096;

/// The node's open orders; clones share them.
#[derive(Clone)]
pub struct Orders(Arc<Inner>);

struct Inner {
    core: Arc<Core>,
    shop: Arc<dyn Certified>,
    open: Mutex<BTreeMap<OrderDigest, Arc<Running>>>,
}

/// One open order.
struct Running {
    gathering: Mutex<Gathering>,
    /// Goes up with every change; whoever waits looks again.
    news: watch::Sender<News>,
}

#[derive(Clone, Copy, Default)]
struct News {
    changes: u64,
    /// Requests of this round that are not answered yet.
    outstanding: usize,
    /// Rounds that have ended.
    rounds: u64,
}

impl Running {
    fn gathering(&self) -> MutexGuard<'_, Gathering> {
        self.gathering.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, outstanding: usize, round_ended: bool) {
        self.news.send_modify(|news| {
            news.changes = news.changes.wrapping_add(1);
            news.outstanding = outstanding;
            news.rounds = news.rounds.wrapping_add(u64::from(round_ended));
        });
    }

    fn outcome(&self) -> Outcome {
        let gathering = self.gathering();
        match (gathering.standing(), gathering.certificate()) {
            (Standing::Certified { .. }, Some(certificate)) => Outcome::Certified {
                certificate: certificate.as_certificate().clone(),
                evaluations: gathering.evaluations().cloned().collect::<Vec<Evaluation>>(),
            },
            (Standing::Refused(refusal), _) => Outcome::Refused(refusal),
            _ => Outcome::Pending { votes: gathering.votes() },
        }
    }
}

impl Orders {
    /// The desk's orders; `shop` hears of certificates.
    pub fn new(core: Arc<Core>, shop: Arc<dyn Certified>) -> Self {
        Self(Arc::new(Inner { core, shop, open: Mutex::default() }))
    }

    /// What all parts of the node share.
    pub fn core(&self) -> &Arc<Core> {
        &self.0.core
    }

    fn open(&self) -> MutexGuard<'_, BTreeMap<OrderDigest, Arc<Running>>> {
        self.0.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many orders are open.
    pub fn count(&self) -> usize {
        self.open().len()
    }

    /// Takes up the orders that were open when the node stopped.
    pub fn resume(&self) -> Result<usize, LedgerError> {
        let stored = self.0.core.readers.with(|read| read.scan(Table::Opened, &[], None, usize::MAX))?;
        let charter = self.0.core.charter();
        let mut resumed = 0usize;
        for (_, bytes) in stored {
            let record: OpenOrder = ronde_protocol::message::codec::decode(&bytes, 1 << 20)?;
            match Gathering::resume(record, &charter) {
                Ok(gathering) => {
                    self.start(gathering);
                    resumed = resumed.saturating_add(1);
                }
                Err(refusal) => tracing::error!(%refusal, "an open order can't be taken up again"),
            }
        }
        Ok(resumed)
    }

    /// Writes the order down, takes it to the quorum, and answers when that is decided or after `patience`.
    pub async fn submit(&self, submission: Submission, patience: Duration) -> Result<Outcome, DeskError> {
        let charter = self.0.core.charter();
        let gathering = self.0.core.pool.run(move || submission.check(&charter)).await?;
        self.take_on(gathering, patience).await
    }

    /// The same for an order that came with its certificate.
    pub async fn take_certificate(&self, certified: CertifiedOrder, patience: Duration) -> Result<Outcome, DeskError> {
        let charter = self.0.core.charter();
        let gathering = self.0.core.pool.run(move || Gathering::of_certified(certified, &charter)).await?;
        self.take_on(gathering, patience).await
    }

    async fn take_on(&self, gathering: Gathering, patience: Duration) -> Result<Outcome, DeskError> {
        let digest = gathering.digest();
        let running = self.open().get(&digest).cloned();
        let running = match running {
            Some(running) => {
                running.gathering().merge(gathering);
                running
            }
            None => {
                if self.count() >= MAX_OPEN {
                    return Err(ronde_protocol::message::refusal::Refusal::Busy.into());
                }
                self.store(&gathering.record()).await?;
                fault::point("gateway.after-open");
                self.start(gathering)
            }
        };
        self.wait(&running, patience).await
    }

    /// What is known here of an open order.
    pub fn peek(&self, digest: &OrderDigest) -> Option<Outcome> {
        self.open().get(digest).cloned().map(|running| running.outcome())
    }

    async fn store(&self, record: &OpenOrder) -> Result<(), DeskError> {
        let (key, bytes) = (record.order.digest().0, encode(record));
        self.0.core.writer.submit(move |tx| tx.put(Table::Opened, &key, &bytes)).await?;
        Ok(())
    }

    async fn forget(&self, digest: OrderDigest) {
        let done = self.0.core.writer.submit(move |tx| tx.delete(Table::Opened, &digest.0)).await;
        if let Err(error) = done {
            tracing::warn!(%error, "a completed order stays listed as open until the next start");
        }
        self.open().remove(&digest);
    }

    fn start(&self, gathering: Gathering) -> Arc<Running> {
        let digest = gathering.digest();
        let running = Arc::new(Running { gathering: Mutex::new(gathering), news: watch::Sender::new(News::default()) });
        let mut open = self.open();
        if let Some(before) = open.get(&digest) {
            return Arc::clone(before);
        }
        open.insert(digest, Arc::clone(&running));
        drop(open);
        tokio::spawn(self.clone().run(Arc::clone(&running)));
        running
    }

    async fn wait(&self, running: &Running, patience: Duration) -> Result<Outcome, DeskError> {
        let mut news = running.news.subscribe();
        let deadline = clock::monotonic() + patience;
        let mut grace = None;
        let rounds = news.borrow_and_update().rounds;
        loop {
            let seen = *news.borrow_and_update();
            // Not in the scrutinee: the lock would be held through the arms.
            let standing = running.gathering().standing();
            let until = match standing {
                Standing::Refused(_) => return Ok(running.outcome()),
                Standing::Certified { complete: true, .. } => return Ok(running.outcome()),
                Standing::Certified { ready: true, .. } => {
                    let until = *grace.get_or_insert_with(|| clock::monotonic() + GRACE);
                    if seen.outstanding == 0 || clock::monotonic() >= until {
                        return Ok(running.outcome());
                    }
                    until.min(deadline)
                }
                _ => deadline,
            };
            if seen.rounds > rounds
                && let Some(answer) = self.stalled(running)
            {
                return answer;
            }
            if clock::monotonic() >= deadline {
                return Ok(running.outcome());
            }
            // Nothing new before `until` is an answer too.
            let _ = tokio::time::timeout_at(until, news.changed()).await;
        }
    }

    /// A round has ended without a certificate: say what stands in the way, if a witness said it.
    fn stalled(&self, running: &Running) -> Option<Result<Outcome, DeskError>> {
        let gathering = running.gathering();
        if gathering.certificate().is_some() {
            return None;
        }
        let obstacle = gathering.obstacle()?;
        // A witness that has just started will vote soon; the next round asks again.
        if matches!(obstacle, ronde_protocol::message::refusal::Refusal::NotVoting(_)) {
            return None;
        }
        Some(Ok(Outcome::Refused(obstacle.clone())))
    }

    async fn run(self, running: Arc<Running>) {
        let mut pause = FIRST_PAUSE;
        let mut told = false;
        loop {
            self.round(&running, &mut told).await;
            let (standing, digest) = {
                let gathering = running.gathering();
                (gathering.standing(), gathering.digest())
            };
            match standing {
                Standing::Refused(_) => {
                    let order = running.gathering().order().clone();
                    if let Err(error) = self.0.shop.refused(&order).await {
                        tracing::warn!(%error, "the till could not be told of a refusal");
                    }
                    self.forget(digest).await;
                    return running.tell(0, true);
                }
                Standing::Certified { complete: true, .. } if told => {
                    self.forget(digest).await;
                    return running.tell(0, true);
                }
                // Refusals stay until the pause is over: whoever waits reads them.
                Standing::Gathering(_) | Standing::Certified { .. } => running.tell(0, true),
            }
            tokio::time::sleep(pause).await;
            pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
            running.gathering().retry();
        }
    }

    /// Asks every witness that has not answered; a certificate on the way starts the second half at once.
    async fn round(&self, running: &Running, told: &mut bool) {
        let mut calls = JoinSet::new();
        let requests = running.gathering().requests();
        self.send(running, &mut calls, requests);
        if running.gathering().certificate().is_some() && !*told {
            self.certified(running, told).await;
        }
        running.tell(calls.len(), false);
        while let Some(done) = calls.join_next().await {
            if let Ok((index, Ok(reply))) = done {
                self.take_reply(running, &mut calls, told, index, reply).await;
            } else if let Ok((index, Err(error))) = done {
                tracing::debug!(witness = index.0, %error, "a witness gave no answer");
            }
            running.tell(calls.len(), false);
        }
    }

    async fn take_reply(
        &self,
        running: &Running,
        calls: &mut Calls,
        told: &mut bool,
        index: WitnessIndex,
        reply: ReplyV1,
    ) {
        let progress = running.gathering().handle_reply(index, reply);
        match progress {
            Progress::Certified => {
                self.certified(running, told).await;
                let requests = running.gathering().requests();
                self.send(running, calls, requests);
            }
            Progress::Misbehaved(index) => {
                tracing::warn!(witness = index.0, "a witness gave an answer that its key did not sign");
            }
            Progress::Evidence(evidence) => self.0.core.keep_evidence(*evidence).await,
            Progress::None | Progress::Evaluated | Progress::Refused => {}
        }
    }

    /// The certificate is written down before the till hears of it.
    async fn certified(&self, running: &Running, told: &mut bool) {
        let (record, order, certificate) = {
            let gathering = running.gathering();
            let Some(certificate) = gathering.certificate().cloned() else { return };
            (gathering.record(), gathering.order().clone(), certificate)
        };
        fault::point("gateway.before-certificate");
        if let Err(error) = self.store(&record).await {
            tracing::error!(%error, "a certificate could not be written down; it is gathered again");
            return;
        }
        fault::point("gateway.after-certificate");
        match self.0.shop.certified(&order, certificate.as_certificate()).await {
            Ok(()) => *told = true,
            Err(error) => tracing::warn!(%error, "the till could not be told of a payment; it is told again"),
        }
    }

    fn send(&self, running: &Running, calls: &mut Calls, requests: Vec<(WitnessIndex, RequestV1)>) {
        let keyset = running.gathering().keyset().id();
        for (index, request) in requests {
            let core = Arc::clone(&self.0.core);
            calls.spawn(async move { (index, core.ask(keyset, index, request).await) });
        }
    }

    /// Settles a certified order that a witness's feed shows.
    pub async fn settle(&self, certified: &CertifiedOrder) -> Result<(), crate::shop::ShopError> {
        self.0.shop.certified(&certified.order, &certified.certificate).await
    }
}

type Calls = JoinSet<(WitnessIndex, Result<ReplyV1, AskError>)>;

/// Reads where a task left off.
pub fn cursor(core: &Core, key: &[u8]) -> Result<u64, LedgerError> {
    Ok(core.readers.with(|read| ledger::load(read, Table::Meta, key))?.unwrap_or(0))
}
