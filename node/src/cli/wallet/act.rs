//! `ronde wallet claim`, `pay`, `swap`, `give`, `vote`, `resume`: what sends something.

use ronde_protocol::machine::wallet::GrantTerms;
use ronde_protocol::message::amount::Points;
use ronde_protocol::message::charter::{Association, Campaign};
use ronde_protocol::message::ids::{OfferId, StoreId};
use ronde_protocol::message::order::Purpose;
use serde_json::{Value, json};

use super::{PayArgs, baskets, failure, refunds, rollover, say, show};
use crate::cli::plural::counted;
use crate::cli::{Context, Exit, Failure};
use crate::wallet::Session;
use crate::wallet::session::{Done, Progress, Resumed};

/// Adds `store`, `store_name`, `vouchers`, `ballot`, `receipt` and `receipt_file`.
pub(super) fn claim(session: &mut Session, link: &str, context: &Context) -> Result<Exit, Failure> {
    let claimed = session.claim(link)?;
    let GrantTerms { store, points, ballot, vouchers } = &claimed.terms;
    let charter = session.charter();
    let mut text = say::deed(charter, &Purpose::Earn, *store, *points, vouchers);
    if let Some(campaign) = ballot.and_then(|campaign| charter.campaign(campaign)) {
        text.push_str(&format!(", with a ballot for \"{}\"", campaign.name));
    }
    let receipt = session.receipts.first();
    receipt.iter().for_each(|kept| text.push_str(&format!(".\n{}", say::receipt(kept))));
    let object = json!({
        "store": store, "store_name": say::store(charter, *store), "points": points, "ballot": ballot,
        "receipt": receipt.map(|kept| kept.text.as_str()), "receipt_file": receipt.map(|kept| &kept.path),
        "vouchers": vouchers.iter().map(|of| json!({ "offer": of.offer, "count": of.count })).collect::<Vec<_>>(),
    });
    Ok(report(session, &text, object, &claimed.done, context))
}

/// Adds `store`, `store_name` and `refunds` (as `ronde wallet refunds` does).
pub(super) fn pay(session: &mut Session, args: &PayArgs, context: &Context) -> Result<Exit, Failure> {
    let vouchers: Vec<OfferId> = args.vouchers.iter().copied().map(OfferId).collect();
    let paid = session.pay(&args.link, args.points.map(Points), &vouchers)?;
    let mut text = format!("{} to {}", say::points(paid.points), paid.store.name);
    if !vouchers.is_empty() {
        let count = counted(vouchers.len(), "voucher", "vouchers");
        text = format!("{} and {count} to {}", say::points(paid.points), paid.store.name);
    }
    // While the store is at hand; what it has not heard yet is asked by the next command that goes on with things.
    let refunds = refunds::ask(session);
    refunds.lines.iter().for_each(|line| text.push_str(&format!(".\n{line}")));
    let object = json!({
        "store": paid.store.id, "store_name": paid.store.name.as_str(), "points": paid.points,
        "vouchers": args.vouchers, "refunds": refunds.objects,
    });
    Ok(report(session, &text, object, &paid.done, context).max(refunds.exit))
}

/// `{ok, swaps: [{state, order}], moved: [as rollover::moved], points, balance, warnings, evidence}`
pub(super) fn swap(session: &mut Session, renew: bool, context: &Context) -> Result<Exit, Failure> {
    let swapped = session.swap(renew)?;
    let swaps: Vec<Value> =
        swapped.iter().map(|done| json!({ "state": say::state(done.progress), "order": done.digest })).collect();
    let all_done = swapped.iter().all(|done| done.progress == Progress::Done);
    let moves = session.move_due()?;
    let mut lines = Vec::new();
    let (moved, all_moved) = rollover::moved(&moves, &mut lines)?;
    let text = match (swapped.is_empty(), all_done) {
        (true, _) => "There is nothing to merge: your coins are as few as they can be.".to_owned(),
        (false, true) => "Your coins were exchanged.".to_owned(),
        (false, false) => "Not all is decided yet: `ronde wallet resume` completes it.".to_owned(),
    };
    lines.insert(0, text);
    let balance = session.spendable();
    let done = swapped.iter().chain(moves.iter().filter_map(|one| one.result.as_ref().ok()));
    let (evidence, mut exit) = aftermath(session, done, context);
    if !all_done || !all_moved {
        exit = exit.max(Exit::Warn);
    }
    let object = json!({
        "ok": true, "swaps": swaps, "moved": moved, "points": balance, "balance": balance, "warnings": session.warnings,
        "evidence": evidence,
    });
    context.say(lines.join("\n"), &object);
    Ok(exit)
}

