//! Who gets a handshake, and who does not.

mod raw_quic;
#[allow(dead_code)]
mod transport_support;

use std::sync::Arc;

use quinn::crypto::rustls::QuicServerConfig;
use raw_quic::{client, pkcs8, raw_key};
use ronde_node::transport::{ALPN, Identity, Peers as _, TransportError};
use rustls::client::danger::HandshakeSignatureValid;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, UnixTime};
use rustls::sign::CertifiedKey;
use rustls::{DigitallySignedStruct, SignatureScheme};
use transport_support::{Echo, LONG, Node, dialer, identity};

const SERVER: u8 = 1;
const FRIEND: u8 = 2;
const STRANGER: u8 = 3;

#[test]
fn the_public_key_is_that_of_rfc_8032() {
    // RFC 8032 section 7.1, test 1.
    let seed = hex::decode("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60").unwrap();
    let key = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    let identity = Identity::from_seed(seed.try_into().unwrap()).unwrap();
    assert_eq!(hex::encode(identity.public_key()), key);
    assert!(!format!("{identity:?}").contains("9d"), "a seed must not be shown");
}

/// TRANSPORT-8.
#[tokio::test]
async fn a_known_peer_is_answered_and_named_by_its_key() {
    let echo = Arc::new(Echo::default());
    let node = Node::start(SERVER, &[FRIEND], echo.clone());
    let answer = dialer(FRIEND).call(node.key, &node.address(), b"hello", LONG).await.unwrap();
    assert_eq!(answer, b"hello");
    assert_eq!(*echo.asked.lock().unwrap(), [identity(FRIEND).public_key()]);
}

/// TRANSPORT-4.
#[tokio::test]
async fn an_unknown_client_gets_no_answer() {
    let echo = Arc::new(Echo::default());
    let node = Node::start(SERVER, &[FRIEND], echo.clone());
    let refusal = dialer(STRANGER).call(node.key, &node.address(), b"hello", LONG).await.unwrap_err();
    assert!(matches!(refusal, TransportError::Refused), "{refusal}");
    assert!(echo.asked.lock().unwrap().is_empty());
}

/// TRANSPORT-3.
#[tokio::test]
async fn a_server_with_another_key_is_refused_before_anything_is_sent() {
    let echo = Arc::new(Echo::default());
    let impostor = Node::start(STRANGER, &[FRIEND], echo.clone());
    let pinned = identity(SERVER).public_key();
    let refusal = dialer(FRIEND).call(pinned, &impostor.address(), b"hello", LONG).await.unwrap_err();
    assert!(matches!(refusal, TransportError::WrongKey { .. }), "{refusal}");
    assert!(echo.asked.lock().unwrap().is_empty());
}

/// TRANSPORT-5.
#[tokio::test]
async fn a_revoked_key_is_refused_on_the_open_connection_and_on_the_next() {
    let echo = Arc::new(Echo::default());
    let node = Node::start(SERVER, &[FRIEND], echo.clone());
    let dialer_of_friend = dialer(FRIEND);
    dialer_of_friend.call(node.key, &node.address(), b"1", LONG).await.unwrap();
    node.peers.replace([]);
    assert!(!node.peers.knows(&identity(FRIEND).public_key()));
    for caller in [dialer_of_friend, dialer(FRIEND)] {
        let refusal = caller.call(node.key, &node.address(), b"2", LONG).await.unwrap_err();
        assert!(matches!(refusal, TransportError::Refused), "{refusal}");
    }
    assert_eq!(echo.asked.lock().unwrap().len(), 1);
    node.peers.replace([identity(FRIEND).public_key()]);
    dialer(FRIEND).call(node.key, &node.address(), b"3", LONG).await.unwrap();
}

/// A client that keeps every session it can get and sends early data.
fn hoarder(number: u8) -> quinn::ClientConfig {
    client(raw_key([number; 32]), ALPN)
}

/// What a client reads on one stream; errors of any kind are `None`.
async fn ask(connection: &quinn::Connection) -> Option<Vec<u8>> {
    let (mut sending, mut receiving) = connection.open_bi().await.ok()?;
    sending.write_all(b"hello").await.ok()?;
    sending.finish().ok()?;
    receiving.read_to_end(100).await.ok().filter(|answer| !answer.is_empty())
}

/// What a client gets that dials so.
async fn served(node: &Node, config: quinn::ClientConfig) -> Option<Vec<u8>> {
    let endpoint = quinn::Endpoint::client(([127, 0, 0, 1], 0).into()).unwrap();
    // The client side may believe itself connected before it hears of the refusal.
    let connection = endpoint.connect_with(config, node.address, "ronde").unwrap().await.ok()?;
    ask(&connection).await
}

