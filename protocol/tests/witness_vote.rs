//! What a witness votes for, and what it answers to whom it refuses.

use crate::federation_support;
use crate::witness_support;

use federation_support::{CAMPAIGN, KEYSET, Plan, list, planned};
use ronde_protocol::{
    crypto::{Entropy, group::PointBytes},
    machine::witness::{
        Gate,
        record::{CoinRecord, Counter, View, Write},
    },
    message::{
        class::Kind,
        codec::encode,
        evidence::conflict as in_conflict,
        ids::StoreId,
        log::LogEntry,
        order::{Purpose, SignedOrder},
        refusal::{ConflictingOrder, NotVoting, Refusal},
        vote::Vote,
        wire::{OrderState, ReplyV1},
    },
};
use witness_support::*;

/// Two payments of coin 1 at two stores; the second pays coin 2 as well.
fn race(committee: &Committee) -> (SignedOrder, SignedOrder) {
    let first = redeem(&committee.federation, 1, &[(1, points(8))], &[(11, points(1))]);
    let second = redeem(&committee.federation, 2, &[(1, points(8)), (2, points(4))], &[(12, points(1))]);
    assert!(in_conflict(&first.order, &second.order));
    (first, second)
}

/// WITNESS-10, WITNESS-12, WITNESS-13
#[test]
fn a_coin_gets_one_vote_and_the_second_order_is_shown_the_first_with_its_signature() {
    let mut committee = committee(4);
    let (first, second) = race(&committee);
    voted(committee.ask(0, &first));
    let disk = committee.seats[0].disk();
    let held = conflict(committee.ask(0, &second));
    assert!(matches!(&held.other, ConflictingOrder::Signed(signed) if *signed == first));
    assert!(held.certificate.is_none());
    assert!(Refusal::Conflict(Box::new(held)).is_retryable(), "the first may yet be killed");
    assert_eq!(committee.seats[0].disk(), disk, "a refusal writes nothing");
    let only_the_other_coin = redeem(&committee.federation, 2, &[(2, points(4))], &[]);
    voted(committee.ask(0, &only_the_other_coin));
}

/// VOTE-8, WITNESS-9, WITNESS-13
#[test]
fn the_same_order_gets_the_same_vote_again_and_is_logged_once() {
    let mut committee = committee(4);
    let (first, _) = race(&committee);
    let vote = voted(committee.ask(0, &first));
    assert_eq!(voted(committee.ask(0, &first)), vote);
    assert_eq!(committee.seats[0].memory.log().len(), 1);
    let digest = first.order.digest();
    vote.verify(committee.charter().keyset(KEYSET).unwrap(), &digest).unwrap();
    let state = committee.seats[0].witness.order_state(&committee.seats[0].memory, &digest).unwrap();
    assert!(matches!(state, Some(OrderState::Voted { vote: told, signed }) if told == vote && signed == first));
}

/// WITNESS-12
#[test]
fn a_conflict_with_a_certified_order_is_final_and_shows_its_certificate() {
    let mut committee = committee(4);
    let (first, second) = race(&committee);
    committee.settle(&first);
    for at in 0..4 {
        let held = conflict(committee.ask(at, &second));
        assert_eq!(held.other.order(), &first.order);
        let keyset = committee.charter().keyset(KEYSET).unwrap();
        held.certificate.clone().unwrap().verify(keyset, &first.order.digest()).unwrap();
        assert!(!Refusal::Conflict(Box::new(held)).is_retryable());
    }
}

/// WITNESS-10: those that hold its other coins may wait for each other for ever.
#[test]
fn an_order_over_a_coin_that_is_spent_is_shown_the_certificate_whoever_holds_its_other_coins() {
    let mut committee = committee(4);
    let coins = [(1, points(8)), (2, points(4)), (3, points(2))];
    let all = redeem(&committee.federation, 2, &coins, &[(12, points(1))]);
    for spent in 0..3 {
        let mut committee = self::committee(4);
        for (number, coin) in coins.iter().enumerate() {
            let lone = redeem(&committee.federation, 1, &[*coin], &[]);
            if number == spent {
                committee.settle(&lone);
            } else {
                voted(committee.ask(0, &lone));
            }
        }
        let held = conflict(committee.ask(0, &all));
        assert_eq!(held.other.order().inputs[0].kind, coins[spent].1);
        assert!(held.certificate.is_some());
    }
    voted(committee.ask(0, &all));
}

