//! Ed25519: what is accepted is exactly the strict, cofactorless set, and a label is a role.

use crate::crypto_support;

use crypto_support::{entropy, plus_order, witness_key};
use curve25519_dalek::{
    constants::EIGHT_TORSION,
    edwards::{CompressedEdwardsY, EdwardsPoint},
    scalar::Scalar,
    traits::IsIdentity,
};
use proptest::prelude::*;
use ronde_protocol::crypto::{
    KeySlot, PointBytes, PossessionError, ScalarBytes, SignError, Signature, SigningKey, VerifyingKeyBytes, derive,
    labels::{self, ALL},
    possession::{prove_poprf, prove_vote, verify_poprf, verify_vote},
    sign::verify_batch,
};
use sha2::{Digest, Sha512};

const LABEL: &str = labels::VOTE_SIGNATURE;
const PARTS: &[&[u8]] = &[b"message"];

fn key() -> SigningKey {
    SigningKey::from_seed(&[7; 32])
}

/// The key's scalar, as RFC 8032 section 5.1.5 makes it from the seed.
fn scalar_of_key() -> Scalar {
    let hash = Sha512::digest([7; 32]);
    let low: [u8; 32] = hash[..32].try_into().unwrap();
    Scalar::from_bytes_mod_order(curve25519_dalek::scalar::clamp_integer(low))
}

fn challenge(r: &[u8; 32], a: &[u8; 32], message: &[u8]) -> Scalar {
    let hash: [u8; 64] = Sha512::new().chain_update(r).chain_update(a).chain_update(message).finalize().into();
    Scalar::from_bytes_mod_order_wide(&hash)
}

fn join(r: &[u8; 32], s: &[u8; 32]) -> Signature {
    let mut bytes = [0u8; 64];
    bytes[..32].copy_from_slice(r);
    bytes[32..].copy_from_slice(s);
    Signature(bytes)
}

/// The rule, written out from RFC 8032 section 5.1.7 without the cofactor, plus what "strict" adds.
fn reference(a: &[u8; 32], signature: &Signature, message: &[u8]) -> bool {
    let canonical = |bytes: &[u8; 32]| -> Option<EdwardsPoint> {
        let point = CompressedEdwardsY(*bytes).decompress()?;
        (point.compress().0 == *bytes).then_some(point)
    };
    let r: [u8; 32] = signature.0[..32].try_into().unwrap();
    let s: [u8; 32] = signature.0[32..].try_into().unwrap();
    let (Some(a_point), Some(r_point)) = (canonical(a), canonical(&r)) else {
        return false;
    };
    let Some(s) = Option::<Scalar>::from(Scalar::from_canonical_bytes(s)) else {
        return false;
    };
    !a_point.is_identity()
        && a_point.is_torsion_free()
        && !r_point.is_small_order()
        && EdwardsPoint::mul_base(&s) == r_point + challenge(&r, a, message) * a_point
}

/// Ours: decode the key, then verify.
fn accepted(a: &[u8; 32], signature: &Signature) -> bool {
    VerifyingKeyBytes(*a).decode().is_ok_and(|key| key.verify(LABEL, PARTS, signature).is_ok())
}

/// With the cofactor, as RFC 8032 also allows: what a lenient library would let through.
fn cofactored(a: &EdwardsPoint, r: &EdwardsPoint, s: &Scalar, h: &Scalar) -> bool {
    (EdwardsPoint::mul_base(s) - r - h * a).mul_by_cofactor().is_identity()
}

/// HASH-5.
#[test]
fn the_message_is_the_32_byte_labelled_hash() {
    let signature = key().sign(LABEL, PARTS);
    let public = key().verifying_key();
    assert_eq!(public.verify(LABEL, PARTS, &signature), Ok(()));
    assert!(reference(&public.encode().0, &signature, &derive(LABEL, PARTS)));
    let plain = ed25519_dalek::SigningKey::from_bytes(&[7; 32]);
    let expected = ed25519_dalek::Signer::sign(&plain, &derive(LABEL, PARTS));
    assert_eq!(signature.0, expected.to_bytes());
}

