//! A shop's node killed at every boundary of what it tells: each event stands in the log once, and whoever is posted to gets
//! each at least once and in order.
#![cfg(feature = "fault-points")]

mod cli_support;
mod event_stream;
mod places;
mod webhook_receiver;

use std::process::{Child, Command};
use std::time::{Duration, Instant};

use cli_support::{Desk, cards};
use event_stream::Stream;
use places::free_place;
use serde_json::{Value, json};
use webhook_receiver::Receiver;

/// Nodes hear of each other soon.
const SYNC: &[(&str, &str)] = &[("RONDE_SYNC_PULL_SECONDS", "1"), ("RONDE_SYNC_FEED_SECONDS", "1")];

/// Far longer than anything takes: the tests wait for events, not for time.
const LONG: Duration = Duration::from_secs(90);

/// Points at which an event is, or is about to be, written, and any commit of the day.
const POINTS: &[&str] = &[
    "shop.before-checkout",
    "shop.after-checkout",
    "gateway.after-open",
    "gateway.after-certificate",
    "shop.before-settle-grant",
    "shop.after-settle-grant",
    "shop.before-settle-checkout",
    "shop.after-settle-checkout",
    "writer.after-commit:3",
    "writer.before-commit:5",
    "writer.after-commit:5",
    "writer.before-commit:8",
    "writer.after-commit:8",
    "writer.before-commit:11",
    "writer.after-commit:11",
];

/// The only shop of a federation, its till, and a wallet.
struct Shop {
    desk: Desk,
    base: String,
    child: Child,
    admin: String,
    till: String,
}

impl Drop for Shop {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Shop {
    fn found() -> Self {
        let desk = Desk::new();
        desk.begin();
        let place = free_place();
        let base = format!("http://{place}");
        desk.ronde(&format!(
            "init --dir store-1 --store 1 --name Shop1 --plan plan.toml --witness 1:0 --quic {place} --http {base}"
        ))
        .ok();
        desk.ronde(&format!("charter new --plan plan.toml {} --out 000001.charter", cards(&[1]))).ok();
        for name in ["alice", "bob"] {
            desk.ronde(&format!("charter sign --key {name}.key 000001.charter")).ok();
        }
        desk.ronde("charter install --config store-1/ronde.toml 000001.charter").ok();
        let child = start(&desk, None);
        let admin = std::fs::read_to_string(desk.path("store-1/secrets/admin.token")).unwrap().trim().to_owned();
        let mut shop = Self { desk, base, child, admin, till: String::new() };
        let till = json!({ "name": "counter", "scopes": ["grant", "redeem"] });
        shop.till = shop.post("/v1/tills", &shop.admin, &till).unwrap()["token"].as_str().unwrap().to_owned();
        shop.wallet(&["new", "--node", &shop.base]).expect("a wallet");
        shop
    }

    /// As `kill -9` does, and as the machine does that loses power.
    fn kill(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    fn start(&mut self, fault: Option<&str>) {
        self.kill();
        self.child = start(&self.desk, fault);
    }

    /// What a dead node answers is nothing.
    fn post(&self, path: &str, token: &str, body: &Value) -> Option<Value> {
        let agent = ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(LONG)).build();
        let request = agent.new_agent().post(format!("{}{path}", self.base));
        let mut answer = request.header("authorization", format!("Bearer {token}")).send_json(body).ok()?;
        answer.body_mut().read_json().ok()
    }

    fn wallet(&self, words: &[&str]) -> Option<Value> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ronde"));
        command.arg("wallet").arg("--wallet").arg(self.desk.path("wallet")).args(words).arg("--json").env_clear();
        serde_json::from_slice(&command.output().unwrap().stdout).ok()
    }

    /// A grant that is claimed and a checkout that is paid, as far as it gets: what the till was told of each.
    fn day(&self, pay_first: bool) -> [Option<Value>; 2] {
        let earn = || {
            let grant = self.post("/v1/grants", &self.till, &json!({ "points": 5, "reference": "r" }));
            let grant = grant.filter(|grant| grant["id"].is_string());
            self.claim(grant.as_ref());
            grant
        };
        let spend = || {
            let body = json!({ "max_points": 2, "step": 1, "reference": "r", "expires_in": 3600 });
            let checkout = self.post("/v1/checkouts", &self.till, &body).filter(|checkout| checkout["id"].is_string());
            self.pay(checkout.as_ref());
            checkout
        };
        if pay_first {
            let checkout = spend();
            [earn(), checkout]
        } else {
            [earn(), spend()]
        }
    }

    fn claim(&self, grant: Option<&Value>) {
        if let Some(grant) = grant {
            self.wallet(&["claim", grant["claim_url"].as_str().unwrap()]);
        }
    }

    fn pay(&self, checkout: Option<&Value>) {
        if let Some(checkout) = checkout {
            self.wallet(&["pay", checkout["url"].as_str().unwrap(), "--points", "2"]);
        }
    }

    /// What a grant or checkout has come to.
    fn state(&self, kind: &str, made: &Value) -> Value {
        let url = format!("{}/v1/{kind}/{}", self.base, made["id"].as_str().unwrap());
        let agent = ureq::Agent::new_with_defaults();
        let mut shown = agent.get(url).header("authorization", format!("Bearer {}", self.till)).call().unwrap();
        shown.body_mut().read_json::<Value>().unwrap()["state"].clone()
    }

