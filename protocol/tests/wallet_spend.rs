//! The wallet machine: earning, paying, and what it refuses.

use crate::federation_support;
use crate::wallet_support;

use federation_support::{
    ASSOCIATION, CAMPAIGN, Federation, KEYSET, NOW, Plan, VOUCHER, VOUCHER_VALUE, entropy, federation, planned, text,
};
use ronde_protocol::{
    crypto::{
        Seed,
        coin::{derive_blind, derive_coin_secret},
        poprf::{blind, coin_hash},
    },
    machine::{
        durable::Durable,
        wallet::{GrantTerms, Payment, Stage, VoucherCount, Wallet, WalletError},
    },
    message::{
        amount::Points,
        certificate::CertificateError,
        class::Kind,
        codec::encode,
        ids::{KeysetId, StoreId},
        order::{Purpose, Submission},
    },
};
use wallet_support::*;

fn pay(wallet: &mut Wallet, federation: &Federation, nonce: u8, points: u64) -> Result<Submission, WalletError> {
    let offer = offer(federation, nonce, 100, 1);
    let payment = Payment { points: Points(points), vouchers: Vec::new() };
    let sealed = wallet.pay(&federation.charter, &offer, &payment, None, NOW, entropy(nonce))?;
    Ok(sealed.release(&save(wallet)))
}

/// WALLET-18.
#[test]
fn earned_points_are_paid_with_change() {
    let federation = federation(4);
    let mut wallet = wallet(&federation);
    let settled = earn(&mut wallet, &federation, 1, 25);
    assert!(settled.usable && settled.complete && settled.evidence.is_empty() && settled.spoiled == 0);
    assert_eq!(spendable(&wallet, &federation), 25);
    let submission = pay(&mut wallet, &federation, 1, 7).unwrap();
    let order = &submission.signed.order;
    assert_eq!(order.points_in().unwrap().minus(order.points_out().unwrap()).unwrap(), Points(7));
    assert_eq!((order.store, order.time), (StoreId(2), NOW + 7), "store and time are the offer's");
    assert!(settle(&mut wallet, &federation, &submission).complete);
    assert_eq!(spendable(&wallet, &federation), 18);
    assert!(wallet.pending().is_empty());
    let history: Vec<_> = wallet.book().history.iter().map(|record| (record.purpose, record.points.0)).collect();
    assert_eq!(history, [(Purpose::Earn, 25), (Purpose::Redeem, 7)]);
}

#[test]
fn a_payment_without_change_is_done_with_its_certificate() {
    let federation = federation(4);
    let mut wallet = wallet(&federation);
    earn(&mut wallet, &federation, 1, 8);
    let submission = pay(&mut wallet, &federation, 1, 8).unwrap();
    assert!(submission.signed.order.outputs.is_empty());
    assert!(settle(&mut wallet, &federation, &submission).complete);
    assert!(wallet.pending().is_empty() && wallet.book().coins.is_empty());
}

/// WALLET-4.
#[test]
fn a_second_order_over_a_pending_coin_is_refused() {
    let federation = federation(4);
    let mut wallet = wallet(&federation);
    earn(&mut wallet, &federation, 1, 8);
    pay(&mut wallet, &federation, 1, 3).unwrap();
    let before = wallet.to_bytes();
    assert_eq!(
        pay(&mut wallet, &federation, 2, 1).unwrap_err(),
        WalletError::NotEnough { wanted: Points(1), available: Points(0) }
    );
    let swapped = wallet.swap(&federation.charter, KEYSET, true, NOW, entropy(3));
    assert_eq!(swapped.unwrap_err(), WalletError::Nothing);
    assert_eq!(wallet.to_bytes(), before, "a step that fails changes nothing");
    assert_eq!(wallet.balance(&federation.charter).held(), Points(8));
}

/// WALLET-24.
#[test]
fn an_offer_is_answered_once() {
    let federation = federation(4);
    let mut wallet = wallet(&federation);
    earn(&mut wallet, &federation, 1, 15);
    let submission = pay(&mut wallet, &federation, 1, 1).unwrap();
    let digest = submission.signed.order.digest();
    assert_eq!(pay(&mut wallet, &federation, 1, 2).unwrap_err(), WalletError::AlreadyPaying(digest));
    settle(&mut wallet, &federation, &submission);
    assert_eq!(pay(&mut wallet, &federation, 1, 2).unwrap_err(), WalletError::AlreadyPaid);
}

