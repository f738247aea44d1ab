//! The second implementation: `wallet/`, built with npm.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::bundle;
use crate::demo::failure::Failure;
use crate::tools::{repository, run};

/// Where it lies.
pub fn folder() -> PathBuf {
    repository().join("wallet")
}

/// npm in its folder.
pub fn npm(words: &[&str]) -> Command {
    let mut npm = Command::new("npm");
    npm.args(words).current_dir(folder());
    npm
}

/// Installs what the lock file names.
pub fn install() -> Result<(), String> {
    run(&mut npm(&["ci", "--no-audit", "--no-fund"]))
}

/// Installs what the lock file names, and compiles.
pub fn build() -> Result<(), String> {
    install()?;
    run(&mut npm(&["run", "build"]))
}

/// All that must hold for the package itself, and for the app that the node carries. The script `test` compiles and bundles
/// first.
pub fn check() -> Result<(), String> {
    install()?;
    for script in ["check", "test", "size"] {
        run(&mut npm(&["run", script]))?;
    }
    contents()?;
    bundle::compare()
}

/// What a user would download: compiled files and their types, and nothing of the workshop.
fn contents() -> Result<(), String> {
    let listed = npm(&["pack", "--dry-run", "--json", "--ignore-scripts"]).output();
    let listed = listed.map_err(|why| format!("npm did not start: {why}"))?;
    let packs: Value =
        serde_json::from_slice(&listed.stdout).map_err(|why| format!("`npm pack` said no JSON: {why}"))?;
    let files = packs.pointer("/0/files").and_then(Value::as_array).ok_or("`npm pack` lists no files")?;
    let names: Vec<&str> = files.iter().filter_map(|file| file.get("path")?.as_str()).collect();
    let wanted = |name: &str| {
        let compiled = name.starts_with("dist/") && (name.ends_with(".js") || name.ends_with(".d.ts"));
        compiled || matches!(name, "package.json" | "README.md" | "LICENSE-MIT" | "LICENSE-APACHE")
    };
    let stray: Vec<&str> = names.iter().copied().filter(|name| !wanted(name)).collect();
    if !stray.is_empty() {
        return Err(format!("the package holds what no user needs: {}; see `files` in package.json", stray.join(", ")));
    }
    for needed in ["dist/index.js", "dist/index.d.ts", "README.md", "LICENSE-MIT", "LICENSE-APACHE"] {
        if !names.contains(&needed) {
            return Err(format!("the package lacks {needed}"));
        }
    }
    println!("the package: {} files", names.len());
    Ok(())
}

/// What the wallet at the command line answered.
#[derive(Debug)]
pub struct Said {
    /// As it was typed.
    pub typed: String,
    /// None if it was killed.
    pub exit: Option<i32>,
    /// Its answer; null if it gave none.
    pub json: Value,
}

impl Said {
    /// The answer, if what was asked was done.
    pub fn done(self) -> Result<Value, Failure> {
        if self.json.pointer("/ok") == Some(&Value::Bool(true)) {
            return Ok(self.json);
        }
        Err(Failure::new(format!("`{}` to succeed", self.typed), self.complaint()))
    }

    /// The code of its refusal, if it was refused.
    pub fn code(&self) -> &str {
        self.json.pointer("/error/code").and_then(Value::as_str).unwrap_or_default()
    }

    fn complaint(&self) -> String {
        format!("exit code {:?}, answer {}", self.exit, self.json)
    }
}

/// Runs `examples/shopper.js` in the federation's folder. `stop` names the moment at which it kills itself.
pub fn shopper(home: &std::path::Path, arguments: &[&str], stop: Option<&str>) -> Result<Said, Failure> {
    let typed = format!("shopper {}", arguments.join(" "));
    let mut node = Command::new("node");
    node.arg(folder().join("examples/shopper.js")).args(arguments).current_dir(home).stdin(Stdio::null());
    node.env_remove("RONDE_STOP");
    if let Some(moment) = stop {
        node.env("RONDE_STOP", moment);
    }
    let output = node.output().map_err(|error| Failure::new(format!("`{typed}` to run"), error.to_string()))?;
    let exit = output.status.code();
    if exit.is_none() {
        return Ok(Said { typed, exit, json: Value::Null });
    }
    let json = serde_json::from_slice(&output.stdout).map_err(|_| {
        let said = String::from_utf8_lossy(&output.stderr);
        Failure::new(format!("`{typed}` to answer with JSON"), format!("{}: {}", output.status, said.trim()))
    })?;
    Ok(Said { typed, exit, json })
}
