//! What whole nodes tell by themselves, while nobody asks.

mod event_stream;
mod federation;
#[path = "../../protocol/tests/federation_support/mod.rs"]
mod federation_support;

use event_stream::{Came, Stream};
use federation::{Town, checkouts, in_memory, on_disk};
use federation_support::NOW;
use serde_json::{Value, json};

fn follow(town: &Town, store: u32, token: &str, after: Option<u64>) -> Stream {
    Stream::open(&town.url(store, ""), token, after, None).unwrap()
}

/// EVENT-5.
#[test]
fn a_witness_that_stops_is_told_to_be_down_and_up_when_it_is_back() {
    let mut town = Town::open(4, on_disk);
    let till = town.till(1);
    let stream = follow(&town, 1, &till, None);
    // A machine under load may be late as well: only this one's are looked for.
    let told = |kind: &str| {
        let is_it =
            |event: &Value| event["type"] == kind && event["data"] == json!({ "keyset": 1, "index": 3, "store": 4 });
        while !is_it(&stream.event().2) {}
    };
    town.stop(4);
    told("witness.down");
    town.start(4, on_disk);
    told("witness.up");
}

/// EVENT-3.
#[test]
fn the_end_of_a_checkout_that_nobody_looks_at_is_told() {
    let town = Town::open(1, in_memory);
    let till = town.till(1);
    let stream = follow(&town, 1, &till, None);
    let (path, _) = checkouts::open(&town, 1, &till);
    assert_eq!(stream.event().1, "checkout.presented");
    town.set_clock(1, NOW + 3600);
    let (_, kind, event) = stream.event();
    let id = path.rsplit('/').next().unwrap();
    assert_eq!((kind.as_str(), &event["data"]["checkout"]), ("checkout.expired", &json!(id)));
    assert_eq!(event["timestamp"], "2026-01-01T01:00:00Z");
}

/// EVENT-3: an earlier program noted no ends.
#[test]
fn a_checkout_that_was_opened_before_the_upgrade_ends_as_well() {
    let mut town = Town::open(1, on_disk);
    let till = town.till(1);
    let (path, _) = checkouts::open(&town, 1, &till);
    town.stop(1);
    let database = rusqlite::Connection::open(town.folder(1).join("ronde.sqlite")).unwrap();
    assert!(database.execute("DELETE FROM event WHERE substr(key, 1, 1) IN (x'78', x'63')", []).unwrap() >= 2);
    drop(database);
    town.start(1, on_disk);
    let stream = follow(&town, 1, &till, None);
    town.set_clock(1, NOW + 3600);
    let (_, kind, event) = stream.event();
    let id = path.rsplit('/').next().unwrap();
    assert_eq!((kind.as_str(), &event["data"]["checkout"]), ("checkout.expired", &json!(id)));
}

/// EVENT-1, EVENT-8.
#[test]
fn a_node_that_stops_ends_its_streams_and_its_log_goes_on_where_it_was() {
    let mut town = Town::open(1, on_disk);
    let till = town.till(1);
    let stream = follow(&town, 1, &till, None);
    let (_, payment) = checkouts::open(&town, 1, &till);
    assert_eq!(stream.event().1, "checkout.presented");
    town.stop(1);
    assert_eq!(stream.next(), Came::End { in_order: true });
    town.start(1, on_disk);
    town.wait_for_votes();
    assert_eq!(town.submit(1, &payment).status, 200);
    let back = follow(&town, 1, &till, Some(1));
    let kinds = [back.event(), back.event()].map(|(id, kind, _)| (id, kind));
    assert_eq!(kinds, [(2, "checkout.pending".to_owned()), (3, "checkout.accepted".to_owned())]);
}
