//! One hunt: a process of the simulator with one fault switched on.

use std::path::Path;
use std::process::Stdio;

use serde_json::Value;

use crate::tools::command;

/// Which seeds are run with which fault; 0 is none.
#[derive(Clone, Copy, Debug)]
pub struct Hunt {
    pub switch: usize,
    pub from: u64,
    pub seeds: u64,
}

/// The first seed that showed something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub seed: u64,
    pub invariant: String,
    pub says: String,
}

/// Runs a hunt to its end.
pub fn run(simulator: &Path, hunt: &Hunt) -> Result<Option<Found>, String> {
    let mut called = command(&[&simulator.to_string_lossy(), "hunt"]);
    called.args(["--from", &hunt.from.to_string(), "--seeds", &hunt.seeds.to_string()]);
    called.env("RONDE_PLANTED", hunt.switch.to_string()).stdin(Stdio::null());
    let output = called.output().map_err(|why| format!("the simulator did not start: {why}"))?;
    let said = String::from_utf8_lossy(&output.stdout);
    match said.lines().next_back().map(serde_json::from_str::<Value>) {
        Some(Ok(answer)) if output.status.success() => Ok(found(&answer)),
        _ => Err(format!("the simulator stopped ({}) and said: {said}", output.status)),
    }
}

fn found(answer: &Value) -> Option<Found> {
    let text = |name: &str| answer.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let seed = answer.get("seed")?.as_u64()?;
    Some(Found { seed, invariant: text("invariant"), says: text("says") })
}