/// TRANSPORT-1, TRANSPORT-2.
#[tokio::test]
async fn only_one_raw_ed25519_key_under_the_one_protocol_is_served() {
    let echo = Arc::new(Echo::default());
    let node = Node::start(SERVER, &[FRIEND], echo.clone());
    let friend = || raw_key([FRIEND; 32]);
    assert_eq!(served(&node, client(friend(), ALPN)).await.as_deref(), Some(&b"hello"[..]));
    for protocol in [&b"ronde/2"[..], b"h3"] {
        assert_eq!(served(&node, client(friend(), protocol)).await, None);
    }
    // The right key, and another entry after it.
    let signer = rustls::crypto::ring::sign::any_eddsa_type(&PrivatePkcs8KeyDer::from(pkcs8([FRIEND; 32]))).unwrap();
    let entry = friend().cert[0].clone();
    let twice = Arc::new(CertifiedKey::new(vec![entry.clone(), entry.clone()], signer));
    assert_eq!(served(&node, client(twice, ALPN)).await, None);
    // The right key, and bytes after it.
    let signer = rustls::crypto::ring::sign::any_eddsa_type(&PrivatePkcs8KeyDer::from(pkcs8([FRIEND; 32]))).unwrap();
    let longer = CertificateDer::from([entry.as_ref(), &[0]].concat());
    assert_eq!(served(&node, client(Arc::new(CertifiedKey::new(vec![longer], signer)), ALPN)).await, None);
    assert_eq!(echo.asked.lock().unwrap().len(), 1);
}

/// TRANSPORT-6, TRANSPORT-7.
#[tokio::test]
async fn a_session_from_before_the_revocation_opens_nothing() {
    let echo = Arc::new(Echo::default());
    let node = Node::start(SERVER, &[FRIEND], echo.clone());
    let endpoint = quinn::Endpoint::client(([127, 0, 0, 1], 0).into()).unwrap();
    let hoarder = hoarder(FRIEND);
    let dial = || endpoint.connect_with(hoarder.clone(), node.address, "ronde").unwrap();

    let connection = dial().await.unwrap();
    assert_eq!(ask(&connection).await.as_deref(), Some(&b"hello"[..]));
    connection.close(0u32.into(), b"");

    node.peers.replace([]);
    let connecting = dial();
    let Err(connecting) = connecting.into_0rtt() else { panic!("early data was possible") };
    // The client side may believe itself connected before it hears of the refusal.
    if let Ok(connection) = connecting.await {
        assert_eq!(ask(&connection).await, None);
    }
    assert_eq!(echo.asked.lock().unwrap().len(), 1);
}

/// The control: a server like ours but with rustls' default sessions does let a session back in without asking its
/// verifier, so the test above can see the difference.
#[tokio::test]
async fn control_with_sessions_the_key_check_is_skipped() {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = Arc::new(OneTime::default());
    let key = rustls::server::AlwaysResolvesServerRawPublicKeys::new(raw_key([SERVER; 32]));
    let mut tls = rustls::ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .unwrap()
        .with_client_cert_verifier(verifier.clone())
        .with_cert_resolver(Arc::new(key));
    tls.alpn_protocols = vec![ALPN.to_vec()];
    let crypto = QuicServerConfig::try_from(tls).unwrap();
    let config = quinn::ServerConfig::with_crypto(Arc::new(crypto));
    let server = quinn::Endpoint::server(config, ([127, 0, 0, 1], 0).into()).unwrap();
    let address = server.local_addr().unwrap();
    let serving = tokio::spawn(async move {
        let mut accepted = 0;
        while accepted < 2 {
            let connection = server.accept().await.unwrap().await.unwrap();
            let (mut sending, _receiving) = connection.accept_bi().await.unwrap();
            sending.write_all(b"welcome").await.unwrap();
            sending.finish().unwrap();
            accepted += 1;
            connection.closed().await;
        }
    });

    let endpoint = quinn::Endpoint::client(([127, 0, 0, 1], 0).into()).unwrap();
    let hoarder = hoarder(FRIEND);
    for _ in 0..2 {
        let connection = endpoint.connect_with(hoarder.clone(), address, "ronde").unwrap().await.unwrap();
        assert_eq!(ask(&connection).await.as_deref(), Some(&b"welcome"[..]));
        connection.close(0u32.into(), b"");
    }
    serving.await.unwrap();
    assert_eq!(verifier.0.load(std::sync::atomic::Ordering::SeqCst), 1, "asked only the first time");
}

/// Accepts anybody, and counts how often it is asked.
#[derive(Debug, Default)]
struct OneTime(std::sync::atomic::AtomicUsize);

impl rustls::server::danger::ClientCertVerifier for OneTime {
    fn root_hint_subjects(&self) -> &[rustls::DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<rustls::server::danger::ClientCertVerified, rustls::Error> {
        self.0.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        Ok(rustls::server::danger::ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }

    fn requires_raw_public_keys(&self) -> bool {
        true
    }
}
