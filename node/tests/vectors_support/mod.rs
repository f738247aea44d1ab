//! A folder with eight sums as vectors, and a program that answers them, more or less.

pub mod processes;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::cli_support::{Desk, Said};

/// What every script begins with: it notes that it was started, and can answer the question in `$line`.
const PRELUDE: &str = r#"
echo started >> starts
say() { printf '{"id":"sum/%s","result":"valid","output":%s}\n' "$1" "$2"; }
no() { printf '{"id":"sum/%s","result":"unsupported"}\n' "$1"; }
answer() {
    case $line in
        *sum/one*) say one '{"sum":1}' ;;
        *sum/two*) say two '{"sum":2}' ;;
        *sum/three*) say three '{"sum":3}' ;;
        *sum/four*) say four '{"sum":4}' ;;
        *sum/five*) say five '{"sum":5}' ;;
        *sum/six*) say six '{"sum":6}' ;;
        *sum/seven*) say seven '{"sum":7}' ;;
        *sum/eight*) echo '{"id":"sum/eight","result":"invalid","error":{"error":"overflow"}}' ;;
    esac
}
"#;

const NAMES: [&str; TESTS] = ["one", "two", "three", "four", "five", "six", "seven", "eight"];
/// How many there are; the last is to be refused.
pub const TESTS: usize = 8;
/// How long anything is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// A path in the repository.
pub fn repository(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name).to_string_lossy().into_owned()
}

/// The folder.
pub struct Bench(Desk);

impl Bench {
    /// With a script that goes on like this.
    pub fn new(script: &str) -> Self {
        let desk = Desk::new();
        let tests: Vec<Value> = (1..).zip(NAMES).map(|(number, name)| test(number, name)).collect();
        let groups = json!([{ "type": "sum", "tests": tests }]);
        let suite = json!({ "schema": "vectors-1", "suite": "sums", "version": 1, "groups": groups });
        std::fs::create_dir(desk.path("vectors")).unwrap();
        std::fs::write(desk.path("vectors/sums.json"), suite.to_string()).unwrap();
        std::fs::write(desk.path("script"), format!("{PRELUDE}{script}\n")).unwrap();
        Self(desk)
    }

    /// A file's path.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path(name)
    }

    /// A file's text.
    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// A file's first line, as soon as it is there.
    pub fn await_text(&self, name: &str) -> String {
        let begun = Instant::now();
        loop {
            match std::fs::read_to_string(self.path(name)) {
                Ok(text) if text.ends_with('\n') => return text,
                _ => assert!(begun.elapsed() < PATIENCE, "{name} is not written"),
            }
            std::thread::yield_now();
        }
    }

    /// Puts a text in place of another wherever it stands.
    pub fn edit(&self, name: &str, from: &str, to: &str) {
        self.0.edit(name, from, to);
    }

    /// Makes a test's question this much longer.
    pub fn widen(&self, id: &str, bytes: usize) {
        let mut suite: Value = serde_json::from_str(&self.read("vectors/sums.json")).unwrap();
        let tests = suite["groups"][0]["tests"].as_array_mut().unwrap();
        let test = tests.iter_mut().find(|test| test["id"] == id).unwrap();
        test["input"]["more"] = json!("a".repeat(bytes));
        std::fs::write(self.path("vectors/sums.json"), suite.to_string()).unwrap();
    }

    /// How often the program was started.
    pub fn starts(&self) -> usize {
        std::fs::read_to_string(self.path("starts")).map_or(0, |text| text.lines().count())
    }

    /// Runs `ronde`; it finds programs where this test does.
    pub fn ronde(&self, line: &str) -> Said {
        self.0.with(&[("PATH", &std::env::var("PATH").unwrap())], line)
    }

    /// Judges the script by the sums.
    pub fn judge(&self, options: &str) -> Said {
        self.ronde(&format!("vectors run --vectors vectors {options} --against sh script"))
    }

    /// The same, to be started.
    pub fn command(&self, options: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ronde"));
        command.args(["vectors", "run", "--vectors", "vectors"]).args(options.split_whitespace());
        command.args(["--against", "sh", "script"]).current_dir(self.path(""));
        command
    }

    /// Asks this implementation: its exit code, standard output and standard error.
    pub fn ask(&self, questions: &str) -> (i32, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ronde"));
        command.args(["vectors", "answer"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(questions.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }
}

fn test(number: usize, name: &str) -> Value {
    let (expected, result) =
        if number == TESTS { (json!({ "error": "overflow" }), "invalid") } else { (json!({ "sum": number }), "valid") };
    json!({
        "id": format!("sum/{name}"), "comment": "A sum.", "rule": "SUM-1", "input": { "addends": [number - 1, 1] },
        "expected": expected, "result": result, "flags": [],
    })
}
