//! One open order, while it is in hand.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ronde_protocol::machine::gateway::{Gathering, OpenOrder, Standing};
use ronde_protocol::message::codec::encode;
use ronde_protocol::message::evaluation::Evaluation;
use tokio::sync::{Notify, watch};
use tokio::time::Instant;

use super::aside::Known;
use crate::clock;
use crate::shop::Outcome;

/// One open order. What says "under the lock" means that of all open orders, so that nothing is brought to an order
/// that is just being let go.
pub(super) struct Running {
    gathering: Mutex<Gathering>,
    /// Goes up with every change; whoever waits looks again.
    pub(super) news: watch::Sender<News>,
    /// Ends the pause before the next round.
    pub(super) wake: Notify,
    /// Held while a record is taken and written, so that none replaces a newer one.
    pub(super) saving: Arc<tokio::sync::Mutex<()>>,
    /// It takes nothing more, and is about to be forgotten. Changed under the lock.
    over: AtomicBool,
    /// What is known of it is not all on disk. Changed with the gathering locked.
    unwritten: AtomicBool,
    /// Its certificate is on disk.
    kept: AtomicBool,
    /// The shop has heard of its certificate.
    told: AtomicBool,
    /// How often somebody brought it; never, if the sweep took it up. Changed under the lock.
    brought: AtomicU64,
    /// Somebody asked for its coins while nobody had brought it. Changed under the lock.
    asked_for: AtomicBool,
    /// Since when it is in hand.
    began: Instant,
    /// Turns in vain that it had when the sweep took it up.
    vain: u32,
}

#[derive(Clone, Copy, Default)]
pub(super) struct News {
    changes: u64,
    /// Requests of this round that are not answered yet.
    pub(super) outstanding: usize,
    /// Rounds that have ended.
    pub(super) rounds: u64,
    /// It is in hand no more.
    pub(super) ended: bool,
}

impl Running {
    pub(super) fn new(mut gathering: Gathering, known: Known, is_brought: bool) -> Self {
        if !is_brought {
            gathering.remember_holders(known.holders());
        }
        Self {
            unwritten: AtomicBool::new(is_brought),
            kept: AtomicBool::new(!is_brought && gathering.certificate().is_some()),
            gathering: Mutex::new(gathering),
            news: watch::Sender::new(News::default()),
            wake: Notify::new(),
            saving: Arc::default(),
            over: AtomicBool::new(false),
            told: AtomicBool::new(known.told),
            brought: AtomicU64::new(u64::from(is_brought)),
            asked_for: AtomicBool::new(false),
            vain: known.vain,
            began: clock::monotonic(),
        }
    }

    /// How long it is in hand.
    pub(super) fn age(&self) -> Duration {
        clock::monotonic().saturating_duration_since(self.began)
    }

    /// What is known of it while it is not in hand. Once somebody has brought it, no turn of before counts.
    pub(super) fn known(&self) -> Known {
        Known::of(&self.gathering(), self.is_told(), if self.is_awaited() { 0 } else { self.vain })
    }

    pub(super) fn gathering(&self) -> MutexGuard<'_, Gathering> {
        self.gathering.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn standing(&self) -> Standing {
        self.gathering().standing()
    }

    /// Adds what the same order brought; under the lock. False if not all of it could be kept.
    pub(super) fn bring(&self, gathering: Gathering) -> bool {
        self.brought.fetch_add(1, Ordering::Relaxed);
        let mut known = self.gathering();
        let before = encode(&known.record());
        let all = known.merge(gathering);
        if encode(&known.record()) != before {
            self.unwritten.store(true, Ordering::Relaxed);
        }
        all
    }

    /// What is to be written down, if not all is on disk; for whoever holds the lock of saving, and then says how that
    /// went.
    pub(super) fn unwritten(&self) -> Option<OpenOrder> {
        let gathering = self.gathering();
        let changed = self.unwritten.swap(false, Ordering::Relaxed);
        let certified = gathering.certificate().is_some() && !self.is_kept();
        (changed || certified).then(|| gathering.record())
    }

    /// What was to be written down is on disk, with a certificate or without, or is not.
    pub(super) fn note_written(&self, is_written: bool, certified: bool) {
        if is_written {
            self.kept.fetch_or(certified, Ordering::Relaxed);
        } else {
            self.unwritten.store(true, Ordering::Relaxed);
        }
    }

    /// Its certificate is on disk where this node's witness has written it down. Its own record gets it if it is to wait on disk
    /// after all.
    pub(super) fn note_kept_by_witness(&self) {
        let _changed = self.gathering();
        self.kept.store(true, Ordering::Relaxed);
        self.unwritten.store(true, Ordering::Relaxed);
    }

    /// Whether its certificate is on disk: before that nobody here hears of it (STORE-10).
    pub(super) fn is_kept(&self) -> bool {
        self.kept.load(Ordering::Relaxed)
    }

    /// Adds it to what was on disk of the same order. False if not all of it could be kept.
    pub(super) fn put_before(&self, before: Gathering) -> bool {
        let mut gathering = self.gathering();
        let brought = std::mem::replace(&mut *gathering, before);
        gathering.merge(brought)
    }

    /// Somebody asks for what came of it; under the lock.
    pub(super) fn ask_for(&self) {
        if !self.is_awaited() {
            self.asked_for.store(true, Ordering::Relaxed);
            self.gathering().forget_holders();
        }
    }

    /// Whether somebody waits for its coins, or has: what the sweep took up is pushed to whoever lacks it, and no more.
    pub(super) fn is_awaited(&self) -> bool {
        self.calls() > 0
    }

    /// Whether somebody brought it since it is in hand.
    pub(super) fn is_brought(&self) -> bool {
        self.brought.load(Ordering::Relaxed) > 0
    }

    /// Goes up whenever somebody brings it, and once when somebody asks for it.
    pub(super) fn calls(&self) -> u64 {
        self.brought.load(Ordering::Relaxed).saturating_add(u64::from(self.asked_for.load(Ordering::Relaxed)))
    }

    /// Lets nothing more be brought; under the lock.
    pub(super) fn close(&self) {
        self.over.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }

    pub(super) fn note_told(&self) {
        self.told.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_told(&self) -> bool {
        self.told.load(Ordering::Relaxed)
    }

    pub(super) fn tell(&self, outstanding: usize, round_ended: bool) {
        self.news.send_modify(|news| {
            news.changes = news.changes.wrapping_add(1);
            news.outstanding = outstanding;
            news.rounds = news.rounds.wrapping_add(u64::from(round_ended));
        });
    }

    pub(super) fn tell_end(&self) {
        self.news.send_modify(|news| {
            news.changes = news.changes.wrapping_add(1);
            news.outstanding = 0;
            news.ended = true;
        });
    }

    pub(super) fn has_ended(&self) -> bool {
        self.news.borrow().ended
    }

    pub(super) fn outcome(&self) -> Outcome {
        let gathering = self.gathering();
        match (gathering.standing(), gathering.certificate()) {
            (Standing::Certified { .. }, Some(certificate)) if self.is_kept() => Outcome::Certified {
                order: Box::new(gathering.order().clone()),
                certificate: certificate.as_certificate().clone(),
                evaluations: gathering.evaluations().cloned().collect::<Vec<Evaluation>>(),
            },
            (Standing::Refused(refusal), _) => Outcome::Refused(refusal),
            _ => Outcome::Pending { votes: gathering.votes() },
        }
    }
}
