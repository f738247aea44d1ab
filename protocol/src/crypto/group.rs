//! ristretto255 (RFC 9496): wire forms, and values that were checked.

use alloc::vec::Vec;
use core::fmt;
use core::hash::{Hash, Hasher};

use bincode::{Decode, Encode};
use curve25519_dalek::{
    constants::RISTRETTO_BASEPOINT_POINT,
    ristretto::{CompressedRistretto, RistrettoPoint},
    scalar::Scalar,
    traits::{Identity, IsIdentity, VartimeMultiscalarMul},
};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use thiserror::Error;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::redact::{hex_debug, redacted_debug};

/// Why bytes are no point or no scalar of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum GroupError {
    /// Not the canonical encoding of a group element (RFC 9496 section 4.3.1; GROUP-1).
    #[error("not a canonical ristretto255 encoding")]
    NonCanonical,
    /// The identity element, which no message of ours may carry (GROUP-2).
    #[error("the identity element")]
    Identity,
    /// Not below the group order (GROUP-3).
    #[error("scalar not below the group order")]
    NonCanonicalScalar,
    /// Zero, where a secret or a blind is expected (GROUP-4).
    #[error("zero scalar")]
    ZeroScalar,
}

/// 32 bytes said to encode a group element; nobody has looked at them yet. Ordered as byte strings.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub struct PointBytes(pub [u8; 32]);

/// 32 bytes, little endian, said to be a scalar; nobody has looked at them yet.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub struct ScalarBytes(pub [u8; 32]);

hex_debug!(PointBytes, ScalarBytes);

impl PointBytes {
    /// Decodes the element (RFC 9496 section 4.3.1).
    ///
    /// # Errors
    /// [`GroupError::NonCanonical`], [`GroupError::Identity`].
    pub fn decode(&self) -> Result<Point, GroupError> {
        let point = CompressedRistretto(self.0).decompress().ok_or(GroupError::NonCanonical)?;
        if point.is_identity() {
            return Err(GroupError::Identity);
        }
        Ok(Point { point, bytes: *self })
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl ScalarBytes {
    /// Decodes the scalar; zero is allowed.
    ///
    /// # Errors
    /// [`GroupError::NonCanonicalScalar`].
    pub fn decode(&self) -> Result<PublicScalar, GroupError> {
        Option::from(Scalar::from_canonical_bytes(self.0)).map(PublicScalar).ok_or(GroupError::NonCanonicalScalar)
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// A group element that is not the identity, with its encoding. Equality is that of the encodings.
#[derive(Clone, Copy)]
pub struct Point {
    point: RistrettoPoint,
    bytes: PointBytes,
}

impl Point {
    /// The group's generator G.
    pub fn generator() -> Self {
        Self::from_nonidentity(RISTRETTO_BASEPOINT_POINT)
    }

    /// The canonical encoding.
    pub fn encode(&self) -> PointBytes {
        self.bytes
    }

    /// The canonical encoding, as bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.bytes.0
    }

    /// An element that algebra says is not the identity: a non-zero multiple of one that is not.
    pub(crate) fn from_nonidentity(point: RistrettoPoint) -> Self {
        Self { bytes: PointBytes(point.compress().0), point }
    }

    /// Twice each of these, none of which is the identity. To encode an element takes an inversion; doubles of many share one.
    pub(super) fn doubles(halves: &[RistrettoPoint]) -> Vec<Self> {
        let encodings = RistrettoPoint::double_and_compress_batch(halves);
        let doubled = halves.iter().zip(encodings);
        doubled.map(|(half, bytes)| Self { point: half + half, bytes: PointBytes(bytes.0) }).collect()
    }

    /// The one-way map from 64 uniform bytes (RFC 9496 section 4.3.4).
    ///
    /// See GROUP-6 for the identity.
    pub fn from_uniform_bytes(uniform: &[u8; 64]) -> Self {
        Self::from_nonidentity(element_from_uniform_bytes(uniform))
    }

    pub(crate) fn inner(&self) -> &RistrettoPoint {
        &self.point
    }
}

impl PartialEq for Point {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

impl Eq for Point {}

impl Hash for Point {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.bytes.hash(state);
    }
}

impl fmt::Debug for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        super::redact::hex_tuple(f, "Point", &self.bytes.0)
    }
}

/// The one-way map, without the encoding of what it gives.
///
/// Were the image the identity, which nobody can bring about by hashing (2^-252), the generator stands in (GROUP-6).
pub(super) fn element_from_uniform_bytes(uniform: &[u8; 64]) -> RistrettoPoint {
    let point = RistrettoPoint::from_uniform_bytes(uniform);
    if point.is_identity() { RISTRETTO_BASEPOINT_POINT } else { point }
}

/// From so many terms on the arithmetic below sorts them into buckets, and the more there are the less each costs.
const BUCKETS_FROM: usize = 190;
/// With fewer, each term has a table of its own: of more than this many the tables leave the processor's nearest memory.
const TABLES_AT_ONCE: usize = 40;

/// The sum of scalar times element over all terms, none of them secret, in variable time. Of no terms, the identity.
fn multiscalar(scalars: &[Scalar], points: &[RistrettoPoint]) -> RistrettoPoint {
    if scalars.len() >= BUCKETS_FROM {
        return RistrettoPoint::vartime_multiscalar_mul(scalars, points);
    }
    let parts = scalars.len().div_ceil(TABLES_AT_ONCE).max(1);
    let length = scalars.len().div_ceil(parts).max(1);
    let pieces = scalars.chunks(length).zip(points.chunks(length));
    pieces.fold(RistrettoPoint::identity(), |sum, (s, p)| sum + RistrettoPoint::vartime_multiscalar_mul(s, p))
}

/// Terms of a sum of scalar times element. None is a secret that outlives the check it is made for.
#[derive(Default)]
pub(super) struct Terms {
    scalars: Vec<Scalar>,
    points: Vec<RistrettoPoint>,
}

impl Terms {
    pub(super) fn push(&mut self, scalar: Scalar, point: RistrettoPoint) {
        self.scalars.push(scalar);
        self.points.push(point);
    }

