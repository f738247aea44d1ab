//! The `ronde` command: one file per subcommand, and what they have in common.
//!
//! A command returns its [`Exit`] or a [`Failure`]. Success is said on standard output; a failure in three lines on
//! standard error (what happened, whose fault, what to do). With `--json` either is one object on standard output.

mod failure;
mod own_node;
mod plural;
mod terminal;
mod warning;

pub mod audit;
pub mod backup;
pub mod capacity;
pub mod charter;
pub mod config;
pub mod evidence;
pub mod init;
pub mod manager;
pub mod node;
pub mod rules;
pub mod status;
pub mod till;
pub mod trace;
pub mod vectors;
pub mod wallet;
pub mod webhook;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub use failure::{Blame, Failure};
use warning::{certificate_ends, charter_warnings};

/// How a command ended; the number is the process's exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// As it should: 0.
    Ok,
    /// Done, but something needs a look: 1.
    Warn,
    /// Not done: 2.
    Fail,
}

impl Exit {
    /// 0, 1 or 2.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Warn => 1,
            Self::Fail => 2,
        }
    }
}

/// What all commands are given.
#[derive(Clone, Copy, Debug)]
pub struct Context {
    /// Whether a script reads the answer.
    pub json: bool,
}

impl Context {
    /// Says how it went: `text` for people, `object` for scripts.
    pub fn say(&self, text: impl AsRef<str>, object: &serde_json::Value) {
        if self.json {
            terminal::say_whole(&object.to_string());
        } else {
            terminal::say(text.as_ref().trim_end());
        }
    }

    /// Says something on the way that a script has no use for.
    pub fn note(&self, text: impl AsRef<str>) {
        if !self.json {
            terminal::say(text.as_ref().trim_end());
        }
    }
}

/// Ronde: points earned in one shop are spent in any other, and no shop learns who its neighbours' customers are.
#[derive(Debug, Parser)]
#[command(name = "ronde", version, after_help = AFTER_HELP)]
pub struct Cli {
    /// Answer with one JSON object on standard output
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

const AFTER_HELP: &str = "Exit codes: 0 all is well, 1 something needs a look, 2 it failed. `ronde COMMAND --help` shows \
examples.";

/// One variant per file of this folder.
#[derive(Debug, Subcommand)]
enum Command {
    /// Make a store's folder, its secret and its card for the stewards
    Init(Box<init::InitArgs>),
    /// Begin a federation; write, sign, read, check and install its charter
    Charter(charter::CharterArgs),
    /// Check a node's configuration before it is restarted
    Config(config::ConfigArgs),
    /// Run a store's node
    Node(node::NodeArgs),
    /// Say what a basket earns by the store's own rules, and list them
    Rules(rules::RulesArgs),
    /// Say how a node and its witnesses are
    Status(status::StatusArgs),
    /// Copy the node's database, with the mark that keeps a restored copy from voting
    Backup(backup::BackupArgs),
    /// List and check what convicts those who cheated
    Evidence(evidence::EvidenceArgs),
    /// Do by hand what a till does; say who may be a till
    Till(till::TillArgs),
    /// Say what became of a grant or checkout, by the code that a customer reads out
    Trace(trace::TraceArgs),
    /// Set the password with which the manager signs in
    Manager(manager::ManagerArgs),
    /// Say where the node posts what happens
    Webhook(webhook::WebhookArgs),
    /// Earn, pay, give and vote as a shopper
    Wallet(wallet::WalletArgs),
    /// Replay the witnesses' logs: does everything add up, and if not, who cheated
    Audit(Box<audit::AuditArgs>),
    /// Say how many orders committees carry, and what that takes of machines, disks and lines
    Capacity(Box<capacity::CapacityArgs>),
    /// Judge an implementation, this one or another, by the test vectors
    Vectors(vectors::VectorsArgs),
}

/// Where commands find the node's configuration.
#[derive(Clone, Debug, clap::Args)]
pub struct ConfigFile {
    /// The node's configuration
    #[arg(long, env = "RONDE_CONFIG", default_value = crate::config::DEFAULT_FILE, value_name = "FILE")]
    pub config: PathBuf,
}

impl ConfigFile {
    /// Reads the configuration with the process's environment over it.
    ///
    /// # Errors
    /// A [`crate::config::ConfigError`] as [`Failure`].
    pub fn load(&self) -> Result<crate::config::Config, Failure> {
        Ok(crate::config::Config::load(&self.config, Self::environment())?)
    }

    /// The process's environment, as text.
    pub(super) fn environment() -> impl Iterator<Item = (String, String)> {
        let text = |part: std::ffi::OsString| part.to_string_lossy().into_owned();
        std::env::vars_os().map(move |(name, value)| (text(name), text(value)))
    }
}

/// Reads the command line, runs the command and says how it went.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let context = Context { json: cli.json };
    let private = crate::process::keep_memory_private().map_err(|error| {
        let what =
            format!("this process can't be kept from leaving its memory, secrets and all, in a core dump: {error}");
        Failure::new(what, Blame::Machine, "allow it setrlimit(RLIMIT_CORE) and prctl(PR_SET_DUMPABLE)")
    });
    let exit = match private.and_then(|()| run(cli.command, &context)) {
        Ok(exit) => exit,
        Err(failure) => {
            failure.print(&context);
            failure.exit()
        }
    };
    ExitCode::from(exit.code())
}

fn run(command: Command, context: &Context) -> Result<Exit, Failure> {
    match command {
        Command::Init(args) => init::run(*args, context),
        Command::Charter(args) => charter::run(args, context),
        Command::Config(args) => config::run(args, context),
        Command::Node(args) => node::run(args, context),
        Command::Rules(args) => rules::run(args, context),
        Command::Status(args) => status::run(args, context),
        Command::Backup(args) => backup::run(args, context),
        Command::Evidence(args) => evidence::run(args, context),
        Command::Till(args) => till::run(args, context),
        Command::Trace(args) => trace::run(&args, context),
        Command::Manager(args) => manager::run(args, context),
        Command::Webhook(args) => webhook::run(args, context),
        Command::Wallet(args) => wallet::run(args, context),
        Command::Audit(args) => audit::run(*args, context),
        Command::Capacity(args) => capacity::run(&args, context),
        Command::Vectors(args) => vectors::run(args, context),
    }
}
