//! `ronde wallet recover`

use std::collections::BTreeMap;

use ronde_protocol::machine::wallet::Recovered;
use ronde_protocol::message::amount::{Points, PointsOverflow};
use ronde_protocol::message::charter::Charter;
use ronde_protocol::message::ids::{KeysetId, OrderDigest, StoreId};
use ronde_protocol::message::order::Order;
use serde_json::json;

use super::{act, failure, say, show};
use crate::cli::plural::counted;
use crate::cli::{Context, Exit, Failure};
use crate::wallet::session::{Brought, Progress};
use crate::wallet::{Session, Trouble};

/// Adds `keyset`, `store`, `store_name`, `purpose`, `association`, `campaign` and `choice` of the order, and what is new in
/// the wallet: `points`, `coins` (how many), `vouchers: [{offer, count}]`, `ballots` (a campaign for each). `balance` is what
/// is left of the points once they are exchanged; `state` is `pending` as long as an exchange is not decided.
pub(super) fn run(
    session: &mut Session,
    digest: &OrderDigest,
    keyset: Option<u32>,
    context: &Context,
) -> Result<Exit, Failure> {
    let mut brought = session.recover(digest, keyset.map(KeysetId))?;
    let exchange = exchange(session, &mut brought)?;
    let (order, recovered) = (&brought.order, &brought.recovered);
    let charter = session.charter();
    let vouchers = recovered.vouchers.iter().map(|of| json!({ "offer": of.offer, "count": of.count }));
    let mut object = json!({
        "keyset": order.keyset, "store": order.store, "store_name": say::store(charter, order.store),
        "points": recovered.points, "coins": recovered.coins, "vouchers": vouchers.collect::<Vec<_>>(),
        "ballots": recovered.ballots,
    });
    show::describe(&mut object, &order.purpose);
    let text = std::iter::once(text(charter, digest, order, recovered)).chain(exchange).collect::<Vec<_>>().join(".\n");
    Ok(act::report(session, &text, object, &brought.done, context))
}

fn text(charter: &Charter, digest: &OrderDigest, order: &Order, recovered: &Recovered) -> String {
    let code = say::short(Some(digest));
    if recovered.coins == 0 {
        return format!("Nothing new: all that is left of the coins of order {code} is in this wallet already");
    }
    let mut what = say::things(charter, recovered.points, &recovered.vouchers);
    match recovered.ballots.len() {
        0 => {}
        1 => what.push_str(", a ballot"),
        more => what.push_str(&format!(", {more} ballots")),
    }
    let place = match order.store {
        StoreId::NONE => String::new(),
        store => format!(" at {}", say::store(charter, store)),
    };
    let mut text = format!("{what} came back: the coins that order {code} of {}{place} made", say::time(order.time));
    if !(recovered.vouchers.is_empty() && recovered.ballots.is_empty()) {
        text.push_str(
            ".\nA voucher or ballot that came back is spent by itself, and refused then if it was spent before",
        );
    }
    text
}

/// What became of the points when they were exchanged. What is not decided is a warning.
fn exchange(session: &mut Session, brought: &mut Brought) -> Result<Vec<String>, PointsOverflow> {
    let mut gone = BTreeMap::<String, Points>::new();
    let mut held = Points::ZERO;
    let mut why = None;
    for one in &brought.exchanged {
        match &one.result {
            Err(Trouble::Spent(by)) => {
                let of = gone.entry(by.to_string()).or_default();
                *of = of.plus(one.before.points)?;
            }
            Err(trouble) => {
                held = held.plus(one.before.points)?;
                brought.done.progress = Progress::Pending { votes: 0 };
                why = Some(failure::of(trouble).what().to_owned());
            }
            Ok(done) if done.progress != Progress::Done => {
                held = held.plus(one.before.points)?;
                brought.done.progress = done.progress;
            }
            Ok(_) => {}
        }
    }
    if held > Points::ZERO {
        let why = why.map(|why| format!(": {why}")).unwrap_or_default();
        session.warnings.push(format!(
            "{} that came back can't be used yet, and no other points depend on them; their exchange is not through{why}",
            say::points(held)
        ));
    }
    let waiting = |insist| session.wallet().unproven(session.charter(), session.now(), insist).len();
    let (left, all) = (waiting(false), waiting(true));
    if left > 0 {
        let coins = counted(left, "coin that came back is", "coins that came back are");
        session.warnings.push(format!("{coins} not exchanged yet: `ronde wallet resume` does that"));
    }
    let mut lines: Vec<String> =
        gone.into_iter().map(|(by, points)| format!("{} of them are gone: {by}", say::points(points))).collect();
    if all > left {
        lines.push(format!(
            "{} points or a voucher or ballot, as you choose: pay or vote with that one, or take the points by \
             `ronde wallet swap --renew`",
            counted(all - left, "coin is", "coins are")
        ));
    }
    Ok(lines)
}
