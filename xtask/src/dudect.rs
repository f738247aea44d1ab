//! `cargo xtask dudect`: does the time of what touches a secret depend on the secret.
//!
//! Runs the benchmarks of `protocol/timing` and judges their t-values. A busy machine can push one over the bar by
//! chance, so what is over it is measured twice more, and is a leak only if it stays over it each time.

use std::process::{Command, ExitCode, Stdio};

use crate::tools;

/// Beyond this Welch's t says that two classes of secrets do not take the same time.
const BAR: f64 = 5.0;
/// Controls must be this far beyond it.
const FOUND: f64 = 50.0;
/// How often a benchmark must be over the bar.
const TRIES: usize = 3;

/// What one benchmark gave.
#[derive(Clone, Debug, PartialEq)]
struct Measured {
    name: String,
    t: f64,
}

/// Runs and judges. Exit code 1 for a leak, or for a control that was not found.
pub fn run(arguments: &[String]) -> ExitCode {
    let mut release = false;
    let mut only = None;
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--release" => release = true,
            "--only" if only.is_none() => only = words.next().cloned(),
            other => {
                eprintln!("dudect: no option `{other}`; there are --release and --only PART");
                return ExitCode::from(2);
            }
        }
    }
    match judge(release, only.as_deref()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("dudect: {why}");
            ExitCode::FAILURE
        }
    }
}

fn judge(release: bool, only: Option<&str>) -> Result<(), String> {
    let first = measure(release, only)?;
    if first.is_empty() {
        return Err("no benchmark has that in its name".to_owned());
    }
    let mut faults = Vec::new();
    println!("{:22} {:>10}", "benchmark", "max t");
    for Measured { name, t } in first {
        let control = is_control(&name);
        let mut seen = vec![t];
        while !control && seen.len() < TRIES && seen.iter().all(|t| t.abs() > BAR) {
            seen.extend(measure(release, Some(&name))?.into_iter().filter(|other| other.name == name).map(|it| it.t));
        }
        let shown: Vec<String> = seen.iter().map(|t| format!("{t:10.2}")).collect();
        let fault = fault(&name, &seen);
        println!(
            "{name:22} {}  {}",
            shown.join(" "),
            fault.unwrap_or(if control { "found, as it must be" } else { "" })
        );
        faults.extend(fault.map(|fault| format!("{name}: {fault}")));
    }
    if faults.is_empty() { Ok(()) } else { Err(faults.join("; ")) }
}

fn is_control(name: &str) -> bool {
    name.starts_with("leaky_")
}

fn fault(name: &str, seen: &[f64]) -> Option<&'static str> {
    if is_control(name) {
        return seen.iter().any(|t| t.abs() < FOUND).then_some("NOT FOUND: this machine is too noisy to tell anything");
    }
    (seen.len() >= TRIES && seen.iter().all(|t| t.abs() > BAR)).then_some("LEAK: its time depends on the secret")
}

fn measure(release: bool, only: Option<&str>) -> Result<Vec<Measured>, String> {
    let mut command: Command = tools::command(&["cargo", "run", "--quiet", "--package", "ronde-timing"]);
    command.args(release.then_some("--release")).arg("--");
    if let Some(only) = only {
        command.args(["--filter", only]);
    }
    let output = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output();
    let output = output.map_err(|why| format!("cargo did not start: {why}"))?;
    if !output.status.success() {
        return Err(format!("the benchmarks failed: {}", output.status));
    }
    Ok(read(&String::from_utf8_lossy(&output.stdout)))
}

/// `bench NAME ... : n == +0.020M, max t = -1.42641, ...`
fn read(said: &str) -> Vec<Measured> {
    let line = |line: &str| {
        let name = line.strip_prefix("bench ")?.split_whitespace().next()?.to_owned();
        let t = line.split_once("max t = ")?.1.split(',').next()?.trim().parse().ok()?;
        Some(Measured { name, t })
    };
    said.lines().filter_map(line).collect()
}

#[cfg(test)]
mod tests;
