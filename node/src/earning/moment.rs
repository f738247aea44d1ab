//! What a clock on the store's wall shows.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use ronde_protocol::message::order::Seconds;

/// Minutes in an hour.
const HOUR: u16 = 60;

/// A date and a minute in a time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The day.
    pub date: Date,
    /// Minutes since midnight as the clock shows them, also on a day on which it is turned.
    pub minute: u16,
}

impl Moment {
    /// What the clock shows at `seconds` since 1970.
    #[must_use]
    pub fn new(seconds: Seconds, zone: &TimeZone) -> Self {
        let time = i64::try_from(seconds).ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
        let shown = zone.to_datetime(time.unwrap_or(Timestamp::MAX));
        let part = |value: i8| u16::try_from(value).unwrap_or(0);
        Self { date: shown.date(), minute: part(shown.hour()) * HOUR + part(shown.minute()) }
    }
}

/// The zone of this name, by the table that is built in.
#[must_use]
pub fn zone(name: &str) -> Option<TimeZone> {
    TimeZoneDatabase::bundled().get(name).ok()
}

/// All names of zones.
#[must_use]
pub fn zone_names() -> Vec<String> {
    TimeZoneDatabase::bundled().available().map(|name| name.to_string()).collect()
}

/// `14:05` of minutes since midnight; a day ends at `24:00`.
#[must_use]
pub fn clock_time(minute: u16) -> String {
    format!("{:02}:{:02}", minute / HOUR, minute % HOUR)
}
