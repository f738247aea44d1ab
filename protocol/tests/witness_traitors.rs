//! More traitors than the committee can bear, and a witness that finds that it lost its own state.

use crate::federation_support;
use crate::witness_support;

use federation_support::{ASSOCIATION, DAY, KEYSET, NOW};
use ronde_protocol::{
    machine::{
        audit::Offence,
        books::{Account, Flow},
        witness::record::{OrderRecord, Retirement, View},
    },
    message::{
        amount::Points,
        evidence::Evidence,
        ids::StoreId,
        log::LogEntry,
        order::{Purpose, SignedOrder},
        refusal::{NotVoting, Refusal},
        wire::OrderState,
    },
};
use witness_support::*;

/// Two payments of coin 1.
fn race(committee: &Committee) -> (SignedOrder, SignedOrder) {
    let first = redeem(&committee.federation, 1, &[(1, points(8))], &[(11, points(1))]);
    let second = redeem(&committee.federation, 2, &[(1, points(8)), (2, points(4))], &[(12, points(1))]);
    (first, second)
}

/// Shows witness 0 two certificates over one coin, as two traitors among three signers can make them.
fn contest(committee: &mut Committee) -> (SignedOrder, SignedOrder) {
    let (first, second) = race(committee);
    let one = committee.federation.certify_by(&first.order, &[index(1), index(2), index(3)]).into_certificate();
    let other = committee.federation.certify_by(&second.order, &[index(1), index(2), index(3)]).into_certificate();
    certified(committee.show(0, &first.order, &one));
    let held = conflict(committee.show(0, &second.order, &other));
    assert_eq!(held.other.order(), &first.order);
    held.certificate.unwrap().verify(committee.charter().keyset(KEYSET).unwrap(), &first.order.digest()).unwrap();
    (first, second)
}

/// WITNESS-33
#[test]
fn of_two_certificates_over_one_coin_both_are_kept_and_neither_is_evaluated_further() {
    let mut committee = committee(4);
    let (first, second) = contest(&mut committee);
    for (this, that) in [(&first, &second), (&second, &first)] {
        let certificate = committee.federation.certify(&this.order);
        for _ in 0..2 {
            let held = conflict(committee.show(0, &this.order, &certificate));
            assert_eq!(held.other.order(), &that.order, "each is answered with the other");
            assert!(held.certificate.is_some());
            assert_eq!(conflict(committee.ask(0, this)).other.order(), &that.order);
        }
        let seat = &committee.seats[0];
        let state = seat.witness.order_state(&seat.memory, &this.order.digest()).unwrap();
        assert!(matches!(state, Some(OrderState::Dead { by, .. }) if by.order == that.order));
        let record = seat.memory.order(KEYSET, &this.order.digest()).unwrap();
        assert!(matches!(record, Some(OrderRecord::Contested { .. })));
    }
    let log = committee.seats[0].memory.log();
    assert!(
        matches!(log, [LogEntry::Certified(a), LogEntry::Certified(b)] if a.order == first.order && b.order == second.order)
    );
}

/// WITNESS-28, WITNESS-33, ROLLBACK-10
#[test]
fn a_witness_that_saw_two_certificates_over_one_coin_votes_no_more_and_still_certifies() {
    let mut committee = committee(4);
    let (first, second) = contest(&mut committee);
    let retired = committee.seats[0].retired();
    let expected = (first.order.digest(), second.order.digest());
    assert!(matches!(retired, Some(Retirement::TwoCertificates(one, other)) if (one, other) == expected));
    let innocent = redeem(&committee.federation, 1, &[(3, points(2))], &[]);
    assert_refused(committee.ask(0, &innocent), &Refusal::NotVoting(NotVoting::Retired));
    let certificate = committee.federation.certify_by(&innocent.order, &[index(1), index(2), index(3)]);
    certified(committee.show(0, &innocent.order, certificate.as_certificate()));
}

/// WITNESS-33, BOOKS-11
#[test]
fn the_second_certificate_is_not_booked() {
    let mut committee = committee(4);
    contest(&mut committee);
    let statements = committee.seats[0].memory.statements();
    assert_eq!(statements[&Account::Store(StoreId(1))].flow(Flow::Redeemed).0, 7);
    assert!(!statements.contains_key(&Account::Store(StoreId(2))));
    assert_eq!(statements.values().map(|flows| flows.position()).sum::<i128>(), 0);
}

/// WITNESS-36: with more out than in, and with a flow beyond 64 bits.
#[test]
fn a_certified_order_that_no_charter_lets_be_booked_is_kept_as_evidence_and_never_evaluated() {
    let mut committee = committee(4);
    let grown = redeem(&committee.federation, 1, &[(1, points(1))], &[(11, points(8))]);
    let certificate = committee.federation.certify_by(&grown.order, &[index(1), index(2), index(3)]).into_certificate();
    for _ in 0..2 {
        assert_refused(committee.show(0, &grown.order, &certificate), &Refusal::BadCertificate);
    }
    let seat = &committee.seats[0];
    assert!(seat.memory.log().is_empty() && seat.memory.statements().is_empty());
    let conviction = seat.memory.exhibits()[0].verify(committee.charter()).unwrap();
    assert_eq!((conviction.offence, conviction.culprits.len()), (Offence::BadOrder, 3));
    // Its coin is free, and the witness goes on.
    voted(committee.ask(0, &redeem(&committee.federation, 1, &[(1, points(1))], &[])));

    let (association, points) = (ASSOCIATION, Points(u64::MAX));
    for (day, booked) in [(0, true), (1, false)] {
        let gift = pledge(&committee.federation, 1, Purpose::Pledge { association, points }, NOW - day * DAY);
        let certificate = committee.federation.certify_by(&gift.order, &[index(1), index(2), index(3)]);
        let reply = committee.show(0, &gift.order, certificate.as_certificate());
        if booked { drop(certified(reply)) } else { assert_refused(reply, &Refusal::BadCertificate) }
    }
    assert_eq!((committee.seats[0].memory.log().len(), committee.seats[0].memory.exhibits().len()), (2, 3));
}

