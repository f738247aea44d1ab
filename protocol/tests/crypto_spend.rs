//! The signature by all coin keys of an order.

use crate::crypto_support;

use crypto_support::{coin, entropy, plus_order};
use curve25519_dalek::{ristretto::RistrettoPoint, scalar::Scalar};
use proptest::prelude::*;
use ronde_protocol::crypto::{
    CoinSecret, Entropy, Point, PointBytes, ScalarBytes, SpendCheck, SpendError, SpendPurpose, SpendSignature,
    spend::{sign, verify, verify_batch},
    xof,
};

const DIGEST: [u8; 32] = [5; 32];
const PURPOSES: [SpendPurpose; 3] = [SpendPurpose::Order, SpendPurpose::Probe, SpendPurpose::RefundClaim];

fn coins(count: u64) -> Vec<CoinSecret> {
    (1..=count).map(|i| coin(10 * i)).collect()
}

fn keys(coins: &[CoinSecret]) -> Vec<Point> {
    coins.iter().map(CoinSecret::public).collect()
}

fn signed(coins: &[CoinSecret], purpose: SpendPurpose) -> SpendSignature {
    let secrets: Vec<&CoinSecret> = coins.iter().collect();
    sign(purpose, &secrets, &DIGEST, entropy(1)).unwrap()
}

/// Verifies alone and as a batch of one: both must say the same.
fn both(
    purpose: SpendPurpose,
    keys: &[Point],
    digest: &[u8; 32],
    signature: &SpendSignature,
) -> Result<(), SpendError> {
    let alone = verify(purpose, keys, digest, signature);
    let check = SpendCheck { purpose, keys, digest, signature };
    assert_eq!(verify_batch(&[check], entropy(3)), alone);
    alone
}

#[test]
fn one_to_256_keys_sign_together() {
    for count in [1, 2, 3, 17, 256] {
        let coins = coins(count);
        let signature = signed(&coins, SpendPurpose::Order);
        assert_eq!(both(SpendPurpose::Order, &keys(&coins), &DIGEST, &signature), Ok(()));
    }
}

/// SPEND-5.
#[test]
fn the_equation_is_the_written_one() {
    let coins = coins(3);
    let signature = signed(&coins, SpendPurpose::Order);
    let label = SpendPurpose::Order.label();
    let mut blocks = xof(label, &[&signature.r.0, &DIGEST]);
    let decoded = |bytes: &[u8; 32]| curve25519_dalek::ristretto::CompressedRistretto(*bytes).decompress().unwrap();
    let mut right = decoded(&signature.r.0);
    for key in keys(&coins) {
        right += Scalar::from(blocks.next_u128()) * decoded(key.as_bytes());
    }
    let s = Scalar::from_canonical_bytes(signature.s.0).unwrap();
    assert_eq!(RistrettoPoint::mul_base(&s), right);
}

/// SPEND-3.
#[test]
fn a_signature_of_one_purpose_serves_no_other() {
    let coins = coins(2);
    for made in PURPOSES {
        let signature = signed(&coins, made);
        for shown in PURPOSES {
            let outcome = both(shown, &keys(&coins), &DIGEST, &signature);
            assert_eq!(outcome.is_ok(), made == shown, "{made:?} as {shown:?}");
        }
    }
}

#[test]
fn a_spoiled_bit_is_refused() {
    let coins = coins(2);
    let keys = keys(&coins);
    let good = signed(&coins, SpendPurpose::Order);
    for at in 0..256 {
        let (byte, bit) = (at / 8, 1 << (at % 8));
        let mut r = good;
        r.r.0[byte] ^= bit;
        let mut s = good;
        s.s.0[byte] ^= bit;
        let mut digest = DIGEST;
        digest[byte] ^= bit;
        assert!(both(SpendPurpose::Order, &keys, &DIGEST, &r).is_err());
        assert!(both(SpendPurpose::Order, &keys, &DIGEST, &s).is_err());
        assert!(both(SpendPurpose::Order, &keys, &digest, &good).is_err());
    }
}

/// SPEND-2 and SPEND-6.
#[test]
fn keys_missing_added_exchanged_or_moved_are_refused() {
    let coins = coins(3);
    let good = keys(&coins);
    let signature = signed(&coins, SpendPurpose::Order);
    let mut moved = good.clone();
    moved.swap(0, 2);
    let mut exchanged = good.clone();
    exchanged[1] = coin(999).public();
    let mut added = good.clone();
    added.push(coin(999).public());
    for list in [&good[..2], &good[1..], &moved, &exchanged, &added] {
        assert_eq!(both(SpendPurpose::Order, list, &DIGEST, &signature), Err(SpendError::Wrong));
    }
    assert_eq!(both(SpendPurpose::Order, &[], &DIGEST, &signature), Err(SpendError::NoKeys));
    let unsigned = sign(SpendPurpose::Order, &[], &DIGEST, entropy(1));
    assert_eq!(unsigned, Err(SpendError::NoKeys));
}

