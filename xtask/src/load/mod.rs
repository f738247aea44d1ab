//! `cargo xtask load`: builds `ronde` and the load client as they would be shipped, and runs the client.

use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use crate::build::program;
use crate::tools::command;

/// Becomes the client, which says itself what it understands, and hears of Ctrl-C.
pub fn run(arguments: &[String]) -> ExitCode {
    let why = match built() {
        // Where it was typed, since the options name files.
        Ok([ronde, load]) => Command::new(load).arg("--ronde").arg(ronde).args(arguments).exec().to_string(),
        Err(why) => why,
    };
    eprintln!("load: {why}");
    ExitCode::FAILURE
}

/// Both with the dependencies' features that either asks for, so that nothing is built twice.
fn built() -> Result<[PathBuf; 2], String> {
    let build = |name| {
        let words = ["cargo", "build", "--release", "--package", "ronde-node", "--package", "ronde-load", "--bins"];
        program(&mut command(&words), name)
    };
    Ok([build("ronde")?, build("ronde-load")?])
}
