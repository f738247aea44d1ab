//! Blinding, evaluating, unblinding, and a witness's check of its own MACs.

use crate::crypto_support;

use crypto_support::{any_scalar, coin, element, entropy, point, secret, tweak, witness_key};
use curve25519_dalek::{ristretto::RistrettoPoint, scalar::Scalar};
use proptest::prelude::*;
use ronde_protocol::crypto::{
    BlindFactor, CoinHash, CoinSecret, MacError, MacItem, Point, PoprfError, PoprfSecretKey, Seed, Tweak, blind,
    coin_hash, derive_blind, derive_coin_secret, labels,
    mac::{check_batch, check_one},
    suite::{self, Mode},
    unblind, unblind_all,
};

/// A correct component of the coin with this number, of the class with this tweak.
fn item(key: &PoprfSecretKey, number: u64, class: u8) -> MacItem {
    let point = coin(number).public().encode();
    let tweak = tweak(class);
    MacItem { tweak, hash: CoinHash::of(&point), component: key.evaluate(&tweak, &coin_hash(&point)).unwrap() }
}

fn blind_of(scalar: Scalar) -> BlindFactor {
    BlindFactor::from_secret(secret(scalar))
}

#[test]
fn coin_hash_is_the_suites_hash_to_group_of_32_bytes() {
    let p = coin(5).public().encode();
    assert_eq!(coin_hash(&p), suite::hash_to_group(Mode::Poprf, p.as_bytes()));
}

#[test]
fn a_seed_gives_the_key_of_rfc9497_derive_key_pair() {
    let info = labels::KEY_DERIVATION_POPRF.as_bytes();
    let expected = suite::derive_key(Mode::Poprf, &[3; 32], info).unwrap();
    let expected = PoprfSecretKey::from_secret(expected).public();
    assert_eq!(witness_key(3).public(), expected);
    assert_ne!(witness_key(4).public(), expected);
}

#[test]
fn a_fixed_info_and_a_slice_give_the_same_tweak() {
    assert_eq!(Tweak::of_fixed_info(b"class"), Tweak::of_info(b"class").unwrap());
    assert_ne!(tweak(1), tweak(2));
}

#[test]
fn an_info_beyond_65535_bytes_is_refused() {
    assert!(Tweak::of_info(&vec![0; 65_535]).is_ok());
    let long = vec![0; 65_536];
    assert_eq!(Tweak::of_info(&long), Err(PoprfError::InputTooLong));
    let finalized = suite::finalize(Mode::Poprf, &long, b"", &Point::generator());
    assert_eq!(finalized, Err(PoprfError::InputTooLong));
    let derived = suite::derive_key(Mode::Poprf, &[0; 32], &long);
    assert_eq!(derived.unwrap_err(), PoprfError::InputTooLong);
}

/// POPRF-3.
#[test]
fn a_class_that_cancels_the_key_is_refused() {
    let class = tweak(1);
    let negative = -Scalar::from_canonical_bytes(class.encode().0).unwrap();
    let key = PoprfSecretKey::from_secret(secret(negative));
    let b = Point::generator();
    assert_eq!(key.evaluate(&class, &b), Err(PoprfError::Inverse));
    assert_eq!(key.evaluate_batch(&[(tweak(2), b), (class, b)]), Err(PoprfError::Inverse));
    assert!(key.evaluate(&tweak(2), &b).is_ok());
    assert!(key.evaluate_batch(&[]).unwrap().is_empty());
}

/// COIN-7.
#[test]
fn coin_secrets_and_blinds_follow_the_written_path() {
    let seed = Seed::new([1; 32]);
    let parts: [&[u8]; 5] =
        [&[1; 32], &2u32.to_le_bytes(), &3u32.to_le_bytes(), &4u64.to_le_bytes(), &5u16.to_le_bytes()];
    let at = |label| {
        let wide = ronde_protocol::crypto::derive_wide(label, &parts);
        Scalar::from_bytes_mod_order_wide(&wide)
    };
    let derived = derive_coin_secret(&seed, 2, 3, 4, 5);
    let expected = CoinSecret::from_secret(secret(at(labels::COIN_SECRET)));
    assert_eq!(derived.public(), expected.public());
    let r = blind_of(at(labels::COIN_BLIND));
    let h = coin_hash(&derived.public().encode());
    assert_eq!(blind(&h, &derive_blind(&seed, 2, 3, 4, 5)), blind(&h, &r));
}

#[test]
fn every_part_of_the_path_changes_coin_and_blind() {
    let places = [(0, 0, 0, 0), (1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1)];
    let seed = Seed::new([1; 32]);
    let elsewhere = seed.for_federation(&[2; 32]);
    let mut seen = Vec::new();
    for from in [&seed, &elsewhere, &Seed::new([2; 32])] {
        for (keyset, device, order, slot) in places {
            let c = derive_coin_secret(from, keyset, device, order, slot);
            let r = derive_blind(from, keyset, device, order, slot);
            seen.push(c.public().encode());
            seen.push(blind(&Point::generator(), &r).encode());
        }
    }
    let count = seen.len();
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), count);
}

