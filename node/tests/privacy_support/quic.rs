//! A recorder between nodes: it has the keys of all of them, so that each takes it for the one that it dials. It opens every
//! packet that comes to it, and keeps what was in it; and it keeps what streams carried, put together.

use std::any::Any;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use quinn::crypto::rustls::QuicServerConfig;
use quinn::crypto::{
    ClientConfig, CryptoError, ExportKeyingMaterialError, HeaderKey, KeyPair, Keys, PacketKey, ServerConfig, Session,
    UnsupportedVersion,
};
use quinn::{ConnectError, Connection, ConnectionId, Endpoint, Incoming, RecvStream, SendStream, Side, VarInt};
use quinn_proto::TransportError;
use quinn_proto::transport_parameters::TransportParameters;
use rustls::DistinguishedName;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};

use super::tape::Tape;
use crate::raw_quic::{client_crypto, raw_key};

/// All frames of all packets that nodes sent, handshakes too.
pub const PACKETS: &str = "QUIC packets, opened";
/// What they asked one another and answered.
pub const STREAMS: &str = "QUIC streams";

const PROTOCOL: &[u8] = b"ronde/1";
/// Longer than any frame.
const MOST: usize = 1 << 20;

/// Seeds of the node keys, by public key: whoever calls is called so at the other end too.
pub type NodeKeys = Arc<BTreeMap<[u8; 32], [u8; 32]>>;

/// One store's recorder.
pub struct Relay {
    /// Where others dial it.
    pub at: SocketAddr,
    /// Where the node listens.
    pub to: SocketAddr,
    /// The seed of its node key.
    pub seed: [u8; 32],
    pub keys: NodeKeys,
    pub tape: Tape,
}

/// Carries for as long as the runtime lives.
pub async fn carry(relay: Relay) {
    let mut tls = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_protocol_versions(&[&rustls::version::TLS13])
        .unwrap()
        .with_client_cert_verifier(Arc::new(Anybody))
        .with_cert_resolver(Arc::new(rustls::server::AlwaysResolvesServerRawPublicKeys::new(raw_key(relay.seed))));
    tls.alpn_protocols = vec![PROTOCOL.to_vec()];
    let packets = Packets { tape: relay.tape.clone(), piece: relay.tape.piece(PACKETS) };
    let server = Recording { inner: Arc::new(QuicServerConfig::try_from(tls).unwrap()), packets };
    let mut server = quinn::ServerConfig::with_crypto(Arc::new(server));
    server.transport_config(lasting());
    let endpoint = Endpoint::server(server, relay.at).unwrap();
    let relay = Arc::new(relay);
    while let Some(incoming) = endpoint.accept().await {
        tokio::spawn(connection(endpoint.clone(), Arc::clone(&relay), incoming));
    }
}

fn lasting() -> Arc<quinn::TransportConfig> {
    let mut transport = quinn::TransportConfig::default();
    transport.keep_alive_interval(Some(Duration::from_secs(1))).max_concurrent_bidi_streams(VarInt::from_u32(256));
    Arc::new(transport)
}

