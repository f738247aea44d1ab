//! Errors in words: what was tried, and why it did not go.

use std::fmt::Debug;

/// Why something did not do its work. A function that refuses early would look cheap.
pub type Failed = String;

/// Turns whatever is called an error into words; some of others are no `std::error::Error`.
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
