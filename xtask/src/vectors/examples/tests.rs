use ronde_vectors::file::{Object, Test, Verdict};
use serde_json::{Value, json};

use super::{Tests, fill_text, show};

fn object(value: Value) -> Object {
    serde_json::from_value(value).unwrap()
}

fn test(input: Value, expected: Value) -> Test {
    Test {
        id: "split/seven".to_owned(),
        comment: "Seven points.".to_owned(),
        rule: "COIN-1".to_owned(),
        input: object(input),
        expected: object(expected),
        result: Verdict::Valid,
        flags: Vec::new(),
    }
}

fn filled(text: &str) -> (String, usize, Vec<String>) {
    let test = test(json!({ "points": 7 }), json!({ "coins": [4, 2, 1] }));
    fill_text(text, &Tests::from([("split/seven", &test)]))
}

const BLOCK: &str =
    "```text\nsplit/seven (valid): Seven points.\n\ninput\n  points: 7\n\noutput\n  coins: [4, 2, 1]\n```\n";

#[test]
fn a_place_is_filled_and_filling_it_again_changes_nothing() {
    let old = "# A\n<!-- example: split/seven -->\nold\n<!-- end of example -->\nafter\n";
    let new = format!("# A\n<!-- example: split/seven -->\n{BLOCK}<!-- end of example -->\nafter\n");
    assert_eq!(filled(old), (new.clone(), 1, Vec::new()));
    assert_eq!(filled(&new), (new, 1, Vec::new()));
}

#[test]
fn an_unknown_id_is_a_fault_and_the_other_places_are_filled() {
    let old = "<!-- example: split/six -->\n<!-- end of example -->\n<!-- example: split/seven -->\n<!-- end of example -->\n";
    let (text, count, faults) = filled(old);
    assert_eq!((count, faults), (1, vec!["1: no test has the id `split/six`".to_owned()]));
    assert!(
        text.starts_with("<!-- example: split/six -->\n<!-- end of example -->\n<!-- example: split/seven -->\n```")
    );
}

#[test]
fn a_place_without_an_end_is_a_fault_and_loses_nothing() {
    let old = "<!-- example: split/seven -->\nprose\n<!-- example: split/seven -->\nmore prose\n";
    let (text, count, faults) = filled(old);
    let fault = |line| format!("{line}: the example `split/seven` has no line `<!-- end of example -->`");
    assert_eq!((text.as_str(), count, faults), (old, 0, vec![fault(1), fault(3)]));
}

#[test]
fn an_end_without_a_place_is_a_fault() {
    let old = "prose\n<!-- end of example -->\n";
    assert_eq!(filled(old), (old.to_owned(), 0, vec!["2: an example ends that did not begin".to_owned()]));
}

#[test]
fn a_page_may_speak_of_the_lines_without_being_filled() {
    let old = "Put `<!-- example: split/six -->` before it.\n";
    assert_eq!(filled(old), (old.to_owned(), 0, Vec::new()));
}

#[test]
fn nested_values_are_indented_and_lists_have_dashes() {
    let input = json!({ "class": { "empty": "", "kind": "points" }, "coins": [{ "a": 1, "b": "00ff" }, { "a": 2 }], "none": [] });
    let expected = "```text
split/seven (valid): Seven points.

input
  class:
    empty: \"\"
    kind: points
  coins:
    - a: 1
      b: 00ff
    - a: 2
  none: []

output
  x: null
```
";
    assert_eq!(show::block(&test(input, json!({ "x": null }))), expected);
}

#[test]
fn long_hexadecimal_is_wrapped_and_longer_is_cut_with_its_size() {
    let shown = show::block(&test(json!({ "whole": "ab".repeat(600), "cut": "cd".repeat(601) }), json!({})));
    let lines: Vec<&str> = shown.lines().collect();
    let ab = lines.iter().filter(|line| line.trim().starts_with("abab")).map(|line| line.trim().len());
    assert_eq!(ab.sum::<usize>(), 1200);
    assert_eq!(lines.iter().filter(|line| line.trim().starts_with("cdcd")).count(), 8);
    assert_eq!(lines.iter().filter(|line| line.trim() == "... (601 bytes)").count(), 1);
    assert!(lines.iter().all(|line| line.len() <= 100));
}

#[test]
fn a_long_text_is_broken_at_spaces() {
    let shown = show::block(&test(json!({ "words": "abandon ".repeat(23) + "art" }), json!({})));
    assert!(shown.lines().all(|line| line.len() <= 100));
    assert_eq!(shown.matches("abandon").count(), 23);
}
