//! Four stores from nothing, by the commands that a cooperative would type, each in a process of its own.

use std::io::{BufRead, BufReader};
use std::net::{TcpListener, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::Failed;

/// Stores; n = 4, f = 1, q = 3.
pub const STORES: usize = 4;
const STEWARDS: [&str; 3] = ["anne.key", "bruno.key", "chloe.key"];
const CHARTER: &str = "000001.charter";
const PLAN: &str = "plan.toml";
/// How long the witnesses may take to find one another.
const START: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(50);

/// A store's node, its address and what its till needs.
pub struct Shop {
    child: Child,
    /// Base URL.
    pub base: String,
    /// Host and port for nodes.
    #[allow(dead_code, reason = "each bench uses a part of it")]
    pub quic: String,
    /// The bearer token of its till.
    pub token: String,
}

impl Shop {
    /// The number of its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        // Its database goes with the folder: nothing needs to end in good order.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Founds a federation in a folder, starts its nodes and waits until they see one another.
pub fn found(home: &Path) -> Result<Vec<Shop>, Failed> {
    let ronde = Ronde { home: home.to_owned() };
    let mut begin = vec!["charter", "new", "--name", "Benchmark", "--threshold", "2", "--out", PLAN];
    let keys = STEWARDS.map(|file| ronde.run(&["charter", "steward", "--out", file]));
    let keys: Vec<Value> = keys.into_iter().collect::<Result<_, _>>()?;
    for key in &keys {
        begin.extend(["--steward", text(key, "/public_key")?]);
    }
    ronde.run(&begin)?;
    lift_daily_limit(&home.join(PLAN))?;
    let mut places = Vec::new();
    for seat in 0..STORES {
        places.push(init(&ronde, seat)?);
    }
    let cards: Vec<String> = (1..=STORES).map(|store| format!("store-{store}/store.card")).collect();
    let mut draft = vec!["charter", "new", "--plan", PLAN, "--out", CHARTER];
    for card in &cards {
        draft.extend(["--card", card]);
    }
    ronde.run(&draft)?;
    for key in &STEWARDS[..2] {
        ronde.run(&["charter", "sign", "--key", key, CHARTER])?;
    }
    let mut shops = Vec::new();
    for (store, place) in (1..).zip(places) {
        ronde.run(&["charter", "install", "--config", &config(store), CHARTER])?;
        shops.push(start(&ronde, store, place)?);
    }
    for (store, shop) in (1..).zip(&mut shops) {
        let add = ["till", "add", "counter", "--scope", "grant,redeem", "--config", &config(store)];
        shop.token = text(&ronde.run(&add)?, "/till/token")?.to_owned();
    }
    wait_for_one_another(&shops)?;
    Ok(shops)
}

fn config(store: usize) -> String {
    format!("store-{store}/ronde.toml")
}

/// A thousand payments are more than a small shop's day.
fn lift_daily_limit(plan: &Path) -> Result<(), Failed> {
    let text = std::fs::read_to_string(plan)?;
    std::fs::write(plan, text.replacen("daily_limit = 10000", "daily_limit = 1000000000", 1))?;
    Ok(())
}

/// A new store: its base URL, and its host and port for nodes.
fn init(ronde: &Ronde, seat: usize) -> Result<(String, String), Failed> {
    let store = (seat + 1).to_string();
    let quic = UdpSocket::bind("127.0.0.1:0")?.local_addr()?.to_string();
    let base = format!("http://{}", TcpListener::bind("127.0.0.1:0")?.local_addr()?);
    let (dir, name, seat) = (format!("store-{store}"), format!("Shop {store}"), format!("1:{seat}"));
    let mut words = vec!["init", "--plan", PLAN, "--dir", &dir, "--store", &store, "--name", &name];
    words.extend(["--witness", &seat, "--quic", &quic, "--http", &base]);
    ronde.run(&words)?;
    Ok((base, quic))
}

fn start(ronde: &Ronde, store: usize, (base, quic): (String, String)) -> Result<Shop, Failed> {
    let log = std::fs::File::create(ronde.home.join(format!("store-{store}/log")))?;
    let mut command = ronde.command(&["node", "--config", &config(store)]);
    let child = command.stdout(Stdio::piped()).stderr(log).spawn()?;
    let mut shop = Shop { child, base, quic, token: String::new() };
    let stdout = shop.child.stdout.take().ok_or("a node without standard output")?;
    let mut line = String::new();
    let mut stdout = BufReader::new(stdout);
    stdout.read_line(&mut line)?;
    // Kept open, or what the node says later would have nowhere to go.
    shop.child.stdout = Some(stdout.into_inner());
    if line.starts_with("ready") {
        return Ok(shop);
    }
    let log = std::fs::read_to_string(ronde.home.join(format!("store-{store}/log")))?;
    Err(format!("the node of store {store} did not start: {line}{log}").into())
}

fn wait_for_one_another(shops: &[Shop]) -> Result<(), Failed> {
    let start = Instant::now();
    let sees_all = |shop: &Shop| -> Result<bool, Failed> {
        let status: Value = ureq::get(format!("{}/v1/status", shop.base)).call()?.body_mut().read_json()?;
        let witnesses = status.get("witnesses").and_then(Value::as_array).ok_or("a status without witnesses")?;
        Ok(witnesses.len() == STORES && witnesses.iter().all(|witness| witness.get("up") == Some(&Value::Bool(true))))
    };
    for shop in shops {
        while !sees_all(shop)? {
            if start.elapsed() > START {
                return Err(format!("{} does not reach all witnesses", shop.base).into());
            }
            std::thread::sleep(POLL);
        }
    }
    Ok(())
}

/// The `ronde` command in the federation's folder, with nothing of the caller's environment.
struct Ronde {
    home: PathBuf,
}

impl Ronde {
    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ronde"));
        command.args(words).current_dir(&self.home).env_clear().stdin(Stdio::null());
        command
    }

    /// Runs it; what it says with `--json`.
    fn run(&self, words: &[&str]) -> Result<Value, Failed> {
        let output = self.command(words).arg("--json").output()?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(format!("ronde {}: {}\n{said}", words.join(" "), output.status).into());
        }
        Ok(serde_json::from_slice(&output.stdout)?)
    }
}

fn text<'v>(value: &'v Value, pointer: &str) -> Result<&'v str, Failed> {
    value.pointer(pointer).and_then(Value::as_str).ok_or_else(|| format!("no {pointer} in {value}").into())
}
