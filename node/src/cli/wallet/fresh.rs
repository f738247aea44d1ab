//! `ronde wallet new`

use std::path::Path;

use age::secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::{NewArgs, given_passphrase, typed};
use crate::cli::{Context, Exit, Failure};
use crate::wallet::{Session, Trouble, words};

pub(super) fn run(folder: &Path, node: &str, args: &NewArgs, context: &Context) -> Result<Exit, Failure> {
    let session = Session::create(folder, node, args.federation.as_ref(), new_passphrase(args.passphrase)?)?;
    let words = words::write(&session.wallet().expose_seed(), args.words)?;
    let charter = session.charter();
    for warning in &session.warnings {
        context.note(format!("look: {warning}"));
    }
    let federation = charter.federation();
    let text = format!(
        "A new wallet in {}.\nFederation {federation}, {} stores.\n\nThese 24 words are your points. Write them down, \
         keep them where nobody else looks, and don't photograph them:\n\n{}",
        folder.display(),
        charter.body().stores.len(),
        in_rows(&words),
    );
    let object = json!({
        "ok": true, "wallet": folder, "federation": federation, "charter_version": charter.version(),
        "words": words.split(' ').collect::<Vec<_>>(), "warnings": session.warnings,
    });
    context.say(text, &object);
    Ok(if session.warnings.is_empty() { Exit::Ok } else { Exit::Warn })
}

fn new_passphrase(wanted: bool) -> Result<Option<SecretString>, Trouble> {
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
