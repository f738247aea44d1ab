//! A basket: what is paid with points is fixed once, and nothing is earned before the till has its money.

use crate::federation_support;
use crate::till_support;

use federation_support::{CAMPAIGN, VOUCHER, list};
use proptest::prelude::*;
use ronde_protocol::{
    crypto::Entropy,
    machine::till::{
        basket::{Basket, BasketError, BasketEvent, BasketState, fresh_secret},
        cents::Cents,
        code::OrderCode,
        grant::{Grant, GrantSecret, GrantTerms},
        quote::{Quote, QuotedBallot, QuotedVoucher},
        sale::Claimed,
    },
    message::{
        amount::Points,
        charter::PointValue,
        codec::{decode, encode},
    },
};
use till_support::{documented, specified};

const EVENTS: [BasketEvent; 5] =
    [BasketEvent::Paid, BasketEvent::Declined, BasketEvent::Complete, BasketEvent::Cancel, BasketEvent::TimeOver];
const STATES: [BasketState; 5] =
    [BasketState::Open, BasketState::Settled, BasketState::Complete, BasketState::Cancelled, BasketState::Expired];

fn quote() -> Quote {
    Quote { hundredths: 100, cents: 100, most: Points(u64::MAX), ballot: None, vouchers: list([]) }
}

fn basket() -> Basket {
    Basket::new((Cents(4210), Cents(4000)), quote(), PointValue { cents: 1, points: 1 }).unwrap()
}

fn name(state: BasketState) -> String {
    format!("{state:?}").to_lowercase()
}

#[test]
fn the_state_table_is_the_documented_one() {
    let cell = |state: BasketState, event| match state.after(event) {
        Ok(next) if next == state => "same".to_owned(),
        Ok(next) => name(next),
        Err(BasketError::Settled) => "refused: settled".to_owned(),
        Err(BasketError::Complete) => "refused: complete".to_owned(),
        Err(BasketError::Cancelled) => "refused: cancelled".to_owned(),
        Err(BasketError::Expired) => "refused: expired".to_owned(),
        Err(BasketError::Sale(error)) => panic!("{error}"),
    };
    let rows = STATES.map(|state| {
        let cells = EVENTS.map(|event| cell(state, event));
        [name(state)].into_iter().chain(cells).collect::<Vec<_>>()
    });
    assert_eq!(rows.to_vec(), documented(include_str!("../src/machine/till/basket.rs")));
    assert_eq!(rows.to_vec(), specified(include_str!("../../spec/32-baskets.md"), "| state | paid |"));
}

/// BASKET-1, BASKET-2.
#[test]
fn a_paid_basket_earns_on_the_rest_once_the_till_says_so() {
    let mut basket = basket();
    assert_eq!(basket.earns_at_most().points, Points(40));
    basket.handle(BasketEvent::Paid, Points(150)).unwrap();
    assert_eq!((basket.claimable(), basket.sale().unwrap().deduction()), (None, Cents(150)));
    basket.handle(BasketEvent::Complete, Points::ZERO).unwrap();
    assert_eq!(basket.claimable().unwrap().points, Points(38));
}

#[test]
fn an_offer_asks_for_no_more_than_the_basket_costs() {
    let dear = Basket::new((Cents(99), Cents(0)), quote(), PointValue { cents: 10, points: 1 }).unwrap();
    assert_eq!(dear.most(Points(50), Points(1)), Some(Points(9)));
    assert_eq!(dear.most(Points(50), Points(5)), Some(Points(5)));
    assert_eq!(dear.most(Points(4), Points(5)), None);
    assert_eq!(dear.most(Points(50), Points(10)), None);
    assert_eq!(dear.most(Points(50), Points(0)), None);
}

#[test]
fn a_basket_that_earns_nothing_has_nothing_to_claim() {
    let mut small = Basket::new((Cents(99), Cents(99)), quote(), PointValue { cents: 1, points: 1 }).unwrap();
    small.handle(BasketEvent::Complete, Points::ZERO).unwrap();
    assert_eq!(small.claimable(), None);
}

