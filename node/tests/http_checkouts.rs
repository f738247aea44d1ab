//! Checkouts over HTTP: what the till sees, and when.

use crate::http_support;

use http_support::federation_support::DAY;
use http_support::orders::{checkout, offer, pay, to_base64};
use http_support::{BASE, NOW, Node, Reply};
use ronde_node::shop::{Certified as _, Outcome};
use ronde_node::store::Table;
use ronde_protocol::limits::MAX_REFUNDS;
use ronde_protocol::message::order::Order;
use ronde_protocol::message::refusal::Refusal;
use serde_json::{Value, json};

fn state(node: &Node, till: &str, id: &str) -> Reply {
    node.get_as(&format!("/v1/checkouts/{id}"), till)
}

#[test]
fn a_payment_goes_from_open_to_accepted_and_the_till_sees_each_step() {
    let node = Node::start();
    let till = node.till("counter", &["redeem"]);
    let opened = node.post("/v1/checkouts", &till, &json!({ "max_points": 10, "step": 1, "reference": "r" }));
    let id = opened.text("id");
    let url = format!("{BASE}/c/{id}");
    let expected = json!({
        "id": id, "code": opened.json["code"], "url": url, "state": "open", "points": 0, "votes": 0, "expires_at": "2026-01-01T00:05:00Z",
        "qr_svg": ronde_node::qr::svg(&url).unwrap(),
    });
    assert_eq!((opened.status, &opened.json), (201, &expected));
    let terms = offer(&node, &id);
    assert_eq!((terms.max.0, terms.step.0, terms.time, terms.expiry), (10, 1, NOW, NOW + 300));
    assert_eq!(state(&node, &till, &id).json["state"], "presented");

    let payment = pay(&terms, 7, 1);
    node.desk.answer_next(Ok(Outcome::Pending { votes: 2 }));
    let pending = node.post_open("/v1/orders", &payment.body());
    assert_eq!((pending.status, &pending.json["votes"]), (202, &json!(2)));
    let shown = state(&node, &till, &id).json;
    assert_eq!((&shown["state"], &shown["points"], &shown["votes"]), (&json!("pending"), &json!(7), &json!(2)));
    assert_eq!(shown["order"], payment.order.digest().to_string());
    assert_eq!(node.delete(&format!("/v1/checkouts/{id}"), &till).problem(), "checkout-taken");

    assert_eq!(node.post_open("/v1/orders", &payment.body()).status, 200);
    let shown = state(&node, &till, &id).json;
    assert_eq!((&shown["state"], &shown["points"]), (&json!("accepted"), &json!(7)));
    let restarted = Node::start_from(node.snapshot());
    assert_eq!(state(&restarted, &till, &id).json["state"], "accepted");
}

/// HTTP-21.
#[test]
fn a_till_that_waits_hears_of_the_payment_when_it_comes() {
    let node = Node::start();
    let till = node.till("counter", &["redeem"]);
    let id = checkout(&node, &till, 10);
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| node.get_as(&format!("/v1/checkouts/{id}?wait=60&state=open"), &till));
        let terms = offer(&node, &id);
        assert_eq!(waiting.join().unwrap().json["state"], "presented");
        let waiting = scope.spawn(|| node.get_as(&format!("/v1/checkouts/{id}?wait=60&state=presented"), &till));
        assert_eq!(node.post_open("/v1/orders", &pay(&terms, 7, 1).body()).status, 200);
        let seen = waiting.join().unwrap();
        assert!(["pending", "accepted"].contains(&seen.json["state"].as_str().unwrap()));
        // What is final is said at once.
        let last = node.get_as(&format!("/v1/checkouts/{id}?wait=60&state=pending"), &till);
        assert_eq!(last.json["state"], "accepted");
    });
}

#[test]
fn a_till_that_waits_hears_that_the_time_is_over() {
    let node = Node::start();
    let till = node.till("counter", &["redeem"]);
    let body = json!({ "max_points": 1, "step": 1, "reference": "r", "expires_in": 1 });
    let id = node.post("/v1/checkouts", &till, &body).text("id");
    node.hand.advance(1000);
    let seen = node.get_as(&format!("/v1/checkouts/{id}?wait=60&state=open"), &till);
    assert_eq!(seen.json["state"], "expired");
    assert_eq!(node.get(&format!("/v1/checkouts/{id}/offer")).problem(), "checkout-expired");
    // Whoever was told so is told so for ever.
    node.hand.set(NOW * 1000);
    assert_eq!(state(&node, &till, &id).json["state"], "expired");
}

