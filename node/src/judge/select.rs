//! Which tests to ask.

use ronde_vectors::file::{Suite, Test};
use thiserror::Error;

/// A test with its type.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// What it tests.
    pub kind: &'a str,
    /// The test.
    pub test: &'a Test,
}

/// A name that chooses nothing.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("there is no {what} `{name}` among these vectors")]
pub struct Unknown {
    /// `type` or `test`.
    pub what: &'static str,
    /// What was typed.
    pub name: String,
    /// The most similar name that there is.
    pub nearest: Option<String>,
}

/// The tests of these types, with these ids; an empty list means all.
///
/// # Errors
/// A name that there is not.
pub fn select<'a>(suites: &'a [Suite], types: &[String], ids: &[String]) -> Result<Vec<Case<'a>>, Unknown> {
    let all = || suites.iter().flat_map(Suite::tests).map(|(kind, test)| Case { kind, test });
    let known = |what, names: &[String], has: fn(Case<'a>) -> &'a str| {
        let missing = names.iter().find(|name| !all().any(|case| has(case) == name.as_str()));
        missing.map_or(Ok(()), |name| {
            let nearest = all()
                .map(has)
                .max_by(|one, other| strsim::jaro_winkler(one, name).total_cmp(&strsim::jaro_winkler(other, name)));
            Err(Unknown { what, name: name.clone(), nearest: nearest.map(str::to_owned) })
        })
    };
    known("type", types, |case| case.kind)?;
    known("test", ids, |case| &case.test.id)?;
    let fits = |names: &[String], name: &str| names.is_empty() || names.iter().any(|chosen| chosen == name);
    Ok(all().filter(|case| fits(types, case.kind) && fits(ids, &case.test.id)).collect())
}
