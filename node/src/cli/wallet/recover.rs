//! `ronde wallet recover`

use ronde_protocol::machine::wallet::Recovered;
use ronde_protocol::message::charter::Charter;
use ronde_protocol::message::ids::{KeysetId, OrderDigest, StoreId};
use ronde_protocol::message::order::Order;
use serde_json::json;

use super::{act, say, show};
use crate::cli::{Context, Exit, Failure};
use crate::wallet::Session;

/// Adds `keyset`, `store`, `store_name`, `purpose`, `association`, `campaign` and `choice` of the order, and what is new in
/// the wallet: `points`, `coins` (how many), `vouchers: [{offer, count}]`, `ballots` (a campaign for each).
pub(super) fn run(
    session: &mut Session,
    digest: &OrderDigest,
    keyset: Option<u32>,
    context: &Context,
) -> Result<Exit, Failure> {
    let brought = session.recover(digest, keyset.map(KeysetId))?;
    let (order, recovered) = (&brought.order, &brought.recovered);
    let charter = session.charter();
    let vouchers = recovered.vouchers.iter().map(|of| json!({ "offer": of.offer, "count": of.count }));
    let mut object = json!({
        "keyset": order.keyset, "store": order.store, "store_name": say::store(charter, order.store),
        "points": recovered.points, "coins": recovered.coins, "vouchers": vouchers.collect::<Vec<_>>(),
        "ballots": recovered.ballots,
    });
    show::describe(&mut object, &order.purpose);
    let text = text(charter, digest, order, recovered);
    Ok(act::report(session, &text, object, &brought.done, context))
}

fn text(charter: &Charter, digest: &OrderDigest, order: &Order, recovered: &Recovered) -> String {
    let code = say::short(Some(digest));
    if recovered.coins == 0 {
        return format!("Nothing new: this wallet knows order {code} already, with all that is left of its coins");
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
    format!(
        "{what} came back: the coins that order {code} of {}{place} made.\nWhich of them were spent since then is not \
         known here: those will be refused when you spend them, and leave this wallet then",
        say::time(order.time)
    )
}
