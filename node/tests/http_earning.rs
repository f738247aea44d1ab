//! Baskets over HTTP: what they earn, what is kept of them, what they give to an association.

use crate::http_support;

use std::path::Path;

use http_support::federation_support::{CAMPAIGN, DAY};
use http_support::orders::{claim, from_base64, pay, points};
use http_support::{NOW, Node};
use ronde_node::config::Config;
use ronde_node::earning::Period;
use ronde_node::routine::{RulesFile, pledge_now};
use ronde_node::shop::{Caps, Outcome, Share, Totals};
use ronde_node::store::{Engine as _, MemoryEngine, Table};
use ronde_protocol::message::amount::Points;
use ronde_protocol::message::class::Kind;
use ronde_protocol::message::ids::AssociationId;
use ronde_protocol::message::offer::SignedOffer;
use ronde_protocol::message::order::{Order, Purpose};
use ronde_protocol::message::refusal::{Refusal, Rule};
use serde_json::{Value, json};

const RULES: &str = "store = 1\n[earn]\npoints = 1\ncents = 100\nzone = \"Europe/Paris\"\nballot = 1\n\
                     [[earn.bonus]]\nname = \"New year\"\npercent = 200\nfirst = 2026-01-01\nlast = 2026-01-01\n\
                     [[earn.voucher]]\nname = \"Coffee\"\noffer = 1\nmin_cents = 2000\n\
                     [[earn.voucher]]\nname = \"Not ours\"\noffer = 9\n\
                     [pledge]\nassociation = 1\nper_mille = 10\n";

fn give(node: &Node, rules: &str) {
    node.shop.set_rules(Config::parse(Path::new("ronde.toml"), rules, []).unwrap().rules);
}

fn start() -> (Node, String) {
    let node = Node::start();
    give(&node, RULES);
    let till = node.till("counter", &["grant", "redeem", "manager"]);
    (node, till)
}

fn basket(node: &Node, till: &str, cents: u64) -> http_support::Reply {
    let made = node.post("/v1/grants", till, &json!({ "eligible_cents": cents, "reference": "receipt" }));
    assert_eq!(made.status, 201, "{made:?}");
    made
}

fn day(node: &Node) -> Totals {
    node.shop.totals(None, &(NOW..NOW + DAY)).unwrap()
}

/// EARN-2, EARN-5, EARN-6, EARN-8.
#[test]
fn a_basket_earns_by_the_rules_of_the_store() {
    let (node, till) = start();
    let made = basket(&node, &till, 2150);
    assert_eq!((&made.json["points"], &made.json["eligible_cents"]), (&json!(43), &json!(2150)));
    assert_eq!((&made.json["bonus"], &made.json["ballot"]), (&json!("New year"), &json!(1)));
    assert_eq!(made.json["vouchers"], json!([{ "offer": 1, "count": 1 }]), "what the charter refuses is left out");
    assert_eq!(made.json.get("reason"), None);
    let link = made.text("claim_url");
    assert_eq!(made.text("qr_svg"), ronde_node::qr::svg(&link).unwrap());
    let shown = node.get(&format!("/v1/grants/{}", made.text("id")));
    assert_eq!(shown.json["points"], 43);
    assert_eq!(
        (shown.json.get("eligible_cents"), shown.json.get("qr_svg")),
        (None, None),
        "no sum of money for others"
    );

    let detail = node.shop.grant_detail(made.text("id").parse().unwrap()).unwrap().unwrap();
    assert_eq!((detail.till.as_str(), detail.eligible_cents, detail.points.0), ("counter", Some(2150), 43));
    assert_eq!((detail.time, detail.reason.clone(), detail.is_basket()), (NOW, None, true));
    assert_eq!(detail.share, Some(Share { association: AssociationId(1), thousandths: 21_500 }));
    // What holds the points back holds the share back: a till gives no more to an association than stands for points.
    give(&node, &RULES.replace("ballot = 1", "ballot = 1\nmax_points = 43"));
    let large = basket(&node, &till, 1_000_000_000);
    assert_eq!(large.json["points"], 43);
    let detail = node.shop.grant_detail(large.text("id").parse().unwrap()).unwrap().unwrap();
    assert_eq!(detail.share.unwrap().thousandths, 21_990, "a cent more would be worth 44 points");
    give(&node, RULES);
    // On the second of January there is no bonus, and a small basket brings neither ballot nor voucher.
    node.hand.advance(DAY * 1000);
    let made = basket(&node, &till, 499);
    assert_eq!((&made.json["points"], &made.json["vouchers"]), (&json!(4), &json!([])));
    assert_eq!((made.json.get("bonus"), made.json.get("ballot")), (None, None));
}

