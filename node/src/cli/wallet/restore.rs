//! `ronde wallet restore`: `{ok, wallet, device, orders, found, spent, questions, among, resumed: [{.. as in resume}], balance,
//! warnings, evidence}`; `found` and `spent` are in points: all that the orders made,
//! and what turned out to be spent in orders that were not found; `among` is how many orders the
//! smallest answer had, or null.

use std::path::Path;

use ronde_protocol::crypto::Seed;
use ronde_protocol::limits::MIN_BUCKET_ENTRIES;
use ronde_protocol::message::amount::Points;
use serde_json::json;

use super::{RestoreArgs, act, failure, fresh, passphrase, say};
use crate::cli::plural::counted;
use crate::cli::{Context, Exit, Failure};
use crate::wallet::session::{Progress, Restored, Resumed, Searching};
use crate::wallet::{Session, Trouble, words};

/// Questions between two lines that say how far the search is.
const TOLD_EVERY: usize = 10;

pub(super) fn run(folder: &Path, node: Option<&str>, args: &RestoreArgs, context: &Context) -> Result<Exit, Failure> {
    let mut session = match &args.words_file {
        Some(file) => {
            let node = node.ok_or_else(failure::no_node)?;
            let seed = Seed::new(*words::read_file(file, args.words)?);
            let passphrase = fresh::new_passphrase(args.passphrase)?;
            Session::create_searching(seed, folder, node, args.federation.as_ref(), passphrase)?
        }
        None => Session::open(folder, node, passphrase)?,
    };
    let mut told = 0;
    let Restored { searching, resumed } = session.restore(&mut |searching: &Searching| {
        if searching.questions >= told + TOLD_EVERY || searching.questions == 0 {
            told = searching.questions;
            context.note(progress(searching));
        }
    })?;
    let settled = resumed.iter().filter_map(|one| one.result.as_ref().ok());
    let (evidence, seen) = act::aftermath(&session, settled, context);
    let (spent, resumed): (Vec<Resumed>, Vec<Resumed>) =
        resumed.into_iter().partition(|one| matches!(one.result, Err(Trouble::Spent(_))));
    let spent = Points::sum(spent.iter().map(|one| one.before.points))?;
    let (_, objects, exit) = act::resumed_lines(&session, &resumed);
    let open: Vec<Resumed> = resumed.into_iter().filter(|one| !is_done(one)).collect();
    let (details, ..) = act::resumed_lines(&session, &open);
    let balance = session.spendable();
    let mut lines = summary(&searching, balance);
    lines.extend(details);
    if exit != Exit::Ok {
        lines.push("What is not through stays open: `ronde wallet resume` goes on with it.".to_owned());
    }
    let object = json!({
        "ok": true, "wallet": folder, "device": searching.device, "orders": searching.orders.len(),
        "found": searching.points, "spent": spent, "questions": searching.questions, "among": searching.among, "resumed": objects,
        "balance": balance, "warnings": session.warnings, "evidence": evidence,
    });
    context.say(lines.join("\n"), &object);
    Ok(exit.max(seen))
}

fn is_done(one: &Resumed) -> bool {
    one.result.as_ref().is_ok_and(|done| done.progress == Progress::Done)
}

fn progress(searching: &Searching) -> String {
    format!(
        "Searching device {}: {} answered, {} found",
        searching.device,
        counted(searching.questions, "question", "questions"),
        counted(searching.orders.len(), "order", "orders")
    )
}

/// What is there first. What the orders made is no figure for people: change is made again with every payment, so it is a
/// multiple of what the owner ever had.
fn summary(searching: &Searching, balance: Points) -> Vec<String> {
    let mut lines = match searching.orders.len() {
        0 => vec![
            "No order of these 24 words was found. If you had points: check the words, and that the store is of the same \
             federation."
                .to_owned(),
        ],
        found => vec![
            format!("Your wallet is back. You have {}.", say::points(balance)),
            format!("{} found by your words; what was spent since is not counted.", counted(found, "order was", "orders were")),
        ],
    };
    lines.push(format!("This wallet is device {} of your words.", searching.device));
    lines.push(match searching.among {
        Some(among) => {
            let few = if among < MIN_BUCKET_ENTRIES { "; 1,000 are meant, and there are not so many yet" } else { "" };
            format!(
                "{} asked, each of which hides among {} or more{few}.",
                counted(searching.questions, "question was", "questions were"),
                counted(among, "order", "orders")
            )
        }
        None => "No keyset is served any more, so there was nobody to ask.".to_owned(),
    });
    lines
}
