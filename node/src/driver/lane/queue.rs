//! Who is next: stores in turn, and those that relayed something wrong after the others.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use tokio::time::Instant;

use super::Relay;

/// Good requests by which a store leaves the slow lane.
const TO_MAKE_GOOD: u32 = 16;
/// Batches of the others between two of the slow lane, if both wait. Anybody can have an honest store relay what is wrong, so
/// the slow lane must be one in which a store can live.
const BETWEEN_SLOW: u32 = 2;
/// Requests of the slow lane at a time: they may have to be looked at one by one.
const SLOW_AT_ONCE: usize = 4;
/// So many times as long as what was wrong of a store took in the slow lane, the store rests: if it sends nothing else it gets a
/// tenth of one worker's time, however fast it sends.
const REST: u32 = 9;
/// But no longer than this: anybody can have it relay something that takes long, and on a busy machine anything does.
const MOST_REST: Duration = Duration::from_millis(100);

/// A bounded queue, fair between stores.
pub struct FairQueue<T> {
    stores: BTreeMap<Relay, Store<T>>,
    /// Stores with something waiting, the next one first; of each lane.
    fast: VecDeque<Relay>,
    slow: VecDeque<Relay>,
    most_of_one: usize,
    since_slow: u32,
}

/// What is worked on together.
pub struct Taken<T> {
    /// The requests; none if there is nothing to do.
    pub requests: Vec<T>,
    /// They are of one store in the slow lane, of which no more is taken before [`FairQueue::end_slow`].
    pub is_slow: bool,
}

/// What still fits into a batch.
struct Room {
    requests: usize,
    weight: usize,
}

struct Store<T> {
    /// With what each weighs.
    waiting: VecDeque<(T, usize)>,
    /// Good requests that it owes until it is trusted again.
    owes: u32,
    /// Some of the slow lane are worked on.
    is_in_hand: bool,
    /// Nothing is taken of it before, while it is in the slow lane.
    rests_until: Option<Instant>,
}

impl<T> Store<T> {
    fn new() -> Self {
        Self { waiting: VecDeque::new(), owes: 0, is_in_hand: false, rests_until: None }
    }

    /// Whether anything of it may be taken.
    fn may_be_served(&self, now: Instant) -> bool {
        self.owes == 0 || (!self.is_in_hand && self.rests_until.is_none_or(|until| until <= now))
    }
}

impl<T> FairQueue<T> {
    /// A queue in which so many of one store may wait.
    pub fn new(most_of_one: usize) -> Self {
        Self {
            stores: BTreeMap::new(),
            fast: VecDeque::new(),
            slow: VecDeque::new(),
            most_of_one: most_of_one.max(1),
            since_slow: 0,
        }
    }

    /// Adds a request that takes so much work; gives it back if too many of that store wait.
    pub fn push(&mut self, relay: Relay, request: T, weight: usize) -> Result<(), T> {
        let store = self.stores.entry(relay).or_insert_with(Store::new);
        if store.waiting.len() >= self.most_of_one {
            return Err(request);
        }
        store.waiting.push_back((request, weight));
        if store.waiting.len() == 1 {
            if store.owes == 0 { self.fast.push_back(relay) } else { self.slow.push_back(relay) }
        }
        Ok(())
    }

    /// How many wait that may be taken now.
    pub fn waiting(&self, now: Instant) -> usize {
        let stores = self.stores.values().filter(|store| store.may_be_served(now));
        stores.map(|store| store.waiting.len()).sum()
    }

    /// Who is next in the slow lane.
    fn next_slow(&self, now: Instant) -> Option<usize> {
        self.slow.iter().position(|relay| self.stores.get(relay).is_some_and(|store| store.may_be_served(now)))
    }

    /// Whether anything may be taken now.
    pub fn is_ready(&self, now: Instant) -> bool {
        !self.fast.is_empty() || self.next_slow(now).is_some()
    }

    /// When the first store's rest ends, of those that wait and of which nothing is in hand.
    pub fn rests_until(&self) -> Option<Instant> {
        let waiting = self.slow.iter().filter_map(|relay| self.stores.get(relay)).filter(|store| !store.is_in_hand);
        waiting.filter_map(|store| store.rests_until).min()
    }

    /// What was taken of a store in the slow lane has ended, and `wrong` of its time was for what was wrong: so it rests.
    pub fn end_slow(&mut self, relay: Relay, wrong: Duration, now: Instant) {
        if let Some(store) = self.stores.get_mut(&relay) {
            store.is_in_hand = false;
            store.rests_until = (!wrong.is_zero()).then(|| now + wrong.saturating_mul(REST).min(MOST_REST));
        }
    }

    /// The next batch: one request of each store in turn, up to `most` and to the `weight` that is given, but at least one; now
    /// and then a few of one store in the slow lane.
    pub fn take(&mut self, most: usize, weight: usize, now: Instant) -> Taken<T> {
        let mut room = Room { requests: most, weight };
        let next_slow = self.next_slow(now);
        if let Some(place) = next_slow
            && (self.fast.is_empty() || self.since_slow >= BETWEEN_SLOW)
            && let Some(relay) = self.slow.remove(place)
        {
            self.since_slow = 0;
            room.requests = room.requests.min(SLOW_AT_ONCE);
            let requests = self.take_of(relay, &mut room, SLOW_AT_ONCE);
            if let Some(store) = self.stores.get_mut(&relay) {
                store.is_in_hand = !requests.is_empty();
            }
            return Taken { requests, is_slow: true };
        }
        self.since_slow = if next_slow.is_some() { self.since_slow + 1 } else { 0 };
        let mut batch = Vec::new();
        while room.requests > 0 && room.weight > 0 {
            let Some(relay) = self.fast.pop_front() else { break };
            batch.extend(self.take_of(relay, &mut room, 1));
        }
        Taken { requests: batch, is_slow: false }
    }

    /// Some of one store, which then stands last if it has more.
    fn take_of(&mut self, relay: Relay, room: &mut Room, most: usize) -> Vec<T> {
        let Some(store) = self.stores.get_mut(&relay) else { return Vec::new() };
        let mut taken = Vec::new();
        while taken.len() < most && room.requests > 0 && room.weight > 0 {
            let Some((request, weight)) = store.waiting.pop_front() else { break };
            room.requests -= 1;
            room.weight = room.weight.saturating_sub(weight);
            taken.push(request);
        }
        if !store.waiting.is_empty() {
            if store.owes == 0 { self.fast.push_back(relay) } else { self.slow.push_back(relay) }
        } else if store.owes == 0 {
            self.stores.remove(&relay);
        }
        taken
    }

    /// What a store relayed was good, or wrong: then it stands in the slow lane until it has made good.
    pub fn note(&mut self, relay: Relay, is_good: bool) {
        if is_good && !self.stores.contains_key(&relay) {
            return;
        }
        let store = self.stores.entry(relay).or_insert_with(Store::new);
        let was_slow = store.owes > 0;
        store.owes = if is_good { store.owes.saturating_sub(1) } else { TO_MAKE_GOOD };
        let (is_slow, waits) = (store.owes > 0, !store.waiting.is_empty());
        if was_slow != is_slow && waits {
            store.rests_until = None;
            let (from, to) = if is_slow { (&mut self.fast, &mut self.slow) } else { (&mut self.slow, &mut self.fast) };
            from.retain(|other| *other != relay);
            to.push_back(relay);
        }
        if !is_slow && !waits {
            self.stores.remove(&relay);
        }
    }
}

#[cfg(test)]
mod tests;
