//! A retirement that is decided and not yet on disk: the witness votes no more meanwhile, and it is written with whatever
//! is written next (ROLLBACK-15).

use std::sync::{Mutex, MutexGuard, PoisonError};

use ronde_protocol::machine::witness::record::Write;
use ronde_protocol::message::ids::KeysetId;
use tokio::sync::Notify;

use super::ledger::{self, LedgerError};
use crate::store::Transaction;

/// The first retirement that is not known to be on disk.
#[derive(Default)]
pub struct Retiring {
    undone: Mutex<Option<Write>>,
    found: Notify,
}

impl Retiring {
    fn undone(&self) -> MutexGuard<'_, Option<Write>> {
        self.undone.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether there is one.
    pub fn is_undone(&self) -> bool {
        self.undone().is_some()
    }

    /// Writes it down before anything else of a transaction, so that the rest is decided by it. Whether there was one.
    pub fn put(&self, tx: &mut dyn Transaction, keyset: KeysetId) -> Result<bool, LedgerError> {
        let undone = self.undone().clone();
        ledger::apply(tx, keyset, undone.as_slice())?;
        Ok(undone.is_some())
    }

    /// Notes what a transaction is about to write. Whether a retirement is among it.
    pub fn note(&self, writes: &[Write]) -> bool {
        let found = writes.iter().find(|write| matches!(write, Write::Retire(_)));
        if let Some(write) = found {
            self.undone().get_or_insert_with(|| write.clone());
            // Whoever submits it may be gone before it has ended.
            self.found.notify_one();
        }
        found.is_some()
    }

    /// A transaction has ended, which held it or not.
    pub fn ended(&self, held_and_committed: bool) {
        if held_and_committed {
            *self.undone() = None;
        } else if self.is_undone() {
            self.found.notify_one();
        }
    }

    /// Waits for one, which may not be on disk yet.
    pub async fn found(&self) {
        self.found.notified().await;
    }
}

#[cfg(test)]
mod tests;
