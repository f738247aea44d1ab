//! The wallet's app as the node carries it: built by `wallet/`, kept in the repository, so that a node is built without npm.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::package::{folder, install, npm};
use crate::tools::{repository, run as run_shown};

type Files = BTreeMap<PathBuf, Vec<u8>>;

/// Runs `cargo xtask wallet`: builds the app, and puts it where the node's program takes it from.
pub fn run(arguments: &[String]) -> ExitCode {
    if let Some(other) = arguments.first() {
        eprintln!("wallet: `{other}` is not understood; it takes nothing");
        return ExitCode::from(2);
    }
    match write() {
        Ok(files) => {
            println!("{files} files are in {}", kept().display());
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("wallet: {why}");
            ExitCode::FAILURE
        }
    }
}

fn built() -> PathBuf {
    folder().join("app/dist")
}

fn kept() -> PathBuf {
    repository().join("node/pages/wallet")
}

fn write() -> Result<usize, String> {
    install()?;
    run_shown(&mut npm(&["run", "app"]))?;
    let files = read(&built())?;
    let failed = |path: &Path, error: std::io::Error| format!("{}: {error}", path.display());
    fs::remove_dir_all(kept()).map_err(|error| failed(&kept(), error))?;
    for (name, bytes) in &files {
        let path = kept().join(name);
        let parent = path.parent().map_or(Ok(()), fs::create_dir_all);
        parent.and_then(|()| fs::write(&path, bytes)).map_err(|error| failed(&path, error))?;
    }
    Ok(files.len())
}

/// What the node carries is, to the byte, what the app's sources give. They were just built.
pub fn compare() -> Result<(), String> {
    let differing = differences(&read(&built())?, &read(&kept())?);
    if differing.is_empty() {
        println!("the node carries the app as it was just built");
        return Ok(());
    }
    Err(format!("the node carries another app than wallet/app gives: {}; `cargo xtask wallet`", differing.join(", ")))
}

/// Each name that only one has, or of which the bytes differ.
fn differences(one: &Files, other: &Files) -> Vec<String> {
    let names = one.keys().chain(other.keys().filter(|name| !one.contains_key(*name)));
    names.filter(|name| one.get(*name) != other.get(*name)).map(|name| name.display().to_string()).collect()
}

fn read(root: &Path) -> Result<Files, String> {
    let mut files = Files::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(inside) = folders.pop() {
        let path = root.join(&inside);
        let failed = |error: std::io::Error| format!("{}: {error}", path.display());
        for entry in fs::read_dir(&path).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let name = inside.join(entry.file_name());
            if entry.file_type().map_err(failed)?.is_dir() {
                folders.push(name);
            } else {
                let bytes = fs::read(entry.path()).map_err(failed)?;
                files.insert(name, bytes);
            }
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests;
