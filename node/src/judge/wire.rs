//! Lines of the judge's protocol: a question, an answer.

use ronde_vectors::Answer;
use ronde_vectors::file::{Object, Test};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use thiserror::Error;

use super::excerpt;
use super::trouble::Trouble;

/// A question as a program reads it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// Comes back with the answer.
    pub id: String,
    /// What is asked.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its input.
    pub input: Object,
}

/// A line that asks nothing.
#[derive(Debug, Error)]
#[error("this is no question: {0}")]
pub struct BadQuestion(#[from] serde_json::Error);

impl Question {
    /// Reads a line.
    ///
    /// # Errors
    /// [`BadQuestion`]
    pub fn read(line: &[u8]) -> Result<Self, BadQuestion> {
        Ok(serde_json::from_slice(line)?)
    }
}

/// An answer's line, with its end.
#[must_use]
pub fn answer_line(id: &str, answer: &Answer) -> Vec<u8> {
    let object = match answer {
        Answer::Valid(output) => json!({ "id": id, "result": "valid", "output": output }),
        Answer::Invalid(error) => json!({ "id": id, "result": "invalid", "error": error }),
        Answer::Unsupported(_) => json!({ "id": id, "result": "unsupported" }),
    };
    format!("{object}\n").into_bytes()
}

#[derive(Serialize)]
struct Asked<'a> {
    id: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    input: &'a Object,
}

/// A question's line, with its end.
pub(super) fn question(kind: &str, test: &Test) -> Vec<u8> {
    let asked = Asked { id: &test.id, kind, input: &test.input };
    let mut line = serde_json::to_vec(&asked).unwrap_or_default();
    line.push(b'\n');
    line
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    #[serde(rename = "id")]
    _id: String,
    result: Word,
    output: Option<Object>,
    error: Option<Object>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Word {
    Valid,
    Invalid,
    Unsupported,
}

/// What is wrong with a line, in words that may quote as much of it as there is.
fn reason(why: &serde_json::Error) -> String {
    excerpt::line(why.to_string().as_bytes())
}

/// Reads the answer to the question with this id (VECTOR-5), of the right shape (VECTOR-6).
pub(super) fn read(id: &str, line: &[u8]) -> Result<Answer, Trouble> {
    let shown = || excerpt::line(line);
    let value: Value =
        serde_json::from_slice(line).map_err(|why| Trouble::NotJson { line: shown(), why: reason(&why) })?;
    match value.get("id") {
        Some(Value::String(found)) if found == id => {}
        Some(other) => return Err(Trouble::OtherId(excerpt::line(other.to_string().as_bytes()))),
        None => return Err(Trouble::NoId(shown())),
    }
    let shape = |why: String| Trouble::Shape { line: shown(), why };
    let said: Said = serde_json::from_value(value).map_err(|why| shape(reason(&why)))?;
    match (said.result, said.output, said.error) {
        (Word::Valid, Some(output), None) => Ok(Answer::Valid(output)),
        (Word::Invalid, None, Some(error)) => Ok(Answer::Invalid(error)),
        (Word::Unsupported, None, None) => Ok(Answer::Unsupported(String::new())),
        (Word::Valid, ..) => Err(shape("`valid` comes with an `output` and no `error`".to_owned())),
        (Word::Invalid, ..) => Err(shape("`invalid` comes with an `error` and no `output`".to_owned())),
        (Word::Unsupported, ..) => Err(shape("`unsupported` comes with no `output` and no `error`".to_owned())),
    }
}
