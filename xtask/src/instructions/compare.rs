//! Counts beside those that are kept.

use std::fmt;

use super::ACCEPT;
use super::callgrind::Counted;
use super::kept::Kept;

/// By so many hundredths a function may become dearer unasked.
const SLACK: u64 = 5;

/// A function, kept and now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    name: String,
    kept: Option<u64>,
    now: Option<Counted>,
}

/// All functions: those that were counted, in their order, then those that are kept and were not.
pub fn compare(kept: &Kept, counted: &[Counted]) -> Vec<Row> {
    let now = counted.iter().map(|now| Row {
        name: now.name.clone(),
        kept: kept.instructions.get(&now.name).copied(),
        now: Some(now.clone()),
    });
    let gone = kept.instructions.iter().filter(|(name, _)| !counted.iter().any(|now| now.name == **name));
    now.chain(gone.map(|(name, kept)| Row { name: name.clone(), kept: Some(*kept), now: None })).collect()
}

impl Row {
    /// Of the table.
    pub const HEADING: &str = "function                     kept          now   change   instructions, without SIMD";

    /// Kept and now, if it is known in both.
    fn both(&self) -> Option<(u64, u64)> {
        Some((self.kept?, self.now.as_ref()?.instructions))
    }

    /// So much cheaper that the old figure would hide the next regression.
    pub fn is_cheaper(&self) -> bool {
        self.both().is_some_and(|(kept, now)| hundredths(now, 100) < hundredths(kept, 100 - SLACK))
    }

    /// What is wrong with it, and what to type if it is wanted. `elsewhere` says of what else the kept figures are.
    pub fn fault(&self, elsewhere: Option<&str>) -> Option<String> {
        let name = &self.name;
        let what = match (self.kept, &self.now) {
            (Some(kept), Some(now)) if hundredths(now.instructions, 100) > hundredths(kept, 100 + SLACK) => {
                let (now, change) = (now.instructions, change(kept, now.instructions));
                format!("{name} took {} instructions and takes {}, {change}", grouped(kept), grouped(now))
            }
            (Some(_), Some(_)) => return None,
            (None, Some(now)) => format!("{name} is new and takes {} instructions", grouped(now.instructions)),
            (Some(kept), None) => {
                format!("{name} took {} instructions and is counted no more", grouped(kept))
            }
            (None, None) => return None,
        };
        let elsewhere = elsewhere.map_or(String::new(), |elsewhere| format!(" ({elsewhere})"));
        Some(format!("{what}{elsewhere}; if that is wanted: {ACCEPT}"))
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |count: Option<u64>| count.map_or("-".to_owned(), grouped);
        let now = self.now.as_ref();
        let change = self.both().map_or("-".to_owned(), |(kept, now)| change(kept, now));
        let (kept, count) = (shown(self.kept), shown(now.map(|now| now.instructions)));
        write!(f, "{:20} {kept:>12} {count:>12} {change:>8}", self.name)?;
        match now {
            Some(now) if now.units > 1 => {
                write!(f, "   {} per {}, of {}", grouped(now.instructions / now.units), now.unit, now.units)
            }
            _ => Ok(()),
        }
    }
}

/// Wide enough for any count.
fn hundredths(count: u64, of: u64) -> u128 {
    u128::from(count) * u128::from(of)
}

/// In percent, with a sign.
fn change(kept: u64, now: u64) -> String {
    format!("{:+.1} %", (now as f64 / kept as f64 - 1.0) * 100.0)
}

/// Digits by threes.
fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut shown = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}
