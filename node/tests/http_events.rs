//! The stream of events: what is told, to whom, from where on, and when it ends.

use crate::event_stream;
use crate::http_support;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use event_stream::{Came, Stream};
use http_support::federation_support::{KEYSET, entropy};
use http_support::orders::{checkout, claim, coin, grant, offer, outputs, pay, points, to_base64};
use http_support::{NOW, Node, STORE};
use ronde_node::http::ServeLimits;
use ronde_node::shop::{Caps, Certified as _, Outcome};
use ronde_protocol::limits::MAX_REFUNDS;
use ronde_protocol::message::amount::Points;
use ronde_protocol::message::ids::{KeysetId, StoreId, WitnessIndex};
use ronde_protocol::message::order::Order;
use ronde_protocol::message::refund::RefundClaim;
use ronde_protocol::message::refusal::Refusal;
use serde_json::{Value, json};

const DAY: u64 = 86_400;

fn follow(node: &Node, token: &str) -> Stream {
    Stream::open(&node.url, token, None, None).unwrap()
}

fn all(node: &Node, token: &str) -> Stream {
    Stream::open(&node.url, token, Some(0), None).unwrap()
}

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Runtime::new().unwrap().block_on(future)
}

/// A witness that does not answer: something to tell that needs nothing else.
fn tell(node: &Node, index: u8, up: bool) -> bool {
    run(node.shop.tell_witness(KeysetId(1), WitnessIndex(index), StoreId(7), up)).unwrap()
}

/// EVENT-1, EVENT-2, EVENT-3.
#[test]
fn a_till_is_told_each_step_of_a_payment() {
    let node = Node::start();
    let till = node.till("counter", &["redeem"]);
    let stream = follow(&node, &till);
    let id = checkout(&node, &till, 10);
    let payment = pay(&offer(&node, &id), 7, 1);
    node.desk.answer_next(Ok(Outcome::Pending { votes: 2 }));
    assert_eq!(node.post_open("/v1/orders", &payment.body()).status, 202);
    assert_eq!(node.post_open("/v1/orders", &payment.body()).status, 200);
    let order = payment.order.digest().to_string();
    let data = |state: &str, points: u64, order: Option<&str>| {
        let mut data = json!({ "checkout": id, "state": state, "points": points });
        if let Some(order) = order {
            data["order"] = json!(order);
        }
        data
    };
    let expected = [
        ("checkout.presented", data("presented", 0, None)),
        ("checkout.pending", data("pending", 7, Some(&order))),
        ("checkout.accepted", data("accepted", 7, Some(&order))),
    ];
    for (position, (kind, data)) in (1..).zip(expected) {
        let told = json!({
            "type": kind, "timestamp": "2026-01-01T00:00:00Z", "store": 1, "position": position, "data": data,
        });
        assert_eq!(stream.event(), (position, kind.to_owned(), told));
    }
    // The same news again is no news.
    assert_eq!(node.post_open("/v1/orders", &payment.body()).status, 200);
    let again = Node::start_from(node.snapshot());
    assert_eq!(again.shop.event_log().unwrap().newest, 3);
}

