//! A witness that starts asks its peers how far its log went, before its first vote.

use crate::federation_support;
use crate::witness_support;

use federation_support::{DAY, KEYSET, NOW};
use ronde_protocol::{
    machine::witness::{
        Gate, OtherKeys, Witness,
        memory::Memory,
        peers::{Restored, Started, Startup, handle_restored},
        record::{Retirement, View, Write},
    },
    message::{
        head::{Head, HeadAnswer},
        refusal::{NotVoting, Refusal},
    },
};
use witness_support::*;

const NONCE: [u8; 32] = [0xaa; 32];

/// A committee whose witness 0 voted three times, and its memory after the first.
fn with_history() -> (Committee, Memory) {
    let mut committee = committee(4);
    voted_for(&mut committee, 1);
    let backup = committee.seats[0].memory.clone();
    voted_for(&mut committee, 2);
    voted_for(&mut committee, 3);
    (committee, backup)
}

fn voted_for(committee: &mut Committee, number: u64) {
    let order = redeem(&committee.federation, 1, &[(number, points(8))], &[]);
    voted(committee.ask(0, &order));
}

fn head(committee: &Committee) -> Head {
    committee.seats[0].witness.head(&committee.seats[0].memory).unwrap()
}

/// A peer's honest answer about witness 0.
fn answer(committee: &Committee, startup: &Startup, peer: usize, newest: Option<Head>) -> HeadAnswer {
    let query = startup.query(&committee.seats[0].witness);
    committee.seats[peer].witness.answer_head_query(&query, newest)
}

fn poll(committee: &Committee, startup: &Startup) -> Started {
    startup.poll(&committee.seats[0].witness, &committee.seats[0].memory).unwrap()
}

fn missing(started: &Started) -> usize {
    match started {
        Started::Waiting { missing } => *missing,
        other => panic!("waits no more: {other:?}"),
    }
}

/// ROLLBACK-2.
#[test]
fn the_first_vote_waits_for_q_minus_1_signed_answers() {
    let (committee, _) = with_history();
    let newest = head(&committee);
    let mut startup = Startup::new(NONCE);
    assert_eq!(missing(&poll(&committee, &startup)), 2);
    startup.handle_answer(&committee.seats[0].witness, &answer(&committee, &startup, 1, Some(newest)));
    assert_eq!(missing(&poll(&committee, &startup)), 1);
    startup.handle_answer(&committee.seats[0].witness, &answer(&committee, &startup, 1, None));
    assert_eq!(missing(&poll(&committee, &startup)), 1, "nobody counts twice");
    startup.handle_answer(&committee.seats[0].witness, &answer(&committee, &startup, 3, None));
    assert!(matches!(poll(&committee, &startup), Started::Open(Gate::Open)));
}

#[test]
fn a_log_that_went_on_since_the_peers_saw_it_is_in_order() {
    let (mut committee, _) = with_history();
    let older = head(&committee);
    voted_for(&mut committee, 4);
    let mut startup = Startup::new(NONCE);
    for peer in [1, 2] {
        startup.handle_answer(&committee.seats[0].witness, &answer(&committee, &startup, peer, Some(older)));
    }
    assert!(matches!(poll(&committee, &startup), Started::Open(Gate::Open)));
}

/// ROLLBACK-6, ROLLBACK-9.
#[test]
fn a_head_that_the_log_does_not_reach_retires_the_witness_for_the_keyset() {
    let (mut committee, backup) = with_history();
    let newest = head(&committee);
    committee.seats[0].memory = backup;
    committee.restart(0);
    let mut startup = Startup::new(NONCE);
    for (peer, known) in [(1, None), (2, Some(newest))] {
        startup.handle_answer(&committee.seats[0].witness, &answer(&committee, &startup, peer, known));
    }
    let Started::RolledBack(write) = poll(&committee, &startup) else { panic!("it lost two votes") };
    assert!(matches!(&write, Write::Retire(Retirement::LogRolledBack { signed: 3, held: 1 })));
    committee.seats[0].memory.apply(vec![write]);
    let other = redeem(&committee.federation, 2, &[(3, points(8))], &[]);
    assert_refused(committee.ask(0, &other), &Refusal::NotVoting(NotVoting::Retired));
}

