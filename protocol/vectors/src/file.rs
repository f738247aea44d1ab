//! The files in `test-vectors/`, in the shape that Wycheproof's readers know.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A JSON object.
pub type Object = Map<String, Value>;

/// The only format there is.
pub const SCHEMA: &str = "vectors-1";

/// One file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suite {
    /// [`SCHEMA`].
    pub schema: String,
    /// The file's name, without its ending.
    pub suite: String,
    /// Of the vectors; grows when one changes.
    pub version: u32,
    /// Tests by type.
    pub groups: Vec<Group>,
}

/// Tests of one type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// What is tested, and so the shape of input and output.
    #[serde(rename = "type")]
    pub kind: String,
    /// The tests.
    pub tests: Vec<Test>,
}

/// One question with its right answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Test {
    /// `type/slug`, unique over all files.
    pub id: String,
    /// What is shown.
    pub comment: String,
    /// The rule of the specification that it shows.
    pub rule: String,
    /// The question.
    pub input: Object,
    /// The output, or the error.
    pub expected: Object,
    /// Whether the input is to be accepted.
    pub result: Verdict,
    /// Classes of attack or oddity, explained in the field dictionary.
    pub flags: Vec<String>,
}

/// Accepted or refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Accepted, with an output.
    Valid,
    /// Refused, with an error.
    Invalid,
}

impl Suite {
    /// Every test with its type, in the file's order.
    pub fn tests(&self) -> impl Iterator<Item = (&str, &Test)> {
        self.groups.iter().flat_map(|group| group.tests.iter().map(|test| (group.kind.as_str(), test)))
    }
}
