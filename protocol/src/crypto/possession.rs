//! Proofs that whoever published a key holds its secret, bound to the place it is published for (design section 3).
//!
//! Without them a witness could publish a key made out of somebody else's.

use bincode::{Decode, Encode};
use curve25519_dalek::{ristretto::RistrettoPoint, scalar::Scalar};
use thiserror::Error;
use zeroize::Zeroizing;

use super::{
    entropy::Entropy,
    group::{Point, PointBytes, ScalarBytes},
    hash::{derive_secret_scalar, derive_wide},
    labels,
    poprf::{PoprfPublicKey, PoprfSecretKey},
    sign::{SignError, Signature, SigningKey, VerifyingKey},
};

/// Why a POPRF key's proof of possession is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PossessionError {
    /// R is not a canonical element, or is the identity.
    #[error("commitment is not a canonical element")]
    Commitment,
    /// s is not below the group order.
    #[error("response not below the group order")]
    Response,
    /// The proof does not fit the key or its place.
    #[error("proof of possession does not verify")]
    Wrong,
}

/// The place a key is published for; a proof is for one (PROOF-9).
#[derive(Debug, Clone, Copy)]
pub struct KeySlot<'a> {
    /// Federation id.
    pub federation: &'a [u8; 32],
    /// Keyset number.
    pub keyset: u32,
    /// The witness's index in the keyset.
    pub index: u8,
}

/// Proof of possession of a POPRF key, 64 bytes: a Schnorr signature R = t·G, s = t + e·k, with
/// e = derive_wide(PROOF_OF_POSSESSION_POPRF; federation, keyset u32, index u8, K, R) reduced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode, serde::Serialize)]
pub struct PossessionProof {
    /// R.
    pub r: PointBytes,
    /// s.
    pub s: ScalarBytes,
}

/// Proves possession of a POPRF key for one place. The nonce is hedged (PROOF-11).
pub fn prove_poprf(key: &PoprfSecretKey, slot: &KeySlot<'_>, entropy: Entropy) -> PossessionProof {
    let secret = Zeroizing::new(key.scalar().to_bytes());
    let nonce = derive_secret_scalar(
        labels::POSSESSION_NONCE,
        &[&*secret, slot.federation, &slot.keyset.to_le_bytes(), &[slot.index], entropy.as_bytes()],
    );
    let r = nonce.times_generator();
    let s = nonce.inner() + challenge(&key.public(), slot, &r) * key.scalar();
    PossessionProof { r: r.encode(), s: ScalarBytes(s.to_bytes()) }
}

/// Verifies possession of a POPRF key for one place; R and s must be canonical, R not the identity (PROOF-10).
///
/// # Errors
/// Any [`PossessionError`].
pub fn verify_poprf(key: &PoprfPublicKey, slot: &KeySlot<'_>, proof: &PossessionProof) -> Result<(), PossessionError> {
    let s = proof.s.decode().map_err(|_| PossessionError::Response)?;
    let r = proof.r.decode().map_err(|_| PossessionError::Commitment)?;
    let e = challenge(key, slot, &r);
    let expected = RistrettoPoint::vartime_double_scalar_mul_basepoint(&-e, key.point().inner(), &s.0);
    if expected == *r.inner() { Ok(()) } else { Err(PossessionError::Wrong) }
}

fn challenge(key: &PoprfPublicKey, slot: &KeySlot<'_>, r: &Point) -> Scalar {
    let wide = derive_wide(
        labels::PROOF_OF_POSSESSION_POPRF,
        &[slot.federation, &slot.keyset.to_le_bytes(), &[slot.index], key.point().as_bytes(), r.as_bytes()],
    );
    Scalar::from_bytes_mod_order_wide(&wide)
}

/// Proves possession of a vote key for one place: its signature over federation, keyset u32, index u8 and the key.
pub fn prove_vote(key: &SigningKey, slot: &KeySlot<'_>) -> Signature {
    with_vote_parts(&key.verifying_key(), slot, |parts| key.sign(labels::PROOF_OF_POSSESSION_VOTE, parts))
}

/// Verifies possession of a vote key for one place.
///
/// # Errors
/// [`SignError::Wrong`].
pub fn verify_vote(key: &VerifyingKey, slot: &KeySlot<'_>, signature: &Signature) -> Result<(), SignError> {
    with_vote_parts(key, slot, |parts| key.verify(labels::PROOF_OF_POSSESSION_VOTE, parts, signature))
}

fn with_vote_parts<T>(key: &VerifyingKey, slot: &KeySlot<'_>, use_parts: impl FnOnce(&[&[u8]]) -> T) -> T {
    use_parts(&[slot.federation, &slot.keyset.to_le_bytes(), &[slot.index], key.encode().as_bytes()])
}
