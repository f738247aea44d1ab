//! How much may be given away: by one grant, by one till in a UTC day, by all tills of the store in a UTC day (TILL-2).
//!
//! What a grant is worth counts when it is made, in the transaction that makes it, and is given back when it is withdrawn
//! (TILL-3). The counts stand in the table of tills under keys that no till's name can be.

mod counts;

use std::fmt;

use ronde_protocol::machine::till::grant::GrantTerms;
use ronde_protocol::message::amount::Points;
use ronde_protocol::message::charter::Charter;
use ronde_protocol::message::codec::{Decode, Encode};
use serde::{Deserialize, Serialize};

use super::{Shop, ShopError, lock};

pub(super) use counts::{count, count_anyway, give_back, given_by, own, set_own};

/// The caps of a store, as its operator set them; one that is none bounds nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Caps {
    /// Of one grant.
    pub grant: Option<Points>,
    /// Of one till in a UTC day.
    pub till: Option<Points>,
    /// Of all tills in a UTC day.
    pub store: Option<Points>,
    /// Of what makes something good, in a UTC month (EARN-14).
    pub goodwill: Option<Points>,
}

/// What one till has in place of the store's (TILL-4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, Serialize, Deserialize)]
pub struct TillCaps {
    /// Of one grant.
    pub grant: Option<Points>,
    /// In a UTC day.
    pub day: Option<Points>,
}

/// Which cap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cap {
    /// Of one grant.
    Grant,
    /// Of one till and day.
    Till,
    /// Of the store and day.
    Store,
    /// Of goodwill and month.
    Goodwill,
}

impl Cap {
    /// As it is written.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Grant => "grant",
            Self::Till => "till",
            Self::Store => "store",
            Self::Goodwill => "goodwill",
        }
    }
}

/// A grant that is worth more than may be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub struct OverCap {
    /// The cap in the way.
    pub cap: Cap,
    /// What may still be given under it.
    pub left: Points,
    /// Whether the same grant fits on another day.
    pub fits_later: bool,
}

impl fmt::Display for OverCap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let left = self.left;
        match (self.cap, self.fits_later) {
            (Cap::Grant, _) => write!(f, "one grant here gives at most {left} points: ask the manager"),
            (Cap::Till, true) => write!(f, "this till may give {left} points more today (UTC): ask the manager"),
            (Cap::Store, true) => write!(f, "the store may give {left} points more today (UTC): ask the manager"),
            (Cap::Till, false) => write!(f, "this till never gives that much in a day ({left} are left today)"),
            (Cap::Goodwill, true) => write!(f, "{left} points more may make something good this month (UTC)"),
            (Cap::Goodwill, false) => write!(f, "that much never makes something good in a month ({left} are left)"),
            (Cap::Store, false) => write!(f, "the store never gives that much in a day ({left} are left today)"),
        }
    }
}

/// A day's cap of which four fifths are given away (TILL-6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NearCap {
    /// Which.
    pub cap: Cap,
    /// The till, where it is one's.
    pub till: Option<String>,
    /// Given away today.
    pub given: Points,
    /// Of so many.
    pub of: Points,
}

impl NearCap {
    /// The cap's name; a till's is told apart by the till's own, behind a `/`.
    pub(super) fn name(&self) -> String {
        self.till.as_ref().map_or_else(|| self.cap.name().to_owned(), |till| format!("{}/{till}", self.cap.name()))
    }
}

impl fmt::Display for NearCap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.cap == Cap::Goodwill {
            return write!(f, "{} of {} points of this month (UTC) made something good", self.given, self.of);
        }
        let who = self.till.as_ref().map_or_else(|| "the store".to_owned(), |name| format!("the till {name}"));
        write!(f, "{who} gave away {} of the {} points that it may today (UTC)", self.given, self.of)
    }
}

/// What a till may still give away; none where nothing bounds it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Room {
    /// By one grant.
    pub grant: Option<Points>,
    /// Today.
    pub left: Option<Points>,
    /// This month, to make something good.
    pub goodwill: Option<Points>,
}

