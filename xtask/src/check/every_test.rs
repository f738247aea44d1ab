//! All tests, several programs at a time: those of the node wait most of their time, for clocks and for each other.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Mutex;
use std::time::Instant;

use serde_json::Value;

use crate::side_by_side::side_by_side;
use crate::tools::{Tool, command, run, typed};

/// Python for the programs that the judge's tests judge; `strace` for the test of what leaves a node.
pub(super) const TOOLS: &[Tool] =
    if cfg!(target_os = "linux") { &[Tool::Python, Tool::Strace] } else { &[Tool::Python] };
const BUILD: [&str; 6] = ["cargo", "test", "--workspace", "--all-features", "--no-run", "--color=never"];
const DOCUMENTATION: [&str; 5] = ["cargo", "test", "--workspace", "--all-features", "--doc"];
/// The folder of the package whose tests wait for clocks and for each other.
const WAITS: &str = "node";
/// Programs at a time for each core.
const PER_CORE: usize = 2;

/// A program of tests that cargo built.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Program {
    /// Its target, as cargo names it.
    pub(super) name: String,
    pub(super) binary: PathBuf,
    /// The folder of its package, in which cargo would start it.
    pub(super) folder: PathBuf,
}

/// The stage.
pub fn run_all() -> Result<(), String> {
    let programs = build()?;
    let mut failed = run_programs(&programs);
    if let Err(why) = run(&mut command(&DOCUMENTATION)) {
        failed.push(why);
    }
    if failed.is_empty() { Ok(()) } else { Err(failed.join("; ")) }
}

fn build() -> Result<Vec<Program>, String> {
    let mut cargo = command(&BUILD);
    println!("$ {}", typed(&cargo));
    cargo.arg("--message-format=json-render-diagnostics").stdin(Stdio::null()).stderr(Stdio::inherit());
    let built = cargo.output().map_err(|error| format!("cargo did not start: {error}"))?;
    if !built.status.success() {
        return Err("the tests do not build".to_owned());
    }
    let mut programs = listed(&String::from_utf8_lossy(&built.stdout));
    // Those that wait first, or the last of them is waited for alone.
    programs.sort_by_key(|program| !program.folder.ends_with(WAITS));
    if programs.is_empty() { Err("cargo built no tests".to_owned()) } else { Ok(programs) }
}

/// The programs of tests among what cargo says that it built.
pub(super) fn listed(messages: &str) -> Vec<Program> {
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    messages
        .filter(|message| message.pointer("/profile/test").and_then(Value::as_bool) == Some(true))
        .filter_map(|message| {
            let text = |pointer| message.pointer(pointer).and_then(Value::as_str);
            Some(Program {
                name: text("/target/name")?.to_owned(),
                binary: text("/executable")?.into(),
                folder: Path::new(text("/manifest_path")?).parent()?.to_owned(),
            })
        })
        .collect()
}

/// Each program's output is shown when it has ended, so that it can be read. Returns what failed.
fn run_programs(programs: &[Program]) -> Vec<String> {
    let ended = Mutex::new(Vec::new());
    side_by_side(programs, PER_CORE, |program| {
        let result = run_program(program);
        let mut ended = ended.lock().expect("no holder panics");
        let (shown, result) = match result {
            Ok(shown) => (shown, None),
            Err(shown) => (shown, Some(format!("the tests of `{}` fail", program.name))),
        };
        println!("{shown}");
        ended.push(result);
        eprintln!("{} of {} programs of tests have ended", ended.len(), programs.len());
    });
    ended.into_inner().expect("no holder panics").into_iter().flatten().collect()
}

/// What it printed, and whether it passed.
fn run_program(program: &Program) -> Result<String, String> {
    let mut tests = command(&[&program.binary.to_string_lossy()]);
    // As cargo starts them.
    tests.current_dir(&program.folder).env("CARGO_MANIFEST_DIR", &program.folder).stdin(Stdio::null());
    let start = Instant::now();
    let output = tests.output().map_err(|error| format!("{} did not start: {error}", program.name))?;
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    let shown = format!("{} ({:.1} s)\n{said}", program.name, start.elapsed().as_secs_f64());
    if output.status.success() { Ok(shown) } else { Err(format!("{shown}{}", output.status)) }
}
