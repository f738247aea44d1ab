//! What the fuzz targets share, so that the libraries need know nothing of fuzzing.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

/// The federation of the message layer's tests.
#[path = "../../protocol/tests/codec_support/charter.rs"]
pub mod charter;
mod messages;
mod orders;
mod witness;

pub use messages::decode_messages;
pub use orders::order_check;
pub use witness::witness_sequence;

/// The panic by which the canary dies; `cargo xtask check` looks for these words in its output.
pub const CANARY: &str = "the canary sings: the fuzzer reaches our code";

/// Dies on any input that starts with the letter `R`: a fault that every working fuzzer finds at once.
///
/// # Panics
/// Always, on such an input: that is its purpose.
pub fn canary(data: &[u8]) {
    assert!(data.first() != Some(&b'R'), "{CANARY}");
}
