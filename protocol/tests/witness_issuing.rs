//! Clocks, limits and charters: what stops Earn and Pledge, and that nothing of it stops an order with inputs.

use crate::federation_support;
use crate::witness_support;

use federation_support::{
    ASSOCIATION, BALLOT_MINIMUM, CAMPAIGN, DAY, KEYSET, NOW, Plan, VOUCHER, body, list, planned, with,
};
use ronde_protocol::{
    limits::{CAMPAIGN_GRACE, MAX_CLOCK_SKEW},
    machine::witness::record::{Counter, View},
    message::{
        amount::Points,
        charter::CharterBody,
        class::Kind,
        ids::StoreId,
        order::{Purpose, Seconds, SignedOrder},
        refusal::{Refusal, Rule},
        wire::ReplyV1,
    },
};
use witness_support::*;

const BALLOT: Kind = Kind::Ballot { campaign: CAMPAIGN };
const COFFEE: Kind = Kind::Voucher { offer: VOUCHER };

fn four() -> Plan {
    Plan::of(4)
}

/// One of each kind of order that has inputs, with names that a charter can close.
fn with_inputs(committee: &Committee) -> Vec<SignedOrder> {
    let federation = &committee.federation;
    let donate = (StoreId::NONE, Purpose::Donate { association: ASSOCIATION });
    let cast = (StoreId::NONE, Purpose::Vote { campaign: CAMPAIGN, choice: 1 });
    vec![
        redeem(federation, 1, &[(1, points(8)), (2, COFFEE)], &[(11, points(1))]),
        swap(federation, &[(3, points(2))], &[(12, points(1)), (13, points(1))]),
        spend(federation, donate, &[(4, points(4))], &[(14, points(1))]),
        spend(federation, cast, &[(5, BALLOT)], &[]),
    ]
}

fn debits(committee: &Committee) -> Vec<SignedOrder> {
    let federation = &committee.federation;
    let purpose = Purpose::Pledge { association: ASSOCIATION, points: Points(5) };
    vec![earn(federation, 1, 1, &[(21, points(8))]), pledge(federation, 2, purpose, NOW)]
}

/// Everything that may be closed is, and the limits are nothing.
fn closed(plan: &Plan) -> CharterBody {
    let mut body = body(plan);
    body.associations = list(body.associations.iter().cloned().map(|mut all| {
        all.closed = true;
        all
    }));
    body.offers = list(body.offers.iter().cloned().map(|mut all| {
        (all.closed, all.per_store) = (true, 0);
        all
    }));
    body.stores = list(body.stores.iter().cloned().map(|mut all| {
        all.daily_limit = Points(0);
        all
    }));
    body
}

/// CERT-8, CHARTER-13, CHARTER-16, CHARTER-17, WITNESS-16, WITNESS-19, WITNESS-28
#[test]
fn an_expired_or_forked_charter_stops_earn_and_pledge_and_nothing_else() {
    let mut expired = body(&four());
    expired.expires = NOW;
    let expired = Committee::of(with(expired));
    let mut forked = committee(4);
    forked.federation.charter = forked.federation.charter.clone().forked();
    for mut committee in [expired, forked] {
        for order in debits(&committee) {
            assert_refused(committee.ask(0, &order), &Refusal::CharterExpired);
            // What others certified stands, and is evaluated.
            let certificate = committee.federation.certify_by(&order.order, &[index(1), index(2), index(3)]);
            certified(committee.show(0, &order.order, certificate.as_certificate()));
        }
        for order in with_inputs(&committee) {
            voted(committee.ask(0, &order));
        }
    }
}

#[test]
fn the_last_second_of_a_charter_still_issues() {
    let mut committee = committee(4);
    committee.now = NOW + 170 * DAY;
    let mut body = body(&four());
    body.expires = committee.now + 1;
    committee.federation = with(body);
    voted(committee.ask(0, &debits(&committee)[0]));
}

/// WITNESS-16
#[test]
fn orders_with_inputs_are_refused_by_no_clock_limit_or_closed_name() {
    let mut committee = Committee::of(with(closed(&four())));
    let keyset = committee.charter().keyset(KEYSET).unwrap();
    let clocks = [0, NOW - 300 * DAY, NOW, keyset.issue_until() + 1, keyset.redeem_until()];
    for (at, now) in clocks.into_iter().enumerate() {
        committee = Committee::of(with(closed(&four())));
        committee.now = now;
        for order in with_inputs(&committee) {
            let late_ballot = matches!(order.order.purpose, Purpose::Vote { .. }) && now > NOW + 31 * DAY;
            match committee.ask(at % 4, &order) {
                ReplyV1::Voted(_) => assert!(!late_ballot),
                reply => {
                    assert!(late_ballot, "{:?} at {now}: {reply:?}", order.order.purpose);
                    assert_refused(reply, &Refusal::Closed);
                }
            }
        }
    }
}

