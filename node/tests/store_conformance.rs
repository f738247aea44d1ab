//! All engines mean the same: whatever the durable one does, the one that tests use does too.

mod conformance;

use std::path::Path;

use ronde_node::store::{Engine, MemoryEngine, SqliteEngine, Table};

fn sqlite(folder: &Path) -> Box<dyn Engine> {
    Box::new(SqliteEngine::open(folder.join("node.db")).unwrap())
}

#[test]
fn both_engines_show_the_same() {
    conformance::shows_the_same_as_memory(sqlite, 128);
}

fn on_both(check: impl Fn(&mut dyn Engine)) {
    let folder = tempfile::tempdir().unwrap();
    check(sqlite(folder.path()).as_mut());
    check(&mut MemoryEngine::new());
}

#[test]
fn a_scan_is_ordered_by_bytes_and_includes_its_start_but_not_its_end() {
    on_both(conformance::scans_in_order);
}

#[test]
fn an_undone_savepoint_leaves_what_came_before_and_after() {
    on_both(conformance::undoes_savepoints);
}

#[test]
fn what_was_committed_outlives_the_engine() {
    conformance::keeps_over_reopening(sqlite);
}

/// Not a test of its own: what the process does that is to die.
#[test]
fn child() {
    conformance::work_until_killed(sqlite);
}

#[test]
fn kill_9_leaves_whole_transactions_and_all_that_were_told() {
    conformance::survives_kills("child", sqlite);
}

#[test]
fn a_snapshot_brings_back_the_state_of_its_moment() {
    let put = |engine: &mut MemoryEngine, value: &[u8]| {
        let mut transaction = engine.begin().unwrap();
        transaction.put(Table::Meta, b"k", value).unwrap();
        transaction.commit().unwrap();
    };
    let mut engine = MemoryEngine::new();
    let observer = engine.observer();
    put(&mut engine, b"old");
    let snapshot = observer.snapshot();
    put(&mut engine, b"new");
    assert_ne!(observer.snapshot(), snapshot);
    let restored = MemoryEngine::restore(snapshot);
    let value = restored.reader().unwrap().get(Table::Meta, b"k").unwrap();
    assert_eq!(value.as_deref(), Some(&b"old"[..]));
}
