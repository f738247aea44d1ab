//! What a run came across, and what a batch of runs must have come across.

use std::collections::BTreeMap;

/// What kind of thing is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// A refusal that a witness gave.
    Refusal,
    /// A branch of the vote rule, as the table of the witness machine names it.
    Branch,
    /// A fault that had something to break.
    Fault,
    /// What a cheat did.
    Cheat,
    /// An invariant that was evaluated with something at stake.
    Invariant,
    /// An order that was certified, by purpose, and what else customers did.
    Deed,
}

/// Counters that add up over runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage(BTreeMap<(Group, &'static str), u64>);

impl Coverage {
    /// Counts one more.
    pub fn hit(&mut self, group: Group, name: &'static str) {
        *self.0.entry((group, name)).or_default() += 1;
    }

    /// Adds another run's.
    pub fn merge(&mut self, other: &Self) {
        for (key, count) in &other.0 {
            *self.0.entry(*key).or_default() += count;
        }
    }

    /// All counters.
    pub fn iter(&self) -> impl Iterator<Item = (Group, &'static str, u64)> {
        self.0.iter().map(|((group, name), count)| (*group, *name, *count))
    }

    /// How often something was hit.
    pub fn count(&self, group: Group, name: &str) -> u64 {
        self.0.iter().filter(|((of, known), _)| *of == group && *known == name).map(|(_, count)| *count).sum()
    }

    /// What a batch of 2,000 seeds must have hit and did not.
    pub fn missing(&self) -> Vec<(Group, &'static str)> {
        required().filter(|(group, name)| self.count(*group, name) == 0).collect()
    }
}

/// What a batch of 2,000 seeds must hit.
pub fn required() -> impl Iterator<Item = (Group, &'static str)> {
    let of = |group: Group, names: &'static [&'static str]| names.iter().map(move |name| (group, *name));
    of(Group::Refusal, REFUSALS)
        .chain(of(Group::Branch, BRANCHES))
        .chain(of(Group::Fault, FAULTS))
        .chain(of(Group::Cheat, CHEATS))
        .chain(of(Group::Deed, DEEDS))
        .chain(crate::outcome::Invariant::ALL.iter().map(|invariant| (Group::Invariant, invariant.name())))
}

/// Every refusal that the machines give.
pub const REFUSALS: &[&str] = &[];
/// Every branch that at most f traitors can reach.
pub const BRANCHES: &[&str] = &[];
/// Every kind of fault.
pub const FAULTS: &[&str] = &[];
/// Everything that a cheat can do.
pub const CHEATS: &[&str] = &[];
/// What honest people get done.
pub const DEEDS: &[&str] = &[];
