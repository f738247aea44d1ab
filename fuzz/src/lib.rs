//! What the fuzz targets share, so that the libraries need know nothing of fuzzing.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

/// The federation of the message layer's tests.
#[path = "../../protocol/tests/codec_support/charter.rs"]
pub mod charter;
/// Every decoder by name.
#[path = "../../protocol/tests/codec_support/decoders.rs"]
pub mod decoders;
/// The federation of the machines' tests.
#[path = "../../protocol/tests/federation_support/mod.rs"]
pub mod federation_support;
/// Orders of the node's tests.
#[path = "../../node/tests/federation/orders.rs"]
pub mod orders_by_hand;

/// QUIC that keeps to no rule of ours.
#[cfg(feature = "node")]
#[path = "../../node/tests/raw_quic/mod.rs"]
pub mod raw_quic;

mod charters;
mod choices;
#[cfg(feature = "node")]
mod frames;
mod gateway;
#[cfg(feature = "node")]
mod http;
mod messages;
mod orders;
mod peers;
mod till;
mod town;
mod wallet;
mod witness;

pub use charters::charter_chain;
#[cfg(feature = "node")]
pub use frames::quic_frames;
pub use gateway::gateway_sequence;
#[cfg(feature = "node")]
pub use http::http_requests;
pub use messages::decode_messages;
pub use orders::order_check;
pub use peers::peer_sequence;
pub use till::till_sequence;
pub use wallet::wallet_sequence;
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
