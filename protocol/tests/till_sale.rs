//! Buying, claiming, paying with points and returning: nobody gains by any order of them (BASKET-8).

use crate::federation_support;

use federation_support::{CAMPAIGN, VOUCHER, list};
use proptest::prelude::*;
use ronde_protocol::{
    machine::till::{
        cents::Cents,
        grant::{GrantTerms, VoucherCount},
        quote::{Quote, QuotedBallot, QuotedVoucher},
        sale::{Claimed, Return, Sale, SaleError, Settled},
    },
    message::{
        amount::Points,
        charter::PointValue,
        codec::{decode, encode},
        ids::OfferId,
    },
};

/// What a voucher of the offer counts, in points.
const WORTH: u64 = 3;

fn worth(offer: OfferId) -> Points {
    assert_eq!(offer, VOUCHER);
    Points(WORTH)
}

/// One point for each whole euro.
fn plain() -> Quote {
    Quote { hundredths: 100, cents: 100, most: Points(u64::MAX), ballot: None, vouchers: list([]) }
}

const CENT: PointValue = PointValue { cents: 1, points: 1 };

fn sums(total: u64, eligible: u64) -> (Cents, Cents) {
    (Cents(total), Cents(eligible))
}

fn returned(points_back: u64, money: u64, deduct: u64) -> Return {
    Return { points_back: Points(points_back), money: Cents(money), deduct: Cents(deduct), instead: None }
}

/// BASKET-2.
#[test]
fn a_basket_earns_on_what_money_pays_of_it() {
    let sale = Sale::new(sums(4210, 4000), plain(), CENT, Points(150)).unwrap();
    assert_eq!(sale.granted().points, Points(38), "3850 cents");
    assert_eq!(sale.deduction(), Cents(150));
}

#[test]
fn a_whole_basket_that_comes_back_leaves_everybody_where_they_were() {
    let mut sale = Sale::new(sums(4210, 4000), plain(), CENT, Points(150)).unwrap();
    // 38 points were earned and are gone: they are worth 38 cents.
    assert_eq!(sale.handle_return(sums(4210, 4000), Claimed::Yes, worth), Ok(returned(150, 4060, 38)));
    let nothing_left = SaleError::TooMuch { total: Cents::ZERO, eligible: Cents::ZERO };
    assert_eq!(sale.handle_return(sums(1, 1), Claimed::Yes, worth), Err(nothing_left));
}

/// BASKET-6.
#[test]
fn what_nobody_claimed_is_made_anew_and_nothing_is_held_back() {
    let mut sale = Sale::new(sums(5000, 5000), plain(), CENT, Points::ZERO).unwrap();
    let instead = GrantTerms { points: Points(30), ..GrantTerms::default() };
    let answer = sale.handle_return(sums(2000, 2000), Claimed::No, worth).unwrap();
    assert_eq!(answer, Return { instead: Some(instead), ..returned(0, 2000, 0) });
    assert_eq!(sale.granted().points, Points(30));
    // Then it is claimed.
    assert_eq!(sale.handle_return(sums(1000, 1000), Claimed::Yes, worth), Ok(returned(0, 1000, 10)));
}

/// BASKET-7.
#[test]
fn a_voucher_that_the_rest_would_not_have_earned_is_held_back() {
    let quoted = QuotedVoucher { offer: VOUCHER, count: 2, minimum: Cents(3000) };
    let mut sale =
        Sale::new(sums(3500, 3500), Quote { vouchers: list([quoted]), ..plain() }, CENT, Points::ZERO).unwrap();
    assert_eq!(sale.granted().vouchers, list([VoucherCount { offer: VOUCHER, count: 2 }]));
    assert_eq!(sale.handle_return(sums(600, 600), Claimed::Yes, worth), Ok(returned(0, 600, 6 + 2 * WORTH)));
    assert_eq!(sale.handle_return(sums(900, 900), Claimed::Yes, worth), Ok(returned(0, 900, 9)), "once");
}

/// RETURN-3: the customer takes out the purse last.
#[test]
fn what_is_held_back_comes_out_of_the_money_then_of_the_points_and_only_then_is_owed() {
    let all = Points(u64::MAX);
    let settled = |points, pay, owed| Settled { points: Points(points), pay: Cents(pay), owed: Cents(owed) };
    assert_eq!(returned(150, 4060, 38).settled(all, CENT), settled(150, 4022, 0));
    assert_eq!(returned(150, 30, 38).settled(all, CENT), settled(142, 0, 0));
    assert_eq!(returned(5, 30, 38).settled(all, CENT), settled(0, 0, 3));
    // Less goes back than was paid: a till gave it back before.
    assert_eq!(returned(150, 30, 38).settled(Points(7), CENT), settled(0, 0, 1));
    // A point of 5 cents can't be taken in part.
    assert_eq!(returned(9, 0, 12).settled(all, PointValue { cents: 5, points: 1 }), settled(6, 0, 0));
}

