//! Whether something grew while a run lasted: a straight line through what was sampled.

use serde::Serialize;

/// Fewer points tell nothing.
const FEWEST: usize = 6;
/// A slope that is less than so many of its standard errors is noise.
const ERRORS: f64 = 3.0;

/// Parts of the time of which each has its best samples.
const PARTS: usize = 9;

/// How far a straight line through the samples rises.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Trend {
    /// Mean of the samples.
    pub mean: f64,
    /// From the first sample's time to the last one's, along the line.
    pub rise: f64,
    /// The most that counts as none.
    pub bound: f64,
    /// Whether the rise is beyond the bound, and the slope beyond the noise.
    pub grew: bool,
}

/// The trend of samples, each a time and a value. `share` of the mean may be gained, and `least` in any case. None if there
/// are too few samples.
pub fn of(samples: &[(f64, f64)], share: f64, least: f64) -> Option<Trend> {
    if samples.len() < FEWEST {
        return None;
    }
    let count = samples.len() as f64;
    let (first, last) = (samples.first()?.0, samples.last()?.0);
    let mean_time = samples.iter().map(|(time, _)| time).sum::<f64>() / count;
    let mean = samples.iter().map(|(_, value)| value).sum::<f64>() / count;
    let spread: f64 = samples.iter().map(|(time, _)| (time - mean_time).powi(2)).sum();
    if spread <= 0.0 {
        return None;
    }
    let slope = samples.iter().map(|(time, value)| (time - mean_time) * (value - mean)).sum::<f64>() / spread;
    let left: f64 = samples.iter().map(|(time, value)| (value - mean - slope * (time - mean_time)).powi(2)).sum();
    let error = (left / (count - 2.0) / spread).sqrt();
    let (rise, bound) = (slope * (last - first), (share * mean.abs()).max(least));
    Some(Trend { mean, rise, bound, grew: rise > bound && slope > ERRORS * error })
}

/// Of what takes time on a machine that is shared, and so slower at times: the trend of the best quarter of the samples in each
/// part of the time. It grew too if it stands higher at the end, in the last two parts alike, though no line leads there.
pub fn at_best(samples: &[(f64, f64)], share: f64, least: f64) -> Option<Trend> {
    let best = best(samples);
    let mut trend = of(&best, share, least)?;
    let values: Vec<f64> = best.iter().map(|(_, value)| *value).collect();
    let before = median(values.get(..values.len().div_ceil(3))?)?;
    let stands = values.iter().rev().take(2).all(|value| value - before > (share * before).max(least));
    trend.grew |= stands;
    Some(trend)
}

/// Parts of one length, each with its time and its best quarter's worst.
fn best(samples: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let parts = samples.len().min(PARTS);
    let bound = |part: usize| part * samples.len() / parts.max(1);
    let of = |part: usize| {
        let mut part = Vec::from(samples.get(bound(part)..bound(part + 1))?);
        let time = part.iter().map(|(time, _)| time).sum::<f64>() / part.len() as f64;
        part.sort_by(|(_, one), (_, other)| one.total_cmp(other));
        Some((time, part.get(part.len() / 4)?.1))
    };
    (0..parts).filter_map(of).collect()
}

/// The value in the middle, the upper one of two.
pub fn median(values: &[f64]) -> Option<f64> {
    let mut values = Vec::from(values);
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

#[cfg(test)]
mod tests;
