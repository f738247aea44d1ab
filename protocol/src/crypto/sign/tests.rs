use super::*;
use crate::crypto::labels;

/// Whoever remembers a good signature takes no other for it.
#[test]
fn a_signature_that_is_remembered_vouches_for_its_own_key_message_and_bytes_alone() {
    let (key, other) = (SigningKey::from_seed(&[1; 32]), SigningKey::from_seed(&[2; 32]));
    let signature = key.sign(labels::VOTE_SIGNATURE, &[b"order"]);
    let good = key.verifying_key().check(labels::VOTE_SIGNATURE, &[b"order"], &signature);
    ronde_remember::during(|| {
        assert_eq!([good.verify(), good.verify()], [Ok(()); 2]);
        assert_eq!(SignatureCheck { key: other.verifying_key(), ..good }.verify(), Err(SignError::Wrong));
        for at in 0..32 {
            let mut message = good.message;
            message[at] ^= 1;
            assert_eq!(SignatureCheck { message, ..good }.verify(), Err(SignError::Wrong), "byte {at} of the message");
        }
        for at in 0..64 {
            let mut signature = good.signature;
            signature.0[at] ^= 1;
            assert_eq!(SignatureCheck { signature, ..good }.verify(), Err(SignError::Wrong), "byte {at}");
        }
    });
}

/// GROUP-11
#[test]
fn the_list_of_small_orders_is_that_of_the_eight_torsion_elements() {
    let mut listed = SMALL_ORDER;
    let mut torsion = curve25519_dalek::constants::EIGHT_TORSION.map(|point| point.compress().0);
    listed.sort_unstable();
    torsion.sort_unstable();
    assert_eq!(listed, torsion);
}

/// GROUP-10, GROUP-11, GROUP-12: R and s of every kind, and R off by each element of small order.
#[test]
fn the_verdict_is_that_of_strict_verification() {
    let key = SigningKey::from_seed(&[7; 32]);
    let good =
        key.verifying_key().check(labels::VOTE_SIGNATURE, &[b"order"], &key.sign(labels::VOTE_SIGNATURE, &[b"order"]));
    let strict = |check: &SignatureCheck| {
        let signature = ed25519_dalek::Signature::from_bytes(&check.signature.0);
        check.key.0.verify_strict(&check.message, &signature).is_ok()
    };
    let (r, s) = good.signature.0.split_first_chunk::<32>().unwrap();
    let r = CompressedEdwardsY(*r).decompress().unwrap();
    let torsion = curve25519_dalek::constants::EIGHT_TORSION;
    let moved = torsion.iter().map(|point| (r + point).compress().0);
    let not_reduced = [[0xee; 1], [0xed; 1]].map(|[low]| {
        let mut bytes = [0xff; 32];
        (bytes[0], bytes[31]) = (low, 0x7f);
        bytes
    });
    let (mut passed, mut tried) = (0, 0);
    for r in moved.chain(torsion.map(|point| point.compress().0)).chain(not_reduced).chain([[2; 32]]) {
        let mut high = *s.first_chunk::<32>().unwrap();
        high[31] |= 0x80;
        for s in [*s.first_chunk::<32>().unwrap(), [0; 32], [0xff; 32], high] {
            let mut signature = Signature([0; 64]);
            signature.0[..32].copy_from_slice(&r);
            signature.0[32..].copy_from_slice(&s);
            let check = SignatureCheck { signature, ..good };
            assert_eq!(check.verify().is_ok(), strict(&check), "{signature:?}");
            passed += usize::from(strict(&check));
            tried += 1;
        }
    }
    assert_eq!((passed, tried), (1, 76), "the good one alone");
}