/// EVENT-3: whatever becomes of a checkout is told once.
#[test]
fn every_end_of_a_checkout_is_told_once() {
    let node = Node::start();
    let till = node.till("counter", &["redeem"]);
    let stream = follow(&node, &till);
    let settle = |order: &Order| {
        let certificate = node.desk.federation.certify(order);
        run(node.shop.certified(order, &certificate)).unwrap();
    };
    // Refused for good, then certified all the same.
    let refused = pay(&offer(&node, &checkout(&node, &till, 10)), 7, 1);
    node.desk.answer_next(Ok(Outcome::Refused(Refusal::Closed)));
    assert_eq!(node.post_open("/v1/orders", &refused.body()).problem(), "keyset-closed");
    (0..2).for_each(|_| settle(&refused.order));
    assert_eq!(
        stream.kinds(5),
        ["checkout.presented", "checkout.pending", "checkout.refused", "checkout.late", "refund.owed"]
    );
    // Let go, because its columns were refused.
    let dropped = pay(&offer(&node, &checkout(&node, &till, 10)), 7, 2);
    node.desk.answer_next(Ok(Outcome::Refused(Refusal::CoinUnknown)));
    assert_eq!(node.post_open("/v1/orders", &dropped.body()).problem(), "coin-unknown");
    (0..2).for_each(|_| run(node.shop.dropped(&dropped.order)).unwrap());
    assert_eq!(stream.kinds(3), ["checkout.presented", "checkout.pending", "checkout.presented"]);
    // Paid twice.
    let id = checkout(&node, &till, 10);
    let terms = offer(&node, &id);
    settle(&pay(&terms, 7, 3).order);
    (0..2).for_each(|_| settle(&pay(&terms, 4, 4).order));
    assert_eq!(stream.kinds(3), ["checkout.presented", "checkout.accepted", "refund.owed"]);
    // Withdrawn.
    let id = checkout(&node, &till, 10);
    (0..2).for_each(|_| assert_eq!(node.delete(&format!("/v1/checkouts/{id}"), &till).status, 204));
    let (_, kind, told) = stream.event();
    assert_eq!((kind.as_str(), &told["data"]["checkout"]), ("checkout.cancelled", &json!(id)));
    // Nobody pays it, and nobody looks.
    let id = checkout(&node, &till, 10);
    run(node.shop.end_checkouts()).unwrap();
    node.hand.advance(300_000);
    (0..2).for_each(|_| run(node.shop.end_checkouts()).unwrap());
    // The one that was let go has ended too, and was opened first.
    let ended = [stream.event(), stream.event()];
    assert!(ended.iter().all(|(_, kind, _)| kind == "checkout.expired"), "{ended:?}");
    assert!(ended.iter().any(|(.., told)| told["data"]["checkout"] == json!(id)), "{ended:?}");
    assert_eq!(node.shop.event_log().unwrap().newest, 14);
}

/// EVENT-3: a checkout that an order holds when its time is over, and then lets go.
#[test]
fn a_checkout_that_is_let_go_after_its_time_ends_without_being_looked_at() {
    let node = Node::start();
    let till = node.till("counter", &["redeem"]);
    let stream = follow(&node, &till);
    let payment = pay(&offer(&node, &checkout(&node, &till, 10)), 7, 1);
    node.desk.answer_next(Ok(Outcome::Refused(Refusal::CoinUnknown)));
    assert_eq!(node.post_open("/v1/orders", &payment.body()).problem(), "coin-unknown");
    node.hand.advance(300_000);
    run(node.shop.end_checkouts()).unwrap();
    run(node.shop.dropped(&payment.order)).unwrap();
    run(node.shop.end_checkouts()).unwrap();
    let expected = ["checkout.presented", "checkout.pending", "checkout.presented", "checkout.expired"];
    assert_eq!(stream.kinds(4), expected);
}

/// EVENT-3: also those that have no place in their checkout's record.
#[test]
fn every_refund_that_is_owed_is_told() {
    let node = Node::start();
    let till = node.till("counter", &["redeem"]);
    let id = checkout(&node, &till, 10);
    let payment = pay(&offer(&node, &id), 7, 1);
    let certificate = node.desk.federation.certify(&payment.order);
    assert_eq!(node.delete(&format!("/v1/checkouts/{id}"), &till).status, 204);
    let before = node.shop.event_log().unwrap().newest;
    let count = u64::try_from(MAX_REFUNDS).unwrap() + 2;
    run(async {
        // The shop trusts its desk to have verified the certificates.
        for number in 0..count {
            let order = Order { time: NOW + 1000 + number, ..payment.order.clone() };
            node.shop.certified(&order, &certificate).await.unwrap();
        }
    });
    assert_eq!(node.shop.event_log().unwrap().newest - before, count);
}