/// BASKET-8: vouchers that come with every basket do not stay behind when all of it comes back.
#[test]
fn nothing_stays_of_a_basket_that_came_back_whole() {
    let quoted = QuotedVoucher { offer: VOUCHER, count: 2, minimum: Cents::ZERO };
    let quote = Quote { vouchers: list([quoted]), ..plain() };
    let mut sale = Sale::new(sums(50, 0), quote.clone(), CENT, Points::ZERO).unwrap();
    assert_eq!(sale.granted().vouchers, list([VoucherCount { offer: VOUCHER, count: 2 }]));
    assert_eq!(sale.clone().handle_return(sums(50, 0), Claimed::Yes, worth), Ok(returned(0, 50, 2 * WORTH)));
    assert_eq!(sale.handle_return(sums(49, 0), Claimed::Yes, worth), Ok(returned(0, 49, 0)));
    let instead = Some(GrantTerms::default());
    assert_eq!(
        Sale::new(sums(50, 0), quote, CENT, Points::ZERO).unwrap().handle_return(sums(50, 0), Claimed::No, worth),
        Ok(Return { instead, ..returned(0, 50, 0) })
    );
}

/// BASKET-7: the charter lets the store give less in the place of what nobody claimed.
#[test]
fn what_the_charter_no_longer_lets_a_store_give_is_not_held_back() {
    let quoted = QuotedVoucher { offer: VOUCHER, count: 2, minimum: Cents(1000) };
    let quote = Quote { vouchers: list([quoted]), ..plain() };
    for (less, held) in [(true, 10), (false, 10 + 2 * WORTH)] {
        let mut sale = Sale::new(sums(3000, 3000), quote.clone(), CENT, Points::ZERO).unwrap();
        let instead = sale.handle_return(sums(1000, 1000), Claimed::No, worth).unwrap().instead.unwrap();
        assert_eq!((sale.left(), sale.earning()), (sums(2000, 2000), Cents(2000)));
        if less {
            sale.handle_less_granted(GrantTerms { vouchers: list([]), ..instead });
        }
        let answer = sale.handle_return(sums(1001, 1001), Claimed::Yes, worth).unwrap();
        assert_eq!(answer.deduct, Cents(held + 1), "1001 of 2000 cents: 11 points of 20");
    }
}

/// BASKET-5.
#[test]
fn a_return_that_can_not_be_changes_nothing() {
    let mut sale = Sale::new(sums(1000, 400), plain(), CENT, Points(100)).unwrap();
    let before = sale.clone();
    let left = SaleError::TooMuch { total: Cents(1000), eligible: Cents(400) };
    for wrong in [(1001, 0), (500, 401), (100, 200)] {
        assert_eq!(sale.handle_return(sums(wrong.0, wrong.1), Claimed::Yes, worth), Err(left));
    }
    let uneven = SaleError::Uneven { total: Cents(300), eligible: Cents(400) };
    assert_eq!(sale.handle_return(sums(700, 0), Claimed::Yes, worth), Err(uneven));
    assert_eq!(sale, before);
    assert_eq!(Sale::new(sums(10, 11), plain(), CENT, Points::ZERO), Err(SaleError::Eligible));
    assert_eq!(Sale::new(sums(10, 10), plain(), CENT, Points(11)), Err(SaleError::Paid));
    assert_eq!(Sale::new(sums(1_000_000_001, 0), plain(), CENT, Points::ZERO), Err(SaleError::TooLarge));
}

fn quotes() -> impl Strategy<Value = Quote> {
    let voucher = (0..3u16, prop_oneof![Just(0), 0..9000u64]).prop_map(|(count, minimum)| QuotedVoucher {
        offer: VOUCHER,
        count,
        minimum: Cents(minimum),
    });
    let ballot =
        prop::option::of((0..50u64).prop_map(|minimum| QuotedBallot { campaign: CAMPAIGN, minimum: Points(minimum) }));
    (0..2000u64, 1..500u64, 0..200u64, ballot, prop::collection::vec(voucher, 0..4)).prop_map(
        |(hundredths, cents, most, ballot, vouchers)| Quote {
            hundredths,
            cents,
            most: Points(most),
            ballot,
            vouchers: list(vouchers),
        },
    )
}

fn values() -> impl Strategy<Value = PointValue> {
    (1..300u64, 1..300u64).prop_map(|(cents, points)| PointValue { cents, points })
}

/// A piece that comes back, as parts of a thousand of what is left, and whether the grant is claimed before.
type Piece = (u64, u64, bool);

/// All that is left, claimed at the latest now.
const LAST: Piece = (1000, 1000, true);

