//! `cargo xtask vectors`: writes `test-vectors/` from one seed, or with `--check` says what differs.

mod case;
mod draw;

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use ronde_vectors::file::{Group, SCHEMA, Suite};

use crate::tools::repository;

/// Grows when a vector changes.
const VERSION: u32 = 1;

/// What makes the groups of one file.
type Maker = fn() -> Result<Vec<Group>, String>;

/// Every file, by the name of its suite.
const SUITES: &[(&str, Maker)] = &[];

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

fn all(check: bool) -> Result<String, String> {
    let mut count = 0;
    for (name, make) in SUITES {
        let groups = make()?;
        count += groups.iter().map(|group| group.tests.len()).sum::<usize>();
        let suite = Suite { schema: SCHEMA.to_owned(), suite: (*name).to_owned(), version: VERSION, groups };
        let mut text = serde_json::to_string_pretty(&suite).map_err(|why| why.to_string())?;
        text.push('\n');
        settle(&folder().join(format!("{name}.json")), &text, check)?;
    }
    Ok(format!("{count} tests in {} files", SUITES.len()))
}

fn folder() -> PathBuf {
    repository().join("test-vectors")
}

fn settle(path: &PathBuf, text: &str, check: bool) -> Result<(), String> {
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
