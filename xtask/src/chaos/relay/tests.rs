use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::Duration;

use super::weather::{Weather, spoil};
use super::{Relay, Whose};
use crate::chaos::chance::Chance;

fn fates(weather: Weather) -> Vec<Vec<super::weather::Delivery>> {
    let mut chance = Chance::new(7, "test");
    std::iter::repeat_with(|| weather.fate(&mut chance)).take(2000).collect()
}

#[test]
fn fair_weather_delivers_each_datagram_once_at_once_and_whole() {
    for fate in fates(Weather::default()) {
        assert_eq!(fate.len(), 1);
        assert!(fate[0].after.is_zero() && fate[0].spoiled.is_none());
    }
}

#[test]
fn each_mood_of_the_weather_happens_about_as_often_as_it_says() {
    let count = |weather, holds: fn(&Vec<super::weather::Delivery>) -> bool| {
        fates(weather).iter().filter(|fate| holds(fate)).count()
    };
    let fair = Weather::default();
    let about = |found: usize| assert!((150..450).contains(&found), "{found} of 2000 at 15 %");
    about(count(Weather { lost: 150, ..fair }, Vec::is_empty));
    about(count(Weather { twice: 150, ..fair }, |fate| fate.len() == 2));
    about(count(Weather { late: 150, ..fair }, |fate| !fate[0].after.is_zero()));
    about(count(Weather { spoiled: 150, ..fair }, |fate| fate[0].spoiled.is_some()));
    let slow = Weather { least: 5, most: 9, ..fair };
    assert!(fates(slow).iter().all(|fate| (5..=9).contains(&fate[0].after.as_millis())));
}

#[test]
fn a_spoiled_datagram_differs_in_one_bit() {
    for bit in 0..100 {
        let mut bytes = [0_u8; 9];
        spoil(&mut bytes, bit);
        assert_eq!(bytes.iter().map(|byte| byte.count_ones()).sum::<u32>(), 1);
    }
    spoil(&mut [], 3);
}

/// A relay to one node, which here is a socket; and somebody who calls it.
fn one_node() -> (Relay, UdpSocket, UdpSocket, tempfile::TempDir) {
    let socket = || {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        socket.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
        socket
    };
    let (node, caller) = (socket(), socket());
    let folder = tempfile::tempdir().unwrap();
    let unused: SocketAddr = (Ipv4Addr::LOCALHOST, 9).into();
    let whose: Whose = Arc::new(|_| Some(1));
    let nodes = [(node.local_addr().unwrap(), unused)];
    let trace = folder.path().join("relay.jsonl");
    let relay = Relay::open(Ipv4Addr::LOCALHOST.into(), &nodes, &whose, 1, &trace).unwrap();
    (relay, node, caller, folder)
}

fn heard(socket: &UdpSocket) -> Option<(Vec<u8>, SocketAddr)> {
    let mut buffer = [0; 100];
    let (length, from) = socket.recv_from(&mut buffer).ok()?;
    Some((buffer[..length].to_vec(), from))
}

#[test]
fn datagrams_and_their_answers_find_their_way() {
    let (relay, node, caller, _folder) = one_node();
    caller.send_to(b"question", relay.doors[0]).unwrap();
    let (question, from) = heard(&node).unwrap();
    assert_eq!(question, b"question");
    node.send_to(b"answer", from).unwrap();
    assert_eq!(heard(&caller), Some((b"answer".to_vec(), relay.doors[0])));
    assert_eq!(relay.overheard(0), [b"question"]);
}

#[test]
fn a_cut_holds_in_its_direction_alone() {
    let (relay, node, caller, _folder) = one_node();
    relay.cut(BTreeSet::from([(0, 1)]));
    caller.send_to(b"question", relay.doors[0]).unwrap();
    let (_, from) = heard(&node).unwrap();
    node.send_to(b"answer", from).unwrap();
    assert_eq!(heard(&caller), None);
    relay.cut(BTreeSet::new());
    node.send_to(b"answer", from).unwrap();
    assert!(heard(&caller).is_some());
    assert_eq!((relay.total().came, relay.total().cut), (3, 1));
}
