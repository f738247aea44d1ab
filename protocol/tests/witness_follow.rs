//! Witnesses read each other's logs and take over what is certified, and nothing else.

use crate::federation_support;
use crate::witness_support;

use federation_support::{KEYSET, list};
use ronde_protocol::{
    machine::witness::{
        inquiry::Found,
        peers::{Followed, PageError},
    },
    message::{evidence::Evidence, head::Head, ids::WitnessIndex, log::LogEntry, wire::LogPage},
};
use witness_support::*;

const PEER: usize = 1;

/// Witness 1 has voted for four orders, of which two were certified; witness 0 was down.
fn behind() -> Committee {
    let mut committee = committee(4);
    for number in 1..=4 {
        let order = redeem(&committee.federation, 1, &[(number, points(8))], &[]);
        voted(committee.ask(PEER, &order));
        if number % 2 == 0 {
            let certificate = committee.federation.certify_by(&order.order, &[index(1), index(2), index(3)]);
            certified(committee.show(PEER, &order.order, certificate.as_certificate()));
        }
    }
    committee
}

fn head(committee: &Committee) -> Head {
    committee.seats[PEER].witness.head(&committee.seats[PEER].memory).unwrap()
}

/// What the peer answers to a pull.
fn page(committee: &Committee, from: u64, count: usize) -> LogPage {
    let from = usize::try_from(from).unwrap();
    let entries = committee.seats[PEER].memory.log().iter().skip(from).take(count).cloned();
    LogPage { entries: list(entries), head: head(committee) }
}

fn peer() -> WitnessIndex {
    index(PEER)
}

/// LOG-14; the highest head is kept, LOG-16.
#[test]
fn a_witness_that_was_down_takes_over_what_its_peers_certified_and_none_of_their_votes() {
    let mut committee = behind();
    let keyset = committee.charter().keyset(KEYSET).unwrap().clone();
    let mut followed = Followed::default();
    let (mut taken, mut pages) = (Vec::new(), 0);
    loop {
        let page = followed.handle_page(&keyset, peer(), page(&committee, followed.position(), 2), 0).unwrap();
        assert!(page.fork.is_none());
        taken.extend(page.certified);
        pages += 1;
        if !page.more {
            break;
        }
    }
    assert_eq!((pages, taken.len(), followed.position()), (3, 2, 6));
    assert_eq!(followed.highest(), Some(&head(&committee)));
    for entry in &taken {
        certified(committee.show(0, &entry.order, &entry.certificate));
    }
    let log = committee.seats[0].memory.log();
    assert!(matches!(log, [LogEntry::Certified(_), LogEntry::Certified(_)]));
    assert!(committee.seats[0].retired().is_none());
    assert_eq!(committee.seats[0].memory.statements(), committee.seats[PEER].memory.statements());
    // The coins that the peer merely voted for are free here.
    let other = redeem(&committee.federation, 2, &[(1, points(8)), (3, points(8))], &[]);
    voted(committee.ask(0, &other));
}

#[test]
fn a_log_that_has_not_grown_gives_an_empty_page_and_a_longer_one_goes_on() {
    let mut committee = behind();
    let keyset = committee.charter().keyset(KEYSET).unwrap().clone();
    let mut followed = Followed::default();
    followed.handle_page(&keyset, peer(), page(&committee, 0, 64), 0).unwrap();
    let nothing = followed.handle_page(&keyset, peer(), page(&committee, 6, 64), 0).unwrap();
    assert!(nothing.certified.is_empty() && !nothing.more && nothing.fork.is_none());
    let order = redeem(&committee.federation, 1, &[(5, points(8))], &[]);
    voted(committee.ask(PEER, &order));
    followed.handle_page(&keyset, peer(), page(&committee, 6, 64), 0).unwrap();
    assert_eq!(followed.position(), 7);
}

/// LOG-13.
#[test]
fn entries_that_do_not_lead_to_the_signed_head_are_refused_and_nothing_is_taken_over() {
    let committee = behind();
    let keyset = committee.charter().keyset(KEYSET).unwrap();
    let good = page(&committee, 0, 64);
    let with_entries = |entries: Vec<LogEntry>| LogPage { entries: list(entries), ..good.clone() };
    let mut swapped = good.entries.to_vec();
    swapped.swap(0, 1);
    let mut longer = good.entries.to_vec();
    longer.push(longer[0].clone());
    let mut unsigned = good.clone();
    unsigned.head.signature.0[0] ^= 1;
    let mut of_another = good.clone();
    of_another.head = committee.seats[2].witness.head(&committee.seats[2].memory).unwrap();
    let wrong = [
        (with_entries(swapped), PageError::Root),
        (with_entries(longer), PageError::Length),
        (with_entries(Vec::new()), PageError::Length),
        (unsigned, PageError::Head),
        (of_another, PageError::Head),
    ];
    for (page, expected) in wrong {
        let mut followed = Followed::default();
        assert_eq!(followed.handle_page(keyset, peer(), page, 0).unwrap_err(), expected);
        assert_eq!(followed.position(), 0);
    }
}

/// LOG-14.
#[test]
fn a_certificate_in_a_log_is_checked_before_it_is_taken_over() {
    let mut committee = behind();
    let order = redeem(&committee.federation, 1, &[(7, points(8))], &[]);
    let mut certificate = committee.federation.certify(&order.order);
    certificate.votes = list(certificate.votes.iter().take(2).copied());
    let refusal = refused(committee.show(0, &order.order, &certificate));
    assert!(matches!(refusal, ronde_protocol::message::refusal::Refusal::BadCertificate));
}

