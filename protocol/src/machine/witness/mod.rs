//! The witness: votes for at most one order per coin, and evaluates certified ones.

pub mod keys;
