//! Goods that come back over HTTP: points that were paid go back, what was earned is taken out of it, once for each
//! reference, and nobody gains by any order of buying, claiming, paying and returning.

use crate::http_support;

use std::path::Path;

use http_support::federation_support::{CAMPAIGN, DAY};
use http_support::orders::{checkout, claim, offer, pay, points};
use http_support::{NOW, Node, Reply};
use proptest::prelude::*;
use ronde_node::config::Config;
use ronde_node::routine::pledge_now;
use ronde_node::shop::{Caps, Totals};
use ronde_node::store::{Engine as _, MemoryEngine, Table, Writer, WriterConfig};
use ronde_protocol::message::amount::Points;
use ronde_protocol::message::class::Kind;
use ronde_protocol::message::ids::OfferId;
use serde_json::{Value, json};

/// A point for each euro, a coffee with each basket from 30 euros on, a ballot, and a hundredth for the food bank.
const RULES: &str = "store = 1\n[earn]\npoints = 1\ncents = 100\nzone = \"Europe/Paris\"\nballot = 1\n\
                     [[earn.voucher]]\nname = \"Coffee\"\noffer = 1\nmin_cents = 3000\n\
                     [pledge]\nassociation = 1\nper_mille = 10\n";
/// The same without what is not points.
const PLAIN: &str = "store = 1\n[earn]\npoints = 1\ncents = 100\nzone = \"Europe/Paris\"\n";

fn give(node: &Node, rules: &str) {
    node.shop.set_rules(Config::parse(Path::new("ronde.toml"), rules, []).unwrap().rules);
}

fn start(rules: &str) -> (Node, String) {
    let node = Node::start();
    give(&node, rules);
    let till = node.till("counter", &["grant", "redeem", "refund"]);
    (node, till)
}

fn basket(node: &Node, till: &str, cents: u64) -> Reply {
    let made = node.post("/v1/grants", till, &json!({ "eligible_cents": cents, "reference": "receipt" }));
    assert_eq!(made.status, 201, "{made:?}");
    made
}

/// What a wallet takes that claims what an answer says of a grant.
fn kinds(made: &Value) -> Vec<Kind> {
    let sum = made["points"].as_u64().unwrap();
    let mut kinds: Vec<Kind> = (0..11).map(|bit| 1 << bit).filter(|bit| sum & bit != 0).map(points).collect();
    kinds.extend(made.get("ballot").map(|_| Kind::Ballot { campaign: CAMPAIGN }));
    for voucher in made["vouchers"].as_array().unwrap() {
        let offer = OfferId(u32::try_from(voucher["offer"].as_u64().unwrap()).unwrap());
        kinds.extend((0..voucher["count"].as_u64().unwrap()).map(|_| Kind::Voucher { offer }));
    }
    kinds
}

fn take(node: &Node, made: &Value, salt: u8) -> Reply {
    let secret = made["claim_url"].as_str().unwrap().split_once('#').unwrap().1;
    node.post_open(&format!("/v1/grants/{}/claim", made["id"].as_str().unwrap()), &claim(secret, &kinds(made), salt))
}

fn back(node: &Node, till: &str, body: &Value) -> Reply {
    node.post("/v1/returns", till, body)
}

fn of_grant(made: &Reply, cents: u64, reference: &str) -> Value {
    json!({ "grant": made.text("id"), "eligible_cents": cents, "reference": reference })
}

/// A checkout of which `amount` points were paid.
fn paid(node: &Node, till: &str, amount: u64, salt: u8) -> String {
    let id = checkout(node, till, amount);
    assert_eq!(node.post_open("/v1/orders", &pay(&offer(node, &id), amount, salt).body()).status, 200);
    id
}

fn day(node: &Node) -> Totals {
    node.shop.totals(None, &(NOW..NOW + DAY)).unwrap()
}

fn wrong(reply: &Reply, field: &str) {
    assert_eq!((reply.problem(), &reply.json["field"]), ("request-invalid", &json!(field)), "{reply:?}");
}

