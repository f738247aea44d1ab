//! The wallet machine: coins of a known order come back from the seed.

mod federation_support;
mod wallet_support;

use federation_support::{
    ASSOCIATION, CAMPAIGN, Federation, KEYSET, NOW, VOUCHER, entropy, federation, list, node_seed,
};
use proptest::prelude::*;
use ronde_protocol::{
    crypto::Seed,
    machine::wallet::{Coin, GrantTerms, Outcome, Payment, Recovered, Stage, VoucherCount, Wallet, WalletError},
    message::{
        amount::Points,
        certificate::CertificateError,
        class::Kind,
        evaluation::Evaluation,
        ids::{OrderDigest, StoreId, WitnessIndex},
        order::{Order, Output, Purpose, Submission},
    },
};
use wallet_support::*;

const SEED: [u8; 32] = [0x11; 32];

fn device(federation: &Federation, index: u32) -> Wallet {
    Wallet::new(Seed::new(SEED), federation.id(), index)
}

fn recover(
    wallet: &mut Wallet,
    federation: &Federation,
    order: &Order,
    evaluations: &[Evaluation],
) -> Result<Recovered, WalletError> {
    let certificate = federation.certify(order);
    let sealed = wallet.recover(&federation.charter, order.clone(), certificate, evaluations, NOW + 9)?;
    Ok(sealed.release(&save(wallet)))
}

/// With everybody's evaluations.
fn bring_back(wallet: &mut Wallet, federation: &Federation, order: &Order) -> Result<Recovered, WalletError> {
    recover(wallet, federation, order, &federation.evaluations(order, &federation.indices(KEYSET)))
}

/// What a wallet earned, as the order that any store can show.
fn earned(wallet: &mut Wallet, federation: &Federation, number: u32, terms: GrantTerms) -> Order {
    let order = earn_order(federation, &claim(wallet, federation, number, terms.clone()));
    earn_from(wallet, federation, number, terms, &federation.indices(KEYSET));
    order
}

fn paid(wallet: &mut Wallet, federation: &Federation, nonce: u8, points: u64) -> Result<Submission, WalletError> {
    let payment = Payment { points: Points(points), vouchers: Vec::new() };
    let sealed =
        wallet.pay(&federation.charter, &offer(federation, nonce, 1000, 1), &payment, None, NOW, entropy(nonce))?;
    Ok(sealed.release(&save(wallet)))
}

/// The order as somebody may copy it: the same outputs, all of this kind.
fn copied(order: &Order, denomination: u64) -> Order {
    let outputs = order.outputs.iter().map(|output| {
        let mut class = output.class;
        class.kind = Kind::Points { denomination };
        Output { class, blinded: output.blinded }
    });
    Order { store: StoreId(3), outputs: list(outputs), ..order.clone() }
}

fn coins_of(wallet: &Wallet, digest: OrderDigest) -> Vec<Coin> {
    let mut coins: Vec<Coin> = wallet.book().coins.iter().filter(|coin| coin.origin == digest).cloned().collect();
    coins.sort_by_key(|coin| coin.place);
    coins
}

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
    assert_eq!(coins_of(&found, order.digest()), coins_of(&lost, order.digest()), "the very same coins");
    assert!(found.pending().is_empty(), "nothing is missing");
    let record = found.book().history.last().unwrap();
    assert_eq!((record.outcome, record.purpose, record.points), (Outcome::Recovered, Purpose::Redeem, Points(57)));
    assert_eq!((record.digest, record.keyset, record.at), (Some(order.digest()), Some(KEYSET), NOW + 9));
    assert_eq!(paid(&mut found, &federation, 1, 5).unwrap_err(), WalletError::AlreadyPaid, "the same checkout");
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
    let payment = paid(&mut found, &federation, 1, 16).unwrap();
    settle(&mut found, &federation, &payment);
    let rest = federation.evaluations(&order, &all);
    let sealed = found.handle_evaluations(&federation.charter, &order.digest(), &rest).unwrap();
    assert!(sealed.release(&save(&mut found)).complete);
    assert!(found.pending().is_empty());
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
    let again = recover(&mut found, &federation, &order, &federation.evaluations(&order, &all[2..])).unwrap();
    assert!(again.settled.complete);
    assert_eq!((again.coins, spendable(&found, &federation)), (0, 25), "the same coins, whole now");
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
    let payment = paid(&mut found, &federation, 1, 25).unwrap();
    bring_back(&mut found, &federation, &order).unwrap();
    assert_eq!(found.balance(&federation.charter).held(), Points(25), "held coins are not doubled");
    settle(&mut found, &federation, &payment);
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
    let payment = paid(&mut found, &federation, 1, 3).unwrap();
    settle(&mut found, &federation, &payment);
    // Slot 0 need not be among them.
    let last = mine.outputs.iter().min_by_key(|output| output.class.kind.points()).unwrap();
    let mut outputs: Vec<Output> = theirs.outputs.iter().chain([last]).copied().collect();
    outputs.sort_by_key(|output| output.blinded);
    let recovered = bring_back(&mut device(&federation, 0), &federation, &Order { outputs: list(outputs), ..mine });
    assert_eq!(recovered.map(|recovered| (recovered.points, recovered.coins)).unwrap(), (Points(1), 1));
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
fn coins_that_were_spent_since_are_let_go_when_they_are_spent() {
    let federation = federation(4);
    let mut lost = device(&federation, 0);
    let order = earned(&mut lost, &federation, 1, terms(12));
    let spent = paid(&mut lost, &federation, 1, 4).unwrap().signed.order;
    let mut found = device(&federation, 1);
    assert_eq!(bring_back(&mut found, &federation, &order).unwrap().points, Points(12));
    let tried = paid(&mut found, &federation, 2, 12).unwrap().signed.order.digest();
    let certificate = federation.certify(&spent);
    found.handle_conflict(&federation.charter, &tried, &spent, certificate, NOW).unwrap().release(&save(&mut found));
    assert_eq!(spendable(&found, &federation), 8, "the rest is free again");
    bring_back(&mut found, &federation, &order).unwrap();
    assert_eq!(spendable(&found, &federation), 8, "and what is gone stays gone");
}