/// EARN-7: what the till asks for comes on top, and is checked like any other.
#[test]
fn what_a_till_asks_for_comes_on_top_of_the_rules() {
    let (node, till) = start();
    let asked = |more: Value| {
        let mut body = json!({ "eligible_cents": 2000, "reference": "" });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        node.post("/v1/grants", &till, &body)
    };
    let both = asked(json!({ "vouchers": [{ "offer": 1, "count": 2 }] }));
    assert_eq!(both.json["vouchers"], json!([{ "offer": 1, "count": 3 }]));
    assert_eq!(asked(json!({ "ballot": 2 })).json["field"], "ballot");
    for wrong in [
        json!([{ "offer": 9, "count": 1 }]),
        json!([{ "offer": 1, "count": 1 }, { "offer": 1, "count": 1 }]),
        json!([{ "offer": 1, "count": 0 }]),
        json!([{ "offer": 1, "count": 129 }]),
    ] {
        assert_eq!(asked(json!({ "vouchers": wrong })).json["field"], "vouchers", "{wrong}");
    }
}

/// EARN-8.
#[test]
fn a_till_sends_points_or_a_basket_and_a_reason_only_with_points() {
    let (node, till) = start();
    let asked = |body: Value| node.post("/v1/grants", &till, &body);
    let cases = [
        (json!({ "reference": "" }), "points"),
        (json!({ "reference": "", "points": 1, "eligible_cents": 100 }), "points"),
        (json!({ "reference": "", "eligible_cents": 100, "reason": "jars" }), "reason"),
        (json!({ "reference": "", "points": 1, "reason": "x".repeat(201) }), "reason"),
        (json!({ "reference": "", "points": 1, "reason": "" }), "reason"),
        (json!({ "reference": "", "points": 1, "reason": "a\nb" }), "reason"),
        (json!({ "reference": "", "eligible_cents": 49 }), "eligible_cents"),
        (json!({ "reference": "", "eligible_cents": 0 }), "eligible_cents"),
        (json!({ "reference": "", "eligible_cents": 1_000_000_001_u64 }), "eligible_cents"),
    ];
    for (body, field) in cases {
        let refused = asked(body.clone());
        assert_eq!((refused.problem(), &refused.json["field"]), ("request-invalid", &json!(field)), "{body}");
    }
    // More than the charter lets the store issue in a day is still said to be that.
    let large = asked(json!({ "reference": "", "eligible_cents": 100_000 }));
    assert_eq!((large.problem(), &large.json["retryable"]), ("limit-exceeded", &json!(false)));
    let none = Node::start();
    let other = none.till("counter", &["grant"]);
    let refused = none.post("/v1/grants", &other, &json!({ "reference": "", "eligible_cents": 500 }));
    assert_eq!((refused.problem(), &refused.json["field"]), ("request-invalid", &json!("eligible_cents")));
    assert_eq!(day(&node), Totals::default(), "what is refused is not counted");

    let jars = asked(json!({ "reference": "", "points": 3, "reason": "six jars brought back" }));
    assert_eq!((&jars.json["reason"], jars.json.get("bonus")), (&json!("six jars brought back"), None));
    let shown = node.get(&format!("/v1/grants/{}", jars.text("id")));
    assert_eq!(shown.json["reason"], "six jars brought back");
    assert_eq!(day(&node), Totals { granted: 3, ..Totals::default() }, "no basket");
}

/// EARN-8.
#[test]
fn the_same_basket_again_is_the_same_grant_and_counted_once() {
    let (node, till) = start();
    let body = json!({ "eligible_cents": 1000, "reference": "" });
    let first = node.post_once("/v1/grants", &till, "k", &body);
    give(&node, "store = 1");
    let again = node.post_once("/v1/grants", &till, "k", &body);
    assert_eq!(first.bytes, again.bytes, "also if the rules have changed since");
    assert_eq!(day(&node), Totals { baskets: 1, cents: 1000, granted: 20, ..Totals::default() });
}

