//! Checkouts: paid once, and whatever buys nothing is owed back.

use crate::federation_support;
use crate::till_support;

use federation_support::{DAY, NOW, VOUCHER, VOUCHER_VALUE, federation};
use proptest::prelude::*;
use ronde_protocol::{
    limits::MAX_REFUNDS,
    machine::till::checkout::{Checkout, CheckoutError, CheckoutEvent, CheckoutState, Next, Refund, Unfit},
    message::{
        amount::Points,
        charter::Charter,
        class::Kind,
        codec::{decode, encode},
        ids::{OfferId, StoreId},
        offer::Offer,
        order::{Order, Purpose},
        refusal::Refusal,
    },
};
use till_support::{KEYSET, ONE, OTHER, documented, inputs, outputs, points, specified};

const STORE: StoreId = StoreId(3);
const EXPIRY: u64 = NOW + 300;
const COFFEE: Kind = Kind::Voucher { offer: VOUCHER };

struct Counter {
    charter: Charter,
    checkout: Checkout,
}

impl Counter {
    fn new(max: u64, step: u64) -> Self {
        let charter = federation(4).charter;
        let offer = Offer {
            federation: *charter.federation(),
            store: STORE,
            nonce: [4; 32],
            max: Points(max),
            step: Points(step),
            expiry: EXPIRY,
            time: NOW,
        };
        Self { charter, checkout: Checkout::new(offer, [0; 32]) }
    }

    /// An order for this checkout that spends and gets back coins of these kinds.
    fn order(&self, spend: &[Kind], change: &[Kind], salt: u8) -> Order {
        let offer = self.checkout.offer();
        Order {
            federation: offer.federation,
            keyset: KEYSET,
            store: STORE,
            purpose: Purpose::Redeem,
            reference: offer.reference(),
            time: offer.time,
            inputs: inputs(spend, salt),
            outputs: outputs(change, salt.wrapping_add(100)),
        }
    }

    /// An order that pays `amount` with one coin of 1024 and change.
    fn pay(&self, amount: u64, salt: u8) -> Order {
        let left = 1024 - amount;
        let change: Vec<Kind> = (0..11).map(|bit| 1 << bit).filter(|bit| left & bit != 0).map(points).collect();
        self.order(&[points(1024)], &change, salt)
    }

    fn bring(&mut self, order: &Order, now: u64) -> Result<(), CheckoutError> {
        self.checkout.handle_order(order, now, &self.charter)
    }

    fn certify(&mut self, order: &Order, now: u64) {
        let apart = self.checkout.handle_certified(order, now, &self.charter).unwrap();
        assert_eq!(apart, None, "there is room");
    }
}

#[test]
fn the_state_table_is_the_documented_one() {
    let states = [
        ("open", CheckoutState::Open),
        ("presented", CheckoutState::Presented),
        ("pending d", CheckoutState::Pending(ONE)),
        ("accepted d", CheckoutState::Accepted(ONE)),
        ("refused d", CheckoutState::Refused(ONE)),
        ("expired", CheckoutState::Expired),
        ("cancelled", CheckoutState::Cancelled),
        ("late d", CheckoutState::AcceptedLate(ONE)),
    ];
    let events = [
        CheckoutEvent::Present,
        CheckoutEvent::Order(ONE),
        CheckoutEvent::Order(OTHER),
        CheckoutEvent::Certified(ONE),
        CheckoutEvent::Certified(OTHER),
        CheckoutEvent::CertifiedUnfit(OTHER),
        CheckoutEvent::Refused(ONE),
        CheckoutEvent::Dropped(ONE),
        CheckoutEvent::Cancel,
        CheckoutEvent::TimeOver,
    ];
    let table: Vec<Vec<String>> = states
        .into_iter()
        .map(|(name, state)| {
            let cells = events.iter().map(|event| cell(state, *event));
            std::iter::once(name.to_owned()).chain(cells).collect()
        })
        .collect();
    assert_eq!(table, documented(include_str!("../src/machine/till/checkout.rs")));
    assert_eq!(table, specified(include_str!("../../spec/12-store.md"), "| state | present | order d |"));
}

