//! A witness's state in memory: for tests, simulations and whoever wants to read how the writes are meant.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};
use core::ops::Bound;

use super::{
    buckets::BucketView,
    outstanding::{Outstanding, Seen},
    pages::LogView,
    peers::Followed,
    record::{CoinRecord, Counter, EarlierView, EarlierWrite, Inconsistent, OrderRecord, Retirement, View, Write},
};
use crate::{
    crypto::{group::PointBytes, merkle::Subtree},
    machine::{
        audit::Exhibit,
        books::{Account, Flow, Statement},
    },
    message::{
        amount::Points,
        bucket::BucketKey,
        evidence::Evidence,
        ids::{KeysetId, OrderDigest, Reference, StoreId, WitnessIndex},
        log::LogEntry,
        statement::ClosingStatement,
    },
};

/// One keyset's state.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    coins: BTreeMap<PointBytes, CoinRecord>,
    references: BTreeMap<(StoreId, Reference), OrderDigest>,
    orders: BTreeMap<OrderDigest, OrderRecord>,
    counters: BTreeMap<Counter, u64>,
    books: BTreeMap<(Account, Flow), u64>,
    log: Vec<LogEntry>,
    nodes: BTreeMap<Subtree, [u8; 32]>,
    feed: Vec<(StoreId, u64)>,
    buckets: BTreeSet<Vec<u8>>,
    retired: Option<Retirement>,
    evidence: Vec<Evidence>,
    exhibits: Vec<Exhibit>,
    statement: Option<ClosingStatement>,
    earlier: BTreeMap<KeysetId, Earlier>,
}

/// What is kept of one earlier keyset.
#[derive(Clone, Debug, Default)]
struct Earlier {
    followed: BTreeMap<WitnessIndex, Followed>,
    outstanding: Option<Outstanding>,
    seen: BTreeMap<OrderDigest, Seen>,
    statements: BTreeMap<WitnessIndex, ClosingStatement>,
}

impl Earlier {
    fn apply(&mut self, write: EarlierWrite) {
        match write {
            EarlierWrite::Followed(index, followed) => set(&mut self.followed, index, Some(*followed)),
            EarlierWrite::Outstanding(sums) => self.outstanding = Some(*sums),
            EarlierWrite::Seen(digest, seen) => set(&mut self.seen, digest, Some(seen)),
            EarlierWrite::Statement(statement) => set(&mut self.statements, statement.index, Some(statement)),
        }
    }
}

