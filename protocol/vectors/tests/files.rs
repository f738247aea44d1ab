//! The files in `test-vectors/`: what they are, what they hold, and that this implementation passes them all.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use jsonschema::Validator;
use ronde_vectors::answer::TYPES;
use ronde_vectors::check::check;
use ronde_vectors::file::{Suite, Test, Verdict};
use ronde_vectors::load::{SCHEMA_FILE, is_kebab, is_rule, load};
use serde_json::{Value, json};

const LEAST_TESTS: usize = 300;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../test-vectors")
}

fn read(name: &str) -> String {
    std::fs::read_to_string(folder().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn suites() -> Vec<Suite> {
    load(&folder()).unwrap_or_else(|error| panic!("{error}"))
}

fn tests(suites: &[Suite]) -> Vec<(&str, &Test)> {
    suites.iter().flat_map(Suite::tests).collect()
}

#[test]
fn this_implementation_answers_every_test_as_expected() {
    let suites = suites();
    let (asked, failed) = check(&suites);
    assert_eq!(asked, tests(&suites).len());
    let failed: Vec<String> = failed.iter().map(|failed| format!("{} {}", failed.id, failed.wrong)).collect();
    assert!(failed.is_empty(), "{} of {asked} tests fail:\n{}", failed.len(), failed.join("\n"));
}

#[test]
fn there_are_many_tests_and_a_third_of_them_must_be_refused() {
    let suites = suites();
    let all = tests(&suites);
    let invalid = all.iter().filter(|(_, test)| test.result == Verdict::Invalid).count();
    assert!(all.len() >= LEAST_TESTS, "only {} tests", all.len());
    assert!(invalid * 3 >= all.len(), "only {invalid} of {} tests must be refused", all.len());
}

#[test]
fn every_type_that_is_answered_has_tests_and_every_type_that_is_tested_is_answered() {
    let suites = suites();
    let tested: BTreeSet<&str> = tests(&suites).into_iter().map(|(kind, _)| kind).collect();
    let answered: BTreeSet<&str> = TYPES.iter().map(|(kind, _)| *kind).collect();
    assert_eq!(answered.len(), TYPES.len(), "a type stands twice in TYPES");
    assert_eq!(tested, answered);
}

#[test]
fn every_test_shows_a_rule_and_says_how() {
    let suites = suites();
    let faulty = tests(&suites).into_iter().filter(|(_, test)| {
        let error = test.expected.get("error").and_then(Value::as_str);
        let names_error = test.result == Verdict::Valid || error.is_some_and(is_kebab);
        !(names_error && is_rule(&test.rule) && test.comment.len() >= 5)
    });
    let faulty: Vec<String> =
        faulty.map(|(_, test)| format!("{} {:?} {:?} {:?}", test.id, test.rule, test.comment, test.expected)).collect();
    assert!(faulty.is_empty(), "no rule's number, no comment or no error's name:\n{}", faulty.join("\n"));
}

#[test]
fn the_readme_explains_every_flag_and_no_other() {
    let suites = suites();
    let used: BTreeSet<&str> =
        tests(&suites).into_iter().flat_map(|(_, test)| test.flags.iter().map(String::as_str)).collect();
    let readme = read("README.md");
    let explained: BTreeSet<&str> =
        section(&readme, "## Flags").unwrap_or_default().lines().filter_map(first_cell).collect();
    assert_eq!(explained, used);
}

/// The name in the first cell of a table's row.
fn first_cell(line: &str) -> Option<&str> {
    line.strip_prefix("| `")?.split('`').next()
}

/// From a heading to the next of its rank or a higher one.
fn section<'a>(page: &'a str, heading: &str) -> Option<&'a str> {
    let begin = page.find(&format!("\n{heading}\n"))? + 1;
    let rest = &page[begin + heading.len()..];
    let rank = heading.bytes().take_while(|byte| *byte == b'#').count();
    let end = (1..=rank).filter_map(|rank| rest.find(&format!("\n{} ", "#".repeat(rank)))).min();
    Some(&rest[..end.unwrap_or(rest.len())])
}

#[test]
fn the_readme_has_a_section_for_every_type_and_for_no_other() {
    let readme = read("README.md");
    let sections: Vec<&str> = section(&readme, "## Types")
        .unwrap_or_default()
        .lines()
        .filter_map(|line| line.strip_prefix("### `"))
        .filter_map(|rest| rest.strip_suffix('`'))
        .collect();
    let unique: BTreeSet<&str> = sections.iter().copied().collect();
    assert_eq!(sections.len(), unique.len(), "a section stands twice");
    assert_eq!(unique, TYPES.iter().map(|(kind, _)| *kind).collect());
}

