//! What a store's gateway makes of witnesses' answers, honest and not.

use crate::federation_support;
use crate::witness_support;

use federation_support::{KEYSET, list};
use ronde_protocol::{
    crypto::group::PointBytes,
    machine::gateway::{Fault, Gathering, Progress, Standing},
    message::{
        codec::encode,
        evidence::Evidence,
        log::CertifiedOrder,
        order::{Column, SignedOrder, Submission},
        refusal::{Conflict, ConflictingOrder, Refusal, Rule},
        wire::{Certified, ReplyV1, RequestV1, Voted},
    },
};
use witness_support::*;

fn payment(committee: &Committee) -> SignedOrder {
    redeem(&committee.federation, 1, &[(1, points(8))], &[(11, points(1))])
}

fn submission(committee: &Committee, signed: &SignedOrder, witnesses: &[usize]) -> Submission {
    let column_of = |at: usize| {
        let request = committee.request(at, signed, &[]);
        Column { index: index(at), components: request.column.expect("an order with inputs has a column") }
    };
    Submission { signed: signed.clone(), columns: list(witnesses.iter().map(|at| column_of(*at))) }
}

/// The columns of other witnesses: well-formed, and worth nothing.
fn worthless(committee: &Committee, signed: &SignedOrder) -> Submission {
    let good = submission(committee, signed, &[1, 2, 3, 0]).columns.into_vec();
    let swapped = good.into_iter().zip(0..4).map(|(column, at)| Column { index: index(at), ..column });
    Submission { signed: signed.clone(), columns: list(swapped) }
}

fn opened(committee: &Committee, signed: &SignedOrder) -> Gathering {
    submission(committee, signed, &[0, 1, 2, 3]).check(committee.charter()).expect("a good submission")
}

/// Sends what the gateway wants sent to these witnesses, and gives it their answers.
fn round(committee: &mut Committee, gathering: &mut Gathering, witnesses: &[usize]) -> Vec<Progress> {
    let mut progress = Vec::new();
    for (to, request) in gathering.requests() {
        let at = to.position();
        if !witnesses.contains(&at) {
            continue;
        }
        let reply = match request {
            RequestV1::Vote(request) => committee.send(at, request),
            RequestV1::Certify(certified) => committee.show(at, &certified.order, &certified.certificate),
            other => panic!("a gateway does not ask {other:?}"),
        };
        progress.push(gathering.handle_reply(to, reply));
    }
    progress
}

/// STORE-4, STORE-5.
#[test]
fn each_witness_is_sent_its_own_column_and_nobody_elses() {
    let committee = committee(4);
    let signed = payment(&committee);
    let requests = opened(&committee, &signed).requests();
    assert_eq!(requests.len(), 4, "nobody waits for another");
    for (to, request) in requests {
        let RequestV1::Vote(request) = request else { panic!("votes come first") };
        assert_eq!(request.column, committee.request(to.position(), &signed, &[]).column);
    }
}

/// STORE-11.
#[test]
fn three_of_four_certify_and_evaluate_and_the_fourth_completes() {
    let mut committee = committee(4);
    let signed = payment(&committee);
    let mut gathering = opened(&committee, &signed);
    round(&mut committee, &mut gathering, &[0, 1, 2]);
    round(&mut committee, &mut gathering, &[0, 1, 2]);
    let standing = gathering.standing();
    assert!(matches!(standing, Standing::Certified { evaluations: 3, ready: true, complete: false }), "{standing:?}");
    round(&mut committee, &mut gathering, &[3]);
    assert!(matches!(gathering.standing(), Standing::Certified { complete: true, .. }));
    assert!(gathering.requests().is_empty());
}

