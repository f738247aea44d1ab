//! What happens without the rules that other tests keep: each control takes one away and sees the harm.

mod federation_support;
mod witness_support;

use federation_support::KEYSET;
use ronde_protocol::{
    crypto::{Entropy, group::PointBytes, merkle::Subtree},
    machine::{
        books::{Account, Flow},
        witness::{
            Gate,
            memory::{Memory, MemoryError},
            record::{CoinRecord, Counter, OrderRecord, Retirement, View},
        },
    },
    message::{
        evidence::Evidence,
        ids::{KeysetId, OrderDigest, Reference, StoreId},
        statement::ClosingStatement,
    },
};
use witness_support::*;

/// WITNESS-3
#[test]
fn control_a_vote_that_leaves_before_its_record_is_on_disk_convicts_an_honest_witness() {
    let mut committee = committee(4);
    let first = redeem(&committee.federation, 1, &[(1, points(8))], &[]);
    let second = redeem(&committee.federation, 2, &[(1, points(8))], &[]);
    let before = committee.seats[0].memory.clone();
    let first_vote = voted(committee.ask(0, &first));
    // The disk had not yet been written when the power went.
    committee.seats[0].memory = before;
    committee.restart(0);
    let second_vote = voted(committee.ask(0, &second));
    let (first, second) = (first.order, second.order);
    let evidence = Evidence::DoubleVote { first, first_vote, second, second_vote };
    assert_eq!(evidence.verify(committee.charter()).expect("two votes over one coin").culprit, index(0));
}

/// A memory in which orders and references can't be looked up.
struct Forgetful<'m>(&'m Memory);

impl View for Forgetful<'_> {
    type Error = MemoryError;

    fn coin(&self, keyset: KeysetId, point: &PointBytes) -> Result<Option<CoinRecord>, MemoryError> {
        self.0.coin(keyset, point)
    }

    fn reference(&self, _: KeysetId, _: StoreId, _: &Reference) -> Result<Option<OrderDigest>, MemoryError> {
        Ok(None)
    }

    fn order(&self, _: KeysetId, _: &OrderDigest) -> Result<Option<OrderRecord>, MemoryError> {
        Ok(None)
    }

    fn counter(&self, keyset: KeysetId, counter: &Counter) -> Result<u64, MemoryError> {
        self.0.counter(keyset, counter)
    }

    fn book(&self, keyset: KeysetId, account: Account, flow: Flow) -> Result<u64, MemoryError> {
        self.0.book(keyset, account, flow)
    }

    fn log_size(&self, keyset: KeysetId) -> Result<u64, MemoryError> {
        self.0.log_size(keyset)
    }

    fn log_node(&self, keyset: KeysetId, subtree: Subtree) -> Result<Option<[u8; 32]>, MemoryError> {
        self.0.log_node(keyset, subtree)
    }

    fn retired(&self, keyset: KeysetId) -> Result<Option<Retirement>, MemoryError> {
        self.0.retired(keyset)
    }

    fn statement(&self, keyset: KeysetId) -> Result<Option<ClosingStatement>, MemoryError> {
        self.0.statement(keyset)
    }
}

/// WITNESS-25
#[test]
fn control_a_witness_that_forgets_its_orders_counts_a_repeated_message_twice() {
    let mut committee = committee(4);
    let signed = earn(&committee.federation, 1, 9, &[(21, points(8))]);
    let counter = Counter::Issued { store: signed.order.store, day: committee.now / 86_400 };
    let effect =
        |memory: &Memory| (memory.log().len(), memory.counter(KEYSET, &counter).expect("memory does not fail"));
    voted(committee.ask(0, &signed));
    voted(committee.ask(0, &signed));
    assert_eq!(effect(&committee.seats[0].memory), (1, 8), "the rule: one effect");

    let request = committee.request(0, &signed, &[]);
    let seat = &mut committee.seats[0];
    let charter = &committee.federation.charter;
    let prepared = seat.witness.prepare_vote(charter, request, Entropy::new([7; 32])).expect("a good order");
    let forgetful = Forgetful(&seat.memory);
    let step = seat.witness.decide_vote(&forgetful, charter, Gate::Open, prepared, committee.now).expect("it decides");
    seat.memory.apply(step.writes);
    assert_eq!(effect(&seat.memory), (2, 16), "without it: an effect for each time it was sent");
}

#[test]
fn control_a_restored_copy_that_skips_asking_its_peers_votes_against_its_own_word() {
    let mut committee = committee(4);
    let backup = committee.seats[0].memory.clone();
    let first = redeem(&committee.federation, 1, &[(1, points(8))], &[]);
    let certificate = committee.gather(&first).expect("nothing is in its way");
    committee.seats[0].memory = backup;
    committee.restart(0);
    let second = redeem(&committee.federation, 2, &[(1, points(8))], &[]);
    // The gate is open although no peer was asked: see `witness_start` for what asking prevents.
    let second_vote = voted(committee.ask(0, &second));
    assert!(certificate.votes.iter().any(|vote| vote.index == second_vote.index));
}
