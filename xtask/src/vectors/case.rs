//! One test in the making. Whether it is accepted, or how it is refused, is said by whoever writes it; the
//! implementation must agree, or there are no vectors.

use ronde_vectors::file::{Group, Object, Test, Verdict};
use ronde_vectors::{Answer, answer};
use serde_json::Value;

/// A question that waits for its verdict.
pub struct Case {
    kind: &'static str,
    id: String,
    rule: &'static str,
    comment: String,
    flags: Vec<String>,
    input: Object,
}

/// Begins a test `kind/slug`, which shows `rule`. The input is a JSON object.
pub fn case(kind: &'static str, slug: &str, rule: &'static str, comment: &str, input: Value) -> Case {
    let input = match input {
        Value::Object(input) => input,
        other => Object::from_iter([("not an object".to_owned(), other)]),
    };
    let id = format!("{kind}/{slug}");
    Case { kind, id, rule, comment: comment.to_owned(), flags: Vec::new(), input }
}

impl Case {
    /// With a class of attack or oddity.
    pub fn flag(mut self, flag: &str) -> Self {
        self.flags.push(flag.to_owned());
        self
    }

    /// It is accepted; the output is what the implementation gives.
    pub fn valid(self) -> Result<Test, String> {
        match answer(self.kind, self.input.clone()) {
            Answer::Valid(output) => Ok(self.close(Verdict::Valid, output)),
            other => Err(format!("{}: should be accepted, but: {other:?}", self.id)),
        }
    }

    /// It is accepted with exactly this output, known from elsewhere.
    pub fn gives(self, output: Value) -> Result<Test, String> {
        let id = self.id.clone();
        let test = self.valid()?;
        if Value::Object(test.expected.clone()) == output {
            Ok(test)
        } else {
            Err(format!("{id}: should give {output}, but gives {:?}", test.expected))
        }
    }

    /// It is accepted, and these are among the members of the output.
    pub fn has(self, members: Value) -> Result<Test, String> {
        let test = self.valid()?;
        let wrong = |(name, value): (&String, &Value)| test.expected.get(name) != Some(value);
        if members.as_object().is_none_or(|members| members.is_empty() || members.iter().any(wrong)) {
            return Err(format!("{}: should have {members}, but gives {:?}", test.id, test.expected));
        }
        Ok(test)
    }

    /// It is refused with exactly this error.
    pub fn refused(self, error: Value) -> Result<Test, String> {
        match answer(self.kind, self.input.clone()) {
            Answer::Invalid(refused) if Value::Object(refused.clone()) == error => {
                Ok(self.close(Verdict::Invalid, refused))
            }
            other => Err(format!("{}: should be refused with {error}, but: {other:?}", self.id)),
        }
    }

    fn close(self, result: Verdict, expected: Object) -> Test {
        let Self { id, rule, comment, flags, input, .. } = self;
        Test { id, comment, rule: rule.to_owned(), input, expected, result, flags }
    }
}

/// The tests of one type, or the first thing that is wrong with them.
pub fn group(kind: &str, tests: impl IntoIterator<Item = Result<Test, String>>) -> Result<Group, String> {
    Ok(Group { kind: kind.to_owned(), tests: tests.into_iter().collect::<Result<_, _>>()? })
}
