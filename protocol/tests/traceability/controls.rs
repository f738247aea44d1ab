//! Each check is shown a breach, and something that only looks like one.

use crate::chapters::{Chapter, RuleName, exceptions as read_exceptions};
use crate::checks::{self, FEWEST, Fault};
use crate::citations::{in_source, in_vectors};
use crate::files::Page;
use crate::{Evidence, matrix};

fn chapter(number: u32, text: &str) -> Chapter {
    Chapter::read(&Page::new(&format!("spec/{number:02}-name.md"), text))
}

fn evidence(chapters: Vec<Chapter>) -> Evidence {
    Evidence { chapters, ..Evidence::default() }
}

/// Two rules of chapter 8, both cited on both sides.
fn whole() -> Evidence {
    let mut evidence = evidence(vec![chapter(8, "**VOTE-1.** A witness MUST.\n\n* **VOTE-2.** It MAY.\n")]);
    cite(&mut evidence, "protocol/src/a.rs", "/// Keeps VOTE-1 and VOTE-2.");
    cite(&mut evidence, "protocol/tests/a.rs", "// VOTE-1\n// (VOTE-2)");
    evidence
}

fn cite(evidence: &mut Evidence, path: &str, text: &str) {
    evidence.citations.extend(in_source(&Page::new(path, text)));
}

fn except(evidence: &mut Evidence, rows: &str) {
    let text = format!("# Exceptions\n\n| rule | reason |\n| --- | --- |\n{rows}\n");
    evidence.exceptions = read_exceptions(&Page::new("spec/exceptions.md", &text));
}

#[track_caller]
fn says(faults: &[Fault], expected: &[&str]) {
    let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(lines.len(), expected.len(), "{lines:#?}");
    for (line, expected) in lines.iter().zip(expected) {
        assert!(line.starts_with(expected), "{line}");
    }
}

#[test]
fn what_is_whole_has_no_fault_but_that_it_is_short() {
    says(&checks::all(&whole()), &["spec:1: 2 rules: write at least 80", "spec/08-name.md:1: this is chapter 8"]);
    let many: String = (1..=FEWEST).map(|number| format!("**VOTE-{number}.** It MUST.\n\n")).collect();
    says(&checks::count(&evidence(vec![chapter(8, &many)])), &[]);
}

#[test]
fn a_rule_that_code_or_tests_do_not_cite_is_seen() {
    let mut bare = whole();
    bare.citations.retain(|citation| citation.path != "protocol/src/a.rs");
    says(
        &checks::cited(&bare),
        &["spec/08-name.md:1: VOTE-1 is cited by no code", "spec/08-name.md:3: VOTE-2 is cited by no code"],
    );
    let mut untested = whole();
    untested.citations.retain(|citation| citation.path != "protocol/tests/a.rs");
    cite(&mut untested, "node/tests/b.rs", "VOTE-1");
    says(&checks::cited(&untested), &["spec/08-name.md:3: VOTE-2 is cited by no test or vector"]);
    // A test that lies beside the code is a test, and a vector will do.
    cite(&mut untested, "protocol/src/quorum/tests.rs", "VOTE-2");
    says(&checks::cited(&untested), &[]);
    let file = r#"{"groups": [{"tests": [{"id": "vote/good", "rule": "VOTE-2"}]}]}"#;
    let mut by_vector = whole();
    by_vector.citations.retain(|citation| citation.line != 2);
    assert_eq!(checks::cited(&by_vector).len(), 1);
    by_vector.citations.extend(in_vectors(&Page::new("test-vectors/votes.json", file)).unwrap());
    says(&checks::cited(&by_vector), &[]);
}

