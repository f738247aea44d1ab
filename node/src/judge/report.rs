//! What a judgement found.

use std::collections::BTreeMap;
use std::time::Duration;

use ronde_vectors::Answer;
use ronde_vectors::check::{Difference, Wrong};
use ronde_vectors::file::{Object, Verdict};
use serde_json::Value;

use super::excerpt;
use super::select::Case;
use super::trouble::Trouble;

/// All tests with their outcomes.
#[derive(Debug, Default)]
pub struct Report<'a> {
    /// In the order in which they were asked.
    pub judged: Vec<Judged<'a>>,
    /// What the program did last, if it was given up.
    pub gave_up: Option<String>,
}

/// One test with its outcome.
#[derive(Debug)]
pub struct Judged<'a> {
    /// The test.
    pub case: Case<'a>,
    /// How it went.
    pub outcome: Outcome,
    /// How long the answer took.
    pub took: Duration,
}

/// How a test went.
#[derive(Debug)]
pub enum Outcome {
    /// The right answer.
    Passed,
    /// The program says that it does not do this.
    Unsupported,
    /// A wrong answer, or none.
    Failed(Fault),
}

/// What is wrong, in words and cut to what can be read.
#[derive(Debug)]
pub struct Fault {
    /// What the program did.
    pub what: String,
    /// What was expected, if there was an answer.
    pub expected: Option<String>,
    /// What came instead.
    pub came: Option<String>,
    /// Its last words on standard error, if it had to be stopped.
    pub stderr: Option<String>,
    /// What to do.
    pub fix: String,
    /// Whether the question was asked at all.
    pub asked: bool,
}

impl Outcome {
    /// Compares an answer (VECTOR-3).
    pub(super) fn of(case: &Case<'_>, came: &Answer) -> Self {
        match case.test.compare(came) {
            Ok(()) => Self::Passed,
            Err(Wrong::Unsupported) => Self::Unsupported,
            Err(wrong) => Self::Failed(Fault::wrong(case, wrong, came)),
        }
    }
}

impl Fault {
    fn wrong(case: &Case<'_>, mut wrong: Wrong, came: &Answer) -> Self {
        let (expected, came) = match &mut wrong {
            Wrong::Output(difference) | Wrong::Error(difference) => {
                // A member that should not be there has the name that the program gave it.
                difference.member = excerpt::line(difference.member.as_bytes());
                values(difference)
            }
            _ => (shown(case.test.result, &case.test.expected), answer(came)),
        };
        let (expected, came) = excerpt::pair(&expected, &came);
        Self { expected: Some(expected), came: Some(came), ..Self::said(wrong.to_string(), look_up(case)) }
    }

    /// This implementation does not understand its own vectors.
    pub(super) fn unsupported(case: &Case<'_>, why: &str) -> Self {
        Self::said(format!("does not support this: {}", excerpt::line(why.as_bytes())), look_up(case))
    }

    /// No answer that counts; `stderr` are its last words.
    pub(super) fn trouble(trouble: &Trouble, stderr: &str) -> Self {
        let stderr = (!stderr.is_empty()).then(|| stderr.to_owned());
        Self { stderr, ..Self::said(trouble.to_string(), trouble.fix().to_owned()) }
    }

    /// The program was given up before.
    pub(super) fn not_asked(why: &str) -> Self {
        let what =
            format!("was not asked: {} restarts in a row brought no answer; last, it {why}", super::MAX_RESTARTS);
        Self { asked: false, ..Self::said(what, "mend the first failure, then try again".to_owned()) }
    }

    fn said(what: String, fix: String) -> Self {
        Self { what, expected: None, came: None, stderr: None, fix, asked: true }
    }
}

fn look_up(case: &Case<'_>) -> String {
    format!("see {} in the specification; `--id {}` asks this one alone", case.test.rule, case.test.id)
}

fn values(difference: &Difference) -> (String, String) {
    let member = |value: &Option<Value>| match value {
        Some(value) => format!("{} = {value}", difference.member),
        None => format!("no {}", difference.member),
    };
    (member(&difference.expected), member(&difference.came))
}

fn shown(verdict: Verdict, object: &Object) -> String {
    let word = match verdict {
        Verdict::Valid => "valid",
        Verdict::Invalid => "invalid",
    };
    format!("{word} {}", Value::Object(object.clone()))
}

fn answer(answer: &Answer) -> String {
    match answer {
        Answer::Valid(output) => shown(Verdict::Valid, output),
        Answer::Invalid(error) => shown(Verdict::Invalid, error),
        Answer::Unsupported(_) => "unsupported".to_owned(),
    }
}

/// How many tests went how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// The right answer.
    pub passed: usize,
    /// A wrong answer, or none.
    pub failed: usize,
    /// Said to be beyond the program.
    pub unsupported: usize,
}

impl Counts {
    fn add(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Passed => self.passed += 1,
            Outcome::Unsupported => self.unsupported += 1,
            Outcome::Failed(_) => self.failed += 1,
        }
    }

    /// Of all.
    #[must_use]
    pub fn total(&self) -> usize {
        self.passed + self.failed + self.unsupported
    }
}

impl<'a> Report<'a> {
    /// Of all tests.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        self.judged.iter().for_each(|judged| counts.add(&judged.outcome));
        counts
    }

    /// Per type, by name.
    #[must_use]
    pub fn types(&self) -> BTreeMap<&'a str, Counts> {
        let mut types: BTreeMap<&str, Counts> = BTreeMap::new();
        for judged in &self.judged {
            types.entry(judged.case.kind).or_default().add(&judged.outcome);
        }
        types
    }

    /// The tests that failed.
    pub fn failures(&self) -> impl Iterator<Item = (&Case<'a>, &Fault)> {
        self.judged.iter().filter_map(|judged| match &judged.outcome {
            Outcome::Failed(fault) => Some((&judged.case, fault)),
            Outcome::Passed | Outcome::Unsupported => None,
        })
    }
}
