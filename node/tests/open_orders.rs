//! Orders that wait on disk: however many there are, whatever they lack, and whatever the clock shows.

mod federation;
#[path = "../../protocol/tests/federation_support/mod.rs"]
mod federation_support;

use std::path::Path;

use federation::{Town, checkouts, eventually, on_disk, orders};
use federation_support::{ASSOCIATION, DAY, KEYSET, NOW};
use ronde_node::driver::OpenLimits;
use ronde_node::store::{Engine as _, SqliteEngine, Table};
use ronde_protocol::message::amount::Points;
use ronde_protocol::message::charter::Charter;
use ronde_protocol::message::codec::encode;
use ronde_protocol::message::order::{Order, Purpose, SignedOrder, Submission};
use ronde_protocol::message::wire::{ReplyV1, RequestV1};

/// Orders of store 2 under one reference, of which none can be certified: two witnesses have voted for the first, the two
/// others for the second.
fn frozen(town: &mut Town, count: u64) -> Vec<SignedOrder> {
    let pledge = orders::pledge(&town.federation, 2, NOW - 10 * DAY).order;
    let body = |points| Order {
        purpose: Purpose::Pledge { association: ASSOCIATION, points: Points(points) },
        ..pledge.clone()
    };
    let frozen: Vec<SignedOrder> = (1..=count).map(|points| orders::by_store(body(points))).collect();
    for (witness, signed) in [(1, &frozen[0]), (2, &frozen[0]), (3, &frozen[1]), (4, &frozen[1])] {
        let request = RequestV1::Vote(orders::request(&town.federation, witness, signed, &[]));
        assert!(matches!(town.ask(1, witness, request), ReplyV1::Voted(_)));
    }
    frozen
}

/// Writes orders into the database of a store that is stopped, as one that had taken them on would have left them.
fn leave_on_disk(folder: &Path, charter: &Charter, submissions: impl IntoIterator<Item = Submission>) {
    let mut engine = SqliteEngine::open(folder.join("ronde.sqlite")).unwrap();
    let mut transaction = engine.begin().unwrap();
    for submission in submissions {
        let gathering = submission.check(charter).unwrap();
        transaction.put(Table::Opened, &gathering.digest().0, &encode(&gathering.record())).unwrap();
    }
    transaction.commit().unwrap();
}

fn submission(town: &Town, signed: &SignedOrder) -> Submission {
    Submission { signed: signed.clone(), columns: orders::columns(&town.federation, &signed.order) }
}

fn in_hand(town: &Town) -> u64 {
    town.get(1, "/v1/status").body["open_orders"].as_u64().unwrap()
}

/// A town whose store 1 has left these orders on disk, and has little room.
fn restart_with(town: &mut Town, left: &[SignedOrder]) {
    let submissions: Vec<Submission> = left.iter().map(|signed| submission(town, signed)).collect();
    town.stop(1);
    leave_on_disk(&town.folder(1), &town.federation.charter, submissions);
    town.open_orders = OpenLimits { brought: 8, taken_up: 2 };
    town.start(1, on_disk);
}

/// STORE-33
#[test]
fn more_orders_than_fit_that_wait_on_disk_turn_no_new_payment_away() {
    let mut town = Town::open(4, on_disk);
    let left = frozen(&mut town, 16);
    restart_with(&mut town, &left);
    town.wait_for_votes();
    eventually("all room is taken that there is for them", || in_hand(&town) >= 2);
    for number in 1..=8 {
        let paid = town.submit(1, &orders::swap(&town.federation, &[(10 * number, 2)], &[(10 * number + 1, 2)]));
        assert_eq!(paid.status, 200, "{paid:?}");
    }
}

/// STORE-13, STORE-34
#[test]
fn more_orders_than_fit_that_wait_on_disk_each_get_their_turn() {
    let mut town = Town::open(4, on_disk);
    let mut left = frozen(&mut town, 5);
    let last = left.iter().map(|signed| signed.order.digest()).max().unwrap();
    let behind = (1..)
        .map(|number| orders::swap(&town.federation, &[(10 * number, 2)], &[(10 * number + 1, 2)]))
        .find(|signed| signed.order.digest() > last)
        .unwrap();
    left.push(behind.clone());
    restart_with(&mut town, &left);
    eventually("the order behind them is certified", || (1..=4).all(|store| town.has_certified(store, &behind)));
}

/// A payment that store 1 has written down and cannot get certified, as witnesses 3 and 4 are gone; its checkout and till.
fn stuck_payment(town: &mut Town) -> (SignedOrder, String, String) {
    let till = town.till(1);
    let (path, signed) = checkouts::open(town, 1, &till);
    town.stop(3);
    town.stop(4);
    let answer = town.submit(1, &signed);
    assert_eq!(answer.status, 202, "{answer:?}");
    assert_eq!(checkouts::state(town, 1, &path, &till), "pending");
    (signed, path, till)
}

fn end(town: &Town) -> u64 {
    town.federation.charter.keyset(KEYSET).unwrap().evaluate_until()
}

/// STORE-35
#[test]
fn a_clock_that_jumps_ahead_forgets_no_open_order() {
    let mut town = Town::open(4, on_disk);
    let (signed, path, till) = stuck_payment(&mut town);
    town.stop(1);
    town.set_clock(1, end(&town) + 1000 * DAY);
    town.start(1, on_disk);
    eventually("it is taken up", || in_hand(&town) == 1);
    town.start(3, on_disk);
    town.start(4, on_disk);
    eventually("it is certified", || (2..=4).all(|store| town.has_certified(store, &signed)));
    eventually("the till hears of it", || checkouts::state(&town, 1, &path, &till) == "accepted");
}

/// STORE-35
#[test]
fn a_payment_that_no_witness_takes_any_more_is_refused_to_its_till() {
    let mut town = Town::open(4, on_disk);
    let (_, path, till) = stuck_payment(&mut town);
    town.stop(1);
    (1..=4).for_each(|store| town.set_clock(store, end(&town) + 1));
    town.start(1, on_disk);
    eventually("the till hears of it", || checkouts::state(&town, 1, &path, &till) == "refused");
    eventually("nothing is open", || in_hand(&town) == 0);
    let folder = town.folder(1);
    town.stop(1);
    let engine = SqliteEngine::open(folder.join("ronde.sqlite")).unwrap();
    assert_eq!(engine.reader().unwrap().scan(Table::Opened, &[], None, 100).unwrap(), []);
}

/// STORE-11: it is pushed to the witness that lacks it alone, until somebody asks for its coins.
#[test]
fn whoever_asks_for_an_order_that_is_being_pushed_gets_all_its_evaluations() {
    let mut town = Town::open(4, on_disk);
    town.stop(4);
    let signed = orders::swap(&town.federation, &[(1, 2)], &[(2, 2)]);
    assert_eq!(town.submit(1, &signed).status, 200);
    eventually("it is set aside", || in_hand(&town) == 0);
    eventually("it is taken up again", || in_hand(&town) == 1);
    let shown = town.get(1, &format!("/v1/orders/{}?keyset={KEYSET}", signed.order.digest()));
    assert_eq!((shown.status, shown.body["evaluations"].as_array().map(Vec::len)), (200, Some(3)), "{shown:?}");
    town.start(4, on_disk);
    eventually("the last witness holds it", || town.has_certified(4, &signed));
    eventually("nothing is open", || in_hand(&town) == 0);
}