/// EVENT-3, EVENT-6.
#[test]
fn each_scope_is_told_its_own_kinds_and_the_manager_all() {
    let node = Node::start();
    let tills = [("grants", "grant"), ("redeems", "redeem"), ("manages", "manager")];
    let tokens = tills.map(|(name, scope)| node.till(name, &[scope]));
    let (id, secret) = grant(&node, &tokens[0], 3);
    let kinds = [points(1), points(2)];
    let claimed = node.post_open(&format!("/v1/grants/{id}/claim"), &claim(&secret, &kinds, 1));
    assert_eq!(claimed.status, 200, "{claimed:?}");
    offer(&node, &checkout(&node, &tokens[1], 5));
    assert!(tell(&node, 2, false));
    assert!(run(node.shop.warn_limit("store", Points(80), Points(100))).unwrap());
    let told = ["grant.claimed", "checkout.presented", "witness.down", "limit.warning"];
    assert_eq!(all(&node, &tokens[2]).kinds(4), told);
    assert_eq!(all(&node, &node.admin).kinds(4), told);
    let grants = all(&node, &tokens[0]);
    let (position, kind, event) = grants.event();
    assert_eq!((position, kind.as_str()), (1, "grant.claimed"));
    assert_eq!((&event["data"]["grant"], &event["data"]["points"]), (&json!(id), &json!(3)));
    let (_, kind, event) = grants.event();
    assert_eq!(kind, "limit.warning");
    assert_eq!(event["data"], json!({ "cap": "store", "used": 80, "of": 100 }));
    let redeems = all(&node, &tokens[1]);
    assert_eq!(redeems.kinds(1), ["checkout.presented"]);
    // Nothing else was for it: the next that it is told is what happens next.
    offer(&node, &checkout(&node, &tokens[1], 5));
    assert_eq!(redeems.event().0, 5);
}

/// EVENT-3: the grant that pays a refund back is a refund to whoever is told, and no grant.
#[test]
fn a_refund_that_is_claimed_is_told_to_those_who_redeem_and_as_no_grant() {
    let node = Node::start();
    let (grants, redeems) = (node.till("grants", &["grant"]), node.till("redeems", &["redeem"]));
    let (told_grants, told_refunds) = (follow(&node, &grants), follow(&node, &redeems));
    let id = checkout(&node, &redeems, 10);
    let payment = pay(&offer(&node, &id), 7, 1).order;
    assert_eq!(node.delete(&format!("/v1/checkouts/{id}"), &redeems).status, 204);
    run(node.shop.certified(&payment, &node.desk.federation.certify(&payment))).unwrap();
    let late = ["checkout.presented", "checkout.cancelled", "checkout.late", "refund.owed"];
    assert_eq!(told_refunds.kinds(4), late);
    let shown = node.get_as(&format!("/v1/checkouts/{id}"), &redeems).json;
    let outputs = outputs(&[points(1), points(2), points(4)], 41);
    let (federation, order) = (node.desk.federation.id(), payment.digest());
    let claimed = RefundClaim { federation, store: STORE, order, keyset: KEYSET, outputs: outputs.clone() };
    let signature = claimed.sign(&[&coin(1)], entropy(41)).unwrap();
    let body = json!({
        "refunded": to_base64(&payment), "signature": to_base64(&signature),
        "keyset": KEYSET.0, "outputs": to_base64(&outputs),
    });
    for _ in 0..2 {
        assert_eq!(node.post_open(&format!("/v1/refunds/{order}/claim"), &body).status, 200);
    }
    let (position, kind, event) = told_refunds.event();
    assert_eq!((position, kind.as_str()), (5, "refund.claimed"));
    let data = json!({ "order": order, "grant": shown["refunds"][0]["grant"], "points": 7 });
    assert_eq!(event["data"], data);
    // The control: who grants is told of a grant, and it is the first that they are told.
    let (id, secret) = grant(&node, &grants, 3);
    let body = claim(&secret, &[points(1), points(2)], 1);
    assert_eq!(node.post_open(&format!("/v1/grants/{id}/claim"), &body).status, 200);
    let (position, kind, event) = told_grants.event();
    assert_eq!((position, kind.as_str(), &event["data"]["grant"]), (6, "grant.claimed", &json!(id)));
}

