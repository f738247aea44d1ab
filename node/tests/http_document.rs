//! The API's document names what the node answers: the same calls as the router and the specification, every member of every
//! answer, and examples that a node gave.
//!
//! `WRITE_DOCS=1 cargo test -p ronde-node --test http_document` writes the examples anew.

mod http_play;
mod http_support;

use std::collections::BTreeSet;

use http_play::{Play, play};
use http_support::contract::{self, SEEN, members_of_schema, operations};
use http_support::{Node, Reply};
use ronde_node::http;
use serde_json::{Value, json};

const SPEC: &str = include_str!("../../spec/15-http.md");
const ROUTER: &str = include_str!("../src/http/mod.rs");
const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/http/api/examples.json");
/// What is answered beside the API: forms and cookies of the manager's pages, which no program but a browser sends. A call of
/// the API looks at no cookie.
const OF_PAGES: [&str; 3] = ["/admin/login", "/admin/session", "/admin/logout"];
/// Members of forms that calls share, which one of the calls never has, with all that is in them.
const OF_ANOTHER: [&str; 42] = [
    "addTill 201 /last_used",
    "addTill 201 /revoked",
    "addWebhook 201 /disabled",
    "addWebhook 201 /failing",
    "claimRefund 200 /receipt",
    "claimRefund 202 /receipt",
    "completeBasket 200 /qr_svg",
    "completeBasket 200 /url",
    "declineBasket 200 /offer",
    "giveBack 201 /ballot",
    "giveBack 201 /bonus",
    "giveBack 201 /eligible_cents",
    "giveBack 201 /reason",
    "giveBack 201 /vouchers/count",
    "giveBack 201 /vouchers/offer",
    "handInCertificate 200 /qr_svg",
    "handInCertificate 200 /refunds/grant",
    "handInCertificate 200 /returned",
    "listEvidence 200 /evidence/bytes",
    "listTills 200 /tills/token",
    "listWebhooks 200 /webhooks/secret",
    "openCheckout 201 /order",
    "openCheckout 201 /refunds",
    "openCheckout 201 /returned",
    "readBasket 200 /qr_svg",
    "readBasket 200 /url",
    "readCheckout 200 /qr_svg",
    "replayWebhook 200 /disabled",
    "replayWebhook 200 /failing",
    "replayWebhook 200 /secret",
    "ringUpBasket 201 /grant",
    "ringUpBasket 201 /payment/order",
    "ringUpBasket 201 /payment/refunds",
    "ringUpBasket 201 /payment/returned",
    "ringUpBasket 201 /points",
    "takeBack 201 /back/ballot",
    "takeBack 201 /back/bonus",
    "takeBack 201 /back/eligible_cents",
    "takeBack 201 /back/reason",
    "takeBack 201 /back/vouchers/count",
    "takeBack 201 /back/vouchers/offer",
    "takeBack 201 /instead/reason",
];

/// A call as the specification's table names it: method, path, scopes.
type Call = (String, String, Option<Vec<String>>);

fn specified() -> BTreeSet<Call> {
    let rows = SPEC.lines().skip_while(|line| !line.starts_with("| method and path |")).skip(2);
    let rows = rows.take_while(|line| line.starts_with('|'));
    rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let (method, path) = cells[0].split_once(' ').unwrap();
        let scope = match cells[2] {
            "any token" => Some(Vec::new()),
            needs => needs
                .strip_prefix("scopes ")
                .or_else(|| needs.strip_prefix("scope "))
                .map(|scopes| scopes.split(" and ").map(|scope| scope.trim_matches('`').to_owned()).collect()),
        };
        (method.to_owned(), path.trim_matches('`').to_owned(), scope)
    })
    .collect()
}

#[test]
fn the_document_names_the_calls_of_the_specification_with_their_scopes() {
    let documented = operations(http::document()).into_iter().map(|(path, method, operation)| {
        let scopes = operation.get("security").map(|security| {
            let scopes = security[0]["token"].as_array().unwrap();
            scopes.iter().map(|scope| scope.as_str().unwrap().to_owned()).collect()
        });
        (method.to_uppercase(), path.to_owned(), scopes)
    });
    assert_eq!(documented.collect::<BTreeSet<_>>(), specified());
}

#[test]
fn the_router_answers_each_call_of_the_document_and_has_no_other() {
    // Both are made by `routes!`; what is added past it has no document.
    let past = ROUTER.split(".route(\"").skip(1).map(|rest| rest.split('"').next().unwrap());
    assert_eq!(past.collect::<Vec<_>>(), OF_PAGES, "add calls of the API by `.routes(routes!(..))`");
    assert!(!ROUTER.contains(".nest(") && ROUTER.matches(".route(").count() == OF_PAGES.len());
    let node = Node::start();
    for (path, method, _) in operations(http::document()) {
        let path = path
            .replace("{keyset}", "1")
            .replace("{index}", "0")
            .replace("{id}", "x")
            .replace("{digest}", "x")
            .replace("{order}", "x");
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
    missing.sort();
    let all = missing.clone();
    missing.retain(|member| !all.iter().any(|other| member.starts_with(&format!("{other}/"))));
    // Both ways: an exception that occurs is none.
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
