//! Who cites a rule: code that keeps it, tests and vectors that show it.

use serde_json::Value;

use crate::chapters::{PREFIXES, RuleName, is_word};
use crate::checks::Fault;
use crate::files::Page;

/// What a citation is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    Code,
    Test,
    Vector,
}

/// One mention of a rule.
#[derive(Clone, Debug)]
pub struct Citation {
    pub name: RuleName,
    pub side: Side,
    pub path: String,
    /// Line of a source; 0 in a vector file.
    pub line: usize,
    /// Id of a vector.
    pub id: String,
}

impl Citation {
    /// Where it stands, to be shown.
    pub fn place(&self) -> String {
        if self.side == Side::Vector {
            format!("{}: {}", self.path, self.id)
        } else {
            format!("{}:{}", self.path, self.line)
        }
    }
}

/// Tests that live beside the code are tests.
fn side_of(path: &str) -> Side {
    let is_test = path.split('/').any(|part| part == "tests" || part == "tests.rs");
    if is_test { Side::Test } else { Side::Code }
}

/// Every rule number in a source, wherever it stands.
pub fn in_source(page: &Page) -> Vec<Citation> {
    let side = side_of(&page.path);
    let lines = page.text.lines().enumerate();
    let found = lines.flat_map(|(at, line)| numbers(line).into_iter().map(move |name| (at + 1, name)));
    found.map(|(line, name)| Citation { name, side, path: page.path.clone(), line, id: String::new() }).collect()
}

/// Rule numbers of known prefixes in a line.
fn numbers(line: &str) -> Vec<RuleName> {
    let mut found = Vec::new();
    for (prefix, _) in PREFIXES {
        for (at, _) in line.match_indices(prefix) {
            let (before, text) = line.split_at(at);
            if let Some((name, _)) = RuleName::parse(text)
                && name.prefix == *prefix
                && !before.ends_with(is_word)
            {
                found.push(name);
            }
        }
    }
    found
}

/// The `rule` of every test in a vector file.
pub fn in_vectors(page: &Page) -> Result<Vec<Citation>, Fault> {
    let broken = |what: &str| Fault::new(&page.path, 1, format!("{what}: run `cargo xtask vectors`"));
    let file: Value = serde_json::from_str(&page.text).map_err(|error| broken(&format!("no JSON, {error}")))?;
    let groups = file["groups"].as_array().ok_or_else(|| broken("no groups"))?;
    let tests = groups.iter().flat_map(|group| group["tests"].as_array().into_iter().flatten());
    tests
        .map(|test| {
            let id = test["id"].as_str().ok_or_else(|| broken("a test without id"))?;
            let rule = test["rule"].as_str().ok_or_else(|| broken(&format!("{id} names no rule")))?;
            let (name, rest) =
                RuleName::parse(rule).ok_or_else(|| broken(&format!("{id} names {rule:?}, which is no rule")))?;
            if !rest.is_empty() {
                return Err(broken(&format!("{id} names {rule:?}; one rule, and further ones in the comment")));
            }
            Ok(Citation { name, side: Side::Vector, path: page.path.clone(), line: 0, id: id.to_owned() })
        })
        .collect()
}