/// BASKET-10: what the charter refuses by the time of the grant is left out, and returns are reckoned without it.
#[test]
fn a_basket_gives_less_than_was_quoted_where_the_charter_would_refuse_more() {
    let voucher = QuotedVoucher { offer: VOUCHER, count: 1, minimum: Cents::ZERO };
    let ballot = QuotedBallot { campaign: CAMPAIGN, minimum: Points(1) };
    let quoted = Quote { ballot: Some(ballot), vouchers: list([voucher]), ..quote() };
    let value = PointValue { cents: 1, points: 1 };
    for settled_before in [true, false] {
        let mut basket = Basket::new((Cents(4210), Cents(4000)), quoted.clone(), value).unwrap();
        if settled_before {
            basket.handle(BasketEvent::Paid, Points(150)).unwrap();
        }
        basket.handle(BasketEvent::Complete, Points::ZERO).unwrap();
        let full = if settled_before { 38 } else { 40 };
        assert_eq!(basket.claimable().unwrap().points, Points(full));
        assert_eq!(
            (basket.earning(), basket.to_pay().0),
            if settled_before { (Cents(3850), 4060) } else { (Cents(4000), 4210) }
        );
        basket.requote(basket.quote().within(Points(30), |_| false, |_| false));
        let terms = basket.claimable().unwrap();
        assert_eq!((terms.points, terms.ballot, terms.vouchers.len()), (Points(30), None, 0));
        // A voucher that was never given is not held back, and neither are points.
        let back =
            basket.handle_return((Cents(210), Cents(0)), Claimed::Yes, |_| panic!("no voucher")).unwrap().unwrap();
        assert_eq!(back.deduct, Cents::ZERO);
    }
    let all = quoted.within(Points(u64::MAX), |campaign| campaign == CAMPAIGN, |quoted| quoted == voucher);
    assert_eq!(all, quoted);
}

#[test]
fn the_grant_of_a_basket_opens_with_the_basket_s_link_alone() {
    let (secret, hash) = fresh_secret(Entropy::new([1; 32]));
    let terms = GrantTerms { points: Points(1), ..GrantTerms::default() };
    let grant = Grant::earned(terms, hash, [0; 32], (5, 9), Entropy::new([2; 32]));
    assert!(grant.is_opened_by(&secret) && !grant.is_opened_by(&GrantSecret::new([2; 32])));
    assert_eq!((grant.time(), grant.expiry()), (5, 9));
}

#[test]
fn a_code_is_the_first_forty_bits_of_an_id() {
    let id = |first: [u8; 5]| {
        let mut id = [0xee; 16];
        id[..5].copy_from_slice(&first);
        OrderCode::of(&id).to_string()
    };
    assert_eq!(id([0; 5]), "00000000");
    assert_eq!(id([0xff; 5]), "ZZZZZZZZ");
    assert_eq!(id([0x00, 0x44, 0x32, 0x14, 0xc7]), "01234567");
    assert_eq!(id([0x84, 0x65, 0x3a, 0x56, 0xd7]), "GHJKMNPQ");
}

fn events() -> impl Strategy<Value = Vec<(BasketEvent, u64)>> {
    prop::collection::vec((prop::sample::select(EVENTS.to_vec()), 0..4000u64), 0..8)
}

proptest! {
    /// BASKET-1, BASKET-4.
    #[test]
    fn what_was_paid_is_fixed_once_and_nothing_is_earned_before_the_end(events in events()) {
        let mut basket = basket();
        let mut fixed = None;
        let mut completed = false;
        for (event, paid) in events {
            let before = basket.clone();
            if basket.handle(event, Points(paid)).is_err() {
                prop_assert_eq!(&basket, &before);
                continue;
            }
            completed |= event == BasketEvent::Complete;
            if let Some(sale) = basket.sale() {
                let paid = *fixed.get_or_insert(if event == BasketEvent::Paid { Points(paid) } else { Points::ZERO });
                prop_assert_eq!(sale.paid(), paid);
            }
            prop_assert_eq!(basket.sale().is_some(), matches!(basket.state(), BasketState::Settled | BasketState::Complete));
            prop_assert_eq!(basket.state() == BasketState::Complete, completed);
            prop_assert!(completed || basket.claimable().is_none());
            let mut returned = basket.clone();
            let answer = returned.handle_return((Cents(1), Cents(1)), Claimed::No, |_| Points::ZERO);
            prop_assert_eq!(answer.is_some(), completed);
            prop_assert_eq!(decode::<Basket>(&encode(&basket), 4096).unwrap(), basket.clone());
        }
    }
}
