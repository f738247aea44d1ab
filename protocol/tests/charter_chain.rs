//! What may follow a charter: one version higher, by the right stewards, nothing removed; and what a fork does.

use crate::federation_support;

use federation_support::{DAY, NOW, Plan, body, list, sign_charter, steward, text};
use ronde_protocol::{
    crypto::Entropy,
    message::{
        amount::Points,
        charter::{Charter, CharterBody, CharterChain, CharterError, SignedCharter, Stewards},
        ids::{CharterHash, FederationId, KeysetId, StoreId, WitnessIndex},
    },
};

fn genesis() -> Charter {
    Charter::genesis(sign_charter(body(&Plan::of(4)), &[1, 2])).unwrap()
}

/// The next version with nothing changed but its place.
fn next(charter: &Charter) -> CharterBody {
    CharterBody {
        genesis: None,
        version: charter.version() + 1,
        previous: charter.hash(),
        issued: NOW,
        ..charter.body().clone()
    }
}

/// The next version, changed somehow, signed by stewards 1 and 2.
fn changed(charter: &Charter, change: impl FnOnce(&mut CharterBody)) -> SignedCharter {
    let mut body = next(charter);
    change(&mut body);
    sign_charter(body, &[1, 2])
}

fn refused(charter: &Charter, change: impl FnOnce(&mut CharterBody)) -> CharterError {
    charter.succeed(changed(charter, change)).unwrap_err()
}

/// The charter's list with one element changed.
macro_rules! edit {
    ($body:expr, $list:ident, $at:expr, $change:expr) => {{
        let mut items = $body.$list.to_vec();
        $change(&mut items[$at]);
        $body.$list = list(items);
    }};
}

#[test]
fn versions_grow_one_by_one() {
    let one = genesis();
    let two = one.succeed(changed(&one, |body| body.expires += DAY)).unwrap();
    let three = two.succeed(changed(&two, |_| {})).unwrap();
    assert_eq!([one.version(), two.version(), three.version()], [1, 2, 3]);
    assert!(three.allows_issuing(NOW));
}

/// CHARTER-4
#[test]
fn rollbacks_and_gaps_are_refused() {
    let one = genesis();
    let two = one.succeed(changed(&one, |_| {})).unwrap();
    let three = changed(&two, |_| {});
    assert_eq!(one.succeed(three.clone()).unwrap_err(), CharterError::Version { found: 3, expected: 2 });
    assert_eq!(two.succeed(two.signed().clone()).unwrap_err(), CharterError::Version { found: 2, expected: 3 });
    assert_eq!(two.succeed(one.signed().clone()).unwrap_err(), CharterError::Genesis);
    assert_eq!(refused(&two, |body| body.version = 1), CharterError::Version { found: 1, expected: 3 });
    assert_eq!(refused(&two, |body| body.version = u64::MAX), CharterError::Version { found: u64::MAX, expected: 3 });
    assert!(two.succeed(three).is_ok());
}

/// CHARTER-5
#[test]
fn a_version_names_its_predecessor() {
    let one = genesis();
    assert_eq!(refused(&one, |body| body.previous.0[0] ^= 1), CharterError::Predecessor(altered(one.hash())));
    assert_eq!(refused(&one, |body| body.previous = CharterHash::NONE), CharterError::Predecessor(CharterHash::NONE));
}

fn altered(mut hash: CharterHash) -> CharterHash {
    hash.0[0] ^= 1;
    hash
}

/// CHARTER-3, CHARTER-6
#[test]
fn a_later_version_is_of_the_same_federation_and_carries_no_genesis_block() {
    let one = genesis();
    let other = FederationId([9; 32]);
    assert_eq!(refused(&one, |body| body.federation = other), CharterError::OtherFederation(other));
    let block = one.body().genesis.clone();
    assert_eq!(refused(&one, |body| body.genesis = block), CharterError::Genesis);
}

