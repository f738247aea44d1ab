//! Through which store a number is asked for.

use std::collections::BTreeSet;

/// So many numbers are asked for before a store that failed is tried again while only one store answers.
const RETRY: usize = 16;

/// Stores as they answered in this search.
#[derive(Debug, Default)]
pub(super) struct Stores {
    answered: BTreeSet<String>,
    failed: BTreeSet<String>,
    questions: usize,
}

impl Stores {
    /// The order in which to try stores for one question, from one that was drawn at random (RESTORE-18): those that
    /// failed come last, and one that alone has answered so far after the others that did not fail. So that a store that
    /// was away for a moment is not forgotten, one that failed comes first now and then, as long as only one has answered.
    pub(super) fn route(&mut self, mut drawn: Vec<String>) -> Vec<String> {
        self.questions = self.questions.saturating_add(1);
        let alone = self.answered.len() == 1;
        let retried = drawn.iter().position(|store| self.failed.contains(store));
        let first = retried.filter(|_| alone && self.questions.is_multiple_of(RETRY)).map(|at| drawn.remove(at));
        drawn.sort_by_key(|store| (self.failed.contains(store), alone && self.answered.contains(store)));
        first.into_iter().chain(drawn).collect()
    }

    pub(super) fn note_answer(&mut self, store: &str) {
        self.failed.remove(store);
        self.answered.insert(store.to_owned());
    }

    /// It brought what was asked, which was not a number.
    pub(super) fn note_reached(&mut self, store: &str) {
        self.failed.remove(store);
    }

    /// It did not bring enough for a question.
    pub(super) fn note_failure(&mut self, store: &str) {
        self.failed.insert(store.to_owned());
    }

    /// Those that answered a question.
    pub(super) fn answered(&self) -> &BTreeSet<String> {
        &self.answered
    }
}

#[cfg(test)]
mod tests;
