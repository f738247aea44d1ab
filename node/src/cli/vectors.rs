//! `ronde vectors`: the test vectors as a judge, of this implementation or of any other.

mod answers;
mod progress;
mod say;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, Subcommand};
use ronde_vectors::file::Suite;
use ronde_vectors::load::{BadVectors, load};
use tokio::signal::unix::{SignalKind, signal};

use super::{Blame, Context, Exit, Failure};
use crate::judge::{CannotStart, Case, Judge, Report, Unknown, embedded, judge_own, junit, select};
use progress::Progress;

/// Longest patience that can be asked for.
const DAY_SECONDS: f64 = 86_400.0;

/// `ronde vectors`
#[derive(Debug, Args)]
pub struct VectorsArgs {
    #[command(subcommand)]
    command: VectorsCommand,
}

#[derive(Debug, Subcommand)]
enum VectorsCommand {
    /// Judge the implementation in this program
    #[command(after_help = CHECK_EXAMPLE)]
    Check(CheckArgs),
    /// Judge any program that answers questions, lines of JSON, on its standard input
    #[command(after_help = RUN_EXAMPLE)]
    Run(RunArgs),
    /// Answer questions as a program under judgement does: lines of JSON on standard input and output
    #[command(after_help = ANSWER_EXAMPLE)]
    Answer,
}

#[derive(Debug, Args)]
struct CheckArgs {
    /// A folder with vectors; without it, those that this program was built with
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
    #[command(flatten)]
    choice: Choice,
}

#[derive(Debug, Args)]
struct RunArgs {
    /// The program and its arguments; those that begin with a hyphen come last, after `--`
    #[arg(long, required = true, num_args = 1.., value_names = ["PROGRAM", "ARG"])]
    against: Vec<OsString>,
    /// More arguments of the program
    #[arg(last = true, value_name = "ARG")]
    more: Vec<OsString>,
    /// How long to wait for one answer
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    timeout: Duration,
    /// A folder with vectors; without it, those that this program was built with
    #[arg(long, value_name = "DIR")]
    vectors: Option<PathBuf>,
    #[command(flatten)]
    choice: Choice,
}

/// What both sorts of judgement are given.
#[derive(Debug, Args)]
struct Choice {
    /// Only tests of this type; may be repeated
    #[arg(long = "type", value_name = "TYPE")]
    types: Vec<String>,
    /// Only this test; may be repeated
    #[arg(long = "id", value_name = "ID")]
    ids: Vec<String>,
    /// Write a report in JUnit's XML, too
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
}

const CHECK_EXAMPLE: &str = "Examples:
  ronde vectors check
  ronde vectors check test-vectors --type certificate --junit report.xml
Exit codes: 0 all passed; 2 some failed.";

const RUN_EXAMPLE: &str = "Examples:
  ronde vectors run --against ./program
  ronde vectors run --type quorum --against node dist/judge.js
  ronde vectors run --timeout 60 --against python3 -- -u program.py
  ronde vectors run --against ronde vectors answer
