//! Witnesses that lost state or were put back, and what their peers keep, read and complete meanwhile.

mod federation;
#[path = "../../protocol/tests/federation_support/mod.rs"]
mod federation_support;

use std::path::PathBuf;

use federation::{Town, eventually, http, on_disk, orders};
use federation_support::{DAY, KEYSET, NOW, Plan, body};
use ronde_node::store::{self, Engine as _, SqliteEngine, Table};
use ronde_protocol::machine::audit::{Culprit, Exhibit, MAX_EXHIBIT_BYTES, Offence};
use ronde_protocol::message::codec::{Bounded, decode, encode};
use ronde_protocol::message::head::Head;
use ronde_protocol::message::ids::{KeysetId, WitnessIndex};
use ronde_protocol::message::log::CertifiedOrder;
use ronde_protocol::message::refusal::{NotVoting, Refusal};
use ronde_protocol::message::wire::{ReplyV1, RequestV1};
use serde_json::{Value, json};

fn database(town: &Town, store: u32) -> PathBuf {
    town.folder(store).join("ronde.sqlite")
}

/// Puts another database in the place of a stopped store's.
fn put_back(town: &Town, store: u32, from: &std::path::Path) {
    let file = database(town, store);
    for side in ["-wal", "-shm"] {
        let mut name = file.clone().into_os_string();
        name.push(side);
        let _ = std::fs::remove_file(name);
    }
    std::fs::copy(from, &file).unwrap();
}

fn log_status(town: &Town, store: u32) -> Value {
    town.get(store, "/v1/status").body["log"][0].clone()
}

fn votes(town: &mut Town, store: u32, coin: u64) -> ReplyV1 {
    let signed = orders::swap(&town.federation, &[(coin, 2)], &[(coin + 1, 2)]);
    let request = orders::request(&town.federation, store, &signed, &[]);
    town.ask(1, store, RequestV1::Vote(request))
}

/// ROLLBACK-11, ROLLBACK-13, STORE-30: a backup that is made while the node runs.
#[test]
fn a_restored_backup_never_votes_but_certifies_and_signs_nothing_twice() {
    let mut town = Town::open(4, on_disk);
    let till = town.till(4);
    let before = orders::swap(&town.federation, &[(1, 2)], &[(2, 2)]);
    assert_eq!(town.submit(1, &before).status, 200);
    let grant = json!({ "points": 5, "reference": "receipt 1" });
    let made = http("POST", &town.url(4, "/v1/grants"), Some(&till), Some(&grant));
    assert_eq!(made.status, 201, "{made:?}");
    let copy = town.folder(4).join("copy");
    store::backup(&database(&town, 4), &copy, NOW).unwrap();
    assert!(store::backup(&database(&town, 4), &copy, NOW).is_err(), "nothing is overwritten");
    town.stop(4);
    put_back(&town, 4, &copy);
    town.start(4, on_disk);
    let log = log_status(&town, 4);
    assert_eq!((&log["retired"], &log["retired_because"]), (&json!(true), &json!("restored-copy")), "{log}");
    let refused = votes(&mut town, 4, 50);
    assert!(matches!(refused, ReplyV1::Refused(Refusal::NotVoting(NotVoting::Retired))), "{refused:?}");
    // It takes part in all else.
    let after = orders::swap(&town.federation, &[(10, 2)], &[(11, 2)]);
    assert_eq!(town.submit(4, &after).status, 200);
    eventually("it certifies", || town.has_certified(4, &after));
    // What may have been claimed after the copy was made can't be claimed from the copy.
    let path = format!("/v1/grants/{}", made.body["id"].as_str().unwrap());
    assert_eq!(town.get(4, &path).body["state"], "cancelled");
    let pledge = json!({ "association": 1, "points": 3 });
    let refused = http("POST", &town.url(4, "/v1/pledges"), Some(&till), Some(&pledge));
    assert_eq!((refused.status, refused.code()), (409, "order-conflict"), "{refused:?}");
    // Once: the database is no copy any more, and what it retired from stays.
    town.stop(4);
    town.start(4, on_disk);
    assert_eq!(log_status(&town, 4)["retired_because"], "restored-copy");
}

/// A node's log in a keyset, as its status shows it.
fn log_in(town: &Town, store: u32, keyset: u32) -> Option<Value> {
    let status = town.get(store, "/v1/status").body;
    status["log"].as_array().unwrap().iter().find(|log| log["keyset"] == keyset).cloned()
}

