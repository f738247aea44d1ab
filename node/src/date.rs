//! Seconds since 1970 as dates that people read, always UTC (proleptic Gregorian calendar, no leap seconds).

/// A day of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day {
    /// The year, 1970 or later.
    pub year: u64,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
}

/// Seconds in a day.
pub const DAY: u64 = 86_400;

/// Days from 0000-03-01 to 1970-01-01.
const EPOCH: u64 = 719_468;

impl Day {
    /// The day on which a second lies.
    #[must_use]
    pub fn of(seconds: u64) -> Self {
        // Howard Hinnant's `civil_from_days`: years begin in March, so that a leap day is the last of its year.
        let days = seconds / DAY + EPOCH;
        let era = days / 146_097;
        let of_era = days % 146_097;
        let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let march_month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * march_month + 2) / 5 + 1;
        let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
        let year = year_of_era + era * 400 + u64::from(month <= 2);
        Self { year, month: u8::try_from(month).unwrap_or(1), day: u8::try_from(day).unwrap_or(1) }
    }

    /// Its first second; `None` for a day that no calendar has, or before 1970.
    #[must_use]
    pub fn start(self) -> Option<u64> {
        let (month, day) = (u64::from(self.month), u64::from(self.day));
        if !(1970..=9999).contains(&self.year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
            return None;
        }
        let year = self.year - u64::from(month <= 2);
        let march_month = if month > 2 { month - 3 } else { month + 9 };
        let of_year = (153 * march_month + 2) / 5 + day - 1;
        let of_era = year % 400 * 365 + year % 400 / 4 - year % 400 / 100 + of_year;
        let seconds = (year / 400 * 146_097 + of_era).checked_sub(EPOCH)?.checked_mul(DAY)?;
        (Self::of(seconds) == self).then_some(seconds)
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// `2026-05-01T09:30:00Z` (RFC 3339).
#[must_use]
pub fn rfc3339(seconds: u64) -> String {
    let time = seconds % DAY;
    format!("{}T{:02}:{:02}:{:02}Z", Day::of(seconds), time / 3600, time / 60 % 60, time % 60)
}
