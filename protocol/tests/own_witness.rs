//! A gateway and a witness in one program: what one of them has checked or signed the other takes as it is, and nothing else.

use crate::federation_support;
use crate::witness_support;

use federation_support::{KEYSET, list};
use ronde_protocol::{
    crypto::{Entropy, group::PointBytes},
    machine::{
        durable::Durable,
        gateway::{Fault, Gathering, Progress, Standing},
        own::{Asking, OwnReply},
        witness::{
            Gate, Prepared,
            record::{OrderRecord, View, Write},
        },
    },
    message::{
        log::CertifiedOrder,
        order::{Column, SignedOrder, Submission},
        refusal::Refusal,
        wire::RequestV1,
    },
};
use witness_support::*;

fn payment(committee: &Committee, number: u64) -> SignedOrder {
    let from = [(10 * number, points(8)), (10 * number + 1, points(2))];
    redeem(&committee.federation, 1, &from, &[(10 * number + 2, points(1))])
}

/// An order with these witnesses' columns, each passed through `spoil`.
fn opened(
    committee: &Committee,
    signed: &SignedOrder,
    spoil: impl Fn(Vec<PointBytes>) -> Vec<PointBytes>,
) -> Gathering {
    let columns = (0..committee.seats.len()).map(|at| {
        let column = committee.request(at, signed, &[]).column.expect("an order with inputs has a column");
        Column { index: index(at), components: list(spoil(column.iter().copied().collect())) }
    });
    let submission = Submission { signed: signed.clone(), columns: list(columns) };
    submission.check(committee.charter()).expect("a good submission")
}

/// So many witnesses, and an order that is to be certified by them.
fn begun(witnesses: usize) -> (Committee, Gathering) {
    let committee = committee(witnesses);
    let gathering = opened(&committee, &payment(&committee, 1), |column| column);
    (committee, gathering)
}

fn verify_certificate(committee: &Committee, gathering: &Gathering) {
    let certificate = gathering.certificate().expect("enough votes").as_certificate().clone();
    certificate.verify(committee.charter().keyset(KEYSET).unwrap(), &gathering.digest()).unwrap();
}

/// What the first witness says to a request of its own gateway.
fn answer(committee: &mut Committee, prepared: Prepared) -> OwnReply {
    let (charter, now) = (&committee.federation.charter, committee.now);
    let seat = &mut committee.seats[0];
    let step = seat.witness.decide(&seat.memory, charter, Gate::Open, &[prepared], now).unwrap();
    seat.memory.apply(step.writes);
    let decided = step.reply.release(&Durable::after_commit()).pop().expect("one answer to one request");
    seat.witness.sign_reply(decided, |head| seat.witness.sign_head(head))
}

fn vote(committee: &mut Committee, gathering: &mut Gathering) -> OwnReply {
    let own = gathering.own_request(index(0)).expect("an order that spends coins, with a column");
    let witness = &committee.seats[0].witness;
    let prepared = witness.prepare_vote(committee.charter(), own, Entropy::new([8; 32])).expect("a good order");
    answer(committee, Prepared::Vote(prepared))
}

fn evaluate(committee: &mut Committee, gathering: &Gathering) -> OwnReply {
    let certificate = gathering.certificate().expect("a certified order").as_certificate().clone();
    let certified = CertifiedOrder { order: gathering.order().clone(), certificate };
    let prepared = committee.seats[0].witness.prepare_certificate(certified, Entropy::new([9; 32])).unwrap();
    answer(committee, Prepared::Certificate(prepared))
}

/// Has the other witnesses vote.
fn ask_others(committee: &mut Committee, gathering: &mut Gathering) {
    for (to, request) in gathering.requests() {
        if let (RequestV1::Vote(request), true) = (request, to != index(0)) {
            let _ = gathering.handle_reply(to, committee.send(to.position(), request));
        }
    }
}

/// What was decoded for it is given away, and not kept for every order that is in hand.
#[test]
fn the_own_witness_is_asked_in_its_own_way_once() {
    let committee = committee(4);
    let signed = payment(&committee, 1);
    let mut gathering = opened(&committee, &signed, |column| column);
    assert!(gathering.own_request(index(0)).is_some());
    assert!(gathering.own_request(index(0)).is_none() && gathering.vote_request(index(0)).is_some());
    let mut gathering = opened(&committee, &signed, |column| column).without_own_witness();
    assert!(gathering.own_request(index(0)).is_none() && gathering.vote_request(index(0)).is_some());
}

/// STORE-7, STORE-9
#[test]
fn what_the_own_witness_signs_counts_as_a_peers_does() {
    let (mut committee, mut gathering) = begun(4);
    let own = vote(&mut committee, &mut gathering);
    assert!(matches!(gathering.handle_reply(index(0), own), Progress::None));
    assert_eq!(gathering.votes(), 1);
    ask_others(&mut committee, &mut gathering);
    verify_certificate(&committee, &gathering);
    let own = evaluate(&mut committee, &gathering);
    assert!(matches!(gathering.handle_reply(index(0), own), Progress::Evaluated));
    assert!(matches!(gathering.standing(), Standing::Certified { evaluations: 1, .. }));
    let keyset = committee.charter().keyset(KEYSET).unwrap();
    let evaluation = gathering.evaluations().next().unwrap();
    evaluation.verify(keyset, gathering.order(), &gathering.digest()).expect("made in earnest");
}

