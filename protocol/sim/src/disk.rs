//! A node's disk: a write-ahead log of transactions.
//!
//! A program sees its own writes at once; on disk they are when the sync returns, some milliseconds later. A crash loses
//! what was not synced, but for a random beginning of it that the disk had written by itself; the transaction after
//! that is torn, and a torn transaction is not there. A full disk takes no transaction at all.

use std::collections::{BTreeMap, VecDeque};

use ronde_protocol::{
    machine::witness::{memory::Memory, record::Write},
    message::{
        codec::{self, Decode, Encode},
        ids::{OrderDigest, Reference},
    },
};

use crate::luck::Luck;

/// The name of one of a store's records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// An open order.
    Opened(OrderDigest),
    /// A grant, by its number.
    Grant(u64),
    /// Which grant has this reference.
    GrantOf(Reference),
    /// The body that was signed under a reference.
    Body(Reference),
    /// A checkout.
    Checkout(Reference),
    /// How far a peer's log was read, by its node.
    Peer(usize),
    /// How far a witness's feed was read, by its node.
    Feed(usize),
    /// That this is a backup.
    Mark,
}

/// Everything on a node's disk.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// The witness's part.
    pub ledger: Memory,
    shop: BTreeMap<Key, Vec<u8>>,
}

/// Longest record.
const MAX_RECORD: usize = 1 << 20;

impl State {
    /// A witness's part, and nothing else.
    #[cfg(test)]
    pub fn of(ledger: Memory) -> Self {
        Self { ledger, shop: BTreeMap::new() }
    }

    /// Reads a record. One that can't be read is not there: only what was written whole is ever read.
    pub fn load<T: Decode<()> + Encode>(&self, key: Key) -> Option<T> {
        codec::decode(self.shop.get(&key)?, MAX_RECORD).ok()
    }

    /// Says of a copy that it is one.
    pub fn mark(&mut self) {
        self.shop.insert(Key::Mark, Vec::new());
    }

    /// Whether it is a copy that says so.
    pub fn is_marked(&self) -> bool {
        self.shop.contains_key(&Key::Mark)
    }

    /// All open orders.
    pub fn opened(&self) -> Vec<OrderDigest> {
        self.shop.keys().filter_map(|key| if let Key::Opened(digest) = key { Some(*digest) } else { None }).collect()
    }

    /// All checkouts.
    pub fn checkouts(&self) -> Vec<Reference> {
        let named = self.shop.keys();
        named.filter_map(|key| if let Key::Checkout(reference) = key { Some(*reference) } else { None }).collect()
    }

    /// A store's records but open orders, which have columns with them: names and bytes.
    pub fn kept(&self) -> impl Iterator<Item = (&Key, &[u8])> {
        let kept = self.shop.iter().filter(|(key, _)| !matches!(key, Key::Opened(_)));
        kept.map(|(key, bytes)| (key, bytes.as_slice()))
    }

    fn apply(&mut self, writes: Vec<Write>, shop: Vec<(Key, Option<Vec<u8>>)>) {
        self.ledger.apply(writes);
        for (key, bytes) in shop {
            match bytes {
                Some(bytes) => self.shop.insert(key, bytes),
                None => self.shop.remove(&key),
            };
        }
    }
}

/// Writes that are done together or not at all.
#[derive(Debug, Default)]
pub struct Writes {
    ledger: Vec<Write>,
    shop: Vec<(Key, Option<Vec<u8>>)>,
}

impl Writes {
    /// Of a witness's step.
    pub fn of(ledger: Vec<Write>) -> Self {
        Self { ledger, shop: Vec::new() }
    }

    /// How many there are.
    fn len(&self) -> usize {
        self.ledger.len() + self.shop.len()
    }

    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Writes a record.
    #[must_use]
    pub fn put<T: Encode>(mut self, key: Key, record: &T) -> Self {
        self.shop.push((key, Some(codec::encode(record))));
        self
    }

    /// Deletes a record.
    #[must_use]
    pub fn delete(mut self, key: Key) -> Self {
        self.shop.push((key, None));
        self
    }
}

/// No room: nothing was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

/// What a crash left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wreck {
    /// Transactions lost.
    pub lost: usize,
    /// Whether the oldest of them had several writes, so that a disk without transactions might have kept some of these: nothing
    /// of it is there.
    pub cut: bool,
    /// Of those that nobody had been told of, so many are there all the same.
    pub kept: usize,
}

struct Pending<A> {
    number: u64,
    writes: Writes,
    then: A,
}

/// The disk of a node; `A` is what waits for a commit.
pub struct Disk<A> {
    durable: State,
    seen: State,
    pending: VecDeque<Pending<A>>,
    count: u64,
    /// Whether it takes no more.
    pub full: bool,
}

impl<A> Default for Disk<A> {
    fn default() -> Self {
        Self { durable: State::default(), seen: State::default(), pending: VecDeque::new(), count: 0, full: false }
    }
}

impl<A> Disk<A> {
    /// What is on disk for good.
    pub fn durable(&self) -> &State {
        &self.durable
    }

    /// What the program sees: with all that it wrote.
    pub fn seen(&self) -> &State {
        &self.seen
    }

    /// Begins a commit; its number is to be given to [`Self::sync`] once the disk is through.
    pub fn commit(&mut self, writes: Writes, then: A) -> Result<u64, Full> {
        if self.full {
            return Err(Full);
        }
        self.count += 1;
        self.seen.apply(writes.ledger.clone(), writes.shop.clone());
        self.pending.push_back(Pending { number: self.count, writes, then });
        Ok(self.count)
    }

    /// All commits up to this one are durable; gives what waited for them, oldest first.
    pub fn sync(&mut self, number: u64) -> Vec<A> {
        let mut done = Vec::new();
        while let Some(first) = self.pending.pop_front() {
            if first.number > number {
                self.pending.push_front(first);
                break;
            }
            self.durable.apply(first.writes.ledger, first.writes.shop);
            done.push(first.then);
        }
        done
    }

    /// The program dies.
    pub fn crash(&mut self, luck: &mut Luck) -> Wreck {
        let kept = luck.place(self.pending.len() + 1);
        let lost = self.pending.len() - kept;
        for done in self.pending.drain(..kept) {
            self.durable.apply(done.writes.ledger, done.writes.shop);
        }
        let torn = self.pending.drain(..).next().map(|torn| torn.writes);
        let cut = torn.is_some_and(|torn| torn.len() > 1);
        self.seen = self.durable.clone();
        Wreck { lost, cut, kept }
    }

    /// A liar forgets what its witness did since; its store goes on as it is.
    pub fn forget(&mut self, copy: State) {
        self.pending.clear();
        self.durable.ledger = copy.ledger.clone();
        self.seen.ledger = copy.ledger;
    }

    /// The disk is replaced by a copy, while the program is down.
    pub fn replace(&mut self, copy: State) {
        self.pending.clear();
        self.seen = copy.clone();
        self.durable = copy;
    }
}
