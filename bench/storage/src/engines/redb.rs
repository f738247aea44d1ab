//! redb: a table for each table, each commit synced.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use redb::{Database, Durability, ReadOnlyTable, ReadTransaction, ReadableDatabase as _, TableDefinition};
use ronde_node::store::{Entry, Read, StorageError, Table};

use super::failed;
use super::{Base, Layer};

type Rows = ReadOnlyTable<&'static [u8], &'static [u8]>;

const fn definition(table: Table) -> TableDefinition<'static, &'static [u8], &'static [u8]> {
    TableDefinition::new(table.name())
}

/// A database of redb.
pub struct Redb {
    database: Arc<Database>,
    path: PathBuf,
}

impl Redb {
    /// Opens or makes it; its cache takes so many bytes.
    ///
    /// # Errors
    /// What redb says.
    pub fn open(path: &Path, cache: usize) -> Result<Self, StorageError> {
        let database = Database::builder().set_cache_size(cache).create(path).map_err(|error| failed(path, error))?;
        let redb = Self { database: Arc::new(database), path: path.into() };
        redb.make_tables()?;
        Ok(redb)
    }

    /// Readers expect every table.
    fn make_tables(&self) -> Result<(), StorageError> {
        let said = |error| failed(&self.path, error);
        let writing = self.database.begin_write().map_err(|error| failed(&self.path, error))?;
        let known = writing.list_tables().map_err(|error| failed(&self.path, error))?.count();
        if known == Table::ALL.len() {
            return writing.abort().map_err(|error| failed(&self.path, error));
        }
        for table in Table::ALL {
            writing.open_table(definition(*table)).map_err(said)?;
        }
        writing.commit().map_err(|error| failed(&self.path, error))
    }

    /// Drops a table and all that is in it, and makes an empty one of its name.
    ///
    /// # Errors
    /// What redb says.
    pub fn drop_table(&mut self, table: Table) -> Result<(), StorageError> {
        let said = |error| failed(&self.path, error);
        let writing = self.database.begin_write().map_err(|error| failed(&self.path, error))?;
        writing.delete_table(definition(table)).map_err(said)?;
        writing.open_table(definition(table)).map_err(said)?;
        writing.commit().map_err(|error| failed(&self.path, error))
    }
}

impl Base for Redb {
    type View<'a> = View<'a>;

    fn view(&self) -> Result<View<'_>, StorageError> {
        let reading = self.database.begin_read().map_err(|error| failed(&self.path, error))?;
        Ok(View { reading, path: &self.path, opened: Table::ALL.iter().map(|_| OnceCell::new()).collect() })
    }

    fn reader(&self) -> Result<Box<dyn Read + Send>, StorageError> {
        Ok(Box::new(Reader { database: Arc::clone(&self.database), path: self.path.clone() }))
    }

    fn write(&self, writes: Layer) -> Result<(), StorageError> {
        let said = |error| failed(&self.path, error);
        let mut writing = self.database.begin_write().map_err(|error| failed(&self.path, error))?;
        writing.set_durability(Durability::Immediate).map_err(|error| failed(&self.path, error))?;
        let mut writes = writes.into_iter().peekable();
        while let Some(((table, _), _)) = writes.peek() {
            let table = *table;
            let mut rows = writing.open_table(definition(table)).map_err(|error| failed(&self.path, error))?;
            while let Some(((_, key), value)) = writes.next_if(|((of, _), _)| *of == table) {
                match value {
                    Some(value) => rows.insert(key.as_slice(), value.as_slice()).map(drop).map_err(said)?,
                    None => rows.remove(key.as_slice()).map(drop).map_err(said)?,
                }
            }
        }
        writing.commit().map_err(|error| failed(&self.path, error))
    }
}

/// One committed state; its tables are opened once each.
pub struct View<'a> {
    reading: ReadTransaction,
    path: &'a Path,
    opened: Vec<OnceCell<Rows>>,
}

impl View<'_> {
    fn rows(&self, table: Table) -> Result<&Rows, StorageError> {
        let cell = self.opened.get(table as usize).ok_or(StorageError::Stopped)?;
        if let Some(rows) = cell.get() {
            return Ok(rows);
        }
        let rows = self.reading.open_table(definition(table)).map_err(|error| failed(self.path, error))?;
        Ok(cell.get_or_init(|| rows))
    }
}

impl Read for View<'_> {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StorageError> {
        get(self.rows(table)?, self.path, key)
    }

    fn scan(&self, table: Table, from: &[u8], to: Option<&[u8]>, limit: usize) -> Result<Vec<Entry>, StorageError> {
        scan(self.rows(table)?, self.path, (from, to), limit)
    }
}

struct Reader {
    database: Arc<Database>,
    path: PathBuf,
}

impl Reader {
    fn rows(&self, table: Table) -> Result<Rows, StorageError> {
        let reading = self.database.begin_read().map_err(|error| failed(&self.path, error))?;
        reading.open_table(definition(table)).map_err(|error| failed(&self.path, error))
    }
}

impl Read for Reader {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StorageError> {
        get(&self.rows(table)?, &self.path, key)
    }

    fn scan(&self, table: Table, from: &[u8], to: Option<&[u8]>, limit: usize) -> Result<Vec<Entry>, StorageError> {
        scan(&self.rows(table)?, &self.path, (from, to), limit)
    }
}

fn get(rows: &Rows, path: &Path, key: &[u8]) -> Result<Option<Vec<u8>>, StorageError> {
    let found = rows.get(key).map_err(|error| failed(path, error))?;
    Ok(found.map(|value| value.value().to_vec()))
}

fn scan(
    rows: &Rows,
    path: &Path,
    (from, to): (&[u8], Option<&[u8]>),
    limit: usize,
) -> Result<Vec<Entry>, StorageError> {
    if to.is_some_and(|to| to <= from) {
        return Ok(Vec::new());
    }
    let entries = match to {
        Some(to) => rows.range(from..to),
        None => rows.range(from..),
    };
    let entries = entries.map_err(|error| failed(path, error))?.take(limit).map(|entry| {
        let (key, value) = entry.map_err(|error| failed(path, error))?;
        Ok((key.value().to_vec(), value.value().to_vec()))
    });
    entries.collect()
}
