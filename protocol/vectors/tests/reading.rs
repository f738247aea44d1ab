//! What is no file of vectors is refused whole, and a wrong answer is found where it differs.

use ronde_vectors::Answer;
use ronde_vectors::check::{Difference, Wrong, check};
use ronde_vectors::file::{Object, Suite, Test};
use ronde_vectors::load::{BadVectors, is_kebab, is_rule, load, parse};
use serde_json::{Value, json};

fn good() -> Value {
    json!({
        "schema": "vectors-1", "suite": "a", "version": 1,
        "groups": [{ "type": "b", "tests": [{
            "id": "b/c", "comment": "d", "rule": "E-1", "input": {}, "expected": { "x": [{ "y": 1 }, 2], "z": "" },
            "result": "valid", "flags": [],
        }] }],
    })
}

fn parsed(file: &Value) -> Result<Vec<Suite>, BadVectors> {
    parse([("a.json", file.to_string().as_str())])
}

fn spoiled(place: &str, member: &str, value: Value) -> BadVectors {
    let mut file = good();
    file.pointer_mut(place).unwrap()[member] = value;
    parsed(&file).unwrap_err()
}

#[test]
fn a_good_file_is_read_to_its_last_test() {
    let suites = parsed(&good()).unwrap();
    assert_eq!(suites[0].tests().map(|(kind, test)| (kind, test.id.as_str())).collect::<Vec<_>>(), [("b", "b/c")]);
}

#[test]
fn an_unknown_field_is_refused_wherever_it_stands() {
    for place in ["", "/groups/0", "/groups/0/tests/0"] {
        let error = spoiled(place, "skip", json!(true));
        assert!(matches!(&error, BadVectors::Shape { .. }) && error.to_string().contains("`skip`"), "{error}");
    }
}

#[test]
fn a_missing_field_is_refused_wherever_it_is_missing() {
    for (place, member) in [("", "version"), ("/groups/0", "type"), ("/groups/0/tests/0", "flags")] {
        let mut file = good();
        file.pointer_mut(place).unwrap().as_object_mut().unwrap().remove(member).unwrap();
        let error = parsed(&file).unwrap_err().to_string();
        assert!(error.contains(&format!("missing field `{member}`")), "{error}");
    }
}

#[test]
fn what_contradicts_itself_is_refused() {
    assert!(matches!(spoiled("", "schema", json!("vectors-2")), BadVectors::Schema { .. }));
    assert!(matches!(spoiled("", "suite", json!("b")), BadVectors::Name { .. }));
    assert!(matches!(spoiled("", "groups", json!([])), BadVectors::NoTests { .. }));
    assert!(matches!(spoiled("/groups/0", "tests", json!([])), BadVectors::NoTests { .. }));
    assert!(matches!(spoiled("/groups/0", "type", json!("other")), BadVectors::Id { .. }));
    for id in ["c", "b/", "b/C", "b/c/d", "b-c"] {
        assert!(matches!(spoiled("/groups/0/tests/0", "id", json!(id)), BadVectors::Id { .. }), "{id}");
    }
    assert!(matches!(spoiled("/groups/0/tests/0", "result", json!("acceptable")), BadVectors::Shape { .. }));
}

#[test]
fn an_id_is_unique_over_all_files() {
    let mut other = good();
    other["suite"] = json!("other");
    let (first, second) = (good().to_string(), other.to_string());
    let error = parse([("a.json", first.as_str()), ("other.json", second.as_str())]).unwrap_err();
    assert!(matches!(&error, BadVectors::Twice { file, id } if file == "other.json" && id == "b/c"), "{error}");
}

#[test]
fn a_folder_without_vectors_is_no_success() {
    let nothing = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    assert!(matches!(load(&nothing), Err(BadVectors::Empty(_))));
    assert!(matches!(load(&nothing.join("missing")), Err(BadVectors::File { .. })));
}

#[test]
fn words_and_rules_are_known_by_their_shape() {
    assert!(["a", "a-b", "rfc9497-poprf"].into_iter().all(is_kebab));
    assert!(!["", "-a", "a-", "a--b", "A", "a_b"].into_iter().any(is_kebab));
    assert!(["VOTE-3", "E-1", "LIMIT-120"].into_iter().all(is_rule));
    assert!(!["", "VOTE", "VOTE-", "-1", "VOTE-0", "VOTE-01", "vote-1", "VOTE-1a"].into_iter().any(is_rule));
}

#[test]
fn a_type_that_is_not_supported_fails() {
    let (asked, failed) = check(&parsed(&good()).unwrap());
    assert_eq!((asked, failed.len()), (1, 1));
    assert_eq!(failed[0].wrong, Wrong::Unsupported);
}

fn object(value: Value) -> Object {
    serde_json::from_value(value).unwrap()
}

fn test(result: &str) -> Test {
    let mut file = good();
    file["groups"][0]["tests"][0]["result"] = json!(result);
    parsed(&file).unwrap().remove(0).groups.remove(0).tests.remove(0)
}

#[test]
fn a_verdict_must_be_the_expected_one() {
    let same = || object(json!({ "x": [{ "y": 1 }, 2], "z": "" }));
    assert_eq!(test("valid").compare(&Answer::Valid(same())), Ok(()));
    assert_eq!(test("valid").compare(&Answer::Invalid(same())), Err(Wrong::Refuses));
    assert_eq!(test("invalid").compare(&Answer::Invalid(same())), Ok(()));
    assert_eq!(test("invalid").compare(&Answer::Valid(same())), Err(Wrong::Accepts));
    for result in ["valid", "invalid"] {
        assert_eq!(test(result).compare(&Answer::Unsupported(String::new())), Err(Wrong::Unsupported));
    }
}

#[test]
fn the_first_member_that_differs_is_named() {
    let cases = [
        (json!({ "x": [{ "y": 3 }, 2], "z": "" }), "x[0].y", Some(json!(1)), Some(json!(3))),
        (json!({ "x": [{ "y": 1.0 }, 2], "z": "" }), "x[0].y", Some(json!(1)), Some(json!(1.0))),
        (json!({ "x": [{ "y": 1 }], "z": "" }), "x[1]", Some(json!(2)), None),
        (json!({ "x": [{ "y": 1 }, 2, 3], "z": "" }), "x[2]", None, Some(json!(3))),
        (json!({ "x": [{ "y": 1, "w": 0 }, 2], "z": "" }), "x[0].w", None, Some(json!(0))),
        (json!({ "x": [{ "y": 1 }, 2] }), "z", Some(json!("")), None),
        (json!({ "x": [{ "y": 1 }, 2], "z": "", "more": null }), "more", None, Some(Value::Null)),
    ];
    for (came, member, expected, shown) in cases {
        let difference = Difference { member: member.to_owned(), expected, came: shown };
        assert_eq!(test("valid").compare(&Answer::Valid(object(came.clone()))), Err(Wrong::Output(difference.clone())));
        assert_eq!(test("invalid").compare(&Answer::Invalid(object(came))), Err(Wrong::Error(difference)));
    }
}
