//! Refunds over HTTP: what bought nothing goes back by itself, once, to whoever holds the keys of its coins; and a till gives
//! back what was paid, never more.

use crate::http_support;

use http_support::federation_support::{DAY, KEYSET, entropy};
use http_support::orders::{Signed, checkout, coin, from_base64, grant, offer, outputs, pay, points, to_base64};
use http_support::{NOW, Node, Reply, STORE};
use proptest::prelude::*;
use ronde_node::shop::{Certified as _, Outcome};
use ronde_node::store::{Engine as _, MemoryEngine, Table, Writer, WriterConfig};
use ronde_protocol::crypto::CoinSecret;
use ronde_protocol::message::class::Kind;
use ronde_protocol::message::ids::{KeysetId, StoreId};
use ronde_protocol::message::order::{Order, Purpose};
use ronde_protocol::message::refund::RefundClaim;
use ronde_protocol::message::refusal::Refusal;
use serde_json::{Value, json};

const SEVEN: [u64; 3] = [1, 2, 4];

fn kinds(denominations: &[u64]) -> Vec<Kind> {
    denominations.iter().map(|denomination| points(*denomination)).collect()
}

/// Another store's gateway had it certified, and a feed tells.
fn certify(node: &Node, order: &Order) {
    let certificate = node.desk.federation.certify(order);
    tokio::runtime::Runtime::new().unwrap().block_on(node.shop.certified(order, &certificate)).unwrap();
}

/// A payment of 7 points for a checkout that its till had withdrawn.
fn late(node: &Node, till: &str, salt: u8) -> (String, Signed) {
    let id = checkout(node, till, 10);
    let payment = pay(&offer(node, &id), 7, salt);
    assert_eq!(node.delete(&format!("/v1/checkouts/{id}"), till).status, 204);
    certify(node, &payment.order);
    (id, payment)
}

fn path(order: &Order) -> String {
    format!("/v1/refunds/{}", order.digest())
}

fn fate(node: &Node, order: &Order) -> Reply {
    node.get(&path(order))
}

/// What a wallet posts that holds these keys.
fn claim(node: &Node, refunded: &Order, keys: &[&CoinSecret], kinds: &[Kind], salt: u8) -> Value {
    let outputs = outputs(kinds, salt);
    let signed = RefundClaim {
        federation: node.desk.federation.id(),
        store: STORE,
        order: refunded.digest(),
        keyset: KEYSET,
        outputs: outputs.clone(),
    };
    json!({
        "refunded": to_base64(refunded), "signature": to_base64(&signed.sign(keys, entropy(salt)).unwrap()),
        "keyset": KEYSET.0, "outputs": to_base64(&outputs),
    })
}

fn post(node: &Node, refunded: &Order, body: &Value) -> Reply {
    node.post_open(&format!("{}/claim", path(refunded)), body)
}

