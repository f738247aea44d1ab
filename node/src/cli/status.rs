//! `ronde status`: how a node and the witnesses it knows are, in plain words.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clap::Args;
use ronde_protocol::limits::MAX_CHARTER_BYTES;
use ronde_protocol::message::charter::{Charter, CharterChain};
use ronde_protocol::message::codec::decode;
use ronde_protocol::message::ids::KeysetId;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::plural::counted;
use super::{Blame, ConfigFile, Context, Exit, Failure, charter_warnings, own_node};
use crate::clock::Clock;
use crate::shop::{PeerLogTrouble, RetiredBecause};

mod words;

const PATIENCE: Duration = Duration::from_secs(5);

/// `ronde status`
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  ronde status --config store-1/ronde.toml\n  ronde status --node https://bakery.example --json"
)]
pub struct StatusArgs {
    /// The node's web address; without it, that of the configuration
    #[arg(long, env = "RONDE_NODE", value_name = "URL")]
    node: Option<String>,
    #[command(flatten)]
    config: ConfigFile,
}

/// What `GET /v1/status` says; what is not read here is passed on with `--json`.
#[derive(Debug, Deserialize)]
struct Status {
    store: u32,
    name: String,
    charter_version: u64,
    witnesses: Vec<Witness>,
    open_orders: u64,
    #[serde(default)]
    log: Vec<Log>,
    #[serde(default)]
    peer_logs: Vec<PeerLog>,
    #[serde(default)]
    evidence: u64,
    #[serde(default)]
    seats_not_taken: Vec<Seat>,
    #[serde(default)]
    disk: Option<Disk>,
    #[serde(default)]
    storage: Option<Storage>,
    #[serde(default)]
    clock: Option<ClockOffset>,
    #[serde(default)]
    caps_near: usize,
    #[serde(default)]
    certificate: Option<Certificate>,
    rules_trouble: Option<String>,
    #[serde(default)]
    pledge_trouble: Option<String>,
    version: String,
}

#[derive(Debug, Deserialize)]
struct Witness {
    keyset: KeysetId,
    index: u8,
    store: u32,
    name: String,
    up: bool,
    #[serde(default)]
    rtt_us: Option<u64>,
}

#[derive(Debug, Deserialize)]
struct Log {
    keyset: KeysetId,
    size: u64,
    root: String,
    #[serde(default)]
    starting: bool,
    #[serde(default)]
    waits_to_close: bool,
    #[serde(default)]
    retired: bool,
    #[serde(default)]
    retired_because: Option<RetiredBecause>,
}

