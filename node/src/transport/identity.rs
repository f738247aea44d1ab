//! The node key as TLS uses it.

use std::fmt;
use std::sync::Arc;

use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use rustls::sign::CertifiedKey;
use zeroize::Zeroizing;

use super::TransportError;
use super::pin::{NodeKey, spki};

/// RFC 8410 section 7: an Ed25519 private key in PKCS#8, up to its 32 bytes of seed.
const PKCS8_PREFIX: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
const RESET_CONTEXT: &str = "ronde/1 quic stateless reset key";

/// A node's Ed25519 key pair, ready for handshakes. Clones share it.
#[derive(Clone)]
pub struct Identity {
    key: Arc<CertifiedKey>,
    public: NodeKey,
    reset: Arc<ResetKey>,
}

impl Identity {
    /// The identity whose private key is `seed` (RFC 8032). The caller's copy of the seed is not erased.
    pub fn from_seed(seed: [u8; 32]) -> Result<Self, TransportError> {
        let seed = Zeroizing::new(seed);
        let mut pkcs8 = Zeroizing::new([0u8; PKCS8_PREFIX.len() + 32]);
        let (prefix, rest) = pkcs8.split_at_mut(PKCS8_PREFIX.len());
        prefix.copy_from_slice(&PKCS8_PREFIX);
        rest.copy_from_slice(seed.as_slice());

        let der = PrivatePkcs8KeyDer::from(pkcs8.as_slice());
        let signer = rustls::crypto::ring::sign::any_eddsa_type(&der).map_err(TransportError::Tls)?;
        let encoded = signer.public_key().ok_or(TransportError::Setup)?;
        let public = spki::decode(&encoded).ok_or(TransportError::Setup)?;
        let certificate = CertificateDer::from(encoded.to_vec());
        Ok(Self {
            key: Arc::new(CertifiedKey::new(vec![certificate], signer)),
            public,
            reset: Arc::new(ResetKey::derive(&seed)),
        })
    }

    /// The public key by which the charter names this node.
    #[must_use]
    pub fn public_key(&self) -> NodeKey {
        self.public
    }

    pub(super) fn certified_key(&self) -> Arc<CertifiedKey> {
        Arc::clone(&self.key)
    }

    pub(super) fn reset_key(&self) -> Arc<ResetKey> {
        Arc::clone(&self.reset)
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").finish_non_exhaustive()
    }
}

/// Makes the tokens by which a restarted node tells its peers that their old connections are gone (RFC 9000 section
/// 10.3). It must outlive the process, so it is derived from the node key: a peer then reconnects after one round trip
/// instead of after a time-out.
pub(super) struct ResetKey(Zeroizing<[u8; 32]>);

impl ResetKey {
    fn derive(seed: &[u8; 32]) -> Self {
        Self(Zeroizing::new(blake3::derive_key(RESET_CONTEXT, seed)))
    }
}

impl quinn::crypto::HmacKey for ResetKey {
    fn sign(&self, data: &[u8], signature_out: &mut [u8]) {
        blake3::Hasher::new_keyed(&self.0).update(data).finalize_xof().fill(signature_out);
    }

    fn signature_len(&self) -> usize {
        32
    }

    fn verify(&self, data: &[u8], signature: &[u8]) -> Result<(), quinn::crypto::CryptoError> {
        let signature: &[u8; 32] = signature.try_into().map_err(|_| quinn::crypto::CryptoError)?;
        let expected = blake3::keyed_hash(&self.0, data);
        // blake3::Hash compares in constant time.
        if expected == *signature { Ok(()) } else { Err(quinn::crypto::CryptoError) }
    }
}
