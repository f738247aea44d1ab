//! An exhaustive model of a small committee: every interleaving of votes, certificates, crashes and a restored backup,
//! with the real witness machine inside.
//!
//! * [`scene`]: a few orders that get into each other's way.
//! * [`table`]: what a witness does in each of its states, asked of the real functions once and checked there.
//! * [`model`]: the committee, its network and its adversary, as `stateright` walks it.
//! * [`properties`]: what must hold in every state, and what must be seen in some.
//! * [`plan`]: the committees that are walked, and [`fault`]: those that must fail.
//!
//! `README.md` beside this crate says what is abstracted from and why that is sound.

pub mod fault;
pub mod model;
pub mod plan;
pub mod properties;
pub mod run;
pub mod scene;
pub mod table;

#[path = "../../tests/federation_support/mod.rs"]
mod federation_support;
#[path = "../../tests/witness_support/mod.rs"]
mod witness_support;
