//! What the node counts of its own doings, for whoever watches it.
//!
//! Never of a customer: no label holds a coin, an id, a digest, an address or a sum (OPS-9). Where it counts, that is an atomic
//! addition and a look-up by short labels.

mod described;
mod labels;
mod sampled;

use std::sync::Arc;
use std::time::Duration;

use prometheus_client::encoding::text::{encode_eof, encode_registry};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

pub use described::{DESCRIBED, Described, Kind};
use labels::{BadAnswer, Flow, OrderEnd, OrderStage, Route, State};
pub use sampled::{PeerLog, Sample, Witness};

/// Upper bounds of what an order takes, in seconds: a payment at a counter is well below one.
const SECONDS: [f64; 12] = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0, 600.0];

/// How an order ended here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Certified.
    Certified,
    /// It can never be certified.
    Refused,
    /// Its columns were refused; it may come again.
    Dropped,
}

/// What was awaited of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// From when it was brought until its certificate was on disk.
    Certified,
    /// Until all witnesses held it.
    Complete,
}

/// Why an answer of a witness is bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bad {
    /// It is no message.
    Unreadable,
    /// Its key did not sign it.
    Unsigned,
    /// It convicts the witness.
    Evidence,
}

/// Where points went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PointsFlow {
    /// Into grants that tills made.
    Granted,
    /// From grants into wallets.
    Claimed,
    /// From wallets to this store.
    Redeemed,
    /// Paid and owed back.
    Owed,
    /// From this store to an association.
    Pledged,
}

/// Counters since the node started; clones share them.
#[derive(Clone)]
pub struct Metrics(Arc<Inner>);

struct Inner {
    registry: Registry,
    orders: Family<OrderEnd, Counter>,
    seconds: Family<OrderStage, Histogram, fn() -> Histogram>,
    bad_answers: Family<BadAnswer, Counter>,
    grants: Family<State, Gauge>,
    checkouts: Family<State, Gauge>,
    points: Family<Flow, Counter>,
    requests: Family<Route, Counter>,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::default();
        let histogram: fn() -> Histogram = || Histogram::new(SECONDS);
        let inner = Inner {
            orders: Family::default(),
            seconds: Family::new_with_constructor(histogram),
            bad_answers: Family::default(),
            grants: Family::default(),
            checkouts: Family::default(),
            points: Family::default(),
            requests: Family::default(),
            registry: Registry::default(),
        };
        described::register(&mut registry, "ronde_orders_total", inner.orders.clone());
        described::register(&mut registry, "ronde_order_seconds", inner.seconds.clone());
        described::register(&mut registry, "ronde_witness_bad_answers_total", inner.bad_answers.clone());
        described::register(&mut registry, "ronde_grants", inner.grants.clone());
        described::register(&mut registry, "ronde_checkouts", inner.checkouts.clone());
        described::register(&mut registry, "ronde_points_total", inner.points.clone());
        described::register(&mut registry, "ronde_http_requests_total", inner.requests.clone());
        Self(Arc::new(Inner { registry, ..inner }))
    }
}

impl Metrics {
    /// An order has ended here.
    pub fn order_ended(&self, purpose: &'static str, end: End) {
        self.0.orders.get_or_create(&OrderEnd { purpose, result: labels::end(end) }).inc();
    }

    /// An order has come so far, so long after it was brought.
    pub fn order_took(&self, purpose: &'static str, stage: Stage, took: Duration) {
        let labels = OrderStage { purpose, stage: labels::stage(stage) };
        self.0.seconds.get_or_create(&labels).observe(took.as_secs_f64());
    }

    /// A witness, by keyset and index, gave a bad answer.
    pub fn bad_answer(&self, keyset: u32, index: u8, why: Bad) {
        let labels = BadAnswer { witness: labels::witness(keyset, index), reason: labels::bad(why) };
        self.0.bad_answers.get_or_create(&labels).inc();
    }

    /// A grant has come into a state.
    pub fn grant(&self, state: &'static str) {
        self.0.grants.get_or_create(&State { state }).inc();
    }

    /// A checkout has come into a state.
    pub fn checkout(&self, state: &'static str) {
        self.0.checkouts.get_or_create(&State { state }).inc();
    }

    /// Points went there.
    pub fn points(&self, flow: PointsFlow, points: u64) {
        self.0.points.get_or_create(&Flow { flow: labels::flow(flow) }).inc_by(points);
    }

    /// A request was answered. The route is the template of the call, never the path that was asked for.
    pub fn request(&self, route: &str, code: u16) {
        self.0.requests.get_or_create(&Route { route: route.to_owned(), code }).inc();
    }

    /// All of it as OpenMetrics, with what is looked up now.
    ///
    /// # Errors
    /// A text in memory takes all that is written.
    pub fn text(&self, sample: &Sample) -> Result<String, std::fmt::Error> {
        let mut text = String::new();
        encode_registry(&mut text, &self.0.registry)?;
        encode_registry(&mut text, &sample.registry())?;
        encode_eof(&mut text)?;
        Ok(text)
    }
}

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
