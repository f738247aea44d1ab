//! What a witness keeps, and the narrow view it has of it.

use alloc::{boxed::Box, collections::BTreeSet, vec::Vec};

use crate::{
    crypto::{group::PointBytes, merkle::Subtree},
    machine::{
        audit::Exhibit,
        books::{Account, Flow},
    },
    message::{
        bucket::BucketPlace,
        certificate::Certificate,
        codec::{Decode, Encode},
        evaluation::Evaluation,
        evidence::Evidence,
        ids::{CampaignId, KeysetId, OfferId, OrderDigest, Reference, StoreId, WitnessIndex},
        log::LogEntry,
        order::{Order, SignedOrder},
        statement::ClosingStatement,
    },
};

use super::{
    outstanding::{Outstanding, Seen},
    peers::Followed,
};

/// Which order holds a coin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct CoinRecord {
    /// The order.
    pub digest: OrderDigest,
    /// Whether it is certified: the coin is spent for good.
    pub spent: bool,
}

/// What became of an order.
#[derive(Clone, Debug, Encode, Decode)]
#[allow(clippy::large_enum_variant)] // Encoded as soon as made.
pub enum OrderRecord {
    /// This witness bound its coins or reference and voted.
    Voted(SignedOrder),
    /// Certified, and evaluated once; served from here.
    Certified {
        /// The body.
        order: Order,
        /// q votes.
        certificate: Certificate,
        /// This witness's evaluation.
        evaluation: Evaluation,
    },
    /// Voted for, then killed by a conflicting certificate; the vote stands forever, and that certificate clears it.
    Dead {
        /// What was voted for.
        signed: SignedOrder,
        /// The certified order that freed its locks.
        by: OrderDigest,
    },
    /// Two valid certificates over one coin: more than f traitors. Kept, never evaluated again.
    Contested {
        /// The body.
        order: Order,
        /// q votes.
        certificate: Certificate,
        /// The certified order it contradicts.
        against: OrderDigest,
    },
}

/// Something that is counted per store, as this witness first voted it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub enum Counter {
    /// Points issued or pledged on a UTC day of this witness's clock.
    Issued {
        /// By whom.
        store: StoreId,
        /// Days since 1970.
        day: u64,
    },
    /// Ballots issued in all.
    Ballots {
        /// By whom.
        store: StoreId,
        /// Of which campaign.
        campaign: CampaignId,
    },
    /// Vouchers issued in all.
    Vouchers {
        /// By whom.
        store: StoreId,
        /// Of which offer.
        offer: OfferId,
    },
    /// Votes counted in a campaign.
    Tally {
        /// Which.
        campaign: CampaignId,
        /// For which choice.
        choice: u8,
    },
    /// Points that came from an earlier keyset.
    Moved {
        /// Which.
        from: KeysetId,
    },
}

/// Why a witness never votes again in a keyset.
#[derive(Clone, Debug, Encode, Decode)]
pub enum Retirement {
    /// It found a head signed by itself that its log does not extend.
    LogRolledBack {
        /// Entries of the signed head.
        signed: u64,
        /// Entries of its log.
        held: u64,
    },
    /// A certificate holds its own vote, which its log lacks.
    VoteForgotten(OrderDigest),
    /// The database says it was restored from a backup.
    RestoredCopy,
    /// Two certificates over one coin.
    TwoCertificates(OrderDigest, OrderDigest),
}

/// One change to a witness's durable state. All writes of a step are committed together, or none.
#[derive(Clone, Debug)]
pub enum Write {
    /// Binds, spends or (with nothing) frees a coin.
    Coin(PointBytes, Option<CoinRecord>),
    /// Binds a store's reference, or frees it.
    Reference(StoreId, Reference, Option<OrderDigest>),
    /// What became of an order.
    Order(OrderDigest, Box<OrderRecord>),
    /// Sets a counter.
    Counter(Counter, u64),
    /// Sets a flow of an account.
    Book(Account, Flow, u64),
    /// Appends to the log at this position.
    LogEntry(u64, Box<LogEntry>),
    /// The hash of a perfect subtree of the log.
    LogNode(Subtree, [u8; 32]),
    /// How many entries the log has.
    LogSize(u64),
    /// The certified order at this log position names this store.
    Feed(StoreId, u64),
    /// A certified order is found under this B (RESTORE-15).
    Bucket(BucketPlace),
    /// The witness never votes again in this keyset (ROLLBACK-9). If there is a reason already, that stays.
    Retire(Retirement),
    /// Evidence against some witness.
    Evidence(Box<Evidence>),
    /// What convicts several at once, in the form in which auditors exchange it (WITNESS-36).
    Exhibit(Box<Exhibit>),
    /// The witness's closing statement: nothing is added to its log any more (ROLLOVER-8).
    Statement(ClosingStatement),
    /// What it keeps of an earlier keyset, from which points move here.
    Earlier(KeysetId, EarlierWrite),
}