/// WITNESS-32
#[test]
fn a_certificate_kills_the_order_that_was_voted_and_frees_its_other_coins() {
    let mut committee = committee(4);
    let (first, second) = race(&committee);
    voted(committee.ask(3, &second));
    let certificate = committee.gather(&first).unwrap();
    certified(committee.show(3, &first.order, &certificate));
    let dead = conflict(committee.ask(3, &second));
    assert_eq!(dead.other.order(), &first.order, "it is shown what killed it");
    assert!(dead.certificate.is_some());
    let digest = second.order.digest();
    let state = committee.seats[3].witness.order_state(&committee.seats[3].memory, &digest).unwrap();
    assert!(matches!(state, Some(OrderState::Dead { by, .. }) if by.order == first.order));
    let freed = redeem(&committee.federation, 2, &[(2, points(4))], &[]);
    voted(committee.ask(3, &freed));
    assert!(committee.seats[3].retired().is_none(), "two votes, and nothing wrong about them");
}

/// WITNESS-28
#[test]
fn a_certificate_over_an_order_that_was_never_voted_here_is_written_down_and_evaluated() {
    let mut committee = committee(4);
    let (first, _) = race(&committee);
    let certificate = committee.federation.certify_by(&first.order, &[index(0), index(1), index(2)]);
    let answer = certified(committee.show(3, &first.order, certificate.as_certificate()));
    let keyset = committee.charter().keyset(KEYSET).unwrap();
    answer.evaluation.verify(keyset, &first.order, &first.order.digest()).unwrap();
    let log = committee.seats[3].memory.log();
    assert!(matches!(log, [LogEntry::Certified(entry)] if entry.order == first.order));
    // Asked to vote afterwards, it answers with what it has.
    let asked = certified(committee.ask(3, &first));
    assert_eq!((encode(&asked.certificate), asked.evaluation), (encode(&answer.certificate), answer.evaluation));
}

/// WITNESS-27
#[test]
fn a_certificate_that_does_not_verify_changes_nothing() {
    let mut committee = committee(4);
    let (first, second) = race(&committee);
    let certificate = committee.federation.certify(&first.order);
    let mut short = certificate.clone();
    short.votes = list(certificate.votes.iter().take(2).copied());
    let mut spoiled = certificate.clone();
    let mut votes = spoiled.votes.to_vec();
    votes[1].signature.0[0] ^= 1;
    spoiled.votes = list(votes);
    for (order, wrong) in [(&second, &certificate), (&first, &short), (&first, &spoiled)] {
        assert_refused(committee.show(0, &order.order, wrong), &Refusal::BadCertificate);
    }
    assert!(committee.seats[0].memory.log().is_empty());
}

/// VOTE-7, WITNESS-17, WITNESS-18
#[test]
fn votes_that_make_a_quorum_with_its_own_are_answered_with_certificate_and_evaluation_at_once() {
    let mut committee = committee(4);
    let (first, _) = race(&committee);
    let votes: Vec<Vote> = (0..2).map(|at| voted(committee.ask(at, &first))).collect();
    let too_few = committee.request(2, &first, &votes[..1]);
    voted(committee.send(2, too_few));
    let twice = committee.request(2, &first, &[votes[0], votes[0]]);
    voted(committee.send(2, twice));
    let mut spoiled = votes[1];
    spoiled.signature.0[9] ^= 1;
    let one_is_wrong = committee.request(2, &first, &[votes[0], spoiled]);
    voted(committee.send(2, one_is_wrong));
    let of_another_order = committee.federation.vote(&race(&committee).1.order, index(1));
    let one_is_of_another = committee.request(2, &first, &[votes[0], of_another_order]);
    voted(committee.send(2, one_is_of_another));
    let request = committee.request(2, &first, &votes);
    let answer = certified(committee.send(2, request));
    let keyset = committee.charter().keyset(KEYSET).unwrap();
    answer.certificate.verify(keyset, &first.order.digest()).unwrap();
    answer.evaluation.verify(keyset, &first.order, &first.order.digest()).unwrap();
    let log = committee.seats[2].memory.log();
    assert!(matches!(log, [LogEntry::Voted(_), LogEntry::Certified(_)]), "first bound, then certified");
}

