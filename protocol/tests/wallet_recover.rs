//! The wallet machine: coins of a known order come back from the seed.

use crate::federation_support;
use crate::wallet_support;

use federation_support::{ASSOCIATION, CAMPAIGN, KEYSET, NOW, VOUCHER, entropy, federation, list, node_seed};
use proptest::prelude::*;
use ronde_protocol::{
    crypto::Seed,
    machine::wallet::{Coin, GrantTerms, Outcome, Stage, VoucherCount, Wallet, WalletError},
    message::{
        amount::Points,
        certificate::CertificateError,
        ids::{KeysetId, StoreId, WitnessIndex},
        order::{Order, Output, Purpose},
    },
};
use wallet_support::{lost::*, *};

#[test]
fn the_change_of_a_lost_wallet_comes_back_on_the_next_device_and_is_spent() {
    let federation = federation(4);
    let mut lost = device(&federation, 0);
    earned(&mut lost, &federation, 1, terms(64));
    let payment = paid(&mut lost, &federation, 1, 7).unwrap();
    settle(&mut lost, &federation, &payment);
    let order = payment.signed.order;
    let mut found = device(&federation, 1);
    let recovered = bring_back(&mut found, &federation, &order).unwrap();
    assert!(recovered.settled.usable && recovered.settled.complete && !recovered.behind);
    assert_eq!((recovered.points, recovered.coins), (Points(57), order.outputs.len()));
    let mut coins = coins_of(&found, order.digest());
    assert!(coins.iter().all(|coin| coin.unproven));
    coins.iter_mut().for_each(|coin| coin.unproven = false);
    assert_eq!(coins, coins_of(&lost, order.digest()), "the very same coins");
    assert!(found.pending().is_empty(), "nothing is missing");
    let record = found.book().history.last().unwrap();
    assert_eq!((record.outcome, record.purpose, record.points), (Outcome::Recovered, Purpose::Redeem, Points(57)));
    assert_eq!((record.digest, record.keyset, record.at), (Some(order.digest()), Some(KEYSET), NOW + 9));
    assert_eq!(paid(&mut found, &federation, 1, 5).unwrap_err(), WalletError::AlreadyPaid, "the same checkout");
    prove(&mut found, &federation);
    assert_eq!((unproven(&found, &federation), spendable(&found, &federation)), (0, 57));
    let next = paid(&mut found, &federation, 2, 5).unwrap();
    settle(&mut found, &federation, &next);
    assert_eq!(spendable(&found, &federation), 52);
}

#[test]
fn vouchers_and_ballots_come_back_too() {
    let federation = federation(4);
    let vouchers = vec![VoucherCount { offer: VOUCHER, count: 2 }];
    let granted = GrantTerms { vouchers: vouchers.clone(), ..with_ballot(6, CAMPAIGN) };
    let order = earned(&mut device(&federation, 0), &federation, 1, granted);
    let mut found = device(&federation, 1);
    let recovered = bring_back(&mut found, &federation, &order).unwrap();
    assert_eq!(
        (recovered.points, &recovered.vouchers, &recovered.ballots[..]),
        (Points(6), &vouchers, &[CAMPAIGN][..])
    );
    assert_eq!(recovered.coins, 5);
    assert_eq!(found.book().history.last().unwrap().vouchers, vouchers);
    let ballot = found.vote(&federation.charter, CAMPAIGN, 1, NOW, entropy(1)).unwrap().release(&save(&mut found));
    settle(&mut found, &federation, &ballot);
}

/// RESTORE-3, RESTORE-6
#[test]
fn another_seed_or_federation_finds_nothing_and_stays_as_it_was() {
    let federation = federation(4);
    let order = earned(&mut device(&federation, 0), &federation, 1, terms(16));
    let mut stranger = Wallet::new(Seed::new([0x12; 32]), federation.id(), 0);
    let before = stranger.to_bytes();
    let refused = bring_back(&mut stranger, &federation, &order).unwrap_err();
    assert_eq!(refused, WalletError::NotOurs(order.digest()));
    assert_eq!(stranger.to_bytes(), before);
    let mut elsewhere = order.clone();
    elsewhere.federation.0[0] ^= 1;
    let refused = bring_back(&mut device(&federation, 1), &federation, &elsewhere).unwrap_err();
    assert_eq!(refused, WalletError::OtherFederation);
}

