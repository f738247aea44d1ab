//! The auditor finds an honest history in order, whatever customers tried, and says what it could not check.

use crate::audit_support;
use crate::federation_support;

use audit_support::*;
use federation_support::{ASSOCIATION, CAMPAIGN, Plan, VOUCHER, VOUCHER_VALUE, federation, planned};
use ronde_protocol::{
    machine::{
        audit::{Coverage, LogFault, LogState, Note, Verdict},
        books::Account,
    },
    message::{
        amount::Points,
        class::Kind,
        ids::{StoreId, WitnessIndex},
        order::{Order, Purpose, pledge_reference},
        refusal::Refusal,
    },
};

const ALL: &[u8] = &[0, 1, 2, 3];

#[test]
fn an_empty_history_is_well() {
    let federation = federation(4);
    assert_eq!(Committee::new(&federation).audit().verdict(), Verdict::Well);
}

#[test]
fn every_purpose_adds_up() {
    let federation = federation(4);
    let mut town = Committee::new(&federation);
    let (ballot, voucher) = (Kind::Ballot { campaign: CAMPAIGN }, Kind::Voucher { offer: VOUCHER });
    let basket = [(points(8), 1), (points(2), 2), (ballot, 3), (voucher, 4)];
    town.certify(&earn(&federation, 1, 1, &basket), ALL, ALL);
    town.certify(&swap(&federation, &[(points(8), 1)], &[(points(4), 11), (points(4), 12)]), ALL, ALL);
    town.certify(&redeem(&federation, 2, &[(points(4), 11), (voucher, 4)], &[(points(1), 13)]), ALL, ALL);
    let gift = Purpose::Donate { association: ASSOCIATION };
    let gift = order(&federation, gift, 0, &[(points(2), 2)], &[(points(1), 21)]);
    town.certify(&by_coins(gift, &[(points(2), 2)]), ALL, ALL);
    let vote = order(&federation, Purpose::Vote { campaign: CAMPAIGN, choice: 2 }, 0, &[(ballot, 3)], &[]);
    town.certify(&by_coins(vote, &[(ballot, 3)]), ALL, ALL);
    let pledge = Purpose::Pledge { association: ASSOCIATION, points: Points(100) };
    let pledge = order(&federation, pledge, 3, &[], &[]);
    let pledge = Order { reference: pledge_reference(pledge.time), ..pledge };
    town.certify(&by_store(pledge), ALL, ALL);

    let report = town.audit();
    assert_eq!(report.verdict(), Verdict::Well, "{report:?}");
    assert_eq!((report.orders, report.voted, report.coverage), (6, 6, Coverage::All));
    let value = report.value;
    assert_eq!((value.issued, value.redeemed, value.donated, value.float), (10, 3, 1, 6));
    assert_eq!(report.tallies.into_iter().collect::<Vec<_>>(), [((CAMPAIGN, 2), 1)]);
    let owed = |account| report.accounts[&account].position();
    let voucher = i128::from(VOUCHER_VALUE);
    assert_eq!(owed(Account::Store(StoreId(1))), -10 - voucher);
    assert_eq!(owed(Account::Store(StoreId(2))), 3 + voucher);
    assert_eq!(owed(Account::Store(StoreId(3))), -100);
    assert_eq!(owed(Account::Association(ASSOCIATION)), 101);
    assert_eq!(owed(Account::Pool), 6);
}

/// BOOKS-21.
#[test]
fn a_witness_whose_lock_was_freed_by_a_certificate_is_not_named() {
    let federation = federation(4);
    let mut town = Committee::new(&federation);
    town.certify(&earn(&federation, 1, 1, &[(points(4), 1), (points(2), 2)]), ALL, ALL);
    // Witness 0 is raced: it binds both coins to an order that dies when one of them is spent by another.
    let dead = swap(&federation, &[(points(4), 1), (points(2), 2)], &[(points(4), 3), (points(2), 4)]);
    town.vote(&dead, 0).unwrap();
    let winner = swap(&federation, &[(points(4), 1)], &[(points(4), 5)]);
    assert!(matches!(town.vote(&winner, 0), Err(Refusal::Conflict(_))));
    town.certify(&winner, &[1, 2, 3], ALL);
    // Its second vote over the other coin is honest.
    town.certify(&swap(&federation, &[(points(2), 2)], &[(points(2), 6)]), &[0, 1, 2], ALL);
    let report = town.audit();
    assert_eq!(report.verdict(), Verdict::Well, "{:?}", report.findings);
    assert_eq!((report.orders, report.voted), (3, 4));
}

/// EVIDENCE-18: a race.
#[test]
fn a_frozen_coin_accuses_nobody() {
    let federation = federation(4);
    let mut town = Committee::new(&federation);
    town.certify(&earn(&federation, 1, 1, &[(points(4), 1)]), ALL, ALL);
    let race = [10, 11].map(|made| swap(&federation, &[(points(4), 1)], &[(points(4), made)]));
    for (order, voters) in race.iter().zip([[0, 1], [2, 3]]) {
        for index in voters {
            town.vote(order, index).unwrap();
        }
    }
    assert_eq!(town.audit().verdict(), Verdict::Well);
}

