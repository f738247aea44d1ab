//! What is not counted but looked up when somebody asks.

use std::sync::atomic::AtomicU64;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use super::described::register;
use super::labels::{OfPeer, OfWitness, witness};

type Seconds = Gauge<f64, AtomicU64>;

/// A witness as this node reaches it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Witness {
    /// Of which keyset.
    pub keyset: u32,
    /// Its index there.
    pub index: u8,
    /// Whether it answers.
    pub up: bool,
    /// Round trip of its last answer, in seconds.
    pub rtt: Option<f64>,
}

/// Another witness's log as this node's witness reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeerLog {
    /// Of which keyset.
    pub keyset: u32,
    /// Its index there.
    pub index: u8,
    /// Entries that are known to be there and not read.
    pub lag: u64,
}

/// How the node is at a moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sample {
    /// Orders in hand.
    pub open_orders: u64,
    /// How long the oldest has been, in seconds.
    pub oldest_open_order: f64,
    /// Every witness of every open keyset.
    pub witnesses: Vec<Witness>,
    /// Those that answer beyond a quorum, in the open keyset with the fewest; none without an open keyset.
    pub quorum_margin: Option<i64>,
    /// Points that the store may issue in a day.
    pub issue_limit: u64,
    /// How many of today's are used; none without a witness.
    pub issue_used: Option<u64>,
    /// Seconds that the clock is ahead.
    pub clock_offset: Option<f64>,
    /// Of the charter.
    pub charter_version: u64,
    /// Of the charter, in seconds since 1970.
    pub charter_expiry: u64,
    /// Of all own logs.
    pub log_entries: u64,
    /// The other witnesses' logs.
    pub peer_logs: Vec<PeerLog>,
    /// Pieces kept.
    pub evidence: u64,
    /// Of the database.
    pub db_bytes: u64,
    /// On its disk.
    pub disk_free_bytes: u64,
    /// Of the last copy, in seconds since 1970.
    pub backup: u64,
}

impl Sample {
    /// The metrics that it is.
    pub(super) fn registry(&self) -> Registry {
        let mut all = Registry::default();
        for (name, value) in [
            ("ronde_open_orders", Some(self.open_orders)),
            ("ronde_issue_limit_points", Some(self.issue_limit)),
            ("ronde_issue_used_points", self.issue_used),
            ("ronde_charter_version", Some(self.charter_version)),
            ("ronde_charter_expiry_timestamp_seconds", Some(self.charter_expiry)),
            ("ronde_log_entries", Some(self.log_entries)),
            ("ronde_db_bytes", Some(self.db_bytes)),
            ("ronde_disk_free_bytes", Some(self.disk_free_bytes)),
            ("ronde_backup_last_success_timestamp_seconds", Some(self.backup)),
        ] {
            let Some(value) = value else { continue };
            let value = i64::try_from(value).unwrap_or(i64::MAX);
            register(&mut all, name, whole(value));
        }
        if let Some(margin) = self.quorum_margin {
            register(&mut all, "ronde_quorum_margin", whole(margin));
        }
        register(&mut all, "ronde_oldest_open_order_seconds", seconds(self.oldest_open_order));
        if let Some(offset) = self.clock_offset {
            register(&mut all, "ronde_clock_offset_seconds", seconds(offset));
        }
        register(&mut all, "ronde_equivocations_total", counted(self.evidence));
        self.add_witnesses(&mut all);
        all
    }

    fn add_witnesses(&self, all: &mut Registry) {
        let (up, rtt, lag) =
            (Family::<_, Gauge>::default(), Family::<_, Seconds>::default(), Family::<_, Gauge>::default());
        for seat in &self.witnesses {
            let labels = OfWitness { witness: witness(seat.keyset, seat.index) };
            up.get_or_create(&labels).set(i64::from(seat.up));
            if let Some(took) = seat.rtt {
                rtt.get_or_create(&labels).set(took);
            }
        }
        for log in &self.peer_logs {
            let labels = OfPeer { peer: witness(log.keyset, log.index) };
            lag.get_or_create(&labels).set(i64::try_from(log.lag).unwrap_or(i64::MAX));
        }
        register(all, "ronde_witness_up", up);
        register(all, "ronde_witness_rtt_seconds", rtt);
        register(all, "ronde_log_lag_entries", lag);
    }
}

fn whole(value: i64) -> Gauge {
    let gauge = Gauge::default();
    gauge.set(value);
    gauge
}

fn seconds(value: f64) -> Seconds {
    let gauge = Seconds::default();
    gauge.set(value);
    gauge
}

fn counted(value: u64) -> Counter {
    let counter = Counter::default();
    counter.inc_by(value);
    counter
}
