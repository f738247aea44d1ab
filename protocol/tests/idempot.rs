//! Every message to a witness may come twice, ten times, out of order, or after a restart: the answer is the same, and
//! it takes effect once.

use crate::federation_support;
use crate::witness_support;

use std::collections::BTreeMap;

use federation_support::{ASSOCIATION, CAMPAIGN, NOW, VOUCHER};
use proptest::prelude::*;
use ronde_protocol::message::{
    amount::Points,
    certificate::Certificate,
    class::Kind,
    codec::encode,
    ids::StoreId,
    log::LogEntry,
    order::{Purpose, SignedOrder},
    vote::Vote,
    wire::{ReplyV1, VoteRequest},
};
use witness_support::*;

/// A message to the witness: which order, and as what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Message {
    /// A request to vote, without anybody's votes.
    Alone(usize),
    /// A request that brings two other votes, so that the answer is a certificate.
    Completing(usize),
    /// The certificate.
    Certify(usize),
}

use Message::{Alone, Certify, Completing};

/// An order of every purpose; none is in another's way.
fn orders(committee: &Committee) -> Vec<SignedOrder> {
    let federation = &committee.federation;
    let apart = |purpose| (StoreId::NONE, purpose);
    let coffee = Kind::Voucher { offer: VOUCHER };
    let ballot = Kind::Ballot { campaign: CAMPAIGN };
    let donate = apart(Purpose::Donate { association: ASSOCIATION });
    let cast = apart(Purpose::Vote { campaign: CAMPAIGN, choice: 1 });
    let gift = Purpose::Pledge { association: ASSOCIATION, points: Points(5) };
    vec![
        earn(federation, 1, 1, &[(21, points(8)), (22, ballot), (23, coffee)]),
        redeem(federation, 2, &[(1, points(8)), (2, coffee)], &[(11, points(1))]),
        swap(federation, &[(3, points(2))], &[(12, points(1)), (13, points(1))]),
        spend(federation, donate, &[(4, points(4))], &[(14, points(1))]),
        spend(federation, cast, &[(5, ballot)], &[]),
        pledge(federation, 3, gift, NOW),
    ]
}

fn every_message() -> Vec<Message> {
    (0..6).flat_map(|order| [Alone(order), Completing(order), Certify(order)]).collect()
}

/// Witness 0 and everything that can be sent to it.
struct Bench {
    committee: Committee,
    orders: Vec<SignedOrder>,
    votes: Vec<Vec<Vote>>,
    certificates: Vec<Certificate>,
}

impl Bench {
    fn new() -> Self {
        let committee = committee(4);
        let orders = orders(&committee);
        let votes =
            orders.iter().map(|signed| [1, 2].map(|at| committee.federation.vote(&signed.order, index(at))).to_vec());
        let others = [index(1), index(2), index(3)];
        let certificates =
            orders.iter().map(|signed| committee.federation.certify_by(&signed.order, &others).into_certificate());
        let (votes, certificates) = (votes.collect(), certificates.collect());
        Self { committee, orders, votes, certificates }
    }

    fn send(&mut self, message: Message) -> ReplyV1 {
        match message {
            Alone(order) => self.committee.ask(0, &self.orders[order]),
            Completing(order) => {
                let request: VoteRequest = self.committee.request(0, &self.orders[order], &self.votes[order]);
                self.committee.send(0, request)
            }
            Certify(order) => self.committee.show(0, &self.orders[order].order, &self.certificates[order]),
        }
    }

    /// What the answer binds to, without the log's head, which grows with everybody's orders.
    fn binding(reply: &ReplyV1) -> Vec<u8> {
        match reply {
            ReplyV1::Voted(voted) => encode(&voted.vote),
            ReplyV1::Certified(certified) => {
                let mut bytes = encode(&certified.certificate);
                bytes.extend(encode(&certified.evaluation));
                bytes
            }
            other => panic!("{other:?}"),
        }
    }

    /// Counters, flows and tallies: everything that must not count twice.
    fn sums(&self) -> String {
        let disk = self.committee.seats[0].disk();
        let part = |from: &str, to: &str| disk[disk.find(from).unwrap()..disk.find(to).unwrap()].to_owned();
        format!("{}{}", part("counters:", "books:"), part("books:", ", log:"))
    }
}