/// RESTORE-4
#[test]
fn devices_after_this_one_are_not_searched() {
    let federation = federation(4);
    let order = earned(&mut device(&federation, 3), &federation, 1, terms(16));
    let refused = bring_back(&mut device(&federation, 2), &federation, &order).unwrap_err();
    assert_eq!(refused, WalletError::NotOurs(order.digest()));
    assert!(bring_back(&mut device(&federation, 3 + 15), &federation, &order).is_ok(), "this one and 15 before it are");
}

/// RESTORE-2, RESTORE-6
#[test]
fn a_certificate_that_proves_nothing_brings_nothing_back() {
    let federation = federation(4);
    let order = earned(&mut device(&federation, 0), &federation, 1, terms(16));
    let evaluations = federation.evaluations(&order, &federation.indices(KEYSET));
    let mut found = device(&federation, 1);
    let before = found.to_bytes();
    let mut other = order.clone();
    other.time += 1;
    let mut short = federation.certify(&order);
    short.votes = list(short.votes.iter().copied().skip(1));
    let cases = [
        (federation.certify(&other), CertificateError::OtherOrder(other.digest())),
        (short, CertificateError::VoteCount { found: 2, needed: 3 }),
    ];
    for (certificate, error) in cases {
        let refused = found.recover(&federation.charter, order.clone(), certificate, &evaluations, NOW).unwrap_err();
        assert_eq!(refused, WalletError::Certificate(error));
        assert_eq!(found.to_bytes(), before);
    }
}

#[test]
fn components_of_q_witnesses_suffice_and_the_others_come_later() {
    let federation = federation(4);
    let all = federation.indices(KEYSET);
    let order = earned(&mut device(&federation, 0), &federation, 1, terms(25));
    let mut found = device(&federation, 1);
    let recovered = recover(&mut found, &federation, &order, &federation.evaluations(&order, &all[..3])).unwrap();
    assert!(recovered.settled.usable && !recovered.settled.complete);
    assert_eq!(found.pending()[0].stage, Stage::Completing);
    assert_eq!(found.missing_components(&federation.charter, &order.digest()), all[3..]);
    let first = swaps(&mut found, &federation).remove(0);
    settle(&mut found, &federation, &first);
    let rest = federation.evaluations(&order, &all);
    let sealed = found.handle_evaluations(&federation.charter, &order.digest(), &rest).unwrap();
    assert!(sealed.release(&save(&mut found)).complete);
    assert!(found.pending().iter().all(|view| view.purpose == Purpose::Swap), "the others wait");
}

#[test]
fn fewer_than_q_evaluations_make_coins_that_arrive_later() {
    let federation = federation(4);
    let all = federation.indices(KEYSET);
    let order = earned(&mut device(&federation, 0), &federation, 1, terms(25));
    let mut found = device(&federation, 1);
    let recovered = recover(&mut found, &federation, &order, &federation.evaluations(&order, &all[..2])).unwrap();
    assert!(!recovered.settled.usable);
    assert_eq!((recovered.points, found.balance(&federation.charter).arriving()), (Points(25), Points(25)));
    assert_eq!(found.pending()[0].stage, Stage::Certified);
    assert!(matches!(paid(&mut found, &federation, 1, 1), Err(WalletError::NotEnough { .. })));
    assert!(found.unproven(&federation.charter, NOW, true).is_empty(), "no quorum knows them yet");
    let again = recover(&mut found, &federation, &order, &federation.evaluations(&order, &all[2..])).unwrap();
    assert!(again.settled.complete);
    assert_eq!((again.coins, unproven(&found, &federation)), (0, 25), "the same coins, whole now");
}

