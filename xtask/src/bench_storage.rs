//! `cargo xtask bench --storage`: the database at size, in a workspace of its own (`bench/storage`), because the engines that
//! are compared are no part of what is shipped.

use std::process::ExitCode;

use crate::tools;

/// Builds it as it is shipped and hands the options on: it says itself what it understands.
pub fn run(arguments: &[String]) -> ExitCode {
    let mut command = tools::command(&["cargo", "run", "--quiet", "--release", "--locked"]);
    command.args(["--manifest-path", "bench/storage/Cargo.toml", "--"]).args(arguments);
    match command.status() {
        Ok(status) => status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from),
        Err(why) => {
            eprintln!("bench --storage: cargo did not start: {why}");
            ExitCode::FAILURE
        }
    }
}
