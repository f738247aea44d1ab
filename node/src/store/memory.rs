//! The engine for tests: same meaning as the durable one, nothing on disk.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::{Committed, Engine, Entry, Read, StorageError, Table, Transaction};

/// Key order is by table, then by key bytes: a scan of one table is a range.
type Key = (Table, Vec<u8>);
type Tables = BTreeMap<Key, Vec<u8>>;
type Shared = Arc<RwLock<Tables>>;

/// Keeps everything in memory.
#[derive(Debug, Default)]
pub struct MemoryEngine {
    committed: Shared,
}

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
        Self { committed: Arc::new(RwLock::new(snapshot.0)) }
    }

    /// A handle that can take snapshots after the engine was handed to a writer.
    #[must_use]
    pub fn observer(&self) -> MemoryObserver {
        MemoryObserver(Arc::clone(&self.committed))
    }
}

impl MemoryObserver {
    /// Copies the committed state.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        Snapshot(read(&self.0).clone())
    }
}

impl Engine for MemoryEngine {
    fn begin<'a>(&'a mut self) -> Result<Box<dyn Transaction + 'a>, StorageError> {
        Ok(Box::new(MemoryTransaction { committed: &self.committed, layers: vec![BTreeMap::new()] }))
    }

    fn reader(&self) -> Result<Box<dyn Read + Send>, StorageError> {
        Ok(Box::new(MemoryReader(Arc::clone(&self.committed))))
    }
}

struct MemoryReader(Shared);

impl Read for MemoryReader {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StorageError> {
        Ok(read(&self.0).get(&(table, key.to_vec())).cloned())
    }

    fn scan(&self, table: Table, from: &[u8], to: Option<&[u8]>, limit: usize) -> Result<Vec<Entry>, StorageError> {
        let tables = read(&self.0);
        let entries = from_key(&tables, table, from);
        Ok(before(entries, table, to).take(limit).map(|((_, key), value)| (key.clone(), value.clone())).collect())
    }
}

/// A key's new value, or `None` if it was removed.
type Layer = BTreeMap<Key, Option<Vec<u8>>>;

struct MemoryTransaction<'a> {
    committed: &'a Shared,
    /// The transaction's own writes, and one more layer per open savepoint; the last is the innermost.
    layers: Vec<Layer>,
}

impl MemoryTransaction<'_> {
    fn write(&mut self, table: Table, key: &[u8], value: Option<&[u8]>) {
        if let Some(layer) = self.layers.last_mut() {
            layer.insert((table, key.to_vec()), value.map(<[u8]>::to_vec));
        }
    }

    /// Ends the innermost savepoint, if any, and returns what it wrote.
    fn end_savepoint(&mut self) -> Option<Layer> {
        if self.layers.len() > 1 { self.layers.pop() } else { None }
    }
}

impl Read for MemoryTransaction<'_> {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StorageError> {
        let key = (table, key.to_vec());
        let written = self.layers.iter().rev().find_map(|layer| layer.get(&key));
        match written {
            Some(value) => Ok(value.clone()),
            None => Ok(read(self.committed).get(&key).cloned()),
        }
    }

    fn scan(&self, table: Table, from: &[u8], to: Option<&[u8]>, limit: usize) -> Result<Vec<Entry>, StorageError> {
        let committed = read(self.committed);
        let mut merged: BTreeMap<&[u8], Option<&[u8]>> = before(from_key(&committed, table, from), table, to)
            .map(|((_, key), value)| (key.as_slice(), Some(value.as_slice())))
            .collect();
        for layer in &self.layers {
            let writes = before(from_key(layer, table, from), table, to);
            merged.extend(writes.map(|((_, key), value)| (key.as_slice(), value.as_deref())));
        }
        Ok(merged
            .into_iter()
            .filter_map(|(key, value)| value.map(|value| (key.to_vec(), value.to_vec())))
            .take(limit)
            .collect())
    }
}

impl Transaction for MemoryTransaction<'_> {
    fn put(&mut self, table: Table, key: &[u8], value: &[u8]) -> Result<(), StorageError> {
        self.write(table, key, Some(value));
        Ok(())
    }

    fn delete(&mut self, table: Table, key: &[u8]) -> Result<(), StorageError> {
        self.write(table, key, None);
        Ok(())
    }

    fn savepoint(&mut self) -> Result<(), StorageError> {
        self.layers.push(Layer::new());
        Ok(())
    }

    fn release(&mut self) -> Result<(), StorageError> {
        if let Some(writes) = self.end_savepoint()
            && let Some(outer) = self.layers.last_mut()
        {
            outer.extend(writes);
        }
        Ok(())
    }

    fn undo(&mut self) -> Result<(), StorageError> {
        self.end_savepoint();
        Ok(())
    }

    fn commit(self: Box<Self>) -> Result<Committed, StorageError> {
        let mut tables = write(self.committed);
        for (key, value) in self.layers.into_iter().flatten() {
            match value {
                Some(value) => tables.insert(key, value),
                None => tables.remove(&key),
            };
        }
        Ok(Committed::new())
    }
}

fn from_key<'m, V>(map: &'m BTreeMap<Key, V>, table: Table, from: &[u8]) -> impl Iterator<Item = (&'m Key, &'m V)> {
    map.range((Bound::Included((table, from.to_vec())), Bound::Unbounded))
}

fn before<'m, V: 'm>(
    entries: impl Iterator<Item = (&'m Key, &'m V)>,
    table: Table,
    to: Option<&[u8]>,
) -> impl Iterator<Item = (&'m Key, &'m V)> {
    entries.take_while(move |((in_table, key), _)| *in_table == table && to.is_none_or(|to| key.as_slice() < to))
}

/// A writer that panicked before its commit has changed nothing here, so a poisoned lock is still sound.
fn read(shared: &Shared) -> RwLockReadGuard<'_, Tables> {
    shared.read().unwrap_or_else(PoisonError::into_inner)
}

fn write(shared: &Shared) -> RwLockWriteGuard<'_, Tables> {
    shared.write().unwrap_or_else(PoisonError::into_inner)
}
