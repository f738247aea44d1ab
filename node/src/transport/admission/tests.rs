use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use quinn::ConnectionError;

use super::{Failures, HandshakeSlot, Handshakes, LOOK, ListenerConfig, Origin, REMEMBERED};
use crate::clock;

const LONG: Duration = Duration::from_secs(3600);

fn config() -> ListenerConfig {
    ListenerConfig {
        failures_per_address: 1,
        failure_interval: LONG,
        failures_per_peer_address: 4,
        peer_address_failure_interval: LONG,
        peer_address_memory: LONG,
        ..ListenerConfig::default()
    }
}

fn slot(handshakes: &Handshakes, origin: Origin) -> HandshakeSlot {
    handshakes.slot(origin, Arc::clone(&handshakes.free).try_acquire_owned().unwrap())
}

/// How many more handshakes of an origin may fail.
fn left(failures: &Failures, origin: Origin) -> usize {
    (0..100)
        .take_while(|_| {
            !failures.are_too_many(origin) && {
                failures.one_more(origin);
                true
            }
        })
        .count()
}

fn address(number: usize) -> IpAddr {
    Ipv4Addr::from_bits(u32::try_from(number).unwrap()).into()
}

/// TRANSPORT-19: a datagram may say that it comes from anywhere.
#[test]
fn made_up_addresses_that_fail_make_nobody_forget_a_validated_one_that_does() {
    let failures = Failures::new(&config());
    let failing = (address(0), true);
    failures.one_more(failing);
    failures.one_more(failing);
    assert!(failures.are_too_many(failing));
    for number in 1..=2 * REMEMBERED {
        failures.one_more((address(number), false));
    }
    assert!(failures.are_too_many(failing));
    assert!(failures.paces.lock().unwrap().len() <= REMEMBERED);
    // The control: as many validated ones do, since what is remembered is bounded.
    for number in 1..=REMEMBERED {
        failures.one_more((address(number), true));
    }
    assert!(!failures.are_too_many(failing));
}

/// TRANSPORT-20: the bound is wider for who shows that the address is its own; and it is one.
#[test]
fn an_address_of_a_peer_has_a_wider_bound() {
    let handshakes = Handshakes::new(&config());
    let (home, stranger) = ((address(1), true), (address(2), true));
    drop(slot(&handshakes, home).succeeded());
    assert_eq!(handshakes.most_under_way(home), ListenerConfig::default().handshakes_per_peer_address);
    assert_eq!(handshakes.most_under_way(stranger), ListenerConfig::default().handshakes_per_address);
    assert_eq!(left(&handshakes.failures, (home.0, false)), 2, "whoever makes the address up");
    assert_eq!((left(&handshakes.failures, home), left(&handshakes.failures, stranger)), (5, 2));
}

/// TRANSPORT-20
#[test]
fn an_address_is_a_peers_while_it_is_connected_and_for_some_time_after() {
    let failures = Failures::new(&config());
    let (home, begun) = ((address(1), true), clock::monotonic());
    let is_one = |at| failures.peers.is_one(home, at);
    failures.peers.is_here(home.0, begun);
    assert!(is_one(begun + LONG) && !is_one(begun + LONG + LOOK));
    let ended = begun + LONG * 20;
    failures.peers.is_here(home.0, ended);
    assert!(is_one(ended + LONG) && !is_one(ended + LONG + LOOK));
}

/// TRANSPORT-20
#[test]
fn of_too_many_addresses_of_peers_that_of_the_longest_absent_is_forgotten() {
    let (failures, now) = (Failures::new(&config()), clock::monotonic());
    (0..=REMEMBERED).zip(0..).for_each(|(number, second)| {
        failures.peers.is_here(address(number), now + Duration::from_secs(second));
    });
    assert!(!failures.peers.is_one((address(0), true), now));
    assert!((1..=REMEMBERED).all(|number| failures.peers.is_one((address(number), true), now)));
}

/// TRANSPORT-21
#[test]
fn a_handshake_that_took_too_long_while_this_node_was_late_is_nobodys_failure() {
    let (handshakes, begun) = (Handshakes::new(&config()), clock::monotonic());
    // Whether one that began then counts. Two use the bound up.
    let counts = |number, begun, error: ConnectionError| {
        let origin = (address(number), true);
        let mut slot = slot(&handshakes, origin);
        slot.begun = begun;
        slot.failed(&error);
        handshakes.failures.one_more(origin);
        handshakes.failures.are_too_many(origin)
    };
    // A little late is nothing.
    handshakes.lateness().look(begun + LOOK, begun + 2 * LOOK);
    assert!(counts(1, begun, ConnectionError::TimedOut));
    let late = begun + 5 * LOOK;
    handshakes.lateness().look(begun + 2 * LOOK, late);
    assert!(!counts(2, begun, ConnectionError::TimedOut));
    assert!(counts(3, begun, ConnectionError::VersionMismatch), "no lateness explains that");
    assert!(counts(4, late + LOOK, ConnectionError::TimedOut), "it was in time again");
}
