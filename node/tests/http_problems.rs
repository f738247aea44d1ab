//! Every problem that can occur, as RFC 9457 says, in two languages.

use crate::http_support;

use std::collections::BTreeSet;

use http_support::federation_support::DAY;
use http_support::orders::{checkout, claim, grant, offer, outputs, pay, points, swap, to_base64};
use http_support::{Node, Reply, bearer};
use ronde_node::http::Code;
use ronde_node::shop::{DeskError, Outcome};
use ronde_node::store::StorageError;
use ronde_protocol::message::amount::Points;
use ronde_protocol::message::refusal::{NotVoting, Refusal};
use serde_json::json;

/// What the quorum may answer, and the code that it becomes.
fn refusals() -> Vec<(Refusal, &'static str, u16, bool)> {
    vec![
        (Refusal::CharterBehind, "charter-behind", 409, true),
        (Refusal::CharterExpired, "charter-expired", 409, true),
        (Refusal::Closed, "keyset-closed", 410, false),
        (Refusal::BadSignature, "bad-signature", 422, false),
        (Refusal::CoinUnknown, "coin-unknown", 422, false),
        (Refusal::ClockSkew { ahead: 700 }, "clock-skew", 409, true),
        (Refusal::LimitExceeded { left: Points(3) }, "limit-exceeded", 409, true),
        (Refusal::NotVoting(NotVoting::Starting), "witness-not-voting", 503, true),
        (Refusal::Busy, "rate-limited", 429, true),
        (Refusal::StorageFailed, "storage-failed", 503, true),
        (Refusal::RolloverBehind, "rollover-behind", 409, true),
        (Refusal::OtherFederation, "order-invalid", 422, false),
        (Refusal::BadCertificate, "order-invalid", 422, false),
        (Refusal::NoColumn, "order-invalid", 422, true),
        (Refusal::Forbidden, "order-invalid", 422, false),
        (Refusal::Unknown, "not-found", 404, true),
    ]
}

/// ERROR-1, ERROR-2.
#[test]
fn what_the_quorum_refuses_becomes_a_problem() {
    let node = Node::start();
    let order = swap(&node, 1).body();
    for (refusal, code, status, retryable) in refusals() {
        node.desk.answer_next(Ok(Outcome::Refused(refusal.clone())));
        let reply = node.post_open("/v1/orders", &order);
        assert_eq!((reply.problem(), reply.status), (code, status));
        assert_eq!(reply.json["retryable"], retryable);
        node.desk.answer_next(Err(DeskError::Refused(refusal)));
        assert_eq!(node.post_open("/v1/orders", &order).problem(), code);
    }
    node.desk.answer_next(Ok(Outcome::Refused(Refusal::ClockSkew { ahead: 700 })));
    assert_eq!(node.post_open("/v1/orders", &order).json["ahead"], 700);
}

/// One way to each code that can occur now.
fn every_problem(node: &Node) -> Vec<Reply> {
    let till = node.till("both", &["grant", "redeem", "manager"]);
    let taker = node.till("taker", &["redeem"]);
    let mut all: Vec<Reply> = refusals()
        .into_iter()
        .map(|(refusal, ..)| {
            node.desk.answer_next(Ok(Outcome::Refused(refusal)));
            node.post_open("/v1/orders", &swap(node, 9).body())
        })
        .collect();
    all.extend(from_orders(node));
    all.extend(from_grants(node, &till));
    all.extend(from_checkouts(node, &till));
    let own_page = ("sec-fetch-site".to_owned(), "same-origin".to_owned());
    all.extend([
        node.post("/v1/grants", &taker, &json!({ "points": 1, "reference": "r" })),
        node.call("POST", "/admin/login", std::slice::from_ref(&own_page), Some(b"password=x")),
        node.call("POST", "/admin/logout", &[own_page], Some(b"")),
        node.call("POST", "/admin/login", &[], Some(b"password=x")),
        node.get("/v1/checkouts/AAAAAAAAAAAAAAAAAAAAAA"),
        node.get("/nothing"),
        node.call("PUT", "/v1/grants", &[], Some(b"")),
        node.call("POST", "/v1/grants", &[bearer(&till)], Some(&vec![b' '; 300_000])),
    ]);
    all
}

