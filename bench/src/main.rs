//! `cargo xtask bench --peers` runs this program, built for release.

use std::path::PathBuf;
use std::process::ExitCode;

use ronde_bench::{
    chart,
    fail::{Failed, OrFail as _},
    pace::Pace,
    rows, table,
};

const USAGE: &str = "\
usage: ronde-bench [--quick] [--only ROW] [--seed N] [--json FILE] [--svg FILE]

  --quick      few rounds: does it work
  --only ROW   the rows whose name begins so
  --seed N     the inputs of another run, which prints its seed
  --json FILE  all figures
  --svg FILE   the ratios as bars

Ends with 1 if a bar is missed, with 2 if nothing could be measured.
";

/// What is asked for.
struct Options {
    pace: Pace,
    only: Option<String>,
    seed: u64,
    json: Option<PathBuf>,
    svg: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let options = match parse(&arguments) {
        Ok(options) => options,
        Err(why) => {
            eprintln!("bench: {why}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match measure(&options) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(why) => {
            eprintln!("bench: {why}");
            ExitCode::from(2)
        }
    }
}

fn parse(arguments: &[String]) -> Result<Options, Failed> {
    let mut options = Options { pace: Pace::FULL, only: None, seed: seed(), json: None, svg: None };
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        let mut value = || words.next().cloned().ok_or_else(|| format!("`{word}` needs a value"));
        match word.as_str() {
            "--quick" => options.pace = Pace::QUICK,
            "--only" => options.only = Some(value()?),
            "--seed" => options.seed = value()?.parse().map_err(|_| "a seed is a number".to_owned())?,
            "--json" => options.json = Some(value()?.into()),
            "--svg" => options.svg = Some(value()?.into()),
            _ => return Err(format!("no option `{word}`")),
        }
    }
    Ok(options)
}

/// Another one each time; the run prints it.
fn seed() -> u64 {
    let since = std::time::UNIX_EPOCH.elapsed().unwrap_or_default();
    u64::from(since.subsec_nanos()) ^ since.as_secs()
}

/// Whether every bar is kept.
fn measure(options: &Options) -> Result<bool, Failed> {
    let mut tell = |row: &str| eprintln!("bench: {row} ...");
    let run = rows::run(options.seed, options.pace, options.only.as_deref(), &mut tell)?;
    print!("{}", table::table(&run));
    if let Some(to) = &options.json {
        let text = serde_json::to_string_pretty(&run).or_fail("the figures")?;
        std::fs::write(to, text + "\n").or_fail(&format!("writing {}", to.display()))?;
    }
    if let Some(to) = &options.svg {
        chart::write(&run, to)?;
    }
    Ok(run.is_met())
}
