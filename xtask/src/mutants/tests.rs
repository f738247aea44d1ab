use std::collections::BTreeSet;
use std::fs;

use super::{FAULTS, Options, parse, turn};
use crate::tools::repository;

fn asked(words: &[&str]) -> Result<Options, String> {
    parse(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>())
}

#[test]
fn options_are_read_and_others_refused() {
    assert_eq!(asked(&[]), Ok(Options::default()));
    assert_eq!(asked(&["--minutes", "3"]), Ok(Options { minutes: Some(3), ..Options::default() }));
    assert_eq!(asked(&["--only", "clock"]), Ok(Options { only: Some("clock".to_owned()), ..Options::default() }));
    assert!(asked(&["--minutes", "soon"]).is_err_and(|why| why.contains("whole number")));
    assert!(asked(&["--fast"]).is_err_and(|why| why.contains("--fast")));
}

#[test]
fn commits_begin_at_different_faults_and_none_beyond_the_last() {
    assert_eq!(turn("c6c872980d17836a7d1960daa23a9abfe484315e", 38), 0xc6c8_7298 % 38);
    assert_eq!(turn("35caa4aa34566f377738c46ef583b65a065ab7c0", 38), 0x35ca_a4aa % 38);
    assert_eq!(turn("", 38), 0);
    assert_eq!(turn("no commit at all", 38), 0);
}

#[test]
fn every_fault_has_its_place_in_the_sources_once_and_tests_that_exist() {
    let names: BTreeSet<&str> = FAULTS.iter().map(|fault| fault.name).collect();
    assert_eq!(names.len(), FAULTS.len(), "names are unique");
    assert!(FAULTS.len() >= 20);
    let protocol = repository().join("protocol");
    for fault in FAULTS {
        for edit in fault.edits {
            let text = fs::read_to_string(repository().join(edit.file)).unwrap();
            assert_eq!(text.matches(edit.find).count(), 1, "{}: {}", fault.name, edit.file);
            assert_ne!(edit.find, edit.put, "{}", fault.name);
        }
        for test in fault.tests {
            assert!(protocol.join("tests").join(format!("{test}.rs")).exists(), "{}: {test}", fault.name);
        }
    }
}
