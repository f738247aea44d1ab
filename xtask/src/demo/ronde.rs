//! The `ronde` command as people and scripts type it: nothing in the demo goes past it but a till's HTTP calls.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use super::failure::Failure;

/// The binary, and the folder in which it is called, so that every path in a command is short and relative.
#[derive(Clone, Debug)]
pub struct Ronde {
    binary: PathBuf,
    home: PathBuf,
}

/// What a command answered with `--json`.
#[derive(Debug)]
pub struct Answer {
    /// As it was typed, without `--json`.
    pub typed: String,
    pub exit: Option<i32>,
    pub json: Value,
}

impl Answer {
    /// The answer, if the command did what was asked: exit code 0, or 1 for "look at this".
    pub fn done(self) -> Result<Value, Failure> {
        if self.json.pointer("/ok") == Some(&Value::Bool(true)) {
            return Ok(self.json);
        }
        Err(Failure::new(format!("`{}` to succeed", self.typed), self.complaint()))
    }

    /// Why it failed, in the command's own words.
    pub fn complaint(&self) -> String {
        let part = |name: &str| self.json.pointer(&format!("/error/{name}")).and_then(Value::as_str);
        match (part("what"), part("fix")) {
            (Some(what), Some(fix)) => format!("{what}. To do: {fix}"),
            _ => format!("exit code {:?}, answer {}", self.exit, self.json),
        }
    }
}

impl Ronde {
    pub fn new(binary: &Path, home: &Path) -> Self {
        Self { binary: binary.to_owned(), home: home.to_owned() }
    }

    pub fn binary(&self) -> &Path {
        &self.binary
    }

    pub fn home(&self) -> &Path {
        &self.home
    }

    /// `ronde ...` in the demo's folder, without the RONDE_* variables of whoever runs the demo.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command.args(arguments).current_dir(&self.home).stdin(Stdio::null());
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("RONDE_") {
                command.env_remove(name);
            }
        }
        command
    }

    /// Runs a command to its end.
    pub fn ask(&self, arguments: &[&str]) -> Result<Answer, Failure> {
        let typed = format!("ronde {}", arguments.join(" "));
        let output = self.command(arguments).arg("--json").output();
        let output = output.map_err(|error| Failure::new(format!("`{typed}` to run"), error.to_string()))?;
        let json = serde_json::from_slice(&output.stdout).map_err(|_| {
            let said = String::from_utf8_lossy(&output.stderr);
            Failure::new(format!("`{typed}` to answer with JSON"), format!("{}: {}", output.status, said.trim()))
        })?;
        Ok(Answer { typed, exit: output.status.code(), json })
    }

    /// Runs a command that must succeed.
    pub fn run(&self, arguments: &[&str]) -> Result<Value, Failure> {
        self.ask(arguments)?.done()
    }
}
