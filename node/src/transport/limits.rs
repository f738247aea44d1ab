//! Every bound and every delay of the transport.

use std::time::Duration;

/// The application protocol, visible on the wire (TRANSPORT-1).
pub const ALPN: &[u8] = b"ronde/1";

/// Bytes of a request, and of an answer, at most.
pub const MAX_FRAME: usize = 65_536;

/// The server name in the clear part of the handshake: the same for everybody, so that it tells nothing.
pub(super) const SERVER_NAME: &str = "ronde";

/// Why a connection is closed, as the other side sees it.
pub(super) mod close {
    /// The node stops.
    pub(crate) const STOPPING: u32 = 0;
    /// The peer's key is no longer in the charter.
    pub(crate) const UNKNOWN_PEER: u32 = 1;
    /// The peer has opened too many newer connections.
    pub(crate) const SUPERSEDED: u32 = 2;
    /// A request was too long, or not finished in time.
    pub(crate) const BAD_REQUEST: u32 = 3;
    /// Nothing was heard of the peer although it had something to acknowledge.
    pub(crate) const SILENT: u32 = 4;
    /// A stream was given up before its last byte.
    pub(crate) const UNFINISHED: u32 = 5;
}

/// Bounds of a [`Listener`](super::Listener): what one peer can hold (TRANSPORT-13).
#[derive(Debug, Clone, Copy)]
pub struct ListenerConfig {
    /// Bytes of a request, and of an answer, at most.
    pub max_frame: usize,
    /// Requests of one peer that are answered at a time; more of them wait.
    pub requests_per_peer: u16,
    /// Requests of one peer that are answered in a second, over a longer time; more of them wait.
    pub requests_per_second: u32,
    /// Requests that a peer which was quiet may send at once beyond that.
    pub burst: u32,
    /// Connections per peer; a newer one closes the oldest (a peer that was killed leaves some behind).
    pub connections_per_peer: usize,
    /// Handshakes under way at a time; more are refused.
    pub handshakes: usize,
    /// Those of them that may come from one address (of IPv6: from one network of 64 bits); more are refused.
    pub handshakes_per_address: usize,
    /// Handshakes from one address that may fail at once after a quiet time (TRANSPORT-19).
    pub failures_per_address: u32,
    /// Between two that may fail after those.
    pub failure_interval: Duration,
    /// How long an address from which a peer came counts as such, since its last connection began or ended
    /// (TRANSPORT-20).
    pub peer_address_memory: Duration,
    /// Instead of [`Self::handshakes_per_address`], at such an address.
    pub handshakes_per_peer_address: usize,
    /// Instead of [`Self::failures_per_address`], at such an address.
    pub failures_per_peer_address: u32,
    /// Instead of [`Self::failure_interval`], at such an address. So many as fail in the time that a handshake may take are
    /// fewer than may be under way, so that who leaves them open does not hold them all.
    pub peer_address_failure_interval: Duration,
    /// How long a handshake may take.
    pub handshake_timeout: Duration,
    /// How long a request may take to arrive once its stream is open, and its answer to be taken.
    pub frame_timeout: Duration,
    /// A connection on which nothing arrives for this long is dropped.
    pub idle_timeout: Duration,
    /// How long open requests may take to end once the node stops.
    pub grace: Duration,
}

impl Default for ListenerConfig {
    fn default() -> Self {
        Self {
            max_frame: MAX_FRAME,
            requests_per_peer: 64,
            requests_per_second: 2000,
            burst: 4000,
            connections_per_peer: 4,
            handshakes: 256,
            handshakes_per_address: 32,
            failures_per_address: 8,
            failure_interval: Duration::from_millis(500),
            peer_address_memory: Duration::from_secs(86_400),
            handshakes_per_peer_address: 96,
            failures_per_peer_address: 64,
            peer_address_failure_interval: Duration::from_micros(62_500),
            handshake_timeout: Duration::from_secs(5),
            frame_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_secs(30),
            grace: Duration::from_secs(5),
        }
    }
}

/// Bounds of a [`Dialer`](super::Dialer).
#[derive(Debug, Clone, Copy)]
pub struct DialerConfig {
    /// Bytes of a request, and of an answer, at most.
    pub max_frame: usize,
    /// How long one attempt to connect may take.
    pub connect_timeout: Duration,
    /// A peer that acknowledges nothing for this long, although a request waits, is taken for dead. (One that
    /// acknowledges and thinks is only slow.)
    pub silence: Duration,
    /// Delay after the first failure; doubles with each further one.
    pub backoff_first: Duration,
    /// Longest delay. Kept short, since it is also how long a peer that came back may go unnoticed.
    pub backoff_most: Duration,
    /// A connection on which nothing arrives for this long is dropped.
    pub idle_timeout: Duration,
    /// An idle connection is probed this often, so that it survives NAT and its death is noticed.
    pub keep_alive: Duration,
}

impl Default for DialerConfig {
    fn default() -> Self {
        Self {
            max_frame: MAX_FRAME,
            connect_timeout: Duration::from_millis(900),
            silence: Duration::from_millis(700),
            backoff_first: Duration::from_millis(50),
            backoff_most: Duration::from_millis(500),
            idle_timeout: Duration::from_secs(20),
            keep_alive: Duration::from_secs(5),
        }
    }
}
