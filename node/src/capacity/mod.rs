//! How many orders committees can carry and what that takes: arithmetic alone, for `ronde capacity`.
//!
//! [`figures`] has what a machine was measured to do, [`bytes`] takes lengths from the codec, [`disk`] what the database
//! makes of them, [`cost`] what one order costs whom, [`answer()`] puts them together. `docs/capacity.md` says the formulas.

pub mod answer;
pub mod bytes;
pub mod cost;
pub mod disk;
pub mod figures;
pub mod plan;
pub mod read;
pub mod warnings;
pub mod words;

pub use answer::{Answer, answer};
pub use figures::Figures;
pub use plan::Plan;
pub use warnings::warnings;

#[cfg(test)]
mod tests;
