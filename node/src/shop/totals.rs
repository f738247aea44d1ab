//! What the store did, hour by hour: for its manager, and for caps.
//!
//! Counted in the transaction of what is counted, so that a crash leaves both or neither (EARN-12). Numbers never go down:
//! what was withdrawn is a number of its own, in the hour in which it had been made, so that an hour that is over becomes
//! right and not wrong by it.

use std::ops::Range;

use ronde_protocol::message::amount::Points;
use ronde_protocol::message::codec::{Decode, Encode};
use ronde_protocol::message::order::Seconds;
use serde::Serialize;
use utoipa::ToSchema;

use super::records::{load, save};
use super::{Shop, ShopError};
use crate::store::{Read, Table, Transaction};

/// Seconds in an hour.
const HOUR: Seconds = 3600;
/// Hours that are read at once: more than a century.
const MAX_HOURS: usize = 1_000_000;

/// Sums of a span of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Totals {
    /// Grants that were made for baskets.
    pub baskets: u64,
    /// What the baskets came to, as far as tills said it, in cents.
    pub cents: u64,
    /// Points of all grants that were made.
    pub granted: u64,
    /// Of the baskets, those whose grant the till withdrew.
    pub baskets_withdrawn: u64,
    /// Of the cents, those of such baskets.
    pub cents_withdrawn: u64,
    /// Of the points granted, those of grants that were withdrawn.
    pub withdrawn: u64,
    /// Grants whose claim is certified.
    pub claims: u64,
    /// Their points.
    pub claimed: u64,
    /// Checkouts that were paid.
    pub checkouts: u64,
    /// Points that paid them.
    pub redeemed: u64,
    /// Points pledged to associations.
    pub pledged: u64,
    /// Of these, those of pledges that the witnesses refused for ever.
    pub pledges_refused: u64,
    /// Of the points granted, those that made something good (EARN-14).
    pub goodwill: u64,
    /// Times that goods came back.
    pub returns: u64,
    /// What they had cost, in cents.
    pub cents_back: u64,
    /// Points that went back for them.
    pub points_back: u64,
    /// What was held back for what they had earned, in cents.
    pub cents_held: u64,
    /// Claimed points that had gone back of what was paid: by hand, and for goods.
    pub went_back: u64,
    /// Claimed points of payments that came too late and bought nothing: they are in no other number.
    pub late_back: u64,
}

/// How many of the numbers there were at first.
const FIRST: usize = 12;
/// How many there were then.
const SECOND: usize = 17;
/// How many there are.
const ALL: usize = 19;

impl Totals {
    /// Points that are granted and not withdrawn.
    #[must_use]
    pub fn standing(&self) -> Points {
        Points(self.granted.saturating_sub(self.withdrawn))
    }

    /// Adds those of another time.
    pub fn add(&mut self, other: &Self) {
        let mut other = *other;
        for (sum, more) in self.numbers().into_iter().zip(other.numbers()) {
            *sum = sum.saturating_add(*more);
        }
    }

    /// The names of [`Totals::numbers`].
    pub const NAMES: [&'static str; ALL] = [
        "baskets",
        "cents",
        "granted",
        "baskets_withdrawn",
        "cents_withdrawn",
        "withdrawn",
        "claims",
        "claimed",
        "checkouts",
        "redeemed",
        "pledged",
        "pledges_refused",
        "goodwill",
        "returns",
        "cents_back",
        "points_back",
        "cents_held",
        "went_back",
        "late_back",
    ];

    /// All of them, in the order in which they came to be counted.
    pub fn numbers(&mut self) -> [&mut u64; ALL] {
        [
            &mut self.baskets,
            &mut self.cents,
            &mut self.granted,
            &mut self.baskets_withdrawn,
            &mut self.cents_withdrawn,
            &mut self.withdrawn,
            &mut self.claims,
            &mut self.claimed,
            &mut self.checkouts,
            &mut self.redeemed,
            &mut self.pledged,
            &mut self.pledges_refused,
            &mut self.goodwill,
            &mut self.returns,
            &mut self.cents_back,
            &mut self.points_back,
            &mut self.cents_held,
            &mut self.went_back,
            &mut self.late_back,
        ]
    }
}