The program reads {\"id\", \"type\", \"input\"} and writes {\"id\", \"result\": \"valid\", \"output\"}, {\"id\", \"result\": \"invalid\",
\"error\"} or {\"id\", \"result\": \"unsupported\"}, one line each; the specification's chapter 27 has the rules.
Exit codes: 0 all passed; 1 none failed, but some are not supported; 2 some failed, or there was nothing to judge.";

const ANSWER_EXAMPLE: &str = "Example:
  echo '{\"id\": \"mine\", \"type\": \"quorum\", \"input\": {\"witnesses\": 4, \"faults\": 1}}' | ronde vectors answer";

/// Runs `ronde vectors`.
///
/// # Errors
/// Vectors that can't be read, names that there are not, a program that can't be started, a report that can't be
/// written. A test that fails is no error here: the exit code tells.
pub fn run(args: VectorsArgs, context: &Context) -> Result<Exit, Failure> {
    match args.command {
        VectorsCommand::Check(args) => {
            let suites = suites(args.folder.as_deref())?;
            let cases = choose(&suites, &args.choice)?;
            let mut progress = Progress::of(cases.len());
            let report = judge_own(&cases, |case| progress.step(case.kind));
            drop(progress);
            close("this implementation", &report, &args.choice, context)
        }
        VectorsCommand::Run(args) => against(&args, context),
        VectorsCommand::Answer => answers::run(),
    }
}

fn against(args: &RunArgs, context: &Context) -> Result<Exit, Failure> {
    let suites = suites(args.vectors.as_deref())?;
    let cases = choose(&suites, &args.choice)?;
    let mut words = args.against.iter().chain(&args.more).cloned();
    let program = words.next().unwrap_or_default();
    let judge = Judge { program, arguments: words.collect(), patience: args.timeout };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(runtime)?;
    let mut progress = Progress::of(cases.len());
    let report = runtime.block_on(until_stopped(&judge, &cases, &mut progress));
    drop(progress);
    close(&judge.program.to_string_lossy(), &report?, &args.choice, context)
}

/// Judges, unless the user has enough of it: then the program is ended with all that it started.
async fn until_stopped<'a>(judge: &Judge, cases: &[Case<'a>], progress: &mut Progress) -> Result<Report<'a>, Failure> {
    let mut interrupt = signal(SignalKind::interrupt()).map_err(runtime)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(runtime)?;
    let mut quit = signal(SignalKind::quit()).map_err(runtime)?;
    let mut hangup = signal(SignalKind::hangup()).map_err(runtime)?;
    tokio::select! {
        report = judge.judge(cases, |case| progress.step(case.kind)) => Ok(report?),
        _ = interrupt.recv() => Err(stopped()),
        _ = terminate.recv() => Err(stopped()),
        _ = quit.recv() => Err(stopped()),
        _ = hangup.recv() => Err(stopped()),
    }
}

fn close(whose: &str, report: &Report<'_>, choice: &Choice, context: &Context) -> Result<Exit, Failure> {
    if let Some(file) = &choice.junit {
        let xml = junit(report).map_err(|error| {
            Failure::new(format!("the report can't be made: {error}"), Blame::Program, "leave --junit out")
        })?;
        std::fs::write(file, xml).map_err(|error| Failure::file(file, &error))?;
    }
    context.note(say::text(report));
    context.note("");
    context.say(say::closing(whose, report), &say::json(whose, report));
    let counts = report.counts();
    Ok(match (counts.failed, counts.unsupported) {
        (0, 0) => Exit::Ok,
        (0, _) => Exit::Warn,
        _ => Exit::Fail,
    })
}

fn suites(folder: Option<&Path>) -> Result<Vec<Suite>, Failure> {
    let suites = folder.map_or_else(embedded, load);
    suites.map_err(|error| match (&error, folder) {
        (BadVectors::File { .. }, _) => {
            Failure::new(&error, Blame::You, "name a folder with vectors, such as `test-vectors` of the repository")
        }
        (_, Some(_)) => Failure::new(
            &error,
            Blame::You,
            "take the folder `test-vectors` as it is in the repository of this version, or leave it out",
        ),
        (_, None) => Failure::new(&error, Blame::Program, "build it again from an unchanged repository"),
    })
}

fn choose<'a>(suites: &'a [Suite], choice: &Choice) -> Result<Vec<Case<'a>>, Failure> {
    let cases = select(suites, &choice.types, &choice.ids)?;
    if cases.is_empty() {
        let fix = "leave --type or --id out";
        return Err(Failure::new("no test has both such a type and such an id", Blame::You, fix));
    }
    Ok(cases)
}

impl From<Unknown> for Failure {
    fn from(error: Unknown) -> Self {
        let fix = match &error.nearest {
            Some(nearest) => format!("did you mean `{nearest}`? `ronde vectors check` lists the types"),
            None => "`ronde vectors check` lists the types".to_owned(),
        };
        Self::new(&error, Blame::You, fix)
    }
}

impl From<CannotStart> for Failure {
    fn from(error: CannotStart) -> Self {
        let fix = "check the path after --against, and that the file may be executed";
        Self::new(&error, Blame::You, fix)
    }
}

fn runtime(error: std::io::Error) -> Failure {
    Failure::new(format!("no program can be watched: {error}"), Blame::Machine, "free some memory, then try again")
}

fn stopped() -> Failure {
    Failure::new("it was stopped before the last test", Blame::You, "let it run to its end, or choose with --type")
}

/// A positive number of seconds, at most a day.
fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if seconds > 0.0 && seconds <= DAY_SECONDS {
        Ok(Duration::from_secs_f64(seconds))
    } else {
        Err("more than 0 and at most 86400".to_owned())
    }
}
