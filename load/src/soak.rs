//! Whether anything grew in a long run: memory, what is open, how long things take.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::phase::{Figures, Window};
use crate::trend::{self, Trend};

/// The first minute fills caches.
const SETTLED: f64 = 60.0;
/// Seconds of a window.
const WINDOW: f64 = 10.0;
/// Memory may rise by so much of its mean, and by so many MB in any case.
const MEMORY: (f64, f64) = (0.10, 4.0);
/// Open orders by so much, and so many.
const OPEN: (f64, f64) = (0.50, 16.0);
/// A latency by so much, and so many milliseconds.
const LATENCY: (f64, f64) = (0.25, 2.0);

/// What was watched, and whether it grew.
#[derive(Clone, Debug, Serialize)]
pub struct Soaked {
    /// By what it is.
    pub trends: BTreeMap<String, Option<Trend>>,
    /// What grew.
    pub grew: Vec<String>,
}

/// Looks at windows of ten seconds after the first minute.
pub fn judge(figures: &Figures) -> Soaked {
    let mut trends = BTreeMap::new();
    for node in 0..figures.memory_mb.len() {
        let memory = figures.looks.iter().filter_map(|look| Some((look.at, *look.memory_mb.get(node)?)));
        trends.insert(format!("memory of node {}, MB", node + 1), trend(windows(memory), MEMORY));
        let open =
            figures.looks.iter().filter_map(|look| Some((look.at, *look.open_orders.as_ref()?.get(node)? as f64)));
        trends.insert(format!("open orders of node {}", node + 1), trend(windows(open), OPEN));
        for (name, of) in [("p50", p50 as Quantile), ("p99", p99)] {
            let times = figures.windows.iter().filter_map(|window| Some((window.at, (*of(window).get(node)?)?)));
            trends.insert(format!("{name} by node {}, ms", node + 1), trend(windows(times), LATENCY));
        }
    }
    let grew = trends.iter().filter(|(_, trend)| trend.is_some_and(|trend| trend.grew)).map(|(name, _)| name.clone());
    Soaked { grew: grew.collect(), trends }
}

type Quantile = fn(&Window) -> &[Option<f64>];

fn p50(window: &Window) -> &[Option<f64>] {
    &window.p50_ms
}

fn p99(window: &Window) -> &[Option<f64>] {
    &window.p99_ms
}

fn trend(windows: Vec<(f64, f64)>, (share, least): (f64, f64)) -> Option<Trend> {
    trend::of(&windows, share, least)
}

/// Medians of windows, once all has settled.
fn windows(samples: impl Iterator<Item = (f64, f64)>) -> Vec<(f64, f64)> {
    let mut windows: BTreeMap<u64, Vec<f64>> = BTreeMap::new();
    for (at, value) in samples.filter(|(at, _)| *at >= SETTLED) {
        windows.entry((at / WINDOW) as u64).or_default().push(value);
    }
    let median = |(window, mut values): (u64, Vec<f64>)| {
        values.sort_by(f64::total_cmp);
        Some((window as f64 * WINDOW, *values.get(values.len() / 2)?))
    };
    windows.into_iter().filter_map(median).collect()
}
