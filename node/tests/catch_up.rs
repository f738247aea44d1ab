//! Who was down learns what it missed: a witness from its peers' logs, a store from its own database and its feed.

mod federation;
#[path = "../../protocol/tests/federation_support/mod.rs"]
mod federation_support;

use std::time::Duration;

use federation::checkouts::{open as checkout, state};
use federation::{Answer, Town, eventually, http, on_disk, orders};
use federation_support::Plan;
use ronde_node::store::{Engine as _, SqliteEngine, Table};
use ronde_protocol::machine::gateway::OpenOrder;
use ronde_protocol::message::codec::decode;
use ronde_protocol::message::order::SignedOrder;

fn accepted(answer: &Answer) {
    assert_eq!(answer.status, 200, "{answer:?}");
}

#[test]
fn a_witness_that_was_down_takes_over_what_its_peers_certified() {
    let mut town = Town::open(4, on_disk);
    let before = orders::swap(&town.federation, &[(1, 2)], &[(2, 1), (3, 1)]);
    accepted(&town.submit(1, &before));
    eventually("all hold the first", || (1..=4).all(|store| town.has_certified(store, &before)));
    town.stop(4);
    let missed: Vec<SignedOrder> = (1..=5_u8)
        .map(|number| {
            let coin = u64::from(number) * 10;
            match number % 2 {
                0 => orders::earn(&town.federation, 2, number, &[(coin, 4)]),
                _ => orders::swap(&town.federation, &[(coin, 2)], &[(coin + 1, 2)]),
            }
        })
        .collect();
    missed.iter().for_each(|signed| accepted(&town.submit(1, signed)));
    // The store that pushed them is gone before the witness is back: nobody pushes, so it has to pull.
    town.stop(1);
    town.start(4, on_disk);
    eventually("the witness has caught up", || missed.iter().all(|signed| town.has_certified(4, signed)));
    assert_eq!(town.books(4), town.books(2));
    assert_eq!(town.certified(4).len(), 1 + missed.len(), "each once");
    // It votes again, and knows what is spent.
    town.wait_for_votes();
    let again = orders::swap(&town.federation, &[(10, 2)], &[(99, 2)]);
    assert_eq!(town.submit(4, &again).code(), "coin-spent");
}

/// STORE-3, STORE-12, STORE-13.
#[test]
fn a_restarted_store_completes_its_open_orders() {
    let mut town = Town::open(4, on_disk);
    // With two witnesses gone there is no quorum: the order stays open in the store.
    town.stop(3);
    town.stop(4);
    let signed = orders::swap(&town.federation, &[(1, 2)], &[(2, 2)]);
    let answer = town.submit(1, &signed);
    assert_eq!(answer.status, 202, "{answer:?}");
    town.stop(1);
    town.start(3, on_disk);
    town.start(4, on_disk);
    town.start(1, on_disk);
    eventually("the order is certified everywhere", || (1..=4).all(|store| town.has_certified(store, &signed)));
    eventually("nothing is open", || town.get(1, "/v1/status").body["open_orders"] == 0);
    accepted(&town.submit(2, &signed));
    // Nor are its columns kept any longer.
    let folder = town.folder(1);
    town.stop(1);
    let engine = SqliteEngine::open(folder.join("ronde.sqlite")).unwrap();
    assert_eq!(engine.reader().unwrap().scan(Table::Opened, &[], None, 100).unwrap(), []);
}

/// STORE-12.
#[test]
fn an_order_that_was_set_aside_loses_no_column_when_it_comes_again() {
    let mut town = Town::open(4, on_disk);
    town.stop(3);
    town.stop(4);
    let signed = orders::swap(&town.federation, &[(1, 2)], &[(2, 2)]);
    assert_eq!(town.submit(1, &signed).status, 202);
    eventually("it is set aside", || town.get(1, "/v1/status").body["open_orders"] == 0);
    // It comes again without the column of the last witness.
    let mut fewer = town.submission(&signed);
    fewer["columns"].as_array_mut().unwrap().pop();
    let answer = http("POST", &town.url(1, "/v1/orders"), None, Some(&fewer));
    assert_eq!(answer.status, 202, "{answer:?}");
    let folder = town.folder(1);
    town.stop(1);
    let engine = SqliteEngine::open(folder.join("ronde.sqlite")).unwrap();
    let stored = engine.reader().unwrap().get(Table::Opened, &signed.order.digest().0).unwrap().unwrap();
    let record: OpenOrder = decode(&stored, 1 << 20).unwrap();
    assert_eq!(record.submission.unwrap().columns, orders::columns(&town.federation, &signed.order));
    drop(engine);
    [3, 4, 1].into_iter().for_each(|store| town.start(store, on_disk));
    eventually("the order is certified everywhere", || (1..=4).all(|store| town.has_certified(store, &signed)));
}

