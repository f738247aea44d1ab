//! A play in which each call of the API occurs, and each member of its answers.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ronde_node::config::{Config, Tls};
use ronde_node::http::{self, Certificates};
use ronde_node::routine::pledge_now;
use ronde_node::shop::{
    Caps, ClockStatus, DeskStatus, DiskStatus, EvidenceId, LogStatus, Outcome, PeerLogStatus, PeerLogTrouble, Posted,
    RetiredBecause, RulesTrouble, SeatNotTaken, StorageStatus, WitnessStatus,
};
use ronde_protocol::crypto::{Entropy, Seed, coin::derive_coin_secret};
use ronde_protocol::message::amount::Points;
use ronde_protocol::message::codec::{Bounded, encode};
use ronde_protocol::message::evidence::Evidence;
use ronde_protocol::message::head::Head;
use ronde_protocol::message::ids::{KeysetId, StoreId, WitnessIndex};
use ronde_protocol::message::order::Order;
use ronde_protocol::message::probe::Probe;
use ronde_protocol::message::refund::RefundClaim;
use ronde_protocol::message::statement::ClosingStatement;
use serde_json::{Value, json};

use crate::http_support::federation_support::{KEYSET, entropy};
use crate::http_support::orders::{checkout, claim, code, coin, offer, outputs, pay, points, swap, to_base64};
use crate::http_support::{self, NOW, Node, Reply, STORE, bearer, contract};

const NONCE: [u8; 32] = [0xab; 32];
/// What baskets earn; the association is one that the charter does not have.
const RULES: &str = "store = 1\n[earn]\npoints = 1\ncents = 100\nzone = \"Europe/Paris\"\n\
                     [[earn.bonus]]\nname = \"Opening week\"\npercent = 200\nfirst = 2026-01-01\nlast = 2026-01-07\n\
                     [pledge]\nassociation = 9\nper_mille = 10\n";

/// What was asked and answered, by operation: `request`, and each status.
#[derive(Default)]
pub struct Play(pub BTreeMap<&'static str, BTreeMap<String, Value>>);

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

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Runtime::new().unwrap().block_on(future)
}

fn counter(node: &Node, play: &mut Play) -> String {
    let scopes = ["grant", "redeem", "refund", "manager"];
    let body = json!({ "name": "counter", "scopes": scopes, "cap_grant": 500, "cap_day": 600 });
    let added = play.note("addTill", 201, Some(&body), node.post("/v1/tills", &node.admin, &body));
    let gone = json!({ "name": "broken", "scopes": ["grant"] });
    assert_eq!(node.post("/v1/tills", &node.admin, &gone).status, 201);
    play.note("revokeTill", 204, None, node.delete("/v1/tills/broken", &node.admin));
    added["token"].as_str().unwrap().to_owned()
}

/// What a customer asks about.
fn trace(node: &Node, play: &mut Play, till: &str, id: &Value) {
    let path = format!("/v1/trace/{}", code(id.as_str().unwrap()));
    play.note("trace", 200, None, node.get_as(&path, till));
}

fn grants(node: &Node, play: &mut Play, till: &str) {
    let basket = json!({ "eligible_cents": 4210, "reference": "receipt 4710" });
    let made = play.note("makeGrant", 201, Some(&basket), node.post("/v1/grants", till, &basket));
    trace(node, play, till, &made["id"]);
    let good = json!({ "points": 5, "reference": "", "reason": "The till was down", "goodwill": true });
    trace(node, play, till, &node.post("/v1/grants", till, &good).json["id"]);
    let body = json!({
        "points": 50, "reference": "receipt 4711", "reason": "Jars brought back", "ballot": 1,
        "vouchers": [{ "offer": 1, "count": 1 }], "expires_in": 86_400, "receipt": "Shop 1\n6 jars  -",
    });
    let made = play.note("makeGrant", 201, Some(&body), node.post("/v1/grants", till, &body));
    let path = format!("/v1/grants/{}", made["id"].as_str().unwrap());
    play.note("readGrant", 200, None, node.get(&path));
    trace(node, play, till, &made["id"]);
    play.note("withdrawGrant", 204, None, node.delete(&path, till));
    let with_receipt = json!({ "points": 8, "reference": "receipt 4712", "receipt": "Shop 1\nCoffee  8.00" });
    let made = node.post("/v1/grants", till, &with_receipt);
    let (id, secret) = (made.text("id"), made.text("claim_url").split_once('#').unwrap().1.to_owned());
    let (path, body) = (format!("/v1/grants/{id}/claim"), claim(&secret, &[points(8)], 1));
    node.desk.answer_next(Ok(Outcome::Pending { votes: 1 }));
    play.note("claimGrant", 202, Some(&body), node.post_open(&path, &body));
    play.note("claimGrant", 200, Some(&body), node.post_open(&path, &body));
    trace(node, play, till, &json!(id));
    let body = json!({ "secret": secret });
    let received = node.post_open(&format!("/v1/grants/{id}/received"), &body);
    play.note("receiptOfGrantReceived", 204, Some(&body), received);
}

