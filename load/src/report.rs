//! What is said in the end: figures as JSON, and a table for people.

mod table;

use serde::Serialize;

use crate::attack::Attacked;
use crate::bars::Bar;
use crate::options::{Options, Profile};
use crate::phase::Figures;
use crate::restart::Restarted;
use crate::runs::Found;
use crate::schedule::Arrivals;
use crate::soak::Soaked;

/// All of a run.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Which federation.
    pub profile: Profile,
    /// Witnesses, each a store with a process of its own.
    pub nodes: usize,
    /// Votes that a payment needs.
    pub quorum: usize,
    /// Shares of orders.
    pub mix: String,
    /// How arrivals of an open loop are spread.
    pub arrivals: Arrivals,
    /// Each datagram between nodes takes so long.
    pub delay_ms: u64,
    /// Repeats arrivals, the mix and all coins.
    pub seed: u64,
    /// Processors.
    pub cores: usize,
    /// Whether the bytes between nodes were counted in a network of the run's own.
    pub own_network: bool,
    /// Memory of each node before the first order, in MB.
    pub idle_memory_mb: Vec<f64>,
    /// The most of each node in the whole run, preparations included, in MB.
    pub peak_memory_mb: Vec<f64>,
    /// The highest rate that was kept up.
    pub highest: Option<f64>,
    /// Phase by phase; the last is what was asked for.
    pub phases: Vec<Figures>,
    /// Whether anything grew.
    pub soak: Option<Soaked>,
    /// What an attacker did.
    pub attack: Option<Attacked>,
    /// How long a start took.
    pub restart: Option<Restarted>,
    /// What was measured against the bars, if that was asked.
    pub bars: Vec<Bar>,
}

impl Report {
    /// Puts it together; the bars come later.
    pub fn new(options: &Options, mix: String, seed: u64, quorum: usize, memory: [Vec<f64>; 2], found: Found) -> Self {
        let [idle_memory_mb, peak_memory_mb] = memory;
        Self {
            profile: options.profile,
            nodes: options.profile.nodes(),
            quorum,
            mix,
            arrivals: options.arrivals,
            delay_ms: options.delay_ms,
            seed,
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            own_network: crate::network::is_own(),
            idle_memory_mb,
            peak_memory_mb,
            highest: found.highest,
            phases: found.phases,
            soak: found.soaked,
            attack: found.attacked,
            restart: found.restarted,
            bars: Vec::new(),
        }
    }
}
