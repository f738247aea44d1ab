//! Who is connected, and who has to go when there is no room: whoever only waits for its peer costs nothing but its
//! place, so a newcomer takes the place of the one that has waited longest, from where most connections come (HTTP-25).

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio::time::Instant;

use crate::clock;
use crate::network::network;

/// Everybody who is connected.
#[derive(Clone)]
pub(super) struct Crowd(Arc<Inner>);

struct Inner {
    room: usize,
    guests: Mutex<Guests>,
    /// Somebody left, or began to wait.
    changed: Notify,
}

#[derive(Default)]
struct Guests {
    next: u64,
    open: BTreeMap<u64, Guest>,
    /// How many had to go.
    gone: u64,
}

struct Guest {
    from: IpAddr,
    /// Since when it waits for its peer; nothing while the node is at work for it.
    waiting: Option<Instant>,
    unwanted: Arc<Notify>,
}

/// One connection's place; dropped, it is free.
pub(super) struct Stay {
    crowd: Crowd,
    id: u64,
    unwanted: Arc<Notify>,
}

/// Says whether a connection waits for its peer or for this node. Requests carry it.
#[derive(Clone)]
pub(in crate::http) struct Turn {
    crowd: Crowd,
    id: u64,
}

impl Crowd {
    pub(super) fn new(room: usize) -> Self {
        let (guests, changed) = (Mutex::default(), Notify::new());
        Self(Arc::new(Inner { room, guests, changed }))
    }

    /// A place. While the node is at work for all who have one, the newcomer waits.
    pub(super) async fn enter(&self, from: IpAddr) -> Stay {
        loop {
            let changed = self.0.changed.notified();
            if let Some(stay) = self.try_enter(network(from)) {
                return stay;
            }
            changed.await;
        }
    }

    fn try_enter(&self, from: IpAddr) -> Option<Stay> {
        let mut guests = self.lock();
        if guests.open.len() >= self.0.room {
            guests.make_room()?;
        }
        let (id, unwanted) = (guests.next, Arc::new(Notify::new()));
        guests.next = id.wrapping_add(1);
        let waiting = Some(clock::monotonic());
        guests.open.insert(id, Guest { from, waiting, unwanted: Arc::clone(&unwanted) });
        Some(Stay { crowd: self.clone(), id, unwanted })
    }

    fn set_waiting(&self, id: u64, waiting: Option<Instant>) {
        if let Some(guest) = self.lock().open.get_mut(&id) {
            guest.waiting = waiting;
        }
        if waiting.is_some() {
            self.0.changed.notify_one();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Guests> {
        self.0.guests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Guests {
    /// Sends one away, if any only waits.
    fn make_room(&mut self) -> Option<()> {
        let mut counts: BTreeMap<IpAddr, usize> = BTreeMap::new();
        for guest in self.open.values() {
            let count = counts.entry(guest.from).or_default();
            *count = count.saturating_add(1);
        }
        let waiting = self.open.iter().filter_map(|(id, guest)| {
            let since = guest.waiting?;
            Some((counts.get(&guest.from).copied(), Reverse(since), *id))
        });
        let (.., id) = waiting.max()?;
        let guest = self.open.remove(&id)?;
        guest.unwanted.notify_one();
        self.gone = self.gone.saturating_add(1);
        if self.gone.is_power_of_two() {
            tracing::warn!(in_all = self.gone, "there is no room: connections that only wait are closed");
        }
        Some(())
    }
}

impl Stay {
    /// Ready when another needs the place.
    pub(super) async fn unwanted(&self) {
        self.unwanted.notified().await;
    }

    pub(super) fn turn(&self) -> Turn {
        Turn { crowd: self.crowd.clone(), id: self.id }
    }
}

impl Drop for Stay {
    fn drop(&mut self) {
        self.crowd.lock().open.remove(&self.id);
        self.crowd.0.changed.notify_one();
    }
}

impl Turn {
    /// The node is at work for the connection: it is not sent away.
    pub(in crate::http) fn works(&self) {
        self.crowd.set_waiting(self.id, None);
    }

    /// The connection waits for its peer from now on.
    pub(super) fn waits(&self) {
        self.crowd.set_waiting(self.id, Some(clock::monotonic()));
    }
}
