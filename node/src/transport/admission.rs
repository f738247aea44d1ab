//! Who gets a handshake, and how fast a peer may ask: what one address or one peer takes is not taken from the others.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use quinn::Incoming;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use super::ListenerConfig;
use crate::clock;
use crate::network::network;

/// An address, and whether whoever dials has shown that it is its own. What is not shown can be anybody's doing, so it
/// is counted apart.
type Origin = (IpAddr, bool);

/// Handshakes under way.
pub(super) struct Handshakes {
    all: usize,
    per_address: usize,
    free: Arc<Semaphore>,
    by_origin: Arc<Mutex<BTreeMap<Origin, usize>>>,
    refused: AtomicU64,
}

/// One of them, until it is dropped.
pub(super) struct HandshakeSlot {
    origin: Origin,
    by_origin: Arc<Mutex<BTreeMap<Origin, usize>>>,
    _permit: OwnedSemaphorePermit,
}

impl Handshakes {
    pub(super) fn new(config: &ListenerConfig) -> Self {
        Self {
            all: config.handshakes,
            per_address: config.handshakes_per_address,
            free: Arc::new(Semaphore::new(config.handshakes)),
            by_origin: Arc::default(),
            refused: AtomicU64::new(0),
        }
    }

    /// Takes a slot. When half of all are taken, or as many from this address as one may have, whoever dials has to show
    /// first that the address is its own; if it has, it is refused (TRANSPORT-16).
    pub(super) fn admit(&self, incoming: Incoming) -> Option<(Incoming, HandshakeSlot)> {
        let origin = (network(incoming.remote_address().ip()), incoming.remote_address_validated());
        let crowded = self.free.available_permits() <= self.all / 2;
        if (crowded || self.under_way(origin) >= self.per_address) && incoming.may_retry() {
            // Fails only if the address is validated already, which was just ruled out.
            drop(incoming.retry());
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
        HandshakeSlot { origin, by_origin: Arc::clone(&self.by_origin), _permit: permit }
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

/// A rate that may be exceeded for a while, if it was not used up before (TRANSPORT-17).
pub(super) struct Pace {
    /// Between two requests.
    interval: Duration,
    /// How far ahead of the rate one may be.
    ahead: Duration,
    /// When everything that was asked so far is worked off at the rate.
    even: Mutex<Instant>,
}

impl Pace {
    pub(super) fn new(per_second: u32, burst: u32) -> Self {
        let interval = Duration::from_secs(1).checked_div(per_second).unwrap_or(Duration::MAX);
        Self { interval, ahead: interval.saturating_mul(burst), even: Mutex::new(clock::monotonic()) }
    }

    /// How long the next request has to wait.
    pub(super) fn delay(&self) -> Duration {
        let now = clock::monotonic();
        let mut even = self.even.lock().unwrap_or_else(PoisonError::into_inner);
        let from = (*even).max(now);
        *even = from.checked_add(self.interval).unwrap_or(from);
        from.saturating_duration_since(now).saturating_sub(self.ahead)
    }

    /// Whether nothing is used up.
    pub(super) fn is_rested(&self) -> bool {
        *self.even.lock().unwrap_or_else(PoisonError::into_inner) <= clock::monotonic()
    }
}