/// RETURN-5, BASKET-7.
#[test]
fn what_returned_goods_had_earned_is_held_back_from_the_money_once_it_was_claimed() {
    let (node, till) = start(RULES);
    let made = basket(&node, &till, 4000);
    assert_eq!(take(&node, &made.json, 1).status, 200);
    let first = back(&node, &till, &of_grant(&made, 500, "a"));
    assert_eq!(first.status, 201, "{first:?}");
    let expected = json!({
        "money_cents": 500, "deduct_cents": 5, "pay_cents": 495, "points_back": 0,
        "left": { "total_cents": 3500, "eligible_cents": 3500 },
    });
    assert_eq!(first.json, expected);
    // Below 30 euros there would have been no coffee, which is worth three points.
    assert_eq!(back(&node, &till, &of_grant(&made, 1000, "b")).json["deduct_cents"], 10 + 3);
    let last = back(&node, &till, &of_grant(&made, 2500, "c")).json;
    assert_eq!((&last["deduct_cents"], &last["pay_cents"]), (&json!(25), &json!(2475)));
    wrong(&back(&node, &till, &of_grant(&made, 1, "d")), "eligible_cents");
    let counted = Totals { returns: 3, cents_back: 4000, cents_held: 43, ..Totals::default() };
    let Totals { baskets, cents, granted, claims, claimed, .. } = day(&node);
    assert_eq!(day(&node), Totals { baskets, cents, granted, claims, claimed, ..counted });
    assert_eq!((baskets, cents, granted, claimed), (1, 4000, 40, 40));
}

/// BASKET-6, RETURN-7.
#[test]
fn what_nobody_claimed_is_withdrawn_and_made_anew() {
    let (node, till) = start(RULES);
    node.shop.set_caps(Caps { store: Some(Points(50)), ..Caps::default() });
    let made = basket(&node, &till, 4000);
    let answer = back(&node, &till, &of_grant(&made, 1500, "a")).json;
    assert_eq!((&answer["deduct_cents"], &answer["pay_cents"]), (&json!(0), &json!(1500)));
    assert_eq!(answer["withdrawn"], made.json["id"]);
    let instead = &answer["instead"];
    assert_eq!((&instead["points"], &instead["ballot"], &instead["vouchers"]), (&json!(25), &json!(1), &json!([])));
    assert_eq!(instead["eligible_cents"], 2500);
    assert_eq!(take(&node, &made.json, 1).problem(), "grant-expired");
    // 43 points of 50 were given: the one that was withdrawn counts, the one in its place does not.
    let over = node.post("/v1/grants", &till, &json!({ "points": 8, "reference": "" }));
    assert_eq!((over.problem(), &over.json["left"]), ("limit-exceeded", &json!(7)));
    // What comes back without having earned anything changes no link.
    let same = json!({ "grant": made.text("id"), "eligible_cents": 0, "total_cents": 0, "reference": "b" });
    let same = back(&node, &till, &same).json;
    assert_eq!((same.get("withdrawn"), same.get("instead")), (None, None));
    // The sale is known by both; what is claimed by now is held back.
    assert_eq!(take(&node, instead, 2).status, 200);
    assert_eq!(back(&node, &till, &of_grant(&made, 500, "c")).json["deduct_cents"], 5);
    let by_new = json!({ "grant": instead["id"], "eligible_cents": 2000, "reference": "d" });
    let last = back(&node, &till, &by_new).json;
    assert_eq!((&last["deduct_cents"], &last["left"]["total_cents"]), (&json!(20), &json!(0)));
    let all = day(&node);
    assert_eq!((all.baskets, all.baskets_withdrawn, all.cents, all.cents_withdrawn), (2, 1, 6500, 4000));
    assert_eq!((all.granted, all.withdrawn, all.claimed), (65, 40, 25));
}