/// What every order does, sent once each.
fn sums_of_once_each() -> String {
    let mut bench = Bench::new();
    (0..6).for_each(|order| drop(bench.send(Alone(order))));
    (0..6).for_each(|order| drop(bench.send(Certify(order))));
    bench.sums()
}

/// WITNESS-9, WITNESS-30
#[test]
fn every_message_sent_ten_times_to_a_witness_that_restarts_has_the_same_answer_bytes_and_one_effect() {
    for message in every_message() {
        let mut bench = Bench::new();
        let first = encode(&bench.send(message));
        let disk = bench.committee.seats[0].disk();
        for again in 1..10 {
            if again % 3 == 0 {
                bench.committee.restart(0);
            }
            assert_eq!(encode(&bench.send(message)), first, "{message:?}, time {again}");
            assert_eq!(bench.committee.seats[0].disk(), disk, "{message:?}, time {again}");
        }
    }
}

/// CERT-7, WITNESS-30
#[test]
fn a_certified_order_is_answered_from_what_is_stored_whoever_asks_how() {
    for order in 0..6 {
        let mut bench = Bench::new();
        let first = bench.send(Completing(order));
        let disk = bench.committee.seats[0].disk();
        bench.committee.restart(0);
        for message in [Alone(order), Certify(order), Completing(order)] {
            assert_eq!(encode(&bench.send(message)), encode(&first));
            assert_eq!(bench.committee.seats[0].disk(), disk);
        }
    }
}

/// VOTE-8, WITNESS-2
#[test]
fn a_step_whose_writes_were_lost_is_taken_again_with_the_same_vote() {
    let mut bench = Bench::new();
    let before = bench.committee.seats[0].memory.clone();
    let first = encode(&bench.send(Alone(1)));
    bench.committee.seats[0].memory = before;
    bench.committee.restart(0);
    assert_eq!(encode(&bench.send(Alone(1))), first);
}

/// Every message at least once, many of them more often, in any order, with restarts between.
fn deliveries() -> impl Strategy<Value = Vec<(Message, bool)>> {
    let repeats = prop::collection::vec(prop::sample::select(every_message()), 0..30);
    let all = repeats.prop_flat_map(|repeats| {
        let mut messages = every_message();
        messages.extend(repeats);
        Just(messages).prop_shuffle()
    });
    all.prop_flat_map(|messages| {
        let restarts = prop::collection::vec(any::<bool>(), messages.len());
        restarts.prop_map(move |restarts| messages.iter().copied().zip(restarts).collect())
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// WITNESS-25, WITNESS-32, BOOKS-1
    #[test]
    fn whatever_the_order_of_messages_their_effect_is_that_of_one_of_each(deliveries in deliveries()) {
        let mut bench = Bench::new();
        let mut votes: BTreeMap<usize, Vec<u8>> = BTreeMap::new();
        let mut certified: BTreeMap<usize, Vec<u8>> = BTreeMap::new();
        // Orders that debit a store count towards the limit when they are first voted, so each is asked for first.
        for order in 0..6 {
            votes.insert(order, Bench::binding(&bench.send(Alone(order))));
        }
        for (message, restart) in deliveries {
            if restart {
                bench.committee.restart(0);
            }
            let reply = bench.send(message);
            let (Alone(order) | Completing(order) | Certify(order)) = message;
            let told = if matches!(reply, ReplyV1::Voted(_)) { &mut votes } else { &mut certified };
            let binding = Bench::binding(&reply);
            prop_assert_eq!(&binding, told.entry(order).or_insert_with(|| binding.clone()), "{:?}", message);
            prop_assert!(matches!(reply, ReplyV1::Certified(_)) == certified.contains_key(&order), "never back to a vote");
        }
        prop_assert_eq!(bench.sums(), sums_of_once_each());
        let log = bench.committee.seats[0].memory.log();
        prop_assert_eq!(log.iter().filter(|entry| matches!(entry, LogEntry::Voted(_))).count(), 6);
        prop_assert_eq!(log.iter().filter(|entry| matches!(entry, LogEntry::Certified(_))).count(), 6);
        prop_assert!(bench.committee.seats[0].retired().is_none());
    }
}
