//! Who is connected, and who has to go when there is no room: whoever only waits for its peer costs nothing but its
//! place, so a newcomer takes the place of the one that has waited longest, from where most connections come (HTTP-25).
//! The bytes of bodies are given out likewise (HTTP-28), and one by one to whoever has most of them (HTTP-30).

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio::time::Instant;

use super::ServeLimits;
use super::line::Turns;
use crate::clock;
use crate::network::network;

/// Everybody who is connected.
#[derive(Clone)]
pub(super) struct Crowd(Arc<Inner>);

struct Inner {
    room: usize,
    /// Bytes of bodies that there is room for.
    bytes: usize,
    guests: Mutex<Guests>,
    /// Somebody left, or began to wait.
    changed: Notify,
    /// Of bodies that take room from others of their own address. A peer that hangs up is not noticed before it is its
    /// turn: nothing reads what it sends until then.
    turns: Turns,
}

#[derive(Default)]
struct Guests {
    next: u64,
    open: BTreeMap<u64, Guest>,
    /// Of each address, how many are open.
    counts: BTreeMap<IpAddr, usize>,
    /// Bytes of bodies of all of them.
    held: usize,
    /// How many had to go.
    gone: u64,
}

struct Guest {
    from: IpAddr,
    /// Since when it waits for its peer; nothing while the node is at work for it.
    waiting: Option<Instant>,
    /// Bytes of the body that arrives or is worked on.
    holds: usize,
    unwanted: Arc<Notify>,
}

/// One connection's place; dropped, it is free.
pub(super) struct Stay {
    crowd: Crowd,
    id: u64,
    from: IpAddr,
    unwanted: Arc<Notify>,
}

/// Says whether a connection waits for its peer or for this node. Requests carry it.
#[derive(Clone)]
pub(in crate::http) struct Turn {
    crowd: Crowd,
    id: u64,
    from: IpAddr,
}

/// Room for the bytes of a body, until it is dropped.
pub(in crate::http) struct Held {
    turn: Turn,
    bytes: usize,
}

/// There is no room for a body: the node is at work for all that have some.
#[derive(Debug)]
pub(in crate::http) struct NoRoom;

impl Crowd {
    /// Nobody, and room within the limits.
    pub(super) fn new(limits: &ServeLimits) -> Self {
        let (guests, changed, turns) = (Mutex::default(), Notify::new(), Turns::new(limits));
        Self(Arc::new(Inner { room: limits.connections, bytes: limits.bodies, guests, changed, turns }))
    }

    /// Whether there is no room, and most of what there was is this address's.
    pub(super) fn is_full_of(&self, from: IpAddr) -> bool {
        let guests = self.lock();
        guests.open.len() >= self.0.room && guests.count(network(from)).saturating_mul(2) > self.0.room
    }

    /// Whether there is no room for the body of this guest, and most of what there was is its address's already.
    fn is_full_of_bodies_like(&self, id: u64, bytes: usize) -> bool {
        let guests = self.lock();
        let Some(guest) = guests.open.get(&id).filter(|_| guests.held.saturating_add(bytes) > self.0.bytes) else {
            return false;
        };
        guests.bytes(|_, other| other.from == guest.from).saturating_mul(2) > self.0.bytes
    }

    /// A place. While the node is at work for all who have one, the newcomer waits.
    pub(super) async fn enter(&self, from: IpAddr) -> Stay {
        loop {
            let mut changed = pin!(self.0.changed.notified());
            // Several wait: each has to be among those that hear of a change before it looks, or two places that become
            // free at once are one word, for one of them.
            changed.as_mut().enable();
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
        guests.open.insert(id, Guest { from, waiting, holds: 0, unwanted: Arc::clone(&unwanted) });
        let count = guests.counts.entry(from).or_default();
        *count = count.saturating_add(1);
        Some(Stay { crowd: self.clone(), id, from, unwanted })
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
    fn count(&self, from: IpAddr) -> usize {
        self.counts.get(&from).copied().unwrap_or(0)
    }

    /// Sends one away, if any only waits.
    fn make_room(&mut self) -> Option<()> {
        self.send_away(self.next_to_go(|from| self.count(from), |_, _| true)?)
    }

    /// What the bodies of some of them hold together.
    fn bytes(&self, counts: impl Fn(u64, &Guest) -> bool) -> usize {
        let some = self.open.iter().filter(|(id, guest)| counts(**id, guest));
        some.map(|(_, guest)| guest.holds).fold(0, usize::saturating_add)
    }

    /// Sends one away that holds bytes and only waits, but not this one.
    fn make_bytes(&mut self, but: u64) -> Option<()> {
        let mut by_address: BTreeMap<IpAddr, usize> = BTreeMap::new();
        for guest in self.open.values() {
            let bytes = by_address.entry(guest.from).or_default();
            *bytes = bytes.saturating_add(guest.holds);
        }
        let has = |from| by_address.get(&from).copied().unwrap_or(0);
        self.send_away(self.next_to_go(has, |id, guest| guest.holds > 0 && id != but)?)
    }

    /// Of those that only wait, and may go: from the address that has most, who has waited longest.
    fn next_to_go(&self, has: impl Fn(IpAddr) -> usize, may_go: impl Fn(u64, &Guest) -> bool) -> Option<u64> {
        let open = self.open.iter().filter(|(id, guest)| may_go(**id, guest));
        let waiting = open.filter_map(|(id, guest)| Some((has(guest.from), Reverse(guest.waiting?), *id)));
        waiting.max().map(|(.., id)| id)
    }

    fn send_away(&mut self, id: u64) -> Option<()> {
        self.remove(id)?.unwanted.notify_one();
        self.gone = self.gone.saturating_add(1);
        if self.gone.is_power_of_two() {
            tracing::warn!(in_all = self.gone, "there is no room: connections that only wait are closed");
        }
        Some(())
    }

    fn remove(&mut self, id: u64) -> Option<Guest> {
        let guest = self.open.remove(&id)?;
        self.held = self.held.saturating_sub(guest.holds);
        if let Some(count) = self.counts.get_mut(&guest.from) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.counts.remove(&guest.from);
            }
        }
        Some(guest)
    }

