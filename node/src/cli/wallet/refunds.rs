//! `ronde wallet refunds`, and what `pay` and `resume` say of payments that came back.

use ronde_protocol::message::ids::{KeysetId, OrderDigest};
use serde_json::{Value, json};

use super::{act, failure, say};
use crate::cli::{Context, Exit, Failure};
use crate::wallet::session::{Asked, Became};
use crate::wallet::{Session, Trouble};

/// What shops said of payments: what its owner should know, as lines without a full stop; all of it as objects; and whether
/// that needs a look.
pub(super) struct Refunds {
    pub(super) lines: Vec<String>,
    pub(super) objects: Vec<Value>,
    pub(super) exit: Exit,
}

/// Asks about every payment that no shop has answered for yet.
pub(super) fn ask(session: &mut Session) -> Refunds {
    let asked = session.ask_payments();
    told(session, &asked, false)
}

/// `{ok, refunds: [{order, store, store_name, points, state, error}], balance, warnings, evidence}`; `state` is `paid`,
/// `not_heard`, `back` (with the claim's `progress`: `done`, `arriving` or `pending`), `elsewhere`, `by_hand` or `failed`,
/// where `error` says why.
pub(super) fn run(
    session: &mut Session,
    order: Option<&OrderDigest>,
    keyset: Option<u32>,
    context: &Context,
) -> Result<Exit, Failure> {
    let asked = match order {
        Some(order) => vec![session.ask_payment_of(order, keyset.map(KeysetId))?],
        None => session.ask_payments(),
    };
    let Refunds { lines, objects, exit } = told(session, &asked, true);
    let done = asked.iter().filter_map(|one| match &one.became {
        Ok(Became::Back(done)) => Some(done),
        _ => None,
    });
    let (evidence, seen) = act::aftermath(session, done, context);
    let balance = session.spendable();
    let mut text: Vec<String> = lines.into_iter().map(|line| format!("{line}.")).collect();
    if text.is_empty() {
        text.push("No shop has to be asked about a payment.".to_owned());
    }
    text.push(format!("You have {}.", say::points(balance)));
    let object = json!({
        "ok": true, "refunds": objects, "balance": balance, "warnings": session.warnings, "evidence": evidence,
    });
    context.say(text.join("\n"), &object);
    Ok(exit.max(seen))
}

/// With `all`, also what is as it should be.
fn told(session: &Session, asked: &[Asked], all: bool) -> Refunds {
    let mut refunds = Refunds { lines: Vec::new(), objects: Vec::new(), exit: Exit::Ok };
    for one in asked {
        let store = say::store(session.charter(), one.store);
        let (points, code) = (say::points(one.points), say::short(Some(&one.order)));
        let (state, line, worry) = match &one.became {
            Ok(Became::Paid) => ("paid", all.then(|| format!("{points} to {store}: it bought what it was for")), false),
            Ok(Became::NotHeard) => {
                ("not_heard", all.then(|| format!("{points} to {store}: it has not heard of order {code} yet")), false)
            }
            Ok(Became::Back(done)) => {
                let mut line = format!("{points} back from {store}: order {code} could buy nothing there any more");
                if let Some(rest) = say::afterwards(done.progress) {
                    line.push_str(&format!(". {}", rest.trim_end_matches('.')));
                }
                ("back", Some(line), say::afterwards(done.progress).is_some())
            }
            Ok(Became::Elsewhere) => {
                let line = format!(
                    "{points} of order {code} at {store} could buy nothing, and go back to another wallet of your words"
                );
                ("elsewhere", Some(line), false)
            }
            Ok(Became::ByHand) => {
                let line = format!(
                    "{store} owes you {points} and can't give them back by itself: show the order code {code} there"
                );
                ("by_hand", Some(line), true)
            }
            // It is asked the next time.
            Err(Trouble::Unreachable { .. }) if !all => ("failed", None, false),
            Err(trouble) => {
                let failure = failure::of(trouble);
                let line = format!(
                    "{points} to {store}: what became of order {code} is not known yet: {}. To do: {}",
                    failure.what(),
                    failure.fix()
                );
                ("failed", Some(line), true)
            }
        };
        refunds.exit = refunds.exit.max(if worry { Exit::Warn } else { Exit::Ok });
        refunds.lines.extend(line);
        let error = one.became.as_ref().err().map(|trouble| failure::of(trouble).to_json());
        let mut object = json!({
            "order": one.order, "store": one.store, "store_name": store, "points": one.points, "state": state,
            "error": error,
        });
        if let (Ok(Became::Back(done)), Some(fields)) = (&one.became, object.as_object_mut()) {
            fields.insert("progress".to_owned(), json!(say::state(done.progress)));
        }
        refunds.objects.push(object);
    }
    refunds
}
