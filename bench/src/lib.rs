//! Ronde's cryptography beside programs that others wrote, and beside the floor: one table from one run.

/// The federation of the machines' tests.
#[path = "../../protocol/tests/federation_support/mod.rs"]
pub mod federation_support;
/// Orders by hand, as the witness's tests make them.
#[path = "../../protocol/tests/witness_support/mod.rs"]
mod witness_support;

pub mod chart;
pub mod fail;
pub mod figures;
pub mod floor;
pub mod ours;
pub mod pace;
pub mod peers;
pub mod rows;
pub mod stream;
pub mod table;
