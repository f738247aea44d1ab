//! The durable engine: one SQLite file in WAL mode, synced at every commit.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags, OptionalExtension as _, Params, params};

use super::migration;
use super::table::with_tables;
use super::{Committed, Engine, Entry, Read, StorageError, Table, Transaction};

/// How long a connection waits for another of the same process, say at a checkpoint.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// The writer's pages in memory; below zero it is a number of KiB.
const WRITER_CACHE: i64 = -8192;
/// More than every statement of every table.
const CACHED_STATEMENTS: usize = 128;

/// The statements of one table.
struct Sql {
    get: &'static str,
    put: &'static str,
    delete: &'static str,
    scan: &'static str,
    scan_to: &'static str,
}

macro_rules! define_sql {
    ($($variant:ident => $name:literal, $what:literal;)*) => {
        const fn sql(table: Table) -> Sql {
            match table {
                $(Table::$variant => Sql {
                    get: concat!("SELECT value FROM \"", $name, "\" WHERE key = ?1"),
                    put: concat!("INSERT INTO \"", $name, "\" (key, value) VALUES (?1, ?2) \
                        ON CONFLICT (key) DO UPDATE SET value = excluded.value"),
                    delete: concat!("DELETE FROM \"", $name, "\" WHERE key = ?1"),
                    scan: concat!("SELECT key, value FROM \"", $name, "\" WHERE key >= ?1 \
                        ORDER BY key LIMIT ?2"),
                    scan_to: concat!("SELECT key, value FROM \"", $name, "\" WHERE key >= ?1 AND key < ?3 \
                        ORDER BY key LIMIT ?2"),
                },)*
            }
        }
    };
}
with_tables!(define_sql);

/// A database file, held by this process alone.
#[derive(Debug)]
pub struct SqliteEngine {
    connection: Connection,
    path: PathBuf,
    /// The operating system frees it when the process ends, however it ends.
    _lock: File,
}

impl SqliteEngine {
    /// Opens the database at `path`, creates it (mode 0600) if there is none, and brings it to the newest schema.
    ///
    /// Beside it lie `path`-wal and `path`-shm, which belong to it, and `path`.lock, which is empty.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, StorageError> {
        let path = path.into();
        let lock = lock(&path)?;
        private_file(&path)?;
        let mut connection = connect(&path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        let mode: String = connection
            .query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))
            .map_err(|error| StorageError::opening(&path, error))?;
        tracing::debug!(%mode, "database opened");
        connection.pragma_update(None, "synchronous", "FULL")?;
        // What a savepoint may have to take back is copied first, page by page; a file for that costs as much as the commit.
        connection.pragma_update(None, "temp_store", "MEMORY")?;
        // So that the upper part of each table stays at hand. Readers begin anew after each commit, and need less.
        connection.pragma_update(None, "cache_size", WRITER_CACHE)?;
        migration::migrate(&mut connection, &path)?;
        Ok(Self { connection, path, _lock: lock })
    }

    /// Lets the file grow to this many pages of 4,096 bytes at most; a write beyond is [`StorageError::Full`]. So a node
    /// can leave others room on a shared disk.
    pub fn limit_pages(&mut self, pages: u32) -> Result<(), StorageError> {
        // The pragma answers with a row, which `pragma_update` would take for a failure.
        self.connection.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()))?;
        Ok(())
    }

    /// Opens a reader of a database that may be in use by a running node. It never writes.
    pub fn open_reader(path: impl AsRef<Path>) -> Result<Box<dyn Read + Send>, StorageError> {
        let path = path.as_ref();
        // SQLite would report a missing file without its name.
        std::fs::metadata(path).map_err(|error| StorageError::file(path, error))?;
        let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        migration::check(&connection, path)?;
        Ok(Box::new(SqliteReader(connection)))
    }
}

impl Engine for SqliteEngine {
    fn begin<'a>(&'a mut self) -> Result<Box<dyn Transaction + 'a>, StorageError> {
        execute(&self.connection, "BEGIN IMMEDIATE", [])?;
        Ok(Box::new(SqliteTransaction { connection: &self.connection, savepoints: 0, failure: None }))
    }

    fn reader(&self) -> Result<Box<dyn Read + Send>, StorageError> {
        let connection = connect(&self.path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        Ok(Box::new(SqliteReader(connection)))
    }
}

struct SqliteReader(Connection);

impl Read for SqliteReader {
    fn several_reads(&self) {
        // If it fails, each read locks by itself as it would without.
        if let Err(error) = execute(&self.0, "BEGIN", []) {
            tracing::debug!(%error, "reads are not taken together");
        }
    }

    fn end_of_reads(&self) {
        if !self.0.is_autocommit()
            && let Err(error) = execute(&self.0, "ROLLBACK", [])
        {
            tracing::error!(%error, "a reader shows an old state until the node is started again");
        }
    }

    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StorageError> {
        get(&self.0, table, key)
    }

    fn scan(&self, table: Table, from: &[u8], to: Option<&[u8]>, limit: usize) -> Result<Vec<Entry>, StorageError> {
        scan(&self.0, table, from, to, limit)
    }
}

