//! `cargo xtask instructions`: how many instructions the hot functions of the protocol take, beside what is kept in the
//! repository.
//!
//! Times on a busy machine say nothing about a few percent; counts of the same code are the same everywhere. What is counted is
//! therefore plain arithmetic, without SIMD: that is left to the bench.

mod callgrind;
mod compare;
mod kept;

use std::process::ExitCode;

use crate::tools::{self, Tool, Unavailable};
use compare::{Row, compare};
use kept::{Kept, Origin};

/// What has to be typed to keep the figures of today.
const ACCEPT: &str = "cargo xtask instructions --accept";

/// Whether instructions can be counted here. Elsewhere valgrind does not run, or the instructions are others.
const HERE: bool = cfg!(all(target_os = "linux", target_arch = "x86_64"));

/// What counting needs besides the toolchain.
pub const TOOLS: &[Tool] = if HERE { &[Tool::Valgrind] } else { &[] };

const NOT_HERE: &str = "instructions are counted on Linux on x86_64 alone; the kept figures are compared there";

/// Counts and compares, or with `--accept` keeps what was counted. Exit code 1 if a function became dearer, 2 if nothing was
/// counted.
pub fn run(arguments: &[String]) -> ExitCode {
    let accept = match arguments {
        [] => false,
        [word] if word == "--accept" => true,
        _ => {
            eprintln!("instructions: there is only --accept, which keeps what is counted today");
            return ExitCode::from(2);
        }
    };
    if let Err(why) = provide() {
        eprintln!("instructions: {why}");
        return ExitCode::from(2);
    }
    match judge(accept) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("instructions: {why}");
            ExitCode::FAILURE
        }
    }
}

fn provide() -> Result<(), String> {
    if !HERE {
        return Err(NOT_HERE.to_owned());
    }
    tools::provide(TOOLS).map_err(|missing| match missing {
        Unavailable::Type(command) => format!("tools are missing. Type this, then try again:\n\n    {command}\n"),
        Unavailable::Failed(why) => format!("a tool could not be installed: {why}"),
    })
}

/// A stage of the check: no function became dearer.
pub fn check() -> Result<(), String> {
    if HERE {
        return judge(false);
    }
    println!("{NOT_HERE}");
    Ok(())
}

fn judge(accept: bool) -> Result<(), String> {
    let origin = Origin::here()?;
    let counted = callgrind::count()?;
    // Whatever is wrong with the kept figures, accepting is how it is mended.
    let kept = if accept { Kept::read().unwrap_or_default() } else { Kept::read()? };
    let rows = compare(&kept, &counted);
    println!("{}", Row::HEADING);
    rows.iter().for_each(|row| println!("{row}"));
    if accept {
        let path = Kept::new(origin, &counted).write()?;
        println!("kept in {path}");
        return Ok(());
    }
    if rows.iter().any(Row::is_cheaper) {
        println!("what became cheaper can be kept so, by the same command: {ACCEPT}");
    }
    let elsewhere = kept.origin.differs_from(&origin);
    let faults: Vec<String> = rows.iter().filter_map(|row| row.fault(elsewhere.as_deref())).collect();
    if faults.is_empty() { Ok(()) } else { Err(faults.join("\ninstructions: ")) }
}

#[cfg(test)]
mod tests;