/// BOOKS-15, BOOKS-23.
#[test]
fn a_missing_log_is_said_and_too_few_are_no_audit() {
    let federation = federation(4);
    let mut town = Committee::new(&federation);
    town.certify(&earn(&federation, 1, 1, &[(points(4), 1)]), ALL, ALL);
    let mut logs = town.logs();
    logs.pop();
    let three = audit_both(&federation.charter, town.keyset(), &logs);
    assert_eq!((three.coverage, three.verdict()), (Coverage::Enough, Verdict::Partly));
    assert_eq!(three.logs[3], (WitnessIndex(3), LogState::Missing));
    logs.pop();
    assert_eq!(audit_both(&federation.charter, town.keyset(), &logs).verdict(), Verdict::TooFew);
}

#[test]
fn a_log_read_before_the_others_went_on_accuses_nobody() {
    let federation = federation(4);
    let mut town = Committee::new(&federation);
    town.certify(&earn(&federation, 1, 1, &[(points(4), 1)]), ALL, ALL);
    let mut logs = vec![town.log(0)];
    town.certify(&swap(&federation, &[(points(4), 1)], &[(points(4), 2)]), ALL, ALL);
    logs.extend(town.logs().into_iter().skip(1));
    let report = audit_both(&federation.charter, town.keyset(), &logs);
    assert_eq!(report.verdict(), Verdict::Well, "{report:?}");
}

/// BOOKS-13.
#[test]
fn a_spoiled_log_is_refused_and_accuses_nobody() {
    let federation = federation(4);
    let mut town = Committee::new(&federation);
    town.certify(&earn(&federation, 1, 1, &[(points(4), 1)]), ALL, ALL);
    let whole = town.logs();
    let refused = |spoil: &dyn Fn(&mut Vec<ronde_protocol::machine::audit::WitnessLog>), fault: LogFault| {
        let mut logs = whole.clone();
        spoil(&mut logs);
        let report = audit_both(&federation.charter, town.keyset(), &logs);
        assert_eq!(report.verdict(), Verdict::Partly, "{report:?}");
        assert_eq!(report.logs[0], (WitnessIndex(0), LogState::Refused(fault)));
        assert!(report.culprits().is_empty());
    };
    let foreign = voted(&earn(&federation, 2, 9, &[(points(1), 9)]));
    refused(&|logs| logs[0].entries[0] = foreign.clone(), LogFault::Root);
    refused(&|logs| drop(logs[0].entries.pop()), LogFault::Length { found: 1, expected: 2 });
    refused(&|logs| logs[0].head.root[0] ^= 1, LogFault::Unsigned);
    // A head that somebody else signed in its name.
    refused(&|logs| logs[0].head.signature = whole[1].head.signature, LogFault::Unsigned);
}

/// BOOKS-22.
#[test]
fn limits_are_noted_only_beyond_their_soft_bound() {
    // n - f = 3 and q - f = 2: up to one and a half limits can pass without anybody lying.
    let federation = planned(&Plan { daily_limit: 8, ..Plan::of(4) });
    let noted = |grants: u32| {
        let entries: Vec<_> = (0..grants)
            .map(|number| {
                let grant = earn(&federation, 1, u8::try_from(number).unwrap(), &[(points(4), number)]);
                certified(&federation, &grant.order, &[0, 1, 2])
            })
            .collect();
        let logs: Vec<_> = (0..4).map(|index| forged(&federation, index, entries.clone())).collect();
        audit_both(&federation.charter, federation.charter.keyset(federation_support::KEYSET).unwrap(), &logs)
    };
    assert_eq!(noted(3).verdict(), Verdict::Well);
    let beyond = noted(4);
    assert_eq!(beyond.verdict(), Verdict::Partly);
    assert!(matches!(
        beyond.notes.as_slice(),
        [Note::DailyLimit { store: StoreId(1), points: Points(16), limit: Points(8), .. }]
    ));
}

/// EVIDENCE-16.
#[test]
fn an_order_that_a_newer_charter_may_allow_accuses_nobody() {
    // Under this version a ballot comes with five points; a later one may ask for fewer.
    let federation = federation(4);
    let early = earn(&federation, 1, 1, &[(points(4), 1), (Kind::Ballot { campaign: CAMPAIGN }, 2)]);
    let entries = vec![voted(&early), certified(&federation, &early.order, &[0, 1, 2])];
    let logs: Vec<_> = (0..4).map(|index| forged(&federation, index, entries.clone())).collect();
    let report = audit_both(&federation.charter, federation.charter.keyset(federation_support::KEYSET).unwrap(), &logs);
    assert_eq!(report.verdict(), Verdict::Partly, "{report:?}");
    assert_eq!(report.notes, [Note::CharterBehind(early.order.digest())]);
}