/// As it is stored: by earlier programs with the numbers that there were.
#[derive(Encode, Decode)]
enum Kept {
    V1([u64; FIRST]),
    V2([u64; SECOND]),
    V3([u64; ALL]),
}

impl Kept {
    fn of(mut totals: Totals) -> Self {
        Self::V3(totals.numbers().map(|number| *number))
    }

    fn totals(&self) -> Totals {
        let mut totals = Totals::default();
        let kept: &[u64] = match self {
            Self::V1(numbers) => numbers,
            Self::V2(numbers) => numbers,
            Self::V3(numbers) => numbers,
        };
        totals.numbers().into_iter().zip(kept).for_each(|(number, kept)| *number = *kept);
        totals
    }
}

/// Whose hours: the store's, or a till's by its name, which holds no zero byte.
fn prefix(till: Option<&str>) -> Vec<u8> {
    match till {
        None => b"h".to_vec(),
        Some(name) => [b"t".as_slice(), name.as_bytes(), &[0]].concat(),
    }
}

fn key(till: Option<&str>, hour: u64) -> Vec<u8> {
    [prefix(till).as_slice(), &hour.to_be_bytes()].concat()
}

fn read_hour(read: &dyn Read, key: &[u8]) -> Result<Totals, ShopError> {
    Ok(load::<Kept>(read, Table::Hourly, key)?.map_or_else(Totals::default, |kept| kept.totals()))
}

/// Counts something at `time`, for the store and for the till that did it.
pub(super) fn count(
    transaction: &mut dyn Transaction,
    till: Option<&str>,
    time: Seconds,
    change: impl Fn(&mut Totals),
) -> Result<(), ShopError> {
    let mut owners = vec![None];
    owners.extend(till.map(Some));
    for owner in owners {
        let key = key(owner, time / HOUR);
        let mut totals = read_hour(transaction, &key)?;
        change(&mut totals);
        save(transaction, Table::Hourly, &key, &Kept::of(totals))?;
    }
    Ok(())
}

/// The hours of a span in which something happened, each by its first second. A span counts whole hours: those that begin
/// in it, and the one in which it begins.
pub(super) fn hours(
    read: &dyn Read,
    till: Option<&str>,
    span: &Range<Seconds>,
) -> Result<Vec<(Seconds, Totals)>, ShopError> {
    let (from, to) = (key(till, span.start / HOUR), key(till, span.end.div_ceil(HOUR)));
    let entries = read.scan(Table::Hourly, &from, Some(&to), MAX_HOURS)?;
    let hour = |key: &[u8]| key.last_chunk::<8>().map(|bytes| u64::from_be_bytes(*bytes).saturating_mul(HOUR));
    let read = |(key, _): &(Vec<u8>, Vec<u8>)| Ok((hour(key).unwrap_or(0), read_hour(read, key)?));
    entries.iter().map(read).collect()
}

/// The sums of a span.
pub(super) fn sum(read: &dyn Read, till: Option<&str>, span: &Range<Seconds>) -> Result<Totals, ShopError> {
    let mut all = Totals::default();
    hours(read, till, span)?.iter().for_each(|(_, hour)| all.add(hour));
    Ok(all)
}

impl Shop {
    /// What the store, or one till, did in a span of time; [`crate::earning::Period::around`] gives days, weeks and months.
    pub fn totals(&self, till: Option<&str>, span: &Range<Seconds>) -> Result<Totals, ShopError> {
        self.0.readers.with(|read| sum(read, till, span))
    }

    /// The same by the hour, without those in which nothing happened; each is named by its first second.
    pub fn totals_by_hour(
        &self,
        till: Option<&str>,
        span: &Range<Seconds>,
    ) -> Result<Vec<(Seconds, Totals)>, ShopError> {
        self.0.readers.with(|read| hours(read, till, span))
    }
}

#[cfg(test)]
mod tests;