/// A whole basket of which nothing is claimed leaves nothing to make.
#[test]
fn a_grant_of_goods_that_all_came_back_is_only_withdrawn() {
    let (node, till) = start(RULES);
    let made = basket(&node, &till, 4000);
    let answer = back(&node, &till, &of_grant(&made, 4000, "a")).json;
    assert_eq!((&answer["withdrawn"], answer.get("instead")), (&made.json["id"], None));
    assert_eq!(node.get(&format!("/v1/grants/{}", made.text("id"))).json["state"], "cancelled");
    assert_eq!(day(&node).standing(), Points(0));
    // One that its till withdrew, and one that expired, are nobody's either.
    let (gone, late) = (basket(&node, &till, 1000), basket(&node, &till, 1000));
    assert_eq!(node.delete(&format!("/v1/grants/{}", gone.text("id")), &till).status, 204);
    node.hand.advance(31 * DAY * 1000);
    for made in [gone, late] {
        let answer = back(&node, &till, &of_grant(&made, 400, "a")).json;
        assert_eq!((&answer["deduct_cents"], &answer["pay_cents"]), (&json!(0), &json!(400)));
        assert_eq!((answer.get("withdrawn"), answer.get("instead")), (None, None));
    }
}

/// EARN-6: the campaign is over when the goods come back.
#[test]
fn a_ballot_of_a_campaign_that_is_over_is_not_given_anew() {
    let (node, till) = start(RULES);
    let body = json!({ "eligible_cents": 4000, "reference": "", "expires_in": 60 * DAY });
    let made = node.post("/v1/grants", &till, &body);
    node.hand.advance(31 * DAY * 1000);
    let answer = back(&node, &till, &of_grant(&made, 500, "a")).json;
    assert_eq!((&answer["instead"]["points"], answer["instead"].get("ballot")), (&json!(35), None));
    assert_eq!(take(&node, &answer["instead"], 1).status, 200);
}

/// RETURN-3, RETURN-4, STORE-43.
#[test]
fn points_that_were_paid_go_back_in_the_share_of_the_goods_and_never_more_than_were_paid() {
    let (node, till) = start(PLAIN);
    // 50 euros, 10 of them paid with points, 40 points earned on the rest.
    let payment = paid(&node, &till, 1000, 1);
    let made = basket(&node, &till, 4000);
    assert_eq!(take(&node, &made.json, 2).status, 200);
    let goods = |cents: u64, reference: &str| {
        json!({
            "grant": made.text("id"), "checkout": payment, "sold_cents": 5000, "eligible_cents": cents,
            "reference": reference,
        })
    };
    let first = back(&node, &till, &goods(2500, "a")).json;
    assert_eq!(
        (&first["money_cents"], &first["points_back"], &first["deduct_cents"]),
        (&json!(2000), &json!(500), &json!(20))
    );
    assert_eq!((&first["pay_cents"], &first["back"]["points"]), (&json!(1980), &json!(500)));
    assert_eq!(take(&node, &first["back"], 3).status, 200);
    // A till gives back by hand as well: both together are no more than was paid.
    let by_hand = json!({ "checkout": payment, "points": 200, "reference": "r" });
    assert_eq!(node.post("/v1/refunds", &till, &by_hand).json["left"], 300);
    let last = back(&node, &till, &goods(2500, "b")).json;
    assert_eq!((&last["points_back"], &last["pay_cents"]), (&json!(300), &json!(1980)));
    assert_eq!(node.post("/v1/refunds", &till, &by_hand).json["left"], 0);
    let shown = node.get_as(&format!("/v1/checkouts/{payment}"), &till).json;
    assert_eq!(shown["returned"], 1000);
    assert_eq!(day(&node).points_back, 800);
}

