//! Many requests prepared and decided together: each gets the answer that it would get alone.

use crate::federation_support;
use crate::witness_support;

use federation_support::{KEYSET, list};
use proptest::prelude::*;
use ronde_protocol::{
    crypto::{
        Entropy, Point,
        group::{PointBytes, ScalarBytes},
        poprf::coin_hash,
    },
    machine::{
        durable::Durable,
        witness::{Gate, Prepared, PreparedVote, record::View},
    },
    message::{
        class::Class,
        ids::StoreId,
        order::{Authorization, SignedOrder},
        refusal::Refusal,
        wire::{ReplyV1, VoteRequest},
    },
};
use witness_support::*;

/// What can be wrong with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    Nothing,
    AnothersMac,
    NoElement,
    ShortColumn,
    NoColumn,
    WrongSignature,
    NoSignature,
    BrokenRule,
    AnotherKeyset,
    Earn,
}

const FAULTS: [Fault; 10] = [
    Fault::Nothing,
    Fault::AnothersMac,
    Fault::NoElement,
    Fault::ShortColumn,
    Fault::NoColumn,
    Fault::WrongSignature,
    Fault::NoSignature,
    Fault::BrokenRule,
    Fault::AnotherKeyset,
    Fault::Earn,
];

/// A request of two coins of two classes; each number has coins of its own.
fn request(committee: &Committee, number: u64, fault: Fault) -> VoteRequest {
    let federation = &committee.federation;
    let from = [(10 * number, points(8)), (10 * number + 1, points(1))];
    let mut signed = redeem(federation, 1, &from, &[(10 * number + 2, points(2))]);
    if fault == Fault::Earn {
        signed = earn(federation, 1, number as u8, &[(10 * number + 2, points(2))]);
    }
    if fault == Fault::BrokenRule {
        signed.order.inputs = list(signed.order.inputs.iter().rev().copied());
    }
    let mut asked = committee.request(0, &signed, &[]);
    let column: Vec<PointBytes> = asked.column.iter().flatten().copied().collect();
    match fault {
        Fault::AnothersMac => asked.column = Some(list([column[0], Point::generator().encode()])),
        Fault::NoElement => asked.column = Some(list([column[0], PointBytes([0xff; 32])])),
        Fault::ShortColumn => asked.column = Some(list([column[0]])),
        Fault::NoColumn => asked.column = None,
        Fault::WrongSignature => spoil(&mut asked.signed, |_, s| s[0] ^= 1),
        Fault::NoSignature => spoil(&mut asked.signed, |r, _| *r = [0xff; 32]),
        Fault::AnotherKeyset => asked.signed.order.keyset.0 += 1,
        Fault::Nothing | Fault::BrokenRule | Fault::Earn => {}
    }
    asked
}

fn spoil(signed: &mut SignedOrder, how: impl FnOnce(&mut [u8; 32], &mut [u8; 32])) {
    let Authorization::Spend(signature) = &mut signed.authorization else { panic!("signed by coins") };
    let (mut r, mut s) = (signature.r.0, signature.s.0);
    how(&mut r, &mut s);
    (signature.r, signature.s) = (PointBytes(r), ScalarBytes(s));
}

fn expected(fault: Fault) -> Option<Refusal> {
    match fault {
        Fault::Nothing | Fault::Earn => None,
        Fault::AnothersMac | Fault::NoElement | Fault::ShortColumn => Some(Refusal::CoinUnknown),
        Fault::NoColumn => Some(Refusal::NoColumn),
        Fault::WrongSignature | Fault::NoSignature => Some(Refusal::BadSignature),
        Fault::AnotherKeyset => Some(Refusal::Unknown),
        Fault::BrokenRule => None,
    }
}

/// The refusal, as its text says it.
fn said(prepared: &Result<PreparedVote, Refusal>) -> Option<String> {
    prepared.as_ref().err().map(Refusal::to_string)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// WITNESS-38: whoever it is prepared with, and whoever relayed it.
    #[test]
    fn each_request_of_a_batch_gets_the_verdict_that_it_gets_alone(
        asked in prop::collection::vec((prop::sample::select(&FAULTS[..]), 0..3u32), 0..12),
        seed in any::<[u8; 32]>(),
    ) {
        let committee = committee(4);
        let requests: Vec<(Option<StoreId>, VoteRequest)> = (0..)
            .zip(&asked)
            .map(|(number, (fault, relay))| (Some(StoreId(*relay)), request(&committee, number, *fault)))
            .collect();
        let (witness, charter) = (&committee.seats[0].witness, committee.charter());
        let together = witness.prepare_votes(charter, requests.clone(), Entropy::new(seed));
        prop_assert_eq!(together.len(), requests.len());
        for ((prepared, (_, request)), (fault, _)) in together.into_iter().zip(requests).zip(&asked) {
            let digest = request.signed.order.digest();
            let alone = witness.prepare_vote(charter, request, Entropy::new([1; 32]));
            prop_assert_eq!(said(&prepared), said(&alone));
            if *fault != Fault::BrokenRule {
                prop_assert_eq!(said(&prepared), expected(*fault).map(|refusal| refusal.to_string()));
            }
            if let Ok(prepared) = prepared {
                prop_assert_eq!(prepared.digest(), digest);
            }
        }
    }
}

