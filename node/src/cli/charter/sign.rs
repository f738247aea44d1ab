//! `ronde charter sign`: a steward's signature, added in place.

use std::path::PathBuf;

use clap::Args;
use ronde_protocol::crypto::{SigningKey, VerifyingKeyBytes};
use ronde_protocol::message::charter::{SignedCharter, Stewards};
use serde_json::json;

use super::hex_bytes::show_key;
use super::plan::bounded;
use super::{load_newest, show};
use crate::charter_store::{read_file, write_file};
use crate::cli::plural::counted;
use crate::cli::{Blame, Context, Exit, Failure};
use crate::secret_file;

/// `ronde charter sign`
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  ronde charter show 000001.charter && ronde charter sign --key alice.key 000001.charter"
)]
pub struct SignArgs {
    /// The steward's secret file
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// The version before, a folder of charters; needed by a steward who leaves with this version
    #[arg(long, value_name = "PATH")]
    after: Option<PathBuf>,
    /// The charter to sign
    #[arg(value_name = "CHARTER")]
    file: PathBuf,
}

/// Signs.
pub fn run(args: &SignArgs, context: &Context) -> Result<Exit, Failure> {
    let key = SigningKey::from_seed(&*secret_file::read_seed(&args.key)?);
    let public = key.verifying_key().encode();
    let signed = read_file(&args.file)?;
    let previous = args.after.as_deref().map(load_newest).transpose()?;
    let before = previous.as_ref().map(|previous| &previous.body().stewards);
    if !signed.body.stewards.keys.contains(&public) && !before.is_some_and(|set| set.keys.contains(&public)) {
        return Err(Failure::new(
            format!("{} is the key of no steward of this charter", args.key.display()),
            Blame::You,
            "take a steward's key; one who leaves with this version signs with --after CHARTER-FOLDER",
        ));
    }
    let signed = add(signed, &key, public)?;
    write_file(&args.file, &signed)?;
    let (have, need) = count(&signed, &signed.body.stewards);
    let mut missing = need.saturating_sub(have);
    let mut text =
        format!("{}\nSigned by {}: {}, {need} needed.", show::text(&signed), show_key(&public), signatures(have));
    if let Some((have, need)) = before.filter(|set| **set != signed.body.stewards).map(|set| count(&signed, set)) {
        missing = missing.max(need.saturating_sub(have));
        text.push_str(&format!(" Of the stewards before: {}, {need} needed.", signatures(have)));
    }
    if missing == 0 {
        text.push_str(" It can be installed.");
    }
    context.say(text, &json!({ "ok": true, "file": args.file, "by": show_key(&public), "missing": missing }));
    Ok(Exit::Ok)
}

fn signatures(count: usize) -> String {
    counted(count, "signature", "signatures")
}

/// The charter with this signature at its place; one by the same key is replaced, so signing twice changes nothing.
fn add(signed: SignedCharter, key: &SigningKey, public: VerifyingKeyBytes) -> Result<SignedCharter, Failure> {
    let mut signatures: Vec<_> =
        signed.signatures.iter().copied().filter(|signature| signature.key != public).collect();
    signatures.push(signed.body.sign(key));
    signatures.sort_by_key(|signature| signature.key);
    Ok(SignedCharter { signatures: bounded("signatures", signatures)?, body: signed.body })
}

/// How many of a set have signed, and how many must.
pub(super) fn count(signed: &SignedCharter, set: &Stewards) -> (usize, usize) {
    let have = signed.signatures.iter().filter(|signature| set.keys.contains(&signature.key)).count();
    (have, usize::from(set.threshold))
}