/// WITNESS-14, WITNESS-28, WITNESS-34
#[test]
fn nobody_votes_after_redeem_until_but_certificates_are_evaluated_for_seven_days_more() {
    let mut committee = committee(4);
    let keyset = committee.charter().keyset(KEYSET).unwrap();
    let (redeem_until, evaluate_until) = (keyset.redeem_until(), keyset.evaluate_until());
    let orders = with_inputs(&committee);
    committee.now = redeem_until + 1;
    assert_refused(committee.ask(0, &orders[0]), &Refusal::Closed);
    committee.now = evaluate_until;
    let certificate = committee.federation.certify_by(&orders[0].order, &[index(1), index(2), index(3)]);
    certified(committee.show(0, &orders[0].order, certificate.as_certificate()));
    committee.now = evaluate_until + 1;
    assert_refused(committee.show(0, &orders[0].order, certificate.as_certificate()), &Refusal::Closed);
}

/// WITNESS-34, ROLLOVER-7
#[test]
fn a_log_that_is_closing_takes_no_more_certificates_however_they_come() {
    let mut committee = committee(4);
    let order = with_inputs(&committee).remove(0);
    let votes = [0, 1].map(|at| voted(committee.ask(at, &order)));
    voted(committee.ask(2, &order));
    committee.now = committee.charter().keyset(KEYSET).unwrap().evaluate_until() + 1;
    let request = committee.request(2, &order, &votes);
    assert_refused(committee.send(2, request), &Refusal::Closed);
    assert_eq!(committee.seats[2].memory.log().len(), 1);
}

/// WITNESS-9
#[test]
fn a_vote_in_hand_stays_the_same_after_redeem_until() {
    let mut committee = committee(4);
    let orders = with_inputs(&committee);
    let vote = voted(committee.ask(0, &orders[0]));
    committee.now = committee.charter().keyset(KEYSET).unwrap().redeem_until() + 1;
    assert_eq!(voted(committee.ask(0, &orders[0])), vote);
}

/// WITNESS-15
#[test]
fn a_ballot_is_cast_until_an_hour_after_the_end() {
    let mut committee = committee(4);
    let cast = with_inputs(&committee).pop().unwrap();
    let end = committee.charter().campaign(CAMPAIGN).unwrap().end;
    committee.now = end + CAMPAIGN_GRACE + 1;
    assert_refused(committee.ask(0, &cast), &Refusal::Closed);
    committee.now = end + CAMPAIGN_GRACE;
    voted(committee.ask(0, &cast));
    committee.now += 1;
    voted(committee.ask(0, &cast));
}

/// WITNESS-21
#[test]
fn a_debit_from_the_future_waits_and_one_from_the_past_does_not() {
    let mut committee = committee(4);
    let orders = debits(&committee);
    committee.now = NOW - MAX_CLOCK_SKEW - 1;
    for order in &orders {
        let refusal = Refusal::ClockSkew { ahead: MAX_CLOCK_SKEW + 1 };
        assert_refused(committee.ask(0, order), &refusal);
        assert!(refusal.is_retryable());
    }
    committee.now = NOW - MAX_CLOCK_SKEW;
    voted(committee.ask(0, &orders[0]));
    committee.now = NOW + 100 * DAY;
    voted(committee.ask(0, &orders[1]));
}

/// WITNESS-20
#[test]
fn nothing_is_issued_after_issue_until() {
    let mut committee = committee(4);
    let orders = debits(&committee);
    committee.now = committee.charter().keyset(KEYSET).unwrap().issue_until();
    voted(committee.ask(0, &orders[0]));
    committee.now += 1;
    assert_refused(committee.ask(0, &orders[1]), &Refusal::Closed);
}

/// WITNESS-22, WITNESS-25
#[test]
fn the_daily_limit_counts_earn_and_pledge_once_each_and_is_new_tomorrow() {
    let mut committee = Committee::of(planned(&Plan { daily_limit: 10, ..four() }));
    let federation = &committee.federation;
    let first = earn(federation, 1, 1, &[(1, points(8))]);
    let second = earn(federation, 1, 2, &[(2, points(2)), (3, points(1))]);
    let other_store = earn(federation, 2, 1, &[(4, points(8))]);
    let purpose = |points| Purpose::Pledge { association: ASSOCIATION, points: Points(points) };
    let (dear, cheap) = (pledge(federation, 1, purpose(3), NOW), pledge(federation, 1, purpose(2), NOW));
    for _ in 0..10 {
        voted(committee.ask(0, &first));
    }
    assert_eq!(issued(&committee, NOW), 8, "a repeat counts once");
    let left = Refusal::LimitExceeded { left: Points(2) };
    assert!(left.is_retryable());
    assert_refused(committee.ask(0, &second), &left);
    assert_refused(committee.ask(0, &dear), &left);
    voted(committee.ask(0, &other_store));
    voted(committee.ask(0, &cheap));
    assert_refused(committee.ask(0, &second), &Refusal::LimitExceeded { left: Points(0) });
    voted(committee.ask(0, &first));
    committee.now = NOW + DAY;
    voted(committee.ask(0, &second));
    assert_eq!((issued(&committee, NOW), issued(&committee, NOW + DAY)), (10, 3));
}

