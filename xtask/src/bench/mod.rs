//! `cargo xtask bench --peers`: builds the bench, which is a workspace of its own, for release and runs it. No other command
//! waits for it, and what others wrote is in no lock file but its own.

use std::path::absolute;
use std::process::ExitCode;

use crate::tools::{command, typed};

const OPTIONS: &str = "\
  --peers      beside programs that others wrote, and beside the floor
  --quick      few rounds: does it work
  --only ROW   the rows whose name begins so
  --seed N     the inputs of another run, which prints its seed
  --json FILE  all figures
  --svg FILE   the ratios as bars";

/// With the lock file as it is: figures of other versions would be other figures.
const BENCH: [&str; 7] = ["cargo", "run", "--release", "--locked", "--manifest-path", "bench/Cargo.toml", "--"];

/// Builds and runs as the command line says. The exit code is the bench's: 1 if a bar is missed, 2 if nothing was measured.
pub fn run(arguments: &[String]) -> ExitCode {
    let passed = match parse(arguments) {
        Ok(passed) => passed,
        Err(why) => {
            eprintln!("bench: {why}\n\nusage: cargo xtask bench --peers ...\n{OPTIONS}");
            return ExitCode::from(2);
        }
    };
    let mut bench = command(&BENCH);
    bench.args(passed);
    match bench.status() {
        Ok(status) => match status.code() {
            Some(0) => ExitCode::SUCCESS,
            Some(1) => ExitCode::FAILURE,
            _ => ExitCode::from(2),
        },
        Err(why) => {
            eprintln!("bench: `{}` did not start: {why}", typed(&bench));
            ExitCode::from(2)
        }
    }
}

/// The bench's own command line. It runs in the repository's root, so that files are named from there.
fn parse(arguments: &[String]) -> Result<Vec<String>, String> {
    let mut passed = Vec::new();
    let mut peers = false;
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("`{word}` needs a value"));
        match word.as_str() {
            "--peers" => peers = true,
            "--quick" => passed.push(word.clone()),
            "--only" | "--seed" => passed.extend([word.clone(), value()?.clone()]),
            "--json" | "--svg" => {
                let file = absolute(value()?).map_err(|why| format!("{word}: {why}"))?;
                passed.extend([word.clone(), file.to_string_lossy().into_owned()]);
            }
            _ => return Err(format!("no option `{word}`")),
        }
    }
    if peers { Ok(passed) } else { Err("say --peers: there is nothing else yet".to_owned()) }
}

#[cfg(test)]
mod tests;
