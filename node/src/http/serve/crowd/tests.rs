use std::net::IpAddr;

use super::{Crowd, Stay, Turn};

const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
const THERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(127, 0, 0, 66));

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
    let crowd = Crowd::new(10, 100);
    let few = guest(&crowd, HERE);
    let _few = few.1.holds(30).unwrap();
    let (first, second) = (guest(&crowd, THERE), guest(&crowd, THERE));
    let (_first, _second) = (first.1.holds(35).unwrap(), second.1.holds(35).unwrap());
    let newcomer = guest(&crowd, THERE);
    let _held = newcomer.1.holds(20).unwrap();
    let gone = [&few, &first, &second, &newcomer].map(|(stay, _)| had_to_go(&crowd, stay));
    assert_eq!(gone, [false, true, false, false]);
    assert_eq!(crowd.lock().held, 85);
}

/// HTTP-28.
#[test]
fn who_is_worked_for_keeps_its_room_and_a_body_beyond_it_is_refused() {
    let crowd = Crowd::new(10, 100);
    let busy = guest(&crowd, THERE);
    let held = busy.1.holds(90).unwrap();
    busy.1.works();
    let newcomer = guest(&crowd, HERE);
    assert!(newcomer.1.holds(20).is_err());
    assert!(!had_to_go(&crowd, &busy.0) && !had_to_go(&crowd, &newcomer.0));
    drop(held);
    assert!(newcomer.1.holds(20).is_ok());
    assert_eq!(crowd.lock().held, 0);
}

#[test]
fn what_one_holds_is_free_when_it_leaves_and_nothing_is_freed_twice() {
    let crowd = Crowd::new(10, 100);
    let (stay, turn) = guest(&crowd, HERE);
    let held = turn.holds(60).unwrap();
    drop(stay);
    assert_eq!(crowd.lock().held, 0);
    let other = guest(&crowd, HERE);
    let _other = other.1.holds(70).unwrap();
    drop(held);
    assert_eq!(crowd.lock().held, 70);
    assert!(turn.holds(10).is_err(), "it had to go");
}

/// HTTP-30.
#[test]
fn a_crowd_is_full_of_an_address_that_has_more_than_half_of_all_places() {
    let crowd = Crowd::new(4, 0);
    let mut stays = vec![guest(&crowd, THERE), guest(&crowd, THERE), guest(&crowd, THERE)];
    assert!(!crowd.is_full_of(THERE), "there is room");
    stays.push(guest(&crowd, HERE));
    assert!(crowd.is_full_of(THERE) && !crowd.is_full_of(HERE));
    drop(stays.remove(0));
    stays.push(guest(&crowd, HERE));
    assert!(!crowd.is_full_of(THERE) && !crowd.is_full_of(HERE), "half is not more than half");
}