fn cell(state: CheckoutState, event: CheckoutEvent) -> String {
    let next = match state.after(event) {
        Ok(next) => next,
        Err(CheckoutError::Taken) => return "taken".to_owned(),
        Err(CheckoutError::Expired) => return "expired".to_owned(),
        Err(CheckoutError::Cancelled) => return "cancelled".to_owned(),
        Err(other) => panic!("{other}"),
    };
    let Next { state: after, owed } = next;
    let name = match after {
        same if same == state => "same",
        CheckoutState::Open => "open",
        CheckoutState::Presented => "presented",
        CheckoutState::Pending(_) => "pending",
        CheckoutState::Accepted(_) => "accepted",
        CheckoutState::Refused(_) => "refused",
        CheckoutState::Expired => "expired",
        CheckoutState::Cancelled => "cancelled",
        CheckoutState::AcceptedLate(_) => "late",
    };
    if owed { format!("{name}, owed") } else { name.to_owned() }
}

#[test]
fn a_payment_is_presented_brought_and_accepted() {
    let mut counter = Counter::new(10, 1);
    assert_eq!(counter.checkout.handle_present(NOW).unwrap().max, Points(10));
    let order = counter.pay(7, 1);
    counter.bring(&order, NOW + 1).unwrap();
    assert_eq!(counter.checkout.state(), CheckoutState::Pending(order.digest()));
    assert_eq!(counter.checkout.paid(), Points(7));
    counter.certify(&order, NOW + 2);
    counter.certify(&order, NOW + 3);
    assert_eq!(counter.checkout.state(), CheckoutState::Accepted(order.digest()));
    assert!(counter.checkout.refunds().is_empty());
    // Its wallet may still bring it for its change.
    counter.bring(&order, NOW + DAY).unwrap();
}

/// STORE-23.
#[test]
fn a_pending_payment_is_not_cancelled_and_counts_however_late_it_is_certified() {
    let mut counter = Counter::new(10, 1);
    let order = counter.pay(7, 1);
    counter.bring(&order, EXPIRY - 1).unwrap();
    assert!(matches!(counter.checkout.handle_cancel(EXPIRY), Err(CheckoutError::Taken)));
    counter.certify(&order, EXPIRY + DAY);
    assert_eq!(counter.checkout.state(), CheckoutState::Accepted(order.digest()));
}

#[test]
fn a_payment_relayed_by_another_store_is_accepted_without_being_brought() {
    let mut counter = Counter::new(10, 1);
    let order = counter.pay(7, 1);
    counter.certify(&order, NOW);
    assert_eq!(counter.checkout.state(), CheckoutState::Accepted(order.digest()));
    assert_eq!(counter.checkout.paid(), Points(7));
}

#[test]
fn a_second_wallet_is_refused_and_owed_what_it_paid_elsewhere() {
    let mut counter = Counter::new(10, 1);
    let (first, second) = (counter.pay(7, 1), counter.pay(4, 2));
    counter.bring(&first, NOW).unwrap();
    assert!(matches!(counter.bring(&second, NOW), Err(CheckoutError::Taken)));
    counter.certify(&second, NOW);
    counter.certify(&second, NOW);
    counter.certify(&first, NOW);
    assert_eq!(counter.checkout.state(), CheckoutState::Accepted(first.digest()));
    assert_eq!(counter.checkout.paid(), Points(7));
    assert_eq!(counter.checkout.refunds(), [Refund { digest: second.digest(), points: Points(4) }]);
    // It still gets its change here.
    counter.bring(&second, NOW).unwrap();
}

