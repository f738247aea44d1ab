//! Peers that die and come back.

#[allow(dead_code)]
mod transport_support;

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use ronde_node::transport::{
    AllowList, Dialer, DialerConfig, Handler, HandlerFuture, Listener, ListenerConfig, NodeKey, PeerState,
    TransportError,
};
use transport_support::{Echo, LONG, Node, dialer, identity, patient};

const SERVER: u8 = 1;
const FRIEND: u8 = 2;
const ADDRESS: &str = "TRANSPORT_RECOVERY_ADDRESS";

/// Not a test of its own: the node that is to be killed.
#[test]
fn child() {
    let Ok(address) = std::env::var(ADDRESS) else {
        return;
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let peers = Arc::new(AllowList::new([identity(FRIEND).public_key()]));
        let config = ListenerConfig::default();
        let listener = Listener::bind(address.parse().unwrap(), &identity(SERVER), peers, config).unwrap();
        println!("\nLISTENING {}", listener.local_addr().unwrap());
        listener.serve(Arc::new(Echo::default()), std::future::pending()).await;
    });
}

/// TRANSPORT-15: of several addresses one that answers is enough.
#[tokio::test]
async fn a_node_whose_first_address_is_dead_is_reached_at_another() {
    let node = Node::start(SERVER, &[FRIEND], Arc::new(Echo::default()));
    let caller = dialer(FRIEND);
    let nobody = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let addresses = format!("{} no-such-host.invalid:1 {}", nobody.local_addr().unwrap(), node.address());
    for _ in 0..2 {
        assert_eq!(caller.call(node.key, &addresses, b"hello", LONG).await.unwrap(), b"hello");
    }
}

/// A node in a process of its own; dropped, it is killed as by `kill -9`.
struct Victim {
    process: Child,
    address: String,
}

impl Victim {
    fn start(address: &str) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child", "--nocapture"])
            .env(ADDRESS, address)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let address =
            lines.map_while(Result::ok).find_map(|line| Some(line.strip_prefix("LISTENING ")?.to_owned())).unwrap();
        Self { process, address }
    }
}

impl Drop for Victim {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

#[tokio::test]
async fn a_killed_and_restarted_peer_answers_the_next_call() {
    let key = identity(SERVER).public_key();
    // No time-out can come to the rescue: only the restarted peer itself can tell that the connection is gone.
    let config = DialerConfig { idle_timeout: 10 * LONG, keep_alive: 5 * LONG, ..patient() };
    let dialer = Dialer::new(&identity(FRIEND), config).unwrap();
    let mut victim = Victim::start("127.0.0.1:0");
    let address = victim.address.clone();
    for round in 1..=3u8 {
        let answer = dialer.call(key, &address, &[round], LONG).await.unwrap();
        assert_eq!(answer, [round]);
        drop(victim);
        victim = Victim::start(&address);
    }
    assert_eq!(dialer.call(key, &address, b"again", LONG).await.unwrap(), b"again");
    assert_eq!(dialer.status(&key).failures, 0);
}

/// A peer that stops in order says so, and is not shown as up until somebody calls it in vain.
#[tokio::test]
async fn a_peer_that_stopped_in_order_is_down_though_nobody_has_called_it_since() {
    let node = Node::start(SERVER, &[FRIEND], Arc::new(Echo::default()));
    let (key, address, caller) = (node.key, node.address(), dialer(FRIEND));
    assert!(matches!(caller.status(&key).state, PeerState::Idle), "nobody has called it yet");
    caller.call(key, &address, b"hello", LONG).await.unwrap();
    assert!(matches!(caller.status(&key).state, PeerState::Up));
    node.stop().await.unwrap();
    // It waited until its peers had heard of it.
    assert!(matches!(caller.status(&key).state, PeerState::Down { .. }), "{:?}", caller.status(&key));
}

#[tokio::test]
async fn a_killed_peer_is_found_out_and_then_refused_at_once_until_it_shows_life() {
    let key = identity(SERVER).public_key();
    let config = DialerConfig {
        silence: Duration::from_millis(80),
        connect_timeout: Duration::from_secs(2),
        backoff_first: LONG,
        backoff_most: LONG,
        ..patient()
    };
    let dialer = Dialer::new(&identity(FRIEND), config).unwrap();
    let victim = Victim::start("127.0.0.1:0");
    let address = victim.address.clone();
    dialer.call(key, &address, b"1", LONG).await.unwrap();
    drop(victim);

    // Silence on the old connection, then nobody on a new one.
    let failure = dialer.call(key, &address, b"2", LONG).await.unwrap_err();
    assert!(matches!(failure, TransportError::Unreachable { .. }), "{failure}");
    let refusal = dialer.call(key, &address, b"3", LONG).await.unwrap_err();
    assert!(matches!(refusal, TransportError::PeerDown { retry_after } if retry_after > LONG / 3), "{refusal}");
    let status = dialer.status(&key);
    assert!(matches!(status.state, PeerState::Down { .. }), "{status:?}");
    assert!(matches!(status.last_failure, Some(TransportError::Unreachable { .. })), "{status:?}");

    let _victim = Victim::start(&address);
    dialer.heard_from(&key);
    assert_eq!(dialer.call(key, &address, b"4", LONG).await.unwrap(), b"4");
    let status = dialer.status(&key);
    assert_eq!((status.state, status.failures), (PeerState::Up, 0));
}

#[tokio::test]
async fn a_dead_peer_does_not_stand_in_the_way_of_a_living_one() {
    let node = Node::start(SERVER, &[FRIEND], Arc::new(Echo::default()));
    let nobody = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let dead = nobody.local_addr().unwrap().to_string();
    let dialer = dialer(FRIEND);
    let to_dead = tokio::spawn({
        let dialer = dialer.clone();
        async move { dialer.call([9; 32], &dead, b"?", LONG).await }
    });
    assert_eq!(dialer.call(node.key, &node.address(), b"!", LONG).await.unwrap(), b"!");
    assert!(!to_dead.is_finished());
    to_dead.abort();
}

#[tokio::test]
async fn a_new_address_is_tried_at_once_even_while_the_old_one_is_down() {
    let node = Node::start(SERVER, &[FRIEND], Arc::new(Echo::default()));
    let nobody = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let old = nobody.local_addr().unwrap().to_string();
    let config = DialerConfig {
        connect_timeout: Duration::from_millis(10),
        backoff_first: LONG,
        backoff_most: LONG,
        ..patient()
    };
    let dialer = Dialer::new(&identity(FRIEND), config).unwrap();
    let failure = dialer.call(node.key, &old, b"?", LONG).await.unwrap_err();
    assert!(matches!(failure, TransportError::Unreachable { .. }), "{failure}");
    let refusal = dialer.call(node.key, &old, b"?", LONG).await.unwrap_err();
    assert!(matches!(refusal, TransportError::PeerDown { .. }), "{refusal}");
    // A patient dialer for the new address: on a busy machine the short patience above could fail it, too.
    let outcome = dialer.call(node.key, &node.address(), b"!", LONG).await;
    assert!(!matches!(outcome, Err(TransportError::PeerDown { .. })), "{outcome:?}");
}

/// Takes three times as long as the dialer bears silence.
struct Thinking;

const SILENCE: Duration = Duration::from_millis(400);

impl Handler for Thinking {
    fn handle(&self, _peer: NodeKey, request: Vec<u8>) -> HandlerFuture<'_> {
        Box::pin(async {
            tokio::time::sleep(3 * SILENCE).await;
            request
        })
    }
}

