//! Stores, witnesses and wallets as processes of their own, killed at every boundary of their persistence: what a
//! wallet signed ends certified with its change, or its coins can still be spent; nothing is lost or made; the books of
//! all nodes agree.
#![cfg(feature = "fault-points")]

mod cli_support;
mod daily_points;
mod places;

use std::collections::BTreeSet;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use cli_support::Desk;
use daily_points::DAILY_POINTS;
use places::free_place;
use serde_json::{Value, json};

/// Nodes hear of each other soon.
const SYNC: &[(&str, &str)] = &[("RONDE_SYNC_PULL_SECONDS", "1"), ("RONDE_SYNC_FEED_SECONDS", "1")];

/// Far longer than anything takes: the tests wait for events, not for time.
const LONG: Duration = Duration::from_secs(90);
/// What aborts with no handler of its own ends with this signal.
const SIGABRT: i32 = 6;

/// Points of a store that tills and wallets reach, in the order in which [`Cast::play`] gets there.
const STORE_POINTS: &[&str] = &[
    "shop.before-till",
    "shop.before-revoke",
    "shop.before-grant",
    "shop.after-grant",
    "shop.before-claim",
    "shop.after-claim",
    "shop.before-settle-grant",
    "shop.after-settle-grant",
    "shop.before-checkout",
    "shop.after-checkout",
    "shop.before-settle-checkout",
    "shop.after-settle-checkout",
    "shop.before-pledge",
    "shop.after-pledge",
    "gateway.after-open",
    "gateway.before-certificate",
    "gateway.after-certificate",
    "writer.before-commit",
    "writer.after-commit",
    "writer.before-commit:4",
    "writer.after-commit:4",
    "writer.before-commit:9",
    "writer.after-commit:9",
];

/// Points of a store that owes a payment back.
const REFUND_POINTS: &[&str] = &[
    "shop.before-settle-checkout",
    "shop.after-settle-checkout",
    "shop.before-refund-claim",
    "shop.after-refund-claim",
];

/// Points of a store whose till gives back.
const GIVE_BACK_POINTS: &[&str] = &["shop.before-give-back", "shop.after-give-back"];

/// Points of a store whose till takes goods back.
const RETURN_POINTS: &[&str] = &["shop.before-return", "shop.after-return"];
/// Points of a store whose till rings a basket up and completes it.
const BASKET_POINTS: &[&str] =
    &["shop.before-basket", "shop.after-basket", "shop.before-move-basket", "shop.after-move-basket"];

/// Points of a witness whose store is at rest.
const WITNESS_POINTS: &[&str] = &[
    "witness.before-answer",
    "witness.before-answer:2",
    "witness.before-answer:3",
    "sync.before-position",
    "writer.before-commit",
    "writer.after-commit",
    "writer.before-commit:2",
    "writer.after-commit:2",
];

/// Points of a wallet, per command; a claim and a payment save twice each.
const WALLET_POINTS: &[&str] =
    &["wallet.before-save", "wallet.after-save", "wallet.after-answer", "wallet.before-save:2", "wallet.after-save:2"];

fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + LONG;
    while !is_so() {
        assert!(Instant::now() < deadline, "{what}: not within {LONG:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A node process; killed when the test ends.
struct Node {
    child: Child,
}

impl Drop for Node {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Four stores, a wallet, and the tills' tokens.
struct Cast {
    desk: Desk,
    bases: Vec<String>,
    nodes: Vec<Option<Node>>,
    tokens: Vec<String>,
    walks: u32,
}

impl Cast {
    /// Founds the federation as people do, with the command line, and starts all nodes.
    fn found() -> Self {
        let desk = Desk::new();
        desk.begin();
        let association = "[[association]]\nid = 1\nname = \"Food bank\"";
        desk.edit("plan.toml", &format!("# {}", association.replace('\n', "\n# ")), association);
        let quic: Vec<String> = (0..4).map(|_| free_place()).collect();
        let bases: Vec<String> = quic.iter().map(|place| format!("http://{place}")).collect();
        for (store, (quic, http)) in (1..).zip(quic.iter().zip(&bases)) {
            let seat = store - 1;
            desk.ronde(&format!(
                "init --dir store-{store} --store {store} --name Shop{store} --plan plan.toml --witness 1:{seat} \
                 --quic {quic} --http {http}"
            ))
            .ok();
        }
        desk.draft().ok();
        for name in ["alice", "bob"] {
            desk.ronde(&format!("charter sign --key {name}.key 000001.charter")).ok();
        }
        for store in 1..=4 {
            desk.ronde(&format!("charter install --config store-{store}/ronde.toml 000001.charter")).ok();
        }
        let mut cast = Self { desk, bases, nodes: (0..4).map(|_| None).collect(), tokens: Vec::new(), walks: 0 };
        (1..=4).for_each(|store| cast.start(store, None));
        cast.tokens = (1..=4).map(|store| cast.add_till(store)).collect();
        let made = cast.wallet(&["new", "--node", &cast.bases[0]], None).expect("a wallet");
        assert_eq!(made["ok"], true, "{made}");
        cast
    }

    /// Starts a store's node. With a fault it may die before it is ready.
    fn start(&mut self, store: usize, fault: Option<&str>) {
        let child = self.desk.node(store, SYNC, fault);
        self.nodes[store - 1] = Some(Node { child });
    }

    fn kill(&mut self, store: usize) {
        self.nodes[store - 1] = None;
    }

    /// Whether the store's process has aborted.
    fn is_dead(&mut self, store: usize) -> bool {
        let status = self.nodes[store - 1].as_mut().unwrap().child.try_wait().unwrap();
        if let Some(status) = status {
            assert_eq!(status.signal(), Some(SIGABRT), "store {store}: {status}");
        }
        status.is_some()
    }

    fn http(&self, method: &str, store: usize, path: &str, token: &str, body: Option<&Value>) -> Option<(u16, Value)> {
        let config = ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(LONG)).build();
        let agent: ureq::Agent = config.into();
        let url = format!("{}{path}", self.bases[store - 1]);
        let request = ureq::http::Request::builder().method(method).uri(url);
        let request = request.header("authorization", format!("Bearer {token}"));
        let request = request.header("content-type", "application/json");
        let bytes = body.map(|body| serde_json::to_vec(body).unwrap()).unwrap_or_default();
        let mut answer = agent.run(request.body(bytes).unwrap()).ok()?;
        let text = answer.body_mut().read_to_string().ok()?;
        Some((answer.status().as_u16(), serde_json::from_str(&text).unwrap_or(Value::Null)))
    }

    fn admin(&self, store: usize) -> String {
        let file = self.desk.path(&format!("store-{store}/secrets/admin.token"));
        std::fs::read_to_string(file).unwrap().trim().to_owned()
    }

    fn add_till(&self, store: usize) -> String {
        let body = json!({ "name": "counter", "scopes": ["grant", "redeem", "refund", "manager"] });
        let (status, made) = self.http("POST", store, "/v1/tills", &self.admin(store), Some(&body)).unwrap();
        assert_eq!(status, 201, "{made}");
        made["token"].as_str().unwrap().to_owned()
    }

    /// A till's request; what a dead store answers is nothing.
    fn till(&self, store: usize, path: &str, body: &Value) -> Option<(u16, Value)> {
        self.http("POST", store, path, &self.tokens[store - 1], Some(body))
    }

    fn grant(&self, store: usize, points: u64) -> Option<String> {
        let (_, made) = self.till(store, "/v1/grants", &json!({ "points": points, "reference": "receipt" }))?;
        Some(made["claim_url"].as_str()?.to_owned())
    }

    fn checkout(&self, store: usize, max: u64) -> Option<String> {
        let body = json!({ "max_points": max, "step": 1, "reference": "basket", "expires_in": 3600 });
        let (_, made) = self.till(store, "/v1/checkouts", &body)?;
        Some(made["url"].as_str()?.to_owned())
    }

    fn wallet_folder(&self) -> PathBuf {
        self.desk.path("wallet")
    }

    /// `ronde wallet ... --json`; nothing if it was killed at the fault.
    fn wallet(&self, arguments: &[&str], fault: Option<&str>) -> Option<Value> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ronde"));
        command.arg("wallet").arg("--wallet").arg(self.wallet_folder()).args(arguments).arg("--json").env_clear();
        command.envs(fault.map(|fault| ("RONDE_FAULT", fault)));
        let output = command.output().unwrap();
        if output.status.signal() == Some(SIGABRT) {
            assert!(fault.is_some());
            return None;
        }
        assert!(fault.is_none(), "{fault:?} was not reached by {arguments:?}");
        let text = String::from_utf8(output.stdout).unwrap();
        Some(serde_json::from_str(&text).unwrap_or_else(|error| {
            panic!("{error}: {arguments:?} said {text:?} {}", String::from_utf8_lossy(&output.stderr))
        }))
    }

    fn balance(&self) -> Value {
        self.wallet(&["balance"], None).unwrap()
    }

    /// A day at store `store`, as far as it gets: whoever dies on the way is not waited for.
    fn play(&mut self, store: usize) -> (Option<String>, Option<String>) {
        self.walks += 1;
        let name = format!("till-{}", self.walks);
        let admin = self.admin(store);
        let body = json!({ "name": name, "scopes": ["grant"] });
        self.http("POST", store, "/v1/tills", &admin, Some(&body));
        self.http("DELETE", store, &format!("/v1/tills/{name}"), &admin, None);
        let grant = self.grant(store, 5);
        if let Some(link) = &grant {
            self.wallet(&["claim", link], None);
        }
        let checkout = self.checkout(store, 2);
        if let Some(link) = &checkout {
            self.wallet(&["pay", link, "--points", "2"], None);
        }
        self.pledge(store);
        (grant, checkout)
    }

    /// A payment that comes too late: the wallet dies before it has sent it, and the till withdraws the checkout. Gives the
    /// path of the checkout.
    fn late(&self, store: usize) -> String {
        let link = self.checkout(store, 2).unwrap();
        assert!(self.wallet(&["pay", &link, "--points", "2"], Some("wallet.after-save")).is_none());
        let path = format!("/v1/checkouts/{}", link.rsplit_once('/').unwrap().1);
        let (status, _) = self.http("DELETE", store, &path, &self.tokens[store - 1], None).unwrap();
        assert_eq!(status, 204);
        path
    }

    /// Goes on with the wallet, and says whether it got as far as the point, where it dies.
    fn resume_until(&self, point: &str) -> bool {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ronde"));
        command.arg("wallet").arg("--wallet").arg(self.wallet_folder()).args(["resume", "--json"]).env_clear();
        command.env("RONDE_FAULT", point).output().unwrap().status.signal() == Some(SIGABRT)
    }

    /// Goes on with the wallet until it has so many points and asks for nothing more.
    fn until_it_has(&self, points: u64, point: &str) {
        eventually(&format!("{point}: the wallet has {points}"), || {
            let resumed = self.wallet(&["resume"], None).unwrap();
            assert_eq!(resumed["ok"], true, "{point}: {resumed}");
            let balance = self.balance();
            balance["points"] == points && balance["held"] == 0 && resumed["refunds"] == json!([])
        });
    }

    /// A till gives back points of a checkout under a key of its own.
    fn give_back(&self, store: usize, checkout: &str, points: u64, key: &str) -> Option<(u16, Value)> {
        let body = json!({ "checkout": checkout, "points": points, "reference": "returned" });
        self.post_once(store, "/v1/refunds", &body, key)
    }

    fn post_once(&self, store: usize, path: &str, body: &Value, key: &str) -> Option<(u16, Value)> {
        let url = format!("{}{path}", self.bases[store - 1]);
        let agent: ureq::Agent =
            ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(LONG)).build().into();
        let request = agent.post(url).header("authorization", format!("Bearer {}", self.tokens[store - 1]));
        let mut answer = request.header("idempotency-key", key).send_json(body).ok()?;
        let text = answer.body_mut().read_to_string().ok()?;
        Some((answer.status().as_u16(), serde_json::from_str(&text).unwrap_or(Value::Null)))
    }

    /// The store's gift of today, which is always the same.
    fn pledge(&self, store: usize) -> Option<(u16, Value)> {
        self.till(store, "/v1/pledges", &json!({ "association": 1, "points": 3 }))
    }

    /// After everybody is up again: what was begun is completed, and the day's claim and payment happen once.
    fn complete(&self, grant: Option<&String>, checkout: Option<&String>, point: &str) {
        eventually("nothing of the wallet's is open", || {
            let resumed = self.wallet(&["resume"], None).unwrap();
            assert_eq!(resumed["ok"], true, "{point}: {resumed}");
            let balance = self.balance();
            balance["held"] == 0 && balance["pending"] == 0
        });
        if let Some(link) = grant {
            let claimed = self.wallet(&["claim", link], None).unwrap();
            let known = claimed["error"]["code"] == "already-claimed";
            assert!(claimed["state"] == "done" || known, "{point}: {claimed}");
        }
        if let Some(link) = checkout {
            let paid = self.wallet(&["pay", link, "--points", "2"], None).unwrap();
            let taken = paid["error"]["code"] == "checkout-taken";
            assert!(paid["state"] == "done" || taken, "{point}: {paid}");
        }
    }

    /// What every node's books say: per keyset and account.
    fn books(&self, store: usize) -> Option<Value> {
        self.http("GET", store, "/v1/books", "", None).map(|(_, books)| books)
    }

    /// All books agree, positions sum to zero, and what is neither spent nor given is in the wallet.
    fn check(&self, point: &str) {
        eventually(&format!("{point}: all books agree"), || {
            let books: Vec<Option<Value>> = (1..=4).map(|store| self.books(store)).collect();
            books[0].is_some() && books.iter().all(|one| *one == books[0])
        });
        let books = self.books(1).unwrap();
        let accounts: Vec<&Value> =
            books["keysets"].as_array().unwrap().iter().flat_map(|one| one["accounts"].as_array().unwrap()).collect();
        let positions: i64 = accounts.iter().map(|account| account["position"].as_i64().unwrap()).sum();
        assert_eq!(positions, 0, "{point}: {books}");
        let of_stores = |name: &str| -> u64 {
            let stores = accounts.iter().filter(|account| account["account"]["store"].is_number());
            stores.map(|account| account[name].as_u64().unwrap()).sum()
        };
        assert!(of_stores("pledged") <= 6, "{point}: one gift of 3 a day, and midnight may pass: {books}");
        let balance = self.balance();
        assert_eq!(balance["points"], of_stores("issued") - of_stores("redeemed"), "{point}: {books} {balance}");
        assert_eq!((&balance["held"], &balance["pending"]), (&0.into(), &0.into()), "{point}: {balance}");
    }
}

