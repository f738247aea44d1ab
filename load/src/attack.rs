//! A store that turned: it asks all witnesses for votes on orders whose coins nobody signed, as fast as they answer, in a
//! process of its own.

use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use ronde_node::transport::{Dialer, DialerConfig, Identity, NodeKey};
use ronde_protocol::limits::MAX_MESSAGE_BYTES;
use ronde_protocol::machine::witness::keys::NodeSeed;
use ronde_protocol::message::charter::Charter;
use ronde_protocol::message::codec::{Bounded, decode, encode};
use ronde_protocol::message::ids::{Reference, StoreId, WitnessIndex};
use ronde_protocol::message::order::Purpose;
use ronde_protocol::message::refusal::Refusal;
use ronde_protocol::message::wire::{Reply, ReplyV1, Request, RequestV1, VoteRequest};
use serde::{Deserialize, Serialize};

use crate::Failed;
use crate::chaos::chance::Chance;
use crate::coins::{self, CHANGE, Frame, PAID_WITH};
use crate::federation::Federation;
use crate::options::Attack;
use crate::phase::Figures;

/// Orders that are forged beforehand; they are sent again and again, and each time refused.
const ORDERS: usize = 256;
/// Requests under way at a witness: as many as it answers at a time.
const AT_A_TIME: usize = 64;
/// Of the attacker.
const NICENESS: i32 = 19;
const PATIENCE: Duration = Duration::from_secs(4);

/// What an attacker is told.
#[derive(Serialize, Deserialize)]
struct Orders {
    node: String,
    seed_file: PathBuf,
    seed: u64,
}

/// What it has done.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Tally {
    sent: u64,
    refused: u64,
    other: u64,
    seconds: f64,
}

/// An attack, and what was left of the honest orders.
#[derive(Clone, Debug, Serialize)]
pub struct Attacked {
    /// Which.
    pub attack: Attack,
    /// Orders that witnesses refused, a second, all witnesses together.
    pub refused_per_second: f64,
    /// Other answers, and none.
    pub other: u64,
    /// Honest orders in quiet, a second.
    pub quiet_rate: f64,
    /// And under attack.
    pub rate: f64,
    /// The headline's p99 in quiet.
    pub quiet_p99_ms: f64,
    /// And under attack.
    pub p99_ms: f64,
}

/// The attacker's process.
pub struct Attacker {
    child: Child,
}

/// Starts the attack. The attacker gets the processor time that nobody else wants, for its own work is done elsewhere in truth;
/// what the witnesses spend on it is what counts.
pub fn start(federation: &Federation, seed: u64) -> Result<Attacker, Failed> {
    let first = federation.nodes.first().ok_or("a federation without nodes")?;
    let seed_file = federation.traitor.clone().ok_or("a federation without a store that turned")?;
    let orders = serde_json::to_string(&Orders { node: first.base(), seed_file, seed })?;
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["--attacker", &orders]).stdin(Stdio::piped()).stdout(Stdio::piped());
    Ok(Attacker { child: command.spawn()? })
}

impl Attacker {
    /// Ends it; what it has done.
    pub fn end(mut self, attack: Attack, quiet: &Figures, under: &Figures) -> Result<Attacked, Failed> {
        // The end of its input is its end.
        drop(self.child.stdin.take());
        let mut said = String::new();
        self.child.stdout.take().ok_or("an attacker without a voice")?.read_to_string(&mut said)?;
        self.child.wait()?;
        let tally: Tally =
            serde_json::from_str(&said).map_err(|error| format!("the attacker failed: {error} {said}"))?;
        Ok(Attacked {
            attack,
            refused_per_second: tally.refused as f64 / tally.seconds.max(f64::MIN_POSITIVE),
            other: tally.other,
            quiet_rate: quiet.rate,
            rate: under.rate,
            quiet_p99_ms: quiet.headline.p99_ms,
            p99_ms: under.headline.p99_ms,
        })
    }
}

