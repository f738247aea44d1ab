//! What is shown while a run goes on, and the tables in the end.

use std::collections::BTreeSet;
use std::time::Duration;

use super::history::{Outcome, Tally};
use super::relay::locked;
use super::world::World;

/// A line every so often, with the time left, what was done, and what is wrong now.
pub fn progress(world: &World<'_>) {
    let every = Duration::from_secs(if world.options.length > Duration::from_secs(180) { 10 } else { 5 });
    while world.rest(every) {
        let left = world.end.saturating_duration_since(std::time::Instant::now()).as_secs();
        let tally = world.history.tally();
        let (done, unknown) = (sum(&tally, Outcome::Ok), sum(&tally, Outcome::Unknown));
        let now: Vec<String> = locked(&world.now).values().cloned().collect();
        let wrongs = locked(&world.wrongs).len();
        let wrong = if wrongs > 0 { format!("  {wrongs} WRONG") } else { String::new() };
        let faults = if now.is_empty() { "nothing is wrong".to_owned() } else { now.join("; ") };
        println!("  {:2}:{:02} left  {done:5} done {unknown:4} unknown{wrong}  {faults}", left / 60, left % 60);
    }
}

fn sum(tally: &Tally, outcome: Outcome) -> u64 {
    tally.iter().filter(|((_, found), _)| *found == outcome).map(|(_, count)| count).sum()
}

/// Operations by outcome, faults by kind, and what the network did.
pub fn tables(world: &World<'_>) {
    let tally = world.history.tally();
    let ops: BTreeSet<&str> = tally.keys().map(|(op, _)| *op).collect();
    println!("\n  {:24}{:>8}{:>8}{:>9}", "operation", "ok", "fail", "unknown");
    let row = |name: &str, count: &dyn Fn(Outcome) -> u64| {
        let [ok, fail, unknown] = [Outcome::Ok, Outcome::Fail, Outcome::Unknown].map(count);
        println!("  {name:24}{ok:>8}{fail:>8}{unknown:>9}");
    };
    for op in ops {
        row(op, &|outcome| tally.get(&(op, outcome)).copied().unwrap_or(0));
    }
    row("all", &|outcome| sum(&tally, outcome));
    println!("\n  {:24}{:>8}", "fault", "times");
    for (kind, times) in locked(&world.done).iter() {
        println!("  {kind:24}{times:>8}");
    }
    let killed = world.killed.load(std::sync::atomic::Ordering::Relaxed);
    println!("  {:24}{killed:>8}", "kill -9 of a wallet");
    let counts = world.relay.total();
    println!(
        "\n  datagrams: {} came, {} cut, {} lost, {} doubled, {} late, {} spoiled",
        counts.came, counts.cut, counts.lost, counts.twice, counts.late, counts.spoiled
    );
}