fn from_orders(node: &Node) -> Vec<Reply> {
    let spent = swap(node, 1);
    assert_eq!(node.post_open("/v1/orders", &spent.body()).status, 200);
    let mut again = swap(node, 1).order;
    again.time += 1;
    let again = resign(&again, 1);
    node.desk.answer_next(Err(DeskError::QuorumUnreachable { answered: 2, needed: 3 }));
    let unreachable = node.post_open("/v1/orders", &spent.body());
    node.desk.answer_next(Err(DeskError::Storage(StorageError::Full)));
    let full = node.post_open("/v1/orders", &spent.body());
    vec![unreachable, full, node.post_open("/v1/orders", &again)]
}

fn resign(order: &ronde_protocol::message::order::Order, salt: u8) -> serde_json::Value {
    let signed = http_support::orders::sign_again(order.clone(), salt);
    signed.body()
}

fn from_grants(node: &Node, till: &str) -> Vec<Reply> {
    let (id, secret) = grant(node, till, 8);
    let path = format!("/v1/grants/{id}/claim");
    assert_eq!(node.post_open(&path, &claim(&secret, &[points(8)], 1)).status, 200);
    let claimed = node.post_open(&path, &claim(&secret, &[points(8)], 2));
    let (gone, secret) = grant(node, till, 8);
    assert_eq!(node.delete(&format!("/v1/grants/{gone}"), till).status, 204);
    let expired = node.post_open(&format!("/v1/grants/{gone}/claim"), &claim(&secret, &[points(8)], 1));
    let body = json!({ "points": 1, "reference": "r" });
    assert_eq!(node.post_once("/v1/grants", till, "k", &body).status, 201);
    let mismatch = node.post_once("/v1/grants", till, "k", &json!({ "points": 2, "reference": "r" }));
    let too_many = node.post("/v1/grants", till, &json!({ "points": 1001, "reference": "r" }));
    let nothing = node.post("/v1/grants", till, &json!({ "points": 0, "reference": "r" }));
    let unreadable = node.post("/v1/grants", till, &json!({ "points": -1, "reference": "r" }));
    vec![claimed, expired, mismatch, in_flight(node, till), too_many, nothing, unreadable]
}

/// A pledge that waits for the quorum while the same is asked again.
fn in_flight(node: &Node, till: &str) -> Reply {
    let body = json!({ "association": 1, "points": 5 });
    let held = std::sync::Arc::clone(&node.desk.gate).try_acquire_owned().unwrap();
    std::thread::scope(|scope| {
        let first = scope.spawn(|| node.post_once("/v1/pledges", till, "p", &body));
        // Whichever of the two comes second is refused; the other one is answered when the gate opens.
        let second = scope.spawn(|| node.post_once("/v1/pledges", till, "p", &body));
        while !first.is_finished() && !second.is_finished() {
            std::thread::yield_now();
        }
        drop(held);
        let (first, second) = (first.join().unwrap(), second.join().unwrap());
        let (done, refused) = if first.status == 200 { (first, second) } else { (second, first) };
        assert_eq!(done.status, 200, "{done:?}");
        refused
    })
}

fn from_checkouts(node: &Node, till: &str) -> Vec<Reply> {
    let taken = checkout(node, till, 10);
    let terms = offer(node, &taken);
    assert_eq!(node.post_open("/v1/orders", &pay(&terms, 7, 20).body()).status, 200);
    let taken = node.get(&format!("/v1/checkouts/{taken}/offer"));
    let cancelled = checkout(node, till, 10);
    assert_eq!(node.delete(&format!("/v1/checkouts/{cancelled}"), till).status, 204);
    let cancelled = node.get(&format!("/v1/checkouts/{cancelled}/offer"));
    let expired = checkout(node, till, 10);
    node.hand.advance(DAY * 1000);
    let expired = node.get(&format!("/v1/checkouts/{expired}/offer"));
    let day = pledge_conflict(node, till);
    vec![taken, cancelled, expired, day, settled_basket(node, till)]
}

fn settled_basket(node: &Node, till: &str) -> Reply {
    let body = json!({ "total_cents": 100, "eligible_cents": 0, "max_points": 0, "step": 1, "reference": "r" });
    let rung = node.post("/v1/baskets", till, &body);
    node.delete(&format!("/v1/baskets/{}", rung.text("id")), till)
}

fn pledge_conflict(node: &Node, till: &str) -> Reply {
    assert_eq!(node.post("/v1/pledges", till, &json!({ "association": 1, "points": 5 })).status, 200);
    node.post("/v1/pledges", till, &json!({ "association": 1, "points": 6 }))
}