/// WALLET-23.
#[test]
fn an_offer_limits_amount_step_and_time() {
    let federation = federation(4);
    let mut wallet = wallet(&federation);
    earn(&mut wallet, &federation, 1, 100);
    let offer = offer(&federation, 1, 50, 5);
    let mut try_pay = |points, now| {
        let payment = Payment { points: Points(points), vouchers: Vec::new() };
        wallet.pay(&federation.charter, &offer, &payment, None, now, entropy(1)).map(|_| ()).unwrap_err()
    };
    assert_eq!(try_pay(7, NOW), WalletError::OffStep { step: Points(5) });
    assert_eq!(try_pay(55, NOW), WalletError::OverMaximum { max: Points(50) });
    assert_eq!(try_pay(0, NOW), WalletError::Nothing);
    assert_eq!(try_pay(5, NOW + 900), WalletError::OfferExpired(NOW + 900), "the store's time is over by then");
    let stepless = self::offer(&federation, 2, 50, 0);
    for points in [0, 5] {
        let payment = Payment { points: Points(points), vouchers: Vec::new() };
        let refused = wallet.pay(&federation.charter, &stepless, &payment, None, NOW, entropy(1)).map(|_| ());
        assert_eq!(refused.unwrap_err(), WalletError::OffStep { step: Points(0) });
    }
    let payment = Payment { points: Points(5), vouchers: Vec::new() };
    assert!(wallet.pay(&federation.charter, &offer, &payment, None, NOW + 899, entropy(1)).is_ok());
}

#[test]
fn vouchers_count_towards_the_maximum_and_make_no_change() {
    let federation = federation(4);
    let mut wallet = wallet(&federation);
    let vouchers = vec![VoucherCount { offer: VOUCHER, count: 2 }];
    let granted = GrantTerms { vouchers: vouchers.clone(), ..terms(10) };
    earn_from(&mut wallet, &federation, 1, granted, &federation.indices(KEYSET));
    assert_eq!(wallet.balance(&federation.charter).vouchers[0].count, 2);
    let both = |points| Payment { points: Points(points), vouchers: vouchers.clone() };
    let offer = offer(&federation, 1, 10, 1);
    let over = wallet.pay(&federation.charter, &offer, &both(11 - 2 * VOUCHER_VALUE), None, NOW, entropy(1));
    assert_eq!(over.unwrap_err(), WalletError::OverMaximum { max: Points(10) });
    let sealed = wallet.pay(&federation.charter, &offer, &both(10 - 2 * VOUCHER_VALUE), None, NOW, entropy(1)).unwrap();
    let submission = sealed.release(&save(&mut wallet));
    settle(&mut wallet, &federation, &submission);
    assert_eq!(spendable(&wallet, &federation), 6);
    assert!(wallet.balance(&federation.charter).vouchers.is_empty());
    let none =
        wallet.pay(&federation.charter, &wallet_support::offer(&federation, 2, 10, 1), &both(0), None, NOW, entropy(2));
    assert_eq!(none.unwrap_err(), WalletError::NoVoucher(VOUCHER));
}

/// WALLET-17.
#[test]
fn a_ballot_is_cast_once_and_a_gift_names_its_association() {
    let federation = federation(4);
    let mut wallet = wallet(&federation);
    earn_from(&mut wallet, &federation, 1, with_ballot(10, CAMPAIGN), &federation.indices(KEYSET));
    assert_eq!(wallet.balance(&federation.charter).ballots, [CAMPAIGN]);
    let late = NOW + 1234;
    let vote = wallet.vote(&federation.charter, CAMPAIGN, 2, late, entropy(1)).unwrap().release(&save(&mut wallet));
    assert_eq!(vote.signed.order.time, NOW, "only the hour of the phone's clock is told");
    settle(&mut wallet, &federation, &vote);
    let again = wallet.vote(&federation.charter, CAMPAIGN, 1, NOW, entropy(1));
    assert_eq!(again.unwrap_err(), WalletError::NoBallot(CAMPAIGN));
    let unknown = wallet.vote(&federation.charter, CAMPAIGN, 3, NOW, entropy(1));
    assert_eq!(unknown.unwrap_err(), WalletError::NoSuchChoice(CAMPAIGN));
    let gift = wallet.donate(&federation.charter, ASSOCIATION, Points(4), NOW, entropy(2)).unwrap();
    let gift = gift.release(&save(&mut wallet));
    assert_eq!(gift.signed.order.purpose, Purpose::Donate { association: ASSOCIATION });
    settle(&mut wallet, &federation, &gift);
    assert_eq!(spendable(&wallet, &federation), 6);
}

