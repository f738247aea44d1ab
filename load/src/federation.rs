//! A federation from nothing, by the commands that a cooperative would type, each node a process of its own.

mod node;
mod spent;

use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use ronde_protocol::message::charter::{Charter, Keyset};
use ronde_protocol::message::ids::KeysetId;
use serde_json::Value;
use tempfile::TempDir;

use crate::Failed;
use crate::chaos::relay::{Relay, weather::Weather};
use crate::say;
pub use node::Node;

const STEWARD: &str = "steward.key";
const PLAN: &str = "plan.toml";
const CHARTER: &str = "000001.charter";
/// How long the witnesses may take to find one another.
const START: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(50);
/// HTTP connections that a node takes here: all customers come from one address, and a till that waits holds one.
pub const CONNECTIONS: usize = 16_384;

/// How to found it.
pub struct Plan<'a> {
    /// The `ronde` program.
    pub ronde: &'a Path,
    /// Where its folder is made.
    pub folder: &'a Path,
    /// Witnesses, each a store.
    pub nodes: usize,
    /// How long each datagram between nodes takes, in milliseconds; 0 for no relay.
    pub delay_ms: u64,
    /// Whether there is one more store, without a seat, whose node is never started.
    pub traitor: bool,
    /// Coins that are spent at each node before it starts.
    pub spent: u64,
}

/// The running nodes, and what is known of them.
pub struct Federation {
    /// By their place; ended in order before the folder goes.
    pub nodes: Vec<Node>,
    /// What the nodes agree on.
    pub charter: Charter,
    /// The only committee.
    pub keyset: Keyset,
    /// The seed file of the store whose node is never started.
    pub traitor: Option<PathBuf>,
    ronde: Ronde,
    _relay: Option<Relay>,
    _home: TempDir,
}

/// Where a node is.
#[derive(Clone, Copy)]
struct Place {
    http: SocketAddr,
    quic: SocketAddr,
}

impl Federation {
    /// Founds it, starts its nodes and waits until they see one another.
    pub fn found(plan: &Plan<'_>) -> Result<Self, Failed> {
        std::fs::create_dir_all(plan.folder)?;
        let home = tempfile::Builder::new().prefix("run-").tempdir_in(plan.folder)?;
        let ronde = Ronde { program: std::path::absolute(plan.ronde)?, home: home.path().to_owned() };
        begin(&ronde)?;
        let places = places(plan.nodes)?;
        let relay = (plan.delay_ms > 0).then(|| relay(&places, plan.delay_ms, home.path())).transpose()?;
        for (at, place) in places.iter().enumerate() {
            let door = relay.as_ref().and_then(|relay| relay.doors.get(at)).copied();
            init(&ronde, at, place, door)?;
        }
        if plan.traitor {
            init_traitor(&ronde, plan.nodes + 1)?;
        }
        sign(&ronde, plan.nodes + usize::from(plan.traitor))?;
        let mut nodes = Vec::new();
        for (at, place) in places.iter().enumerate() {
            ronde.run(&["charter", "install", "--config", &config(at), CHARTER])?;
            if plan.spent > 0 {
                say(&format!("writing {} coins of store {} down as spent", plan.spent, at + 1));
                spent::fill(&home.path().join(format!("store-{}/data/ronde.sqlite", at + 1)), KeysetId(1), plan.spent)?;
            }
            nodes.push(Node::start(ronde.command(&["node", "--config", &config(at)]), &ronde.log(at), place.http)?);
        }
        for (at, node) in nodes.iter_mut().enumerate() {
            let add = ["till", "add", "counter", "--scope", "grant,redeem", "--config", &config(at)];
            node.token = text(&ronde.run(&add)?, "/till/token")?.into();
        }
        wait_for_one_another(&ronde, plan.nodes)?;
        let first = nodes.first().ok_or("a federation has a node at least: choose n1, n4 or n7")?;
        let client = ronde_node::wallet::Client::default();
        let charter = ronde_node::wallet::charter::first(&client, &first.base(), None)?.charter;
        let keyset = charter.keysets().next().ok_or("the charter has no keyset: look at plan.toml")?.clone();
        let traitor = plan.traitor.then(|| home.path().join(format!("store-{}/secrets/node.seed", plan.nodes + 1)));
        Ok(Self { nodes, charter, keyset, traitor, ronde, _relay: relay, _home: home })
    }

