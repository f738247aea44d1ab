//! An engine whose commits, or writes to a table, can be made to fail.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};

use ronde_node::store::{Committed, Engine, Entry, MemoryEngine, Read, StorageError, Table, Transaction};

/// How the commits to come end, first to last; those after the last succeed.
pub type Outcomes = Arc<Mutex<VecDeque<Result<(), StorageError>>>>;

/// Writes to the tables; clones share them.
#[derive(Clone, Default)]
pub struct Writes(Arc<Mutex<Counted>>);

#[derive(Default)]
struct Counted {
    full: Option<Table>,
    commits: usize,
    puts: BTreeMap<Table, usize>,
    refused: usize,
}

impl Writes {
    /// From now on there is no space left for this table, or for all there is.
    pub fn fill(&self, full: Option<Table>) {
        self.0.lock().unwrap().full = full;
    }

    /// How many transactions came to their end.
    pub fn commits(&self) -> usize {
        self.0.lock().unwrap().commits
    }

    /// How many records were put into a table.
    pub fn puts(&self, table: Table) -> usize {
        self.0.lock().unwrap().puts.get(&table).copied().unwrap_or(0)
    }

    /// How many writes there was no space for.
    pub fn refused(&self) -> usize {
        self.0.lock().unwrap().refused
    }

    fn note(&self, table: Table, puts: usize) -> Result<(), StorageError> {
        let mut counted = self.0.lock().unwrap();
        if counted.full == Some(table) {
            counted.refused += 1;
            return Err(StorageError::Full);
        }
        *counted.puts.entry(table).or_default() += puts;
        Ok(())
    }
}

/// An engine with failing commits and writes; by default memory.
pub struct Failing {
    engine: Box<dyn Engine>,
    outcomes: Outcomes,
    writes: Writes,
}

impl Default for Failing {
    fn default() -> Self {
        Self::over(Box::new(MemoryEngine::new()))
    }
}

impl Failing {
    pub fn over(engine: Box<dyn Engine>) -> Self {
        Self { engine, outcomes: Outcomes::default(), writes: Writes::default() }
    }

    pub fn outcomes(&self) -> Outcomes {
        Arc::clone(&self.outcomes)
    }

    pub fn writes(&self) -> Writes {
        self.writes.clone()
    }
}

impl Engine for Failing {
    fn begin<'a>(&'a mut self) -> Result<Box<dyn Transaction + 'a>, StorageError> {
        let (outcomes, writes) = (Arc::clone(&self.outcomes), self.writes.clone());
        Ok(Box::new(FailingTransaction { inner: self.engine.begin()?, outcomes, writes }))
    }

    fn reader(&self) -> Result<Box<dyn Read + Send>, StorageError> {
        self.engine.reader()
    }
}

struct FailingTransaction<'a> {
    inner: Box<dyn Transaction + 'a>,
    outcomes: Outcomes,
    writes: Writes,
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
        self.writes.note(table, 1)?;
        self.inner.put(table, key, value)
    }

    fn delete(&mut self, table: Table, key: &[u8]) -> Result<(), StorageError> {
        self.writes.note(table, 0)?;
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
        self.writes.0.lock().unwrap().commits += 1;
        let outcome = self.outcomes.lock().unwrap().pop_front();
        outcome.unwrap_or(Ok(()))?;
        self.inner.commit()
    }
}
