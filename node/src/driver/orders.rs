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
use ronde_protocol::message::refusal::Refusal;
use ronde_protocol::message::wire::{ReplyV1, RequestV1};
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;

use super::core::{AskError, Core};
use super::ledger::LedgerError;
use crate::shop::{Certified, DeskError, Outcome};
use crate::store::Table;
use crate::{clock, fault};

/// How long an order that could be answered waits for the last witnesses, so that coins are complete.
const GRACE: Duration = Duration::from_millis(25);
/// Pause before the second round; doubles with each.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
/// Rounds before an order waits on disk for the next sweep.
const ROUNDS_AT_HAND: u32 = 6;
/// Between two sweeps of the orders on disk.
const SWEEP_PAUSE: Duration = Duration::from_secs(15);
/// Orders that one sweep takes up.
const SWEEP: usize = 256;
/// Orders in hand at a time; those on disk are not counted.
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
    /// Ends the pause before the next round.
    wake: Notify,
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
                order: Box::new(gathering.order().clone()),
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

    /// Takes up what is open on disk: at the start (STORE-13), and then again and again what was set aside.
    pub async fn sweep(self) {
        let mut from = Vec::new();
        loop {
            match self.take_up(&from, SWEEP).await {
                Ok(Some(next)) => from = next,
                Ok(None) => {
                    from.clear();
                    tokio::time::sleep(SWEEP_PAUSE).await;
                }
                Err(error) => {
                    tracing::error!(%error, "the open orders can't be read; they are tried again");
                    tokio::time::sleep(SWEEP_PAUSE).await;
                }
            }
        }
    }

    /// Takes up at most `limit` orders from a key on, and says where to go on.
    async fn take_up(&self, from: &[u8], limit: usize) -> Result<Option<Vec<u8>>, LedgerError> {
        let stored = self.0.core.readers.with(|read| read.scan(Table::Opened, from, None, limit))?;
        let charter = self.0.core.charter();
        let next = stored.last().map(|(key, _)| [key.as_slice(), &[0]].concat());
        for (key, bytes) in stored {
            let room = self.count() < MAX_OPEN;
            let known = key.first_chunk::<32>().is_some_and(|digest| self.open().contains_key(&OrderDigest(*digest)));
            if known || !room {
                continue;
            }
            let record: OpenOrder = ronde_protocol::message::codec::decode(&bytes, 1 << 20)?;
            let (digest, terms) = (record.order.digest(), Arc::clone(&charter));
            match self.0.core.pool.run(move || Gathering::resume(record, &terms)).await {
                Ok(gathering) if self.0.core.clock.unix_seconds() > gathering.keyset().evaluate_until() => {
                    // No witness evaluates it any more, and none needs to hear of it.
                    self.forget(digest).await;
                }
                Ok(gathering) => drop(self.start(gathering)),
                Err(refusal) => tracing::error!(%refusal, "an open order can't be taken up again"),
            }
        }
        Ok(next)
    }

    /// Writes the order down (STORE-3), takes it to the quorum, and answers when that is decided or after `patience`.
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
                let record = {
                    let mut open = running.gathering();
                    open.merge(gathering);
                    open.record()
                };
                self.store(&record).await?;
                running.wake.notify_one();
                running
            }
            None => {
                if !gathering.can_be_certified() {
                    return Err(Refusal::NoColumn.into());
                }
                if self.count() >= MAX_OPEN {
                    return Err(Refusal::Busy.into());
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
        let running = Arc::new(Running {
            gathering: Mutex::new(gathering),
            news: watch::Sender::new(News::default()),
            wake: Notify::new(),
        });
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
        // A witness that has just started will vote soon; the next round asks again. And what no retry helps is one
        // witness's word until so many say it that the order is refused for good.
        if matches!(obstacle, Refusal::NotVoting(_)) || !obstacle.is_retryable() {
            return None;
        }
        Some(Ok(Outcome::Refused(obstacle.clone())))
    }

    async fn run(self, running: Arc<Running>) {
        let mut pause = FIRST_PAUSE;
        let mut told = false;
        let mut rounds = 0u32;
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
            rounds = rounds.saturating_add(1);
            if rounds >= ROUNDS_AT_HAND {
                // It stays on disk; the sweep takes it up again, so that a witness that is down fills no memory.
                self.open().remove(&digest);
                return running.tell(0, true);
            }
            let _ = tokio::time::timeout(pause, running.wake.notified()).await;
            pause = pause.saturating_mul(2);
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

    /// The certificate is written down before the till hears of it (STORE-10).
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
            Ok(()) => {
                *told = true;
                // Eight digits: what a till's receipt and the wallet show. Digests are public, amounts stay out.
                tracing::info!(order = %hex::encode(order.digest().0).get(..8).unwrap_or_default(), "certified");
            }
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
