//! The wallet machine: what came back from the seed may have been spent before, or be a copy by somebody else.

use crate::federation_support;
use crate::wallet_support;

use federation_support::{
    CAMPAIGN, Federation, KEYSET, NOW, Plan, VOUCHER, VOUCHER_VALUE, entropy, federation, planned,
};
use ronde_protocol::{
    machine::wallet::{GrantTerms, Outcome, Payment, VoucherCount, Wallet, WalletError},
    message::{
        amount::Points,
        class::Kind,
        codec::encode,
        order::{Order, Purpose, Submission},
    },
};
use wallet_support::{lost::*, *};

const BALLOT: Kind = Kind::Ballot { campaign: CAMPAIGN };
const COFFEE: Kind = Kind::Voucher { offer: VOUCHER };

fn coffees(points: u64, count: u32) -> GrantTerms {
    GrantTerms { vouchers: vec![VoucherCount { offer: VOUCHER, count }], ..terms(points) }
}

fn pay_with(wallet: &mut Wallet, federation: &Federation, payment: &Payment) -> Result<Submission, WalletError> {
    let offer = offer(federation, 50, 1000, 1);
    let sealed = wallet.pay(&federation.charter, &offer, payment, None, NOW, entropy(50))?;
    Ok(sealed.release(&save(wallet)))
}

fn one_coffee(points: u64) -> Payment {
    Payment { points: Points(points), vouchers: vec![VoucherCount { offer: VOUCHER, count: 1 }] }
}

fn kinds_of(wallet: &Wallet) -> Vec<Kind> {
    let mut kinds: Vec<Kind> = wallet.book().coins.iter().map(|coin| coin.kind).collect();
    kinds.sort_unstable();
    kinds
}

/// A wallet that recovered these orders, one after the other.
fn with(federation: &Federation, orders: [&Order; 2]) -> Wallet {
    let mut found = device(federation, 1);
    orders.iter().for_each(|order| drop(bring_back(&mut found, federation, order).unwrap()));
    found
}

fn held(wallet: &Wallet, federation: &Federation) -> u64 {
    wallet.balance(&federation.charter).held().0
}

/// RESTORE-12
#[test]
fn a_payment_that_was_under_way_when_the_wallet_was_lost_freezes_its_own_coins_alone() {
    let federation = federation(4);
    let mut lost = device(&federation, 0);
    let order = earned(&mut lost, &federation, 1, terms(7));
    // Voted for, perhaps, and not certified.
    let under_way = paid(&mut lost, &federation, 1, 1).unwrap().signed.order;
    assert_eq!(under_way.inputs.len(), 1);
    let mut found = device(&federation, 1);
    earn(&mut found, &federation, 2, 8);
    bring_back(&mut found, &federation, &order).unwrap();
    assert_eq!((unproven(&found, &federation), spendable(&found, &federation)), (7, 8));
    assert_eq!(found.spendable(&federation.charter, NOW), Points(8), "what is offered to a till, too");
    assert!(matches!(paid(&mut found, &federation, 2, 9), Err(WalletError::NotEnough { .. })));
    assert!(found.swap(&federation.charter, KEYSET, true, NOW, entropy(3)).is_ok_and(|sealed| {
        let swap = sealed.release(&save(&mut found));
        swap.signed.order.inputs.len() == 1 && swap.signed.order.points_in() == Ok(Points(8))
    }));
    let swaps = swaps(&mut found, &federation);
    assert!(swaps.iter().all(|swap| swap.signed.order.inputs.len() == 1), "each coin by a Swap of its own");
    assert!(swaps.iter().all(|swap| swap.signed.order.purpose == Purpose::Swap));
    let stuck = |swap: &&Submission| swap.signed.order.inputs[0].point == under_way.inputs[0].point;
    swaps.iter().filter(|swap| !stuck(swap)).for_each(|swap| drop(settle(&mut found, &federation, swap)));
    assert_eq!((held(&found, &federation), spendable(&found, &federation)), (8 + 1, 6));
}