fn issued(committee: &Committee, time: Seconds) -> u64 {
    let counter = Counter::Issued { store: StoreId(1), day: time / DAY };
    committee.seats[0].memory.counter(KEYSET, &counter).unwrap()
}

/// WITNESS-25
#[test]
fn what_a_certificate_kills_is_not_refunded() {
    let mut committee = Committee::of(planned(&Plan { daily_limit: 10, ..four() }));
    let killed = earn(&committee.federation, 1, 1, &[(1, points(8))]);
    let stands = earn(&committee.federation, 1, 1, &[(2, points(4))]);
    voted(committee.ask(0, &killed));
    let certificate = committee.federation.certify_by(&stands.order, &[index(1), index(2), index(3)]);
    certified(committee.show(0, &stands.order, certificate.as_certificate()));
    assert_eq!(issued(&committee, NOW), 8);
}

/// WITNESS-23
#[test]
fn ballots_and_vouchers_have_caps_per_store() {
    let mut body = body(&four());
    let mut campaigns = body.campaigns.to_vec();
    campaigns[0].ballots_per_store = 1;
    body.campaigns = list(campaigns);
    let mut offers = body.offers.to_vec();
    offers[0].per_store = 3;
    body.offers = list(offers);
    let mut committee = Committee::of(with(body));
    let federation = &committee.federation;
    let minimum = points(BALLOT_MINIMUM.next_power_of_two());
    let with_ballot = |store, grant, first| earn(federation, store, grant, &[(first, minimum), (first + 1, BALLOT)]);
    let (one, two, elsewhere) = (with_ballot(1, 1, 1), with_ballot(1, 2, 3), with_ballot(2, 3, 5));
    let coffees = |grant, numbers: std::ops::Range<u64>| {
        earn(federation, 1, grant, &numbers.map(|number| (number, COFFEE)).collect::<Vec<_>>())
    };
    let (pair, also_pair, single) = (coffees(4, 30..32), coffees(5, 32..34), coffees(6, 34..35));
    for order in [&one, &one, &elsewhere, &pair, &pair] {
        voted(committee.ask(0, order));
    }
    assert_refused(committee.ask(0, &two), &Refusal::LimitExceeded { left: Points(0) });
    assert_refused(committee.ask(0, &also_pair), &Refusal::LimitExceeded { left: Points(1) });
    voted(committee.ask(0, &single));
}

/// WITNESS-24
#[test]
fn a_voucher_comes_only_from_its_issuers_and_while_it_is_open() {
    let mut body = body(&four());
    let mut offers = body.offers.to_vec();
    offers[0].issuers = list([StoreId(1)]);
    body.offers = list(offers);
    let mut committee = Committee::of(with(body.clone()));
    let (own, foreign) =
        (earn(&committee.federation, 1, 1, &[(1, COFFEE)]), earn(&committee.federation, 2, 2, &[(2, COFFEE)]));
    assert_refused(committee.ask(0, &foreign), &Refusal::Invalid(Rule::Issuer));
    voted(committee.ask(0, &own));
    let mut offers = body.offers.to_vec();
    offers[0].closed = true;
    body.offers = list(offers);
    let mut closed = Committee::of(with(body));
    assert_refused(closed.ask(0, &own), &Refusal::Closed);
    let taken = redeem(&closed.federation, 2, &[(1, COFFEE)], &[]);
    voted(closed.ask(0, &taken));
}

/// WITNESS-29
#[test]
fn a_repeated_blinded_output_refuses_nothing() {
    let mut committee = committee(4);
    let change = [(11, points(1))];
    let burning = redeem(&committee.federation, 1, &[(1, points(8))], &change);
    let burnt = redeem(&committee.federation, 2, &[(2, points(8))], &change);
    let granted = earn(&committee.federation, 3, 1, &change);
    for order in [&burning, &burnt, &granted] {
        let answers = committee.settle(order);
        let keyset = committee.charter().keyset(KEYSET).unwrap();
        for answer in answers {
            answer.evaluation.verify(keyset, &order.order, &order.order.digest()).unwrap();
        }
    }
}
