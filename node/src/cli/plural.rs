//! One point, two points; and what they are beside: euros.

use std::fmt::Display;

/// A number with the word for what is counted.
pub(super) fn counted<N: Copy + Display + PartialEq + From<u8>>(count: N, one: &str, many: &str) -> String {
    format!("{count} {}", if count == N::from(1) { one } else { many })
}

/// So many points.
pub(super) fn points<N: Copy + Display + PartialEq + From<u8>>(count: N) -> String {
    counted(count, "point", "points")
}

/// Cents as euros.
pub(super) fn euros(cents: u64) -> String {
    format!("€{}.{:02}", cents / 100, cents % 100)
}
