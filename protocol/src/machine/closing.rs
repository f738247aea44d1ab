//! What became of orders and coins of a closed keyset, out of its closing statements and the logs that go with them.
//!
//! | of | is | when |
//! | --- | --- | --- |
//! | an order | certified (ROLLOVER-9) | at least q logs have its certificate |
//! | a coin | spent | an order that is certified spends it |
//! | a coin | free (ROLLOVER-10) | at least n - f logs have no certificate of an order that spends it |
//! | a coin | undecided (ROLLOVER-11) | anything else: it is neither spent nor moved any more |

use alloc::collections::{BTreeMap, BTreeSet};

use crate::{
    crypto::{group::PointBytes, merkle},
    message::{
        charter::Keyset,
        ids::{OrderDigest, WitnessIndex},
        log::LogEntry,
        statement::{ClosingStatement, StatementError},
    },
};

/// A closed keyset's frozen logs, as far as they were handed over.
#[derive(Clone, Debug)]
pub struct ClosedLogs<'k> {
    keyset: &'k Keyset,
    logs: BTreeMap<WitnessIndex, Certified>,
}

/// What one log has certificates of.
#[derive(Clone, Debug, Default)]
struct Certified {
    orders: BTreeSet<OrderDigest>,
    /// Coins, with the orders that spend them: more than one if more than f witnesses cheated.
    coins: BTreeMap<PointBytes, BTreeSet<OrderDigest>>,
}

/// What became of a coin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CoinFate {
    /// A certified order spent it.
    Spent,
    /// No order that spends it can ever count as certified.
    Free,
    /// Neither can be said: its points stay in the pool.
    Undecided,
}

/// A log that is not the one its statement is about. Whoever carried it may have spoiled it: it accuses nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClosingError {
    /// The statement is not signed by a witness of the keyset.
    #[error(transparent)]
    Unsigned(#[from] StatementError),
    /// Not as many entries as the statement says.
    #[error("the log has not as many entries as its closing statement says")]
    Length,
    /// The entries do not hash to the statement's root.
    #[error("the log's entries do not hash to the root of its closing statement")]
    Root,
}

impl<'k> ClosedLogs<'k> {
    /// No log yet.
    pub fn new(keyset: &'k Keyset) -> Self {
        Self { keyset, logs: BTreeMap::new() }
    }

    /// Adds a log with the statement about it. Of one witness the first that is good counts; certificates that do not
    /// verify do not.
    ///
    /// # Errors
    /// [`ClosingError`] if statement and log do not go together; nothing has changed then.
    pub fn add(&mut self, statement: &ClosingStatement, entries: &[LogEntry]) -> Result<(), ClosingError> {
        let statement = statement.verify(self.keyset)?.get();
        if u64::try_from(entries.len()) != Ok(statement.size) {
            return Err(ClosingError::Length);
        }
        let mut tree = merkle::Frontier::default();
        entries.iter().for_each(|entry| tree.push(entry.leaf()));
        if tree.root() != statement.root {
            return Err(ClosingError::Root);
        }
        let keyset = self.keyset;
        self.logs.entry(statement.index).or_insert_with(|| Certified::of(keyset, entries));
        Ok(())
    }

    /// How many logs count.
    pub fn logs(&self) -> usize {
        self.logs.len()
    }

    /// Whether an order of the keyset counts as certified.
    pub fn is_certified(&self, digest: &OrderDigest) -> bool {
        let holding = self.logs.values().filter(|log| log.orders.contains(digest)).count();
        holding >= self.keyset.quorum().votes()
    }

    /// What became of a coin of the keyset.
    pub fn fate(&self, point: &PointBytes) -> CoinFate {
        let spending = |log: &Certified| log.coins.get(point).cloned().unwrap_or_default();
        let orders: BTreeSet<OrderDigest> = self.logs.values().flat_map(spending).collect();
        if orders.iter().any(|digest| self.is_certified(digest)) {
            return CoinFate::Spent;
        }
        let without = self.logs.values().filter(|log| !log.coins.contains_key(point)).count();
        if without >= self.keyset.quorum().honest() { CoinFate::Free } else { CoinFate::Undecided }
    }
}

impl Certified {
    fn of(keyset: &Keyset, entries: &[LogEntry]) -> Self {
        let mut found = Self::default();
        for entry in entries {
            let LogEntry::Certified(certified) = entry else { continue };
            let digest = certified.order.digest();
            if certified.order.keyset != keyset.id() || certified.certificate.clone().verify(keyset, &digest).is_err() {
                continue;
            }
            found.orders.insert(digest);
            for input in &certified.order.inputs {
                found.coins.entry(input.point).or_default().insert(digest);
            }
        }
        found
    }
}
