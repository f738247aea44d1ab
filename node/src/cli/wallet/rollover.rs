//! What the owner is told before a keyset ends: what moves, and what is lost (WALLET-39).

use ronde_protocol::message::class::Kind;
use serde_json::{Value, json};

use super::{failure, say};
use crate::wallet::Session;
use crate::wallet::session::{Moved, Progress};

/// `[{keyset, redeem_until, points, vouchers, ballots}]`: what is lost after `redeem_until`, but for points that move.
pub(super) fn expiring(session: &Session, lines: &mut Vec<String>) -> Vec<Value> {
    let charter = session.charter();
    let mut objects = Vec::new();
    for ending in session.wallet().expiring(charter, session.now()) {
        let of = |which: fn(&Kind) -> bool| -> usize {
            ending.coins.iter().filter(|(kind, _)| which(kind)).map(|(_, count)| *count).sum()
        };
        let vouchers = of(|kind| matches!(kind, Kind::Voucher { .. }));
        let ballots = of(|kind| matches!(kind, Kind::Ballot { .. }));
        if vouchers > 0 || ballots > 0 {
            lines.push(format!(
                "look: {vouchers} vouchers and {ballots} ballots can be used until {}; they do not move into the next keyset",
                say::time(ending.redeem_until)
            ));
        }
        objects.push(json!({
            "keyset": ending.keyset, "redeem_until": ending.redeem_until, "points": ending.points,
            "vouchers": vouchers, "ballots": ballots,
        }));
    }
    objects
}

/// `[{keyset, denomination, points, at}]`: coins that will move into a later keyset, and when.
pub(super) fn planned(session: &Session, lines: &mut Vec<String>) -> Vec<Value> {
    let now = session.now();
    let planned = session.wallet().planned_moves(session.charter(), now);
    let due: u64 = planned.iter().filter(|planned| planned.at <= now).map(|planned| planned.points.0).sum();
    if due > 0 {
        lines.push(format!("{due} points are due to move into the next keyset: `ronde wallet resume` moves them."));
    }
    let object = |planned: &ronde_protocol::machine::wallet::PlannedMove| {
        json!({
            "keyset": planned.keyset, "denomination": planned.denomination, "points": planned.points, "at": planned.at,
        })
    };
    planned.iter().map(object).collect()
}

/// `[{keyset, denomination, points, state, order, error}]`, and whether all of it is done.
pub(super) fn moved(moved: &[Moved], lines: &mut Vec<String>) -> (Vec<Value>, bool) {
    let mut all_done = true;
    let mut objects = Vec::new();
    for one in moved {
        let (state, order, error) = match &one.result {
            Ok(done) => {
                all_done &= done.progress == Progress::Done;
                (say::state(done.progress), json!(done.digest), Value::Null)
            }
            Err(trouble) => {
                all_done = false;
                let failure = failure::of(trouble);
                lines.push(format!("{} did not move yet: {}.", say::points(one.planned.points), failure.what()));
                ("failed", Value::Null, failure.to_json())
            }
        };
        objects.push(json!({
            "keyset": one.planned.keyset, "denomination": one.planned.denomination, "points": one.planned.points,
            "state": state, "order": order, "error": error,
        }));
    }
    let sum: u64 = moved.iter().filter(|one| one.result.is_ok()).map(|one| one.planned.points.0).sum();
    if sum > 0 {
        lines.push(format!("{sum} points moved into the next keyset, because theirs ends."));
    }
    (objects, all_done)
}
