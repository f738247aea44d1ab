//! Scalars and elements by another way than the library's own: straight from the curve library.

use curve25519_dalek::{
    constants::EIGHT_TORSION,
    edwards::CompressedEdwardsY,
    ristretto::{CompressedRistretto, RistrettoPoint},
    scalar::Scalar,
};

use super::super::draw;

/// An encoding of nothing: RFC 9496 A.2, a negative field element.
pub const NEGATIVE: &str = "0100000000000000000000000000000000000000000000000000000000000000";
/// The identity, and the scalar zero.
pub const IDENTITY: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// A scalar of a name: the same each time.
pub fn scalar(name: &str) -> Scalar {
    Scalar::from_bytes_mod_order_wide(&draw::bytes(name))
}

/// In hexadecimal.
pub fn hex_of(scalar: &Scalar) -> String {
    hex::encode(scalar.to_bytes())
}

/// An element in hexadecimal.
pub fn hex_of_point(point: &RistrettoPoint) -> String {
    hex::encode(point.compress().0)
}

/// A multiple of the generator.
pub fn base(scalar: &Scalar) -> RistrettoPoint {
    RistrettoPoint::mul_base(scalar)
}

/// An element that is known to be one.
pub fn element(text: &str) -> Result<RistrettoPoint, String> {
    let bytes = hex::decode(text).map_err(|why| why.to_string())?;
    let compressed = CompressedRistretto::from_slice(&bytes).map_err(|why| why.to_string())?;
    compressed.decompress().ok_or_else(|| format!("no element: {text}"))
}

/// A scalar that is known to be one.
pub fn canonical(text: &str) -> Result<Scalar, String> {
    let bytes = hex::decode(text).map_err(|why| why.to_string())?;
    let bytes = bytes.try_into().map_err(|_| "a scalar has 32 bytes")?;
    Option::from(Scalar::from_canonical_bytes(bytes)).ok_or_else(|| format!("no scalar: {text}"))
}

/// An Ed25519 key, moved by a point of order 8.
pub fn torsion_key(key: &[u8; 32]) -> String {
    let moved = CompressedEdwardsY(*key).decompress().map(|point| point + EIGHT_TORSION[1]);
    moved.map(|point| hex::encode(point.compress().0)).unwrap_or_default()
}

/// s + L as 32 bytes: the same number modulo L, and yet never to be taken for it.
pub fn plus_order(scalar: &Scalar) -> [u8; 32] {
    plus_order_of(scalar.to_bytes())
}

/// The same for a number that is not reduced.
pub fn plus_order_of(number: [u8; 32]) -> [u8; 32] {
    // L is one more than the canonical encoding of -1.
    let mut carry = 1;
    let mut sum = [0; 32];
    for (to, (a, b)) in sum.iter_mut().zip(number.iter().zip((-Scalar::ONE).to_bytes())) {
        let column = u16::from(*a) + u16::from(b) + carry;
        *to = column as u8;
        carry = column >> 8;
    }
    sum
}

/// L itself.
pub fn order() -> [u8; 32] {
    plus_order(&Scalar::ZERO)
}
