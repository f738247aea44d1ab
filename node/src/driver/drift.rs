//! Compares this machine's clock with those of other stores: for people to hear of, and before a keyset is closed for good.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::time::Duration;

use ronde_protocol::machine::drift;
use ronde_protocol::message::charter::Keyset;
use ronde_protocol::message::ids::WitnessIndex;
use serde::Deserialize;
use tokio::task::JoinSet;

use super::core::Core;
use crate::clock::monotonic;

/// How long one address of a store is waited for.
const PATIENCE: Duration = Duration::from_secs(3);
/// What mends a clock, for the log.
pub const MEND: &str =
    "`timedatectl set-ntp true` switches the machine's time service on; `chronyc makestep` sets the clock at once";

/// How far this machine's clock is off, as last compared.
#[derive(Debug, Default)]
pub struct Drift {
    ahead: AtomicI64,
    stores: AtomicUsize,
    told: AtomicBool,
}

impl Drift {
    /// Milliseconds by which the own clock is ahead (below zero: behind), and by how many stores; nothing if too few
    /// answer.
    pub fn ahead(&self) -> Option<(i64, usize)> {
        let stores = self.stores.load(Ordering::Relaxed);
        (stores > 0).then(|| (self.ahead.load(Ordering::Relaxed), stores))
    }

    fn set(&self, ahead: Option<i64>, stores: usize) {
        self.ahead.store(ahead.unwrap_or(0), Ordering::Relaxed);
        self.stores.store(if ahead.is_some() { stores } else { 0 }, Ordering::Relaxed);
        let wrong = ahead.filter(|ahead| drift::is_noticed(*ahead));
        match (self.told.swap(wrong.is_some(), Ordering::Relaxed), wrong) {
            (false, Some(ahead)) => tracing::error!(
                seconds_ahead = ahead / 1000,
                stores,
                "this machine's clock is wrong by those of the other stores: {MEND}"
            ),
            (true, None) if ahead.is_some() => tracing::info!("this machine's clock is right again"),
            _ => {}
        }
    }
}

#[derive(Deserialize)]
struct Now {
    now_ms: u64,
}

/// Compares again and again (OPS-6): with the members of the newest keyset, at their web addresses.
pub async fn compare(core: Arc<Core>, pause: Duration) {
    loop {
        compare_once(&core).await;
        tokio::time::sleep(pause).await;
    }
}

async fn compare_once(core: &Arc<Core>) {
    let charter = core.charter();
    let Some(keyset) = charter.keysets().max_by_key(|keyset| keyset.id()) else { return };
    let offsets: Vec<i64> = ask(core, keyset).await.iter().filter_map(Shown::ahead).collect();
    let stores = offsets.len();
    core.drift.set(drift::ahead(offsets, keyset.quorum().faults()), stores);
}

/// What the clock of another witness showed, in milliseconds since 1970.
pub struct Shown {
    /// Whose.
    pub index: WitnessIndex,
    /// What it showed.
    pub theirs: u64,
    own: u64,
}

impl Shown {
    fn ahead(&self) -> Option<i64> {
        i64::try_from(i128::from(self.own) - i128::from(self.theirs)).ok()
    }
}

/// Asks the other witnesses of a keyset what their clocks show, each at its store's web addresses in turn until one answers
/// (ROLLOVER-19); those that answer in time. One whose store has none in the charter can't be asked.
pub async fn ask(core: &Arc<Core>, keyset: &Keyset) -> Vec<Shown> {
    let charter = core.charter();
    let mut asked = JoinSet::new();
    for member in keyset.members().iter().filter(|member| member.store() != core.store) {
        let Some(store) = charter.store(member.store()) else { continue };
        let addresses: Vec<String> = store.http.iter().map(ToString::to_string).collect();
        let (clock, index) = (core.clock.clone(), member.index());
        asked.spawn_blocking(move || {
            addresses.iter().find_map(|address| {
                let before = monotonic();
                let theirs = now_of(address)?;
                // It was read about half way.
                let halfway = u64::try_from(before.elapsed().as_millis() / 2).ok()?;
                Some(Shown { index, theirs, own: clock.unix_millis().saturating_sub(halfway) })
            })
        });
    }
    let mut shown = Vec::new();
    while let Some(answer) = asked.join_next().await {
        shown.extend(answer.ok().flatten());
    }
    shown
}

fn now_of(address: &str) -> Option<u64> {
    let config = ureq::Agent::config_builder().timeout_global(Some(PATIENCE)).max_redirects(0).build();
    let mut answer = config.new_agent().get(format!("{}/v1/status", address.trim_end_matches('/'))).call().ok()?;
    let now: Now = answer.body_mut().with_config().limit(1 << 20).read_json().ok()?;
    Some(now.now_ms)
}
