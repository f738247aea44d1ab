//! The crypto layer: the group, hashing, derivations, blind evaluation, proofs, signatures.

mod coins;
pub mod derivations;
pub mod ed25519;
pub mod group;
pub mod poprf;
mod possession;
pub mod proofs;
mod prover;
mod receipts;
mod scalars;
pub mod spends;
mod upstream;

use ronde_vectors::file::Test;
use serde_json::json;

use super::case::Case;

/// Most tests here that are refused have a flag, and an error that is only a name.
trait Denied {
    /// Refused with this error, for this oddity ("" for none).
    fn denied(self, flag: &str, error: &str) -> Result<Test, String>;
}

impl Denied for Case {
    fn denied(self, flag: &str, error: &str) -> Result<Test, String> {
        let case = if flag.is_empty() { self } else { self.flag(flag) };
        case.refused(json!({"error": error}))
    }
}

#[cfg(test)]
mod tests;
