//! Each invariant can fail: a world is played to its end, one thing in it is made untrue, and whoever looks notices.

use ronde_protocol::{
    crypto::Entropy,
    machine::{
        audit::{Report, WitnessLog, audit},
        books::{Account, Flow},
        wallet::Wallet,
        witness::{
            memory::Memory,
            record::{CoinRecord, OrderRecord, Retirement, View, Write},
        },
    },
    message::{
        amount::Points,
        evidence::Evidence,
        head::Head,
        ids::OrderDigest,
        log::{CertifiedOrder, LogEntry},
        order::{Order, Purpose, SignedOrder},
        refusal::Refusal,
        vote::Vote,
        wire::{Certified, ReplyV1, RequestV1, VoteRequest, Voted},
    },
};

use crate::{
    Act, Invariant, Op, Plan, Swarm,
    disk::{State, Writes},
    federation::{ASSOCIATION, KEYSET},
    ledger::BadEvaluation,
    luck::Luck,
    message::{Asked, Route},
    network::End,
    node::node_of,
    ops::Manner,
    world::{After, World},
};

mod histories;
mod kept;
mod limits;
mod plot;
mod privacy;
mod rollover;
mod value;
mod words;

fn plan(seed: u64) -> Plan {
    let earn = |at, wallet| {
        let manner = Manner::Patient;
        let act = Act::Earn { wallet, store: wallet, points: 20, ballot: false, vouchers: 0, wait: 0, manner };
        Op { at, seed: seed + at, act }
    };
    let act = Act::Pay { wallet: 0, store: 2, via: 2, points: 7, vouchers: 0, manner: Manner::Patient };
    let ops = vec![earn(1_000, 0), earn(1_001, 1), Op { at: 9_000, seed, act }];
    let swarm = Swarm { wallets: 2, delay: 5, jitter: 10, sync: 2, ..Swarm::default() };
    // A multiple of 3, so that the audit runs.
    Plan { seed: seed * 3, n: 4, later: 0, words: false, swarm, ops }
}

/// A world of four honest witnesses at its end: two customers earned, one paid.
fn ended(seed: u64) -> World<'static> {
    let mut world = World::new(plan(seed), None);
    world.play();
    world.end();
    assert_eq!(world.failure, None, "nothing is wrong yet");
    world
}

fn assert_fails(world: &World<'_>, invariant: Invariant) {
    let failure = world.failure.as_ref().unwrap_or_else(|| panic!("{} is not noticed", invariant.name()));
    assert_eq!(failure.invariant, invariant, "{}", failure.says);
}

fn certified(world: &World<'_>, purpose: Purpose) -> (OrderDigest, Order) {
    let mut found = world.ledger.certified().filter(|(_, order)| order.purpose == purpose);
    found.next().map(|(digest, order)| (*digest, order.clone())).unwrap()
}

/// Another order over the same coins.
fn rival(world: &mut World<'_>) -> (OrderDigest, Order) {
    let (_, paid) = certified(world, Purpose::Redeem);
    let rival = Order { time: paid.time + 1, ..paid };
    world.ledger.signed(&rival);
    (rival.digest(), rival)
}

fn vote(world: &World<'_>, node: usize, digest: &OrderDigest) -> Vote {
    let index = world.nodes[node].index.unwrap();
    Vote::sign(&world.federation.keys[node].vote, world.federation.keyset(), index, digest)
}

fn voted(world: &World<'_>, node: usize, digest: &OrderDigest) -> ReplyV1 {
    let head = world.federation.witnesses[node].head(&world.nodes[node].disk.durable().ledger).unwrap();
    ReplyV1::Voted(Voted { vote: vote(world, node, digest), head })
}

/// Everybody votes, and nobody is asked to have it on disk.
fn all_vote(world: &mut World<'_>, digest: &OrderDigest) {
    for node in 0..4 {
        world.nodes[node].fallen = true;
        let reply = voted(world, node, digest);
        world.watch_answer(node, digest, &reply);
    }
}

fn write(world: &mut World<'_>, node: usize, writes: Vec<Write>) {
    let number = world.nodes[node].disk.commit(Writes::of(writes), After::Nothing).unwrap();
    world.nodes[node].disk.sync(number);
}

#[test]
fn two_certificates_over_one_coin_are_noticed() {
    let mut world = ended(1);
    let (digest, _) = rival(&mut world);
    all_vote(&mut world, &digest);
    assert_fails(&world, Invariant::OneCertificate);
}

#[test]
fn a_certificate_for_what_nobody_signed_is_noticed() {
    let mut world = ended(1);
    let (_, earned) = certified(&world, Purpose::Earn);
    let digest = world.ledger.meet(&Order { time: earned.time + 1, ..earned });
    all_vote(&mut world, &digest);
    assert_fails(&world, Invariant::GoodOrder);
}

