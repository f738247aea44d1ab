//! Whether an answer is the right one, and if not, where it differs.

use std::fmt;

use serde_json::Value;

use crate::answer::{Answer, answer};
use crate::file::{Object, Suite, Test, Verdict};

/// The first member that is in one object only, or has another value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Its path, such as `outputs[2].point`.
    pub member: String,
    /// What it should be; nothing, if it should not be there.
    pub expected: Option<Value>,
    /// What it is; nothing, if it is not there.
    pub came: Option<Value>,
}

/// What is wrong with an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// To be accepted, and it is refused.
    Refuses,
    /// To be refused, and it is accepted.
    Accepts,
    /// Accepted, as it should be, but with another output.
    Output(Difference),
    /// Refused, as it should be, but with another error.
    Error(Difference),
    /// No answer.
    Unsupported,
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refuses => write!(f, "refused what is to be accepted"),
            Self::Accepts => write!(f, "accepted what is to be refused"),
            Self::Output(difference) => write!(f, "gave another output: `{}` differs", difference.member),
            Self::Error(difference) => write!(f, "gave another error: `{}` differs", difference.member),
            Self::Unsupported => write!(f, "does not support this"),
        }
    }
}

impl Test {
    /// Compares an answer with the expected one, as JSON values.
    ///
    /// # Errors
    /// [`Wrong`]
    pub fn compare(&self, came: &Answer) -> Result<(), Wrong> {
        match (self.result, came) {
            (Verdict::Valid, Answer::Valid(output)) => {
                difference(&self.expected, output).map_or(Ok(()), |found| Err(Wrong::Output(found)))
            }
            (Verdict::Invalid, Answer::Invalid(error)) => {
                difference(&self.expected, error).map_or(Ok(()), |found| Err(Wrong::Error(found)))
            }
            (Verdict::Valid, Answer::Invalid(_)) => Err(Wrong::Refuses),
            (Verdict::Invalid, Answer::Valid(_)) => Err(Wrong::Accepts),
            (_, Answer::Unsupported(_)) => Err(Wrong::Unsupported),
        }
    }
}

fn difference(expected: &Object, came: &Object) -> Option<Difference> {
    let mut keys = expected.keys().chain(came.keys().filter(|key| !expected.contains_key(*key)));
    keys.find_map(|key| between(key.clone(), expected.get(key), came.get(key)))
}

fn between(member: String, expected: Option<&Value>, came: Option<&Value>) -> Option<Difference> {
    match (expected, came) {
        (Some(expected), Some(came)) if expected == came => None,
        (Some(Value::Object(expected)), Some(Value::Object(came))) => {
            difference(expected, came).map(|inner| Difference { member: format!("{member}.{}", inner.member), ..inner })
        }
        (Some(Value::Array(expected)), Some(Value::Array(came))) => (0..expected.len().max(came.len()))
            .find_map(|at| between(format!("{member}[{at}]"), expected.get(at), came.get(at))),
        _ => Some(Difference { member, expected: expected.cloned(), came: came.cloned() }),
    }
}

/// A test that this implementation does not pass.
#[derive(Clone, Debug, PartialEq)]
pub struct Failed {
    /// The test's id.
    pub id: String,
    /// What is wrong.
    pub wrong: Wrong,
    /// What was answered.
    pub came: Answer,
}

/// Asks this implementation every test of every suite. How many there were, and those that failed; a question that it
/// does not support is one of them.
#[must_use]
pub fn check(suites: &[Suite]) -> (usize, Vec<Failed>) {
    let mut asked = 0;
    let mut failed = Vec::new();
    for (kind, test) in suites.iter().flat_map(Suite::tests) {
        asked += 1;
        let came = answer(kind, test.input.clone());
        if let Err(wrong) = test.compare(&came) {
            failed.push(Failed { id: test.id.clone(), wrong, came });
        }
    }
    (asked, failed)
}
