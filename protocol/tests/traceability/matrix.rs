//! The matrix as one table that can be read.

use std::collections::{BTreeMap, BTreeSet};

use crate::Evidence;
use crate::chapters::RuleName;
use crate::checks::defined;
use crate::citations::{Citation, Side};

/// Names shown in one cell; the others are counted.
const SHOWN: usize = 2;

/// One row per rule, by chapter and number, and a line of sums.
pub fn table(evidence: &Evidence) -> String {
    let mut cited: BTreeMap<&RuleName, BTreeMap<Side, BTreeSet<String>>> = BTreeMap::new();
    for citation in &evidence.citations {
        cited.entry(&citation.name).or_default().entry(citation.side).or_default().insert(short(citation));
    }
    let excepted: BTreeSet<&RuleName> = evidence.exceptions.iter().filter_map(|row| row.name.as_ref()).collect();
    let defined = defined(evidence);
    let mut names: Vec<&RuleName> = defined.keys().collect();
    let place = |name: &RuleName| crate::chapters::PREFIXES.iter().position(|(prefix, _)| *prefix == name.prefix);
    names.sort_by_key(|name| (place(name), name.number));
    let head = ["rule", "code", "tests", "vectors"].map(str::to_owned);
    let mut rows = vec![head];
    for name in names {
        let of = |side| cited.get(name).and_then(|sides| sides.get(&side)).map(cell);
        let none = if excepted.contains(name) { "(exception)" } else { "-" };
        let or_none = |cell: Option<String>| cell.unwrap_or_else(|| none.to_owned());
        let vector = of(Side::Vector).unwrap_or_default();
        rows.push([name.to_string(), or_none(of(Side::Code)), or_none(of(Side::Test)), vector]);
    }
    let count = rows.len() - 1;
    format!("{}\n{count} rules, {} of them exceptions", aligned(&rows), excepted.len())
}

fn cell(names: &BTreeSet<String>) -> String {
    let shown = names.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN { format!("{shown} +{}", names.len() - SHOWN) } else { shown }
}

/// A file without what all share; of a vector its id.
fn short(citation: &Citation) -> String {
    if citation.side == Side::Vector {
        return citation.id.clone();
    }
    let path = citation.path.trim_end_matches(".rs").trim_end_matches("/mod");
    let (krate, rest) = path.split_once('/').unwrap_or(("", path));
    let rest = rest.trim_start_matches("src/").trim_start_matches("tests/");
    let rest = rest.trim_start_matches("machine/").trim_start_matches("message/");
    if krate == "node" { format!("node:{rest}") } else { rest.to_owned() }
}

fn aligned(rows: &[[String; 4]]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths = [width(0), width(1), width(2), 0];
    let line = |row: &[String; 4]| {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
        cells.collect::<Vec<_>>().join(" | ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}