/// RETURN-3: a sale that was paid with points almost alone.
#[test]
fn what_the_money_does_not_cover_is_taken_out_of_the_points_that_go_back() {
    let (node, till) = start(&PLAIN.replace("points = 1\n", "points = 50\n"));
    let payment = paid(&node, &till, 900, 1);
    let made = basket(&node, &till, 100);
    assert_eq!(take(&node, &made.json, 2).status, 200);
    let body = json!({
        "grant": made.text("id"), "checkout": payment, "sold_cents": 1000, "eligible_cents": 500, "reference": "a",
    });
    let answer = back(&node, &till, &body).json;
    // 50 cents and 450 points for the goods; all 50 points of the basket, whose rest is 500 cents less 450 points.
    assert_eq!((&answer["money_cents"], &answer["deduct_cents"]), (&json!(50), &json!(25)));
    assert_eq!(
        (&answer["pay_cents"], &answer["points_back"], answer.get("owed_cents")),
        (&json!(25), &json!(450), None)
    );
    // Alone, a checkout earned nothing, and a grant has no points to go back.
    let alone = paid(&node, &till, 100, 3);
    let body =
        json!({ "checkout": alone, "sold_cents": 100, "total_cents": 40, "eligible_cents": 0, "reference": "a" });
    let answer = back(&node, &till, &body).json;
    assert_eq!((&answer["pay_cents"], &answer["points_back"]), (&json!(0), &json!(40)));
    let rich = basket(&node, &till, 100);
    assert_eq!(take(&node, &rich.json, 4).status, 200);
    give(&node, &PLAIN.replace("points = 1\n", "points = 500\n"));
    let dear = basket(&node, &till, 100);
    assert_eq!(take(&node, &dear.json, 5).status, 200);
    let answer = back(&node, &till, &of_grant(&dear, 50, "a")).json;
    assert_eq!(
        (&answer["pay_cents"], &answer["deduct_cents"], &answer["owed_cents"]),
        (&json!(0), &json!(250), &json!(200))
    );
    assert_eq!(back(&node, &till, &of_grant(&rich, 50, "a")).json["deduct_cents"], 25, "by the rules of its own time");
}

/// RETURN-2.
#[test]
fn a_return_is_made_once_for_each_reference_of_its_sale() {
    let (node, till) = start(PLAIN);
    let (made, other) = (basket(&node, &till, 4000), basket(&node, &till, 4000));
    let first = back(&node, &till, &of_grant(&made, 1000, "a"));
    let again = back(&node, &till, &of_grant(&made, 1000, "a"));
    assert_eq!((first.status, &first.bytes), (201, &again.bytes));
    assert_eq!(back(&node, &till, &of_grant(&made, 500, "a")).problem(), "idempotency-mismatch");
    // Also under a key of a header, which is then used.
    assert_eq!(node.post_once("/v1/returns", &till, "k", &of_grant(&made, 1000, "a")).bytes, first.bytes);
    let other_body = node.post_once("/v1/returns", &till, "k", &of_grant(&other, 1000, "z"));
    assert_eq!(other_body.problem(), "idempotency-mismatch");
    // Another till, another week, another name of the sale.
    let second = node.till("door", &["refund"]);
    wrong(&back(&node, &second, &of_grant(&made, 1000, "a")), "reference");
    let by_new = json!({ "grant": first.json["instead"]["id"], "eligible_cents": 1000, "reference": "a" });
    wrong(&back(&node, &till, &by_new), "reference");
    node.hand.advance(8 * DAY * 1000);
    for reference in ["x", "y"] {
        assert_eq!(back(&node, &till, &of_grant(&other, 1, reference)).status, 201);
    }
    wrong(&back(&node, &till, &of_grant(&made, 1000, "a")), "reference");
    assert_eq!(back(&node, &till, &of_grant(&other, 1000, "a")).status, 201, "another sale's is another");
    assert_eq!(back(&node, &till, &of_grant(&made, 1000, "b")).json["left"]["total_cents"], 2000);
    let keyed = node.post_once("/v1/returns", &till, "l", &of_grant(&made, 100, "c"));
    assert_eq!(keyed.bytes, node.post_once("/v1/returns", &till, "l", &of_grant(&made, 100, "c")).bytes);
    wrong(&back(&node, &till, &of_grant(&made, 1, "")), "reference");
    // No name that a till gave can be read in the database.
    assert_eq!(back(&node, &till, &of_grant(&made, 1, "Madame Planted")).status, 201);
    assert!(!node.stored_bytes().windows(7).any(|bytes| bytes == b"Planted"));
}