/// ROLLBACK-9: of a restored copy too, which peers know to be behind.
#[test]
fn what_peers_show_at_a_start_changes_no_reason_that_stands() {
    let (mut committee, backup) = with_history();
    let newest = head(&committee);
    committee.seats[0].memory = backup;
    committee.seats[0].memory.apply(vec![Write::Retire(Retirement::RestoredCopy)]);
    let mut startup = Startup::new(NONCE);
    for peer in [1, 2] {
        startup.handle_answer(&committee.seats[0].witness, &answer(&committee, &startup, peer, Some(newest)));
    }
    assert!(matches!(poll(&committee, &startup), Started::Open(Gate::Open)));
    // Whatever else is found: a step that was decided before the other was written down.
    committee.seats[0].memory.apply(vec![Write::Retire(Retirement::LogRolledBack { signed: 3, held: 1 })]);
    let reason = committee.seats[0].memory.retired(KEYSET).unwrap();
    assert!(matches!(reason, Some(Retirement::RestoredCopy)), "{reason:?}");
}

/// ROLLBACK-6.
#[test]
fn a_log_with_other_entries_than_its_signed_head_retires_it_too() {
    let (mut committee, backup) = with_history();
    let newest = head(&committee);
    committee.seats[0].memory = backup;
    for number in [4, 5, 6] {
        voted_for(&mut committee, number);
    }
    let mut startup = Startup::new(NONCE);
    for peer in [1, 2] {
        startup.handle_answer(&committee.seats[0].witness, &answer(&committee, &startup, peer, Some(newest)));
    }
    let started = poll(&committee, &startup);
    assert!(matches!(started, Started::RolledBack(Write::Retire(Retirement::LogRolledBack { signed: 3, held: 4 }))));
}

/// ROLLBACK-4.
#[test]
fn a_higher_head_is_not_forgotten_for_a_later_answer_of_the_same_peer() {
    let (mut committee, backup) = with_history();
    let newest = head(&committee);
    committee.seats[0].memory = backup;
    let mut startup = Startup::new(NONCE);
    for (peer, known) in [(1, Some(newest)), (1, None), (2, None)] {
        startup.handle_answer(&committee.seats[0].witness, &answer(&committee, &startup, peer, known));
    }
    assert!(matches!(poll(&committee, &startup), Started::RolledBack(_)));
}

/// ROLLBACK-3, ROLLBACK-8.
#[test]
fn unsigned_foreign_and_replayed_answers_do_nothing() {
    let (mut committee, backup) = with_history();
    let newest = head(&committee);
    committee.seats[0].memory = backup;
    let startup_of_before = Startup::new([0xbb; 32]);
    let mut startup = Startup::new(NONCE);
    let good = answer(&committee, &startup, 1, Some(newest));
    let replayed = answer(&committee, &startup_of_before, 1, Some(newest));
    let mut unsigned = good;
    unsigned.signature.0[0] ^= 1;
    let mut in_another_name = good;
    in_another_name.index = index(2);
    let mut nobody = good;
    nobody.index = index(9);
    let mut own = good;
    own.index = index(0);
    let keyset = committee.charter().keyset(KEYSET).unwrap();
    let liar = committee.federation.witness(KEYSET, index(1)).vote;
    // A liar can't make a head of another witness, nor pass off its own.
    let forged = Head::sign(&liar, keyset, index(0), 99, [1; 32]);
    let its_own = Head::sign(&liar, keyset, index(1), 99, [1; 32]);
    let about = |asker, newest| HeadAnswer::sign(&liar, keyset, index(1), asker, &NONCE, Some(newest));
    let wrong = [
        replayed,
        unsigned,
        in_another_name,
        nobody,
        own,
        about(index(0), forged),
        about(index(0), its_own),
        about(index(2), newest),
    ];
    for answer in wrong {
        startup.handle_answer(&committee.seats[0].witness, &answer);
        assert_eq!(missing(&poll(&committee, &startup)), 2, "{answer:?}");
    }
    // Two who know of nothing open it: what nobody saw can't be detected, and counts in f.
    for peer in [2, 3] {
        startup.handle_answer(&committee.seats[0].witness, &answer(&committee, &startup, peer, None));
    }
    assert!(matches!(poll(&committee, &startup), Started::Open(Gate::Open)));
}

