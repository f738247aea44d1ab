//! `ronde` as a process that may be killed at any moment.

use std::io::Read;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::history::Outcome;

/// How often a running command is looked at.
const LOOK: Duration = Duration::from_millis(4);

/// What came of a command.
#[derive(Clone, Debug)]
pub struct Said {
    pub outcome: Outcome,
    /// Its answer; null if it was killed before it gave one.
    pub json: Value,
    /// The code of a refusal, or why there is no answer.
    pub error: Option<String>,
}

/// Refusals before which nothing was signed or sent.
const CERTAIN: [&str; 7] =
    ["not-enough", "already-paying", "already-paid", "already-claimed", "no-ballot", "no-voucher", "coin-spent"];

impl Said {
    fn unknown(why: &str) -> Self {
        Self { outcome: Outcome::Unknown, json: Value::Null, error: Some(why.to_owned()) }
    }

    /// Reads an answer: `ok` counts as done unless the order is not decided yet.
    fn read(bytes: &[u8]) -> Self {
        let Ok(json) = serde_json::from_slice::<Value>(bytes) else { return Self::unknown("no answer") };
        let code = json.pointer("/error/code").and_then(Value::as_str).map(str::to_owned);
        let what = json.pointer("/error/what").and_then(Value::as_str).map(str::to_owned);
        if json.pointer("/ok") != Some(&Value::Bool(true)) {
            let certain = code.as_deref().is_some_and(|code| CERTAIN.contains(&code));
            let outcome = if certain { Outcome::Fail } else { Outcome::Unknown };
            return Self { outcome, json, error: code.or(what) };
        }
        let pending = json.pointer("/state").is_some_and(|state| state == "pending");
        Self { outcome: if pending { Outcome::Unknown } else { Outcome::Ok }, json, error: None }
    }

    pub fn text(&self, pointer: &str) -> Option<&str> {
        self.json.pointer(pointer).and_then(Value::as_str)
    }

    pub fn number(&self, pointer: &str) -> Option<u64> {
        self.json.pointer(pointer).and_then(Value::as_u64)
    }
}

/// Runs a command to its end, or kills it (-9) once `kill` has passed or `over` says so.
pub fn run(mut command: Command, kill: Option<Duration>, over: impl Fn() -> bool) -> Said {
    command.arg("--json").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).process_group(0);
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => return Said::unknown(&error.to_string()),
    };
    let reading = child.stdout.take().map(|mut stdout| {
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            // Half an answer is none.
            let _ = stdout.read_to_end(&mut bytes);
            bytes
        })
    });
    let begun = Instant::now();
    let mut killed = false;
    loop {
        match child.try_wait() {
            Ok(Some(_)) => break,
            Ok(None) if !killed && (kill.is_some_and(|kill| begun.elapsed() >= kill) || over()) => {
                killed = true;
                let _ = child.kill();
            }
            Ok(None) => std::thread::sleep(LOOK),
            Err(error) => return Said::unknown(&error.to_string()),
        }
    }
    let bytes = reading.and_then(|reading| reading.join().ok()).unwrap_or_default();
    // It may have answered in the moment before.
    let said = Said::read(&bytes);
    if killed && said.json.is_null() { Said::unknown("killed") } else { said }
}