/// STORE-25, STORE-37, STORE-40, HTTP-31.
#[test]
fn a_late_payment_goes_back_to_the_keys_that_paid_it_and_to_nobody_else() {
    let node = Node::start();
    let till = node.till("counter", &["redeem", "refund"]);
    let (id, payment) = late(&node, &till, 1);
    let said = fate(&node, &payment.order);
    let digest = payment.order.digest().to_string();
    assert_eq!((said.status, &said.json), (200, &json!({ "order": digest, "state": "owed", "points": 7 })));

    // Who reads logs has the body, and other keys.
    let stolen = claim(&node, &payment.order, &[&coin(2)], &kinds(&SEVEN), 40);
    assert_eq!(post(&node, &payment.order, &stolen).problem(), "bad-signature");
    let good = claim(&node, &payment.order, &[&coin(1)], &kinds(&SEVEN), 41);
    // Who carries a claim can put no other coins into it.
    let mut bent = good.clone();
    bent["outputs"] = json!(to_base64(&outputs(&kinds(&SEVEN), 42)));
    assert_eq!(post(&node, &payment.order, &bent).problem(), "bad-signature");
    bent = good.clone();
    bent["keyset"] = json!(2);
    assert_eq!(post(&node, &payment.order, &bent).problem(), "bad-signature");
    assert_eq!(fate(&node, &payment.order).json["state"], "owed", "none of this took it");

    let paid = post(&node, &payment.order, &good);
    assert_eq!(paid.status, 200, "{paid:?}");
    let earned: Order = from_base64(&paid.json["order"]);
    assert_eq!((earned.purpose, earned.store, earned.points_out().unwrap().0), (Purpose::Earn, STORE, 7));
    assert_eq!(fate(&node, &payment.order).json["state"], "claimed");
    let shown = node.get_as(&format!("/v1/checkouts/{id}"), &till).json;
    assert_eq!((&shown["state"], &shown["refunds"][0]["state"]), (&json!("accepted_late"), &json!("claimed")));
    let named = shown["refunds"][0]["grant"].as_str().unwrap();
    let by_secret = http_support::orders::claim(&to_base64(&[0_u8; 32]), &kinds(&SEVEN), 41);
    assert_eq!(node.post_open(&format!("/v1/grants/{named}/claim"), &by_secret).problem(), "not-found");
    assert_eq!(node.get(&format!("/v1/grants/{named}")).json["state"], "claimed");
}

/// STORE-19, STORE-38.
#[test]
fn the_same_claim_gets_the_same_order_for_ever_and_another_gets_nothing() {
    let node = Node::start();
    let till = node.till("counter", &["redeem", "refund"]);
    let (_, payment) = late(&node, &till, 1);
    let (one, two) = (
        claim(&node, &payment.order, &[&coin(1)], &kinds(&SEVEN), 41),
        claim(&node, &payment.order, &[&coin(1)], &kinds(&SEVEN), 42),
    );
    // Two at once, by a wallet and its copy: one of them.
    let both = std::thread::scope(|scope| {
        let ask = |body| {
            scope.spawn({
                let (node, order) = (&node, &payment.order);
                move || post(node, order, body)
            })
        };
        [ask(&one), ask(&two)].map(|asked| asked.join().unwrap())
    });
    let won = both.iter().filter(|reply| reply.status == 200).count();
    assert_eq!(won, 1, "{both:?}");
    let (first, other) = if both[0].status == 200 { (&one, &two) } else { (&two, &one) };
    assert_eq!(post(&node, &payment.order, other).problem(), "grant-claimed");
    let again = post(&node, &payment.order, first);
    let restarted = Node::start_from(node.snapshot());
    let after = post(&restarted, &payment.order, first);
    assert_eq!((again.status, after.status), (200, 200));
    assert_eq!(again.json["order"], after.json["order"]);
    assert_eq!(post(&restarted, &payment.order, other).problem(), "grant-claimed");
}

#[test]
fn what_is_no_refund_is_not_found_and_other_sums_are_refused() {
    let node = Node::start();
    let till = node.till("counter", &["redeem", "refund"]);
    let (_, payment) = late(&node, &till, 1);
    let id = checkout(&node, &till, 10);
    let bought = pay(&offer(&node, &id), 7, 2);
    let claimed = claim(&node, &bought.order, &[&coin(2)], &kinds(&SEVEN), 40);
    assert_eq!(fate(&node, &bought.order).problem(), "not-found", "it has not heard of it");
    assert_eq!(node.post_open("/v1/orders", &bought.body()).status, 200);
    assert_eq!(fate(&node, &bought.order).json["state"], "paid");
    assert_eq!(fate(&node, &bought.order).json["points"], 7);
    assert_eq!(post(&node, &bought.order, &claimed).problem(), "not-found");
    // The body of one order under the name of another.
    let good = claim(&node, &payment.order, &[&coin(1)], &kinds(&SEVEN), 41);
    assert_eq!(post(&node, &bought.order, &good).problem(), "not-found");
    for wrong in [&[8][..], &[1, 2][..]] {
        let wrong = claim(&node, &payment.order, &[&coin(1)], &kinds(wrong), 43);
        let refused = post(&node, &payment.order, &wrong);
        assert_eq!((refused.problem(), &refused.json["rule"]), ("order-invalid", &json!("grant")));
    }
    assert_eq!(node.get("/v1/refunds/nothing").problem(), "not-found");
    let mut more = good.clone();
    more["secret"] = json!("x");
    assert_eq!(post(&node, &payment.order, &more).problem(), "bad-encoding");
    assert_eq!(post(&node, &payment.order, &good).status, 200);
}