/// STORE-13: a record that nobody can read holds up none of the orders behind it.
#[test]
fn an_open_order_whose_record_is_damaged_keeps_no_other_from_being_completed() {
    let mut town = Town::open(4, on_disk);
    town.stop(3);
    town.stop(4);
    let signed = orders::swap(&town.federation, &[(1, 2)], &[(2, 2)]);
    assert_eq!(town.submit(1, &signed).status, 202);
    let folder = town.folder(1);
    town.stop(1);
    let mut engine = SqliteEngine::open(folder.join("ronde.sqlite")).unwrap();
    let mut transaction = engine.begin().unwrap();
    transaction.put(Table::Opened, &[0; 32], b"no order").unwrap();
    transaction.commit().unwrap();
    drop(engine);
    [3, 4, 1].into_iter().for_each(|store| town.start(store, on_disk));
    eventually("the order is certified everywhere", || (1..=4).all(|store| town.has_certified(store, &signed)));
}

/// STORE-29: what the desk refuses has taken no checkout.
#[test]
fn a_payment_with_too_few_columns_leaves_its_checkout_to_the_next() {
    let town = Town::open(4, on_disk);
    let till = town.till(2);
    let (path, signed) = checkout(&town, 2, &till);
    let mut fewer = town.submission(&signed);
    fewer["columns"].as_array_mut().unwrap().truncate(1);
    let refused = http("POST", &town.url(2, "/v1/orders"), None, Some(&fewer));
    assert_eq!((refused.status, refused.body["rule"].as_str()), (422, Some("columns")), "{refused:?}");
    assert_eq!(state(&town, 2, &path, &till), "presented");
    accepted(&town.submit(2, &signed));
    eventually("the till hears of it", || state(&town, 2, &path, &till) == "accepted");
}

/// STORE-15.
#[test]
fn a_store_that_was_down_learns_from_its_feed_that_its_checkout_was_paid() {
    let mut town = Town::open(4, on_disk);
    let till = town.till(3);
    let (path, signed) = checkout(&town, 3, &till);
    assert_eq!(state(&town, 3, &path, &till), "presented");
    town.stop(3);
    accepted(&town.submit(1, &signed));
    town.start(3, on_disk);
    eventually("the till hears of it", || state(&town, 3, &path, &till) == "accepted");
}

/// STORE-6.
#[test]
fn a_payment_through_another_store_reaches_an_open_store_by_itself() {
    let town = Town::open(4, on_disk);
    let till = town.till(2);
    let (path, signed) = checkout(&town, 2, &till);
    accepted(&town.submit(4, &signed));
    eventually("the till hears of it", || state(&town, 2, &path, &till) == "accepted");
}

/// It asks the witnesses for what they certified in its name once an hour, and has nothing else to ask.
#[test]
fn a_store_that_is_no_witness_sees_soon_that_a_witness_is_back() {
    let mut town = Town::found(Plan { stores: 5, ..Plan::of(4) });
    (1..=4).for_each(|store| town.start(store, on_disk));
    town.feed = Duration::from_secs(3600);
    town.start(5, on_disk);
    let is_up = |town: &Town| town.get(5, "/v1/status").body["witnesses"][0]["up"] == true;
    eventually("it has read each feed", || {
        let status = town.get(5, "/v1/status").body;
        status["witnesses"].as_array().unwrap().iter().all(|witness| witness["rtt_us"].is_u64())
    });
    assert!(is_up(&town));
    town.stop(1);
    eventually("it sees that one is gone", || !is_up(&town));
    town.start(1, on_disk);
    eventually("it sees that it is back", || is_up(&town));
}
