//! The copy with all faults in it. Each asks whether it is switched on: one build serves them all.

use std::collections::BTreeMap;
use std::fs;

use super::faults::{self, HELP, SWITCH};
use crate::mutants::workshop::{Edit, Workshop, changed};
use crate::tools::repository;

/// The switch, as it stands in the copy's protocol. The tree itself has none.
const SWITCHES: &str = include_str!("../../../planted/switches.rs");

/// Copies the tree below cargo's folder and plants every fault.
pub fn open() -> Result<Workshop, String> {
    Workshop::open_with("planted", &texts()?)
}

/// Files of the copy that differ from the tree's.
pub fn texts() -> Result<BTreeMap<String, String>, String> {
    let mut changes: BTreeMap<&str, Vec<(&str, String)>> = BTreeMap::new();
    for Edit { file, find, put } in HELP {
        changes.entry(file).or_default().push((find, (*put).to_owned()));
    }
    for (number, fault) in (1..).zip(faults::all()) {
        for Edit { file, find, put } in fault.edits {
            changes.entry(file).or_default().push((find, put.replace(SWITCH, &switch(file, number))));
        }
    }
    let mut texts = BTreeMap::from([("protocol/src/planted.rs".to_owned(), SWITCHES.to_owned())]);
    for (file, changes) in changes {
        let text = fs::read_to_string(repository().join(file)).map_err(|why| format!("{file}: {why}"))?;
        let changes: Vec<(&str, &str)> = changes.iter().map(|(find, put)| (*find, put.as_str())).collect();
        let planted = changed(file, &text, &changes);
        let planted = planted.map_err(|why| format!("mend a fault in xtask/src/sim/planted/faults: {why}"))?;
        texts.insert(file.to_owned(), planted);
    }
    Ok(texts)
}

/// How a file asks for a switch.
fn switch(file: &str, number: usize) -> String {
    let root = if file.starts_with("protocol/src/") { "crate" } else { "ronde_protocol" };
    format!("{root}::planted::on({number})")
}
