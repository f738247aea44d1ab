//! Baskets over HTTP: one link for paying with points and earning on the rest.

use crate::http_support;

use std::path::Path;

use http_support::federation_support::DAY;
use http_support::orders::{claim, from_base64, pay, points, to_base64};
use http_support::{BASE, NOW, Node, Reply, STORE};
use proptest::prelude::*;
use ronde_node::config::Config;
use ronde_node::earning::Rules;
use ronde_node::shop::{Caps, Outcome, Share, Totals};
use ronde_node::store::{Engine as _, MemoryEngine, Snapshot};
use ronde_protocol::message::amount::Points;
use ronde_protocol::message::class::Kind;
use ronde_protocol::message::ids::AssociationId;
use ronde_protocol::message::offer::{Offer, SignedOffer};
use serde_json::{Value, json};

const RULES: &str = "store = 1\n[earn]\npoints = 1\ncents = 100\nzone = \"Europe/Paris\"\nballot = 1\n\
                     [[earn.bonus]]\nname = \"New year\"\npercent = 200\nfirst = 2026-01-01\nlast = 2026-01-01\n\
                     [pledge]\nassociation = 1\nper_mille = 10\n";

fn rules() -> Rules {
    Config::parse(Path::new("ronde.toml"), RULES, []).unwrap().rules
}

fn start_from(snapshot: Snapshot) -> Node {
    let node = Node::start_from(snapshot);
    node.shop.set_rules(rules());
    node
}

fn start() -> (Node, String) {
    let node = start_from(Snapshot::default());
    let till = node.till("counter", &["grant", "redeem", "manager"]);
    (node, till)
}

