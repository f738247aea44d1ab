//! `cargo xtask interop`: the second implementation, judged by the vectors and then at work with the first.

pub mod bundle;
pub mod package;
mod steps;

use std::process::{Command, ExitCode};
use std::time::Instant;

use crate::build;
use crate::demo::{self, Ended, home::Home, ronde::Ronde, screen::Screen, stop::Stop};
use crate::tools::run as run_shown;

/// Builds both, judges, and plays; `--judge` and `--live` do the one without the other.
pub fn run(arguments: &[String]) -> ExitCode {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (judged, live) = match words.as_slice() {
        [] => (true, true),
        ["--judge"] => (true, false),
        ["--live"] => (false, true),
        _ => {
            eprintln!("interop: there are --judge and --live, to do the one without the other");
            return ExitCode::from(2);
        }
    };
    match some(judged, live) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("interop: {why}");
            ExitCode::FAILURE
        }
    }
}

/// The whole, for the check.
pub fn all() -> Result<(), String> {
    some(true, true)
}

fn some(judged: bool, live: bool) -> Result<(), String> {
    package::build()?;
    let screen = Screen::of_stdout();
    let binary = build::ronde(screen.colour)?;
    if judged {
        let mut judge = Command::new(&binary);
        // A few questions make a wallet search 4,096 order numbers, which takes bigints a while on a busy machine.
        judge.args(["vectors", "run", "--timeout", "120", "--against"]).arg(package::folder().join("bin/conform.js"));
        // Unsupported is exit code 1: here both implementations support everything.
        run_shown(&mut judge)?;
    }
    if live { play(&screen, &binary) } else { Ok(()) }
}

fn play(screen: &Screen, binary: &std::path::Path) -> Result<(), String> {
    let stop = Stop::listen().map_err(|error| format!("signals can't be heard: {error}"))?;
    let home = Home::make(None)?;
    let ronde = Ronde::new(binary, home.path());
    let start = Instant::now();
    let said = |ended| match ended {
        Ended::Stopped => "stopped before the end".to_owned(),
        Ended::Failed => "a step failed; it is told above".to_owned(),
        Ended::Unready(why) => why,
    };
    let mut world = demo::open(screen, &ronde, &home, &stop).map_err(said)?;
    for step in steps::STEPS {
        if let Some(chapter) = step.chapter {
            screen.chapter(chapter);
        }
        let begun = Instant::now();
        let told = (step.play)(&mut world);
        let told = told.map_err(|failure| said(demo::complain(screen, &ronde, &stop, step.name, &failure)))?;
        screen.done(&told, begun.elapsed());
        if stop.is_asked() {
            return Err("stopped before the end".to_owned());
        }
    }
    world.end().map_err(|failure| said(demo::complain(screen, &ronde, &stop, "close the shops", &failure)))?;
    let seconds = start.elapsed().as_secs_f64();
    screen.verdict(true, &format!("Both implementations understand each other, in {seconds:.1} s."));
    Ok(())
}
