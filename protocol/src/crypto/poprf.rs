//! The partially oblivious PRF of RFC 9497, mode 0x02, as a keyed MAC on coins (design section 4).
//!
//! A coin's component is N = (k + m)^-1 · H(P): the unblinded element of that RFC for input P and info = class
//! (POPRF-1).

use alloc::vec::Vec;

use curve25519_dalek::{ristretto::RistrettoPoint, scalar::Scalar};
use subtle::ConstantTimeEq;
use thiserror::Error;
use zeroize::{ZeroizeOnDrop, Zeroizing};

use super::{
    coin::BlindFactor,
    group::{GroupError, Point, PointBytes, ScalarBytes, SecretScalar},
    labels,
    redact::redacted_debug,
    suite::{self, Mode},
};

/// Why a POPRF operation is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PoprfError {
    /// k + m = 0: the class was made for this key, or the key for the class. RFC 9497's `InverseError`.
    #[error("the key's negative equals the class's tweak")]
    Inverse,
    /// An input or info of more than 65,535 bytes.
    #[error("more than 65535 bytes of input")]
    InputTooLong,
    /// RFC 9497's `DeriveKeyPairError`.
    #[error("no key could be derived from the seed")]
    KeyDerivation,
}

/// m = HashToScalar(info): what tells one class's coins from another's under one key. Public.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tweak(super::group::PublicScalar);

impl Tweak {
    /// The tweak of an info string: HashToScalar("Info" || I2OSP(len, 2) || info).
    ///
    /// # Errors
    /// [`PoprfError::InputTooLong`] beyond 65,535 bytes.
    pub fn of_info(info: &[u8]) -> Result<Self, PoprfError> {
        Ok(Self::framed(suite::length_prefix(info)?, info))
    }

    /// The same for an info whose length is known when compiling, so that nothing can fail.
    pub fn of_fixed_info<const N: usize>(info: &[u8; N]) -> Self {
        const { assert!(N <= 0xffff, "an info has at most 65535 bytes") };
        Self::framed((N as u16).to_be_bytes(), info)
    }

    fn framed(length: [u8; 2], info: &[u8]) -> Self {
        Self(suite::hash_to_scalar(Mode::Poprf, &[b"Info", &length, info]))
    }

    /// The scalar's canonical encoding.
    pub fn encode(&self) -> ScalarBytes {
        self.0.encode()
    }

    pub(crate) fn inner(&self) -> &Scalar {
        &self.0.0
    }
}

/// A witness's public key K = k·G for one keyset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoprfPublicKey(Point);

impl PoprfPublicKey {
    /// Decodes a key: canonical, not the identity.
    ///
    /// # Errors
    /// As [`PointBytes::decode`].
    pub fn decode(bytes: &PointBytes) -> Result<Self, GroupError> {
        bytes.decode().map(Self)
    }

    /// The canonical encoding.
    pub fn encode(&self) -> PointBytes {
        self.0.encode()
    }

    /// The key as a group element.
    pub fn point(&self) -> &Point {
        &self.0
    }
}

/// A witness's secret key k for one keyset. Only constant-time operations touch it.
pub struct PoprfSecretKey {
    secret: SecretScalar,
    public: PoprfPublicKey,
}

redacted_debug!(PoprfSecretKey);

// The only secret field wipes itself.
impl ZeroizeOnDrop for PoprfSecretKey {}

impl PoprfSecretKey {
    /// The key of a 32-byte secret seed: RFC 9497 `DeriveKeyPair` with this protocol's info string. One seed serves
    /// one keyset only.
    ///
    /// # Errors
    /// [`PoprfError::KeyDerivation`], which does not happen.
    pub fn from_seed(seed: &[u8; 32]) -> Result<Self, PoprfError> {
        let info = labels::KEY_DERIVATION_POPRF.as_bytes();
        suite::derive_key(Mode::Poprf, seed, info).map(Self::from_secret)
    }

    /// A key from its scalar.
    pub fn from_secret(secret: SecretScalar) -> Self {
        let public = PoprfPublicKey(secret.times_generator());
        Self { secret, public }
    }

    /// K = k·G.
    pub fn public(&self) -> PoprfPublicKey {
        self.public
    }