/// EARN-6: a witness refuses a claim with a ballot too many as a whole, so the rules stop at the charter's cap.
#[test]
fn rules_stop_at_the_charter_s_caps_and_what_is_withdrawn_counts_no_more() {
    let (node, till) = start();
    let body = json!({ "points": 1, "reference": "", "vouchers": [{ "offer": 1, "count": 128 }] });
    let mut grants: Vec<String> = (0..7).map(|_| node.post("/v1/grants", &till, &body).text("id")).collect();
    let rest = json!({ "points": 1, "reference": "", "vouchers": [{ "offer": 1, "count": 103 }] });
    grants.push(node.post("/v1/grants", &till, &rest).text("id"));
    // 999 of 1000 are granted.
    assert_eq!(basket(&node, &till, 2000).json["vouchers"], json!([{ "offer": 1, "count": 1 }]));
    let without = basket(&node, &till, 2000);
    assert_eq!((&without.json["vouchers"], &without.json["points"]), (&json!([]), &json!(40)));
    assert_eq!(node.delete(&format!("/v1/grants/{}", grants[7]), &till).status, 204);
    assert_eq!(node.delete(&format!("/v1/grants/{}", grants[7]), &till).status, 204, "twice is once");
    assert_eq!(basket(&node, &till, 2000).json["vouchers"], json!([{ "offer": 1, "count": 1 }]));
}

/// EARN-12.
#[test]
fn what_happens_is_counted_once_by_hour_and_till_and_stays_after_a_restart() {
    let (node, till) = start();
    let other = node.till("market stall", &["grant", "redeem"]);
    // A name that begins with another's is another till's.
    let almost = node.till("market", &["grant", "redeem"]);
    let claimed = basket(&node, &till, 1000);
    let withdrawn = basket(&node, &other, 500);
    node.hand.advance(3600 * 1000);
    let secret = claimed.text("claim_url").split_once('#').unwrap().1.to_owned();
    let ballot = Kind::Ballot { campaign: CAMPAIGN };
    let path = format!("/v1/grants/{}/claim", claimed.text("id"));
    for _ in 0..2 {
        let done = node.post_open(&path, &claim(&secret, &[points(4), points(16), ballot], 1));
        assert_eq!(done.status, 200, "{done:?}");
    }
    assert_eq!(node.delete(&format!("/v1/grants/{}", withdrawn.text("id")), &other).status, 204);
    let opened = node.post("/v1/checkouts", &almost, &json!({ "max_points": 9, "step": 1, "reference": "" }));
    assert_eq!(opened.text("qr_svg"), ronde_node::qr::svg(&opened.text("url")).unwrap());
    let id = opened.text("id");
    let offer: SignedOffer = from_base64(&node.get(&format!("/v1/checkouts/{id}/offer")).json["offer"]);
    let order = pay(&offer.offer, 7, 5);
    for _ in 0..2 {
        assert_eq!(node.post_open("/v1/orders", &order.body()).status, 200);
    }
    let shown = node.get_as(&format!("/v1/checkouts/{id}"), &almost);
    assert_eq!((&shown.json["state"], shown.json.get("qr_svg")), (&json!("accepted"), None));
    let pledge = node.post("/v1/pledges", &till, &json!({ "association": 1, "points": 6 }));
    assert_eq!(pledge.status, 200, "{pledge:?}");

    let first = Totals { baskets: 1, cents: 1000, granted: 20, ..Totals::default() };
    let second = Totals { claims: 1, claimed: 20, ..Totals::default() };
    let stall = Totals {
        baskets: 1,
        cents: 500,
        granted: 10,
        baskets_withdrawn: 1,
        cents_withdrawn: 500,
        withdrawn: 10,
        ..Totals::default()
    };
    let paid = Totals { checkouts: 1, redeemed: 7, ..Totals::default() };
    let look = |node: &Node| {
        let (hour, next) = (NOW..NOW + 3600, NOW + 3600..NOW + 7200);
        let of = |till: Option<&str>, span: &std::ops::Range<u64>| node.shop.totals(till, span).unwrap();
        assert_eq!(of(Some("counter"), &hour), first);
        assert_eq!(of(Some("counter"), &next), second);
        assert_eq!(of(Some("market stall"), &hour), stall, "what was withdrawn counts in the hour it was made in");
        assert_eq!(of(Some("market stall"), &next), Totals::default());
        assert_eq!((of(Some("market"), &hour), of(Some("market"), &next)), (Totals::default(), paid));
        assert_eq!(of(Some("mark"), &(0..u64::MAX)), Totals::default());
        let expected = Totals { pledged: 6, checkouts: 1, redeemed: 7, ..second };
        assert_eq!(of(None, &next), expected);
        assert_eq!(of(None, &hour), Totals { baskets: 2, cents: 1500, granted: 30, ..stall });
        assert_eq!(of(None, &hour).standing().0, 20);
        let by_hour = node.shop.totals_by_hour(None, &(NOW..NOW + DAY)).unwrap();
        assert_eq!(by_hour.iter().map(|(hour, _)| *hour).collect::<Vec<_>>(), [NOW, NOW + 3600]);
        let zone = ronde_node::earning::zone("Europe/Paris").unwrap();
        for period in [Period::Day, Period::Week, Period::Month] {
            let all = of(None, &period.around(NOW, &zone));
            assert_eq!((all.granted, all.claimed, all.redeemed, all.pledged), (30, 20, 7, 6), "{period:?}");
        }
        assert_eq!(of(None, &Period::Month.around(NOW + 40 * DAY, &zone)), Totals::default());
    };
    look(&node);
    look(&Node::start_from(node.snapshot()));
}

