//! The runs: databases are filled, measured in turns, and removed. What is done is printed as soon as it is known.

use std::path::{Path, PathBuf};

use ronde_bench_storage::engines::{Kind, Layout, Settings};
use serde::{Deserialize, Serialize};
use tempfile::TempDir;

use crate::Failed;
use crate::chart;
use crate::clustered::Clustered;
use crate::dropping::{Dropped, Way};
use crate::fill::Amount;
use crate::machine;
use crate::measure::{Counts, Pace, Seen};
use crate::options::{Options, What};
use crate::report;
use crate::step::{Filled, Step, Which};
use crate::town::INPUTS;

/// Bytes on the disk for each byte of rows, at most, by what was seen of any engine.
const LARGEST: f64 = 2.5;
/// Bytes that stay free.
const SPARE: u64 = 4 << 30;

/// One engine at one size.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Measured {
    /// Which.
    pub engine: Kind,
    /// How much is in it.
    pub coins: u64,
    /// Orders whose rows are there too.
    pub orders: u64,
    /// Seconds that filling took.
    pub fill: f64,
    /// Bytes on the disk.
    pub disk: u64,
    /// Bytes of the rows themselves.
    pub rows: u64,
    /// By round.
    pub rounds: Vec<Seen>,
}

/// Coins alone.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Coins {
    /// Which.
    pub engine: Kind,
    /// How many there are.
    pub coins: u64,
    /// Keys anywhere, by round.
    pub spread: Vec<Pace>,
    /// Keys one behind the other, by round.
    pub clustered: Vec<Pace>,
}

/// SQLite with other settings.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Tried {
    /// What differs.
    pub name: String,
    /// How many coins there are.
    pub coins: u64,
    /// Bytes on the disk.
    pub disk: u64,
    /// By round.
    pub rounds: Vec<Seen>,
}

/// A keyset that went.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Gone {
    /// How.
    pub way: String,
    /// How many coins.
    pub coins: u64,
    /// What it took.
    pub dropped: Dropped,
}

/// All that was measured.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Found {
    /// Engines beside one another.
    pub engines: Vec<Measured>,
    /// Keys anywhere or together.
    pub keys: Vec<Coins>,
    /// Ways to drop a keyset.
    pub gone: Vec<Gone>,
    /// SQLite's settings.
    pub settings: Vec<Tried>,
}

impl Found {
    /// What was measured before, of files that `--json` wrote.
    pub fn before(paths: &[PathBuf]) -> Result<Self, Failed> {
        let mut all = Self::default();
        for path in paths {
            let bytes = std::fs::read(path).map_err(|error| format!("{} can't be read: {error}", path.display()))?;
            let found: Self = serde_json::from_slice(&bytes)
                .map_err(|error| format!("{} is no result of this bench: {error}", path.display()))?;
            all.engines.extend(found.engines);
            all.keys.extend(found.keys);
            all.gone.extend(found.gone);
            all.settings.extend(found.settings);
        }
        Ok(all)
    }

    /// Writes what was measured so far.
    fn save(&self, options: &Options) -> Result<(), Failed> {
        if let Some(path) = &options.json {
            std::fs::write(path, serde_json::to_string_pretty(self)?)?;
        }
        if let Some(path) = &options.svg {
            chart::draw(path, self)?;
        }
        Ok(())
    }
}

/// A database that is there.
struct Ready {
    which: Which,
    folder: TempDir,
    filled: Filled,
    disk: u64,
}

impl Ready {
    fn fill(below: &Path, which: Which, amount: Amount) -> Result<Self, Failed> {
        let folder = tempfile::Builder::new().prefix("storage-bench-").tempdir_in(below)?;
        let needed = (amount.coins * 69) as f64 * LARGEST + (amount.orders * 5000) as f64 * LARGEST;
        let free = machine::free(folder.path())?.saturating_sub(SPARE);
        if (free as f64) < needed {
            let (needed, free) = (needed / 1e9, free as f64 / 1e9);
            return Err(format!(
                "{} coins may need {needed:.0} GB, {free:.0} GB are free in {}: choose fewer --entries or --with-orders, \
                 --one-at-a-time, or another --folder",
                amount.coins,
                below.display()
            )
            .into());
        }
        let filled = Step::Fill(which, folder.path().into(), amount).run()?;
        let disk = machine::on_disk(folder.path())?;
        Ok(Self { which, folder, filled, disk })
    }

    fn path(&self) -> PathBuf {
        self.folder.path().into()
    }
}

/// Runs what was asked for.
pub fn all(options: &Options) -> Result<(), Failed> {
    std::fs::create_dir_all(&options.folder)?;
    let mut found = Found::before(&options.add)?;
    found.save(options)?;
    for coins in &options.entries {
        let amount = Amount { coins: *coins, orders: (*coins).min(options.with_orders) / INPUTS };
        if options.what.contains(&What::Engines) {
            found.engines.extend(engines(options, amount)?);
        }
        if options.what.contains(&What::Keys) {
            found.keys.extend(keys(options, *coins)?);
        }
        if options.what.contains(&What::Settings) {
            found.settings.extend(settings(options, *coins)?);
        }
        if options.what.contains(&What::Drop) && *coins > 0 {
            found.gone.extend(gone(options, *coins)?);
        }
        // A size takes minutes: what is known is not lost if the next one fails.
        found.save(options)?;
    }
    Ok(())
}

