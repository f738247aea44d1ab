//! What an order costs in the node's database, by how much is in it, with SQLite as the node uses it and with other engines
//! behind the same trait. `cargo xtask bench --storage` builds and runs it; the README beside says what was found.
#![forbid(unsafe_code)]

mod chart;
mod clustered;
mod dropping;
#[path = "../../../protocol/tests/federation_support/mod.rs"]
mod federation_support;
mod fill;
mod machine;
mod measure;
mod options;
mod progress;
mod report;
mod runs;
mod sink;
mod step;
mod template;
mod town;
#[path = "../../../protocol/tests/witness_support/mod.rs"]
mod witness_support;

use std::error::Error;
use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;

use options::Options;

/// Whatever stops the run.
type Failed = Box<dyn Error + Send + Sync>;

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench --storage: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<(), Failed> {
    if let Some(step) = &options.step {
        let step: step::Step = serde_json::from_str(step)?;
        return Ok(std::io::stdout().write_all(step.perform()?.as_bytes())?);
    }
    runs::all(options)
}