/// SPEND-10: errors in the columns of two orders that cancel when all is added up; secret weights are what finds them.
#[test]
fn errors_of_two_orders_that_cancel_are_found_in_both() {
    let committee = committee(4);
    let (mut first, mut second) = (request(&committee, 1, Fault::Nothing), request(&committee, 2, Fault::Nothing));
    let key = committee.federation.witness(KEYSET, committee.seats[0].witness.index()).poprf;
    // The MACs of one class, each on the other's coin: their sum is what it should be.
    for (asked, other) in [(&mut first, 20), (&mut second, 10)] {
        let of = input((other, points(8)));
        let tweak = Class { keyset: KEYSET, kind: points(8) }.tweak(&committee.federation.id());
        let swapped = key.evaluate(&tweak, &coin_hash(&of.point)).unwrap().encode();
        let own = input((if other == 20 { 10 } else { 20 }, points(8)));
        let at = asked.signed.order.inputs.iter().position(|input| *input == own).unwrap();
        let mut column: Vec<PointBytes> = asked.column.iter().flatten().copied().collect();
        column[at] = swapped;
        asked.column = Some(list(column));
    }
    let requests = vec![(None, first), (None, second), (None, request(&committee, 3, Fault::Nothing))];
    let witness = &committee.seats[0].witness;
    let prepared = witness.prepare_votes(committee.charter(), requests, Entropy::new([3; 32]));
    let verdicts: Vec<Option<String>> = prepared.iter().map(said).collect();
    let wrong = Some(Refusal::CoinUnknown.to_string());
    assert_eq!(verdicts, [wrong.clone(), wrong, None]);
}

/// WITNESS-35, WITNESS-10: one step, one head, and each request sees what those before it did.
#[test]
fn requests_decided_together_see_each_other_and_share_the_head() {
    let mut committee = committee(4);
    let first = redeem(&committee.federation, 1, &[(1, points(8))], &[(11, points(1))]);
    let rival = redeem(&committee.federation, 2, &[(1, points(8)), (2, points(4))], &[(12, points(1))]);
    let other = redeem(&committee.federation, 2, &[(3, points(4))], &[(13, points(1))]);
    let prepared: Vec<Prepared> = [&first, &rival, &other, &first]
        .into_iter()
        .map(|signed| {
            let request = committee.request(0, signed, &[]);
            let witness = &committee.seats[0].witness;
            Prepared::Vote(witness.prepare_vote(&committee.federation.charter, request, Entropy::new([4; 32])).unwrap())
        })
        .collect();
    let now = committee.now;
    let seat = &mut committee.seats[0];
    let charter = &committee.federation.charter;
    let step = seat.witness.decide(&seat.memory, charter, Gate::Open, &prepared, now).unwrap();
    seat.memory.apply(step.writes);
    let replies: Vec<ReplyV1> = step
        .reply
        .release(&Durable::after_commit())
        .into_iter()
        .map(|decided| seat.witness.sign_reply(decided, |head| seat.witness.sign_head(head)).into_reply())
        .collect();
    let heads: Vec<_> = replies
        .iter()
        .filter_map(|reply| match reply {
            ReplyV1::Voted(voted) => Some(voted.head),
            _ => None,
        })
        .collect();
    assert_eq!(heads.len(), 3, "{replies:?}");
    assert!(matches!(&replies[1], ReplyV1::Refused(Refusal::Conflict(_))));
    assert!(heads.iter().all(|head| *head == heads[0]));
    assert_eq!((heads[0].size, seat.memory.log_size(KEYSET).unwrap()), (2, 2), "an order is logged once");
    assert_eq!(heads[0], seat.witness.head(&seat.memory).unwrap());
    let keyset = charter.keyset(KEYSET).unwrap();
    for (reply, signed) in replies.into_iter().zip([&first, &rival, &other, &first]) {
        if let ReplyV1::Voted(voted) = reply {
            voted.vote.verify(keyset, &signed.order.digest()).unwrap();
            voted.head.verify(keyset).unwrap();
        }
    }
}
