use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::without_values;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "what is read of it is what is wrong with it")]
struct Asked {
    points: u64,
    reference: Option<String>,
    kind: Option<Kind>,
    small: Option<u8>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Grant,
    Redeem,
}

#[derive(Deserialize)]
enum Never {}

fn said<T: DeserializeOwned>(json: &str) -> String {
    let error = serde_json::from_str::<T>(json).err().unwrap().to_string();
    without_values(error.rsplit_once(" at line ").map_or(&*error, |(what, _)| what))
}

/// ERROR-3.
#[test]
fn what_is_wrong_is_said_and_what_stood_there_is_not() {
    for (json, expected) in [
        (r#"{"points":"Jeanne, expected `x`"}"#, "invalid type: string, expected u64"),
        (r#"{"points":49701012}{"#, "trailing characters"),
        (r#"{"points":1,"small":4970}"#, "invalid value: integer, expected u8"),
        (r#"{"points":-4970}"#, "invalid value: integer, expected u64"),
        (r#"{"points":4970.5}"#, "invalid type: floating point, expected u64"),
        (r#"{"points":{"name":"Jeanne"}}"#, "invalid type: map, expected u64"),
        (r#"{"points":["Jeanne"]}"#, "invalid type: sequence, expected u64"),
        (r#"{"points":true}"#, "invalid type: boolean, expected u64"),
        (r#"{"points":null}"#, "invalid type: null, expected u64"),
        (r#"{"points":1,"kind":"Jeanne"}"#, "unknown variant, expected `grant` or `redeem`"),
        (
            r#"{"points":1,"colour":"Jeanne"}"#,
            "unknown field `colour`, expected one of `points`, `reference`, `kind`, `small`",
        ),
        (r#"{"points":1,"49701012":1}"#, "unknown field, expected one of `points`, `reference`, `kind`, `small`"),
        (r#"{"points":1,"Jeanne Q":1}"#, "unknown field, expected one of `points`, `reference`, `kind`, `small`"),
        (r#"{"reference":"Jeanne"}"#, "missing field `points`"),
        (r#"{"points":1,"reference":"Jeanne"#, "EOF while parsing a string"),
        (r#"{"points":1,"points":2}"#, "duplicate field `points`"),
    ] {
        assert_eq!(said::<Asked>(json), expected, "{json}");
    }
    assert_eq!(said::<Never>(r#""Jeanne""#), "unknown variant, none was expected");
    // Before which place it was found is said of a query.
    assert_eq!(
        without_values("Failed: Jeanne: unknown field `Jeanne Q`, expected `wait`"),
        "unknown field, expected `wait`"
    );
}

/// Whatever is put where something else belongs: its text is in no complaint.
#[test]
fn no_sort_of_value_is_repeated() {
    let values = [
        "\"Zonnebloem\"",
        "[\"Zonnebloem\"]",
        "{\"Zonnebloem\":\"Zonnebloem\"}",
        "{\"points\":{\"a\":\"Zonnebloem\"}}",
    ];
    for value in values {
        let all = [
            said::<u64>(value),
            said::<Asked>(value),
            said::<Kind>(value),
            said::<BTreeMap<u8, u8>>(value),
            said::<(u8, u8)>(value),
            said::<bool>(value),
        ];
        for said in all {
            assert!(!said.contains("Zonnebloem") || said.contains("unknown field `Zonnebloem`"), "{value}: {said}");
        }
    }
}