#[test]
fn a_vote_that_is_not_on_disk_is_noticed() {
    let mut world = ended(1);
    let (digest, _) = rival(&mut world);
    let reply = voted(&world, 0, &digest);
    world.watch_answer(0, &digest, &reply);
    assert_fails(&world, Invariant::VoteOnDisk);
}

#[test]
fn a_second_vote_over_a_coin_is_noticed() {
    let mut world = ended(1);
    let (digest, order) = rival(&mut world);
    let coins = order.inputs.iter();
    let mut writes: Vec<Write> =
        coins.map(|input| Write::Coin(input.point, Some(CoinRecord { digest, spent: false }))).collect();
    let signed: SignedOrder = world.sign_anything(0, order);
    writes.push(Write::Order(digest, Box::new(OrderRecord::Voted(signed))));
    write(&mut world, 0, writes);
    let reply = voted(&world, 0, &digest);
    world.watch_answer(0, &digest, &reply);
    assert_fails(&world, Invariant::OneVote);
}

#[test]
fn votes_that_convict_an_honest_witness_are_noticed() {
    let mut world = ended(1);
    let (digest, _) = rival(&mut world);
    let vote = vote(&world, 0, &digest);
    world.ledger.voted(&digest, vote);
    world.check_framing();
    assert_fails(&world, Invariant::VotesClear);
}

#[test]
fn an_evaluation_that_is_not_the_stored_one_is_noticed() {
    let mut world = ended(1);
    let (digest, _) = certified(&world, Purpose::Earn);
    let ledger = &world.nodes[0].disk.durable().ledger;
    let Ok(Some(OrderRecord::Certified { certificate, mut evaluation, .. })) = ledger.order(KEYSET, &digest) else {
        panic!("certified")
    };
    evaluation.signature.0[0] ^= 1;
    let head = world.federation.witnesses[0].head(ledger).unwrap();
    world.watch_answer(0, &digest, &ReplyV1::Certified(Certified { certificate, evaluation, head }));
    assert_fails(&world, Invariant::EvaluationOnDisk);
}

#[test]
fn coins_that_nobody_paid_for_are_noticed() {
    let mut world = ended(1);
    world.people.extend(ended(2).people);
    world.check_coins();
    assert_fails(&world, Invariant::NoForgedCoin);
}

#[test]
fn more_coins_spent_than_made_are_noticed() {
    let mut world = ended(1);
    for _ in 0..2 {
        let (digest, _) = certified(&world, Purpose::Earn);
        world.ledger.strike(&digest);
    }
    world.check_classes();
    assert_fails(&world, Invariant::NoNegativeClass);
}

#[test]
fn points_that_come_from_nowhere_are_noticed() {
    let mut world = ended(1);
    let (digest, _) = certified(&world, Purpose::Redeem);
    world.ledger.alter(&digest, |order| order.purpose = Purpose::Swap);
    world.check_value();
    assert_fails(&world, Invariant::ValueAddsUp);
}

#[test]
fn an_order_that_is_never_completed_is_noticed() {
    let mut world = ended(1);
    let now = world.wallet_time(0);
    let charter = &world.federation.charter;
    let signed = world.people[0].wallet.donate(charter, ASSOCIATION, Points(1), now, Entropy::new([1; 32]));
    assert!(signed.is_ok());
    world.check_liveness();
    assert_fails(&world, Invariant::HonestOrdersComplete);
}

#[test]
fn a_wallet_that_lost_points_is_noticed() {
    let mut world = ended(1);
    let federation = *world.federation.charter.federation();
    world.people[1].wallet = Wallet::new(ronde_protocol::crypto::Seed::new([1; 32]), federation, 0);
    world.check_lost();
    assert_fails(&world, Invariant::NothingLost);
}

#[test]
fn an_honest_order_that_is_killed_is_noticed() {
    let mut world = ended(1);
    let (digest, _) = certified(&world, Purpose::Redeem);
    let (_, by) = rival(&mut world);
    world.watch_killed(0, &digest, &by);
    assert_fails(&world, Invariant::HonestNeverKilled);
}

#[test]
fn a_vote_beyond_the_limit_is_noticed() {
    let mut world = ended(1);
    let (_, mut order) = certified(&world, Purpose::Earn);
    order.purpose = Purpose::Pledge { association: ASSOCIATION, points: Points(201) };
    world.check_limit(0, &order, 1);
    assert_fails(&world, Invariant::Limits);
}

#[test]
fn a_refusal_within_the_limit_is_noticed() {
    let mut world = ended(1);
    let (digest, _) = certified(&world, Purpose::Earn);
    world.watch_answer(0, &digest, &ReplyV1::Refused(Refusal::LimitExceeded { left: Points(0) }));
    assert_fails(&world, Invariant::NoEarlyLimit);
}