async fn connection(endpoint: Endpoint, relay: Arc<Relay>, incoming: Incoming) {
    // Whoever gives up before has told what was recorded.
    let Ok(near) = incoming.await else { return };
    let certificates =
        near.peer_identity().and_then(|identity| identity.downcast::<Vec<CertificateDer<'static>>>().ok());
    let caller: [u8; 32] = certificates.unwrap()[0][12..].try_into().unwrap();
    let seed = *relay.keys.get(&caller).unwrap_or(&[9; 32]);
    let packets = Packets { tape: relay.tape.clone(), piece: relay.tape.piece(PACKETS) };
    let crypto = Recording { inner: Arc::new(client_crypto(raw_key(seed), PROTOCOL)), packets };
    let mut client = quinn::ClientConfig::new(Arc::new(crypto));
    client.transport_config(lasting());
    let far = endpoint.connect_with(client, relay.to, "recorder").unwrap().await;
    let Ok(far) = far else { return near.close(VarInt::from_u32(0), b"") };
    tokio::select! {
        () = streams(&near, &far, &relay.tape) => {}
        _ = far.closed() => {}
    }
    near.close(VarInt::from_u32(0), b"");
    far.close(VarInt::from_u32(0), b"");
}

async fn streams(near: &Connection, far: &Connection, tape: &Tape) {
    while let Ok((answer, request)) = near.accept_bi().await {
        let (far, tape) = (far.clone(), tape.clone());
        tokio::spawn(async move {
            let mut answer = answer;
            if exchange(&mut answer, request, &far, &tape).await.is_none() {
                // As a node does that can't answer: half an answer would look like a whole one.
                let _ = answer.reset(VarInt::from_u32(1));
            }
        });
    }
}

async fn exchange(answer: &mut SendStream, mut request: RecvStream, far: &Connection, tape: &Tape) -> Option<()> {
    let asked = request.read_to_end(MOST).await.ok()?;
    tape.whole(STREAMS, &asked);
    let (mut there, mut back) = far.open_bi().await.ok()?;
    there.write_all(&asked).await.ok()?;
    there.finish().ok()?;
    let answered = back.read_to_end(MOST).await.ok()?;
    tape.whole(STREAMS, &answered);
    answer.write_all(&answered).await.ok()?;
    answer.finish().ok()?;
    // Until it is there.
    let _ = answer.stopped().await;
    Some(())
}

/// Where opened packets go.
#[derive(Clone)]
struct Packets {
    tape: Tape,
    piece: usize,
}

impl Packets {
    fn keys(&self, keys: Keys) -> Keys {
        Keys { header: keys.header, packet: self.pair(keys.packet) }
    }

    fn pair(&self, pair: KeyPair<Box<dyn PacketKey>>) -> KeyPair<Box<dyn PacketKey>> {
        KeyPair { local: pair.local, remote: Box::new(Opening { inner: pair.remote, packets: self.clone() }) }
    }
}

/// A key that keeps what it opens.
struct Opening {
    inner: Box<dyn PacketKey>,
    packets: Packets,
}

impl PacketKey for Opening {
    fn encrypt(&self, packet: u64, buf: &mut [u8], header_len: usize) {
        self.inner.encrypt(packet, buf, header_len);
    }

    fn decrypt(&self, packet: u64, header: &[u8], payload: &mut BytesMut) -> Result<(), CryptoError> {
        self.inner.decrypt(packet, header, payload)?;
        let Packets { tape, piece } = &self.packets;
        tape.add(PACKETS, *piece, header);
        tape.add(PACKETS, *piece, payload);
        Ok(())
    }

    fn tag_len(&self) -> usize {
        self.inner.tag_len()
    }

    fn confidentiality_limit(&self) -> u64 {
        self.inner.confidentiality_limit()
    }

    fn integrity_limit(&self) -> u64 {
        self.inner.integrity_limit()
    }
}

/// Settings, or a session, whose keys keep what they open.
struct Recording<C> {
    inner: C,
    packets: Packets,
}

impl ServerConfig for Recording<Arc<QuicServerConfig>> {
    fn initial_keys(&self, version: u32, dst_cid: &ConnectionId) -> Result<Keys, UnsupportedVersion> {
        Ok(self.packets.keys(self.inner.initial_keys(version, dst_cid)?))
    }

    fn retry_tag(&self, version: u32, orig_dst_cid: &ConnectionId, packet: &[u8]) -> [u8; 16] {
        self.inner.retry_tag(version, orig_dst_cid, packet)
    }

    fn start_session(self: Arc<Self>, version: u32, params: &TransportParameters) -> Box<dyn Session> {
        let inner = Arc::clone(&self.inner).start_session(version, params);
        Box::new(Recording { inner, packets: self.packets.clone() })
    }
}

impl ClientConfig for Recording<Arc<quinn::crypto::rustls::QuicClientConfig>> {
    fn start_session(
        self: Arc<Self>,
        version: u32,
        server_name: &str,
        params: &TransportParameters,
    ) -> Result<Box<dyn Session>, ConnectError> {
        let inner = Arc::clone(&self.inner).start_session(version, server_name, params)?;
        Ok(Box::new(Recording { inner, packets: self.packets.clone() }))
    }
}

impl Session for Recording<Box<dyn Session>> {
    fn initial_keys(&self, dst_cid: &ConnectionId, side: Side) -> Keys {
        self.packets.keys(self.inner.initial_keys(dst_cid, side))
    }

    fn handshake_data(&self) -> Option<Box<dyn Any>> {
        self.inner.handshake_data()
    }

    fn peer_identity(&self) -> Option<Box<dyn Any>> {
        self.inner.peer_identity()
    }

    fn early_crypto(&self) -> Option<(Box<dyn HeaderKey>, Box<dyn PacketKey>)> {
        let (header, inner) = self.inner.early_crypto()?;
        Some((header, Box::new(Opening { inner, packets: self.packets.clone() })))
    }

    fn early_data_accepted(&self) -> Option<bool> {
        self.inner.early_data_accepted()
    }

    fn is_handshaking(&self) -> bool {
        self.inner.is_handshaking()
    }

    fn read_handshake(&mut self, buf: &[u8]) -> Result<bool, TransportError> {
        self.inner.read_handshake(buf)
    }

    fn transport_parameters(&self) -> Result<Option<TransportParameters>, TransportError> {
        self.inner.transport_parameters()
    }

    fn write_handshake(&mut self, buf: &mut Vec<u8>) -> Option<Keys> {
        self.inner.write_handshake(buf).map(|keys| self.packets.keys(keys))
    }

    fn next_1rtt_keys(&mut self) -> Option<KeyPair<Box<dyn PacketKey>>> {
        self.inner.next_1rtt_keys().map(|pair| self.packets.pair(pair))
    }

    fn is_valid_retry(&self, orig_dst_cid: &ConnectionId, header: &[u8], payload: &[u8]) -> bool {
        self.inner.is_valid_retry(orig_dst_cid, header, payload)
    }

    fn export_keying_material(
        &self,
        output: &mut [u8],
        label: &[u8],
        context: &[u8],
    ) -> Result<(), ExportKeyingMaterialError> {
        self.inner.export_keying_material(output, label, context)
    }
}

/// Takes whoever has a key; the node at the other end looks whether it knows it.
#[derive(Debug)]
struct Anybody;

impl ClientCertVerifier for Anybody {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &rustls::DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        Err(rustls::PeerIncompatible::Tls13RequiredForQuic.into())
    }

    fn verify_tls13_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &rustls::DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        Ok(rustls::client::danger::HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<rustls::SignatureScheme> {
        vec![rustls::SignatureScheme::ED25519]
    }

    fn requires_raw_public_keys(&self) -> bool {
        true
    }
}
