//! Whole nodes, real QUIC and HTTP, clocks set by hand: points move into a later keyset, and the first one is closed.

mod endless;
mod federation;
#[path = "../../protocol/tests/federation_support/mod.rs"]
mod federation_support;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use federation::{Town, eventually, free_addresses, from_base64, on_disk, orders};
use federation_support::{DAY, KEYSET, NOW, Plan};
use ronde_node::store::{Engine as _, SqliteEngine, Table, backup};
use ronde_protocol::message::certificate::Certificate;
use ronde_protocol::message::charter::Store;
use ronde_protocol::message::codec::Bounded;
use ronde_protocol::message::evaluation::Evaluation;
use ronde_protocol::message::ids::{KeysetId, WitnessIndex};
use ronde_protocol::message::log::{CertifiedOrder, LogEntry};
use ronde_protocol::message::order::{Order, SignedOrder};
use ronde_protocol::message::refusal::Refusal;
use ronde_protocol::message::statement::ClosingStatement;
use ronde_protocol::message::text::Text;
use ronde_protocol::message::wire::{FromPosition, MoveRequest, ReplyV1, RequestV1, StatementQuery};

const LATER: KeysetId = KeysetId(2);

fn open() -> Town {
    Town::open_as(Plan { keysets: 2, apart: 365 * DAY, ..Plan::of(4) }, on_disk)
}

/// Witnesses of a keyset whose good evaluations of an order came.
fn evaluated(town: &Town, keyset: KeysetId, signed: &SignedOrder) -> BTreeSet<WitnessIndex> {
    good_evaluations(town, &town.submit(3, signed).body, keyset, signed)
}

/// The same in an answer.
fn good_evaluations(
    town: &Town,
    answer: &serde_json::Value,
    keyset: KeysetId,
    signed: &SignedOrder,
) -> BTreeSet<WitnessIndex> {
    let given = answer["evaluations"].as_array().cloned().unwrap_or_default();
    let listed = town.federation.charter.keyset(keyset).unwrap();
    let evaluations = given.iter().map(from_base64::<Evaluation>);
    let good = evaluations
        .filter(|of| of.keyset == keyset && of.verify(listed, &signed.order, &signed.order.digest()).is_ok());
    good.map(|evaluation| evaluation.index).collect()
}

fn later_log(town: &mut Town, store: u32) -> Vec<LogEntry> {
    let request = RequestV1::Log(FromPosition { keyset: LATER, from: 0 });
    match town.ask(1, store, request) {
        ReplyV1::Log(page) => page.entries.into_vec(),
        other => panic!("{other:?}"),
    }
}

fn statement(town: &mut Town, store: u32) -> Option<ClosingStatement> {
    match town.ask(2, store, RequestV1::Statement(StatementQuery { keyset: KEYSET })) {
        ReplyV1::Statement(statement) => Some(statement),
        ReplyV1::Refused(Refusal::Unknown) => None,
        other => panic!("{other:?}"),
    }
}

