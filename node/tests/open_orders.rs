//! Orders that wait on disk: however many there are, whatever they lack, and whatever the clock shows.

mod federation;
#[path = "../../protocol/tests/federation_support/mod.rs"]
mod federation_support;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use federation::picky::Picky;
use federation::{Town, base64, checkouts, eventually, on_disk, orders};
use federation_support::{ASSOCIATION, DAY, KEYSET, NOW};
use ronde_node::driver::OpenLimits;
use ronde_node::store::{Engine as _, SqliteEngine, Table};
use ronde_node::transport::{Handler, HandlerFuture, NodeKey};
use ronde_protocol::limits::MAX_MESSAGE_BYTES;
use ronde_protocol::message::amount::Points;
use ronde_protocol::message::charter::Charter;
use ronde_protocol::message::codec::{decode, encode};
use ronde_protocol::message::ids::WitnessIndex;
use ronde_protocol::message::order::{Order, Purpose, SignedOrder, Submission};
use ronde_protocol::message::refusal::Refusal;
use ronde_protocol::message::wire::{Reply, ReplyV1, Request, RequestV1};

/// Orders of store 2 under one reference.
fn rivals(town: &Town, count: u64) -> Vec<SignedOrder> {
    let pledge = orders::pledge(&town.federation, 2, NOW - 10 * DAY).order;
    let body = |points| Order {
        purpose: Purpose::Pledge { association: ASSOCIATION, points: Points(points) },
        ..pledge.clone()
    };
    (1..=count).map(|points| orders::by_store(body(points))).collect()
}

/// The same, of which none can be certified: two witnesses have voted for the first, the two others for the second.
fn frozen(town: &mut Town, count: u64) -> Vec<SignedOrder> {
    let frozen = rivals(town, count);
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

/// Little room.
const FEW: OpenLimits = OpenLimits { brought: 8, taken_up: 2 };

/// A town whose store 1 has left these orders on disk, and has room for so many.
fn restart_with(town: &mut Town, left: &[SignedOrder], room: OpenLimits) {
    let submissions: Vec<Submission> = left.iter().map(|signed| submission(town, signed)).collect();
    town.stop(1);
    leave_on_disk(&town.folder(1), &town.federation.charter, submissions);
    town.open_orders = room;
    town.start(1, on_disk);
}

/// So many orders of which none can be certified, and one that can be, whose turn on disk comes last.
fn frozen_before_another(town: &mut Town, count: u64) -> (Vec<SignedOrder>, SignedOrder) {
    let frozen = frozen(town, count);
    let last = frozen.iter().map(|signed| signed.order.digest()).max().unwrap();
    let behind = (1..)
        .map(|number| orders::swap(&town.federation, &[(10 * number, 2)], &[(10 * number + 1, 2)]))
        .find(|signed| signed.order.digest() > last)
        .unwrap();
    (frozen, behind)
}

/// STORE-33
#[test]
fn more_orders_than_fit_that_wait_on_disk_turn_no_new_payment_away() {
    let mut town = Town::open(4, on_disk);
    let left = frozen(&mut town, 16);
    restart_with(&mut town, &left, FEW);
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
    let (mut left, behind) = frozen_before_another(&mut town, 5);
    left.push(behind.clone());
    restart_with(&mut town, &left, FEW);
    eventually("the order behind them is certified", || (1..=4).all(|store| town.has_certified(store, &behind)));
}

/// Sets what it holds when it goes, also if the test fails.
struct SetAtTheEnd<'a>(&'a AtomicBool);

impl Drop for SetAtTheEnd<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Whoever left orders behind that nobody can certify brings those that are in hand again and again.
fn are_brought_again_and_again(room: OpenLimits) {
    let mut town = Town::open(4, on_disk);
    let (mut left, behind) = frozen_before_another(&mut town, 5);
    left.sort_by_key(|signed| signed.order.digest());
    let first = left[..room.taken_up].to_vec();
    left.push(behind.clone());
    restart_with(&mut town, &left, room);
    eventually("all room is taken that there is for them", || in_hand(&town) >= 2);
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let _end = SetAtTheEnd(&is_over);
        for signed in &first {
            let (url, body, is_over) = (town.url(1, "/v1/orders"), town.submission(signed), &is_over);
            scope.spawn(move || {
                while !is_over.load(Ordering::Relaxed) {
                    federation::http("POST", &url, None, Some(&body));
                    std::thread::sleep(Duration::from_millis(100));
                }
            });
        }
        eventually("the order behind them is certified", || town.has_certified(1, &behind));
    });
}

