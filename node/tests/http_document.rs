//! The API's document names what the node answers: the same calls as the router and the specification, every member of every
//! answer, and examples that a node gave.
//!
//! `WRITE_DOCS=1 cargo test -p ronde-node --test http_document` writes the examples anew.

mod http_support;

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http_support::contract::{self, SEEN, members_of_schema, operations};
use http_support::federation_support::KEYSET;
use http_support::orders::{checkout, claim, offer, pay, points, swap, to_base64};
use http_support::{NOW, Node, Reply};
use ronde_node::http;
use ronde_node::shop::{
    ClockStatus, DeskStatus, DiskStatus, EvidenceId, LogStatus, Outcome, PeerLogStatus, PeerLogTrouble, RetiredBecause,
    SeatNotTaken, StorageStatus, WitnessStatus,
};
use ronde_protocol::crypto::{Entropy, Seed, coin::derive_coin_secret};
use ronde_protocol::message::codec::{Bounded, encode};
use ronde_protocol::message::evidence::Evidence;
use ronde_protocol::message::head::Head;
use ronde_protocol::message::ids::{StoreId, WitnessIndex};
use ronde_protocol::message::probe::Probe;
use ronde_protocol::message::statement::ClosingStatement;
use serde_json::{Value, json};

const SPEC: &str = include_str!("../../spec/15-http.md");
const ROUTER: &str = include_str!("../src/http/mod.rs");
const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/http/api/examples.json");
const NONCE: [u8; 32] = [0xab; 32];
/// Members of forms that calls share, which one of the calls never has.
const OF_ANOTHER: [&str; 7] = [
    "openCheckout 201 /order",
    "openCheckout 201 /refunds",
    "openCheckout 201 /refunds/order",
    "openCheckout 201 /refunds/points",
    "listEvidence 200 /evidence/bytes",
    "listTills 200 /tills/token",
    "addTill 201 /revoked",
];

/// A call as the specification's table names it: method, path, scope.
type Call = (String, String, Option<String>);

fn specified() -> BTreeSet<Call> {
    let rows = SPEC.lines().skip_while(|line| !line.starts_with("| method and path |")).skip(2);
    let rows = rows.take_while(|line| line.starts_with('|'));
    rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let (method, path) = cells[0].split_once(' ').unwrap();
        let scope = cells[2].strip_prefix("scope ").map(|scope| scope.trim_matches('`').to_owned());
        (method.to_owned(), path.trim_matches('`').to_owned(), scope)
    })
    .collect()
}

#[test]
fn the_document_names_the_calls_of_the_specification_with_their_scopes() {
    let documented = operations(http::document()).into_iter().map(|(path, method, operation)| {
        let scope = operation.get("security").map(|security| security[0]["token"][0].as_str().unwrap().to_owned());
        (method.to_uppercase(), path.to_owned(), scope)
    });
    assert_eq!(documented.collect::<BTreeSet<_>>(), specified());
}

#[test]
fn the_router_answers_each_call_of_the_document_and_has_no_other() {
    // Both are made by `routes!`; what is added past it has no document.
    assert!(!ROUTER.contains(".route(") && !ROUTER.contains(".nest("), "add calls by `.routes(routes!(..))`");
    let node = Node::start();
    for (path, method, _) in operations(http::document()) {
        let path = path.replace("{keyset}", "1").replace("{index}", "0").replace("{id}", "x").replace("{digest}", "x");
        let body = (method == "post").then_some(&b"{}"[..]);
        let reply = node.call(&method.to_uppercase(), &path.replace("{name}", "x"), &[], body);
        let nowhere = reply.json["detail"].as_str().is_some_and(|detail| detail.contains("no such path"));
        assert!(reply.status != 405 && !nowhere, "{method} {path}: {reply:?}");
    }
    let nothing = node.get("/v1/nothing");
    assert!(nothing.text("detail").contains("no such path"), "or the above shows nothing: {nothing:?}");
}

#[test]
fn every_operation_has_a_name_of_its_own_a_summary_and_problems() {
    let mut names = BTreeSet::new();
    for (path, method, operation) in operations(http::document()) {
        assert!(names.insert(operation["operationId"].as_str().unwrap()), "{method} {path}");
        assert!(operation["summary"].as_str().is_some_and(|text| text.len() > 8), "{method} {path}");
        assert!(operation["responses"].get("400").is_some(), "{method} {path}");
    }
    assert!(names.len() > 20);
}

