//! Who sees a fault: the vectors, and the protocol's own tests.

use std::collections::BTreeSet;

use super::faults::Fault;
use super::workshop::{Built, Workshop};

/// What the vectors and the tests made of one fault.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Catch {
    /// Types of vectors of which one fails.
    pub types: BTreeSet<String>,
    /// How many vectors fail.
    pub vectors: usize,
    /// Tests that fail; nothing if they were not run.
    pub tests: Option<BTreeSet<String>>,
}

impl Catch {
    /// Whether anybody saw it.
    pub fn seen(&self) -> bool {
        self.vectors > 0 || self.tests.as_ref().is_some_and(|tests| !tests.is_empty())
    }
}

/// Runs the vectors, and the tests named with the fault: always (`thorough`), or only if the vectors see nothing.
pub fn look(workshop: &Workshop, fault: &Fault, thorough: bool) -> Result<Catch, String> {
    let mut catch = vectors(workshop, fault.name)?;
    if thorough || catch.vectors == 0 {
        catch.tests = Some(tests(workshop, fault)?);
    }
    Ok(catch)
}

/// What the vectors say of the copy as it stands.
pub fn vectors(workshop: &Workshop, name: &str) -> Result<Catch, String> {
    let build = ["build", "--quiet", "--package", "ronde-vectors", "--example", "check"];
    let run = ["run", "--quiet", "--package", "ronde-vectors", "--example", "check"];
    match workshop.cargo(&build, &run)? {
        Built::Broken(why) => Err(format!("`{name}` does not compile; mend it in xtask/src/mutants/faults.rs:\n{why}")),
        Built::Ran(true, _) => Ok(Catch::default()),
        Built::Ran(false, said) => {
            let failed = failed_vectors(&said);
            if failed.is_empty() {
                // It stopped before the end: seen, though not by one test.
                return Ok(Catch { types: BTreeSet::from(["(all)".to_owned()]), vectors: 1, tests: None });
            }
            let types = failed.iter().map(|id| id.split('/').next().unwrap_or(id).to_owned()).collect();
            Ok(Catch { types, vectors: failed.len(), tests: None })
        }
    }
}

fn tests(workshop: &Workshop, fault: &Fault) -> Result<BTreeSet<String>, String> {
    let named: Vec<&str> = fault.tests.iter().flat_map(|file| ["--test", file]).collect();
    let all = ["test", "--quiet", "--package", "ronde-protocol", "--no-fail-fast"];
    let build = [&all[..], &named, &["--no-run"]].concat();
    let run = [&all[..], &named].concat();
    match workshop.cargo(&build, &run)? {
        Built::Broken(why) => Err(format!("`{}` does not compile with its tests:\n{why}", fault.name)),
        Built::Ran(true, _) => Ok(BTreeSet::new()),
        Built::Ran(false, said) => Ok(failed_tests(&said)),
    }
}

/// `FAILED type/slug` lines.
pub fn failed_vectors(said: &str) -> BTreeSet<&str> {
    said.lines()
        .filter_map(|line| line.strip_prefix("FAILED "))
        .filter_map(|line| line.split([' ', ':']).next())
        .collect()
}

/// The names that a test binary lists under `failures:`.
pub fn failed_tests(said: &str) -> BTreeSet<String> {
    let named = said.lines().filter(|line| line.starts_with("---- ") && line.ends_with(" stdout ----"));
    named.filter_map(|line| line.split(' ').nth(1)).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests;
