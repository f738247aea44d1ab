//! What is counted of grants, checkouts and points, whoever changes them: a till, a wallet, a feed or the time.

use crate::http_support;

use http_support::Node;
use http_support::federation_support::{KEYSET, entropy};
use http_support::orders::{checkout, claim, coin, grant, offer, outputs, pay, points, to_base64};
use http_support::{STORE, bearer};
use ronde_node::metrics::Sample;
use ronde_node::shop::Certified as _;
use ronde_protocol::message::order::Order;
use ronde_protocol::message::refund::RefundClaim;
use serde_json::json;

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Runtime::new().unwrap().block_on(future)
}

/// Those of the grants, checkouts and points that were counted, as `grants{open} 1`.
fn counted(node: &Node) -> Vec<String> {
    let text = node.shop.metrics().text(&Sample::default()).unwrap();
    let families = ["ronde_grants{state=\"", "ronde_checkouts{state=\"", "ronde_points_total{flow=\""];
    let lines = text.lines().filter(|line| families.iter().any(|family| line.starts_with(family)));
    let short = |line: &str| {
        let (name, rest) = line.strip_prefix("ronde_").unwrap().split_once("{").unwrap();
        format!("{name} {}", rest.split_once('=').unwrap().1.replace(['"', '}'], ""))
    };
    let mut all: Vec<String> = lines.map(short).filter(|line| !line.ends_with(" 0")).collect();
    all.sort();
    all
}

fn claim_back(node: &Node, payment: &Order) -> u16 {
    let outputs = outputs(&[points(1), points(2), points(4)], 41);
    let (federation, order) = (node.desk.federation.id(), payment.digest());
    let claimed = RefundClaim { federation, store: STORE, order, keyset: KEYSET, outputs: outputs.clone() };
    let body = json!({
        "refunded": to_base64(payment), "signature": to_base64(&claimed.sign(&[&coin(1)], entropy(41)).unwrap()),
        "keyset": KEYSET.0, "outputs": to_base64(&outputs),
    });
    node.post_open(&format!("/v1/refunds/{order}/claim"), &body).status
}

/// OPS-9.
#[test]
fn a_payment_that_comes_too_late_is_owed_and_then_claimed_and_nothing_is_counted_twice() {
    let node = Node::start();
    let till = node.till("counter", &["grant", "redeem", "refund"]);
    let id = checkout(&node, &till, 10);
    let payment = pay(&offer(&node, &id), 7, 1).order;
    node.hand.advance(300_000);
    (0..2).for_each(|_| run(node.shop.end_checkouts()).unwrap());
    let ended = ["checkouts expired 1", "checkouts open 1", "checkouts presented 1"];
    assert_eq!(counted(&node), ended, "nobody looked at it");
    let certificate = node.desk.federation.certify(&payment);
    (0..2).for_each(|_| run(node.shop.certified(&payment, &certificate)).unwrap());
    let late = ["checkouts accepted_late 1", "checkouts expired 1", "checkouts open 1", "checkouts presented 1"];
    assert_eq!(counted(&node), [&late[..], &["grants open 1", "points_total owed 7"]].concat());
    (0..2).for_each(|_| assert_eq!(claim_back(&node, &payment), 200));
    let back =
        ["grants claimed 1", "grants open 1", "grants pending 1", "points_total claimed 7", "points_total owed 7"];
    assert_eq!(counted(&node), [&late[..], &back].concat());
    // It counts as neither taken nor gone back: the manager's net flow is even.
    let all = node.shop.totals(None, &(0..u64::MAX)).unwrap();
    assert_eq!((all.redeemed, all.claimed, all.went_back, all.late_back), (0, 0, 0, 7));
}

/// OPS-9.
#[test]
fn what_tills_give_give_back_and_withdraw_is_counted_once() {
    let node = Node::start();
    let till = node.till("counter", &["grant", "redeem", "refund"]);
    let (id, secret) = grant(&node, &till, 3);
    let body = claim(&secret, &[points(1), points(2)], 1);
    (0..2).for_each(|_| assert_eq!(node.post_open(&format!("/v1/grants/{id}/claim"), &body).status, 200));
    let (id, _) = grant(&node, &till, 5);
    (0..2).for_each(|_| assert_eq!(node.delete(&format!("/v1/grants/{id}"), &till).status, 204));
    let granted =
        ["grants cancelled 1", "grants claimed 1", "grants open 2", "grants pending 1", "points_total claimed 3"];
    assert_eq!(counted(&node), [&granted[..], &["points_total granted 8"]].concat());
    let id = checkout(&node, &till, 10);
    let payment = pay(&offer(&node, &id), 7, 1);
    (0..2).for_each(|_| assert_eq!(node.post_open("/v1/orders", &payment.body()).status, 200));
    let headers = [bearer(&till), ("idempotency-key".to_owned(), "once".to_owned())];
    let body = json!({ "checkout": id, "points": 2, "reference": "r" }).to_string();
    for _ in 0..2 {
        assert_eq!(node.call("POST", "/v1/refunds", &headers, Some(body.as_bytes())).status, 201);
    }
    let all = counted(&node);
    for line in ["checkouts accepted 1", "grants open 3", "points_total granted 10", "points_total redeemed 7"] {
        assert!(all.iter().any(|counted| counted == line), "{line} in {all:?}");
    }
}