    /// Starts all nodes at once, which have ended, and waits until each says that it is ready.
    pub fn start_again(&self) -> Result<Vec<Node>, Failed> {
        let start = |(at, node): (usize, &Node)| {
            let (command, log) = (self.ronde.command(&["node", "--config", &config(at)]), self.ronde.log(at));
            let http = node.http;
            std::thread::spawn(move || Node::start(command, &log, http))
        };
        let starting: Vec<_> = self.nodes.iter().enumerate().map(start).collect();
        let started = starting.into_iter().map(|thread| thread.join().map_err(|_| "a node could not be started")?);
        started.collect()
    }

    /// The tills' tokens, by node.
    pub fn tokens(&self) -> Vec<Arc<str>> {
        self.nodes.iter().map(|node| Arc::clone(&node.token)).collect()
    }
}

impl Drop for Federation {
    fn drop(&mut self) {
        // All are told at once, then each is waited for.
        self.nodes.iter().for_each(Node::tell_to_end);
        self.nodes.clear();
    }
}

/// A steward, and a plan without the limits of a small shop's day.
fn begin(ronde: &Ronde) -> Result<(), Failed> {
    let key = ronde.run(&["charter", "steward", "--out", STEWARD])?;
    ronde.run(&["charter", "new", "--name", "Load", "--steward", text(&key, "/public_key")?, "--out", PLAN])?;
    let path = ronde.home.join(PLAN);
    let lines = std::fs::read_to_string(&path)?;
    let lines = lines.lines().map(|line| {
        let limit = line.starts_with("daily_limit");
        if limit { "daily_limit = 1000000000000\n".to_owned() } else { format!("{line}\n") }
    });
    Ok(std::fs::write(&path, lines.collect::<String>())?)
}

/// Free ports. They are given back before the nodes take them: whoever is faster makes a node say so, and the run fails.
fn places(nodes: usize) -> Result<Vec<Place>, Failed> {
    let any = (Ipv4Addr::LOCALHOST, 0);
    let held = (0..nodes).map(|_| Ok((TcpListener::bind(any)?, UdpSocket::bind(any)?)));
    let held = held.collect::<Result<Vec<_>, std::io::Error>>()?;
    let place = |(tcp, udp): &(TcpListener, UdpSocket)| Ok(Place { http: tcp.local_addr()?, quic: udp.local_addr()? });
    held.iter().map(place).collect()
}

fn relay(places: &[Place], delay_ms: u64, home: &Path) -> Result<Relay, Failed> {
    let nodes: Vec<_> = places.iter().map(|place| (place.quic, place.http)).collect();
    let (nobody, here) = (Arc::new(|_| None), Ipv4Addr::LOCALHOST.into());
    let relay = Relay::open(here, &nodes, &(nobody as _), 0, &home.join("relay.jsonl"))?;
    relay.weather(Weather { least: delay_ms, most: delay_ms, ..Weather::default() });
    Ok(relay)
}

fn config(at: usize) -> String {
    format!("store-{}/ronde.toml", at + 1)
}

