//! `cargo xtask mutants`: plants faults in a copy of the protocol, one at a time, and demands that the vectors or the
//! tests see every one. Prints a table of fault and catcher.

mod catch;
mod faults;
pub mod workshop;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use catch::Catch;
use faults::{FAULTS, Fault};
use workshop::Workshop;

use crate::tools::output;

/// What can be typed.
#[derive(Debug, Default, PartialEq, Eq)]
struct Options {
    /// Begin no further fault after so many minutes, counted from the first.
    minutes: Option<u64>,
    /// Only faults whose name has this in it.
    only: Option<String>,
    list: bool,
}

/// Runs as the command line says.
pub fn run(arguments: &[String]) -> ExitCode {
    let options = match parse(arguments) {
        Ok(options) => options,
        Err(why) => {
            eprintln!("mutants: {why}");
            return ExitCode::from(2);
        }
    };
    let chosen: Vec<&Fault> =
        FAULTS.iter().filter(|fault| options.only.as_ref().is_none_or(|part| fault.name.contains(part))).collect();
    if options.list {
        chosen.iter().for_each(|fault| println!("{}", fault.name));
        return ExitCode::SUCCESS;
    }
    match plant_all(&chosen, options.minutes) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("mutants: {why}");
            ExitCode::FAILURE
        }
    }
}

/// As far as some minutes allow; tests only where the vectors see nothing. Each commit begins at another fault, so that
/// all get their turn although few are planted at a time.
pub fn hurried(minutes: u64) -> Result<(), String> {
    let commit = output(&["git", "rev-parse", "HEAD"]).unwrap_or_default();
    let first = turn(&commit, FAULTS.len());
    println!("from fault {} on, by the commit's hash", first + 1);
    let (before, after) = FAULTS.split_at(first);
    plant_all(&after.iter().chain(before).collect::<Vec<_>>(), Some(minutes))
}

/// Where a commit begins: 0 outside a repository.
fn turn(commit: &str, faults: usize) -> usize {
    let digits = commit.get(..8).and_then(|digits| usize::from_str_radix(digits, 16).ok());
    digits.unwrap_or(0).checked_rem(faults).unwrap_or(0)
}

fn parse(arguments: &[String]) -> Result<Options, String> {
    let mut options = Options::default();
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--list" => options.list = true,
            "--minutes" => {
                let number = words.next().and_then(|number| number.parse().ok());
                options.minutes = Some(number.ok_or("--minutes needs a whole number")?);
            }
            "--only" => options.only = Some(words.next().ok_or("--only needs a part of a fault's name")?.clone()),
            other => return Err(format!("no option `{other}`; there are --list, --minutes N and --only PART")),
        }
    }
    Ok(options)
}

fn plant_all(chosen: &[&Fault], minutes: Option<u64>) -> Result<(), String> {
    if chosen.is_empty() {
        return Err("no fault has that in its name; `--list` shows them".to_owned());
    }
    let workshop = Workshop::open()?;
    // A fault is known only by what differs from no fault.
    println!("without a fault: the vectors must pass");
    if catch::vectors(&workshop, "no fault")?.seen() {
        return Err(
            "the vectors fail without any fault; run `cargo test -p ronde-vectors` and mend that first".to_owned()
        );
    }
    // From here: how long the first build takes depends on what was built before.
    let begun = Instant::now();
    let limit = minutes.map(|minutes| Duration::from_secs(60 * minutes));
    let mut rows = Vec::new();
    for (at, fault) in chosen.iter().enumerate() {
        if limit.is_some_and(|limit| begun.elapsed() > limit) {
            break;
        }
        println!("{:>2}/{} {}", at + 1, chosen.len(), fault.name);
        workshop.plant(fault)?;
        let catch = catch::look(&workshop, fault, limit.is_none());
        workshop.mend(fault)?;
        rows.push((*fault, catch?));
    }
    close(&rows, chosen.len(), begun.elapsed())
}

fn close(rows: &[(&Fault, Catch)], all: usize, took: Duration) -> Result<(), String> {
    println!("\n| fault | vectors that see it | tests that see it |\n| --- | --- | --- |");
    for (fault, catch) in rows {
        println!("| {} | {} | {} |", fault.name, vectors_cell(catch), tests_cell(catch));
    }
    let unseen: Vec<&str> = rows.iter().filter(|(_, catch)| !catch.seen()).map(|(fault, _)| fault.name).collect();
    println!("\n{} of {all} faults planted in {:.1} minutes", rows.len(), took.as_secs_f64() / 60.0);
    if rows.len() < all {
        println!("the rest: `cargo xtask mutants` without --minutes");
    }
    if unseen.is_empty() {
        return Ok(());
    }
    Err(format!("nobody sees: {}. Write a vector or a test that fails with it", unseen.join("; ")))
}

fn vectors_cell(catch: &Catch) -> String {
    if catch.vectors == 0 {
        return "-".to_owned();
    }
    let types: Vec<&str> = catch.types.iter().map(String::as_str).collect();
    format!("{}: {}", catch.vectors, types.join(", "))
}

fn tests_cell(catch: &Catch) -> String {
    match &catch.tests {
        None => "not run".to_owned(),
        Some(tests) if tests.is_empty() => "-".to_owned(),
        Some(tests) => match (tests.len(), tests.iter().next()) {
            (1, Some(test)) => test.clone(),
            (more, Some(test)) => format!("{test} and {} more", more - 1),
            (_, None) => "-".to_owned(),
        },
    }
}

#[cfg(test)]
mod tests;