fn pledge(node: &Node) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(pledge_now(&node.shop, &*node.desk)).unwrap();
}

/// The pledges that this store has signed, by their day, in order.
fn pledges(node: &Node) -> Vec<(u64, u32, u64)> {
    let engine = MemoryEngine::restore(node.snapshot());
    let entries = engine.reader().unwrap().scan(Table::SignedReference, &[], None, usize::MAX).unwrap();
    let mut all: Vec<(u64, u32, u64)> = entries
        .iter()
        .filter_map(|(_, bytes)| {
            let order: Order = ronde_protocol::message::codec::decode(bytes, 1 << 20).unwrap();
            match order.purpose {
                Purpose::Pledge { association, points } => Some((order.time / DAY, association.0, points.0)),
                _ => None,
            }
        })
        .collect();
    all.sort_unstable();
    all
}

const TODAY: u64 = NOW / DAY;

/// EARN-10, EARN-11.
#[test]
fn what_baskets_gather_is_pledged_once_a_day_when_its_time_has_come() {
    let (node, till) = start();
    // 1000 and 550 cents give 15.5 cents; a point is worth one.
    basket(&node, &till, 1000);
    basket(&node, &till, 550);
    let void = basket(&node, &till, 20_000);
    assert_eq!(node.delete(&format!("/v1/grants/{}", void.text("id")), &till).status, 204);
    node.hand.set((NOW + 3 * 3600 - 1) * 1000);
    pledge(&node);
    assert_eq!(pledges(&node), [], "not before three");
    node.hand.advance(1000);
    node.desk.answer_next(Ok(Outcome::Pending { votes: 1 }));
    pledge(&node);
    assert_eq!(pledges(&node), [(TODAY, 1, 15)]);
    assert_eq!(node.desk.certified(), 0);
    // Undecided, it is brought again and again, the same; also by a node that was started again.
    let node = Node::start_from(node.snapshot());
    give(&node, RULES);
    node.hand.set((NOW + 4 * 3600) * 1000);
    pledge(&node);
    pledge(&node);
    assert_eq!((pledges(&node).len(), node.desk.certified()), (1, 1));
    // What comes later that day waits for the next.
    let till = node.till("other", &["grant"]);
    basket(&node, &till, 1050);
    pledge(&node);
    assert_eq!(pledges(&node).len(), 1);
    node.hand.set((NOW + DAY) * 1000);
    pledge(&node);
    assert_eq!(pledges(&node).len(), 1, "a new day, but not three yet");
    node.hand.set((NOW + DAY + 3 * 3600) * 1000);
    pledge(&node);
    // Half a cent was left over, ten and a half came.
    assert_eq!(pledges(&node), [(TODAY, 1, 15), (TODAY + 1, 1, 11)]);
    node.hand.set((NOW + 2 * DAY + 3 * 3600) * 1000);
    pledge(&node);
    assert_eq!((pledges(&node).len(), node.desk.certified()), (2, 2), "nothing gathered");
    let all = node.shop.totals(None, &(NOW..NOW + 3 * DAY)).unwrap();
    assert_eq!((all.pledged, all.pledges_refused), (26, 0));
}

