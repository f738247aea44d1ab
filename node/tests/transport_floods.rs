//! Handshakes that go nowhere and peers that never pause: the others are served.

mod raw_quic;
#[allow(dead_code)]
mod transport_support;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use quinn::{Endpoint, EndpointConfig, TokioRuntime};
use raw_quic::{client, raw_key};
use ronde_node::transport::{ALPN, Dialer, DialerConfig, ListenerConfig, MAX_FRAME};
use tokio::net::UdpSocket;
use transport_support::{Echo, LONG, Node, dialer, identity, patient};

const SERVER: u8 = 1;
const FRIEND: u8 = 2;
const TRAITOR: u8 = 3;

/// Begins handshakes from one address, shows that the address is its own, and goes no further: of what the server sends
/// only Retry packets are let through.
struct HalfOpen {
    _clients: Vec<Endpoint>,
    /// Server packets that were held back: each stands for a handshake that the server has under way.
    held: Arc<AtomicUsize>,
}

impl HalfOpen {
    async fn begin(count: usize, server: SocketAddr) -> Self {
        let (mut clients, held) = (Vec::new(), Arc::new(AtomicUsize::new(0)));
        for _ in 0..count {
            let inside = UdpSocket::bind("127.0.0.1:0").await.unwrap();
            let outside = UdpSocket::bind("127.0.0.66:0").await.unwrap();
            outside.connect(server).await.unwrap();
            let to = inside.local_addr().unwrap();
            tokio::spawn(relay(inside, outside, held.clone()));
            let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
            let endpoint = Endpoint::new(EndpointConfig::default(), None, socket, Arc::new(TokioRuntime)).unwrap();
            let connecting = endpoint.connect_with(client(raw_key([0xee; 32]), ALPN), to, "ronde").unwrap();
            tokio::spawn(connecting);
            clients.push(endpoint);
        }
        Self { _clients: clients, held }
    }

    /// Waits until the server has so many under way.
    async fn under_way(&self, count: usize) {
        let begun = Instant::now();
        while self.held.load(Ordering::SeqCst) < count {
            assert!(begun.elapsed() < LONG, "{} handshakes under way", self.held.load(Ordering::SeqCst));
            tokio::task::yield_now().await;
        }
    }
}

async fn relay(inside: UdpSocket, outside: UdpSocket, held: Arc<AtomicUsize>) {
    let (mut out, mut back) = ([0; 2048], [0; 2048]);
    let mut from = None;
    let mut counted = false;
    loop {
        tokio::select! {
            Ok((length, sender)) = inside.recv_from(&mut out) => {
                from = Some(sender);
                outside.send(&out[..length]).await.unwrap();
            }
            Ok(length) = outside.recv(&mut back) => {
                // A long header of type 3 is Retry (RFC 9000, 17.2.5).
                if back[0] & 0xb0 == 0xb0 {
                    inside.send_to(&back[..length], from.unwrap()).await.unwrap();
                } else if !counted {
                    counted = true;
                    held.fetch_add(1, Ordering::SeqCst);
                }
            }
        }
    }
}

fn config(per_address: usize) -> ListenerConfig {
    // Whoever has a slot keeps it for as long as the test lasts.
    let handshake_timeout = LONG * 10;
    ListenerConfig {
        handshakes: 8,
        handshakes_per_address: per_address,
        handshake_timeout,
        ..ListenerConfig::default()
    }
}

/// TRANSPORT-16.
#[tokio::test]
async fn handshakes_that_one_address_leaves_open_keep_nobody_else_out() {
    let node = Node::start_with(SERVER, &[FRIEND], Arc::new(Echo::default()), config(2));
    let attacker = HalfOpen::begin(20, node.address).await;
    // Two without and two with a proof of the address.
    attacker.under_way(4).await;
    let answer = dialer(FRIEND).call(node.key, &node.address(), b"hello", LONG).await.unwrap();
    assert_eq!(answer, b"hello");
}

