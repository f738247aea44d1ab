//! Claims about starts, old copies, and what nodes keep and tell.

use ronde_protocol::{
    machine::{gateway::Gathering, till::checkout::CheckoutState},
    message::{
        certificate::Certificate,
        codec::Bounded,
        head::Head,
        ids::WitnessIndex,
        refusal::{Conflict, ConflictingOrder},
        wire::LogPage,
    },
};

use super::*;
use crate::disk::Key;

/// A certified order with its certificate.
fn shown(world: &World<'_>, purpose: Purpose) -> CertifiedOrder {
    let (digest, order) = certified(world, purpose);
    let (certificate, _) = world.found_at_nodes(&digest).unwrap();
    CertifiedOrder { order, certificate }
}

/// A witness's state with this certificate, and nothing else.
fn state_with(world: &World<'_>, node: usize, certified: CertifiedOrder) -> State {
    let mut ledger = Memory::default();
    ledger.apply(writes_of(world, node, certified));
    State::of(ledger)
}

/// What a witness without a state writes when it is shown a certificate.
fn writes_of(world: &World<'_>, node: usize, certified: CertifiedOrder) -> Vec<Write> {
    let witness = &world.federation.witnesses[node];
    let prepared = witness.prepare_certificate(certified, Entropy::new([2; 32])).unwrap();
    let empty = Memory::default();
    witness.decide_certificate(&empty, &world.federation.charter, prepared, world.time(node)).unwrap().writes
}

/// As many votes as are needed, all of one witness.
fn counted_thrice(world: &World<'_>, digest: OrderDigest) -> Certificate {
    let votes = vec![vote(world, 0, &digest); 3];
    Certificate { keyset: KEYSET, digest, votes: crate::federation::list(votes).unwrap() }
}

#[test]
fn a_vote_before_the_start_was_answered_is_noticed() {
    let mut world = ended(1);
    world.watch_new_vote(0, WitnessIndex(0));
    assert_eq!(world.failure, None, "the start was answered");
    world.nodes[0].heard.pop_last();
    while world.nodes[0].heard.len() > 1 {
        world.nodes[0].heard.pop_last();
    }
    world.watch_new_vote(0, WitnessIndex(0));
    assert_fails(&world, Invariant::LostStateVotesNoMore);
}

#[test]
fn a_vote_on_a_marked_copy_is_noticed() {
    let mut world = ended(1);
    world.nodes[0].marked = true;
    world.watch_new_vote(0, WitnessIndex(0));
    assert_fails(&world, Invariant::LostStateVotesNoMore);
}

#[test]
fn a_vote_on_a_log_that_peers_know_to_be_longer_is_noticed() {
    let mut world = ended(1);
    world.nodes[0].disk.forget(State::of(Memory::default()));
    world.watch_start(0);
    world.nodes[0].heard.extend([WitnessIndex(1), WitnessIndex(2)]);
    world.watch_new_vote(0, WitnessIndex(0));
    assert_fails(&world, Invariant::LostStateVotesNoMore);
}

#[test]
fn a_vote_by_whoever_holds_a_vote_that_it_forgot_is_noticed() {
    let mut world = ended(1);
    let certified = shown(&world, Purpose::Redeem);
    let index = certified.certificate.votes[0].index;
    let node = index.position();
    let state = state_with(&world, node, certified);
    world.nodes[node].disk.forget(state);
    world.nodes[node].fallen = true;
    world.watch_new_vote(node, index);
    assert_fails(&world, Invariant::LostStateVotesNoMore);
}

#[test]
fn a_witness_that_holds_a_vote_that_it_forgot_and_does_not_retire_is_noticed() {
    let mut world = ended(1);
    let certified = shown(&world, Purpose::Redeem);
    let node = certified.certificate.votes[0].index.position();
    world.nodes[node].fallen = true;
    let mut writes = writes_of(&world, node, certified);
    let all = writes.len();
    writes.retain(|write| !matches!(write, Write::Retire(_)));
    assert_eq!(writes.len() + 1, all, "the machine retires");
    let mut ledger = Memory::default();
    ledger.apply(writes);
    world.nodes[node].disk.forget(State::of(ledger));
    world.check_kept();
    assert_fails(&world, Invariant::LostStateVotesNoMore);
}