/// STORE-13.
#[test]
fn a_record_goes_on_where_the_node_stopped_with_the_same_order_and_certificate() {
    let mut committee = committee(4);
    let signed = payment(&committee);
    let mut gathering = opened(&committee, &signed);
    let before = Gathering::resume(gathering.record(), committee.charter()).expect("its own record");
    assert_eq!(encode(&before.record()), encode(&gathering.record()));
    round(&mut committee, &mut gathering, &[0, 1, 2]);
    let mut after = Gathering::resume(gathering.record(), committee.charter()).expect("its own record");
    assert!(after.certificate().is_some());
    round(&mut committee, &mut after, &[0, 1, 2, 3]);
    assert!(matches!(after.standing(), Standing::Certified { complete: true, .. }));
}

/// STORE-2.
#[test]
fn an_order_with_fewer_columns_than_a_quorum_can_not_be_certified_through_this_store() {
    let committee = committee(4);
    let signed = payment(&committee);
    let check = |witnesses: &[usize]| submission(&committee, &signed, witnesses).check(committee.charter());
    assert!(!check(&[]).expect("form is good").can_be_certified());
    assert!(!check(&[0, 3]).expect("form is good").can_be_certified());
    assert!(check(&[0, 1, 3]).expect("form is good").can_be_certified());
    let granted = earn(&committee.federation, 1, 7, &[(1, points(8))]);
    let granted = Submission { signed: granted, columns: list([]) };
    assert!(granted.check(committee.charter()).expect("an Earn has no columns").can_be_certified());
}

/// STORE-1, ORDER-29
#[test]
fn columns_that_are_unsorted_or_do_not_fit_the_inputs_are_refused() {
    let committee = committee(4);
    let signed = payment(&committee);
    let refuse = |columns: Vec<Column>| {
        let submission = Submission { signed: signed.clone(), columns: list(columns) };
        assert!(matches!(submission.check(committee.charter()), Err(Refusal::Invalid(Rule::Columns))));
    };
    let good = submission(&committee, &signed, &[0, 1, 2]).columns.into_vec();
    refuse(good.iter().rev().cloned().collect());
    refuse(vec![good[0].clone(), good[0].clone(), good[2].clone()]);
    refuse(vec![Column { index: index(4), ..good[0].clone() }]);
    refuse(vec![Column { components: list(Vec::<PointBytes>::new()), ..good[0].clone() }]);
}

/// STORE-14.
#[test]
fn worthless_columns_from_a_stranger_do_not_replace_good_ones() {
    let mut committee = committee(4);
    let signed = payment(&committee);
    let mut gathering = opened(&committee, &signed);
    assert!(gathering.merge(worthless(&committee, &signed).check(committee.charter()).expect("form is good")));
    round(&mut committee, &mut gathering, &[0, 1, 2]);
    assert!(gathering.certificate().is_some());
}

/// STORE-14.
#[test]
fn good_columns_that_come_behind_worthless_ones_are_shown_as_soon_as_those_are_refused() {
    let mut committee = committee(4);
    let signed = payment(&committee);
    let mut gathering = worthless(&committee, &signed).check(committee.charter()).expect("form is good");
    assert!(gathering.merge(opened(&committee, &signed)));
    let mut gathering = Gathering::resume(gathering.record(), committee.charter()).expect("what waits is on disk too");
    for at in 0..3 {
        let RequestV1::Vote(request) = gathering.vote_request(index(at)).expect("a column") else { panic!("a vote") };
        let refused = gathering.handle_reply(index(at), committee.send(at, request));
        assert!(matches!(refused, Progress::AnotherColumn(again) if again == index(at)), "{refused:?}");
        let RequestV1::Vote(request) = gathering.vote_request(index(at)).expect("another") else { panic!("a vote") };
        let _ = gathering.handle_reply(index(at), committee.send(at, request));
    }
    assert!(gathering.certificate().is_some());
}

/// STORE-28.
#[test]
fn an_order_whose_columns_are_refused_is_dropped_and_never_refused_and_good_columns_complete_it() {
    let mut committee = committee(4);
    let signed = payment(&committee);
    let mut gathering = worthless(&committee, &signed).check(committee.charter()).expect("form is good");
    let heard = round(&mut committee, &mut gathering, &[0, 1, 2, 3]);
    assert!(
        matches!(heard[..], [Progress::None, Progress::Dropped, Progress::Dropped, Progress::Dropped]),
        "{heard:?}"
    );
    assert!(matches!(gathering.standing(), Standing::Dropped));
    assert!(gathering.requests().is_empty(), "a column that was refused is not shown again");
    assert!(gathering.merge(opened(&committee, &signed)));
    assert!(matches!(gathering.standing(), Standing::Gathering(0)));
    round(&mut committee, &mut gathering, &[0, 1, 2]);
    assert!(gathering.certificate().is_some());
}

