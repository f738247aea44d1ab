//! A federation in one process: every store a whole node, on real QUIC and HTTP over the loopback interface.
#![allow(dead_code, reason = "each test binary uses a part of it")]

pub mod checkouts;
pub mod orders;
pub mod picky;
#[path = "../places/mod.rs"]
pub mod places;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ronde_node::charter_store::CharterStore;
use ronde_node::clock::{Clock, ManualClock};
use ronde_node::daemon::{Node, NodeError, Setup};
use ronde_node::driver::OpenLimits;
use ronde_node::http::ServeLimits;
use ronde_node::ops::OpsSetup;
use ronde_node::shop::Caps;
use ronde_node::space::{Disk, ManualDisk, Space};
use ronde_node::store::{Engine, MemoryEngine, SqliteEngine};
use ronde_node::transport::{
    AllowList, Dialer, DialerConfig, Handler, Identity, Listener, ListenerConfig, NodeKey, TransportError,
};
use ronde_protocol::limits::MAX_MESSAGE_BYTES;
use ronde_protocol::message::charter::{CharterBody, KeysetEntry};
use ronde_protocol::message::codec::{Bounded, Decode, Encode, decode, encode};
use ronde_protocol::message::ids::{StoreId, WitnessIndex};
use ronde_protocol::message::log::{CertifiedOrder, LogEntry};
use ronde_protocol::message::order::{Columns, SignedOrder};
use ronde_protocol::message::wire::{Reply, ReplyV1, Request, RequestV1};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

use crate::federation_support::{DAY, Federation, KEYSET, NOW, Plan, body, node_seed, planned, sign_charter};

/// Far longer than anything takes: tests wait for events, not for time.
pub const LONG: Duration = Duration::from_secs(60);

/// Free bytes that a disk must have.
pub const FLOOR: u64 = 1 << 20;

/// Opens a store's database, in its folder or not at all on disk.
pub type OpenEngine = fn(&Path) -> Box<dyn Engine>;

/// Nothing on disk: a node that is stopped forgets all.
pub fn in_memory(_: &Path) -> Box<dyn Engine> {
    Box::new(MemoryEngine::new())
}

/// A file that outlives the node.
pub fn on_disk(folder: &Path) -> Box<dyn Engine> {
    Box::new(SqliteEngine::open(folder.join("ronde.sqlite")).unwrap())
}

/// Stores numbered from 1, their witnesses' indices one less.
pub struct Town {
    pub federation: Federation,
    /// What it was founded by, with all addresses.
    pub plan: Plan,
    quic: Vec<String>,
    http: Vec<String>,
    folder: TempDir,
    clocks: Vec<(Clock, ManualClock)>,
    disks: Vec<ManualDisk>,
    nodes: BTreeMap<u32, Running>,
    /// Between two readings of feeds, for nodes that are started from then on.
    pub feed: Duration,
    /// How many orders they have in hand at a time.
    pub open_orders: OpenLimits,
    /// Ports of those who watch, by store.
    pub ops: BTreeMap<u32, OpsSetup>,
    dialers: BTreeMap<u32, Dialer>,
    /// Each probe is another order: a vote that was given before is given again by a witness that does not vote yet.
    probes: u64,
    runtime: Runtime,
}

struct Running {
    stop: oneshot::Sender<()>,
    thread: JoinHandle<Result<(), NodeError>>,
}

/// What came back over HTTP.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub body: Value,
}

impl Answer {
    /// The problem's code; empty if it is none.
    pub fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }

    /// A base64 member of the answer.
    pub fn member<T: Decode<()> + Encode>(&self, name: &str) -> T {
        from_base64(&self.body[name])
    }
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

/// What HTTP carries as base64.
pub fn from_base64<T: Decode<()> + Encode>(value: &Value) -> T {
    decode(&URL_SAFE_NO_PAD.decode(value.as_str().unwrap()).unwrap(), 1 << 20).unwrap()
}

/// Canonical bytes as HTTP carries them.
pub fn base64<T: Encode>(value: &T) -> String {
    URL_SAFE_NO_PAD.encode(encode(value))
}