/// Another head of the same size that the peer signed.
fn forked(committee: &Committee) -> Head {
    let key = committee.federation.witness(KEYSET, peer()).vote;
    Head::sign(&key, committee.charter().keyset(KEYSET).unwrap(), peer(), head(committee).size, [1; 32])
}

fn assert_proves_fork(committee: &Committee, evidence: Option<Box<Evidence>>) {
    let evidence = evidence.expect("two heads of one size");
    assert_eq!(evidence.verify(committee.charter()).unwrap().culprit, peer());
}

/// LOG-17.
#[test]
fn two_heads_of_one_size_are_evidence_wherever_they_were_seen() {
    let committee = behind();
    let keyset = committee.charter().keyset(KEYSET).unwrap();
    let mut followed = Followed::default();
    assert!(followed.handle_head(keyset, head(&committee), 0).unwrap().is_none());
    assert!(followed.handle_head(keyset, head(&committee), 0).unwrap().is_none());
    assert_proves_fork(&committee, followed.handle_head(keyset, forked(&committee), 0).unwrap());
    // A head in a vote's answer, then the log with another.
    let mut followed = Followed::default();
    followed.handle_head(keyset, forked(&committee), 0).unwrap();
    let page = followed.handle_page(keyset, peer(), page(&committee, 0, 64), 0).unwrap();
    assert_proves_fork(&committee, page.fork);
}

/// LOG-18: the peer's log was put back to an earlier state and went on from there, past what was read of it.
#[test]
fn a_log_that_grew_again_from_an_earlier_state_is_evidence_once_it_is_read_as_a_whole() {
    let mut committee = behind();
    let keyset = committee.charter().keyset(KEYSET).unwrap().clone();
    let mut followed = Followed::default();
    followed.handle_page(&keyset, peer(), page(&committee, 0, 64), 0).unwrap();
    let earlier = head(&committee);
    let old = witness_support::committee(4);
    committee.seats[PEER].memory = old.seats[PEER].memory.clone();
    for number in 11..=18 {
        let order = redeem(&committee.federation, 1, &[(number, points(8))], &[]);
        voted(committee.ask(PEER, &order));
        if number == 12 {
            let shorter = head(&committee);
            assert!(followed.is_shorter(&shorter));
        }
    }
    let error = followed.handle_page(&keyset, peer(), page(&committee, followed.position(), 64), 0).unwrap_err();
    assert_eq!((error, followed.position(), followed.read()), (PageError::Root, 0, Some(&earlier)));
    while followed.handle_page(&keyset, peer(), page(&committee, followed.position(), 3), 0).unwrap().more {}
    assert_eq!(followed.parted(), Some(&earlier));
    let mut inquiry = followed.inquiry().unwrap();
    let proof = loop {
        match inquiry.handle_page(&keyset, peer(), page(&committee, inquiry.position(), 3)).unwrap() {
            Found::More => {}
            Found::Fork(evidence) => break evidence,
            other => panic!("{other:?}"),
        }
    };
    assert_proves_fork(&committee, Some(proof));
    followed.settle(true, 0);
    assert!(followed.parted().is_none() && followed.inquiry().is_none());
}

/// LOG-18: the peer has its log read again, by a page that does not fit, and shows a shorter one that grows from there.
#[test]
fn a_shorter_log_after_a_refused_page_does_not_have_the_head_of_the_longer_one_forgotten() {
    let mut committee = behind();
    let keyset = committee.charter().keyset(KEYSET).unwrap().clone();
    let mut followed = Followed::default();
    followed.handle_page(&keyset, peer(), page(&committee, 0, 64), 0).unwrap();
    let earlier = head(&committee);
    voted(committee.ask(PEER, &redeem(&committee.federation, 1, &[(5, points(8))], &[])));
    let false_page = page(&committee, 0, 1);
    assert_eq!(followed.handle_page(&keyset, peer(), false_page, 0).unwrap_err(), PageError::Root);
    let old = witness_support::committee(4);
    committee.seats[PEER].memory = old.seats[PEER].memory.clone();
    let mut grow = |committee: &mut Committee, numbers: core::ops::RangeInclusive<u64>| {
        for number in numbers {
            voted(committee.ask(PEER, &redeem(&committee.federation, 1, &[(number, points(8))], &[])));
        }
        while followed.handle_page(&keyset, peer(), page(committee, followed.position(), 3), 0).unwrap().more {}
        (followed.read().copied(), followed.parted().copied())
    };
    assert_eq!(grow(&mut committee, 11..=13), (Some(earlier), None));
    assert_eq!(grow(&mut committee, 14..=18), (Some(head(&committee)), Some(earlier)));
}

#[test]
fn a_fork_of_a_log_that_was_read_to_its_end_is_evidence_and_takes_nothing_over() {
    let committee = behind();
    let keyset = committee.charter().keyset(KEYSET).unwrap();
    let mut followed = Followed::default();
    followed.handle_page(keyset, peer(), page(&committee, 0, 64), 0).unwrap();
    let other = LogPage { entries: list([]), head: forked(&committee) };
    let page = followed.handle_page(keyset, peer(), other, 0).unwrap();
    assert!(page.certified.is_empty() && !page.more);
    assert_proves_fork(&committee, page.fork);
    assert_eq!((followed.position(), followed.highest()), (0, Some(&head(&committee))), "it is read again");
}