#[test]
fn every_reference_in_the_document_leads_somewhere() {
    fn references<'a>(value: &'a Value, found: &mut BTreeSet<&'a str>) {
        match value {
            Value::Object(all) => {
                found.extend(all.get("$ref").and_then(Value::as_str));
                found.extend(all.get("operationId").and_then(Value::as_str));
                all.values().for_each(|member| references(member, found));
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, found)),
            _ => {}
        }
    }
    let (document, mut found) = (http::document(), BTreeSet::new());
    references(document, &mut found);
    let names: BTreeSet<&str> =
        operations(document).iter().map(|(.., operation)| operation["operationId"].as_str().unwrap()).collect();
    let lost: Vec<&&str> = found
        .iter()
        .filter(|found| match found.strip_prefix('#') {
            Some(pointer) => document.pointer(pointer).is_none(),
            None => !names.contains(**found),
        })
        .collect();
    assert!(found.len() > 60 && lost.is_empty(), "{lost:?}");
}

/// Control: `contract::hold` sees a member that no schema has, one that is missing, and a code that the call can't answer.
#[test]
fn an_answer_that_the_document_lacks_is_seen() {
    let node = Node::start();
    let mut good = node.get("/.well-known/ronde");
    contract::hold("GET", "/.well-known/ronde", &good);
    good.json["colour"] = json!(1);
    refused("/.well-known/ronde", good);
    let mut lacking = node.get("/v1/status");
    lacking.json.as_object_mut().unwrap().remove("witnesses");
    refused("/v1/status", lacking);
    let mut deep = node.get("/v1/status");
    deep.json["witnesses"][0]["colour"] = json!(1);
    refused("/v1/status", deep);
    let mut foreign = node.get("/v1/grants/AAAAAAAAAAAAAAAAAAAAAA");
    foreign.json["code"] = json!("coin-spent");
    refused("/v1/grants/AAAAAAAAAAAAAAAAAAAAAA", foreign);
    let mut undocumented = node.get("/v1/status");
    undocumented.status = 299;
    refused("/v1/status", undocumented);
}

fn refused(path: &str, reply: Reply) {
    let shown = format!("{reply:?}");
    let held = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| contract::hold("GET", path, &reply)));
    assert!(held.is_err(), "{path}: {shown}");
}

