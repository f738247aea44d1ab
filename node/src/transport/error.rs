//! What can go wrong between two nodes, whose fault it is, and what to do.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use super::limits::close;
use crate::entropy::EntropyError;

/// A failure of the transport. Cheap to clone, since calls that wait for one connection share its failure.
#[derive(Debug, Clone, thiserror::Error)]
pub enum TransportError {
    /// The peer failed lately and is left alone for a moment.
    #[error("the peer is down, next attempt in {} ms: nothing to do here, its operator has to bring it back", retry_after.as_millis())]
    PeerDown {
        /// How long until the next attempt.
        retry_after: Duration,
    },
    /// No connection came about in time.
    #[error(
        "no answer from {address}: the peer is down or a firewall drops UDP; check its address in the charter, and that the port is open"
    )]
    Unreachable {
        /// Where it was looked for, as given.
        address: String,
    },
    /// The address names no host.
    #[error(
        "cannot resolve {address} ({source}): check the peer's address in the charter, and this machine's name service"
    )]
    Address {
        /// As given.
        address: String,
        /// What the operating system said.
        #[source]
        source: Arc<std::io::Error>,
    },
    /// Whoever answers has another key than the pinned one.
    #[error(
        "{address} answered with a key that is not the peer's: a wrong address, or somebody in between; nothing was sent. Compare the peer's key and address with the charter"
    )]
    WrongKey {
        /// Where it was looked for, as given.
        address: String,
    },
    /// The peer does not accept our key.
    #[error(
        "the peer refuses this node's key: its charter does not list it (any more); check that both hold the same charter version"
    )]
    Refused,
    /// The other side speaks another protocol.
    #[error("the peer does not speak ronde/1: a wrong address, or another version; compare versions with its operator")]
    OtherProtocol,
    /// The connection ended while the call was under way.
    #[error("the connection was lost ({0}): the peer stopped or the network failed; try again")]
    Lost(#[source] quinn::ConnectionError),
    /// The peer cut off this one request.
    #[error("the peer cut the request off: it takes it for malformed or too slow; the peer's log says more")]
    CutOff,
    /// The peer acknowledges nothing any more.
    #[error("the peer fell silent: it was killed, or the network failed; try again")]
    Silent,
    /// The time given for the call is over.
    #[error("no answer within {} ms: the peer is overloaded or far away; try again", after.as_millis())]
    TimedOut {
        /// The time given.
        after: Duration,
    },
    /// The request is empty or longer than a frame, so it was not sent.
    #[error("a request of {bytes} bytes cannot be sent, 1 to {max} are allowed: a fault of this program; report it")]
    RequestSize {
        /// Its length.
        bytes: usize,
        /// The bound.
        max: usize,
    },
    /// What the peer sends is longer than a frame.
    #[error("the peer sends more than {max} bytes: the peer is at fault; report it to its operator")]
    FrameTooLong {
        /// The bound.
        max: usize,
    },
    /// The local address cannot be used.
    #[error(
        "cannot listen on {address} ({source}): another program uses the port, or the address is not this machine's; change `listen`"
    )]
    Bind {
        /// The address.
        address: SocketAddr,
        /// What the operating system said.
        #[source]
        source: Arc<std::io::Error>,
    },
    /// TLS does not take our own key or settings.
    #[error("TLS cannot be set up ({0}): a fault of this program or a damaged node key; run `ronde init` to compare")]
    Tls(#[source] rustls::Error),
    /// TLS settings lack what QUIC needs.
    #[error("QUIC cannot be set up: a fault of this program; report it")]
    Setup,
    /// The operating system gave no randomness.
    #[error(transparent)]
    Entropy(Arc<EntropyError>),
    /// The dialer was closed.
    #[error("the node is stopping: no more calls are made")]
    Stopping,
}

impl TransportError {
    /// Whether the same call may succeed on a fresh connection at once.
    pub(super) fn is_stale(&self) -> bool {
        matches!(self, Self::Lost(_) | Self::Silent)
    }

    /// Whether no further call can succeed on the connection that failed.
    pub(super) fn ends_connection(&self) -> bool {
        self.is_stale() || matches!(self, Self::Refused | Self::OtherProtocol)
    }
}

impl From<EntropyError> for TransportError {
    fn from(error: EntropyError) -> Self {
        Self::Entropy(Arc::new(error))
    }
}

impl From<quinn::ConnectionError> for TransportError {
    fn from(error: quinn::ConnectionError) -> Self {
        use quinn::ConnectionError::{ApplicationClosed, ConnectionClosed};
        let unknown = quinn::VarInt::from_u32(close::UNKNOWN_PEER);
        match &error {
            ConnectionClosed(peer) => match tls_alert(peer.error_code) {
                Some(NO_APPLICATION_PROTOCOL) => Self::OtherProtocol,
                // We show nothing but a key and use no names, so it is our key that the peer complains of.
                Some(_) => Self::Refused,
                None => Self::Lost(error),
            },
            ApplicationClosed(peer) if peer.error_code == unknown => Self::Refused,
            _ => Self::Lost(error),
        }
    }
}

/// RFC 7301 section 3.2.
const NO_APPLICATION_PROTOCOL: u64 = 120;

/// RFC 9001 section 4.8: the codes 0x0100 to 0x01ff carry a TLS alert.
pub(super) fn tls_alert(code: quinn::TransportErrorCode) -> Option<u64> {
    u64::from(code).checked_sub(0x100).filter(|alert| *alert <= 0xff)
}
