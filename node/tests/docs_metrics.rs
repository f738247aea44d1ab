//! `docs/metrics.md`, the alert rules and the dashboard name the metrics that the node has, and all of them.
//!
//! `WRITE_DOCS=1 cargo test -p ronde-node --test docs_metrics` writes the table of the page anew.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use ronde_node::metrics::{DESCRIBED, Kind};
use serde_json::Value;

const BEGIN: &str = "<!-- metrics -->\n";
const END: &str = "<!-- end of metrics -->\n";

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name)
}

fn read(name: &str) -> String {
    std::fs::read_to_string(path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn table() -> String {
    let mut table = "| metric | kind | labels | what it says |\n| --- | --- | --- | --- |\n".to_owned();
    for row in DESCRIBED {
        let kind = match row.kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram => "histogram",
        };
        let labels: Vec<String> = row.labels.iter().map(|label| format!("`{label}`")).collect();
        table += &format!("| `{}` | {kind} | {} | {} |\n", row.name, labels.join(", "), row.about);
    }
    table
}

/// Names of metrics in a text, as the table has them.
fn named(text: &str) -> BTreeSet<String> {
    let is_part = |letter: char| letter.is_ascii_lowercase() || letter == '_';
    let words = text.split(|letter: char| !is_part(letter)).filter(|word| word.starts_with("ronde_"));
    let histograms: Vec<&str> =
        DESCRIBED.iter().filter(|row| row.kind == Kind::Histogram).map(|row| row.name).collect();
    let whole = |word: &str| {
        let parts = histograms
            .iter()
            .find(|name| ["_bucket", "_sum", "_count"].iter().any(|end| word.strip_suffix(end) == Some(**name)));
        parts.map_or_else(|| word.to_owned(), |name| (*name).to_owned())
    };
    words.map(whole).collect()
}

fn known() -> BTreeSet<String> {
    DESCRIBED.iter().map(|row| row.name.to_owned()).collect()
}

#[test]
fn the_page_has_the_table_of_metrics() {
    let page = read("docs/metrics.md");
    let (before, rest) = page.split_once(BEGIN).unwrap();
    let (kept, after) = rest.split_once(END).unwrap();
    if std::env::var_os("WRITE_DOCS").is_some() {
        return std::fs::write(path("docs/metrics.md"), [before, BEGIN, &table(), END, after].concat()).unwrap();
    }
    assert!(kept == table(), "the table is old: WRITE_DOCS=1 cargo test -p ronde-node --test docs_metrics");
    assert_eq!(named(&page), known());
}

/// Product's names: whoever has queries of them keeps them.
#[test]
fn the_names_stay() {
    assert_eq!(DESCRIBED.len(), 23);
    assert_eq!(known().len(), DESCRIBED.len(), "each once");
}

#[test]
fn alerts_ask_for_metrics_that_there_are_and_each_says_what_to_do() {
    let rules = read("ops/alerts.yml");
    let unknown: Vec<String> = named(&rules).difference(&known()).cloned().collect();
    assert!(unknown.is_empty(), "{unknown:?}");
    let alerts: Vec<&str> = rules.split("- alert: ").skip(1).collect();
    assert!(alerts.len() > 20);
    for alert in alerts {
        for part in ["expr: ", "for: ", "severity: ", "summary: ", "description: ", "fix: "] {
            assert!(alert.contains(part), "no {part} in\n{alert}");
        }
    }
}

#[test]
fn the_dashboard_shows_metrics_that_there_are_and_rules_and_dashboard_use_all() {
    let text = read("ops/grafana.json");
    let dashboard: Value = serde_json::from_str(&text).unwrap();
    let shown = named(&text);
    assert!(shown.is_subset(&known()), "{:?}", shown.difference(&known()));
    let used: BTreeSet<String> = shown.union(&named(&read("ops/alerts.yml"))).cloned().collect();
    assert_eq!(used, known(), "measured, and looked at by nobody");
    let mut ids = BTreeSet::new();
    for panel in dashboard["panels"].as_array().unwrap() {
        assert!(ids.insert(panel["id"].as_u64().unwrap()), "{panel}");
        let targets = panel["targets"].as_array().unwrap();
        assert!(!targets.is_empty() && targets.iter().all(|target| target["expr"].is_string()), "{panel}");
    }
    assert!(ids.len() > 15);
}

/// Control: a name that the node does not have is seen.
#[test]
fn a_name_that_there_is_not_is_seen() {
    assert!(!named("rate(ronde_order_total[5m])").is_subset(&known()));
    assert_eq!(
        named("x_ronde_y ronde_order_seconds_bucket{a=\"b\"}"),
        BTreeSet::from(["ronde_order_seconds".to_owned()])
    );
}
