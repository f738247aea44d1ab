//! What tells two states of a witness apart.

use ronde_protocol::{
    machine::witness::{
        memory::{Memory, MemoryError},
        record::{CoinRecord, OrderRecord, View},
    },
    message::{ids::OrderDigest, log::LogEntry},
};

use crate::{
    federation_support::KEYSET,
    scene::{ORDERS, Scene},
};

/// What became of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// Never seen.
    Unknown,
    /// Bound and voted.
    Voted,
    /// Certified.
    Certified,
    /// Voted, then killed.
    Dead {
        /// By which order.
        by: u8,
    },
    /// One of two certificates over one coin.
    Contested {
        /// Against which order.
        against: u8,
    },
}

/// A state without the sets of votes of its certificates, and without what follows from the rest of it (books,
/// counters, the tree over the log).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// By order.
    pub orders: Vec<Status>,
    /// By coin: the order that holds it, and whether it is spent.
    pub coins: Vec<Option<(u8, bool)>>,
    /// By reference: the order that holds it.
    pub references: Vec<Option<u8>>,
    /// Whether certified, and which order.
    pub log: Vec<(bool, u8)>,
    /// Whether it never votes again.
    pub retired: bool,
}

impl Key {
    /// Reads a disk.
    pub fn of(scene: &Scene, memory: &Memory) -> Result<Self, MemoryError> {
        let named = |digest: &OrderDigest| scene.order_of(digest).unwrap_or(u8::MAX);
        let mut orders = Vec::with_capacity(ORDERS);
        for digest in &scene.digests {
            orders.push(match memory.order(KEYSET, digest)? {
                None => Status::Unknown,
                Some(OrderRecord::Voted(_)) => Status::Voted,
                Some(OrderRecord::Certified { .. }) => Status::Certified,
                Some(OrderRecord::Dead { by, .. }) => Status::Dead { by: named(&by) },
                Some(OrderRecord::Contested { against, .. }) => Status::Contested { against: named(&against) },
            });
        }
        let mut coins = Vec::with_capacity(scene.coins.len());
        for coin in &scene.coins {
            coins.push(memory.coin(KEYSET, coin)?.map(|CoinRecord { digest, spent }| (named(&digest), spent)));
        }
        let mut references = Vec::with_capacity(scene.references.len());
        for (store, reference) in &scene.references {
            references.push(memory.reference(KEYSET, *store, reference)?.map(|digest| named(&digest)));
        }
        let log = memory.log().iter().map(|entry| match entry {
            LogEntry::Voted(signed) => (false, named(&signed.order.digest())),
            LogEntry::Certified(certified) => (true, named(&certified.order.digest())),
        });
        let log = log.collect();
        Ok(Self { orders, coins, references, log, retired: memory.retired(KEYSET)?.is_some() })
    }

    /// What became of an order.
    pub fn status(&self, order: usize) -> Status {
        self.orders.get(order).copied().unwrap_or(Status::Unknown)
    }

    /// Whether it holds two certificates that contradict each other.
    pub fn is_contested(&self) -> bool {
        self.orders.iter().any(|status| matches!(status, Status::Contested { .. }))
    }

    /// Whether the log begins with that other log.
    pub fn extends(&self, other: &Self) -> bool {
        self.log.starts_with(&other.log)
    }

    /// Whether it ever voted for the order.
    pub fn voted(&self, order: usize) -> bool {
        self.log.iter().any(|(certified, of)| !certified && usize::from(*of) == order)
    }
}
