//! `cargo xtask sim --planted`: all faults in one copy of the sources, built once, switched on one at a time, and hunted by
//! the simulator, seed after seed, until a claim does not hold.

mod copy;
mod faults;
mod hunt;
mod table;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Instant;

use faults::Fault;
use hunt::{Found, Hunt};
use table::Row;

use crate::side_by_side::side_by_side;
use crate::tools::target_dir;

/// Seeds within which every fault has to be found.
const SEEDS: u64 = 2_000;
/// The same for a hurried look, at those that the kept table says were found within [`SOON`].
const QUICK_SEEDS: u64 = 200;
const SOON: u64 = 6;
/// Seeds that must pass before anything is switched on.
const BASELINE: u64 = 20;

/// What can be asked for besides.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Only faults whose name has this in it.
    pub only: Option<String>,
    /// Only those that are found soon.
    pub quick: bool,
    /// Only their names.
    pub list: bool,
}

/// A fault with the number that switches it on.
#[derive(Clone, Copy)]
struct Numbered {
    number: usize,
    fault: &'static Fault,
}

/// Plants, hunts, and tells.
pub fn run(options: &Options) -> Result<(), String> {
    let all = (1..).zip(faults::all()).map(|(number, fault)| Numbered { number, fault });
    let named = all.filter(|planted| options.only.as_ref().is_none_or(|part| planted.fault.name.contains(part)));
    let soon = table::found_within(SOON)?;
    let chosen: Vec<Numbered> = named.filter(|planted| !options.quick || soon.contains(planted.fault.name)).collect();
    if options.list {
        chosen.iter().for_each(|planted| println!("{}", planted.fault.name));
        return Ok(());
    }
    if chosen.is_empty() {
        return Err("no such fault; `--planted --list` shows them".to_owned());
    }
    let begun = Instant::now();
    let workshop = copy::open()?;
    let simulator = apart(&super::simulator(workshop.command(&[]))?)?;
    println!("{} faults planted and built in {:.0} s", faults::all().len(), begun.elapsed().as_secs_f64());
    let seeds = if options.quick { QUICK_SEEDS } else { SEEDS };
    let rows = hunt_all(&simulator, &chosen, seeds)?;
    println!("\n{}", table::print(&rows, seeds));
    println!("{} faults in {:.1} minutes", rows.len(), begun.elapsed().as_secs_f64() / 60.0);
    if !options.quick && options.only.is_none() {
        table::write(&rows, seeds)?;
    }
    let unseen: Vec<&str> = rows.iter().filter(|row| row.found.is_none()).map(|row| row.fault.name).collect();
    if unseen.is_empty() {
        return Ok(());
    }
    Err(format!(
        "within {seeds} seeds nothing shows: {}. Next: teach protocol/sim a plan or a claim that does",
        unseen.join("; ")
    ))
}

/// The tree's simulator is built to the same path: this one is kept elsewhere.
fn apart(built: &Path) -> Result<PathBuf, String> {
    let kept = target_dir().join("planted").join("ronde-sim");
    // Written anew, not over: whoever still runs the old one keeps it.
    let _ = fs::remove_file(&kept);
    fs::copy(built, &kept).map(|_| kept).map_err(|why| format!("{}: {why}", built.display()))
}

/// A fault is known only by what differs from no fault: the first seeds must pass without, and then every seed that
/// found one.
fn hunt_all(simulator: &Path, chosen: &[Numbered], seeds: u64) -> Result<Vec<Row>, String> {
    pass(simulator, (0..BASELINE).collect())?;
    let hunts = chosen.iter().map(|planted| Hunt { switch: planted.number, from: 0, seeds }).collect();
    let done = Mutex::new(0_usize);
    let found = at_once(hunts, |hunt| {
        let found = hunt::run(simulator, hunt);
        let name = chosen.iter().find(|planted| planted.number == hunt.switch).map_or("", |planted| planted.fault.name);
        if let Ok(mut done) = done.lock() {
            *done += 1;
            println!("{:>2}/{} {name}: {}", *done, chosen.len(), in_words(&found));
        }
        found
    });
    let rows = chosen.iter().zip(found).map(|(planted, found)| Ok(Row { fault: planted.fault, found: found? }));
    let rows: Vec<Row> = rows.collect::<Result<_, String>>()?;
    pass(simulator, rows.iter().filter_map(|row| Some(row.found.as_ref()?.seed)).collect())?;
    Ok(rows)
}

fn in_words(found: &Result<Option<Found>, String>) -> String {
    match found {
        Ok(Some(found)) => format!("seed {}, {}", found.seed, found.invariant),
        Ok(None) => "not found".to_owned(),
        Err(why) => why.clone(),
    }
}

/// Runs seeds with nothing switched on.
fn pass(simulator: &Path, seeds: BTreeSet<u64>) -> Result<(), String> {
    let hunts = seeds.into_iter().map(|seed| Hunt { switch: 0, from: seed, seeds: 1 }).collect();
    for found in at_once(hunts, |hunt| hunt::run(simulator, hunt)) {
        if let Some(Found { seed, invariant, says }) = found? {
            return Err(format!(
                "seed {seed} breaks {invariant} without any fault: {says}. Next: `cargo xtask sim --seed {seed} --trace`"
            ));
        }
    }
    Ok(())
}

/// Does as many things at a time as there are cores; the results in their order.
fn at_once<T: Send>(hunts: Vec<Hunt>, work: impl Fn(&Hunt) -> Result<T, String> + Sync) -> Vec<Result<T, String>> {
    let results = Mutex::new(Vec::new());
    let numbered: Vec<(usize, Hunt)> = hunts.into_iter().enumerate().collect();
    side_by_side(&numbered, 1, |(at, hunt)| {
        let result = work(hunt);
        if let Ok(mut results) = results.lock() {
            results.push((*at, result));
        }
    });
    let mut results = results.into_inner().unwrap_or_default();
    results.sort_by_key(|(at, _)| *at);
    results.into_iter().map(|(_, result)| result).collect()
}
