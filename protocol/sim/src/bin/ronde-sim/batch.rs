//! Many seeds on several threads.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use ronde_sim::{
    coverage::{Coverage, Group, required},
    plan,
};
use serde_json::json;

use super::judge::{Verdict, judge, judge_anew};
use super::options::{BATCH, Batch};
use super::progress::Progress;
use super::single;

/// Every so many seeds one is run twice, the second time without remembering what was verified, and must leave the same
/// trace.
const REPEATED: u64 = 64;
/// Failing seeds that are named, each when it has failed.
const NAMED: usize = 20;
/// Broken claims of which the first seed is reduced and kept.
const KEPT: usize = 3;

/// What one seed gave.
struct Row {
    seed: u64,
    verdict: Option<Verdict>,
    coverage: Coverage,
    took: Duration,
}

/// What all gave.
#[derive(Default)]
struct Sum {
    done: u64,
    coverage: Coverage,
    failed: BTreeMap<u64, Verdict>,
    slowest: (Duration, u64),
}

/// Runs the regressions, then the batch.
pub fn run(batch: &Batch) -> Result<(), String> {
    single::regressions(&batch.keep)?;
    let mut progress = Progress::new(batch.seeds);
    let sum = all(batch, &mut progress);
    progress.clear();
    tell(&sum, progress.spent());
    if let Some(next) = keep(&sum, batch)? {
        return Err(next);
    }
    let missing = sum.coverage.missing();
    if batch.seeds >= BATCH && !missing.is_empty() {
        let names: Vec<String> = missing.iter().map(|(group, name)| format!("{group:?} {name}")).collect();
        return Err(format!(
            "no seed came across: {}. Next: teach the plans of protocol/sim to get there, or mend what keeps them from it",
            names.join(", ")
        ));
    }
    println!("sim: {} seeds from {} on pass", sum.done, batch.from);
    Ok(())
}

fn all(batch: &Batch, progress: &mut Progress) -> Sum {
    let next = AtomicU64::new(batch.from);
    let end = batch.from.saturating_add(batch.seeds);
    let (sender, receiver) = mpsc::channel();
    let mut sum = Sum::default();
    thread::scope(|scope| {
        for _ in 0..batch.jobs {
            let (sender, next) = (sender.clone(), &next);
            scope.spawn(move || {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    // Nobody listens any more: there is nothing left to do.
                    if seed >= end || sender.send(one(seed)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        loop {
            match receiver.recv_timeout(Duration::from_millis(500)) {
                Ok(row) => {
                    if let Some(verdict) = row.verdict.as_ref().filter(|_| sum.failed.len() < NAMED) {
                        progress.clear();
                        println!("seed {} breaks {}: {}", row.seed, verdict.invariant, verdict.says);
                    }
                    sum.take(row);
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            progress.tell(sum.done, sum.failed.len());
        }
    });
    sum
}

fn one(seed: u64) -> Row {
    let begun = Instant::now();
    let plan = plan(seed);
    let judged = judge(&plan, None);
    let took = begun.elapsed();
    let mut verdict = judged.verdict;
    if verdict.is_none() && seed.is_multiple_of(REPEATED) && judge_anew(&plan, None).digest != judged.digest {
        let says = "the same seed left another trace when it was run again, nothing remembered".to_owned();
        verdict = Some(Verdict { invariant: "Reproducible".to_owned(), says });
    }
    Row { seed, verdict, coverage: judged.coverage, took }
}

impl Sum {
    fn take(&mut self, row: Row) {
        self.done = self.done.saturating_add(1);
        self.coverage.merge(&row.coverage);
        self.slowest = self.slowest.max((row.took, row.seed));
        if let Some(verdict) = row.verdict {
            self.failed.insert(row.seed, verdict);
        }
    }
}

fn tell(sum: &Sum, spent: Duration) {
    let mut of: BTreeMap<Group, Vec<String>> = BTreeMap::new();
    for (group, name, count) in sum.coverage.iter() {
        of.entry(group).or_default().push(format!("{name} {count}"));
    }
    for (group, name) in required().filter(|(group, name)| sum.coverage.count(*group, name) == 0) {
        of.entry(group).or_default().push(format!("{name} 0"));
    }
    println!("\ncame across, how often:");
    for (group, names) in of {
        println!("  {group:?}: {}", names.join(", "));
    }
    let (slowest, seed) = sum.slowest;
    let per_second = sum.done as f64 / spent.as_secs_f64().max(0.001);
    println!(
        "{} seeds in {:.1} s, {per_second:.1} per second; the slowest is {seed} with {:.1} s",
        sum.done,
        spent.as_secs_f64(),
        slowest.as_secs_f64(),
    );
    if sum.failed.len() > NAMED {
        println!("and {} seeds more fail", sum.failed.len().saturating_sub(NAMED));
    }
}

/// Reduces and keeps the first failing seed of each claim. What to do next, if anything failed.
fn keep(sum: &Sum, batch: &Batch) -> Result<Option<String>, String> {
    let mut first: BTreeMap<&str, (u64, &Verdict)> = BTreeMap::new();
    for (seed, verdict) in &sum.failed {
        first.entry(&verdict.invariant).or_insert((*seed, verdict));
    }
    let mut next = None;
    for (seed, verdict) in first.into_values().take(KEPT) {
        let said = single::keep(&plan(seed), verdict, &batch.keep)?;
        next.get_or_insert(said);
    }
    Ok(next.map(|next| format!("{} of {} seeds; {next}", sum.failed.len(), sum.done)))
}

/// Seeds one after another until one fails; the answer is a line of JSON. Nothing is kept: what is hunted was planted.
pub fn hunt(from: u64, seeds: u64) -> Result<(), String> {
    for seed in from..from.saturating_add(seeds) {
        if let Some(verdict) = judge(&plan(seed), None).verdict {
            println!("{}", json!({ "seed": seed, "invariant": verdict.invariant, "says": verdict.says }));
            return Ok(());
        }
    }
    println!("{}", json!({ "seed": null }));
    Ok(())
}