/// Looks again and again until it is so, or the test fails.
pub fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + LONG;
    while !is_so() {
        assert!(Instant::now() < deadline, "{what}: not within {LONG:?}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Addresses that nobody listens on.
pub fn free_addresses(count: usize) -> (Vec<String>, Vec<String>) {
    let free = || (0..count).map(|_| places::free_place()).collect();
    (free(), free())
}

impl Town {
    /// So many witness stores that all vote.
    pub fn open(witnesses: usize, engine: OpenEngine) -> Self {
        Self::open_as(Plan::of(witnesses), engine)
    }

    /// The stores of a plan, all open.
    pub fn open_as(plan: Plan, engine: OpenEngine) -> Self {
        let stores = u32::try_from(plan.stores).unwrap();
        let mut town = Self::found(plan);
        (1..=stores).for_each(|store| town.start(store, engine));
        town.wait_for_votes();
        town
    }

    /// A federation of which no store is open yet.
    pub fn found(plan: Plan) -> Self {
        let (quic, http) = free_addresses(plan.stores);
        let bases = http.iter().map(|address| format!("http://{address}")).collect();
        let plan = Plan { quic: quic.clone(), http: bases, ..plan };
        let federation = planned(&plan);
        let clocks = (0..plan.stores).map(|_| Clock::manual(plan.now * 1000)).collect();
        let disks = (0..plan.stores).map(|_| ManualDisk::new(2 * FLOOR)).collect();
        Self {
            federation,
            plan,
            quic,
            http,
            folder: tempfile::tempdir().unwrap(),
            clocks,
            disks,
            nodes: BTreeMap::new(),
            feed: Duration::from_millis(100),
            open_orders: OpenLimits::default(),
            ops: BTreeMap::new(),
            dialers: BTreeMap::new(),
            probes: 0,
            runtime: runtime(),
        }
    }

    /// Starts a store's node; returns once it listens.
    pub fn start(&mut self, store: u32, engine: OpenEngine) {
        let folder = self.folder.path().join(store.to_string());
        std::fs::create_dir_all(&folder).unwrap();
        let charter = folder.join("charter");
        let charters = match charter.exists() {
            true => CharterStore::load(&charter).unwrap(),
            false => CharterStore::create(&charter, self.federation.signed.clone()).unwrap(),
        };
        let setup = Setup {
            store: StoreId(store),
            seed: node_seed(StoreId(store)),
            charters,
            engine: engine(&folder),
            database: None,
            quic: self.quic[place(store)].parse().unwrap(),
            http: self.http[place(store)].parse().unwrap(),
            http_connections: ServeLimits::default().connections,
            admin_token: folder.join("admin.token"),
            tls: None,
            behind_proxy: false,
            manager_hash: folder.join("manager.hash"),
            caps: Caps::default(),
            feed: self.feed,
            pull: Duration::from_millis(100),
            patience: Duration::from_secs(10),
            open_orders: self.open_orders,
            clock: self.clocks[place(store)].0.clone(),
            ops: self.ops.get(&store).cloned(),
            space: Space::new(Disk::Manual(self.disks[place(store)].clone()), FLOOR),
        };
        let (ready, started) = mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            runtime().block_on(async move {
                let node = Node::start(setup).await.unwrap();
                ready.send(()).unwrap();
                let until = async {
                    // A dropped sender stops the node too.
                    let _ = stopped.await;
                };
                node.serve(until).await
            })
        });
        started.recv().unwrap();
        self.nodes.insert(store, Running { stop, thread });
    }

    /// The stewards sign the next version of the charter, in which there is more of what the plan says, and one store's
    /// operator installs it while the node runs.
    pub fn publish(&mut self, store: u32, change: impl FnOnce(&mut CharterBody)) {
        let before = &self.federation.charter;
        let mut body = CharterBody {
            genesis: None,
            version: before.version() + 1,
            previous: before.hash(),
            ..before.body().clone()
        };
        change(&mut body);
        let signed = sign_charter(body, &[1, 2]);
        let folder = self.folder.path().join(store.to_string()).join("charter");
        CharterStore::load(&folder).unwrap().add(signed.clone()).unwrap();
        let charter = before.succeed(signed.clone()).unwrap();
        self.federation = Federation { charter, signed };
    }

    /// A second keyset that ends a year after the first, as a plan with two has it.
    pub fn later_keyset(&self) -> KeysetEntry {
        let plan = Plan { keysets: 2, apart: 365 * DAY, ..self.plan.clone() };
        body(&plan).keysets.into_vec().remove(1)
    }

    /// Publishes a charter with another keyset.
    pub fn add_keyset(&mut self, store: u32, keyset: KeysetEntry) {
        self.publish(store, |body| {
            let mut keysets = body.keysets.clone().into_vec();
            keysets.push(keyset);
            body.keysets = Bounded::new(keysets).unwrap();
        });
    }

    /// Stops a store's node in order.
    pub fn stop(&mut self, store: u32) {
        let running = self.nodes.remove(&store).unwrap();
        running.stop.send(()).unwrap();
        running.thread.join().unwrap().unwrap();
    }

    /// Lets something else answer in a store's place, with its key.
    pub fn impersonate(&self, store: u32, handler: Arc<dyn Handler>) {
        let stores = &self.federation.charter.body().stores;
        let known: Vec<NodeKey> = stores.iter().map(|store| store.node_key.0).collect();
        let identity = Identity::from_seed(*node_seed(StoreId(store)).node_key_seed()).unwrap();
        let address = self.quic(store).parse().unwrap();
        self.spawn(async move {
            let allowed = Arc::new(AllowList::new(known));
            let listener = Listener::bind(address, &identity, allowed, ListenerConfig::default()).unwrap();
            listener.serve(handler, std::future::pending()).await;
        });
    }

    /// Waits until a store's node has ended by itself, and says why.
    pub fn end_of(&mut self, store: u32) -> String {
        let running = self.nodes.remove(&store).unwrap();
        running.thread.join().unwrap().unwrap_err().to_string()
    }

    /// Waits until every open witness votes: each for a gift of its own store on a day long past, shown to it alone.
    pub fn wait_for_votes(&mut self) {
        let open: Vec<u32> = self.nodes.keys().copied().collect();
        let witnesses: Vec<u32> = open.into_iter().filter(|store| self.index_of(*store).is_some()).collect();
        self.probes += 1;
        for store in witnesses {
            let probe = orders::pledge(&self.federation, store, NOW - DAY * (100 + self.probes));
            eventually("a started witness votes", || {
                let request = orders::request(&self.federation, store, &probe, &[]);
                let answer = self.try_ask(store, store, RequestV1::Vote(request));
                // One that is its own quorum certifies at once.
                matches!(answer, Ok(ReplyV1::Voted(_) | ReplyV1::Certified(_)))
            });
        }
    }

    /// The store's seat.
    pub fn index_of(&self, store: u32) -> Option<WitnessIndex> {
        let keyset = self.federation.charter.keyset(KEYSET).unwrap();
        keyset.member_of(StoreId(store)).map(|member| member.index())
    }

    /// Sets one store's clock.
    pub fn set_clock(&self, store: u32, seconds: u64) {
        self.clocks[place(store)].1.set(seconds * 1000);
    }

    /// Sets the free bytes on one store's disk.
    pub fn set_free(&self, store: u32, bytes: u64) {
        self.disks[place(store)].set(bytes);
    }

    /// Host and port for QUIC.
    pub fn quic(&self, store: u32) -> &str {
        &self.quic[place(store)]
    }

    /// Runs a future of the test's own.
    pub fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    /// Lets a future run beside the test, for as long as the town stands.
    pub fn spawn(&self, future: impl Future<Output = ()> + Send + 'static) {
        self.runtime.spawn(future);
    }

    /// A store's folder.
    pub fn folder(&self, store: u32) -> std::path::PathBuf {
        self.folder.path().join(store.to_string())
    }

    /// Bytes over QUIC, as store `from` to store `to`; their answer.
    pub fn call(&mut self, from: u32, to: u32, bytes: &[u8]) -> Result<Vec<u8>, TransportError> {
        let _inside = self.runtime.enter();
        let dialer = self.dialers.entry(from).or_insert_with(|| {
            let identity = Identity::from_seed(*node_seed(StoreId(from)).node_key_seed()).unwrap();
            let backoff = Duration::from_millis(20);
            let config = DialerConfig { backoff_first: backoff, backoff_most: backoff, ..DialerConfig::default() };
            Dialer::new(&identity, config).unwrap()
        });
        let key = node_seed(StoreId(to)).node_key().verifying_key().encode().0;
        self.runtime.block_on(dialer.call(key, &self.quic[place(to)], bytes, LONG))
    }

    /// A request over QUIC.
    pub fn try_ask(&mut self, from: u32, to: u32, request: RequestV1) -> Result<ReplyV1, TransportError> {
        let answer = self.call(from, to, &encode(&Request::V1(request)))?;
        let Reply::V1(reply) = decode(&answer, MAX_MESSAGE_BYTES).unwrap();
        Ok(reply)
    }

    /// The same to a node that must answer.
    pub fn ask(&mut self, from: u32, to: u32, request: RequestV1) -> ReplyV1 {
        self.try_ask(from, to, request).unwrap()
    }

    /// Asks a store over HTTP.
    pub fn get(&self, store: u32, path: &str) -> Answer {
        http("GET", &self.url(store, path), None, None)
    }

    /// The URL of a store's path.
    pub fn url(&self, store: u32, path: &str) -> String {
        format!("http://{}{path}", self.http[place(store)])
    }

    /// The administrator's token of a store.
    pub fn admin(&self, store: u32) -> String {
        let file = self.folder.path().join(store.to_string()).join("admin.token");
        std::fs::read_to_string(file).unwrap().trim().to_owned()
    }

    /// A till of a store, with all rights.
    pub fn till(&self, store: u32) -> String {
        let body = json!({ "name": "counter", "scopes": ["grant", "redeem", "refund", "manager"] });
        let made = http("POST", &self.url(store, "/v1/tills"), Some(&self.admin(store)), Some(&body));
        assert_eq!(made.status, 201, "{made:?}");
        made.body["token"].as_str().unwrap().to_owned()
    }

    /// What a wallet sends to any store, with a column for every witness.
    pub fn submission(&self, signed: &SignedOrder) -> Value {
        let columns: Columns = orders::columns(&self.federation, &signed.order);
        let columns: Vec<String> = columns.iter().map(base64).collect();
        json!({ "order": base64(&signed.order), "authorization": base64(&signed.authorization), "columns": columns })
    }

    /// Submits an order through a store.
    pub fn submit(&self, store: u32, signed: &SignedOrder) -> Answer {
        http("POST", &self.url(store, "/v1/orders"), None, Some(&self.submission(signed)))
    }

    /// A store's books.
    pub fn books(&self, store: u32) -> Value {
        self.get(store, "/v1/books").body
    }

    /// All entries of a witness's log.
    pub fn log(&self, store: u32) -> Vec<LogEntry> {
        let mut entries: Vec<LogEntry> = Vec::new();
        loop {
            let page = self.get(store, &format!("/v1/log/{KEYSET}?from={}", entries.len()));
            let found = page.body["entries"].as_array().unwrap_or_else(|| panic!("{page:?}"));
            if found.is_empty() {
                return entries;
            }
            entries.extend(found.iter().map(from_base64::<LogEntry>));
        }
    }

    /// Certified entries of a witness's log.
    pub fn certified(&self, store: u32) -> Vec<CertifiedOrder> {
        let certified = self.log(store).into_iter().filter_map(|entry| match entry {
            LogEntry::Certified(certified) => Some(certified),
            LogEntry::Voted(_) => None,
        });
        certified.collect()
    }

    /// Whether a witness's log holds an order's certificate.
    pub fn has_certified(&self, store: u32, signed: &SignedOrder) -> bool {
        self.certified(store).iter().any(|certified| certified.order == signed.order)
    }
}

impl Drop for Town {
    fn drop(&mut self) {
        for running in std::mem::take(&mut self.nodes).into_values() {
            drop(running.stop);
            // A node that failed has said so by itself.
            let _ = running.thread.join();
        }
    }
}

fn place(store: u32) -> usize {
    usize::try_from(store).unwrap() - 1
}

/// One request over HTTP; the answer, whatever its status.
pub fn http(method: &str, url: &str, token: Option<&str>, body: Option<&Value>) -> Answer {
    let agent: ureq::Agent =
        ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(LONG)).build().into();
    let mut request = ureq::http::Request::builder().method(method).uri(url);
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let bytes = body.map(|body| serde_json::to_vec(body).unwrap()).unwrap_or_default();
    let request = request.header("content-type", "application/json").body(bytes).unwrap();
    let mut answer = agent.run(request).unwrap_or_else(|error| panic!("{method} {url}: {error}"));
    let status = answer.status().as_u16();
    let text = answer.body_mut().read_to_string().unwrap();
    Answer { status, body: serde_json::from_str(&text).unwrap_or(Value::String(text)) }
}
