//! The vectors that this program was built with.

use ronde_vectors::file::Suite;
use ronde_vectors::load::{BadVectors, parse};

/// Names and texts, put here by `build.rs`.
const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/vectors.rs"));

/// Reads them, or refuses them whole (VECTOR-1).
///
/// # Errors
/// [`BadVectors`], if the program was built with files that are none.
pub fn embedded() -> Result<Vec<Suite>, BadVectors> {
    parse(FILES.iter().copied())
}