#[test]
fn evidence_against_an_honest_witness_is_noticed() {
    let mut world = ended(1);
    let (digest, order) = certified(&world, Purpose::Earn);
    let evaluation = world.evaluate_with(0, &order, digest, &mut Luck::new(1, 1)).unwrap();
    world.watch_evidence(&Evidence::BadEvaluation { order, evaluation });
    assert_fails(&world, Invariant::NobodyFramed);
}

#[test]
fn a_retirement_without_cause_is_noticed() {
    let mut world = ended(1);
    world.note_writes(0, &[Write::Retire(Retirement::LogRolledBack { signed: 2, held: 1 })]);
    assert_fails(&world, Invariant::NoFalseRetirement);
}

#[test]
fn books_that_differ_are_noticed() {
    let mut world = ended(1);
    write(&mut world, 1, vec![Write::Book(Account::Pool, Flow::Floated, 1_000)]);
    world.check_books();
    assert_fails(&world, Invariant::BooksAgree);
}

#[test]
fn a_checkout_that_nobody_paid_is_noticed() {
    let mut world = ended(1);
    let (digest, _) = certified(&world, Purpose::Redeem);
    world.ledger.strike(&digest);
    world.check_tills();
    assert_fails(&world, Invariant::TillsAgree);
}

/// A bad evaluation by witness 0, which store 1 met just now.
fn met(world: &mut World<'_>) -> BadEvaluation {
    let met = BadEvaluation { culprit: 0, by: End::Node(1), at: world.now, full: false };
    world.ledger.bad_evaluations.push(met);
    met
}

#[test]
fn one_bad_evaluation_that_left_no_evidence_is_noticed() {
    let mut world = ended(1);
    met(&mut world);
    world.check_evidence();
    assert_fails(&world, Invariant::CheatsLeaveEvidence);
    let mut world = ended(1);
    let met = met(&mut world);
    world.ledger.bad_evaluations = vec![BadEvaluation { by: End::Wallet(0), ..met }];
    world.check_evidence();
    assert_fails(&world, Invariant::CheatsLeaveEvidence);
}

#[test]
fn a_bad_evaluation_that_could_not_be_written_down_is_excused_and_nothing_else() {
    let mut world = ended(1);
    let met = met(&mut world);
    world.ledger.bad_evaluations = vec![BadEvaluation { full: true, ..met }];
    world.check_evidence();
    assert_eq!(world.failure, None, "its disk was full");
    world.ledger.bad_evaluations = vec![met];
    world.nodes[1].deaths.push(met.at + 60);
    world.check_evidence();
    assert_eq!(world.failure, None, "it died before the commit was through");
    world.nodes[1].deaths = vec![met.at + 200];
    world.check_evidence();
    assert_fails(&world, Invariant::CheatsLeaveEvidence);
}

#[test]
fn a_double_vote_that_convicts_nobody_is_noticed() {
    let mut world = ended(1);
    let (paid, _) = certified(&world, Purpose::Redeem);
    let (other, _) = rival(&mut world);
    let (first, mut second) = (vote(&world, 0, &paid), vote(&world, 0, &other));
    world.ledger.meet_vote(0, &paid, first);
    world.ledger.meet_vote(0, &other, second);
    world.check_evidence();
    assert_eq!(world.failure, None, "two good votes convict");
    second.signature.0[0] ^= 1;
    world.ledger.meet_vote(0, &other, second);
    world.check_evidence();
    assert_fails(&world, Invariant::CheatsLeaveEvidence);
}

fn audited(world: &World<'_>, logs: &[WitnessLog]) -> Report {
    audit(&world.federation.charter, world.federation.keyset(), logs)
}

#[test]
fn an_audit_that_misses_a_fork_is_noticed() {
    let mut world = ended(1);
    let mut logs: Vec<_> = (0..3).filter_map(|node| world.log_of(node)).collect();
    let before = audited(&world, &logs);
    let (keyset, key, head) = (world.federation.keyset(), &world.federation.keys[0].vote, logs[0].head);
    logs[0].heads.push(Head::sign(key, keyset, head.index, head.size, [7; 32]));
    let after = audited(&world, &logs);
    world.check_audit_finds(KEYSET, &after, &logs);
    assert_eq!(world.failure, None, "the audit finds it");
    world.check_audit_finds(KEYSET, &before, &logs);
    assert_fails(&world, Invariant::CheatsLeaveEvidence);
}

