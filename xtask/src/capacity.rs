//! `cargo xtask capacity`: writes what `ronde capacity` prints into `docs/capacity.md`, and draws its chart anew.

use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use crate::build::{program, ronde};
use crate::tools::{command, repository};

const PAGE: &str = "docs/capacity.md";
const CHART: &str = "docs/capacity.svg";
/// A block begins with this and a command; what the command prints follows.
const MARK: &str = "```console capacity";
const TYPED: &str = "$ ronde capacity";

/// Writes both.
pub fn run(arguments: &[String]) -> ExitCode {
    if !arguments.is_empty() {
        eprintln!("capacity: no option is known; it writes {PAGE} and {CHART}");
        return ExitCode::from(2);
    }
    match write() {
        Ok(blocks) => {
            println!("{PAGE}: {blocks} blocks; {CHART}: drawn");
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("capacity: {why}");
            ExitCode::FAILURE
        }
    }
}

fn write() -> Result<usize, String> {
    let ronde = ronde(false)?;
    let mut build = command(&["cargo", "build", "--workspace", "--bin", "capacity_chart"]);
    let chart = program(&mut build, "capacity_chart")?;
    let page = repository().join(PAGE);
    let text = fs::read_to_string(&page).map_err(|error| format!("{PAGE}: {error}"))?;
    let (text, blocks) = filled(&text, |words| printed(&ronde, words))?;
    fs::write(&page, text).map_err(|error| format!("{PAGE}: {error}"))?;
    let drawn = Command::new(chart).arg(repository().join(CHART)).status().map_err(|error| error.to_string())?;
    if drawn.success() { Ok(blocks) } else { Err("the chart could not be drawn".to_owned()) }
}

/// What the command prints. That something needs a look (1) is an answer too.
fn printed(ronde: &Path, words: &str) -> Result<String, String> {
    let mut command = Command::new(ronde);
    command.arg("capacity").args(words.split_whitespace()).stdin(Stdio::null());
    let output = command.output().map_err(|error| format!("{}: {error}", ronde.display()))?;
    match output.status.code() {
        Some(0 | 1) => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        _ => Err(format!("`ronde capacity {words}` failed: {}", String::from_utf8_lossy(&output.stderr))),
    }
}

/// The page with each block's output as it is now, and how many blocks there are.
fn filled(page: &str, print: impl Fn(&str) -> Result<String, String>) -> Result<(String, usize), String> {
    let (mut text, mut blocks) = (String::new(), 0);
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        text += &format!("{line}\n");
        if !line.starts_with(MARK) {
            continue;
        }
        let typed = lines.next().and_then(|typed| typed.strip_prefix(TYPED)).ok_or("a block begins with no command")?;
        let end = lines.by_ref().find(|line| *line == "```").ok_or("a block is not closed")?;
        text += &format!("{TYPED}{typed}\n{}{end}\n", print(typed)?);
        blocks += 1;
    }
    if blocks == 0 { Err(format!("{PAGE} has no block that begins with {MARK}")) } else { Ok((text, blocks)) }
}

#[cfg(test)]
mod tests;
