//! What the checks need besides the stable toolchain: how to see whether it is there, and how to get it.

use std::fmt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// The root of the repository, whatever folder the command was typed in.
pub fn repository() -> PathBuf {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.parent().map_or(here.clone(), PathBuf::from)
}

/// Where cargo builds: `CARGO_TARGET_DIR` if set, else `target`.
pub fn target_dir() -> PathBuf {
    let chosen = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from("target"), PathBuf::from);
    repository().join(chosen)
}

/// A command that runs in the root of the repository, without what `cargo run` told this process about itself:
/// build scripts that look at those variables would otherwise run anew each time.
pub fn command(words: &[&str]) -> Command {
    let (program, arguments) = words.split_first().map_or(("", &[][..]), |(first, rest)| (*first, rest));
    let mut command = Command::new(program);
    command.args(arguments).current_dir(repository());
    for (name, _) in std::env::vars_os() {
        let told = name.to_string_lossy();
        if told == "CARGO" || told.starts_with("CARGO_PKG_") || told.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
    command
}

/// Prints the command as it could be typed, runs it with its output shown, and says whether it succeeded.
pub fn run(command: &mut Command) -> Result<(), String> {
    let typed = typed(command);
    println!("$ {typed}");
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{typed}` failed: {status}")),
        Err(error) => Err(format!("`{typed}` did not start: {error}")),
    }
}

/// The command as it could be typed, with the variables set for it.
pub fn typed(command: &Command) -> String {
    let set = command.get_envs().filter_map(|(name, value)| Some((name, value?)));
    let set = set.map(|(name, value)| format!("{}={:?} ", name.to_string_lossy(), value));
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words: Vec<String> = words.map(|word| word.to_string_lossy().into_owned()).collect();
    set.collect::<String>() + &words.join(" ")
}

/// Runs a command silently; its standard output if it succeeded.
pub fn output(words: &[&str]) -> Option<String> {
    let output = command(words).stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Something that a stage needs and that a fresh machine may lack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tool {
    /// `cargo fmt`.
    Rustfmt,
    /// `cargo clippy`.
    Clippy,
    /// `cargo deny`, from source.
    CargoDeny,
    /// A nightly toolchain: sanitizers are not stable.
    Nightly,
    /// `cargo fuzz`, from source.
    CargoFuzz,
    /// A C++ compiler, for libFuzzer.
    Cxx,
    /// Node.js with npm, for the wallet in TypeScript.
    Node,
    /// Python, for the programs that the judge's tests judge.
    Python,
    /// A library that shows a process another time.
    Faketime,
    /// Counts instructions.
    Valgrind,
    /// Shows what a process gives the kernel.
    Strace,
    /// A browser, for the pages.
    Chromium,
}

/// How a tool gets onto the machine.
enum Source {
    Component(&'static str),
    Toolchain(&'static str),
    Crate(&'static str),
    Package(&'static str),
}

impl Tool {
    fn probe(self) -> &'static [&'static str] {
        match self {
            Self::Rustfmt => &["cargo", "fmt", "--version"],
            Self::Clippy => &["cargo", "clippy", "--version"],
            Self::CargoDeny => &["cargo", "deny", "--version"],
            Self::Nightly => &["rustup", "run", "nightly", "rustc", "--version"],
            Self::CargoFuzz => &["cargo", "fuzz", "--version"],
            Self::Cxx => &["c++", "--version"],
            // The oldest that the wallet's package allows.
            Self::Node => &[
                "node",
                "-e",
                "const [a, b] = process.versions.node.split('.').map(Number); process.exit(a < 20 || a === 20 && b < 19 ? 1 : 0)",
            ],
            Self::Python => &["python3", "--version"],
            Self::Faketime => &["faketime", "--version"],
            Self::Valgrind => &["valgrind", "--version"],
            Self::Strace => &["strace", "--version"],
            Self::Chromium => &["chromium", "--version"],
        }
    }

    /// Versions tried with the toolchain of this tree; an installed tool of another version is taken as it is.
    fn source(self) -> Source {
        match self {
            Self::Rustfmt => Source::Component("rustfmt"),
            Self::Clippy => Source::Component("clippy"),
            Self::CargoDeny => Source::Crate("cargo-deny@0.20.2"),
            Self::Nightly => Source::Toolchain("nightly"),
            Self::CargoFuzz => Source::Crate("cargo-fuzz@0.13.2"),
            Self::Cxx => Source::Package("g++"),
            Self::Node => Source::Package("npm"),
            Self::Python => Source::Package("python3"),
            Self::Faketime => Source::Package("faketime"),
            Self::Valgrind => Source::Package("valgrind"),
            Self::Strace => Source::Package("strace"),
            Self::Chromium => Source::Package("chromium"),
        }
    }

    fn is_missing(self) -> bool {
        // Another browser may be named.
        let named = self == Self::Chromium && std::env::var_os("CHROMIUM").is_some();
        !named && output(self.probe()).is_none()
    }
}

impl fmt::Display for Tool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.source() {
            Source::Component(name) | Source::Toolchain(name) | Source::Crate(name) | Source::Package(name) => name,
        })
    }
}

/// Why the tools could not be had.
#[derive(Debug, PartialEq, Eq)]
pub enum Unavailable {
    /// They are missing, and this is nobody's machine to change unasked: the one command to type.
    Type(String),
    /// An installation failed.
    Failed(String),
}

/// Makes sure that all `tools` are there. Installs what is missing only as root or with `CI=true`.
pub fn provide(tools: &[Tool]) -> Result<(), Unavailable> {
    let missing: Vec<Tool> = tools.iter().copied().filter(|tool| tool.is_missing()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let root = output(&["id", "-u"]).is_some_and(|id| id.trim() == "0");
    let commands = installations(&missing, root);
    if root || std::env::var_os("CI").is_some_and(|value| value == "true") {
        return commands.into_iter().try_for_each(|words| install(&words)).map_err(Unavailable::Failed);
    }
    let typed: Vec<String> = commands.iter().map(|words| words.join(" ")).collect();
    Err(Unavailable::Type(typed.join(" && ")))
}

/// The commands that install `missing`, one per kind of source.
pub fn installations(missing: &[Tool], root: bool) -> Vec<Vec<&'static str>> {
    let apt: &[&'static str] = if root { &["apt-get", "install", "-y"] } else { &["sudo", "apt-get", "install", "-y"] };
    let mut kinds: [Vec<&'static str>; 4] = [
        apt.to_vec(),
        vec!["rustup", "component", "add"],
        vec!["rustup", "toolchain", "install", "--profile", "minimal"],
        vec!["cargo", "install", "--locked"],
    ];
    let bare = kinds.each_ref().map(Vec::len);
    for tool in missing {
        let (kind, name) = match tool.source() {
            Source::Package(name) => (0, name),
            Source::Component(name) => (1, name),
            Source::Toolchain(name) => (2, name),
            Source::Crate(name) => (3, name),
        };
        kinds[kind].push(name);
    }
    kinds.into_iter().zip(bare).filter(|(words, bare)| words.len() > *bare).map(|(words, _)| words).collect()
}

/// Tools are built to be ready soon, not to be fast: half the time of an optimised build.
fn install(words: &[&str]) -> Result<(), String> {
    let mut command = command(words);
    if words.starts_with(&["cargo", "install"]) {
        command.env_remove("CARGO_TARGET_DIR");
        command.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1");
        command.env("CARGO_PROFILE_RELEASE_LTO", "off");
        command.env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
    }
    run(&mut command)
}

#[cfg(test)]
mod tests;
