//! How long things took, counted from when they were to begin: an order that had to wait because the client or the nodes
//! were late has waited.

use std::time::Duration;

use hdrhistogram::Histogram;
use serde::Serialize;

/// Longest time that is told apart, in microseconds.
const LONGEST: u64 = 600_000_000;
/// Digits that are kept.
const DIGITS: u8 = 3;

/// Times in order of size.
#[derive(Clone, Debug)]
pub struct Latency(Histogram<u64>);

/// Quantiles in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Spread {
    /// How many times there were.
    pub count: u64,
    /// Half are at most this.
    pub p50_ms: f64,
    /// Nine of ten.
    pub p90_ms: f64,
    /// 99 of 100.
    pub p99_ms: f64,
    /// 999 of 1,000.
    pub p999_ms: f64,
    /// All.
    pub max_ms: f64,
}

impl Latency {
    /// None yet.
    pub fn new() -> Result<Self, hdrhistogram::CreationError> {
        Histogram::new_with_bounds(1, LONGEST, DIGITS).map(Self)
    }

    /// Of all these.
    pub fn of(times: impl Iterator<Item = Duration>) -> Result<Self, hdrhistogram::CreationError> {
        let mut latency = Self::new()?;
        times.for_each(|time| latency.add(time));
        Ok(latency)
    }

    /// One more.
    pub fn add(&mut self, time: Duration) {
        self.0.saturating_record(u64::try_from(time.as_micros()).unwrap_or(LONGEST));
    }

    /// The time that so many percent stay within, in milliseconds.
    pub fn at(&self, percent: f64) -> f64 {
        if self.0.is_empty() { 0.0 } else { self.0.value_at_percentile(percent) as f64 / 1000.0 }
    }

    /// The usual ones.
    pub fn spread(&self) -> Spread {
        Spread {
            count: self.0.len(),
            p50_ms: self.at(50.0),
            p90_ms: self.at(90.0),
            p99_ms: self.at(99.0),
            p999_ms: self.at(99.9),
            max_ms: if self.0.is_empty() { 0.0 } else { self.0.max() as f64 / 1000.0 },
        }
    }
}

/// How long something took that was to begin at `planned` and ended at `ended`, both since the same start.
pub fn since_planned(planned: Duration, ended: Duration) -> Duration {
    ended.saturating_sub(planned)
}

#[cfg(test)]
mod tests;
