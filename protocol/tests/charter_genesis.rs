//! How a federation begins, who may sign, and that nothing else counts as a signature.

use crate::federation_support;

use federation_support::{NOW, Plan, body, list, sign_charter, steward};
use ronde_protocol::{
    crypto::{labels, sign::Signature},
    limits::MAX_CHARTER_BYTES,
    message::{
        charter::{Charter, CharterBody, CharterError, SignedCharter, StewardSignature, Stewards},
        codec::{decode, encode},
        ids::{CharterHash, FederationId},
    },
};

fn first() -> CharterBody {
    body(&Plan::of(4))
}

fn refused(signed: SignedCharter) -> CharterError {
    Charter::genesis(signed).unwrap_err()
}

/// Version 1 with these stewards, whose genesis block says the same.
fn with_stewards(stewards: Stewards) -> CharterBody {
    let mut body = first();
    let mut genesis = body.genesis.clone().unwrap();
    genesis.stewards = stewards.clone();
    body.stewards = stewards;
    body.federation = genesis.federation();
    body.genesis = Some(genesis);
    body.keysets = list([]);
    body
}

#[test]
fn version_1_stands_once_k_of_m_signed_it() {
    let charter = Charter::genesis(sign_charter(first(), &[1, 2])).unwrap();
    assert_eq!(charter.version(), 1);
    assert_eq!(charter.hash(), first().hash());
    assert_eq!(*charter.federation(), first().genesis.unwrap().federation());
    assert_eq!(charter.keysets().count(), 1);
    for stewards in [&[1, 3][..], &[2, 3], &[1, 2, 3]] {
        assert!(Charter::genesis(sign_charter(first(), stewards)).is_ok(), "{stewards:?}");
    }
}

/// CHARTER-1
#[test]
fn the_federation_is_the_hash_of_all_of_the_genesis_block() {
    let genesis = first().genesis.unwrap();
    let mut others = [genesis.clone(), genesis.clone(), genesis.clone(), genesis.clone()];
    others[0].salt[31] ^= 1;
    others[1].name = federation_support::text("Test federatioN");
    others[2].stewards.threshold = 1;
    others[3].stewards.keys = list(genesis.stewards.keys.iter().rev().copied());
    let mut ids: Vec<FederationId> = others.iter().map(|other| other.federation()).collect();
    ids.push(genesis.federation());
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 5);
}

/// CHARTER-3
#[test]
fn a_genesis_block_that_is_not_that_of_the_federation_is_refused() {
    let mut absent = first();
    absent.genesis = None;
    let mut renamed = first();
    renamed.federation.0[0] ^= 1;
    let mut other_stewards = first();
    other_stewards.stewards.threshold = 1;
    let mut with_predecessor = first();
    with_predecessor.previous = CharterHash([1; 32]);
    let mut settling = first();
    settling.settles_fork = Some(CharterHash::NONE);
    for body in [absent, renamed, other_stewards, with_predecessor, settling] {
        assert_eq!(refused(sign_charter(body, &[1, 2, 3])), CharterError::Genesis);
    }
}

/// CHARTER-4
#[test]
fn version_2_can_not_be_the_first() {
    let mut body = first();
    body.version = 2;
    assert_eq!(refused(sign_charter(body, &[1, 2])), CharterError::Version { found: 2, expected: 1 });
}

/// CHARTER-8
#[test]
fn fewer_than_k_signatures_do_not_suffice() {
    for stewards in [&[][..], &[1], &[3]] {
        let found = stewards.len();
        let expected = CharterError::Threshold { found, needed: 2, of_version: 1 };
        assert_eq!(refused(sign_charter(first(), stewards)), expected);
    }
}

/// CHARTER-10
#[test]
fn one_steward_signing_twice_is_no_two_stewards() {
    let signature = first().sign(&steward(1));
    let signed = SignedCharter { body: first(), signatures: list([signature, signature]) };
    assert_eq!(refused(signed), CharterError::Signature);
}

/// CHARTER-10
#[test]
fn a_signature_from_nobody_spoils_the_charter_however_many_stewards_signed() {
    // Or one set of stewards' signatures would have many encodings, and a relay could bloat a charter.
    assert_eq!(refused(sign_charter(first(), &[1, 2, 9])), CharterError::Signature);
}

#[test]
fn strangers_do_not_count_towards_the_threshold() {
    let expected = CharterError::Threshold { found: 1, needed: 2, of_version: 1 };
    assert_eq!(refused(sign_charter(first(), &[1, 8, 9])), expected);
}

/// CHARTER-10
#[test]
fn reordered_signatures_are_refused() {
    let signed = sign_charter(first(), &[1, 2, 3]);
    let reversed = SignedCharter { signatures: list(signed.signatures.iter().rev().copied()), ..signed };
    assert_eq!(refused(reversed), CharterError::Signature);
}

