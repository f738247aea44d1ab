//! Steps in processes of their own: memory, processor time and bytes written are then one engine's.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use ronde_bench_storage::engines::{Fjall, Kind, Layered, Settings, Tuned};
use ronde_node::store::Engine;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::Failed;
use crate::clustered::{self, Clustered};
use crate::dropping::{self, Way};
use crate::fill::{Amount, fill};
use crate::measure::{Counts, measure};
use crate::sink::{Bulk, Sink, Through};
use crate::template::Templates;
use crate::town::Town;

/// Whose database.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub enum Which {
    /// An engine's.
    Engine(Kind, usize),
    /// SQLite's with settings.
    Tuned(Settings),
}

impl Which {
    /// Opens it.
    pub fn open(self, folder: &Path) -> Result<Box<dyn Engine>, Failed> {
        Ok(match self {
            Self::Engine(kind, cache) => kind.open(folder, cache)?,
            Self::Tuned(settings) => Box::new(Tuned::open(&folder.join("tuned.db"), settings)?),
        })
    }

    fn sink(self, folder: &Path) -> Result<Box<dyn Sink>, Failed> {
        Ok(match self {
            Self::Engine(Kind::Sqlite, _) => Box::new(Bulk::new(&folder.join("node.db"))?),
            Self::Engine(..) => Box::new(Through::new(self.open(folder)?)),
            Self::Tuned(_) => {
                drop(self.open(folder)?);
                Box::new(Bulk::on(&folder.join("tuned.db"))?)
            }
        })
    }

    fn name(self) -> &'static str {
        match self {
            Self::Engine(kind, _) => kind.name(),
            Self::Tuned(_) => "sqlite with settings",
        }
    }
}

/// A step.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Step {
    /// Fills an empty database; answers with [`Filled`].
    Fill(Which, PathBuf, Amount),
    /// Measures one; answers with [`crate::measure::Seen`].
    Measure(Which, PathBuf, u64, Counts),
    /// Coins alone; answers with [`crate::measure::Pace`].
    Coins(Which, PathBuf, Clustered, u64),
    /// Drops a keyset; answers with [`dropping::Dropped`].
    Drop(Way, PathBuf, u64),
}

/// What filling took.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Filled {
    /// Seconds.
    pub took: f64,
    /// Bytes that an order's rows have.
    pub per_order: usize,
}

/// Longest wait for what an engine does in the background once it is filled.
const SETTLING: Duration = Duration::from_secs(300);

impl Step {
    /// Runs it in a process of its own.
    pub fn run<T: DeserializeOwned>(&self) -> Result<T, Failed> {
        let step = serde_json::to_string(self)?;
        let mut process = Command::new(std::env::current_exe()?);
        process.args(["--step", &step]).stdin(Stdio::null()).stderr(Stdio::inherit());
        let output = process.output()?;
        if !output.status.success() {
            return Err(format!("a step failed: {step}").into());
        }
        Ok(serde_json::from_slice(&output.stdout)?)
    }

    /// Does it in this process.
    pub fn perform(self) -> Result<String, Failed> {
        Ok(match self {
            Self::Fill(which, folder, amount) => serde_json::to_string(&fill_in(which, &folder, amount)?)?,
            Self::Measure(which, folder, seed, counts) => {
                serde_json::to_string(&measure(|| which.open(&folder), &folder, seed, counts)?)?
            }
            Self::Coins(which, folder, how, round) => {
                serde_json::to_string(&clustered::spend(which, &folder, how, round)?)?
            }
            Self::Drop(way, folder, coins) => serde_json::to_string(&dropping::drop_keyset(way, &folder, coins)?)?,
        })
    }
}

fn fill_in(which: Which, folder: &Path, amount: Amount) -> Result<Filled, Failed> {
    let mut templates = Templates::record(&Town::new())?;
    let begun = Instant::now();
    let mut sink = which.sink(folder)?;
    let name = format!("{} with {} coins", which.name(), amount.coins);
    fill(&name, amount, &mut templates, sink.as_mut())?;
    sink.finish()?;
    if let Which::Engine(Kind::Fjall, cache) = which
        && !Layered(Fjall::open(&folder.join("fjall"), cache)?).0.settle(SETTLING)
    {
        eprintln!("{name}: fjall still compacts after {} s", SETTLING.as_secs());
    }
    Ok(Filled { took: begun.elapsed().as_secs_f64(), per_order: crate::fill::bytes_per_order(&templates) })
}
