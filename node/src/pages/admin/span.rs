//! The day, week or month that a manager looks at, as the address says it: `?span=week&day=2026-05-04`.

use std::ops::Range;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use ronde_protocol::message::order::Seconds;
use serde::Deserialize;

use crate::earning::{Moment, Period, Rules};
use crate::pages::say::{Say, Value};
use crate::pages::shell::Shell;

/// What can be looked at, as the address and the catalogues name it.
const ALL: [(Period, &str, &str); 3] = [
    (Period::Day, "day", "admin-tab-day"),
    (Period::Week, "week", "admin-tab-week"),
    (Period::Month, "month", "admin-tab-month"),
];

/// The address. What makes no sense there is as if it were not.
#[derive(Default, Deserialize)]
pub(super) struct Asked {
    span: Option<String>,
    day: Option<String>,
}

/// A day, week or month of the shop's own clock.
pub(super) struct Span {
    pub(super) period: Period,
    pub(super) seconds: Range<Seconds>,
    pub(super) zone: TimeZone,
    /// As the address names it.
    pub(super) name: &'static str,
    now: Seconds,
}

/// A link to another span.
pub(super) struct Tab {
    pub(super) text: String,
    pub(super) link: String,
    pub(super) is_here: bool,
}

/// The clock on the shop's wall: that of its rules, or UTC.
pub(super) fn zone(rules: &Rules) -> TimeZone {
    rules.earn.as_ref().map_or(TimeZone::UTC, |earn| earn.zone.clone())
}

/// What the zone is called.
pub(super) fn zone_name(zone: &TimeZone) -> String {
    zone.iana_name().unwrap_or("UTC").to_owned()
}

impl Span {
    pub(super) fn of(asked: &Asked, rules: &Rules, now: Seconds) -> Self {
        let zone = zone(rules);
        let known = ALL.into_iter().find(|(_, name, _)| asked.span.as_deref() == Some(*name));
        let (period, name) = known.map_or((Period::Day, "day"), |(period, name, _)| (period, name));
        let day = asked.day.as_deref().and_then(|day| day.parse::<Date>().ok());
        // At noon no clock is turned, and nobody looks ahead.
        let at = day.and_then(|day| zone.to_timestamp(day.at(12, 0, 0, 0)).ok());
        let at = at.and_then(|at| u64::try_from(at.as_second()).ok()).map_or(now, |at| at.min(now));
        Self { period, seconds: period.around(at, &zone), zone, name, now }
    }

    /// Its first day.
    pub(super) fn first(&self) -> Date {
        Moment::new(self.seconds.start, &self.zone).date
    }

    /// Its last day.
    pub(super) fn last(&self) -> Date {
        Moment::new(self.seconds.end.saturating_sub(1), &self.zone).date
    }

    /// Whether it is not over yet.
    pub(super) fn is_current(&self) -> bool {
        self.seconds.contains(&self.now)
    }

    /// What it is, in words.
    pub(super) fn title(&self, say: &Say) -> String {
        let (first, last) = (midnight(self.first()), midnight(self.last()));
        match self.period {
            Period::Day => say.day(first),
            Period::Week => say.with("admin-span", &[("from", Value::Day(first)), ("to", Value::Day(last))]),
            Period::Month => say.month(first),
        }
    }

    /// A day, a week and a month, each as it is now.
    pub(super) fn tabs(&self, shell: &Shell) -> Vec<Tab> {
        let tab = |(_, name, text): (Period, &'static str, &'static str)| Tab {
            text: shell.say.text(text),
            link: shell.link_with("admin", &[("span", name)]),
            is_here: self.name == name && self.is_current(),
        };
        ALL.into_iter().map(tab).collect()
    }

    /// The one before.
    pub(super) fn earlier(&self, shell: &Shell) -> Option<String> {
        let before = self.first().yesterday().ok().filter(|_| self.seconds.start > 0)?;
        Some(self.link(shell, "admin", before))
    }

    /// The one after, unless that is still to come.
    pub(super) fn later(&self, shell: &Shell) -> Option<String> {
        let after = self.last().tomorrow().ok().filter(|_| self.seconds.end <= self.now)?;
        Some(self.link(shell, "admin", after))
    }

    /// The same span of another page.
    pub(super) fn same(&self, shell: &Shell, path: &str) -> String {
        self.link(shell, path, self.first())
    }

    fn link(&self, shell: &Shell, path: &str, day: Date) -> String {
        shell.link_with(path, &[("span", self.name), ("day", &day.to_string())])
    }
}

/// The first second of a day as UTC has it, for showing the day.
pub(super) fn midnight(day: Date) -> Seconds {
    let time = TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0));
    time.ok().and_then(|time| u64::try_from(time.as_second()).ok()).unwrap_or(0)
}