proptest! {
    /// BASKET-3: more cents never earn less, and a basket in two never more than the whole, but for rounding up nothing.
    #[test]
    fn more_cents_never_earn_less(quote in quotes(), less in 0..10_000u64, more in 0..10_000u64) {
        let (small, large) = (quote.terms(Cents(less)), quote.terms(Cents(less + more)));
        prop_assert!(small.points <= large.points && large.points <= quote.most);
        prop_assert!(small.ballot.is_none() || large.ballot.is_some());
        let count = |terms: &GrantTerms| terms.vouchers.iter().map(|voucher| voucher.count).sum::<u16>();
        prop_assert!(count(&small) <= count(&large));
        let uncapped = Quote { most: Points(u64::MAX), ..quote };
        let parts = [less, more].map(|cents| uncapped.terms(Cents(cents)).points.0);
        prop_assert!(parts[0] + parts[1] <= uncapped.terms(Cents(less + more)).points.0);
    }

    /// BASKET-8. Money is counted in exact fractions of a cent: `points` parts to a cent.
    #[test]
    fn nobody_gains_by_buying_claiming_and_returning(
        quote in quotes(),
        value in values(),
        total in 1..20_000u64,
        eligible in 0..=1000u64,
        paid in 0..=1000u64,
        pieces in prop::collection::vec((0..=1000u64, 0..=1000u64, any::<bool>()), 0..6),
    ) {
        let eligible = total * eligible / 1000;
        let paid = Points(Cents(total).in_points(value).0 * paid / 1000);
        let mut sale = Sale::new(sums(total, eligible), quote.clone(), value, paid).unwrap();
        let exact = |points: u64| u128::from(points) * u128::from(value.cents);
        let money = |cents: Cents| u128::from(cents.0) * u128::from(value.points);
        let vouchers = |terms: &GrantTerms| terms.vouchers.iter().map(|v| u64::from(v.count) * WORTH).sum::<u64>();

        let mut gave = exact(paid.0) + money(Cents(total - sale.deduction().0));
        let (mut got, mut deducted) = (0, 0);
        let mut held: Option<GrantTerms> = None;
        let (mut left, mut left_eligible) = (total, eligible);
        for (part, part_eligible, claims) in pieces.into_iter().chain([LAST]) {
            if claims && held.is_none() {
                held = Some(sale.granted().clone());
            }
            // As much of what earned as keeps the rest even.
            let back = left * part / 1000;
            let least = left_eligible.saturating_sub(left - back);
            let back_eligible = (least + (back.min(left_eligible) - least) * part_eligible / 1000).min(left_eligible);
            let claimed = if held.is_some() { Claimed::Yes } else { Claimed::No };
            let answer = sale.handle_return(sums(back, back_eligible), claimed, worth).unwrap();
            prop_assert_eq!(answer.instead.is_some(), held.is_none());
            got += exact(answer.points_back.0) + money(answer.money);
            gave += money(answer.deduct);
            deducted += answer.deduct.0;
            // However a till settles it, nobody has more by it.
            let settled = answer.settled(Points(u64::MAX), value);
            let (plus, minus) = (exact(settled.points.0) + money(settled.pay), money(settled.owed));
            let (given, kept) = (exact(answer.points_back.0) + money(answer.money), money(answer.deduct));
            prop_assert!(plus + kept <= given + minus, "{settled:?} of {answer:?}");
            prop_assert!(given + minus < plus + kept + exact(1) + money(Cents(1)), "{settled:?} of {answer:?}");
            (left, left_eligible) = (left - back, left_eligible - back_eligible);
            prop_assert_eq!(decode::<Sale>(&encode(&sale), 4096).unwrap(), sale.clone());

            // What the customer holds: goods at their price, what was claimed, and what came back. Never more than what was
            // given and what the goods that are left would have earned.
            let has = money(Cents(left)) + got + held.as_ref().map_or(0, |h| exact(h.points.0 + vouchers(h)));
            let fresh = quote.terms(Cents(left_eligible).less(Cents::at_least(sale.paid(), value)));
            let earned = exact(fresh.points.0 + vouchers(&fresh));
            prop_assert!(has <= gave + earned + money(Cents(1)) * u128::from(left > 0), "{has} of {gave} and {earned}");
        }
        prop_assert_eq!(left, 0);
        let held_points = held.map(|h| h.points.0 + vouchers(&h));
        let held = held_points.map_or(0, exact);
        prop_assert!(got + held <= gave, "a basket that came back whole: {got} and {held} for {gave}");
        prop_assert_eq!(sale.paid(), Points::ZERO);
        // Nor does the store: never is more held back than the customer holds.
        let most = held_points.map_or(Cents::ZERO, |points| Cents::at_least(Points(points), value));
        prop_assert!(deducted <= most.0, "{deducted} held back of {most:?}");
    }
}