/// ROLLOVER-3, ROLLOVER-5, ROLLOVER-8, ROLLOVER-9, ROLLOVER-12, ROLLOVER-15, STORE-31, HTTP-20
#[test]
fn points_move_between_committees_of_real_nodes_and_the_first_keyset_is_closed() {
    let mut town = open();
    assert_eq!(town.submit(1, &orders::earn(&town.federation, 1, 1, &[(1, 8), (2, 4)])).status, 200);
    let moved = orders::moving(&town.federation, LATER, &[(1, 8)], &[(11, 8)]);
    eventually("all witnesses of both keysets evaluate", || {
        evaluated(&town, LATER, &moved).len() == 4 && evaluated(&town, KEYSET, &moved).len() == 4
    });
    for store in 1..=4 {
        let holds =
            |entry: &LogEntry| matches!(entry, LogEntry::Certified(certified) if certified.order == moved.order);
        assert_eq!(later_log(&mut town, store).iter().filter(|entry| holds(entry)).count(), 1);
        assert!(statement(&mut town, store).is_none(), "the keyset is still open");
    }
    assert!(town.get(1, "/v1/log/1").body.get("statement").is_none());
    // More than was issued does not move, whoever certified it.
    let forged = orders::moving(&town.federation, LATER, &[(5, 8)], &[(15, 8)]).order;
    let certified = CertifiedOrder { certificate: town.federation.certify(&forged), order: forged };
    let request = RequestV1::Move(MoveRequest { keyset: LATER, certified });
    assert!(matches!(town.ask(1, 2, request), ReplyV1::Refused(Refusal::RolloverBehind)));
    // One certificate is kept back until the first keyset has closed.
    let late = orders::moving(&town.federation, LATER, &[(2, 4)], &[(12, 4)]).order;
    let certified = CertifiedOrder { certificate: town.federation.certify(&late), order: late };
    let end = town.federation.charter.keyset(KEYSET).unwrap().evaluate_until();
    assert_eq!(end, NOW + 367 * DAY);
    (1..=4).for_each(|store| town.set_clock(store, end + 1));
    let keyset = town.federation.charter.keyset(KEYSET).unwrap().clone();
    for store in 1..=4 {
        let mut said = None;
        eventually("it signs its closing statement", || {
            said = statement(&mut town, store);
            said.is_some()
        });
        let said = said.unwrap();
        assert!(said.verify(&keyset).is_ok());
        let over_http: ClosingStatement = town.get(store, "/v1/log/1").member("statement");
        assert_eq!(over_http, said);
        assert_eq!(said.size, u64::try_from(town.log(store).len()).unwrap(), "the log is still served, whole");
    }
    let request = RequestV1::Move(MoveRequest { keyset: LATER, certified });
    assert!(matches!(town.ask(1, 2, request), ReplyV1::Refused(Refusal::RolloverBehind)));
    assert_eq!(evaluated_by_move(&mut town, &moved), 4, "what had moved is served on");
    // A wallet that never heard of its certificate asks the later keyset: the earlier one tells nothing any more.
    let of = |keyset: u32| format!("/v1/orders/{}?keyset={keyset}", moved.order.digest());
    let told = town.get(1, &of(2));
    assert_eq!((told.status, told.member::<Order>("order")), (200, moved.order.clone()));
    let certificate: Certificate = told.member("certificate");
    assert!(certificate.verify(&keyset, &moved.order.digest()).is_ok(), "by the earlier committee");
    assert_eq!(good_evaluations(&town, &told.body, LATER, &moved).len(), 4);
    eventually("the earlier committee has dropped it", || town.get(2, &of(1)).status == 404);
    (1..=4).for_each(|store| town.stop(store));
    let database = SqliteEngine::open(town.folder(2).join("ronde.sqlite")).unwrap();
    let read = database.reader().unwrap();
    let of_first =
        |table| read.scan(table, &KEYSET.0.to_be_bytes(), Some(&LATER.0.to_be_bytes()), usize::MAX).unwrap().len();
    assert_eq!([Table::Coin, Table::Reference, Table::Order, Table::Counter].map(of_first), [0; 4], "dropped");
    assert!(of_first(Table::LogEntry) > 0 && of_first(Table::Book) > 0, "log and books stay");
    let of_later = read.scan(Table::Order, &LATER.0.to_be_bytes(), None, usize::MAX).unwrap();
    assert_eq!(of_later.len(), 1, "the later keyset keeps its evaluation");
}

/// ROLLOVER-18
#[test]
fn a_clock_that_jumps_past_the_end_of_a_keyset_closes_nothing_and_says_so() {
    let mut town = open();
    let end = town.federation.charter.keyset(KEYSET).unwrap().evaluate_until();
    town.set_clock(4, end + 1);
    eventually("it says that it waits", || town.get(4, "/v1/status").body["log"][0]["waits_to_close"] == true);
    assert!(statement(&mut town, 4).is_none());
    let signed = orders::earn(&town.federation, 1, 1, &[(1, 8)]);
    assert_eq!(town.submit(1, &signed).status, 200, "the others go on");
    town.set_clock(4, NOW);
    eventually("it goes on as if nothing had been", || town.has_certified(4, &signed));
    let waits = |town: &Town| town.get(4, "/v1/status").body["log"][0].get("waits_to_close").is_some();
    eventually("it waits no more", || !waits(&town));
    assert!(statement(&mut town, 4).is_none());
}