/// RESTORE-5
#[test]
fn a_spoiled_evaluation_is_not_used_and_a_lying_witness_is_kept_as_evidence() {
    let federation = federation(4);
    let (spoiled, liar) = (WitnessIndex(1), WitnessIndex(2));
    let order = earned(&mut device(&federation, 0), &federation, 1, terms(25));
    let mut evaluations = federation.evaluations(&order, &federation.indices(KEYSET));
    evaluations[spoiled.position()].signature.0[7] ^= 1;
    let mut found = device(&federation, 1);
    let recovered = recover(&mut found, &federation, &order, &evaluations).unwrap();
    assert_eq!((recovered.settled.spoiled, recovered.settled.usable), (1, true));
    assert!(found.book().coins.iter().all(|coin| !coin.components.contains_key(&spoiled)));
    let marking = node_seed(StoreId(99)).witness_keys(&federation.id(), KEYSET).unwrap();
    evaluations[liar.position()] = federation.evaluate_with(&order, liar, &marking).unwrap();
    let mut found = device(&federation, 1);
    let recovered = recover(&mut found, &federation, &order, &evaluations).unwrap();
    assert!(!recovered.settled.usable, "two are left");
    let [evidence] = &found.book().evidence[..] else { panic!("one piece of evidence") };
    assert_eq!(evidence.clone().verify(&federation.charter).unwrap().culprit, liar);
}

/// RESTORE-10
#[test]
fn recovered_twice_is_once_even_after_the_coins_were_spent() {
    let federation = federation(4);
    let order = earned(&mut device(&federation, 0), &federation, 1, terms(25));
    let mut found = device(&federation, 1);
    bring_back(&mut found, &federation, &order).unwrap();
    let before = found.to_bytes();
    let again = bring_back(&mut found, &federation, &order).unwrap();
    assert_eq!((again.coins, again.points, again.settled.usable), (0, Points::ZERO, true));
    assert_eq!(found.to_bytes(), before);
    let swaps = swaps(&mut found, &federation);
    bring_back(&mut found, &federation, &order).unwrap();
    assert_eq!(found.balance(&federation.charter).held(), Points(25), "held coins are not doubled");
    swaps.iter().for_each(|swap| drop(settle(&mut found, &federation, swap)));
    let after = found.to_bytes();
    bring_back(&mut found, &federation, &order).unwrap();
    assert_eq!(found.to_bytes(), after, "what this wallet spent does not come back");
}

/// RESTORE-3
#[test]
fn only_the_outputs_that_are_its_own_come_back() {
    let federation = federation(4);
    let mine = earned(&mut device(&federation, 0), &federation, 1, terms(3));
    let mut other = Wallet::new(Seed::new([0x12; 32]), federation.id(), 0);
    let theirs = earned(&mut other, &federation, 2, terms(4));
    let mut outputs: Vec<Output> = mine.outputs.iter().chain(theirs.outputs.iter()).copied().collect();
    outputs.sort_by_key(|output| output.blinded);
    let joint = Order { outputs: list(outputs), ..mine.clone() };
    let mut found = device(&federation, 0);
    let recovered = bring_back(&mut found, &federation, &joint).unwrap();
    assert_eq!((recovered.points, recovered.coins), (Points(3), 2));
    assert!(recovered.settled.complete);
    prove(&mut found, &federation);
    let payment = paid(&mut found, &federation, 1, 3).unwrap();
    settle(&mut found, &federation, &payment);
}

