use std::collections::BTreeSet;

use super::{Catch, failed_tests, failed_vectors};

#[test]
fn vectors_that_fail_are_read_from_their_lines() {
    let said = "12 passed\nFAILED vote/torsion: accepted\nFAILED quorum/four: q is 2\nno FAILED here\n";
    assert_eq!(failed_vectors(said), BTreeSet::from(["vote/torsion", "quorum/four"]));
}

#[test]
fn tests_that_fail_are_read_from_their_headings() {
    let said = "failures:\n\n---- a_vote_counts_once stdout ----\nthread panicked\n---- b stdout ----\n";
    assert_eq!(failed_tests(said), BTreeSet::from(["a_vote_counts_once".to_owned(), "b".to_owned()]));
}

#[test]
fn a_fault_that_nothing_fails_on_is_not_seen() {
    assert!(!Catch::default().seen());
    assert!(!Catch { tests: Some(BTreeSet::new()), ..Catch::default() }.seen());
    assert!(Catch { tests: Some(BTreeSet::from(["t".to_owned()])), ..Catch::default() }.seen());
    assert!(Catch { vectors: 1, ..Catch::default() }.seen());
}