#[test]
fn a_third_certificate_over_the_coin_is_kept_beside_the_first_two() {
    let mut committee = committee(4);
    contest(&mut committee);
    let third = redeem(&committee.federation, 3, &[(1, points(8))], &[]);
    let certificate = committee.federation.certify_by(&third.order, &[index(1), index(2), index(3)]);
    conflict(committee.show(0, &third.order, certificate.as_certificate()));
    assert_eq!(committee.seats[0].memory.log().len(), 3);
}

#[test]
fn a_certificate_that_contradicts_two_orders_stops_both_and_is_met_by_what_contradicts_it_alone() {
    let mut committee = committee(4);
    let ones = [1, 2].map(|number| redeem(&committee.federation, 1, &[(number, points(8))], &[]));
    let all = redeem(&committee.federation, 2, &[(1, points(8)), (2, points(8)), (3, points(8))], &[]);
    let third = redeem(&committee.federation, 3, &[(3, points(8))], &[]);
    let others = [index(1), index(2), index(3)];
    for one in &ones {
        let certificate = committee.federation.certify_by(&one.order, &others);
        certified(committee.show(0, &one.order, certificate.as_certificate()));
    }
    for late in [&all, &third] {
        let certificate = committee.federation.certify_by(&late.order, &others);
        conflict(committee.show(0, &late.order, certificate.as_certificate()));
    }
    for contested in ones.iter().chain([&all, &third]) {
        let record = committee.seats[0].memory.order(KEYSET, &contested.order.digest()).unwrap();
        assert!(matches!(record, Some(OrderRecord::Contested { .. })));
    }
}

#[test]
fn two_certificates_under_one_reference_are_contested_too() {
    let mut committee = committee(4);
    let one = earn(&committee.federation, 1, 1, &[(1, points(8))]);
    let other = earn(&committee.federation, 1, 1, &[(2, points(8))]);
    for (order, contested) in [(&one, false), (&other, true)] {
        let certificate = committee.federation.certify_by(&order.order, &[index(1), index(2), index(3)]);
        let reply = committee.show(0, &order.order, certificate.as_certificate());
        if contested { drop(conflict(reply)) } else { drop(certified(reply)) }
    }
    assert!(matches!(committee.seats[0].retired(), Some(Retirement::TwoCertificates(..))));
}

/// ROLLBACK-7, ROLLBACK-9
#[test]
fn its_own_vote_in_a_certificate_that_its_log_lacks_retires_a_witness_but_the_order_stands() {
    let mut committee = committee(4);
    let (first, _) = race(&committee);
    let certificate = committee.federation.certify_by(&first.order, &[index(0), index(1), index(2)]);
    certified(committee.show(0, &first.order, certificate.as_certificate()));
    let retired = committee.seats[0].retired();
    assert!(matches!(retired, Some(Retirement::VoteForgotten(digest)) if digest == first.order.digest()));
    let innocent = redeem(&committee.federation, 1, &[(3, points(2))], &[]);
    assert_refused(committee.ask(0, &innocent), &Refusal::NotVoting(NotVoting::Retired));
    certified(committee.ask(0, &first));
}

/// ROLLBACK-8
#[test]
fn its_own_vote_in_a_certificate_is_no_surprise_if_it_voted() {
    let mut committee = committee(4);
    let (first, second) = race(&committee);
    voted(committee.ask(0, &first));
    let certificate = committee.federation.certify_by(&first.order, &[index(0), index(1), index(2)]);
    certified(committee.show(0, &first.order, certificate.as_certificate()));
    assert!(committee.seats[0].retired().is_none());
    // Nor if its vote was for an order that a certificate killed: then the other is contested, not forgotten.
    voted(committee.ask(3, &second));
    certified(committee.show(3, &first.order, certificate.as_certificate()));
    assert!(committee.seats[3].retired().is_none());
}

/// EVIDENCE-11
#[test]
fn a_certificate_kept_by_a_witness_clears_it_of_two_votes() {
    let mut committee = committee(4);
    let (first, second) = race(&committee);
    let dead_vote = voted(committee.ask(3, &second));
    let certificate = committee.gather(&first).unwrap();
    certified(committee.show(3, &first.order, &certificate));
    let freed = redeem(&committee.federation, 3, &[(2, points(4))], &[]);
    let freed_vote = voted(committee.ask(3, &freed));
    let evidence = Evidence::DoubleVote {
        first: second.order.clone(),
        first_vote: dead_vote,
        second: freed.order,
        second_vote: freed_vote,
    };
    // On its own it looks like treason; the log holds what voids it.
    assert_eq!(evidence.verify(committee.charter()).unwrap().culprit, index(3));
    let cleared = committee.seats[3].memory.log().iter().any(|entry| {
        matches!(entry, LogEntry::Certified(entry) if ronde_protocol::message::evidence::conflict(&entry.order, &second.order))
    });
    assert!(cleared);
}
