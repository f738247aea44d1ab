//! The port of those who watch: it is ready when customers can be served, and what it counts names nobody.

mod federation;
#[path = "../../protocol/tests/federation_support/mod.rs"]
mod federation_support;

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;

use federation::{Town, eventually, free_addresses, http, in_memory, orders};
use federation_support::Plan;
use ronde_node::config::Config;
use ronde_node::metrics::DESCRIBED;
use ronde_node::ops::{OpsSetup, note_backup};
use serde_json::json;

/// Four stores, of which the first is watched; where.
fn watched() -> (Town, SocketAddr) {
    let mut town = Town::found(Plan::of(4));
    let listen: SocketAddr = free_addresses(1).1[0].parse().unwrap();
    let database = town.folder(1).join("ronde.sqlite");
    town.ops.insert(1, OpsSetup { listen, database });
    (town, listen)
}

/// Status and text.
fn ask(listen: SocketAddr, path: &str) -> (u16, String) {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let mut answer = agent.get(format!("http://{listen}{path}")).call().unwrap();
    (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap())
}

fn value(text: &str, line: &str) -> Option<f64> {
    text.lines().find_map(|told| told.strip_prefix(line)?.strip_prefix(' ')?.parse().ok())
}

/// OPS-10.
#[test]
fn a_node_is_ready_once_a_quorum_answers_and_not_after_it_is_gone() {
    let (mut town, listen) = watched();
    town.start(1, in_memory);
    assert_eq!(ask(listen, "/healthz"), (200, "ok\n".to_owned()));
    eventually("one of four is not ready", || ask(listen, "/readyz").0 == 503);
    assert!(ask(listen, "/readyz").1.contains("quorum"));
    for store in 2..=4 {
        town.start(store, in_memory);
    }
    eventually("four of four are ready", || ask(listen, "/readyz") == (200, "ready\n".to_owned()));
    let (_, text) = ask(listen, "/metrics");
    assert!(value(&text, "ronde_quorum_margin").is_some_and(|margin| margin >= 0.0), "{text}");
    town.stop(2);
    town.stop(3);
    eventually("two of four are not ready", || ask(listen, "/readyz").0 == 503);
    let (_, text) = ask(listen, "/metrics");
    assert_eq!(value(&text, "ronde_quorum_margin"), Some(-1.0), "{text}");
    assert_eq!(ask(listen, "/healthz").0, 200, "it lives");
    assert_eq!(ask(listen, "/v1/status").0, 404, "and answers nothing else there");
}

/// OPS-12.
#[test]
fn a_foreign_name_that_leads_here_is_not_answered() {
    let (mut town, listen) = watched();
    town.start(1, in_memory);
    eventually("it answers", || std::panic::catch_unwind(|| ask(listen, "/healthz")).is_ok());
    let asked = |line: &str, hosts: &[&str]| {
        let mut stream = TcpStream::connect(listen).unwrap();
        let hosts: String = hosts.iter().map(|host| format!("Host: {host}\r\n")).collect();
        write!(stream, "GET {line}\r\n{hosts}Connection: close\r\n\r\n").unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        text.split(' ').nth(1).map(str::to_owned)
    };
    let port = listen.port();
    for own in [format!("127.0.0.1:{port}"), "localhost".into(), format!("LocalHost:{port}"), "[::1]:1".into()] {
        for path in ["/metrics", "/healthz"] {
            assert_eq!(asked(&format!("{path} HTTP/1.1"), &[&own]).unwrap(), "200", "{own}");
        }
    }
    assert_eq!(asked("/healthz HTTP/1.0", &[]).unwrap(), "200", "no browser leaves it out");
    let foreign = [
        "evil.example",
        "127.0.0.1.evil.example",
        "localhost.evil.example:9143",
        "192.0.2.1",
        "x@evil.example",
        "\u{e9}",
    ];
    for foreign in foreign {
        for path in ["/metrics", "/healthz", "/readyz", "/none"] {
            assert_eq!(asked(&format!("{path} HTTP/1.1"), &[foreign]).unwrap(), "421", "{foreign}");
        }
    }
    assert_eq!(asked("http://evil.example/metrics HTTP/1.1", &["localhost"]).unwrap(), "421");
    assert_ne!(asked("/metrics HTTP/1.1", &["localhost", "evil.example"]).unwrap(), "200");
}

