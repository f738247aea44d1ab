//! The attacks by name, and what each has done.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::{Failed, quic, web};

/// In the order in which they run.
pub const NAMES: &[&str] = &[
    "slow-heads",
    "slow-bodies",
    "slow-readers",
    "long-headers",
    "deep-json",
    "smuggling",
    "half-open",
    "strangers",
    "wrong-alpn",
    "streams",
    "huge-frames",
    "slow-frames",
    "answers-untaken",
    "rubbish",
];

/// Whom to attack, and with which key.
#[derive(Clone, Copy)]
pub struct Target {
    pub http: SocketAddr,
    pub quic: SocketAddr,
    /// Of a store of the charter.
    pub seed: [u8; 32],
}

/// What an attack counts.
#[derive(Clone, Default)]
pub struct Tally(Arc<[AtomicU64; 3]>);

impl Tally {
    /// One more of the things that this attack counts.
    pub fn add(&self, which: usize) {
        if let Some(counter) = self.0.get(which) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn get(&self, which: usize) -> u64 {
        self.0.get(which).map_or(0, |counter| counter.load(Ordering::Relaxed))
    }

    /// In words: how many of each.
    fn say(&self, words: &[&str]) -> String {
        let counted = words.iter().enumerate().map(|(which, word)| format!("{} {word}", self.get(which)));
        counted.collect::<Vec<_>>().join(", ")
    }
}

/// One of the addresses that attacks come from.
pub fn source(number: u8) -> IpAddr {
    Ipv4Addr::new(127, 0, 0, 66 + number % 32).into()
}

/// Attacks for so long; what was done, in words.
pub fn run(name: &str, target: Target, time: Duration) -> Result<String, Failed> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let tally = Tally::default();
    let counted = tally.clone();
    runtime.block_on(async move {
        // Whoever is thrown out comes back: the store that turned has a node of its own, whose connections count, too.
        let again = async {
            loop {
                if let Err(failed) = attack(name, target, counted.clone()).await
                    && !failed.is::<quinn::ConnectionError>()
                {
                    return Err::<(), Failed>(failed);
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(time, again).await.unwrap_or(Ok(()))
    })?;
    Ok(tally.say(words(name)))
}

async fn attack(name: &str, target: Target, tally: Tally) -> Result<(), Failed> {
    match name {
        "slow-heads" => web::slow_heads(target, tally).await,
        "slow-bodies" => web::slow_bodies(target, tally).await,
        "slow-readers" => web::slow_readers(target, tally).await,
        "long-headers" => web::long_headers(target, tally).await,
        "deep-json" => web::deep_json(target, tally).await,
        "smuggling" => web::smuggling(target, tally).await,
        "half-open" => quic::half_open(target, tally).await,
        "strangers" => quic::strangers(target, tally).await,
        "wrong-alpn" => quic::wrong_alpn(target, tally).await,
        "streams" => quic::streams(target, tally).await,
        "huge-frames" => quic::huge_frames(target, tally).await,
        "slow-frames" => quic::slow_frames(target, tally).await,
        "answers-untaken" => quic::answers_untaken(target, tally).await,
        "rubbish" => quic::rubbish(target, tally).await,
        other => Err(format!("no attack is called {other}").into()),
    }
}

fn words(name: &str) -> &'static [&'static str] {
    match name {
        "slow-heads" | "slow-bodies" | "slow-readers" => &["connections", "closed by the node"],
        "long-headers" | "deep-json" => &["requests", "refused"],
        "smuggling" => &["requests", "refused", "answers to what was hidden"],
        "half-open" => &["first packets", "answers"],
        "strangers" | "wrong-alpn" => &["handshakes", "refused"],
        "streams" | "rubbish" => &["streams", "answers"],
        "huge-frames" => &["frames", "stopped"],
        _ => &["streams", "ended by the node"],
    }
}