/// EVENT-19, TILL-6: where grants are made, and in the same step.
#[test]
fn a_cap_that_comes_near_is_told_once_a_day_and_not_whose_it_is() {
    let node = Node::start();
    node.shop.set_caps(Caps { till: Some(Points(100)), store: Some(Points(190)), ..Caps::default() });
    let (one, two) = (node.till("one", &["grant"]), node.till("two", &["grant"]));
    let stream = follow(&node, &one);
    let give = |till: &str, points: u64| {
        let made = node.post("/v1/grants", till, &json!({ "points": points, "reference": "r" }));
        assert_eq!(made.status, 201, "{made:?}");
        made.text("id")
    };
    let newest = || node.shop.event_log().unwrap().newest;
    give(&one, 79);
    assert_eq!(newest(), 0, "a point less than four fifths");
    let last = give(&one, 1);
    let (position, kind, event) = stream.event();
    assert_eq!((position, kind.as_str()), (1, "limit.warning"));
    assert_eq!(event["data"], json!({ "cap": "till", "used": 80, "of": 100 }));
    // More of it, and four fifths for a second time: no news.
    give(&one, 1);
    assert_eq!(node.delete(&format!("/v1/grants/{last}"), &one).status, 204);
    let last = give(&one, 1);
    assert_eq!(node.delete(&format!("/v1/grants/{last}"), &one).status, 204);
    assert_eq!(newest(), 1);
    // The other till's cap is one of its own, and the store's is a third.
    give(&two, 80);
    let warned = [stream.event().2["data"].clone(), stream.event().2["data"].clone()];
    let till = json!({ "cap": "till", "used": 80, "of": 100 });
    assert!(
        warned.contains(&till) && warned.contains(&json!({ "cap": "store", "used": 160, "of": 190 })),
        "{warned:?}"
    );
    assert_eq!(newest(), 3);
    // What is refused has used nothing, and tomorrow is another day.
    node.hand.advance(DAY * 1000);
    let refused = node.post("/v1/grants", &one, &json!({ "points": 101, "reference": "r" }));
    assert_eq!((refused.problem(), newest()), ("limit-exceeded", 3));
    give(&one, 80);
    assert_eq!((stream.event().2["data"].clone(), newest()), (till, 4));
}

/// EVENT-7.
#[test]
fn a_reader_that_comes_back_goes_on_where_it_was() {
    let node = Node::start();
    let manager = node.till("manager", &["manager"]);
    for index in 0..3 {
        assert!(tell(&node, index, false));
    }
    let late = follow(&node, &manager);
    let back = Stream::open(&node.url, &manager, Some(0), Some("2")).unwrap();
    assert_eq!(back.event().0, 3, "the header goes over the query");
    let ids = |stream: &Stream| (0..3).map(|_| stream.event().0).collect::<Vec<_>>();
    assert_eq!(ids(&all(&node, &manager)), [1, 2, 3]);
    assert!(tell(&node, 3, false));
    assert_eq!(late.event().0, 4, "whoever says nothing is told what happens from now on");
    assert_eq!(back.event().0, 4);
    // A restart changes nothing.
    let again = Node::start_from(node.snapshot());
    assert_eq!(Stream::open(&again.url, &manager, Some(3), None).unwrap().event().0, 4);
    for (after, last_seen, field) in [(None, Some("x"), "Last-Event-ID"), (None, Some("-1"), "Last-Event-ID")] {
        let (status, problem) = Stream::open(&node.url, &manager, after, last_seen).err().unwrap();
        assert_eq!((status, &problem["field"]), (422, &json!(field)));
    }
    let odd = node.get_as("/v1/events?since=1", &manager);
    assert_eq!(odd.problem(), "request-invalid");
    assert_eq!(node.get("/v1/events").problem(), "token-missing");
}

