//! Who gets a handshake: what one address takes is not taken from the others, and what strangers take at the address of a
//! peer leaves something to the peer.

mod lateness;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use quinn::{ConnectionError, Incoming};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use super::ListenerConfig;
use crate::clock;
use crate::network::network;
use crate::pace::Pace;

pub(super) use lateness::{LOOK, Lateness};

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
    per_peer_address: usize,
    free: Arc<Semaphore>,
    by_origin: Arc<Mutex<BTreeMap<Origin, usize>>>,
    failures: Arc<Failures>,
    lateness: Arc<Lateness>,
    refused: AtomicU64,
}

/// How fast handshakes of one origin may fail: each costs this node a key agreement and a signature (TRANSPORT-19).
struct Failures {
    interval: Duration,
    burst: u32,
    paces: Mutex<BTreeMap<Origin, Pace>>,
    peers: PeerAddresses,
}

/// Addresses from which peers came, each with its own wider bound for handshakes that fail (TRANSPORT-20): a shop's node may
/// have the address of the shop's network for customers.
struct PeerAddresses {
    interval: Duration,
    burst: u32,
    memory: Duration,
    came: Mutex<BTreeMap<IpAddr, (Instant, Pace)>>,
}

/// One of them, until it is dropped.
pub(super) struct HandshakeSlot {
    origin: Origin,
    begun: Instant,
    by_origin: Arc<Mutex<BTreeMap<Origin, usize>>>,
    failures: Arc<Failures>,
    lateness: Arc<Lateness>,
    _permit: OwnedSemaphorePermit,
}

/// A peer is connected from an address; it counts as the peer's for some time after this is dropped.
pub(super) struct PeerIsHere {
    address: IpAddr,
    failures: Arc<Failures>,
}

impl Handshakes {
    pub(super) fn new(config: &ListenerConfig) -> Self {
        Self {
            all: config.handshakes,
            per_address: config.handshakes_per_address,
            per_peer_address: config.handshakes_per_peer_address,
            free: Arc::new(Semaphore::new(config.handshakes)),
            by_origin: Arc::default(),
            failures: Arc::new(Failures::new(config)),
            lateness: Arc::default(),
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
        let most = self.most_under_way(origin);
        if (failing || crowded || self.under_way(origin) >= most) && incoming.may_retry() {
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
            Ok(permit) if self.under_way(origin) < most => Some((incoming, self.slot(origin, permit))),
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

    /// What tells it when this node is late.
    pub(super) fn lateness(&self) -> &Lateness {
        &self.lateness
    }

    fn most_under_way(&self, origin: Origin) -> usize {
        match self.failures.peers.is_one(origin, clock::monotonic()) {
            true => self.per_peer_address,
            false => self.per_address,
        }
    }

    fn under_way(&self, origin: Origin) -> usize {
        self.by_origin.lock().unwrap_or_else(PoisonError::into_inner).get(&origin).copied().unwrap_or(0)
    }

    fn slot(&self, origin: Origin, permit: OwnedSemaphorePermit) -> HandshakeSlot {
        let mut counts = self.by_origin.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(origin).or_default();
        *count = count.saturating_add(1);
        HandshakeSlot {
            origin,
            begun: clock::monotonic(),
            by_origin: Arc::clone(&self.by_origin),
            failures: Arc::clone(&self.failures),
            lateness: Arc::clone(&self.lateness),
            _permit: permit,
        }
    }
}

impl Failures {
    fn new(config: &ListenerConfig) -> Self {
        let peers = PeerAddresses {
            interval: config.peer_address_failure_interval,
            burst: config.failures_per_peer_address,
            memory: config.peer_address_memory,
            came: Mutex::default(),
        };
        Self { interval: config.failure_interval, burst: config.failures_per_address, paces: Mutex::default(), peers }
    }

    fn are_too_many(&self, origin: Origin) -> bool {
        if let Some(are_too_many) = self.peers.look(origin, clock::monotonic(), Pace::is_used_up) {
            return are_too_many;
        }
        let paces = self.paces.lock().unwrap_or_else(PoisonError::into_inner);
        paces.get(&origin).is_some_and(Pace::is_used_up)
    }

    fn one_more(&self, origin: Origin) {
        if self.peers.look(origin, clock::monotonic(), |pace| pace.take(1)).is_some() {
            return;
        }
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

impl PeerAddresses {
    /// Looks at the bound of a validated address from which a peer came lately; nothing for any other. What is not validated
    /// has to be anyway, beyond the bound for all.
    fn look<T>(&self, (address, is_validated): Origin, now: Instant, look: impl FnOnce(&Pace) -> T) -> Option<T> {
        let came = self.came.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, pace) = came.get(&address).filter(|_| is_validated)?;
        (now.saturating_duration_since(*at) <= self.memory).then(|| look(pace))
    }

    fn is_one(&self, origin: Origin, now: Instant) -> bool {
        self.look(origin, now, |_| ()).is_some()
    }

    /// A peer is there, or was until now.
    fn is_here(&self, address: IpAddr, now: Instant) {
        let mut came = self.came.lock().unwrap_or_else(PoisonError::into_inner);
        if came.len() >= REMEMBERED && !came.contains_key(&address) {
            // Only peers can fill it.
            let longest_ago = came.iter().min_by_key(|(_, (at, _))| *at).map(|(address, _)| *address);
            longest_ago.and_then(|address| came.remove(&address));
        }
        came.entry(address).or_insert_with(|| (now, Pace::new(self.interval, self.burst))).0 = now;
    }
}

impl HandshakeSlot {
    /// It led to nothing. That is the address's doing, but for one that took too long while this node itself was late
    /// (TRANSPORT-21).
    pub(super) fn failed(self, error: &ConnectionError) {
        if !matches!(error, ConnectionError::TimedOut) || !self.lateness.was_since(self.begun) {
            self.failures.one_more(self.origin);
        }
    }

    /// It proved the key of a peer (TRANSPORT-20).
    pub(super) fn succeeded(self) -> PeerIsHere {
        let here = PeerIsHere { address: self.origin.0, failures: Arc::clone(&self.failures) };
        here.failures.peers.is_here(here.address, clock::monotonic());
        here
    }
}

impl Drop for PeerIsHere {
    fn drop(&mut self) {
        self.failures.peers.is_here(self.address, clock::monotonic());
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
