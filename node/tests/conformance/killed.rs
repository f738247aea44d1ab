//! A process that commits until it is killed, and what it must leave behind.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use ronde_node::store::{Engine, Table};

use super::Open;

/// The folder of the process that is to die.
const FOLDER: &str = "STORE_KILLED_FOLDER";
/// Commits that are told before each kill: so few that kills fall into the first ones too, so many that the engine has tidied
/// up in between.
const TOLD: [u32; 8] = [1, 2, 3, 40, 5, 150, 1, 70];

/// In the process that [`survives_kills`] starts: a commit of several tables after another, each told on standard error once
/// it has returned. In any other: nothing.
pub fn work_until_killed(open: Open) {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let mut engine = open(Path::new(&folder));
    for number in checked(engine.as_ref()).. {
        let key = number.to_be_bytes();
        let mut transaction = engine.begin().unwrap();
        transaction.put(Table::Coin, &key, &[1; 33]).unwrap();
        transaction.savepoint().unwrap();
        transaction.put(Table::Feed, &key, b"undone").unwrap();
        transaction.undo().unwrap();
        transaction.put(Table::Order, &key, &[2; 5000]).unwrap();
        transaction.put(Table::Meta, b"commits", &(number + 1).to_be_bytes()).unwrap();
        transaction.commit().unwrap();
        // Not by a macro for messages, whose words the harness of the tests would keep.
        std::io::stderr().write_all(format!("{}\n", number + 1).as_bytes()).unwrap();
    }
}

/// Kills the process of the test `child`, which has to call [`work_until_killed`], in the midst of its commits, and looks
/// at what is there: whole transactions, one after another, and at least those that were told.
///
/// The machine goes on, so this does not show that anything was synced.
pub fn survives_kills(child: &str, open: Open) {
    let folder = tempfile::tempdir().unwrap();
    let mut there = 0;
    for told in TOLD {
        let last = kill_after(child, folder.path(), there + told);
        there = checked(open(folder.path()).as_ref());
        assert!(there >= last, "{last} commits were told, {there} are there");
    }
}

/// Starts the process, kills it once it has told so many commits, and gives back the last that it told.
fn kill_after(child: &str, folder: &Path, told: u32) -> u32 {
    let mut process = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", child])
        .env(FOLDER, folder)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut last = 0;
    for line in BufReader::new(process.stderr.take().unwrap()).lines() {
        let line = line.unwrap();
        last = line.parse().unwrap_or_else(|_| panic!("the process said: {line}"));
        if last == told {
            process.kill().unwrap();
        }
    }
    assert!(!process.wait().unwrap().success() && last >= told, "the process ended by itself");
    last
}

/// How many commits there are, each of them whole.
fn checked(engine: &dyn Engine) -> u32 {
    let reader = engine.reader().unwrap();
    let commits = reader
        .get(Table::Meta, b"commits")
        .unwrap()
        .map_or(0, |count| u32::from_be_bytes(count.as_slice().try_into().unwrap()));
    let numbers: Vec<Vec<u8>> = (0..commits).map(|number| number.to_be_bytes().to_vec()).collect();
    for (table, length) in [(Table::Coin, 33), (Table::Order, 5000)] {
        let rows = reader.scan(table, &[], None, usize::MAX).unwrap();
        assert!(rows.iter().all(|(_, value)| value.len() == length));
        assert_eq!(rows.into_iter().map(|(key, _)| key).collect::<Vec<_>>(), numbers, "{table:?}");
    }
    assert!(reader.scan(Table::Feed, &[], None, 1).unwrap().is_empty(), "what was undone is there");
    commits
}
