//! `cargo xtask sim`: whole federations in one thread, by seed. The simulator is a program of its own, built when it is
//! asked for, so that no other command waits for it.

mod planted;

use std::path::PathBuf;
use std::process::{Command, ExitCode};

use crate::build;
use crate::tools::{command, run as run_shown};

/// Seeds of a batch in the check.
const BATCH: u64 = 2_000;
/// How the simulator is built: optimised, with overflow checks.
const BUILD: [&str; 8] = ["build", "--profile", "sim", "--package", "ronde-sim", "--bin", "ronde-sim", "--color=never"];
/// The machines are those of any other build. What a signature's or a proof's verification found good is remembered during
/// a run (`protocol/remember`), and the arithmetic is compiled for this very processor: a build that is carried to another
/// machine has to be made anew there.
const FLAGS: &str = "--cfg ronde_remember -C target-cpu=native";

const OPTIONS: &str = "\
  --seeds N [--from S] [--jobs J]        a batch, after the regressions
  --seed S [--trace]                     one seed; --trace prints every event
  --file PATH [--trace]                  a plan that was kept
  --regressions                          all plans that were kept
  --planted [--only PART] [--quick]      plant faults: is each found, and by which claim
  --planted --list                       their names";

/// What is asked for.
#[derive(Debug, PartialEq, Eq)]
enum Request {
    /// The simulator's own command line.
    Simulate(Vec<String>),
    /// Planted faults.
    Plant(planted::Options),
}

/// Runs as the command line says.
pub fn run(arguments: &[String]) -> ExitCode {
    let done = match parse(arguments) {
        Ok(Request::Simulate(words)) => simulate(&words),
        Ok(Request::Plant(options)) => planted::run(&options),
        Err(why) => {
            eprintln!("sim: {why}\n\nusage: cargo xtask sim ...\n{OPTIONS}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("sim: {why}");
            ExitCode::FAILURE
        }
    }
}

/// The stage of the check: a batch with the regressions, then the faults that are found soon.
pub fn check() -> Result<(), String> {
    simulate(&["batch".to_owned(), "--seeds".to_owned(), BATCH.to_string()])?;
    planted::run(&planted::Options { quick: true, ..planted::Options::default() })
}

/// Builds the simulator and lets it say the rest.
fn simulate(words: &[String]) -> Result<(), String> {
    let simulator = simulator(command(&["cargo"]))?;
    let mut called = command(&[&simulator.to_string_lossy()]);
    run_shown(called.args(words)).map_err(|_| "failed; what to do next stands in the line above".to_owned())
}

/// The simulator's path, built now if it was not, by a cargo that is called where the sources are.
fn simulator(mut cargo: Command) -> Result<PathBuf, String> {
    let flags = std::env::var("RUSTFLAGS").unwrap_or_default();
    // It would stand before the other.
    cargo.args(BUILD).env_remove("CARGO_ENCODED_RUSTFLAGS").env("RUSTFLAGS", format!("{flags} {FLAGS}").trim());
    build::program(&mut cargo, "ronde-sim")
}

fn parse(arguments: &[String]) -> Result<Request, String> {
    let mut words = Words::read(arguments)?;
    if words.planted {
        let options = planted::Options { only: words.only.take(), quick: words.quick, list: words.list };
        words.refuse_numbers()?;
        return Ok(Request::Plant(options));
    }
    if words.only.is_some() || words.quick || words.list {
        return Err("--only, --quick and --list go with --planted".to_owned());
    }
    let chosen =
        [words.seed.is_some(), words.file.is_some(), words.regressions].iter().filter(|chosen| **chosen).count();
    if chosen > 1 || (chosen == 1 && words.batch()) {
        return Err("a batch, --seed, --file and --regressions are each asked for alone".to_owned());
    }
    let traced = words.trace.then(|| "--trace".to_owned());
    let simulated = if let Some(seed) = words.seed {
        vec!["one".to_owned(), "--seed".to_owned(), seed.to_string()]
    } else if let Some(file) = words.file {
        vec!["file".to_owned(), file.to_string_lossy().into_owned()]
    } else if words.trace {
        return Err("--trace goes with --seed or --file".to_owned());
    } else if words.regressions {
        vec!["regressions".to_owned()]
    } else {
        let numbers = [("--seeds", words.seeds), ("--from", words.from), ("--jobs", words.jobs)];
        let given = numbers.into_iter().filter_map(|(name, number)| Some([name.to_owned(), number?.to_string()]));
        std::iter::once("batch".to_owned()).chain(given.flatten()).collect()
    };
    Ok(Request::Simulate(simulated.into_iter().chain(traced).collect()))
}

#[derive(Default)]
struct Words {
    seeds: Option<u64>,
    from: Option<u64>,
    jobs: Option<u64>,
    seed: Option<u64>,
    file: Option<PathBuf>,
    trace: bool,
    regressions: bool,
    planted: bool,
    only: Option<String>,
    quick: bool,
    list: bool,
}

impl Words {
    fn read(arguments: &[String]) -> Result<Self, String> {
        let mut words = Self::default();
        let mut rest = arguments.iter();
        while let Some(word) = rest.next() {
            let mut number = || {
                let value = rest.next().and_then(|value| value.parse().ok());
                value.map(Some).ok_or(format!("{word} needs a whole number"))
            };
            match word.as_str() {
                "--seeds" => words.seeds = number()?,
                "--from" => words.from = number()?,
                "--jobs" => words.jobs = number()?,
                "--seed" => words.seed = number()?,
                "--file" => words.file = Some(rest.next().ok_or("--file needs a path")?.into()),
                "--only" => words.only = Some(rest.next().ok_or("--only needs a part of a fault's name")?.clone()),
                "--trace" => words.trace = true,
                "--regressions" => words.regressions = true,
                "--planted" => words.planted = true,
                "--quick" => words.quick = true,
                "--list" => words.list = true,
                other => return Err(format!("`{other}` is not understood")),
            }
        }
        Ok(words)
    }

    fn batch(&self) -> bool {
        self.seeds.is_some() || self.from.is_some() || self.jobs.is_some()
    }

    fn refuse_numbers(&self) -> Result<(), String> {
        let other = self.batch() || self.seed.is_some() || self.file.is_some() || self.trace || self.regressions;
        if other { Err("with --planted there are --only PART, --quick and --list".to_owned()) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests;
