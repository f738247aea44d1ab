//! Every key of a charter: valid, nowhere twice, and held by whoever publishes it; and lists that are in order.

use crate::federation_support;

use curve25519_dalek::{
    constants::{ED25519_BASEPOINT_POINT, EIGHT_TORSION},
    traits::Identity,
};
use federation_support::{KEYSET, Plan, body, entropy, list, node_seed, sign_charter};
use ronde_protocol::{
    crypto::{
        group::PointBytes,
        sign::{Signature, VerifyingKeyBytes},
    },
    message::{
        charter::{Charter, CharterBody, CharterError, KeysetEntry, MemberEntry, UnspentFate},
        ids::{AssociationId, FederationId, KeysetId, StoreId, WitnessIndex},
    },
    quorum::QuorumError,
};

fn check(body: CharterBody) -> Result<Charter, CharterError> {
    Charter::genesis(sign_charter(body, &[1, 2]))
}

fn refused(change: impl FnOnce(&mut CharterBody)) -> CharterError {
    let mut body = body(&Plan::of(4));
    change(&mut body);
    check(body).unwrap_err()
}

/// Changes the member at a seat of the keyset at a place of the list.
fn member(body: &mut CharterBody, keyset: usize, seat: usize, change: impl FnOnce(&mut MemberEntry)) {
    entry(body, keyset, |entry| {
        let mut members = entry.members.to_vec();
        change(&mut members[seat]);
        entry.members = list(members);
    });
}

fn entry(body: &mut CharterBody, keyset: usize, change: impl FnOnce(&mut KeysetEntry)) {
    let mut keysets = body.keysets.to_vec();
    change(&mut keysets[keyset]);
    body.keysets = list(keysets);
}

fn node_key(body: &mut CharterBody, store: usize, key: VerifyingKeyBytes) {
    let mut stores = body.stores.to_vec();
    stores[store].node_key = key;
    body.stores = list(stores);
}

/// Ed25519 keys that look like keys: the identity, in both of its encodings; no curve point; points of small order;
/// and points with a torsion component, whose signatures libraries judge differently.
fn bad_ed25519() -> Vec<[u8; 32]> {
    let mut second_identity = [0xff; 32];
    (second_identity[0], second_identity[31]) = (0xee, 0x7f);
    let mut no_point = [0; 32];
    no_point[0] = 2;
    let identity = curve25519_dalek::EdwardsPoint::identity().compress().0;
    let mut bad = vec![identity, second_identity, no_point, [0xff; 32]];
    bad.extend(EIGHT_TORSION.iter().skip(1).map(|torsion| torsion.compress().0));
    bad.extend(EIGHT_TORSION.iter().skip(1).map(|torsion| (ED25519_BASEPOINT_POINT + torsion).compress().0));
    bad
}

/// The identity; bytes that are above the field; and bytes with the sign that a canonical encoding never has.
fn bad_ristretto() -> Vec<[u8; 32]> {
    let mut negative = [0; 32];
    negative[0] = 1;
    vec![[0; 32], [0xff; 32], negative]
}

/// CHARTER-26
#[test]
fn a_node_key_must_be_a_valid_key() {
    for bad in bad_ed25519() {
        let refusal = refused(|body| node_key(body, 2, VerifyingKeyBytes(bad)));
        assert_eq!(refusal, CharterError::NodeKey(StoreId(3)), "{}", hex::encode(bad));
    }
}

/// CHARTER-30
#[test]
fn a_witness_key_must_be_a_valid_key() {
    let expected = CharterError::WitnessKey(KEYSET, WitnessIndex(1));
    for bad in bad_ed25519() {
        let refusal = refused(|body| member(body, 0, 1, |member| member.vote_key = VerifyingKeyBytes(bad)));
        assert_eq!(refusal, expected, "{}", hex::encode(bad));
    }
    for bad in bad_ristretto() {
        let refusal = refused(|body| member(body, 0, 1, |member| member.poprf_key = PointBytes(bad)));
        assert_eq!(refusal, expected, "{}", hex::encode(bad));
    }
}

/// CHARTER-9
#[test]
fn a_stewards_key_must_be_a_valid_key() {
    for bad in bad_ed25519() {
        let mut body = body(&Plan::of(1));
        let mut genesis = body.genesis.clone().unwrap();
        let mut keys = genesis.stewards.keys.to_vec();
        keys.push(VerifyingKeyBytes(bad));
        genesis.stewards.keys = list(keys);
        body.stewards = genesis.stewards.clone();
        body.federation = genesis.federation();
        body.genesis = Some(genesis);
        assert_eq!(check(body).unwrap_err(), CharterError::Stewards, "{}", hex::encode(bad));
    }
}