/// STORE-27.
#[test]
fn more_columns_of_a_witness_than_are_kept_have_to_come_again() {
    let committee = committee(4);
    let signed = payment(&committee);
    let mut gathering = opened(&committee, &signed);
    let record = encode(&gathering.record()).len();
    let spoiled = |salt: usize| {
        let columns = submission(&committee, &signed, &[0, 1, 2, 3]).columns.into_vec();
        // Each witness gets the component of another.
        let moved = (0..4).map(|at: usize| Column { index: index(at), ..columns[(at + salt) % 4].clone() });
        let submission = Submission { signed: signed.clone(), columns: list(moved) };
        submission.check(committee.charter()).expect("form is good")
    };
    assert!(gathering.merge(spoiled(1)) && gathering.merge(spoiled(2)));
    assert!(gathering.merge(spoiled(1)), "what is here already is not kept twice");
    let full = encode(&gathering.record()).len();
    assert!(!gathering.merge(spoiled(3)));
    assert_eq!(encode(&gathering.record()).len(), full, "a stranger fills nothing");
    assert!(full > record && full < 4 * record);
}

/// STORE-28.
#[test]
fn a_witness_that_was_shown_no_column_can_call_none_wrong() {
    let committee = committee(4);
    let signed = payment(&committee);
    let three = submission(&committee, &signed, &[0, 1, 2]);
    let mut gathering = three.check(committee.charter()).expect("form is good");
    let heard = gathering.handle_reply(index(3), ReplyV1::Refused(Refusal::CoinUnknown));
    assert!(matches!(heard, Progress::Faulty(Fault::Misbehaved(at)) if at == index(3)));
    assert!(matches!(gathering.standing(), Standing::Gathering(0)));
}

/// STORE-28: a request that came twice is answered twice.
#[test]
fn a_witness_that_calls_its_last_column_wrong_twice_does_nothing_wrong() {
    let committee = committee(4);
    let signed = payment(&committee);
    let mut gathering = opened(&committee, &signed);
    for _ in 0..2 {
        let heard = gathering.handle_reply(index(3), ReplyV1::Refused(Refusal::CoinUnknown));
        assert!(matches!(heard, Progress::None), "{heard:?}");
    }
}

/// STORE-11: nobody is shown again what it holds, until somebody waits for its coins.
#[test]
fn what_nobody_waits_for_is_shown_to_those_alone_that_lack_it() {
    let mut committee = committee(4);
    let signed = payment(&committee);
    let mut gathering = opened(&committee, &signed);
    assert_eq!(gathering.pushes().len(), 4, "all are asked to vote");
    round(&mut committee, &mut gathering, &[0, 1, 2]);
    round(&mut committee, &mut gathering, &[0, 1, 2]);
    let holders: Vec<_> = gathering.holders().collect();
    assert_eq!(holders, [index(0), index(1), index(2)]);
    let mut resumed = Gathering::resume(gathering.record(), committee.charter()).expect("a good record");
    resumed.remember_holders(holders);
    let to = |requests: Vec<(_, RequestV1)>| requests.into_iter().map(|(to, _)| to).collect::<Vec<_>>();
    assert_eq!(to(resumed.pushes()), [index(3)]);
    assert_eq!(to(resumed.requests()).len(), 4, "no evaluation is here");
    assert!(resumed.merge(opened(&committee, &signed)));
    assert_eq!(to(resumed.pushes()).len(), 4, "whoever brought it waits for all of them");
    round(&mut committee, &mut resumed, &[0, 1, 2, 3]);
    assert!(matches!(resumed.standing(), Standing::Certified { evaluations: 4, ready: true, complete: true }));
}

