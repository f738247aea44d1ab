//! An order's digest is its identity: it covers every byte of the body, and nothing around it.

use crate::codec_support;

use std::collections::BTreeSet;

use codec_support::*;
use proptest::prelude::*;
use ronde_protocol::{
    crypto::{hash::derive, labels, sign::Signature},
    limits::MAX_MESSAGE_BYTES,
    message::{
        codec::{decode, encode},
        ids::WitnessIndex,
        offer::Offer,
        order::{Authorization, Column, Order, Submission, pledge_reference},
    },
};

/// ORDER-1
/// SPEND-1: it covers the coin keys.
#[test]
fn every_byte_of_the_body_changes_the_digest() {
    let federation = Federation::new(1, 0);
    for purpose in every_purpose() {
        let order = federation.order(purpose);
        let bytes = encode(&order);
        let mut seen = BTreeSet::from([order.digest()]);
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut changed = bytes.clone();
                changed[at] ^= 1 << bit;
                // A changed count or discriminant decodes to nothing; what decodes is another order.
                if let Ok(other) = decode::<Order>(&changed, MAX_MESSAGE_BYTES) {
                    assert!(seen.insert(other.digest()), "byte {at} of {purpose:?}");
                }
            }
        }
        // Everything but the purpose's discriminant, two counts and the kinds' discriminants was reached.
        let structure = 4 + 2 * 8 + 4 * (order.inputs.len() + order.outputs.len());
        assert!(seen.len() > 8 * (bytes.len() - structure), "{purpose:?}");
    }
}

/// ORDER-1
#[test]
fn the_digest_is_the_labelled_hash_of_the_canonical_bytes() {
    let order = Federation::new(1, 0).order(every_purpose()[0]);
    assert_eq!(order.digest().0, derive(labels::ORDER_DIGEST, &[&encode(&order)]));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// ORDER-1
    #[test]
    fn columns_and_authorization_never_change_the_digest(
        mut submission in any::submission(),
        authorization in any::authorization(),
    ) {
        let digest = submission.signed.order.digest();
        submission.signed.authorization = authorization;
        submission.columns = list(vec![Column { index: WitnessIndex(3), components: list(vec![]) }]);
        let again: Submission = decode(&encode(&submission), 1 << 20).unwrap();
        prop_assert_eq!(again.signed.order.digest(), digest);
        submission.signed.authorization = Authorization::Store(Signature([1; 64]));
        prop_assert_eq!(submission.signed.order.digest(), digest);
    }

    #[test]
    fn different_orders_have_different_digests(one in any::order(), two in any::order()) {
        prop_assert_eq!(encode(&one) == encode(&two), one.digest() == two.digest());
        prop_assert_eq!(one == two, one.digest() == two.digest());
    }

    /// ORDER-3
    #[test]
    fn an_offers_reference_covers_every_byte(signed in any::signed_offer(), at in 0usize..100, change in 1u8..) {
        let mut bytes = encode(&signed.offer);
        prop_assert_eq!(bytes.len(), 100);
        bytes[at] ^= change;
        let other: Offer = decode(&bytes, 100).unwrap();
        prop_assert!(other.reference() != signed.offer.reference());
    }
}

/// ORDER-5
#[test]
fn one_day_has_one_pledge_reference() {
    assert_eq!(pledge_reference(0), pledge_reference(86_399));
    let days: BTreeSet<_> = (0..400).map(|day| pledge_reference(day * 86_400)).collect();
    assert_eq!(days.len(), 400);
}