    pub(super) fn append(&mut self, other: Self) {
        self.scalars.extend_from_slice(&other.scalars);
        self.points.extend_from_slice(&other.points);
    }

    pub(super) fn len(&self) -> usize {
        self.scalars.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&Scalar, &RistrettoPoint)> {
        self.scalars.iter().zip(&self.points)
    }

    pub(super) fn sum(&self) -> RistrettoPoint {
        multiscalar(&self.scalars, &self.points)
    }
}

// Whoever knew the weights of a batch while it is checked could make errors that cancel. Once it is checked they are worth
// nothing; so they are wiped here, and not wherever they were computed.
impl Drop for Terms {
    fn drop(&mut self) {
        self.scalars.zeroize();
    }
}

/// A scalar that everybody may know. Variable-time arithmetic on it is fine.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicScalar(pub(crate) Scalar);

impl PublicScalar {
    /// The canonical encoding.
    pub fn encode(&self) -> ScalarBytes {
        ScalarBytes(self.0.to_bytes())
    }
}

impl fmt::Debug for PublicScalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        super::redact::hex_tuple(f, "PublicScalar", self.0.as_bytes())
    }
}

/// A secret scalar, never zero: wiped when dropped, not printed, not cloned, compared in constant time only.
#[derive(ZeroizeOnDrop)]
pub struct SecretScalar(Scalar);

redacted_debug!(SecretScalar);

impl SecretScalar {
    /// A secret scalar from its canonical encoding.
    ///
    /// # Errors
    /// [`GroupError::NonCanonicalScalar`], [`GroupError::ZeroScalar`].
    pub fn from_canonical(bytes: &[u8; 32]) -> Result<Self, GroupError> {
        let scalar: Option<Scalar> = Scalar::from_canonical_bytes(*bytes).into();
        let secret = Self(scalar.ok_or(GroupError::NonCanonicalScalar)?);
        if bool::from(secret.0.ct_eq(&Scalar::ZERO)) {
            return Err(GroupError::ZeroScalar);
        }
        Ok(secret)
    }

    /// 64 uniform bytes, little endian, reduced. Zero (2^-252) becomes one (GROUP-5): there is no error to handle.
    pub(crate) fn from_wide(wide: &[u8; 64]) -> Self {
        let reduced = Zeroizing::new(Scalar::from_bytes_mod_order_wide(wide));
        let zero = reduced.ct_eq(&Scalar::ZERO);
        Self(Scalar::conditional_select(&reduced, &Scalar::ONE, zero))
    }

    /// Half of 1/s, for elements that [`Point::doubles`] doubles again; in constant time.
    pub(super) fn half_inverse(&self) -> Zeroizing<Scalar> {
        let inverse = Zeroizing::new(self.0.invert());
        Zeroizing::new(inverse.div_by_2())
    }

    /// The canonical encoding. The name is a warning: only storage and tests have a reason to call this.
    pub fn expose_bytes(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_bytes())
    }

    /// This multiple of the generator, in constant time.
    pub(crate) fn times_generator(&self) -> Point {
        Point::from_nonidentity(RistrettoPoint::mul_base(&self.0))
    }

    pub(crate) fn inner(&self) -> &Scalar {
        &self.0
    }
}

impl ConstantTimeEq for SecretScalar {
    fn ct_eq(&self, other: &Self) -> Choice {
        self.0.ct_eq(&other.0)
    }
}

#[cfg(test)]
mod tests;