    /// (k + m)^-1 · B, in constant time: RFC 9497 `BlindEvaluate` of one element.
    ///
    /// # Errors
    /// [`PoprfError::Inverse`].
    pub fn evaluate(&self, tweak: &Tweak, blinded: &Point) -> Result<Point, PoprfError> {
        let inverse = Zeroizing::new(self.tweaked(tweak)?.invert());
        Ok(times(&inverse, blinded))
    }

    /// The same for many elements of mixed classes, in order, with one inversion of scalars and one for all encodings.
    ///
    /// # Errors
    /// [`PoprfError::Inverse`] if any of them cannot be evaluated.
    pub fn evaluate_batch(&self, items: &[(Tweak, Point)]) -> Result<Vec<Point>, PoprfError> {
        let mut inverses = Zeroizing::new(Vec::with_capacity(items.len()));
        for (tweak, _) in items {
            inverses.push(*self.tweaked(tweak)?);
        }
        Scalar::invert_batch_alloc(&mut inverses);
        inverses.iter_mut().for_each(|inverse| *inverse = inverse.div_by_2());
        let halves: Vec<RistrettoPoint> = inverses.iter().zip(items).map(|(half, (_, b))| half * b.inner()).collect();
        Ok(Point::doubles(&halves))
    }

    /// k + m, refused if zero (POPRF-3).
    fn tweaked(&self, tweak: &Tweak) -> Result<Zeroizing<Scalar>, PoprfError> {
        let sum = Zeroizing::new(self.secret.inner() + tweak.inner());
        if bool::from(sum.ct_eq(&Scalar::ZERO)) {
            return Err(PoprfError::Inverse);
        }
        Ok(sum)
    }

    pub(crate) fn scalar(&self) -> &Scalar {
        self.secret.inner()
    }

    /// k times a public element, in constant time.
    pub(crate) fn times(&self, point: &RistrettoPoint) -> RistrettoPoint {
        self.secret.inner() * point
    }
}

/// A non-zero scalar times an element, in constant time.
fn times(scalar: &Scalar, point: &Point) -> Point {
    Point::from_nonidentity(scalar * point.inner())
}

/// H(P): RFC 9497 `HashToGroup` over the 32 bytes of a coin's public key.
pub fn coin_hash(p: &PointBytes) -> Point {
    suite::hash_to_group(Mode::Poprf, &p.0)
}

/// H(P) of a coin, without the encoding of [`coin_hash`], which costs half as much again.
#[derive(Clone, Copy)]
pub struct CoinHash {
    coin: PointBytes,
    element: RistrettoPoint,
}

impl CoinHash {
    /// Hashes the 32 bytes of a coin's public key.
    pub fn of(coin: &PointBytes) -> Self {
        Self { coin: *coin, element: suite::hash_to_element(Mode::Poprf, &coin.0) }
    }

    /// B = r · H(P), as [`blind`] gives it.
    pub fn blind(&self, blind: &BlindFactor) -> Point {
        Point::from_nonidentity(blind.scalar().inner() * self.element)
    }

    /// P, the bytes that were hashed.
    pub fn coin(&self) -> &PointBytes {
        &self.coin
    }

    pub(super) fn element(&self) -> &RistrettoPoint {
        &self.element
    }
}

impl core::fmt::Debug for CoinHash {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_tuple("CoinHash").field(&self.coin).finish()
    }
}

/// B = r · H(P): what a witness evaluates without learning P.
pub fn blind(element: &Point, blind: &BlindFactor) -> Point {
    times(blind.scalar().inner(), element)
}

/// N = r^-1 · Z: the coin's component, out of a witness's verified evaluation (POPRF-4).
pub fn unblind(evaluated: &Point, blind: &BlindFactor) -> Point {
    let inverse = Zeroizing::new(blind.scalar().inner().invert());
    times(&inverse, evaluated)
}

/// The same for the evaluations of all witnesses of one output; the blind is used up.
pub fn unblind_all(evaluated: &[Point], blind: BlindFactor) -> Vec<Point> {
    if evaluated.is_empty() {
        return Vec::new();
    }
    let half = blind.scalar().half_inverse();
    let halves: Vec<RistrettoPoint> = evaluated.iter().map(|z| *half * z.inner()).collect();
    Point::doubles(&halves)
}
