//! `cargo xtask model`: the exhaustive model of `protocol/model`.

use std::process::ExitCode;

use crate::tools;

/// Walks what every check walks.
pub fn quick() -> Result<(), String> {
    walk(&[])
}

/// Hands the options on: the model says itself what it understands, with the exit code of a command line.
pub fn run(arguments: &[String]) -> ExitCode {
    let mut command = walker(arguments);
    match command.status() {
        Ok(status) => status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from),
        Err(why) => {
            eprintln!("model: cargo did not start: {why}");
            ExitCode::FAILURE
        }
    }
}

fn walk(arguments: &[String]) -> Result<(), String> {
    tools::run(&mut walker(arguments))
}

fn walker(arguments: &[String]) -> std::process::Command {
    let mut command = tools::command(&["cargo", "run", "--quiet", "--package", "ronde-model", "--"]);
    command.args(arguments);
    command
}
