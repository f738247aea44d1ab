//! What can be typed.

use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::thread;

/// What is said to whoever mistypes.
pub const USAGE: &str = "\
usage: ronde-sim batch [--from S] [--seeds N] [--jobs J] [--keep DIR]
       ronde-sim one --seed S [--trace] [--keep DIR]
       ronde-sim file PATH [--trace]
       ronde-sim hunt [--from S] [--seeds N]
       ronde-sim regressions [DIR]";

/// Seeds of a batch unless it says how many; from so many on, everything that can be covered must be.
pub const BATCH: u64 = 2_000;

/// What is asked for.
#[derive(Debug, PartialEq, Eq)]
pub enum Request {
    /// Many seeds.
    Batch(Batch),
    /// One seed.
    One(One),
    /// A kept plan.
    File {
        /// Which.
        path: PathBuf,
        /// Whether every event is printed.
        trace: bool,
    },
    /// Seeds one after another until one fails; the answer is a line of JSON.
    Hunt {
        /// The first.
        from: u64,
        /// How many at most.
        seeds: u64,
    },
    /// All kept plans.
    Regressions {
        /// Where they are.
        folder: PathBuf,
    },
}

/// Many seeds.
#[derive(Debug, PartialEq, Eq)]
pub struct Batch {
    /// The first.
    pub from: u64,
    /// How many.
    pub seeds: u64,
    /// At a time.
    pub jobs: usize,
    /// Where failing plans are kept.
    pub keep: PathBuf,
}

/// One seed.
#[derive(Debug, PartialEq, Eq)]
pub struct One {
    /// Which.
    pub seed: u64,
    /// Whether every event is printed.
    pub trace: bool,
    /// Where it is kept if it fails.
    pub keep: PathBuf,
}

/// Where failing plans are kept, unless it is said otherwise.
pub fn regressions() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("regressions")
}

/// Reads the command line.
pub fn parse(arguments: &[String]) -> Result<Request, String> {
    let (command, rest) = arguments.split_first().ok_or("a command is missing")?;
    let mut words = Words::read(rest)?;
    let keep = words.keep.take().unwrap_or_else(regressions);
    let (from, seeds) = (words.from.unwrap_or(0), words.seeds.unwrap_or(BATCH));
    match command.as_str() {
        "batch" => {
            let cores = thread::available_parallelism().map_or(1, NonZero::get);
            let jobs = words.jobs.and_then(|jobs| usize::try_from(jobs).ok()).unwrap_or(cores).max(1);
            Ok(Request::Batch(Batch { from, seeds, jobs, keep }))
        }
        "one" => Ok(Request::One(One { seed: words.seed.ok_or("`one` needs --seed S")?, trace: words.trace, keep })),
        "file" => Ok(Request::File { path: words.path.ok_or("`file` needs a path")?, trace: words.trace }),
        "hunt" => Ok(Request::Hunt { from, seeds }),
        "regressions" => Ok(Request::Regressions { folder: words.path.unwrap_or_else(regressions) }),
        other => Err(format!("no command `{other}`")),
    }
}

#[derive(Default)]
struct Words {
    from: Option<u64>,
    seeds: Option<u64>,
    seed: Option<u64>,
    jobs: Option<u64>,
    trace: bool,
    keep: Option<PathBuf>,
    path: Option<PathBuf>,
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
                "--from" => words.from = number()?,
                "--seeds" => words.seeds = number()?,
                "--seed" => words.seed = number()?,
                "--jobs" => words.jobs = number()?,
                "--trace" => words.trace = true,
                "--keep" => words.keep = Some(PathBuf::from(rest.next().ok_or("--keep needs a folder")?)),
                path if !path.starts_with("--") && words.path.is_none() => words.path = Some(PathBuf::from(path)),
                other => return Err(format!("`{other}` is not understood")),
            }
        }
        Ok(words)
    }
}

#[cfg(test)]
mod tests;