/// CHARTER-27
#[test]
fn no_key_occurs_twice() {
    // In a keyset: two witnesses with one POPRF key would be one witness with two votes.
    let twice_in_keyset = refused(|body| {
        let key = body.keysets[0].members[0].poprf_key;
        member(body, 0, 1, |member| member.poprf_key = key);
    });
    assert_eq!(twice_in_keyset, CharterError::RepeatedKey(StoreId(2)));
    let one_vote_key = refused(|body| {
        let key = body.keysets[0].members[3].vote_key;
        member(body, 0, 0, |member| member.vote_key = key);
    });
    assert_eq!(one_vote_key, CharterError::RepeatedKey(StoreId(4)));
    // Across keysets: what one committee evaluates would be a coin of the other.
    let mut across = body(&Plan { keysets: 2, ..Plan::of(4) });
    let key = across.keysets[0].members[0].poprf_key;
    member(&mut across, 1, 3, |member| member.poprf_key = key);
    assert_eq!(check(across).unwrap_err(), CharterError::RepeatedKey(StoreId(4)));
    // Across roles: a node key that is a vote key, a node key of two stores, a steward's.
    let both_roles = refused(|body| {
        let key = body.keysets[0].members[1].vote_key;
        node_key(body, 0, key);
    });
    assert_eq!(both_roles, CharterError::RepeatedKey(StoreId(2)));
    let two_stores = refused(|body| {
        let key = body.stores[0].node_key;
        node_key(body, 1, key);
    });
    assert_eq!(two_stores, CharterError::RepeatedKey(StoreId(2)));
    let a_stewards = refused(|body| {
        let key = body.stewards.keys[0];
        node_key(body, 3, key);
    });
    assert_eq!(a_stewards, CharterError::RepeatedKey(StoreId(4)));
}

/// Store 2's entry, with proofs made for another place.
fn entry_for(federation: FederationId, keyset: KeysetId, index: WitnessIndex) -> MemberEntry {
    let own = body(&Plan::of(4)).federation;
    let keys = node_seed(StoreId(2)).witness_keys(&own, KEYSET).unwrap();
    keys.entry(StoreId(2), &federation, keyset, index, entropy(0x33))
}

/// CHARTER-31
#[test]
fn a_proof_of_possession_holds_for_one_place_only() {
    let own = body(&Plan::of(4)).federation;
    let other = FederationId([1; 32]);
    let places = [
        (own, KEYSET, WitnessIndex(0)),
        (own, KEYSET, WitnessIndex(2)),
        (own, KeysetId(2), WitnessIndex(1)),
        (other, KEYSET, WitnessIndex(1)),
    ];
    let expected = CharterError::Possession(KEYSET, WitnessIndex(1));
    for (federation, keyset, index) in places {
        let moved = entry_for(federation, keyset, index);
        let poprf = moved.poprf_possession;
        assert_eq!(refused(|body| member(body, 0, 1, |member| member.poprf_possession = poprf)), expected);
        let vote = moved.vote_possession;
        assert_eq!(refused(|body| member(body, 0, 1, |member| member.vote_possession = vote)), expected);
    }
    let mut control = body(&Plan::of(4));
    member(&mut control, 0, 1, |member| *member = entry_for(own, KEYSET, WitnessIndex(1)));
    assert!(check(control).is_ok(), "the same for the right place holds");
}

/// CHARTER-31
#[test]
fn a_key_of_somebody_else_can_not_be_published() {
    let expected = CharterError::Possession(KEYSET, WitnessIndex(1));
    let own = body(&Plan::of(4)).federation;
    let strangers = node_seed(StoreId(50)).witness_keys(&own, KEYSET).unwrap();
    let poprf = strangers.poprf.public().encode();
    assert_eq!(refused(|body| member(body, 0, 1, |member| member.poprf_key = poprf)), expected);
    let vote = strangers.vote.verifying_key().encode();
    assert_eq!(refused(|body| member(body, 0, 1, |member| member.vote_key = vote)), expected);
}

#[test]
fn a_spoilt_proof_of_possession_is_refused() {
    let expected = CharterError::Possession(KEYSET, WitnessIndex(3));
    for byte in [0, 31] {
        assert_eq!(refused(|body| member(body, 0, 3, |member| member.poprf_possession.s.0[byte] ^= 1)), expected);
        assert_eq!(refused(|body| member(body, 0, 3, |member| member.poprf_possession.r.0[byte] ^= 1)), expected);
        assert_eq!(refused(|body| member(body, 0, 3, |member| member.vote_possession.0[byte] ^= 1)), expected);
    }
    assert_eq!(refused(|body| member(body, 0, 3, |member| member.vote_possession = Signature([0; 64]))), expected);
    // s above the group order: the same scalar in another encoding.
    assert_eq!(refused(|body| member(body, 0, 3, |member| member.poprf_possession.s.0 = [0xff; 32])), expected);
}