/// RESTORE-4
#[test]
fn what_is_nobodys_here_is_looked_for_at_slot_0_alone_however_much_it_is() {
    let federation = federation(4);
    let mut lost = device(&federation, 0);
    let vouchers = vec![VoucherCount { offer: VOUCHER, count: 255 }];
    let mine = earned(&mut lost, &federation, 1, GrantTerms { vouchers, ..terms(1) });
    assert_eq!(mine.outputs.len(), 256);
    let mut found = device(&federation, 1);
    assert_eq!(bring_back(&mut found, &federation, &mine).unwrap().coins, 256, "slot 255 is found beside slot 0");
    let first = lost.book().coins.iter().find(|coin| coin.place.slot == 0).unwrap();
    let places = mine.outputs.iter().zip(lost.book().coins.iter().map(|coin| coin.place.slot));
    let others: Vec<Output> = places.filter(|(_, slot)| *slot != first.place.slot).map(|(output, _)| *output).collect();
    let headless = Order { outputs: list(others), ..mine };
    let refused = bring_back(&mut device(&federation, 1), &federation, &headless).unwrap_err();
    assert_eq!(refused, WalletError::NotOurs(headless.digest()), "no wallet made this order");
}

/// RESTORE-6
#[test]
fn an_output_of_a_keyset_that_the_charter_does_not_have_is_refused() {
    let federation = federation(4);
    let mut order = earned(&mut device(&federation, 0), &federation, 1, terms(3));
    let mut outputs: Vec<Output> = order.outputs.iter().copied().collect();
    outputs[1].class.keyset = KeysetId(9);
    order.outputs = list(outputs);
    let mut found = device(&federation, 1);
    let before = found.to_bytes();
    let evaluations: Vec<_> = Vec::new();
    let refused = recover(&mut found, &federation, &order, &evaluations).unwrap_err();
    assert_eq!(refused, WalletError::NoSuchKeyset(KeysetId(9)));
    assert_eq!(found.to_bytes(), before, "it can be recovered once the charter is newer");
}

/// RESTORE-9, RESTORE-11
#[test]
fn a_number_that_was_found_on_this_device_is_not_used_again() {
    let federation = federation(4);
    let mut lost = device(&federation, 0);
    let orders: Vec<Order> = (1..=4).map(|number| earned(&mut lost, &federation, number, terms(8))).collect();
    let mut found = device(&federation, 0);
    for (order, next) in [(&orders[2], 3), (&orders[0], 3), (&orders[3], 4)] {
        assert!(bring_back(&mut found, &federation, order).unwrap().behind, "it knew less than the lost one");
        assert_eq!(found.book().next_order.get(&KEYSET), Some(&next));
    }
    let fresh = claim(&mut found, &federation, 9, terms(8));
    assert!(orders.iter().all(|order| order.outputs != fresh.outputs));
    let mut next = device(&federation, 1);
    assert!(!bring_back(&mut next, &federation, &orders[2]).unwrap().behind);
    assert!(next.book().next_order.is_empty(), "the numbers of another device are not its own");
}

/// RESTORE-1
#[test]
fn control_a_device_index_used_twice_asks_for_the_coins_of_the_lost_wallet_again() {
    let federation = federation(4);
    let order = earned(&mut device(&federation, 0), &federation, 1, terms(8));
    assert_eq!(claim(&mut device(&federation, 0), &federation, 9, terms(8)).outputs, order.outputs);
    assert_ne!(claim(&mut device(&federation, 1), &federation, 9, terms(8)).outputs, order.outputs);
}

#[test]
fn an_order_that_is_open_here_is_settled_as_its_own() {
    let federation = federation(4);
    let mut wallet = device(&federation, 0);
    let request = claim(&mut wallet, &federation, 1, terms(64));
    let order = earn_order(&federation, &request);
    let recovered = bring_back(&mut wallet, &federation, &order).unwrap();
    assert_eq!((recovered.points, recovered.behind), (Points(64), false));
    let record = wallet.book().history.last().unwrap();
    assert_eq!((record.outcome, record.link.as_ref()), (Outcome::Certified, Some(&request.link)));
    let payment = paid(&mut wallet, &federation, 1, 7).unwrap();
    let recovered = bring_back(&mut wallet, &federation, &payment.signed.order).unwrap();
    assert_eq!((recovered.points, spendable(&wallet, &federation)), (Points(57), 57), "the change");
    assert!(wallet.pending().is_empty());
    assert_eq!(wallet.book().history.last().unwrap().outcome, Outcome::Certified);
}