#[test]
fn a_committee_of_one_answers_in_one_round_trip() {
    let mut committee = Committee::of(planned(&Plan { stores: 2, ..Plan::of(1) }));
    let (first, second) = race(&committee);
    certified(committee.ask(0, &first));
    assert!(conflict(committee.ask(0, &second)).certificate.is_some());
    assert_eq!(committee.seats[0].memory.log().len(), 2);
}

/// WITNESS-11
#[test]
fn a_reference_is_a_lock_like_a_coin() {
    let mut committee = committee(4);
    let first = earn(&committee.federation, 1, 1, &[(1, points(8))]);
    let other_coins = earn(&committee.federation, 1, 1, &[(2, points(8))]);
    let other_store = earn(&committee.federation, 2, 1, &[(3, points(8))]);
    voted(committee.ask(0, &first));
    let held = conflict(committee.ask(0, &other_coins));
    assert!(matches!(&held.other, ConflictingOrder::Signed(signed) if *signed == first));
    voted(committee.ask(0, &other_store));
    let certificate = committee.federation.certify_by(&other_coins.order, &[index(1), index(2), index(3)]);
    certified(committee.show(0, &other_coins.order, certificate.as_certificate()));
    assert_eq!(conflict(committee.ask(0, &first)).other.order(), &other_coins.order);
}

/// WITNESS-7, WITNESS-8
#[test]
fn without_its_column_or_with_a_wrong_one_it_does_not_vote_and_binds_nothing() {
    let mut committee = committee(4);
    let (first, second) = race(&committee);
    let mut request = committee.request(0, &first, &[]);
    request.column = None;
    assert_refused(committee.send(0, request), &Refusal::NoColumn);
    let mut request = committee.request(0, &first, &[]);
    request.column = committee.request(1, &first, &[]).column;
    assert_refused(committee.send(0, request), &Refusal::CoinUnknown);
    let mut request = committee.request(0, &first, &[]);
    request.column = committee.request(0, &second, &[]).column;
    assert_refused(committee.send(0, request), &Refusal::CoinUnknown);
    let mut other_kind = first.clone();
    let mut inputs = other_kind.order.inputs.to_vec();
    inputs[0].kind = points(2048);
    other_kind.order.inputs = list(inputs);
    let mut request = committee.request(0, &first, &[]);
    request.signed = other_kind;
    assert_refused(committee.send(0, request), &Refusal::BadSignature);
    let dearer = redeem(&committee.federation, 1, &[(1, points(2048))], &[]);
    let mut request = committee.request(0, &first, &[]);
    request.signed = dearer;
    assert_refused(committee.send(0, request), &Refusal::CoinUnknown);
    assert!(committee.seats[0].memory.log().is_empty());
    voted(committee.ask(0, &second));
}

/// WITNESS-28
#[test]
fn a_witness_that_has_just_started_certifies_but_does_not_vote() {
    let mut committee = committee(4);
    let (first, _) = race(&committee);
    committee.seats[0].gate = Gate::Starting;
    assert_refused(committee.ask(0, &first), &Refusal::NotVoting(NotVoting::Starting));
    let certificate = committee.federation.certify_by(&first.order, &[index(1), index(2), index(3)]);
    certified(committee.show(0, &first.order, certificate.as_certificate()));
}

