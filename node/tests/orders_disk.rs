//! What a store owes its till while its disk fails for a moment.

mod federation;
#[path = "../../protocol/tests/federation_support/mod.rs"]
mod federation_support;
mod store_support;

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::Duration;

use federation::picky::Picky;
use federation::{Town, base64, checkouts, eventually, on_disk, orders};
use federation_support::{KEYSET, Plan};
use ronde_node::store::{Engine, Table};
use ronde_protocol::message::ids::WitnessIndex;
use store_support::{Failing, Writes};

/// The disk of the store that is to fail. Whoever holds the first has the second to himself.
static TURN: Mutex<()> = Mutex::new(());
static WRITES: Mutex<Option<Writes>> = Mutex::new(None);

fn watched(_: &Path) -> Box<dyn Engine> {
    let engine = Failing::default();
    *WRITES.lock().unwrap() = Some(engine.writes());
    Box::new(engine)
}

fn writes() -> Writes {
    WRITES.lock().unwrap().clone().unwrap()
}

/// Four stores; the first one's disk can be made to fail, and nobody reads its feed.
fn town() -> (Town, MutexGuard<'static, ()>) {
    let turn = TURN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let mut town = Town::found(Plan::of(4));
    town.feed = Duration::from_secs(3600);
    town.start(1, watched);
    (2..=4).for_each(|store| town.start(store, on_disk));
    town.wait_for_votes();
    (town, turn)
}

/// Brings an order while the test goes on.
fn bring(url: &str, body: &serde_json::Value) -> JoinHandle<federation::Answer> {
    let (url, body) = (url.to_owned(), body.clone());
    std::thread::spawn(move || federation::http("POST", &url, None, Some(&body)))
}

/// STORE-36: an order that is forgotten before its till has heard leaves a checkout that nobody can ever cancel.
#[test]
fn a_refusal_the_till_could_not_be_told_of_is_told_again() {
    let (mut town, _turn) = town();
    let till = town.till(1);
    let (path, signed) = checkouts::open(&town, 1, &till);
    town.stop(3);
    town.stop(4);
    assert_eq!(town.submit(1, &signed).status, 202);
    let state = |town: &Town| checkouts::state(town, 1, &path, &till);
    assert_eq!(state(&town), "pending");
    writes().fill(Some(Table::Checkout));
    // No witness votes any more: the order can't be certified. In hand it keeps the votes that it has.
    let end = town.federation.charter.keyset(KEYSET).unwrap().evaluate_until();
    (1..=2).for_each(|store| town.set_clock(store, end + 1));
    let is_aside = |town: &Town| town.get(1, "/v1/status").body["open_orders"] == 0;
    eventually("it is refused", || is_aside(&town) && town.submit(1, &signed).code() == "keyset-closed");
    eventually("it is in hand no more", || is_aside(&town));
    assert_eq!(state(&town), "pending", "the disk is full");
    writes().fill(None);
    eventually("the till hears of it", || state(&town) == "refused");
}

/// STORE-10
#[test]
fn a_till_hears_of_a_payment_only_once_its_certificate_is_on_disk() {
    let (mut town, _turn) = town();
    let till = town.till(1);
    let (path, signed) = checkouts::open(&town, 1, &till);
    town.stop(3);
    town.stop(4);
    let wallet = bring(&town.url(1, "/v1/orders"), &town.submission(&signed));
    let state = |town: &Town| checkouts::state(town, 1, &path, &till);
    eventually("it is written down", || state(&town) == "pending");
    writes().fill(Some(Table::Opened));
    town.start(3, on_disk);
    town.start(4, on_disk);
    eventually("it is certified", || town.has_certified(2, &signed));
    assert_eq!(wallet.join().unwrap().status, 202, "not before it is on disk");
    assert_eq!(state(&town), "pending");
    writes().fill(None);
    eventually("the till hears of it", || state(&town) == "accepted");
}