/// CHARTER-6
#[test]
fn a_chain_is_walked_from_version_1_by_whoever_knows_the_federation() {
    let one = genesis();
    let two = one.succeed(changed(&one, |_| {})).unwrap();
    let chain = [one.signed().clone(), two.signed().clone()];
    let id = *one.federation();
    assert_eq!(CharterChain::walk(chain.clone(), Some(&id)).unwrap().hash(), two.hash());
    let other = FederationId([9; 32]);
    assert_eq!(CharterChain::walk(chain.clone(), Some(&other)).unwrap_err(), CharterError::OtherFederation(id));
    assert_eq!(CharterChain::walk([], Some(&id)).unwrap_err(), CharterError::Genesis);
    let reversed = chain.into_iter().rev();
    assert_eq!(CharterChain::walk(reversed, None).unwrap_err(), CharterError::Genesis);
}

// Stewards.

fn set(numbers: &[u8], threshold: u8) -> Stewards {
    Stewards { keys: list(numbers.iter().map(|number| steward(*number).verifying_key().encode())), threshold }
}

/// CHARTER-7, CHARTER-8
#[test]
fn new_stewards_are_signed_in_by_the_old_threshold_and_their_own() {
    let one = genesis();
    let mut body = next(&one);
    body.stewards = set(&[4, 5, 6], 2);
    let by = |stewards: &[u8]| one.succeed(sign_charter(body.clone(), stewards));
    let lacking = |found, of_version| CharterError::Threshold { found, needed: 2, of_version };
    assert_eq!(by(&[4, 5, 6]).unwrap_err(), lacking(0, 1), "the new ones alone would be a coup");
    assert_eq!(by(&[1, 4, 5]).unwrap_err(), lacking(1, 1));
    assert_eq!(by(&[1, 2]).unwrap_err(), lacking(0, 2), "the old ones alone could name keys that nobody holds");
    assert_eq!(by(&[1, 2, 3, 4]).unwrap_err(), lacking(1, 2));
    let two = by(&[1, 2, 4, 5]).unwrap();

    assert!(two.succeed(sign_charter(next(&two), &[4, 6])).is_ok());
    assert_eq!(two.succeed(sign_charter(next(&two), &[1, 2])).unwrap_err(), lacking(0, 2), "the old ones are out");
}

#[test]
fn a_steward_in_both_sets_signs_once_for_both() {
    let one = genesis();
    let mut body = next(&one);
    body.stewards = set(&[2, 3, 4], 2);
    assert!(one.succeed(sign_charter(body.clone(), &[2, 3])).is_ok());
    let lacking = CharterError::Threshold { found: 1, needed: 2, of_version: 2 };
    assert_eq!(one.succeed(sign_charter(body, &[1, 2])).unwrap_err(), lacking);
}

/// CHARTER-8
#[test]
fn a_higher_threshold_must_be_reached_at_once() {
    let one = genesis();
    let mut body = next(&one);
    body.stewards.threshold = 3;
    let lacking = CharterError::Threshold { found: 2, needed: 3, of_version: 2 };
    assert_eq!(one.succeed(sign_charter(body.clone(), &[1, 2])).unwrap_err(), lacking);
    let two = one.succeed(sign_charter(body, &[1, 2, 3])).unwrap();
    // Lowering it again takes the old threshold.
    let mut lower = next(&two);
    lower.stewards.threshold = 1;
    let lacking = CharterError::Threshold { found: 1, needed: 3, of_version: 2 };
    assert_eq!(two.succeed(sign_charter(lower, &[1])).unwrap_err(), lacking);
}

// Forks.

fn fork() -> (Charter, Charter, SignedCharter) {
    let one = genesis();
    let two = one.succeed(changed(&one, |body| body.expires += DAY)).unwrap();
    let twin = changed(&one, |body| body.expires += 2 * DAY);
    (one, two, twin)
}

