//! The table of faults and of what it took to find them, kept in the repository.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use super::faults::Fault;
use super::hunt::Found;
use crate::tools::repository;

/// One fault, and what found it.
pub struct Row {
    pub fault: &'static Fault,
    pub found: Option<Found>,
}

const HEAD: &str = "\
# Planted faults

Written by `cargo xtask sim --planted`. Each fault is a rule left out of the protocol's machines or of the simulator's
drivers; the simulator runs seed after seed, from 0, until a claim does not hold. The same seeds pass without the fault. A fault
that nothing has shown yet is listed with the number of seeds tried, and `--planted` fails.

";

/// Where it is kept.
fn path() -> PathBuf {
    repository().join("protocol/sim/planted.md")
}

/// The table.
pub fn print(rows: &[Row], seeds: u64) -> String {
    let mut text = "| fault | breaks | seeds | the claim that shows it |\n| --- | --- | --- | --- |\n".to_owned();
    for Row { fault, found } in rows {
        let (needed, claim) = match found {
            Some(found) => (found.seed.saturating_add(1).to_string(), found.invariant.as_str()),
            None => (format!("more than {seeds}"), "-"),
        };
        text.push_str(&format!("| {} | {} | {needed} | {claim} |\n", fault.name, fault.rules));
    }
    text
}

/// Keeps it.
pub fn write(rows: &[Row], seeds: u64) -> Result<(), String> {
    let path = path();
    fs::write(&path, HEAD.to_owned() + &print(rows, seeds)).map_err(|why| format!("{}: {why}", path.display()))
}

/// Names of the faults that took at most so many seeds when the table was written; none if there is no table yet.
pub fn found_within(seeds: u64) -> Result<BTreeSet<String>, String> {
    let path = path();
    if !path.exists() {
        return Ok(BTreeSet::new());
    }
    let text = fs::read_to_string(&path).map_err(|why| format!("{}: {why}", path.display()))?;
    let rows = text.lines().filter_map(cells);
    Ok(rows.filter(|(_, needed)| *needed <= seeds).map(|(name, _)| name.to_owned()).collect())
}

/// The name in a row of the table.
pub fn name(line: &str) -> Option<&str> {
    let name = line.strip_prefix('|')?.split('|').next()?.trim();
    (name != "fault" && !name.starts_with("---")).then_some(name)
}

/// Name and seeds of a row in which a fault was found.
pub fn cells(line: &str) -> Option<(&str, u64)> {
    let name = name(line)?;
    Some((name, line.split('|').nth(3)?.trim().parse().ok()?))
}