/// HTTP-9.
#[test]
fn a_revoked_till_that_waits_hears_nothing_more() {
    let node = Node::start();
    let till = node.till("counter", &["redeem"]);
    let id = checkout(&node, &till, 10);
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| node.get_as(&format!("/v1/checkouts/{id}?wait=60&state=open"), &till));
        assert_eq!(node.delete("/v1/tills/counter", &node.admin).status, 204);
        assert_eq!(waiting.join().unwrap().problem(), "token-missing");
    });
}

#[test]
fn a_second_wallet_is_refused_and_what_it_paid_elsewhere_is_owed() {
    let node = Node::start();
    let till = node.till("counter", &["redeem"]);
    let id = checkout(&node, &till, 10);
    let terms = offer(&node, &id);
    let (first, second) = (pay(&terms, 7, 1), pay(&terms, 4, 2));
    assert_eq!(node.post_open("/v1/orders", &first.body()).status, 200);
    assert_eq!(node.post_open("/v1/orders", &second.body()).problem(), "checkout-taken");
    assert_eq!(node.get(&format!("/v1/checkouts/{id}/offer")).problem(), "checkout-taken");
    let handed = json!({
        "order": to_base64(&second.order),
        "certificate": to_base64(&node.desk.federation.certify(&second.order)),
    });
    for _ in 0..2 {
        let shown = node.post_open(&format!("/v1/checkouts/{id}/certificate"), &handed);
        assert_eq!(shown.status, 200);
        let owed = &shown.json["refunds"];
        assert_eq!((&shown.json["state"], owed.as_array().unwrap().len()), (&json!("accepted"), 1));
        assert_eq!(owed[0]["order"], second.order.digest().to_string());
        assert_eq!((&owed[0]["points"], &owed[0]["state"]), (&json!(4), &json!("owed")));
        assert_eq!(owed[0]["grant"], Value::Null, "which grant it is concerns the tills alone");
        assert_eq!(shown.json["points"], 7);
    }
}

#[test]
fn a_certificate_got_through_another_store_pays() {
    let node = Node::start();
    let till = node.till("counter", &["redeem"]);
    let id = checkout(&node, &till, 10);
    let payment = pay(&offer(&node, &id), 7, 1);
    let certificate = node.desk.federation.certify(&payment.order);
    let path = format!("/v1/checkouts/{id}/certificate");
    let other = pay(&offer(&node, &checkout(&node, &till, 10)), 7, 2);
    let body = json!({ "order": to_base64(&other.order), "certificate": to_base64(&certificate) });
    assert_eq!(node.post_open(&path, &body).problem(), "order-invalid");
    let wrong = pay(&offer(&node, &id), 6, 3);
    let body = json!({ "order": to_base64(&wrong.order), "certificate": to_base64(&certificate) });
    assert_eq!(node.post_open(&path, &body).problem(), "order-invalid");
    let body = json!({ "order": to_base64(&payment.order), "certificate": to_base64(&certificate) });
    assert_eq!(node.post_open(&path, &body).json["state"], "accepted");
}

#[test]
fn a_certificate_from_the_feed_settles_a_cancelled_checkout_as_late() {
    let node = Node::start();
    let till = node.till("counter", &["redeem"]);
    let id = checkout(&node, &till, 10);
    let payment = pay(&offer(&node, &id), 7, 1);
    assert_eq!(node.delete(&format!("/v1/checkouts/{id}"), &till).status, 204);
    assert_eq!(node.post_open("/v1/orders", &payment.body()).problem(), "checkout-cancelled");
    let certificate = node.desk.federation.certify(&payment.order);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(node.shop.certified(&payment.order, &certificate)).unwrap();
    let shown = state(&node, &till, &id).json;
    assert_eq!(shown["state"], "accepted_late");
    assert_eq!(shown["refunds"][0]["order"], payment.order.digest().to_string());
    assert_eq!(shown["refunds"][0]["points"], 7);
}

#[test]
fn only_a_final_refusal_ends_a_checkout() {
    let node = Node::start();
    let till = node.till("counter", &["redeem"]);
    let id = checkout(&node, &till, 10);
    let payment = pay(&offer(&node, &id), 7, 1);
    node.desk.answer_next(Ok(Outcome::Refused(Refusal::CharterBehind)));
    assert_eq!(node.post_open("/v1/orders", &payment.body()).problem(), "charter-behind");
    assert_eq!(state(&node, &till, &id).json["state"], "pending");
    node.desk.answer_next(Ok(Outcome::Refused(Refusal::Closed)));
    assert_eq!(node.post_open("/v1/orders", &payment.body()).problem(), "keyset-closed");
    assert_eq!(state(&node, &till, &id).json["state"], "refused");
}