/// The stewards add the next keyset, in a version that says it was issued then.
fn add_keyset(town: &mut Town, store: u32, id: u32, issued: u64) {
    let plan = Plan { keysets: id, apart: 365 * DAY, ..town.plan.clone() };
    let added = body(&plan).keysets.into_vec().pop().unwrap();
    assert_eq!(added.id, KeysetId(id));
    town.publish(store, |body| {
        let mut keysets = body.keysets.clone().into_vec();
        keysets.push(added);
        body.keysets = Bounded::new(keysets).unwrap();
        body.issued = issued;
    });
}

/// ROLLBACK-14: the charter folder is as old as the copy, and does not name the keyset in which the lost machine voted.
#[test]
fn a_copy_restored_with_an_old_charter_does_not_vote_in_a_keyset_that_it_hears_of_later() {
    let mut town = Town::open(4, on_disk);
    let copy = town.folder(4).join("copy");
    store::backup(&database(&town, 4), &copy, NOW).unwrap();
    let old = town.folder(4).join("old-charter");
    std::fs::create_dir(&old).unwrap();
    std::fs::copy(town.folder(4).join("charter/000001.charter"), old.join("000001.charter")).unwrap();
    add_keyset(&mut town, 1, 2, NOW);
    let votes_in = |town: &Town, keyset| {
        log_in(town, 4, keyset).is_some_and(|log| log.get("starting").is_none() && log.get("retired").is_none())
    };
    eventually("the machine votes in the second keyset", || votes_in(&town, 2));
    town.stop(4);
    put_back(&town, 4, &copy);
    std::fs::remove_dir_all(town.folder(4).join("charter")).unwrap();
    std::fs::rename(&old, town.folder(4).join("charter")).unwrap();
    town.start(4, on_disk);
    eventually("it hears of the second keyset", || log_in(&town, 4, 2).is_some());
    let log = log_in(&town, 4, 2).unwrap();
    assert_eq!(log["retired_because"], "restored-copy", "{log}");
    assert_eq!(log_in(&town, 4, 1).unwrap()["retired_because"], "restored-copy");
    // It stays so when the mark is long gone, and a keyset of which the lost machine can't have known is served.
    town.stop(4);
    town.start(4, on_disk);
    assert_eq!(log_in(&town, 4, 2).unwrap()["retired_because"], "restored-copy");
    add_keyset(&mut town, 1, 3, NOW + 2 * DAY);
    eventually("it votes in the third keyset", || votes_in(&town, 3));
}

/// ROLLBACK-12, LOG-19: another node signs with the same seed, and a peer has seen its head, which outlives a restart.
#[test]
fn a_running_witness_retires_when_a_peer_shows_a_head_that_its_log_does_not_extend() {
    let mut town = Town::open(4, on_disk);
    let keyset = town.federation.charter.keyset(KEYSET).unwrap().clone();
    let index = town.index_of(4).unwrap();
    let stray = Head::sign(&town.federation.witness(KEYSET, index).vote, &keyset, index, 1000, [7; 32]);
    town.stop(1);
    let mut engine = SqliteEngine::open(database(&town, 1)).unwrap();
    let mut transaction = engine.begin().unwrap();
    transaction
        .put(Table::PeerHead, &[KEYSET.0.to_be_bytes().as_slice(), &[index.0]].concat(), &encode(&stray))
        .unwrap();
    transaction.commit().unwrap();
    drop(engine);
    assert!(matches!(votes(&mut town, 4, 50), ReplyV1::Voted(_)));
    town.start(1, on_disk);
    eventually("it finds out", || log_status(&town, 4)["retired_because"] == "log-rolled-back");
    assert!(log_status(&town, 3)["retired"].is_null());
}

/// LOG-16, LOG-19: with votes and with evaluations.
#[test]
fn a_store_keeps_the_highest_head_of_every_witness_on_disk() {
    let mut town = Town::open(4, on_disk);
    let signed = orders::swap(&town.federation, &[(1, 2)], &[(2, 2)]);
    assert_eq!(town.submit(1, &signed).status, 200);
    eventually("all hold it", || (1..=4).all(|store| town.has_certified(store, &signed)));
    eventually("nothing is open", || town.get(1, "/v1/status").body["open_orders"] == 0);
    town.stop(1);
    let reader = SqliteEngine::open(database(&town, 1)).unwrap().reader().unwrap();
    // Under longer keys stand heads that are not checked yet.
    let mut rows = reader.scan(Table::PeerHead, &[], None, 10).unwrap();
    rows.retain(|(key, _)| key.len() == 5);
    for (_, bytes) in &rows {
        let head: Head = decode(bytes, 1000).unwrap();
        assert!(head.verify(town.federation.charter.keyset(KEYSET).unwrap()).is_ok());
    }
    assert_eq!(rows.len(), 3);
}