/// The state contradicts itself: a fault of the program, since memory is not damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
pub struct MemoryError(#[from] pub Inconsistent);

impl Memory {
    /// Does what a step says.
    pub fn apply(&mut self, writes: Vec<Write>) {
        for write in writes {
            self.apply_one(write);
        }
    }

    fn apply_one(&mut self, write: Write) {
        match write {
            Write::Coin(point, record) => set(&mut self.coins, point, record),
            Write::Reference(store, reference, digest) => set(&mut self.references, (store, reference), digest),
            Write::Order(digest, record) => set(&mut self.orders, digest, Some(*record)),
            Write::Counter(counter, value) => set(&mut self.counters, counter, Some(value)),
            Write::Book(account, flow, value) => set(&mut self.books, (account, flow), Some(value)),
            Write::LogEntry(_, entry) => self.log.push(*entry),
            Write::LogNode(subtree, hash) => set(&mut self.nodes, subtree, Some(hash)),
            // The list of entries is the size.
            Write::LogSize(_) => {}
            Write::Feed(store, position) => self.feed.push((store, position)),
            Write::Bucket(place) => {
                self.buckets.insert(place.key().to_vec());
            }
            Write::Retire(why) => self.retired = self.retired.take().or(Some(why)),
            // One that is met again is the same.
            Write::Evidence(evidence) => {
                let known = self.evidence.iter().any(|known| known.id() == evidence.id());
                self.evidence.extend((!known).then_some(*evidence));
            }
            Write::Exhibit(exhibit) => self.exhibits.push(*exhibit),
            Write::Statement(statement) => self.statement = Some(statement),
            Write::Earlier(keyset, write) => self.earlier.entry(keyset).or_default().apply(write),
        }
    }

    /// The log, oldest first.
    pub fn log(&self) -> &[LogEntry] {
        &self.log
    }

    /// Log positions of certified orders that name stores.
    pub fn feed(&self) -> &[(StoreId, u64)] {
        &self.feed
    }

    /// What convicts several at once.
    pub fn exhibits(&self) -> &[Exhibit] {
        &self.exhibits
    }

    /// Evidence collected.
    pub fn evidence(&self) -> &[Evidence] {
        &self.evidence
    }

    /// Every account's flows.
    pub fn statements(&self) -> BTreeMap<Account, Statement> {
        let mut statements: BTreeMap<Account, Statement> = BTreeMap::new();
        for ((account, flow), points) in &self.books {
            // One flow is set once: nothing can overflow.
            let _ = statements.entry(*account).or_default().add(*flow, Points(*points));
        }
        statements
    }
}

fn set<K: Ord, V>(map: &mut BTreeMap<K, V>, key: K, value: Option<V>) {
    match value {
        Some(value) => map.insert(key, value),
        None => map.remove(&key),
    };
}

impl View for Memory {
    type Error = MemoryError;

    fn coin(&self, _: KeysetId, point: &PointBytes) -> Result<Option<CoinRecord>, MemoryError> {
        Ok(self.coins.get(point).copied())
    }

    fn reference(
        &self,
        _: KeysetId,
        store: StoreId,
        reference: &Reference,
    ) -> Result<Option<OrderDigest>, MemoryError> {
        Ok(self.references.get(&(store, *reference)).copied())
    }

    fn order(&self, _: KeysetId, digest: &OrderDigest) -> Result<Option<OrderRecord>, MemoryError> {
        Ok(self.orders.get(digest).cloned())
    }

    fn counter(&self, _: KeysetId, counter: &Counter) -> Result<u64, MemoryError> {
        Ok(self.counters.get(counter).copied().unwrap_or(0))
    }

    fn book(&self, _: KeysetId, account: Account, flow: Flow) -> Result<u64, MemoryError> {
        Ok(self.books.get(&(account, flow)).copied().unwrap_or(0))
    }

    fn log_size(&self, _: KeysetId) -> Result<u64, MemoryError> {
        u64::try_from(self.log.len()).map_err(|_| MemoryError(Inconsistent::Overflow))
    }

    fn log_node(&self, _: KeysetId, subtree: Subtree) -> Result<Option<[u8; 32]>, MemoryError> {
        Ok(self.nodes.get(&subtree).copied())
    }

    fn retired(&self, _: KeysetId) -> Result<Option<Retirement>, MemoryError> {
        Ok(self.retired.clone())
    }

    fn statement(&self, _: KeysetId) -> Result<Option<ClosingStatement>, MemoryError> {
        Ok(self.statement)
    }
}

impl EarlierView for Memory {
    fn earlier_followed(
        &self,
        _: KeysetId,
        earlier: KeysetId,
        index: WitnessIndex,
    ) -> Result<Option<Followed>, MemoryError> {
        Ok(self.earlier.get(&earlier).and_then(|kept| kept.followed.get(&index)).cloned())
    }

    fn outstanding(&self, _: KeysetId, earlier: KeysetId) -> Result<Option<Outstanding>, MemoryError> {
        Ok(self.earlier.get(&earlier).and_then(|kept| kept.outstanding.clone()))
    }

    fn seen(&self, _: KeysetId, earlier: KeysetId, digest: &OrderDigest) -> Result<Option<Seen>, MemoryError> {
        Ok(self.earlier.get(&earlier).and_then(|kept| kept.seen.get(digest)).copied())
    }

    fn earlier_statement(
        &self,
        _: KeysetId,
        earlier: KeysetId,
        index: WitnessIndex,
    ) -> Result<Option<ClosingStatement>, MemoryError> {
        Ok(self.earlier.get(&earlier).and_then(|kept| kept.statements.get(&index)).copied())
    }
}

impl LogView for Memory {
    fn log_entry(&self, _: KeysetId, position: u64) -> Result<Option<LogEntry>, MemoryError> {
        Ok(usize::try_from(position).ok().and_then(|position| self.log.get(position)).cloned())
    }

    fn feed(&self, _: KeysetId, store: StoreId, from: u64, limit: usize) -> Result<Vec<u64>, MemoryError> {
        let named = self.feed.iter().filter(|(of, position)| *of == store && *position >= from);
        Ok(named.map(|(_, position)| *position).take(limit).collect())
    }
}

impl BucketView for Memory {
    fn bucket(
        &self,
        _: KeysetId,
        first: &[u8],
        end: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<BucketKey>, MemoryError> {
        let range = (Bound::Included(first), end.map_or(Bound::Unbounded, Bound::Excluded));
        let keys = self.buckets.range::<[u8], _>(range).filter_map(|key| key.as_slice().try_into().ok());
        Ok(keys.take(limit).collect())
    }
}