/// WALLET-12, WALLET-19.
#[test]
fn a_crowded_purse_is_merged_into_the_canonical_coins() {
    let federation = federation(4);
    let mut wallet = wallet(&federation);
    (1..=17).for_each(|number| drop(earn(&mut wallet, &federation, number, 1)));
    assert_eq!(wallet.crowded(), [KEYSET]);
    let swap = wallet.swap(&federation.charter, KEYSET, false, NOW, entropy(1)).unwrap().release(&save(&mut wallet));
    settle(&mut wallet, &federation, &swap);
    assert_eq!(wallet.book().coins.len(), 2, "16 and 1");
    assert_eq!(spendable(&wallet, &federation), 17);
    assert!(wallet.crowded().is_empty());
    let again = wallet.swap(&federation.charter, KEYSET, false, NOW, entropy(2));
    assert_eq!(again.unwrap_err(), WalletError::Nothing);
}

/// WALLET-2, WALLET-3.
#[test]
fn a_repeated_claim_sends_the_same_outputs_and_other_terms_are_refused() {
    let federation = federation(4);
    let mut wallet = wallet(&federation);
    let first = claim(&mut wallet, &federation, 1, terms(25));
    let second = claim(&mut wallet, &federation, 1, terms(25));
    assert_eq!(first, second);
    assert_eq!(wallet.claim_again(&first.link, &Durable::after_commit()), Some(first));
    let changed =
        wallet.plan_claim(&federation.charter, grant(1), text("secret"), terms(24), NOW, entropy(1)).unwrap_err();
    assert_eq!(changed, WalletError::TermsChanged);
    let other = claim(&mut wallet, &federation, 2, terms(25));
    assert!(second.outputs.iter().all(|output| !other.outputs.contains(output)), "no coin is asked for twice");
}

/// WALLET-13.
#[test]
fn slots_are_numbered_points_first_from_the_largest_then_vouchers_and_the_ballot_before_sorting() {
    let federation = federation(4);
    let mut wallet = wallet(&federation);
    let vouchers = vec![VoucherCount { offer: VOUCHER, count: 2 }];
    let request = claim(&mut wallet, &federation, 1, GrantTerms { vouchers, ..with_ballot(13, CAMPAIGN) });
    let points = |denomination| Kind::Points { denomination };
    let voucher = Kind::Voucher { offer: VOUCHER };
    let by_slot = [points(8), points(4), points(1), voucher, voucher, Kind::Ballot { campaign: CAMPAIGN }];
    let open = &wallet.book().open[0];
    assert!(request.outputs.windows(2).all(|pair| pair[0].blinded < pair[1].blinded), "sorted by B");
    let mut slots = open.slots.clone();
    slots.sort_unstable();
    assert_eq!(slots, [0, 1, 2, 3, 4, 5]);
    let seed = Seed::new([0x11; 32]).for_federation(&federation.id().0);
    for (output, slot) in request.outputs.iter().zip(&open.slots) {
        assert_eq!(output.class.kind, by_slot[usize::from(*slot)]);
        let place = (KEYSET.0, 0, open.number, *slot);
        let secret = derive_coin_secret(&seed, place.0, place.1, place.2, place.3);
        let factor = derive_blind(&seed, place.0, place.1, place.2, place.3);
        assert_eq!(output.blinded, blind(&coin_hash(&secret.public().encode()), &factor).encode());
    }
}

/// WALLET-9.
#[test]
fn a_claim_whose_order_was_shown_is_not_given_up_whatever_the_store_says() {
    let federation = federation(4);
    let mut wallet = wallet(&federation);
    let request = claim(&mut wallet, &federation, 1, terms(25));
    let order = earn_order(&federation, &request);
    let digest = order.digest();
    wallet.handle_claim_order(&request.link, order).unwrap().release(&Durable::after_commit());
    let refused = wallet.handle_claim_withdrawn(&request.link, NOW).unwrap_err();
    assert_eq!(refused, WalletError::StillOpen(digest));
    assert_eq!(wallet.pending()[0].digest, Some(digest));
    // Without an order there is nothing to complete.
    let other = claim(&mut wallet, &federation, 2, terms(25));
    wallet.handle_claim_withdrawn(&other.link, NOW).unwrap().release(&save(&mut wallet));
    assert_eq!(wallet.pending().len(), 1);
}