/// Of 42.10 euros 40.00 earn points; up to 500 points pay.
fn body(more: &Value) -> Value {
    let mut body = json!({
        "total_cents": 4210, "eligible_cents": 4000, "max_points": 500, "step": 10, "reference": "receipt 1",
    });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

/// A basket that was rung up.
struct Basket {
    made: Reply,
    id: String,
    secret: String,
}

impl Basket {
    fn new(node: &Node, till: &str, more: &Value) -> Self {
        let made = node.post("/v1/baskets", till, &body(more));
        assert_eq!(made.status, 201, "{made:?}");
        let (id, url) = (made.text("id"), made.text("url"));
        let secret = url.strip_prefix(&format!("{BASE}/b/{id}#")).unwrap().to_owned();
        Self { made, id, secret }
    }

    fn path(&self, rest: &str) -> String {
        format!("/v1/baskets/{}{rest}", self.id)
    }

    fn look(&self, node: &Node) -> Value {
        let looked = node.get(&self.path("/offer"));
        assert_eq!(looked.status, 200, "{looked:?}");
        looked.json
    }

    fn offer(&self, node: &Node) -> Offer {
        let signed: SignedOffer = from_base64(&self.look(node)["offer"]);
        *signed.verify(node.desk.federation.charter.node_key(STORE).unwrap()).unwrap().get()
    }

    fn shown(&self, node: &Node, till: &str) -> Value {
        let shown = node.get_as(&self.path(""), till);
        assert_eq!(shown.status, 200, "{shown:?}");
        shown.json
    }

    fn complete(&self, node: &Node, till: &str) -> Reply {
        node.post(&self.path("/complete"), till, &json!({}))
    }

    fn with_secret(&self, node: &Node, call: &str) -> Reply {
        node.post_open(&self.path(call), &json!({ "secret": self.secret }))
    }

    fn claim(&self, node: &Node, kinds: &[Kind]) -> Reply {
        node.post_open(&format!("/v1/grants/{}/claim", self.id), &claim(&self.secret, kinds, 7))
    }
}

fn ballot() -> Kind {
    Kind::Ballot { campaign: ronde_protocol::message::ids::CampaignId(1) }
}

fn day(node: &Node) -> Totals {
    node.shop.totals(None, &(NOW..NOW + DAY)).unwrap()
}

/// BASKET-1, BASKET-2, BASKET-9.
#[test]
fn a_basket_is_paid_in_part_completed_and_its_points_are_claimed_with_its_own_link() {
    let (node, till) = start();
    let basket = Basket::new(&node, &till, &json!({ "return_url": "https://webshop.example/thanks?order=7" }));
    let id = &basket.id;
    let expected = json!({
        "id": id, "code": basket.made.json["code"], "url": basket.made.json["url"], "state": "open",
        "qr_svg": ronde_node::qr::svg(&basket.made.text("url")).unwrap(), "expires_at": "2026-01-01T00:05:00Z",
        "total_cents": 4210, "eligible_cents": 4000, "max_points": 500, "pay_cents": 4210, "bonus": "New year",
        "earns": { "points": 80, "ballot": 1, "vouchers": [] }, "payment": { "state": "open", "points": 0, "votes": 0 },
    });
    assert_eq!(basket.made.json, expected);
    let looked = basket.look(&node);
    assert_eq!(
        (&looked["state"], &looked["payment"], &looked["store"]),
        (&json!("open"), &json!("presented"), &json!(1))
    );
    assert_eq!(looked["point_value"], json!({ "cents": 1, "points": 1 }));
    assert_eq!(looked["rate"], json!({ "hundredths": 200, "cents": 100, "most": 1000 }));
    assert_eq!(looked["return_url"], "https://webshop.example/thanks?order=7");
    let terms = basket.offer(&node);
    assert_eq!((terms.max.0, terms.step.0, terms.expiry), (500, 10, NOW + 300));

    assert_eq!(node.post_open("/v1/orders", &pay(&terms, 150, 1).body()).status, 200);
    let settled = basket.shown(&node, &till);
    assert_eq!(
        (&settled["state"], &settled["points"], &settled["pay_cents"]),
        (&json!("settled"), &json!(150), &json!(4060))
    );
    assert_eq!(
        (&settled["earns"]["points"], settled.get("grant")),
        (&json!(77), None),
        "2 points for each euro of 38.50"
    );
    assert_eq!(basket.claim(&node, &[points(64)]).problem(), "not-found", "nothing before the till has its money");
    assert_eq!(node.delete(&basket.path(""), &till).problem(), "basket-settled");

    let complete = basket.complete(&node, &till);
    assert_eq!((complete.status, &complete.json["state"]), (200, &json!("complete")));
    assert_eq!(complete.json["grant"]["id"], json!(id));
    assert_eq!(basket.complete(&node, &till).json, complete.json, "as often as one likes");
    let looked = basket.look(&node);
    assert_eq!((&looked["grant"]["points"], &looked["grant"]["ballot"]), (&json!(77), &json!(1)));
    assert_eq!(looked.get("offer"), None);
    let kinds = [points(64), points(8), points(4), points(1), ballot()];
    assert_eq!(basket.claim(&node, &kinds).status, 200);
    assert_eq!(basket.shown(&node, &till)["grant"]["state"], "claimed");
    // What it is counted as.
    let expected = Totals {
        baskets: 1,
        cents: 3850,
        granted: 77,
        claims: 1,
        claimed: 77,
        checkouts: 1,
        redeemed: 150,
        ..Totals::default()
    };
    assert_eq!(day(&node), expected);
    let detail = node.shop.grant_detail(id.parse().unwrap()).unwrap().unwrap();
    assert_eq!((detail.till.as_str(), detail.eligible_cents), ("counter", Some(3850)));
    assert_eq!(detail.share, Some(Share { association: AssociationId(1), thousandths: 38_500 }));
    assert_eq!(basket.shown(&start_from(node.snapshot()), &till)["grant"]["state"], "claimed", "after a restart");
}

/// RETURN-1, BASKET-8: the basket knows what it came to and what was promised for it, by whichever name it is called.
#[test]
fn goods_of_a_basket_come_back_by_its_own_sums_and_its_points_once() {
    let (node, _) = start();
    let till = node.till("desk", &["grant", "redeem", "refund"]);
    let take_back = |named: Value, cents: u64, reference: &str| {
        let mut body = json!({ "total_cents": cents, "eligible_cents": cents, "reference": reference });
        body.as_object_mut().unwrap().extend(named.as_object().unwrap().clone());
        node.post("/v1/returns", &till, &body)
    };
    let basket = Basket::new(&node, &till, &json!({}));
    let id = basket.id.clone();
    assert_eq!(take_back(json!({ "grant": id }), 100, "early").json["field"], "grant", "it is not complete");
    assert_eq!(node.post_open("/v1/orders", &pay(&basket.offer(&node), 150, 1).body()).status, 200);
    assert_eq!(basket.complete(&node, &till).status, 200);
    assert_eq!(basket.claim(&node, &[points(64), points(8), points(4), points(1), ballot()]).status, 200);

    let wrong = take_back(json!({ "grant": id, "sold_cents": 4200 }), 100, "wrong");
    assert_eq!(wrong.json["field"], "sold_cents", "{wrong:?}");
    let other = Basket::new(&node, &till, &json!({}));
    assert_eq!(take_back(json!({ "grant": id, "checkout": other.id }), 100, "other").json["field"], "grant");
    let first = take_back(json!({ "checkout": id }), 2000, "first");
    assert_eq!(first.status, 201, "{first:?}");
    let rest = take_back(json!({ "grant": id, "checkout": id }), 2000, "rest");
    assert_eq!(rest.status, 201, "{rest:?}");
    let sum = |member: &str| first.json[member].as_u64().unwrap() + rest.json[member].as_u64().unwrap();
    assert_eq!(rest.json["left"], json!({ "total_cents": 210, "eligible_cents": 0 }));
    // All that earned is back, and so is all that it had earned: 77 points at a cent each.
    assert_eq!(sum("deduct_cents"), 77);
    let points_back = sum("points_back");
    assert!((140..=150).contains(&points_back), "{points_back} of 150, in the share of 40.00 of 42.10 euros");
    assert_eq!(sum("money_cents") + points_back, 4000);
    let refund = json!({ "checkout": id, "points": 151 - points_back, "reference": "too much" });
    assert_eq!(node.post("/v1/refunds", &till, &refund).json["left"], 150 - points_back);
}

/// HTTP-35.
#[test]
fn a_customer_who_holds_the_link_may_decline_and_earns_on_all() {
    let (node, till) = start();
    let basket = Basket::new(&node, &till, &json!({}));
    let wrong = json!({ "secret": "A".repeat(43) });
    for call in ["/decline", "/received"] {
        assert_eq!(node.post_open(&basket.path(call), &wrong).problem(), "not-found", "{call}");
    }
    let declined = basket.with_secret(&node, "/decline");
    assert_eq!(
        (declined.status, &declined.json["state"], &declined.json["points"]),
        (200, &json!("settled"), &json!(0))
    );
    assert_eq!((&declined.json["payment"], declined.json.get("offer")), (&json!("cancelled"), None));
    assert_eq!(basket.with_secret(&node, "/decline").status, 200);
    let complete = basket.complete(&node, &till).json;
    assert_eq!((&complete["earns"]["points"], &complete["pay_cents"]), (&json!(80), &json!(4210)));

    let cancelled = Basket::new(&node, &till, &json!({}));
    for _ in 0..2 {
        assert_eq!(node.delete(&cancelled.path(""), &till).status, 204);
    }
    assert_eq!(cancelled.with_secret(&node, "/decline").problem(), "checkout-cancelled");
    assert_eq!(cancelled.complete(&node, &till).problem(), "checkout-cancelled");
    assert_eq!(cancelled.look(&node)["state"], "cancelled");
    let late = Basket::new(&node, &till, &json!({ "expires_in": 1 }));
    node.hand.advance(1000);
    assert_eq!(late.with_secret(&node, "/decline").problem(), "checkout-expired");
    assert_eq!(late.shown(&node, &till)["state"], "expired");
    assert_eq!(node.delete(&late.path(""), &till).status, 204);
    assert_eq!(late.complete(&node, &till).json["state"], "complete", "the money is in the drawer");
    assert_eq!(node.delete(&late.path(""), &till).problem(), "basket-settled");
}

#[test]
fn a_basket_may_be_complete_as_soon_as_the_customer_has_chosen() {
    let (node, till) = start();
    let at_once = json!({ "at_once": true });
    let paid = Basket::new(&node, &till, &at_once);
    let payment = pay(&paid.offer(&node), 500, 1);
    node.desk.answer_next(Ok(Outcome::Pending { votes: 1 }));
    assert_eq!(node.post_open("/v1/orders", &payment.body()).status, 202);
    for refused in
        [paid.complete(&node, &till), paid.with_secret(&node, "/decline"), node.delete(&paid.path(""), &till)]
    {
        assert_eq!(refused.problem(), "checkout-taken");
    }
    let looked = paid.look(&node);
    assert_eq!((&looked["state"], &looked["payment"], looked.get("offer")), (&json!("open"), &json!("pending"), None));
    assert_eq!(node.post_open("/v1/orders", &payment.body()).status, 200);
    let looked = paid.look(&node);
    assert_eq!((&looked["state"], &looked["grant"]["points"]), (&json!("complete"), &json!(70)));

    let declined = Basket::new(&node, &till, &at_once);
    assert_eq!(declined.with_secret(&node, "/decline").json["state"], "complete");
    // Nothing to choose: less than a step can be paid.
    let none = Basket::new(&node, &till, &json!({ "at_once": true, "max_points": 9 }));
    assert_eq!((&none.made.json["state"], &none.made.json["max_points"]), (&json!("complete"), &json!(0)));
    assert_eq!((none.made.json.get("payment"), &none.look(&node)["grant"]["points"]), (None, &json!(80)));
    let settled = Basket::new(&node, &till, &json!({ "max_points": 0 }));
    assert_eq!(settled.made.json["state"], "settled");
    assert_eq!(settled.with_secret(&node, "/decline").json["state"], "settled");
    // One that earns nothing is no error.
    let small = Basket::new(&node, &till, &json!({ "at_once": true, "max_points": 0, "eligible_cents": 49 }));
    assert_eq!((&small.made.json["state"], small.look(&node).get("grant")), (&json!("complete"), None));
}

#[test]
fn a_payment_through_another_store_settles_the_basket_and_a_late_one_is_owed_back() {
    let (node, till) = start();
    let (early, late) = (Basket::new(&node, &till, &json!({})), Basket::new(&node, &till, &json!({})));
    let hand_in = |basket: &Basket, signed: &http_support::orders::Signed| {
        let certificate = to_base64(&node.desk.federation.certify(&signed.order));
        let body = json!({ "order": to_base64(&signed.order), "certificate": certificate });
        assert_eq!(node.post_open(&format!("/v1/checkouts/{}/certificate", basket.id), &body).status, 200);
    };
    let (first, second) = (pay(&early.offer(&node), 20, 1), pay(&late.offer(&node), 30, 2));
    hand_in(&early, &first);
    assert_eq!(early.shown(&node, &till)["points"], 20);
    assert_eq!(late.complete(&node, &till).json["points"], 0);
    hand_in(&late, &second);
    let shown = late.shown(&node, &till);
    assert_eq!((&shown["state"], &shown["points"], &shown["pay_cents"]), (&json!("complete"), &json!(0), &json!(4210)));
    assert_eq!(
        (&shown["payment"]["state"], &shown["payment"]["refunds"][0]["points"]),
        (&json!("accepted_late"), &json!(30))
    );
}

/// A payment of a checkout that was withdrawn or refused before it came keeps nobody from having what the basket earns.
#[test]
fn a_payment_that_comes_late_to_an_open_basket_ends_its_time_and_the_till_completes_it() {
    let (node, till) = start();
    let basket = Basket::new(&node, &till, &json!({}));
    let payment = pay(&basket.offer(&node), 30, 1);
    assert_eq!(node.delete(&format!("/v1/checkouts/{}", basket.id), &till).status, 204);
    let certificate = to_base64(&node.desk.federation.certify(&payment.order));
    let body = json!({ "order": to_base64(&payment.order), "certificate": certificate });
    assert_eq!(node.post_open(&format!("/v1/checkouts/{}/certificate", basket.id), &body).status, 200);
    let shown = basket.shown(&node, &till);
    assert_eq!((&shown["state"], &shown["payment"]["state"]), (&json!("expired"), &json!("accepted_late")));
    let done = basket.complete(&node, &till);
    assert_eq!((done.status, &done.json["state"], &done.json["pay_cents"]), (200, &json!("complete"), &json!(4210)));
    assert_eq!(basket.look(&node)["grant"]["state"], "open");
}

#[test]
fn what_can_be_no_basket_is_refused_with_the_field() {
    let (node, till) = start();
    let cases = [
        (json!({ "total_cents": 1_000_000_001_u64 }), "total_cents"),
        (json!({ "eligible_cents": 4211 }), "eligible_cents"),
        (json!({ "step": 0 }), "step"),
        (json!({ "expires_in": 86_401 }), "expires_in"),
        (json!({ "reference": "r".repeat(201) }), "reference"),
        (json!({ "ballot": 2 }), "ballot"),
        (json!({ "ballot": 1, "eligible_cents": 0 }), "ballot"),
        (json!({ "vouchers": [{ "offer": 9, "count": 1 }] }), "vouchers"),
        (json!({ "vouchers": [{ "offer": 1, "count": 129 }] }), "vouchers"),
        (json!({ "receipt": "" }), "receipt"),
        (json!({ "receipt": "a\u{0}b" }), "receipt"),
        (json!({ "receipt": "x".repeat(16_385) }), "receipt"),
        (json!({ "return_url": "http://webshop.example/" }), "return_url"),
        (json!({ "return_url": "https://user@webshop.example/" }), "return_url"),
        (json!({ "return_url": "https://webshop.example/#top" }), "return_url"),
        (json!({ "return_url": "https:///path" }), "return_url"),
        (json!({ "return_url": "javascript:alert(1)" }), "return_url"),
        (json!({ "return_url": format!("https://webshop.example/{}", "x".repeat(2000)) }), "return_url"),
    ];
    for (more, field) in cases {
        let refused = node.post("/v1/baskets", &till, &body(&more));
        assert_eq!((refused.problem(), &refused.json["field"]), ("request-invalid", &json!(field)), "{more}");
    }
    let large =
        node.post("/v1/baskets", &till, &body(&json!({ "total_cents": 60_000_000, "eligible_cents": 60_000_000 })));
    assert_eq!((large.problem(), &large.json["retryable"]), ("limit-exceeded", &json!(false)));
    assert_eq!(day(&node), Totals::default());
    // A store without rules takes points, and gives none.
    let plain = Node::start();
    let other = plain.till("counter", &["grant", "redeem"]);
    let refused = plain.post("/v1/baskets", &other, &body(&json!({})));
    assert_eq!((refused.problem(), &refused.json["field"]), ("request-invalid", &json!("eligible_cents")));
    let made = Basket::new(&plain, &other, &json!({ "eligible_cents": 0 }));
    assert_eq!((made.look(&plain).get("rate"), &made.made.json["earns"]["points"]), (None, &json!(0)));
    for scopes in [["grant"], ["redeem"]] {
        let half = node.till(scopes[0], &scopes);
        assert_eq!(node.post("/v1/baskets", &half, &body(&json!({}))).problem(), "token-scope");
        assert_eq!(node.get_as(&format!("/v1/baskets/{}", made.id), &half).problem(), "token-scope");
    }
    assert_eq!(node.get(&format!("/v1/baskets/{}/offer", made.id)).problem(), "not-found", "another store's");
}

/// HTTP-11.
#[test]
fn the_same_basket_under_a_key_is_rung_up_once() {
    let (node, till) = start();
    let asked = body(&json!({ "receipt": "2 croissants" }));
    let first = node.post_once("/v1/baskets", &till, "k", &asked);
    assert_eq!(node.post_once("/v1/baskets", &till, "k", &asked).bytes, first.bytes);
    assert_eq!(node.entries(ronde_node::store::Table::Basket), 1);
    assert_eq!(node.post_once("/v1/baskets", &till, "k", &body(&json!({}))).problem(), "idempotency-mismatch");
}

/// BASKET-11, TILL-3.
#[test]
fn a_basket_counts_for_caps_from_when_it_is_rung_up_and_less_once_it_earns_less() {
    let (node, till) = start();
    node.shop.set_caps(Caps { grant: None, till: Some(Points(150)), store: None, goodwill: None });
    let ring_up = |more: &Value| node.post("/v1/baskets", &till, &body(more));
    let given = || node.get_as("/v1/tills", &node.admin).json["tills"][0]["given_today"].clone();
    let first = Basket::new(&node, &till, &json!({}));
    assert_eq!(given(), 80);
    let refused = ring_up(&json!({}));
    assert_eq!(
        (refused.problem(), &refused.json["cap"], &refused.json["left"]),
        ("limit-exceeded", &json!("till"), &json!(70))
    );
    assert_eq!(node.post_open("/v1/orders", &pay(&first.offer(&node), 500, 1).body()).status, 200);
    assert_eq!(first.complete(&node, &till).json["earns"]["points"], 70);
    assert_eq!(given(), 70);
    let second = Basket::new(&node, &till, &json!({}));
    assert_eq!(given(), 150);
    assert_eq!(node.delete(&second.path(""), &till).status, 204);
    assert_eq!(given(), 70);
    // One that expired counts no more, and is asked about again.
    let late = Basket::new(&node, &till, &json!({ "expires_in": 1 }));
    node.hand.advance(1000);
    assert_eq!(late.shown(&node, &till)["state"], "expired");
    assert_eq!(given(), 70);
    let third = Basket::new(&node, &till, &json!({}));
    assert_eq!(late.complete(&node, &till).problem(), "limit-exceeded");
    // A cap that was lowered since takes nothing from who has bought already.
    node.shop.set_caps(Caps { grant: Some(Points(1)), till: Some(Points(1)), store: None, goodwill: None });
    assert_eq!(third.complete(&node, &till).json["earns"]["points"], 80);
    assert_eq!(given(), 150);
    assert_eq!(node.delete(&format!("/v1/grants/{}", third.id), &till).status, 204);
    assert_eq!(given(), 70);
}

/// BASKET-10, EARN-7.
#[test]
fn vouchers_that_the_charter_has_no_room_for_any_more_are_left_out_at_the_end() {
    let (node, till) = start();
    let asked = json!({ "vouchers": [{ "offer": 1, "count": 100 }], "eligible_cents": 1000 });
    let (first, second) = (Basket::new(&node, &till, &asked), Basket::new(&node, &till, &asked));
    assert_eq!(first.made.json["earns"]["vouchers"], json!([{ "offer": 1, "count": 100 }]));
    for _ in 0..9 {
        let vouchers = json!({ "points": 1, "reference": "r", "vouchers": [{ "offer": 1, "count": 100 }] });
        assert_eq!(node.post("/v1/grants", &till, &vouchers).status, 201);
    }
    assert_eq!(first.complete(&node, &till).json["earns"]["vouchers"], json!([{ "offer": 1, "count": 100 }]));
    let complete = second.complete(&node, &till).json;
    assert_eq!((&complete["earns"]["vouchers"], &complete["earns"]["points"]), (&json!([]), &json!(20)));
    assert_eq!(second.look(&node)["grant"]["vouchers"], json!([]));
    // The campaign is over after a month.
    node.hand.advance(2 * DAY * 1000);
    let old = Basket::new(&node, &till, &json!({ "max_points": 0 }));
    assert_eq!(old.made.json["earns"]["ballot"], 1);
    node.hand.advance(29 * DAY * 1000);
    assert_eq!(old.complete(&node, &till).json["earns"], json!({ "points": 40, "vouchers": [] }));
}

/// BASKET-13, BASKET-14.
#[test]
fn a_till_has_a_month_to_complete_a_basket_and_a_clock_that_was_ahead_ends_none() {
    let (node, till) = start();
    let settled = Basket::new(&node, &till, &json!({}));
    assert_eq!(settled.with_secret(&node, "/decline").status, 200);
    let complete = Basket::new(&node, &till, &json!({}));
    assert_eq!(complete.complete(&node, &till).status, 200);
    let cancelled = Basket::new(&node, &till, &json!({}));
    assert_eq!(node.delete(&cancelled.path(""), &till).status, 204);
    let unscanned = Basket::new(&node, &till, &json!({}));
    node.hand.set((NOW + 30 * DAY - 1) * 1000);
    assert_eq!(settled.look(&node)["state"], "settled");
    node.hand.set((NOW + 30 * DAY) * 1000);
    for basket in [&settled, &unscanned] {
        assert_eq!(basket.complete(&node, &till).problem(), "checkout-expired");
        assert_eq!(node.get(&basket.path("/offer")).problem(), "not-found");
        assert_eq!(basket.with_secret(&node, "/decline").problem(), "not-found");
    }
    assert_eq!(settled.shown(&node, &till)["state"], "settled", "its till is told how it stands");
    // What is over is shown as ever.
    assert_eq!(complete.complete(&node, &till).status, 200);
    assert_eq!(
        (&complete.look(&node)["state"], &cancelled.look(&node)["state"]),
        (&json!("complete"), &json!("cancelled"))
    );
    assert_eq!(cancelled.complete(&node, &till).problem(), "checkout-cancelled");
    // The clock was wrong.
    node.hand.set((NOW + 5) * 1000);
    assert_eq!(settled.look(&node)["state"], "settled");
    assert_eq!(settled.complete(&node, &till).status, 200);
}

/// BASKET-12, RECEIPT-6.
#[test]
fn a_restored_copy_gives_nothing_for_baskets_that_may_have_been_complete() {
    let (node, till) = start();
    let basket = Basket::new(&node, &till, &json!({ "receipt": "2 croissants" }));
    let copy = node.snapshot();
    assert_eq!(basket.complete(&node, &till).json["grant"]["state"], "open");
    let mut engine = MemoryEngine::restore(copy);
    let mut transaction = engine.begin().unwrap();
    ronde_node::shop::take_mark(&mut *transaction, NOW).unwrap();
    transaction.commit().unwrap();
    let restored = start_from(engine.observer().snapshot());
    assert_eq!(restored.entries(ronde_node::store::Table::Receipt), 0);
    let complete = basket.complete(&restored, &till);
    assert_eq!((complete.status, &complete.json["grant"]["state"]), (200, &json!("cancelled")));
    assert_eq!(basket.claim(&restored, &[points(64), points(16), ballot()]).problem(), "grant-expired");
    assert_eq!(day(&restored), Totals::default());
    restored.hand.advance(1000);
    let later = Basket::new(&restored, &till, &json!({}));
    assert_eq!(later.complete(&restored, &till).json["grant"]["state"], "open");
}

/// HTTP-33, HTTP-34.
#[test]
fn tills_and_wallets_wait_for_what_the_other_does() {
    let (node, till) = start();
    let basket = Basket::new(&node, &till, &json!({}));
    let [open, presented] =
        ["open", "presented"].map(|seen| basket.path(&format!("?wait=60&state=open&payment={seen}")));
    let settled = basket.path("/offer?wait=60&state=settled");
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| node.get_as(&open, &till).json);
        let terms = basket.offer(&node);
        assert_eq!(waiting.join().unwrap()["payment"]["state"], "presented");
        let waiting = scope.spawn(|| node.get_as(&presented, &till).json);
        assert_eq!(node.post_open("/v1/orders", &pay(&terms, 10, 1).body()).status, 200);
        let seen = waiting.join().unwrap();
        assert!(["pending", "accepted"].contains(&seen["payment"]["state"].as_str().unwrap()), "{seen}");
        let waiting = scope.spawn(|| node.get(&settled).json);
        assert_eq!(basket.complete(&node, &till).status, 200);
        assert_eq!(waiting.join().unwrap()["state"], "complete");
    });
    // What is over is said at once.
    assert_eq!(node.get(&basket.path("/offer?wait=60&state=complete")).json["state"], "complete");
    assert_eq!(node.get_as(&basket.path("?wait=60&state=complete"), &till).json["state"], "complete");
    assert_eq!(node.get(&basket.path("/offer?wait=61")).json["field"], "wait");
    assert_eq!(node.get_as(&basket.path("?wait=61"), &till).json["field"], "wait");

    let crowded = Basket::new(&node, &till, &json!({}));
    let wait = crowded.path("/offer?wait=60&state=open");
    std::thread::scope(|scope| {
        let waiting: Vec<_> = (0..5).map(|_| scope.spawn(|| node.get(&wait).json["state"].clone())).collect();
        // One of five has no place; the others hear of the end.
        while !waiting.iter().any(std::thread::ScopedJoinHandle::is_finished) {
            std::thread::yield_now();
        }
        assert_eq!(node.delete(&crowded.path(""), &till).status, 204);
        let mut states: Vec<Value> = waiting.into_iter().map(|waiting| waiting.join().unwrap()).collect();
        states.sort_by_key(Value::to_string);
        assert_eq!(states, ["cancelled", "cancelled", "cancelled", "cancelled", "open"]);
    });
}

