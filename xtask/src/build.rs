//! Builds a program of the workspace, quietly if there is nothing to build.

use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{ChildStderr, Command, Stdio};

use serde_json::Value;

use crate::tools::{command, typed};

/// Words with which cargo begins to work; what it says before and after is no news.
const WORKS: [&str; 5] = ["Compiling", "Downloading", "Updating", "Locking", "Blocking"];

/// The path of `ronde`, built now if it was not: with the dependencies' features that the whole workspace asks for, so that
/// what the tests were built with need not be built again.
pub fn ronde(colour: bool) -> Result<PathBuf, String> {
    let colour = if colour { "--color=always" } else { "--color=never" };
    program(&mut command(&["cargo", "build", "--workspace", "--bin", "ronde", colour]), "ronde")
}

/// The path of the example web shop, built in the same manner.
pub fn webshop(colour: bool) -> Result<PathBuf, String> {
    let colour = if colour { "--color=always" } else { "--color=never" };
    program(&mut command(&["cargo", "build", "--workspace", "--example", "webshop", colour]), "webshop")
}

/// The path of the program that a `cargo build` makes, built now if it was not.
pub fn program(build: &mut Command, name: &str) -> Result<PathBuf, String> {
    let typed = typed(build);
    build.arg("--message-format=json-render-diagnostics");
    build.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = build.spawn().map_err(|error| format!("cargo did not start: {error}"))?;
    let teller = child.stderr.take().map(|lines| std::thread::spawn(move || tell(lines)));
    let mut messages = String::new();
    if let Some(mut stdout) = child.stdout.take() {
        stdout.read_to_string(&mut messages).map_err(|error| format!("cargo can't be read: {error}"))?;
    }
    let status = child.wait().map_err(|error| format!("cargo was lost: {error}"))?;
    let silent = teller.and_then(|teller| teller.join().ok()).unwrap_or_default();
    if !status.success() {
        return Err(format!("{silent}`{typed}` failed: mend the build first"));
    }
    executable(&messages, name).ok_or_else(|| format!("cargo built no `{name}`"))
}

/// Passes on what cargo says once it works; gives back what was not passed on.
fn tell(lines: ChildStderr) -> String {
    let mut silent = String::new();
    let mut working = false;
    for line in BufReader::new(lines).lines().map_while(Result::ok) {
        working |= WORKS.iter().any(|word| line.contains(word));
        if working && !line.contains("Finished") {
            eprintln!("{line}");
        } else {
            silent.push_str(&line);
            silent.push('\n');
        }
    }
    silent
}

/// Cargo says itself where it put the binary, whatever its configuration.
fn executable(messages: &str, name: &str) -> Option<PathBuf> {
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut built = messages.filter(|message| message.pointer("/target/name").is_some_and(|built| built == name));
    built.find_map(|message| message.get("executable")?.as_str().map(PathBuf::from))
}
