//! Who may take part in a handshake: raw Ed25519 keys (RFC 7250), compared byte by byte.

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError, RwLock};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{WebPkiSupportedAlgorithms, verify_tls13_signature_with_raw_key};
use rustls::pki_types::{CertificateDer, ServerName, SubjectPublicKeyInfoDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{CertificateError, DigitallySignedStruct, DistinguishedName, Error, SignatureScheme};

/// An Ed25519 public key of a node.
pub type NodeKey = [u8; 32];

/// Which nodes may connect. Asked at every handshake and again at every request, so a change acts at once.
pub trait Peers: Send + Sync {
    /// Whether the charter in force lists this node key.
    fn knows(&self, key: &NodeKey) -> bool;
}

/// A set of node keys that can be replaced while connections are open.
#[derive(Debug, Default)]
pub struct AllowList(RwLock<BTreeSet<NodeKey>>);

impl AllowList {
    /// A list of these keys.
    pub fn new(keys: impl IntoIterator<Item = NodeKey>) -> Self {
        Self(RwLock::new(keys.into_iter().collect()))
    }

    /// Replaces the whole list, say by that of a new charter version.
    pub fn replace(&self, keys: impl IntoIterator<Item = NodeKey>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = keys.into_iter().collect();
    }
}

impl Peers for AllowList {
    fn knows(&self, key: &NodeKey) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).contains(key)
    }
}

/// The 44 bytes in which TLS carries an Ed25519 public key (RFC 8410 section 4).
pub(super) mod spki {
    use super::NodeKey;

    const PREFIX: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

    /// The key, if these are exactly the bytes of an Ed25519 key.
    pub(crate) fn decode(bytes: &[u8]) -> Option<NodeKey> {
        bytes.strip_prefix(&PREFIX)?.try_into().ok()
    }
}

/// The key at the other end of a connection whose handshake is complete.
pub(super) fn peer_key(connection: &quinn::Connection) -> Option<NodeKey> {
    let identity = connection.peer_identity()?;
    let certificates = identity.downcast::<Vec<CertificateDer<'static>>>().ok()?;
    match certificates.as_slice() {
        [only] => spki::decode(only),
        _ => None,
    }
}

/// Accepts one key, the one that the caller dials (TRANSPORT-3).
#[derive(Debug)]
pub(super) struct PinnedServer {
    key: NodeKey,
    algorithms: WebPkiSupportedAlgorithms,
}

/// Accepts the keys that the charter lists at this moment (TRANSPORT-4).
pub(super) struct KnownClients {
    peers: Arc<dyn Peers>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl PinnedServer {
    pub(super) fn new(key: NodeKey, algorithms: WebPkiSupportedAlgorithms) -> Self {
        Self { key, algorithms }
    }
}

impl KnownClients {
    pub(super) fn new(peers: Arc<dyn Peers>, algorithms: WebPkiSupportedAlgorithms) -> Self {
        Self { peers, algorithms }
    }
}

impl std::fmt::Debug for KnownClients {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KnownClients").finish_non_exhaustive()
    }
}

/// The one key that was sent, if it is an Ed25519 key (TRANSPORT-2) and `accepts` it.
fn check_key(
    end_entity: &CertificateDer<'_>,
    intermediates: &[CertificateDer<'_>],
    accepts: impl FnOnce(&NodeKey) -> bool,
) -> Result<(), Error> {
    let key = spki::decode(end_entity).ok_or(CertificateError::BadEncoding)?;
    if !intermediates.is_empty() {
        return Err(CertificateError::BadEncoding.into());
    }
    if accepts(&key) { Ok(()) } else { Err(CertificateError::ApplicationVerificationFailure.into()) }
}

fn check_signature(
    message: &[u8],
    key: &CertificateDer<'_>,
    signature: &DigitallySignedStruct,
    algorithms: &WebPkiSupportedAlgorithms,
) -> Result<HandshakeSignatureValid, Error> {
    if signature.scheme != SignatureScheme::ED25519 {
        return Err(CertificateError::BadSignature.into());
    }
    let key = SubjectPublicKeyInfoDer::from(key.as_ref());
    verify_tls13_signature_with_raw_key(message, &key, signature, algorithms)
}

/// QUIC has no TLS 1.2, so this is never asked.
fn no_tls12() -> Result<HandshakeSignatureValid, Error> {
    Err(rustls::PeerIncompatible::Tls13RequiredForQuic.into())
}

impl ServerCertVerifier for PinnedServer {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        check_key(end_entity, intermediates, |key| *key == self.key)?;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        no_tls12()
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        check_signature(message, cert, dss, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }

    fn requires_raw_public_keys(&self) -> bool {
        true
    }
}

impl ClientCertVerifier for KnownClients {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        check_key(end_entity, intermediates, |key| self.peers.knows(key))?;
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        no_tls12()
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        check_signature(message, cert, dss, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }

    fn requires_raw_public_keys(&self) -> bool {
        true
    }
}
