//! `ronde charter`: what the federation agrees on, from the first plan to the file that every node installs.

mod card;
mod draft;
mod hex_bytes;
mod install;
mod plan;
mod show;
mod sign;
mod start;
mod verify;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use ronde_protocol::message::charter::Charter;

pub(super) use card::{Card, CardWitness};
pub(super) use hex_bytes::HexBytes;
pub(super) use plan::Plan;
pub(super) use verify::parse_federation;

use super::{Context, Exit, Failure};
use crate::charter_store::{CharterStore, read_file};

/// `ronde charter`
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub struct CharterArgs {
    #[command(subcommand)]
    command: CharterCommand,
}

const EXAMPLE: &str = "From nothing to a federation:
  ronde charter steward --out alice.key             each steward, on an offline machine; prints a public key
  ronde charter new --name \"Coop\" --steward ALICE --steward BOB --steward CAROL --threshold 2 --out plan.toml
  ronde init --dir store-1 --store 1 --name \"Bakery\" --plan plan.toml --witness 1:0 \\
             --quic bakery.example:7143 --http https://bakery.example       each store; writes store-1/store.card
  ronde charter new --plan plan.toml --card store-1/store.card --card store-2/store.card --out 000001.charter
  ronde charter show 000001.charter                 read it before you sign it
  ronde charter sign --key alice.key 000001.charter
  ronde charter sign --key bob.key 000001.charter
  ronde charter install --config store-1/ronde.toml 000001.charter        each store
The next version: edit plan.toml, then
  ronde charter new --plan plan.toml --after store-1/charter --card store-9/store.card --out 000002.charter";

#[derive(Debug, Subcommand)]
enum CharterCommand {
    /// Make a steward's key: a secret file for an offline place, and the public key for the plan
    Steward(start::StewardArgs),
    /// Begin a federation (--name), or write a version of the charter for signing (--plan)
    New(Box<NewArgs>),
    /// Add a steward's signature to a charter
    Sign(sign::SignArgs),
    /// Say in plain words what a charter holds
    Show(show::ShowArgs),
    /// Check a chain of charters: signatures, keys, order, nothing removed
    Verify(verify::VerifyArgs),
    /// Put a signed charter into a node's folder, if it is valid there
    Install(install::InstallArgs),
}

/// `ronde charter new`
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
struct NewArgs {
    /// The cooperative's name: begins a federation
    #[arg(long, conflicts_with = "plan", required_unless_present = "plan", requires = "steward")]
    name: Option<String>,
    /// A steward's public key, once for each
    #[arg(long, value_name = "KEY", requires = "name")]
    steward: Vec<String>,
    /// How many stewards must sign; without it, more than half
    #[arg(long, value_name = "K", requires = "name")]
    threshold: Option<u8>,
    /// The plan that a version of the charter is written from
    #[arg(long, value_name = "FILE")]
    plan: Option<PathBuf>,
    /// A store's card, once for each store that is new or has changed
    #[arg(long, value_name = "FILE", requires = "plan")]
    card: Vec<PathBuf>,
    /// The version before: a folder of charters, or its newest file (of two twins, the one that is to stand)
    #[arg(long, value_name = "PATH", requires = "plan")]
    after: Option<PathBuf>,
    /// Say that the version before stands, and not its twin
    #[arg(long, requires = "after")]
    settles_fork: bool,
    /// The file to write
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Runs `ronde charter`.
///
/// # Errors
/// What the subcommand found wrong.
pub fn run(args: CharterArgs, context: &Context) -> Result<Exit, Failure> {
    match args.command {
        CharterCommand::Steward(args) => start::steward(&args, context),
        CharterCommand::New(args) => new(*args, context),
        CharterCommand::Sign(args) => sign::run(&args, context),
        CharterCommand::Show(args) => show::run(&args, context),
        CharterCommand::Verify(args) => verify::run(&args, context),
        CharterCommand::Install(args) => install::run(&args, context),
    }
}

fn new(args: NewArgs, context: &Context) -> Result<Exit, Failure> {
    match (args.name, args.plan) {
        (Some(name), _) => start::begin(&name, &args.steward, args.threshold, &args.out, context),
        (None, Some(plan)) => {
            let sources = draft::Sources { plan, cards: args.card, after: args.after, settles_fork: args.settles_fork };
            draft::run(&sources, &args.out, context)
        }
        // The command line requires one of the two.
        (None, None) => Ok(Exit::Fail),
    }
}

/// The newest charter of a folder; or that of a file beside the versions before it, which may be one of two twins.
fn load_newest(path: &Path) -> Result<Charter, Failure> {
    if path.is_dir() {
        return Ok(CharterStore::load(path)?.charter().clone());
    }
    let named = read_file(path)?.body.hash();
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    Ok(CharterStore::load(folder)?.named(named)?)
}
