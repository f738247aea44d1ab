//! `ronde wallet restore`: `{ok, wallet, device, orders, found, spent, questions, among, resumed: [{.. as in resume}], balance,
//! warnings, evidence}`; `found` and `spent` are in points: all that the orders made,
//! and what turned out to be spent in orders that were not found; `among` is how many orders the
//! smallest answer had, or null.

use std::path::Path;

use ronde_protocol::crypto::Seed;
use ronde_protocol::message::amount::Points;
use serde_json::json;

use super::{RestoreArgs, act, failure, fresh, passphrase, say};
use crate::cli::{Context, Exit, Failure};
use crate::wallet::session::{Restored, Resumed, Searching};
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
    let spent = Points(spent.iter().fold(0, |sum, one| sum + one.before.points.0));
    let (details, objects, exit) = act::resumed_lines(&session, &resumed);
    let balance = session.spendable();
    let mut lines = vec![summary(&searching)];
    if spent > Points::ZERO {
        lines.push(format!("{} of them were spent since.", say::points(spent)));
    }
    lines.extend(details);
    lines.push(format!("This wallet is device {} of your words. You have {}.", searching.device, say::points(balance)));
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

fn progress(searching: &Searching) -> String {
    format!(
        "Searching device {}: {} questions answered, {} orders found",
        searching.device,
        searching.questions,
        searching.orders.len()
    )
}

fn summary(searching: &Searching) -> String {
    let found = match searching.orders.len() {
        0 => "No order of your words was found".to_owned(),
        1 => format!("1 order of your words was found, which made {}", say::points(searching.points)),
        many => format!("{many} orders of your words were found, which made {}", say::points(searching.points)),
    };
    match searching.among {
        Some(among) => {
            format!("{found} ({} questions, each of which hides among {among} orders or more).", searching.questions)
        }
        None => format!("{found}: no keyset is served any more."),
    }
}