/// STORE-28.
#[test]
fn an_order_whose_columns_were_refused_lets_its_checkout_go_and_takes_it_again_with_good_ones() {
    let node = Node::start();
    let till = node.till("counter", &["redeem"]);
    let id = checkout(&node, &till, 10);
    let payment = pay(&offer(&node, &id), 7, 1);
    node.desk.answer_next(Ok(Outcome::Refused(Refusal::CoinUnknown)));
    assert_eq!(node.post_open("/v1/orders", &payment.body()).problem(), "coin-unknown");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(node.shop.dropped(&payment.order)).unwrap();
    let shown = state(&node, &till, &id).json;
    assert_eq!((&shown["state"], &shown["points"]), (&json!("presented"), &json!(0)));
    assert_eq!(node.post_open("/v1/orders", &payment.body()).status, 200);
    assert_eq!(state(&node, &till, &id).json["state"], "accepted");
}

/// STORE-22.
#[test]
fn an_order_without_a_good_signature_or_of_wrong_terms_does_not_block_the_till() {
    let node = Node::start();
    let till = node.till("counter", &["redeem"]);
    let id = checkout(&node, &till, 10);
    let terms = offer(&node, &id);
    let mut forged = pay(&terms, 7, 1);
    forged.authorization = pay(&terms, 6, 1).authorization;
    assert_eq!(node.post_open("/v1/orders", &forged.body()).problem(), "bad-signature");
    let over = node.post_open("/v1/orders", &pay(&terms, 11, 1).body());
    assert_eq!((over.problem(), &over.json["rule"]), ("order-invalid", &json!("offer-total")));
    let mut unknown = terms;
    unknown.nonce = [0; 32];
    assert_eq!(node.post_open("/v1/orders", &pay(&unknown, 7, 1).body()).problem(), "not-found");
    assert_eq!(state(&node, &till, &id).json["state"], "presented");
}

/// STORE-15, STORE-24.
#[test]
fn more_refunds_than_a_checkout_holds_block_no_feed_and_each_is_kept() {
    let node = Node::start();
    let till = node.till("counter", &["redeem"]);
    let id = checkout(&node, &till, 10);
    let payment = pay(&offer(&node, &id), 7, 1);
    let certificate = node.desk.federation.certify(&payment.order);
    assert_eq!(node.delete(&format!("/v1/checkouts/{id}"), &till).status, 204);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let before = node.entries(Table::Checkout);
    // The shop trusts its desk to have verified the certificates.
    let orders = (0..MAX_REFUNDS + 2)
        .map(|number| Order { time: NOW + 1000 + u64::try_from(number).unwrap(), ..payment.order.clone() });
    for order in orders.chain([payment.order.clone(), payment.order.clone()]) {
        runtime.block_on(node.shop.certified(&order, &certificate)).unwrap();
    }
    assert_eq!(node.entries(Table::Checkout), before + 3, "two odd orders and the late one, once each");
    let shown = state(&node, &till, &id).json;
    assert_eq!(shown["state"], "accepted_late");
    assert_eq!(shown["refunds"].as_array().unwrap().len(), MAX_REFUNDS);
    assert_eq!(node.post_open("/v1/orders", &payment.body()).status, 200, "its wallet gets its change");
}

/// HTTP-11.
#[test]
fn opening_is_answered_once_per_key() {
    let node = Node::start();
    let till = node.till("counter", &["redeem"]);
    let body = json!({ "max_points": 10, "step": 5, "reference": "r" });
    let first = node.post_once("/v1/checkouts", &till, "k", &body);
    let again = node.post_once("/v1/checkouts", &till, "k", &body);
    assert_eq!((first.status, first.bytes), (201, again.bytes));
    node.hand.advance(8 * DAY * 1000);
    assert_ne!(node.post_once("/v1/checkouts", &till, "other", &body).text("id"), again.json["id"].as_str().unwrap());
}

/// HTTP-21.
#[test]
fn a_wait_is_bounded_and_none_is_answered_at_once() {
    let node = Node::start();
    let till = node.till("counter", &["redeem"]);
    let id = checkout(&node, &till, 10);
    assert_eq!(node.get_as(&format!("/v1/checkouts/{id}?wait=0&state=open"), &till).json["state"], "open");
    assert_eq!(node.get_as(&format!("/v1/checkouts/{id}?wait=61"), &till).problem(), "request-invalid");
    assert_eq!(node.get_as(&format!("/v1/checkouts/{id}?waits=1"), &till).problem(), "request-invalid");
}
