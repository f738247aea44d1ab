//! Figures: how times spread, what processes used, and the table of all.

use std::time::Duration;

use serde::Serialize;
use serde_json::Value;

/// Quantiles of many times, in milliseconds.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Spread {
    /// Half are at most this.
    pub p50_ms: f64,
    /// Nine of ten.
    pub p90_ms: f64,
    /// 99 of 100.
    pub p99_ms: f64,
    /// All.
    pub max_ms: f64,
}

impl Spread {
    /// By nearest rank; of no times at all, zeros.
    pub fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        let at = |percent: usize| {
            let rank = (times.len() * percent).div_ceil(100).saturating_sub(1);
            times.get(rank).map_or(0.0, |time| time.as_secs_f64() * 1000.0)
        };
        Self { p50_ms: at(50), p90_ms: at(90), p99_ms: at(99), max_ms: at(100) }
    }
}

/// One part of the run.
#[derive(Debug, Serialize)]
pub struct Phase {
    /// Wallets at one time.
    pub wallets: usize,
    /// Payments.
    pub payments: usize,
    /// Swaps that merged purses between the payments.
    pub swaps: u64,
    /// Whole time.
    pub seconds: f64,
    /// Payments per second of the whole time.
    pub payments_per_second: f64,
    /// From the wallet's POST until the till sees *accepted*.
    pub till: Spread,
    /// From the wallet's POST until its change is verified.
    pub change: Spread,
    /// The same and saved.
    pub change_saved: Spread,
    /// From the scanned link until the change is saved.
    pub whole_payment: Spread,
    /// Of which: encrypting and saving the wallet, twice.
    pub wallet_saving: Spread,
    /// Percent of the payments whose first answer had all witnesses' evaluations.
    pub complete_at_once_percent: f64,
    /// Later questions for evaluations per payment.
    pub questions_per_payment: f64,
    /// CPU per order (payments and swaps) of each node, in milliseconds.
    pub node_cpu_ms_per_order: Vec<f64>,
    /// The same of this process: wallets and tills.
    pub wallets_and_tills_cpu_ms_per_order: f64,
    /// Written to disk per order by each node, in KiB.
    pub node_written_kib_per_order: Vec<f64>,
}

/// Memory of each node, in MiB.
#[derive(Debug, Serialize)]
pub struct Memory {
    /// After the start, before the first order.
    pub idle_mib: Vec<f64>,
    /// The most until the end.
    pub peak_mib: Vec<f64>,
}

/// All of it.
#[derive(Debug, Serialize)]
pub struct Figures {
    /// Repeats amounts, shops and the wallets' secrets.
    pub seed: u64,
    /// 4 KiB appended and synced on the nodes' disk.
    pub bare_fsync: Spread,
    /// A question without work on an open connection.
    pub bare_round_trip: Spread,
    /// From founding to the last wallet filled, in seconds.
    pub setup_seconds: f64,
    /// One payment after the other.
    pub one_by_one: Phase,
    /// All wallets at once.
    pub at_once: Phase,
    /// Memory.
    pub memory: Memory,
}

impl Figures {
    /// As one line of JSON.
    pub fn json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_value(self).map(|value: Value| value.to_string())
    }

    /// As a table for people.
    pub fn table(&self) -> String {
        let Self { seed, bare_fsync, bare_round_trip, setup_seconds, one_by_one, at_once, memory } = self;
        let mut text = format!("\n4 stores, n = 4, f = 1, q = 3, seed {seed}, set up in {setup_seconds:.1} s\n");
        text += &format!("\n{:46}{:>9}{:>9}{:>9}{:>9}\n", "milliseconds", "p50", "p90", "p99", "max");
        text += &row("bare fsync of 4 KiB", bare_fsync);
        text += &row("bare HTTP round trip", bare_round_trip);
        for phase in [one_by_one, at_once] {
            text += &phase.table();
        }
        let ratio = |a: f64, b: f64| if b > 0.0 { a / b } else { 0.0 };
        let (till, change) = (one_by_one.till.p50_ms, one_by_one.change.p50_ms);
        text += &format!(
            "\nratios of p50, one by one: till {:.1} fsyncs or {:.0} round trips, change {:.1} fsyncs or {:.0} round trips\n",
            ratio(till, bare_fsync.p50_ms),
            ratio(till, bare_round_trip.p50_ms),
            ratio(change, bare_fsync.p50_ms),
            ratio(change, bare_round_trip.p50_ms),
        );
        text += &format!(
            "{} wallets at once: {:.1} times the payments per second, {:.1} times the till's p50\n",
            at_once.wallets,
            ratio(at_once.payments_per_second, one_by_one.payments_per_second),
            ratio(at_once.till.p50_ms, till),
        );
        text += &format!("memory of a node, MiB: idle {}, peak {}\n", list(&memory.idle_mib), list(&memory.peak_mib));
        text
    }
}

impl Phase {
    fn table(&self) -> String {
        let Self { wallets, payments, swaps, seconds, payments_per_second, .. } = self;
        let order = if *wallets == 1 { "one by one".to_owned() } else { format!("{wallets} wallets at once") };
        let mut text = format!(
            "\n{payments} payments, {order}: {seconds:.1} s, {payments_per_second:.1} payments/s, {swaps} swaps between\n"
        );
        text += &row("till: POST to accepted", &self.till);
        text += &row("wallet: POST to change verified", &self.change);
        text += &row("wallet: POST to change saved", &self.change_saved);
        text += &row("wallet: link to change saved", &self.whole_payment);
        text += &row("  of which saving the encrypted wallet twice", &self.wallet_saving);
        text += &format!(
            "all evaluations in the first answer {:.0} %, later questions per payment {:.2}\n",
            self.complete_at_once_percent, self.questions_per_payment
        );
        text += &format!(
            "CPU per order, ms: nodes {} = {:.1}, wallets and tills {:.1}\n",
            list(&self.node_cpu_ms_per_order),
            self.node_cpu_ms_per_order.iter().sum::<f64>(),
            self.wallets_and_tills_cpu_ms_per_order
        );
        text += &format!("written per order, KiB: nodes {}\n", list(&self.node_written_kib_per_order));
        text
    }
}

fn row(name: &str, spread: &Spread) -> String {
    let Spread { p50_ms, p90_ms, p99_ms, max_ms } = spread;
    format!("{name:46}{p50_ms:>9.2}{p90_ms:>9.2}{p99_ms:>9.2}{max_ms:>9.2}\n")
}

fn list(values: &[f64]) -> String {
    values.iter().map(|value| format!("{value:.1}")).collect::<Vec<_>>().join(" ")
}