/// RESTORE-13
#[test]
fn a_coin_that_was_spent_since_leaves_with_the_certificate_of_what_spent_it_and_the_others_stay() {
    let federation = federation(4);
    let mut lost = device(&federation, 0);
    let order = earned(&mut lost, &federation, 1, terms(12));
    let spent = paid(&mut lost, &federation, 1, 4).unwrap().signed.order;
    let mut found = device(&federation, 1);
    assert_eq!(bring_back(&mut found, &federation, &order).unwrap().points, Points(12));
    for swap in swaps(&mut found, &federation) {
        if swap.signed.order.inputs[0].point != spent.inputs[0].point {
            settle(&mut found, &federation, &swap);
            continue;
        }
        let (digest, certificate) = (swap.signed.order.digest(), federation.certify(&spent));
        let gone = found.handle_conflict(&federation.charter, &digest, &spent, certificate, NOW).unwrap();
        gone.release(&save(&mut found));
    }
    assert_eq!((spendable(&found, &federation), unproven(&found, &federation), held(&found, &federation)), (8, 0, 0));
    bring_back(&mut found, &federation, &order).unwrap();
    assert_eq!(spendable(&found, &federation), 8, "and what is gone stays gone");
    assert!(found.pending().is_empty());
}

/// RESTORE-12
#[test]
fn a_recovered_voucher_is_paid_with_by_itself() {
    let federation = federation(4);
    let order = earned(&mut device(&federation, 0), &federation, 1, coffees(4, 2));
    let mut found = device(&federation, 1);
    bring_back(&mut found, &federation, &order).unwrap();
    prove(&mut found, &federation);
    let alone = Err(WalletError::VoucherAlone(VOUCHER));
    assert_eq!(pay_with(&mut found, &federation, &one_coffee(1)).map(drop), alone);
    let two = Payment { points: Points(0), vouchers: vec![VoucherCount { offer: VOUCHER, count: 2 }] };
    assert_eq!(pay_with(&mut found, &federation, &two).map(drop), alone);
    let paid = pay_with(&mut found, &federation, &one_coffee(0)).unwrap();
    assert_eq!(paid.signed.order.inputs.len(), 1);
    settle(&mut found, &federation, &paid);
    assert_eq!((kinds_of(&found), spendable(&found, &federation)), (vec![points(4), COFFEE], 4));
}

#[test]
fn a_voucher_that_the_wallet_got_itself_goes_before_a_recovered_one() {
    let federation = federation(4);
    let order = earned(&mut device(&federation, 0), &federation, 1, coffees(1, 1));
    let mut found = device(&federation, 1);
    bring_back(&mut found, &federation, &order).unwrap();
    earn_from(&mut found, &federation, 2, coffees(2, 1), &federation.indices(KEYSET));
    let paid = pay_with(&mut found, &federation, &one_coffee(2)).unwrap();
    assert_eq!(paid.signed.order.inputs.len(), 2);
    assert!(found.book().coins.iter().all(|coin| coin.unproven == coin.held_by.is_none()));
}

/// RESTORE-7
#[test]
fn a_copy_of_a_point_coin_costs_nothing_whichever_comes_first() {
    let federation = federation(4);
    let order = earned(&mut device(&federation, 0), &federation, 1, terms(8));
    let (lesser, better) = (copied(&order, points(4)), copied(&order, points(16)));
    for (orders, worth) in
        [([&lesser, &order], 8), ([&order, &lesser], 8), ([&order, &better], 16), ([&better, &order], 16)]
    {
        let mut found = with(&federation, orders);
        assert_eq!(unproven(&found, &federation), worth, "one key is counted once");
        let swaps = swaps(&mut found, &federation);
        assert_eq!(swaps.len(), 1, "and signed with once");
        settle(&mut found, &federation, &swaps[0]);
        assert_eq!((spendable(&found, &federation), found.book().coins.len()), (worth, 1));
    }
}

