//! A store that is its own witness, killed while baskets come and at every boundary of the daily pledge: what was counted
//! is what was granted, and what had gathered is pledged exactly once.
#![cfg(feature = "fault-points")]

mod cli_support;
mod daily_points;
mod places;

use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use cli_support::Desk;
use daily_points::DAILY_POINTS;
use places::free_place;
use ronde_node::charter_store::CharterStore;
use ronde_node::clock::Clock;
use ronde_node::shop::{Shop, Totals};
use ronde_node::store::{Engine as _, Readers, SqliteEngine, Table, Writer, WriterConfig};
use ronde_protocol::message::codec::decode;
use ronde_protocol::message::ids::StoreId;
use ronde_protocol::message::order::{Order, Purpose};
use serde_json::{Value, json};

/// Far longer than anything takes: the tests wait for events, not for time.
const LONG: Duration = Duration::from_secs(90);
/// What aborts with no handler of its own ends with this signal.
const SIGABRT: i32 = 6;
/// Of an association that the charter does not know: baskets gather, and nothing is pledged yet.
const GATHERS: &str = "association = 9";

fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + LONG;
    while !is_so() {
        assert!(Instant::now() < deadline, "{what}: not within {LONG:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The store's folder, and its process while it runs.
struct Store {
    desk: Desk,
    base: String,
    child: Option<Child>,
}

impl Drop for Store {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Store {
    fn found() -> Self {
        let desk = Desk::new();
        desk.begin();
        let association = "[[association]]\nid = 1\nname = \"Food bank\"";
        desk.edit("plan.toml", &format!("# {}", association.replace('\n', "\n# ")), association);
        let place = free_place();
        desk.ronde(&format!(
            "init --dir store-1 --store 1 --name Shop1 --plan plan.toml --witness 1:0 --quic {place} --http http://{place}"
        ))
        .ok();
        desk.ronde("charter new --plan plan.toml --card store-1/store.card --out 000001.charter").ok();
        for name in ["alice", "bob"] {
            desk.ronde(&format!("charter sign --key {name}.key 000001.charter")).ok();
        }
        desk.ronde("charter install --config store-1/ronde.toml 000001.charter").ok();
        let config = desk.path("store-1/ronde.toml");
        let text = std::fs::read_to_string(&config).unwrap();
        let rules = format!(
            "\n[earn]\npoints = 1\ncents = 100\nzone = \"UTC\"\n[pledge]\n{GATHERS}\nper_mille = 10\nat = \"00:00\"\n"
        );
        std::fs::write(&config, text + &rules).unwrap();
        Self { desk, base: format!("http://{place}"), child: None }
    }

    /// Starts the node. With a fault it may die before it is ready.
    fn start(&mut self, fault: Option<&str>) {
        self.child = Some(self.desk.node(1, &[], fault));
    }

    /// As `kill -9` does.
    fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            // It may have ended by itself.
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    fn has_aborted(&mut self) -> bool {
        let status = self.child.as_mut().unwrap().try_wait().unwrap();
        if let Some(status) = status {
            assert_eq!(status.signal(), Some(SIGABRT), "{status}");
        }
        status.is_some()
    }

    fn till(&self) -> String {
        let admin = std::fs::read_to_string(self.desk.path("store-1/secrets/admin.token")).unwrap();
        let body = json!({ "name": "counter", "scopes": ["grant", "manager"] });
        let (status, made) = call(&self.base, "POST", "/v1/tills", admin.trim(), Some(&body)).unwrap();
        assert_eq!(status, 201, "{made}");
        made["token"].as_str().unwrap().to_owned()
    }

    fn shows(&self, path: &str) -> Value {
        call(&self.base, "GET", path, "", None).map_or(Value::Null, |(_, shown)| shown)
    }

    /// Points that this store pledged, by the books of the store's own witness.
    fn booked(&self) -> u64 {
        let books = self.shows("/v1/books");
        let accounts = books["keysets"][0]["accounts"].as_array().cloned().unwrap_or_default();
        let lines = accounts.iter().filter(|line| line["account"] == json!({ "store": 1 }));
        lines.filter_map(|line| line["pledged"].as_u64()).sum()
    }

    /// What the database holds, read while no node runs: totals of all time, grants, details, pledges that were signed.
    fn kept(&self) -> (Totals, usize, usize, Vec<u64>) {
        assert!(self.child.is_none());
        // Of a copy: a writer lets go of its file when its thread ends, which may be after the next start.
        let copy = tempfile::tempdir().unwrap();
        for file in std::fs::read_dir(self.desk.path("store-1/data")).unwrap() {
            let file = file.unwrap();
            std::fs::copy(file.path(), copy.path().join(file.file_name())).unwrap();
        }
        let engine = SqliteEngine::open(copy.path().join("ronde.sqlite")).unwrap();
        let readers = Arc::new(Readers::open(&engine, 1).unwrap());
        let count = |table, from: &[u8], to: &[u8]| {
            readers.with(|read| read.scan(table, from, Some(to), usize::MAX).unwrap().len())
        };
        let (grants, details) = (count(Table::Grant, b"i", b"j"), count(Table::Detail, b"g", b"h"));
        let signed = engine.reader().unwrap().scan(Table::SignedReference, &[], None, usize::MAX).unwrap();
        let pledge = |order: Order| match order.purpose {
            Purpose::Pledge { points, .. } => Some(points.0),
            _ => None,
        };
        let pledges = signed.iter().filter_map(|(_, bytes)| pledge(decode(bytes, 1 << 20).unwrap())).collect();
        let charters = CharterStore::load(&self.desk.path("store-1/charter")).unwrap();
        let charter = Arc::new(charters.charter().clone());
        let writer = Writer::start(engine, WriterConfig::default()).unwrap();
        let shop = Shop::new(StoreId(1), Arc::new(move || Arc::clone(&charter)), writer, readers, Clock::System);
        (shop.totals(None, &(0..u64::MAX)).unwrap(), grants, details, pledges)
    }
}

fn call(base: &str, method: &str, path: &str, token: &str, body: Option<&Value>) -> Option<(u16, Value)> {
    let config = ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(LONG)).build();
    let agent: ureq::Agent = config.into();
    let request = ureq::http::Request::builder().method(method).uri(format!("{base}{path}"));
    let request = request.header("authorization", format!("Bearer {token}"));
    let bytes = body.map(|body| serde_json::to_vec(body).unwrap()).unwrap_or_default();
    let mut answer = agent.run(request.body(bytes).unwrap()).ok()?;
    let text = answer.body_mut().read_to_string().ok()?;
    Some((answer.status().as_u16(), serde_json::from_str(&text).unwrap_or(Value::Null)))
}

fn basket(base: &str, till: &str, cents: u64) -> Option<u16> {
    let body = json!({ "eligible_cents": cents, "reference": "" });
    call(base, "POST", "/v1/grants", till, Some(&body)).map(|(status, _)| status)
}

/// EARN-9: of a node that runs.
#[test]
fn a_running_store_takes_up_changed_rules_and_keeps_the_old_while_the_file_is_broken() {
    let mut store = Store::found();
    store.start(None);
    let till = store.till();
    let earns = || {
        let body = json!({ "eligible_cents": 1000, "reference": "" });
        call(&store.base, "POST", "/v1/grants", &till, Some(&body)).unwrap().1["points"].as_u64().unwrap()
    };
    assert_eq!(earns(), 10);
    let by_hand = |words: &[&str]| {
        let line = ["till", "grant", "--config", "store-1/ronde.toml", "--json"];
        let said = store.desk.run(line.into_iter().chain(words.iter().copied()), &[("RONDE_TILL_TOKEN", &till)]);
        (said.code, said.out)
    };
    let (code, out) = by_hand(&["--cents", "1250"]);
    assert!(code == 0 && out.contains("\"points\":12") && out.contains("\"eligible_cents\":1250"), "{out}");
    let (code, out) = by_hand(&["3", "--reason", "jars brought back"]);
    assert!(code == 0 && out.contains("\"points\":3") && out.contains("jars brought back"), "{out}");
    assert_eq!((by_hand(&[]).0, by_hand(&["3", "--cents", "300"]).0), (2, 2), "one of both");
    store.desk.edit("store-1/ronde.toml", "cents = 100", "cents = 50");
    eventually("the new rate holds", || earns() == 20);
    store.desk.edit("store-1/ronde.toml", "cents = 50", "cent = 25");
    eventually("the node says so", || store.shows("/v1/status")["rules_trouble"].is_string());
    let said = store.desk.ronde(&format!("status --node {}", store.base));
    assert!(said.out.contains("look  baskets still earn by the rules from before"), "{}", said.out);
    assert!(said.out.contains("section [earn], `cent`"), "where, and no value: {}", said.out);
    assert_eq!(earns(), 20);
    store.desk.edit("store-1/ronde.toml", "cent = 25", "cents = 25");
    eventually("the newest rate holds", || earns() == 40);
    assert_eq!(store.shows("/v1/status").get("rules_trouble"), None);
}

/// EARN-12.
#[test]
fn what_was_counted_is_what_was_granted_whenever_the_store_is_killed() {
    let mut store = Store::found();
    store.start(None);
    let till = store.till();
    let mut acknowledged = 0;
    for _ in 0..3 {
        let told = AtomicU64::new(0);
        std::thread::scope(|scope| {
            let clerks: Vec<_> = (0..3)
                .map(|_| {
                    scope.spawn(|| {
                        while basket(&store.base, &till, 250) == Some(201) {
                            told.fetch_add(1, Ordering::SeqCst);
                        }
                    })
                })
                .collect();
            eventually("baskets come", || told.load(Ordering::SeqCst) >= 20);
            let id = store.child.as_ref().unwrap().id().to_string();
            assert!(Command::new("kill").args(["-9", &id]).status().unwrap().success());
            clerks.into_iter().for_each(|clerk| clerk.join().unwrap());
        });
        acknowledged += told.into_inner();
        store.kill();
        let (totals, grants, details, _) = store.kept();
        let made = u64::try_from(grants).unwrap();
        assert!(made >= acknowledged, "{made} of {acknowledged}");
        let expected = Totals { baskets: made, cents: 250 * made, granted: 2 * made, ..Totals::default() };
        assert_eq!((totals, details), (expected, grants));
        store.start(None);
    }
}

/// EARN-11.
#[test]
fn what_has_gathered_is_pledged_exactly_once_wherever_the_store_is_killed() {
    // Each point takes a day of its own, so a federation of its own.
    std::thread::scope(|scope| {
        DAILY_POINTS.iter().for_each(|point| drop(scope.spawn(|| pledge_and_die_at(point))));
    });
}

fn pledge_and_die_at(point: &str) {
    let mut store = Store::found();
    store.start(None);
    let till = store.till();
    assert_eq!(basket(&store.base, &till, 2000), Some(201));
    eventually("the node says why it waits", || store.shows("/v1/status")["pledge_trouble"].is_string());
    store.kill();
    let (gathered, _, _, pledges) = store.kept();
    assert_eq!((gathered.pledged, pledges), (0, vec![]));
    store.desk.edit("store-1/ronde.toml", GATHERS, "association = 1");
    store.start(Some(point));
    eventually(point, || store.has_aborted());
    store.kill();
    store.start(None);
    eventually("it is pledged", || store.booked() == 20);
    // And not once more, now that it is: what comes later waits for another day.
    assert_eq!(basket(&store.base, &till, 700), Some(201));
    store.kill();
    store.start(None);
    assert!([20, 27].contains(&store.booked()), "{point}");
    store.kill();
    let (totals, _, _, pledges) = store.kept();
    // Past midnight it is another day, and the second basket's seven points may be pledged, too.
    assert!(matches!(pledges[..], [20] | [20, 7] | [7, 20]), "{point}: {pledges:?}");
    assert_eq!((totals.pledged, totals.pledges_refused), (pledges.iter().sum(), 0), "{point}");
}