    /// Once the node is up again, what the day was about comes to its end.
    fn complete(&self, [grant, checkout]: &[Option<Value>; 2]) {
        eventually("nothing of the wallet's is open", || {
            self.wallet(&["resume"]);
            let balance = self.wallet(&["balance"]).unwrap();
            balance["held"] == 0 && balance["pending"] == 0
        });
        self.claim(grant.as_ref());
        self.pay(checkout.as_ref());
        let (grant, checkout) = (grant.as_ref(), checkout.as_ref());
        eventually("the day's claim is settled", || grant.is_none_or(|grant| self.state("grants", grant) == "claimed"));
        eventually("the day's payment is settled", || {
            checkout.is_none_or(|checkout| self.state("checkouts", checkout) == "accepted")
        });
    }

    /// All events up to one that happens now.
    fn log(&self) -> Vec<Value> {
        let stream = Stream::open(&self.base, &self.admin, Some(0), None).unwrap();
        let body = json!({ "max_points": 1, "step": 1, "reference": "last" });
        let last = self.post("/v1/checkouts", &self.till, &body).unwrap();
        let path = format!("{}/v1/checkouts/{}", self.base, last["id"].as_str().unwrap());
        let agent = ureq::Agent::new_with_defaults();
        agent.delete(path).header("authorization", format!("Bearer {}", self.till)).call().unwrap();
        let mut events = Vec::new();
        loop {
            let (id, _, event) = stream.event();
            assert_eq!(event["position"], id);
            let is_last = event["data"]["checkout"] == last["id"];
            events.push(event);
            if is_last {
                return events;
            }
        }
    }
}

fn start(desk: &Desk, fault: Option<&str>) -> Child {
    desk.node(1, SYNC, fault)
}

fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + LONG;
    while !is_so() {
        assert!(Instant::now() < deadline, "{what}: not within {LONG:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// EVENT-1, EVENT-2, EVENT-14.
#[test]
fn a_node_killed_at_any_boundary_tells_each_thing_once_and_posts_it_at_least_once() {
    let mut shop = Shop::found();
    let receiver = Receiver::open();
    shop.post("/v1/webhooks", &shop.admin, &json!({ "url": receiver.url })).unwrap();
    let (mut claimed, mut paid) = (Vec::new(), Vec::new());
    let id = |made: &Value| made["id"].as_str().unwrap().to_owned();
    let mut done = |shop: &Shop, day: &[Option<Value>; 2]| {
        shop.complete(day);
        claimed.extend(day[0].as_ref().map(id));
        paid.extend(day[1].as_ref().map(id));
    };
    done(&shop, &shop.day(false));
    for (point, pay_first) in POINTS.iter().flat_map(|point| [(point, true), (point, false)]) {
        shop.start(Some(point));
        let mut days = Vec::new();
        while shop.child.try_wait().unwrap().is_none() {
            // How many jobs one commit takes is a matter of luck.
            assert!(days.len() < 12, "{point} is not reached");
            let day = shop.day(pay_first);
            if day.contains(&None) {
                // It is dying, which takes the system a moment.
                eventually("a node that answers nothing has ended", || shop.child.try_wait().unwrap().is_some());
            }
            days.push(day);
        }
        shop.start(None);
        days.iter().for_each(|day| done(&shop, day));
    }
    assert!(claimed.len() > 10 && paid.len() > 10, "{claimed:?} {paid:?}");
    let log = shop.log();
    let count = |kind: &str, member: &str, id: &str| {
        log.iter().filter(|event| event["type"] == kind && event["data"][member] == id).count()
    };
    for id in &claimed {
        assert_eq!(count("grant.claimed", "grant", id), 1, "{id}");
    }
    for id in &paid {
        let steps = ["checkout.presented", "checkout.pending", "checkout.accepted"];
        assert_eq!(steps.map(|kind| count(kind, "checkout", id)), [1, 1, 1], "{id}");
    }
    let all = |kind: &str| log.iter().filter(|event| event["type"] == kind).count();
    assert_eq!((all("grant.claimed"), all("checkout.accepted")), (claimed.len(), paid.len()));
    assert!(log.windows(2).all(|pair| pair[0]["position"].as_u64() < pair[1]["position"].as_u64()));
    // The receiver has seen the first event again and again, and takes it now.
    let mut taken: Vec<Value> = Vec::new();
    while taken.last() != log.last() {
        let (id, event) = receiver.take();
        assert_eq!(id, format!("ronde_1_{}", event["position"]));
        if !taken.contains(&event) {
            taken.push(event);
        }
    }
    assert_eq!(taken, log);
}

/// EVENT-14: it had been posted, and whether it was taken was not known.
#[test]
fn an_event_whose_post_was_cut_off_by_kill_9_is_posted_again() {
    let mut shop = Shop::found();
    let receiver = Receiver::open();
    shop.post("/v1/webhooks", &shop.admin, &json!({ "url": receiver.url })).unwrap();
    shop.day(false);
    for _ in 0..2 {
        let post = receiver.post();
        assert_eq!((post.id(), post.kind().as_str()), ("ronde_1_1", "grant.claimed"));
        shop.kill();
        // Nobody hears it.
        post.answer(200, "");
        shop.start(None);
    }
    let kinds: Vec<String> = (0..4).map(|_| receiver.take().1["type"].as_str().unwrap().to_owned()).collect();
    assert_eq!(kinds, ["grant.claimed", "checkout.presented", "checkout.pending", "checkout.accepted"]);
}
