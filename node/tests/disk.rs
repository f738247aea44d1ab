//! Disks that fail while a node runs.

mod federation;
#[path = "../../protocol/tests/federation_support/mod.rs"]
mod federation_support;
mod store_support;

use std::path::Path;
use std::sync::{Arc, Mutex};

use federation::{Town, in_memory, orders};
use ronde_node::store::{Engine, StorageError};
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
