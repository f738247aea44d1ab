//! Errors: what was tried, and why it did not go.

use std::fmt::Debug;

/// Why the bench stops.
pub type Failed = String;

/// Turns whatever a peer calls an error into words. Some of their errors are no `std::error::Error`.
pub trait OrFail<T> {
    /// The value, or `what` with the reason.
    fn or_fail(self, what: &str) -> Result<T, Failed>;
}

impl<T, E: Debug> OrFail<T> for Result<T, E> {
    fn or_fail(self, what: &str) -> Result<T, Failed> {
        self.map_err(|why| format!("{what}: {why:?}"))
    }
}

impl<T> OrFail<T> for Option<T> {
    fn or_fail(self, what: &str) -> Result<T, Failed> {
        self.ok_or_else(|| format!("{what}: nothing there"))
    }
}

/// Fails unless `holds`.
///
/// # Errors
/// `what`.
pub fn ensure(holds: bool, what: &str) -> Result<(), Failed> {
    if holds { Ok(()) } else { Err(what.to_owned()) }
}