/// RESTORE-7, RESTORE-14
#[test]
fn a_point_that_was_made_of_a_ballot_does_not_keep_the_ballot_from_being_cast() {
    let federation = federation(4);
    let mut lost = device(&federation, 0);
    let order = earned(&mut lost, &federation, 1, with_ballot(6, CAMPAIGN));
    let copy = copied(&order, points(1));
    for orders in [[&order, &copy], [&copy, &order]] {
        let mut found = with(&federation, orders);
        assert_eq!(found.balance(&federation.charter).ballots, [CAMPAIGN]);
        prove(&mut found, &federation);
        assert_eq!(spendable(&found, &federation), 6);
        let vote = found.vote(&federation.charter, CAMPAIGN, 1, NOW, entropy(9)).unwrap().release(&save(&mut found));
        assert!(found.unproven(&federation.charter, NOW, true).is_empty(), "its point is held with it");
        settle(&mut found, &federation, &vote);
        assert_eq!((unproven(&found, &federation), spendable(&found, &federation)), (0, 6), "one key, one coin");
    }
}

/// RESTORE-7, RESTORE-14
#[test]
fn points_that_were_made_a_ballot_of_come_back_when_it_can_not_be_cast_or_when_the_owner_says_so() {
    let federation = federation(4);
    let order = earned(&mut device(&federation, 0), &federation, 1, terms(8));
    let copy = copied(&order, BALLOT);
    let end = federation.charter.campaign(CAMPAIGN).unwrap().end;
    for orders in [[&order, &copy], [&copy, &order]] {
        let found = with(&federation, orders);
        assert!(found.unproven(&federation.charter, end - 1, false).is_empty(), "it is for the owner to say");
        assert_eq!(found.unproven(&federation.charter, end - 1, true).len(), 1);
        assert_eq!(found.unproven(&federation.charter, end, false).len(), 1);
    }
}

/// RESTORE-7, RESTORE-14
#[test]
fn of_a_voucher_and_points_of_one_key_the_one_that_is_worth_more_is_kept() {
    let federation = federation(4);
    let voucher = earned(&mut device(&federation, 0), &federation, 1, coffees(0, 1));
    assert!((2..64).contains(&VOUCHER_VALUE));
    for (points, exchanged) in [(points(1), 0), (points(64), 1)] {
        let copy = copied(&voucher, points);
        for orders in [[&voucher, &copy], [&copy, &voucher]] {
            let mut found = with(&federation, orders);
            assert_eq!(kinds_of(&found), [points, COFFEE]);
            prove(&mut found, &federation);
            assert_eq!(spendable(&found, &federation), 64 * exchanged);
            let paid = pay_with(&mut found, &federation, &one_coffee(0));
            assert_eq!(paid.is_ok(), exchanged == 0, "{paid:?}");
        }
    }
}

/// RESTORE-7
#[test]
fn a_copy_does_not_come_beside_a_coin_that_is_proven_bound_or_asked_for() {
    let federation = federation(4);
    let mut wallet = device(&federation, 0);
    let order = earn_order(&federation, &claim(&mut wallet, &federation, 1, terms(8)));
    let copy = copied(&order, points(16));
    let before = wallet.to_bytes();
    let known = bring_back(&mut wallet, &federation, &copy).unwrap();
    assert_eq!((known.coins, wallet.to_bytes() == before), (0, true), "asked for");
    bring_back(&mut wallet, &federation, &order).unwrap();
    let before = wallet.to_bytes();
    let known = bring_back(&mut wallet, &federation, &copy).unwrap();
    assert_eq!((known.coins, wallet.to_bytes() == before), (0, true), "proven");
    let mut found = device(&federation, 1);
    bring_back(&mut found, &federation, &order).unwrap();
    swaps(&mut found, &federation);
    assert_eq!(bring_back(&mut found, &federation, &copy).unwrap().coins, 0, "bound");
}