/// Kills the process of `victim` at each point while a day is played at `store`.
fn walk(points: &[&str], victim: usize, store: usize) {
    let mut cast = Cast::found();
    let link = cast.grant(2, 60).unwrap();
    let claimed = cast.wallet(&["claim", &link], None).unwrap();
    assert_eq!(claimed["state"], "done", "{claimed}");
    cast.check("before");
    for point in points {
        cast.kill(victim);
        cast.start(victim, Some(point));
        let mut days = Vec::new();
        // A day is enough for most points; a witness that comes late to an order is asked again by the next.
        for _ in 0..5 {
            if !cast.is_dead(victim) {
                days.push(cast.play(store));
            }
        }
        eventually(&format!("{point}: the process dies"), || cast.is_dead(victim));
        cast.start(victim, None);
        for (grant, checkout) in &days {
            cast.complete(grant.as_ref(), checkout.as_ref(), point);
        }
        eventually(&format!("{point}: the gift is made"), || matches!(cast.pledge(store), Some((200, _))));
        cast.check(point);
        println!("{point}: {} day(s)", days.len());
    }
}

/// STORE-3, STORE-10, STORE-17.
#[test]
fn a_store_killed_at_any_boundary_completes_what_it_began() {
    walk(STORE_POINTS, 1, 1);
}

