//! One Schnorr signature by all of an order's coin keys (design section 6, "Spend signature").
//!
//! R = r·G; e_1..e_n are successive 16-byte blocks, little endian, of one output xof(purpose's label; R, digest);
//! s = r + sum e_i·c_i. It is valid if s·G = R + sum e_i·P_i, with R canonical and not the identity, s canonical.
//! SPEND-5.
//! **The digest must cover the keys**, in this order: the challenges take them in through it alone (SPEND-1).

use alloc::vec::Vec;

use bincode::{Decode, Encode};
use curve25519_dalek::{constants::RISTRETTO_BASEPOINT_POINT, scalar::Scalar, traits::IsIdentity};
use thiserror::Error;

use super::{
    coin::CoinSecret,
    entropy::Entropy,
    group::{Point, PointBytes, ScalarBytes, Terms},
    hash::{Transcript, xof},
    labels,
};

/// Why a signature by coin keys is refused, or not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SpendError {
    /// Without keys there is nothing to sign for (SPEND-6).
    #[error("no coin keys")]
    NoKeys,
    /// R is not a canonical element, or is the identity (SPEND-8).
    #[error("commitment is not a canonical element")]
    Commitment,
    /// s is not below the group order (SPEND-7).
    #[error("response not below the group order")]
    Response,
    /// The signature does not fit keys, digest and purpose. A batch does not say which.
    #[error("signature by coin keys does not verify")]
    Wrong,
}

/// What coin keys sign for. Each purpose has a label of its own, so none can stand for another (SPEND-3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpendPurpose {
    /// An order's inputs.
    Order,
    /// Asking for a coin's state; binds nothing.
    Probe,
    /// Claiming the refund of an order these keys paid.
    RefundClaim,
}

impl SpendPurpose {
    /// The purpose's label.
    pub fn label(self) -> &'static str {
        match self {
            Self::Order => labels::SPEND_CHALLENGE,
            Self::Probe => labels::PROBE_SIGNATURE,
            Self::RefundClaim => labels::REFUND_CLAIM_SIGNATURE,
        }
    }
}

/// The signature as it travels, 64 bytes: R and s, not yet looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode, serde::Serialize)]
pub struct SpendSignature {
    /// R.
    pub r: PointBytes,
    /// s.
    pub s: ScalarBytes,
}

/// One signature of a batch, with what it must fit.
#[derive(Debug, Clone, Copy)]
pub struct SpendCheck<'a> {
    /// What was signed for.
    pub purpose: SpendPurpose,
    /// The coin keys, in the digest's order (SPEND-2).
    pub keys: &'a [Point],
    /// What was signed; covers the keys.
    pub digest: &'a [u8; 32],
    /// The signature.
    pub signature: &'a SpendSignature,
}

impl SpendCheck<'_> {
    /// Verifies this one alone.
    ///
    /// # Errors
    /// Any [`SpendError`].
    pub fn verify(&self) -> Result<(), SpendError> {
        let mut terms = SpendTerms::default();
        terms.add(self, Scalar::ONE)?;
        terms.check()
    }
}

/// Signs `digest` with all the coins' keys, in the digest's order.
///
/// The nonce is hedged: it hashes the secrets and the digest as well as the fresh randomness, so that neither a broken
/// generator nor a repeated one gives a key away (SPEND-4).
///
/// # Errors
/// [`SpendError::NoKeys`].
pub fn sign(
    purpose: SpendPurpose,
    coins: &[&CoinSecret],
    digest: &[u8; 32],
    entropy: Entropy,
) -> Result<SpendSignature, SpendError> {
    if coins.is_empty() {
        return Err(SpendError::NoKeys);
    }
    let mut transcript = Transcript::new(labels::SPEND_NONCE);
    transcript.part(purpose.label().as_bytes());
    for coin in coins {
        transcript.part(&*coin.scalar().expose_bytes());
    }
    transcript.part(digest).part(entropy.as_bytes());
    let nonce = transcript.into_secret_scalar();
    let r = nonce.times_generator().encode();
    let mut s = *nonce.inner();
    for (challenge, coin) in challenges(purpose, &r, digest, coins.len()).iter().zip(coins) {
        s += challenge * coin.scalar().inner();
    }
    Ok(SpendSignature { r, s: ScalarBytes(s.to_bytes()) })
}

/// Verifies one signature.
///
/// # Errors
/// Any [`SpendError`].
pub fn verify(
    purpose: SpendPurpose,
    keys: &[Point],
    digest: &[u8; 32],
    signature: &SpendSignature,
) -> Result<(), SpendError> {
    SpendCheck { purpose, keys, digest, signature }.verify()
}

/// Verifies many signatures at once, with fresh secret weights drawn after the batch is closed (SPEND-9). An empty
/// batch passes.
///
/// # Errors
/// Any [`SpendError`]; [`SpendError::Wrong`] does not say which, the caller splits the batch to find it.
pub fn verify_batch(checks: &[SpendCheck<'_>], entropy: Entropy) -> Result<(), SpendError> {
    let mut transcript = Transcript::new(labels::SPEND_BATCH_WEIGHTS);
    transcript.part(entropy.as_bytes());
    for check in checks {
        transcript.part(check.digest).part(&check.signature.r.0).part(&check.signature.s.0);
    }
    let mut stream = transcript.xof();
    let mut terms = SpendTerms::default();
    for check in checks {
        terms.add(check, Scalar::from(stream.next_u128()))?;
    }
    terms.check()
}

fn challenges(purpose: SpendPurpose, r: &PointBytes, digest: &[u8; 32], count: usize) -> Vec<Scalar> {
    let mut stream = xof(purpose.label(), &[&r.0, digest]);
    (0..count).map(|_| Scalar::from(stream.next_u128())).collect()
}

/// Terms of a sum, among them w·(R + sum e_i·P_i - s·G) for all checks, which vanishes for good signatures.
#[derive(Default)]
pub(super) struct SpendTerms {
    on_generator: Scalar,
    others: Terms,
}

impl SpendTerms {
    pub(super) fn add(&mut self, check: &SpendCheck<'_>, weight: Scalar) -> Result<(), SpendError> {
        if check.keys.is_empty() {
            return Err(SpendError::NoKeys);
        }
        let signature = check.signature;
        let s = signature.s.decode().map_err(|_| SpendError::Response)?;
        let r = signature.r.decode().map_err(|_| SpendError::Commitment)?;
        self.on_generator -= weight * s.0;
        self.others.push(weight, *r.inner());
        let e = challenges(check.purpose, &signature.r, check.digest, check.keys.len());
        for (challenge, key) in e.iter().zip(check.keys) {
            self.others.push(weight * challenge, *key.inner());
        }
        Ok(())
    }

    /// All terms, that of the generator among them.
    pub(super) fn into_terms(mut self) -> Terms {
        self.others.push(self.on_generator, RISTRETTO_BASEPOINT_POINT);
        self.others
    }

    fn check(self) -> Result<(), SpendError> {
        if self.into_terms().sum().is_identity() { Ok(()) } else { Err(SpendError::Wrong) }
    }
}
