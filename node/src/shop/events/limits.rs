//! Warnings that a cap is nearly used up, each once a day (EVENT-19).

use ronde_protocol::message::amount::Points;
use ronde_protocol::message::order::Seconds;
use serde_json::json;

use super::{Kind, log};
use crate::date::DAY;
use crate::shop::records::{load, save};
use crate::shop::{Shop, ShopError};
use crate::store::{Table, Transaction};

/// What keys of caps begin with: the day on which each was warned of last.
const CAPS: &[u8] = b"l";

/// Tells, in the transaction that counts, that `used` of `of` points of a cap are used up; once a UTC day for each `cap`.
/// What stands behind a `/` in the cap's name tells caps of one kind apart (a till's name) and is told to nobody.
pub(in crate::shop) fn warn_limit(
    tx: &mut dyn Transaction,
    now: Seconds,
    cap: &str,
    (used, of): (Points, Points),
) -> Result<bool, ShopError> {
    let (key, today) = ([CAPS, cap.as_bytes()].concat(), now / DAY);
    if load::<u64>(&*tx, Table::Event, &key)? == Some(today) {
        return Ok(false);
    }
    save(tx, Table::Event, &key, &today)?;
    let kind = cap.split_once('/').map_or(cap, |(kind, _)| kind);
    log::append(tx, now, Kind::LimitWarning, &json!({ "cap": kind, "used": used, "of": of }))?;
    Ok(true)
}

impl Shop {
    /// The same in a transaction of its own. Whether it was the first time today.
    pub async fn warn_limit(&self, cap: &str, used: Points, of: Points) -> Result<bool, ShopError> {
        let (cap, now) = (cap.to_owned(), self.now());
        self.write(move |tx| warn_limit(tx, now, &cap, (used, of))).await
    }
}