/// EARN-11: the manager's own pledge of a day is the day's.
#[test]
fn a_pledge_by_hand_leaves_the_rest_for_the_next_day() {
    let (node, till) = start();
    basket(&node, &till, 1000);
    assert_eq!(node.post("/v1/pledges", &till, &json!({ "association": 2, "points": 3 })).status, 200);
    node.hand.set((NOW + 5 * 3600) * 1000);
    pledge(&node);
    assert_eq!(pledges(&node), [(TODAY, 2, 3)]);
    node.hand.set((NOW + DAY + 5 * 3600) * 1000);
    pledge(&node);
    assert_eq!(pledges(&node), [(TODAY, 2, 3), (TODAY + 1, 1, 10)]);
}

/// EARN-11: of what can't be given the status says why, until there is nothing to give.
#[test]
fn what_waits_for_an_association_is_said_until_it_is_gone() {
    let (node, till) = start();
    give(&node, &RULES.replace("association = 1", "association = 9"));
    let made = basket(&node, &till, 1000);
    node.hand.set((NOW + 3 * 3600) * 1000);
    pledge(&node);
    assert!(node.get("/v1/status").text("pledge_trouble").contains("association 9"));
    assert_eq!(node.delete(&format!("/v1/grants/{}", made.text("id")), &till).status, 204);
    pledge(&node);
    assert_eq!(node.get("/v1/status").json.get("pledge_trouble"), None);
    assert_eq!(pledges(&node), []);
}

/// EARN-10: at midnight in Paris another association's month begins.
#[test]
fn each_month_s_baskets_give_to_the_association_of_their_month() {
    let (node, till) = start();
    give(&node, &format!("{RULES}[[pledge.month]]\nmonth = \"2026-02\"\nassociation = 2\n"));
    let february = NOW + 31 * DAY;
    node.hand.set((february - 3601) * 1000);
    basket(&node, &till, 1000);
    node.hand.set((february - 3600) * 1000);
    basket(&node, &till, 700);
    node.hand.set((february + 3 * 3600) * 1000);
    pledge(&node);
    pledge(&node);
    node.hand.set((february + DAY + 3 * 3600) * 1000);
    pledge(&node);
    assert_eq!(pledges(&node), [(TODAY + 31, 1, 10), (TODAY + 32, 2, 7)]);
}

/// EARN-11.
#[test]
fn a_pledge_that_is_refused_for_ever_gathers_again_and_one_that_is_only_late_does_not() {
    let (node, till) = start();
    basket(&node, &till, 1000);
    node.hand.set((NOW + 3 * 3600) * 1000);
    node.desk.answer_next(Ok(Outcome::Refused(Refusal::LimitExceeded { left: Default::default() })));
    pledge(&node);
    let status = node.get("/v1/status");
    assert!(status.text("pledge_trouble").contains("today's pledge"), "{status:?}");
    node.desk.answer_next(Ok(Outcome::Refused(Refusal::Invalid(Rule::PledgeDay))));
    pledge(&node);
    assert!(node.get("/v1/status").text("pledge_trouble").contains("refused"));
    let refused = node.shop.totals(None, &(NOW..NOW + DAY)).unwrap();
    assert_eq!((refused.pledged, refused.pledges_refused), (10, 10));
    pledge(&node);
    assert_eq!(pledges(&node).len(), 1, "the day's reference is taken");
    node.hand.set((NOW + DAY + 3 * 3600) * 1000);
    pledge(&node);
    assert_eq!(pledges(&node), [(TODAY, 1, 10), (TODAY + 1, 1, 10)]);
    pledge(&node);
    assert_eq!(node.get("/v1/status").json.get("pledge_trouble"), None);
    assert_eq!(node.desk.certified(), 1);
}

/// EARN-11, STORE-30: what an older copy says to have gathered may have been pledged since.
#[test]
fn a_restored_copy_pledges_nothing_of_what_it_remembers() {
    let (node, till) = start();
    basket(&node, &till, 1000);
    let copy = node.snapshot();
    node.hand.set((NOW + 3 * 3600) * 1000);
    pledge(&node);
    assert_eq!(pledges(&node).len(), 1);
    let mut engine = MemoryEngine::restore(copy);
    let mut transaction = engine.begin().unwrap();
    ronde_node::shop::take_mark(&mut *transaction, NOW).unwrap();
    transaction.commit().unwrap();
    let restored = Node::start_from(engine.observer().snapshot());
    give(&restored, RULES);
    restored.hand.set((NOW + DAY + 4 * 3600) * 1000);
    pledge(&restored);
    assert_eq!(pledges(&restored), []);
    assert_eq!(day(&restored).withdrawn, 20, "its grants are withdrawn, and counted so");
    let till = restored.till("new", &["grant"]);
    basket(&restored, &till, 600);
    pledge(&restored);
    assert_eq!(pledges(&restored), [(TODAY + 1, 1, 6)]);
}