/// EVENT-2, EVENT-4, EVENT-7.
#[test]
fn events_are_kept_for_a_week_and_a_reader_is_told_what_it_missed() {
    let node = Node::start();
    let manager = node.till("manager", &["manager"]);
    assert!(tell(&node, 0, false) && tell(&node, 1, false));
    node.hand.advance(7 * DAY * 1000 - 1000);
    while run(node.shop.prune_events()).unwrap() {}
    assert_eq!(all(&node, &manager).event().0, 1, "a week is not over");
    node.hand.advance(1000);
    while run(node.shop.prune_events()).unwrap() {}
    assert!(tell(&node, 2, false));
    let gap = json!({ "type": "stream.gap", "data": { "after": 1, "next": 3 } });
    let stream = Stream::open(&node.url, &manager, Some(1), None).unwrap();
    assert_eq!(stream.event(), (2, "stream.gap".to_owned(), gap));
    assert_eq!(stream.event().0, 3, "no position is used again");
    // Whoever had read what is gone has missed nothing, and who begins has not either.
    assert_eq!(Stream::open(&node.url, &manager, Some(2), None).unwrap().event().0, 3);
    assert_eq!(all(&node, &manager).event().0, 3);
    // A reader that knows more than this node: its database is an old copy.
    let stream = Stream::open(&node.url, &manager, Some(9), None).unwrap();
    let gap = json!({ "type": "stream.gap", "data": { "after": 9, "next": 4 } });
    assert_eq!(stream.event(), (3, "stream.gap".to_owned(), gap));
}

/// EVENT-2: what the lost machine told since the copy was made has positions that are not used again.
#[test]
fn a_restored_copy_uses_no_position_of_the_lost_machine() {
    let node = Node::start();
    assert!(tell(&node, 0, false));
    let copy = Node::start_from(node.snapshot());
    (1..5).for_each(|index| assert!(tell(&node, index, false)));
    let (_, writer) = copy.desk.shop.get().unwrap();
    run(writer.submit(|tx| ronde_node::shop::take_mark(tx, NOW))).unwrap();
    assert!(tell(&copy, 1, false));
    let newest = copy.shop.event_log().unwrap().newest;
    assert!(newest > 1 << 32 && newest < 1 << 53, "{newest}");
    let manager = copy.till("manager", &["manager"]);
    // A reader of the lost machine misses nothing of what the copy tells.
    assert_eq!(all(&copy, &manager).event().0, 1);
    assert_eq!(Stream::open(&copy.url, &manager, Some(5), None).unwrap().event().0, newest);
}

/// HTTP-9.
#[test]
fn a_revoked_token_ends_its_streams_and_nobody_elses() {
    let node = Node::start();
    let [gone, stays] = ["gone", "stays"].map(|name| node.till(name, &["manager"]));
    let (ends, goes_on) = (follow(&node, &gone), follow(&node, &stays));
    assert!(tell(&node, 0, false));
    assert_eq!((ends.event().0, goes_on.event().0), (1, 1));
    assert_eq!(node.delete("/v1/tills/gone", &node.admin).status, 204);
    assert!(tell(&node, 1, false));
    assert_eq!(ends.next(), Came::End { in_order: true }, "and is told nothing of what happened since");
    assert_eq!(goes_on.event().0, 2);
    assert_eq!(Stream::open(&node.url, &gone, None, None).err().unwrap().0, 401);
}

/// EVENT-8: it would be cut off, and not in order, if the node waited for it.
#[test]
fn a_node_that_stops_ends_its_streams() {
    let mut node = Node::start();
    let manager = node.till("manager", &["manager"]);
    let stream = follow(&node, &manager);
    node.stop();
    assert_eq!(stream.next(), Came::End { in_order: true });
}

fn restless() -> ServeLimits {
    let head_patience = Duration::from_secs(1);
    ServeLimits { comment: head_patience / 10, head_patience, ..ServeLimits::default() }
}