/// STORE-24, STORE-25, STORE-37: wherever the store dies, the payment goes back once.
#[test]
fn a_store_killed_while_it_owes_a_payment_pays_it_back_exactly_once() {
    let mut cast = Cast::found();
    let link = cast.grant(2, 60).unwrap();
    assert_eq!(cast.wallet(&["claim", &link], None).unwrap()["state"], "done");
    for point in REFUND_POINTS {
        cast.kill(1);
        cast.start(1, Some(point));
        let checkout = cast.late(1);
        eventually(&format!("{point}: the process dies"), || {
            cast.wallet(&["resume"], None).unwrap();
            cast.is_dead(1)
        });
        cast.start(1, None);
        cast.until_it_has(60, point);
        let (_, shown) = cast.http("GET", 1, &checkout, &cast.tokens[0], None).unwrap();
        assert_eq!(shown["state"], "accepted_late", "{point}: {shown}");
        assert_eq!(shown["refunds"].as_array().unwrap().len(), 1, "{point}: {shown}");
        assert_eq!(shown["refunds"][0]["state"], "claimed", "{point}: {shown}");
        cast.check(point);
    }
}

/// WALLET-1, WALLET-3: wherever the wallet dies between the late payment and its points, they come back once.
#[test]
fn a_wallet_killed_while_it_claims_a_refund_has_its_points_once() {
    let cast = Cast::found();
    let link = cast.grant(2, 60).unwrap();
    assert_eq!(cast.wallet(&["claim", &link], None).unwrap()["state"], "done");
    for moment in ["wallet.before-save", "wallet.after-save", "wallet.after-answer"] {
        let walked = (1..).take_while(|number| {
            cast.late(1);
            let point = format!("{moment}:{number}");
            let died = cast.resume_until(&point);
            cast.until_it_has(60, &point);
            died
        });
        let walked = walked.count();
        assert!(walked >= 2, "{moment}: the payment and the claim at least, not {walked}");
    }
    cast.check("the end");
}

