//! What can be asked for.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use ronde_bench_storage::engines::Kind;

/// Measures what an order costs in the node's database, by how much is in it.
#[derive(Debug, Clone, Parser)]
#[command(name = "cargo xtask bench --storage")]
pub struct Options {
    /// Coins spent before it is measured, one database of each size
    #[arg(long, value_delimiter = ',', num_args = 0.., default_value = "0,5000000,50000000")]
    pub entries: Vec<u64>,
    /// Engines
    #[arg(long = "engine", value_delimiter = ',', default_value = "sqlite,fjall,redb")]
    pub engines: Vec<Kind>,
    /// What is measured
    #[arg(long, value_delimiter = ',', default_value = "engines")]
    pub what: Vec<What>,
    /// Of SQLite's settings those alone that have this in their names, beside the node's own; may be repeated
    #[arg(long)]
    pub setting: Vec<String>,
    /// Databases are made in a new folder below this one, and removed from it
    #[arg(long, default_value = "target")]
    pub folder: PathBuf,
    /// Coins up to which their orders are there too, with log, tree, feed and buckets; beyond, coins alone
    #[arg(long, default_value_t = 5_000_000)]
    pub with_orders: u64,
    /// How often each engine is measured at each size, taking turns
    #[arg(long, default_value_t = 3)]
    pub rounds: u64,
    /// MiB that an engine with a cache of its own may keep
    #[arg(long, default_value_t = 64)]
    pub cache: usize,
    /// Orders of each part, as a multiple of what is usual
    #[arg(long, default_value_t = 1.0)]
    pub scale: f64,
    /// One engine's database at a time on the disk, instead of all of a size; then engines do not take turns
    #[arg(long)]
    pub one_at_a_time: bool,
    /// Writes what was measured
    #[arg(long)]
    pub json: Option<PathBuf>,
    /// Draws what was measured
    #[arg(long)]
    pub svg: Option<PathBuf>,
    /// Earlier results, written by --json, that go into what is written and drawn too; may be repeated, and with
    /// `--entries` alone nothing else does
    #[arg(long)]
    pub add: Vec<PathBuf>,
    /// In a process of its own: one step
    #[arg(long, hide = true)]
    pub step: Option<String>,
}

/// Parts of the measurement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum What {
    /// Engines beside one another
    Engines,
    /// Coins under random keys and under keys that cluster
    Keys,
    /// How a closed keyset goes
    Drop,
    /// SQLite with other settings
    Settings,
}
