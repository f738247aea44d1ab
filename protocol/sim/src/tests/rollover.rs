//! Claims about two keysets and the end of the first.

use ronde_protocol::{
    machine::witness::{
        memory::Memory,
        record::{OrderRecord, View, Write},
    },
    message::{
        ids::OrderDigest,
        log::LogEntry,
        order::{Order, Purpose},
    },
};

use super::{assert_fails, write};
use crate::{
    Act, Invariant, Op, Plan, Swarm,
    disk::State,
    federation::{KEYSET, LATER},
    luck::Luck,
    message::{Asked, Route},
    moving::moved,
    ops::Manner,
    world::World,
};

fn ended() -> World<'static> {
    ended_after(4)
}

/// Two customers of four witnesses earn, and move some of what they have to four others; then the first keyset ends.
fn ended_after(moves: u64) -> World<'static> {
    let earn = |at, wallet, points| {
        let manner = Manner::Patient;
        let act = Act::Earn { wallet, store: wallet, points, ballot: false, vouchers: 0, wait: 0, manner };
        Op { at, seed: at, act }
    };
    let leave = |at, wallet| Op { at, seed: at, act: Act::Move { wallet, via: 2 } };
    let earns = (0..6).map(|number| earn(1_000 + number, (number % 2) as u8, 20 + 11 * number as u16));
    let moves = (0..moves).map(|number| leave(9_000 + 1_000 * number, (number % 2) as u8));
    let swarm = Swarm { wallets: 2, delay: 5, jitter: 10, sync: 2, ..Swarm::default() };
    let mut world =
        World::new(Plan { seed: 3, n: 4, later: 4, words: false, swarm, ops: earns.chain(moves).collect() }, None);
    world.play();
    world.end();
    assert_eq!(world.failure, None, "nothing is wrong yet");
    world
}

fn a_move(world: &World<'_>) -> (OrderDigest, Order) {
    let mut found = world.ledger.certified().filter(|(_, order)| moved(order) > 0);
    found.next().map(|(digest, order)| (*digest, order.clone())).unwrap()
}

/// A witness of the later keyset.
fn later(world: &World<'_>) -> usize {
    world.federation.committee(LATER).start
}

/// A move as it stands in the log of a witness of the later keyset.
fn entry(world: &World<'_>) -> LogEntry {
    let mut log = world.nodes[later(world)].disk.durable().ledger.log().iter();
    let is_move = |entry: &&LogEntry| matches!(entry, LogEntry::Certified(found) if found.order.keyset == KEYSET);
    log.find(is_move).unwrap().clone()
}

fn all_certified(world: &World<'_>) -> Vec<(OrderDigest, Order)> {
    world.ledger.certified().map(|(digest, order)| (*digest, order.clone())).collect()
}

#[test]
fn a_move_that_is_written_down_twice_is_noticed() {
    let mut world = ended();
    let (node, entry) = (later(&world), entry(&world));
    world.watch_move(node, &[Write::LogEntry(0, Box::new(entry))]);
    assert_fails(&world, Invariant::MovedOnce);
}

#[test]
fn a_move_beyond_what_the_logs_leave_is_noticed() {
    let mut world = ended();
    let (node, entry) = (later(&world), entry(&world));
    // It has read nothing.
    world.nodes[node].disk.forget(State::of(Memory::default()));
    world.ledger.earlier_read.clear();
    world.watch_move(node, &[Write::LogEntry(0, Box::new(entry))]);
    assert_fails(&world, Invariant::MovesAreBounded);
}

#[test]
fn coins_that_did_not_leave_the_earlier_keyset_are_noticed() {
    let mut world = ended();
    for (digest, _) in all_certified(&world).iter().filter(|(_, order)| moved(order) > 0) {
        world.ledger.strike(digest);
    }
    world.check_coins();
    assert_fails(&world, Invariant::NoForgedCoin);
}

#[test]
fn points_that_are_lost_between_two_keysets_are_noticed() {
    let mut world = ended();
    let (digest, _) = a_move(&world);
    world.ledger.alter(&digest, |order| order.purpose = Purpose::Redeem);
    world.check_value();
    assert_fails(&world, Invariant::ValueAddsUp);
}