/// CHARTER-13
#[test]
fn a_second_charter_of_one_version_is_seen_and_stops_issuing() {
    let (one, two, twin) = fork();
    assert!(two.is_forked_by(Some(&one), twin).unwrap());
    assert!(!two.is_forked_by(Some(&one), two.signed().clone()).unwrap(), "it is no twin of its own");
    assert!(two.allows_issuing(NOW));
    let forked = two.clone().forked();
    assert!(!forked.allows_issuing(NOW));
    assert_eq!(forked.hash(), two.hash(), "spending goes on under the same keysets");
}

#[test]
fn version_1_can_be_forked_too() {
    let one = genesis();
    let mut body = one.body().clone();
    body.expires += DAY;
    assert!(one.is_forked_by(None, sign_charter(body.clone(), &[2, 3])).unwrap());
    let unsigned = sign_charter(body, &[2]);
    assert!(matches!(one.is_forked_by(None, unsigned), Err(CharterError::Threshold { .. })));
}

/// CHARTER-12
#[test]
fn a_twin_counts_only_if_it_is_valid_in_the_same_place() {
    // Otherwise anybody could stop a federation's issuing.
    let (one, two, twin) = fork();
    let judge = |twin: SignedCharter| two.is_forked_by(Some(&one), twin);
    assert!(matches!(judge(sign_charter(twin.body.clone(), &[1])), Err(CharterError::Threshold { .. })));
    assert!(matches!(judge(changed(&one, |body| body.previous.0[0] ^= 1)), Err(CharterError::Predecessor(_))));
    assert!(matches!(judge(changed(&two, |_| {})), Err(CharterError::Version { found: 3, expected: 2 })));
    assert_eq!(judge(changed(&one, |body| body.stores = list([]))).unwrap_err(), CharterError::Removed);
    assert!(judge(twin).unwrap());
}

/// CHARTER-15
#[test]
fn the_next_version_says_which_of_two_stands() {
    let (one, two, twin) = fork();
    let forked = two.clone().forked();
    assert_eq!(refused(&forked, |_| {}), CharterError::UnsettledFork);
    let other = twin.body.hash();
    assert_eq!(refused(&forked, |body| body.settles_fork = Some(other)), CharterError::UnsettledFork);
    let settled = forked.succeed(changed(&forked, |body| body.settles_fork = Some(body.previous))).unwrap();
    assert!(settled.allows_issuing(NOW));

    let other = one.succeed(twin).unwrap().forked();
    let settled = other.succeed(changed(&other, |body| body.settles_fork = Some(body.previous))).unwrap();
    assert!(settled.allows_issuing(NOW), "the other one may be named as well");
}

/// CHARTER-15
#[test]
fn whoever_never_saw_the_twin_can_follow_the_version_that_settles() {
    let (one, two, _) = fork();
    let settled = changed(&two, |body| body.settles_fork = Some(body.previous));
    let chain = [one.signed().clone(), two.signed().clone(), settled];
    assert_eq!(CharterChain::walk(chain, None).unwrap().version(), 3);
    assert_eq!(refused(&two, |body| body.settles_fork = Some(CharterHash([4; 32]))), CharterError::UnsettledFork);
}

// What can be named is never removed, only closed.

/// CHARTER-19
#[test]
fn nothing_that_an_order_can_name_is_removed() {
    let one = genesis();
    assert_eq!(refused(&one, |body| body.associations = list([])), CharterError::Removed);
    assert_eq!(refused(&one, |body| body.campaigns = list([])), CharterError::Removed);
    assert_eq!(refused(&one, |body| body.offers = list([])), CharterError::Removed);
    assert_eq!(refused(&one, |body| body.keysets = list([])), CharterError::Removed);
    let extra = genesis_with_five_stores();
    let fewer = |body: &mut CharterBody| {
        body.stores = list(body.stores.iter().take(4).cloned());
        edit!(body, offers, 0, |offer: &mut ronde_protocol::message::charter::VoucherOffer| {
            offer.issuers = list([StoreId(1)]);
        });
    };
    assert_eq!(refused(&extra, fewer), CharterError::Removed);
}