/// EARN-6, STORE-30: what the lost machine may have let be claimed since is not given a second time.
#[test]
fn what_a_restored_copy_withdraws_stays_given() {
    let (node, till) = start();
    for count in [128, 128, 128, 128, 128, 128, 128, 104] {
        let body = json!({ "points": 1, "reference": "", "vouchers": [{ "offer": 1, "count": count }] });
        assert_eq!(node.post("/v1/grants", &till, &body).status, 201);
    }
    let mut engine = MemoryEngine::restore(node.snapshot());
    let mut transaction = engine.begin().unwrap();
    ronde_node::shop::take_mark(&mut *transaction, NOW).unwrap();
    transaction.commit().unwrap();
    let restored = Node::start_from(engine.observer().snapshot());
    give(&restored, RULES);
    let till = restored.till("new", &["grant"]);
    assert_eq!(basket(&restored, &till, 2000).json["vouchers"], json!([]));
}

/// EARN-9.
#[test]
fn rules_are_taken_up_when_the_file_changes_and_kept_while_it_is_broken() {
    let (node, till) = start();
    let file = node.folder.path().join("ronde.toml");
    let write = |text: &str| std::fs::write(&file, text).unwrap();
    let earns = || basket(&node, &till, 1000).json["points"].clone();
    write(&RULES.replace("points = 1\n", "points = 3\n"));
    let mut rules = RulesFile::new(file.clone(), Vec::new());
    rules.look(&node.shop);
    assert_eq!(earns(), 60);
    write(&(RULES.to_owned() + "\n[caps]\ntill_points = 500\n"));
    rules.look(&node.shop);
    assert_eq!(node.shop.caps(), Caps { till: Some(Points(500)), ..Caps::default() });
    write(&RULES.replace("points = 1\n", "points = 3\n"));
    rules.look(&node.shop);
    assert_eq!(node.shop.caps(), Caps::default(), "taken away");
    write(&(RULES.replace("points = 1\n", "points = 3\n") + "\n[caps]\ntill_points = 500\n"));
    rules.look(&node.shop);
    write(&RULES.replace("points = 1\n", "points = 0\n"));
    rules.look(&node.shop);
    rules.look(&node.shop);
    assert_eq!(earns(), 60, "as before");
    assert_eq!(node.shop.caps().till, Some(Points(500)), "caps too");
    let trouble = node.get("/v1/status").text("rules_trouble");
    assert_eq!(trouble, "ronde.toml, line 3, section [earn], `points`: run `ronde config check` there");
    assert!(node.shop.rules_trouble().unwrap().whole.contains("points = 1"), "the manager is told what to write");
    assert!(!trouble.contains(&*node.folder.path().to_string_lossy()), "{trouble}");
    // Whatever somebody has put into the file by mistake, nobody is told of it.
    for secret in ["s3cret = 7", "zone = \"s3cret\"", "s3cret", "[s3cret]", "[[s3cret", "points = \"s3cret"] {
        write(&format!("{RULES}\n[earn.s3cret\n{secret}\n"));
        rules.look(&node.shop);
        let said = node.get("/v1/status").text("rules_trouble");
        assert!(said.contains("line") && !said.contains("s3cret"), "{said}");
        write(&format!("{}\n{secret}\n", RULES.replace("points = 1\n", &format!("points = 1\n{secret}\n"))));
        rules.look(&node.shop);
        assert!(!node.get("/v1/status").text("rules_trouble").contains("s3cret"));
    }
    std::fs::remove_file(&file).unwrap();
    rules.look(&node.shop);
    assert_eq!(earns(), 60);
    assert!(node.get("/v1/status").text("rules_trouble").contains("ronde.toml"));
    write(RULES);
    rules.look(&node.shop);
    assert_eq!((earns(), node.get("/v1/status").json.get("rules_trouble")), (json!(20), None));
}