#[derive(Debug, Deserialize)]
struct PeerLog {
    keyset: KeysetId,
    index: u8,
    name: String,
    read: u64,
    size: u64,
    #[serde(default)]
    read_ago: Option<u64>,
    #[serde(default)]
    trouble: Option<PeerLogTrouble>,
    #[serde(default)]
    trouble_text: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Seat {
    keyset: KeysetId,
    why: String,
}

#[derive(Debug, Deserialize)]
struct Disk {
    free_mib: u64,
    floor_mib: u64,
    #[serde(default)]
    short: bool,
}

#[derive(Debug, Deserialize)]
struct Storage {
    commits: u64,
    jobs: u64,
    largest_batch: u64,
    failures: u64,
}

#[derive(Debug, Deserialize)]
struct ClockOffset {
    ahead_ms: i64,
    stores: usize,
}

#[derive(Debug, Deserialize)]
struct Certificate {
    #[serde(default)]
    expires: Option<String>,
    #[serde(default)]
    trouble: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Chain {
    chain: Vec<String>,
}

/// Runs `ronde status`.
///
/// # Errors
/// A node that does not answer, or not as the interface says.
pub fn run(args: StatusArgs, context: &Context) -> Result<Exit, Failure> {
    let node = match args.node {
        Some(node) => node.trim_end_matches('/').to_owned(),
        None => args.config.load()?.http.own_url(),
    };
    let raw: Value = get(&node, "/v1/status")?;
    let status = Status::deserialize(&raw).map_err(|error| not_ours(&node, &error.to_string()))?;
    let charter = charter(&node)?;
    let mut findings = findings(&status, &charter);
    let warnings = charter_warnings(&charter, 0, Clock::System.unix_seconds());
    findings.extend(warnings.into_iter().map(|warning| (Exit::Warn, warning)));
    let exit = findings.iter().map(|(exit, _)| *exit).max().unwrap_or(Exit::Ok);
    let mut text = describe(&status);
    for (exit, finding) in &findings {
        text.push_str(if *exit == Exit::Fail { "fail  " } else { "look  " });
        text.push_str(finding);
        text.push('\n');
    }
    let said: Vec<&String> = findings.iter().map(|(_, finding)| finding).collect();
    context.say(text, &json!({ "ok": exit != Exit::Fail, "findings": said, "status": raw }));
    Ok(exit)
}

/// What is not as it should be: fewer witnesses than a payment needs is a failure, fewer than all worth a look.
fn findings(status: &Status, charter: &Charter) -> Vec<(Exit, String)> {
    let mut down: BTreeMap<KeysetId, Vec<&str>> = BTreeMap::new();
    for witness in status.witnesses.iter().filter(|witness| !witness.up) {
        down.entry(witness.keyset).or_default().push(&witness.name);
    }
    let mut findings: Vec<(Exit, String)> = down
        .into_iter()
        .map(|(id, names)| {
            let quorum = charter.keyset(id).map(|keyset| keyset.quorum());
            let spare = quorum.map_or(0, |quorum| quorum.witnesses().saturating_sub(quorum.votes()));
            let names_shown = names.join(", ");
            match names.len() {
                missing if missing > spare => (
                    Exit::Fail,
                    format!(
                        "keyset {id} can't take payments: {names_shown} not reached; start them, or check the network"
                    ),
                ),
                missing => (
                    Exit::Warn,
                    format!(
                        "keyset {id}: {names_shown} not reached; payments go on, {} more may fail",
                        spare - missing
                    ),
                ),
            }
        })
        .collect();
    findings.extend(status.log.iter().filter_map(words::not_voting));
    findings.extend(status.log.iter().filter_map(words::waiting_to_close));
    // That a witness is down is said once.
    let is_down = |log: &PeerLog| {
        let mut witnesses = status.witnesses.iter();
        witnesses.any(|witness| !witness.up && witness.keyset == log.keyset && witness.index == log.index)
    };
    findings.extend(status.seats_not_taken.iter().map(words::not_seated));
    findings.extend(status.peer_logs.iter().filter_map(|log| words::lagging(log, is_down(log))));
    findings.extend(status.disk.as_ref().and_then(words::disk));
    findings.extend(status.clock.as_ref().and_then(words::clock));
    findings.extend(words::caps(status.caps_near));
    findings.extend(status.certificate.as_ref().and_then(words::certificate));
    findings.extend(status.rules_trouble.iter().map(words::old_rules));
    findings.extend(status.pledge_trouble.iter().map(words::not_pledged));
    if status.evidence > 0 {
        let what = format!(
            "this node keeps {} that somebody cheated: `ronde evidence list` shows what; tell the stewards",
            counted(status.evidence, "piece of evidence", "pieces of evidence")
        );
        findings.push((Exit::Warn, what));
    }
    findings
}

fn describe(status: &Status) -> String {
    let up = status.witnesses.iter().filter(|witness| witness.up).count();
    let mut text = format!(
        "{} (store {}), ronde {}, charter version {}\n{} open; {up} of {} reached\n",
        status.name,
        status.store,
        status.version,
        status.charter_version,
        counted(status.open_orders, "order", "orders"),
        counted(status.witnesses.len(), "witness", "witnesses")
    );
    for witness in &status.witnesses {
        let state = match (witness.up, witness.rtt_us) {
            (true, Some(micros)) => format!("up, {}.{} ms", micros / 1000, micros % 1000 / 100),
            (true, None) => "up".to_owned(),
            (false, _) => "DOWN".to_owned(),
        };
        text.push_str(&format!(
            "  keyset {} witness {}: {} (store {}) {state}\n",
            witness.keyset, witness.index, witness.name, witness.store
        ));
    }
    for log in &status.log {
        let root = log.root.get(..16).unwrap_or(&log.root);
        let size = counted(log.size, "entry", "entries");
        text.push_str(&format!("  log of keyset {}: {size}, root {root}\n", log.keyset));
    }
    for log in status.log.iter().filter(|log| log.starting) {
        text.push_str(&words::starting(log));
    }
    for log in &status.peer_logs {
        text.push_str(&words::peer_log(log));
    }
    text.push_str(&status.storage.as_ref().map(words::storage).unwrap_or_default());
    text
}

/// The charter that the node shows, checked from version 1.
fn charter(node: &str) -> Result<Charter, Failure> {
    let shown: Chain = get(node, "/v1/charter")?;
    let mut versions = Vec::new();
    for text in &shown.chain {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|error| not_ours(node, &error.to_string()))?;
        versions.push(decode(&bytes, MAX_CHARTER_BYTES).map_err(|error| not_ours(node, &error.to_string()))?);
    }
    CharterChain::walk(versions, None).map_err(|error| {
        Failure::new(
            format!("the charter that {node} shows is not valid: {error}"),
            Blame::Store(node.to_owned()),
            "do not trust this node; compare with `ronde charter verify` on a copy from the stewards",
        )
    })
}

pub(super) fn get<T: DeserializeOwned>(node: &str, path: &str) -> Result<T, Failure> {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(PATIENCE))
        .tls_config(own_node::tls(node))
        .proxy(own_node::proxy(node))
        .http_status_as_error(false)
        .build()
        .into();
    let mut response = agent.get(format!("{node}{path}")).call().map_err(|error| {
        Failure::new(
            format!("{node} does not answer: {error}"),
            Blame::Network,
            "start the node (`ronde node`), or name another one with --node; `ronde config check` says if it can start",
        )
    })?;
    let code = response.status().as_u16();
    if code != 200 {
        return Err(not_ours(node, &format!("HTTP status {code} for {path}")));
    }
    response.body_mut().read_json().map_err(|error| not_ours(node, &error.to_string()))
}

pub(super) fn not_ours(node: &str, what: &str) -> Failure {
    Failure::new(
        format!("{node} does not answer as a Ronde node does: {what}"),
        Blame::Store(node.to_owned()),
        "check the address; if it is right, update `ronde` here or there so that their versions fit",
    )
}