#[test]
fn a_payment_after_expiry_cancelling_or_refusal_is_late_and_owed() {
    type End = fn(&mut Counter, &Order);
    let ends: [End; 3] = [
        |counter, _| assert!(counter.checkout.handle_time(EXPIRY)),
        |counter, _| counter.checkout.handle_cancel(NOW).unwrap(),
        |counter, order| {
            counter.bring(order, NOW).unwrap();
            counter.checkout.handle_refused(order.digest());
            assert_eq!(counter.checkout.state(), CheckoutState::Refused(order.digest()));
        },
    ];
    for end in ends {
        let mut counter = Counter::new(10, 1);
        let order = counter.pay(7, 1);
        end(&mut counter, &order);
        counter.certify(&order, NOW);
        counter.certify(&order, NOW);
        assert_eq!(counter.checkout.state(), CheckoutState::AcceptedLate(order.digest()));
        assert_eq!(counter.checkout.refunds(), [Refund { digest: order.digest(), points: Points(7) }]);
    }
}

/// STORE-28.
#[test]
fn an_order_whose_columns_were_refused_lets_the_checkout_go_and_may_take_it_again() {
    let mut counter = Counter::new(10, 1);
    let (first, second) = (counter.pay(7, 1), counter.pay(4, 2));
    counter.bring(&first, NOW).unwrap();
    counter.checkout.handle_dropped(second.digest());
    assert_eq!(counter.checkout.state(), CheckoutState::Pending(first.digest()));
    counter.checkout.handle_dropped(first.digest());
    assert_eq!((counter.checkout.state(), counter.checkout.paid()), (CheckoutState::Presented, Points::ZERO));
    counter.bring(&first, NOW).unwrap();
    counter.certify(&first, NOW);
    counter.checkout.handle_dropped(first.digest());
    assert_eq!(counter.checkout.state(), CheckoutState::Accepted(first.digest()));
    assert_eq!(counter.checkout.paid(), Points(7));
    assert!(counter.checkout.refunds().is_empty());
}

#[test]
fn a_checkout_that_is_over_says_why() {
    let mut expired = Counter::new(10, 1);
    let order = expired.pay(7, 1);
    assert!(matches!(expired.bring(&order, EXPIRY), Err(CheckoutError::Expired)));
    assert!(matches!(expired.checkout.handle_present(NOW), Err(CheckoutError::Expired)));
    let mut cancelled = Counter::new(10, 1);
    cancelled.checkout.handle_cancel(NOW).unwrap();
    assert!(matches!(cancelled.bring(&order, NOW), Err(CheckoutError::Cancelled)));
    assert!(matches!(cancelled.checkout.handle_present(NOW), Err(CheckoutError::Cancelled)));
}

#[test]
fn vouchers_count_by_their_value_and_the_step_is_for_points() {
    let mut counter = Counter::new(10 + VOUCHER_VALUE, 5);
    let order = counter.order(&[points(8), points(2), COFFEE], &[], 1);
    counter.bring(&order, NOW).unwrap();
    assert_eq!(counter.checkout.paid(), Points(10 + VOUCHER_VALUE));
    let mut only_voucher = Counter::new(10, 5);
    let order = only_voucher.order(&[COFFEE], &[], 1);
    only_voucher.bring(&order, NOW).unwrap();
    assert_eq!(only_voucher.checkout.paid(), Points(VOUCHER_VALUE));
}

#[test]
fn an_order_that_misses_the_terms_is_not_taken() {
    let mut counter = Counter::new(10, 2);
    let total = |paid| Unfit::Total { paid: Points(paid), max: Points(10) };
    let good = counter.pay(6, 1);
    let cases = [
        (counter.pay(12, 1), total(12)),
        (counter.pay(0, 1), total(0)),
        (counter.pay(7, 1), Unfit::Step(Points(2))),
        (counter.order(&[points(8), COFFEE], &[], 1), total(8 + VOUCHER_VALUE)),
        (Order { time: NOW + 1, ..good.clone() }, Unfit::OtherOffer),
        (Order { store: StoreId(1), ..good.clone() }, Unfit::OtherOffer),
        (Order { purpose: Purpose::Swap, ..good.clone() }, Unfit::OtherOffer),
        (counter.order(&[points(1)], &[points(2)], 1), Unfit::Overflow),
    ];
    for (order, expected) in cases {
        match counter.bring(&order, NOW) {
            Err(CheckoutError::Unfit(unfit)) => assert_eq!(unfit, expected),
            other => panic!("{other:?} instead of {expected}"),
        }
        assert_eq!(counter.checkout.state(), CheckoutState::Open);
    }
    let unknown = counter.order(&[Kind::Voucher { offer: OfferId(9) }], &[], 1);
    let refused = counter.bring(&unknown, NOW);
    assert!(matches!(refused, Err(CheckoutError::Refused(Refusal::CharterBehind))));
}