struct SqliteTransaction<'a> {
    connection: &'a Connection,
    savepoints: usize,
    /// The first failure. SQLite ends the whole transaction by itself on some of them, and what came after would then
    /// be stored outside of any; so after a failure nothing is done any more.
    failure: Option<StorageError>,
}

impl SqliteTransaction<'_> {
    fn write(&mut self, statement: &str, parameters: impl Params) -> Result<(), StorageError> {
        if let Some(failure) = &self.failure {
            return Err(failure.clone());
        }
        execute(self.connection, statement, parameters).inspect_err(|error| self.failure = Some(error.clone()))
    }
}

impl Read for SqliteTransaction<'_> {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StorageError> {
        get(self.connection, table, key)
    }

    fn scan(&self, table: Table, from: &[u8], to: Option<&[u8]>, limit: usize) -> Result<Vec<Entry>, StorageError> {
        scan(self.connection, table, from, to, limit)
    }
}

impl Transaction for SqliteTransaction<'_> {
    fn put(&mut self, table: Table, key: &[u8], value: &[u8]) -> Result<(), StorageError> {
        self.write(sql(table).put, params![key, value])
    }

    fn delete(&mut self, table: Table, key: &[u8]) -> Result<(), StorageError> {
        self.write(sql(table).delete, params![key])
    }

    fn savepoint(&mut self) -> Result<(), StorageError> {
        self.write("SAVEPOINT job", [])?;
        self.savepoints += 1;
        Ok(())
    }

    fn release(&mut self) -> Result<(), StorageError> {
        if self.savepoints > 0 {
            self.write("RELEASE job", [])?;
            self.savepoints -= 1;
        }
        Ok(())
    }

    fn undo(&mut self) -> Result<(), StorageError> {
        if self.savepoints > 0 {
            self.write("ROLLBACK TO job", [])?;
            self.write("RELEASE job", [])?;
            self.savepoints -= 1;
        }
        Ok(())
    }

    fn commit(mut self: Box<Self>) -> Result<Committed, StorageError> {
        self.write("COMMIT", [])?;
        Ok(Committed::new())
    }
}

impl Drop for SqliteTransaction<'_> {
    fn drop(&mut self) {
        // After a commit SQLite is back in autocommit mode. After some failures it has rolled back by itself.
        if !self.connection.is_autocommit()
            && let Err(error) = execute(self.connection, "ROLLBACK", [])
        {
            tracing::error!(%error, "a transaction could not be rolled back");
        }
    }
}

fn execute(connection: &Connection, statement: &str, parameters: impl Params) -> Result<(), StorageError> {
    connection.prepare_cached(statement)?.execute(parameters)?;
    Ok(())
}

fn get(connection: &Connection, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StorageError> {
    let mut statement = connection.prepare_cached(sql(table).get)?;
    Ok(statement.query_row(params![key], |row| row.get(0)).optional()?)
}

fn scan(
    connection: &Connection,
    table: Table,
    from: &[u8],
    to: Option<&[u8]>,
    limit: usize,
) -> Result<Vec<Entry>, StorageError> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut statement = connection.prepare_cached(if to.is_some() { sql(table).scan_to } else { sql(table).scan })?;
    let mut parameters = vec![Value::Blob(from.to_vec()), Value::Integer(limit)];
    parameters.extend(to.map(|to| Value::Blob(to.to_vec())));
    let rows = statement.query_map(rusqlite::params_from_iter(parameters), |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn connect(path: &Path, access: OpenFlags) -> Result<Connection, StorageError> {
    let flags = access | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
    connection.pragma_update(None, "trusted_schema", false)?;
    // Else a plan depends on the number bound to LIMIT, and every scan compiles its statement anew.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(connection)
}

/// A lock on a file of its own (OPS-4): SQLite's own locks on the database would fall when another handle on it is closed.
fn lock(path: &Path) -> Result<File, StorageError> {
    let mut lock_path = path.as_os_str().to_owned();
    lock_path.push(".lock");
    let lock_path = PathBuf::from(lock_path);
    let file = open_private(&lock_path).map_err(|error| StorageError::file(&lock_path, error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StorageError::InUse { path: path.into() }),
        Err(TryLockError::Error(error)) => Err(StorageError::file(lock_path, error)),
    }
}

/// Creates the database file if there is none, so that it never exists with wider rights, and narrows an existing one.
/// SQLite gives its side files the same mode.
pub(super) fn private_file(path: &Path) -> Result<(), StorageError> {
    let failed = |error| StorageError::file(path, error);
    if path.try_exists().map_err(failed)? {
        return narrow(path).map_err(failed);
    }
    open_private(path).map_err(failed)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    sync_folder(folder).map_err(|error| StorageError::file(folder, error))
}

fn open_private(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(unix)]
fn narrow(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))
}

#[cfg(not(unix))]
fn narrow(_path: &Path) -> std::io::Result<()> {
    Ok(())
}

/// Makes a new file's name durable.
#[cfg(unix)]
pub(super) fn sync_folder(folder: &Path) -> std::io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
pub(super) fn sync_folder(_folder: &Path) -> std::io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests;