#[test]
fn a_vote_after_redeem_until_is_noticed() {
    let mut world = ended(1);
    world.nodes[0].clock.offset = 361 * 86_400;
    world.watch_new_vote(0, WitnessIndex(0));
    assert_fails(&world, Invariant::NoLateVote);
}

#[test]
fn a_coin_that_a_dead_order_holds_is_noticed() {
    let mut world = ended(1);
    let (digest, order) = certified(&world, Purpose::Redeem);
    let signed = world.sign_anything(0, order.clone());
    let dead = OrderRecord::Dead { signed, by: OrderDigest([9; 32]) };
    write(&mut world, 0, vec![Write::Order(digest, Box::new(dead))]);
    world.check_kept();
    assert_fails(&world, Invariant::LocksOfTheLiving);
}

#[test]
fn a_coin_that_a_certified_order_left_unspent_is_noticed() {
    let mut world = ended(1);
    let (digest, order) = certified(&world, Purpose::Redeem);
    write(&mut world, 0, vec![Write::Coin(order.inputs[0].point, Some(CoinRecord { digest, spent: false }))]);
    world.check_kept();
    assert_fails(&world, Invariant::LocksOfTheLiving);
}

#[test]
fn a_retired_witness_that_lacks_a_certificate_is_noticed() {
    let mut world = ended(1);
    world.nodes[0].fallen = true;
    world.nodes[0].disk.forget(State::of(Memory::default()));
    write(&mut world, 0, vec![Write::Retire(Retirement::RestoredCopy)]);
    world.check_kept();
    assert_fails(&world, Invariant::RetiredServes);
}

#[test]
fn a_certificate_that_a_store_still_carries_is_noticed() {
    let mut world = ended(1);
    let certified = shown(&world, Purpose::Redeem);
    let digest = certified.order.digest();
    let record = Gathering::of_certified(certified, &world.federation.charter).unwrap().record();
    let number = world.nodes[4].disk.commit(Writes::new().put(Key::Opened(digest), &record), After::Nothing).unwrap();
    world.nodes[4].disk.sync(number);
    world.check_kept();
    assert_fails(&world, Invariant::CertificatesReachAll);
}

#[test]
fn an_entry_of_a_feed_that_was_passed_over_is_noticed() {
    let mut world = ended(1);
    world.ledger.fed.clear();
    world.check_kept();
    assert_fails(&world, Invariant::FeedsAreWhole);
}

#[test]
fn a_second_body_under_a_reference_is_noticed() {
    let mut world = ended(1);
    let (_, earned) = certified(&world, Purpose::Earn);
    let store = node_of(earned.store).unwrap();
    world.watch_body(store, &earned);
    assert_eq!(world.failure, None, "the same body may be signed again");
    world.watch_body(store, &Order { time: earned.time + 1, ..earned });
    assert_fails(&world, Invariant::OneBody);
}

#[test]
fn an_order_that_is_called_dead_by_a_strangers_certificate_is_noticed() {
    let mut world = ended(1);
    let (_, paid) = certified(&world, Purpose::Redeem);
    let CertifiedOrder { order, certificate } = shown(&world, Purpose::Earn);
    let other = ConflictingOrder::Certified(order);
    let refusal = Refusal::Conflict(Box::new(Conflict { other, certificate: Some(certificate) }));
    world.watch_dead(0, &paid, &refusal);
    assert_fails(&world, Invariant::DeadIsDead);
}