/// CHARTER-10
#[test]
fn a_wrong_signature_spoils_the_charter_even_beyond_the_threshold() {
    let signed = sign_charter(first(), &[1, 2, 3]);
    for at in 0..3 {
        let mut signatures = signed.signatures.to_vec();
        signatures[at].signature.0[0] ^= 1;
        let spoilt = SignedCharter { signatures: list(signatures), body: first() };
        assert_eq!(refused(spoilt), CharterError::Signature);
    }
}

/// CHARTER-2
#[test]
fn a_signature_covers_every_part_of_the_charter() {
    let signed = sign_charter(first(), &[1, 2]);
    let mut bodies = [first(), first(), first()];
    bodies[0].expires += 1;
    bodies[1].point_value.cents += 1;
    let mut stores = bodies[2].stores.to_vec();
    stores[3].daily_limit.0 += 1;
    bodies[2].stores = list(stores);
    for body in bodies {
        assert_eq!(refused(SignedCharter { body, signatures: signed.signatures.clone() }), CharterError::Signature);
    }
}

/// CHARTER-2
#[test]
fn a_signature_made_for_another_role_is_no_stewards() {
    let body = first();
    let parts: [&[u8]; 2] = [&body.federation.0, &body.hash().0];
    let wrong = |label: &'static str| StewardSignature {
        key: steward(1).verifying_key().encode(),
        signature: steward(1).sign(label, &parts),
    };
    for label in
        [labels::VOTE_SIGNATURE, labels::STORE_ORDER_SIGNATURE, labels::OFFER_SIGNATURE, labels::HEAD_SIGNATURE]
    {
        let mut signatures = vec![wrong(label), body.sign(&steward(2))];
        signatures.sort_by_key(|signature| signature.key);
        let signed = SignedCharter { body: body.clone(), signatures: list(signatures) };
        assert_eq!(refused(signed), CharterError::Signature, "{label}");
    }
    let mut control = vec![wrong(labels::CHARTER_SIGNATURE), body.sign(&steward(2))];
    control.sort_by_key(|signature| signature.key);
    assert!(Charter::genesis(SignedCharter { body, signatures: list(control) }).is_ok());
}

/// CHARTER-9
#[test]
fn impossible_steward_sets_are_refused() {
    let key = |number| steward(number).verifying_key().encode();
    let set = |keys: &[u8], threshold| Stewards { keys: list(keys.iter().map(|number| key(*number))), threshold };
    let mut torn = set(&[1, 2, 3], 2);
    let mut keys = torn.keys.to_vec();
    keys[2].0 = [0xff; 32];
    torn.keys = list(keys);
    for stewards in [set(&[1, 2, 3], 0), set(&[1, 2, 3], 4), set(&[], 0), set(&[], 1), set(&[1, 1, 2], 2), torn] {
        let body = with_stewards(stewards);
        assert_eq!(refused(sign_charter(body, &[1, 2])), CharterError::Stewards);
    }
    assert!(Charter::genesis(sign_charter(with_stewards(set(&[1, 2, 3], 2)), &[1, 2])).is_ok());
}

/// CHARTER-16, CHARTER-17
#[test]
fn an_expired_charter_stops_issuing_and_nothing_else() {
    let charter = Charter::genesis(sign_charter(first(), &[1, 2])).unwrap();
    let end = charter.body().expires;
    assert!(charter.allows_issuing(NOW));
    assert!(charter.allows_issuing(end - 1));
    assert!(!charter.allows_issuing(end));
    assert!(charter.keyset(federation_support::KEYSET).is_some(), "its keysets go on");
}

#[test]
fn a_charter_has_one_encoding() {
    let signed = sign_charter(first(), &[1, 2]);
    let bytes = encode(&signed);
    assert_eq!(decode::<SignedCharter>(&bytes, MAX_CHARTER_BYTES).unwrap(), signed);
    for length in (0..bytes.len()).step_by(97) {
        assert!(decode::<SignedCharter>(&bytes[..length], MAX_CHARTER_BYTES).is_err(), "{length}");
    }
    let longer = [&bytes[..], &[0]].concat();
    assert_eq!(decode::<SignedCharter>(&longer, MAX_CHARTER_BYTES).unwrap_err().offset, bytes.len());
}

#[test]
fn a_draft_is_checked_like_a_charter_but_for_its_signatures() {
    assert!(Charter::check_draft(None, &first()).is_ok());
    let mut wrong = first();
    wrong.point_value.points = 0;
    assert_eq!(Charter::check_draft(None, &wrong).unwrap_err(), CharterError::Rules);
    let unsigned = SignedCharter { body: first(), signatures: list([]) };
    assert!(matches!(refused(unsigned), CharterError::Threshold { .. }), "a draft is no charter");
}

#[test]
fn a_signature_of_zeros_is_wrong() {
    let zeros = StewardSignature { key: steward(1).verifying_key().encode(), signature: Signature([0; 64]) };
    let mut signatures = vec![zeros, first().sign(&steward(2))];
    signatures.sort_by_key(|signature| signature.key);
    assert_eq!(refused(SignedCharter { body: first(), signatures: list(signatures) }), CharterError::Signature);
}
