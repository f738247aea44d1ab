//! What the owner is told before a keyset ends: what moves, and what is lost (WALLET-39).

use ronde_protocol::message::amount::{Points, PointsOverflow};
use ronde_protocol::message::class::Kind;
use serde_json::{Value, json};

use super::{failure, say};
use crate::cli::plural::counted;
use crate::wallet::Session;
use crate::wallet::session::{Moved, Progress};

/// `[{keyset, redeem_until, points, vouchers, ballots}]`: what is lost after `redeem_until`, but for points that move.
pub(super) fn expiring(session: &Session, lines: &mut Vec<String>) -> Vec<Value> {
    let charter = session.charter();
    let mut objects = Vec::new();
    for ending in session.wallet().expiring(charter, session.now()) {
        let of = |which: fn(&Kind) -> bool| -> usize {
            // Coins in a wallet: far from any bound of `usize`.
            ending.coins.iter().filter(|(kind, _)| which(kind)).map(|(_, count)| *count).sum()
        };
        let vouchers = of(|kind| matches!(kind, Kind::Voucher { .. }));
        let ballots = of(|kind| matches!(kind, Kind::Ballot { .. }));
        if vouchers > 0 || ballots > 0 {
            lines.push(format!(
                "look: {} and {} can be used until {}; they do not move into the next keyset",
                counted(vouchers, "voucher", "vouchers"),
                counted(ballots, "ballot", "ballots"),
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
pub(super) fn planned(session: &Session, lines: &mut Vec<String>) -> Result<Vec<Value>, PointsOverflow> {
    let now = session.now();
    let planned = session.wallet().planned_moves(session.charter(), now);
    let due = Points::sum(planned.iter().filter(|planned| planned.at <= now).map(|planned| planned.points))?;
    if due > Points::ZERO {
        lines
            .push(format!("Due to move into the next keyset: {}. `ronde wallet resume` moves them.", say::points(due)));
    }
    let object = |planned: &ronde_protocol::machine::wallet::PlannedMove| {
        json!({
            "keyset": planned.keyset, "denomination": planned.denomination, "points": planned.points, "at": planned.at,
        })
    };
    Ok(planned.iter().map(object).collect())
}

/// `[{keyset, denomination, points, state, order, error}]`, and whether all of it is done. Only what is certified has
/// moved.
pub(super) fn moved(moved: &[Moved], lines: &mut Vec<String>) -> Result<(Vec<Value>, bool), PointsOverflow> {
    let mut objects = Vec::new();
    for one in moved {
        let (state, order, error) = match &one.result {
            Ok(done) => (say::state(done.progress), json!(done.digest), Value::Null),
            Err(trouble) => {
                let failure = failure::of(trouble);
                lines.push(format!("Not moved yet: {}. {}.", say::points(one.planned.points), failure.what()));
                ("failed", Value::Null, failure.to_json())
            }
        };
        objects.push(json!({
            "keyset": one.planned.keyset, "denomination": one.planned.denomination, "points": one.planned.points,
            "state": state, "order": order, "error": error,
        }));
    }
    let progress = |one: &Moved| one.result.as_ref().ok().map(|done| done.progress);
    let sum = |which: fn(Progress) -> bool| {
        Points::sum(moved.iter().filter(|one| progress(one).is_some_and(which)).map(|one| one.planned.points))
    };
    let (done, arriving) = (sum(|of| of == Progress::Done)?, sum(|of| of == Progress::Arriving)?);
    let pending = sum(|of| matches!(of, Progress::Pending { .. }))?;
    if done > Points::ZERO {
        lines.push(format!("Moved into the next keyset, because theirs ends: {}.", say::points(done)));
    }
    if arriving > Points::ZERO {
        let what = say::points(arriving);
        lines.push(format!("On their way into the next keyset: {what}. `ronde wallet resume` fetches them."));
    }
    if pending > Points::ZERO {
        let what = say::points(pending);
        lines.push(format!(
            "Not decided yet, to move into the next keyset: {what}. `ronde wallet resume` completes it."
        ));
    }
    let all_done = moved.iter().all(|one| progress(one) == Some(Progress::Done));
    Ok((objects, all_done))
}

#[cfg(test)]
mod tests;
