//! TLS and QUIC settings; what must never be switched on is switched off here.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use quinn::crypto::rustls::{QuicClientConfig, QuicServerConfig};
use quinn::{EndpointConfig, IdleTimeout, TransportConfig, VarInt};
use rustls::client::{AlwaysResolvesClientRawPublicKeys, Resumption};
use rustls::server::{AlwaysResolvesServerRawPublicKeys, NoServerSessionStorage};

use crate::entropy;

use super::pin::{KnownClients, NodeKey, Peers, PinnedServer};
use super::{ALPN, DialerConfig, Identity, ListenerConfig, TransportError};

/// Frames that may be in memory per connection and direction.
const FRAMES_IN_FLIGHT: u32 = 16;
/// What a round trip is taken for before the first was measured: a lost first packet is sent again after three of
/// these.
const FIRST_GUESS_OF_RTT: Duration = Duration::from_millis(70);

/// Bytes kept of a peer that has not yet been looked at; a handshake's first flight is shorter. Of all of them together.
const INCOMING_BYTES: u64 = 16 * 1024;
const ALL_INCOMING_BYTES: u64 = 1024 * 1024;

const CONNECTION_ID_LENGTH: usize = 8;
/// Restarted, a node resets the old connections of all its peers, each as it is used; a reset is always smaller than
/// the packet that it answers.
const RESET_INTERVAL: Duration = Duration::from_millis(1);

pub(super) fn server_config(
    identity: &Identity,
    peers: Arc<dyn Peers>,
    config: &ListenerConfig,
) -> Result<quinn::ServerConfig, TransportError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = KnownClients::new(peers, provider.signature_verification_algorithms);
    let key = AlwaysResolvesServerRawPublicKeys::new(identity.certified_key());
    let mut tls = rustls::ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(TransportError::Tls)?
        .with_client_cert_verifier(Arc::new(verifier))
        .with_cert_resolver(Arc::new(key));
    tls.alpn_protocols = vec![ALPN.to_vec()];
    // On a resumed session the verifier is not asked, and a revoked key would get in (TRANSPORT-6, TRANSPORT-7).
    tls.session_storage = Arc::new(NoServerSessionStorage {});
    tls.send_tls13_tickets = 0;
    tls.max_early_data_size = 0;

    let crypto = QuicServerConfig::try_from(tls).map_err(|_| TransportError::Setup)?;
    let mut server = quinn::ServerConfig::with_crypto(Arc::new(crypto));
    server.transport_config(Arc::new(server_transport(config)?)).max_incoming(config.handshakes);
    server.incoming_buffer_size(INCOMING_BYTES).incoming_buffer_size_total(ALL_INCOMING_BYTES);
    server.validation_token.sent(0);
    // Whoever passes on a datagram faster than the network could else draw a connection to themselves (TRANSPORT-18).
    server.migration(false);
    Ok(server)
}

/// Settings for one connection: only `peer` may answer it.
pub(super) fn client_config(
    identity: &Identity,
    peer: NodeKey,
    transport: Arc<TransportConfig>,
) -> Result<quinn::ClientConfig, TransportError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = PinnedServer::new(peer, provider.signature_verification_algorithms);
    let key = AlwaysResolvesClientRawPublicKeys::new(identity.certified_key());
    let mut tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(TransportError::Tls)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_client_cert_resolver(Arc::new(key));
    tls.alpn_protocols = vec![ALPN.to_vec()];
    tls.resumption = Resumption::disabled();
    tls.enable_early_data = false;

    let crypto = QuicClientConfig::try_from(tls).map_err(|_| TransportError::Setup)?;
    let mut client = quinn::ClientConfig::new(Arc::new(crypto));
    client.transport_config(transport).token_store(Arc::new(quinn::NoneTokenStore));
    Ok(client)
}

/// What makes a restarted node's stateless resets acceptable to its peers: the key of their tokens outlives it.
fn endpoint_config(identity: &Identity) -> Result<EndpointConfig, TransportError> {
    let secret = entropy::fresh()?;
    let mut endpoint = EndpointConfig::new(identity.reset_key());
    endpoint.cid_generator(move || Box::new(ConnectionIds { secret, issued: 0 })).min_reset_interval(RESET_INTERVAL);
    Ok(endpoint)
}

/// Connection ids that tell an observer nothing: a pseudorandom stream, fresh with every process.
struct ConnectionIds {
    secret: [u8; 32],
    issued: u64,
}

impl quinn::ConnectionIdGenerator for ConnectionIds {
    fn generate_cid(&mut self) -> quinn::ConnectionId {
        self.issued = self.issued.wrapping_add(1);
        let mut id = [0u8; CONNECTION_ID_LENGTH];
        blake3::Hasher::new_keyed(&self.secret).update(&self.issued.to_le_bytes()).finalize_xof().fill(&mut id);
        quinn::ConnectionId::new(&id)
    }

    fn cid_len(&self) -> usize {
        CONNECTION_ID_LENGTH
    }

    fn cid_lifetime(&self) -> Option<Duration> {
        None
    }
}

fn server_transport(config: &ListenerConfig) -> Result<TransportConfig, TransportError> {
    let mut transport = transport(config.max_frame, config.idle_timeout)?;
    // Twice the requests answered at a time, so that streams whose last packet is not yet acknowledged do not count.
    let streams = u32::from(config.requests_per_peer).saturating_mul(2);
    transport.max_concurrent_bidi_streams(VarInt::from_u32(streams));
    Ok(transport)
}

pub(super) fn client_transport(config: &DialerConfig) -> Result<TransportConfig, TransportError> {
    let mut transport = transport(config.max_frame, config.idle_timeout)?;
    transport.max_concurrent_bidi_streams(VarInt::from_u32(0)).keep_alive_interval(Some(config.keep_alive));
    Ok(transport)
}

/// What both sides have in common: bidirectional streams only, and bounded buffers.
fn transport(max_frame: usize, idle: Duration) -> Result<TransportConfig, TransportError> {
    let frame = u32::try_from(max_frame).map_err(|_| TransportError::Setup)?;
    let window = frame.saturating_mul(FRAMES_IN_FLIGHT);
    let idle = IdleTimeout::try_from(idle).map_err(|_| TransportError::Setup)?;
    let mut transport = TransportConfig::default();
    transport
        .max_concurrent_uni_streams(VarInt::from_u32(0))
        .datagram_receive_buffer_size(None)
        .stream_receive_window(VarInt::from_u32(frame))
        .receive_window(VarInt::from_u32(window))
        .send_window(u64::from(window))
        .initial_rtt(FIRST_GUESS_OF_RTT)
        .max_idle_timeout(Some(idle));
    Ok(transport)
}

/// A socket that answers at `address`.
pub(super) fn bind(
    address: SocketAddr,
    identity: &Identity,
    server: Option<quinn::ServerConfig>,
) -> Result<quinn::Endpoint, TransportError> {
    let failed = |source| TransportError::Bind { address, source: Arc::new(source) };
    let socket = std::net::UdpSocket::bind(address).map_err(failed)?;
    let runtime = Arc::new(quinn::TokioRuntime);
    quinn::Endpoint::new(endpoint_config(identity)?, server, socket, runtime).map_err(failed)
}

/// A socket for dialling out. On Linux an IPv6 socket reaches IPv4 hosts too; where there is no IPv6, IPv4 has to do.
pub(super) fn bind_any(identity: &Identity) -> Result<quinn::Endpoint, TransportError> {
    bind((Ipv6Addr::UNSPECIFIED, 0).into(), identity, None)
        .or_else(|_| bind((Ipv4Addr::UNSPECIFIED, 0).into(), identity, None))
}