/// What can happen to a basket at the counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Op {
    Pay,
    Decline,
    Complete,
    Cancel,
    TimeOver,
}

/// What the table of chapter 32 says, and with which problem it refuses; `paid` is whether the checkout was paid.
fn expected(state: &'static str, paid: bool, at_once: bool, op: Op) -> Result<&'static str, &'static str> {
    let settled = if at_once { "complete" } else { "settled" };
    match (state, op) {
        ("open", Op::Pay | Op::Decline) => Ok(settled),
        ("open" | "settled" | "complete" | "expired", Op::Complete) => Ok("complete"),
        ("open", Op::Cancel) => Ok("cancelled"),
        ("open", Op::TimeOver) => Ok("expired"),
        ("settled" | "complete", Op::Cancel) => Err("basket-settled"),
        ("cancelled", Op::Decline | Op::Complete) => Err("checkout-cancelled"),
        ("expired", Op::Decline) => Err("checkout-expired"),
        (_, Op::Pay) if paid => Err("checkout-taken"),
        ("expired", Op::Pay) => Err("checkout-expired"),
        (_, Op::Pay) => Err("checkout-cancelled"),
        (same, _) => Ok(same),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// BASKET-1, BASKET-4, BASKET-9: every way through a basket goes as the table says, and gives one grant at its end.
    #[test]
    fn a_basket_goes_every_way_as_the_table_says(
        ops in prop::collection::vec(
            prop::sample::select(vec![Op::Pay, Op::Decline, Op::Complete, Op::Cancel, Op::TimeOver]), 1..8
        ),
        at_once in any::<bool>(),
    ) {
        let (node, till) = start();
        let basket = Basket::new(&node, &till, &json!({ "at_once": at_once }));
        let terms = basket.offer(&node);
        let (mut state, mut paid, mut was_expired) = ("open", false, false);
        for (salt, op) in (1..).zip(ops) {
            let reply = match op {
                Op::Pay => node.post_open("/v1/orders", &pay(&terms, 100, salt).body()),
                Op::Decline => basket.with_secret(&node, "/decline"),
                Op::Complete => basket.complete(&node, &till),
                Op::Cancel => node.delete(&basket.path(""), &till),
                Op::TimeOver => {
                    node.hand.advance(300_000);
                    node.get(&basket.path("/offer"))
                }
            };
            // A checkout that was withdrawn is not expired later.
            let wanted = match expected(state, paid, at_once, op) {
                Err("checkout-cancelled") if was_expired && op == Op::Pay => Err("checkout-expired"),
                other => other,
            };
            match wanted {
                Ok(next) => {
                    prop_assert!(reply.status < 300, "{op:?} of {state}: {reply:?}");
                    paid |= op == Op::Pay && state == "open";
                    state = next;
                    was_expired |= next == "expired";
                }
                Err(code) => prop_assert_eq!(reply.problem(), code, "{:?} of {}", op, state),
            }
            let shown = basket.shown(&node, &till);
            prop_assert_eq!(&shown["state"], state);
            let points = if paid { 78 } else { 80 };
            let is_complete = state == "complete";
            prop_assert_eq!(shown.get("grant").is_some(), is_complete);
            let totals = node.shop.totals(None, &(NOW..NOW + DAY)).unwrap();
            prop_assert_eq!((totals.baskets, totals.granted), if is_complete { (1, points) } else { (0, 0) });
            let decided = is_complete || state == "settled";
            prop_assert_eq!(shown.get("points").cloned(), decided.then(|| json!(if paid { 100 } else { 0 })));
        }
    }
}