/// One witness is a quorum: its vote is the certificate, and comes with the evaluation.
#[test]
fn a_witness_that_is_its_own_quorum_completes_the_order_of_its_own_gateway() {
    let (mut committee, mut gathering) = begun(1);
    let own = vote(&mut committee, &mut gathering);
    assert!(matches!(gathering.handle_reply(index(0), own), Progress::Certified(None)));
    assert!(matches!(gathering.standing(), Standing::Certified { complete: true, ready: true, .. }));
    verify_certificate(&committee, &gathering);
}

/// STORE-10, STORE-13: a store's own record may lack a certificate that its witness has on the same disk.
#[test]
fn a_record_without_its_certificate_gets_it_from_what_the_own_witness_has_written_down() {
    let (mut committee, mut gathering) = begun(1);
    let record = gathering.record();
    let own = vote(&mut committee, &mut gathering);
    assert!(own.is_certified());
    let _ = gathering.handle_reply(index(0), own);
    committee.restart(0);
    let mut resumed = Gathering::resume(record, committee.charter()).expect("its own record");
    assert!(resumed.certificate().is_none());
    let served = vote(&mut committee, &mut resumed);
    assert!(served.is_certified());
    assert!(matches!(resumed.handle_reply(index(0), served), Progress::Certified(None)));
    assert!(matches!(resumed.standing(), Standing::Certified { complete: true, .. }));
}

/// STORE-7: what it signed for one order is nothing for another.
#[test]
fn an_answer_of_the_own_witness_about_another_order_counts_for_nothing() {
    for witnesses in [1, 4] {
        let mut committee = committee(witnesses);
        let (first, second) = (payment(&committee, 1), payment(&committee, 2));
        let mut first = opened(&committee, &first, |column| column);
        let mut second = opened(&committee, &second, |column| column);
        let own = vote(&mut committee, &mut first);
        let heard = second.handle_reply(index(0), own);
        assert!(matches!(heard, Progress::Faulty(Fault::Misbehaved(at)) if at == index(0)), "{heard:?}");
        assert!(matches!(second.standing(), Standing::Gathering(0)));
    }
}

/// STORE-7: nor is it another witness's.
#[test]
fn an_answer_of_the_own_witness_counts_in_no_other_name() {
    let (mut committee, mut gathering) = begun(4);
    let own = vote(&mut committee, &mut gathering);
    let heard = gathering.handle_reply(index(2), own);
    assert!(matches!(heard, Progress::Faulty(Fault::Misbehaved(at)) if at == index(2)), "{heard:?}");
    assert_eq!(gathering.votes(), 0);
}

/// STORE-9: a disk is trusted no more than a peer.
#[test]
fn an_evaluation_that_the_own_witness_reads_from_its_disk_is_verified() {
    let (mut committee, mut gathering) = begun(4);
    ask_others(&mut committee, &mut gathering);
    let _made = evaluate(&mut committee, &gathering);
    let seat = &mut committee.seats[0];
    let Some(OrderRecord::Certified { order, certificate, mut evaluation }) =
        seat.memory.order(KEYSET, &gathering.digest()).unwrap()
    else {
        panic!("it is written down");
    };
    evaluation.signature.0[9] ^= 1;
    let spoiled = OrderRecord::Certified { order, certificate, evaluation };
    seat.memory.apply(vec![Write::Order(gathering.digest(), Box::new(spoiled))]);
    let stored = evaluate(&mut committee, &gathering);
    let heard = gathering.handle_reply(index(0), stored);
    assert!(matches!(heard, Progress::Faulty(Fault::Misbehaved(at)) if at == index(0)), "{heard:?}");
    assert!(matches!(gathering.standing(), Standing::Certified { evaluations: 0, .. }));
}

/// WITNESS-8: no gateway can check a column, its own witness's neither.
#[test]
fn a_wrong_column_from_the_own_gateway_is_refused_alone_and_in_a_batch() {
    let committee = committee(4);
    let witness = &committee.seats[0].witness;
    let swapped = |column: Vec<PointBytes>| column.into_iter().rev().collect();
    let none = |column: Vec<PointBytes>| column.iter().map(|_| PointBytes([0xff; 32])).collect();
    let own = |number: u64, spoil: &dyn Fn(Vec<PointBytes>) -> Vec<PointBytes>| -> Asking {
        let mut gathering = opened(&committee, &payment(&committee, number), spoil);
        gathering.own_request(index(0)).expect("a column").into()
    };
    let relayed = |number: u64| -> Asking { committee.request(0, &payment(&committee, number), &[]).into() };
    let good = |column: Vec<PointBytes>| column;
    let asked = [own(1, &good), own(2, &swapped), relayed(3), own(4, &none), own(5, &good)];
    let alone = asked.clone().map(|asking| witness.prepare_vote(committee.charter(), asking, Entropy::new([1; 32])));
    let together = asked.into_iter().map(|asking| (None, asking)).collect();
    let together = witness.prepare_votes(committee.charter(), together, Entropy::new([2; 32]));
    for verdicts in [Vec::from(alone), together] {
        let refused: Vec<bool> = verdicts.iter().map(Result::is_err).collect();
        assert_eq!(refused, [false, true, false, true, false]);
        assert!(verdicts.into_iter().filter_map(Result::err).all(|refusal| matches!(refusal, Refusal::CoinUnknown)));
    }
}

/// ORDER-27: the key that signed it may be another's by the next charter.
#[test]
fn what_a_store_signed_the_witness_beside_its_gateway_verifies_again() {
    let committee = committee(4);
    let earned = earn(&committee.federation, 1, 3, &[(7, points(2))]);
    let mut earned = Submission { signed: earned, columns: list([]) }.check(committee.charter()).expect("a grant");
    assert!(earned.own_request(index(0)).is_none());
    assert!(earned.vote_request(index(0)).is_some());
}
