//! The wallet machine: what became of a payment, and claiming it back.

use crate::federation_support;
use crate::wallet_support;

use federation_support::{DAY, Federation, KEYSET, NOW, VOUCHER, VOUCHER_VALUE, entropy, federation};
use ronde_protocol::{
    crypto::Seed,
    machine::wallet::{
        ClaimedOrder, Fate, GrantTerms, Outcome, Payment, RefundRequest, Task, VoucherCount, Wallet, WalletError,
    },
    message::{
        amount::Points,
        ids::{Reference, StoreId},
        order::{Inputs, Order, Purpose},
        refund::RefundClaim,
    },
};
use wallet_support::*;

/// A wallet with 25 points and a voucher, of which it paid 7 and the voucher to store 2; its change has come.
fn paid(federation: &Federation) -> (Wallet, Order) {
    let mut wallet = wallet(federation);
    let vouchers = vec![VoucherCount { offer: VOUCHER, count: 1 }];
    let terms = GrantTerms { vouchers: vouchers.clone(), ..terms(25) };
    earn_from(&mut wallet, federation, 1, terms, &federation.indices(KEYSET));
    let payment = Payment { points: Points(7), vouchers };
    let offer = offer(federation, 1, 1000, 1);
    let sealed = wallet.pay(&federation.charter, &offer, &payment, None, NOW, entropy(2)).unwrap();
    let submission = sealed.release(&save(&mut wallet));
    settle(&mut wallet, federation, &submission);
    (wallet, submission.signed.order)
}

fn plan(wallet: &mut Wallet, federation: &Federation, order: &Order, owed: u64) -> Result<RefundRequest, WalletError> {
    let planned = wallet.plan_refund(&federation.charter, &order.digest(), Points(owed), NOW + 9, entropy(3));
    planned.map(|sealed| sealed.release(&save(wallet)))
}

/// The order that the store makes of a claim, if the claim is good.
fn earned(federation: &Federation, request: &RefundRequest) -> Order {
    let claim = RefundClaim {
        federation: federation.id(),
        store: request.store,
        order: request.refunded.digest(),
        keyset: request.keyset,
        outputs: request.outputs.clone(),
    };
    claim.verify(&request.refunded, &request.signature).unwrap();
    Order {
        federation: federation.id(),
        keyset: request.keyset,
        store: request.store,
        purpose: Purpose::Earn,
        reference: Reference([8; 32]),
        time: NOW,
        inputs: Inputs::default(),
        outputs: request.outputs.clone(),
    }
}

fn answer(federation: &Federation, order: Order) -> ClaimedOrder {
    let certificate = federation.certify(&order);
    let evaluations = federation.evaluations(&order, &federation.indices(KEYSET));
    ClaimedOrder { order, certificate, evaluations }
}

/// WALLET-43, WALLET-46, STORE-37: a voucher's value comes back in points.
#[test]
fn what_a_payment_paid_comes_back_with_the_value_of_its_voucher() {
    let federation = federation(4);
    let (mut wallet, order) = paid(&federation);
    assert_eq!(spendable(&wallet, &federation), 18);
    let digest = order.digest();
    let kept: Vec<_> = wallet.book().payments.iter().map(|payment| payment.order.digest()).collect();
    assert_eq!(kept, [digest], "certified, and nobody has said what became of it");
    let sum = 7 + VOUCHER_VALUE;
    for lie in [0, 7, sum - 1, sum + 1] {
        let refused = plan(&mut wallet, &federation, &order, lie);
        assert!(matches!(refused, Err(WalletError::OtherRefund { .. })), "{refused:?}");
    }
    let request = plan(&mut wallet, &federation, &order, sum).unwrap();
    assert_eq!(plan(&mut wallet, &federation, &order, sum).unwrap(), request, "the very same again (WALLET-3)");
    let earn = earned(&federation, &request);
    assert_eq!(earn.points_out().unwrap(), Points(sum));
    wallet.handle_refund_order(&digest, earn.clone()).unwrap().release(&save(&mut wallet));
    let sealed = wallet.handle_refund_answer(&federation.charter, &digest, answer(&federation, earn.clone()), NOW);
    assert!(sealed.unwrap().release(&save(&mut wallet)).usable);
    assert_eq!(spendable(&wallet, &federation), 18 + sum);
    assert!(wallet.book().payments.is_empty(), "it needs no more asking");
    let last = wallet.book().history.last().unwrap();
    assert_eq!((last.outcome, last.points, last.store), (Outcome::Refunded, Points(sum), StoreId(2)));
    assert!(matches!(plan(&mut wallet, &federation, &order, sum), Err(WalletError::NoSuchOrder(_))));
}