/// What was given away on a day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Given {
    pub(super) till: Points,
    pub(super) store: Points,
}

impl Caps {
    /// With what one till has of its own.
    pub(super) fn with(self, own: TillCaps) -> Self {
        Self { grant: own.grant.or(self.grant), till: own.day.or(self.till), ..self }
    }

    /// Whether a grant of this worth may be made; what is given then (TILL-2).
    pub(super) fn allow(self, given: Given, worth: Points) -> Result<Given, OverCap> {
        let over = |cap, left, fits_later| Err(OverCap { cap, left, fits_later });
        if let Some(most) = self.grant.filter(|most| worth > *most) {
            return over(Cap::Grant, most, false);
        }
        let add = |cap, before: Points, most: Option<Points>| {
            let after = before.plus(worth).unwrap_or(Points(u64::MAX));
            match most.filter(|most| after > *most) {
                Some(most) => over(cap, Points(most.0.saturating_sub(before.0)), worth <= most),
                None => Ok(Given { till: after, store: after }),
            }
        };
        let till = add(Cap::Till, given.till, self.till)?.till;
        let store = add(Cap::Store, given.store, self.store)?.store;
        Ok(Given { till, store })
    }
}

/// Whether four fifths of a cap are given away.
fn is_near(given: Points, most: Option<Points>) -> bool {
    most.is_some_and(|most| u128::from(given.0) * 5 >= u128::from(most.0) * 4)
}

/// What a grant is worth: its points, and those that its vouchers stand for (TILL-2).
pub(super) fn worth(terms: &GrantTerms, charter: &Charter) -> Points {
    let of_vouchers = terms.vouchers.iter().map(|voucher| {
        let value = charter.offer(voucher.offer).map_or(0, |offer| offer.value.0);
        value.saturating_mul(u64::from(voucher.count))
    });
    Points(of_vouchers.fold(terms.points.0, u64::saturating_add))
}

impl Shop {
    /// Sets the store's caps.
    pub fn set_caps(&self, caps: Caps) {
        *lock(&self.0.caps) = caps;
    }

    /// The store's caps.
    #[must_use]
    pub fn caps(&self) -> Caps {
        *lock(&self.0.caps)
    }

    /// What one till may still give away.
    pub fn room(&self, till: &str) -> Result<Room, ShopError> {
        let (caps, now) = (self.caps(), self.now());
        let (good, most_good) = self.goodwill()?;
        self.0.readers.with(|read| {
            let of_till = caps.with(own(read, till)?);
            let left = |most: Option<Points>, given: Points| most.map(|most| Points(most.0.saturating_sub(given.0)));
            let day = left(of_till.till, given_by(read, now, till)?);
            let store = left(of_till.store, counts::given_by_store(read, now)?);
            let left_today = [day, store].into_iter().flatten().min();
            Ok(Room { grant: of_till.grant, left: left_today, goodwill: left(most_good, good) })
        })
    }

    /// The caps of which four fifths are given away: what a manager should look at (TILL-6).
    pub fn near_caps(&self) -> Result<Vec<NearCap>, ShopError> {
        let (caps, now) = (self.caps(), self.now());
        let (good, most_good) = self.goodwill()?;
        self.0.readers.with(|read| {
            let given = counts::given_by_store(read, now)?;
            let mut near: Vec<NearCap> = caps
                .store
                .filter(|most| is_near(given, Some(*most)))
                .map(|of| NearCap { cap: Cap::Store, till: None, given, of })
                .into_iter()
                .collect();
            if let Some(of) = most_good.filter(|most| is_near(good, Some(*most))) {
                near.push(NearCap { cap: Cap::Goodwill, till: None, given: good, of });
            }
            for (name, given) in counts::by_till(read, now)? {
                let most = caps.with(own(read, &name)?).till;
                if let Some(of) = most.filter(|most| is_near(given, Some(*most))) {
                    near.push(NearCap { cap: Cap::Till, till: Some(name), given, of });
                }
            }
            Ok(near)
        })
    }
}

#[cfg(test)]
mod tests;
