//! The `ronde wallet` command, with nothing of the caller's environment.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

/// A command on a wallet's folder, not yet started.
pub fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ronde"));
    for name in ["RONDE_WALLET", "RONDE_NODE", "RONDE_WALLET_PASSPHRASE", "RONDE_FAULT"] {
        command.env_remove(name);
    }
    command.arg("wallet").arg("--wallet").arg(folder).args(arguments);
    command
}

/// What it said to a person.
pub fn ronde(folder: &Path, arguments: &[&str]) -> Output {
    command(folder, arguments).output().unwrap()
}

/// The exit code, and what it said to a script.
pub fn json(folder: &Path, arguments: &[&str]) -> (i32, Value) {
    let output = ronde(folder, &[arguments, &["--json"]].concat());
    let text = String::from_utf8(output.stdout).unwrap();
    let error = || String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(text.lines().count(), 1, "one object: {text} {}", error());
    (output.status.code().unwrap(), serde_json::from_str(&text).unwrap())
}

/// A new wallet at this node, and what was said of it.
pub fn new(node: &str, folder: &Path) -> Value {
    let (code, made) = json(folder, &["new", "--node", node]);
    assert_eq!(code, 0, "{made}");
    made
}

/// A file that only its owner can read.
pub fn secret(path: &Path, text: &str) -> String {
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
    path.to_str().unwrap().to_owned()
}

/// A wallet's 24 words as `new --json` gave them, in a file.
pub fn words(made: &Value, path: &Path) -> String {
    let words: Vec<&str> = made["words"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
    secret(path, &words.join(" "))
}