/// WALLET-20.
#[test]
fn an_order_that_is_not_what_was_claimed_is_not_taken() {
    let federation = federation(4);
    let (mut wallet, order) = paid(&federation);
    let request = plan(&mut wallet, &federation, &order, 7 + VOUCHER_VALUE).unwrap();
    let earn = earned(&federation, &request);
    let mut fewer = earn.outputs.to_vec();
    fewer.pop();
    let others = [
        Order { store: StoreId(3), ..earn.clone() },
        Order { purpose: Purpose::Redeem, ..earn.clone() },
        Order { outputs: fewer.try_into().unwrap(), ..earn },
    ];
    for other in others {
        let refused = wallet.handle_refund_order(&order.digest(), other.clone());
        assert!(matches!(refused, Err(WalletError::OtherOrder(StoreId(2)))));
        let refused =
            wallet.handle_refund_answer(&federation.charter, &order.digest(), answer(&federation, other), NOW);
        assert!(matches!(refused, Err(WalletError::OtherOrder(StoreId(2)))));
    }
}

/// WALLET-43, WALLET-45.
#[test]
fn a_payment_is_asked_about_until_it_is_known_what_became_of_it() {
    let federation = federation(4);
    for (fate, asked_again) in [
        (Fate::Owed, true),
        (Fate::Pending, true),
        (Fate::Paid, false),
        (Fate::Claimed, false),
        (Fate::Withdrawn, false),
    ] {
        let (mut wallet, order) = paid(&federation);
        wallet.handle_fate(&order.digest(), fate, NOW).release(&save(&mut wallet));
        assert_eq!(!wallet.book().payments.is_empty(), asked_again, "{fate:?}");
        let withdrawn = wallet.book().history.last().unwrap().outcome == Outcome::Withdrawn;
        assert_eq!(withdrawn, fate == Fate::Withdrawn, "it is told that somebody has to pay it by hand");
    }
}

/// WALLET-45: a device's clock that was ahead gives away nothing that a store owes.
#[test]
fn a_clock_that_is_ahead_forgets_no_payment() {
    let federation = federation(4);
    let (mut wallet, order) = paid(&federation);
    let far = federation.charter.keyset(KEYSET).unwrap().evaluate_until() + 1;
    // Another payment is answered by the wrong clock, and the store is not done with the first.
    let payment = Payment { points: Points(1), vouchers: Vec::new() };
    let offer = offer(&federation, 2, 1000, 1);
    let sealed = wallet.pay(&federation.charter, &offer, &payment, None, NOW, entropy(5)).unwrap();
    let second = sealed.release(&save(&mut wallet)).signed.order;
    let evaluations = federation.evaluations(&second, &federation.indices(KEYSET));
    let certificate = federation.certify(&second);
    let sealed = wallet.handle_answer(&federation.charter, &second.digest(), certificate, &evaluations, far);
    sealed.unwrap().release(&save(&mut wallet));
    wallet.handle_fate(&order.digest(), Fate::Owed, far).release(&save(&mut wallet));
    assert_eq!(
        wallet.due_payments(),
        [order.clone(), second.clone()],
        "until their store has said what became of them"
    );
    wallet.handle_fate(&second.digest(), Fate::Paid, far).release(&save(&mut wallet));
    // The clock is right again: what is owed comes back.
    let request = plan(&mut wallet, &federation, &order, 7 + VOUCHER_VALUE).unwrap();
    let earn = earned(&federation, &request);
    let sealed = wallet.handle_refund_answer(&federation.charter, &order.digest(), answer(&federation, earn), far);
    assert!(sealed.unwrap().release(&save(&mut wallet)).usable);
    assert!(wallet.due_payments().is_empty());
}