/// LOG-20: the store that gathered the votes is gone for good, and so is the wallet.
#[test]
fn what_q_witnesses_voted_for_is_certified_by_witnesses_that_read_it_in_each_others_logs() {
    let mut town = Town::open(4, on_disk);
    let signed = orders::redeem(&town.federation, 2, &[(1, 8)], &[(2, 1)]);
    for store in 1..=3 {
        let request = orders::request(&town.federation, store, &signed, &[]);
        let voted = town.ask(4, store, RequestV1::Vote(request));
        assert!(matches!(voted, ReplyV1::Voted(_)), "{voted:?}");
    }
    eventually("it is certified everywhere", || (1..=4).all(|store| town.has_certified(store, &signed)));
    // Two votes are no certificate, however long they lie there.
    let lonely = orders::redeem(&town.federation, 2, &[(3, 8)], &[(4, 1)]);
    for store in 1..=2 {
        let request = orders::request(&town.federation, store, &lonely, &[]);
        town.ask(4, store, RequestV1::Vote(request));
    }
    let last = orders::redeem(&town.federation, 2, &[(5, 8)], &[(6, 1)]);
    for store in 1..=3 {
        let request = orders::request(&town.federation, store, &last, &[]);
        town.ask(4, store, RequestV1::Vote(request));
    }
    eventually("the later one is certified", || (1..=4).all(|store| town.has_certified(store, &last)));
    assert!((1..=4).all(|store| !town.has_certified(store, &lonely)));
}

/// The lag is what is known of a log and was not read.
#[test]
fn the_status_says_how_far_the_other_logs_are_read() {
    let town = Town::open(4, on_disk);
    let signed = orders::swap(&town.federation, &[(1, 2)], &[(2, 2)]);
    assert_eq!(town.submit(1, &signed).status, 200);
    eventually("all is read", || {
        let status = town.get(1, "/v1/status").body;
        let logs = status["peer_logs"].as_array().unwrap().clone();
        let sizes: Vec<Value> = (2..=4).map(|store| log_status(&town, store)["size"].clone()).collect();
        logs.len() == 3
            && logs
                .iter()
                .zip(&sizes)
                .all(|(log, size)| log["read"] == *size && log["size"] == *size && log["read_ago"].is_u64())
    });
}

/// WITNESS-36, EVIDENCE-10: what convicts is kept and served.
#[test]
fn evidence_is_served_to_everybody() {
    let mut town = Town::found(Plan::of(4));
    (1..=4).for_each(|store| town.start(store, on_disk));
    let grown = orders::redeem(&town.federation, 1, &[(1, 1)], &[(2, 8)]);
    let liars = [1, 2, 3].map(WitnessIndex);
    let certificate = town.federation.certify_by(&grown.order, &liars).into_certificate();
    let certified = CertifiedOrder { order: grown.order.clone(), certificate };
    let answer = town.ask(2, 1, RequestV1::Certify(certified));
    assert!(matches!(answer, ReplyV1::Refused(Refusal::BadCertificate)), "{answer:?}");
    assert_eq!(town.get(1, "/v1/status").body["evidence"], 1);
    let list = town.get(1, "/v1/evidence").body;
    assert_eq!(list["evidence"][0]["offence"], "bad-order", "{list}");
    let id = list["evidence"][0]["id"].as_str().unwrap();
    let shown = town.get(1, &format!("/v1/evidence/{id}"));
    let exhibit: Exhibit = shown.member("bytes");
    assert_eq!(hex::encode(exhibit.id()), id);
    let conviction =
        Exhibit::of_evidence(&encode(&exhibit), MAX_EXHIBIT_BYTES).unwrap().verify(&town.federation.charter).unwrap();
    assert_eq!(conviction.offence, Offence::BadOrder);
    assert_eq!(conviction.culprits, liars.map(|index| Culprit::Witness(KEYSET, index)));
    assert_eq!(town.get(1, &format!("/v1/evidence/{}", "0".repeat(64))).status, 404);
}