/// One change to what a witness keeps of an earlier keyset.
#[derive(Clone, Debug)]
pub enum EarlierWrite {
    /// How far a log was read.
    Followed(WitnessIndex, Box<Followed>),
    /// What the logs make together.
    Outstanding(Box<Outstanding>),
    /// What they have of one order.
    Seen(OrderDigest, Seen),
    /// A witness's closing statement.
    Statement(ClosingStatement),
}

/// A log or book that contradicts itself: the database was damaged. Nobody's fault on the wire; restore a backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Inconsistent {
    /// A hash of the log's tree is missing.
    #[error("the log's tree lacks a hash at level {} index {}", .0.level, .0.index)]
    LogNode(Subtree),
    /// An order that another record names is missing.
    #[error("order {0} is named but not held")]
    Order(OrderDigest),
    /// A counter or account would wrap around.
    #[error("a counter would wrap around")]
    Overflow,
}

/// What a witness can look up of one keyset: what is committed, and what this transaction has written so far.
pub trait View {
    /// How looking up fails.
    type Error: From<Inconsistent>;

    /// Which order holds a coin.
    fn coin(&self, keyset: KeysetId, point: &PointBytes) -> Result<Option<CoinRecord>, Self::Error>;
    /// Which order holds a store's reference.
    fn reference(
        &self,
        keyset: KeysetId,
        store: StoreId,
        reference: &Reference,
    ) -> Result<Option<OrderDigest>, Self::Error>;
    /// What became of an order.
    fn order(&self, keyset: KeysetId, digest: &OrderDigest) -> Result<Option<OrderRecord>, Self::Error>;
    /// A counter; 0 if never set.
    fn counter(&self, keyset: KeysetId, counter: &Counter) -> Result<u64, Self::Error>;
    /// A flow of an account; 0 if never set.
    fn book(&self, keyset: KeysetId, account: Account, flow: Flow) -> Result<u64, Self::Error>;
    /// How many entries the log has.
    fn log_size(&self, keyset: KeysetId) -> Result<u64, Self::Error>;
    /// The hash of a perfect subtree of the log.
    fn log_node(&self, keyset: KeysetId, subtree: Subtree) -> Result<Option<[u8; 32]>, Self::Error>;
    /// Whether and why it has retired.
    fn retired(&self, keyset: KeysetId) -> Result<Option<Retirement>, Self::Error>;
    /// Its closing statement, if it has signed it.
    fn statement(&self, keyset: KeysetId) -> Result<Option<ClosingStatement>, Self::Error>;
}

/// What a witness can look up of the earlier keysets from which points move into its own.
pub trait EarlierView: View {
    /// How far a log of an earlier keyset was read.
    fn earlier_followed(
        &self,
        keyset: KeysetId,
        earlier: KeysetId,
        index: WitnessIndex,
    ) -> Result<Option<Followed>, Self::Error>;
    /// What the logs of an earlier keyset make together; nothing if none was read.
    fn outstanding(&self, keyset: KeysetId, earlier: KeysetId) -> Result<Option<Outstanding>, Self::Error>;
    /// What the logs of an earlier keyset have of one order.
    fn seen(&self, keyset: KeysetId, earlier: KeysetId, digest: &OrderDigest) -> Result<Option<Seen>, Self::Error>;
    /// The closing statement of a witness of an earlier keyset.
    fn earlier_statement(
        &self,
        keyset: KeysetId,
        earlier: KeysetId,
        index: WitnessIndex,
    ) -> Result<Option<ClosingStatement>, Self::Error>;
}

/// A sum or size of which one step may write several values.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Rewritten {
    LogSize,
    Counter(Counter),
    Book(Account, Flow),
}

/// Whether nothing after it writes the same place, for what is rewritten again and again.
fn stands(write: &Write, later: &mut BTreeSet<Rewritten>) -> bool {
    match write {
        Write::LogSize(_) => later.insert(Rewritten::LogSize),
        Write::Counter(counter, _) => later.insert(Rewritten::Counter(*counter)),
        Write::Book(account, flow, _) => later.insert(Rewritten::Book(*account, *flow)),
        _ => true,
    }
}