/// WALLET-9.
#[test]
fn a_claim_is_given_up_on_a_refusal_alone_and_not_once_its_order_was_shown() {
    let federation = federation(4);
    let (mut wallet, order) = paid(&federation);
    let digest = order.digest();
    let request = plan(&mut wallet, &federation, &order, 7 + VOUCHER_VALUE).unwrap();
    // The store may have signed it, and its answer was lost: it says so when it is asked, and the claim is sent again.
    wallet.handle_fate(&digest, Fate::Claimed, NOW).release(&save(&mut wallet));
    let durable = save(&mut wallet);
    assert_eq!(wallet.refund_again(&digest, &durable), Some(request.clone()));
    let mut copy = Wallet::from_bytes(&wallet.to_bytes()).unwrap();
    copy.handle_refund_refused(&digest, Fate::Claimed, NOW).unwrap().release(&save(&mut copy));
    assert!(copy.pending().is_empty() && copy.book().payments.is_empty());
    let numbers = (wallet.book().next_order[&KEYSET], copy.book().next_order[&KEYSET]);
    assert_eq!(numbers.0, numbers.1, "its number is not used again");

    wallet.handle_refund_order(&digest, earned(&federation, &request)).unwrap().release(&save(&mut wallet));
    let kept = wallet.handle_refund_refused(&digest, Fate::Claimed, NOW);
    assert!(matches!(kept, Err(WalletError::StillOpen(_))));
    assert_eq!(wallet.pending()[0].refund_of, Some(digest));
}

/// WALLET-47.
#[test]
fn another_wallet_of_the_seed_claims_what_a_lost_one_paid() {
    let federation = federation(4);
    let (lost, order) = paid(&federation);
    let mut found = Wallet::new(Seed::new(*lost.expose_seed()), federation.id(), 1);
    let certificate = federation.certify(&order);
    let mut stranger = Wallet::new(Seed::new([0x77; 32]), federation.id(), 0);
    let swap = Order { purpose: Purpose::Swap, ..order.clone() };
    let refused =
        found.handle_found_payment(&federation.charter, swap.clone(), federation.certify(&swap), NOW).map(|_| ());
    assert!(matches!(refused, Err(WalletError::NotOurs(_))));
    let forged = federation.certify(&swap);
    let refused = found.handle_found_payment(&federation.charter, order.clone(), forged, NOW).map(|_| ());
    assert!(matches!(refused, Err(WalletError::Certificate(_))));
    for _ in 0..2 {
        let sealed = found.handle_found_payment(&federation.charter, order.clone(), certificate.clone(), NOW);
        sealed.unwrap().release(&save(&mut found));
    }
    assert_eq!(found.book().payments.len(), 1);
    let request = plan(&mut found, &federation, &order, 7 + VOUCHER_VALUE).unwrap();
    let earn = earned(&federation, &request);
    let sealed = found.handle_refund_answer(&federation.charter, &order.digest(), answer(&federation, earn), NOW + DAY);
    sealed.unwrap().release(&save(&mut found));
    assert_eq!(spendable(&found, &federation), 7 + VOUCHER_VALUE);
    assert!(!found.book().open.iter().any(|open| matches!(open.task, Task::Refund { .. })));
    let refused = stranger.handle_found_payment(&federation.charter, order, certificate, NOW).map(|_| ());
    assert!(matches!(refused, Err(WalletError::NotOurs(_))));
}