/// STORE-10: where one witness is the quorum, its log has the certificate, on the same disk and before anybody hears of it.
#[test]
fn a_certificate_that_the_own_witness_wrote_down_is_written_down_once() {
    let _turn = TURN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let mut town = Town::found(Plan::of(1));
    town.start(1, watched);
    town.wait_for_votes();
    let (begun, logged) = (writes().puts(Table::Opened), writes().puts(Table::LogEntry));
    let signed = orders::swap(&town.federation, &[(1, 2)], &[(2, 2)]);
    assert_eq!(town.submit(1, &signed).status, 200);
    assert!(town.has_certified(1, &signed));
    assert_eq!(writes().puts(Table::Opened) - begun, 1, "as it came, and no more");
    assert!(writes().puts(Table::LogEntry) > logged);
    eventually("it is forgotten", || town.get(1, "/v1/status").body["open_orders"] == 0);
}

/// STORE-3: a column that came later as much as those that came first.
#[test]
fn a_column_that_could_not_be_written_down_is_shown_to_no_witness() {
    let (mut town, _turn) = town();
    town.stop(3);
    let signed = orders::swap(&town.federation, &[(1, 2)], &[(2, 2)]);
    let mut body = town.submission(&signed);
    let fourth = body["columns"].as_array_mut().unwrap().pop().unwrap();
    let url = town.url(1, "/v1/orders");
    let (begun, logged) = (writes().puts(Table::Opened), [2, 4].map(|store| town.log(store).len()));
    let first = bring(&url, &body);
    eventually("it is in hand", || writes().puts(Table::Opened) > begun && town.log(2).len() > logged[0]);
    writes().fill(Some(Table::Opened));
    body["columns"].as_array_mut().unwrap().push(fourth);
    let second = federation::http("POST", &url, None, Some(&body));
    assert_eq!(second.code(), "storage-failed", "{second:?}");
    let before = writes().refused();
    eventually("a round has begun", || writes().refused() > before);
    assert_eq!(first.join().unwrap().status, 202);
    assert_eq!(town.log(4).len(), logged[1], "the fourth was shown its column");
    writes().fill(None);
    assert_eq!(town.submit(1, &signed).status, 200);
}

/// STORE-3, STORE-27: a column that waits until the one before it is called wrong.
#[test]
fn a_column_in_place_of_a_wrong_one_is_shown_once_it_is_on_disk() {
    let (mut town, _turn) = town();
    town.stop(3);
    town.stop(4);
    let signed = orders::swap(&town.federation, &[(1, 2)], &[(2, 2)]);
    let other = orders::swap(&town.federation, &[(3, 2)], &[(4, 2)]);
    let picky = Picky::of(signed.order.digest());
    town.impersonate(4, Arc::clone(&picky) as _);
    let (url, mut body) = (town.url(1, "/v1/orders"), town.submission(&signed));
    let right = body["columns"][3].take();
    body["columns"][3] = base64(&orders::column(&town.federation, &other.order, WitnessIndex(3))).into();
    let first = bring(&url, &body);
    let shown = || picky.columns.lock().unwrap().len();
    eventually("it is shown the first", || shown() == 1);
    writes().fill(Some(Table::Opened));
    body["columns"][3] = right;
    let second = federation::http("POST", &url, None, Some(&body));
    assert_eq!(second.code(), "storage-failed", "{second:?}");
    let before = writes().refused();
    picky.may_answer.add_permits(100);
    eventually("it may be shown the second", || writes().refused() > before);
    let first = first.join().unwrap();
    assert_eq!(shown(), 1, "{first:?}");
    writes().fill(None);
    let third = federation::http("POST", &url, None, Some(&body));
    assert_eq!(shown(), 2, "{third:?}");
}

/// A wallet that sends its order again and again fills no disk's queue.
#[test]
fn the_same_order_once_more_is_not_written_down_once_more() {
    let (mut town, _turn) = town();
    town.stop(3);
    town.stop(4);
    let signed = orders::swap(&town.federation, &[(1, 2)], &[(2, 2)]);
    let before = writes().puts(Table::Opened);
    // All while it is in hand.
    std::thread::scope(|scope| {
        let all: Vec<_> = (0..4).map(|_| scope.spawn(|| town.submit(1, &signed).status)).collect();
        all.into_iter().for_each(|one| assert_eq!(one.join().unwrap(), 202));
    });
    assert_eq!(writes().puts(Table::Opened), before + 1);
}
