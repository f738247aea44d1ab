//! Stages that run beside each other, each in a process of its own: some compute, others wait most of their time, for
//! clocks and for programs that they started.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use super::{Row, Stage};
use crate::tools::command;

/// Runs the stages with two takers: one begins at the front, where those stand that compute, the other at the back,
/// where those stand that wait. What a stage prints is shown when it has ended, so that it can be read.
pub(super) fn run(stages: &[&'static Stage]) -> Vec<Row> {
    let left: Mutex<VecDeque<&'static Stage>> = Mutex::new(stages.iter().copied().collect());
    let rows = Mutex::new(Vec::new());
    let take = |from_front: bool| {
        let mut left = left.lock().expect("no holder panics");
        if from_front { left.pop_front() } else { left.pop_back() }
    };
    thread::scope(|scope| {
        for from_front in [true, false] {
            let (take, rows) = (&take, &rows);
            scope.spawn(move || {
                while let Some(stage) = take(from_front) {
                    println!("== {} has begun beside others; what it prints is shown when it ends", stage.name);
                    let (row, said) = run_stage(stage);
                    let mut rows = rows.lock().expect("no holder panics");
                    println!("\n{said}");
                    rows.push(row);
                }
            });
        }
    });
    rows.into_inner().expect("no holder panics")
}

/// The stage as if it had been asked for alone, and all that it printed.
fn run_stage(stage: &'static Stage) -> (Row, String) {
    let started = Instant::now();
    let (outcome, said) = match child(stage.name) {
        Ok(said) => said,
        Err(error) => (Err(format!("the stage did not start: {error}")), String::new()),
    };
    let took = started.elapsed();
    (Row { name: stage.name, took, processors: worked(&said, stage.name, took), outcome }, said)
}

fn child(name: &str) -> std::io::Result<(Result<(), String>, String)> {
    let mut check = command(&[&myself()?.to_string_lossy()]);
    let output = check.args(["check", "--only", name]).stdin(Stdio::null()).output()?;
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    let outcome = if output.status.success() { Ok(()) } else { Err(why(&said, name)) };
    Ok((outcome, said))
}

/// This program, although a stage may have built it anew since it was started: its file is then another one, and where
/// it was is not where it is. Linux knows it still.
pub(super) fn myself() -> std::io::Result<PathBuf> {
    let running = Path::new("/proc/self/exe");
    if running.exists() { Ok(running.to_owned()) } else { std::env::current_exe() }
}

/// What the closing table says of the stage's fault.
pub(super) fn why(said: &str, name: &str) -> String {
    let line = said.lines().rev().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    line.unwrap_or("its process died").to_owned()
}

/// The work of all processors, from the row of the stage's own closing table: minutes, then how many were at work.
pub(super) fn worked(said: &str, name: &str, took: Duration) -> Option<Duration> {
    let row = said.lines().rev().find(|line| line.split_whitespace().next() == Some(name))?;
    let processors: f64 = row.split_whitespace().nth(2)?.parse().ok()?;
    (processors.is_finite() && processors >= 0.0).then(|| took.mul_f64(processors))
}