/// The writes of a step in the making, seen as if they were done.
pub(super) struct Draft<'v, V> {
    view: &'v V,
    keyset: KeysetId,
    writes: Vec<Write>,
}

impl<'v, V: View> Draft<'v, V> {
    pub(super) fn new(view: &'v V, keyset: KeysetId) -> Self {
        Self { view, keyset, writes: Vec::new() }
    }

    /// What is committed.
    pub(super) fn view(&self) -> &'v V {
        self.view
    }

    pub(super) fn put(&mut self, write: Write) {
        self.writes.push(write);
    }

    /// The writes, of those that replace one another the last alone.
    pub(super) fn into_writes(self) -> Vec<Write> {
        let mut last = BTreeSet::new();
        let mut writes: Vec<Write> = self.writes.into_iter().rev().filter(|write| stands(write, &mut last)).collect();
        writes.reverse();
        writes
    }

    fn latest<T>(&self, matching: impl Fn(&Write) -> Option<T>) -> Option<T> {
        self.writes.iter().rev().find_map(matching)
    }

    pub(super) fn coin(&self, point: &PointBytes) -> Result<Option<CoinRecord>, V::Error> {
        let drafted = self.latest(|write| match write {
            Write::Coin(of, record) if of == point => Some(*record),
            _ => None,
        });
        drafted.map_or_else(|| self.view.coin(self.keyset, point), Ok)
    }

    pub(super) fn reference(&self, store: StoreId, to: &Reference) -> Result<Option<OrderDigest>, V::Error> {
        let drafted = self.latest(|write| match write {
            Write::Reference(of, reference, digest) if *of == store && reference == to => Some(*digest),
            _ => None,
        });
        drafted.map_or_else(|| self.view.reference(self.keyset, store, to), Ok)
    }

    pub(super) fn order(&self, digest: &OrderDigest) -> Result<Option<OrderRecord>, V::Error> {
        let drafted = self.latest(|write| match write {
            Write::Order(of, record) if of == digest => Some(Some(record.as_ref().clone())),
            _ => None,
        });
        drafted.map_or_else(|| self.view.order(self.keyset, digest), Ok)
    }

    /// An order that another record names, so that it must be there.
    pub(super) fn named_order(&self, digest: &OrderDigest) -> Result<OrderRecord, V::Error> {
        self.order(digest)?.ok_or_else(|| Inconsistent::Order(*digest).into())
    }

    pub(super) fn counter(&self, counter: &Counter) -> Result<u64, V::Error> {
        let drafted = self.latest(|write| match write {
            Write::Counter(of, value) if of == counter => Some(*value),
            _ => None,
        });
        drafted.map_or_else(|| self.view.counter(self.keyset, counter), Ok)
    }

    pub(super) fn count(&mut self, counter: Counter, more: u64) -> Result<(), V::Error> {
        let sum = self.counter(&counter)?.checked_add(more).ok_or(Inconsistent::Overflow)?;
        self.put(Write::Counter(counter, sum));
        Ok(())
    }

    pub(super) fn book(&self, account: Account, flow: Flow) -> Result<u64, V::Error> {
        let drafted = self.latest(|write| match write {
            Write::Book(of, why, value) if *of == account && *why == flow => Some(*value),
            _ => None,
        });
        drafted.map_or_else(|| self.view.book(self.keyset, account, flow), Ok)
    }

    pub(super) fn log_size(&self) -> Result<u64, V::Error> {
        let drafted = self.latest(|write| match write {
            Write::LogSize(size) => Some(*size),
            _ => None,
        });
        drafted.map_or_else(|| self.view.log_size(self.keyset), Ok)
    }

    pub(super) fn log_node(&self, subtree: Subtree) -> Result<[u8; 32], V::Error> {
        let drafted = self.latest(|write| match write {
            Write::LogNode(of, hash) if *of == subtree => Some(*hash),
            _ => None,
        });
        match drafted {
            Some(hash) => Ok(hash),
            None => self.view.log_node(self.keyset, subtree)?.ok_or_else(|| Inconsistent::LogNode(subtree).into()),
        }
    }

    pub(super) fn retired(&self) -> Result<Option<Retirement>, V::Error> {
        let drafted = self.latest(|write| match write {
            Write::Retire(why) => Some(Some(why.clone())),
            _ => None,
        });
        drafted.map_or_else(|| self.view.retired(self.keyset), Ok)
    }
}
