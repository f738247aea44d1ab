//! Ronde's test vectors: their file format ([`file`]), and what this implementation answers to them ([`answer()`]).
#![forbid(unsafe_code)]

pub mod answer;
pub mod file;

pub use answer::{Answer, answer};
