//! Builds the program that calls the functions, runs it under callgrind, and reads what that counted.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::tools::{command, target_dir, typed};

/// Without SIMD, whatever processor this is: SHA-512, and the arithmetic of the curve.
const PLAIN: &str = r#"--cfg curve25519_dalek_backend="serial" --cfg sha2_backend="soft""#;

/// The same for BLAKE3, for which it takes features; given here, no other build has them.
const PLAIN_BLAKE3: &str = "blake3/pure,blake3/no_sse2,blake3/no_sse41,blake3/no_avx2,blake3/no_avx512";

/// The same for what the C library does with memory. Names of two generations of it.
const PLAIN_MEMORY: &str = "glibc.cpu.hwcaps=-AVX2,-AVX2_Usable,-AVX_Fast_Unaligned_Load,-SSSE3,-ERMS,-FSRM";

/// In `protocol/counts/src/main.rs`: what is called once for each function.
const COUNTED: &str = "ronde_counts::counted";

/// What one call of a function took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// The function.
    pub name: String,
    /// How much of it one call does.
    pub units: u64,
    /// Of what.
    pub unit: String,
    /// All that it executed, and what it called.
    pub instructions: u64,
}

/// Builds, runs and reads. The same code gives the same counts, whatever else the machine does.
pub fn count() -> Result<Vec<Counted>, String> {
    let folder = target_dir().join("counts");
    build(&folder)?;
    let dumps = folder.join("dumps");
    // An earlier run's dumps could pass for this one's.
    if dumps.exists() {
        fs::remove_dir_all(&dumps).map_err(|why| format!("{}: {why}", dumps.display()))?;
    }
    fs::create_dir_all(&dumps).map_err(|why| format!("{}: {why}", dumps.display()))?;
    let listed = observe(&folder)?;
    let read = |number: usize| {
        let path: PathBuf = dumps.join(format!("out.{number}"));
        fs::read_to_string(&path).map_err(|why| format!("callgrind left no count: {}: {why}", path.display()))
    };
    let dumped = (1..=listed.lines().count()).map(read).collect::<Result<Vec<_>, _>>()?;
    if dumps.join(format!("out.{}", dumped.len() + 1)).exists() {
        return Err(format!("callgrind counted more often than the {} functions that were called", dumped.len()));
    }
    listed.lines().zip(&dumped).map(|(line, dump)| counted(line, dump)).collect()
}

/// As it is released but for SIMD, in a folder of its own, so that no other build is undone by other flags.
fn build(folder: &Path) -> Result<(), String> {
    let mut cargo = command(&["cargo", "build", "--release", "--package", "ronde-counts", "--features", PLAIN_BLAKE3]);
    cargo.arg("--target-dir").arg(folder);
    cargo.env_remove("CARGO_ENCODED_RUSTFLAGS").env_remove("CARGO_BUILD_TARGET");
    cargo.env("RUSTFLAGS", PLAIN).env("CARGO_PROFILE_RELEASE_DEBUG", "false");
    eprintln!("$ {}", typed(&cargo));
    match cargo.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("the functions to count do not build: {status}")),
        Err(why) => Err(format!("cargo did not start: {why}")),
    }
}

/// One dump each time that the function is left; gives the lines that the program printed, one for each.
///
/// What is in the environment, and how long the program's path is, would move its stack and change a count by a few.
fn observe(folder: &Path) -> Result<String, String> {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--quiet", "--callgrind-out-file=dumps/out"]);
    valgrind.arg(format!("--toggle-collect={COUNTED}")).arg(format!("--dump-after={COUNTED}"));
    valgrind.arg("./release/ronde-counts").current_dir(folder);
    eprintln!("$ {}", typed(&valgrind));
    let path = std::env::var_os("PATH").unwrap_or_default();
    valgrind.env_clear().env("PATH", path).env("GLIBC_TUNABLES", PLAIN_MEMORY);
    let output = valgrind.stdin(Stdio::null()).stderr(Stdio::inherit()).output();
    let output = output.map_err(|why| format!("valgrind did not start: {why}"))?;
    if !output.status.success() {
        return Err(format!("the functions to count, or valgrind itself, failed: {}", output.status));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// A line of the program with the dump of the call that it announced.
pub fn counted(line: &str, dump: &str) -> Result<Counted, String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let [name, units, unit] = words[..] else { return Err(format!("`{line}` is no function with its units")) };
    let units = units.parse().ok().filter(|units| *units > 0).ok_or(format!("`{line}` has no number of units"))?;
    let instructions = total(dump).map_err(|why| format!("{name}: {why}"))?;
    Ok(Counted { name: name.to_owned(), units, unit: unit.to_owned(), instructions })
}

/// The sum of a dump, if it is one that the function's end gave.
fn total(dump: &str) -> Result<u64, String> {
    let field = |name: &str| dump.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    if field("desc: Trigger:").and_then(|trigger| trigger.strip_prefix("--dump-after=")) != Some(COUNTED) {
        return Err(format!("callgrind did not dump at the end of `{COUNTED}`"));
    }
    if field("events:") != Some("Ir") {
        return Err("callgrind counted other than instructions".to_owned());
    }
    let total = field("totals:").and_then(|total| total.parse().ok());
    // As it is if it looks for a function that was inlined.
    total.filter(|total| *total > 0).ok_or("callgrind counted nothing".to_owned())
}