/// GROUP-8 and GROUP-9.
#[test]
fn keys_with_torsion_and_the_identity_are_refused() {
    let honest = EdwardsPoint::mul_base(&scalar_of_key());
    assert_eq!(honest.compress().0, key().verifying_key().encode().0);
    for torsion in EIGHT_TORSION {
        let small = VerifyingKeyBytes(torsion.compress().0).decode();
        let mixed = VerifyingKeyBytes((honest + torsion).compress().0).decode();
        if torsion.is_identity() {
            assert_eq!(small, Err(SignError::IdentityKey));
            assert!(mixed.is_ok());
        } else {
            assert_eq!(small, Err(SignError::TorsionKey));
            assert_eq!(mixed, Err(SignError::TorsionKey));
        }
    }
}

/// GROUP-7. Every encoding that is not canonical: y + p for y < 19, and the sign bit where x is 0.
#[test]
fn non_canonical_key_encodings_are_refused() {
    for y in 0..19u8 {
        for sign in [0, 0x80] {
            let mut bytes = [0xff; 32];
            bytes[0] = 0xed + y;
            bytes[31] = 0x7f | sign;
            assert_eq!(VerifyingKeyBytes(bytes).decode(), Err(SignError::NonCanonicalKey));
        }
    }
    let mut one = [0; 32];
    one[0] = 1;
    one[31] = 0x80;
    let mut minus_one = [0xff; 32];
    minus_one[0] = 0xec;
    for bytes in [one, minus_one] {
        assert!(CompressedEdwardsY(bytes).decompress().is_some(), "dalek reads it");
        assert_eq!(VerifyingKeyBytes(bytes).decode(), Err(SignError::NonCanonicalKey));
    }
}

/// GROUP-10 to GROUP-12: a batch accepts what single verification accepts, and torsion in R does not cancel.
#[test]
fn a_batch_gives_the_verdict_of_each_signature_by_itself() {
    let good = |number: u64| {
        let key = SigningKey::from_seed(&[u8::try_from(number % 3).unwrap(); 32]);
        let message = number.to_le_bytes();
        key.verifying_key().check(LABEL, &[&message], &key.sign(LABEL, &[&message]))
    };
    let all: Vec<_> = (0..100).map(good).collect();
    verify_batch(&all, entropy(1)).unwrap();
    verify_batch(&[], entropy(2)).unwrap();

    // Whoever knows the key can add torsion to R and sign for it: single verification refuses.
    let (a, public) = (scalar_of_key(), key().verifying_key());
    let a_bytes = EdwardsPoint::mul_base(&a).compress().0;
    let with_torsion = |torsion: EdwardsPoint| {
        let nonce = Scalar::from(77u64);
        let r = (EdwardsPoint::mul_base(&nonce) + torsion).compress().0;
        let s = nonce + challenge(&r, &a_bytes, &derive(LABEL, PARTS)) * a;
        let signature = join(&r, &s.to_bytes());
        assert_eq!(public.verify(LABEL, PARTS, &signature).is_ok(), torsion.is_identity());
        public.check(LABEL, PARTS, &signature)
    };
    for (seed, torsion) in (10u8..).zip(EIGHT_TORSION) {
        let alone = [all.clone(), vec![with_torsion(torsion)]].concat();
        let cancelling = [all.clone(), vec![with_torsion(torsion), with_torsion(-torsion)]].concat();
        let eight = [all.clone(), vec![with_torsion(torsion); 8]].concat();
        for batch in [alone, cancelling, eight] {
            assert_eq!(verify_batch(&batch, entropy(seed)).is_ok(), torsion.is_identity(), "{torsion:?}");
        }
    }
    // A bit anywhere, s + L, and R in another spelling.
    let signature = key().sign(LABEL, PARTS);
    let mut wrong: Vec<Signature> = (0..64)
        .map(|at| {
            let mut bytes = signature.0;
            bytes[at] ^= 1;
            Signature(bytes)
        })
        .collect();
    let (r, s): ([u8; 32], [u8; 32]) = (signature.0[..32].try_into().unwrap(), signature.0[32..].try_into().unwrap());
    wrong.extend(plus_order(&Scalar::from_canonical_bytes(s).unwrap()).map(|s| join(&r, &s)));
    let mut identity = [0u8; 32];
    identity[0] = 0xee;
    identity[1..31].fill(0xff);
    identity[31] = 0x7f;
    wrong.push(join(&identity, &s));
    for signature in wrong {
        assert!(public.verify(LABEL, PARTS, &signature).is_err());
        let batch = [all.clone(), vec![public.check(LABEL, PARTS, &signature)]].concat();
        assert_eq!(verify_batch(&batch, entropy(30)), Err(SignError::Wrong), "{signature:?}");
    }
}

