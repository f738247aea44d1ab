//! `cargo xtask load`: sends orders to a federation of real nodes on this machine, and measures what they cost and how long
//! they take.
//!
//! ```text
//! ronde-load --HTTP--> node 1 <--QUIC--> node 2 ...      each a process with its own database, synced in full
//!     |  till: long poll    wallet: POST, evaluations
//!     +-- before: grants, coins, checkouts, signatures      after: every answer is verified
//! ```
#![forbid(unsafe_code)]

mod answer;
mod attack;
mod bars;
mod board;
#[allow(dead_code, reason = "chaos uses the rest")]
mod chaos;
mod chart;
mod client;
mod coins;
mod drive;
mod federation;
mod job;
mod latency;
mod meter;
mod mix;
mod network;
mod options;
mod phase;
mod prepare;
#[allow(dead_code, reason = "the bench of payments uses the rest")]
#[path = "../../node/benches/payments/process.rs"]
mod process;
mod report;
mod restart;
mod runs;
mod schedule;
mod soak;
mod stock;
mod trend;

use std::error::Error;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::Parser as _;
use tokio::signal::unix::{Signal, SignalKind, signal};

use chaos::chance::Chance;
use client::Client;
use federation::Federation;
use job::Road;
use meter::Meter;
use options::Options;
use phase::Course;
use prepare::Workshop;
use report::Report;
use runs::Running;
use stock::Stock;

/// Whatever stops the run.
type Failed = Box<dyn Error + Send + Sync>;

/// As a shell says of a command that Ctrl-C ended.
const INTERRUPTED: u8 = 130;

fn main() -> ExitCode {
    let options = Options::parse();
    if !options.shared_network && options.attacker.is_none() && !network::is_own() {
        network::enter();
    }
    raise_files();
    let ended = match &options.attacker {
        Some(orders) => attack::be(orders).map(|()| ExitCode::SUCCESS),
        None => run(&options),
    };
    ended.unwrap_or_else(|failed| {
        say(&format!("load: {failed}"));
        ExitCode::FAILURE
    })
}

fn run(options: &Options) -> Result<ExitCode, Failed> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(std::thread::available_parallelism().map_or(1, usize::from))
        .build()?;
    let [mut interrupt, mut terminate, mut hangup] = runtime.block_on(async { listen() })?;
    let federation = found(options)?;
    let asked = async {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
        }
    };
    runtime.block_on(async {
        tokio::select! {
            reported = measure(options, &federation) => tell(options, &reported?),
            () = asked => {
                say("load: stopped before the end; the nodes end in order, and their folder goes");
                Ok(ExitCode::from(INTERRUPTED))
            }
        }
    })
}

/// From now on none of these ends anything by itself: all is cleared away first.
fn listen() -> Result<[Signal; 3], Failed> {
    let listen = |kind| signal(kind).map_err(|error| format!("signals can't be heard: {error}; run it on Linux"));
    Ok([listen(SignalKind::interrupt())?, listen(SignalKind::terminate())?, listen(SignalKind::hangup())?])
}

fn found(options: &Options) -> Result<Federation, Failed> {
    let own = std::env::current_exe()?;
    let beside = own.parent().ok_or("a program without a folder")?;
    let ronde = options.ronde.clone().unwrap_or_else(|| beside.join("ronde"));
    let folder = options.folder.clone().unwrap_or_else(|| beside.parent().unwrap_or(beside).join("load"));
    let nodes = options.profile.nodes();
    say(&format!("founding a federation of {nodes}"));
    let (delay_ms, traitor) = (options.delay_ms, options.attack.is_some());
    let spent = options.spent;
    Federation::found(&federation::Plan { ronde: &ronde, folder: &folder, nodes, delay_ms, traitor, spent })
}

async fn measure(options: &Options, federation: &Federation) -> Result<Report, Failed> {
    let addresses: Vec<_> = federation.nodes.iter().map(|node| node.http).collect();
    let client = Client::new(&addresses);
    let meter = Meter::new(client.clone(), federation.nodes.iter().map(federation::Node::pid).collect())?;
    let idle = meter.memory()?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?;
    let seed = options.seed.unwrap_or(u64::from(now.subsec_nanos()));
    let (charter, keyset) = (federation.charter.clone(), federation.keyset.clone());
    let quorum = keyset.quorum();
    let road = Road { client: client.clone(), keyset: keyset.id(), witnesses: quorum.witnesses() };
    let workshop = Workshop::new(client, charter, keyset, federation.tokens(), seed);
    let mix = options.mix()?;
    let mut running = Running {
        course: Course { road: &road, keyset: &federation.keyset, meter: &meter },
        stock: Stock::new(workshop, mix, seed),
        arrivals: options.arrivals,
        chance: Chance::new(seed, "arrivals"),
        in_flight: options.in_flight.max(1),
    };
    let found = runs::run(options, federation, &mut running).await?;
    let memory = [idle, if options.restart { Vec::new() } else { meter.peak()? }];
    let mut report = Report::new(options, mix.to_string(), seed, quorum.votes(), memory, found);
    if options.bars {
        report.bars = bars::judge(options, mix, &report);
    }
    Ok(report)
}

fn tell(options: &Options, report: &Report) -> Result<ExitCode, Failed> {
    writeln!(std::io::stdout(), "{}", report.table())?;
    let unwritten = |file: &PathBuf, error: std::io::Error| format!("{}: {error}; name another file", file.display());
    if let Some(file) = &options.json {
        std::fs::write(file, serde_json::to_vec_pretty(report)?).map_err(|error| unwritten(file, error))?;
    }
    if let (Some(file), Some(last)) = (&options.svg, report.phases.last()) {
        chart::draw(last, file)?;
    }
    let grew = report.soak.as_ref().is_some_and(|soak| !soak.grew.is_empty());
    let over = report.bars.iter().any(|bar| !bar.ok);
    Ok(if grew || over { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// A connection is an open file, and systems let a program have a thousand at first.
fn raise_files() {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    // What can't be raised shows as connections that break.
    let _ = setrlimit(Resource::Nofile, limit);
}

/// To standard error: the figures alone are for standard output.
fn say(line: &str) {
    // A closed terminal is no reason to stop.
    let _ = writeln!(std::io::stderr(), "{line}");
}