#[test]
fn a_citation_of_no_rule_is_seen_and_what_is_none_is_not() {
    let mut evidence = whole();
    cite(&mut evidence, "node/src/b.rs", "\n// VOTE-3 and CERT-1");
    says(
        &checks::citations_of_nothing(&evidence),
        &["node/src/b.rs:2: there is no rule VOTE-3", "node/src/b.rs:2: there is no rule CERT-1"],
    );
    let none = "PRE-VOTE-1 REVOTE-9 VOTE-x VOTE-12a VOTE_3 SHA-512 VOTE-03";
    assert!(in_source(&Page::new("node/src/b.rs", none)).is_empty());
    let file = r#"{"groups": [{"tests": [{"id": "vote/good", "rule": "VOTE-9"}]}]}"#;
    let mut evidence = whole();
    evidence.citations.extend(in_vectors(&Page::new("test-vectors/votes.json", file)).unwrap());
    says(&checks::citations_of_nothing(&evidence), &["test-vectors/votes.json: vote/good: there is no rule VOTE-9"]);
}

#[test]
fn a_vector_file_that_can_not_be_read_is_seen() {
    let broken = |text: &str| in_vectors(&Page::new("test-vectors/a.json", text)).unwrap_err().to_string();
    for (text, what) in [
        ("[", "no JSON"),
        ("{}", "no groups"),
        (r#"{"groups": [{"tests": [{"rule": "VOTE-1"}]}]}"#, "a test without id"),
        (r#"{"groups": [{"tests": [{"id": "a/b"}]}]}"#, "a/b names no rule"),
        (r#"{"groups": [{"tests": [{"id": "a/b", "rule": "votes"}]}]}"#, "a/b names \"votes\", which is no rule"),
        (r#"{"groups": [{"tests": [{"id": "a/b", "rule": "VOTE-1, VOTE-2"}]}]}"#, "a/b names \"VOTE-1, VOTE-2\""),
    ] {
        assert!(broken(text).starts_with(&format!("test-vectors/a.json:1: {what}")), "{}", broken(text));
    }
}

#[test]
fn a_gap_and_a_repeat_are_seen() {
    let gap = evidence(vec![chapter(8, "**VOTE-1.** MUST\n\n**VOTE-3.** MUST\n\n**CERT-2.** MUST\n")]);
    says(
        &checks::numbering(&gap),
        &["spec/08-name.md:5: CERT-2 follows a gap: there is no CERT-1", "spec/08-name.md:3: VOTE-3 follows a gap"],
    );
    let twice = evidence(vec![chapter(8, "**VOTE-1.** MUST\n\n**VOTE-1.** MUST\n")]);
    says(&checks::places(&twice), &["spec/08-name.md:3: VOTE-1 stands at spec/08-name.md:1 too"]);
    says(&checks::numbering(&twice), &[]);
}

#[test]
fn a_rule_in_the_wrong_chapter_or_of_no_chapter_is_seen() {
    let astray = evidence(vec![chapter(9, "**VOTE-1.** MUST\n\n**FOO-1.** MUST\n")]);
    says(
        &checks::places(&astray),
        &["spec/09-name.md:1: VOTE-1 belongs into chapter 8", "spec/09-name.md:3: FOO-1 has a prefix"],
    );
    let gap = evidence(vec![chapter(1, ""), chapter(3, "")]);
    says(&checks::chapters(&gap), &["spec/03-name.md:1: this is chapter 3: chapter 2 is missing"]);
    says(&checks::chapters(&evidence(vec![chapter(1, ""), chapter(2, "")])), &[]);
}

#[test]
fn a_rule_that_does_not_begin_its_paragraph_is_seen() {
    let text = "It is so.\n**VOTE-1.** A witness MUST.\n\nBut **VOTE-2.** too. VOTE-3 is only cited, **VOTE-4** too.\n";
    let stray = chapter(8, text);
    assert!(stray.rules.is_empty());
    says(
        &checks::places(&evidence(vec![stray])),
        &["spec/08-name.md:2: VOTE-1 in the middle", "spec/08-name.md:4: VOTE-2 in the middle"],
    );
    let text =
        "# Votes\n**VOTE-1.** MUST\n\n1. **VOTE-2.** MUST\n   - **VOTE-3.** MUST\n\n<!-- -->\n**VOTE-4.** MUST\n";
    let fine = chapter(8, text);
    let names: Vec<String> = fine.rules.iter().map(|rule| rule.name.to_string()).collect();
    assert_eq!(names, ["VOTE-1", "VOTE-2", "VOTE-3", "VOTE-4"]);
    says(&checks::places(&evidence(vec![fine])), &[]);
}

#[test]
fn a_loud_word_outside_of_a_rule_and_a_rule_without_one_are_seen() {
    let text =
        "A witness MUST vote.\n\n**VOTE-1.** It\nSHOULD.\n\n* It MAY.\n\n**VOTE-2.** It does.\n* but\n  REQUIRED\n";
    says(
        &checks::words(&evidence(vec![chapter(8, text)])),
        &[
            "spec/08-name.md:1: MUST outside of a rule",
            "spec/08-name.md:6: MAY outside of a rule",
            "spec/08-name.md:10: REQUIRED outside of a rule",
            "spec/08-name.md:8: VOTE-2 has no MUST",
        ],
    );
    let quiet = "It must, may and should. `MUST` MUSTER MAY_NOT\n\n```\nMUST\n\n**VOTE-9.** MUST\n```\n";
    says(&checks::words(&evidence(vec![chapter(8, quiet)])), &[]);
}

#[test]
fn an_exception_takes_the_place_of_citations_until_it_is_stale() {
    let mut evidence = whole();
    evidence.citations.clear();
    except(&mut evidence, "| VOTE-1 | later |\n| VOTE-2 | later, with `a | b` |");
    says(&checks::cited(&evidence), &[]);
    says(&checks::exceptions(&evidence), &[]);
    // Cited on one side it still lacks the other.
    cite(&mut evidence, "protocol/src/a.rs", "VOTE-1");
    says(&checks::exceptions(&evidence), &[]);
    cite(&mut evidence, "protocol/tests/a.rs", "VOTE-1");
    says(&checks::exceptions(&evidence), &["spec/exceptions.md:5: VOTE-1 is cited by code and by a test or vector"]);
}

#[test]
fn a_row_of_exceptions_that_names_no_rule_gives_no_reason_or_comes_twice_is_seen() {
    let mut evidence = whole();
    evidence.citations.clear();
    except(&mut evidence, "| VOTE-9 | later |\n| votes | later |\n| VOTE-1 |  |\n| VOTE-1 | later |");
    says(
        &checks::exceptions(&evidence),
        &[
            "spec/exceptions.md:5: VOTE-9 is no rule",
            "spec/exceptions.md:6: votes is no rule",
            "spec/exceptions.md:7: VOTE-1 has no reason",
            "spec/exceptions.md:8: VOTE-1 has two rows",
        ],
    );
}

#[test]
fn the_matrix_has_a_row_for_each_rule() {
    let mut evidence = whole();
    cite(&mut evidence, "node/src/driver/b.rs", "VOTE-2");
    let expected = "rule   | code           | tests | vectors\nVOTE-1 | a              | a     |\nVOTE-2 | a, node:driver/b | a     |\n";
    let table = matrix::table(&evidence);
    let squeeze = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(squeeze(&table).starts_with(&squeeze(expected)), "{table}");
    assert!(table.ends_with("2 rules, 0 of them exceptions"));
    except(&mut evidence, "| VOTE-1 | later |");
    evidence.citations.clear();
    let table = matrix::table(&evidence);
    assert!(squeeze(&table).contains("VOTE-1 | (exception) | (exception) | VOTE-2 | - | - |"), "{table}");
}

#[test]
fn numbers_are_read_to_their_end() {
    let parsed = |text: &str| RuleName::parse(text).map(|(name, rest)| (name.to_string(), rest.to_owned()));
    assert_eq!(parsed("VOTE-12.**"), Some(("VOTE-12".to_owned(), ".**".to_owned())));
    for none in ["VOTE", "VOTE-", "-3", "vote-3", "VOTE-3b", "VOTE-3-4"] {
        assert_eq!(parsed(none), None, "{none}");
    }
}