/// STORE-34
#[test]
fn orders_in_hand_from_disk_that_are_brought_again_and_again_make_room_for_those_behind_them() {
    are_brought_again_and_again(FEW);
}

/// STORE-34: there is no other room to which they could go.
#[test]
fn orders_in_hand_from_disk_wait_there_again_however_often_they_are_brought_if_no_other_room_is_free() {
    are_brought_again_and_again(OpenLimits { brought: 0, taken_up: 2 });
}

/// Stands in a witness's place: the first request to vote it never answers, and for every other it is busy.
#[derive(Default)]
struct Silent {
    asked: AtomicU64,
}

impl Handler for Silent {
    fn handle(&self, _: NodeKey, request: Vec<u8>) -> HandlerFuture<'_> {
        Box::pin(async move {
            let request = decode::<Request>(&request, MAX_MESSAGE_BYTES);
            if matches!(request, Ok(Request::V1(RequestV1::Vote(_)))) && self.asked.fetch_add(1, Ordering::Relaxed) == 0
            {
                std::future::pending::<()>().await;
            }
            encode(&Reply::V1(ReplyV1::Refused(Refusal::Busy)))
        })
    }
}

/// The round in which its order was pushed ends without an answer when somebody brings it. Whoever does hears what most
/// witnesses say in the next round, and not what the first of them says.
#[test]
fn whoever_brings_an_order_while_it_is_pushed_is_answered_once_all_witnesses_were_asked_anew() {
    let mut town = Town::open(4, on_disk);
    let rivals = rivals(&town, 2);
    for witness in [2, 3] {
        let request = RequestV1::Vote(orders::request(&town.federation, witness, &rivals[0], &[]));
        assert!(matches!(town.ask(1, witness, request), ReplyV1::Voted(_)));
    }
    town.stop(4);
    let silent = Arc::new(Silent::default());
    town.impersonate(4, Arc::clone(&silent) as _);
    restart_with(&mut town, &rivals[1..], FEW);
    eventually("it is pushed to the silent one", || silent.asked.load(Ordering::Relaxed) > 0);
    let answer = town.submit(1, &rivals[1]);
    assert_eq!(answer.code(), "order-conflict", "{answer:?}");
}

/// STORE-34: a wallet and a witness that lie together. Before the witness calls a column wrong, the wallet brings the next.
#[test]
fn one_column_after_another_that_a_witness_calls_wrong_make_no_round_without_end() {
    let mut town = Town::open(4, on_disk);
    let swap = |town: &Town, from, to| orders::swap(&town.federation, &[(from, 2)], &[(to, 2)]);
    let (endless, rival) = (swap(&town, 1, 2), swap(&town, 1, 3));
    let bound = RequestV1::Vote(orders::request(&town.federation, 3, &rival, &[]));
    assert!(matches!(town.ask(1, 3, bound), ReplyV1::Voted(_)));
    let digest = endless.order.digest();
    let behind =
        (1..).map(|number| swap(&town, 10 * number, 10 * number + 1)).find(|swap| swap.order.digest() > digest);
    town.stop(4);
    let picky = Picky::of(digest);
    town.impersonate(4, Arc::clone(&picky) as _);
    restart_with(&mut town, &[endless.clone(), behind.unwrap()], OpenLimits { brought: 0, taken_up: 1 });
    eventually("it is in hand", || in_hand(&town) == 1);
    let mut number = 1_000;
    eventually("the order behind it has its turn", || {
        let mut body = town.submission(&endless);
        let other = swap(&town, number, number + 1);
        body["columns"][3] = base64(&orders::column(&town.federation, &other.order, WitnessIndex(3))).into();
        let url = town.url(1, "/v1/orders");
        std::thread::spawn(move || federation::http("POST", &url, None, Some(&body)));
        std::thread::sleep(Duration::from_millis(100));
        // The first two wait.
        if number > 1_002 {
            picky.may_answer.add_permits(1);
        }
        number += 1;
        picky.saw_another.load(Ordering::Relaxed)
    });
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