/// STORE-24: every way to a refund beside another payment.
#[test]
fn each_payment_that_bought_nothing_has_a_refund_of_its_own() {
    let node = Node::start();
    let till = node.till("counter", &["redeem", "refund"]);
    let id = checkout(&node, &till, 10);
    let terms = offer(&node, &id);
    let first = pay(&terms, 7, 1);
    assert_eq!(node.post_open("/v1/orders", &first.body()).status, 200);
    let second = pay(&terms, 4, 2);
    // Beyond the offer's maximum, and of another time.
    let (over, odd) = (pay(&terms, 11, 3), pay(&terms, 5, 4));
    let odd = Order { time: odd.order.time + 1, ..odd.order };
    for order in [&second.order, &over.order, &odd, &second.order] {
        certify(&node, order);
    }
    let shown = node.get_as(&format!("/v1/checkouts/{id}"), &till).json;
    assert_eq!((&shown["state"], shown["refunds"].as_array().unwrap().len()), (&json!("accepted"), 3));
    for (order, salt, coins) in [(&second.order, 2, &[4][..]), (&over.order, 3, &[1, 2, 8]), (&odd, 4, &[1, 4])] {
        let body = claim(&node, order, &[&coin(salt)], &kinds(coins), 40 + salt);
        assert_eq!(post(&node, order, &body).status, 200);
        assert_eq!(fate(&node, order).json["state"], "claimed");
    }
    assert_eq!(fate(&node, &first.order).json["state"], "paid");
}

/// STORE-24, STORE-37: every way to a late payment, and news that comes twice.
#[test]
fn every_late_payment_gets_one_grant_however_its_checkout_ended() {
    for way in ["cancelled", "expired", "refused"] {
        let node = Node::start();
        let till = node.till("counter", &["redeem", "refund"]);
        let id = checkout(&node, &till, 10);
        let payment = pay(&offer(&node, &id), 7, 1);
        match way {
            "cancelled" => assert_eq!(node.delete(&format!("/v1/checkouts/{id}"), &till).status, 204),
            "expired" => node.hand.advance(300_000),
            _ => {
                node.desk.answer_next(Ok(Outcome::Refused(Refusal::Closed)));
                assert_eq!(node.post_open("/v1/orders", &payment.body()).problem(), "keyset-closed");
            }
        }
        let path = format!("/v1/checkouts/{id}");
        assert_eq!(node.get_as(&path, &till).json["state"], way);
        assert_eq!(node.entries(Table::Grant), 0);
        for _ in 0..3 {
            certify(&node, &payment.order);
        }
        assert_eq!(node.entries(Table::Grant), 2, "{way}: a grant and its reference");
        let shown = node.get_as(&path, &till).json;
        assert_eq!(
            (&shown["state"], &shown["refunds"][0]["state"]),
            (&json!("accepted_late"), &json!("owed")),
            "{way}"
        );
        assert_eq!(fate(&node, &payment.order).json["state"], "owed");
    }
}

/// STORE-24: one is before the quorum while another is certified.
#[test]
fn a_payment_that_is_certified_while_another_is_pending_is_owed_and_the_other_buys() {
    let node = Node::start();
    let till = node.till("counter", &["redeem", "refund"]);
    let id = checkout(&node, &till, 10);
    let terms = offer(&node, &id);
    let (first, second) = (pay(&terms, 7, 1), pay(&terms, 4, 2));
    node.desk.answer_next(Ok(Outcome::Pending { votes: 2 }));
    assert_eq!(node.post_open("/v1/orders", &first.body()).status, 202);
    certify(&node, &second.order);
    assert_eq!(fate(&node, &second.order).json["state"], "owed");
    assert_eq!(fate(&node, &first.order).problem(), "not-found", "nothing became of it yet");
    assert_eq!(node.post_open("/v1/orders", &first.body()).status, 200);
    assert_eq!(fate(&node, &first.order).json["state"], "paid");
    assert_eq!(fate(&node, &second.order).json["state"], "owed");
}

