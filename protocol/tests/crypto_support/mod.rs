//! Shared by the tests of the crypto layer.
#![allow(dead_code, reason = "each test binary uses a part of it")]

pub mod rfc9497;

use curve25519_dalek::{ristretto::RistrettoPoint, scalar::Scalar};
use proptest::prelude::*;
use ronde_protocol::crypto::{
    CoinSecret, Entropy, EvaluationContext, EvaluationItem, Point, PointBytes, PoprfSecretKey, SecretScalar, Tweak,
};

/// Randomness of a test: one byte, repeated.
pub fn entropy(byte: u8) -> Entropy {
    Entropy::new([byte; 32])
}

/// A checked element out of dalek's.
pub fn point(element: RistrettoPoint) -> Point {
    PointBytes(element.compress().0).decode().unwrap()
}

/// dalek's element out of a checked one.
pub fn element(point: &Point) -> RistrettoPoint {
    curve25519_dalek::ristretto::CompressedRistretto(*point.as_bytes()).decompress().unwrap()
}

/// A secret scalar out of dalek's.
pub fn secret(scalar: Scalar) -> SecretScalar {
    SecretScalar::from_canonical(&scalar.to_bytes()).unwrap()
}

/// A coin out of a small number.
pub fn coin(number: u64) -> CoinSecret {
    CoinSecret::from_secret(secret(Scalar::from(number)))
}

/// A witness's key out of one byte.
pub fn witness_key(byte: u8) -> PoprfSecretKey {
    PoprfSecretKey::from_seed(&[byte; 32]).unwrap()
}

/// A tweak out of a small number.
pub fn tweak(number: u8) -> Tweak {
    Tweak::of_fixed_info(&[number])
}

/// Outputs of mixed classes, evaluated with a key.
pub fn evaluated(key: &PoprfSecretKey, count: u8) -> Vec<EvaluationItem> {
    (0..count)
        .map(|i| {
            let blinded = point(RistrettoPoint::mul_base(&Scalar::from(1000 + u64::from(i))));
            let tweak = tweak(i % 3);
            EvaluationItem { tweak, blinded, evaluated: key.evaluate(&tweak, &blinded).unwrap() }
        })
        .collect()
}

/// A context out of bytes that outlive it.
pub fn context<'a>(federation: &'a [u8; 32], digest: &'a [u8; 32]) -> EvaluationContext<'a> {
    EvaluationContext { federation, keyset: 7, index: 2, digest }
}

/// Any non-zero scalar.
pub fn any_scalar() -> impl Strategy<Value = Scalar> {
    (any::<[u8; 32]>(), any::<[u8; 32]>()).prop_filter_map("zero", |(low, high)| {
        let mut wide = [0u8; 64];
        wide[..32].copy_from_slice(&low);
        wide[32..].copy_from_slice(&high);
        Some(Scalar::from_bytes_mod_order_wide(&wide)).filter(|scalar| *scalar != Scalar::ZERO)
    })
}

/// s + L: the same number modulo L, and yet must never be taken for it.
pub fn plus_order(scalar: &Scalar) -> Option<[u8; 32]> {
    let mut carry = 0u16;
    let mut out = [0u8; 32];
    // L is one more than the canonical encoding of -1.
    let order_minus_one = (-Scalar::ONE).to_bytes();
    for i in 0..32 {
        let one = u16::from(i == 0);
        let sum = u16::from(scalar.as_bytes()[i]) + u16::from(order_minus_one[i]) + one + carry;
        out[i] = sum as u8;
        carry = sum >> 8;
    }
    (carry == 0).then_some(out)
}
