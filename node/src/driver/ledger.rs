//! A witness's records in the node's tables: the machine's [`View`], and its writes.
//!
//! Keys begin with the keyset, big endian, so that one keyset's records lie together and can go together.

use std::cell::Cell;

use ronde_protocol::crypto::group::PointBytes;
use ronde_protocol::crypto::merkle::Subtree;
use ronde_protocol::machine::audit::Exhibit;
use ronde_protocol::machine::books::{Account, Flow};
use ronde_protocol::machine::witness::buckets::{self, BucketView};
use ronde_protocol::machine::witness::outstanding::{Outstanding, Seen};
use ronde_protocol::machine::witness::pages::LogView;
use ronde_protocol::machine::witness::peers::Followed;
use ronde_protocol::machine::witness::record::{
    CoinRecord, Counter, EarlierView, EarlierWrite, Inconsistent, OrderRecord, Retirement, View, Write,
};
use ronde_protocol::message::bucket::BucketKey;
use ronde_protocol::message::codec::{BadEncoding, Decode, Encode, decode, encode};
use ronde_protocol::message::ids::{KeysetId, OrderDigest, Reference, StoreId, WitnessIndex};
use ronde_protocol::message::log::LogEntry;
use ronde_protocol::message::statement::ClosingStatement;

use super::evidence;
use crate::store::{Read, StorageError, Table, Transaction};

/// Longest record; an order with a certificate and an evaluation at their widest stays below.
const MAX_RECORD_BYTES: usize = 1 << 20;

/// Why the ledger can't be read or written.
#[derive(Clone, Debug, thiserror::Error)]
pub enum LedgerError {
    /// The disk's or the engine's fault.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// Records contradict each other.
    #[error("the database is damaged: {0}; keep the file, restore a backup and rejoin with the next keyset")]
    Inconsistent(#[from] Inconsistent),
    /// A record can't be read.
    #[error("a record of the database is damaged: {0}; keep the file and restore a backup")]
    Record(#[from] BadEncoding),
}

/// A witness's state as a reader or a transaction shows it, for one decision: it writes nothing, and nothing may be written
/// while it is in use.
///
/// Whether a coin is spent is not written to it a second time, at a place of its own for each coin: the order that holds it
/// says so, once it is certified. (Rows of earlier programs say it themselves.)
pub struct Ledger<'a> {
    read: &'a dyn Read,
    /// The last order of which it was asked whether it is certified: the next coin is likely its too.
    holder: Cell<Option<(OrderDigest, bool)>>,
}

/// The key of something of one keyset.
pub fn key(keyset: KeysetId, parts: &[&[u8]]) -> Vec<u8> {
    let mut key = keyset.0.to_be_bytes().to_vec();
    parts.iter().for_each(|part| key.extend_from_slice(part));
    key
}

/// Reads a record.
pub fn load<T: Decode<()> + Encode>(read: &dyn Read, table: Table, key: &[u8]) -> Result<Option<T>, LedgerError> {
    match read.get(table, key)? {
        Some(bytes) => Ok(Some(decode(&bytes, MAX_RECORD_BYTES)?)),
        None => Ok(None),
    }
}

impl<'a> Ledger<'a> {
    /// What a reader or transaction shows.
    pub fn new(read: &'a dyn Read) -> Self {
        Self { read, holder: Cell::new(None) }
    }

    /// The reader or transaction.
    pub fn read(&self) -> &'a dyn Read {
        self.read
    }

    /// Whether an order is certified, alone or against another: then what it holds is spent.
    fn is_certified(&self, keyset: KeysetId, digest: OrderDigest) -> Result<bool, LedgerError> {
        if let Some((holder, is_certified)) = self.holder.get()
            && holder == digest
        {
            return Ok(is_certified);
        }
        let record = self.order(keyset, &digest)?;
        let is_certified = matches!(record, Some(OrderRecord::Certified { .. } | OrderRecord::Contested { .. }));
        self.holder.set(Some((digest, is_certified)));
        Ok(is_certified)
    }

