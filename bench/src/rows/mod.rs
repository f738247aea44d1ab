//! The rows: who is measured against whom, and how far we may be off.

mod payment;
mod witness;

use crate::{
    fail::{Failed, ensure},
    figures::{Against, Line, Run, Wire},
    pace::{Pace, Side, interleave},
    stream::Stream,
};

/// One of those that we are compared with.
pub struct Other {
    side: Side,
    against: Against,
    bar: Option<f64>,
    note: &'static str,
}

impl Other {
    fn peer(side: Side, note: &'static str) -> Self {
        Self { side, against: Against::Peer, bar: None, note }
    }

    fn floor(side: Side, note: &'static str) -> Self {
        Self { side, against: Against::Floor, bar: None, note }
    }

    /// Our time over theirs is at most this.
    fn bar(self, bar: f64) -> Self {
        Self { bar: Some(bar), ..self }
    }
}

/// What is measured in the same rounds: us, and all that we are compared with there.
pub struct Row {
    what: &'static str,
    unit: &'static str,
    us: Side,
    others: Vec<Other>,
    wire: Option<Wire>,
}

type Make = fn(&mut Stream) -> Result<Row, Failed>;

/// All rows by name. What makes one also proves, before anything is timed, that both sides do what they are timed for.
const ROWS: &[(&str, Make)] = &[
    ("check-8", witness::checks_one_order),
    ("check-64", witness::checks_eight_orders),
    ("check-512", witness::checks_64_orders),
    ("poisoned", witness::poisoned_queue),
    ("together", witness::whole_queue),
    ("evaluate", witness::evaluates),
    ("wallet", payment::wallet),
    ("vote", witness::votes),
    ("certificate", witness::certificate),
    ("payment", payment::whole),
];

/// The rows' names.
pub fn names() -> Vec<&'static str> {
    ROWS.iter().map(|(name, _)| *name).collect()
}

/// Measures all rows, or those whose name begins with `only`. `tell` hears which one is next.
///
/// # Errors
/// Whatever went wrong: a peer that refuses its own work, or a check that does not see what it must.
pub fn run(seed: u64, pace: Pace, only: Option<&str>, tell: &mut dyn FnMut(&str)) -> Result<Run, Failed> {
    let chosen: Vec<_> = ROWS.iter().filter(|(name, _)| only.is_none_or(|only| name.starts_with(only))).collect();
    ensure(!chosen.is_empty(), &format!("no such row; there are {}", names().join(", ")))?;
    let mut lines = Vec::new();
    for (name, make) in chosen {
        tell(name);
        // Each row has a stream of its own, so that it gets the same inputs alone.
        let mut stream = Stream::of(seed);
        let row = make(&mut stream).map_err(|why| format!("{name}: {why}"))?;
        lines.extend(measure(name, row, &mut stream, pace).map_err(|why| format!("{name}: {why}"))?);
    }
    Ok(Run { seed, rounds: pace.rounds, lines })
}

fn measure(name: &'static str, mut row: Row, stream: &mut Stream, pace: Pace) -> Result<Vec<Line>, Failed> {
    let mut sides: Vec<&mut Side> = vec![&mut row.us];
    sides.extend(row.others.iter_mut().map(|other| &mut other.side));
    let times = interleave(&mut sides, stream, pace)?;
    let [us, others @ ..] = &times[..] else { return Err("nothing was measured".to_owned()) };
    let lines = row.others.iter().zip(others).map(|(other, them)| Line {
        row: name,
        what: row.what,
        unit: row.unit,
        against: other.against,
        other: other.side.name,
        us: us.spread(),
        them: them.spread(),
        ratio: us.over(them),
        bar: other.bar,
        note: other.note,
        wire: row.wire,
    });
    Ok(lines.collect())
}