/// STORE-41.
#[test]
fn refunds_leave_most_of_a_days_limit_to_the_tills_and_the_rest_of_them_comes_the_next_day() {
    let node = Node::start();
    let till = node.till("counter", &["redeem", "refund"]);
    let id = checkout(&node, &till, 1024);
    let terms = offer(&node, &id);
    assert_eq!(node.delete(&format!("/v1/checkouts/{id}"), &till).status, 204);
    let payments = [1, 2, 3].map(|salt| pay(&terms, 128, salt).order);
    payments.iter().for_each(|order| certify(&node, order));
    let bodies: Vec<Value> = (1..)
        .zip(&payments)
        .map(|(salt, order)| claim(&node, order, &[&coin(salt)], &kinds(&[128]), 40 + salt))
        .collect();
    // A quarter of 1,000 points a day; the first goes whatever it is.
    assert_eq!(post(&node, &payments[0], &bodies[0]).status, 200);
    for (order, body) in payments.iter().zip(&bodies).skip(1) {
        let refused = post(&node, order, body);
        assert_eq!((refused.problem(), &refused.json["retryable"]), ("limit-exceeded", &json!(true)));
        assert_eq!(refused.json["left"], 122);
        assert_eq!(fate(&node, order).json["state"], "owed");
    }
    assert_eq!(post(&node, &payments[0], &bodies[0]).status, 200, "the same claim is no new one");
    node.hand.set((NOW + DAY) * 1000);
    assert_eq!(post(&node, &payments[1], &bodies[1]).status, 200);
}

/// STORE-30, STORE-42.
#[test]
fn a_restored_copy_pays_no_refund_by_itself_that_may_have_been_paid() {
    let node = Node::start();
    let till = node.till("counter", &["redeem", "refund"]);
    let (_, known) = late(&node, &till, 1);
    let id = checkout(&node, &till, 10);
    let unknown = pay(&offer(&node, &id), 7, 2);
    assert_eq!(node.delete(&format!("/v1/checkouts/{id}"), &till).status, 204);
    let before = checkout(&node, &till, 10);
    assert_eq!(node.post_open("/v1/orders", &pay(&offer(&node, &before), 7, 4).body()).status, 200);
    let copy = node.snapshot();
    // After the copy: a till gives back, one more is noted, and both are paid.
    assert_eq!(give(&node, &till, &before, 7).json["left"], 0);
    certify(&node, &unknown.order);
    let bodies = [(&known, 1), (&unknown, 2)]
        .map(|(paid, salt)| (claim(&node, &paid.order, &[&coin(salt)], &kinds(&SEVEN), 40 + salt), &paid.order));
    for (body, order) in &bodies {
        assert_eq!(post(&node, order, body).status, 200);
    }
    let engine = MemoryEngine::restore(copy);
    let observer = engine.observer();
    let marked = async {
        let writer = Writer::start(engine, WriterConfig::default()).unwrap();
        writer.submit(|tx| ronde_node::shop::take_mark(tx, NOW)).await.unwrap();
        writer.shutdown().await.unwrap();
    };
    tokio::runtime::Runtime::new().unwrap().block_on(marked);
    let restored = Node::start_from(observer.snapshot());
    // The feeds tell it again.
    certify(&restored, &unknown.order);
    for (body, order) in &bodies {
        assert_eq!(fate(&restored, order).json["state"], "withdrawn");
        let mut other = body.clone();
        assert_eq!(post(&restored, order, &other).problem(), "grant-expired");
        other = claim(&restored, order, &[&coin(if *order == &known.order { 1 } else { 2 })], &kinds(&SEVEN), 50);
        assert_eq!(post(&restored, order, &other).problem(), "grant-expired");
    }
    let refused = give(&restored, &till, &before, 1);
    assert_eq!((refused.problem(), &refused.json["field"]), ("request-invalid", &json!("checkout")));
    // A checkout of later is as any.
    restored.hand.advance(1000);
    let (_, later) = late(&restored, &till, 3);
    assert_eq!(fate(&restored, &later.order).json["state"], "owed");
}

