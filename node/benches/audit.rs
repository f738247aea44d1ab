//! What an audit costs: logs of three witnesses of four with real signatures, audited by `ronde audit --logs` in a process of
//! its own, beside bare batch verification of every different signature in them on as many threads.
//!
//! ```text
//! cargo bench -p ronde-node --bench audit -- [--orders 20000] [--seed N] [--logs DIR] [--json]
//! ```
//!
//! N orders are N different orders in the federation; each stands in all three logs. With `--logs` an export is kept there.

#[path = "audit/bare.rs"]
mod bare;
#[path = "../../protocol/tests/big_logs/mod.rs"]
mod big_logs;
#[path = "../../protocol/tests/federation_support/mod.rs"]
mod federation_support;
#[path = "../../xtask/src/audit_logs/write.rs"]
mod write;

use std::error::Error;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use clap::Parser;

use big_logs::{Made, Maker, Sketch, Sketcher, Weaver, town};
use write::LogFile;

/// Whatever stops the run.
type Failed = Box<dyn Error + Send + Sync>;

/// Logs: n - f.
const LOGS: u8 = 3;
/// Orders if Cargo tests that this works, and does not measure.
const TRIAL: u64 = 60;

/// Measures an audit beside bare verification.
#[derive(Parser)]
struct Options {
    /// Orders in each of three logs
    #[arg(long, default_value_t = 20_000)]
    orders: u64,
    /// From which everything follows
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Where to keep the logs
    #[arg(long)]
    logs: Option<PathBuf>,
    /// Print the figures as JSON
    #[arg(long)]
    json: bool,
    /// Given by `cargo bench`
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> Result<(), Failed> {
    let mut options = Options::parse();
    if !options.bench {
        options.orders = TRIAL;
    }
    let temporary = tempfile::tempdir()?;
    let folder = options.logs.clone().unwrap_or_else(|| temporary.path().join("logs"));
    let federation = town();
    let maker = Maker::new(&federation, options.seed);
    let mut sketcher = Sketcher::new(options.seed);
    let sketches: Vec<Sketch> = (0..options.orders).map(|_| sketcher.next()).collect();
    let made = bare::in_parallel(&sketches, |sketch| maker.make(sketch));
    let bytes = export(&folder, &maker, &made, options.seed)?;
    let (signatures, bare) = bare::verify(&federation.charter, maker.keyset(), &made)?;
    let audit = audit(&folder, options.orders)?;
    let ratio = audit.as_secs_f64() / bare.as_secs_f64();
    let a_second = options.orders as f64 / audit.as_secs_f64();
    let text = if options.json {
        serde_json::json!({
            "orders": options.orders, "logs": LOGS, "bytes": bytes, "signatures": signatures,
            "bare_seconds": bare.as_secs_f64(), "audit_seconds": audit.as_secs_f64(), "ratio": ratio,
        })
        .to_string()
    } else {
        format!(
            "{} orders in each of {LOGS} logs, {bytes} bytes, {signatures} different signatures\n\
             bare batch verification  {:8.2} s\n\
             ronde audit              {:8.2} s  {a_second:.0} orders a second\n\
             ratio                    {ratio:8.2}",
            options.orders,
            bare.as_secs_f64(),
            audit.as_secs_f64(),
        )
    };
    Ok(writeln!(std::io::stdout(), "{text}")?)
}

fn export(folder: &Path, maker: &Maker<'_>, made: &[Made], seed: u64) -> Result<u64, Failed> {
    std::fs::create_dir_all(folder.join("charter"))?;
    write::charter(&folder.join("charter"), &maker.federation.signed)?;
    let mut files: Vec<LogFile> =
        (0..LOGS).map(|witness| LogFile::create(folder, witness)).collect::<Result<_, _>>()?;
    let mut weaver = Weaver::new(seed);
    let mut failed = None;
    let mut write = |witness: u8, entry| {
        let file = files.get_mut(usize::from(witness));
        failed = failed.take().or_else(|| file.and_then(|file| file.write(&entry).err()));
    };
    made.iter().for_each(|made| weaver.push(made, &mut write));
    weaver.finish(&mut write);
    if let Some(error) = failed {
        return Err(error.into());
    }
    let mut bytes = 0;
    for (witness, file) in (0..).zip(files) {
        bytes += file.finish(maker, witness, None)?.1;
    }
    Ok(bytes)
}

/// How long the command takes, which must find all well but for the log that is missing.
fn audit(logs: &Path, orders: u64) -> Result<Duration, Failed> {
    let begun = Instant::now();
    let output = Command::new(env!("CARGO_BIN_EXE_ronde")).args(["audit", "--json", "--logs"]).arg(logs).output()?;
    let taken = begun.elapsed();
    let said: serde_json::Value = serde_json::from_slice(&output.stdout)
        .map_err(|error| format!("{error}: {}", String::from_utf8_lossy(&output.stderr)))?;
    if said["verdict"] != "partly" || said["keysets"][0]["orders"] != orders {
        return Err(format!("the audit says: {said}").into());
    }
    Ok(taken)
}
