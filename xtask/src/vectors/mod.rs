//! `cargo xtask vectors`: writes `test-vectors/` from one seed and the specification's examples from them, or with
//! `--check` says what differs.

mod arithmetic;
mod case;
mod crypto;
mod draw;
mod encodings;
mod examples;
mod federation;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use ronde_vectors::file::{Group, SCHEMA, Suite};
use ronde_vectors::load;

use crate::tools::repository;

/// Grows when a vector changes.
const VERSION: u32 = 1;

/// What makes the groups of one file.
type Maker = fn() -> Result<Vec<Group>, String>;

/// Every file, by the name of its suite.
const SUITES: &[(&str, Maker)] = &[
    ("group-and-hashing", crypto::group::suite),
    ("derivations", crypto::derivations::suite),
    ("poprf", crypto::poprf::suite),
    ("proofs", crypto::proofs::suite),
    ("spend-signatures", crypto::spends::suite),
    ("signatures", crypto::ed25519::suite),
    ("encodings", encodings::suite),
    ("arithmetic", arithmetic::suite),
    ("votes-and-certificates", federation::votes::suite),
    ("charters", federation::charters::suite),
    ("orders", federation::orders::suite),
    ("witness-scripts", federation::scripts::suite),
    ("logs", federation::logs::suite),
    ("evidence", federation::evidence::suite),
    ("books", federation::books::suite),
    ("wallets", federation::wallets::suite),
    ("restore", federation::restore::suite),
    ("refunds", federation::refunds::suite),
];

/// Writes all files, or compares them.
pub fn run(arguments: &[String]) -> ExitCode {
    let check = match arguments {
        [] => false,
        [word] if word == "--check" => true,
        _ => {
            eprintln!("vectors: there is only --check, which compares and writes nothing");
            return ExitCode::from(2);
        }
    };
    match all(check) {
        Ok(said) => {
            println!("{said}");
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("vectors: {why}");
            ExitCode::FAILURE
        }
    }
}

/// A stage of the check: everything is as it would be written.
pub fn compare() -> Result<(), String> {
    all(true).map(|said| println!("{said}"))
}

/// Writes or compares everything, and goes on after a fault: all of them are told at the end.
fn all(check: bool) -> Result<String, String> {
    let mut faults = Vec::new();
    let mut suites = Vec::new();
    for (name, make) in SUITES {
        match suite(name, *make, check) {
            Ok(suite) => {
                println!("{name}: {} tests", suite.tests().count());
                suites.push(suite);
            }
            Err(why) => faults.push(why),
        }
    }
    faults.extend(strays());
    let examples = examples::fill(&repository().join("spec"), &suites, check);
    faults.extend(examples.faults);
    if faults.is_empty() {
        let count = suites.iter().flat_map(Suite::tests).count();
        return Ok(format!(
            "{count} tests in {} files, {} examples in the specification",
            suites.len(),
            examples.count
        ));
    }
    Err(faults.join("\nvectors: "))
}

fn suite(name: &str, make: Maker, check: bool) -> Result<Suite, String> {
    let suite = Suite { schema: SCHEMA.to_owned(), suite: name.to_owned(), version: VERSION, groups: make()? };
    let mut text = serde_json::to_string_pretty(&suite).map_err(|why| why.to_string())?;
    text.push('\n');
    let file = format!("{name}.json");
    load::parse([(file.as_str(), text.as_str())]).map_err(|why| why.to_string())?;
    settle(&folder().join(file), &text, check)?;
    Ok(suite)
}

fn folder() -> PathBuf {
    repository().join("test-vectors")
}

/// Files that no suite makes any more.
fn strays() -> Vec<String> {
    let suites = match load::load(&folder()) {
        Ok(suites) => suites,
        Err(why) => return vec![why.to_string()],
    };
    let stray = suites.iter().filter(|suite| !SUITES.iter().any(|(name, _)| *name == suite.suite));
    stray.map(|suite| format!("test-vectors/{}.json is made by no suite; remove it", suite.suite)).collect()
}

fn settle(path: &Path, text: &str, check: bool) -> Result<(), String> {
    if fs::read_to_string(path).is_ok_and(|old| old == text) {
        return Ok(());
    }
    if check {
        return Err(format!(
            "{} is not what `cargo xtask vectors` writes; run it and look at the difference",
            path.display()
        ));
    }
    fs::write(path, text).map_err(|why| format!("{}: {why}", path.display()))
}