/// ROLLBACK-11, ROLLBACK-14
#[test]
fn a_restored_copy_retires_in_every_keyset_that_was_published_until_a_day_after_it_was_put_back() {
    let mut memory = Memory::default();
    let retires = |memory: &Memory, restored: &Restored, first_issued| {
        let write = handle_restored(KEYSET, first_issued, restored, memory).unwrap();
        assert!(matches!(write, None | Some(Write::Retire(Retirement::RestoredCopy))));
        write.is_some()
    };
    let restored = Restored::new(NOW, [NOW - 9 * DAY, NOW - 8 * DAY], None, None);
    for (first_issued, expected) in
        [(0, true), (NOW - 9 * DAY, true), (NOW + DAY, true), (NOW + DAY + 1, false), (u64::MAX, false)]
    {
        assert_eq!(retires(&memory, &restored, first_issued), expected, "{first_issued}");
    }
    // The latest that is known counts, whichever it is: the clock may be behind.
    let by_charter = Restored::new(NOW - 9 * DAY, [NOW, NOW - DAY], Some(NOW - 2 * DAY), None);
    let by_copy = Restored::new(NOW - 9 * DAY, [NOW - DAY], Some(NOW), None);
    let by_earlier = Restored::new(NOW - 9 * DAY, [NOW - DAY], Some(NOW - 2 * DAY), Some(restored));
    assert_eq!([by_charter, by_copy, by_earlier], [restored; 3]);
    assert!(retires(&memory, &Restored::new(u64::MAX, [], None, None), u64::MAX), "no time is too late to add a day");
    // A reason that is there stays.
    memory.apply(vec![Write::Retire(Retirement::LogRolledBack { signed: 3, held: 1 })]);
    assert!(!retires(&memory, &restored, NOW));
}

/// ROLLOVER-20
#[test]
fn the_machine_of_a_restored_copy_may_have_closed_what_ended_until_a_day_after_it_was_put_back() {
    let federation = federation_support::federation(4);
    let keyset = federation.charter.keyset(KEYSET).unwrap();
    let end = keyset.evaluate_until();
    let may_have_closed = |clock| Restored::new(clock, [NOW], Some(NOW), None).may_have_closed(keyset);
    assert!(!may_have_closed(NOW) && !may_have_closed(end - DAY - 1));
    assert!(may_have_closed(end - DAY) && may_have_closed(end + 9 * DAY));
}

/// OPS-8
#[test]
fn a_seat_is_taken_only_with_the_keys_that_the_charter_lists_for_it() {
    let committee = committee(4);
    let keyset = committee.charter().keyset(KEYSET).unwrap();
    let take = |at, of| Witness::new(keyset.clone(), index(at), committee.federation.witness(KEYSET, index(of)));
    assert!(take(1, 1).is_ok());
    assert_eq!(take(1, 2).unwrap_err(), OtherKeys(index(1)));
    assert_eq!(take(4, 1).unwrap_err(), OtherKeys(index(4)), "there is no such seat");
}

#[test]
fn a_witness_alone_asks_nobody() {
    let committee = committee(1);
    assert!(matches!(poll(&committee, &Startup::new(NONCE)), Started::Open(Gate::Open)));
}