#[test]
fn an_order_that_is_called_dead_by_too_few_votes_is_noticed() {
    let mut world = ended(1);
    let (_, paid) = certified(&world, Purpose::Redeem);
    let (digest, rival) = rival(&mut world);
    let certificate = counted_thrice(&world, digest);
    let other = ConflictingOrder::Certified(rival);
    let refusal = Refusal::Conflict(Box::new(Conflict { other, certificate: Some(certificate) }));
    world.watch_dead(0, &paid, &refusal);
    assert_fails(&world, Invariant::DeadIsDead);
}

#[test]
fn a_wallet_that_believes_too_few_votes_is_noticed() {
    let mut world = ended(1);
    let good = shown(&world, Purpose::Redeem);
    world.watch_news(0, &good);
    assert_eq!(world.failure, None, "q votes are enough");
    let (digest, order) = rival(&mut world);
    let certificate = counted_thrice(&world, digest);
    world.watch_news(0, &CertifiedOrder { order, certificate });
    assert_fails(&world, Invariant::TrueNews);
}

#[test]
fn a_pending_payment_that_is_cancelled_is_noticed() {
    let mut world = ended(1);
    let pending = CheckoutState::Pending(OrderDigest([1; 32]));
    world.watch_cancel(0, Some((CheckoutState::Presented, CheckoutState::Cancelled)));
    world.watch_cancel(0, Some((pending, pending)));
    assert_eq!(world.failure, None, "an open checkout may be cancelled");
    world.watch_cancel(0, Some((pending, CheckoutState::Cancelled)));
    assert_fails(&world, Invariant::TillsAgree);
}

#[test]
fn a_fork_of_a_log_that_left_no_evidence_is_noticed() {
    let mut world = ended(1);
    let head = *world.nodes[1].followed[&0].highest().unwrap();
    let key = &world.federation.keys[0].vote;
    let other = Head::sign(key, world.federation.keyset(), head.index, head.size, [1; 32]);
    world.watch_head(1, 0, head, true);
    world.watch_head(1, 0, other, true);
    world.check_evidence();
    assert_fails(&world, Invariant::CheatsLeaveEvidence);
}

#[test]
fn a_fork_by_the_head_of_a_page_that_is_refused_and_left_no_evidence_is_noticed() {
    let mut world = ended(1);
    let head = *world.nodes[1].followed[&0].highest().unwrap();
    let key = &world.federation.keys[0].vote;
    let longer = |root| Head::sign(key, world.federation.keyset(), head.index, head.size + 9, root);
    let (first, second) = (longer([1; 32]), longer([2; 32]));
    world.take_page(1, 0, LogPage { entries: Bounded::default(), head: first }, &mut Luck::new(1, 1));
    assert_eq!(world.nodes[1].followed[&0].highest(), Some(&first));
    world.watch_head(1, 0, second, true);
    world.check_evidence();
    assert_fails(&world, Invariant::CheatsLeaveEvidence);
}

#[test]
fn a_certificate_that_only_the_disk_of_a_dead_node_has_counts() {
    let mut world = ended(1);
    let (digest, _) = certified(&world, Purpose::Earn);
    world.ledger.strike(&digest);
    assert!(world.ledger.certified().all(|(other, _)| *other != digest));
    world.watch_disk(0);
    assert_eq!(world.failure, None);
    assert!(world.ledger.certified().any(|(other, _)| *other == digest));
}

#[test]
fn a_vote_after_a_running_witness_was_shown_what_its_log_lacks_is_noticed() {
    let mut world = ended(1);
    let head = world.federation.witnesses[0].head(&world.nodes[0].disk.durable().ledger).unwrap();
    world.nodes[0].fallen = true;
    world.nodes[0].disk.forget(State::of(Memory::default()));
    world.ask_own_head(0, 1);
    world.play();
    assert_eq!(world.failure, None);
    assert_eq!(world.nodes[0].shown, [head]);
    assert!(matches!(world.retired(0), Some(Retirement::LogRolledBack { held: 0, .. })), "the machine retires");
    world.watch_new_vote(0, WitnessIndex(0));
    assert_fails(&world, Invariant::LostStateVotesNoMore);
}