#[tokio::test]
async fn a_peer_that_only_thinks_is_not_taken_for_dead() {
    let node = Node::start(SERVER, &[FRIEND], Arc::new(Thinking));
    let config = DialerConfig { silence: SILENCE, ..patient() };
    let dialer = Dialer::new(&identity(FRIEND), config).unwrap();
    assert_eq!(dialer.call(node.key, &node.address(), b"?", LONG).await.unwrap(), b"?");
}

#[tokio::test]
async fn a_closed_dialer_makes_no_more_calls() {
    let node = Node::start(SERVER, &[FRIEND], Arc::new(Echo::default()));
    let dialer = dialer(FRIEND);
    dialer.call(node.key, &node.address(), b"1", LONG).await.unwrap();
    dialer.close().await;
    let refusal = dialer.call(node.key, &node.address(), b"2", LONG).await.unwrap_err();
    assert!(matches!(refusal, TransportError::Stopping), "{refusal}");
}

/// What stands on the way between a caller and a node, and can begin to speak from another address.
struct Detour {
    address: std::net::SocketAddr,
    moves: tokio::sync::mpsc::Sender<()>,
    /// Whether the beginning of a connection (a long header) came since the last move.
    dialled: Arc<std::sync::atomic::AtomicBool>,
}

impl Detour {
    async fn to(node: std::net::SocketAddr) -> Self {
        use std::sync::atomic::Ordering;
        let front = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let mut back = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let address = front.local_addr().unwrap();
        let (moves, mut moved) = tokio::sync::mpsc::channel(1);
        let dialled = Arc::new(std::sync::atomic::AtomicBool::new(false));
        let seen = Arc::clone(&dialled);
        tokio::spawn(async move {
            let (mut there, mut here) = ([0; 2048], [0; 2048]);
            let mut caller = None;
            loop {
                tokio::select! {
                    Some(()) = moved.recv() => back = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap(),
                    Ok((length, from)) = front.recv_from(&mut there) => {
                        caller = Some(from);
                        seen.fetch_or(there[0] & 0x80 != 0, Ordering::SeqCst);
                        back.send_to(&there[..length], node).await.unwrap();
                    }
                    Ok((length, _)) = back.recv_from(&mut here) => {
                        if let Some(caller) = caller {
                            front.send_to(&here[..length], caller).await.unwrap();
                        }
                    }
                }
            }
        });
        Self { address, moves, dialled }
    }
}

/// TRANSPORT-18.
#[tokio::test]
async fn a_connection_does_not_move_to_another_address_and_its_caller_dials_anew() {
    use std::sync::atomic::Ordering;
    let node = Node::start(SERVER, &[FRIEND], Arc::new(Echo::default()));
    let detour = Detour::to(node.address).await;
    let config = DialerConfig { silence: Duration::from_millis(300), ..patient() };
    let caller = Dialer::new(&identity(FRIEND), config).unwrap();
    let address = detour.address.to_string();
    assert_eq!(caller.call(node.key, &address, b"before", LONG).await.unwrap(), b"before");
    detour.dialled.store(false, Ordering::SeqCst);
    // The second is taken once the first is, and no datagram passes in between.
    detour.moves.send(()).await.unwrap();
    detour.moves.send(()).await.unwrap();
    assert_eq!(caller.call(node.key, &address, b"after", LONG).await.unwrap(), b"after");
    assert!(detour.dialled.load(Ordering::SeqCst), "the old connection was served at its new address");
}