impl Drop for Attacker {
    fn drop(&mut self) {
        // Both fail if it has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The last in line for a processor, in a session of its own: a system may share its processors between sessions first.
fn give_way() {
    let _ = rustix::process::setsid();
    let _ = std::fs::write("/proc/self/autogroup", NICENESS.to_string());
    let _ = rustix::process::setpriority_process(None, NICENESS);
}

/// Be the attacker, until the standard input ends.
pub fn be(orders: &str) -> Result<(), Failed> {
    give_way();
    let orders: Orders = serde_json::from_str(orders)?;
    let client = ronde_node::wallet::Client::default();
    let charter = ronde_node::wallet::charter::first(&client, &orders.node, None)?.charter;
    let seed = NodeSeed::new(*ronde_node::secret_file::read_seed(&orders.seed_file)?);
    let requests = forge(&charter, orders.seed)?;
    let counts: Arc<[AtomicU64; 3]> = Arc::default();
    let start = Instant::now();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let counted = Arc::clone(&counts);
    runtime.block_on(async move {
        let identity = Identity::from_seed(*seed.node_key_seed())?;
        let dialer = Dialer::new(&identity, DialerConfig::default())?;
        for (index, requests) in requests {
            let (key, address) = target(&charter, index)?;
            for first in 0..AT_A_TIME {
                let (dialer, requests) = (dialer.clone(), Arc::clone(&requests));
                let (counts, address) = (Arc::clone(&counted), address.clone());
                tokio::spawn(async move { send(&dialer, key, &address, &requests, first, &counts).await });
            }
        }
        let (ended, end) = tokio::sync::oneshot::channel();
        std::thread::spawn(move || {
            // Whatever comes, its end is what is waited for.
            let _ = std::io::stdin().read_to_end(&mut Vec::new());
            let _ = ended.send(());
        });
        let _ = end.await;
        Ok::<(), Failed>(())
    })?;
    let [sent, refused, other] = [0, 1, 2].map(|at: usize| counts[at].load(Ordering::Relaxed));
    let tally = Tally { sent, refused, other, seconds: start.elapsed().as_secs_f64() };
    Ok(writeln!(std::io::stdout(), "{}", serde_json::to_string(&tally)?)?)
}

/// A witness, and what is sent to it.
type Aimed = (WitnessIndex, Arc<Vec<Vec<u8>>>);

/// For each witness, requests that are well made but for the coins.
fn forge(charter: &Charter, seed: u64) -> Result<Vec<Aimed>, Failed> {
    let keyset = charter.keysets().next().ok_or("the charter has no keyset")?;
    let mut chance = Chance::new(seed, "attacker");
    let mut by_witness: Vec<(WitnessIndex, Vec<Vec<u8>>)> =
        keyset.members().iter().map(|member| (member.index(), Vec::new())).collect();
    for _ in 0..ORDERS {
        let forged = coins::forge(keyset, &PAID_WITH, &mut chance);
        let store = charter.body().stores.first().map_or(StoreId::NONE, |store| store.id);
        let time = ronde_node::clock::Clock::System.unix_seconds();
        let reference = Reference(coins::bytes(&mut chance));
        let frame = Frame { store, purpose: Purpose::Redeem, reference, time };
        let sent = coins::spend(*charter.federation(), keyset, frame, forged, &CHANGE, &mut chance)?;
        for (index, requests) in &mut by_witness {
            let column = sent.columns.iter().find(|column| column.index == *index).map(|one| one.components.clone());
            let request = VoteRequest { signed: sent.signed.clone(), column, votes: Bounded::default() };
            requests.push(encode(&Request::V1(RequestV1::Vote(request))));
        }
    }
    Ok(by_witness.into_iter().map(|(index, requests)| (index, Arc::new(requests))).collect())
}

fn target(charter: &Charter, index: WitnessIndex) -> Result<(NodeKey, String), Failed> {
    let keyset = charter.keysets().next().ok_or("the charter has no keyset")?;
    let store = keyset.member(index).and_then(|member| charter.store(member.store())).ok_or("a seat of no store")?;
    let address = store.quic.first().ok_or("a witness without an address")?;
    Ok((store.node_key.0, address.to_string()))
}

async fn send(
    dialer: &Dialer,
    key: NodeKey,
    address: &str,
    requests: &[Vec<u8>],
    first: usize,
    counts: &[AtomicU64; 3],
) {
    for request in requests.iter().cycle().skip(first) {
        counts[0].fetch_add(1, Ordering::Relaxed);
        let answer = dialer.call(key, address, request, PATIENCE).await;
        let reply = answer.ok().and_then(|bytes| decode::<Reply>(&bytes, MAX_MESSAGE_BYTES).ok());
        let refused = matches!(reply, Some(Reply::V1(ReplyV1::Refused(Refusal::CoinUnknown))));
        counts[if refused { 1 } else { 2 }].fetch_add(1, Ordering::Relaxed);
        if reply.is_none() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}
