//! QUIC without our own dialer: whoever attacks keeps to no rule but those that it must to get in. The fuzz targets use
//! this file too.
#![allow(dead_code, reason = "each user takes a part of it")]

use std::sync::Arc;

use quinn::crypto::rustls::QuicClientConfig;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName, UnixTime};
use rustls::sign::CertifiedKey;
use rustls::{DigitallySignedStruct, SignatureScheme};

/// RFC 8410: what stands before a seed in PKCS #8.
const PKCS8: &[u8] = b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20";

/// Verifies nothing: whoever attacks does not care who answers.
#[derive(Debug)]
struct Careless;

impl ServerCertVerifier for Careless {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
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

/// A seed as a private key.
pub fn pkcs8(seed: [u8; 32]) -> Vec<u8> {
    [PKCS8, &seed].concat()
}

/// The raw public key of a seed, and what signs with it.
pub fn raw_key(seed: [u8; 32]) -> Arc<CertifiedKey> {
    let signer = rustls::crypto::ring::sign::any_eddsa_type(&PrivatePkcs8KeyDer::from(pkcs8(seed))).unwrap();
    let public = signer.public_key().unwrap().to_vec();
    Arc::new(CertifiedKey::new(vec![CertificateDer::from(public)], signer))
}

/// A client that shows what it is given, under a protocol of its choice.
pub fn client(key: Arc<CertifiedKey>, protocol: &[u8]) -> quinn::ClientConfig {
    quinn::ClientConfig::new(Arc::new(client_crypto(key, protocol)))
}

/// What encrypts for it.
pub fn client_crypto(key: Arc<CertifiedKey>, protocol: &[u8]) -> QuicClientConfig {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let key = rustls::client::AlwaysResolvesClientRawPublicKeys::new(key);
    let mut tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Careless))
        .with_client_cert_resolver(Arc::new(key));
    tls.alpn_protocols = vec![protocol.to_vec()];
    tls.resumption = rustls::client::Resumption::in_memory_sessions(16);
    tls.enable_early_data = true;
    QuicClientConfig::try_from(tls).unwrap()
}