/// Adds `association`.
pub(super) fn give(session: &mut Session, name: &str, points: u64, context: &Context) -> Result<Exit, Failure> {
    let known = &session.charter().body().associations;
    let Association { id, .. } = named(known, name, |a| (a.id.0, a.name.as_str()))
        .ok_or_else(|| failure::unknown("association", name, known.iter().map(|a| (a.id.0, a.name.to_string()))))?;
    let (id, points) = (*id, Points(points));
    let done = session.give(id, points)?;
    let text = say::deed(session.charter(), &Purpose::Donate { association: id }, StoreId::NONE, points, &[]);
    Ok(report(session, &text, json!({ "association": id, "points": points }), &done, context))
}

/// Adds `campaign` and `choice`, counted from 1.
pub(super) fn vote(session: &mut Session, name: &str, choice: &str, context: &Context) -> Result<Exit, Failure> {
    let known = &session.charter().body().campaigns;
    let Campaign { id, choices, .. } = named(known, name, |c| (c.id.0, c.name.as_str()))
        .ok_or_else(|| failure::unknown("campaign", name, known.iter().map(|c| (c.id.0, c.name.to_string()))))?;
    let numbered: Vec<(u32, &str)> = (1..).zip(choices.iter().map(|choice| choice.as_str())).collect();
    let wrong = || failure::unknown("choice", choice, numbered.iter().map(|(n, text)| (*n, (*text).to_owned())));
    let (number, _) = named(&numbered, choice, |(number, text)| (*number, text)).ok_or_else(wrong)?;
    let id = *id;
    let place = u8::try_from(number - 1).map_err(|_| wrong())?;
    let number = *number;
    let done = session.vote(id, place)?;
    let purpose = Purpose::Vote { campaign: id, choice: place };
    let text = say::deed(session.charter(), &purpose, StoreId::NONE, Points::ZERO, &[]);
    let object = json!({ "campaign": id, "choice": number, "points": 0 });
    Ok(report(session, &text, object, &done, context))
}

/// `{ok, resumed: [{.. as in pending, state, error}], baskets: [as baskets::of], refunds: [as refunds::run], moved: [as
/// rollover::moved], balance, warnings, evidence}`; `state` is `failed` where `error` says why.
pub(super) fn resume(session: &mut Session, context: &Context) -> Result<Exit, Failure> {
    let mut resumed = session.resume()?;
    let (of_baskets, baskets, seen_baskets) = baskets::resumed(session);
    let refunds = refunds::ask(session);
    let moves = session.move_due()?;
    resumed.extend(session.ask_for_missing()?);
    let (mut lines, objects, mut exit) = resumed_lines(session, &resumed);
    exit = exit.max(refunds.exit).max(seen_baskets);
    lines.extend(of_baskets);
    lines.extend(session.receipts.iter().map(say::receipt));
    lines.extend(refunds.lines.iter().map(|line| format!("{line}.")));
    let (moved, all_moved) = rollover::moved(&moves, &mut lines)?;
    if !all_moved {
        exit = exit.max(Exit::Warn);
    }
    if resumed.is_empty() && moves.is_empty() && refunds.lines.is_empty() && baskets.is_empty() {
        lines.push("Everything is done.".to_owned());
    }
    let settled = resumed.iter().map(|one| &one.result).chain(moves.iter().map(|one| &one.result));
    let (evidence, seen) = aftermath(session, settled.filter_map(|result| result.as_ref().ok()), context);
    let balance = session.spendable();
    lines.push(format!("You have {}.", say::points(balance)));
    let object = json!({
        "ok": true, "resumed": objects, "baskets": baskets, "refunds": refunds.objects, "moved": moved,
        "balance": balance, "warnings": session.warnings, "evidence": evidence,
    });
    context.say(lines.join("\n"), &object);
    Ok(exit.max(seen))
}

