//! When orders are to arrive, decided before the first is sent: who is slow to answer does not slow down who comes next.

use std::time::Duration;

use serde::Serialize;

use crate::chaos::chance::Chance;

/// How arrivals are spread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Arrivals {
    /// As strangers come: gaps of any length, whose mean is the rate's.
    Poisson,
    /// One gap like the other.
    Even,
}

/// So many orders a second for so long.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Stage {
    /// Orders a second.
    pub rate: f64,
    /// How long.
    #[serde(serialize_with = "seconds")]
    pub length: Duration,
}

fn seconds<S: serde::Serializer>(length: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(length.as_secs_f64())
}

/// Parts of the numbers that are drawn: as many as a float tells apart.
const PARTS: u64 = 1 << 53;

/// A number from 0 up to, not including, 1.
fn fraction(chance: &mut Chance) -> f64 {
    chance.below(PARTS) as f64 / PARTS as f64
}

/// The times of all arrivals since the start, in order. Stages follow one another; none has an arrival at or after its end.
pub fn arrivals(stages: &[Stage], how: Arrivals, chance: &mut Chance) -> Vec<Duration> {
    let mut times = Vec::new();
    let mut begin = 0.0;
    for Stage { rate, length } in stages {
        let end = begin + length.as_secs_f64();
        let mut since = 0.0;
        // An even arrival's time is counted, not summed up: small errors would add up to one more or less.
        for number in 0_u32.. {
            since = match how {
                Arrivals::Even => f64::from(number) / rate,
                // Of an exponential distribution, by its inverse.
                Arrivals::Poisson => since - (1.0 - fraction(chance)).ln() / rate,
            };
            let at = begin + since;
            // A rate of 0 has its first arrival never.
            if at.is_nan() || at >= end {
                break;
            }
            times.push(Duration::from_secs_f64(at));
        }
        begin = end;
    }
    times
}

#[cfg(test)]
mod tests;
