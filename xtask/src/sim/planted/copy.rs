//! The copy with all faults in it. Each asks whether it is switched on: one build serves them all.

use std::collections::BTreeMap;
use std::fs;

use super::faults::{self, Edit, HELP, SWITCH};
use crate::mutants::workshop::Workshop;
use crate::tools::repository;

/// The switch, as it stands in the copy's protocol. The tree itself has none.
const SWITCHES: &str = include_str!("../../../planted/switches.rs");

/// A change of one file, with the text that goes there.
struct Change {
    find: &'static str,
    put: String,
}

/// Copies the tree below cargo's folder and plants every fault.
pub fn open() -> Result<Workshop, String> {
    Workshop::open_with("planted", &texts()?)
}

/// Files of the copy that differ from the tree's.
pub fn texts() -> Result<BTreeMap<String, String>, String> {
    let mut changes: BTreeMap<&str, Vec<Change>> = BTreeMap::new();
    for Edit { file, find, put } in HELP {
        changes.entry(file).or_default().push(Change { find, put: (*put).to_owned() });
    }
    for (number, fault) in (1..).zip(faults::all()) {
        for Edit { file, find, put } in fault.edits {
            let change = Change { find, put: put.replace(SWITCH, &switch(file, number)) };
            changes.entry(file).or_default().push(change);
        }
    }
    let mut texts = BTreeMap::from([("protocol/src/planted.rs".to_owned(), SWITCHES.to_owned())]);
    for (file, changes) in changes {
        let text = fs::read_to_string(repository().join(file)).map_err(|why| format!("{file}: {why}"))?;
        texts.insert(file.to_owned(), plant(file, &text, &changes)?);
    }
    Ok(texts)
}

/// How a file asks for a switch.
fn switch(file: &str, number: usize) -> String {
    let root = if file.starts_with("protocol/src/") { "crate" } else { "ronde_protocol" };
    format!("{root}::planted::on({number})")
}

/// Puts every change in its place: places are looked for in the text as it is in the tree.
fn plant(file: &str, text: &str, changes: &[Change]) -> Result<String, String> {
    let mut places = Vec::new();
    for change in changes {
        let found: Vec<usize> = text.match_indices(change.find).map(|(at, _)| at).collect();
        match found[..] {
            [at] => places.push((at, change)),
            _ => {
                let (count, find) = (found.len(), change.find);
                return Err(format!(
                    "a place stands {count} times in {file}, not once; mend it in xtask/src/sim/planted/faults:\n{find}"
                ));
            }
        }
    }
    places.sort_by_key(|(at, _)| *at);
    let mut planted = String::new();
    let mut end = 0;
    for (at, change) in places {
        let between = text.get(end..at).ok_or_else(|| format!("two changes overlap in {file}:\n{}", change.find))?;
        planted.push_str(between);
        planted.push_str(&change.put);
        end = at + change.find.len();
    }
    planted.push_str(text.get(end..).unwrap_or_default());
    Ok(planted)
}