/// A and R with every torsion component, R alone of small order, s and s + L: the accept set is the reference's.
/// GROUP-10, GROUP-11 and GROUP-12.
#[test]
fn the_accept_set_is_the_strict_cofactorless_one() {
    let message = derive(LABEL, PARTS);
    let a = scalar_of_key();
    let (mut accepts, mut lenient) = (0, 0);
    for a_torsion in EIGHT_TORSION {
        let a_point = EdwardsPoint::mul_base(&a) + a_torsion;
        let a_bytes = a_point.compress().0;
        for r_torsion in EIGHT_TORSION {
            for nonce in [Scalar::from(0u8), Scalar::from(41u8), Scalar::from(42u8)] {
                let r_point = EdwardsPoint::mul_base(&nonce) + r_torsion;
                let r = r_point.compress().0;
                let h = challenge(&r, &a_bytes, &message);
                let s = nonce + h * a;
                lenient += usize::from(cofactored(&a_point, &r_point, &s, &h));
                let high = plus_order(&s).unwrap();
                for signature in [join(&r, s.as_bytes()), join(&r, &high)] {
                    let ours = accepted(&a_bytes, &signature);
                    assert_eq!(ours, reference(&a_bytes, &signature, &message));
                    accepts += usize::from(ours);
                }
            }
        }
    }
    assert_eq!(lenient, 8 * 8 * 3, "control: with the cofactor all of them pass");
    assert_eq!(accepts, 2, "torsion-free A and R, nonce not zero, s below the order");
}

/// R = identity satisfies the equation with s = h·a; written as 01 00.. or as one of its aliases, it is refused.
#[test]
fn the_identity_as_commitment_is_refused_in_every_spelling() {
    let a_bytes = key().verifying_key().encode().0;
    let mut canonical = [0; 32];
    canonical[0] = 1;
    let mut signed_zero = canonical;
    signed_zero[31] = 0x80;
    let mut plus_p = [0xff; 32];
    plus_p[0] = 0xee;
    plus_p[31] = 0x7f;
    for r in [canonical, signed_zero, plus_p] {
        let h = challenge(&r, &a_bytes, &derive(LABEL, PARTS));
        let s = h * scalar_of_key();
        assert!(!accepted(&a_bytes, &join(&r, s.as_bytes())));
    }
}

#[test]
fn a_spoiled_bit_is_refused() {
    let good = key().sign(LABEL, PARTS);
    let public = key().verifying_key();
    for at in 0..512 {
        let mut spoiled = good;
        spoiled.0[at / 8] ^= 1 << (at % 8);
        assert_eq!(public.verify(LABEL, PARTS, &spoiled), Err(SignError::Wrong));
    }
    let other: &[&[u8]] = &[b"mess", b"age"];
    assert_eq!(public.verify(LABEL, other, &good), Err(SignError::Wrong));
    let stranger = SigningKey::from_seed(&[8; 32]).verifying_key();
    assert_eq!(stranger.verify(LABEL, PARTS, &good), Err(SignError::Wrong));
}