#[test]
fn a_log_that_is_closed_by_one_clock_is_noticed() {
    let mut world = ended();
    world.watch_statement(0);
    assert_eq!(world.failure, None, "the others agreed");
    world.nodes[0].agreed.clear();
    world.watch_statement(0);
    assert_fails(&world, Invariant::ClosesTogether);
}

/// A world in which witness 0 has asked for the clocks again, and the others' answers are under way.
fn asked_again() -> World<'static> {
    let mut world = ended();
    world.nodes[0].agreed.clear();
    let route = Route { node: 0, life: world.nodes[0].life, asked: Asked::Clock };
    for peer in 1..4 {
        world.tell_clock(peer, route, &mut Luck::new(1, 1));
    }
    world
}

#[test]
fn a_clock_counts_for_the_end_when_it_is_heard_and_not_before() {
    let mut world = asked_again();
    world.play();
    world.watch_statement(0);
    assert_eq!(world.failure, None, "the answers came");
    let mut world = asked_again();
    world.watch_statement(0);
    assert_fails(&world, Invariant::ClosesTogether);
}

#[test]
fn an_entry_behind_the_closing_statement_is_noticed() {
    let mut world = ended();
    let entry = entry(&world);
    world.watch_frozen(0, &[Write::LogEntry(0, Box::new(entry))]);
    assert_fails(&world, Invariant::ClosesTogether);
}

#[test]
fn a_log_that_is_not_the_one_that_was_closed_is_noticed() {
    let mut world = ended();
    let (early, entry) = (all_certified(&world), entry(&world));
    write(&mut world, 0, vec![Write::LogEntry(0, Box::new(entry))]);
    world.check_closed(&early);
    assert_fails(&world, Invariant::ClosedLogsAgree);
}

/// Another move, of which a witness holds a certificate that is in no log.
fn unlogged(world: &mut World<'static>) -> (OrderDigest, Order) {
    let (digest, order) = a_move(world);
    let wallet = world.ledger.signer(&digest).unwrap();
    let other = Order { time: order.time + 3_600, ..order };
    let held = world.nodes[0].disk.durable().ledger.order(KEYSET, &digest).unwrap().unwrap();
    assert!(matches!(held, OrderRecord::Certified { .. }));
    world.ledger.signed_by(&other, wallet);
    write(world, 0, vec![Write::Order(other.digest(), Box::new(held))]);
    (other.digest(), other)
}

#[test]
fn a_certificate_that_the_closed_logs_lack_is_noticed() {
    let mut world = ended();
    let other = unlogged(&mut world);
    world.check_closed(&[other]);
    assert_fails(&world, Invariant::ClosedLogsAgree);
}

#[test]
fn a_move_that_never_comes_is_noticed() {
    let mut world = ended_after(1);
    let now = world.wallet_time(0) - 300 * 86_400;
    let charter = &world.federation.charter;
    let left = |person: &crate::wallet::Person| {
        let planned = person.wallet.planned_moves(charter, now);
        planned.iter().find(|planned| planned.keyset == KEYSET).map(|planned| planned.denomination)
    };
    let mut found = world.people.iter().map(left).enumerate();
    let (wallet, denomination) = found.find_map(|(wallet, found)| Some((wallet, found?))).unwrap();
    // A day on which it could still be signed, by this customer's clock.
    let luck = &mut Luck::new(1, 1);
    let signed = world.people[wallet].wallet.move_on(charter, KEYSET, denomination, now, luck.entropy()).unwrap();
    let order = world.keep(wallet, signed, luck).unwrap().signed.order;
    let held = world.nodes[0].disk.durable().ledger.order(KEYSET, &a_move(&world).0).unwrap().unwrap();
    world.ledger.signed_by(&order, wallet);
    write(&mut world, 0, vec![Write::Order(order.digest(), Box::new(held))]);
    world.check_moved(&[(order.digest(), order)]);
    assert_fails(&world, Invariant::MovesOutliveTheirKeyset);
}
