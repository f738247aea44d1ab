//! fjall: a keyspace for each table, batches that are synced.
//!
//! It takes no empty key, so that each key has a byte before it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use fjall::{Database, Keyspace, KeyspaceCreateOptions, PersistMode};
use ronde_node::store::{Entry, Read, StorageError, Table};

use super::failed;
use super::{Base, Layer};

/// The byte before each key.
const BEFORE: u8 = 0;
/// Behind all keys.
const END: [u8; 1] = [BEFORE + 1];

fn stored(key: &[u8]) -> Vec<u8> {
    [&[BEFORE], key].concat()
}

/// A database of fjall.
pub struct Fjall {
    database: Database,
    keyspaces: Keyspaces,
}

#[derive(Clone)]
struct Keyspaces {
    /// In the order of [`Table::ALL`], which is that of its variants.
    of: Vec<Keyspace>,
    path: PathBuf,
}

impl Fjall {
    /// Opens or makes it; its block cache takes so many bytes.
    ///
    /// # Errors
    /// What fjall says.
    pub fn open(path: &Path, cache: usize) -> Result<Self, StorageError> {
        let said = |error| failed(path, error);
        let cache = u64::try_from(cache).unwrap_or(u64::MAX);
        let database = Database::builder(path).cache_size(cache).open().map_err(said)?;
        let keyspace = |table: &Table| database.keyspace(table.name(), KeyspaceCreateOptions::default);
        let of = Table::ALL.iter().map(keyspace).collect::<Result<_, _>>().map_err(said)?;
        Ok(Self { database, keyspaces: Keyspaces { of, path: path.into() } })
    }

    /// Waits, so long at most, until nothing is flushed or compacted any more. Whether it came to that.
    #[must_use]
    pub fn settle(&self, at_most: Duration) -> bool {
        let pause = Duration::from_millis(100);
        let mut quiet = 0;
        for _ in 0..at_most.as_millis() / pause.as_millis() {
            let busy = self.database.outstanding_flushes() > 0 || self.database.active_compactions() > 0;
            quiet = if busy { 0 } else { quiet + 1 };
            if quiet > 10 {
                return true;
            }
            std::thread::sleep(pause);
        }
        false
    }

    /// Drops a table and all that is in it, and makes an empty one of its name.
    ///
    /// # Errors
    /// What fjall says.
    pub fn drop_table(&mut self, table: Table) -> Result<(), StorageError> {
        let path = self.keyspaces.path.clone();
        let said = |error| failed(&path, error);
        let place = self.keyspaces.of.get_mut(table as usize);
        let Some(place) = place else { return Ok(()) };
        self.database.delete_keyspace(place.clone()).map_err(said)?;
        *place = self.database.keyspace(table.name(), KeyspaceCreateOptions::default).map_err(said)?;
        Ok(())
    }
}

impl Base for Fjall {
    /// Nobody but the transaction that looks writes, so the newest state is one state.
    type View<'a> = Borrowed<'a>;

    fn view(&self) -> Result<Borrowed<'_>, StorageError> {
        Ok(Borrowed(&self.keyspaces))
    }

    fn reader(&self) -> Result<Box<dyn Read + Send>, StorageError> {
        Ok(Box::new(self.keyspaces.clone()))
    }

    fn write(&self, writes: Layer) -> Result<(), StorageError> {
        let mut batch = self.database.batch().durability(Some(PersistMode::SyncAll));
        for ((table, key), value) in writes {
            let keyspace = self.keyspaces.of(table)?;
            match value {
                Some(value) => batch.insert(keyspace, stored(&key), value),
                None => batch.remove(keyspace, stored(&key)),
            }
        }
        batch.commit().map_err(|error| failed(&self.keyspaces.path, error))
    }
}

/// The keyspaces, borrowed.
pub struct Borrowed<'a>(&'a Keyspaces);

impl Read for Borrowed<'_> {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StorageError> {
        self.0.get(table, key)
    }

    fn scan(&self, table: Table, from: &[u8], to: Option<&[u8]>, limit: usize) -> Result<Vec<Entry>, StorageError> {
        self.0.scan(table, from, to, limit)
    }
}

impl Keyspaces {
    fn of(&self, table: Table) -> Result<&Keyspace, StorageError> {
        self.of.get(table as usize).ok_or(StorageError::Stopped)
    }
}

impl Read for Keyspaces {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StorageError> {
        let found = self.of(table)?.get(stored(key)).map_err(|error| failed(&self.path, error))?;
        Ok(found.map(|value| value.to_vec()))
    }

    fn scan(&self, table: Table, from: &[u8], to: Option<&[u8]>, limit: usize) -> Result<Vec<Entry>, StorageError> {
        if to.is_some_and(|to| to <= from) {
            return Ok(Vec::new());
        }
        let end = to.map_or_else(|| END.to_vec(), stored);
        let entries = self.of(table)?.range(stored(from)..end).take(limit).map(|entry| {
            let (key, value) = entry.into_inner().map_err(|error| failed(&self.path, error))?;
            Ok((key.get(1..).unwrap_or_default().to_vec(), value.to_vec()))
        });
        entries.collect()
    }
}