#[test]
fn the_chapter_on_conformance_says_who_answers_each_type() {
    let chapter = read("../spec/27-conformance.md");
    let table = section(&chapter, "## Who answers what").unwrap_or_default();
    let rows = table.lines().filter(|line| line.starts_with("| `"));
    let cells = rows.filter_map(|line| line.trim_start_matches("| ").split(" | ").next());
    let named: Vec<&str> = cells.flat_map(|cell| cell.split(", ")).map(|name| name.trim_matches('`')).collect();
    let unique: BTreeSet<&str> = named.iter().copied().collect();
    assert_eq!(named.len(), unique.len(), "a type stands twice");
    assert_eq!(unique, TYPES.iter().map(|(kind, _)| *kind).collect());
}

#[test]
fn the_section_of_a_type_names_its_fields_and_errors_stand_there_or_in_their_chapter() {
    let (readme, chapter) = (read("README.md"), read("../spec/22-errors.md"));
    let types = section(&readme, "## Types").unwrap_or_default();
    let mut missing: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let suites = suites();
    for (kind, test) in tests(&suites) {
        let own = section(&readme, &format!("### `{kind}`")).unwrap_or_default();
        let names = |page: &str, name: &str| page.contains(&format!("`{name}`"));
        let (mut fields, mut faults): (Vec<&String>, Vec<&str>) = (test.input.keys().collect(), Vec::new());
        match test.result {
            Verdict::Valid => fields.extend(test.expected.keys()),
            Verdict::Invalid => {
                faults.extend(test.expected.keys().map(String::as_str).filter(|name| *name != "error"));
                faults.extend(test.expected.get("error").and_then(Value::as_str));
            }
        }
        let fields = fields.into_iter().map(String::as_str).filter(|name| !names(own, name));
        let faults = faults.into_iter().filter(|name| !names(types, name) && !names(&chapter, name));
        missing.entry(kind).or_default().extend(fields.chain(faults));
    }
    missing.retain(|_, names| !names.is_empty());
    assert!(missing.is_empty(), "test-vectors/README.md does not name, by type: {missing:#?}");
}

fn schema() -> Validator {
    let schema: Value = serde_json::from_str(&read(SCHEMA_FILE)).unwrap();
    jsonschema::meta::validate(&schema).unwrap_or_else(|error| panic!("{SCHEMA_FILE}: {error}"));
    jsonschema::draft202012::new(&schema).unwrap_or_else(|error| panic!("{SCHEMA_FILE}: {error}"))
}

#[test]
fn the_schema_holds_for_every_file() {
    let schema = schema();
    for suite in suites() {
        let file: Value = serde_json::from_str(&read(&format!("{}.json", suite.suite))).unwrap();
        let faults: Vec<String> =
            schema.iter_errors(&file).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(faults.is_empty(), "{}:\n{}", suite.suite, faults.join("\n"));
    }
}

#[test]
fn the_schema_refuses_what_is_no_file_of_vectors() {
    let schema = schema();
    let good = json!({
        "schema": "vectors-1", "suite": "a", "version": 1,
        "groups": [{ "type": "b-c", "tests": [{
            "id": "b-c/d", "comment": "e", "rule": "F-1", "input": { "x": [{ "y": 1 }] }, "expected": { "error": "g" },
            "result": "invalid", "flags": ["h"],
        }] }],
    });
    assert!(schema.is_valid(&good));
    let test = "/groups/0/tests/0";
    let spoiled: [(&str, &str, Value); 14] = [
        ("", "author", json!("somebody")),
        ("", "schema", json!("vectors-2")),
        ("", "suite", json!("A file")),
        ("", "version", json!(0)),
        ("", "groups", json!([])),
        ("/groups/0", "notes", json!("")),
        ("/groups/0", "tests", json!([])),
        (test, "skip", json!(true)),
        (test, "id", json!("d")),
        (test, "rule", json!("F-01")),
        (test, "result", json!("acceptable")),
        (test, "flags", json!(["h", "h"])),
        (test, "input", json!({ "x": 0.5 })),
        (test, "expected", json!({ "error": "Not kebab" })),
    ];
    for (place, member, value) in spoiled {
        let mut bad = good.clone();
        bad.pointer_mut(place).unwrap()[member] = value.clone();
        assert!(!schema.is_valid(&bad), "{place}/{member}: {value}");
    }
    for (place, members) in [
        ("", &["schema", "suite", "version", "groups"][..]),
        ("/groups/0", &["type", "tests"]),
        (test, &["id", "comment", "rule", "input", "expected", "result", "flags"]),
        ("/groups/0/tests/0/expected", &["error"]),
    ] {
        for member in members {
            let mut bad = good.clone();
            bad.pointer_mut(place).unwrap().as_object_mut().unwrap().remove(*member).unwrap();
            assert!(!schema.is_valid(&bad), "{place} without {member}");
        }
    }
}
