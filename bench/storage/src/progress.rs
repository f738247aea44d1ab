//! How far something long has come, on standard error.

use std::time::{Duration, Instant};

/// A bar of words.
pub struct Progress {
    what: String,
    total: u64,
    done: u64,
    begun: Instant,
    told: Instant,
}

const PAUSE: Duration = Duration::from_secs(5);

impl Progress {
    /// Of so many steps.
    pub fn new(what: impl Into<String>, total: u64) -> Self {
        let now = Instant::now();
        Self { what: what.into(), total, done: 0, begun: now, told: now }
    }

    /// Some more are done.
    pub fn add(&mut self, more: u64) {
        self.done += more;
        if self.told.elapsed() < PAUSE {
            return;
        }
        self.told = Instant::now();
        let rate = self.done as f64 / self.begun.elapsed().as_secs_f64();
        let left = (self.total.saturating_sub(self.done)) as f64 / rate.max(1.0);
        let share = 100.0 * self.done as f64 / self.total.max(1) as f64;
        eprintln!("{}: {share:.0} % of {} rows, {rate:.0}/s, {left:.0} s left", self.what, self.total);
    }
}
