//! Where rows go by the million: through the engine's own transactions, or into SQLite without a journal.

use std::path::Path;

use ronde_node::store::{Engine, SqliteEngine, StorageError, Table, Transaction};
use rusqlite::{Connection, params};

use crate::Failed;

/// Bytes of rows in one transaction.
const AT_ONCE: usize = 32 << 20;

/// Takes rows.
pub trait Sink {
    /// One more.
    fn put(&mut self, table: Table, key: &[u8], value: &[u8]) -> Result<(), Failed>;

    /// That was all.
    fn finish(self: Box<Self>) -> Result<(), Failed>;
}

/// Through an engine.
pub struct Through {
    engine: Box<dyn Engine>,
    rows: Vec<(Table, Vec<u8>, Vec<u8>)>,
    bytes: usize,
}

impl Through {
    /// Which.
    pub fn new(engine: Box<dyn Engine>) -> Self {
        Self { engine, rows: Vec::new(), bytes: 0 }
    }

    fn flush(&mut self) -> Result<(), StorageError> {
        let mut tx: Box<dyn Transaction + '_> = self.engine.begin()?;
        for (table, key, value) in self.rows.drain(..) {
            tx.put(table, &key, &value)?;
        }
        self.bytes = 0;
        tx.commit().map(drop)
    }
}

impl Sink for Through {
    fn put(&mut self, table: Table, key: &[u8], value: &[u8]) -> Result<(), Failed> {
        self.bytes += key.len() + value.len() + 64;
        self.rows.push((table, key.to_vec(), value.to_vec()));
        if self.bytes > AT_ONCE {
            self.flush()?;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<(), Failed> {
        Ok(self.flush()?)
    }
}

/// Into the node's SQLite file, without a journal: what is filled is thrown away if that fails.
pub struct Bulk {
    connection: Connection,
}

impl Bulk {
    /// The file is made as the node makes it.
    pub fn new(path: &Path) -> Result<Self, Failed> {
        drop(SqliteEngine::open(path)?);
        Self::on(path)
    }

    /// Into a file that has its tables.
    pub fn on(path: &Path) -> Result<Self, Failed> {
        let connection = Connection::open(path)?;
        connection.set_prepared_statement_cache_capacity(64);
        connection.query_row("PRAGMA locking_mode = EXCLUSIVE", [], |_| Ok(()))?;
        connection.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(()))?;
        connection.query_row("PRAGMA journal_mode = OFF", [], |_| Ok(()))?;
        connection.pragma_update(None, "synchronous", "OFF")?;
        connection.pragma_update(None, "cache_size", -262_144)?;
        connection.execute_batch("BEGIN")?;
        Ok(Self { connection })
    }
}

impl Sink for Bulk {
    fn put(&mut self, table: Table, key: &[u8], value: &[u8]) -> Result<(), Failed> {
        let sql = match table {
            // The most of them, so without a string made for each.
            Table::Coin => "INSERT INTO \"coin\" (key, value) VALUES (?1, ?2)",
            table => &format!("INSERT OR REPLACE INTO \"{}\" (key, value) VALUES (?1, ?2)", table.name()),
        };
        self.connection.prepare_cached(sql)?.execute(params![key, value])?;
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<(), Failed> {
        self.connection.execute_batch("COMMIT")?;
        self.connection.close().map_err(|(_, error)| error)?;
        Ok(())
    }
}
