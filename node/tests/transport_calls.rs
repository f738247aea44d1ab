//! Requests and answers: bounds, concurrency, and what becomes of them when a node stops.

#[allow(dead_code)]
mod transport_support;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use ronde_node::transport::{
    Dialer, DialerConfig, Handler, HandlerFuture, ListenerConfig, MAX_FRAME, NodeKey, PeerState, TransportError,
};
use tokio::sync::Notify;
use transport_support::{Counting, Echo, LONG, Node, dialer, identity, patient};

const SERVER: u8 = 1;
const FRIEND: u8 = 2;

/// TRANSPORT-9.
#[tokio::test]
async fn the_largest_frame_passes_and_one_byte_more_is_not_sent() {
    let echo = Arc::new(Echo::default());
    let node = Node::start(SERVER, &[FRIEND], echo.clone());
    let dialer = dialer(FRIEND);
    let largest = vec![7; MAX_FRAME];
    assert_eq!(dialer.call(node.key, &node.address(), &largest, LONG).await.unwrap(), largest);
    for bytes in [0, MAX_FRAME + 1] {
        let refusal = dialer.call(node.key, &node.address(), &vec![7; bytes], LONG).await.unwrap_err();
        assert!(matches!(refusal, TransportError::RequestSize { .. }), "{refusal}");
    }
    assert_eq!(echo.asked.lock().unwrap().len(), 1);
}

/// TRANSPORT-9.
#[tokio::test]
async fn a_peer_that_sends_more_than_a_frame_loses_that_request_only() {
    let echo = Arc::new(Echo::default());
    let node = Node::start(SERVER, &[FRIEND], echo.clone());
    let config = DialerConfig { max_frame: 4 * MAX_FRAME, ..patient() };
    let shouter = Dialer::new(&identity(FRIEND), config).unwrap();
    let refusal = shouter.call(node.key, &node.address(), &vec![7; MAX_FRAME + 1], LONG).await.unwrap_err();
    assert!(matches!(refusal, TransportError::CutOff), "{refusal}");
    assert_eq!(shouter.call(node.key, &node.address(), b"quietly", LONG).await.unwrap(), b"quietly");
    assert_eq!(echo.asked.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn an_answer_longer_than_a_frame_is_the_peers_fault() {
    let config = ListenerConfig { max_frame: 4 * MAX_FRAME, ..ListenerConfig::default() };
    let node = Node::start_with(SERVER, &[FRIEND], Arc::new(Verbose), config);
    let refusal = dialer(FRIEND).call(node.key, &node.address(), b"?", LONG).await.unwrap_err();
    assert!(matches!(refusal, TransportError::FrameTooLong { max: MAX_FRAME }), "{refusal}");
}

struct Verbose;

impl Handler for Verbose {
    fn handle(&self, _peer: NodeKey, _request: Vec<u8>) -> HandlerFuture<'_> {
        Box::pin(async { vec![7; 2 * MAX_FRAME] })
    }
}

/// TRANSPORT-10.
#[tokio::test]
async fn a_handler_that_dies_looks_like_a_failure_and_not_like_an_answer() {
    let node = Node::start(SERVER, &[FRIEND], Arc::new(Dying));
    let dialer = dialer(FRIEND);
    for _ in 0..2 {
        let refusal = dialer.call(node.key, &node.address(), b"?", LONG).await.unwrap_err();
        assert!(matches!(refusal, TransportError::CutOff), "{refusal}");
    }
}

struct Dying;

impl Handler for Dying {
    fn handle(&self, _peer: NodeKey, _request: Vec<u8>) -> HandlerFuture<'_> {
        Box::pin(async { panic!("a fault that this test wants") })
    }
}

