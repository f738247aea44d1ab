use std::collections::BTreeSet;

use super::super::{copy, table};
use super::{HELP, SWITCH, all};
use crate::mutants::workshop::Edit;
use crate::tools::repository;

#[test]
fn every_fault_has_its_places_in_the_sources_once_and_none_overlap() {
    let texts = copy::texts().unwrap();
    for (file, text) in &texts {
        assert!(!text.contains(SWITCH), "{file}");
    }
    for Edit { file, .. } in all().iter().flat_map(|fault| fault.edits).chain(HELP) {
        assert!(texts.contains_key(*file), "{file}");
    }
}

#[test]
fn every_fault_has_a_name_of_its_own_a_rule_and_a_switch() {
    let names: BTreeSet<&str> = all().iter().map(|fault| fault.name).collect();
    assert_eq!(names.len(), all().len(), "names are unique");
    assert!(all().len() >= 22);
    let mut spec = String::new();
    for entry in std::fs::read_dir(repository().join("spec")).unwrap() {
        spec.push_str(&std::fs::read_to_string(entry.unwrap().path()).unwrap_or_default());
    }
    for fault in all() {
        assert!(!fault.edits.is_empty(), "{}", fault.name);
        assert!(fault.edits.iter().any(|edit| edit.put.contains(SWITCH)), "{} is always on", fault.name);
        for rule in fault.rules.split(", ") {
            assert!(spec.contains(&format!("**{rule}.**")), "{}: no rule {rule}", fault.name);
        }
    }
}

#[test]
fn the_kept_table_names_every_fault_and_all_of_them_were_found() {
    let text = std::fs::read_to_string(repository().join("protocol/sim/planted.md")).unwrap();
    let named: Vec<&str> = text.lines().filter_map(table::name).collect();
    let planted: Vec<&str> = all().iter().map(|fault| fault.name).collect();
    assert_eq!(named, planted, "run `cargo xtask sim --planted`");
    let found = text.lines().filter_map(table::cells).filter(|(_, seeds)| *seeds <= 2_000).count();
    assert_eq!(found, all().len(), "run `cargo xtask sim --planted`");
}