/// WALLET-20.
#[test]
fn a_claim_takes_only_an_order_that_asks_for_exactly_its_outputs() {
    let federation = federation(4);
    let mut wallet = wallet(&federation);
    let request = claim(&mut wallet, &federation, 1, terms(25));
    let order = earn_order(&federation, &request);
    let mut fewer = order.clone();
    fewer.outputs = federation_support::list(order.outputs.iter().skip(1).copied());
    let mut of_other_store = order.clone();
    of_other_store.store = StoreId(2);
    for wrong in [fewer, of_other_store] {
        let certificate = federation.certify(&wrong);
        let answer = ronde_protocol::machine::wallet::ClaimedOrder { order: wrong, certificate, evaluations: vec![] };
        let refused = wallet.handle_claim_answer(&federation.charter, &request.link, answer, NOW).unwrap_err();
        assert_eq!(refused, WalletError::OtherOrder(StoreId(1)));
    }
    assert_eq!(wallet.pending()[0].stage, Stage::Sent);
}

/// WALLET-27.
#[test]
fn a_certificate_of_another_order_settles_nothing() {
    let federation = federation(4);
    let mut wallet = wallet(&federation);
    earn(&mut wallet, &federation, 1, 25);
    let submission = pay(&mut wallet, &federation, 1, 7).unwrap();
    let mut other = submission.signed.order.clone();
    other.time += 1;
    let certificate = federation.certify(&other);
    let digest = submission.signed.order.digest();
    let before = wallet.to_bytes();
    let refused = wallet.handle_answer(&federation.charter, &digest, certificate, &[], NOW).unwrap_err();
    assert_eq!(refused, WalletError::Certificate(CertificateError::OtherOrder(other.digest())));
    assert_eq!(wallet.to_bytes(), before);
}

/// WALLET-11.
#[test]
fn the_keyset_is_drawn_from_all_that_are_open() {
    let federation = planned(&Plan { keysets: 3, ..Plan::of(1) });
    let drawn: std::collections::BTreeSet<KeysetId> = (0..64)
        .map(|number| {
            let mut wallet = wallet(&federation);
            let sealed = wallet.plan_claim(&federation.charter, grant(1), text("s"), terms(1), NOW, fresh(number));
            sealed.unwrap().release(&Durable::after_commit()).keyset
        })
        .collect();
    assert_eq!(drawn.len(), 3);
}

/// WALLET-3.
#[test]
fn what_is_sent_again_are_the_very_same_bytes_whenever_the_wallet_stopped() {
    let federation = federation(4);
    let mut wallet = wallet(&federation);
    earn(&mut wallet, &federation, 1, 25);
    let before = wallet.to_bytes();
    let submission = pay(&mut wallet, &federation, 1, 7).unwrap();
    let digest = submission.signed.order.digest();
    let reopened = Wallet::from_bytes(&wallet.to_bytes()).unwrap();
    let again = reopened.submission(&digest, &Durable::after_commit()).unwrap();
    assert_eq!(encode(&again), encode(&submission));
    // Stopped before the save: nothing was sent, and the same step gives an order over the same coins.
    let mut older = Wallet::from_bytes(&before).unwrap();
    let replayed = pay(&mut older, &federation, 1, 7).unwrap();
    assert_eq!(replayed.signed.order.digest(), digest);
    // Stopped after the answer and before its save: the answer comes again.
    let settled = settle(&mut Wallet::from_bytes(&wallet.to_bytes()).unwrap(), &federation, &submission);
    assert_eq!(settle(&mut wallet, &federation, &again).digest, settled.digest);
    assert_eq!(spendable(&wallet, &federation), 18);
}

/// WALLET-35: a witness that the coins were not known to can take the place of one that is gone for good.
#[test]
fn an_open_order_is_shown_to_witnesses_whose_components_came_after_it_was_signed() {
    let federation = federation(4);
    let mut wallet = wallet(&federation);
    let all = federation.indices(KEYSET);
    earn_from(&mut wallet, &federation, 1, terms(25), &all[..3]);
    let earned = wallet.pending()[0].digest.unwrap();
    let made = wallet.book().open[0].order().unwrap().clone();
    let submission = pay(&mut wallet, &federation, 1, 7).unwrap();
    let digest = submission.signed.order.digest();
    let shown = |submission: &Submission| submission.columns.iter().map(|column| column.index).collect::<Vec<_>>();
    assert_eq!(shown(&submission), all[..3]);
    let late = federation.evaluations(&made, &all[3..]);
    wallet.handle_evaluations(&federation.charter, &earned, &late).unwrap().release(&Durable::after_commit());
    let again = wallet.submission(&digest, &Durable::after_commit()).unwrap();
    assert_eq!(encode(&again.signed), encode(&submission.signed));
    assert_eq!(shown(&again), all);
    settle(&mut wallet, &federation, &again);
    assert_eq!(spendable(&wallet, &federation), 18);
}
