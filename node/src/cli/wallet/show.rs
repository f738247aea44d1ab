//! `ronde wallet balance`, `history`, `pending`: nothing is sent.

use std::collections::BTreeMap;

use ronde_protocol::machine::wallet::{OpenOrder, Outcome, PendingView, Record, Stage, Task};
use ronde_protocol::message::amount::Points;
use ronde_protocol::message::ids::CampaignId;
use ronde_protocol::message::order::Purpose;
use serde_json::{Value, json};

use super::{rollover, say};
use crate::cli::{Context, Exit, Failure};
use crate::wallet::Session;

/// `{ok, federation, points, held, arriving, unproven, pending, keysets: [{keyset, points, held, arriving, unproven, coins,
/// incomplete, redeem_until}], vouchers: [{offer, name, value, count}], ballots: [{campaign, name, count}], expiring, moves,
/// evidence}`
pub(super) fn balance(session: &Session, context: &Context) -> Result<Exit, Failure> {
    let charter = session.charter();
    let balance = session.wallet().balance(charter);
    let open = session.wallet().pending().iter().filter(|view| view.stage != Stage::Completing).count();
    let mut lines = vec![format!("You have {}.", say::points(balance.spendable()))];
    if balance.held() > Points::ZERO {
        lines.push(format!("{} are held by orders that are not decided yet.", say::points(balance.held())));
    }
    if balance.unproven() > Points::ZERO {
        lines.push(format!(
            "{} came back and are not exchanged yet, since they may have been spent before: `ronde wallet resume` does \
             that.",
            say::points(balance.unproven())
        ));
    }
    if balance.arriving() > Points::ZERO {
        lines
            .push(format!("{} are on their way: `ronde wallet resume` fetches them.", say::points(balance.arriving())));
    }
    let mut vouchers = Vec::new();
    for line in &balance.vouchers {
        let offer = charter.offer(line.offer);
        let name = offer.map(|offer| offer.name.to_string());
        let value = offer.map_or(Points::ZERO, |offer| offer.value);
        lines.push(format!(
            "{} x voucher {}: {}, worth {} each.",
            line.count,
            line.offer,
            name.as_deref().unwrap_or("unknown"),
            say::points(value)
        ));
        vouchers.push(json!({ "offer": line.offer, "name": name, "value": value, "count": line.count }));
    }
    let mut counts = BTreeMap::<CampaignId, usize>::new();
    balance.ballots.iter().for_each(|campaign| *counts.entry(*campaign).or_default() += 1);
    let mut ballots = Vec::new();
    for (campaign, count) in counts {
        let name = charter.campaign(campaign).map(|campaign| campaign.name.to_string());
        lines.push(format!("{count} x ballot {campaign}: {}", name.as_deref().unwrap_or("unknown")));
        ballots.push(json!({ "campaign": campaign, "name": name, "count": count }));
    }
    if open > 0 {
        lines.push(format!("{open} not done yet: see `ronde wallet pending`."));
    }
    let keysets: Vec<Value> = balance
        .keysets
        .iter()
        .map(|(id, of)| {
            json!({
                "keyset": id, "points": of.spendable, "held": of.held, "arriving": of.arriving,
                "unproven": of.unproven, "coins": of.coins, "incomplete": of.incomplete,
                "redeem_until": charter.keyset(*id).map(|keyset| keyset.redeem_until()),
            })
        })
        .collect();
    let (expiring, moves) = (rollover::expiring(session, &mut lines), rollover::planned(session, &mut lines)?);
    let object = json!({
        "ok": true, "federation": charter.federation(), "points": balance.spendable(), "held": balance.held(),
        "arriving": balance.arriving(), "unproven": balance.unproven(), "pending": open, "keysets": keysets, "vouchers": vouchers,
        "ballots": ballots, "expiring": expiring, "moves": moves, "evidence": evidence(session, &mut lines),
    });
    context.say(lines.join("\n"), &object);
    Ok(Exit::Ok)
}

fn evidence(session: &Session, lines: &mut Vec<String>) -> Vec<Value> {
    let (charter, kept) = (session.charter(), &session.wallet().book().evidence);
    lines.extend(kept.iter().map(|evidence| format!("look: {}", say::evidence(charter, evidence))));
    kept.iter().map(|evidence| say::evidence_object(charter, evidence)).collect()
}

