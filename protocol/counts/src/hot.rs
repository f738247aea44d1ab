//! How a function is called.

use std::fmt;
use std::hint::black_box;

pub use crate::fail::{Failed, OrFail};

/// A function, and what one call of it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hot {
    /// Under which its count is kept.
    pub name: &'static str,
    /// How much of it one call does.
    pub units: u32,
    /// Of what.
    pub unit: &'static str,
}

/// As `xtask` reads it.
impl fmt::Display for Hot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.name, self.units, self.unit)
    }
}

/// Calls functions.
pub struct Counter<'a> {
    through: fn(&mut dyn FnMut()),
    tell: &'a mut dyn FnMut(Hot),
}

impl<'a> Counter<'a> {
    /// Each call that counts goes `through`, and `tell` hears of it before.
    pub fn new(through: fn(&mut dyn FnMut()), tell: &'a mut dyn FnMut(Hot)) -> Self {
        Self { through, tell }
    }

    /// Calls `work` once to warm up and once to be counted. Making its input, and dropping its result, do not count.
    pub fn count<I, O>(
        &mut self,
        hot: Hot,
        mut make: impl FnMut() -> Result<I, Failed>,
        work: impl Fn(I) -> Result<O, Failed>,
    ) -> Result<(), Failed> {
        let did_not = |why| format!("{}: {why}", hot.name);
        black_box(work(black_box(make()?)).map_err(did_not)?);
        let mut input = Some(black_box(make()?));
        let mut result = None;
        (self.tell)(hot);
        (self.through)(&mut || result = input.take().map(&work));
        black_box(result.or_fail("it was not called").map_err(did_not)?.map_err(did_not)?);
        Ok(())
    }
}
