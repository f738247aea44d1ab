//! `cargo xtask contract`: schemathesis asks four real nodes all that their own document lets it think of, and what nothing
//! lets.
//!
//! It is asked thrice: with the token of a till that may do all that tills may, with the administrator's, and with none. The
//! seed is fixed, and said; another can be given. What is found is mended in the node or in its document.

mod venv;

use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Instant;

use crate::build;
use crate::demo::failure::Failure;
use crate::demo::shops::A;
use crate::demo::world::World;
use crate::demo::{self, Ended, home::Home, http, ronde::Ronde, screen::Screen, stop::Stop};
use crate::tools::{repository, run as run_shown, target_dir};

/// The seed of the check.
const SEED: u64 = 1;
/// Examples for each call, in each of its phases: about 10 s for each of the three runs.
const EXAMPLES: u32 = 25;
/// The till's name.
const TILL: &str = "contract";

/// What the command line asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Options {
    seed: u64,
    examples: u32,
}

impl Options {
    fn parse(arguments: &[String]) -> Result<Self, String> {
        let mut options = Self { seed: SEED, examples: EXAMPLES };
        let mut rest = arguments.iter();
        while let Some(name) = rest.next() {
            let value = rest.next().ok_or_else(|| format!("{name} needs a number"))?;
            let wrong = |_| format!("{name} {value}: not a whole number");
            match name.as_str() {
                "--seed" => options.seed = value.parse().map_err(wrong)?,
                "--examples" => options.examples = value.parse().map_err(wrong)?,
                other => return Err(format!("`{other}` is not understood; there are --seed N and --examples N")),
            }
        }
        Ok(options)
    }
}

/// Runs `cargo xtask contract`.
pub fn run(arguments: &[String]) -> ExitCode {
    let options = match Options::parse(arguments) {
        Ok(options) => options,
        Err(wrong) => {
            eprintln!("contract: {wrong}");
            return ExitCode::from(2);
        }
    };
    match hold(options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("contract: {why}");
            ExitCode::FAILURE
        }
    }
}

/// The stage of the check.
pub fn check() -> Result<(), String> {
    hold(Options { seed: SEED, examples: EXAMPLES })
}

fn hold(options: Options) -> Result<(), String> {
    let schemathesis = venv::schemathesis()?;
    let screen = Screen::of_stdout();
    let binary = build::ronde(screen.colour)?;
    let stop = Stop::listen().map_err(|error| format!("signals can't be heard: {error}"))?;
    let home = Home::make(None)?;
    let ronde = Ronde::new(&binary, home.path());
    let world = demo::open(&screen, &ronde, &home, &stop).map_err(|ended| match ended {
        Ended::Stopped => "stopped before the end".to_owned(),
        Ended::Failed => "no federation could be started; it is told above".to_owned(),
        Ended::Unready(why) => why,
    })?;
    let asked = ask(&world, &schemathesis, options);
    let ended = world.end().map_err(|failure| said(&failure));
    asked.and(ended)
}

fn said(failure: &Failure) -> String {
    format!("expected {}; {}", failure.expected, failure.happened)
}

/// All three runs, even if one finds something: each may find something else.
fn ask(world: &World<'_>, schemathesis: &Path, options: Options) -> Result<(), String> {
    let (config, token) = (A.config(), A.token());
    let scopes = "grant,redeem,refund,manager";
    let added = world.ronde.run(&["till", "add", TILL, "--scope", scopes, "--out", &token, "--config", &config]);
    added.map_err(|failure| said(&failure))?;
    let till = secret(&world.ronde.home().join(&token))?;
    let admin = secret(&world.ronde.home().join(&config).with_file_name("secrets").join("admin.token"))?;
    println!("seed {}; another with `cargo xtask contract --seed N`", options.seed);
    let begun = Instant::now();
    let mut failed = Vec::new();
    // The administrator last: the generator lists the tills, and revokes what it finds.
    for (who, token) in [("a till", Some(&till)), ("nobody", None), ("the administrator", Some(&admin))] {
        println!("\nas {who}");
        let mut asking = asking(schemathesis, &world.url(A), token.map(String::as_str), options);
        if run_shown(&mut asking).is_err() {
            failed.push(format!("something was found as {who}; it is told above"));
        }
        if who == "a till" {
            failed.extend(still_a_till(world, &till));
        }
    }
    println!("asked for {:.0} s", begun.elapsed().as_secs_f64());
    if failed.is_empty() { Ok(()) } else { Err(failed.join("; ")) }
}

/// What is wrong if the till's token opens nothing after it was used: then it opened nothing before, and showed nothing.
fn still_a_till(world: &World<'_>, token: &str) -> Option<String> {
    match http::get(world.http(A), "/v1/checkouts/AAAAAAAAAAAAAAAAAAAAAA", Some(token)) {
        Err(failure) if failure.happened.contains("not-found") => None,
        other => Some(format!("the till's token is of no use after its run: {other:?}")),
    }
}

fn secret(path: &Path) -> Result<String, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(text.trim().to_owned())
}

/// All phases, and all checks by the file. The token goes by the environment, which no list of processes shows to others.
fn asking(schemathesis: &Path, url: &str, token: Option<&str>, options: Options) -> Command {
    let folder = repository().join("xtask/contract");
    let mut asking = Command::new(schemathesis);
    asking.arg("--config-file").arg(folder.join("schemathesis.toml")).arg("run").arg(format!("{url}/v1/openapi.json"));
    asking.args(["--continue-on-failure", "--no-shrink", "--generation-database", "none"]);
    asking.args(["--workers", "1", "--seed", &options.seed.to_string()]);
    asking.args(["--max-examples", &options.examples.to_string()]);
    // It leaves a folder behind where it runs.
    asking.current_dir(target_dir());
    asking.env("SCHEMATHESIS_HOOKS", folder.join("hooks.py"));
    match token {
        Some(token) => asking.env("RONDE_CONTRACT_TOKEN", token),
        None => asking.env_remove("RONDE_CONTRACT_TOKEN"),
    };
    asking
}

#[cfg(test)]
mod tests;