/// STORE-43, HTTP-11.
#[test]
fn a_store_killed_while_its_till_gives_back_gives_once() {
    let mut cast = Cast::found();
    let link = cast.grant(2, 60).unwrap();
    assert_eq!(cast.wallet(&["claim", &link], None).unwrap()["state"], "done");
    for point in GIVE_BACK_POINTS {
        let link = cast.checkout(1, 2).unwrap();
        assert_eq!(cast.wallet(&["pay", &link, "--points", "2"], None).unwrap()["state"], "done");
        let id = link.rsplit_once('/').unwrap().1;
        cast.kill(1);
        cast.start(1, Some(point));
        assert!(cast.give_back(1, id, 2, point).is_none(), "{point}: the answer is lost");
        eventually(&format!("{point}: the process dies"), || cast.is_dead(1));
        cast.start(1, None);
        let (status, given) = cast.give_back(1, id, 2, point).unwrap();
        assert_eq!((status, &given["left"]), (201, &json!(0)), "{point}: {given}");
        assert_eq!(cast.give_back(1, id, 2, point).unwrap().1, given, "{point}");
        assert_eq!(cast.give_back(1, id, 1, "another").unwrap().0, 422, "{point}");
        assert_eq!(cast.wallet(&["claim", given["claim_url"].as_str().unwrap()], None).unwrap()["state"], "done");
        cast.until_it_has(60, point);
        cast.check(point);
    }
    for point in RETURN_POINTS {
        let link = cast.checkout(1, 2).unwrap();
        assert_eq!(cast.wallet(&["pay", &link, "--points", "2"], None).unwrap()["state"], "done");
        let id = link.rsplit_once('/').unwrap().1;
        let body = json!({
            "checkout": id, "sold_cents": 2, "total_cents": 2, "eligible_cents": 0, "reference": "returned",
        });
        cast.kill(1);
        cast.start(1, Some(point));
        assert!(cast.till(1, "/v1/returns", &body).is_none(), "{point}: the answer is lost");
        eventually(&format!("{point}: the process dies"), || cast.is_dead(1));
        cast.start(1, None);
        let (status, taken) = cast.till(1, "/v1/returns", &body).unwrap();
        assert_eq!((status, &taken["points_back"]), (201, &json!(2)), "{point}: {taken}");
        assert_eq!(cast.till(1, "/v1/returns", &body).unwrap().1, taken, "{point}");
        let link = taken["back"]["claim_url"].as_str().unwrap();
        assert_eq!(cast.wallet(&["claim", link], None).unwrap()["state"], "done");
        cast.until_it_has(60, point);
        cast.check(point);
    }
}

