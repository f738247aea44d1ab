//! The rules as they stand in the configuration, each with its line, so that what is wrong with one can be found.

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use ronde_protocol::message::amount::Points;
use ronde_protocol::message::ids::{AssociationId, CampaignId, OfferId};
use ronde_protocol::message::text::Text;

use super::Moment;

/// What a store decides by itself. Nothing, unless its configuration says more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// From a basket to what it earns.
    pub earn: Option<Earn>,
    /// What the store gives of each basket.
    pub pledge: Option<Pledge>,
}

/// Something with the line of the configuration that says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed<T> {
    /// The line, counted from 1.
    pub line: usize,
    /// What it says.
    pub is: T,
}

/// From a basket to what it earns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Earn {
    /// So many points.
    pub points: u64,
    /// For so many cents; never 0.
    pub cents: u64,
    /// Whose clock decides what day and hour it is.
    pub zone: TimeZone,
    /// A ballot of this campaign comes with each basket that earns its minimum.
    pub ballot: Option<Placed<CampaignId>>,
    /// The most that one basket earns.
    pub max_points: Option<Placed<Points>>,
    /// The best that holds counts.
    pub bonuses: Vec<Bonus>,
    /// Each that holds counts.
    pub vouchers: Vec<Voucher>,
}

/// More points at some times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bonus {
    /// What the shop calls it.
    pub name: Text,
    /// 200 doubles; more than 100.
    pub percent: u64,
    /// When it holds.
    pub times: Times,
    /// Where it stands.
    pub line: usize,
}

/// Vouchers with a basket of a certain size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Voucher {
    /// What the shop calls it.
    pub name: Text,
    /// Of which offer of the charter.
    pub offer: OfferId,
    /// How many; never 0.
    pub count: u16,
    /// From so many cents.
    pub min_cents: u64,
    /// When it holds.
    pub times: Times,
    /// Where it stands.
    pub line: usize,
}

/// When something holds: all that is said must be so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Times {
    /// On these days of the week; on every day if there are none.
    pub weekdays: Vec<Weekday>,
    /// From this minute of the day.
    pub from: u16,
    /// Until just before this one. If that is not later than `from`, on the next day.
    pub to: u16,
    /// From this day.
    pub first: Option<Date>,
    /// Until the end of this one.
    pub last: Option<Date>,
}

impl Times {
    /// The end of a day.
    pub const MIDNIGHT: u16 = 24 * 60;

    /// Whether it holds. What began in the evening belongs to that evening's day (EARN-4).
    #[must_use]
    pub fn hold(&self, moment: Moment) -> bool {
        let Moment { date, minute } = moment;
        let overnight = self.to <= self.from;
        let day = match (minute >= self.from, minute < self.to) {
            (true, true) => Some(date),
            (true, false) if overnight => Some(date),
            (false, true) if overnight => date.yesterday().ok(),
            _ => None,
        };
        day.is_some_and(|day| {
            (self.weekdays.is_empty() || self.weekdays.contains(&day.weekday()))
                && self.first.is_none_or(|first| first <= day)
                && self.last.is_none_or(|last| day <= last)
        })
    }
}

impl Default for Times {
    fn default() -> Self {
        Self { weekdays: Vec::new(), from: 0, to: Self::MIDNIGHT, first: None, last: None }
    }
}

/// What the store gives of each basket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pledge {
    /// To whom, in a month that is not listed.
    pub association: Placed<AssociationId>,
    /// Of a thousand eligible cents; 1 to 1000.
    pub per_mille: u64,
    /// From which minute of each UTC day the pledge is made.
    pub at: u16,
    /// To whom in which month.
    pub months: Vec<MonthPledge>,
}

/// The association of a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MonthPledge {
    /// The year.
    pub year: i16,
    /// 1 to 12.
    pub month: i8,
    /// To whom.
    pub association: AssociationId,
    /// Where it stands.
    pub line: usize,
}

impl Pledge {
    /// To whom a basket of this day gives.
    #[must_use]
    pub fn association_on(&self, day: Date) -> AssociationId {
        let month = self.months.iter().find(|month| (month.year, month.month) == (day.year(), day.month()));
        month.map_or(self.association.is, |month| month.association)
    }
}
