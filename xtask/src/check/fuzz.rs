//! Builds every fuzz target with the address sanitizer and runs each for ten seconds; the canary must crash.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use crate::side_by_side::side_by_side;
use crate::tools::{command, output, repository, run as run_shown, target_dir};

const SECONDS_PER_TARGET: u32 = 10;
const CANARY: &str = "canary";
/// Targets that the fuzzer is run on by hand: what a node stands on takes many minutes to build with a sanitizer. The
/// tests run them on their seeds and on changed ones (`node/tests/fuzz_targets.rs`).
const NEED_A_NODE: [&str; 2] = ["http_requests", "quic_frames"];
/// What the canary says when it dies (`fuzz/src/lib.rs`).
const CANARY_SONG: &str = "the canary sings";
/// Lines of a crash that are shown; the whole of it stays in its log.
const SHOWN_LINES: usize = 60;

/// The stage.
pub fn run() -> Result<(), String> {
    let build = target_dir().join("fuzz");
    let folder = build.to_string_lossy();
    let cargo = ["rustup", "run", "nightly", "cargo", "fuzz"];
    run_shown(&mut command(&[&cargo[..], &["build", "--sanitizer", "address", "--target-dir", &folder]].concat()))?;
    let listed = output(&[&cargo[..], &["list"]].concat()).ok_or("`cargo fuzz list` failed")?;
    let targets: Vec<&str> = listed.split_whitespace().filter(|target| !NEED_A_NODE.contains(target)).collect();
    if !targets.contains(&CANARY) {
        return Err("there is no canary: nothing would show that the fuzzer works".to_owned());
    }
    let failed = run_targets(&targets, &binaries(&build)?);
    if failed.is_empty() { Ok(()) } else { Err(failed.join("; ")) }
}

/// Where cargo-fuzz leaves what it builds: below the name of the host, because sanitizers need a named target.
fn binaries(build: &Path) -> Result<PathBuf, String> {
    let version = output(&["rustup", "run", "nightly", "rustc", "-vV"]).ok_or("no nightly rustc")?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).ok_or("rustc names no host")?;
    Ok(build.join(host).join("release"))
}

/// Runs as many targets at a time as there are cores. Returns what went wrong.
fn run_targets(targets: &[&str], binaries: &Path) -> Vec<String> {
    let failed = Mutex::new(Vec::new());
    side_by_side(targets, 1, |target| match run_target(target, &binaries.join(target)) {
        Ok(summary) => println!("{target}: {summary}"),
        Err(why) => failed.lock().expect("no holder panics").push(format!("{target}: {why}")),
    });
    failed.into_inner().expect("no holder panics")
}

/// Runs one target and reads its log. A summary in words, or what is wrong.
fn run_target(target: &str, binary: &Path) -> Result<String, String> {
    let (crashed, log) = fuzz(target, binary).map_err(|error| format!("did not run: {error}"))?;
    if target == CANARY {
        let sang = crashed && log.contains(CANARY_SONG);
        return if sang {
            Ok("crashed, as it must".to_owned())
        } else {
            Err("did not crash: the fuzzer is blind".into())
        };
    }
    if crashed {
        let lines: Vec<&str> = log.lines().collect();
        eprintln!("{target} crashed:\n{}", lines[lines.len().saturating_sub(SHOWN_LINES)..].join("\n"));
        return Err(format!("crashed; the input is in {}", artifacts(target).display()));
    }
    let done = log.lines().rev().find_map(|line| line.strip_prefix("Done "));
    done.map(str::to_owned).ok_or_else(|| "ended without saying how many inputs it ran".to_owned())
}

/// Runs the binary for its time, its output going to a file. Whether it crashed, and what it wrote.
fn fuzz(target: &str, binary: &Path) -> std::io::Result<(bool, String)> {
    let corpus = target_dir().join("fuzz-corpus").join(target);
    let log = target_dir().join("fuzz-logs").join(format!("{target}.log"));
    let seeds = repository().join("fuzz/seeds").join(target);
    for folder in [&corpus, &artifacts(target), &target_dir().join("fuzz-logs")] {
        fs::create_dir_all(folder)?;
    }
    let mut fuzzer = command(&[&binary.to_string_lossy()]);
    fuzzer.arg(format!("-max_total_time={SECONDS_PER_TARGET}"));
    fuzzer.arg(format!("-artifact_prefix={}/", artifacts(target).display()));
    fuzzer.args(["-timeout=10", "-rss_limit_mb=2048"]).arg(&corpus);
    if seeds.is_dir() {
        fuzzer.arg(&seeds);
    }
    let output = File::create(&log)?;
    fuzzer.stdout(output.try_clone()?).stderr(output).env("ASAN_OPTIONS", "detect_odr_violation=0");
    let status = fuzzer.status()?;
    Ok((!status.success(), String::from_utf8_lossy(&fs::read(&log)?).into_owned()))
}

/// Where a crashing input is kept. The canary's is nothing to keep.
fn artifacts(target: &str) -> PathBuf {
    let folder = if target == CANARY { target_dir().join("fuzz-logs") } else { repository().join("fuzz/artifacts") };
    folder.join(target)
}
