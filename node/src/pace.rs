//! How often something may happen.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::clock;

/// A rate that may be exceeded for a while, if it was not used up before.
pub(crate) struct Pace {
    /// Between two.
    interval: Duration,
    /// How far ahead of the rate one may be.
    ahead: Duration,
    /// When everything that was asked for so far is worked off at the rate.
    even: Mutex<Instant>,
}

impl Pace {
    /// One in each `interval`, and `burst` more at once after a quiet time.
    pub(crate) fn new(interval: Duration, burst: u32) -> Self {
        Self { interval, ahead: interval.saturating_mul(burst), even: Mutex::new(clock::monotonic()) }
    }

    /// Takes so many; how long they have to wait.
    pub(crate) fn take(&self, count: u32) -> Duration {
        let now = clock::monotonic();
        let mut even = self.even.lock().unwrap_or_else(PoisonError::into_inner);
        let from = (*even).max(now);
        *even = from.checked_add(self.interval.saturating_mul(count)).unwrap_or(from);
        from.saturating_duration_since(now).saturating_sub(self.ahead)
    }

    /// How long the next would have to wait. Nothing is taken.
    pub(crate) fn wait(&self) -> Duration {
        let even = *self.even.lock().unwrap_or_else(PoisonError::into_inner);
        even.saturating_duration_since(clock::monotonic()).saturating_sub(self.ahead)
    }

    /// Whether the next would have to wait.
    pub(crate) fn is_used_up(&self) -> bool {
        !self.wait().is_zero()
    }

    /// Whether nothing is used up.
    pub(crate) fn is_rested(&self) -> bool {
        *self.even.lock().unwrap_or_else(PoisonError::into_inner) <= clock::monotonic()
    }
}