/// One basket that is paid in part, one that is declined, one that is cancelled.
fn baskets(node: &Node, play: &mut Play, till: &str) {
    let body = json!({
        "total_cents": 4210, "eligible_cents": 4000, "max_points": 1000, "step": 1, "reference": "receipt 4713",
        "expires_in": 300, "return_url": "https://webshop.example/thanks", "receipt": "Shop 1\nGroceries  42.10",
        "at_once": false, "ballot": 1, "vouchers": [{ "offer": 1, "count": 1 }],
    });
    let rung = play.note("ringUpBasket", 201, Some(&body), node.post("/v1/baskets", till, &body));
    let id = rung["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/baskets/{id}");
    let shown = play.note("readBasketOffer", 200, None, node.get(&format!("{path}/offer")));
    assert!(shown.get("offer").is_some());
    let terms = offer(node, &id);
    let (first, second) = (pay(&terms, 150, 40), pay(&terms, 4, 41));
    assert_eq!(node.post_open("/v1/orders", &first.body()).status, 200);
    let handed = json!({
        "order": to_base64(&second.order),
        "certificate": to_base64(&node.desk.federation.certify(&second.order)),
    });
    assert_eq!(node.post_open(&format!("/v1/checkouts/{id}/certificate"), &handed).status, 200);
    let given = json!({ "checkout": id, "points": 2, "reference": "goods brought back" });
    assert_eq!(node.post("/v1/refunds", till, &given).status, 201);
    play.note("completeBasket", 200, None, node.post(&format!("{path}/complete"), till, &json!({})));
    play.note("readBasket", 200, None, node.get_as(&path, till));
    assert!(node.get(&format!("{path}/offer")).json.get("grant").is_some());
    let secret = json!({ "secret": rung["url"].as_str().unwrap().split_once('#').unwrap().1 });
    let received = node.post_open(&format!("{path}/received"), &secret);
    play.note("receiptOfBasketReceived", 204, Some(&secret), received);

    let mut plain = body.clone();
    plain["at_once"] = json!(true);
    let second = node.post("/v1/baskets", till, &plain);
    let secret = json!({ "secret": second.text("url").split_once('#').unwrap().1 });
    let declined = node.post_open(&format!("/v1/baskets/{}/decline", second.text("id")), &secret);
    play.note("declineBasket", 200, Some(&secret), declined);
    let third = node.post("/v1/baskets", till, &body).text("id");
    play.note("cancelBasket", 204, None, node.delete(&format!("/v1/baskets/{third}"), till));
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
    let given = json!({ "checkout": id, "points": 2, "reference": "goods brought back", "expires_in": 86_400 });
    play.note("giveBack", 201, Some(&given), node.post("/v1/refunds", till, &given));
    assert_eq!(node.get_as(&path, till).json["returned"], 2);
    returns(node, play, till, &id);
    refund(node, play, &second.order);
    let owed = node.get_as(&path, till).json["refunds"][0]["grant"].clone();
    [json!(id), owed].iter().for_each(|id| trace(node, play, till, id));
    play.note("readCheckout", 200, None, node.get_as(&path, till));
    let other = checkout(node, till, 10);
    play.note("withdrawCheckout", 204, None, node.delete(&format!("/v1/checkouts/{other}"), till));
}