    /// Room for so many bytes more. For what is in them the peer is waited for from now on.
    fn gives(&mut self, id: u64, bytes: usize) {
        let Some(guest) = self.open.get_mut(&id) else { return };
        guest.holds = guest.holds.saturating_add(bytes);
        guest.waiting = guest.waiting.map(|_| clock::monotonic());
        self.held = self.held.saturating_add(bytes);
    }

    /// Room for so many bytes less, unless it left.
    fn takes_back(&mut self, id: u64, bytes: usize) {
        let Some(guest) = self.open.get_mut(&id) else { return };
        guest.holds = guest.holds.saturating_sub(bytes);
        self.held = self.held.saturating_sub(bytes);
    }
}

impl Stay {
    /// Ready when another needs the place.
    pub(super) async fn unwanted(&self) {
        self.unwanted.notified().await;
    }

    pub(super) fn turn(&self) -> Turn {
        Turn { crowd: self.crowd.clone(), id: self.id, from: self.from }
    }
}

impl Drop for Stay {
    fn drop(&mut self) {
        self.crowd.lock().remove(self.id);
        self.crowd.0.changed.notify_one();
    }
}

impl Turn {
    /// The address that asks, or its network.
    pub(in crate::http) fn from(&self) -> IpAddr {
        self.from
    }

    /// The node is at work for the connection: it is not sent away.
    pub(in crate::http) fn works(&self) {
        self.crowd.set_waiting(self.id, None);
    }

    /// Room for a body of so many bytes; whoever only waits has to go for it. While most of the room is this address's,
    /// it waits for its turn: otherwise whoever had to go for it comes back for the room of the next, and the node reads
    /// bodies that never end as fast as they come.
    pub(in crate::http) async fn holds(&self, bytes: usize) -> Result<Held, NoRoom> {
        if self.crowd.is_full_of_bodies_like(self.id, bytes) {
            let first = self.crowd.0.turns.first().await;
            // There may be room again when it is the first.
            if self.crowd.is_full_of_bodies_like(self.id, bytes) {
                first.turn().await;
            }
        }
        self.takes(bytes)
    }

    fn takes(&self, bytes: usize) -> Result<Held, NoRoom> {
        let most = self.crowd.0.bytes;
        let mut guests = self.crowd.lock();
        // Nobody goes for one that had to go itself.
        if !guests.open.contains_key(&self.id) {
            return Err(NoRoom);
        }
        // Nor for one that has no room all the same, beside what can't be sent away for it.
        let is_full = guests.held.saturating_add(bytes) > most;
        let stays = |id, guest: &Guest| guest.waiting.is_none() || id == self.id;
        if is_full && guests.bytes(stays).saturating_add(bytes) > most {
            return Err(NoRoom);
        }
        while guests.held.saturating_add(bytes) > most {
            guests.make_bytes(self.id).ok_or(NoRoom)?;
        }
        guests.gives(self.id, bytes);
        drop(guests);
        Ok(Held { turn: self.clone(), bytes })
    }

    /// The connection waits for its peer from now on.
    pub(in crate::http) fn waits(&self) {
        self.crowd.set_waiting(self.id, Some(clock::monotonic()));
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.turn.crowd.lock().takes_back(self.turn.id, self.bytes);
    }
}

#[cfg(test)]
mod tests;
