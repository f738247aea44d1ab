//! `ronde charter verify`: whether a chain of charters holds, for anyone who has the files.

use std::path::PathBuf;

use clap::Args;
use ronde_protocol::message::charter::{Charter, CharterChain, SignedCharter};
use ronde_protocol::message::ids::FederationId;
use serde_json::json;

use crate::charter_store::{CharterStore, CharterStoreError, read_file};
use crate::cli::plural::counted;
use crate::cli::{Blame, Context, Exit, Failure, charter_warnings};
use crate::clock::Clock;
use crate::date::Day;

/// `ronde charter verify`
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ronde charter verify store-1/charter --federation 5d0c...e1")]
pub struct VerifyArgs {
    /// A folder of charters, or the files from version 1 on, in any order
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,
    /// The federation that it must be of
    #[arg(long, value_name = "ID")]
    federation: Option<String>,
}

/// Verifies.
pub fn run(args: &VerifyArgs, context: &Context) -> Result<Exit, Failure> {
    let wanted = args.federation.as_deref().map(parse_federation).transpose()?;
    let (charter, twins) = match args.paths.as_slice() {
        [folder] if folder.is_dir() => {
            let store = CharterStore::load(folder)?;
            (store.charter().clone(), store.twins().len())
        }
        files => (walk(files)?, 0),
    };
    if let Some(wanted) = wanted.filter(|wanted| wanted != charter.federation()) {
        return Err(Failure::new(
            format!("the charter is of federation {}, not {wanted}", charter.federation()),
            Blame::You,
            "take the charter of the right federation",
        ));
    }
    let warnings = charter_warnings(&charter, twins, Clock::System.unix_seconds());
    let mut text: String = warnings.iter().map(|warning| format!("look  {warning}\n")).collect();
    text.push_str(&format!(
        "ok    federation {}, version {} of {}, {}, {}",
        charter.federation(),
        charter.version(),
        Day::of(charter.body().issued),
        counted(charter.body().stores.len(), "store", "stores"),
        counted(charter.body().keysets.len(), "keyset", "keysets")
    ));
    context.say(
        text,
        &json!({
            "ok": true, "federation": charter.federation(), "version": charter.version(), "hash": charter.hash(),
            "warnings": warnings,
        }),
    );
    Ok(if warnings.is_empty() { Exit::Ok } else { Exit::Warn })
}

fn walk(files: &[PathBuf]) -> Result<Charter, Failure> {
    let mut versions = files.iter().map(|file| read_file(file)).collect::<Result<Vec<SignedCharter>, _>>()?;
    versions.sort_by_key(|signed| signed.body.version);
    Ok(CharterChain::walk(versions, None).map_err(CharterStoreError::from)?)
}

/// A federation's id that was typed.
pub(in crate::cli) fn parse_federation(text: &str) -> Result<FederationId, Failure> {
    text.parse().map_err(|error| {
        Failure::new(format!("{text:?} is no federation: {error}"), Blame::You, "copy what `ronde charter show` says")
    })
}
