//! `cargo xtask check`: everything that must hold before a commit, stage by stage, with the minutes each took.

mod beside;
mod every_test;
mod fuzz;
mod purity;
mod stages;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use crate::tools::{self, Tool, Unavailable};
use stages::STAGES;

/// One part of the check.
struct Stage {
    name: &'static str,
    about: &'static str,
    tools: &'static [Tool],
    /// Whether it runs in a process of its own beside other such stages, where more than one is asked for.
    beside: bool,
    run: fn() -> Result<(), String>,
}

/// One line of the closing table.
struct Row {
    name: &'static str,
    took: Duration,
    /// Of all processors together, by what the stage started; none where the system does not tell.
    processors: Option<Duration>,
    outcome: Result<(), String>,
}

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
enum Request {
    List,
    /// Names of stages; none means all.
    Run(Vec<String>),
}

/// Runs the chosen stages, all of them if none is named. Exit code 0 if all hold, 1 if one does not, 2 if the command
/// is not understood or a tool is missing that may not be installed unasked.
pub fn run(arguments: &[String]) -> ExitCode {
    match parse(arguments) {
        Ok(Request::List) => {
            for stage in STAGES {
                println!("{:12} {}", stage.name, stage.about);
            }
            ExitCode::SUCCESS
        }
        Ok(Request::Run(only)) => {
            let chosen = STAGES.iter().filter(|stage| only.is_empty() || only.iter().any(|name| name == stage.name));
            run_stages(&chosen.collect::<Vec<_>>())
        }
        Err(message) => {
            eprintln!("check: {message}");
            ExitCode::from(2)
        }
    }
}

fn parse(arguments: &[String]) -> Result<Request, String> {
    let mut only = Vec::new();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--list" => return Ok(Request::List),
            "--only" => {
                let name = rest.next().ok_or("--only needs the name of a stage; `--list` shows them")?;
                if !STAGES.iter().any(|stage| stage.name == name) {
                    return Err(format!("no stage `{name}`; `--list` shows them"));
                }
                only.push(name.clone());
            }
            other => return Err(format!("`{other}` is not understood; there are --only STAGE and --list")),
        }
    }
    Ok(Request::Run(only))
}

fn run_stages(stages: &[&'static Stage]) -> ExitCode {
    let (begun, before) = (Instant::now(), children_time());
    let mut needed: Vec<Tool> = Vec::new();
    for tool in stages.iter().flat_map(|stage| stage.tools) {
        if !needed.contains(tool) {
            needed.push(*tool);
        }
    }
    match tools::provide(&needed) {
        Ok(()) => {}
        Err(Unavailable::Type(command)) => {
            eprintln!("check: tools are missing. Type this, then try again:\n\n    {command}\n");
            return ExitCode::from(2);
        }
        Err(Unavailable::Failed(why)) => {
            eprintln!("check: a tool could not be installed: {why}");
            return ExitCode::from(2);
        }
    }
    let mut rows =
        vec![Row { name: "tools", took: begun.elapsed(), processors: worked_since(before), outcome: Ok(()) }];
    let (beside, alone): (Vec<&'static Stage>, Vec<&'static Stage>) = stages.iter().partition(|stage| stage.beside);
    rows.extend(alone.into_iter().map(run_stage));
    rows.extend(match beside.as_slice() {
        [stage] => vec![run_stage(stage)],
        several => beside::run(several),
    });
    close(&rows, begun.elapsed())
}

fn run_stage(stage: &Stage) -> Row {
    println!("\n== {}: {}", stage.name, stage.about);
    let (started, worked) = (Instant::now(), children_time());
    let outcome = (stage.run)();
    if let Err(why) = &outcome {
        eprintln!("== {}: FAILED: {why}", stage.name);
    }
    Row { name: stage.name, took: started.elapsed(), processors: worked_since(worked), outcome }
}

/// The closing table, and one line that says it all.
fn close(rows: &[Row], took: Duration) -> ExitCode {
    println!("\n{:12} {:>7} {:>10}", "stage", "minutes", "processors");
    for row in rows {
        // How many were at work: of a stage that waits most of its time there is something to be gained.
        let busy = row.processors.map_or(String::new(), |worked| format!("{:.1}", worked.div_duration_f64(row.took)));
        let outcome = row.outcome.as_ref().map_or("FAILED", |()| "ok");
        println!("{:12} {:>7.2} {busy:>10}  {outcome}", row.name, minutes(row.took));
    }
    println!("{:12} {:>7.2}", "all", minutes(took));
    let failed: Vec<&Row> = rows.iter().filter(|row| row.outcome.is_err()).collect();
    for row in &failed {
        println!("{}: {}", row.name, row.outcome.as_ref().err().map_or("", String::as_str));
    }
    if failed.is_empty() {
        println!("check: passed, {} stages in {:.1} minutes", rows.len() - 1, minutes(took));
        return ExitCode::SUCCESS;
    }
    let names: Vec<&str> = failed.iter().map(|row| row.name).collect();
    println!("check: FAILED: {}", names.join(", "));
    ExitCode::FAILURE
}

fn worked_since(before: Option<Duration>) -> Option<Duration> {
    children_time().zip(before).map(|(after, before)| after.saturating_sub(before))
}

/// The time that processors worked for all programs that this one started and that have ended: `cutime` and `cstime` of
/// Linux's `/proc/self/stat`, in ticks of 10 ms.
fn children_time() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The second field is a name in brackets, which may have spaces; `cutime` is the 16th.
    let (_, after) = text.rsplit_once(')')?;
    let ticks: u64 = after.split_whitespace().skip(13).take(2).map(str::parse::<u64>).sum::<Result<_, _>>().ok()?;
    Some(Duration::from_millis(ticks.checked_mul(10)?))
}

fn minutes(took: Duration) -> f64 {
    took.as_secs_f64() / 60.0
}

#[cfg(test)]
mod tests;
