//! What every engine does alike, for whoever has one: checks that take a way to open it in a folder.
#![allow(dead_code, reason = "each test binary uses a part of it")]

mod killed;

use std::path::Path;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use ronde_node::store::{Engine, Entry, MemoryEngine, Read, Table, Transaction};

pub use killed::{survives_kills, work_until_killed};

/// Opens the engine whose files are in a folder, or makes it there.
pub type Open = fn(&Path) -> Box<dyn Engine>;

const TABLES: [Table; 3] = [Table::Coin, Table::Order, Table::LogEntry];

/// Something done inside a transaction.
#[derive(Debug, Clone)]
enum Step {
    Put(Table, Vec<u8>, Vec<u8>),
    Delete(Table, Vec<u8>),
    Get(Table, Vec<u8>),
    Scan(Table, Vec<u8>, Option<Vec<u8>>, usize),
    Savepoint,
    Release,
    Undo,
}

/// Steps of one transaction, and whether it is committed.
type Script = Vec<(Vec<Step>, bool)>;

/// Short keys over few bytes, so that steps meet; 0xff and the empty key are where ranges go wrong.
fn key() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(prop::sample::select(vec![0u8, 1, 0x7f, 0xff]), 0..3)
}

fn step() -> impl Strategy<Value = Step> {
    let table = prop::sample::select(TABLES.to_vec());
    let value = prop::collection::vec(any::<u8>(), 0..4);
    prop_oneof![
        4 => (table.clone(), key(), value).prop_map(|(t, k, v)| Step::Put(t, k, v)),
        2 => (table.clone(), key()).prop_map(|(t, k)| Step::Delete(t, k)),
        2 => (table.clone(), key()).prop_map(|(t, k)| Step::Get(t, k)),
        2 => (table, key(), prop::option::of(key()), 0usize..6)
            .prop_map(|(t, from, to, limit)| Step::Scan(t, from, to, limit)),
        1 => Just(Step::Savepoint),
        1 => Just(Step::Release),
        1 => Just(Step::Undo),
    ]
}

fn script() -> impl Strategy<Value = Script> {
    prop::collection::vec((prop::collection::vec(step(), 0..16), any::<bool>()), 1..5)
}

/// What a step lets its caller see.
fn run(transaction: &mut dyn Transaction, step: &Step) -> Vec<Entry> {
    match step {
        Step::Put(table, key, value) => transaction.put(*table, key, value).unwrap(),
        Step::Delete(table, key) => transaction.delete(*table, key).unwrap(),
        Step::Savepoint => transaction.savepoint().unwrap(),
        Step::Release => transaction.release().unwrap(),
        Step::Undo => transaction.undo().unwrap(),
        Step::Get(table, key) => {
            let value = transaction.get(*table, key).unwrap();
            return value.map(|value| (key.clone(), value)).into_iter().collect();
        }
        Step::Scan(table, from, to, limit) => {
            return transaction.scan(*table, from, to.as_deref(), *limit).unwrap();
        }
    }
    Vec::new()
}

fn everything(reader: &dyn Read) -> Vec<Vec<Entry>> {
    Table::ALL.iter().map(|table| reader.scan(*table, &[], None, usize::MAX).unwrap()).collect()
}

/// Everything that can be seen while the script runs, inside and outside of its transactions.
fn observe(engine: &mut dyn Engine, script: &Script) -> Vec<Vec<Vec<Entry>>> {
    let reader = engine.reader().unwrap();
    let mut seen = Vec::new();
    for (steps, commit) in script {
        let before = everything(reader.as_ref());
        let mut transaction = engine.begin().unwrap();
        seen.push(steps.iter().map(|step| run(transaction.as_mut(), step)).collect());
        assert_eq!(everything(reader.as_ref()), before, "a reader saw an unfinished transaction");
        if *commit {
            transaction.commit().unwrap();
        } else {
            drop(transaction);
            assert_eq!(everything(reader.as_ref()), before, "a rollback left something behind");
        }
        seen.push(everything(reader.as_ref()));
    }
    seen
}

/// Whatever a script of transactions does, the engine shows what the one in memory shows: inside of them their own writes,
/// outside of them committed states alone.
pub fn shows_the_same_as_memory(open: Open, cases: u32) {
    let config = ProptestConfig { source_file: Some(file!()), ..ProptestConfig::with_cases(cases) };
    let outcome = TestRunner::new(config).run(&script(), |script| {
        let folder = tempfile::tempdir().unwrap();
        let (mut engine, mut memory) = (open(folder.path()), MemoryEngine::new());
        prop_assert_eq!(observe(engine.as_mut(), &script), observe(&mut memory, &script));
        Ok(())
    });
    outcome.unwrap();
}

/// What was committed is there after the engine was closed and opened, what was not is not.
pub fn keeps_over_reopening(open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let mut engine = open(folder.path());
    let mut transaction = engine.begin().unwrap();
    transaction.put(Table::Order, b"k", b"v").unwrap();
    transaction.commit().unwrap();
    let mut transaction = engine.begin().unwrap();
    transaction.put(Table::Order, b"k", b"changed").unwrap();
    drop(transaction);
    drop(engine);
    let reader = open(folder.path()).reader().unwrap();
    assert_eq!(reader.get(Table::Order, b"k").unwrap().as_deref(), Some(&b"v"[..]));
}

/// A scan is ordered by bytes and includes its start, but not its end.
pub fn scans_in_order(engine: &mut dyn Engine) {
    let mut transaction = engine.begin().unwrap();
    for key in [&[2u8, 0][..], &[1], &[], &[1, 0xff], &[2], &[0xff, 0xff]] {
        transaction.put(Table::Feed, key, b"x").unwrap();
    }
    transaction.put(Table::Evidence, &[1], b"another table").unwrap();
    transaction.commit().unwrap();
    let reader = engine.reader().unwrap();
    let keys = |from: &[u8], to: Option<&[u8]>, limit| -> Vec<Vec<u8>> {
        let entries = reader.scan(Table::Feed, from, to, limit).unwrap();
        entries.into_iter().map(|(key, _)| key).collect()
    };
    assert_eq!(keys(&[1], Some(&[2]), 10), [vec![1], vec![1, 0xff]]);
    assert_eq!(keys(&[2], None, 10), [vec![2], vec![2, 0], vec![0xff, 0xff]]);
    assert_eq!(keys(&[], None, 2), [vec![], vec![1]]);
    assert!(keys(&[3], Some(&[1]), 10).is_empty());
    assert!(keys(&[], None, 0).is_empty());
}

/// An undone savepoint leaves what came before and after.
pub fn undoes_savepoints(engine: &mut dyn Engine) {
    let mut transaction = engine.begin().unwrap();
    transaction.put(Table::Coin, b"before", b"1").unwrap();
    transaction.savepoint().unwrap();
    transaction.put(Table::Coin, b"before", b"changed").unwrap();
    transaction.put(Table::Coin, b"inside", b"2").unwrap();
    transaction.undo().unwrap();
    transaction.put(Table::Coin, b"after", b"3").unwrap();
    transaction.commit().unwrap();
    let reader = engine.reader().unwrap();
    assert_eq!(reader.get(Table::Coin, b"before").unwrap().as_deref(), Some(&b"1"[..]));
    assert_eq!(reader.get(Table::Coin, b"inside").unwrap(), None);
    assert_eq!(reader.get(Table::Coin, b"after").unwrap().as_deref(), Some(&b"3"[..]));
}
