//! QUIC between nodes: raw Ed25519 keys pinned on both sides, one request per stream.
//!
//! ```text
//! Dialer::call -> connection kept per peer -> stream { request, end } -> Listener -> Handler::handle
//!                                             stream { answer, end  } <-
//! ```
//!
//! Who is at the other end is known from the handshake, never from what a request says: a key that is not pinned gets
//! no handshake. Sessions are never resumed, because a resumed session skips that check, and nothing is sent before
//! the handshake is complete, because it could be replayed. Requests must be harmless when repeated (TRANSPORT-12): a
//! call that fails on a stale connection is sent once more on a fresh one.

mod admission;
mod connect;
mod dialer;
mod endpoint;
mod error;
mod frame;
mod identity;
mod limits;
mod link;
mod listener;
mod pin;

pub use dialer::Dialer;
pub use error::TransportError;
pub use identity::Identity;
pub use limits::{ALPN, DialerConfig, ListenerConfig, MAX_FRAME};
pub use link::{PeerState, PeerStatus};
pub use listener::{Handler, HandlerFuture, Listener};
pub use pin::{AllowList, NodeKey, Peers};