#[test]
fn a_certified_order_that_misses_the_terms_is_owed_and_leaves_the_checkout_open() {
    let mut counter = Counter::new(10, 2);
    let odd = counter.pay(7, 1);
    counter.certify(&odd, NOW);
    assert_eq!(counter.checkout.state(), CheckoutState::Open);
    assert_eq!(counter.checkout.refunds(), [Refund { digest: odd.digest(), points: Points(7) }]);
    let good = counter.pay(6, 2);
    counter.bring(&good, NOW).unwrap();
    counter.certify(&good, NOW);
    assert_eq!(counter.checkout.state(), CheckoutState::Accepted(good.digest()));
}

/// STORE-24.
#[test]
fn a_refund_that_has_no_place_in_the_checkout_is_given_back_to_be_kept_apart() {
    let mut counter = Counter::new(10, 1);
    let mut order = counter.pay(7, 1);
    // Certified with other terms than the offer's, each another order.
    for number in 0..MAX_REFUNDS {
        order.time = NOW + 1000 + u64::try_from(number).unwrap();
        counter.certify(&order, NOW);
    }
    let owed = counter.checkout.refunds().to_vec();
    order.time = NOW;
    order.reference = counter.checkout.offer().reference();
    counter.checkout.handle_cancel(NOW).unwrap();
    let apart = counter.checkout.handle_certified(&order, NOW, &counter.charter).unwrap();
    assert_eq!(apart, Some(Refund { digest: order.digest(), points: Points(7) }));
    assert_eq!(counter.checkout.state(), CheckoutState::AcceptedLate(order.digest()));
    assert_eq!(counter.checkout.refunds(), owed);
}

proptest! {
    /// However orders, certificates, refusals, cancelling and time mix: what was certified is what was accepted and
    /// what is owed, to the point.
    /// STORE-24.
    #[test]
    fn every_certified_point_is_either_accepted_or_owed(
        steps in prop::collection::vec((0u8..7, 1u8..4), 0..24),
    ) {
        let mut counter = Counter::new(10, 1);
        let orders: Vec<Order> = (1..4).map(|salt| counter.pay(u64::from(salt) * 5, salt)).collect();
        let mut certified = std::collections::BTreeMap::new();
        let mut now = NOW;
        for (step, which) in steps {
            let order = &orders[usize::from(which) - 1];
            match step {
                0 => { let _ = counter.bring(order, now); }
                1 => {
                    counter.certify(order, now);
                    certified.insert(order.digest(), 5 * u64::from(which));
                }
                2 => counter.checkout.handle_refused(order.digest()),
                3 => { let _ = counter.checkout.handle_cancel(now); }
                4 => { let _ = counter.checkout.handle_present(now); }
                5 => counter.checkout.handle_dropped(order.digest()),
                _ => now += 100,
            }
            let owed: u64 = counter.checkout.refunds().iter().map(|refund| refund.points.0).sum();
            let accepted = match counter.checkout.state() {
                CheckoutState::Accepted(_) => counter.checkout.paid().0,
                _ => 0,
            };
            prop_assert_eq!(certified.values().sum::<u64>(), owed + accepted);
            let bytes = encode(&counter.checkout);
            prop_assert_eq!(decode::<Checkout>(&bytes, 4096).unwrap(), counter.checkout.clone());
        }
    }
}