#[test]
fn evaluations_of_a_copy_do_not_get_into_another_coin_of_the_key() {
    let federation = federation(4);
    let all = federation.indices(KEYSET);
    let order = earned(&mut device(&federation, 0), &federation, 1, terms(8));
    let copy = copied(&order, points(4));
    let mut found = device(&federation, 1);
    recover(&mut found, &federation, &copy, &federation.evaluations(&copy, &all[..3])).unwrap();
    recover(&mut found, &federation, &order, &federation.evaluations(&order, &all[..3])).unwrap();
    let late = federation.evaluations(&copy, &all[3..]);
    found.handle_evaluations(&federation.charter, &copy.digest(), &late).unwrap().release(&save(&mut found));
    let coin = found.book().coins.iter().find(|coin| coin.kind == points(8)).unwrap();
    assert!(!coin.components.contains_key(&all[3]));
    swaps(&mut found, &federation).iter().for_each(|swap| assert_sound(&federation, swap));
}

/// RESTORE-8
#[test]
fn a_copy_does_not_bring_back_what_this_wallet_spent() {
    let federation = federation(4);
    let mut wallet = device(&federation, 0);
    let order = earned(&mut wallet, &federation, 1, terms(8));
    let payment = paid(&mut wallet, &federation, 1, 8).unwrap();
    settle(&mut wallet, &federation, &payment);
    let copy = copied(&order, points(1));
    let before = wallet.to_bytes();
    assert_eq!(bring_back(&mut wallet, &federation, &copy).unwrap().coins, 0);
    assert_eq!(wallet.to_bytes(), before, "its key is not signed with again");
    // Nor what it exchanged, or what was spent before.
    let mut found = device(&federation, 1);
    bring_back(&mut found, &federation, &order).unwrap();
    let swap = swaps(&mut found, &federation).remove(0);
    let certificate = federation.certify(&payment.signed.order);
    let digest = swap.signed.order.digest();
    found.handle_conflict(&federation.charter, &digest, &payment.signed.order, certificate, NOW).unwrap();
    assert_eq!(bring_back(&mut found, &federation, &copy).unwrap().coins, 0);
}

/// RESTORE-8
#[test]
fn what_a_recovered_order_spent_is_not_counted_whichever_is_recovered_first() {
    let federation = federation(4);
    let mut lost = device(&federation, 0);
    let order = earned(&mut lost, &federation, 1, terms(64));
    let payment = paid(&mut lost, &federation, 1, 7).unwrap().signed.order;
    for orders in [[&order, &payment], [&payment, &order]] {
        let mut found = with(&federation, orders);
        assert_eq!(unproven(&found, &federation), 57, "the coin of 64 is not counted beside its change");
        prove(&mut found, &federation);
        assert_eq!(spendable(&found, &federation), 57);
    }
    // A coin in an open order is not dropped: that order is to be proven dead first.
    let mut found = device(&federation, 1);
    bring_back(&mut found, &federation, &order).unwrap();
    let open = swaps(&mut found, &federation).remove(0).signed.order.digest();
    bring_back(&mut found, &federation, &payment).unwrap();
    assert_eq!(held(&found, &federation), 64);
    let certificate = federation.certify(&payment);
    found.handle_conflict(&federation.charter, &open, &payment, certificate, NOW).unwrap().release(&save(&mut found));
    assert_eq!((held(&found, &federation), unproven(&found, &federation)), (0, 57));
}

