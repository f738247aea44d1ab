//! Runs the gateway machine: one task per open order, which ends when every witness holds the certificate.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ronde_protocol::machine::gateway::{Gathering, Standing};
use ronde_protocol::message::certificate::Certificate;
use ronde_protocol::message::ids::OrderDigest;
use ronde_protocol::message::log::CertifiedOrder;
use ronde_protocol::message::order::{Order, Submission};
use ronde_protocol::message::refusal::Refusal;
use tokio::sync::OwnedMutexGuard;
use tokio::time::Instant;

mod aside;
mod counted;
mod disk;
mod places;
mod rounds;
mod running;

use aside::Aside;
pub use places::OpenLimits;
use places::{Place, Places};
use running::Running;

use super::core::Core;
use super::latest::Latest;
use crate::shop::{Certified, DeskError, OpenOrder, Outcome, ShopError};
use crate::{clock, fault};

/// How long an order that could be answered waits for the last witnesses at least, so that coins are complete: as long again as
/// it has taken so far, if that is more. Whoever asks later costs more than who waits, and a till waits for neither.
const GRACE: Duration = Duration::from_millis(25);
/// And at most: a witness that is down answers never.
const MOST_GRACE: Duration = Duration::from_millis(250);
/// Pause before the second round; doubles with each.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
/// Rounds before an order waits on disk for the next sweep.
const ROUNDS_AT_HAND: u32 = 6;
/// Between two sweeps of the orders on disk.
const SWEEP_PAUSE: Duration = Duration::from_secs(15);
/// Records that a sweep reads at a time, each of up to a mebibyte.
const SWEEP: usize = 32;

/// The node's open orders; clones share them.
#[derive(Clone)]
pub struct Orders(Arc<Inner>);

struct Inner {
    core: Arc<Core>,
    shop: Arc<dyn Certified>,
    open: Mutex<BTreeMap<OrderDigest, Arc<Running>>>,
    /// Orders that wait on disk.
    aside: Mutex<Aside>,
    places: Places,
    /// Certified orders of which the shop has heard lately.
    told: Mutex<Latest<()>>,
}

/// What became of an order that was brought.
enum Admitted {
    /// It was in hand, and what was brought is added.
    Added(Arc<Running>),
    /// It is in hand now, in its place; the guard is that of saving.
    New(Arc<Running>, OwnedMutexGuard<()>, Place),
    /// It is just being forgotten, and can be brought again after that.
    Ending(Arc<Running>, Box<Gathering>),
}

impl Orders {
    /// The desk's orders; `shop` hears of certificates.
    pub fn new(core: Arc<Core>, shop: Arc<dyn Certified>, limits: OpenLimits) -> Self {
        let places = Places::new(limits);
        let (open, aside, told) = Default::default();
        Self(Arc::new(Inner { core, shop, open, aside, places, told }))
    }

    /// What all parts of the node share.
    pub fn core(&self) -> &Arc<Core> {
        &self.0.core
    }

    fn open(&self) -> MutexGuard<'_, BTreeMap<OrderDigest, Arc<Running>>> {
        self.0.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn aside(&self) -> MutexGuard<'_, Aside> {
        self.0.aside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many orders are open.
    pub fn count(&self) -> usize {
        self.open().len()
    }

    /// How long the oldest of them is in hand.
    pub fn oldest(&self) -> Option<Duration> {
        self.open().values().map(|running| running.age()).max()
    }

    /// Those that are in hand longest, so many at most.
    pub fn oldest_first(&self, most: usize) -> Vec<OpenOrder> {
        let mut all: Vec<_> = self.open().iter().map(|(digest, running)| (*digest, Arc::clone(running))).collect();
        all.sort_by_key(|(_, running)| Reverse(running.age()));
        all.truncate(most);
        let view = |(digest, running): (OrderDigest, Arc<Running>)| {
            let purpose = running.gathering().order().purpose;
            OpenOrder { digest, purpose, age: running.age() }
        };
        all.into_iter().map(view).collect()
    }

    /// Writes the order down (STORE-3), takes it to the quorum, and answers when that is decided or after `patience`.
    pub async fn submit(&self, submission: Submission, patience: Duration) -> Result<Outcome, DeskError> {
        let charter = self.0.core.charter();
        let gathering = self.0.core.pool.run(move || submission.check(&charter)).await?;
        let has_seat = self.0.core.witness(gathering.keyset().id()).is_some();
        let gathering = if has_seat { gathering } else { gathering.without_own_witness() };
        self.take_on(gathering, patience).await
    }

    /// The same for an order that came with its certificate.
    pub async fn take_certificate(&self, certified: CertifiedOrder, patience: Duration) -> Result<Outcome, DeskError> {
        let charter = self.0.core.charter();
        let gathering = self.0.core.pool.run(move || Gathering::of_certified(certified, &charter)).await?;
        self.take_on(gathering, patience).await
    }

    async fn take_on(&self, gathering: Gathering, patience: Duration) -> Result<Outcome, DeskError> {
        let deadline = clock::monotonic() + patience;
        let mut gathering = Box::new(gathering);
        loop {
            let running = match self.admit(gathering, None)? {
                Admitted::Added(running) => {
                    self.save(&running).await?;
                    running.wake.notify_one();
                    running
                }
                Admitted::New(running, saving, place) => {
                    // By itself: whoever gives up waiting must not leave behind an order that nobody carries.
                    let begun = tokio::spawn(self.clone().begin(Arc::clone(&running), saving, place));
                    begun.await.unwrap_or_else(|_| Err(Refusal::Busy.into()))?;
                    running
                }
                Admitted::Ending(running, again) => {
                    let mut news = running.news.subscribe();
                    let ended = news.wait_for(|news| news.ended);
                    if tokio::time::timeout_at(deadline, ended).await.is_err() {
                        return Err(Refusal::Busy.into());
                    }
                    gathering = again;
                    continue;
                }
            };
            return self.wait(&running, deadline).await;
        }
    }