fn genesis_with_five_stores() -> Charter {
    let plan = Plan { stores: 5, ..Plan::of(4) };
    Charter::genesis(sign_charter(body(&plan), &[1, 2])).unwrap()
}

/// CHARTER-21
#[test]
fn what_a_voucher_is_worth_and_who_pays_for_it_is_fixed_for_ever() {
    type Offer = ronde_protocol::message::charter::VoucherOffer;
    let one = genesis();
    let dearer = |body: &mut CharterBody| edit!(body, offers, 0, |offer: &mut Offer| offer.value = Points(4));
    let passed_on = |body: &mut CharterBody| edit!(body, offers, 0, |offer: &mut Offer| offer.funder = StoreId(2));
    assert_eq!(refused(&one, dearer), CharterError::Removed);
    assert_eq!(refused(&one, passed_on), CharterError::Removed);
    let closed = |body: &mut CharterBody| {
        edit!(body, offers, 0, |offer: &mut Offer| {
            offer.closed = true;
            offer.issuers = list([StoreId(1)]);
            offer.per_store = 1;
        })
    };
    assert!(one.succeed(changed(&one, closed)).is_ok(), "but it can be closed");
}

/// CHARTER-20
#[test]
fn a_ballot_that_is_out_can_still_be_cast() {
    type Campaign = ronde_protocol::message::charter::Campaign;
    let one = genesis();
    let sooner = |body: &mut CharterBody| edit!(body, campaigns, 0, |item: &mut Campaign| item.end -= 1);
    let fewer = |body: &mut CharterBody| {
        edit!(body, campaigns, 0, |item: &mut Campaign| item.choices = list(item.choices.iter().take(2).cloned()))
    };
    let swapped = |body: &mut CharterBody| {
        edit!(body, campaigns, 0, |item: &mut Campaign| item.choices = list(item.choices.iter().rev().cloned()))
    };
    let stricter = |body: &mut CharterBody| edit!(body, campaigns, 0, |item: &mut Campaign| item.minimum.0 += 1);
    for change in [sooner, fewer, swapped, stricter] as [fn(&mut CharterBody); 4] {
        assert_eq!(refused(&one, change), CharterError::Removed);
    }
    let longer = |body: &mut CharterBody| {
        edit!(body, campaigns, 0, |item: &mut Campaign| {
            item.end += DAY;
            item.choices = list(item.choices.iter().cloned().chain([text("Ash")]));
        })
    };
    assert!(one.succeed(changed(&one, longer)).is_ok());
}

/// CHARTER-22
#[test]
fn a_closed_association_stays_closed() {
    type Association = ronde_protocol::message::charter::Association;
    let one = genesis();
    let close = |body: &mut CharterBody| edit!(body, associations, 0, |item: &mut Association| item.closed = true);
    let two = one.succeed(changed(&one, close)).unwrap();
    let reopen = |body: &mut CharterBody| edit!(body, associations, 0, |item: &mut Association| item.closed = false);
    assert_eq!(refused(&two, reopen), CharterError::Removed);
}

/// CHARTER-18
#[test]
fn a_published_keyset_never_changes() {
    type Keyset = ronde_protocol::message::charter::KeysetEntry;
    let one = genesis();
    let changes: [fn(&mut Keyset); 5] = [
        |keyset| keyset.redeem_until += 1,
        |keyset| keyset.issue_until -= 1,
        |keyset| keyset.faults = 0,
        |keyset| keyset.denominations = list([1, 2]),
        |keyset| keyset.members = list(keyset.members.iter().rev().cloned()),
    ];
    for change in changes {
        let refusal = refused(&one, |body| edit!(body, keysets, 0, change));
        assert_eq!(refusal, CharterError::KeysetChanged(KeysetId(1)));
    }
}