/// TILL-1: what is owed to a customer is annulled by who may give back, not by any till that gives points.
#[test]
fn the_grant_of_a_refund_is_withdrawn_with_the_scope_of_refunds_alone() {
    let node = Node::start();
    let till = node.till("counter", &["redeem", "grant", "refund"]);
    let (id, payment) = late(&node, &till, 1);
    let grant =
        node.get_as(&format!("/v1/checkouts/{id}"), &till).json["refunds"][0]["grant"].as_str().unwrap().to_owned();
    let path = format!("/v1/grants/{grant}");
    let giver = node.till("giver", &["redeem", "grant"]);
    let refused = node.delete(&path, &giver);
    assert_eq!((refused.problem(), &refused.json["scope"]), ("token-scope", &json!("refund")));
    assert_eq!(fate(&node, &payment.order).json["state"], "owed");
    assert_eq!(node.delete(&path, &till).status, 204);
    assert_eq!(fate(&node, &payment.order).json["state"], "withdrawn");
}

/// STORE-39.
#[test]
fn refunds_that_an_earlier_program_noted_get_their_grants_once() {
    let node = Node::start();
    let till = node.till("counter", &["redeem", "refund"]);
    let (id, payment) = late(&node, &till, 1);
    let other = checkout(&node, &till, 10);
    let bought = pay(&offer(&node, &other), 7, 2);
    assert_eq!(node.post_open("/v1/orders", &bought.body()).status, 200);
    // As it was before there was a table of refunds.
    let mut engine = MemoryEngine::restore(node.snapshot());
    let observer = engine.observer();
    let noted = engine.reader().unwrap().scan(Table::Refund, &[], None, usize::MAX).unwrap();
    let mut transaction = engine.begin().unwrap();
    for (key, _) in &noted {
        transaction.delete(Table::Refund, key).unwrap();
    }
    transaction.commit().unwrap();
    let old = Node::start_from(observer.snapshot());
    assert_eq!(fate(&old, &payment.order).problem(), "not-found");
    let shown = old.get_as(&format!("/v1/checkouts/{id}"), &till).json;
    assert_eq!(shown["refunds"], json!([{ "order": payment.order.digest().to_string(), "points": 7 }]));
    drop(old);
    let made = async {
        let writer = Writer::start(MemoryEngine::restore(observer.snapshot()), WriterConfig::default()).unwrap();
        let mut counts = Vec::new();
        for _ in 0..2 {
            counts.push(writer.submit(|tx| ronde_node::shop::make_up_refunds(tx, NOW)).await.unwrap().0);
        }
        writer.shutdown().await.unwrap();
        counts
    };
    assert_eq!(tokio::runtime::Runtime::new().unwrap().block_on(made), [1, 0]);
}

