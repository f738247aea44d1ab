//! A store node's HTTP side over memory, a clock set by hand, and a desk that is a whole committee in one place.
#![allow(dead_code, reason = "each test binary uses a part of it")]

#[path = "../../../protocol/tests/federation_support/mod.rs"]
pub mod federation_support;

pub mod contract;
mod desk;
pub mod orders;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use ronde_node::clock::{Clock, ManualClock};
use ronde_node::http::{self, AdminToken, Certificates, GuessLimits, Manager, Site};
use ronde_node::pages::{self, Catalogues};
use ronde_node::shop::{OrderDesk as _, Shop};
use ronde_node::store::{Engine, MemoryEngine, MemoryObserver, Readers, Snapshot, Table, Writer, WriterConfig};
use ronde_protocol::message::ids::StoreId;
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

pub use desk::TestDesk;
pub use federation_support::NOW;

/// The store whose node is tested.
pub const STORE: StoreId = StoreId(1);
/// What links begin with.
pub const BASE: &str = "https://store-1.example";
/// So many wrong passwords at once that a test comes to the end of them; so short a wait that it comes to its end.
pub const GUESSES: GuessLimits =
    GuessLimits { at_once: 5, interval: Duration::from_secs(4), all_at_once: 20, all_interval: Duration::from_secs(4) };

/// A running node and what a test holds of it.
pub struct Node {
    pub url: String,
    pub desk: Arc<TestDesk>,
    pub shop: Shop,
    pub hand: ManualClock,
    pub admin: String,
    pub folder: tempfile::TempDir,
    observer: MemoryObserver,
    stop: Option<oneshot::Sender<()>>,
    runtime: Option<Runtime>,
}

impl Node {
    pub fn start() -> Self {
        Self::start_from(Snapshot::default())
    }

    /// On a database as it was left.
    pub fn start_from(snapshot: Snapshot) -> Self {
        Self::start_within(http::ServeLimits::default(), snapshot)
    }

    /// With other limits.
    pub fn start_within(limits: http::ServeLimits, snapshot: Snapshot) -> Self {
        Self::start_as(TestDesk::new(), limits, snapshot, Catalogues::embedded())
    }

    /// With a certificate in its status; it speaks plain HTTP all the same.
    pub fn start_showing(certificates: Certificates) -> Self {
        let (desk, limits) = (TestDesk::new(), http::ServeLimits::default());
        Self::start_with(desk, limits, Snapshot::default(), Catalogues::embedded(), Some(certificates))
    }

    /// With other text on its pages, or another desk.
    pub fn start_as(desk: TestDesk, limits: http::ServeLimits, snapshot: Snapshot, catalogues: Catalogues) -> Self {
        Self::start_with(desk, limits, snapshot, catalogues, None)
    }

    fn start_with(
        desk: TestDesk,
        limits: http::ServeLimits,
        snapshot: Snapshot,
        catalogues: Catalogues,
        certificates: Option<Certificates>,
    ) -> Self {
        let runtime = Runtime::new().unwrap();
        let engine = MemoryEngine::restore(snapshot);
        let observer = engine.observer();
        let readers = Arc::new(Readers::open(&engine, 2).unwrap());
        let writer = Writer::start(engine, WriterConfig::default()).unwrap();
        let taking = writer.clone();
        let (clock, hand) = Clock::manual(NOW * 1000);
        let desk = Arc::new(desk);
        let charter = desk.charter();
        let shop = Shop::new(STORE, Arc::new(move || Arc::clone(&charter)), writer, readers, clock);
        assert!(desk.shop.set((shop.clone(), taking)).is_ok());
        let folder = tempfile::tempdir().unwrap();
        let admin = AdminToken::load_or_make(&folder.path().join("admin.token")).unwrap();
        let site = Site::new(shop.clone(), Arc::clone(&desk) as _, &admin, "http://fallback.example");
        let hash = folder.path().join("manager.hash");
        let site = site.with_manager(Manager::new(Some(hash), true, GUESSES)).with_certificates(certificates);
        let site = site.with_database(Some(folder.path().join("ronde.sqlite")));
        let (stop, stopped) = oneshot::channel::<()>();
        let url = runtime.block_on(async {
            let listener = http::listen(([127, 0, 0, 1], 0).into()).unwrap();
            let address = listener.local_addr().unwrap();
            let router = pages::router(site.clone(), http::router(site), catalogues);
            tokio::spawn(http::serve(listener, router, limits, async move { drop(stopped.await) }));
            format!("http://{address}")
        });
        let admin = admin.token().expose().to_owned();
        Self { url, desk, shop, hand, admin, folder, observer, stop: Some(stop), runtime: Some(runtime) }
    }

    /// Tells the node to stop; what is open is finished.
    pub fn stop(&mut self) {
        drop(self.stop.take());
    }