/// WITNESS-32, BOOKS-12
#[test]
fn a_ballot_is_counted_once_and_only_when_certified() {
    let mut committee = committee(4);
    let ballot = Kind::Ballot { campaign: CAMPAIGN };
    let cast = |committee: &Committee, choice| {
        let purpose = Purpose::Vote { campaign: CAMPAIGN, choice };
        spend(&committee.federation, (StoreId::NONE, purpose), &[(1, ballot)], &[])
    };
    let (lime, oak) = (cast(&committee, 0), cast(&committee, 2));
    voted(committee.ask(3, &oak));
    assert_eq!(tally(&committee, 3, 2), 0);
    committee.settle(&lime);
    for at in 0..4 {
        assert_eq!((tally(&committee, at, 0), tally(&committee, at, 2)), (1, 0));
        assert!(conflict(committee.ask(at, &oak)).certificate.is_some());
    }
    let unknown_choice = cast(&committee, 3);
    assert_refused(committee.ask(0, &unknown_choice), &Refusal::CharterBehind);
}

fn tally(committee: &Committee, at: usize, choice: u8) -> u64 {
    committee.seats[at].memory.counter(KEYSET, &Counter::Tally { campaign: CAMPAIGN, choice }).unwrap()
}

/// WITNESS-6
#[test]
fn an_order_of_another_keyset_or_federation_is_not_this_witness_s_affair() {
    let mut committee = committee(4);
    let (mut elsewhere, mut abroad) = race(&committee);
    elsewhere.order.keyset.0 += 1;
    assert_refused(committee.ask_raw(0, &elsewhere), &Refusal::Unknown);
    abroad.order.federation.0[0] ^= 1;
    assert_refused(committee.ask_raw(0, &abroad), &Refusal::OtherFederation);
    let certificate = committee.federation.certify(&abroad.order);
    assert_refused(committee.show(0, &abroad.order, &certificate), &Refusal::Unknown);
}

/// WITNESS-35
#[test]
fn an_answer_carries_the_head_of_the_log_with_the_entries_of_this_very_answer() {
    let mut committee = committee(4);
    let (first, _) = race(&committee);
    for size in [1, 1] {
        let ReplyV1::Voted(answer) = committee.ask(0, &first) else { panic!("no vote") };
        assert_eq!(answer.head.size, size);
        assert_eq!(answer.head, committee.seats[0].witness.head(&committee.seats[0].memory).unwrap());
    }
    let certificate = committee.federation.certify(&first.order);
    for size in [2, 2] {
        let answer = certified(committee.show(0, &first.order, &certificate));
        assert_eq!(answer.head.size, size);
        assert_eq!(answer.head, committee.seats[0].witness.head(&committee.seats[0].memory).unwrap());
    }
}

/// WITNESS-5
#[test]
fn no_component_is_kept_anywhere() {
    let mut committee = committee(4);
    let (first, _) = race(&committee);
    let shown = committee.request(0, &first, &[]).column.unwrap();
    committee.settle(&first);
    let disk = committee.seats[0].disk();
    let held = |point: &PointBytes| disk.contains(&format!("{point:?}"));
    assert!(first.order.inputs.iter().all(|input| held(&input.point)), "the inputs are");
    assert!(shown.iter().all(|component| !held(component)));
}

/// WITNESS-4
#[test]
fn a_witness_whose_state_contradicts_itself_decides_nothing() {
    let mut committee = committee(4);
    let (first, second) = race(&committee);
    // The coin is held by an order that is nowhere.
    let lost = CoinRecord { digest: second.order.digest(), spent: false };
    committee.seats[0].memory.apply(vec![Write::Coin(first.order.inputs[0].point, Some(lost))]);
    let request = committee.request(0, &first, &[]);
    let (seat, charter) = (&committee.seats[0], &committee.federation.charter);
    let prepared = seat.witness.prepare_vote(charter, request, Entropy::new([7; 32])).unwrap();
    assert!(seat.witness.decide_vote(&seat.memory, charter, Gate::Open, prepared, committee.now).is_err());
}
