//! `ronde charter install`: a signed charter into a node's folder.

use std::path::PathBuf;

use clap::Args;
use ronde_protocol::message::charter::SignedCharter;
use serde_json::json;

use crate::charter_store::{Added, CharterStore, CharterStoreError, read_file};
use crate::cli::{ConfigFile, Context, Exit, Failure};

/// `ronde charter install`
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ronde charter install --config store-1/ronde.toml 000001.charter")]
pub struct InstallArgs {
    #[command(flatten)]
    config: ConfigFile,
    /// The charter, or several, in any order
    #[arg(value_name = "CHARTER", required = true)]
    files: Vec<PathBuf>,
}

/// Installs.
pub fn run(args: &InstallArgs, context: &Context) -> Result<Exit, Failure> {
    let folder = args.config.load()?.charter;
    let mut signed = args.files.iter().map(|file| read_file(file)).collect::<Result<Vec<_>, _>>()?;
    signed.sort_by_key(|signed| signed.body.version);
    let mut exit = Exit::Ok;
    let mut store = match CharterStore::load(&folder) {
        Ok(store) => Some(store),
        Err(CharterStoreError::Empty { .. }) => None,
        Err(CharterStoreError::File { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => return Err(error.into()),
    };
    for next in signed {
        let version = next.body.version;
        let added = match &mut store {
            Some(store) => store.add(next)?,
            None => begin(&mut store, &folder, next)?,
        };
        let text = match added {
            Added::New => format!("ok    version {version} is installed"),
            Added::Known => format!("ok    version {version} was installed already"),
            Added::Fork => {
                exit = Exit::Warn;
                format!("look  the stewards signed another version {version}: no points are issued until the next one")
            }
        };
        context.note(text);
    }
    let version = store.as_ref().map(|store| store.charter().version());
    context.say(
        "A node that runs takes it up within a minute; one that does not is started with `ronde node`.",
        &json!({ "ok": true, "version": version, "folder": folder, "fork": exit == Exit::Warn }),
    );
    Ok(exit)
}

fn begin(
    store: &mut Option<CharterStore>,
    folder: &std::path::Path,
    first: SignedCharter,
) -> Result<Added, CharterStoreError> {
    *store = Some(CharterStore::create(folder, first)?);
    Ok(Added::New)
}
