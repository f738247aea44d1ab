//! A fuzzer's bytes as decisions: each is one of a few that make sense, so that most inputs get somewhere.

/// Bytes still to be decided by. When they are used up every further decision is the first possibility.
pub struct Choices<'a>(&'a [u8]);

impl<'a> Choices<'a> {
    /// All of an input.
    pub fn new(data: &'a [u8]) -> Self {
        Self(data)
    }

    /// Whether there is nothing more to decide by.
    pub fn is_over(&self) -> bool {
        self.0.is_empty()
    }

    /// Any byte.
    pub fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    /// One of `count` possibilities.
    pub fn below(&mut self, count: usize) -> usize {
        usize::from(self.byte()) % count
    }

    /// One of these.
    pub fn one_of<'b, T>(&mut self, all: &'b [T]) -> &'b T {
        &all[self.below(all.len())]
    }

    /// Whether, one time in `chances`.
    pub fn one_in(&mut self, chances: usize) -> bool {
        self.below(chances) == chances - 1
    }

    /// Up to so many bytes as they are.
    #[allow(dead_code, reason = "some targets take no bytes as they are")]
    pub fn bytes(&mut self, most: usize) -> &'a [u8] {
        let count = (usize::from(self.byte()) | usize::from(self.byte()) << 8).min(most).min(self.0.len());
        let (taken, rest) = self.0.split_at(count);
        self.0 = rest;
        taken
    }

    /// All that is left, as it is.
    pub fn rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.0)
    }
}
