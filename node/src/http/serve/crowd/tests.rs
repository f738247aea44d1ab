use std::net::IpAddr;
use std::time::Duration;

use super::{Crowd, ServeLimits, Stay, Turn};

const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
const THERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(127, 0, 0, 66));

/// Long enough to see that something waits, and so much longer that it does not end.
const SHORT: Duration = Duration::from_millis(50);
const LONG: Duration = Duration::from_secs(600);

/// Two newcomers at once, and the next for a test too late.
fn crowd(connections: usize, bodies: usize) -> Crowd {
    let paced = ServeLimits { newcomers: 1, newcomer_interval: LONG, ..ServeLimits::default() };
    Crowd::new(&ServeLimits { connections, bodies, ..paced })
}

fn guest(crowd: &Crowd, from: IpAddr) -> (Stay, Turn) {
    let stay = crowd.try_enter(from).unwrap();
    let turn = stay.turn();
    (stay, turn)
}

fn had_to_go(crowd: &Crowd, stay: &Stay) -> bool {
    !crowd.lock().open.contains_key(&stay.id)
}

/// HTTP-28.
#[test]
fn a_body_takes_the_room_of_those_from_the_address_that_holds_most_and_has_waited_longest() {
    let crowd = crowd(10, 100);
    let few = guest(&crowd, HERE);
    let _few = few.1.takes(30).unwrap();
    let (first, second) = (guest(&crowd, THERE), guest(&crowd, THERE));
    let (_first, _second) = (first.1.takes(35).unwrap(), second.1.takes(35).unwrap());
    let newcomer = guest(&crowd, THERE);
    let _held = newcomer.1.takes(20).unwrap();
    let gone = [&few, &first, &second, &newcomer].map(|(stay, _)| had_to_go(&crowd, stay));
    assert_eq!(gone, [false, true, false, false]);
    assert_eq!(crowd.lock().held, 85);
}

/// HTTP-28.
#[test]
fn who_is_worked_for_keeps_its_room_and_a_body_beyond_it_is_refused() {
    let crowd = crowd(10, 100);
    let busy = guest(&crowd, THERE);
    let held = busy.1.takes(90).unwrap();
    busy.1.works();
    let newcomer = guest(&crowd, HERE);
    assert!(newcomer.1.takes(20).is_err());
    assert!(!had_to_go(&crowd, &busy.0) && !had_to_go(&crowd, &newcomer.0));
    drop(held);
    assert!(newcomer.1.takes(20).is_ok());
    assert_eq!(crowd.lock().held, 0);
}

#[test]
fn what_one_holds_is_free_when_it_leaves_and_nothing_is_freed_twice() {
    let crowd = crowd(10, 100);
    let (stay, turn) = guest(&crowd, HERE);
    let held = turn.takes(60).unwrap();
    drop(stay);
    assert_eq!(crowd.lock().held, 0);
    let other = guest(&crowd, HERE);
    let _other = other.1.takes(70).unwrap();
    drop(held);
    assert_eq!(crowd.lock().held, 70);
    assert!(turn.takes(10).is_err(), "it had to go");
}

/// HTTP-30.
#[test]
fn a_crowd_is_full_of_an_address_that_has_more_than_half_of_all_places() {
    let crowd = crowd(4, 0);
    let mut stays = vec![guest(&crowd, THERE), guest(&crowd, THERE), guest(&crowd, THERE)];
    assert!(!crowd.is_full_of(THERE), "there is room");
    stays.push(guest(&crowd, HERE));
    assert!(crowd.is_full_of(THERE) && !crowd.is_full_of(HERE));
    drop(stays.remove(0));
    stays.push(guest(&crowd, HERE));
    assert!(!crowd.is_full_of(THERE) && !crowd.is_full_of(HERE), "half is not more than half");
}

