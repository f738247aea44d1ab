//! What a phase was like, in figures.

mod slices;

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;
use tokio::time::Instant;

use super::Plan;
use crate::Failed;
use crate::drive::{Driven, Pace};
use crate::job::Done;
use crate::latency::{Latency, Spread};
use crate::meter::{Look, Reading};
use crate::mix::Deed;
pub use slices::{Second, StageFigures, Window};

/// Quantiles that the chart shows.
const CURVE: usize = 400;

/// Of one kind of order.
#[derive(Clone, Debug, Serialize)]
pub struct DeedFigures {
    /// Which.
    pub deed: Deed,
    /// Until the till heard that it is paid, by a long poll; only payments have a till.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub till: Option<Spread>,
    /// Until the store answered the POST that the order is certified.
    pub answer: Spread,
    /// Until the evaluations of all witnesses were there.
    pub change: Spread,
}

/// All of a phase.
#[derive(Clone, Debug, Serialize)]
pub struct Figures {
    /// In a word or two.
    pub name: String,
    /// Orders a second that were planned; none in a closed loop.
    pub planned_rate: Option<f64>,
    /// Clients of a closed loop.
    pub clients: Option<usize>,
    /// Seconds that were measured, the warm-up left out.
    pub seconds: f64,
    /// Orders that were done in them.
    pub orders: u64,
    /// Of these a second.
    pub rate: f64,
    /// What a customer waits for: until the till heard it, or where there is no till until the store's answer.
    pub headline: Spread,
    /// By kind of order.
    pub deeds: Vec<DeedFigures>,
    /// The headline's quantiles, as percent and milliseconds.
    pub curve: Vec<(f64, f64)>,
    /// Second by second, the warm-up too.
    pub by_second: Vec<Second>,
    /// Ten seconds by ten seconds and by the store that carried the orders, the warm-up too.
    pub windows: Vec<Window>,
    /// By stage, if there were several.
    pub stages: Vec<StageFigures>,
    /// Refusals and broken calls on the way, by kind, the warm-up too. Those orders were sent again.
    pub troubles: BTreeMap<String, u64>,
    /// Questions after evaluations that the first answer lacked, per order.
    pub questions_per_order: f64,
    /// CPU of each node per order, in milliseconds.
    pub node_cpu_ms_per_order: Vec<f64>,
    /// Of this program.
    pub client_cpu_ms_per_order: f64,
    /// Processors that were used at a time: by all nodes, by this program, and by everything else on this machine.
    pub processors: [f64; 3],
    /// Commits, each synced, of each node per order.
    pub syncs_per_order: Vec<f64>,
    /// Jobs of each node's database per order.
    pub jobs_per_order: Vec<f64>,
    /// Bytes of UDP between nodes per order, headers included.
    pub datagram_bytes_per_order: f64,
    /// Times that a node handed something to UDP, per order.
    pub datagram_sends_per_order: f64,
    /// Bytes of HTTP per order, both ways, tills' waiting included.
    pub http_bytes_per_order: f64,
    /// The most memory of each node, in MB.
    pub memory_mb: Vec<f64>,
    /// Most orders in flight.
    pub most_in_flight: usize,
    /// Orders in flight when the last was to begin.
    pub in_flight_at_end: u64,
    /// Orders that waited for one of those before, since as many as allowed were in flight.
    pub capped: u64,
    /// When orders ran out, if they did.
    pub ran_out_at: Option<f64>,
    /// What the nodes were like.
    pub looks: Vec<Look>,
}