/// BASKET-9, HTTP-11.
#[test]
fn a_store_killed_while_its_till_rings_up_and_completes_a_basket_gives_what_it_earns_once() {
    let mut cast = Cast::found();
    let rules = "\n[earn]\npoints = 1\ncents = 100\nzone = \"Europe/Paris\"\n";
    let file = cast.desk.path("store-1/ronde.toml");
    let config = std::fs::read_to_string(&file).unwrap();
    std::fs::write(file, config + rules).unwrap();
    let link = cast.grant(2, 60).unwrap();
    assert_eq!(cast.wallet(&["claim", &link], None).unwrap()["state"], "done");
    let body = json!({
        "total_cents": 1000, "eligible_cents": 1000, "max_points": 2, "step": 1, "reference": "basket",
        "receipt": "2 croissants", "expires_in": 3600,
    });
    for (point, points) in BASKET_POINTS.iter().zip((1..).map(|round| 60 + 7 * round)) {
        cast.kill(1);
        cast.start(1, Some(point));
        // Whoever gets no answer asks again once the node is up.
        fn insist(cast: &mut Cast, ask: impl Fn(&Cast) -> Option<(u16, Value)>) -> (u16, Value) {
            if let Some(answered) = ask(cast) {
                return answered;
            }
            cast.start(1, None);
            ask(cast).unwrap()
        }
        let (status, rung) = insist(&mut cast, |cast| cast.post_once(1, "/v1/baskets", &body, point));
        assert_eq!(status, 201, "{point}: {rung}");
        let paid = cast.wallet(&["pay", rung["url"].as_str().unwrap(), "--wait", "0"], None).unwrap();
        assert_eq!((&paid["state"], &paid["paid"]), (&json!("settled"), &json!(2)), "{point}: {paid}");
        let path = format!("/v1/baskets/{}/complete", rung["id"].as_str().unwrap());
        let (status, complete) = insist(&mut cast, |cast| cast.till(1, &path, &json!({})));
        assert_eq!((status, &complete["state"]), (200, &json!("complete")), "{point}: {complete}");
        assert_eq!(cast.till(1, &path, &json!({})).unwrap().1, complete, "{point}");
        // Two points paid, and nine earned on 9.98 euros.
        cast.until_it_has(points, point);
        cast.check(point);
    }
}

/// LOG-15: killed between taking entries over and moving on, it takes them over again.
#[test]
fn a_witness_killed_at_any_boundary_ends_with_the_same_books() {
    walk(WITNESS_POINTS, 4, 1);
}

/// WALLET-1.
#[test]
fn a_wallet_killed_at_any_boundary_has_its_points_once() {
    let mut cast = Cast::found();
    for point in WALLET_POINTS {
        let link = cast.grant(1, 9).unwrap();
        assert!(cast.wallet(&["claim", &link], Some(point)).is_none());
        cast.complete(Some(&link), None, point);
        let checkout = cast.checkout(3, 2).unwrap();
        assert!(cast.wallet(&["pay", &checkout, "--points", "2"], Some(point)).is_none());
        cast.complete(None, Some(&checkout), point);
        cast.check(point);
    }
    assert_eq!(cast.balance()["points"], (9 - 2) * WALLET_POINTS.len());
    cast.walks += 1;
}

#[test]
fn a_witness_killed_while_orders_run_catches_up() {
    let mut cast = Cast::found();
    for day in 0..6 {
        match day {
            2 => cast.kill(3),
            4 => cast.start(3, None),
            _ => {}
        }
        let (grant, checkout) = cast.play(1);
        cast.complete(grant.as_ref(), checkout.as_ref(), "a day");
    }
    cast.check("the end");
    assert_eq!(cast.balance()["points"], 6 * (5 - 2));
}

#[test]
fn every_fault_point_of_the_source_is_walked() {
    let mut found = BTreeSet::new();
    search(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    let of_the_counter =
        [STORE_POINTS, REFUND_POINTS, GIVE_BACK_POINTS, RETURN_POINTS, BASKET_POINTS, DAILY_POINTS].concat();
    let walked = [of_the_counter, [WITNESS_POINTS, WALLET_POINTS].concat()].concat();
    let walked: BTreeSet<String> = walked.iter().map(|point| point.split(':').next().unwrap().to_owned()).collect();
    assert_eq!(found, walked);
}

/// The names in all `fault::point("...")`.
fn search(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            search(&path, found);
        } else {
            let text = std::fs::read_to_string(&path).unwrap();
            let calls = text.split("fault::point(\"").skip(1);
            found.extend(calls.map(|rest| rest.split('"').next().unwrap().to_owned()));
        }
    }
}