/// Goods come back: of a basket that nobody has claimed and a payment, and of one whose points are worth more than it is.
fn returns(node: &Node, play: &mut Play, till: &str, paid: &str) {
    let vouchers = json!([{ "offer": 1, "count": 1 }]);
    let basket = json!({ "eligible_cents": 2493, "reference": "receipt 4713", "ballot": 1, "vouchers": vouchers });
    let earned = node.post("/v1/grants", till, &basket).json;
    let body = json!({
        "grant": earned["id"], "checkout": paid, "sold_cents": 2600, "total_cents": 1300, "eligible_cents": 1200,
        "reference": "credit note 12", "expires_in": 86_400,
    });
    let taken = play.note("takeBack", 201, Some(&body), node.post("/v1/returns", till, &body));
    [&earned, &taken["back"]].iter().for_each(|made| trace(node, play, till, &made["id"]));
    node.shop.set_rules(
        Config::parse(Path::new("ronde.toml"), &RULES.replace("points = 1", "points = 200"), []).unwrap().rules,
    );
    let rich = node.post("/v1/grants", till, &json!({ "eligible_cents": 1, "reference": "" })).json;
    let secret = rich["claim_url"].as_str().unwrap().split_once('#').unwrap().1;
    let path = format!("/v1/grants/{}/claim", rich["id"].as_str().unwrap());
    assert_eq!(node.post_open(&path, &claim(secret, &[points(4)], 7)).status, 200);
    let body = json!({ "grant": rich["id"], "eligible_cents": 1, "reference": "credit note 13" });
    play.note("takeBack", 201, None, node.post("/v1/returns", till, &body));
    node.shop.set_rules(Config::parse(Path::new("ronde.toml"), RULES, []).unwrap().rules);
}

/// What was paid for a checkout that another order has taken goes back.
fn refund(node: &Node, play: &mut Play, payment: &Order) {
    let path = format!("/v1/refunds/{}", payment.digest());
    play.note("readPayment", 200, None, node.get(&path));
    let outputs = outputs(&[points(4)], 30);
    let (federation, order) = (node.desk.federation.id(), payment.digest());
    let signed = RefundClaim { federation, store: STORE, order, keyset: KEYSET, outputs: outputs.clone() };
    let body = json!({
        "refunded": to_base64(payment), "signature": to_base64(&signed.sign(&[&coin(21)], entropy(3)).unwrap()),
        "keyset": KEYSET.0, "outputs": to_base64(&outputs),
    });
    let path = format!("{path}/claim");
    node.desk.answer_next(Ok(Outcome::Pending { votes: 1 }));
    play.note("claimRefund", 202, Some(&body), node.post_open(&path, &body));
    play.note("claimRefund", 200, Some(&body), node.post_open(&path, &body));
}

/// Of two who are posted to one takes nothing, and the other wants no more.
fn events(node: &Node, play: &mut Play, till: &str) {
    let body = json!({ "url": "https://webshop.example/ronde", "events": ["checkout.accepted", "checkout.late"] });
    let first = play.note("addWebhook", 201, Some(&body), node.post("/v1/webhooks", &node.admin, &body));
    // They are listed by age.
    node.hand.advance(1000);
    let second = node.post("/v1/webhooks", &node.admin, &json!({ "url": "http://127.0.0.1:9/" })).json;
    run(node.shop.tell_witness(KeysetId(1), WitnessIndex(2), StoreId(3), false)).unwrap();
    let (why, position) = ("no answer came".to_owned(), node.shop.event_log().unwrap().newest);
    let posted = |webhook: &Value, posted| {
        let id = webhook["id"].as_str().unwrap().parse().unwrap();
        run(node.shop.webhook_posted(id, (0, position), posted)).unwrap();
    };
    posted(&first, Posted::Failed { why, pause: None });
    posted(&second, Posted::Unwanted);
    play.note("listWebhooks", 200, None, node.get_as("/v1/webhooks", &node.admin));
    let path = |webhook: &Value| format!("/v1/webhooks/{}", webhook["id"].as_str().unwrap());
    let (replay, body) = (format!("{}/replay", path(&second)), json!({ "from": position }));
    play.note("replayWebhook", 200, Some(&body), node.post(&replay, &node.admin, &body));
    play.note("removeWebhook", 204, None, node.delete(&path(&first), &node.admin));
    let begun = beginning_of_stream(node, till);
    assert!(begun.json.as_str().is_some_and(|text| text.starts_with("retry:")), "{begun:?}");
    contract::hold("GET", "/v1/events", &begun);
}

