//! Everything that a client saw, one JSON object per line, for a checker that believes nobody.
//!
//! | field | of an operation |
//! | --- | --- |
//! | `process` | who did it; each does one thing at a time |
//! | `op`, `args` | what |
//! | `call`, `return` | when, in milliseconds from the beginning; `return` is null if nobody knows when it was over |
//! | `outcome` | `ok`: done; `fail`: certainly not done; `unknown` |
//! | `value`, `error` | what came back |
//!
//! Other lines have `event`: the beginning, faults, and what was found in the end.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::Mutex;
use std::time::Instant;

use serde_json::{Value, json};

use super::relay::locked;

/// How an operation came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    Ok,
    Fail,
    Unknown,
}

impl Outcome {
    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Fail => "fail",
            Self::Unknown => "unknown",
        }
    }
}

/// An operation that was called and has not returned.
pub struct Called {
    process: String,
    op: &'static str,
    args: Value,
    at: u128,
}

/// How often each operation came out how.
pub type Tally = BTreeMap<(&'static str, Outcome), u64>;

/// The file, shared by all.
pub struct History {
    file: Mutex<BufWriter<File>>,
    begun: Instant,
    tally: Mutex<Tally>,
}

impl History {
    pub fn create(path: &Path) -> std::io::Result<Self> {
        let file = Mutex::new(BufWriter::new(File::create(path)?));
        Ok(Self { file, begun: Instant::now(), tally: Mutex::default() })
    }

    fn now(&self) -> u128 {
        self.begun.elapsed().as_millis()
    }

    pub fn call(&self, process: &str, op: &'static str, args: Value) -> Called {
        Called { process: process.to_owned(), op, args, at: self.now() }
    }

    /// What came of it. What nobody knows may still happen later, so it has no time of return.
    pub fn done(&self, called: Called, outcome: Outcome, value: &Value, error: Option<&str>) -> Result<(), String> {
        *locked(&self.tally).entry((called.op, outcome)).or_default() += 1;
        let returned = (outcome != Outcome::Unknown).then(|| self.now());
        self.line(&json!({
            "process": called.process, "op": called.op, "args": called.args, "call": called.at, "return": returned,
            "outcome": outcome.word(), "value": value, "error": error,
        }))
    }

    /// What is no operation of a client.
    pub fn event(&self, event: &str, mut more: Value) -> Result<(), String> {
        if let Some(fields) = more.as_object_mut() {
            fields.insert("event".to_owned(), json!(event));
            fields.insert("at".to_owned(), json!(self.now()));
        }
        self.line(&more)
    }

    fn line(&self, line: &Value) -> Result<(), String> {
        let mut file = locked(&self.file);
        let written = writeln!(file, "{line}").and_then(|()| file.flush());
        written.map_err(|error| format!("the history can't be written: {error}"))
    }

    pub fn tally(&self) -> Tally {
        locked(&self.tally).clone()
    }
}
