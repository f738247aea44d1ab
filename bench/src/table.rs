//! A run as a table, for people.

use std::fmt::Write as _;

use crate::figures::{Against, Line, Run, Spread};

/// Columns of a terminal that the table fills at most.
const WIDTH: usize = 120;

/// The whole table, its notes, and what is over its bar.
pub fn table(run: &Run) -> String {
    let mut text = format!(
        "{:11} {:36} {:>7} {:>13} {:>7} {:>13} {:>7} {:>8} {:>9}\n",
        "row", "beside", "us", "p10..p90", "they", "p10..p90", "us/peer", "us/floor", "bar"
    );
    let mut row = "";
    for line in &run.lines {
        let name = if row == line.row { "" } else { line.row };
        row = line.row;
        text.push_str(&one(name, line));
    }
    text.push_str("\nTimes are microseconds per unit; a ratio is the median of the rounds' ratios.\n");
    text.push_str(&notes(run));
    let over: Vec<String> =
        run.lines.iter().filter(|line| !line.is_met()).map(|line| format!("{} / {}", line.row, line.other)).collect();
    let verdict = if over.is_empty() { "every bar is kept".to_owned() } else { format!("over: {}", over.join(", ")) };
    text.push_str(&wrapped("\n", &format!("seed {}, {} rounds; {verdict}", run.seed, run.rounds)));
    text
}

fn one(name: &str, line: &Line) -> String {
    let ratio = format!("{:.3}", line.ratio.median);
    let (peer, floor) = match line.against {
        Against::Peer => (ratio.as_str(), ""),
        Against::Floor => ("", ratio.as_str()),
    };
    let bar = line.bar.map_or_else(String::new, |bar| {
        let verdict = if line.is_met() { "ok" } else { "over" };
        format!("{bar:.2} {verdict:4}")
    });
    let (us, them) = (line.us, line.them);
    let text = format!(
        "{name:11} {:36} {:>7} {:>13} {:>7} {:>13} {peer:>7} {floor:>8} {bar:>9}",
        line.other,
        short(us.median),
        range(us),
        short(them.median),
        range(them),
    );
    text.trim_end().to_owned() + "\n"
}

/// Microseconds, with as many places as tell something, in six columns at most.
fn short(nanoseconds: f64) -> String {
    let microseconds = nanoseconds / 1e3;
    match microseconds {
        ..999.95 => format!("{microseconds:.1}"),
        ..99_999.5 => format!("{microseconds:.0}"),
        _ => format!("{:.0}ms", microseconds / 1e3),
    }
}

fn range(spread: Spread) -> String {
    format!("{}..{}", short(spread.p10), short(spread.p90))
}

fn notes(run: &Run) -> String {
    let mut text = String::new();
    let mut row = "";
    for line in &run.lines {
        if row != line.row {
            row = line.row;
            text.push_str(&wrapped("\n", &format!("{}: {}; per {}", line.row, line.what, line.unit)));
            if let Some(wire) = line.wire {
                let said = format!(
                    "bytes on the wire: {} between wallet and store, the peer {}; {} more between store and witnesses",
                    wire.us, wire.peer, wire.us_within
                );
                text.push_str(&wrapped("  ", &said));
            }
        }
        text.push_str(&wrapped("  ", &format!("{}: {}", line.other, line.note)));
    }
    text
}

/// Words that begin with `first` and go on below, all within the width.
fn wrapped(first: &str, said: &str) -> String {
    let mut text = String::from(first);
    let mut column = first.trim_start_matches('\n').len();
    for word in said.split_whitespace() {
        if column + word.len() + 1 > WIDTH {
            text.push_str("\n    ");
            column = 4;
        }
        let gap = if text.ends_with([' ', '\n']) || text.is_empty() { "" } else { " " };
        let _ = write!(text, "{gap}{word}");
        column += gap.len() + word.len();
    }
    text + "\n"
}
