//! How the spent set of a closed keyset goes, and what is left of the file.

use std::path::Path;
use std::time::{Duration, Instant};

use ronde_bench_storage::engines::{Fjall, Kind, Redb};
use ronde_node::store::{Engine, Table};
use ronde_protocol::message::ids::KeysetId;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use crate::Failed;
use crate::federation_support::KEYSET;
use crate::fill::{Amount, fill};
use crate::machine;
use crate::sink::{Bulk, Sink, Through};
use crate::template::Templates;
use crate::town::Town;

/// Records that one transaction drops, as the node does it.
const AT_ONCE: usize = 1024;
/// Cache of the engines that have one of their own.
const CACHE: usize = 64 << 20;

/// How.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub enum Way {
    /// The rows under the keyset's prefix, some at a time: as the node does it.
    Rows(Kind),
    /// A table for each keyset, dropped whole.
    Table(Kind),
    /// A file for each keyset, removed.
    File,
}

impl Way {
    /// All that are compared.
    pub const ALL: [Self; 7] = [
        Self::Rows(Kind::Sqlite),
        Self::Rows(Kind::Fjall),
        Self::Rows(Kind::Redb),
        Self::Table(Kind::Sqlite),
        Self::Table(Kind::Fjall),
        Self::Table(Kind::Redb),
        Self::File,
    ];

    /// In words.
    pub fn name(self) -> String {
        match self {
            Self::Rows(kind) => format!("{kind}, rows under a prefix"),
            Self::Table(kind) => format!("{kind}, a table for each keyset"),
            Self::File => "sqlite, a file for each keyset".to_owned(),
        }
    }

    const fn kind(self) -> Kind {
        match self {
            Self::Rows(kind) | Self::Table(kind) => kind,
            Self::File => Kind::Sqlite,
        }
    }
}

/// What it took.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Dropped {
    /// Seconds in all.
    pub took: f64,
    /// Milliseconds of the longest transaction: so long everybody else waits.
    pub longest: f64,
    /// Bytes on the disk before.
    pub before: u64,
    /// Bytes once it is gone.
    pub after: u64,
    /// Bytes once the next keyset has as many coins.
    pub refilled: u64,
}

/// Fills, drops, fills again.
pub fn drop_keyset(way: Way, folder: &Path, coins: u64) -> Result<Dropped, Failed> {
    let mut templates = Templates::record(&Town::new())?;
    let amount = Amount { coins, orders: 0 };
    refill(way, folder, amount, &mut templates)?;
    let before = machine::on_disk(folder)?;
    let begun = Instant::now();
    let longest = match way {
        Way::Rows(kind) => rows(kind.open(folder, CACHE)?.as_mut())?,
        Way::Table(kind) => table(kind, folder)?,
        Way::File => {
            std::fs::remove_file(folder.join("node.db"))?;
            begun.elapsed()
        }
    };
    let took = begun.elapsed().as_secs_f64();
    if let Way::Rows(Kind::Fjall) | Way::Table(Kind::Fjall) = way {
        settle(folder)?;
    }
    let after = machine::on_disk(folder)?;
    refill(way, folder, amount, &mut templates)?;
    Ok(Dropped { took, longest: longest.as_secs_f64() * 1e3, before, after, refilled: machine::on_disk(folder)? })
}

fn settle(folder: &Path) -> Result<(), Failed> {
    if !Fjall::open(&folder.join("fjall"), CACHE)?.settle(Duration::from_secs(60)) {
        eprintln!("fjall still compacts after a minute");
    }
    Ok(())
}

fn refill(way: Way, folder: &Path, amount: Amount, templates: &mut Templates) -> Result<(), Failed> {
    let mut sink: Box<dyn Sink> = match way.kind() {
        Kind::Sqlite => Box::new(Bulk::new(&folder.join("node.db"))?),
        kind => Box::new(Through::new(kind.open(folder, CACHE)?)),
    };
    fill(&way.name(), amount, templates, sink.as_mut())?;
    sink.finish()?;
    if way.kind() == Kind::Fjall {
        settle(folder)?;
    }
    Ok(())
}

fn rows(engine: &mut dyn Engine) -> Result<Duration, Failed> {
    let (from, to) = (KEYSET.0.to_be_bytes(), KeysetId(KEYSET.0 + 1).0.to_be_bytes());
    let reader = engine.reader()?;
    let mut longest = Duration::ZERO;
    loop {
        let found = reader.scan(Table::Coin, &from, Some(&to), AT_ONCE)?;
        if found.is_empty() {
            return Ok(longest);
        }
        let begun = Instant::now();
        let mut tx = engine.begin()?;
        found.iter().try_for_each(|(key, _)| tx.delete(Table::Coin, key))?;
        tx.commit()?;
        longest = longest.max(begun.elapsed());
    }
}

fn table(kind: Kind, folder: &Path) -> Result<Duration, Failed> {
    match kind {
        Kind::Sqlite => {
            let connection = Connection::open(folder.join("node.db"))?;
            connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
            connection.pragma_update(None, "synchronous", "FULL")?;
            let begun = Instant::now();
            connection.execute_batch(
                "BEGIN; DROP TABLE coin; CREATE TABLE coin (key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID, STRICT; \
                 COMMIT",
            )?;
            Ok(begun.elapsed())
        }
        Kind::Fjall => {
            let mut fjall = Fjall::open(&folder.join("fjall"), CACHE)?;
            let begun = Instant::now();
            fjall.drop_table(Table::Coin)?;
            Ok(begun.elapsed())
        }
        Kind::Redb => {
            let mut redb = Redb::open(&folder.join("node.redb"), CACHE)?;
            let begun = Instant::now();
            redb.drop_table(Table::Coin)?;
            Ok(begun.elapsed())
        }
    }
}