/// A stream has no end.
fn beginning_of_stream(node: &Node, till: &str) -> Reply {
    let (name, value) = bearer(till);
    let mut response = ureq::get(format!("{}/v1/events?after=0", node.url)).header(name, value).call().unwrap();
    let headers = response.headers().iter();
    let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
    let mut bytes = vec![0; 12];
    response.body_mut().as_reader().read_exact(&mut bytes).unwrap();
    let json = json!(String::from_utf8(bytes.clone()).unwrap());
    Reply { status: response.status().as_u16(), headers, cookies: Vec::new(), bytes, json }
}

/// The status of a node that is in all troubles, and the list of tills of which one has given much away.
fn troubled(node: &Node, play: &mut Play, till: &str) {
    // Today's pledge was made by hand.
    node.hand.advance(28 * 3_600_000);
    let basket = json!({ "eligible_cents": 10_000, "reference": "receipt 4712" });
    assert_eq!(node.post("/v1/grants", till, &basket).status, 201);
    node.shop.set_caps(Caps {
        grant: Some(Points(500)),
        till: Some(Points(400)),
        store: Some(Points(250)),
        goodwill: Some(Points(90)),
    });
    play.note("readTill", 200, None, node.get_as("/v1/till", till));
    play.note("readTotals", 200, None, node.get_as("/v1/totals?from=2026-01-01&by=hour", till));
    play.note("readReport", 200, None, node.get_as("/v1/books/positions.json", till));
    node.shop.keep_rules(RulesTrouble {
        place: "ronde.toml, line 3, section [earn], `zone`: run `ronde config check` there".to_owned(),
        whole: "ronde.toml, line 3: there is no zone Europe/Pariss".to_owned(),
    });
    run(pledge_now(&node.shop, &*node.desk)).unwrap();
    play.note("readStatus", 200, None, node.get("/v1/status"));
    // A till's last use is written down after its call was answered.
    let deadline = Instant::now() + Duration::from_secs(60);
    let listed = loop {
        let listed = node.get_as("/v1/tills", &node.admin);
        if listed.json["tills"].as_array().unwrap().iter().any(|till| till.get("last_used").is_some()) {
            break listed;
        }
        assert!(Instant::now() < deadline, "{listed:?}");
    };
    play.note("listTills", 200, None, listed);
}

/// A node with a certificate whose files are of no use any more.
fn start() -> (Node, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let tls = Tls { certificate: folder.path().join("cert.pem"), private_key: folder.path().join("key.pem") };
    let key = rcgen::KeyPair::generate().unwrap();
    let made = rcgen::CertificateParams::new(vec!["store-1.example".to_owned()]).unwrap().self_signed(&key).unwrap();
    std::fs::write(&tls.certificate, made.pem()).unwrap();
    std::fs::write(&tls.private_key, key.serialize_pem()).unwrap();
    std::fs::set_permissions(&tls.private_key, std::fs::Permissions::from_mode(0o600)).unwrap();
    let certificates = Certificates::load(tls.clone()).unwrap();
    std::fs::write(&tls.certificate, "none").unwrap();
    (0..2).for_each(|_| certificates.look());
    (Node::start_showing(certificates), folder)
}

/// All of it.
pub fn play() -> Play {
    let ((node, _folder), mut play) = (start(), Play::default());
    node.shop.set_rules(Config::parse(Path::new("ronde.toml"), RULES, []).unwrap().rules);
    let till = counter(&node, &mut play);
    grants(&node, &mut play, &till);
    orders(&node, &mut play, &till);
    checkouts(&node, &mut play, &till);
    baskets(&node, &mut play, &till);
    events(&node, &mut play, &till);
    public(&node, &mut play);
    troubled(&node, &mut play, &till);
    restoring(&node, &mut play);
    play
}
