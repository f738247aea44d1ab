//! What processes, the disk and the wire were used for: read before and after, and compared.

mod wire;

use std::time::Duration;

use serde_json::Value;
use tokio::time::{Instant, MissedTickBehavior, interval};

use crate::Failed;
use crate::client::{Call, Client};
use crate::process::{self, Ticks};
pub use wire::Wire;

/// Between two looks at the nodes' memory.
const LOOK: Duration = Duration::from_secs(1);
/// Looks at the memory for each question about what is open.
const LOOKS: usize = 10;

/// Counters at one moment.
#[derive(Clone, Debug)]
pub struct Reading {
    /// When.
    pub at: Instant,
    /// Seconds of CPU by node.
    pub node_cpu: Vec<f64>,
    /// Of this process.
    pub own_cpu: f64,
    /// Of everything on this machine.
    pub machine_cpu: f64,
    /// Commits of each node's database.
    pub commits: Vec<u64>,
    /// Jobs in them.
    pub jobs: Vec<u64>,
    /// On the loopback interface.
    pub wire: Wire,
    /// Bytes of HTTP.
    pub http: u64,
}

/// What the nodes were like at one moment.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Look {
    /// Seconds since the phase's start.
    pub at: f64,
    /// Resident memory by node, in MB of 1,000,000 bytes.
    pub memory_mb: Vec<f64>,
    /// Seconds of CPU by node, since it started.
    pub cpu_seconds: Vec<f64>,
    /// Open orders by node, if they were asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open_orders: Option<Vec<u64>>,
}

/// Reads counters.
pub struct Meter {
    client: Client,
    pids: Vec<u32>,
    ticks: Ticks,
}

/// From MiB.
const MB: f64 = 1.048_576;

impl Meter {
    /// Of the nodes behind a client.
    pub fn new(client: Client, pids: Vec<u32>) -> Result<Self, Failed> {
        Ok(Self { client, pids, ticks: Ticks::of_this_system()? })
    }

    /// All counters.
    pub async fn read(&self) -> Result<Reading, Failed> {
        let (mut commits, mut jobs) = (Vec::new(), Vec::new());
        for node in 0..self.pids.len() {
            let status = self.status(node).await?;
            let count = |name: &str| {
                let count = status.pointer(name).and_then(Value::as_u64);
                count.ok_or_else(|| format!("a status without {name}: build `ronde` anew"))
            };
            commits.push(count("/storage/commits")?);
            jobs.push(count("/storage/jobs")?);
        }
        Ok(Reading {
            node_cpu: self.cpu()?,
            own_cpu: process::cpu_seconds(std::process::id(), &self.ticks)?,
            machine_cpu: process::machine_seconds(&self.ticks)?,
            commits,
            jobs,
            wire: Wire::read()?,
            http: self.client.bytes(),
            at: Instant::now(),
        })
    }

    async fn status(&self, node: usize) -> Result<Value, Failed> {
        Ok(serde_json::from_slice(&self.client.must(node, &Call::get("/v1/status")).await?.body)?)
    }

    /// Resident memory by node, in MB.
    pub fn memory(&self) -> Result<Vec<f64>, Failed> {
        self.pids.iter().map(|pid| Ok(process::resident_mib(*pid)? * MB)).collect()
    }

    /// Seconds of CPU by node.
    fn cpu(&self) -> Result<Vec<f64>, Failed> {
        self.pids.iter().map(|pid| process::cpu_seconds(*pid, &self.ticks)).collect()
    }

    /// The most that each had since the start, in MB.
    pub fn peak(&self) -> Result<Vec<f64>, Failed> {
        self.pids.iter().map(|pid| Ok(process::peak_mib(*pid)? * MB)).collect()
    }

    /// Looks at the nodes again and again, until it is dropped.
    pub async fn watch(&self, start: Instant, looks: &mut Vec<Look>) -> Result<(), Failed> {
        let mut ticks = interval(LOOK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        for number in 0_usize.. {
            ticks.tick().await;
            let at = start.elapsed().as_secs_f64();
            let mut look = Look { at, memory_mb: self.memory()?, cpu_seconds: self.cpu()?, open_orders: None };
            if number.is_multiple_of(LOOKS) {
                let mut open = Vec::new();
                for node in 0..self.pids.len() {
                    open.push(self.status(node).await?.pointer("/open_orders").and_then(Value::as_u64).unwrap_or(0));
                }
                look.open_orders = Some(open);
            }
            looks.push(look);
        }
        Ok(())
    }
}