/// CHARTER-18
#[test]
fn not_even_a_fresh_proof_of_the_same_key_replaces_a_published_one() {
    let one = genesis();
    let keys = federation_support::node_seed(StoreId(1)).witness_keys(one.federation(), KeysetId(1)).unwrap();
    let entry = keys.entry(StoreId(1), one.federation(), KeysetId(1), WitnessIndex(0), Entropy::new([0x77; 32]));
    let refusal = refused(&one, |body| {
        edit!(body, keysets, 0, |keyset: &mut ronde_protocol::message::charter::KeysetEntry| {
            let mut members = keyset.members.to_vec();
            assert_ne!(members[0], entry);
            members[0] = entry.clone();
            keyset.members = list(members);
        });
    });
    assert_eq!(refusal, CharterError::KeysetChanged(KeysetId(1)));
}

#[test]
fn a_new_keyset_and_new_stores_may_come_and_a_node_key_may_be_renewed() {
    let one = Charter::genesis(sign_charter(body(&Plan::of(4)), &[1, 2])).unwrap();
    let larger = body(&Plan { stores: 5, keysets: 2, ..Plan::of(4) });
    let two = one
        .succeed(changed(&one, |body| {
            body.stores = larger.stores;
            body.keysets = larger.keysets;
            edit!(body, stores, 2, |store: &mut ronde_protocol::message::charter::Store| {
                store.node_key = federation_support::node_seed(StoreId(77)).node_key().verifying_key().encode();
            });
        }))
        .unwrap();
    assert_eq!(two.keysets().count(), 2);
    assert!(two.store(StoreId(5)).is_some());
    assert_ne!(two.node_key(StoreId(3)), one.node_key(StoreId(3)));
}

/// CHARTER-14
#[test]
fn other_signatures_under_the_same_version_are_no_fork() {
    let (one, two, _) = fork();
    let by_others = sign_charter(two.body().clone(), &[2, 3]);
    assert_ne!(by_others, *two.signed());
    assert!(!two.is_forked_by(Some(&one), by_others).unwrap());
}

/// CHARTER-11
#[test]
fn of_several_faults_the_first_is_named() {
    let one = genesis();
    let mut body = CharterBody { genesis: one.body().genesis.clone(), ..next(&one) };
    body.federation = FederationId([9; 32]);
    body.version = 7;
    body.stewards.threshold = 9;
    body.previous = CharterHash::NONE;
    body.settles_fork = Some(CharterHash::NONE);
    body.offers = list([]);
    body.stores = list(body.stores.iter().rev().cloned());
    let told = |body: &CharterBody, stewards: &[u8]| one.succeed(sign_charter(body.clone(), stewards)).unwrap_err();
    assert_eq!(told(&body, &[1]), CharterError::OtherFederation(body.federation));
    body.federation = *one.federation();
    assert_eq!(told(&body, &[1]), CharterError::Genesis);
    body.genesis = None;
    assert_eq!(told(&body, &[1]), CharterError::Version { found: 7, expected: 2 });
    body.version = 2;
    assert_eq!(told(&body, &[1]), CharterError::Threshold { found: 1, needed: 2, of_version: 1 });
    assert_eq!(told(&body, &[1, 2, 9]), CharterError::Stewards);
    body.stewards.threshold = 2;
    assert_eq!(told(&body, &[1, 2, 9]), CharterError::Signature);
    assert_eq!(told(&body, &[1, 2]), CharterError::Predecessor(CharterHash::NONE));
    body.previous = one.hash();
    assert_eq!(told(&body, &[1, 2]), CharterError::UnsettledFork);
    body.settles_fork = None;
    assert_eq!(told(&body, &[1, 2]), CharterError::Removed);
    body.offers = one.body().offers.clone();
    assert_eq!(told(&body, &[1, 2]), CharterError::Removed, "a list that is out of order is searched in vain");
    body.stores = one.body().stores.clone();
    body.point_value.points = 0;
    edit!(body, stores, 0, |store: &mut ronde_protocol::message::charter::Store| store.node_key.0 = [0xff; 32]);
    assert_eq!(told(&body, &[1, 2]), CharterError::Rules);
    body.point_value.points = 1;
    assert_eq!(told(&body, &[1, 2]), CharterError::NodeKey(StoreId(1)));
}