/// What coins lack is asked for last, once all else is done and told (WALLET-32). Nobody waits for it: what does not come is
/// asked for again when the wallet is used next. Evidence stays in the wallet.
pub(super) fn ask_last(session: &mut Session, context: &Context) {
    let asked = match session.ask_for_missing() {
        Ok(asked) => asked,
        Err(trouble) => return context.note(format!("look: {}", failure::of(&trouble).what())),
    };
    for one in asked {
        match one.result {
            Ok(done) => done
                .evidence
                .iter()
                .for_each(|evidence| context.note(format!("look: {}", say::evidence(session.charter(), evidence)))),
            Err(trouble) => context.note(format!(
                "look: no shop told what coins of yours lack (they are good as they are): {}",
                failure::of(&trouble).what()
            )),
        }
    }
}

/// What became of open orders and of coins that were asked about: as lines, as objects, and whether that needs a look.
pub(super) fn resumed_lines(session: &Session, resumed: &[Resumed]) -> (Vec<String>, Vec<Value>, Exit) {
    let mut exit = Exit::Ok;
    let mut lines = Vec::new();
    let mut objects = Vec::new();
    for one in resumed {
        let mut object = show::pending_object(session, &one.before);
        let deed = say::deed(session.charter(), &one.before.purpose, one.before.store, one.before.points, &[]);
        let (state, error) = match &one.result {
            Ok(done) => {
                let rest = say::afterwards(done.progress).unwrap_or_else(|| "done.".to_owned());
                lines.push(format!("{deed}: {rest}"));
                (say::state(done.progress), Value::Null)
            }
            Err(trouble) => {
                let failure = failure::of(trouble);
                lines.push(format!("{deed}: {}. To do: {}.", failure.what(), failure.fix()));
                ("failed", failure.to_json())
            }
        };
        if state != "done" {
            exit = exit.max(Exit::Warn);
        }
        if let Some(fields) = object.as_object_mut() {
            fields.insert("state".to_owned(), json!(state));
            fields.insert("error".to_owned(), error);
        }
        objects.push(object);
    }
    (lines, objects, exit)
}

/// By number, or by name whatever its case.
fn named<'a, T>(items: &'a [T], wanted: &str, key: impl Fn(&'a T) -> (u32, &'a str)) -> Option<&'a T> {
    let number = wanted.parse::<u32>().ok();
    let by_number = number.and_then(|number| items.iter().find(|item| key(item).0 == number));
    by_number.or_else(|| items.iter().find(|item| key(item).1.to_lowercase() == wanted.to_lowercase()))
}

/// Says how one order went; the fields every such answer has are added here.
pub(super) fn report(session: &Session, text: &str, mut object: Value, done: &Done, context: &Context) -> Exit {
    let (evidence, mut exit) = aftermath(session, std::iter::once(done), context);
    let balance = session.spendable();
    let mut lines = vec![format!("{text}.")];
    if let Some(rest) = say::afterwards(done.progress) {
        exit = exit.max(Exit::Warn);
        lines.push(rest);
    }
    lines.push(format!("You now have {}.", say::points(balance)));
    if !session.wallet().crowded().is_empty() {
        lines.push("Your purse is full of small coins: `ronde wallet swap` makes fewer of them.".to_owned());
    }
    if let Some(fields) = object.as_object_mut() {
        fields.insert("ok".to_owned(), json!(true));
        fields.insert("state".to_owned(), json!(say::state(done.progress)));
        fields.insert("order".to_owned(), json!(done.digest));
        fields.insert("balance".to_owned(), json!(balance));
        fields.insert("warnings".to_owned(), json!(session.warnings));
        fields.insert("evidence".to_owned(), json!(evidence));
    }
    context.say(lines.join("\n"), &object);
    exit
}

/// Warnings and evidence, said once; either makes the exit code 1.
pub(super) fn aftermath<'a>(
    session: &Session,
    done: impl Iterator<Item = &'a Done>,
    context: &Context,
) -> (Vec<Value>, Exit) {
    for warning in &session.warnings {
        context.note(format!("look: {warning}"));
    }
    let mut objects = Vec::new();
    for evidence in done.flat_map(|done| &done.evidence) {
        context.note(format!("look: {}", say::evidence(session.charter(), evidence)));
        objects.push(say::evidence_object(session.charter(), evidence));
    }
    let quiet = session.warnings.is_empty() && objects.is_empty();
    (objects, if quiet { Exit::Ok } else { Exit::Warn })
}
