//! A newer charter gives running nodes seats on another committee: nobody restarts them.

mod federation;
#[path = "../../protocol/tests/federation_support/mod.rs"]
mod federation_support;

use federation::{Town, eventually, on_disk, orders};
use federation_support::{KEYSET, entropy, node_seed};
use ronde_protocol::message::codec::Bounded;
use ronde_protocol::message::ids::{KeysetId, StoreId, WitnessIndex};
use serde_json::Value;

const LATER: KeysetId = KeysetId(2);

/// A node's log in the later keyset, as its status shows it.
fn seat(town: &Town, store: u32) -> Option<Value> {
    let status = town.get(store, "/v1/status").body;
    status["log"].as_array().unwrap().iter().find(|log| log["keyset"] == LATER.0).cloned()
}

fn votes(town: &Town, store: u32) -> bool {
    seat(town, store).is_some_and(|log| log.get("starting").is_none())
}

#[test]
fn running_nodes_take_the_seats_that_a_newer_charter_gives_them() {
    let mut town = Town::open(4, on_disk);
    assert_eq!(town.submit(1, &orders::earn(&town.federation, 1, 1, &[(1, 8)])).status, 200);
    assert!((1..=4).all(|store| seat(&town, store).is_none()));
    let keyset = town.later_keyset();
    town.add_keyset(1, keyset);
    eventually("every node takes its seat and votes", || (1..=4).all(|store| votes(&town, store)));
    let moved = orders::moving(&town.federation, LATER, &[(1, 8)], &[(11, 8)]);
    eventually("the new committee makes the coins", || {
        let answer = town.submit(3, &moved);
        answer.body["evaluations"].as_array().is_some_and(|made| made.len() == 8)
    });
    eventually("each has it in its new log", || {
        (1..=4).all(|store| seat(&town, store).is_some_and(|log| log["size"] == 1))
    });
    // After a restart it is as it was.
    town.stop(4);
    town.start(4, on_disk);
    eventually("it votes in both", || {
        votes(&town, 4) && town.get(4, "/v1/status").body["log"][0]["keyset"] == KEYSET.0
    });
    assert_eq!(seat(&town, 4).unwrap()["size"], 1);
}

/// OPS-8: a node whose seed does not give the keys that the charter lists does not vote, and says so.
#[test]
fn a_node_that_can_not_take_its_new_seat_says_so_and_goes_on_in_the_old_one() {
    let mut town = Town::open(4, on_disk);
    let mut keyset = town.later_keyset();
    let federation = town.federation.id();
    let mut members = keyset.members.into_vec();
    let other = node_seed(StoreId(99)).witness_keys(&federation, LATER).unwrap();
    members[3] = other.entry(StoreId(4), &federation, LATER, WitnessIndex(3), entropy(3));
    keyset.members = Bounded::new(members).unwrap();
    town.add_keyset(2, keyset);
    eventually("it says so", || {
        let refused = &town.get(4, "/v1/status").body["seats_not_taken"][0];
        refused["keyset"] == LATER.0 && refused["why"].as_str().unwrap().contains("for the next keyset")
    });
    assert!(seat(&town, 4).is_none());
    eventually("the others take theirs", || (1..=3).all(|store| votes(&town, store)));
    let signed = orders::earn(&town.federation, 1, 1, &[(1, 8)]);
    assert_eq!(town.submit(4, &signed).status, 200);
    eventually("it goes on in the old one", || town.has_certified(4, &signed));
    // The same after a restart: one wrong card does not take a shop down.
    eventually("it has the charter on disk", || town.folder(4).join("charter/000002.charter").exists());
    town.stop(4);
    town.start(4, on_disk);
    let status = town.get(4, "/v1/status").body;
    assert_eq!(status["seats_not_taken"][0]["keyset"], LATER.0, "{status}");
    assert!(status["seats_not_taken"][0]["why"].as_str().unwrap().contains("for the next keyset"), "{status}");
    assert_eq!(town.submit(4, &orders::earn(&town.federation, 1, 2, &[(2, 8)])).status, 200);
    eventually("it votes in the old keyset", || {
        let log = town.get(4, "/v1/status").body["log"][0].clone();
        log["keyset"] == KEYSET.0 && log.get("starting").is_none()
    });
}
