//! Wire forms: plain fixed-size bytes, refused unless canonical when decoded.

use crate::crypto_support;

use bincode::{Decode, Encode, config};
use crypto_support::{any_scalar, plus_order};
use curve25519_dalek::{ristretto::RistrettoPoint, scalar::Scalar, traits::IsIdentity};
use proptest::prelude::*;
use ronde_protocol::crypto::{
    EvaluationProof, GroupError, Point, PointBytes, PossessionProof, ScalarBytes, SecretScalar, Signature,
    SpendSignature, VerifyingKeyBytes,
};

/// Encodes to exactly `size` bytes that are the content itself, and back.
fn plain<T: Encode + Decode<()> + PartialEq + core::fmt::Debug>(value: &T, content: &[u8]) {
    let config = config::standard().with_little_endian().with_fixed_int_encoding();
    let bytes = bincode::encode_to_vec(value, config).unwrap();
    assert_eq!(bytes, content);
    let (back, used): (T, usize) = bincode::decode_from_slice(&bytes, config).unwrap();
    assert_eq!((&back, used), (value, content.len()));
    assert!(bincode::decode_from_slice::<T, _>(&bytes[..bytes.len() - 1], config).is_err());
    let hex = hex::encode(&content[..32]);
    assert!(format!("{value:?}").contains(&hex), "prints as hex");
}

#[test]
fn wire_forms_are_their_bytes_without_any_length() {
    let all: [u8; 64] = core::array::from_fn(|i| i as u8);
    let low: [u8; 32] = all[..32].try_into().unwrap();
    let high: [u8; 32] = all[32..].try_into().unwrap();
    plain(&PointBytes(low), &low);
    plain(&ScalarBytes(low), &low);
    plain(&VerifyingKeyBytes(low), &low);
    plain(&Signature(all), &all);
    let (r, s) = (PointBytes(low), ScalarBytes(high));
    plain(&SpendSignature { r, s }, &all);
    plain(&PossessionProof { r, s }, &all);
    let (challenge, response) = (ScalarBytes(low), ScalarBytes(high));
    plain(&EvaluationProof { challenge, response }, &all);
}

#[test]
fn points_are_ordered_as_byte_strings() {
    let mut small = [0u8; 32];
    small[31] = 0xff;
    let mut large = [0u8; 32];
    large[0] = 1;
    assert!(PointBytes(small) < PointBytes(large));
}

/// GROUP-6. MAP of zero is the identity, and so is the sum of two of them.
#[test]
fn where_the_one_way_map_gives_the_identity_the_generator_stands_in() {
    assert!(RistrettoPoint::from_uniform_bytes(&[0; 64]).is_identity(), "control");
    assert_eq!(Point::from_uniform_bytes(&[0; 64]), Point::generator());
}

/// GROUP-3 and GROUP-4.
#[test]
fn scalars_at_the_order_are_refused() {
    let order = plus_order(&Scalar::ZERO).unwrap();
    assert_eq!(hex::encode(order), "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
    assert_eq!(ScalarBytes(order).decode(), Err(GroupError::NonCanonicalScalar));
    assert_eq!(ScalarBytes([0xff; 32]).decode(), Err(GroupError::NonCanonicalScalar));
    assert_eq!(SecretScalar::from_canonical(&order).unwrap_err(), GroupError::NonCanonicalScalar);
    assert_eq!(SecretScalar::from_canonical(&[0; 32]).unwrap_err(), GroupError::ZeroScalar);
    assert!(ScalarBytes([0; 32]).decode().is_ok(), "a public scalar may be zero");
    assert!(ScalarBytes((-Scalar::ONE).to_bytes()).decode().is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn only_one_encoding_of_a_point_decodes(scalar in any_scalar(), at in 0usize..256) {
        let encoded = PointBytes(RistrettoPoint::mul_base(&scalar).compress().0);
        let decoded = encoded.decode().unwrap();
        prop_assert_eq!(decoded.encode(), encoded);
        let mut other = encoded;
        other.0[at / 8] ^= 1 << (at % 8);
        if let Ok(point) = other.decode() {
            prop_assert_eq!(point.encode(), other);
            prop_assert_ne!(point, decoded);
        }
    }

    #[test]
    fn only_one_encoding_of_a_scalar_decodes(scalar in any_scalar()) {
        let encoded = ScalarBytes(scalar.to_bytes());
        prop_assert_eq!(encoded.decode().unwrap().encode(), encoded);
        if let Some(alias) = plus_order(&scalar) {
            prop_assert_eq!(ScalarBytes(alias).decode(), Err(GroupError::NonCanonicalScalar));
        }
    }

    #[test]
    fn any_bytes_decode_to_themselves_or_not_at_all(bytes in any::<[u8; 32]>()) {
        if let Ok(point) = PointBytes(bytes).decode() {
            prop_assert_eq!(point.as_bytes(), &bytes);
        }
        if let Ok(scalar) = ScalarBytes(bytes).decode() {
            prop_assert_eq!(scalar.encode().0, bytes);
        }
        if let Ok(key) = VerifyingKeyBytes(bytes).decode() {
            prop_assert_eq!(key.encode().0, bytes);
        }
    }
}
