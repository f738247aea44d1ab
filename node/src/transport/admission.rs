//! Who gets a handshake: what one address takes is not taken from the others.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use quinn::Incoming;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::ListenerConfig;
use crate::network::network;
use crate::pace::Pace;

/// An address, and whether whoever dials has shown that it is its own. What is not shown can be anybody's doing, so it
/// is counted apart.
type Origin = (IpAddr, bool);

/// Origins of handshakes that failed lately which are remembered. When there are more, they are forgotten: those first that
/// were not validated.
const REMEMBERED: usize = 4096;

/// Handshakes under way, and those that failed lately.
pub(super) struct Handshakes {
    all: usize,
    per_address: usize,
    free: Arc<Semaphore>,
    by_origin: Arc<Mutex<BTreeMap<Origin, usize>>>,
    failures: Arc<Failures>,
    refused: AtomicU64,
}

/// How fast handshakes of one origin may fail: each costs this node a key agreement and a signature (TRANSPORT-19).
struct Failures {
    interval: Duration,
    burst: u32,
    paces: Mutex<BTreeMap<Origin, Pace>>,
}

/// One of them, until it is dropped.
pub(super) struct HandshakeSlot {
    origin: Origin,
    by_origin: Arc<Mutex<BTreeMap<Origin, usize>>>,
    failures: Arc<Failures>,
    _permit: OwnedSemaphorePermit,
}

impl Handshakes {
    pub(super) fn new(config: &ListenerConfig) -> Self {
        Self {
            all: config.handshakes,
            per_address: config.handshakes_per_address,
            free: Arc::new(Semaphore::new(config.handshakes)),
            by_origin: Arc::default(),
            failures: Arc::new(Failures::new(config.failure_interval, config.failures_per_address)),
            refused: AtomicU64::new(0),
        }
    }

    /// Takes a slot. When half of all are taken, or as many from this address as one may have, whoever dials has to show
    /// first that the address is its own; if it has, it is refused (TRANSPORT-16). The same when too many from this
    /// address failed lately, but then it is not answered at all (TRANSPORT-19).
    pub(super) fn admit(&self, incoming: Incoming) -> Option<(Incoming, HandshakeSlot)> {
        let origin = (network(incoming.remote_address().ip()), incoming.remote_address_validated());
        let failing = self.failures.are_too_many(origin);
        let crowded = self.free.available_permits() <= self.all / 2;
        if (failing || crowded || self.under_way(origin) >= self.per_address) && incoming.may_retry() {
            // Fails only if the address is validated already, which was just ruled out.
            drop(incoming.retry());
            return None;
        }
        if failing {
            incoming.ignore();
            return None;
        }
        let permit = Arc::clone(&self.free).try_acquire_owned();
        match permit {
            Ok(permit) if self.under_way(origin) < self.per_address => Some((incoming, self.slot(origin, permit))),
            _ => {
                incoming.refuse();
                let before = self.refused.fetch_add(1, Ordering::Relaxed);
                if before.saturating_add(1).is_power_of_two() {
                    tracing::warn!(
                        in_all = before.saturating_add(1),
                        "too many handshakes at a time: some are refused"
                    );
                }
                None
            }
        }
    }

    fn under_way(&self, origin: Origin) -> usize {
        self.by_origin.lock().unwrap_or_else(PoisonError::into_inner).get(&origin).copied().unwrap_or(0)
    }

    fn slot(&self, origin: Origin, permit: OwnedSemaphorePermit) -> HandshakeSlot {
        let mut counts = self.by_origin.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(origin).or_default();
        *count = count.saturating_add(1);
        let failures = Arc::clone(&self.failures);
        HandshakeSlot { origin, by_origin: Arc::clone(&self.by_origin), failures, _permit: permit }
    }
}

impl Failures {
    fn new(interval: Duration, burst: u32) -> Self {
        Self { interval, burst, paces: Mutex::default() }
    }

    fn are_too_many(&self, origin: Origin) -> bool {
        let paces = self.paces.lock().unwrap_or_else(PoisonError::into_inner);
        paces.get(&origin).is_some_and(Pace::is_used_up)
    }

    fn one_more(&self, origin: Origin) {
        let mut paces = self.paces.lock().unwrap_or_else(PoisonError::into_inner);
        if paces.len() >= REMEMBERED && !paces.contains_key(&origin) {
            paces.retain(|_, pace| !pace.is_rested());
            // First those that anybody may have made up: they make nobody forget who was validated and fails.
            if paces.len() >= REMEMBERED {
                paces.retain(|(_, is_validated), _| *is_validated);
            }
            if paces.len() >= REMEMBERED {
                paces.clear();
            }
        }
        paces.entry(origin).or_insert_with(|| Pace::new(self.interval, self.burst)).take(1);
    }
}

impl HandshakeSlot {
    /// It led to nothing.
    pub(super) fn failed(self) {
        self.failures.one_more(self.origin);
    }
}

impl Drop for HandshakeSlot {
    fn drop(&mut self) {
        let mut counts = self.by_origin.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.origin) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                counts.remove(&self.origin);
            }
        }
    }
}

#[cfg(test)]
mod tests;