/// The control: with as many for one address as for all, the same attacker keeps everybody out.
#[tokio::test]
async fn control_one_address_with_all_handshakes_keeps_everybody_out() {
    let node = Node::start_with(SERVER, &[FRIEND], Arc::new(Echo::default()), config(8));
    let attacker = HalfOpen::begin(20, node.address).await;
    attacker.under_way(8).await;
    let hasty = Dialer::new(&identity(FRIEND), patient()).unwrap();
    let refused = hasty.call(node.key, &node.address(), b"hello", Duration::from_secs(2)).await;
    assert!(refused.is_err(), "{refused:?}");
}

/// How a handshake from an address ends; nothing, if it is not answered for a second.
async fn knock(
    from: &str,
    to: SocketAddr,
    seed: [u8; 32],
) -> Option<Result<quinn::Connection, quinn::ConnectionError>> {
    knock_as(from, to, client(raw_key(seed), ALPN)).await
}

async fn knock_as(
    from: &str,
    to: SocketAddr,
    config: quinn::ClientConfig,
) -> Option<Result<quinn::Connection, quinn::ConnectionError>> {
    let socket = std::net::UdpSocket::bind((from, 0)).unwrap();
    let endpoint = Endpoint::new(EndpointConfig::default(), None, socket, Arc::new(TokioRuntime)).unwrap();
    let connecting = endpoint.connect_with(config, to, "ronde").unwrap();
    let ended = async {
        let connection = connecting.await?;
        // Whoever is refused hears of it only now.
        match tokio::time::timeout(Duration::from_secs(1), connection.closed()).await {
            Ok(refused) => Err(refused),
            Err(_) => Ok(connection),
        }
    };
    tokio::time::timeout(Duration::from_secs(3), ended).await.ok()
}

/// TRANSPORT-19.
#[tokio::test]
async fn who_fails_again_and_again_is_not_answered_and_nobody_else_is_kept_out() {
    let strict = ListenerConfig { failures_per_address: 1, failure_interval: LONG * 10, ..ListenerConfig::default() };
    let node = Node::start_with(SERVER, &[FRIEND], Arc::new(Echo::default()), strict);
    let stranger = [0xee; 32];
    // Two without and two with a proof of the address.
    for _ in 0..4 {
        let refused = knock("127.0.0.66", node.address, stranger).await;
        assert!(matches!(refused, Some(Err(_))), "{refused:?}");
    }
    let unanswered = knock("127.0.0.66", node.address, stranger).await;
    assert!(unanswered.is_none(), "{unanswered:?}");
    let other = knock("127.0.0.67", node.address, stranger).await;
    assert!(matches!(other, Some(Err(_))), "{other:?}");
    let answer = dialer(FRIEND).call(node.key, &node.address(), b"hello", LONG).await.unwrap();
    assert_eq!(answer, b"hello");
}

/// TRANSPORT-20: a shop's node and a strange host share the address of the shop's network.
#[tokio::test]
async fn a_peer_gets_in_beside_a_stranger_that_fails_at_the_same_address() {
    let strict = ListenerConfig { failures_per_address: 1, failure_interval: LONG * 10, ..ListenerConfig::default() };
    let node = Node::start_with(SERVER, &[FRIEND], Arc::new(Echo::default()), strict);
    let before = dialer(FRIEND);
    before.call(node.key, &node.address(), b"hello", LONG).await.unwrap();
    for _ in 0..8 {
        let refused = knock("127.0.0.1", node.address, [0xee; 32]).await;
        assert!(matches!(refused, Some(Err(_))), "{refused:?}");
    }
    let answer = dialer(FRIEND).call(node.key, &node.address(), b"hello", LONG).await.unwrap();
    assert_eq!(answer, b"hello");
}

/// The control: where no peer came lately, the stranger keeps it out.
#[tokio::test]
async fn control_a_peer_that_never_came_is_kept_out_by_a_stranger_that_fails_at_its_address() {
    let strict = ListenerConfig { failures_per_address: 1, failure_interval: LONG * 10, ..ListenerConfig::default() };
    let node = Node::start_with(SERVER, &[FRIEND], Arc::new(Echo::default()), strict);
    for _ in 0..4 {
        let refused = knock("127.0.0.1", node.address, [0xee; 32]).await;
        assert!(matches!(refused, Some(Err(_))), "{refused:?}");
    }
    let kept_out = dialer(FRIEND).call(node.key, &node.address(), b"hello", Duration::from_secs(2)).await;
    assert!(kept_out.is_err(), "{kept_out:?}");
}

