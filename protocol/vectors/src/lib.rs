//! Ronde's test vectors: their file format ([`mod@file`]), how they are read ([`load`]), what this implementation answers to
//! them ([`answer()`]), and whether an answer is right ([`check`]).
#![forbid(unsafe_code)]

pub mod answer;
pub mod check;
pub mod file;
pub mod load;

pub use answer::{Answer, answer};
