//! Four shops, each a process of its own. Between them, and between the first one and everybody else, stand recorders: the
//! charter names no other places.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use ronde_protocol::machine::witness::keys::NodeSeed;
use serde_json::Value;
use tokio::runtime::Runtime;

use super::relay::{self, Leaving};
use super::tape::Tape;
use super::{census, quic};
use crate::cli_support::{Desk, cards};
use crate::places::free_place;
use crate::raw_quic::{client, raw_key};

/// Far longer than anything takes: tests wait for events, not for time.
pub const LONG: Duration = Duration::from_secs(120);
const STORES: u8 = 4;
/// From where the first shop's callers come, as it sees them: an address that is written nowhere else.
pub const CALLERS: Ipv4Addr = Ipv4Addr::new(127, 77, 203, 113);

pub const TO_TILL: &str = "HTTP to the till";
pub const TO_ANYBODY: &str = "HTTP to wallets and strangers";
pub const TO_WATCHER: &str = "HTTP to who watches the node";
pub const POSTED: &str = "posts to a webhook";
pub const TO_SHOPS: &str = "HTTP to other shops";

/// What customers can give to and vote on.
const PLAN: &str = "[[association]]\nid = 1\nname = \"Food bank\"\n\
                    [[campaign]]\nid = 1\nname = \"Roof\"\nchoices = [\"Solar\", \"Slate\"]\nminimum = 5\nend = 2099-12-31\nballots_per_store = 100\n";
/// What baskets earn in the first shop, and for whom.
const RULES: &str =
    "[earn]\npoints = 1\ncents = 100\nzone = \"Europe/Paris\"\n[pledge]\nassociation = 1\nper_mille = 500\n";

pub struct Town {
    pub desk: Desk,
    pub tape: Tape,
    /// Where the first shop's till, everybody else, and whoever watches call it.
    pub till: SocketAddr,
    pub anybody: SocketAddr,
    pub watcher: SocketAddr,
    /// Where the first shop's posts go.
    pub hook: SocketAddr,
    /// Where the others take HTTP, by the charter.
    pub others: Vec<SocketAddr>,
    /// Recorders on UDP, by store.
    pub quic: Vec<SocketAddr>,
    /// Where nodes listen: for others, for HTTP.
    listens: Vec<(SocketAddr, SocketAddr)>,
    metrics: SocketAddr,
    seeds: Vec<[u8; 32]>,
    nodes: BTreeMap<u8, Child>,
    runtime: Runtime,
}

fn place() -> SocketAddr {
    free_place().parse().unwrap()
}

impl Town {
    /// Founds it. No node runs yet; `receiver` is where the webhook's recorder leads.
    pub fn found(receiver: SocketAddr) -> Self {
        let desk = Desk::new();
        desk.begin();
        let mut plan = File::options().append(true).open(desk.path("plan.toml")).unwrap();
        plan.write_all(PLAN.as_bytes()).unwrap();
        let (till, anybody, watcher, hook, metrics) = (place(), place(), place(), place(), place());
        let quic: Vec<SocketAddr> = (0..STORES).map(|_| place()).collect();
        let others: Vec<SocketAddr> = (1..STORES).map(|_| place()).collect();
        let listens: Vec<(SocketAddr, SocketAddr)> = (0..STORES).map(|_| (place(), place())).collect();
        for store in 1..=STORES {
            let at = usize::from(store) - 1;
            let http = if store == 1 { anybody } else { others[at - 1] };
            desk.ronde(&format!(
                "init --dir store-{store} --store {store} --name Shop{store} --plan plan.toml --witness 1:{at} \
                 --quic {} --http http://{http}",
                quic[at]
            ))
            .ok();
        }
        desk.ronde(&format!("charter new --plan plan.toml {} --out 000001.charter", cards(&[1, 2, 3, 4]))).ok();
        for name in ["alice", "bob"] {
            desk.ronde(&format!("charter sign --key {name}.key 000001.charter")).ok();
        }
        let seed = |store: u8| {
            desk.ronde(&format!("charter install --config store-{store}/ronde.toml 000001.charter")).ok();
            let text = std::fs::read_to_string(desk.path(&format!("store-{store}/secrets/node.seed"))).unwrap();
            let seed: [u8; 32] = hex::decode(text.trim()).unwrap().try_into().unwrap();
            *NodeSeed::new(seed).node_key_seed()
        };
        let seeds: Vec<[u8; 32]> = (1..=STORES).map(seed).collect();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let (tape, nodes) = (Tape::default(), BTreeMap::new());
        let mut rules = File::options().append(true).open(desk.path("store-1/ronde.toml")).unwrap();
        rules.write_all(RULES.as_bytes()).unwrap();
        let town =
            Self { desk, tape, till, anybody, watcher, hook, others, quic, listens, metrics, seeds, nodes, runtime };
        town.record(receiver);
        town
    }