    /// Every flow of every account.
    pub fn books(&self, keyset: KeysetId) -> Result<Vec<(Account, Flow, u64)>, LedgerError> {
        let (from, to) = (key(keyset, &[]), key(KeysetId(keyset.0.saturating_add(1)), &[]));
        let mut lines = Vec::new();
        for (found, value) in self.read.scan(Table::Book, &from, Some(&to), usize::MAX)? {
            let name = found.get(4..).unwrap_or_default();
            let (account, flow) = decode::<(Account, Flow)>(name, MAX_RECORD_BYTES)?;
            lines.push((account, flow, decode(&value, MAX_RECORD_BYTES)?));
        }
        Ok(lines)
    }

    /// From which position of the log on certified orders have no entries in the buckets yet; nothing if all have. What is
    /// written from now on has.
    pub fn to_index(&self, keyset: KeysetId) -> Result<Option<u64>, LedgerError> {
        let indexed = load(self.read, Table::Meta, &Kept::LogIndexed.of(keyset))?;
        Ok(indexed.unwrap_or(Some(0)))
    }

    fn number(&self, table: Table, key: &[u8]) -> Result<u64, LedgerError> {
        Ok(load(self.read, table, key)?.unwrap_or(0))
    }
}

/// What [`Table::Meta`] holds of a keyset.
#[derive(Clone, Copy)]
enum Kept {
    LogSize,
    LogIndexed,
    Retired,
    Statement,
    /// Of each witness.
    FeedCursor,
}

impl Kept {
    const fn name(self) -> &'static str {
        match self {
            Self::LogSize => "log-size",
            Self::LogIndexed => "log-indexed",
            Self::Retired => "retired",
            Self::Statement => "statement",
            Self::FeedCursor => "feed-cursor",
        }
    }

    fn of(self, keyset: KeysetId) -> Vec<u8> {
        [self.name().as_bytes(), b"/", &keyset.0.to_be_bytes()].concat()
    }
}

/// Where the position is kept up to which a witness's feed was read.
pub fn feed_cursor(keyset: KeysetId, index: WitnessIndex) -> Vec<u8> {
    [Kept::FeedCursor.of(keyset), vec![index.0]].concat()
}

fn node_key(keyset: KeysetId, subtree: Subtree) -> Vec<u8> {
    key(keyset, &[&[subtree.level], &subtree.index.to_be_bytes()])
}

fn reference_key(keyset: KeysetId, store: StoreId, reference: &Reference) -> Vec<u8> {
    key(keyset, &[&store.0.to_be_bytes(), &reference.0])
}

impl LogView for Ledger<'_> {
    fn log_entry(&self, keyset: KeysetId, position: u64) -> Result<Option<LogEntry>, LedgerError> {
        load(self.read, Table::LogEntry, &key(keyset, &[&position.to_be_bytes()]))
    }

    fn feed(&self, keyset: KeysetId, store: StoreId, from: u64, limit: usize) -> Result<Vec<u64>, LedgerError> {
        let store = store.0.to_be_bytes();
        let first = key(keyset, &[&store, &from.to_be_bytes()]);
        let last = key(keyset, &[&store, &u64::MAX.to_be_bytes()]);
        let found = self.read.scan(Table::Feed, &first, Some(&last), limit)?;
        let position = |key: &[u8]| key.last_chunk::<8>().map(|bytes| u64::from_be_bytes(*bytes));
        Ok(found.iter().filter_map(|(key, _)| position(key)).collect())
    }
}

impl BucketView for Ledger<'_> {
    fn bucket(
        &self,
        keyset: KeysetId,
        first: &[u8],
        end: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<BucketKey>, LedgerError> {
        let end = end.map_or_else(|| key(KeysetId(keyset.0.saturating_add(1)), &[]), |end| key(keyset, &[end]));
        let found = self.read.scan(Table::Bucket, &key(keyset, &[first]), Some(&end), limit)?;
        Ok(found.iter().filter_map(|(key, _)| key.last_chunk::<64>().copied()).collect())
    }
}

