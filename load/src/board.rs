//! What goes on at this moment, for whoever watches.

use std::io::IsTerminal as _;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval};

use crate::Failed;
use crate::job::Done;
use crate::latency::Latency;
use crate::say;

/// Between two lines if nobody watches a terminal.
const UNSEEN: u64 = 10;

/// Counts of a phase that runs.
pub struct Board {
    in_flight: AtomicUsize,
    most: AtomicUsize,
    done: AtomicU64,
    troubled: AtomicU64,
    latency: Mutex<Latency>,
}

impl Board {
    /// Nothing yet.
    pub fn new() -> Result<Arc<Self>, Failed> {
        let latency = Mutex::new(Latency::new()?);
        let (in_flight, most) = Default::default();
        Ok(Arc::new(Self { in_flight, most, done: AtomicU64::new(0), troubled: AtomicU64::new(0), latency }))
    }

    /// One more is sent.
    pub fn begin(&self) {
        let now = self.in_flight.fetch_add(1, Ordering::Relaxed) + 1;
        self.most.fetch_max(now, Ordering::Relaxed);
    }

    /// One is done.
    pub fn end(&self, done: &Done) {
        self.in_flight.fetch_sub(1, Ordering::Relaxed);
        self.done.fetch_add(1, Ordering::Relaxed);
        self.troubled.fetch_add(u64::from(!done.troubles.is_empty()), Ordering::Relaxed);
        if let Some(time) = done.headline() {
            self.latency.lock().unwrap_or_else(PoisonError::into_inner).add(time);
        }
    }

    /// Sent and not done.
    pub fn in_flight(&self) -> usize {
        self.in_flight.load(Ordering::Relaxed)
    }

    /// The most that there were.
    pub fn most(&self) -> usize {
        self.most.load(Ordering::Relaxed)
    }

    /// Tells how it goes, until it is dropped: every second on a terminal.
    pub async fn tell(self: Arc<Self>, name: String, start: Instant) {
        let every = if std::io::stderr().is_terminal() { 1 } else { UNSEEN };
        let mut ticks = interval(Duration::from_secs(every));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        ticks.tick().await;
        let mut before = 0;
        loop {
            ticks.tick().await;
            let done = self.done.load(Ordering::Relaxed);
            let (p50, p99) = {
                let latency = self.latency.lock().unwrap_or_else(PoisonError::into_inner);
                (latency.at(50.0), latency.at(99.0))
            };
            say(&format!(
                "  {name} {:4.0} s  {:6.1} orders/s  p50 {p50:6.1} ms  p99 {p99:6.1} ms  in flight {:4}  with trouble {}",
                start.elapsed().as_secs_f64(),
                (done - before) as f64 / every as f64,
                self.in_flight(),
                self.troubled.load(Ordering::Relaxed),
            ));
            before = done;
        }
    }
}

impl Done {
    /// What a customer at the till waits for; where there is no till, for the store's answer.
    pub fn headline(&self) -> Option<Duration> {
        self.till.or(self.answer)
    }
}
