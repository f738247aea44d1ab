//! Why the bench stops.

#[path = "../../protocol/counts/src/fail.rs"]
mod words;

pub use words::{Failed, OrFail};

/// Fails unless `holds`.
///
/// # Errors
/// `what`.
pub fn ensure(holds: bool, what: &str) -> Result<(), Failed> {
    if holds { Ok(()) } else { Err(what.to_owned()) }
}
