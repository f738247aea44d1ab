//! Disks that fail while a node runs.

mod federation;
#[path = "../../protocol/tests/federation_support/mod.rs"]
mod federation_support;
mod store_support;

use std::path::Path;
use std::sync::{Arc, Mutex};

use federation::{FLOOR, Town, eventually, in_memory, orders};
use federation_support::NOW;
use ronde_node::store::{Engine, StorageError};
use ronde_protocol::message::refusal::Refusal;
use ronde_protocol::message::wire::{ReplyV1, RequestV1};
use store_support::{Failing, Outcomes};

/// The engine of the store that is to fail; tests of this file use one each.
static BROKEN: Mutex<Option<Outcomes>> = Mutex::new(None);

fn breakable(_: &Path) -> Box<dyn Engine> {
    let engine = Failing::default();
    *BROKEN.lock().unwrap() = Some(engine.outcomes());
    Box::new(engine)
}

#[test]
fn a_node_whose_database_fails_ends_and_says_why() {
    let mut town = Town::found(federation_support::Plan::of(4));
    (1..=3).for_each(|store| town.start(store, in_memory));
    town.start(4, breakable);
    town.wait_for_votes();
    let broken = StorageError::Corrupt(Arc::new(rusqlite::Error::InvalidQuery));
    BROKEN.lock().unwrap().as_ref().unwrap().lock().unwrap().push_back(Err(broken));
    // The first thing that it is to write down.
    assert_eq!(town.submit(1, &orders::swap(&town.federation, &[(1, 2)], &[(2, 2)])).status, 200);
    let end = town.end_of(4);
    assert!(end.contains("has stopped because its database failed") && end.contains("restore a backup"), "{end}");
}

/// WITNESS-37, OPS-5.
#[test]
fn a_node_whose_disk_is_nearly_full_promises_nothing_new_says_so_and_goes_on_by_itself() {
    let mut town = Town::open(4, in_memory);
    let before = orders::swap(&town.federation, &[(1, 2)], &[(2, 2)]);
    assert_eq!(town.submit(1, &before).status, 200);
    town.set_free(4, FLOOR - 1);
    eventually("it says so", || town.get(4, "/v1/status").body["disk"]["short"] == true);
    let fresh = orders::swap(&town.federation, &[(10, 2)], &[(11, 2)]);
    let request = orders::request(&town.federation, 4, &fresh, &[]);
    let refused = town.ask(1, 4, RequestV1::Vote(request.clone()));
    assert!(matches!(refused, ReplyV1::Refused(Refusal::StorageFailed)), "{refused:?}");
    assert_eq!(town.submit(4, &fresh).code(), "storage-failed");
    // What it has promised it keeps, and the others go on without its vote.
    assert!(matches!(
        town.ask(1, 4, RequestV1::Vote(orders::request(&town.federation, 4, &before, &[]))),
        ReplyV1::Certified(_)
    ));
    assert_eq!(town.submit(1, &fresh).status, 200);
    eventually("it certifies", || town.has_certified(4, &fresh));
    let waiting = orders::swap(&town.federation, &[(20, 2)], &[(21, 2)]);
    town.set_free(4, FLOOR);
    town.set_free(4, FLOOR + FLOOR / 8);
    eventually("it votes again", || {
        let request = orders::request(&town.federation, 4, &waiting, &[]);
        matches!(town.ask(1, 4, RequestV1::Vote(request)), ReplyV1::Voted(_))
    });
    assert!(town.get(4, "/v1/status").body["disk"]["short"].is_null());
}

/// OPS-6: one liar among the others does not move it, and the nodes that are right say nothing.
#[test]
fn a_wrong_clock_is_told_by_what_the_other_stores_show() {
    let town = Town::open(4, in_memory);
    town.set_clock(4, NOW - 500);
    town.set_clock(3, NOW + 100_000);
    let ahead = |store: u32| town.get(store, "/v1/status").body["clock"]["ahead_ms"].as_i64();
    eventually("it is behind", || ahead(4).is_some_and(|ahead| (-500_100..=-499_000).contains(&ahead)));
    eventually("the others are right", || ahead(1).is_some_and(|ahead| ahead.abs() < 1000));
}