#[test]
fn exchanged_seats_are_refused() {
    let refusal = refused(|body| {
        entry(body, 0, |entry| {
            let mut members = entry.members.to_vec();
            members.swap(0, 1);
            entry.members = list(members);
        });
    });
    assert_eq!(refusal, CharterError::Possession(KEYSET, WitnessIndex(0)));
}

/// CHARTER-29
#[test]
fn a_store_has_one_seat_on_a_committee() {
    // Two seats of one store would be one traitor who counts as two.
    let refusal = refused(|body| {
        let own = body.federation;
        let keys = node_seed(StoreId(50)).witness_keys(&own, KEYSET).unwrap();
        let second = keys.entry(StoreId(1), &own, KEYSET, WitnessIndex(3), entropy(1));
        member(body, 0, 3, |member| *member = second);
    });
    assert_eq!(refusal, CharterError::TwoSeats(KEYSET, StoreId(1)));
}

/// CHARTER-25
#[test]
fn a_committee_consists_of_stores_of_the_charter() {
    let refusal = refused(|body| member(body, 0, 2, |member| member.store = StoreId(9)));
    assert_eq!(refusal, CharterError::UnknownStore(StoreId(9)));
}

/// VOTE-1, VOTE-2, CHARTER-32
#[test]
fn a_committee_bears_its_traitors() {
    let too_many = QuorumError::TooManyFaults { witnesses: 4, faults: 2 };
    assert_eq!(refused(|body| entry(body, 0, |entry| entry.faults = 2)), CharterError::Quorum(too_many));
    let none = refused(|body| entry(body, 0, |entry| entry.members = list([])));
    assert_eq!(none, CharterError::Quorum(QuorumError::Size(0)));
}

/// CHARTER-28
#[test]
fn denominations_increase_from_1_and_dates_are_in_order() {
    let refuse =
        |change: fn(&mut KeysetEntry)| assert_eq!(refused(|body| entry(body, 0, change)), CharterError::Keyset(KEYSET));
    refuse(|entry| entry.denominations = list([]));
    refuse(|entry| entry.denominations = list([2, 4]));
    refuse(|entry| entry.denominations = list([0, 1]));
    refuse(|entry| entry.denominations = list([1, 4, 2]));
    refuse(|entry| entry.denominations = list([1, 2, 2]));
    refuse(|entry| entry.denominations = list([1, (1 << 32) + 1]));
    refuse(|entry| entry.issue_until = entry.redeem_until + 1);
}

/// CHARTER-23
#[test]
fn lists_stand_by_increasing_number_from_1() {
    let unsorted: [fn(&mut CharterBody); 5] = [
        |body| body.stores = list(body.stores.iter().rev().cloned()),
        |body| body.associations = list(body.associations.iter().rev().cloned()),
        |body| body.offers = list([body.offers[0].clone(), body.offers[0].clone()]),
        |body| body.campaigns = list([body.campaigns[0].clone(), body.campaigns[0].clone()]),
        |body| {
            let mut stores = body.stores.to_vec();
            stores[0].id = StoreId::NONE;
            body.stores = list(stores);
        },
    ];
    for change in unsorted {
        assert_eq!(refused(change), CharterError::Unsorted);
    }
    let mut twice = body(&Plan { keysets: 2, ..Plan::of(4) });
    twice.keysets = list(twice.keysets.iter().rev().cloned());
    assert_eq!(check(twice).unwrap_err(), CharterError::Unsorted);
}

/// CHARTER-24, CHARTER-25
#[test]
fn rules_name_only_what_is_there() {
    assert_eq!(refused(|body| body.point_value.points = 0), CharterError::Rules);
    assert_eq!(refused(|body| body.unspent = UnspentFate::ToAssociation(AssociationId(9))), CharterError::Rules);
    let without_choices = |body: &mut CharterBody| {
        let mut campaigns = body.campaigns.to_vec();
        campaigns[0].choices = list([]);
        body.campaigns = list(campaigns);
    };
    assert_eq!(refused(without_choices), CharterError::Rules);
    let stranger = |change: fn(&mut ronde_protocol::message::charter::VoucherOffer)| {
        refused(move |body| {
            let mut offers = body.offers.to_vec();
            change(&mut offers[0]);
            body.offers = list(offers);
        })
    };
    assert_eq!(stranger(|offer| offer.funder = StoreId(9)), CharterError::UnknownStore(StoreId(9)));
    assert_eq!(
        stranger(|offer| offer.issuers = list([StoreId(1), StoreId(8)])),
        CharterError::UnknownStore(StoreId(8))
    );
}
