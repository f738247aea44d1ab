use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::{Bad, DESCRIBED, End, Kind, Metrics, PeerLog, PointsFlow, Sample, Stage, Witness};

/// Everything counted once, and everything sampled there is.
fn full() -> String {
    let metrics = Metrics::default();
    metrics.order_ended("redeem", End::Certified);
    metrics.order_took("redeem", Stage::Complete, Duration::from_millis(300));
    metrics.bad_answer(1, 2, Bad::Unsigned);
    metrics.grant("open");
    metrics.checkout("accepted");
    metrics.points(PointsFlow::Granted, 25);
    metrics.request("POST /v1/grants", 201);
    let sample = Sample {
        open_orders: 3,
        oldest_open_order: 1.5,
        witnesses: vec![Witness { keyset: 1, index: 2, up: true, rtt: Some(0.004) }],
        quorum_margin: Some(-1),
        issue_limit: 1000,
        issue_used: Some(7),
        clock_offset: Some(-0.25),
        charter_version: 4,
        charter_expiry: 1_800_000_000,
        log_entries: 12,
        peer_logs: vec![PeerLog { keyset: 1, index: 0, lag: 5 }],
        evidence: 2,
        db_bytes: 4096,
        disk_free_bytes: 1 << 30,
        backup: 1_700_000_000,
    };
    metrics.text(&sample).unwrap()
}

/// By name: kind, and the labels of its lines.
fn read(text: &str) -> BTreeMap<String, (String, BTreeSet<String>)> {
    let mut found = BTreeMap::new();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').unwrap();
            let name = if kind == "counter" { format!("{name}_total") } else { name.to_owned() };
            found.insert(name, (kind.to_owned(), BTreeSet::new()));
        } else if !line.starts_with('#') {
            let (before, _) = line.rsplit_once(' ').unwrap();
            let (name, labels) = before.split_once('{').unwrap_or((before, ""));
            let whole = ["_bucket", "_sum", "_count"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
            let (_, known) = found.get_mut(whole).unwrap_or_else(|| panic!("{line} has no type"));
            let labels = labels.trim_end_matches('}').split("\",").filter_map(|label| label.split_once("=\""));
            known.extend(labels.map(|(label, _)| label.to_owned()).filter(|label| label != "le"));
        }
    }
    found
}

/// OPS-9.
#[test]
fn all_metrics_of_the_table_are_told_with_their_labels_and_no_others() {
    let told = read(&full());
    let described: BTreeMap<String, (String, BTreeSet<String>)> = DESCRIBED
        .iter()
        .map(|row| {
            let kind = match row.kind {
                Kind::Counter => "counter",
                Kind::Gauge => "gauge",
                Kind::Histogram => "histogram",
            };
            let labels = row.labels.iter().map(|label| (*label).to_owned()).collect();
            (row.name.to_owned(), (kind.to_owned(), labels))
        })
        .collect();
    assert_eq!(told, described);
}

#[test]
fn what_is_told_is_what_was_counted() {
    let text = full();
    for line in [
        "ronde_orders_total{purpose=\"redeem\",result=\"certified\"} 1",
        "ronde_order_seconds_bucket{le=\"0.5\",purpose=\"redeem\",stage=\"complete\"} 1",
        "ronde_witness_bad_answers_total{witness=\"1/2\",reason=\"unsigned\"} 1",
        "ronde_points_total{flow=\"granted\"} 25",
        "ronde_http_requests_total{route=\"POST /v1/grants\",code=\"201\"} 1",
        "ronde_quorum_margin -1",
        "ronde_clock_offset_seconds -0.25",
        "ronde_log_lag_entries{peer=\"1/0\"} 5",
        "ronde_equivocations_total 2",
        "ronde_issue_used_points 7",
    ] {
        assert!(text.lines().any(|told| told == line), "no line {line:?} in\n{text}");
    }
    assert!(text.ends_with("# EOF\n"));
}

#[test]
fn what_is_not_known_is_not_told() {
    let text = Metrics::default().text(&Sample::default()).unwrap();
    for name in ["ronde_issue_used_points", "ronde_clock_offset_seconds", "ronde_quorum_margin"] {
        assert!(!text.contains(name), "{text}");
    }
    assert!(text.contains("ronde_open_orders 0\n"), "{text}");
}