/// RESTORE-8
#[test]
fn coins_that_a_recovered_order_spent_are_dropped() {
    let federation = federation(4);
    let mut lost = device(&federation, 0);
    let order = earned(&mut lost, &federation, 1, terms(64));
    let payment = paid(&mut lost, &federation, 1, 7).unwrap().signed.order;
    let mut found = device(&federation, 1);
    bring_back(&mut found, &federation, &order).unwrap();
    bring_back(&mut found, &federation, &payment).unwrap();
    assert_eq!(spendable(&found, &federation), 57, "the coin of 64 is not counted beside its change");
    // A coin in an open order is not: that order is to be proven dead first, which frees its other coins.
    let mut found = device(&federation, 1);
    bring_back(&mut found, &federation, &order).unwrap();
    let open = paid(&mut found, &federation, 2, 3).unwrap().signed.order.digest();
    bring_back(&mut found, &federation, &payment).unwrap();
    assert_eq!(found.balance(&federation.charter).held(), Points(64));
    let certificate = federation.certify(&payment);
    found.handle_conflict(&federation.charter, &open, &payment, certificate, NOW).unwrap().release(&save(&mut found));
    assert_eq!(spendable(&found, &federation), 57);
}

/// RESTORE-7
#[test]
fn a_copy_of_a_blinded_output_in_another_order_makes_no_second_coin_of_one_key() {
    let federation = federation(4);
    let mut wallet = device(&federation, 0);
    let order = earned(&mut wallet, &federation, 1, terms(8));
    let before = wallet.to_bytes();
    let lesser = copied(&order, 4);
    let refused = bring_back(&mut wallet, &federation, &lesser).unwrap_err();
    assert_eq!(refused, WalletError::KnownCoins(lesser.digest()));
    assert_eq!(wallet.to_bytes(), before);
    // One that is worth more takes its place, unless it is bound already: of one key there is one coin.
    let payment = paid(&mut wallet, &federation, 1, 8).unwrap();
    let better = copied(&order, 16);
    let refused = bring_back(&mut wallet, &federation, &better).unwrap_err();
    assert_eq!(refused, WalletError::KnownCoins(better.digest()));
    settle(&mut wallet, &federation, &payment);
    let mut found = device(&federation, 1);
    bring_back(&mut found, &federation, &lesser).unwrap();
    assert_eq!(bring_back(&mut found, &federation, &order).unwrap().points, Points(8));
    assert_eq!((found.book().coins.len(), spendable(&found, &federation)), (1, 8));
    let payment = paid(&mut found, &federation, 2, 8).unwrap();
    assert_sound(&federation, &payment);
}

#[test]
fn evaluations_of_a_copy_do_not_get_into_the_coin_that_is_kept() {
    let federation = federation(4);
    let all = federation.indices(KEYSET);
    let order = earned(&mut device(&federation, 0), &federation, 1, terms(8));
    let copy = copied(&order, 4);
    let mut found = device(&federation, 1);
    recover(&mut found, &federation, &copy, &federation.evaluations(&copy, &all[..3])).unwrap();
    recover(&mut found, &federation, &order, &federation.evaluations(&order, &all[..3])).unwrap();
    let late = federation.evaluations(&copy, &all[3..]);
    let taken = found.handle_evaluations(&federation.charter, &copy.digest(), &late);
    assert!(taken.is_err() || !found.book().coins[0].components.contains_key(&all[3]));
    assert_sound(&federation, &paid(&mut found, &federation, 1, 8).unwrap());
}

#[test]
fn a_copy_of_what_is_still_asked_for_does_not_come_before_it() {
    let federation = federation(4);
    let mut wallet = device(&federation, 0);
    let order = earn_order(&federation, &claim(&mut wallet, &federation, 1, terms(8)));
    let copy = copied(&order, 16);
    assert_eq!(bring_back(&mut wallet, &federation, &copy).unwrap_err(), WalletError::KnownCoins(copy.digest()));
    bring_back(&mut wallet, &federation, &order).unwrap();
    assert_eq!(spendable(&wallet, &federation), 8);
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
        for order in &orders {
            match bring_back(&mut found, &federation, order) {
                Ok(recovered) => {
                    prop_assert_eq!(recovered.coins, order.outputs.len());
                    known.extend(made.iter().filter(|coin| coin.origin == order.digest()).map(|coin| (coin.point, coin)));
                    known.retain(|point, _| order.inputs.iter().all(|input| input.point != *point));
                }
                Err(error) => {
                    prop_assert!(order.outputs.is_empty());
                    prop_assert_eq!(error, WalletError::NotOurs(order.digest()));
                }
            }
        }
        for coin in &wallet.book().coins {
            prop_assert!(found.book().coins.contains(coin), "{:?} is missing", coin.place);
        }
        for coin in &found.book().coins {
            prop_assert_eq!(known.remove(&coin.point), Some(coin), "and what is not known to be spent is all there is");
        }
        prop_assert!(known.is_empty());
        let next = found.book().next_order.get(&KEYSET).copied().unwrap_or_default();
        let highest = found.book().coins.iter().map(|coin| coin.place.order + 1).max().unwrap_or_default();
        prop_assert!(next >= highest || later > 0, "no number of this device is used again");
        prop_assert!(next == 0 || later == 0, "and those of another are not its own");
    }
}
