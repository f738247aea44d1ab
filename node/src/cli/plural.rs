//! One point, two points.

use std::fmt::Display;

/// A number with the word for what is counted.
pub(super) fn counted<N: Copy + Display + PartialEq + From<u8>>(count: N, one: &str, many: &str) -> String {
    format!("{count} {}", if count == N::from(1) { one } else { many })
}

/// So many points.
pub(super) fn points<N: Copy + Display + PartialEq + From<u8>>(count: N) -> String {
    counted(count, "point", "points")
}
