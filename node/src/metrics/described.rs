//! Every metric there is: the one table that the node, its page of metrics, the alert rules and the dashboard agree on.

use prometheus_client::registry::{Metric, Registry};

/// How a metric behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It only grows, from 0 when the node starts.
    Counter,
    /// It goes up and down.
    Gauge,
    /// How many were at most so long.
    Histogram,
}

/// One metric.
#[derive(Clone, Copy, Debug)]
pub struct Described {
    /// Its name, as queries say it.
    pub name: &'static str,
    /// How it behaves.
    pub kind: Kind,
    /// Its labels.
    pub labels: &'static [&'static str],
    /// What it says.
    pub about: &'static str,
}

const fn row(name: &'static str, kind: Kind, labels: &'static [&'static str], about: &'static str) -> Described {
    Described { name, kind, labels, about }
}

/// All of them.
pub const DESCRIBED: &[Described] = &[
    row(
        "ronde_orders_total",
        Kind::Counter,
        &["purpose", "result"],
        "Orders that ended at this node, by purpose and result (certified, refused, dropped)",
    ),
    row(
        "ronde_order_seconds",
        Kind::Histogram,
        &["purpose", "stage"],
        "Seconds from when an order was brought until its certificate was on disk (certified), or all witnesses held it (complete)",
    ),
    row("ronde_open_orders", Kind::Gauge, &[], "Orders in hand"),
    row(
        "ronde_oldest_open_order_seconds",
        Kind::Gauge,
        &[],
        "How long the oldest of them has been in hand; 0 if there is none",
    ),
    row(
        "ronde_witness_up",
        Kind::Gauge,
        &["witness"],
        "Whether a witness, by keyset/index, answers this node (1 or 0)",
    ),
    row("ronde_witness_rtt_seconds", Kind::Gauge, &["witness"], "Round trip of its last answer"),
    row(
        "ronde_witness_bad_answers_total",
        Kind::Counter,
        &["witness", "reason"],
        "Answers that can't be read, that the witness's key did not sign, or that convict it",
    ),
    row(
        "ronde_quorum_margin",
        Kind::Gauge,
        &[],
        "Witnesses that answer beyond those that a payment needs, in the open keyset with the fewest; below 0 nothing can be paid there",
    ),
    row("ronde_grants", Kind::Gauge, &["state"], "Grants that came into a state since the node started"),
    row("ronde_checkouts", Kind::Gauge, &["state"], "Checkouts that came into a state since the node started"),
    row(
        "ronde_points_total",
        Kind::Counter,
        &["flow"],
        "Points: granted by tills, claimed, redeemed here, owed back, pledged",
    ),
    row("ronde_issue_limit_points", Kind::Gauge, &[], "Points that this store may issue in a UTC day, by the charter"),
    row(
        "ronde_issue_used_points",
        Kind::Gauge,
        &[],
        "Points of today's limit that are used, by this node's own witness; missing if it has none",
    ),
    row(
        "ronde_clock_offset_seconds",
        Kind::Gauge,
        &[],
        "How far this machine's clock is ahead of the other stores'; below 0 behind; missing if too few say theirs",
    ),
    row("ronde_charter_version", Kind::Gauge, &[], "Version of the newest charter that this node has"),
    row("ronde_charter_expiry_timestamp_seconds", Kind::Gauge, &[], "When it expires: no points are issued after that"),
    row("ronde_log_entries", Kind::Gauge, &[], "Entries of this node's own witness logs"),
    row(
        "ronde_log_lag_entries",
        Kind::Gauge,
        &["peer"],
        "Entries of a peer's log, by keyset/index, that this witness has not read",
    ),
    row(
        "ronde_equivocations_total",
        Kind::Counter,
        &[],
        "Pieces of evidence against those who cheated that are kept here, 1000 if there are more",
    ),
    row("ronde_db_bytes", Kind::Gauge, &[], "Size of the database, with its write-ahead log"),
    row("ronde_disk_free_bytes", Kind::Gauge, &[], "Free space on its disk"),
    row(
        "ronde_backup_last_success_timestamp_seconds",
        Kind::Gauge,
        &[],
        "When `ronde backup` last made a copy; 0 if it never has",
    ),
    row(
        "ronde_http_requests_total",
        Kind::Counter,
        &["route", "code"],
        "HTTP requests by call (as the specification writes it) and status; `other` is no call. Pages are not counted",
    ),
];

/// Registers a metric under its row's name and text. A name that has no row is registered without a text, which a test sees.
pub(super) fn register(registry: &mut Registry, name: &str, metric: impl Metric) {
    let row = DESCRIBED.iter().find(|row| row.name == name);
    // The library puts the ending behind the names of counters by itself.
    registry.register(name.trim_end_matches("_total"), row.map_or("", |row| row.about), metric);
}
