//! Runs the simulator: batches of seeds, one seed, kept regressions. `cargo xtask sim` builds and calls it.
#![forbid(unsafe_code)]

mod batch;
mod judge;
mod options;
mod progress;
mod reduce;
mod single;

use std::process::ExitCode;

use options::{Request, parse};

fn main() -> ExitCode {
    judge::keep_panics_quiet();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match parse(&arguments) {
        Ok(Request::Batch(batch)) => batch::run(&batch),
        Ok(Request::One(one)) => single::seed(&one),
        Ok(Request::File { path, trace }) => single::file(&path, trace),
        Ok(Request::Hunt { from, seeds }) => batch::hunt(from, seeds),
        Ok(Request::Regressions { folder }) => single::regressions(&folder),
        Err(why) => {
            eprintln!("ronde-sim: {why}\n\n{}", options::USAGE);
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            println!("sim: FAILED: {why}");
            ExitCode::FAILURE
        }
    }
}
