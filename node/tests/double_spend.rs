//! One coin raced at two stores over real QUIC: never two certificates.

mod federation;
#[path = "../../protocol/tests/federation_support/mod.rs"]
mod federation_support;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Barrier;
use std::time::Duration;

use federation::{Answer, Town, in_memory, orders};
use federation_support::{Dice, random_seed};
use ronde_node::store::{Committed, Engine, Entry, Read, StorageError, Table, Transaction};
use ronde_protocol::message::ids::OrderDigest;
use ronde_protocol::message::order::SignedOrder;

/// Two orders over coin `number`, and two different stores for them.
fn rivals(town: &Town, dice: &mut Dice, number: u64) -> ([SignedOrder; 2], [u32; 2]) {
    let coin = [(number * 10, 2)];
    let first = orders::swap(&town.federation, &coin, &[(number * 10 + 1, 1), (number * 10 + 2, 1)]);
    let second = orders::swap(&town.federation, &coin, &[(number * 10 + 3, 2)]);
    let through = dice.roll(4);
    let other = (through + 1 + dice.roll(3)) % 4;
    ([first, second], [through, other].map(|store| u32::try_from(store).unwrap() + 1))
}

/// Both are brought, the second after a while that the dice choose.
fn race(town: &Town, dice: &mut Dice, number: u64) -> [(SignedOrder, Answer); 2] {
    let ([first, second], through) = rivals(town, dice, number);
    // Every second race is head to head; the others are up to as far apart as an order takes.
    let delay = Duration::from_micros(dice.roll(2) * dice.roll(30_000));
    let start = Barrier::new(2);
    std::thread::scope(|scope| {
        let late = scope.spawn(|| {
            start.wait();
            std::thread::sleep(delay);
            town.submit(through[1], &second)
        });
        start.wait();
        let early = town.submit(through[0], &first);
        [(first.clone(), early), (second.clone(), late.join().unwrap())]
    })
}

/// Orders that hold a certificate, per coin.
type Certificates = BTreeMap<[u8; 32], BTreeSet<OrderDigest>>;
/// Orders, and what became of them by the store that each went through.
type Answers = Vec<(SignedOrder, Answer)>;

/// Per coin the orders over it that somebody holds a certificate of, by every node's log and by the answers.
fn certificates(town: &Town, answers: &[(SignedOrder, Answer)]) -> Certificates {
    let logged = (1..=4).flat_map(|store| town.certified(store)).map(|certified| certified.order);
    let answered = answers.iter().filter(|(_, answer)| answer.status == 200).map(|(signed, _)| signed.order.clone());
    let mut certified = Certificates::new();
    for order in logged.chain(answered) {
        for input in &order.inputs {
            certified.entry(input.point.0).or_default().insert(order.digest());
        }
    }
    certified
}

/// WITNESS-1, WITNESS-10
#[test]
fn a_coin_raced_at_two_stores_200_times_never_gets_two_certificates() {
    let (town, mut dice) = (Town::open(4, in_memory), Dice(random_seed()));
    let mut answers = Answers::new();
    for number in 1..=200 {
        answers.extend(race(&town, &mut dice, number));
    }
    let certified = certificates(&town, &answers);
    assert!(certified.values().all(|orders| orders.len() == 1), "{certified:?}");
    // Who loses is told why: spent, or held by another order.
    for (_, answer) in &answers {
        let code = answer.code();
        assert!(matches!((answer.status, code), (200 | 202, _) | (409, "coin-spent" | "order-conflict")), "{answer:?}");
    }
    let won = answers.iter().filter(|(_, answer)| answer.status == 200).count();
    println!("{won} of 200 races had a winner");
    assert!(won > 0, "the races decide nothing");
}

#[test]
fn control_witnesses_that_forget_which_coins_are_bound_certify_both() {
    let (town, mut dice) = (Town::open(4, |folder| Box::new(Forgetful(in_memory(folder)))), Dice(random_seed()));
    let mut answers = Answers::new();
    for number in 1..=5 {
        let (rivals, through) = rivals(&town, &mut dice, number);
        // One after the other: of two that are decided in one step, the second meets the first without any database.
        for (signed, store) in rivals.into_iter().zip(through) {
            let answer = town.submit(store, &signed);
            answers.push((signed, answer));
        }
    }
    let certified = certificates(&town, &answers);
    let twice = certified.values().filter(|orders| orders.len() == 2).count();
    assert_eq!(twice, 5, "{certified:?}");
}

/// A database that never knows a coin: the binding is switched off.
struct Forgetful(Box<dyn Engine>);

impl Engine for Forgetful {
    fn begin<'a>(&'a mut self) -> Result<Box<dyn Transaction + 'a>, StorageError> {
        Ok(Box::new(Forgetting(self.0.begin()?)))
    }

    fn reader(&self) -> Result<Box<dyn Read + Send>, StorageError> {
        self.0.reader()
    }
}

struct Forgetting<'a>(Box<dyn Transaction + 'a>);

impl Read for Forgetting<'_> {
    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StorageError> {
        if table == Table::Coin { Ok(None) } else { self.0.get(table, key) }
    }

    fn scan(&self, table: Table, from: &[u8], to: Option<&[u8]>, limit: usize) -> Result<Vec<Entry>, StorageError> {
        self.0.scan(table, from, to, limit)
    }
}

impl Transaction for Forgetting<'_> {
    fn put(&mut self, table: Table, key: &[u8], value: &[u8]) -> Result<(), StorageError> {
        self.0.put(table, key, value)
    }

    fn delete(&mut self, table: Table, key: &[u8]) -> Result<(), StorageError> {
        self.0.delete(table, key)
    }

    fn savepoint(&mut self) -> Result<(), StorageError> {
        self.0.savepoint()
    }

    fn release(&mut self) -> Result<(), StorageError> {
        self.0.release()
    }

    fn undo(&mut self) -> Result<(), StorageError> {
        self.0.undo()
    }

    fn commit(self: Box<Self>) -> Result<Committed, StorageError> {
        self.0.commit()
    }
}
