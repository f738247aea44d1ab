//! Whether anything grew in a long run: memory, what is open, how long things take and how much work they are.

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
/// The CPU of an order by so much, and so many milliseconds.
const CPU: (f64, f64) = (0.10, 0.05);

/// What was watched, and whether it grew.
#[derive(Clone, Debug, Serialize)]
pub struct Soaked {
    /// By what it is: what is counted in all windows, what takes time at its best in each part of the run.
    pub trends: BTreeMap<String, Option<Trend>>,
    /// What takes time, in all windows, those included in which the machine was slow: nothing is judged by it.
    pub in_all: BTreeMap<String, Option<Trend>>,
    /// What grew.
    pub grew: Vec<String>,
}

impl Soaked {
    /// What to do about what grew; none if nothing did.
    pub fn fix(&self) -> Option<&'static str> {
        let grew = |part: &str| self.grew.iter().any(|name| name.starts_with(part));
        if self.grew.is_empty() {
            None
        } else if grew("CPU") {
            Some("each order costs the nodes more and more: profile them early and late in the run")
        } else if grew("p50") || grew("p99") {
            Some(
                "an order costs the nodes no more than before, so the processors were short of time: run it again on a machine \
                 that nobody shares, or at a lower --rate; what waits takes memory too",
            )
        } else {
            Some("times did not grow with it: soak for longer to see whether it ends")
        }
    }
}

/// Looks at windows of ten seconds after the first minute.
pub fn judge(figures: &Figures) -> Soaked {
    let (mut trends, mut in_all) = (BTreeMap::new(), BTreeMap::new());
    // What comes after the last order was to begin is the end of the run, and no window.
    let end = figures.by_second.iter().filter(|second| second.planned > 0).map(|second| second.at).fold(0.0, f64::max);
    for node in 0..figures.memory_mb.len() {
        let number = node + 1;
        let memory = figures.looks.iter().filter_map(|look| Some((look.at, *look.memory_mb.get(node)?)));
        trends.insert(format!("memory of node {number}, MB"), trend(windows(memory), MEMORY));
        let open =
            figures.looks.iter().filter_map(|look| Some((look.at, *look.open_orders.as_ref()?.get(node)? as f64)));
        trends.insert(format!("open orders of node {number}"), trend(windows(open), OPEN));
        let mut times = vec![(format!("CPU per order of node {number}, ms"), cpu(figures, node, end), CPU)];
        for (name, of) in [("p50", p50 as Quantile), ("p99", p99)] {
            let whole = figures.windows.iter().filter(|window| window.at + WINDOW <= end + 1.0);
            let values = whole.filter_map(|window| Some((window.at, (*of(window).get(node)?)?)));
            times.push((format!("{name} by node {number}, ms"), windows(values), LATENCY));
        }
        for (name, windows, (share, least)) in times {
            in_all.insert(name.clone(), trend::of(&windows, share, least));
            trends.insert(name, trend::at_best(&windows, share, least));
        }
    }
    let grew = trends.iter().filter(|(_, trend)| trend.is_some_and(|trend| trend.grew)).map(|(name, _)| name.clone());
    Soaked { grew: grew.collect(), trends, in_all }
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

/// What a node's processors did for each order that was done meanwhile, window by window.
fn cpu(figures: &Figures, node: usize, end: f64) -> Vec<(f64, f64)> {
    let seconds = figures.looks.iter().filter_map(|look| Some((look.at, *look.cpu_seconds.get(node)?)));
    let mut firsts: BTreeMap<u64, (f64, f64)> = BTreeMap::new();
    for (at, seconds) in seconds.filter(|(at, _)| (SETTLED..=end + 1.0).contains(at)) {
        firsts.entry((at / WINDOW) as u64).or_insert((at, seconds));
    }
    let firsts: Vec<(f64, f64)> = firsts.into_values().collect();
    let spent = |pair: &[(f64, f64)]| {
        let &[(begin, before), (end, after)] = pair else { return None };
        let done = figures.by_second.iter().filter(|second| (begin.floor()..end.floor()).contains(&second.at));
        let done: u64 = done.map(|second| second.done).sum();
        (done > 0).then(|| (begin, (after - before) * 1000.0 / done as f64))
    };
    firsts.windows(2).filter_map(spent).collect()
}

/// Medians of windows, once all has settled.
fn windows(samples: impl Iterator<Item = (f64, f64)>) -> Vec<(f64, f64)> {
    let mut windows: BTreeMap<u64, Vec<f64>> = BTreeMap::new();
    for (at, value) in samples.filter(|(at, _)| *at >= SETTLED) {
        windows.entry((at / WINDOW) as u64).or_default().push(value);
    }
    let median = |(window, values): (u64, Vec<f64>)| Some((window as f64 * WINDOW, trend::median(&values)?));
    windows.into_iter().filter_map(median).collect()
}

#[cfg(test)]
mod tests;
