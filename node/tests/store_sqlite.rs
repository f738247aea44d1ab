//! The database file: who may open it, what is refused, what survives.

use std::path::Path;

use ronde_node::store::{Engine, Readers, SCHEMA_VERSION, SqliteEngine, StorageError, Table};
use rusqlite::Connection;

fn put(engine: &mut SqliteEngine, key: &[u8], value: &[u8]) {
    let mut transaction = engine.begin().unwrap();
    transaction.put(Table::Order, key, value).unwrap();
    transaction.commit().unwrap();
}

fn pragma(path: &Path, name: &str, value: i64) {
    Connection::open(path).unwrap().pragma_update(None, name, value).unwrap();
}

#[test]
fn what_was_committed_is_there_after_reopening() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("node.db");
    put(&mut SqliteEngine::open(&path).unwrap(), b"k", b"v");
    let engine = SqliteEngine::open(&path).unwrap();
    assert_eq!(engine.reader().unwrap().get(Table::Order, b"k").unwrap().as_deref(), Some(&b"v"[..]));
}

/// OPS-4
#[test]
fn a_second_opener_is_refused_while_the_first_lives() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("node.db");
    let first = SqliteEngine::open(&path).unwrap();
    let refusal = SqliteEngine::open(&path).unwrap_err();
    assert!(matches!(refusal, StorageError::InUse { .. }), "{refusal}");
    drop(first);
    SqliteEngine::open(&path).unwrap();
}

#[test]
fn a_tool_can_read_beside_a_running_node_but_not_invent_a_database() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("node.db");
    let missing = SqliteEngine::open_reader(&path).err().unwrap();
    assert!(matches!(missing, StorageError::File { .. }), "{missing}");
    assert!(!path.exists());
    let mut engine = SqliteEngine::open(&path).unwrap();
    let tool = SqliteEngine::open_reader(&path).unwrap();
    put(&mut engine, b"k", b"v");
    assert_eq!(tool.get(Table::Order, b"k").unwrap().as_deref(), Some(&b"v"[..]));
}

#[test]
fn a_file_that_is_no_database_is_named_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("node.db");
    let text = b"a shopping list, long enough to have a header and then some more words in it\n".repeat(20);
    std::fs::write(&path, &text).unwrap();
    for refusal in [SqliteEngine::open(&path).err(), SqliteEngine::open_reader(&path).err()] {
        let refusal = refusal.unwrap();
        assert!(matches!(refusal, StorageError::NotADatabase { .. }), "{refusal}");
    }
    assert_eq!(std::fs::read(&path).unwrap(), text);
}

#[test]
fn somebody_elses_database_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("node.db");
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE cat (name TEXT)").unwrap();
    let refusal = SqliteEngine::open(&path).unwrap_err();
    assert!(matches!(refusal, StorageError::NotADatabase { .. }), "{refusal}");
}

#[test]
fn a_newer_schema_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("node.db");
    drop(SqliteEngine::open(&path).unwrap());
    pragma(&path, "user_version", SCHEMA_VERSION + 1);
    let refusal = SqliteEngine::open(&path).unwrap_err();
    assert!(matches!(refusal, StorageError::TooNew { found, known, .. } if found == known + 1), "{refusal}");
}

#[test]
fn an_empty_file_becomes_a_database_of_the_newest_schema() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("node.db");
    std::fs::write(&path, b"").unwrap();
    drop(SqliteEngine::open(&path).unwrap());
    let version: i64 = Connection::open(&path).unwrap().query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
    assert_eq!(version, SCHEMA_VERSION);
}

#[test]
fn a_missing_folder_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("nowhere").join("node.db");
    let refusal = SqliteEngine::open(&path).unwrap_err();
    assert!(refusal.to_string().contains("nowhere"), "{refusal}");
}

#[test]
fn a_full_disk_fails_the_transaction_and_not_the_engine() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("node.db");
    drop(SqliteEngine::open(&path).unwrap());
    let mut engine = SqliteEngine::open(&path).unwrap();
    engine.limit_pages(64).unwrap();
    let mut transaction = engine.begin().unwrap();
    let failure = transaction.put(Table::Order, b"big", &[0; 1_000_000]).unwrap_err();
    assert!(matches!(failure, StorageError::Full), "{failure}");
    // Not even what would fit: SQLite may have ended the transaction by itself.
    assert!(transaction.put(Table::Order, b"small", b"v").is_err());
    assert!(transaction.commit().is_err());
    assert_eq!(engine.reader().unwrap().get(Table::Order, b"small").unwrap(), None);
    put(&mut engine, b"small", b"v");
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_the_files() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("node.db");
    std::fs::write(&path, b"").unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    let mut engine = SqliteEngine::open(&path).unwrap();
    put(&mut engine, b"k", b"v");
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let file = file.unwrap();
        let mode = file.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", file.path().display());
    }
}

#[test]
fn shared_readers_see_what_was_committed_last() {
    let folder = tempfile::tempdir().unwrap();
    let mut engine = SqliteEngine::open(folder.path().join("node.db")).unwrap();
    let readers = Readers::open(&engine, 2).unwrap();
    for value in [b"1", b"2"] {
        put(&mut engine, b"k", value);
        let seen = readers.with(|outer| {
            // A second reader while the first is taken.
            let inner = readers.with(|reader| reader.get(Table::Order, b"k").unwrap());
            assert_eq!(outer.get(Table::Order, b"k").unwrap(), inner);
            inner
        });
        assert_eq!(seen.as_deref(), Some(&value[..]));
    }
}
