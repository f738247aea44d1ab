//! Walks a plan and says what was seen.

use stateright::{Checker, Expectation, HasDiscoveries, Model};

use crate::{model::Committee, plan::Plan};

/// What a walk saw.
#[derive(Debug)]
pub struct Seen {
    /// States reached, each as often as it was.
    pub states: usize,
    /// Different states.
    pub unique: usize,
    /// Longest of the shortest ways to a state.
    pub depth: usize,
    /// States of one witness.
    pub locals: usize,
    /// Of these, those that behave differently.
    pub behaviours: usize,
    /// Times the real machine was asked.
    pub asked: usize,
    /// What does not hold: a property with the shortest way to a state without it, or what a witness did by itself.
    pub broken: Vec<(String, Vec<String>)>,
}

/// Walks every state that the plan can reach.
pub fn walk(plan: Plan, threads: usize) -> Seen {
    // All properties are never discovered, unless all fail.
    walk_until(&Committee::new(plan), threads, HasDiscoveries::All, None)
}

/// The shortest way to a state in which the property does not hold: walks to each depth until one is found.
pub fn refute(plan: Plan, property: &'static str) -> Option<Seen> {
    let committee = Committee::new(plan);
    let each = (1..).map(|depth| walk_until(&committee, 1, HasDiscoveries::AnyOf([property].into()), Some(depth)));
    // A walk that ends before its depth has seen everything.
    let mut last = 0;
    for seen in each {
        if seen.broken.iter().any(|(what, _)| what == property) {
            return Some(seen);
        }
        if seen.unique == last {
            return None;
        }
        last = seen.unique;
    }
    None
}

fn walk_until(committee: &Committee, threads: usize, finish: HasDiscoveries, depth: Option<usize>) -> Seen {
    let (locals, asked) = (committee.table.locals.len(), committee.table.asked);
    let behaviours = (0..).zip(&committee.table.alike).filter(|(at, first): &(u16, &u16)| at == *first).count();
    let mut broken: Vec<(String, Vec<String>)> =
        committee.table.flaws.iter().map(|flaw| (flaw.clone(), Vec::new())).collect();
    let builder = committee.clone().checker().threads(threads).finish_when(finish);
    let builder = if let Some(depth) = depth { builder.target_max_depth(depth + 1) } else { builder };
    let checker = builder.spawn_bfs().join();
    let discoveries = checker.discoveries();
    for property in checker.model().properties() {
        let found = discoveries.get(property.name);
        match (property.expectation, found) {
            (Expectation::Always, Some(path)) => {
                let actions = path.clone().into_actions().iter().map(|action| format!("{action:?}")).collect();
                broken.push((property.name.to_owned(), actions));
            }
            (Expectation::Sometimes, None) => broken.push((format!("never seen: {}", property.name), Vec::new())),
            _ => {}
        }
    }
    Seen {
        states: checker.state_count(),
        unique: checker.unique_state_count(),
        depth: checker.max_depth(),
        locals,
        behaviours,
        asked,
        broken,
    }
}