/// RESTORE-8
#[test]
fn an_order_without_change_is_known_by_the_coins_that_it_spent() {
    let federation = federation(4);
    let mut lost = device(&federation, 0);
    let order = earned(&mut lost, &federation, 1, terms(8));
    let payment = paid(&mut lost, &federation, 1, 8).unwrap().signed.order;
    assert!(payment.outputs.is_empty());
    for (orders, coins) in [([&order, &payment], [1, 0]), ([&payment, &order], [0, 0])] {
        let mut found = device(&federation, 1);
        let came = orders.map(|order| bring_back(&mut found, &federation, order).unwrap().coins);
        assert_eq!((came, unproven(&found, &federation)), (coins, 0));
        let paid = found.book().history.iter().find(|record| record.purpose == Purpose::Redeem).unwrap();
        assert_eq!((paid.outcome, paid.digest), (Outcome::Recovered, Some(payment.digest())));
        let again = bring_back(&mut found, &federation, &payment).unwrap();
        assert_eq!((again.coins, again.settled.complete), (0, true));
    }
    let mut stranger = Wallet::new(ronde_protocol::crypto::Seed::new([0x12; 32]), federation.id(), 0);
    let refused = bring_back(&mut stranger, &federation, &payment).unwrap_err();
    assert_eq!(refused, WalletError::NotOurs(payment.digest()));
}

/// RESTORE-11
#[test]
fn a_device_number_used_twice_is_told_even_if_all_coins_are_known() {
    let federation = federation(4);
    let order = earned(&mut device(&federation, 0), &federation, 1, terms(8));
    let mut anew = device(&federation, 0);
    let same = earned(&mut anew, &federation, 2, terms(8));
    assert_eq!(order.outputs, same.outputs, "the same coins, asked for twice");
    let known = bring_back(&mut anew, &federation, &order).unwrap();
    assert_eq!((known.coins, known.behind), (0, true));
    assert_eq!(spendable(&anew, &federation), 8);
}

/// RESTORE-10
#[test]
fn what_the_history_has_forgotten_does_not_come_back_either() {
    let federation = federation(4);
    let order = earned(&mut device(&federation, 0), &federation, 1, terms(8));
    let mut wallet = device(&federation, 1);
    bring_back(&mut wallet, &federation, &order).unwrap();
    prove(&mut wallet, &federation);
    let own = earned(&mut wallet, &federation, 2, terms(4));
    let spent = earned(&mut wallet, &federation, 3, terms(64));
    let payment = paid(&mut wallet, &federation, 1, 64).unwrap();
    settle(&mut wallet, &federation, &payment);
    let mut book = wallet.book().clone();
    book.history.clear();
    // The seed's 32 bytes and the number of the format, then the book.
    let bytes = [&wallet.to_bytes()[..36], &encode(&book)].concat();
    let mut wallet = Wallet::from_bytes(&bytes).unwrap();
    assert!(wallet.book().history.is_empty());
    for order in [&order, &own, &spent, &payment.signed.order] {
        let known = bring_back(&mut wallet, &federation, order);
        assert!(known.is_ok_and(|known| known.coins == 0));
    }
    assert_eq!((spendable(&wallet, &federation), unproven(&wallet, &federation)), (12, 0));
}

/// RESTORE-8
#[test]
fn spent_keys_are_kept_as_long_as_witnesses_of_their_keyset_evaluate() {
    let federation = planned(&Plan::of(4));
    let mut wallet = device(&federation, 0);
    earn(&mut wallet, &federation, 1, 8);
    let payment = paid(&mut wallet, &federation, 1, 8).unwrap();
    settle(&mut wallet, &federation, &payment);
    assert_eq!(wallet.book().spent[&KEYSET].len(), 1);
    let last = federation.charter.keyset(KEYSET).unwrap().evaluate_until();
    for (now, kept) in [(last, true), (last + 1, false)] {
        let order = payment.signed.order.clone();
        let certificate = federation.certify(&order);
        wallet.recover(&federation.charter, order, certificate, &[], now).unwrap().release(&save(&mut wallet));
        assert_eq!(wallet.book().spent.contains_key(&KEYSET), kept);
    }
}