/// OPS-9.
#[test]
fn what_a_node_did_is_counted_without_naming_anybody() {
    let (mut town, listen) = watched();
    for store in 1..=4 {
        town.start(store, in_memory);
    }
    town.wait_for_votes();
    let till = town.till(1);
    let post = |path: &str, body| http("POST", &town.url(1, path), Some(&till), Some(&body));
    let grant = post("/v1/grants", json!({ "points": 25, "reference": "r" }));
    let gone = post("/v1/grants", json!({ "points": 3, "reference": "r" }));
    let id = gone.body["id"].as_str().unwrap().to_owned();
    assert_eq!(http("DELETE", &town.url(1, &format!("/v1/grants/{id}")), Some(&till), None).status, 204);
    let checkout = post("/v1/checkouts", json!({ "max_points": 7, "step": 1, "reference": "r" }));
    let swapped = orders::swap(&town.federation, &[(1, 2)], &[(2, 1), (3, 1)]);
    assert_eq!(town.submit(1, &swapped).status, 200);
    town.get(1, "/v1/grants/AAAAAAAAAAAAAAAAAAAAAA");
    town.get(1, "/somewhere/else");
    note_backup(&town.folder(1).join("ronde.sqlite"), 1_700_000_000).unwrap();
    eventually("the swap is with all witnesses", || {
        let (_, text) = ask(listen, "/metrics");
        value(&text, "ronde_order_seconds_count{purpose=\"swap\",stage=\"complete\"}") == Some(1.0)
    });
    let (_, text) = ask(listen, "/metrics");
    for (line, expected) in [
        ("ronde_orders_total{purpose=\"swap\",result=\"certified\"}", 1.0),
        ("ronde_order_seconds_count{purpose=\"swap\",stage=\"certified\"}", 1.0),
        ("ronde_grants{state=\"open\"}", 2.0),
        ("ronde_grants{state=\"cancelled\"}", 1.0),
        ("ronde_checkouts{state=\"open\"}", 1.0),
        ("ronde_points_total{flow=\"granted\"}", 28.0),
        ("ronde_witness_up{witness=\"1/0\"}", 1.0),
        ("ronde_charter_version", 1.0),
        ("ronde_quorum_margin", 1.0),
        // The point by which the test saw that this witness votes.
        ("ronde_issue_used_points", 1.0),
        ("ronde_equivocations_total", 0.0),
        ("ronde_backup_last_success_timestamp_seconds", 1_700_000_000.0),
        ("ronde_http_requests_total{route=\"POST /v1/grants\",code=\"201\"}", 2.0),
        ("ronde_http_requests_total{route=\"GET /v1/grants/{id}\",code=\"404\"}", 1.0),
        ("ronde_http_requests_total{route=\"other\",code=\"404\"}", 1.0),
    ] {
        assert_eq!(value(&text, line), Some(expected), "{line}\n{text}");
    }
    assert!(value(&text, "ronde_log_entries").unwrap() >= 2.0, "{text}");
    let digest = swapped.order.digest().to_string();
    let ids = [&grant.body["id"], &gone.body["id"], &checkout.body["id"]].map(|id| id.as_str().unwrap().to_owned());
    for secret in ids.iter().map(String::as_str).chain([&digest[..8], till.as_str(), "somewhere"]) {
        assert!(!text.contains(secret), "{secret} stands in\n{text}");
    }
    for line in text.lines().filter_map(|line| line.strip_prefix("# HELP ")) {
        let name = line.split(' ').next().unwrap();
        assert!(
            DESCRIBED.iter().any(|row| row.name.trim_end_matches("_total") == name.trim_end_matches("_total")),
            "{name}"
        );
    }
}

/// OPS-11.
#[test]
fn nobody_else_s_machine_is_answered() {
    let read = |listen: &str| {
        let text = format!("store = 1\n[metrics]\nlisten = \"{listen}\"\n");
        Config::parse(Path::new("ronde.toml"), &text, [])
    };
    assert_eq!(read("127.0.0.1:9143").unwrap().metrics.listen, Some("127.0.0.1:9143".parse().unwrap()));
    assert_eq!(read("[::1]:9143").unwrap().metrics.listen, Some("[::1]:9143".parse().unwrap()));
    assert_eq!(read("").unwrap().metrics.listen, None);
    for wrong in ["0.0.0.0:9143", "192.0.2.1:9143", "9143"] {
        let said = read(wrong).unwrap_err();
        assert!(said.to_string().contains("loopback") && said.fix().contains("127.0.0.1:9143"), "{said}");
    }
    let unset = Config::parse(Path::new("ronde.toml"), "store = 1\n", []).unwrap();
    assert_eq!(unset.metrics.listen, None, "nothing is opened unasked");
}
