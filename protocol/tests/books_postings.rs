//! What each order does to the books.

use crate::federation_support;
use crate::witness_support;

use federation_support::{ASSOCIATION, CAMPAIGN, NOW, VOUCHER, VOUCHER_VALUE};
use ronde_protocol::{
    machine::books::{Account, BooksError, Flow, Statement, postings},
    message::{
        amount::{Points, PointsOverflow},
        class::Kind,
        ids::{OfferId, StoreId},
        order::{Order, Purpose},
    },
};
use witness_support::*;

const COFFEE: Kind = Kind::Voucher { offer: VOUCHER };
const BALLOT: Kind = Kind::Ballot { campaign: CAMPAIGN };

fn store(number: u32) -> Account {
    Account::Store(StoreId(number))
}

/// The lines of an order, and that what is owed and what is due cancel out (BOOKS-8).
fn lines(committee: &Committee, order: &Order) -> Vec<(Account, Flow, u64)> {
    let lines = postings(order, committee.charter()).unwrap();
    let mut sum = Statement::default();
    lines.iter().for_each(|line| sum.add(line.flow, line.points).unwrap());
    assert_eq!(sum.position(), 0);
    lines.into_iter().map(|line| (line.account, line.flow, line.points.0)).collect()
}

/// BOOKS-2.
#[test]
fn earn_debits_the_store_by_the_points_alone() {
    let committee = committee(4);
    let order = earn(&committee.federation, 2, 1, &[(1, points(8)), (2, points(1)), (3, BALLOT), (4, COFFEE)]).order;
    assert_eq!(lines(&committee, &order), [(store(2), Flow::Issued, 9), (Account::Pool, Flow::Floated, 9)]);
    let voucher_alone = earn(&committee.federation, 2, 1, &[(4, COFFEE)]).order;
    assert!(lines(&committee, &voucher_alone).is_empty());
}

/// BOOKS-3, BOOKS-4.
#[test]
fn redeem_credits_the_store_and_charges_each_voucher_to_its_funder() {
    let committee = committee(4);
    let from = [(1, points(8)), (2, COFFEE), (3, COFFEE)];
    let order = redeem(&committee.federation, 4, &from, &[(11, points(1))]).order;
    let expected = [
        (Account::Pool, Flow::Returned, 7),
        (store(4), Flow::Redeemed, 7),
        (store(1), Flow::VouchersFunded, VOUCHER_VALUE),
        (store(4), Flow::VouchersHonoured, VOUCHER_VALUE),
        (store(1), Flow::VouchersFunded, VOUCHER_VALUE),
        (store(4), Flow::VouchersHonoured, VOUCHER_VALUE),
    ];
    assert_eq!(lines(&committee, &order), expected);
}

/// BOOKS-5, BOOKS-6.
#[test]
fn gifts_come_from_the_pool_or_from_a_store() {
    let committee = committee(4);
    let association = Account::Association(ASSOCIATION);
    let donate = (StoreId::NONE, Purpose::Donate { association: ASSOCIATION });
    let order = spend(&committee.federation, donate, &[(1, points(8))], &[(11, points(2))]).order;
    assert_eq!(lines(&committee, &order), [(Account::Pool, Flow::Returned, 6), (association, Flow::Given, 6)]);
    let purpose = Purpose::Pledge { association: ASSOCIATION, points: Points(5) };
    let order = pledge(&committee.federation, 3, purpose, NOW).order;
    assert_eq!(lines(&committee, &order), [(store(3), Flow::Pledged, 5), (association, Flow::Given, 5)]);
}

/// BOOKS-7.
#[test]
fn swaps_and_ballots_are_nothing_to_the_books() {
    let committee = committee(4);
    let swapped = swap(&committee.federation, &[(1, points(2))], &[(2, points(1)), (3, points(1))]).order;
    let purpose = Purpose::Vote { campaign: CAMPAIGN, choice: 0 };
    let cast = spend(&committee.federation, (StoreId::NONE, purpose), &[(4, BALLOT)], &[]).order;
    for order in [swapped, cast] {
        assert!(lines(&committee, &order).is_empty());
    }
}

/// BOOKS-9.
#[test]
fn a_voucher_that_the_charter_does_not_know_yet_can_not_be_posted_and_its_certificate_waits_for_a_pull() {
    let mut committee = committee(4);
    let unknown = Kind::Voucher { offer: OfferId(9) };
    let order = redeem(&committee.federation, 2, &[(1, unknown)], &[]).order;
    assert_eq!(postings(&order, committee.charter()).unwrap_err(), BooksError::UnknownOffer);
    let certificate = committee.federation.certify_by(&order, &[index(1), index(2), index(3)]);
    let refusal = refused(committee.show(0, &order, certificate.as_certificate()));
    assert!(refusal.is_retryable());
    assert!(committee.seats[0].memory.log().is_empty());
}

#[test]
fn more_out_than_in_is_no_line() {
    let committee = committee(4);
    let order = redeem(&committee.federation, 2, &[(1, points(1))], &[(2, points(2))]).order;
    assert_eq!(postings(&order, committee.charter()).unwrap_err(), BooksError::Overflow(PointsOverflow));
}

/// BOOKS-10.
#[test]
fn a_flow_never_wraps_around() {
    let mut statement = Statement::default();
    statement.add(Flow::Issued, Points(u64::MAX)).unwrap();
    assert_eq!(statement.add(Flow::Issued, Points(1)).unwrap_err(), PointsOverflow);
    assert_eq!(statement.flow(Flow::Issued), Points(u64::MAX));
    assert_eq!(statement.position(), -i128::from(u64::MAX));
    Flow::ALL
        .iter()
        .filter(|flow| **flow != Flow::Issued)
        .for_each(|flow| statement.add(*flow, Points(u64::MAX)).unwrap());
    assert_eq!(statement.position(), 0, "as many flows are owed as are due");
}
