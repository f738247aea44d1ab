//! The project's bars: what a federation of real nodes must reach on two cores, everything durable.

use serde::Serialize;

use crate::mix::{Deed, Mix};
use crate::options::{Options, Profile};
use crate::report::Report;
use crate::restart::Restarted;

/// A bar, and what was measured.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Bar {
    /// Of what.
    pub what: &'static str,
    /// What was measured.
    pub value: f64,
    /// What must be reached.
    pub bar: f64,
    /// Whether more is better.
    pub at_least: bool,
    /// Whether it is.
    pub ok: bool,
}

impl Bar {
    fn most(what: &'static str, value: f64, bar: f64) -> Self {
        Self { what, value, bar, at_least: false, ok: value <= bar }
    }

    fn least(what: &'static str, value: f64, bar: f64) -> Self {
        Self { what, value, bar, at_least: true, ok: value >= bar }
    }
}

/// Those bars that a run of this kind measures.
pub fn judge(options: &Options, mix: Mix, report: &Report) -> Vec<Bar> {
    let mut bars = Vec::new();
    if let Some(restarted) = &report.restart {
        let vote = Restarted::median(&restarted.vote_ms);
        bars.push(Bar::most("from a start to the first vote, ms", vote, 1000.0));
    }
    let Some(last) = report.phases.last() else { return bars };
    let is = |profile| options.profile == profile;
    let payments = is(Profile::N4) && mix.is_only(Deed::Redeem) && options.attack.is_none();
    if is(Profile::N1) && mix.is_only(Deed::Swap) {
        let cpu = last.node_cpu_ms_per_order.iter().sum();
        bars.push(Bar::most("CPU of the node per Swap of 8, ms", cpu, 1.1));
    }
    if payments && options.delay_ms == 0 {
        let many = options.clients.is_some_and(|clients| clients > 1).then_some(last.rate);
        if let Some(rate) = report.highest.or(many) {
            bars.push(Bar::least("payments a second", rate, 250.0));
        }
    }
    if payments && options.clients == Some(1) {
        let till = last.headline;
        if options.delay_ms == 0 {
            bars.push(Bar::most("one payment at a time, till, p50 ms", till.p50_ms, 8.0));
            bars.push(Bar::most("one payment at a time, till, p99 ms", till.p99_ms, 20.0));
        }
        if options.delay_ms == 30 {
            bars.push(Bar::most("one payment at a time, 30 ms apart, till, p50 ms", till.p50_ms, 70.0));
        }
    }
    if report.highest.is_some() {
        let ratio = last.headline.p99_ms / last.headline.p50_ms.max(f64::MIN_POSITIVE);
        bars.push(Bar::most("p99 by p50 at 70 % of the highest rate", ratio, 5.0));
    }
    let most = |values: &[f64]| values.iter().copied().fold(0.0, f64::max);
    bars.push(Bar::most("memory of an idle node, MB", most(&report.idle_memory_mb), 40.0));
    bars.push(Bar::most("memory of a node under load, MB", most(&report.peak_memory_mb), 100.0));
    bars
}