    fn record(&self, receiver: SocketAddr) {
        let keys = self.seeds.iter().map(|seed| (public_key(seed), *seed)).collect::<BTreeMap<_, _>>();
        let keys = Arc::new(keys);
        for (store, at) in self.quic.iter().enumerate() {
            let (seed, to) = (self.seeds[store], self.listens[store].0);
            let relay = quic::Relay { at: *at, to, seed, keys: Arc::clone(&keys), tape: self.tape.clone() };
            self.runtime.spawn(quic::carry(relay));
        }
        let from = Some(IpAddr::V4(CALLERS));
        let http = |at, to, from, channel, leaving| relay::Relay { at, to, from, channel, leaving };
        let others = self.others.iter().zip(&self.listens[1..]);
        let others = others.map(|(at, (_, to))| http(*at, *to, None, TO_SHOPS, Leaving::Calls));
        let own = [
            http(self.till, self.listens[0].1, from, TO_TILL, Leaving::Answers),
            http(self.anybody, self.listens[0].1, from, TO_ANYBODY, Leaving::Answers),
            http(self.watcher, self.metrics, from, TO_WATCHER, Leaving::Answers),
            http(self.hook, receiver, None, POSTED, Leaving::Calls),
        ];
        for relay in own.into_iter().chain(others) {
            self.runtime.spawn(relay::carry(relay, self.tape.clone()));
        }
    }