/// HTTP-6, HTTP-14: a code that no request meets is missing here, and a new one until it has its request.
#[test]
fn every_code_can_occur_and_has_the_form_of_a_problem() {
    let node = Node::start();
    let seen: BTreeSet<String> = every_problem(&node).iter().map(|reply| reply.problem().to_owned()).collect();
    let all: BTreeSet<String> = Code::ALL.iter().map(|code| code.name().to_owned()).collect();
    let missing: Vec<&String> = all.difference(&seen).collect();
    assert!(missing.is_empty(), "no request of this test is refused with {missing:?}: add one to `every_problem`");
    for code in Code::ALL {
        assert!(code.status().is_client_error() || code.status().is_server_error());
    }
}

/// HTTP-16.
#[test]
fn titles_come_in_the_language_that_the_reader_prefers() {
    let node = Node::start();
    let title = |languages: &str| {
        let headers = [("accept-language".to_owned(), languages.to_owned())];
        let reply = node.call("GET", "/nothing", &headers, None);
        (reply.text("title"), reply.headers["content-language"].clone())
    };
    let french = ("Il n'y a rien ici".to_owned(), "fr".to_owned());
    let english = ("There is nothing here".to_owned(), "en".to_owned());
    assert_eq!(title("fr-FR, fr;q=0.9, en;q=0.8"), french);
    assert_eq!(title("de, fr;q=0.5, en;q=0.3"), french);
    assert_eq!(title("en, fr;q=0.9"), english);
    assert_eq!(title("de"), english);
    assert_eq!(title("fr;q=0, en;q=0.1"), english);
    assert_eq!(title(";;;q=,fr;q=x"), english);
}

/// HTTP-3, HTTP-4.
#[test]
fn unreadable_requests_are_refused_with_the_place_and_what_was_expected() {
    let node = Node::start();
    let till = node.till("counter", &["grant", "redeem"]);
    let json_case = |body: &str| node.call("POST", "/v1/grants", &[bearer(&till)], Some(body.as_bytes()));
    let unknown = json_case("{\"points\": 1, \"reference\": \"r\", \"colour\": 1}");
    assert_eq!(unknown.problem(), "bad-encoding");
    assert!(unknown.text("expected").contains("unknown field `colour`"), "{unknown:?}");
    let broken = json_case("{\"points\": 1,\n\"reference\" \"r\"}");
    assert_eq!((broken.problem(), &broken.json["offset"]), ("bad-encoding", &json!(26)));
    for body in
        ["", "[]", "{}", "{\"points\":1.5,\"reference\":\"r\"}", "{\"points\":1,\"points\":2,\"reference\":\"r\"}"]
    {
        assert_eq!(json_case(body).problem(), "bad-encoding", "{body}");
    }
    let (id, secret) = grant(&node, &till, 8);
    let path = format!("/v1/grants/{id}/claim");
    let good = to_base64(&outputs(&[points(8)], 1));
    let with = |outputs: &str| node.post_open(&path, &json!({ "secret": secret, "keyset": 1, "outputs": outputs }));
    for (outputs, offset, expected) in [
        ("!", 0, "URL-safe base64 without padding"),
        ("AQ==", 2, "URL-safe base64 without padding"),
        ("AQ", 0, "more bytes"),
        (&format!("{good}AAAA"), 56, "the end of the message"),
        ("AQIAAAAAAAA", 0, "a list of at most 256"),
    ] {
        let reply = with(outputs);
        assert_eq!(reply.problem(), "bad-encoding", "{outputs}");
        assert_eq!(reply.json["field"], "outputs");
        assert_eq!((reply.json["offset"].as_u64(), reply.text("expected").as_str()), (Some(offset), expected));
    }
    assert_eq!(with(&good).status, 200);
}

/// HTTP-17.
#[test]
fn an_order_conflict_carries_the_other_order_and_its_certificate() {
    let node = Node::start();
    let first = swap(&node, 1);
    assert_eq!(node.post_open("/v1/orders", &first.body()).status, 200);
    let mut second = swap(&node, 1).order;
    second.time += 3600;
    let refused = node.post_open("/v1/orders", &resign(&second, 1));
    assert_eq!((refused.problem(), refused.status), ("coin-spent", 409));
    let conflict: ronde_protocol::message::refusal::Conflict =
        http_support::orders::from_base64(&refused.json["conflict"]);
    assert_eq!(conflict.other.order().digest(), first.order.digest());
    assert!(conflict.certificate.is_some());
}