#[test]
fn a_wallet_file_of_the_first_format_is_still_read() {
    let text: String = include_str!("wallet_support/v1.hex").split_whitespace().collect();
    let federation = federation(2);
    let mut wallet = Wallet::from_bytes(&hex::decode(text).unwrap()).unwrap();
    let history = &wallet.book().history;
    assert_eq!(history.iter().map(|record| record.points.0).collect::<Vec<_>>(), [8, 3]);
    assert!(history.iter().all(|record| record.keyset.is_none() && record.digest.is_some()));
    assert_eq!(wallet.balance(&federation.charter).held(), Points(1), "a gift is open");
    assert_eq!(spendable(&wallet, &federation), 4);
    save(&mut wallet);
    let gift = wallet.donate(&federation.charter, ASSOCIATION, Points(4), NOW, entropy(3)).unwrap();
    let gift = gift.release(&save(&mut wallet));
    settle(&mut wallet, &federation, &gift);
    assert_eq!(wallet.book().history.last().unwrap().keyset, Some(KEYSET));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn whatever_a_lost_wallet_was_left_with_comes_back_from_its_orders(
        lost in 0u32..4,
        later in 0u32..4,
        steps in proptest::collection::vec((1u64..200, any::<bool>()), 1..6),
        order_of_recovery in any::<u64>(),
    ) {
        let federation = federation(4);
        let mut wallet = device(&federation, lost);
        let mut orders = Vec::new();
        let mut made = Vec::new();
        for (number, (points, pays)) in (1u32..).zip(steps) {
            orders.push(earned(&mut wallet, &federation, number, terms(points)));
            made.extend(wallet.book().coins.iter().cloned());
            if pays {
                let payment = paid(&mut wallet, &federation, u8::try_from(number).unwrap(), points / 2 + 1).unwrap();
                settle(&mut wallet, &federation, &payment);
                orders.push(payment.signed.order);
                made.extend(wallet.book().coins.iter().cloned());
            }
        }
        let turns = usize::try_from(order_of_recovery % 64).unwrap() % orders.len();
        orders.rotate_left(turns);
        let mut found = device(&federation, lost + later);
        let mut known = std::collections::BTreeMap::new();
        let mut spent = std::collections::BTreeSet::new();
        for order in &orders {
            // That nothing of an order without change is found is possible where its inputs are not known.
            let recovered = match bring_back(&mut found, &federation, order) {
                Err(error) if order.outputs.is_empty() => {
                    prop_assert_eq!(error, WalletError::NotOurs(order.digest()));
                    continue;
                }
                recovered => recovered.unwrap(),
            };
            spent.extend(order.inputs.iter().map(|input| input.point));
            let of_order: Vec<&Coin> =
                made.iter().filter(|coin| coin.origin == order.digest() && !spent.contains(&coin.point)).collect();
            let points: std::collections::BTreeSet<_> = of_order.iter().map(|coin| coin.point).collect();
            prop_assert_eq!(recovered.coins, points.len());
            known.extend(of_order.into_iter().map(|coin| (coin.point, Coin { unproven: true, ..coin.clone() })));
            known.retain(|point, _| !spent.contains(point));
        }
        for coin in &wallet.book().coins {
            let coin = Coin { unproven: true, ..coin.clone() };
            prop_assert!(found.book().coins.contains(&coin), "{:?} is missing", coin.place);
        }
        for coin in &found.book().coins {
            prop_assert_eq!(known.remove(&coin.point), Some(coin.clone()), "and what is not known to be spent is all there is");
        }
        prop_assert!(known.is_empty());
        let next = found.book().next_order.get(&KEYSET).copied().unwrap_or_default();
        let highest = found.book().coins.iter().map(|coin| coin.place.order + 1).max().unwrap_or_default();
        prop_assert!(next >= highest || later > 0, "no number of this device is used again");
        prop_assert!(next == 0 || later == 0, "and those of another are not its own");
    }
}
