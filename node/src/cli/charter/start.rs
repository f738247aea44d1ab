//! How a federation begins: stewards' keys, and a plan with the genesis block.

use std::path::{Path, PathBuf};

use clap::Args;
use ronde_protocol::crypto::{SigningKey, VerifyingKeyBytes};
use serde_json::json;
use zeroize::Zeroizing;

use super::hex_bytes::{public_key, show_key};
use super::plan::{self, Plan};
use crate::cli::{Blame, Context, Exit, Failure};
use crate::clock::Clock;
use crate::date::{DAY, Day};
use crate::{entropy, secret_file};

/// `ronde charter steward`
#[derive(Debug, Args)]
pub struct StewardArgs {
    /// The secret file to write, mode 0600; never overwrites one
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Makes a steward's key.
pub fn steward(args: &StewardArgs, context: &Context) -> Result<Exit, Failure> {
    let seed = Zeroizing::new(entropy::fresh()?);
    let public = show_key(&SigningKey::from_seed(&seed).verifying_key().encode());
    secret_file::write_seed(&args.out, &seed)?;
    let text = format!(
        "{public}\nThis is the public key, for `ronde charter new --steward`. The secret is in {}: keep it offline, with a copy elsewhere.",
        args.out.display()
    );
    context.say(text, &json!({ "ok": true, "public_key": public, "file": args.out }));
    Ok(Exit::Ok)
}

/// Begins a federation: writes its plan.
pub fn begin(
    name: &str,
    stewards: &[String],
    threshold: Option<u8>,
    out: &Path,
    context: &Context,
) -> Result<Exit, Failure> {
    let keys = stewards.iter().map(|text| public_key(text)).collect::<Result<Vec<_>, _>>()?;
    let threshold = check_stewards(&keys, threshold)?;
    let now = Clock::System.unix_seconds();
    let text = plan::template(&plan::Beginning {
        name,
        keys: &keys,
        threshold,
        salt: entropy::fresh()?,
        expires: Day::of(now + 400 * DAY),
        issue_until: Day::of(now + 365 * DAY),
        redeem_until: Day::of(now + 2 * 365 * DAY),
    });
    let federation = Plan::parse(out, &text)?.genesis()?.federation();
    write_new(out, &text)?;
    let said = format!(
        "The federation {name:?} is {federation}.\n{} holds the plan of its charter: edit it, and let each store run `ronde init --plan`.",
        out.display()
    );
    context.say(said, &json!({ "ok": true, "federation": federation, "threshold": threshold, "file": out }));
    Ok(Exit::Ok)
}

/// Each key once, and a threshold that they can reach; without one, more than half.
fn check_stewards(keys: &[VerifyingKeyBytes], threshold: Option<u8>) -> Result<u8, Failure> {
    let count = u8::try_from(keys.len()).unwrap_or(u8::MAX);
    let threshold = threshold.unwrap_or(count / 2 + 1);
    let repeated = keys.iter().enumerate().any(|(at, key)| keys.iter().skip(at + 1).any(|other| other == key));
    if repeated || threshold == 0 || threshold > count {
        return Err(Failure::new(
            format!("{threshold} of {count} stewards can't sign, or one of them is named twice"),
            Blame::You,
            "name each steward once, and a --threshold from 1 to their number",
        ));
    }
    Ok(threshold)
}

/// Writes a file that must not be there yet.
fn write_new(path: &Path, text: &str) -> Result<(), Failure> {
    use std::io::Write as _;
    let mut file = std::fs::File::create_new(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => Failure::new(
            format!("{} exists already", path.display()),
            Blame::You,
            "choose another name: a plan holds the federation's identity and is not overwritten",
        ),
        _ => Failure::file(path, &error),
    })?;
    file.write_all(text.as_bytes()).map_err(|error| Failure::file(path, &error))
}