/// EVENT-8, HTTP-26.
#[test]
fn a_quiet_stream_says_that_it_is_there_and_is_not_closed_as_idle() {
    let node = Node::start_within(restless(), Default::default());
    let manager = node.till("manager", &["manager"]);
    let stream = follow(&node, &manager);
    // Together they take longer than a connection may be silent between two requests.
    for _ in 0..15 {
        assert_eq!(stream.any(), Came::Comment);
    }
    assert!(tell(&node, 0, false));
    assert_eq!(stream.event().0, 1);
}

/// A connection whose request does not go on.
fn dawdle(node: &Node) -> TcpStream {
    let mut stream = TcpStream::connect(node.url.trim_start_matches("http://")).unwrap();
    stream.write_all(b"GET /v1/status HTTP/1.1\r\nX-Slow: ").unwrap();
    stream
}

/// EVENT-9, HTTP-25.
#[test]
fn streams_keep_no_newcomer_out_and_outlast_who_dawdles() {
    let limits = ServeLimits { connections: 3, head_patience: event_stream::LONG * 10, ..restless() };
    let node = Node::start_within(limits, Default::default());
    let manager = node.till("manager", &["manager"]);
    let stream = follow(&node, &manager);
    let _dawdlers = [dawdle(&node), dawdle(&node)];
    (0..3).for_each(|_| assert_eq!(stream.any(), Came::Comment));
    for _ in 0..2 {
        assert_eq!(node.get("/v1/status").status, 200);
    }
    assert!(tell(&node, 0, false));
    assert_eq!(stream.event().0, 1, "the stream's peer has taken something since");
    // Where there are only streams, one of them goes.
    let _more = [follow(&node, &manager), follow(&node, &manager)];
    assert_eq!(node.get("/v1/status").status, 200);
}

/// EVENT-9.
#[test]
fn a_token_has_few_streams_and_all_have_not_many() {
    let node = Node::start();
    let tokens: Vec<String> = (0..33).map(|number| node.till(&format!("till-{number}"), &["manager"])).collect();
    let mut streams: Vec<Stream> = (0..128).map(|number| follow(&node, &tokens[number / 4])).collect();
    let (status, problem) = Stream::open(&node.url, &tokens[32], None, None).err().unwrap();
    assert_eq!((status, &problem["code"]), (429, &json!("rate-limited")));
    // A till that comes back has its place at once: its oldest stream is in the way of nobody.
    let back = follow(&node, &tokens[0]);
    assert_eq!(streams.remove(0).next(), Came::End { in_order: true });
    assert!(tell(&node, 0, false));
    assert_eq!((back.event().0, streams[0].event().0, streams[126].event().0), (1, 1, 1));
}

/// EVENT-7, EVENT-9: the control is who takes all, and is told all. That whoever takes nothing is closed is another test's.
#[test]
fn what_a_reader_leaves_untaken_is_not_held_for_it() {
    const EVENTS: u64 = 10_000;
    let limits = ServeLimits { answer_patience: event_stream::LONG * 10, ..ServeLimits::default() };
    let node = Node::start_within(limits, Default::default());
    let manager = node.till("manager", &["manager"]);
    let mut idle = run(async {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        // Otherwise the system takes megabytes for a program that reads nothing.
        socket.set_recv_buffer_size(32 * 1024).unwrap();
        let address = node.url.trim_start_matches("http://").parse().unwrap();
        socket.connect(address).await.unwrap().into_std().unwrap()
    });
    idle.set_nonblocking(false).unwrap();
    idle.set_read_timeout(Some(event_stream::LONG)).unwrap();
    let request = format!("GET /v1/events HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {manager}\r\n\r\n");
    idle.write_all(request.as_bytes()).unwrap();
    let mut said = Vec::new();
    let mut hear = |until: &str| {
        let mut piece = [0; 4096];
        while !String::from_utf8_lossy(&said).contains(until) {
            let read = idle.read(&mut piece).unwrap();
            assert!(read > 0, "the stream has ended before {until}");
            said.extend_from_slice(&piece[..read]);
        }
        String::from_utf8_lossy(&said).matches("\nevent: limit.warning").count()
    };
    hear("retry: ");
    let reads = follow(&node, &manager);
    // Many times what all buffers between here and there hold.
    run(async {
        for number in 0..EVENTS {
            assert!(node.shop.warn_limit(&format!("store/{number}"), Points(80), Points(100)).await.unwrap());
        }
    });
    (1..=EVENTS).for_each(|position| assert_eq!(reads.event().0, position));
    node.hand.advance(8 * DAY * 1000);
    while run(node.shop.prune_events()).unwrap() {}
    let told = hear("event: stream.gap");
    assert!((1..usize::try_from(EVENTS).unwrap() / 2).contains(&told), "{told}");
}

