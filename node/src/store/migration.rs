//! The schema of the SQLite database, as a numbered list of steps that only grows.

use std::path::Path;

use rusqlite::Connection;

use super::StorageError;

/// "rond" in ASCII, in SQLite's `application_id`: tells our database from any other.
const APPLICATION_ID: i64 = 0x726f_6e64;

macro_rules! create_tables {
    ($($name:literal)*) => {
        concat!($("CREATE TABLE \"", $name, "\" (key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID, STRICT;",)*)
    };
}

/// Step k takes a database from schema k to schema k + 1. Steps that were released are never changed.
///
/// A table that is added needs a step of its own; a test compares what they make with the list of tables.
const STEPS: &[&str] = &[
    create_tables!(
        "meta" "coin" "reference" "order" "log_entry" "log_node" "counter" "book" "feed" "peer_head" "peer_log"
        "evidence" "charter" "opened" "grant" "checkout" "signed_reference" "till" "idempotency" "hourly"
    ),
    create_tables!("bucket"),
    create_tables!("earlier"),
    create_tables!("detail" "receipt" "refund" "basket" "event" "webhook"),
];

/// The schema this program writes.
pub const SCHEMA_VERSION: i64 = STEPS.len() as i64;

/// Brings the database to [`SCHEMA_VERSION`]; refuses one that is newer, or not ours. Each step commits by itself.
pub(super) fn migrate(connection: &mut Connection, path: &Path) -> Result<(), StorageError> {
    let mut version = check(connection, path)?;
    while let Some(step) = usize::try_from(version).ok().and_then(|done| STEPS.get(done)) {
        version += 1;
        let transaction = connection.transaction()?;
        transaction.execute_batch(step)?;
        transaction.pragma_update(None, "user_version", version)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.commit()?;
    }
    Ok(())
}

/// The schema version of the database; 0 if it is empty.
pub(super) fn check(connection: &Connection, path: &Path) -> Result<i64, StorageError> {
    let number = |sql: &str| {
        connection.query_row(sql, [], |row| row.get::<_, i64>(0)).map_err(|error| StorageError::opening(path, error))
    };
    let application = number("PRAGMA application_id")?;
    let version = number("PRAGMA user_version")?;
    let objects = number("SELECT count(*) FROM sqlite_schema")?;
    let is_empty = application == 0 && version == 0 && objects == 0;
    let is_ours = application == APPLICATION_ID && version > 0;
    if !is_empty && !is_ours {
        return Err(StorageError::NotADatabase { path: path.into() });
    }
    if version > SCHEMA_VERSION {
        return Err(StorageError::TooNew { path: path.into(), found: version, known: SCHEMA_VERSION });
    }
    Ok(version)
}