    /// Adds what was brought to the order in hand, or takes it in hand. Columns that can't be kept because too many of
    /// one witness wait have to come again (STORE-27). What is taken up from disk has its place already.
    fn admit(&self, gathering: Box<Gathering>, taken_up: Option<Place>) -> Result<Admitted, Refusal> {
        let mut open = self.open();
        if let Some(running) = open.get(&gathering.digest()) {
            let running = Arc::clone(running);
            if running.is_over() {
                return Ok(Admitted::Ending(running, gathering));
            }
            return if running.bring(*gathering) { Ok(Admitted::Added(running)) } else { Err(Refusal::Busy) };
        }
        // What is on disk already needs no more room there (OPS-5).
        if self.0.core.space.is_short() && taken_up.is_none() {
            return Err(Refusal::StorageFailed);
        }
        let digest = gathering.digest();
        let is_brought = taken_up.is_none();
        let place = taken_up.map_or_else(|| self.0.places.for_brought(), Ok)?;
        let running = Arc::new(Running::new(*gathering, self.aside().take(&digest), is_brought));
        // Nobody else knows it yet.
        let saving = Arc::clone(&running.saving).try_lock_owned().map_err(|_| Refusal::Busy)?;
        open.insert(digest, Arc::clone(&running));
        Ok(Admitted::New(running, saving, place))
    }

    /// Writes an order down that was just taken in hand, with what is on disk of it already, and sends it on its way.
    async fn begin(self, running: Arc<Running>, saving: OwnedMutexGuard<()>, place: Place) -> Result<(), DeskError> {
        match self.write_first(&running).await {
            Ok(kept) => {
                fault::point("gateway.after-open");
                drop(saving);
                tokio::spawn(self.run(running, place));
                if kept { Ok(()) } else { Err(Refusal::Busy.into()) }
            }
            Err(error) => {
                let mut open = self.open();
                running.close();
                open.remove(&running.gathering().digest());
                running.tell_end();
                Err(error)
            }
        }
    }

    /// False if not all that was brought could be kept beside what was on disk.
    async fn write_first(&self, running: &Running) -> Result<bool, DeskError> {
        let digest = running.gathering().digest();
        let kept = match self.set_aside_before(digest).await? {
            Some(before) => running.put_before(before),
            None => true,
        };
        if !running.gathering().can_be_certified() {
            return Err(Refusal::NoColumn.into());
        }
        self.write(running).await?;
        Ok(kept)
    }

    /// What is known here of an open order. One that is certified, and was only pushed on so far, has its coins asked for.
    pub async fn look(&self, digest: &OrderDigest, patience: Duration) -> Option<Outcome> {
        let (running, was_awaited) = {
            let open = self.open();
            let running = open.get(digest).filter(|running| !running.is_over()).cloned()?;
            let was_awaited = running.is_awaited();
            if running.gathering().certificate().is_some() {
                running.ask_for();
            }
            (running, was_awaited)
        };
        if was_awaited || !running.is_kept() {
            return Some(running.outcome());
        }
        running.wake.notify_one();
        let waited = self.wait(&running, clock::monotonic() + patience).await;
        Some(waited.unwrap_or_else(|_| running.outcome()))
    }

    async fn wait(&self, running: &Running, deadline: Instant) -> Result<Outcome, DeskError> {
        let mut news = running.news.subscribe();
        let (began, mut grace) = (clock::monotonic(), None);
        let rounds = news.borrow_and_update().rounds;
        loop {
            let seen = *news.borrow_and_update();
            // Not in the scrutinee: the lock would be held through the arms.
            let standing = running.standing();
            let until = match standing {
                Standing::Refused(_) => return Ok(running.outcome()),
                // Not before it is forgotten: it may come again at once, with other columns.
                Standing::Dropped if seen.ended => return Ok(Outcome::Refused(Refusal::CoinUnknown)),
                // It is not on disk yet (STORE-10).
                Standing::Certified { .. } if !running.is_kept() => deadline,
                Standing::Certified { complete: true, .. } => return Ok(running.outcome()),
                Standing::Certified { ready: true, .. } => {
                    let now = clock::monotonic();
                    let until = *grace.get_or_insert_with(|| now + (now - began).clamp(GRACE, MOST_GRACE));
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
            if seen.ended || clock::monotonic() >= deadline {
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

    /// Settles a certified order that a witness's feed shows.
    pub async fn settle(&self, certified: &CertifiedOrder) -> Result<(), ShopError> {
        self.tell_shop(&certified.order, &certified.certificate).await
    }

    async fn tell_shop(&self, order: &Order, certificate: &Certificate) -> Result<(), ShopError> {
        self.0.shop.certified(order, certificate).await?;
        self.told().entry(order.digest(), ());
        Ok(())
    }

    /// Whether it has lately: then the feeds of all witnesses say nothing new of that order.
    pub fn was_told_lately(&self, digest: &OrderDigest) -> bool {
        self.told().get(digest).is_some()
    }

    fn told(&self) -> MutexGuard<'_, Latest<()>> {
        self.0.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
