//! `ronde-model [--all] [--threads N]`: walks the committees and prints what was seen. Exit code 1 if anything broke.

use std::process::ExitCode;
use std::time::Instant;

use ronde_model::{
    plan::{self, Plan},
    run::walk,
};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut threads = 2;
    let mut plans = plan::quick();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--all" => plans.extend(plan::long()),
            "--threads" => match rest.next().and_then(|number| number.parse().ok()) {
                Some(number) => threads = number,
                None => return misunderstood("--threads needs a whole number"),
            },
            other => return misunderstood(&format!("no option `{other}`; there are --all and --threads N")),
        }
    }
    if walk_all(&plans, threads) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn misunderstood(why: &str) -> ExitCode {
    eprintln!("model: {why}");
    ExitCode::from(2)
}

fn walk_all(plans: &[Plan], threads: usize) -> bool {
    let begun = Instant::now();
    println!(
        "| orders | n | f | liars | crashes | backup | disks | behaviours | asked | states | unique | depth | s |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    let mut sound = true;
    for plan in plans {
        let begun = Instant::now();
        let seen = walk(*plan, threads);
        let Plan { play, witnesses, faults, liars, crashes, backup, .. } = plan;
        println!(
            "| {play:?} | {witnesses} | {faults} | {liars} | {crashes} | {backup:?} | {} | {} | {} | {} | {} | {} | {:.1} |",
            seen.locals,
            seen.behaviours,
            seen.asked,
            seen.states,
            seen.unique,
            seen.depth,
            begun.elapsed().as_secs_f64()
        );
        for (what, way) in &seen.broken {
            sound = false;
            println!("BROKEN: {what}");
            way.iter().for_each(|step| println!("    {step}"));
        }
    }
    println!(
        "{} committees in {:.1} s: {}",
        plans.len(),
        begun.elapsed().as_secs_f64(),
        if sound { "all holds" } else { "BROKEN" }
    );
    sound
}