/// HTTP-20.
#[test]
fn orders_are_found_again_by_their_digest() {
    let node = Node::start();
    let signed = swap(&node, 1);
    let digest = signed.order.digest();
    let path = format!("/v1/orders/{digest}?keyset=1");
    assert_eq!(node.get(&path).problem(), "not-found");
    let first = node.post_open("/v1/orders", &signed.body());
    let found = node.get(&path);
    assert_eq!((first.status, found.status), (200, 200));
    for member in ["digest", "certificate", "evaluations"] {
        assert_eq!(first.json[member], found.json[member], "{member}");
    }
    assert_eq!(found.text("digest"), digest.to_string());
    assert_eq!(
        found.text("order"),
        http_support::orders::to_base64(&signed.order),
        "the body, to who knows its digest"
    );
    assert!(first.json.get("order").is_none(), "who made it has it");
    node.desk.answer_next(Ok(ronde_node::shop::Outcome::Pending { votes: 1 }));
    let pending = node.get(&path);
    assert_eq!((pending.status, &pending.json), (202, &json!({ "digest": digest, "votes": 1 })), "not before that");
    assert_eq!(node.get(&format!("/v1/orders/{digest}")).problem(), "request-invalid");
    assert_eq!(node.get("/v1/orders/xyz?keyset=1").problem(), "not-found");
}

/// HTTP-1.
#[test]
fn charter_status_books_and_log_are_open_to_all() {
    use ronde_protocol::message::charter::{Charter, SignedCharter};
    let node = Node::start();
    let charter = node.get("/v1/charter");
    let signed: SignedCharter = http_support::orders::from_base64(&charter.json["chain"][0]);
    let checked = Charter::genesis(signed).unwrap();
    assert_eq!(charter.json["hash"], checked.hash().to_string());
    assert_eq!(charter.json["federation"], checked.federation().to_string());
    let status = node.get("/v1/status");
    assert_eq!((status.json["store"].as_u64(), status.text("name").as_str()), (Some(1), "Store 1"));
    assert_eq!(status.json["witnesses"][0]["rtt_us"], 12);
    assert_eq!(status.json["log"][0]["size"], 3);
    let books = node.get("/v1/books");
    let accounts = books.json["keysets"][0]["accounts"].as_array().unwrap();
    assert_eq!(accounts[0]["account"], json!({ "store": 1 }));
    assert_eq!(accounts[1]["account"], "pool");
    let sum: i64 = accounts.iter().map(|line| line["position"].as_i64().unwrap()).sum();
    assert_eq!(sum, 0);
    assert_eq!(node.post_open("/v1/orders", &swap(&node, 1).body()).status, 200);
    assert_eq!(node.get("/v1/log/1").json["entries"].as_array().unwrap().len(), 1);
    assert_eq!(node.get("/v1/log/1?from=1").json["entries"].as_array().unwrap().len(), 0);
    assert_eq!(node.get("/v1/log/2").problem(), "not-found");
    assert_eq!(node.get("/v1/log/x").problem(), "not-found");
}

/// HTTP-22: answers and problems alike.
#[test]
fn a_page_of_any_origin_may_read_every_answer() {
    let node = Node::start();
    let origin = [("origin".to_owned(), "https://wallet.test".to_owned())];
    for path in ["/v1/charter", "/v1/grants/none", "/nothing"] {
        let reply = node.call("GET", path, &origin, None);
        assert_eq!(reply.headers["access-control-allow-origin"], "*", "{path}");
        assert!(!reply.headers.contains_key("access-control-allow-credentials"), "{path}");
    }
}

/// HTTP-23.
#[test]
fn a_page_may_send_what_wallets_send_and_no_token() {
    let node = Node::start();
    let ask = [
        ("origin".to_owned(), "https://wallet.test".to_owned()),
        ("access-control-request-method".to_owned(), "POST".to_owned()),
        ("access-control-request-headers".to_owned(), "authorization".to_owned()),
    ];
    for path in ["/v1/orders", "/v1/grants/none/claim", "/v1/tills"] {
        let reply = node.call("OPTIONS", path, &ask, None);
        assert_eq!((reply.status, &*reply.headers["access-control-allow-origin"]), (204, "*"), "{path}");
        assert_eq!(reply.headers["access-control-allow-methods"], "GET, POST");
        assert_eq!(reply.headers["access-control-allow-headers"], "Content-Type");
    }
    assert_eq!(node.call("OPTIONS", "/v1/orders", &[], None).problem(), "method-not-allowed");
}