/// STORE-35
#[test]
fn a_certified_order_is_over_once_a_quorum_that_was_shown_it_evaluates_no_more() {
    let mut committee = committee(4);
    let signed = payment(&committee);
    let mut gathering = opened(&committee, &signed);
    let closed = || ReplyV1::Refused(Refusal::Closed);
    round(&mut committee, &mut gathering, &[0, 1, 2]);
    assert!(gathering.certificate().is_some());
    for at in 0..3 {
        let _ = gathering.handle_reply(index(at), closed());
    }
    assert!(!gathering.is_over(), "they were asked to vote");
    gathering.retry();
    for at in [0, 1, 1] {
        let _ = gathering.handle_reply(index(at), closed());
    }
    assert!(!gathering.is_over(), "two of four");
    let _ = gathering.handle_reply(index(2), closed());
    assert!(gathering.is_over());
    assert!(matches!(gathering.standing(), Standing::Certified { .. }), "it is certified for ever");
}

/// STORE-8.
#[test]
fn one_witness_alone_can_not_refuse_an_order_for_good() {
    for refusal in [Refusal::CoinUnknown, Refusal::Closed] {
        let mut committee = committee(4);
        let signed = payment(&committee);
        let mut gathering = opened(&committee, &signed);
        assert!(matches!(gathering.handle_reply(index(3), ReplyV1::Refused(refusal)), Progress::None));
        assert!(matches!(gathering.standing(), Standing::Gathering(0)));
        round(&mut committee, &mut gathering, &[0, 1, 2]);
        assert!(gathering.certificate().is_some());
    }
}

/// STORE-8.
#[test]
fn two_of_four_that_refuse_leave_too_few_to_certify() {
    let committee = committee(4);
    let mut gathering = opened(&committee, &payment(&committee));
    let _ = gathering.handle_reply(index(3), ReplyV1::Refused(Refusal::Closed));
    let last = gathering.handle_reply(index(2), ReplyV1::Refused(Refusal::Closed));
    assert!(matches!(last, Progress::Refused));
    assert!(matches!(gathering.standing(), Standing::Refused(Refusal::Closed)));
}

/// STORE-8.
#[test]
fn a_certificate_of_an_order_that_does_not_conflict_kills_nothing() {
    let mut committee = committee(4);
    let elsewhere = swap(&committee.federation, &[(5, points(4))], &[(15, points(4))]);
    let certificate = committee.gather(&elsewhere).expect("nothing is in its way");
    let mut gathering = opened(&committee, &payment(&committee));
    let lie = Conflict { other: ConflictingOrder::Certified(elsewhere.order), certificate: Some(certificate) };
    let heard = gathering.handle_reply(index(3), ReplyV1::Refused(Refusal::Conflict(Box::new(lie))));
    assert!(matches!(heard, Progress::Faulty(Fault::Misbehaved(at)) if at == index(3)));
    assert!(matches!(gathering.standing(), Standing::Gathering(0)));
}

#[test]
fn a_certified_rival_kills_the_order_at_once() {
    let mut committee = committee(4);
    let signed = payment(&committee);
    let rival = redeem(&committee.federation, 2, &[(1, points(8))], &[]);
    let certificate = committee.gather(&rival).expect("it comes first");
    committee.settle(&rival);
    let mut gathering = opened(&committee, &signed);
    let heard = round(&mut committee, &mut gathering, &[0]);
    assert!(matches!(heard[..], [Progress::Refused]));
    let Standing::Refused(Refusal::Conflict(conflict)) = gathering.standing() else { panic!("it is dead") };
    assert_eq!(conflict.other.order().digest(), certificate.digest);
}