/// What was asked and answered, by operation: `request`, and each status.
#[derive(Default)]
struct Play(BTreeMap<&'static str, BTreeMap<String, Value>>);

impl Play {
    /// Notes a call; the first of each operation and status stays.
    fn note(&mut self, operation: &'static str, status: u16, request: Option<&Value>, reply: Reply) -> Value {
        assert_eq!(reply.status, status, "{operation}: {reply:?}");
        let kept = self.0.entry(operation).or_default();
        if let Some(request) = request {
            kept.entry("request".to_owned()).or_insert_with(|| request.clone());
        }
        if !reply.bytes.is_empty() {
            kept.entry(status.to_string()).or_insert_with(|| reply.json.clone());
        }
        reply.json
    }
}

/// All that a status can say at once.
fn full_status() -> DeskStatus {
    let (keyset, index, store, name) = (KEYSET, WitnessIndex(1), StoreId(2), "Store 2".to_owned());
    DeskStatus {
        witnesses: vec![WitnessStatus { keyset, index, store, name: name.clone(), up: true, rtt_us: Some(812) }],
        open_orders: 1,
        log: vec![LogStatus {
            keyset,
            size: 3,
            root: "5a".repeat(32),
            starting: true,
            waits_to_close: true,
            retired: true,
            retired_because: Some(RetiredBecause::RestoredCopy),
        }],
        peer_logs: vec![PeerLogStatus {
            keyset,
            index,
            store,
            name,
            read: 3,
            size: 4,
            read_ago: Some(7),
            trouble: Some(PeerLogTrouble::Unreachable),
            trouble_text: Some("no answer came".to_owned()),
        }],
        evidence: 1,
        seats_not_taken: vec![SeatNotTaken { keyset, why: "the seed gives other keys".to_owned() }],
        disk: Some(DiskStatus { free_mib: 90, floor_mib: 128, short: true }),
        storage: Some(StorageStatus { commits: 9, jobs: 12, largest_batch: 3, failures: 0 }),
        clock: Some(ClockStatus { ahead_ms: -40, stores: 3 }),
        now_ms: NOW * 1000,
    }
}

fn public(node: &Node, play: &mut Play) {
    let keyset = node.desk.charter_keyset();
    let key = node.desk.federation.witness(KEYSET, WitnessIndex(0)).vote;
    let head = |root: u8| Head::sign(&key, &keyset, WitnessIndex(0), 5, [root; 32]);
    let fork = Evidence::Fork {
        keyset: KEYSET,
        shorter: head(0),
        longer: head(1),
        subtrees: Bounded::new(Vec::new()).unwrap(),
    };
    *node.desk.pieces.lock().unwrap() = vec![(EvidenceId(fork.id()), encode(&fork))];
    let statement = ClosingStatement::sign(&key, &keyset, WitnessIndex(0), 1, [0; 32]);
    *node.desk.statement.lock().unwrap() = Some(statement);
    *node.desk.shown.lock().unwrap() = Some(full_status());
    play.note("discover", 200, None, node.get("/.well-known/ronde"));
    let served = node.get("/v1/openapi.json");
    assert_eq!((served.status, &served.json["servers"][0]["url"]), (200, &json!(http_support::BASE)));
    assert_eq!(served.json["paths"], http::document()["paths"]);
    for (operation, path) in [
        ("readCharter", "/v1/charter"),
        ("readStatus", "/v1/status"),
        ("readBooks", "/v1/books"),
        ("readLog", "/v1/log/1?from=0"),
        ("listEvidence", "/v1/evidence"),
    ] {
        play.note(operation, 200, None, node.get(path));
    }
    let piece = format!("/v1/evidence/{}", hex::encode(fork.id()));
    play.note("readEvidence", 200, None, node.get(&piece));
}

fn restoring(node: &Node, play: &mut Play) {
    let nonce = hex::encode(NONCE);
    let path = format!("/v1/buckets/{KEYSET}?nonce={nonce}");
    play.note("readBucketLengths", 200, None, node.get(&path));
    let path = format!("/v1/buckets/{KEYSET}/2?bits=0&number=0&nonce={nonce}");
    play.note("readBucketPages", 200, None, node.get(&path));
    let secret = derive_coin_secret(&Seed::new([1; 32]), KEYSET.0, 0, 0, 0);
    let probe = Probe::sign(&secret, &node.desk.federation.id(), KEYSET, NONCE, Entropy::new([2; 32])).unwrap();
    let body = json!({ "probe": URL_SAFE_NO_PAD.encode(encode(&probe)) });
    play.note("probeCoin", 200, Some(&body), node.post_open("/v1/probes", &body));
}

fn counter(node: &Node, play: &mut Play) -> String {
    let body = json!({ "name": "counter", "scopes": ["grant", "redeem", "manager"] });
    let added = play.note("addTill", 201, Some(&body), node.post("/v1/tills", &node.admin, &body));
    let gone = json!({ "name": "broken", "scopes": ["grant"] });
    assert_eq!(node.post("/v1/tills", &node.admin, &gone).status, 201);
    play.note("revokeTill", 204, None, node.delete("/v1/tills/broken", &node.admin));
    play.note("listTills", 200, None, node.get_as("/v1/tills", &node.admin));
    added["token"].as_str().unwrap().to_owned()
}

fn grants(node: &Node, play: &mut Play, till: &str) {
    let body = json!({
        "points": 50, "reference": "receipt 4711", "ballot": 1,
        "vouchers": [{ "offer": 1, "count": 1 }], "expires_in": 86_400,
    });
    let made = play.note("makeGrant", 201, Some(&body), node.post("/v1/grants", till, &body));
    let path = format!("/v1/grants/{}", made["id"].as_str().unwrap());
    play.note("readGrant", 200, None, node.get(&path));
    play.note("withdrawGrant", 204, None, node.delete(&path, till));
    let (id, secret) = http_support::orders::grant(node, till, 8);
    let (path, body) = (format!("/v1/grants/{id}/claim"), claim(&secret, &[points(8)], 1));
    node.desk.answer_next(Ok(Outcome::Pending { votes: 1 }));
    play.note("claimGrant", 202, Some(&body), node.post_open(&path, &body));
    play.note("claimGrant", 200, Some(&body), node.post_open(&path, &body));
}

fn orders(node: &Node, play: &mut Play, till: &str) {
    let signed = swap(node, 1);
    let path = format!("/v1/orders/{}?keyset=1", signed.order.digest());
    node.desk.answer_next(Ok(Outcome::Pending { votes: 1 }));
    play.note("submitOrder", 202, Some(&signed.body()), node.post_open("/v1/orders", &signed.body()));
    play.note("submitOrder", 200, Some(&signed.body()), node.post_open("/v1/orders", &signed.body()));
    node.desk.answer_next(Ok(Outcome::Pending { votes: 1 }));
    play.note("readOrder", 202, None, node.get(&path));
    play.note("readOrder", 200, None, node.get(&path));
    let body = json!({ "association": 1, "points": 5 });
    node.desk.answer_next(Ok(Outcome::Pending { votes: 1 }));
    play.note("pledge", 202, Some(&body), node.post("/v1/pledges", till, &body));
    play.note("pledge", 200, Some(&body), node.post("/v1/pledges", till, &body));
}

fn checkouts(node: &Node, play: &mut Play, till: &str) {
    let body = json!({ "max_points": 10, "step": 1, "reference": "basket 12", "expires_in": 300 });
    let opened = play.note("openCheckout", 201, Some(&body), node.post("/v1/checkouts", till, &body));
    let id = opened["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/checkouts/{id}");
    play.note("readOffer", 200, None, node.get(&format!("{path}/offer")));
    let terms = offer(node, &id);
    let (first, second) = (pay(&terms, 7, 20), pay(&terms, 4, 21));
    assert_eq!(node.post_open("/v1/orders", &first.body()).status, 200);
    let handed = json!({
        "order": to_base64(&second.order),
        "certificate": to_base64(&node.desk.federation.certify(&second.order)),
    });
    let reply = node.post_open(&format!("{path}/certificate"), &handed);
    play.note("handInCertificate", 200, Some(&handed), reply);
    play.note("readCheckout", 200, None, node.get_as(&path, till));
    let other = checkout(node, till, 10);
    play.note("withdrawCheckout", 204, None, node.delete(&format!("/v1/checkouts/{other}"), till));
}

fn play() -> Play {
    let (node, mut play) = (Node::start(), Play::default());
    let till = counter(&node, &mut play);
    grants(&node, &mut play, &till);
    orders(&node, &mut play, &till);
    checkouts(&node, &mut play, &till);
    public(&node, &mut play);
    restoring(&node, &mut play);
    play
}

#[test]
fn every_call_and_every_member_of_its_answers_occurs_and_the_examples_are_what_a_node_answered() {
    let play = play();
    let seen = SEEN.lock().unwrap().clone();
    let mut missing = Vec::new();
    for (.., operation) in operations(http::document()) {
        let id = operation["operationId"].as_str().unwrap();
        for (status, response) in operation["responses"].as_object().unwrap() {
            let status: u16 = status.parse().unwrap();
            if status >= 400 {
                continue;
            }
            let mut named = BTreeSet::from([String::new()]);
            if let Some(content) = response.pointer("/content/application~1json/schema") {
                members_of_schema("", content, http::document(), &mut named);
            }
            let unseen = named.into_iter().filter(|member| !seen.contains(&(id.to_owned(), status, member.clone())));
            missing.extend(unseen.map(|member| format!("{id} {status} {member}")));
        }
    }
    // Both ways: an exception that occurs is none.
    missing.sort();
    let mut excepted = OF_ANOTHER.map(str::to_owned).to_vec();
    excepted.sort();
    assert_eq!(missing, excepted, "documented, and never answered");
    compare(&play);
}

/// The examples hold secrets and times of their own play: beside this one they must have the same members.
fn compare(play: &Play) {
    if std::env::var_os("WRITE_DOCS").is_some() {
        std::fs::write(EXAMPLES, format!("{:#}\n", json!(play.0))).unwrap();
        return;
    }
    let kept: Value = serde_json::from_str(&std::fs::read_to_string(EXAMPLES).unwrap()).unwrap();
    let stale = "the examples are of another play: WRITE_DOCS=1 cargo test -p ronde-node --test http_document";
    assert_eq!(shape(&kept), shape(&json!(play.0)), "{stale}");
}

fn shape(value: &Value) -> Value {
    match value {
        Value::Object(all) => all.iter().map(|(name, member)| (name.clone(), shape(member))).collect(),
        Value::Array(items) => items.iter().map(shape).collect(),
        Value::String(_) => json!("text"),
        Value::Number(_) => json!(0),
        other => other.clone(),
    }
}
