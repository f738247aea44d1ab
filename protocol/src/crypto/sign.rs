//! Ed25519 (RFC 8032) with one label per role, verified strictly and without the cofactor.
//!
//! The message handed to Ed25519 is always the 32 bytes `derive(label; parts)`, see [`super::hash`] (HASH-5): two roles
//! never sign the same message, and none of them is a TLS handshake's (those are longer). Accepted is exactly: A canonical,
//! torsion-free and not the identity; R canonical and not of small order; s below the group order; and
//! s·G = R + h·A as it stands, h = SHA-512(R || A || message). Since A has no torsion, R has none either.

mod batch;
mod small_order;

use core::fmt;

use bincode::{Decode, Encode};
use curve25519_dalek::{edwards::CompressedEdwardsY, traits::IsIdentity};
use ed25519_dalek::{Signer, Verifier};
use thiserror::Error;
use zeroize::ZeroizeOnDrop;

use super::{
    hash::derive,
    once::once,
    redact::{hex_debug, redacted_debug},
};

pub use batch::verify_batch;
use small_order::SMALL_ORDER;

/// Why an Ed25519 key or signature is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SignError {
    /// Not the canonical encoding of a curve point (GROUP-7).
    #[error("not a canonical Ed25519 key")]
    NonCanonicalKey,
    /// The identity (GROUP-8).
    #[error("Ed25519 key is the identity")]
    IdentityKey,
    /// Outside the group of prime order (GROUP-9).
    #[error("Ed25519 key has a torsion component")]
    TorsionKey,
    /// The signature does not fit key, label and parts, or is not in strict form.
    #[error("Ed25519 signature does not verify")]
    Wrong,
}

/// 32 bytes said to be an Ed25519 public key; nobody has looked at them yet. Ordered as byte strings.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub struct VerifyingKeyBytes(pub [u8; 32]);

/// An Ed25519 signature as it travels: 64 bytes, R and s.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
pub struct Signature(pub [u8; 64]);

hex_debug!(VerifyingKeyBytes, Signature);

impl VerifyingKeyBytes {
    /// Decodes the key.
    ///
    /// # Errors
    /// [`SignError::NonCanonicalKey`], [`SignError::IdentityKey`], [`SignError::TorsionKey`].
    pub fn decode(&self) -> Result<VerifyingKey, SignError> {
        let point = CompressedEdwardsY(self.0).decompress().ok_or(SignError::NonCanonicalKey)?;
        if point.compress().0 != self.0 {
            return Err(SignError::NonCanonicalKey);
        }
        if point.is_identity() {
            return Err(SignError::IdentityKey);
        }
        if !point.is_torsion_free() {
            return Err(SignError::TorsionKey);
        }
        Ok(VerifyingKey(ed25519_dalek::VerifyingKey::from(point)))
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// A checked Ed25519 public key: canonical, torsion-free, not the identity.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct VerifyingKey(ed25519_dalek::VerifyingKey);

impl VerifyingKey {
    /// Verifies a signature on `derive(label; parts)`, strictly: s below the order (GROUP-10), R canonical and not of
    /// small order (GROUP-11), the equation without the cofactor (GROUP-12).
    ///
    /// # Errors
    /// [`SignError::Wrong`].
    pub fn verify(&self, label: &'static str, parts: &[&[u8]], signature: &Signature) -> Result<(), SignError> {
        self.check(label, parts, signature).verify()
    }

    /// The same, to be done later, alone or with others by [`verify_batch`].
    pub fn check(&self, label: &'static str, parts: &[&[u8]], signature: &Signature) -> SignatureCheck {
        SignatureCheck { key: *self, message: derive(label, parts), signature: *signature }
    }

    /// The canonical encoding.
    pub fn encode(&self) -> VerifyingKeyBytes {
        VerifyingKeyBytes(self.0.to_bytes())
    }
}

/// A signature with what it must fit.
#[derive(Clone, Copy, Debug)]
pub struct SignatureCheck {
    key: VerifyingKey,
    message: [u8; 32],
    signature: Signature,
}

impl SignatureCheck {
    /// Verifies this one alone: see [`VerifyingKey::verify`].
    ///
    /// # Errors
    /// [`SignError::Wrong`].
    pub fn verify(&self) -> Result<(), SignError> {
        once("signature", &[self.key.0.as_bytes(), &self.message, &self.signature.0], || {
            let signature = ed25519_dalek::Signature::from_bytes(&self.signature.0);
            // It compares encodings: with R in its one canonical form, R of small order is one of eight strings.
            if SMALL_ORDER.contains(signature.r_bytes()) {
                return Err(SignError::Wrong);
            }
            self.key.0.verify(&self.message, &signature).map_err(|_| SignError::Wrong)
        })
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        super::redact::hex_tuple(f, "VerifyingKey", self.0.as_bytes())
    }
}

/// An Ed25519 secret key: wiped when dropped, not printed, not cloned.
pub struct SigningKey(ed25519_dalek::SigningKey);

redacted_debug!(SigningKey);

// The wrapped key wipes itself.
impl ZeroizeOnDrop for SigningKey {}

impl SigningKey {
    /// The key of a 32-byte secret seed (RFC 8032's private key).
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(seed))
    }

    /// Signs `derive(label; parts)`. Deterministic, as RFC 8032 says.
    pub fn sign(&self, label: &'static str, parts: &[&[u8]]) -> Signature {
        Signature(self.0.sign(&derive(label, parts)).to_bytes())
    }

    /// The public key.
    pub fn verifying_key(&self) -> VerifyingKey {
        VerifyingKey(self.0.verifying_key())
    }
}

#[cfg(test)]
mod tests;