    /// Starts a store's node and waits until it is ready; `look` says that its calls are written down.
    pub fn start(&mut self, store: u8, look: bool) {
        let program = env!("CARGO_BIN_EXE_ronde");
        let mut words = if look { census::words(&self.calls()) } else { Vec::new() };
        words.extend([program.to_owned(), "node".to_owned(), "--config".to_owned()]);
        let (quic, http) = self.listens[usize::from(store) - 1];
        let log = File::options().create(true).append(true).open(self.log(store)).unwrap();
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]).arg(self.desk.path(&format!("store-{store}/ronde.toml"))).env_clear();
        command.env("RONDE_QUIC_LISTEN", quic.to_string()).env("RONDE_HTTP_LISTEN", http.to_string());
        command.env("RONDE_SYNC_PULL_SECONDS", "1").env("RONDE_SYNC_FEED_SECONDS", "1");
        command.env("RONDE_LOG_LEVEL", "trace").env("PATH", std::env::var_os("PATH").unwrap_or_default());
        if store == 1 {
            command.env("RONDE_METRICS_LISTEN", self.metrics.to_string());
            // So that its log names its till.
            command.env("RONDE_CAPS_TILL_POINTS", "200");
        }
        let mut child = command.stdout(Stdio::piped()).stderr(log).stdin(Stdio::null()).spawn().unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        assert!(line.starts_with("ready"), "store {store} does not start: {line}");
        // What else it says to its operator is as good as a log.
        let (tape, channel) = (self.tape.clone(), format!("log of store {store}"));
        std::thread::spawn(move || {
            let mut rest = Vec::new();
            let _ = said.read_to_end(&mut rest);
            tape.whole(&channel, &rest);
        });
        self.nodes.insert(store, child);
    }

    /// Ends a store's node as its operator does.
    pub fn stop(&mut self, store: u8) {
        let mut child = self.nodes.remove(&store).unwrap();
        let killed = Command::new("kill").arg(child.id().to_string()).status().unwrap();
        assert!(killed.success());
        child.wait().unwrap();
    }

    /// Where the calls of the first store's node are written down.
    pub fn calls(&self) -> PathBuf {
        self.desk.path("calls")
    }

    /// What a store's node logs.
    pub fn log(&self, store: u8) -> PathBuf {
        self.desk.path(&format!("log-{store}"))
    }

    /// The administrator's token.
    pub fn admin(&self, store: u8) -> String {
        let file = self.desk.path(&format!("store-{store}/secrets/admin.token"));
        std::fs::read_to_string(file).unwrap().trim().to_owned()
    }

    /// Where a store takes HTTP, without a recorder.
    pub fn http(&self, store: u8) -> SocketAddr {
        self.listens[usize::from(store) - 1].1
    }

    /// Waits until the first store sees all witnesses.
    pub fn wait(&self) {
        eventually("all witnesses are up", || {
            let status = request(self.anybody, "GET", "/v1/status", &[], b"");
            let witnesses = status.json["witnesses"].as_array().cloned().unwrap_or_default();
            witnesses.len() == usize::from(STORES) && witnesses.iter().all(|witness| witness["up"] == true)
        });
    }

    /// A request between nodes, by the first store's key, through the recorder of another, which it
    /// dials by a name; it may be of any bytes.
    pub fn say(&self, store: usize, name: &str, bytes: &[u8]) {
        let (key, to) = (raw_key(self.seeds[0]), self.quic[store - 1]);
        self.runtime.block_on(async move {
            let endpoint = quinn::Endpoint::client("127.0.0.1:0".parse().unwrap()).unwrap();
            let connection = endpoint.connect_with(client(key, b"ronde/1"), to, name).unwrap().await.unwrap();
            let (mut there, mut back) = connection.open_bi().await.unwrap();
            there.write_all(bytes).await.unwrap();
            there.finish().unwrap();
            // Whatever it is answered.
            let _ = back.read_to_end(1 << 20).await;
        });
    }
}

fn public_key(seed: &[u8; 32]) -> [u8; 32] {
    ronde_node::transport::Identity::from_seed(*seed).unwrap().public_key()
}

impl Drop for Town {
    fn drop(&mut self) {
        for child in self.nodes.values_mut() {
            // It may have ended by itself.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Looks again and again until it is so, or the test fails.
pub fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + LONG;
    while !is_so() {
        assert!(Instant::now() < deadline, "{what}: not within {LONG:?}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub text: String,
    pub json: Value,
}

/// One request of exactly these bytes: headers and paths that no client would send, too.
pub fn request(to: SocketAddr, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(to).unwrap();
    stream.set_read_timeout(Some(LONG)).unwrap();
    let mut head = format!("{method} {path} HTTP/1.1\r\nconnection: close\r\n");
    if headers.iter().all(|(name, _)| *name != "host") {
        head.push_str("host: shop.example\r\n");
    }
    headers.iter().for_each(|(name, value)| head.push_str(&format!("{name}: {value}\r\n")));
    if !body.is_empty() {
        head.push_str(&format!("content-length: {}\r\n", body.len()));
    }
    // One that is refused before it has come is answered all the same.
    let _ = stream.write_all(&[head.as_bytes(), b"\r\n", body].concat());
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let text = String::from_utf8_lossy(&answer).into_owned();
    let status = text.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0);
    let body = text.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    Answer { status, json: serde_json::from_str(body).unwrap_or_default(), text }
}