#[test]
fn an_audit_that_misses_two_bodies_is_noticed() {
    let mut world = ended(1);
    let mut logs: Vec<_> = (0..3).filter_map(|node| world.log_of(node)).collect();
    let before = audited(&world, &logs);
    let (_, order) = certified(&world, Purpose::Earn);
    let store = node_of(order.store).unwrap();
    let other = world.sign_anything(store, Order { time: order.time + 1, ..order });
    logs[1].entries.push(LogEntry::Voted(other));
    world.check_audit_finds(KEYSET, &before, &logs);
    assert_fails(&world, Invariant::CheatsLeaveEvidence);
}

/// A wallet whose order some witnesses can't vote for, because they voted for another over its coins.
fn held_up(seed: u64, witnesses: usize) -> World<'static> {
    let mut world = ended(seed);
    let (now, luck) = (world.wallet_time(0), &mut Luck::new(1, 1));
    let charter = &world.federation.charter;
    let signed = world.people[0].wallet.donate(charter, ASSOCIATION, Points(3), now, luck.entropy()).unwrap();
    let order = world.keep(0, signed, luck).unwrap().signed.order;
    world.ledger.signed_by(&order, 0);
    for node in 0..witnesses {
        let bound = CoinRecord { digest: OrderDigest([9; 32]), spent: false };
        write(&mut world, node, order.inputs.iter().map(|input| Write::Coin(input.point, Some(bound))).collect());
    }
    world.people[0].device = 1;
    world
}

#[test]
fn what_a_lost_device_blocks_is_excused_and_nothing_else() {
    let mut world = held_up(1, 2);
    world.check_liveness();
    assert_eq!(world.failure, None, "two witnesses are left, and three are needed");
    let mut world = held_up(1, 1);
    world.check_liveness();
    assert_fails(&world, Invariant::HonestOrdersComplete);
    let mut world = held_up(1, 2);
    world.people[0].device = 0;
    world.check_liveness();
    assert_fails(&world, Invariant::HonestOrdersComplete);
}

#[test]
fn logs_that_lack_what_made_a_coin_are_noticed() {
    let mut world = ended(1);
    let (digest, order) = certified(&world, Purpose::Redeem);
    let (certificate, _) = world.found_at_nodes(&digest).unwrap();
    for node in 0..4 {
        let witness = &world.federation.witnesses[node];
        let shown = CertifiedOrder { order: order.clone(), certificate: certificate.clone() };
        let prepared = witness.prepare_certificate(shown, Entropy::new([2; 32])).unwrap();
        let mut ledger = Memory::default();
        let step = witness.decide_certificate(&ledger, &world.federation.charter, prepared, world.time(node)).unwrap();
        // What its own log forgot it would retire for; here only the log counts.
        ledger.apply(step.writes);
        world.nodes[node].disk.forget(State::of(ledger));
    }
    world.check_audit();
    assert_fails(&world, Invariant::AuditAgrees);
}

#[test]
fn records_that_contradict_each_other_are_noticed() {
    let mut world = ended(1);
    let (digest, order) = rival(&mut world);
    let missing = CoinRecord { digest: OrderDigest([9; 32]), spent: true };
    write(&mut world, 0, vec![Write::Coin(order.inputs[0].point, Some(missing))]);
    let route = Route { node: 0, life: 1, asked: Asked::Order(digest) };
    // The certificate of the rival would have to meet what is not there.
    world.nodes[0].fallen = true;
    let certificate = {
        let votes: Vec<_> = (0..3).map(|node| vote(&world, node, &digest)).collect();
        ronde_protocol::message::certificate::Certificate {
            keyset: KEYSET,
            digest,
            votes: crate::federation::list(votes).unwrap(),
        }
    };
    world.serve(0, route, RequestV1::Certify(CertifiedOrder { order, certificate }), Luck::new(1, 1));
    assert_fails(&world, Invariant::NoInconsistency);
}

#[test]
fn every_committee_can_be_founded() {
    for n in 1..=crate::federation::MAX_N {
        let federation = crate::federation::Federation::of(n);
        assert_eq!(federation.witnesses.len(), usize::from(n));
        assert!(federation.stores() > usize::from(n), "one store at least is no witness");
    }
}

#[test]
fn what_is_asked_of_a_node_that_is_no_witness_is_unknown() {
    let mut world = ended(1);
    let (digest, order) = certified(&world, Purpose::Redeem);
    let signed = world.sign_anything(0, order);
    let request = VoteRequest { signed, column: None, votes: crate::federation::list(Vec::new()).unwrap() };
    let before = world.coverage.count(crate::Group::Refusal, "unknown");
    let route = Route { node: 0, life: 1, asked: Asked::Order(digest) };
    world.serve(4, route, RequestV1::Vote(request), Luck::new(1, 1));
    assert_eq!(world.coverage.count(crate::Group::Refusal, "unknown"), before + 1);
}