/// The control: handshakes that succeed are not counted, however many they are.
#[tokio::test]
async fn control_who_succeeds_again_and_again_is_always_answered() {
    let strict = ListenerConfig { failures_per_address: 1, failure_interval: LONG * 10, ..ListenerConfig::default() };
    let node = Node::start_with(SERVER, &[FRIEND], Arc::new(Echo::default()), strict);
    for _ in 0..6 {
        let answer = dialer(FRIEND).call(node.key, &node.address(), b"hello", LONG).await.unwrap();
        assert_eq!(answer, b"hello");
    }
}

/// TRANSPORT-17.
#[tokio::test]
async fn a_peer_that_never_pauses_is_served_at_its_pace_and_others_at_once() {
    let slow = ListenerConfig { requests_per_second: 1, burst: 3, ..ListenerConfig::default() };
    let node = Node::start_with(SERVER, &[FRIEND, TRAITOR], Arc::new(Echo::default()), slow);
    let traitor = Arc::new(dialer(TRAITOR));
    let begun = Instant::now();
    let calls = (0..6).map(|_| {
        let (traitor, key, address) = (traitor.clone(), node.key, node.address());
        tokio::spawn(async move { traitor.call(key, &address, b"more", LONG).await.unwrap() })
    });
    let calls: Vec<_> = calls.collect();
    // A friend's own pace is not touched by it.
    let friend = dialer(FRIEND);
    for _ in 0..3 {
        friend.call(node.key, &node.address(), b"hello", LONG).await.unwrap();
    }
    for call in calls {
        call.await.unwrap();
    }
    // Four at once, one each second afterwards: however slow the machine, not earlier.
    assert!(begun.elapsed() >= Duration::from_secs(2), "six requests in {:?}", begun.elapsed());
}

/// TRANSPORT-17: what is refused for its length costs a peer more of its pace than a request.
#[tokio::test]
async fn frames_that_are_too_long_use_up_the_pace_of_who_sends_them() {
    let slow = ListenerConfig { requests_per_second: 1, burst: 34, ..ListenerConfig::default() };
    let node = Node::start_with(SERVER, &[FRIEND, TRAITOR], Arc::new(Echo::default()), slow);
    let traitor = Dialer::new(&identity(TRAITOR), DialerConfig { max_frame: 1 << 20, ..patient() }).unwrap();
    let refused = traitor.call(node.key, &node.address(), &vec![1; MAX_FRAME + 1], LONG).await;
    assert!(refused.is_err(), "{refused:?}");
    let begun = Instant::now();
    for _ in 0..4 {
        traitor.call(node.key, &node.address(), b"more", LONG).await.unwrap();
    }
    // Two are left at once, and the others one each second: however slow the machine, not earlier.
    assert!(begun.elapsed() >= Duration::from_secs(1), "four requests in {:?}", begun.elapsed());
}

/// TRANSPORT-19: a handshake that its first packet spoils counts as well.
#[tokio::test]
async fn who_asks_for_another_protocol_again_and_again_is_not_answered() {
    let strict = ListenerConfig { failures_per_address: 1, failure_interval: LONG * 10, ..ListenerConfig::default() };
    let node = Node::start_with(SERVER, &[FRIEND], Arc::new(Echo::default()), strict);
    for _ in 0..4 {
        let refused = knock_as("127.0.0.66", node.address, client(raw_key([0xee; 32]), b"h3")).await;
        assert!(matches!(refused, Some(Err(_))), "{refused:?}");
    }
    let unanswered = knock_as("127.0.0.66", node.address, client(raw_key([0xee; 32]), b"h3")).await;
    assert!(unanswered.is_none(), "{unanswered:?}");
}
