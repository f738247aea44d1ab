//! All that the wallets, the nemesis and the auditor share while a run goes on.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;

use super::chance::Chance;
use super::history::History;
use super::options::Options;
use super::relay::{Relay, locked};
use super::schedule::Lane;
use super::shops::Shop;
use crate::demo::ronde::Ronde;
use crate::demo::stop::Stop;

/// A checkout that was opened.
#[derive(Clone, Debug)]
pub struct Checkout {
    pub shop: usize,
    pub id: String,
    pub link: String,
    pub max: u64,
}

/// A grant that was made.
#[derive(Clone, Debug)]
pub struct Grant {
    pub shop: usize,
    pub id: String,
    pub link: String,
    pub points: u64,
    pub ballot: bool,
}

/// The run.
pub struct World<'a> {
    pub options: &'a Options,
    pub ronde: Ronde,
    pub history: History,
    pub relay: Relay,
    pub shops: Vec<Shop>,
    pub stop: &'a Stop,
    /// The wallets' folders.
    pub wallets: Vec<String>,
    /// Tills' tokens, by place.
    pub tokens: Vec<String>,
    pub checkouts: Mutex<Vec<Checkout>>,
    pub grants: Mutex<Vec<Grant>>,
    /// What is wrong now, by lane.
    pub now: Mutex<BTreeMap<Lane, String>>,
    /// Faults that were done, by kind.
    pub done: Mutex<BTreeMap<&'static str, u64>>,
    /// Wallets that were killed.
    pub killed: AtomicU64,
    /// What must not be, seen on the way.
    pub wrongs: Mutex<Vec<String>>,
    /// When the faults and the work end.
    pub end: Instant,
    /// Where the node with the small disk has its database, if it has one.
    pub small_disk: Option<PathBuf>,
    /// Set once all is healed and the wallets only complete what is open: nothing is killed any more.
    pub settling: AtomicBool,
}

impl World<'_> {
    /// Whether the work and the faults are over.
    pub fn is_over(&self) -> bool {
        Instant::now() >= self.end || self.stop.is_asked()
    }

    /// Whether a command that still runs is to be killed.
    pub fn must_end(&self) -> bool {
        self.stop.is_asked() || (self.is_over() && !self.settling.load(Ordering::Relaxed))
    }

    /// Waits; false if the run ended meanwhile.
    pub fn rest(&self, time: Duration) -> bool {
        let until = Instant::now() + time;
        while Instant::now() < until {
            if self.is_over() {
                return false;
            }
            let left = until.saturating_duration_since(Instant::now());
            std::thread::sleep(left.min(Duration::from_millis(100)));
        }
        !self.is_over()
    }

    /// A stream of chances of its own.
    pub fn chance(&self, name: &str) -> Chance {
        Chance::new(self.options.seed, name)
    }

    /// Remembers what must not be.
    pub fn wrong(&self, what: impl Into<String>) {
        let what = what.into();
        // If it can't be written, the file's own trouble is told by whoever writes next.
        let _ = self.history.event("wrong", json!({ "what": what }));
        locked(&self.wrongs).push(what);
    }

    /// Remembers trouble, if there is any.
    pub fn note(&self, outcome: Result<(), String>) {
        if let Err(what) = outcome {
            self.wrong(what);
        }
    }
}