/// SPEND-7 and SPEND-8.
#[test]
fn non_canonical_parts_and_the_identity_are_refused() {
    let coins = coins(1);
    let keys = keys(&coins);
    let good = signed(&coins, SpendPurpose::Order);
    let s = Scalar::from_canonical_bytes(good.s.0).unwrap();
    let high = SpendSignature { s: ScalarBytes(plus_order(&s).unwrap()), ..good };
    assert_eq!(both(SpendPurpose::Order, &keys, &DIGEST, &high), Err(SpendError::Response));
    for bytes in [[0; 32], [0xff; 32], [1; 32]] {
        let bad = SpendSignature { r: PointBytes(bytes), ..good };
        assert_eq!(both(SpendPurpose::Order, &keys, &DIGEST, &bad), Err(SpendError::Commitment));
    }
    // With r = 0 the equation holds, yet R may not be the identity.
    let mut blocks = xof(SpendPurpose::Order.label(), &[&[0; 32], &DIGEST]);
    let s = Scalar::from(blocks.next_u128()) * Scalar::from(10u8);
    let zero = SpendSignature { r: PointBytes([0; 32]), s: ScalarBytes(s.to_bytes()) };
    assert_eq!(both(SpendPurpose::Order, &keys, &DIGEST, &zero), Err(SpendError::Commitment));
}

/// SPEND-9.
#[test]
fn one_bad_signature_spoils_its_batch() {
    let coins: Vec<Vec<CoinSecret>> = (1..5).map(coins).collect();
    let lists: Vec<Vec<Point>> = coins.iter().map(|list| keys(list)).collect();
    let good: Vec<_> = coins.iter().map(|list| signed(list, SpendPurpose::Order)).collect();
    let outcome = |signatures: &[SpendSignature]| {
        let checks: Vec<SpendCheck<'_>> = signatures
            .iter()
            .zip(&lists)
            .map(|(signature, keys)| SpendCheck { purpose: SpendPurpose::Order, keys, digest: &DIGEST, signature })
            .collect();
        verify_batch(&checks, entropy(2))
    };
    assert_eq!(outcome(&good), Ok(()));
    assert_eq!(outcome(&[]), Ok(()));
    for at in 0..good.len() {
        let mut spoiled = good.clone();
        spoiled[at].s = good[(at + 1) % good.len()].s;
        assert_eq!(outcome(&spoiled), Err(SpendError::Wrong));
    }
    // s_1 + 1 and s_2 - 1 cancel in a plain sum; the weights are what finds them.
    let mut cancelling = good.clone();
    for (signature, change) in cancelling.iter_mut().zip([Scalar::ONE, -Scalar::ONE]) {
        let s = Scalar::from_canonical_bytes(signature.s.0).unwrap() + change;
        signature.s = ScalarBytes(s.to_bytes());
    }
    assert_eq!(outcome(&cancelling), Err(SpendError::Wrong));
}

/// SPEND-4.
#[test]
fn a_nonce_depends_on_keys_digest_purpose_and_randomness() {
    let coins = coins(2);
    let (first, both_coins) = ([&coins[0]], [&coins[0], &coins[1]]);
    let commitments = [
        sign(SpendPurpose::Order, &first, &DIGEST, entropy(1)),
        sign(SpendPurpose::Order, &both_coins, &DIGEST, entropy(1)),
        sign(SpendPurpose::Probe, &first, &DIGEST, entropy(1)),
        sign(SpendPurpose::Order, &first, &[6; 32], entropy(1)),
        sign(SpendPurpose::Order, &first, &DIGEST, entropy(2)),
    ]
    .map(|signature| signature.unwrap().r);
    for (i, one) in commitments.iter().enumerate() {
        assert!(!commitments[..i].contains(one));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn signatures_verify_for_their_digest_alone(
        count in 1u64..6, digest in any::<[u8; 32]>(), other in any::<[u8; 32]>(),
        fresh in any::<[u8; 32]>(),
    ) {
        let coins = coins(count);
        let secrets: Vec<&CoinSecret> = coins.iter().collect();
        let signature = sign(SpendPurpose::Order, &secrets, &digest, Entropy::new(fresh)).unwrap();
        let keys = keys(&coins);
        prop_assert_eq!(both(SpendPurpose::Order, &keys, &digest, &signature), Ok(()));
        let elsewhere = both(SpendPurpose::Order, &keys, &other, &signature);
        prop_assert_eq!(elsewhere.is_ok(), digest == other);
    }
}
