//! `ronde evidence`: what a node keeps against those who cheated, and whom a file convicts.

use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clap::{Args, Subcommand};
use serde::Deserialize;
use serde_json::json;

use super::audit::exhibits;
use super::{Blame, ConfigFile, Context, Exit, Failure, status};
use crate::charter_store::CharterStore;

/// `ronde evidence`
#[derive(Debug, Args)]
pub struct EvidenceArgs {
    #[command(subcommand)]
    command: EvidenceCommand,
}

#[derive(Debug, Subcommand)]
enum EvidenceCommand {
    /// List what a node keeps
    #[command(after_help = "Example:\n  ronde evidence list --config store-1/ronde.toml")]
    List(Node),
    /// Say whom one piece convicts, of what, and write it to a file
    #[command(
        after_help = "Example:\n  ronde evidence show 0123abcd --node https://bakery.example --out 0123abcd.evidence"
    )]
    Show {
        /// Its name, or the beginning of it
        #[arg(value_name = "NAME")]
        name: String,
        /// Write it to this new file
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        #[command(flatten)]
        node: Node,
    },
    /// Check a file offline and say whom it convicts: exit 0 if it convicts, 2 if it proves nothing
    #[command(
        after_help = "Example:\n  ronde evidence verify found/0123456789abcdef.evidence --charter store-1/charter"
    )]
    Verify {
        /// What `ronde audit --evidence` or `ronde evidence show --out` wrote
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// The folder with the federation's charter
        #[arg(long, value_name = "FOLDER")]
        charter: PathBuf,
    },
}

#[derive(Debug, Args)]
struct Node {
    /// The node's web address; without it, that of the configuration
    #[arg(long, env = "RONDE_NODE", value_name = "URL")]
    node: Option<String>,
    #[command(flatten)]
    config: ConfigFile,
}

#[derive(Debug, Deserialize)]
struct Listed {
    evidence: Vec<Piece>,
}

#[derive(Debug, Deserialize)]
struct Piece {
    id: String,
    #[serde(default)]
    offence: Option<String>,
    culprits: Vec<Culprit>,
    #[serde(default)]
    bytes: String,
}

#[derive(Debug, Deserialize)]
struct Culprit {
    #[serde(default)]
    keyset: Option<u32>,
    #[serde(default)]
    witness: Option<u8>,
    #[serde(default)]
    store: Option<u32>,
}

impl Node {
    fn address(&self) -> Result<String, Failure> {
        match &self.node {
            Some(node) => Ok(node.trim_end_matches('/').to_owned()),
            None => Ok(self.config.load()?.http.own_url()),
        }
    }
}

impl Piece {
    fn line(&self) -> String {
        let named: Vec<String> = self.culprits.iter().map(Culprit::name).collect();
        match &self.offence {
            Some(offence) => format!("{}  {}: {offence}", self.id, named.join(", ")),
            None => format!("{}  about what this node's charter does not know", self.id),
        }
    }
}

impl Culprit {
    fn name(&self) -> String {
        let store = self.store.map_or_else(String::new, |store| format!("store {store}"));
        match (self.witness, self.keyset) {
            (Some(witness), Some(keyset)) => format!("witness {witness} of keyset {keyset} ({store})"),
            _ => store,
        }
    }
}

/// Runs `ronde evidence`.
///
/// # Errors
/// A node that does not answer, a name that it does not know, a file that proves nothing.
pub fn run(args: EvidenceArgs, context: &Context) -> Result<Exit, Failure> {
    match args.command {
        EvidenceCommand::List(node) => list(&node, context),
        EvidenceCommand::Show { name, out, node } => show(&name, out, &node, context),
        EvidenceCommand::Verify { file, charter } => {
            exhibits::check(&file, CharterStore::load(&charter)?.charter(), context)
        }
    }
}

fn list(node: &Node, context: &Context) -> Result<Exit, Failure> {
    let raw: serde_json::Value = status::get(&node.address()?, "/v1/evidence")?;
    let listed = Listed::deserialize(&raw)
        .map_err(|error| status::not_ours(&node.address().unwrap_or_default(), &error.to_string()))?;
    let lines: Vec<String> = listed.evidence.iter().map(Piece::line).collect();
    let text = if lines.is_empty() { "no evidence is kept: nobody was caught".to_owned() } else { lines.join("\n") };
    context.say(text, &raw);
    Ok(if listed.evidence.is_empty() { Exit::Ok } else { Exit::Warn })
}

fn show(name: &str, out: Option<PathBuf>, node: &Node, context: &Context) -> Result<Exit, Failure> {
    let address = node.address()?;
    let listed: Listed = status::get(&address, "/v1/evidence")?;
    let mut found = listed.evidence.iter().filter(|piece| !name.is_empty() && piece.id.starts_with(name));
    let piece = match (found.next(), found.next()) {
        (Some(piece), None) => piece,
        (None, _) => {
            let what = format!("{address} keeps no piece of evidence whose name begins with {name:?}");
            return Err(Failure::new(what, Blame::You, "name one that `ronde evidence list` shows"));
        }
        (Some(_), Some(_)) => {
            let what = format!("{address} keeps more than one piece of evidence whose name begins with {name:?}");
            return Err(Failure::new(what, Blame::You, "give more of its digits: `ronde evidence list` shows all"));
        }
    };
    let piece: Piece = status::get(&address, &format!("/v1/evidence/{}", piece.id))?;
    let bytes = URL_SAFE_NO_PAD.decode(&piece.bytes).map_err(|error| status::not_ours(&address, &error.to_string()))?;
    let mut text = piece.line();
    if let Some(file) = &out {
        use std::io::Write as _;
        let written = std::fs::File::create_new(file).and_then(|mut new| new.write_all(&bytes));
        written.map_err(|error| Failure::file(file, &error))?;
        text.push_str(&format!("\nwritten to {}; check it with `ronde evidence verify`", file.display()));
    }
    context.say(text, &json!({ "ok": true, "id": piece.id, "offence": piece.offence, "bytes": piece.bytes }));
    Ok(Exit::Ok)
}
