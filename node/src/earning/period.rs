//! Days, weeks and months of the shop, as spans of time.

use std::ops::Range;

use jiff::ToSpan as _;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use ronde_protocol::message::order::Seconds;

use super::Moment;

/// What a manager looks back on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// From midnight to midnight.
    Day,
    /// From Monday on.
    Week,
    /// From the first on.
    Month,
}

impl Period {
    /// The period in which `now` lies by the clock of `zone`. A day has 23 hours, or 25, when the clock is turned.
    #[must_use]
    pub fn around(self, now: Seconds, zone: &TimeZone) -> Range<Seconds> {
        let today = Moment::new(now, zone).date;
        let (first, next) = match self {
            Self::Day => (today, today.tomorrow()),
            Self::Week => {
                let monday = if today.weekday() == Weekday::Monday {
                    today
                } else {
                    today.nth_weekday(-1, Weekday::Monday).unwrap_or(today)
                };
                (monday, monday.checked_add(7.days()))
            }
            Self::Month => (today.first_of_month(), today.last_of_month().tomorrow()),
        };
        start(first, zone)..start(next.unwrap_or(Date::MAX), zone)
    }
}

/// From the beginning of one day to the end of another.
#[must_use]
pub fn days(first: Date, last: Date, zone: &TimeZone) -> Range<Seconds> {
    start(first, zone)..start(last.tomorrow().unwrap_or(Date::MAX), zone)
}

/// The first second of a day; on one that has no midnight, the first that it has.
fn start(day: Date, zone: &TimeZone) -> Seconds {
    let first = zone.to_timestamp(day.at(0, 0, 0, 0));
    first.ok().and_then(|first| u64::try_from(first.as_second()).ok()).unwrap_or(0)
}
