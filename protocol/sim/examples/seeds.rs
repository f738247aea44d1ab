//! `seeds FROM COUNT`: runs seeds and prints failures; `seeds FROM trace`: prints one run.

use std::time::Instant;

/// Prints as it goes, so that a run that is stopped has said what it did.
struct Screen;

impl core::fmt::Write for Screen {
    fn write_str(&mut self, text: &str) -> core::fmt::Result {
        print!("{text}");
        Ok(())
    }
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let from: u64 = args.first().and_then(|arg| arg.parse().ok()).unwrap_or(0);
    if args.get(1).is_some_and(|arg| arg == "trace") {
        let plan = ronde_sim::plan(from);
        println!("n {} {:?}", plan.n, plan.swarm);
        let outcome = ronde_sim::run(&plan, Some(&mut Screen));
        println!("{:?}", outcome.failure);
        return;
    }
    let count: u64 = args.get(1).and_then(|arg| arg.parse().ok()).unwrap_or(100);
    let mut coverage = ronde_sim::Coverage::default();
    let (started, mut longest) = (Instant::now(), (0, 0));
    let mut failed = 0;
    for seed in from..from + count {
        let plan = ronde_sim::plan(seed);
        let begun = Instant::now();
        let outcome = ronde_sim::run(&plan, None);
        longest = longest.max((begun.elapsed().as_millis(), seed));
        coverage.merge(&outcome.coverage);
        if let Some(failure) = outcome.failure {
            failed += 1;
            let mut says = failure.says;
            says.truncate(300);
            println!("seed {seed} n {}: {} at {}: {says}", plan.n, failure.invariant.name(), failure.step);
        }
    }
    println!("{failed} of {count} failed, {:?} a seed", started.elapsed() / u32::try_from(count).unwrap_or(1));
    println!("longest: {} ms, seed {}", longest.0, longest.1);
    for (group, name, count) in coverage.iter() {
        println!("{group:?} / {name}: {count}");
    }
    println!("missing: {:?}", coverage.missing());
}
