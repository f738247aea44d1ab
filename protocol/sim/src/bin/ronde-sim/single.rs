//! One plan: of a seed, or of a file.

use std::fmt;
use std::path::Path;

use ronde_sim::{Plan, plan, regression};

use super::judge::{Judged, Verdict, judge};
use super::options::One;
use super::reduce::{PATIENCE, shrink};

/// Prints each line as it comes.
struct Printer;

impl fmt::Write for Printer {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        print!("{text}");
        Ok(())
    }
}

fn judged(plan: &Plan, trace: bool) -> Judged {
    if trace {
        println!("{plan}");
    }
    judge(plan, trace.then_some(&mut Printer as &mut dyn fmt::Write))
}

/// Runs one seed; reduces and keeps it if it fails.
pub fn seed(one: &One) -> Result<(), String> {
    let whole = plan(one.seed);
    let found = judged(&whole, one.trace);
    let Some(verdict) = found.verdict else {
        println!("sim: seed {} passes, digest {}", one.seed, hex::encode(found.digest));
        return Ok(());
    };
    println!("seed {} breaks {}: {}", one.seed, verdict.invariant, verdict.says);
    Err(keep(&whole, &verdict, &one.keep)?)
}

/// Reduces a failing plan and writes it down. What to do next, in words.
pub fn keep(whole: &Plan, verdict: &Verdict, folder: &Path) -> Result<String, String> {
    let small = shrink(whole, verdict, PATIENCE);
    println!("{}", small.plan);
    println!("{}: {}", small.verdict.invariant, small.verdict.says);
    if !small.minimal {
        println!("{} s were not enough to find the shortest plan", PATIENCE.as_secs());
    }
    let kept = regression::Regression {
        invariant: small.verdict.invariant,
        seed: whole.seed,
        says: small.verdict.says,
        plan: small.plan,
    };
    let path =
        kept.write(folder).map_err(|why| format!("the plan could not be kept in {}: {why}", folder.display()))?;
    Ok(format!(
        "seed {} breaks {}; kept as {}. Next: `cargo xtask sim --seed {} --trace`, or `--file {}` for the reduced plan",
        whole.seed,
        kept.invariant,
        path.display(),
        whole.seed,
        path.display(),
    ))
}

/// Runs a kept plan.
pub fn file(path: &Path, trace: bool) -> Result<(), String> {
    let kept = regression::Regression::read(path)?;
    match judged(&kept.plan, trace).verdict {
        None => {
            println!("sim: {} passes", path.display());
            Ok(())
        }
        Some(verdict) => Err(format!("{} breaks {}: {}", path.display(), verdict.invariant, verdict.says)),
    }
}

/// Runs all kept plans: each once failed, and must not any more.
pub fn regressions(folder: &Path) -> Result<(), String> {
    let paths = regression::listed(folder).map_err(|why| format!("{}: {why}", folder.display()))?;
    let failed: Vec<String> = paths.iter().filter_map(|path| file(path, false).err()).collect();
    println!("{} regressions run again, {} fail", paths.len(), failed.len());
    if failed.is_empty() { Ok(()) } else { Err(failed.join("; ")) }
}