#[test]
fn a_batch_with_one_spoiled_item_fails_wherever_it_stands() {
    let key = witness_key(1);
    let good: Vec<MacItem> = (0..6).map(|i| item(&key, 100 + i, (i % 2) as u8)).collect();
    assert_eq!(check_batch(&key, &good, entropy(1)), Ok(()));
    assert_eq!(check_batch(&key, &[], entropy(1)), Ok(()));
    for at in 0..good.len() {
        let spoils: [fn(&mut MacItem); 3] = [
            |item| item.component = Point::generator(),
            |item| item.hash = CoinHash::of(&Point::generator().encode()),
            |item| item.tweak = tweak(9),
        ];
        for spoil in spoils {
            let mut items = good.clone();
            spoil(&mut items[at]);
            assert_eq!(check_batch(&key, &items, entropy(2)), Err(MacError::Wrong));
            assert_eq!(check_one(&key, &items[at]), Err(MacError::Wrong));
        }
    }
    assert_eq!(check_batch(&witness_key(2), &good, entropy(3)), Err(MacError::Wrong));
}

/// POPRF-6. Errors that cancel when the items are added up; secret weights are what finds them.
#[test]
fn mac_errors_that_cancel_are_found() {
    let key = witness_key(1);
    let (mut a, mut b) = (item(&key, 1, 0), item(&key, 2, 0));
    let sum = |a: &MacItem, b: &MacItem| element(&a.component) + element(&b.component);
    let before = sum(&a, &b);
    a.component = point(element(&a.component) + element(&Point::generator()));
    b.component = point(element(&b.component) - element(&Point::generator()));
    assert_eq!(before, sum(&a, &b), "without weights nothing would be seen");
    assert_eq!(check_batch(&key, &[a, b], entropy(1)), Err(MacError::Wrong));
}

#[test]
fn two_swapped_components_are_found() {
    let key = witness_key(1);
    let (mut a, mut b) = (item(&key, 1, 0), item(&key, 2, 0));
    core::mem::swap(&mut a.component, &mut b.component);
    assert_eq!(check_batch(&key, &[a, b], entropy(1)), Err(MacError::Wrong));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    // POPRF-1 and POPRF-5.
    #[test]
    fn an_unblinded_evaluation_is_the_mac_itself(
        c in any_scalar(), r in any_scalar(), seed in any::<[u8; 32]>(), class in any::<u8>(),
    ) {
        let key = PoprfSecretKey::from_seed(&seed).unwrap();
        let p = CoinSecret::from_secret(secret(c)).public().encode();
        let (h, hash) = (coin_hash(&p), CoinHash::of(&p));
        let r = blind_of(r);
        prop_assert_eq!(hash.blind(&r), blind(&h, &r));
        let z = key.evaluate(&tweak(class), &blind(&h, &r)).unwrap();
        let component = unblind(&z, &r);
        prop_assert_eq!(component, key.evaluate(&tweak(class), &h).unwrap());
        prop_assert_eq!(unblind_all(&[z, z], r), vec![component, component]);
        let mut item = MacItem { tweak: tweak(class), hash, component };
        prop_assert!(check_one(&key, &item).is_ok());
        prop_assert!(check_batch(&key, &[item], entropy(1)).is_ok());
        item.tweak = tweak(class.wrapping_add(1));
        prop_assert!(check_one(&key, &item).is_err(), "a coin of one class is none of another");
    }

    #[test]
    fn a_batch_of_evaluations_is_each_alone(
        seed in any::<[u8; 32]>(), list in prop::collection::vec((any::<u8>(), any_scalar()), 0..6),
    ) {
        let key = PoprfSecretKey::from_seed(&seed).unwrap();
        let items: Vec<(Tweak, Point)> = list
            .iter()
            .map(|(class, s)| (tweak(*class), point(RistrettoPoint::mul_base(s))))
            .collect();
        let alone: Vec<Point> =
            items.iter().map(|(m, b)| key.evaluate(m, b).unwrap()).collect();
        prop_assert_eq!(key.evaluate_batch(&items).unwrap(), alone);
    }

    /// Blindness. For elements E_0, E_1 of known logarithm a_0, a_1: whatever B the witnesses recorded for one coin,
    /// exactly one blind explains it for the other, and it explains the evaluation as well. So B tells nothing.
    #[test]
    fn any_coin_fits_any_order_by_exactly_one_blind(
        a0 in any_scalar(), a1 in any_scalar(), r0 in any_scalar(), other in any_scalar(),
        seed in any::<[u8; 32]>(),
    ) {
        let [e0, e1] = [a0, a1].map(|a| point(RistrettoPoint::mul_base(&a)));
        let recorded = blind(&e0, &blind_of(r0));
        let r1 = r0 * a0 * a1.invert();
        prop_assert_eq!(blind(&e1, &blind_of(r1)), recorded);
        prop_assert_eq!(other == r1, blind(&e1, &blind_of(other)) == recorded);
        let key = PoprfSecretKey::from_seed(&seed).unwrap();
        let z = key.evaluate(&tweak(1), &recorded).unwrap();
        prop_assert_eq!(unblind(&z, &blind_of(r1)), key.evaluate(&tweak(1), &e1).unwrap());
    }

    #[test]
    fn a_random_batch_passes_only_if_every_item_does(
        wrong in prop::collection::vec(any::<bool>(), 1..8), seed in any::<[u8; 32]>(),
    ) {
        let key = witness_key(1);
        let items: Vec<MacItem> = wrong.iter().enumerate().map(|(i, wrong)| {
            let mut item = item(&key, 50 + i as u64, 0);
            if *wrong {
                item.component = coin_hash(item.hash.coin());
            }
            item
        }).collect();
        let fresh = ronde_protocol::crypto::Entropy::new(seed);
        let passes = check_batch(&key, &items, fresh).is_ok();
        prop_assert_eq!(passes, wrong.iter().all(|wrong| !wrong));
        for (item, wrong) in items.iter().zip(&wrong) {
            prop_assert_eq!(check_one(&key, item).is_err(), *wrong);
        }
    }
}
