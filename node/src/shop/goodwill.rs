//! Points that make something good: what a manager gives without a basket, bounded month by month (EARN-14).
//!
//! | key in the table of hours | value |
//! | --- | --- |
//! | `m`, a month | what was given in it |
//! | `w`, a grant's id | [`Counted`], so that it can be given back |

use ronde_protocol::message::amount::Points;
use ronde_protocol::message::codec::{Decode, Encode};
use ronde_protocol::message::order::Seconds;
use ronde_protocol::message::text::Text;

use super::records::{RecordId, load, save};
use super::{Cap, OverCap, Shop, ShopError, totals};
use crate::date::Day;
use crate::store::{Read, Table, Transaction};

/// A grant of goodwill.
#[derive(Encode, Decode)]
struct Counted {
    month: u64,
    worth: Points,
}

/// Months of UTC, counted on.
fn month(time: Seconds) -> u64 {
    let day = Day::of(time);
    day.year.saturating_mul(12).saturating_add(u64::from(day.month))
}

fn month_key(month: u64) -> Vec<u8> {
    [b"m".as_slice(), &month.to_be_bytes()].concat()
}

fn grant_key(id: RecordId) -> Vec<u8> {
    [b"w".as_slice(), &id.bytes()].concat()
}

/// What was given in the month of `now`, less what was withdrawn of it.
fn given(read: &dyn Read, month: u64) -> Result<Points, ShopError> {
    Ok(load(read, Table::Hourly, &month_key(month))?.unwrap_or_default())
}

/// Counts a grant of goodwill that is made now, if the month's cap allows it.
pub(super) fn count(
    transaction: &mut dyn Transaction,
    most: Option<Points>,
    now: Seconds,
    (id, till, worth): (RecordId, &Text, Points),
) -> Result<(), ShopError> {
    let month = month(now);
    let before = given(transaction, month)?;
    let after = Points(before.0.saturating_add(worth.0));
    if let Some(most) = most.filter(|most| after > *most) {
        let left = Points(most.0.saturating_sub(before.0));
        return Err(OverCap { cap: Cap::Goodwill, left, fits_later: worth <= most }.into());
    }
    save(transaction, Table::Hourly, &month_key(month), &after)?;
    save(transaction, Table::Hourly, &grant_key(id), &Counted { month, worth })?;
    totals::count(transaction, Some(till.as_str()), now, |totals| {
        totals.goodwill = totals.goodwill.saturating_add(worth.0);
    })
}

/// A grant is withdrawn: if it was one of goodwill it is taken out of its month, once.
pub(super) fn give_back(transaction: &mut dyn Transaction, id: RecordId) -> Result<(), ShopError> {
    let key = grant_key(id);
    let Some(Counted { month, worth }) = load(transaction, Table::Hourly, &key)? else { return Ok(()) };
    transaction.delete(Table::Hourly, &key)?;
    let left = Points(given(transaction, month)?.0.saturating_sub(worth.0));
    Ok(save(transaction, Table::Hourly, &month_key(month), &left)?)
}

/// Whether a grant makes something good.
pub(super) fn is_goodwill(read: &dyn Read, id: RecordId) -> Result<bool, ShopError> {
    Ok(read.get(Table::Hourly, &grant_key(id))?.is_some())
}

impl Shop {
    /// What was given in this month of UTC to make something good, and what bounds it.
    pub fn goodwill(&self) -> Result<(Points, Option<Points>), ShopError> {
        let given = self.0.readers.with(|read| given(read, month(self.now())))?;
        Ok((given, self.caps().goodwill))
    }
}
