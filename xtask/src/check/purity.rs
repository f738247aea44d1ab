//! Proves that the protocol and all that it depends on do without the standard library.
//!
//! A probe without `std` links `ronde-protocol` and brings a panic handler of its own. If anything in the graph pulls
//! in `std`, the compiler sees two panic handlers and refuses. No other target need be installed for that. A second
//! build of the same probe asks for `std` on purpose and must be refused, or the first proves nothing.

use std::fs;
use std::path::{Path, PathBuf};

use crate::tools::{self, command, output, repository, target_dir};

const BARE_TARGET: &str = "wasm32-unknown-unknown";

const PROBE: &str = include_str!("../../purity/probe.rs");

/// Builds the probe, its control, and the protocol for a bare target where one is installed.
pub fn run() -> Result<(), String> {
    let probe = write_probe().map_err(|error| format!("the probe could not be written: {error}"))?;
    let manifest = probe.join("Cargo.toml");
    let manifest = manifest.to_string_lossy();
    let check = ["cargo", "check", "--quiet", "--manifest-path", &manifest];
    tools::run(&mut command(&check))?;
    println!("the protocol and its dependencies link without std");
    control(&[&check[..], &["--features", "control"]].concat())?;
    let sysroot = output(&["rustc", "--print", "sysroot"]).unwrap_or_default();
    if Path::new(sysroot.trim()).join("lib/rustlib").join(BARE_TARGET).exists() {
        return tools::run(&mut command(&["cargo", "check", "-p", "ronde-protocol", "--target", BARE_TARGET]));
    }
    println!("target {BARE_TARGET} is not installed: the probe above is the proof");
    Ok(())
}

fn control(words: &[&str]) -> Result<(), String> {
    let refused = command(words).output().map_err(|error| format!("the control did not start: {error}"))?;
    let said = String::from_utf8_lossy(&refused.stderr);
    if refused.status.success() || !said.contains("panic_impl") {
        return Err(format!("the control asks for std and must be refused for its panic handler; cargo said:\n{said}"));
    }
    println!("and the same probe with std is refused, as it must be");
    Ok(())
}

/// A crate in the build folder, with the lock file of the workspace: the same versions are proved that are shipped.
fn write_probe() -> std::io::Result<PathBuf> {
    let probe = target_dir().join("purity-probe");
    fs::create_dir_all(probe.join("src"))?;
    fs::copy(repository().join("Cargo.lock"), probe.join("Cargo.lock"))?;
    fs::write(probe.join("src/lib.rs"), PROBE)?;
    let protocol = repository().join("protocol");
    let manifest = format!(
        "[package]\nname = \"purity-probe\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\n\
         [workspace]\n\n[features]\ncontrol = []\n\n[lib]\ncrate-type = [\"staticlib\"]\n\n\
         [profile.dev]\npanic = \"abort\"\n\n[dependencies]\nronde-protocol = {{ path = {protocol:?} }}\n"
    );
    fs::write(probe.join("Cargo.toml"), manifest)?;
    Ok(probe)
}
