//! `ronde backup`: a copy of a node's database, with the mark that keeps it from voting.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::{Blame, ConfigFile, Context, Exit, Failure};
use crate::clock::Clock;
use crate::ops;
use crate::store::{self, StorageError};

/// `ronde backup`
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub struct BackupArgs {
    /// The new file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    config: ConfigFile,
}

const EXAMPLE: &str = "Example:
  ronde backup --config store-1/ronde.toml /media/usb/store-1.backup

The node may run meanwhile. To put a backup back: stop the node, move its data folder away, and copy the file to
data/ronde.sqlite in a new one. A node on a restored copy votes no more in the keysets of that day, and in none that is
published within a day after; it still certifies, hands out change and keeps the books. The node's seed is not in it.";

/// Runs `ronde backup`.
///
/// # Errors
/// A database that can't be read, a file that is there already or can't be written.
pub fn run(args: BackupArgs, context: &Context) -> Result<Exit, Failure> {
    let config = args.config.load()?;
    store::backup(&config.database(), &args.file, Clock::System.unix_seconds()).map_err(|error| match error {
        StorageError::Exists { path } => Failure::exists(&path),
        error => Failure::new(format!("no backup was made: {error}"), Blame::Machine, fix(&error)),
    })?;
    if let Err(error) = ops::note_backup(&config.database(), Clock::System.unix_seconds()) {
        // The copy is good; only whoever watches the node does not hear of it.
        tracing::warn!(%error, "that a copy was made could not be noted beside the database");
    }
    let (file, seed, charter) = (args.file.display(), config.seed_file.display(), config.charter.display());
    let text = format!(
        "ok    {file} is a copy of {}\nlook  it does not hold the node's seed ({seed}) nor the charter ({charter}): keep \
         the seed apart from it, in a safe\nlook  it is marked: a node that starts on it votes no more in the keysets of \
         that day, because it can't know what was promised since; lose the database rather than put an old one back \
         without need",
        config.database().display()
    );
    let object = json!({ "ok": true, "file": args.file, "not_in_it": [config.seed_file, config.charter] });
    context.say(text, &object);
    Ok(Exit::Ok)
}

fn fix(error: &StorageError) -> &'static str {
    match error {
        StorageError::File { .. } => "name a file in a folder that exists and that you may write to",
        StorageError::TooNew { .. } | StorageError::NotADatabase { .. } => "mend what the line above names",
        _ => "name a file on a disk with room for the whole database, and try again",
    }
}
