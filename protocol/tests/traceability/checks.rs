//! What must hold between rules, citations and exceptions. `controls.rs` shows each check a breach.

use std::collections::{BTreeMap, BTreeSet};

use crate::Evidence;
use crate::chapters::RuleName;
use crate::citations::Side;

/// Fewer rules than this are no specification.
pub const FEWEST: usize = 80;

/// Something wrong, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    place: String,
    what: String,
}

impl Fault {
    pub fn new(path: &str, line: usize, what: impl Into<String>) -> Self {
        Self { place: format!("{path}:{line}"), what: what.into() }
    }

    fn at(place: String, what: impl Into<String>) -> Self {
        Self { place, what: what.into() }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}

/// Every check.
pub fn all(evidence: &Evidence) -> Vec<Fault> {
    let checks: &[fn(&Evidence) -> Vec<Fault>] =
        &[count, chapters, places, words, numbering, cited, citations_of_nothing, exceptions, |evidence| {
            evidence.unreadable.clone()
        }];
    checks.iter().flat_map(|check| check(evidence)).collect()
}

/// All rules in the order of the chapters: where each stands first.
pub fn defined(evidence: &Evidence) -> BTreeMap<RuleName, (&str, usize)> {
    let mut defined = BTreeMap::new();
    for chapter in &evidence.chapters {
        for rule in &chapter.rules {
            defined.entry(rule.name.clone()).or_insert((chapter.path.as_str(), rule.line));
        }
    }
    defined
}

/// On which sides each rule is cited.
fn sides(evidence: &Evidence) -> BTreeMap<RuleName, BTreeSet<Side>> {
    let mut sides: BTreeMap<RuleName, BTreeSet<Side>> = BTreeMap::new();
    for citation in &evidence.citations {
        sides.entry(citation.name.clone()).or_default().insert(citation.side);
    }
    sides
}

/// There are enough rules.
pub fn count(evidence: &Evidence) -> Vec<Fault> {
    let count = defined(evidence).len();
    if count >= FEWEST {
        return Vec::new();
    }
    vec![Fault::new("spec", 1, format!("{count} rules: write at least {FEWEST}"))]
}

/// Chapters are numbered from 1 without gaps.
pub fn chapters(evidence: &Evidence) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (expected, chapter) in (1..).zip(&evidence.chapters) {
        if chapter.number != expected {
            let what = format!("this is chapter {}: chapter {expected} is missing or there twice", chapter.number);
            faults.push(Fault::new(&chapter.path, 1, what));
            break;
        }
    }
    faults
}

/// Each rule stands once, at the beginning of a paragraph, in the chapter of its prefix.
pub fn places(evidence: &Evidence) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut first: BTreeMap<&RuleName, String> = BTreeMap::new();
    for chapter in &evidence.chapters {
        for (line, name) in &chapter.strays {
            let what = format!("{name} in the middle: begin a paragraph or list item with it, or cite it without bold");
            faults.push(Fault::new(&chapter.path, *line, what));
        }
        for rule in &chapter.rules {
            let (name, place) = (&rule.name, format!("{}:{}", chapter.path, rule.line));
            let fault = match name.chapter() {
                None => {
                    Some(format!("{name} has a prefix that belongs to no chapter: add it to the table or rename it"))
                }
                Some(home) if home != chapter.number => {
                    Some(format!("{name} belongs into chapter {home}: move or rename it"))
                }
                Some(_) => None,
            };
            faults.extend(fault.map(|what| Fault::at(place.clone(), what)));
            if let Some(known) = first.get(name) {
                faults.push(Fault::at(place, format!("{name} stands at {known} too: give one of them another number")));
            } else {
                first.insert(name, place);
            }
        }
    }
    faults
}

/// The words of RFC 2119 stand in rules, and every rule has one.
pub fn words(evidence: &Evidence) -> Vec<Fault> {
    let mut faults = Vec::new();
    for chapter in &evidence.chapters {
        for (line, word) in &chapter.loud {
            let what = format!("{word} outside of a rule: number the sentence, or say it in small letters");
            faults.push(Fault::new(&chapter.path, *line, what));
        }
        for rule in chapter.rules.iter().filter(|rule| !rule.is_loud) {
            let what = format!("{} has no MUST, SHOULD or MAY: say what is required, or make it no rule", rule.name);
            faults.push(Fault::new(&chapter.path, rule.line, what));
        }
    }
    faults
}

/// Numbers of a prefix go from 1 without gaps.
pub fn numbering(evidence: &Evidence) -> Vec<Fault> {
    let mut expected: BTreeMap<String, u32> = BTreeMap::new();
    let mut faults = Vec::new();
    for (name, (path, line)) in defined(evidence) {
        let next = expected.entry(name.prefix.clone()).or_insert(1);
        if name.number != *next {
            let what = format!("{name} follows a gap: there is no {}-{next}; number without gaps", name.prefix);
            faults.push(Fault::new(path, line, what));
        }
        *next = name.number + 1;
    }
    faults
}

/// Code cites each rule, and so does a test or vector, but for the exceptions.
pub fn cited(evidence: &Evidence) -> Vec<Fault> {
    let sides = sides(evidence);
    let excepted: BTreeSet<&RuleName> = evidence.exceptions.iter().filter_map(|row| row.name.as_ref()).collect();
    let mut faults = Vec::new();
    for (name, (path, line)) in defined(evidence).iter().filter(|(name, _)| !excepted.contains(name)) {
        let has = |side| sides.get(name).is_some_and(|sides| sides.contains(&side));
        if !has(Side::Code) {
            let what =
                format!("{name} is cited by no code: cite it where it is kept, or list it in spec/exceptions.md");
            faults.push(Fault::new(path, *line, what));
        }
        if !has(Side::Test) && !has(Side::Vector) {
            let what = format!("{name} is cited by no test or vector: cite it in one that breaks without it");
            faults.push(Fault::new(path, *line, what));
        }
    }
    faults
}

/// What is cited is a rule.
pub fn citations_of_nothing(evidence: &Evidence) -> Vec<Fault> {
    let defined = defined(evidence);
    let of_nothing = evidence.citations.iter().filter(|citation| !defined.contains_key(&citation.name));
    of_nothing
        .map(|citation| {
            Fault::at(citation.place(), format!("there is no rule {}: cite another or none", citation.name))
        })
        .collect()
}

/// Exceptions name rules, once, with a reason, and only such as still lack something.
pub fn exceptions(evidence: &Evidence) -> Vec<Fault> {
    let (defined, sides) = (defined(evidence), sides(evidence));
    let mut seen = BTreeSet::new();
    let mut faults = Vec::new();
    for row in &evidence.exceptions {
        let mut fault = |what: String| faults.push(Fault::new("spec/exceptions.md", row.line, what));
        let Some(name) = row.name.as_ref().filter(|name| defined.contains_key(*name)) else {
            fault(format!("{} is no rule: remove the row", row.names));
            continue;
        };
        if !seen.insert(name) {
            fault(format!("{name} has two rows: keep one"));
        }
        if row.reason.is_empty() {
            fault(format!("{name} has no reason: give one"));
        }
        let sides = sides.get(name).cloned().unwrap_or_default();
        let shown = sides.contains(&Side::Test) || sides.contains(&Side::Vector);
        if sides.contains(&Side::Code) && shown {
            fault(format!("{name} is cited by code and by a test or vector: it is done, remove the row"));
        }
    }
    faults
}