fn init(ronde: &Ronde, at: usize, place: &Place, door: Option<SocketAddr>) -> Result<(), Failed> {
    let (store, seat, base) = ((at + 1).to_string(), format!("1:{at}"), format!("http://{}", place.http));
    let (folder, name) = (format!("store-{store}"), format!("Shop {store}"));
    let (public, own) = (door.unwrap_or(place.quic).to_string(), place.quic.to_string());
    let mut words = vec!["init", "--plan", PLAN, "--dir", &folder, "--store", &store, "--name", &name];
    words.extend(["--witness", &seat, "--http", &base, "--quic", &public]);
    if door.is_some() {
        words.extend(["--listen-quic", &own]);
    }
    ronde.run(&words).map(drop)
}

/// A store that has a key and no seat. It listens nowhere, as its node is never started.
fn init_traitor(ronde: &Ronde, store: usize) -> Result<(), Failed> {
    let (store, folder, nowhere) = (store.to_string(), format!("store-{store}"), "127.0.0.1:0");
    let mut words = vec!["init", "--plan", PLAN, "--dir", &folder, "--store", &store, "--name", "Traitor"];
    words.extend(["--http", "http://127.0.0.1:9", "--listen-http", nowhere, "--listen-quic", nowhere]);
    ronde.run(&words).map(drop)
}

fn sign(ronde: &Ronde, stores: usize) -> Result<(), Failed> {
    let cards: Vec<String> = (1..=stores).map(|store| format!("store-{store}/store.card")).collect();
    let mut draft = vec!["charter", "new", "--plan", PLAN, "--out", CHARTER];
    cards.iter().for_each(|card| draft.extend(["--card", card]));
    ronde.run(&draft)?;
    ronde.run(&["charter", "sign", "--key", STEWARD, CHARTER]).map(drop)
}

fn wait_for_one_another(ronde: &Ronde, nodes: usize) -> Result<(), Failed> {
    let start = Instant::now();
    for at in 0..nodes {
        let config = config(at);
        loop {
            let status = ronde.ask(&["status", "--config", &config])?;
            let witnesses = status.pointer("/status/witnesses").and_then(Value::as_array);
            let votes = status.pointer("/status/log/0/starting").is_none();
            let up = |witness: &Value| witness.get("up") == Some(&Value::Bool(true));
            if witnesses.is_some_and(|all| all.len() == nodes && all.iter().all(up)) && votes {
                break;
            }
            if start.elapsed() > START {
                return Err(format!(
                    "store {} does not reach all witnesses: is the machine too busy? {status}",
                    at + 1
                )
                .into());
            }
            std::thread::sleep(POLL);
        }
    }
    Ok(())
}

/// The `ronde` command in the federation's folder, with nothing of the caller's environment.
struct Ronde {
    program: PathBuf,
    home: PathBuf,
}

impl Ronde {
    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(words).current_dir(&self.home).env_clear().stdin(Stdio::null());
        command.env("RONDE_HTTP_CONNECTIONS", CONNECTIONS.to_string());
        command
    }

    fn log(&self, at: usize) -> PathBuf {
        self.home.join(format!("store-{}/log", at + 1))
    }

    /// What it says with `--json`, whatever it thinks of it.
    fn ask(&self, words: &[&str]) -> Result<Value, Failed> {
        let typed = format!("ronde {}", words.join(" "));
        let output = self.command(words).arg("--json").output();
        let output = output.map_err(|error| format!("{}: {error}; name it with --ronde", self.program.display()))?;
        let said = String::from_utf8_lossy(&output.stderr);
        serde_json::from_slice(&output.stdout).map_err(|_| format!("{typed}: {}\n{said}", output.status).into())
    }

    /// Runs a command that must succeed.
    fn run(&self, words: &[&str]) -> Result<Value, Failed> {
        let said = self.ask(words)?;
        if said.get("ok") == Some(&Value::Bool(true)) {
            return Ok(said);
        }
        Err(format!("ronde {} failed: {said}", words.join(" ")).into())
    }
}

fn text<'v>(value: &'v Value, pointer: &str) -> Result<&'v str, Failed> {
    value.pointer(pointer).and_then(Value::as_str).ok_or_else(|| format!("no {pointer} in {value}").into())
}
