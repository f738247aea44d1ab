//! `ronde wallet new`: `{ok, wallet, federation, charter_version, device, words, warnings}`; `words` is null if they came
//! from a file.

use std::path::Path;

use age::secrecy::{ExposeSecret, SecretString};
use ronde_protocol::crypto::Seed;
use serde_json::json;

use super::{NewArgs, failure, given_passphrase, typed};
use crate::cli::plural::counted;
use crate::cli::{Context, Exit, Failure};
use crate::entropy;
use crate::wallet::{Session, Trouble, words};

pub(super) fn run(folder: &Path, node: &str, args: &NewArgs, context: &Context) -> Result<Exit, Failure> {
    let device = match (args.device, &args.words_file) {
        (Some(device), _) => device,
        (None, None) => 0,
        // Two wallets with one number would make the same coins, so none is guessed.
        (None, Some(_)) => return Err(failure::no_device()),
    };
    let seed = match &args.words_file {
        Some(file) => Seed::new(*words::read_file(file, args.words)?),
        None => Seed::new(entropy::fresh().map_err(Trouble::from)?),
    };
    let passphrase = new_passphrase(args.passphrase)?;
    let session = Session::create_from(seed, device, folder, node, args.federation.as_ref(), passphrase)?;
    // Words that are in a file already are not shown again.
    let words = match &args.words_file {
        Some(_) => None,
        None => Some(words::write(&session.wallet().expose_seed(), args.words)?),
    };
    let charter = session.charter();
    for warning in &session.warnings {
        context.note(format!("look: {warning}"));
    }
    let federation = charter.federation();
    let advice = match &words {
        Some(words) => format!(
            "These 24 words are your points. Write them down, keep them where nobody else looks, and don't photograph \
             them:\n\n{}",
            in_rows(words)
        ),
        None => format!(
            "It is device {} of your 24 words. If an earlier wallet of them had this number, make another one with a \
             number that none had (--device): two with one number make the same coins, and each can be spent once.\n\
             `ronde wallet recover DIGEST` brings back the coins of an order that an earlier one made.",
            device
        ),
    };
    let text = format!(
        "A new wallet in {}.\nFederation {federation}, {}.\n\n{advice}",
        folder.display(),
        counted(charter.body().stores.len(), "store", "stores"),
    );
    let object = json!({
        "ok": true, "wallet": folder, "federation": federation, "charter_version": charter.version(),
        "device": device, "warnings": session.warnings,
        "words": words.as_ref().map(|words| words.split(' ').collect::<Vec<_>>()),
    });
    context.say(text, &object);
    Ok(if session.warnings.is_empty() { Exit::Ok } else { Exit::Warn })
}

pub(super) fn new_passphrase(wanted: bool) -> Result<Option<SecretString>, Trouble> {
    let given = given_passphrase();
    if given.is_some() || !wanted {
        return Ok(given);
    }
    let first = typed("New passphrase: ")?;
    let second = typed("The same again: ")?;
    if first.expose_secret() == second.expose_secret() { Ok(Some(first)) } else { Err(Trouble::PassphraseMismatch) }
}

fn in_rows(words: &str) -> String {
    let mut text = String::new();
    for (place, word) in words.split(' ').enumerate() {
        let end = if place % 6 == 5 { "\n" } else { " " };
        text.push_str(&format!("{:>2} {word:<9}{end}", place + 1));
    }
    text
}