/// STORE-39: a record that can't be read stands in nobody else's way, and is no secret.
#[test]
fn a_damaged_checkout_keeps_no_other_from_being_paid_back_and_is_said_until_it_can_be_read() {
    let node = Node::start();
    let till = node.till("counter", &["redeem", "refund"]);
    late(&node, &till, 1);
    checkout(&node, &till, 10);
    let mut engine = MemoryEngine::restore(node.snapshot());
    let observer = engine.observer();
    let reader = engine.reader().unwrap();
    let noted = reader.scan(Table::Refund, &[], None, usize::MAX).unwrap();
    let own: Vec<_> = reader.scan(Table::Checkout, b"i", Some(b"j"), usize::MAX).unwrap();
    let unpaid = own.iter().find(|(_, value)| value.len() == own.iter().map(|own| own.1.len()).min().unwrap()).unwrap();
    let mut transaction = engine.begin().unwrap();
    noted.iter().for_each(|(key, _)| transaction.delete(Table::Refund, key).unwrap());
    transaction.put(Table::Checkout, &unpaid.0, b"damaged").unwrap();
    transaction.put(Table::Checkout, &[b"f".as_slice(), &[7; 48]].concat(), b"damaged").unwrap();
    transaction.commit().unwrap();
    let runs = |then: &dyn Fn(&mut MemoryEngine)| {
        let mut engine = MemoryEngine::restore(observer.snapshot());
        then(&mut engine);
        let after = engine.observer();
        let made = async move {
            let writer = Writer::start(engine, WriterConfig::default()).unwrap();
            let first = writer.submit(|tx| ronde_node::shop::make_up_refunds(tx, NOW)).await.unwrap().0;
            let second = writer.submit(|tx| ronde_node::shop::make_up_refunds(tx, NOW)).await.unwrap().0;
            writer.shutdown().await.unwrap();
            [first, second]
        };
        let made = tokio::runtime::Runtime::new().unwrap().block_on(made);
        (made, Node::start_from(after.snapshot()).shop.unread_checkouts().unwrap())
    };
    assert_eq!(runs(&|_| ()), ([1, 0], 2), "at each start it is looked at again, and paid back once");
    let mended = |engine: &mut MemoryEngine| {
        let mut transaction = engine.begin().unwrap();
        transaction.put(Table::Checkout, &unpaid.0, &unpaid.1).unwrap();
        transaction.delete(Table::Checkout, &[b"f".as_slice(), &[7; 48]].concat()).unwrap();
        transaction.commit().unwrap();
    };
    assert_eq!(runs(&mended), ([1, 0], 0));
}

fn give(node: &Node, till: &str, checkout: &str, points: u64) -> Reply {
    node.post("/v1/refunds", till, &json!({ "checkout": checkout, "points": points, "reference": "returned" }))
}

/// STORE-43, HTTP-32.
#[test]
fn a_till_gives_back_parts_of_a_payment_and_never_more_than_was_paid() {
    let node = Node::start();
    let till = node.till("counter", &["grant", "redeem", "refund"]);
    let id = checkout(&node, &till, 10);
    assert_eq!(give(&node, &till, &id, 1).json["field"], "checkout", "nothing was paid");
    assert_eq!(node.post_open("/v1/orders", &pay(&offer(&node, &id), 7, 1).body()).status, 200);
    let first = give(&node, &till, &id, 4);
    assert_eq!((first.status, &first.json["points"], &first.json["left"]), (201, &json!(4), &json!(3)));
    let over = give(&node, &till, &id, 4);
    assert_eq!(
        (over.problem(), &over.json["field"], &over.json["left"]),
        ("request-invalid", &json!("points"), &json!(3))
    );
    assert_eq!(give(&node, &till, &id, 0).problem(), "request-invalid");
    assert_eq!(give(&node, &till, &id, 3).json["left"], 0);
    let shown = node.get_as(&format!("/v1/checkouts/{id}"), &till).json;
    assert_eq!(shown["returned"], 7);

    // It is an ordinary grant: its link is claimed, or it is withdrawn and can be given once more.
    let withdrawn = first.text("id");
    assert_eq!(node.delete(&format!("/v1/grants/{withdrawn}"), &till).status, 204);
    assert_eq!(node.delete(&format!("/v1/grants/{withdrawn}"), &till).status, 204);
    assert_eq!(give(&node, &till, &id, 5).json["left"], 4, "withdrawn twice, given back once");
    let again = give(&node, &till, &id, 4);
    let url = again.text("claim_url");
    let (_, secret) = url.split_once('#').unwrap();
    let claimed = json!({ "secret": secret, "keyset": 1, "outputs": to_base64(&outputs(&kinds(&[4]), 60)) });
    assert_eq!(node.post_open(&format!("/v1/grants/{}/claim", again.text("id")), &claimed).status, 200);
    assert_eq!(node.delete(&format!("/v1/grants/{}", again.text("id")), &till).problem(), "grant-claimed");
    assert_eq!(give(&node, &till, &id, 1).problem(), "request-invalid");
    // Other grants are nobody's payment.
    let (gift, _) = grant(&node, &till, 5);
    assert_eq!(node.delete(&format!("/v1/grants/{gift}"), &till).status, 204);
    assert_eq!(give(&node, &till, &id, 1).problem(), "request-invalid");
}