/// TRANSPORT-13.
#[tokio::test]
async fn more_requests_than_slots_wait_for_their_turn() {
    let counting = Arc::new(Counting::default());
    let config = ListenerConfig { requests_per_peer: 3, ..ListenerConfig::default() };
    let node = Node::start_with(SERVER, &[FRIEND], counting.clone(), config);
    let dialer = dialer(FRIEND);
    let mut calls = tokio::task::JoinSet::new();
    for number in 1..=100u8 {
        let (dialer, key, address) = (dialer.clone(), node.key, node.address());
        calls.spawn(async move { (number, dialer.call(key, &address, &[number], LONG).await.unwrap()) });
    }
    for (number, answer) in calls.join_all().await {
        assert_eq!(answer, [number]);
    }
    assert!(counting.most.load(Ordering::SeqCst) <= 3);
}

#[tokio::test]
async fn a_call_gives_up_after_its_time_and_the_connection_lives_on() {
    let slow = Arc::new(Slow::default());
    let node = Node::start(SERVER, &[FRIEND], slow.clone());
    let dialer = dialer(FRIEND);
    let first = tokio::spawn({
        let (dialer, key, address) = (dialer.clone(), node.key, node.address());
        async move { dialer.call(key, &address, b"1", LONG).await }
    });
    slow.arrived.notified().await;
    let moment = std::time::Duration::from_millis(20);
    let failure = dialer.call(node.key, &node.address(), b"2", moment).await.unwrap_err();
    assert!(matches!(failure, TransportError::TimedOut { .. }), "{failure}");
    slow.arrived.notified().await;
    slow.go.notify_waiters();
    assert_eq!(first.await.unwrap().unwrap(), b"1");
    let status = dialer.status(&node.key);
    assert_eq!((status.state, status.failures), (PeerState::Up, 0));
    assert!(status.rtt.is_some());
}

/// Says when a request arrived and answers when it is told to.
#[derive(Default)]
struct Slow {
    arrived: Notify,
    go: Notify,
}

impl Handler for Slow {
    fn handle(&self, _peer: NodeKey, request: Vec<u8>) -> HandlerFuture<'_> {
        Box::pin(async {
            let go = self.go.notified();
            tokio::pin!(go);
            go.as_mut().enable();
            self.arrived.notify_one();
            go.await;
            request
        })
    }
}

#[tokio::test]
async fn a_node_that_stops_finishes_what_is_open() {
    let slow = Arc::new(Slow::default());
    let config = ListenerConfig { grace: LONG, ..ListenerConfig::default() };
    let node = Node::start_with(SERVER, &[FRIEND], slow.clone(), config);
    let dialer = dialer(FRIEND);
    let call = tokio::spawn({
        let (key, address) = (node.key, node.address());
        async move { dialer.call(key, &address, b"open", LONG).await }
    });
    slow.arrived.notified().await;
    let stopped = node.stop();
    tokio::task::yield_now().await;
    slow.go.notify_waiters();
    assert_eq!(call.await.unwrap().unwrap(), b"open");
    stopped.await.unwrap();
}

#[tokio::test]
async fn a_name_is_resolved_and_all_its_addresses_are_tried() {
    let node = Node::start(SERVER, &[FRIEND], Arc::new(Echo::default()));
    let by_name = format!("localhost:{}", node.address.port());
    assert_eq!(dialer(FRIEND).call(node.key, &by_name, b"hello", LONG).await.unwrap(), b"hello");
    let failure = dialer(FRIEND).call(node.key, "no port", b"hello", LONG).await.unwrap_err();
    assert!(matches!(failure, TransportError::Address { .. }), "{failure}");
}

/// TRANSPORT-13.
#[tokio::test]
async fn the_newest_connections_of_a_peer_replace_its_oldest() {
    let config = ListenerConfig { connections_per_peer: 2, ..ListenerConfig::default() };
    let node = Node::start_with(SERVER, &[FRIEND], Arc::new(Echo::default()), config);
    let dialers: Vec<_> = (0..4).map(|_| dialer(FRIEND)).collect();
    // Every call finds its connection closed by those of the others, and is answered nevertheless.
    for round in 0..3u8 {
        for dialer in &dialers {
            let answer = dialer.call(node.key, &node.address(), &[round], LONG).await.unwrap();
            assert_eq!(answer, [round]);
        }
    }
}