/// EVENT-19.
#[test]
fn a_cap_is_warned_of_once_a_day_and_whose_it_is_is_not_told() {
    let node = Node::start();
    let warn = |cap: &str| run(node.shop.warn_limit(cap, Points(80), Points(100))).unwrap();
    assert!(warn("till/Marie") && warn("till/Paul") && warn("store"));
    assert!(!warn("till/Marie") && !warn("store"));
    node.hand.advance(DAY * 1000);
    assert!(warn("till/Marie") && !warn("till/Marie"));
    let manager = node.till("manager", &["manager"]);
    let stream = all(&node, &manager);
    let caps: Vec<Value> = (0..4).map(|_| stream.event().2["data"]["cap"].clone()).collect();
    assert_eq!(caps, ["till", "till", "store", "till"]);
}

/// EVENT-5.
#[test]
fn what_is_told_of_a_witness_is_told_once_also_after_a_restart() {
    let node = Node::start();
    assert!(!tell(&node, 2, true), "nobody was told that it is down");
    assert!(tell(&node, 2, false) && !tell(&node, 2, false));
    let again = Node::start_from(node.snapshot());
    assert_eq!(again.shop.witnesses_told_down().unwrap(), [(KeysetId(1), WitnessIndex(2))]);
    assert!(!tell(&again, 2, false) && tell(&again, 2, true) && !tell(&again, 2, true));
    let manager = again.till("manager", &["manager"]);
    let stream = all(&again, &manager);
    let told: Vec<_> = [stream.event(), stream.event()].into_iter().map(|(_, kind, told)| (kind, told)).collect();
    assert_eq!((told[0].0.as_str(), told[1].0.as_str()), ("witness.down", "witness.up"));
    assert_eq!(told[0].1["data"], json!({ "keyset": 1, "index": 2, "store": 7 }));
}

/// EVENT-3: nobody's name, secret or reference stands in an event.
#[test]
fn an_event_names_records_and_nobody() {
    let node = Node::start();
    let till = node.till("Marie", &["grant", "redeem"]);
    let made = node.post("/v1/grants", &till, &json!({ "points": 1, "reference": "receipt 4711" }));
    let (link, id) = (made.text("claim_url"), made.text("id"));
    let secret = link.split_once('#').unwrap().1;
    assert_eq!(node.post_open(&format!("/v1/grants/{id}/claim"), &claim(secret, &[points(1)], 1)).status, 200);
    let body = json!({ "max_points": 10, "step": 1, "reference": "basket 4712" });
    let checkout = node.post("/v1/checkouts", &till, &body).text("id");
    let payment = pay(&offer(&node, &checkout), 7, 1);
    assert_eq!(node.post_open("/v1/orders", &payment.body()).status, 200);
    let (events, _) = node.shop.events_after(0, 100).unwrap();
    assert_eq!(events.len(), 4);
    for event in events {
        let body = event.body(StoreId(1));
        for word in ["Marie", "4711", "4712", secret, &to_base64(&payment.order)] {
            assert!(!body.contains(word), "{word} in {body}");
        }
    }
}
