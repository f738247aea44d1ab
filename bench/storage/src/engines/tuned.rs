//! SQLite with other settings than the node's, all as durable: WAL, synchronous FULL.

use std::path::{Path, PathBuf};

use ronde_node::store::{Committed, Engine, Entry, Read, StorageError, Table, Transaction};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, OptionalExtension as _, Params, params};

/// How a table is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Layout {
    /// One tree, ordered by key: as the node has it.
    WithoutRowid,
    /// A tree ordered by row number, and an index of keys beside it.
    Rowid,
}

/// What can be set.
#[derive(Debug, Clone, Copy, serde::Serialize, serde::Deserialize)]
pub struct Settings {
    /// Bytes of a page.
    pub page_size: u32,
    /// Of the one that writes. Negative: KiB, as SQLite has it.
    pub cache_size: i64,
    /// Whether what a savepoint may have to take back is kept in files.
    pub temp_files: bool,
    /// Bytes that are mapped.
    pub mmap_size: u64,
    /// Pages after which the WAL is carried over.
    pub autocheckpoint: u32,
    /// `locking_mode = EXCLUSIVE`: nobody else can read, so this only shows what locks cost.
    pub exclusive: bool,
    /// How tables are laid out.
    pub layout: Layout,
    /// Whether plans do not depend on what is bound.
    pub stable_plans: bool,
}

impl Default for Settings {
    /// As the node has it.
    fn default() -> Self {
        Self {
            page_size: 4096,
            cache_size: -8192,
            temp_files: false,
            mmap_size: 0,
            autocheckpoint: 1000,
            exclusive: false,
            layout: Layout::WithoutRowid,
            stable_plans: true,
        }
    }
}

/// SQLite with settings.
pub struct Tuned {
    connection: Connection,
    path: PathBuf,
    settings: Settings,
}

impl Tuned {
    /// Opens or makes it.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn open(path: &Path, settings: Settings) -> Result<Self, StorageError> {
        let connection = connect(path, &settings, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
        connection.pragma_update(None, "page_size", settings.page_size)?;
        if settings.exclusive {
            connection.query_row("PRAGMA locking_mode = EXCLUSIVE", [], |_| Ok(()))?;
        }
        connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "temp_store", if settings.temp_files { "FILE" } else { "MEMORY" })?;
        connection.pragma_update(None, "cache_size", settings.cache_size)?;
        connection.query_row(&format!("PRAGMA wal_autocheckpoint = {}", settings.autocheckpoint), [], |_| Ok(()))?;
        for table in Table::ALL {
            connection.execute(&create(*table, settings.layout), [])?;
        }
        Ok(Self { connection, path: path.into(), settings })
    }
}

fn create(table: Table, layout: Layout) -> String {
    let options = match layout {
        Layout::WithoutRowid => "WITHOUT ROWID, STRICT",
        Layout::Rowid => "STRICT",
    };
    format!("CREATE TABLE IF NOT EXISTS \"{}\" (key BLOB PRIMARY KEY, value BLOB NOT NULL) {options}", table.name())
}

fn connect(path: &Path, settings: &Settings, access: OpenFlags) -> Result<Connection, StorageError> {
    let connection = Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.set_prepared_statement_cache_capacity(128);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, settings.stable_plans)?;
    // Answers with a row.
    connection.query_row(&format!("PRAGMA mmap_size = {}", settings.mmap_size), [], |_| Ok(()))?;
    Ok(connection)
}

impl Engine for Tuned {
    fn begin<'a>(&'a mut self) -> Result<Box<dyn Transaction + 'a>, StorageError> {
        execute(&self.connection, "BEGIN IMMEDIATE", [])?;
        Ok(Box::new(TunedTransaction(&self.connection, 0)))
    }

    fn reader(&self) -> Result<Box<dyn Read + Send>, StorageError> {
        Ok(Box::new(Reader(connect(&self.path, &self.settings, OpenFlags::SQLITE_OPEN_READ_ONLY)?)))
    }
}

struct Reader(Connection);

impl Read for Reader {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StorageError> {
        get(&self.0, table, key)
    }

    fn scan(&self, table: Table, from: &[u8], to: Option<&[u8]>, limit: usize) -> Result<Vec<Entry>, StorageError> {
        scan(&self.0, table, (from, to), limit)
    }
}

/// With how many savepoints are open.
struct TunedTransaction<'a>(&'a Connection, usize);

impl Read for TunedTransaction<'_> {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StorageError> {
        get(self.0, table, key)
    }

    fn scan(&self, table: Table, from: &[u8], to: Option<&[u8]>, limit: usize) -> Result<Vec<Entry>, StorageError> {
        scan(self.0, table, (from, to), limit)
    }
}

impl Transaction for TunedTransaction<'_> {
    fn put(&mut self, table: Table, key: &[u8], value: &[u8]) -> Result<(), StorageError> {
        let sql = format!(
            "INSERT INTO \"{}\" (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            table.name()
        );
        execute(self.0, &sql, params![key, value])
    }

    fn delete(&mut self, table: Table, key: &[u8]) -> Result<(), StorageError> {
        execute(self.0, &format!("DELETE FROM \"{}\" WHERE key = ?1", table.name()), params![key])
    }

    fn savepoint(&mut self) -> Result<(), StorageError> {
        self.1 += 1;
        execute(self.0, "SAVEPOINT job", [])
    }

    fn release(&mut self) -> Result<(), StorageError> {
        if self.1 == 0 {
            return Ok(());
        }
        self.1 -= 1;
        execute(self.0, "RELEASE job", [])
    }

    fn undo(&mut self) -> Result<(), StorageError> {
        if self.1 > 0 {
            execute(self.0, "ROLLBACK TO job", [])?;
        }
        self.release()
    }

    fn commit(self: Box<Self>) -> Result<Committed, StorageError> {
        execute(self.0, "COMMIT", [])?;
        Ok(Committed::after_foreign_sync())
    }
}

impl Drop for TunedTransaction<'_> {
    fn drop(&mut self) {
        if !self.0.is_autocommit() {
            // The bench ends with the failure that led here.
            let _ = execute(self.0, "ROLLBACK", []);
        }
    }
}

fn execute(connection: &Connection, statement: &str, parameters: impl Params) -> Result<(), StorageError> {
    connection.prepare_cached(statement)?.execute(parameters)?;
    Ok(())
}

fn get(connection: &Connection, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StorageError> {
    let sql = format!("SELECT value FROM \"{}\" WHERE key = ?1", table.name());
    Ok(connection.prepare_cached(&sql)?.query_row(params![key], |row| row.get(0)).optional()?)
}

fn scan(
    connection: &Connection,
    table: Table,
    (from, to): (&[u8], Option<&[u8]>),
    limit: usize,
) -> Result<Vec<Entry>, StorageError> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let entry = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
    let name = table.name();
    let rows = match to {
        Some(to) => {
            let sql = format!("SELECT key, value FROM \"{name}\" WHERE key >= ?1 AND key < ?3 ORDER BY key LIMIT ?2");
            let mut statement = connection.prepare_cached(&sql)?;
            statement.query_map(params![from, limit, to], entry)?.collect::<Result<_, _>>()?
        }
        None => {
            let sql = format!("SELECT key, value FROM \"{name}\" WHERE key >= ?1 ORDER BY key LIMIT ?2");
            let mut statement = connection.prepare_cached(&sql)?;
            statement.query_map(params![from, limit], entry)?.collect::<Result<_, _>>()?
        }
    };
    Ok(rows)
}