impl Figures {
    /// Of what was driven. What was to begin in the warm-up counts for nothing but by second and as trouble.
    pub fn of(
        plan: &Plan,
        driven: &Driven,
        (before, after): (&Reading, &Reading),
        start: Instant,
        looks: Vec<Look>,
        most_in_flight: usize,
    ) -> Result<Self, Failed> {
        let (done, warmup) = (&driven.done, plan.warmup);
        let counted: Vec<&Done> = done.iter().filter(|one| one.planned >= warmup).collect();
        let last = done.iter().map(|one| one.planned).max().unwrap_or_default();
        let (planned_rate, clients, until) = match &plan.pace {
            Pace::Open(times, _) => {
                let length = times.last().copied().unwrap_or_default().saturating_sub(warmup).as_secs_f64();
                let measured = times.iter().filter(|time| **time >= warmup).count();
                (Some(measured as f64 / length.max(f64::MIN_POSITIVE)), None, last)
            }
            Pace::Closed(clients, length) => (None, Some(*clients), driven.ran_out.unwrap_or(*length)),
        };
        let within = |one: &&Done| one.ended >= warmup && one.ended <= until;
        let seconds = until.saturating_sub(warmup).as_secs_f64();
        let orders = u64::try_from(done.iter().filter(within).count())?;
        // What was used until the last answer, shared by all that was done since the first reading.
        let read = before.at.saturating_duration_since(start);
        let worked = done.iter().filter(|one| one.ended >= read).count().max(1) as f64;
        let http = after.http.saturating_sub(before.http);
        let (bytes, sends) = after.wire.datagrams_since(&before.wire, http);
        let headline = Latency::of(counted.iter().filter_map(|one| one.headline()))?;
        let per_order = |after: &[u64], before: &[u64]| {
            after.iter().zip(before).map(|(after, before)| after.saturating_sub(*before) as f64 / worked).collect()
        };
        let cpu = after.node_cpu.iter().zip(&before.node_cpu).map(|(after, before)| (after - before) * 1000.0 / worked);
        let questions: u32 = counted.iter().map(|one| one.questions).sum();
        Ok(Self {
            name: plan.name.clone(),
            planned_rate,
            clients,
            seconds,
            orders,
            rate: orders as f64 / seconds.max(f64::MIN_POSITIVE),
            headline: headline.spread(),
            deeds: deeds(&counted)?,
            curve: (0..CURVE).map(percent).map(|percent| (percent, headline.at(percent))).collect(),
            by_second: slices::by_second(done)?,
            windows: slices::windows(done)?,
            stages: slices::stages(done, &plan.stages)?,
            troubles: troubles(done),
            questions_per_order: f64::from(questions) / counted.len().max(1) as f64,
            node_cpu_ms_per_order: cpu.collect(),
            client_cpu_ms_per_order: (after.own_cpu - before.own_cpu) * 1000.0 / worked,
            processors: processors(before, after),
            syncs_per_order: per_order(&after.commits, &before.commits),
            jobs_per_order: per_order(&after.jobs, &before.jobs),
            datagram_bytes_per_order: bytes as f64 / worked,
            datagram_sends_per_order: sends as f64 / worked,
            http_bytes_per_order: http as f64 / worked,
            memory_mb: most_memory(&looks),
            most_in_flight,
            in_flight_at_end: u64::try_from(done.iter().filter(|one| one.ended > last).count())?,
            capped: driven.capped,
            ran_out_at: driven.ran_out.map(|at| at.as_secs_f64()),
            looks,
        })
    }

    /// Whether the nodes kept up with the rate: when the last order came, less than half a second of orders was in flight.
    pub fn kept_up(&self) -> bool {
        let rate = self.planned_rate.unwrap_or(self.rate);
        self.capped == 0 && self.in_flight_at_end as f64 <= (rate / 2.0).max(16.0)
    }
}

/// Steps that get smaller towards 100: each decade of what is left has as many.
fn percent(step: usize) -> f64 {
    100.0 * (1.0 - 10_f64.powf(-4.0 * step as f64 / CURVE as f64))
}

fn processors(before: &Reading, after: &Reading) -> [f64; 3] {
    let seconds = after.at.saturating_duration_since(before.at).as_secs_f64().max(f64::MIN_POSITIVE);
    let nodes = after.node_cpu.iter().sum::<f64>() - before.node_cpu.iter().sum::<f64>();
    let own = after.own_cpu - before.own_cpu;
    let others = (after.machine_cpu - before.machine_cpu - nodes - own).max(0.0);
    [nodes, own, others].map(|used| used / seconds)
}

fn deeds(counted: &[&Done]) -> Result<Vec<DeedFigures>, Failed> {
    let mut figures = Vec::new();
    for deed in Deed::ALL {
        let of: Vec<&&Done> = counted.iter().filter(|one| one.deed == deed).collect();
        if of.is_empty() {
            continue;
        }
        let spread = |time: fn(&Done) -> Option<Duration>| {
            Latency::of(of.iter().filter_map(|one| time(one))).map(|latency| latency.spread())
        };
        let till = if deed == Deed::Redeem { Some(spread(|one| one.till)?) } else { None };
        figures.push(DeedFigures { deed, till, answer: spread(|one| one.answer)?, change: spread(|one| one.change)? });
    }
    Ok(figures)
}

fn troubles(done: &[Done]) -> BTreeMap<String, u64> {
    let mut troubles = BTreeMap::new();
    for trouble in done.iter().flat_map(|one| &one.troubles) {
        *troubles.entry(trouble.clone()).or_default() += 1;
    }
    troubles
}

fn most_memory(looks: &[Look]) -> Vec<f64> {
    let mut most: Vec<f64> = Vec::new();
    for look in looks {
        most.resize(look.memory_mb.len(), 0.0);
        most.iter_mut().zip(&look.memory_mb).for_each(|(most, now)| *most = most.max(*now));
    }
    most
}