/// RETURN-1, BASKET-5.
#[test]
fn a_return_that_can_not_be_changes_nothing() {
    let (node, till) = start(PLAIN);
    let (made, other) = (basket(&node, &till, 4000), basket(&node, &till, 1000));
    let payment = paid(&node, &till, 500, 1);
    let before = node.entries(Table::Detail);
    let ask = |body: Value| back(&node, &till, &body);
    let grant = made.text("id");
    wrong(&ask(json!({ "eligible_cents": 1, "reference": "a" })), "grant");
    wrong(&ask(of_grant(&made, 4001, "a")), "eligible_cents");
    wrong(&ask(json!({ "grant": grant, "total_cents": 1, "eligible_cents": 2, "reference": "a" })), "eligible_cents");
    wrong(&ask(json!({ "checkout": payment, "eligible_cents": 0, "reference": "a" })), "sold_cents");
    wrong(&ask(json!({ "checkout": payment, "sold_cents": 499, "eligible_cents": 0, "reference": "a" })), "sold_cents");
    wrong(&ask(json!({ "grant": grant, "sold_cents": 3999, "eligible_cents": 0, "reference": "a" })), "sold_cents");
    wrong(
        &ask(json!({ "grant": grant, "checkout": payment, "sold_cents": 4499, "eligible_cents": 0, "reference": "a" })),
        "sold_cents",
    );
    let huge = json!({ "grant": grant, "sold_cents": 1_000_000_001_u64, "eligible_cents": 0, "reference": "a" });
    wrong(&ask(huge), "sold_cents");
    let open = checkout(&node, &till, 5);
    wrong(&ask(json!({ "checkout": open, "sold_cents": 5, "eligible_cents": 0, "reference": "a" })), "checkout");
    for nothing in ["AAAAAAAAAAAAAAAAAAAAAA", "no id"] {
        assert_eq!(ask(json!({ "grant": nothing, "eligible_cents": 1, "reference": "a" })).problem(), "not-found");
    }
    // Points that the till reckoned, or that were no basket.
    let (by_hand, _) = http_support::orders::grant(&node, &till, 5);
    wrong(&ask(json!({ "grant": by_hand, "eligible_cents": 1, "reference": "a" })), "grant");
    let door = node.till("door", &["grant", "redeem"]);
    assert_eq!(back(&node, &door, &of_grant(&made, 1, "a")).problem(), "token-scope");
    assert_eq!(node.entries(Table::Detail), before + 2, "but for the details of a checkout and a grant");

    // What is one sale stays one.
    let both =
        json!({ "grant": grant, "checkout": payment, "sold_cents": 5000, "eligible_cents": 1, "reference": "a" });
    assert_eq!(ask(both).status, 201);
    let mixed = json!({ "grant": other.text("id"), "checkout": payment, "sold_cents": 1500, "eligible_cents": 1, "reference": "b" });
    wrong(&ask(mixed), "grant");
    wrong(
        &ask(json!({ "checkout": payment, "sold_cents": 4000, "eligible_cents": 1, "reference": "b" })),
        "sold_cents",
    );
    assert_eq!(ask(json!({ "checkout": payment, "eligible_cents": 1, "reference": "b" })).status, 201);
    assert_eq!(ask(of_grant(&made, 1, "c")).json["left"]["total_cents"], 4997);
    let second = paid(&node, &till, 5, 2);
    assert_eq!(ask(of_grant(&other, 1, "a")).status, 201);
    let late = json!({ "grant": other.text("id"), "checkout": second, "sold_cents": 1005, "eligible_cents": 1, "reference": "b" });
    wrong(&ask(late), "grant");
}