/// HTTP-8, HTTP-11, HTTP-32.
#[test]
fn giving_back_needs_the_scope_and_is_answered_once_per_key() {
    let node = Node::start();
    let till = node.till("counter", &["redeem", "refund"]);
    let other = node.till("door", &["grant"]);
    let id = checkout(&node, &till, 10);
    assert_eq!(node.post_open("/v1/orders", &pay(&offer(&node, &id), 7, 1).body()).status, 200);
    assert_eq!(give(&node, &other, &id, 1).problem(), "token-scope");
    let body = json!({ "checkout": id, "points": 4, "reference": "returned" });
    let first = node.post_once("/v1/refunds", &till, "k", &body);
    let again = node.post_once("/v1/refunds", &till, "k", &body);
    assert_eq!((first.status, &first.bytes), (201, &again.bytes));
    assert_eq!(give(&node, &till, &id, 4).json["left"], 3, "it was given back once");
    let unknown = json!({ "checkout": "AAAAAAAAAAAAAAAAAAAAAA", "points": 1, "reference": "r" });
    assert_eq!(node.post("/v1/refunds", &till, &unknown).problem(), "not-found");
    // What a late payment paid goes back by itself, and no till gives it back once more.
    let (late, _) = late(&node, &till, 2);
    assert_eq!(give(&node, &till, &late, 1).json["field"], "checkout");
}

/// Claims are for this store and federation alone (SPEND-1).
#[test]
fn a_claim_that_was_signed_for_another_store_is_refused() {
    let node = Node::start();
    let till = node.till("counter", &["redeem", "refund"]);
    let (_, payment) = late(&node, &till, 1);
    let outputs = outputs(&kinds(&SEVEN), 41);
    let signed = RefundClaim {
        federation: node.desk.federation.id(),
        store: StoreId(2),
        order: payment.order.digest(),
        keyset: KeysetId(1),
        outputs: outputs.clone(),
    };
    let body = json!({
        "refunded": to_base64(&payment.order), "signature": to_base64(&signed.sign(&[&coin(1)], entropy(1)).unwrap()),
        "keyset": 1, "outputs": to_base64(&outputs),
    });
    assert_eq!(post(&node, &payment.order, &body).problem(), "bad-signature");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    /// STORE-43: whatever tills try, withdraw and try again, no more comes back than was paid.
    #[test]
    fn points_back_never_exceed_points_paid(paid in 1_u64..=10, steps in prop::collection::vec((0_u64..=6, any::<bool>()), 1..12)) {
        let node = Node::start();
        let till = node.till("counter", &["grant", "redeem", "refund"]);
        let id = checkout(&node, &till, 10);
        prop_assert_eq!(node.post_open("/v1/orders", &pay(&offer(&node, &id), paid, 1).body()).status, 200);
        let mut standing: Vec<(String, u64)> = Vec::new();
        for (points, withdraw) in steps {
            if withdraw && let Some((grant, _)) = standing.pop() {
                prop_assert_eq!(node.delete(&format!("/v1/grants/{grant}"), &till).status, 204);
            }
            let sum: u64 = standing.iter().map(|(_, points)| points).sum();
            let answer = give(&node, &till, &id, points);
            let fits = points > 0 && sum + points <= paid;
            prop_assert_eq!(answer.status == 201, fits, "{:?}", answer);
            if fits {
                standing.push((answer.text("id"), points));
            }
            prop_assert!(standing.iter().map(|(_, points)| points).sum::<u64>() <= paid);
        }
    }
}