impl View for Ledger<'_> {
    type Error = LedgerError;

    fn coin(&self, keyset: KeysetId, point: &PointBytes) -> Result<Option<CoinRecord>, LedgerError> {
        let record: Option<CoinRecord> = load(self.read, Table::Coin, &key(keyset, &[&point.0]))?;
        match record {
            Some(CoinRecord { digest, spent: false }) => {
                let spent = self.is_certified(keyset, digest)?;
                Ok(Some(CoinRecord { digest, spent }))
            }
            record => Ok(record),
        }
    }

    fn reference(
        &self,
        keyset: KeysetId,
        store: StoreId,
        reference: &Reference,
    ) -> Result<Option<OrderDigest>, LedgerError> {
        load(self.read, Table::Reference, &reference_key(keyset, store, reference))
    }

    fn order(&self, keyset: KeysetId, digest: &OrderDigest) -> Result<Option<OrderRecord>, LedgerError> {
        load(self.read, Table::Order, &key(keyset, &[&digest.0]))
    }

    fn counter(&self, keyset: KeysetId, counter: &Counter) -> Result<u64, LedgerError> {
        self.number(Table::Counter, &key(keyset, &[&encode(counter)]))
    }

    fn book(&self, keyset: KeysetId, account: Account, flow: Flow) -> Result<u64, LedgerError> {
        self.number(Table::Book, &key(keyset, &[&encode(&(account, flow))]))
    }

    fn log_size(&self, keyset: KeysetId) -> Result<u64, LedgerError> {
        self.number(Table::Meta, &Kept::LogSize.of(keyset))
    }

    fn log_node(&self, keyset: KeysetId, subtree: Subtree) -> Result<Option<[u8; 32]>, LedgerError> {
        load(self.read, Table::LogNode, &node_key(keyset, subtree))
    }

    fn retired(&self, keyset: KeysetId) -> Result<Option<Retirement>, LedgerError> {
        load(self.read, Table::Meta, &Kept::Retired.of(keyset))
    }

    fn statement(&self, keyset: KeysetId) -> Result<Option<ClosingStatement>, LedgerError> {
        load(self.read, Table::Meta, &Kept::Statement.of(keyset))
    }
}

/// Where something of an earlier keyset is kept: in the later keyset's part of the table.
fn earlier_key(keyset: KeysetId, earlier: KeysetId, what: u8, of: &[u8]) -> Vec<u8> {
    key(keyset, &[&earlier.0.to_be_bytes(), &[what], of])
}

const FOLLOWED: u8 = 0;
const OUTSTANDING: u8 = 1;
const SEEN: u8 = 2;
const STATEMENT: u8 = 3;

impl EarlierView for Ledger<'_> {
    fn earlier_followed(
        &self,
        keyset: KeysetId,
        earlier: KeysetId,
        index: WitnessIndex,
    ) -> Result<Option<Followed>, LedgerError> {
        load(self.read, Table::Earlier, &earlier_key(keyset, earlier, FOLLOWED, &[index.0]))
    }

    fn outstanding(&self, keyset: KeysetId, earlier: KeysetId) -> Result<Option<Outstanding>, LedgerError> {
        load(self.read, Table::Earlier, &earlier_key(keyset, earlier, OUTSTANDING, &[]))
    }

    fn seen(&self, keyset: KeysetId, earlier: KeysetId, digest: &OrderDigest) -> Result<Option<Seen>, LedgerError> {
        load(self.read, Table::Earlier, &earlier_key(keyset, earlier, SEEN, &digest.0))
    }

    fn earlier_statement(
        &self,
        keyset: KeysetId,
        earlier: KeysetId,
        index: WitnessIndex,
    ) -> Result<Option<ClosingStatement>, LedgerError> {
        load(self.read, Table::Earlier, &earlier_key(keyset, earlier, STATEMENT, &[index.0]))
    }
}

fn apply_earlier(
    tx: &mut dyn Transaction,
    keyset: KeysetId,
    earlier: KeysetId,
    write: &EarlierWrite,
) -> Result<(), StorageError> {
    let (key, bytes) = match write {
        EarlierWrite::Followed(index, followed) => {
            (earlier_key(keyset, earlier, FOLLOWED, &[index.0]), encode(followed.as_ref()))
        }
        EarlierWrite::Outstanding(sums) => (earlier_key(keyset, earlier, OUTSTANDING, &[]), encode(sums.as_ref())),
        EarlierWrite::Seen(digest, seen) => (earlier_key(keyset, earlier, SEEN, &digest.0), encode(seen)),
        EarlierWrite::Statement(statement) => {
            (earlier_key(keyset, earlier, STATEMENT, &[statement.index.0]), encode(statement))
        }
    };
    tx.put(Table::Earlier, &key, &bytes)
}