/// HTTP-30: whoever had to go comes back for the room of the next, as fast as it can.
#[tokio::test]
async fn bodies_of_an_address_that_holds_most_of_the_room_get_it_one_by_one_and_those_of_others_at_once() {
    let crowd = crowd(10, 100);
    let dawdlers = [guest(&crowd, THERE), guest(&crowd, THERE), guest(&crowd, THERE)];
    let _held = dawdlers.each_ref().map(|(_, turn)| turn.takes(30).unwrap());
    let back = [guest(&crowd, THERE), guest(&crowd, THERE), guest(&crowd, THERE), guest(&crowd, THERE)];
    let [first, second, third, fourth] = back.each_ref().map(|(_, turn)| turn.holds(30));
    let taken = (first.await.unwrap(), second.await.unwrap());
    let (mut third, mut fourth) = (Box::pin(third), Box::pin(fourth));
    for waits in [&mut third, &mut fourth] {
        assert!(tokio::time::timeout(SHORT, waits).await.is_err(), "it takes what the ones before it had");
    }
    let other = guest(&crowd, HERE);
    let _other = other.1.holds(40).await.unwrap();
    let gone = dawdlers.each_ref().map(|(stay, _)| had_to_go(&crowd, stay));
    assert_eq!(gone, [true, true, true]);
    assert!(back.iter().all(|(stay, _)| !had_to_go(&crowd, stay)));
    // As soon as there is room again nobody has to wait.
    drop(dawdlers);
    drop(taken);
    let alone = guest(&crowd, THERE);
    assert!(tokio::time::timeout(SHORT, alone.1.holds(30)).await.is_ok());
}

/// HTTP-28: whoever waited for its room would else be the next to go, however long it has had it.
#[test]
fn a_peer_is_waited_for_from_when_its_body_has_room() {
    let crowd = crowd(10, 100);
    let (late, early) = (guest(&crowd, THERE), guest(&crowd, THERE));
    let _held = (early.1.takes(50).unwrap(), late.1.takes(50).unwrap());
    let _newcomer = guest(&crowd, THERE).1.takes(30).unwrap();
    assert!(had_to_go(&crowd, &early.0) && !had_to_go(&crowd, &late.0));
}

#[test]
fn who_had_to_go_sends_nobody_away() {
    let crowd = crowd(10, 100);
    let (gone, stays) = (guest(&crowd, THERE), guest(&crowd, THERE));
    let _held = (gone.1.takes(60).unwrap(), stays.1.takes(60).unwrap());
    assert!(had_to_go(&crowd, &gone.0));
    assert!(gone.1.takes(60).is_err());
    assert!(!had_to_go(&crowd, &stays.0));
}

#[test]
fn nobody_is_sent_away_for_a_body_that_has_no_room_all_the_same() {
    let crowd = crowd(10, 100);
    let (busy, waits) = (guest(&crowd, THERE), guest(&crowd, THERE));
    let _held = (busy.1.takes(60).unwrap(), waits.1.takes(30).unwrap());
    busy.1.works();
    assert!(guest(&crowd, HERE).1.takes(50).is_err());
    assert!(!had_to_go(&crowd, &waits.0));
}

/// HTTP-30
#[tokio::test]
async fn who_leaves_the_line_takes_nobodys_turn() {
    let crowd = crowd(10, 100);
    let dawdlers = [guest(&crowd, THERE), guest(&crowd, THERE), guest(&crowd, THERE)];
    let _held = dawdlers.each_ref().map(|(_, turn)| turn.takes(30).unwrap());
    let back = [guest(&crowd, THERE), guest(&crowd, THERE)];
    let [first, second] = back.each_ref().map(|(_, turn)| turn.holds(30));
    let _taken = (first.await.unwrap(), second.await.unwrap());
    let leaves = guest(&crowd, THERE);
    assert!(tokio::time::timeout(SHORT, leaves.1.holds(30)).await.is_err());
    assert!(crowd.0.turns.wait() <= LONG);
}
