//! The only reader of time.
//!
//! Wall-clock time comes from a [`Clock`], which tests set by hand. [`monotonic`] measures durations (time-outs,
//! back-off) and never enters a message.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// Wall-clock time since 1970-01-01 00:00 UTC. Clones share the same clock.
#[derive(Debug, Clone, Default)]
pub enum Clock {
    /// The machine's clock.
    #[default]
    System,
    /// Stands still until it is set; for tests.
    Manual(ManualClock),
}

/// A clock that stands still until it is set.
#[derive(Debug, Clone, Default)]
pub struct ManualClock(Arc<AtomicU64>);

impl Clock {
    /// A clock that stands at `unix_millis`, and the handle that moves it.
    #[must_use]
    pub fn manual(unix_millis: u64) -> (Self, ManualClock) {
        let hand = ManualClock(Arc::new(AtomicU64::new(unix_millis)));
        (Self::Manual(hand.clone()), hand)
    }

    /// Whole milliseconds since 1970 (UTC); 0 if the machine's clock stands before 1970.
    #[must_use]
    pub fn unix_millis(&self) -> u64 {
        match self {
            Self::System => SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_or(0, |elapsed| u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX)),
            Self::Manual(hand) => hand.0.load(Ordering::SeqCst),
        }
    }

    /// Whole seconds since 1970 (UTC), rounded down.
    #[must_use]
    pub fn unix_seconds(&self) -> u64 {
        self.unix_millis() / 1000
    }
}

impl ManualClock {
    /// Stands the clock at `unix_millis`, forwards or backwards.
    pub fn set(&self, unix_millis: u64) {
        self.0.store(unix_millis, Ordering::SeqCst);
    }

    /// Moves the clock forwards.
    pub fn advance(&self, millis: u64) {
        self.0.fetch_add(millis, Ordering::SeqCst);
    }
}

/// A reading of the steady clock, for durations only. Follows a paused tokio clock in tests.
#[must_use]
pub fn monotonic() -> tokio::time::Instant {
    tokio::time::Instant::now()
}
