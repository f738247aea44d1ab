//! A phase cut into pieces of time.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::Failed;
use crate::job::Done;
use crate::latency::{Latency, Spread};
use crate::schedule::Stage;

/// Seconds of a window.
const WINDOW: u64 = 10;

/// One second of a phase.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Second {
    /// Since the start.
    pub at: f64,
    /// Orders that were to begin.
    pub planned: u64,
    /// Orders that were done.
    pub done: u64,
    /// Of those that were to begin in it.
    pub p50_ms: f64,
    /// Likewise.
    pub p99_ms: f64,
}

/// Ten seconds of a phase.
#[derive(Clone, Debug, Serialize)]
pub struct Window {
    /// When they began, since the start.
    pub at: f64,
    /// Of the orders that were to begin in them, by the store that carried them; none where there were none.
    pub p50_ms: Vec<Option<f64>>,
    /// Likewise.
    pub p99_ms: Vec<Option<f64>>,
}

/// One stage of several.
#[derive(Clone, Debug, Serialize)]
pub struct StageFigures {
    /// As it was planned.
    pub stage: Stage,
    /// What customers waited for who came in it.
    pub headline: Spread,
    /// Seconds after its end until all of its orders were done.
    pub behind: f64,
}

/// Second by second.
pub fn by_second(done: &[Done]) -> Result<Vec<Second>, Failed> {
    let mut seconds: BTreeMap<u64, (u64, u64, Latency)> = BTreeMap::new();
    for one in done {
        let ended = seconds.entry(one.ended.as_secs()).or_insert((0, 0, Latency::new()?));
        ended.1 += 1;
        let begun = seconds.entry(one.planned.as_secs()).or_insert((0, 0, Latency::new()?));
        begun.0 += 1;
        if let Some(time) = one.headline() {
            begun.2.add(time);
        }
    }
    let second = |(at, (planned, done, latency)): (u64, (u64, u64, Latency))| Second {
        at: at as f64,
        planned,
        done,
        p50_ms: latency.at(50.0),
        p99_ms: latency.at(99.0),
    };
    Ok(seconds.into_iter().map(second).collect())
}

/// Window by window.
pub fn windows(done: &[Done]) -> Result<Vec<Window>, Failed> {
    let nodes = done.iter().map(|one| one.node + 1).max().unwrap_or(0);
    let mut windows: BTreeMap<u64, Vec<Latency>> = BTreeMap::new();
    for one in done {
        let none = (0..nodes).map(|_| Latency::new()).collect::<Result<Vec<_>, _>>()?;
        let of = windows.entry(one.planned.as_secs() / WINDOW).or_insert(none).get_mut(one.node);
        if let (Some(latency), Some(time)) = (of, one.headline()) {
            latency.add(time);
        }
    }
    let window = |(number, nodes): (u64, Vec<Latency>)| {
        let at = |percent| nodes.iter().map(|one| (one.spread().count > 0).then(|| one.at(percent))).collect();
        Window { at: (number * WINDOW) as f64, p50_ms: at(50.0), p99_ms: at(99.0) }
    };
    Ok(windows.into_iter().map(window).collect())
}

/// Stage by stage; nothing for one alone.
pub fn stages(done: &[Done], stages: &[Stage]) -> Result<Vec<StageFigures>, Failed> {
    let (mut figures, mut begin) = (Vec::new(), std::time::Duration::ZERO);
    for stage in stages.iter().filter(|_| stages.len() > 1) {
        let end = begin + stage.length;
        let of = || done.iter().filter(|one| (begin..end).contains(&one.planned));
        let headline = Latency::of(of().filter_map(Done::headline))?.spread();
        let last = of().map(|one| one.ended).max().unwrap_or(end);
        figures.push(StageFigures { stage: *stage, headline, behind: last.saturating_sub(end).as_secs_f64() });
        begin = end;
    }
    Ok(figures)
}
