//! By which hours of the day points are given and taken: bars, and the same as a table.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use ronde_protocol::message::order::Seconds;

use super::figures::{Line, baskets, line};
use super::span::midnight;
use crate::earning::{Moment, clock_time};
use crate::pages::say::Say;
use crate::shop::Totals;

/// Room for the numbers at the left, in units of the picture.
const LEFT: u64 = 84;
/// Room at the right, so that the last line does not end at the edge.
const RIGHT: u64 = 8;
/// An hour's column.
const COLUMN: u64 = 44;
/// One of its two bars.
const BAR: u64 = 15;
/// Height of the bars' field.
const HEIGHT: u64 = 280;
/// Above it, so that the highest number is whole.
const TOP: u64 = 16;
/// Below it, for the hours.
const BOTTOM: u64 = 36;
/// Hours that are shown at least, so that a shop that has just opened sees no two giant bars.
const LEAST: usize = 8;

/// The picture, and the table beside it.
pub(super) struct Chart {
    pub(super) width: u64,
    pub(super) height: u64,
    pub(super) bars: Vec<Bar>,
    /// Lines across, each with its number.
    pub(super) lines: Vec<(u64, String)>,
    /// Hours below, each at its place.
    pub(super) hours: Vec<(u64, String)>,
    pub(super) right: u64,
    pub(super) label_y: u64,
    pub(super) rows: Vec<Line>,
}

pub(super) struct Bar {
    pub(super) class: &'static str,
    pub(super) x: u64,
    pub(super) y: u64,
    pub(super) height: u64,
}

/// Whether anything happened that a customer or till did.
fn is_something(totals: &Totals) -> bool {
    baskets(totals) > 0 || totals.standing().0 > 0 || totals.claims > 0 || totals.checkouts > 0
}

/// The chart of a span; nothing if nothing happened in it.
pub(super) fn by_hour(say: &Say, hours: &[(Seconds, Totals)], zone: &TimeZone) -> Option<Chart> {
    let mut all = [Totals::default(); 24];
    for (start, totals) in hours {
        let hour = usize::from(Moment::new(*start, zone).minute / 60);
        if let Some(sum) = all.get_mut(hour) {
            sum.add(totals);
        }
    }
    let first = all.iter().position(is_something)?;
    let last = all.iter().rposition(is_something)?;
    let first = first.min(all.len().saturating_sub(LEAST));
    let last = last.max(first.saturating_add(LEAST).saturating_sub(1)).min(all.len().saturating_sub(1));
    let shown: Vec<(usize, Totals)> =
        all.into_iter().enumerate().filter(|(hour, _)| (first..=last).contains(hour)).collect();
    let busy = shown.iter().filter(|(_, totals)| is_something(totals));
    let rows = busy.map(|(hour, totals)| line(say, hour_name(*hour), totals)).collect();
    Some(draw(say, &shown, rows))
}

fn hour_name(hour: usize) -> String {
    clock_time(u16::try_from(hour).unwrap_or(0).saturating_mul(60))
}

fn draw(say: &Say, shown: &[(usize, Totals)], rows: Vec<Line>) -> Chart {
    let most = shown.iter().map(|(_, totals)| totals.standing().0.max(totals.redeemed)).max().unwrap_or(0);
    let top = round_up(most);
    let height = |points: u64| {
        let share = u128::from(points) * u128::from(HEIGHT) / u128::from(top.max(1));
        // What is not nothing is seen.
        u64::try_from(share).unwrap_or(HEIGHT).max(u64::from(points > 0))
    };
    let (mut bars, mut hours) = (Vec::new(), Vec::new());
    for (place, (hour, totals)) in (0_u64..).zip(shown) {
        let x = LEFT + place * COLUMN + (COLUMN - 2 * BAR) / 2;
        for (class, x, points) in [("given", x, totals.standing().0), ("taken", x + BAR, totals.redeemed)] {
            let height = height(points);
            bars.push(Bar { class, x, y: TOP + HEIGHT - height, height });
        }
        hours.push((LEFT + place * COLUMN + COLUMN / 2, hour.to_string()));
    }
    let line = |part: u64| (TOP + HEIGHT - HEIGHT * part / 2, say.number(top / 2 * part));
    let right = LEFT + COLUMN * u64::try_from(shown.len()).unwrap_or(24);
    Chart {
        width: right + RIGHT,
        height: TOP + HEIGHT + BOTTOM,
        bars,
        lines: (0..=2).map(line).collect(),
        hours,
        right,
        label_y: TOP + HEIGHT + 28,
        rows,
    }
}

/// 2, 4, 6, 8, 10, 20, 40, ... : what has a round half.
fn round_up(most: u64) -> u64 {
    let mut step = 1_u64;
    loop {
        let found = [2, 4, 6, 8, 10].into_iter().map(|times| step.saturating_mul(times)).find(|top| *top >= most);
        match found {
            Some(top) => return top,
            None => step = step.saturating_mul(10),
        }
    }
}

/// Day by day, of the shop's own clock.
pub(super) fn by_day(hours: &[(Seconds, Totals)], zone: &TimeZone) -> BTreeMap<Date, Totals> {
    let mut days: BTreeMap<Date, Totals> = BTreeMap::new();
    for (start, totals) in hours {
        days.entry(Moment::new(*start, zone).date).or_default().add(totals);
    }
    days
}

/// The same as lines of a table, without days on which nothing happened.
pub(super) fn day_lines(say: &Say, days: &BTreeMap<Date, Totals>) -> Vec<Line> {
    let busy = days.iter().filter(|(_, totals)| is_something(totals));
    busy.map(|(day, totals)| line(say, say.day(midnight(*day)), totals)).collect()
}

#[cfg(test)]
mod tests;