    /// What a crash at this moment leaves behind.
    pub fn snapshot(&self) -> Snapshot {
        self.observer.snapshot()
    }

    /// Every byte of the database, in one row.
    pub fn stored_bytes(&self) -> Vec<u8> {
        let engine = MemoryEngine::restore(self.snapshot());
        let reader = engine.reader().unwrap();
        let all = Table::ALL.iter().flat_map(|table| reader.scan(*table, &[], None, usize::MAX).unwrap());
        all.flat_map(|(key, value)| [key, value].concat()).collect()
    }

    pub fn entries(&self, table: Table) -> usize {
        MemoryEngine::restore(self.snapshot()).reader().unwrap().scan(table, &[], None, usize::MAX).unwrap().len()
    }

    /// What a table holds, keys and values.
    pub fn bytes(&self, table: Table) -> usize {
        let reader = MemoryEngine::restore(self.snapshot()).reader().unwrap();
        let all = reader.scan(table, &[], None, usize::MAX).unwrap();
        all.iter().map(|(key, value)| key.len() + value.len()).sum()
    }

    /// Adds a till and returns its token.
    pub fn till(&self, name: &str, scopes: &[&str]) -> String {
        let reply = self.post("/v1/tills", &self.admin, &json!({ "name": name, "scopes": scopes }));
        assert_eq!(reply.status, 201, "{reply:?}");
        reply.json["token"].as_str().unwrap().to_owned()
    }

    pub fn get(&self, path: &str) -> Reply {
        self.call("GET", path, &[], None)
    }

    pub fn get_as(&self, path: &str, token: &str) -> Reply {
        self.call("GET", path, &[bearer(token)], None)
    }

    pub fn delete(&self, path: &str, token: &str) -> Reply {
        self.call("DELETE", path, &[bearer(token)], None)
    }

    pub fn post(&self, path: &str, token: &str, body: &Value) -> Reply {
        self.call("POST", path, &[bearer(token)], Some(body.to_string().as_bytes()))
    }

    pub fn post_once(&self, path: &str, token: &str, key: &str, body: &Value) -> Reply {
        let headers = [bearer(token), ("idempotency-key".to_owned(), key.to_owned())];
        self.call("POST", path, &headers, Some(body.to_string().as_bytes()))
    }

    pub fn post_open(&self, path: &str, body: &Value) -> Reply {
        self.call("POST", path, &[], Some(body.to_string().as_bytes()))
    }

    pub fn call(&self, method: &str, path: &str, headers: &[(String, String)], body: Option<&[u8]>) -> Reply {
        call(&self.url, method, path, headers, body)
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

pub fn bearer(token: &str) -> (String, String) {
    ("authorization".to_owned(), format!("Bearer {token}"))
}

/// An answer.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: BTreeMap<String, String>,
    /// All of `Set-Cookie`.
    pub cookies: Vec<String>,
    pub bytes: Vec<u8>,
    pub json: Value,
}

impl Reply {
    /// The problem's code; fails the test if it is no problem of the right form.
    pub fn problem(&self) -> &str {
        assert_eq!(self.headers["content-type"], "application/problem+json", "{self:?}");
        let code = self.json["code"].as_str().unwrap();
        assert_eq!(self.json["type"], format!("urn:ronde:problem:{code}"));
        assert_eq!(self.json["status"], self.status);
        assert!(self.json["retryable"].is_boolean());
        assert!(!self.json["title"].as_str().unwrap().is_empty());
        assert!(!self.json["detail"].as_str().unwrap().is_empty());
        code
    }

    pub fn text(&self, field: &str) -> String {
        self.json[field].as_str().unwrap_or_else(|| panic!("no {field} in {self:?}")).to_owned()
    }
}

pub fn call(base: &str, method: &str, path: &str, headers: &[(String, String)], body: Option<&[u8]>) -> Reply {
    let agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        // A test looks at the answer itself.
        .max_redirects(0)
        .max_redirects_will_error(false)
        .build()
        .new_agent();
    let mut request = ureq::http::Request::builder().method(method).uri(format!("{base}{path}"));
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let sent = match body {
        Some(body) => agent.run(request.body(body.to_vec()).unwrap()),
        None => agent.run(request.body(()).unwrap()),
    };
    let mut response = sent.unwrap();
    let bytes = response.body_mut().read_to_vec().unwrap();
    let headers = response.headers().iter();
    let set = response.headers().get_all("set-cookie").iter();
    let reply = Reply {
        status: response.status().as_u16(),
        cookies: set.map(|value| value.to_str().unwrap().to_owned()).collect(),
        headers: headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect(),
        json: match response.headers().get("content-type") {
            Some(form) if form == "text/csv" => json!(String::from_utf8(bytes.clone()).unwrap()),
            _ => serde_json::from_slice(&bytes).unwrap_or(Value::Null),
        },
        bytes,
    };
    contract::hold(method, path, &reply);
    reply
}