fn which(options: &Options, kind: Kind) -> Which {
    Which::Engine(kind, options.cache << 20)
}

fn engines(options: &Options, amount: Amount) -> Result<Vec<Measured>, Failed> {
    let counts = Counts::of(options.scale);
    let together = if options.one_at_a_time { 1 } else { options.engines.len().max(1) };
    let mut all = Vec::new();
    for kinds in options.engines.chunks(together) {
        let mut ready = Vec::new();
        for kind in kinds {
            let there = Ready::fill(&options.folder, which(options, *kind), amount)?;
            let rows = amount.coins * 69 + amount.orders * (there.filled.per_order as u64).saturating_sub(INPUTS * 69);
            let (fill, disk) = (there.filled.took, there.disk);
            eprintln!("{kind}: {} coins filled in within {fill:.0} s", amount.coins);
            let Amount { coins, orders } = amount;
            ready.push((Measured { engine: *kind, coins, orders, fill, disk, rows, rounds: Vec::new() }, there));
        }
        for round in 0..options.rounds {
            for (measured, there) in &mut ready {
                eprintln!("{} with {} coins: round {}", measured.engine, amount.coins, round + 1);
                let seed = round << 32 | 1;
                measured.rounds.push(Step::Measure(there.which, there.path(), seed, counts).run()?);
            }
        }
        all.extend(ready.into_iter().map(|(measured, _)| measured));
    }
    report::engines(&all);
    Ok(all)
}

fn keys(options: &Options, coins: u64) -> Result<Vec<Coins>, Failed> {
    let mut all = Vec::new();
    for kind in &options.engines {
        let there = Ready::fill(&options.folder, which(options, *kind), Amount { coins, orders: 0 })?;
        let mut found = Coins { engine: *kind, coins, spread: Vec::new(), clustered: Vec::new() };
        // A database in which nothing was written since it was filled pays for that once.
        let _: Pace = Step::Coins(there.which, there.path(), Clustered::No, 0).run()?;
        for round in 1..=options.rounds {
            found.spread.push(Step::Coins(there.which, there.path(), Clustered::No, round).run()?);
            found.clustered.push(Step::Coins(there.which, there.path(), Clustered::Yes, round).run()?);
        }
        all.push(found);
    }
    report::keys(&all);
    Ok(all)
}

/// As the node has it first; then one thing differs at a time.
fn variants() -> Vec<(&'static str, Settings)> {
    let node = Settings::default();
    vec![
        ("as the node has it", node),
        ("plans that depend on what is bound", Settings { stable_plans: false, ..node }),
        ("page_size 8192", Settings { page_size: 8192, ..node }),
        ("page_size 16384", Settings { page_size: 16_384, ..node }),
        ("savepoints in files", Settings { temp_files: true, ..node }),
        ("cache_size 2 MB", Settings { cache_size: -2000, ..node }),
        ("cache_size 16 MiB", Settings { cache_size: -16_384, ..node }),
        ("cache_size 64 MiB", Settings { cache_size: -65_536, ..node }),
        ("mmap_size 8 GiB", Settings { mmap_size: 8 << 30, ..node }),
        ("wal_autocheckpoint 4000", Settings { autocheckpoint: 4000, ..node }),
        ("wal_autocheckpoint 16000", Settings { autocheckpoint: 16_000, ..node }),
        ("locking_mode EXCLUSIVE", Settings { exclusive: true, ..node }),
        ("rowid and an index", Settings { layout: Layout::Rowid, ..node }),
    ]
}

fn settings(options: &Options, coins: u64) -> Result<Vec<Tried>, Failed> {
    let counts = Counts::of(options.scale);
    let amount = Amount { coins, orders: coins.min(options.with_orders) / INPUTS };
    let mut ready: Vec<(Tried, Ready)> = Vec::new();
    let wanted = |name: &str| options.setting.is_empty() || options.setting.iter().any(|part| name.contains(part));
    // The node's own come first: the others are compared with them.
    for (_, (name, settings)) in variants().into_iter().enumerate().filter(|(at, (name, _))| *at == 0 || wanted(name)) {
        // Its file is like another's unless it is laid out otherwise: but each has its own, because each writes into it.
        let there = Ready::fill(&options.folder, Which::Tuned(settings), amount)?;
        let tried = Tried { name: name.to_owned(), coins, disk: there.disk, rounds: Vec::new() };
        ready.push((tried, there));
    }
    for round in 0..options.rounds {
        for (tried, there) in &mut ready {
            eprintln!("{}: round {}", tried.name, round + 1);
            tried.rounds.push(Step::Measure(there.which, there.path(), round << 32 | 1, counts).run()?);
        }
    }
    let all: Vec<Tried> = ready.into_iter().map(|(tried, _)| tried).collect();
    report::settings(&all);
    Ok(all)
}

fn gone(options: &Options, coins: u64) -> Result<Vec<Gone>, Failed> {
    let mut all = Vec::new();
    for way in Way::ALL {
        let folder = tempfile::Builder::new().prefix("storage-bench-").tempdir_in(&options.folder)?;
        let dropped = Step::Drop(way, folder.path().into(), coins).run()?;
        all.push(Gone { way: way.name(), coins, dropped });
    }
    report::gone(&all);
    Ok(all)
}