/// `{ok, records: [{at, purpose, store, store_name, points, vouchers: [{offer, count}], association, campaign, choice,
/// order, keyset, outcome}]}`, oldest first; `outcome` is `certified`, `refunded`, `lost`, `withdrawn` or `recovered`. With
/// `order` and `keyset` another wallet of the same words can recover the order's coins.
pub(super) fn history(session: &Session, context: &Context) -> Exit {
    let charter = session.charter();
    let records = &session.wallet().book().history;
    let line = |record: &Record| {
        let deed = match record.outcome {
            Outcome::Recovered => say::things(charter, record.points, &record.vouchers),
            _ => say::deed(charter, &record.purpose, record.store, record.points, &record.vouchers),
        };
        let end = match record.outcome {
            Outcome::Certified => "",
            Outcome::Refunded => ": a payment that came too late, back",
            Outcome::Recovered => " recovered from the 24 words",
            Outcome::Lost => ": refused, these coins were spent by another order",
            Outcome::Withdrawn => ": withdrawn by the store",
        };
        format!("{}  {}  {deed}{end}", say::time(record.at), say::short(record.digest.as_ref()))
    };
    let text = match records.is_empty() {
        true => "Nothing yet.".to_owned(),
        false => records.iter().map(line).collect::<Vec<_>>().join("\n"),
    };
    let objects: Vec<Value> = records
        .iter()
        .map(|record| {
            let outcome = match record.outcome {
                Outcome::Certified => "certified",
                Outcome::Refunded => "refunded",
                Outcome::Recovered => "recovered",
                Outcome::Lost => "lost",
                Outcome::Withdrawn => "withdrawn",
            };
            let vouchers = record.vouchers.iter();
            let mut object = json!({
                "at": record.at, "store": record.store, "store_name": say::store(charter, record.store),
                "points": record.points, "order": record.digest, "keyset": record.keyset, "outcome": outcome,
                "vouchers": vouchers.map(|of| json!({ "offer": of.offer, "count": of.count })).collect::<Vec<_>>(),
            });
            describe(&mut object, &record.purpose);
            object
        })
        .collect();
    context.say(text, &json!({ "ok": true, "records": objects }));
    Exit::Ok
}

/// `{ok, pending: [{order, purpose, keyset, store, store_name, points, stage, since, association, campaign, choice}]}`,
/// oldest first; `stage` is `sent`, `certified` or `completing` (its coins can be spent already).
pub(super) fn pending(session: &Session, context: &Context) -> Exit {
    let charter = session.charter();
    let mut views = session.wallet().pending();
    // Of what came back from the seed nothing is waited for: its coins are exchanged as they are (RESTORE-33).
    let back = |open: &OpenOrder| matches!(open.task, Task::Recovered { usable: true, .. });
    let back: Vec<_> =
        session.wallet().book().open.iter().filter(|open| back(open)).filter_map(OpenOrder::order).collect();
    views.retain(|view| !back.iter().any(|order| view.digest == Some(order.digest())));
    let line = |view: &PendingView| {
        let deed = say::deed(charter, &view.purpose, view.store, view.points, &[]);
        let stage = match view.stage {
            Stage::Sent => "not decided yet",
            Stage::Certified => "certified, its coins are on their way",
            Stage::Completing => "done, some witnesses have yet to answer",
        };
        format!("{}  {}  {deed}: {stage}", say::time(view.since), say::short(view.digest.as_ref()))
    };
    let text = match views.is_empty() {
        true => "Everything is done.".to_owned(),
        false => views.iter().map(line).collect::<Vec<_>>().join("\n"),
    };
    let objects: Vec<Value> = views.iter().map(|view| pending_object(session, view)).collect();
    context.say(text, &json!({ "ok": true, "pending": objects }));
    if views.iter().all(|view| view.stage == Stage::Completing) { Exit::Ok } else { Exit::Warn }
}

pub(super) fn pending_object(session: &Session, view: &PendingView) -> Value {
    let stage = match view.stage {
        Stage::Sent => "sent",
        Stage::Certified => "certified",
        Stage::Completing => "completing",
    };
    let mut object = json!({
        "order": view.digest, "keyset": view.keyset, "store": view.store,
        "store_name": say::store(session.charter(), view.store), "points": view.points, "stage": stage,
        "since": view.since,
    });
    describe(&mut object, &view.purpose);
    object
}

/// Adds `purpose`, `association`, `campaign` and `choice` (counted from 1), null where they don't apply.
pub(super) fn describe(object: &mut Value, purpose: &Purpose) {
    let (association, campaign, choice) = match purpose {
        Purpose::Donate { association } | Purpose::Pledge { association, .. } => (Some(*association), None, None),
        Purpose::Vote { campaign, choice } => (None, Some(*campaign), Some(u16::from(*choice) + 1)),
        Purpose::Earn | Purpose::Redeem | Purpose::Swap => (None, None, None),
    };
    if let Some(fields) = object.as_object_mut() {
        fields.insert("purpose".to_owned(), json!(say::purpose(purpose)));
        fields.insert("association".to_owned(), json!(association));
        fields.insert("campaign".to_owned(), json!(campaign));
        fields.insert("choice".to_owned(), json!(choice));
    }
}