/// EARN-10.
#[test]
fn what_goods_gathered_for_an_association_is_taken_back_with_them() {
    let (node, till) = start(RULES);
    let (claimed, open) = (basket(&node, &till, 20_000), basket(&node, &till, 10_000));
    assert_eq!(take(&node, &claimed.json, 1).status, 200);
    assert_eq!(back(&node, &till, &of_grant(&claimed, 5_000, "a")).status, 201);
    let renewed = back(&node, &till, &of_grant(&open, 4_000, "a"));
    assert_eq!(renewed.status, 201);
    // 150 and 60 cents are left; then the second is withdrawn, and half of the first comes back.
    let id = renewed.json["instead"]["id"].as_str().unwrap().to_owned();
    assert_eq!(node.delete(&format!("/v1/grants/{id}"), &till).status, 204);
    assert_eq!(back(&node, &till, &of_grant(&open, 6_000, "b")).status, 201);
    assert_eq!(back(&node, &till, &of_grant(&claimed, 7_500, "b")).status, 201);
    node.hand.advance(3 * 3600 * 1000);
    tokio::runtime::Runtime::new().unwrap().block_on(pledge_now(&node.shop, &*node.desk)).unwrap();
    assert_eq!(day(&node).pledged, 75);
}

/// RETURN-6.
#[test]
fn a_restored_copy_takes_back_nothing_that_may_have_come_back_before() {
    let (node, till) = start(PLAIN);
    let made = basket(&node, &till, 4000);
    // Of this one something had come back before the copy was made; what came back since, the copy does not know either.
    let known = basket(&node, &till, 4000);
    assert_eq!(back(&node, &till, &of_grant(&known, 100, "before")).status, 201);
    let engine = MemoryEngine::restore(node.snapshot());
    let observer = engine.observer();
    let marked = async {
        let writer = Writer::start(engine, WriterConfig::default()).unwrap();
        writer.submit(|tx| ronde_node::shop::take_mark(tx, NOW)).await.unwrap();
        writer.shutdown().await.unwrap();
    };
    tokio::runtime::Runtime::new().unwrap().block_on(marked);
    let restored = Node::start_from(observer.snapshot());
    give(&restored, PLAIN);
    wrong(&back(&restored, &till, &of_grant(&made, 1000, "a")), "checkout");
    wrong(&back(&restored, &till, &of_grant(&known, 1000, "a")), "checkout");
    restored.hand.advance(1000);
    let later = basket(&restored, &till, 4000);
    assert_eq!(back(&restored, &till, &of_grant(&later, 1000, "a")).status, 201);
}

/// RETURN-7: what comes back had earned nothing, so that more of the rest was paid in money.
#[test]
fn what_takes_the_place_of_a_grant_and_gives_more_is_counted_with_what_it_gives_more() {
    let (node, till) = start(PLAIN);
    node.shop.set_caps(Caps { till: Some(Points(12)), ..Caps::default() });
    let checkout = paid(&node, &till, 1000, 1);
    let made = basket(&node, &till, 100);
    let goods = json!({
        "grant": made.text("id"), "checkout": checkout, "sold_cents": 20_000, "total_cents": 18_900, "eligible_cents": 0,
        "reference": "a",
    });
    let answer = back(&node, &till, &goods).json;
    assert_eq!((&made.json["points"], &answer["points_back"]), (&json!(1), &json!(945)));
    assert_eq!(answer["instead"]["points"], 10);
    assert_eq!(node.shop.room("counter").unwrap().left, Some(Points(2)));
    // What went back is no gift of the till's; that somebody went away with it is counted all the same.
    assert_eq!(take(&node, &answer["back"], 2).status, 200);
    assert_eq!((day(&node).claimed, day(&node).went_back), (0, 945));
}

/// RECEIPT-6.
#[test]
fn the_receipt_of_a_grant_that_is_withdrawn_goes_with_it() {
    let (node, till) = start(PLAIN);
    let body = json!({ "eligible_cents": 4000, "reference": "receipt", "receipt": "1 x Camembert" });
    let made = node.post("/v1/grants", &till, &body);
    assert!(node.entries(Table::Receipt) > 0);
    assert_eq!(back(&node, &till, &of_grant(&made, 1500, "a")).json["withdrawn"], made.json["id"]);
    assert_eq!(node.entries(Table::Receipt), 0);
}

