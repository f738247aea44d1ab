//! An engine whose commits can be made to fail.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use ronde_node::store::{Committed, Engine, Entry, MemoryEngine, Read, StorageError, Table, Transaction};

/// How the commits to come end, first to last; those after the last succeed.
pub type Outcomes = Arc<Mutex<VecDeque<Result<(), StorageError>>>>;

/// Memory, with failing commits.
#[derive(Default)]
pub struct Failing {
    engine: MemoryEngine,
    outcomes: Outcomes,
}

impl Failing {
    pub fn outcomes(&self) -> Outcomes {
        Arc::clone(&self.outcomes)
    }
}

impl Engine for Failing {
    fn begin<'a>(&'a mut self) -> Result<Box<dyn Transaction + 'a>, StorageError> {
        let outcomes = Arc::clone(&self.outcomes);
        Ok(Box::new(FailingTransaction { inner: self.engine.begin()?, outcomes }))
    }

    fn reader(&self) -> Result<Box<dyn Read + Send>, StorageError> {
        self.engine.reader()
    }
}

struct FailingTransaction<'a> {
    inner: Box<dyn Transaction + 'a>,
    outcomes: Outcomes,
}

impl Read for FailingTransaction<'_> {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StorageError> {
        self.inner.get(table, key)
    }

    fn scan(&self, table: Table, from: &[u8], to: Option<&[u8]>, limit: usize) -> Result<Vec<Entry>, StorageError> {
        self.inner.scan(table, from, to, limit)
    }
}

impl Transaction for FailingTransaction<'_> {
    fn put(&mut self, table: Table, key: &[u8], value: &[u8]) -> Result<(), StorageError> {
        self.inner.put(table, key, value)
    }

    fn delete(&mut self, table: Table, key: &[u8]) -> Result<(), StorageError> {
        self.inner.delete(table, key)
    }

    fn savepoint(&mut self) -> Result<(), StorageError> {
        self.inner.savepoint()
    }

    fn release(&mut self) -> Result<(), StorageError> {
        self.inner.release()
    }

    fn undo(&mut self) -> Result<(), StorageError> {
        self.inner.undo()
    }

    fn commit(self: Box<Self>) -> Result<Committed, StorageError> {
        let outcome = self.outcomes.lock().unwrap().pop_front();
        outcome.unwrap_or(Ok(()))?;
        self.inner.commit()
    }
}