/// STORE-7.
#[test]
fn answers_in_another_witness_name_or_with_a_spoiled_signature_count_for_nothing() {
    let mut committee = committee(4);
    let signed = payment(&committee);
    let mut gathering = opened(&committee, &signed);
    let ReplyV1::Voted(Voted { vote, head }) = committee.ask(0, &signed) else { panic!("a vote") };
    let reply = |vote| ReplyV1::Voted(Voted { vote, head });
    assert!(matches!(gathering.handle_reply(index(1), reply(vote)), Progress::Faulty(Fault::Misbehaved(_))));
    let mut spoiled = vote;
    spoiled.signature.0[7] ^= 1;
    assert!(matches!(gathering.handle_reply(index(0), reply(spoiled)), Progress::Faulty(Fault::Misbehaved(_))));
    assert_eq!(gathering.votes(), 0);
    let _ = gathering.handle_reply(index(0), reply(vote));
    assert_eq!(gathering.votes(), 1);
}

/// STORE-9.
#[test]
fn an_evaluation_by_another_key_is_evidence_and_a_spoiled_byte_is_not() {
    let mut committee = committee(4);
    let signed = payment(&committee);
    let settled: Vec<Certified> = committee.settle(&signed);
    let certificate = settled[0].certificate.clone();
    let certified = CertifiedOrder { order: signed.order.clone(), certificate };
    let mut gathering = Gathering::of_certified(certified, committee.charter()).expect("its own certificate");

    let mut relayed = settled[0].clone();
    relayed.evaluation.signature.0[3] ^= 1;
    assert!(matches!(
        gathering.handle_reply(index(0), ReplyV1::Certified(relayed)),
        Progress::Faulty(Fault::Misbehaved(_))
    ));

    let marked = marked(&committee, &signed, &settled[1]);
    let Progress::Faulty(Fault::Evidence(evidence)) = gathering.handle_reply(index(1), ReplyV1::Certified(marked))
    else {
        panic!("a wrong key is seen")
    };
    assert!(matches!(*evidence, Evidence::BadEvaluation { .. }));
    assert_eq!(evidence.verify(committee.charter()).expect("it convicts").culprit, index(1));
    assert!(matches!(gathering.standing(), Standing::Certified { evaluations: 0, .. }));
    // Whose signature was bad may have been wronged by the relay. The other evaluates once, and has.
    let asked: Vec<_> = gathering.requests().into_iter().map(|(at, _)| at).collect();
    assert_eq!(asked, [0, 2, 3].map(index));
}

/// The evaluation of witness 1, by its vote key and the POPRF key of witness 2.
fn marked(committee: &Committee, signed: &SignedOrder, good: &Certified) -> Certified {
    let poprf = committee.federation.witness(KEYSET, index(2)).poprf;
    let vote = committee.federation.witness(KEYSET, index(1)).vote;
    let keys = ronde_protocol::machine::witness::keys::WitnessKeys { poprf, vote };
    let evaluation = committee.federation.evaluate_with(&signed.order, index(1), &keys).expect("it evaluates");
    Certified { evaluation, ..good.clone() }
}

/// STORE-10.
#[test]
fn a_certificate_counts_at_once_although_a_bad_evaluation_came_with_it() {
    let mut committee = committee(4);
    let signed = payment(&committee);
    let settled: Vec<Certified> = committee.settle(&signed);
    let marked = marked(&committee, &signed, &settled[1]);
    let mut gathering = opened(&committee, &signed);
    let heard = gathering.handle_reply(index(1), ReplyV1::Certified(marked.clone()));
    assert!(matches!(heard, Progress::Certified(Some(Fault::Evidence(_)))), "{heard:?}");
    assert!(gathering.record().certificate.is_some());
    let again = gathering.handle_reply(index(1), ReplyV1::Certified(marked));
    assert!(matches!(again, Progress::Faulty(Fault::Evidence(_))), "{again:?}");

    let mut relayed = settled[0].clone();
    relayed.evaluation.signature.0[3] ^= 1;
    let mut gathering = opened(&committee, &signed);
    let heard = gathering.handle_reply(index(0), ReplyV1::Certified(relayed));
    assert!(matches!(heard, Progress::Certified(Some(Fault::Misbehaved(at))) if at == index(0)), "{heard:?}");
}