/// Makes the entries of some more of the log, and notes how far that came.
pub fn index_log(tx: &mut dyn Transaction, keyset: KeysetId, from: u64) -> Result<Option<u64>, LedgerError> {
    let (writes, next) = buckets::index_log(&Ledger::new(&*tx), keyset, from)?;
    apply(tx, keyset, &writes)?;
    tx.put(Table::Meta, &Kept::LogIndexed.of(keyset), &encode(&next))?;
    Ok(next)
}

/// Does what a step says, in the transaction that will be committed before its reply leaves.
pub fn apply(tx: &mut dyn Transaction, keyset: KeysetId, writes: &[Write]) -> Result<(), LedgerError> {
    writes.iter().try_for_each(|write| apply_one(tx, keyset, write))
}

/// Whether the coin's row names this order already, whose own record says what became of it.
fn is_bound(tx: &dyn Transaction, key: &[u8], digest: OrderDigest) -> Result<bool, LedgerError> {
    let held: Option<CoinRecord> = load(tx, Table::Coin, key)?;
    Ok(held.is_some_and(|held| held.digest == digest))
}

fn apply_one(tx: &mut dyn Transaction, keyset: KeysetId, write: &Write) -> Result<(), LedgerError> {
    match write {
        Write::Coin(point, record) => {
            let key = key(keyset, &[&point.0]);
            match record {
                Some(record) if record.spent && is_bound(tx, &key, record.digest)? => Ok(()),
                Some(record) => tx.put(Table::Coin, &key, &encode(record)),
                None => tx.delete(Table::Coin, &key),
            }
        }
        Write::Reference(store, reference, digest) => {
            let key = reference_key(keyset, *store, reference);
            match digest {
                Some(digest) => tx.put(Table::Reference, &key, &encode(digest)),
                None => tx.delete(Table::Reference, &key),
            }
        }
        Write::Order(digest, record) => tx.put(Table::Order, &key(keyset, &[&digest.0]), &encode(record.as_ref())),
        Write::Counter(counter, value) => tx.put(Table::Counter, &key(keyset, &[&encode(counter)]), &encode(value)),
        Write::Book(account, flow, value) => {
            tx.put(Table::Book, &key(keyset, &[&encode(&(*account, *flow))]), &encode(value))
        }
        Write::LogEntry(position, entry) => {
            tx.put(Table::LogEntry, &key(keyset, &[&position.to_be_bytes()]), &encode(entry.as_ref()))
        }
        Write::LogNode(subtree, hash) => tx.put(Table::LogNode, &node_key(keyset, *subtree), &encode(hash)),
        Write::LogSize(size) => tx.put(Table::Meta, &Kept::LogSize.of(keyset), &encode(size)),
        Write::Feed(store, position) => {
            tx.put(Table::Feed, &key(keyset, &[&store.0.to_be_bytes(), &position.to_be_bytes()]), &[])
        }
        Write::Bucket(place) => tx.put(Table::Bucket, &key(keyset, &[&place.key()]), &[]),
        Write::Retire(why) => {
            let key = Kept::Retired.of(keyset);
            if tx.get(Table::Meta, &key)?.is_some() { Ok(()) } else { tx.put(Table::Meta, &key, &encode(why)) }
        }
        Write::Evidence(evidence) => evidence::put_exhibit(tx, &Exhibit::Witness(evidence.as_ref().clone())),
        Write::Exhibit(exhibit) => evidence::put_exhibit(tx, exhibit),
        Write::Statement(statement) => tx.put(Table::Meta, &Kept::Statement.of(keyset), &encode(statement)),
        Write::Earlier(earlier, write) => apply_earlier(tx, keyset, *earlier, write),
    }?;
    Ok(())
}

#[cfg(test)]
mod tests;
