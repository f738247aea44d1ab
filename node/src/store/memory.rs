//! The engine for tests: same meaning as the durable one, nothing on disk.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use super::layered::{Base, Layer, Layered};
use super::{Engine, Entry, Read, StorageError, Table, Transaction};

/// Key order is by table, then by key bytes: a scan of one table is a range.
type Key = (Table, Vec<u8>);
type Tables = BTreeMap<Key, Vec<u8>>;

/// The committed state.
#[derive(Debug, Clone, Default)]
struct Shared(Arc<RwLock<Tables>>);

/// Keeps everything in memory.
#[derive(Debug, Default)]
pub struct MemoryEngine(Layered<Shared>);

/// The whole committed state at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Snapshot(Tables);

/// Takes snapshots of an engine that a writer owns.
#[derive(Debug, Clone)]
pub struct MemoryObserver(Shared);

impl MemoryEngine {
    /// An empty database.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A database as it was when the snapshot was taken: what a crash, or an old backup, leaves behind.
    #[must_use]
    pub fn restore(snapshot: Snapshot) -> Self {
        Self(Layered(Shared(Arc::new(RwLock::new(snapshot.0)))))
    }

    /// A handle that can take snapshots after the engine was handed to a writer.
    #[must_use]
    pub fn observer(&self) -> MemoryObserver {
        MemoryObserver(self.0.0.clone())
    }
}

impl MemoryObserver {
    /// Copies the committed state.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        Snapshot(self.0.tables().clone())
    }
}

impl Engine for MemoryEngine {
    fn begin<'a>(&'a mut self) -> Result<Box<dyn Transaction + 'a>, StorageError> {
        self.0.begin()
    }

    fn reader(&self) -> Result<Box<dyn Read + Send>, StorageError> {
        self.0.reader()
    }
}

impl Base for Shared {
    type View<'a> = MemoryReader;

    fn view(&self) -> Result<MemoryReader, StorageError> {
        Ok(MemoryReader(self.clone()))
    }

    fn reader(&self) -> Result<Box<dyn Read + Send>, StorageError> {
        Ok(Box::new(MemoryReader(self.clone())))
    }

    fn write(&self, writes: Layer) -> Result<(), StorageError> {
        let mut tables = self.0.write().unwrap_or_else(PoisonError::into_inner);
        for (key, value) in writes {
            match value {
                Some(value) => tables.insert(key, value),
                None => tables.remove(&key),
            };
        }
        Ok(())
    }
}

/// Shows the newest committed state at each call.
struct MemoryReader(Shared);

impl Read for MemoryReader {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StorageError> {
        Ok(self.0.tables().get(&(table, key.to_vec())).cloned())
    }

    fn scan(&self, table: Table, from: &[u8], to: Option<&[u8]>, limit: usize) -> Result<Vec<Entry>, StorageError> {
        let tables = self.0.tables();
        let entries = tables.range((Bound::Included((table, from.to_vec())), Bound::Unbounded));
        let within = entries
            .take_while(|((of, key), _)| *of == table && to.is_none_or(|to| key.as_slice() < to))
            .map(|((_, key), value)| (key.clone(), value.clone()));
        Ok(within.take(limit).collect())
    }
}

impl Shared {
    /// A writer that panicked before its commit has changed nothing here, so a poisoned lock is still sound.
    fn tables(&self) -> RwLockReadGuard<'_, Tables> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }
}
