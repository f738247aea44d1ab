//! The figures of a run.

use serde::Serialize;

/// Median, and where the middle eight tenths of the rounds lie.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Spread {
    /// Half of the rounds are below.
    pub median: f64,
    /// A tenth of the rounds is below.
    pub p10: f64,
    /// A tenth of the rounds is above.
    pub p90: f64,
}

impl Spread {
    /// Of at least one value.
    pub fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let last = values.len().saturating_sub(1);
        let at = |part: f64| {
            let place = part * last as f64;
            let (below, above) = (place.floor() as usize, place.ceil() as usize);
            let value = |at: usize| values.get(at).copied().unwrap_or(f64::NAN);
            value(below) + (value(above) - value(below)) * place.fract()
        };
        Self { median: at(0.5), p10: at(0.1), p90: at(0.9) }
    }
}

/// Against what a line holds us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Against {
    /// A program that others wrote.
    Peer,
    /// Group operations that can't be avoided.
    Floor,
}

/// Bytes on the wire for one unit.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Wire {
    /// Between the customer and the store or issuer, ours.
    pub us: usize,
    /// The same, the peer's.
    pub peer: usize,
    /// Ours between store and witnesses besides. The peer has one issuer.
    pub us_within: usize,
}

/// One line of the table.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// The row's name, for `--only`.
    pub row: &'static str,
    /// What is measured.
    pub what: &'static str,
    /// What the times are per.
    pub unit: &'static str,
    /// Peer or floor.
    pub against: Against,
    /// Which.
    pub other: &'static str,
    /// Our time in nanoseconds per unit.
    pub us: Spread,
    /// Theirs.
    pub them: Spread,
    /// Ours over theirs, taken round by round.
    pub ratio: Spread,
    /// The most that the ratio may be.
    pub bar: Option<f64>,
    /// What the line leaves out or has more of.
    pub note: &'static str,
    /// Where bytes count too.
    pub wire: Option<Wire>,
}

impl Line {
    /// Whether the bar is kept, if there is one.
    pub fn is_met(&self) -> bool {
        self.bar.is_none_or(|bar| self.ratio.median <= bar)
    }
}

/// A whole run.
#[derive(Clone, Debug, Serialize)]
pub struct Run {
    /// Gives the same inputs again.
    pub seed: u64,
    /// Rounds of each row.
    pub rounds: usize,
    /// All lines.
    pub lines: Vec<Line>,
}

impl Run {
    /// Whether every bar is kept.
    pub fn is_met(&self) -> bool {
        self.lines.iter().all(Line::is_met)
    }
}
