//! A process that dies at a fault point: what was not committed is gone, what was is there.
#![cfg(feature = "fault-points")]

use std::path::Path;
use std::process::Command;

use ronde_node::store::{Engine as _, SqliteEngine, StorageError, Table, Writer, WriterConfig};

const DATABASE: &str = "STORE_CRASH_DATABASE";

/// Not a test of its own: what the process does that is to die. Writes keys 0, 1, 2, a commit each.
#[test]
fn child() {
    let Some(path) = std::env::var_os(DATABASE) else {
        return;
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let engine = SqliteEngine::open(path).unwrap();
    let writer = Writer::start(engine, WriterConfig::default()).unwrap();
    for key in 0u8..3 {
        runtime
            .block_on(writer.submit(move |transaction| {
                transaction.put(Table::Coin, &[key], b"v")?;
                Ok::<_, StorageError>(())
            }))
            .unwrap();
    }
}

/// Runs the child with this fault; whether it died, and how many keys it left behind.
fn die_at(fault: &str, path: &Path) -> (bool, usize) {
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child"])
        .env(DATABASE, path)
        .env("RONDE_FAULT", fault)
        .output()
        .unwrap()
        .status;
    // The lock died with the process.
    let engine = SqliteEngine::open(path).unwrap();
    let keys = engine.reader().unwrap().scan(Table::Coin, &[], None, 10).unwrap();
    (!status.success(), keys.len())
}

#[test]
fn every_boundary_of_the_writer_leaves_whole_transactions() {
    let cases = [
        ("writer.before-commit", true, 0),
        ("writer.after-commit", true, 1),
        ("writer.before-commit:2", true, 1),
        ("writer.after-commit:2", true, 2),
        ("writer.after-commit:4", false, 3),
        ("no.such-point", false, 3),
    ];
    for (fault, dies, keys) in cases {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(die_at(fault, &folder.path().join("node.db")), (dies, keys), "{fault}");
    }
}