/// ROLLOVER-20: the copy is older than the end of the keyset, and what was lost had closed it.
#[test]
fn a_copy_that_is_put_back_after_the_end_signs_no_second_closing_statement() {
    let mut town = open();
    let database = town.folder(4).join("ronde.sqlite");
    let copy = town.folder(4).join("copy");
    backup(&database, &copy, NOW).unwrap();
    let signed = orders::earn(&town.federation, 1, 1, &[(1, 8)]);
    assert_eq!(town.submit(1, &signed).status, 200);
    eventually("it certifies", || town.has_certified(4, &signed));
    let end = town.federation.charter.keyset(KEYSET).unwrap().evaluate_until();
    (1..=4).for_each(|store| town.set_clock(store, end + 1));
    eventually("it closes the keyset", || statement(&mut town, 4).is_some());
    town.stop(4);
    for file in ["ronde.sqlite", "ronde.sqlite-wal", "ronde.sqlite-shm"] {
        let _ = std::fs::remove_file(town.folder(4).join(file));
    }
    std::fs::rename(&copy, &database).unwrap();
    town.start(4, on_disk);
    town.set_clock(4, end + 1);
    let status = |town: &Town| town.get(4, "/v1/status").body["log"][0].clone();
    eventually("it has looked", || status(&town)["waits_to_close"] == true || statement(&mut town, 4).is_some());
    assert_eq!(statement(&mut town, 4), None);
    assert_eq!(status(&town)["retired_because"], "restored-copy");
    assert!(town.get(4, "/v1/log/1").body.get("statement").is_none(), "the log is served without one");
}

/// ROLLOVER-19: a store's first web address is dead, as that of a shop that moved.
#[test]
fn clocks_are_asked_at_every_web_address_of_a_store() {
    let mut town = open();
    let (_, dead) = free_addresses(1);
    town.publish(1, |body| {
        let moved = body.stores.iter().cloned().map(|store| {
            let old = Text::new(format!("http://{}", dead[0])).unwrap();
            let http = std::iter::once(old).chain(store.http.iter().cloned()).collect();
            Store { http: Bounded::new(http).unwrap(), ..store }
        });
        body.stores = Bounded::new(moved.collect()).unwrap();
    });
    eventually("all have it", || (1..=4).all(|store| town.folder(store).join("charter/000002.charter").exists()));
    let end = town.federation.charter.keyset(KEYSET).unwrap().evaluate_until();
    (1..=4).for_each(|store| town.set_clock(store, end + 1));
    eventually("the keyset closes", || (1..=4).all(|store| statement(&mut town, store).is_some()));
}

/// LOG-21: one witness of the first keyset shows a log without an end, before anything was issued.
#[test]
fn a_log_without_end_of_one_earlier_witness_holds_up_no_move() {
    let mut town = Town::found(Plan { keysets: 2, apart: 365 * DAY, ..Plan::of(4) });
    let pages = Arc::<Mutex<BTreeMap<KeysetId, usize>>>::default();
    let asked = Arc::clone(&pages);
    let one = orders::pledge(&town.federation, 1, NOW);
    let liar = endless::log_without_end(&town, WitnessIndex(3), one, move |request| {
        if let RequestV1::Log(from) = request {
            *asked.lock().unwrap().entry(from.keyset).or_default() += 1;
        }
    });
    town.impersonate(4, liar);
    (1..=3).for_each(|store| town.start(store, on_disk));
    town.wait_for_votes();
    // Of the first keyset it is read by the three witnesses of either.
    eventually("all read it", || pages.lock().unwrap().get(&KEYSET).is_some_and(|pages| *pages > 100));
    assert_eq!(town.submit(1, &orders::earn(&town.federation, 1, 1, &[(1, 8)])).status, 200);
    let moved = orders::moving(&town.federation, LATER, &[(1, 8)], &[(11, 8)]);
    eventually("the three honest witnesses of the later keyset evaluate", || {
        evaluated(&town, LATER, &moved).len() == 3
    });
}

fn evaluated_by_move(town: &mut Town, moved: &SignedOrder) -> usize {
    let certified = CertifiedOrder { certificate: town.federation.certify(&moved.order), order: moved.order.clone() };
    let answers = (1..=4)
        .map(|store| town.ask(1, store, RequestV1::Move(MoveRequest { keyset: LATER, certified: certified.clone() })));
    answers.filter(|reply| matches!(reply, ReplyV1::Certified(_))).count()
}