/// A grant of an earlier program has no promise: it is given back in its parts.
#[test]
fn a_grant_without_a_promise_comes_back_in_the_share_of_its_goods() {
    let (node, till) = start(RULES);
    let made = basket(&node, &till, 4050);
    assert_eq!(take(&node, &made.json, 1).status, 200);
    let mut engine = MemoryEngine::restore(node.snapshot());
    let observer = engine.observer();
    let promises = engine.reader().unwrap().scan(Table::Detail, b"q", Some(b"r"), usize::MAX).unwrap();
    assert_eq!(promises.len(), 1);
    let mut transaction = engine.begin().unwrap();
    transaction.delete(Table::Detail, &promises[0].0).unwrap();
    transaction.commit().unwrap();
    let old = Node::start_from(observer.snapshot());
    // 40 points of 4050 cents: 20 of the half, and the coffee came with all of it.
    let first = back(&old, &till, &of_grant(&made, 2025, "a")).json;
    assert_eq!(first["deduct_cents"], 20 + 3);
    assert_eq!(back(&old, &till, &of_grant(&made, 2025, "b")).json["deduct_cents"], 20);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    /// BASKET-8, RETURN-5: through the whole node. A point is worth a cent.
    #[test]
    fn nobody_gains_by_buying_claiming_and_returning(
        total in 100_u64..9_000,
        paid_share in 0_u64..=1000,
        pieces in prop::collection::vec((0_u64..=1000, any::<bool>()), 0..4),
    ) {
        let (node, till) = start(&RULES.replace("points = 1\n", "points = 7\n"));
        let points_paid = (total * paid_share / 1000).min(1000);
        let payment = (points_paid > 0).then(|| paid(&node, &till, points_paid, 1));
        let money = total - points_paid;
        // Below 15 cents there is nothing to earn.
        prop_assume!(money >= 15);
        let mut earned = basket(&node, &till, money).json;
        let (id, mut held, mut got, mut gave) = (earned["id"].clone(), 0, 0, total);
        let worth = |made: &Value| {
            let vouchers = made["vouchers"].as_array().unwrap().iter().map(|each| each["count"].as_u64().unwrap() * 3);
            made["points"].as_u64().unwrap() + vouchers.sum::<u64>()
        };
        let (mut left, mut salt, mut is_claimed) = (total, 2, false);
        for (at, (part, claims)) in pieces.into_iter().chain([(1000, true)]).enumerate() {
            if claims && !is_claimed && !earned.is_null() {
                prop_assert_eq!(take(&node, &earned, salt).status, 200);
                (held, is_claimed) = (worth(&earned), true);
            }
            let cents = left * part / 1000;
            let body = json!({
                "grant": id, "checkout": payment, "sold_cents": total, "eligible_cents": cents,
                "reference": at.to_string(),
            });
            let answer = back(&node, &till, &body);
            prop_assert_eq!(answer.status, 201, "{:?}", answer);
            let number = |name: &str| answer.json.get(name).and_then(Value::as_u64).unwrap_or(0);
            got += number("pay_cents");
            gave += number("owed_cents");
            if let Some(points_back) = answer.json.get("back") {
                salt += 1;
                prop_assert_eq!(take(&node, points_back, salt).status, 200);
                got += points_back["points"].as_u64().unwrap();
            }
            if answer.json.get("withdrawn").is_some() {
                earned = answer.json.get("instead").cloned().unwrap_or(Value::Null);
            }
            salt += 1;
            left -= cents;
            prop_assert_eq!(&answer.json["left"]["total_cents"], left);
        }
        prop_assert_eq!(left, 0);
        prop_assert!(got + held <= gave, "{got} and {held} for {gave}");
    }
}
