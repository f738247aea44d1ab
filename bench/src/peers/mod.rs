//! What others wrote, each at the work that one of our rows is about. One file per crate.

pub mod bls;
pub mod bypass;
pub mod credit;
pub mod ed25519;
pub mod privacy_pass;
pub mod rsa;
pub mod voprf;