#[test]
fn a_signature_of_one_label_verifies_under_no_other() {
    let public = key().verifying_key();
    for (made, label) in ALL {
        let signature = key().sign(label, PARTS);
        for (shown, other) in ALL {
            let outcome = public.verify(other, PARTS, &signature);
            assert_eq!(outcome.is_ok(), made == shown, "{made} as {shown}");
        }
    }
}

const FEDERATION: [u8; 32] = [1; 32];
const SLOT: KeySlot<'_> = KeySlot { federation: &FEDERATION, keyset: 3, index: 1 };

fn other_slots() -> [KeySlot<'static>; 3] {
    [KeySlot { federation: &[2; 32], ..SLOT }, KeySlot { keyset: 4, ..SLOT }, KeySlot { index: 2, ..SLOT }]
}

/// PROOF-9.
#[test]
fn possession_of_a_vote_key_is_for_one_place() {
    let proof = prove_vote(&key(), &SLOT);
    let public = key().verifying_key();
    assert_eq!(verify_vote(&public, &SLOT, &proof), Ok(()));
    for slot in other_slots() {
        assert_eq!(verify_vote(&public, &slot, &proof), Err(SignError::Wrong));
    }
    let stranger = SigningKey::from_seed(&[8; 32]).verifying_key();
    assert_eq!(verify_vote(&stranger, &SLOT, &proof), Err(SignError::Wrong));
}

/// PROOF-9 and PROOF-10.
#[test]
fn possession_of_a_poprf_key_is_for_one_place() {
    let key = witness_key(1);
    let proof = prove_poprf(&key, &SLOT, entropy(1));
    let public = key.public();
    assert_eq!(verify_poprf(&public, &SLOT, &proof), Ok(()));
    for slot in other_slots() {
        assert_eq!(verify_poprf(&public, &slot, &proof), Err(PossessionError::Wrong));
    }
    let stranger = witness_key(2).public();
    assert_eq!(verify_poprf(&stranger, &SLOT, &proof), Err(PossessionError::Wrong));
    let mut spoiled = proof;
    for at in 0..256 {
        spoiled.r = proof.r;
        spoiled.s = proof.s;
        spoiled.s.0[at / 8] ^= 1 << (at % 8);
        assert!(verify_poprf(&public, &SLOT, &spoiled).is_err());
        spoiled.s = proof.s;
        spoiled.r.0[at / 8] ^= 1 << (at % 8);
        assert!(verify_poprf(&public, &SLOT, &spoiled).is_err());
    }
    spoiled = proof;
    spoiled.r = PointBytes([0; 32]);
    assert_eq!(verify_poprf(&public, &SLOT, &spoiled), Err(PossessionError::Commitment));
    spoiled = proof;
    spoiled.s = ScalarBytes([0xff; 32]);
    assert_eq!(verify_poprf(&public, &SLOT, &spoiled), Err(PossessionError::Response));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn signatures_verify_for_their_label_and_parts_alone(
        seed in any::<[u8; 32]>(), made in 0..ALL.len(), shown in 0..ALL.len(),
        one in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..4), 0..3),
        two in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..4), 0..3),
    ) {
        fn parts(list: &[Vec<u8>]) -> Vec<&[u8]> {
            list.iter().map(Vec::as_slice).collect()
        }
        let key = SigningKey::from_seed(&seed);
        let signature = key.sign(ALL[made].1, &parts(&one));
        let public = key.verifying_key().encode().decode().unwrap();
        let fits = public.verify(ALL[shown].1, &parts(&two), &signature).is_ok();
        prop_assert_eq!(fits, made == shown && one == two);
        prop_assert!(public.verify(ALL[made].1, &parts(&one), &signature).is_ok());
    }
}
