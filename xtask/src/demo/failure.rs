//! What a step of the demo says when it did not go as it should.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::stop::Stop;

/// How often something is looked at again while it is waited for.
const PAUSE: Duration = Duration::from_millis(10);

/// What was expected, and what happened instead.
#[derive(Debug)]
pub struct Failure {
    pub expected: String,
    pub happened: String,
}

impl Failure {
    pub fn new(expected: impl Into<String>, happened: impl Into<String>) -> Self {
        Self { expected: expected.into(), happened: happened.into() }
    }
}

/// Fails unless `holds`.
pub fn check(holds: bool, expected: impl Into<String>, happened: impl FnOnce() -> String) -> Result<(), Failure> {
    if holds { Ok(()) } else { Err(Failure::new(expected, happened())) }
}

/// A text of an answer, by its JSON pointer.
pub fn text<'a>(answer: &'a Value, pointer: &str) -> Result<&'a str, Failure> {
    let found = answer.pointer(pointer).and_then(Value::as_str);
    found.ok_or_else(|| Failure::new(format!("an answer with a text at {pointer}"), answer.to_string()))
}

/// A number of an answer, by its JSON pointer.
pub fn number(answer: &Value, pointer: &str) -> Result<i64, Failure> {
    let found = answer.pointer(pointer).and_then(Value::as_i64);
    found.ok_or_else(|| Failure::new(format!("an answer with a number at {pointer}"), answer.to_string()))
}

/// Looks again and again until `look` finds what is waited for; `expected` says what that is. What it last saw instead
/// is told if it never does.
pub fn wait_for<T>(
    expected: &str,
    patience: Duration,
    stop: &Stop,
    mut look: impl FnMut() -> Result<T, Failure>,
) -> Result<T, Failure> {
    let start = Instant::now();
    loop {
        match look() {
            Ok(found) => return Ok(found),
            Err(last) if stop.is_asked() => return Err(last),
            Err(last) if start.elapsed() >= patience => {
                let seconds = patience.as_secs();
                return Err(Failure::new(format!("{expected}, within {seconds} s"), last.happened));
            }
            Err(_) => std::thread::sleep(PAUSE),
        }
    }
}
