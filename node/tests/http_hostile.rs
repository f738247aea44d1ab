//! Clients that dawdle, never end, or say one thing twice: they lose their connection, and nobody else does.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::routing::get;
use endless_answer::Endless;
use ronde_node::http::{ServeLimits, serve};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, oneshot};

use crate::endless_answer;
use crate::http_support;

/// Far longer than anything takes: tests wait for events, not for time.
const LONG: Duration = Duration::from_secs(60);
/// Shorter than any test is patient, longer than an honest request takes anywhere.
const SHORT: Duration = Duration::from_secs(1);
const GOOD: &[u8] = b"GET /good HTTP/1.1\r\nHost: a\r\n\r\n";

/// A server of a few paths that lasts as long as the test.
async fn open(router: Router, limits: ServeLimits) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(serve(listener, router, limits, std::future::pending()));
    address
}

fn good() -> Router {
    Router::new().route("/good", get(|| async { "good" }))
}

/// Limits that no test runs into unless it changes them.
fn patient() -> ServeLimits {
    ServeLimits { head_patience: LONG * 10, answer_patience: LONG * 10, ..ServeLimits::default() }
}

async fn connect(address: SocketAddr, bytes: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    stream
}

/// Reads until `end` stands in what came, or the server has closed; a server that does neither fails the test.
async fn read_to(stream: &mut TcpStream, end: &str) -> String {
    let mut text = Vec::new();
    let reading = async {
        let mut byte = [0];
        while !String::from_utf8_lossy(&text).contains(end) && stream.read(&mut byte).await.unwrap_or(0) > 0 {
            text.push(byte[0]);
        }
    };
    tokio::time::timeout(LONG, reading).await.unwrap_or_else(|_| panic!("neither {end:?} nor the end"));
    String::from_utf8(text).unwrap()
}

/// HTTP-25.
#[tokio::test]
async fn who_only_waits_makes_room_for_who_asks() {
    let address = open(good(), ServeLimits { connections: 3, ..patient() }).await;
    let mut dawdlers = Vec::new();
    for _ in 0..3 {
        dawdlers.push(connect(address, b"GET /good HTTP/1.1\r\nX-Slow: ").await);
    }
    for _ in 0..6 {
        let mut honest = connect(address, GOOD).await;
        assert!(read_to(&mut honest, "good").await.starts_with("HTTP/1.1 200"));
    }
    // Those that waited longest went, without a word.
    assert_eq!(read_to(&mut dawdlers[0], "HTTP").await, "");
}

/// The control: there really is room for three only. Those for whom the node is at work are not sent away, so a fourth
/// waits until one of them is done.
#[tokio::test]
async fn control_while_the_node_is_at_work_for_all_a_newcomer_waits() {
    let (begun, mut at_work) = mpsc::unbounded_channel::<oneshot::Sender<()>>();
    let work = move || {
        let begun = begun.clone();
        async move {
            let (done, wait) = oneshot::channel();
            begun.send(done).unwrap();
            drop(wait.await);
            "worked"
        }
    };
    let address = open(good().route("/work", get(work)), ServeLimits { connections: 3, ..patient() }).await;
    let (mut busy, mut ends) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        busy.push(connect(address, b"GET /work HTTP/1.1\r\nHost: a\r\n\r\n").await);
        ends.push(at_work.recv().await.unwrap());
    }
    let mut newcomer = connect(address, GOOD).await;
    let early = tokio::time::timeout(SHORT, newcomer.read_u8()).await;
    assert!(early.is_err(), "{early:?}");
    drop(ends.pop());
    assert!(read_to(&mut newcomer, "good").await.starts_with("HTTP/1.1 200"));
    for stream in &mut busy[..2] {
        assert!(!stream.ready(tokio::io::Interest::WRITABLE).await.unwrap().is_write_closed());
    }
}

/// HTTP-26.
#[tokio::test]
async fn a_head_that_does_not_end_is_cut_off_and_a_quiet_connection_is_closed() {
    let address = open(good(), ServeLimits { head_patience: SHORT, ..patient() }).await;
    for begun in ["", "G", "GET /good HTTP/1.1\r\nX-Slow: "] {
        let mut slow = connect(address, begun.as_bytes()).await;
        let answer = read_to(&mut slow, "never").await;
        assert!(!answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
    let mut quiet = connect(address, GOOD).await;
    assert!(read_to(&mut quiet, "good").await.starts_with("HTTP/1.1 200"));
    assert_eq!(read_to(&mut quiet, "never").await, "");
}

/// HTTP-26.
#[tokio::test]
async fn an_answer_that_nobody_takes_is_given_up() {
    let (ended, mut ends) = mpsc::unbounded_channel();
    let much = move || {
        let body = Body::new(Endless(ended.clone()));
        async move { body }
    };
    let router = good().route("/much", get(much));
    let address = open(router, ServeLimits { answer_patience: SHORT, ..patient() }).await;
    let greedy = connect(address, b"GET /much HTTP/1.1\r\nHost: a\r\n\r\n").await;
    // Without the patience's end the answer would be held for ever.
    tokio::time::timeout(LONG, ends.recv()).await.expect("the answer is still held").unwrap();
    drop(greedy);
}

/// HTTP-26.
#[tokio::test]
async fn a_head_that_is_too_long_is_refused_and_ends_its_connection_alone() {
    let address = open(good(), patient()).await;
    let mut honest = connect(address, GOOD).await;
    assert!(read_to(&mut honest, "good").await.starts_with("HTTP/1.1 200"));
    let long = |what: &str, bytes: usize| what.replace("LONG", &"a".repeat(bytes));
    for (request, status) in [
        (long("GET /good HTTP/1.1\r\nHost: a\r\nX-Long: LONG\r\n\r\n", 1 << 20), "HTTP/1.1 431"),
        (format!("GET /good HTTP/1.1\r\nHost: a\r\n{}\r\n", "X-Many: a\r\n".repeat(100)), "HTTP/1.1 431"),
        (long("GET /LONG HTTP/1.1\r\nHost: a\r\n\r\n", 1 << 20), "HTTP/1.1 4"),
    ] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        // The server may close before all is sent.
        let _ = stream.write_all(request.as_bytes()).await;
        let answer = read_to(&mut stream, "never").await;
        // A reset may overtake the answer.
        assert!(answer.is_empty() || answer.starts_with(status), "{answer}");
        assert!(!answer.contains("good"));
    }
    let longest = long("GET /good HTTP/1.1\r\nHost: a\r\nX-Long: LONG\r\n\r\n", 15_000);
    assert!(read_to(&mut connect(address, longest.as_bytes()).await, "good").await.starts_with("HTTP/1.1 200"));
    honest.write_all(GOOD).await.unwrap();
    assert!(read_to(&mut honest, "good").await.starts_with("HTTP/1.1 200"));
}

/// What a node answers to raw bytes, until it closes or nothing more comes for a while.
fn raw(node: &http_support::Node, bytes: &str) -> (String, bool) {
    use std::io::{Read as _, Write as _};
    let mut stream = std::net::TcpStream::connect(node.url.trim_start_matches("http://")).unwrap();
    stream.set_read_timeout(Some(SHORT)).unwrap();
    let _ = stream.write_all(bytes.as_bytes());
    let (mut text, mut piece) = (Vec::new(), [0; 4096]);
    loop {
        match stream.read(&mut piece) {
            Ok(0) => return (String::from_utf8(text).unwrap(), true),
            Ok(read) => text.extend(&piece[..read]),
            Err(error) => {
                let closed = error.kind() == std::io::ErrorKind::ConnectionReset;
                return (String::from_utf8(text).unwrap(), closed);
            }
        }
    }
}

/// HTTP-24.
#[test]
fn a_request_that_is_hidden_in_another_is_never_answered() {
    let node = http_support::Node::start();
    let hidden = "GET /v1/hidden HTTP/1.1\r\nHost: a\r\n\r\n";
    let both = format!("Content-Length: {}", 5 + hidden.len());
    for head in [
        format!("{both}\r\nTransfer-Encoding: chunked"),
        format!("Transfer-Encoding: chunked\r\n{both}"),
        "Transfer-Encoding: chunked".to_owned(),
        "Transfer-Encoding: gzip, chunked".to_owned(),
        "Transfer-Encoding: identity".to_owned(),
        "Transfer-Encoding: xchunked".to_owned(),
        "Transfer-Encoding : chunked".to_owned(),
        "Transfer-Encoding:\tchunked".to_owned(),
        "Transfer-Encoding:\r\n chunked".to_owned(),
        "X: a\r\n Transfer-Encoding: chunked".to_owned(),
        format!("Content-Length: 5\r\n{both}"),
        format!("{both}\r\nContent-Length: 5"),
        "Content-Length : 5".to_owned(),
        "Content-Length: +5".to_owned(),
        "Content-Length: 5, 5".to_owned(),
        "Content-Length: 0x5".to_owned(),
        "Content-Length: -1".to_owned(),
        "Content-Length: 99999999999999999999999".to_owned(),
    ] {
        let (answer, closed) =
            raw(&node, &format!("POST /v1/orders HTTP/1.1\r\nHost: a\r\n{head}\r\n\r\n0\r\n\r\n{hidden}"));
        assert!(answer.starts_with("HTTP/1.1 400"), "{head:?}: {answer}");
        assert_eq!(answer.matches("HTTP/1.1").count(), 1, "{head:?}: {answer}");
        assert!(closed, "{head:?} leaves its connection open");
    }
}

/// The control: what stands behind the end that is said is the next request, and is answered.
#[test]
fn control_a_second_request_on_the_connection_is_answered() {
    let node = http_support::Node::start();
    let hidden = "GET /v1/hidden HTTP/1.1\r\nHost: a\r\n\r\n";
    let (answer, closed) =
        raw(&node, &format!("POST /v1/orders HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n0\r\n\r\n{hidden}"));
    assert_eq!(answer.matches("HTTP/1.1").count(), 2, "{answer}");
    assert!(answer.contains("bad-encoding") && answer.contains("not-found"), "{answer}");
    assert!(!closed);
}

/// HTTP-3. 100,000 brackets would overflow the stack of a reader that goes down for each.
#[test]
fn json_however_deep_is_refused_where_it_goes_wrong() {
    let node = http_support::Node::start();
    let till = node.till("counter", &["grant", "redeem"]);
    for opening in ["[", "{\"reference\":", "[{\"points\":"] {
        for path in ["/v1/orders", "/v1/grants", "/v1/checkouts"] {
            for depth in [1, 15, 16, 17, 127, 128, 129, 1000] {
                let headers = [http_support::bearer(&till)];
                let reply = node.call("POST", path, &headers, Some(opening.repeat(depth).as_bytes()));
                assert_eq!(reply.problem(), "bad-encoding", "{depth} of {opening}: {reply:?}");
            }
            let body = opening.repeat(100_000).chars().take(200_000).collect::<String>();
            let length = body.len();
            let (answer, closed) =
                raw(&node, &format!("POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n{body}"));
            // A reset may overtake the answer.
            assert!(answer.is_empty() || answer.contains("bad-encoding"), "{answer}");
            assert!(closed);
        }
    }
}

/// HTTP-29: the answer comes although the rest of the body does not.
#[test]
fn a_body_that_is_too_deep_is_refused_before_it_has_arrived() {
    let node = http_support::Node::start();
    let begun = |body: &str| format!("POST /v1/orders HTTP/1.1\r\nHost: a\r\nContent-Length: 400000\r\n\r\n{body}");
    for opening in ["[", "{", "[{\"a\\\"[\":"] {
        let (answer, _) = raw(&node, &begun(&opening.repeat(17)));
        assert!(answer.starts_with("HTTP/1.1 400") && answer.contains("less deep"), "{opening}: {answer}");
    }
    // The control: one that may still become good is waited for.
    let (answer, closed) = raw(&node, &begun(&"[".repeat(16)));
    assert!(answer.is_empty() && !closed, "{answer}");
}

/// HTTP-29: brackets in a text are only text.
#[test]
fn brackets_in_a_text_are_not_deep() {
    let node = http_support::Node::start();
    let till = node.till("counter", &["grant"]);
    let reference = "[{\\\"".repeat(40);
    let reply = node.post("/v1/grants", &till, &serde_json::json!({ "points": 1, "reference": reference }));
    assert_eq!(reply.status, 201, "{reply:?}");
}

/// HTTP-28: sixty-four bodies of the longest length, none of which goes on, are all that there is room for.
#[test]
fn bodies_that_do_not_arrive_make_room_for_one_that_does() {
    use std::io::{Read as _, Write as _};
    let node = http_support::Node::start();
    let address = node.url.trim_start_matches("http://");
    let dawdle = || {
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        stream.write_all(b"POST /v1/probes HTTP/1.1\r\nHost: a\r\nContent-Length: 262144\r\n\r\n ").unwrap();
        stream.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
        stream
    };
    // A closed one reads as ended, or as reset; what waits in vain until its time is over is answered.
    let mut gone = 0;
    let mut dawdlers: Vec<_> = (0..66).map(|_| dawdle()).collect();
    let begun = std::time::Instant::now();
    while gone < 2 {
        assert!(begun.elapsed() < LONG, "{gone} had to go");
        dawdlers.retain_mut(|stream| match stream.read(&mut [0; 16]) {
            Ok(0) => {
                gone += 1;
                false
            }
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => {
                gone += 1;
                false
            }
            Ok(_) => panic!("the node answered a body that did not come"),
            Err(_) => true,
        });
    }
    let reply = node.post_open("/v1/orders", &serde_json::json!({ "order": "A" }));
    assert_eq!(reply.problem(), "bad-encoding", "{reply:?}");
}

/// HTTP-28: an order that waits for witnesses that do not answer may wait for long, and anybody can make one over coins that
/// do not exist, with a long body of blanks. It holds no room for it.
#[test]
fn long_bodies_whose_orders_wait_for_witnesses_keep_no_other_body_out() {
    use std::io::Write as _;
    let node = http_support::Node::start();
    let address = node.url.trim_start_matches("http://");
    let closed = std::sync::Arc::clone(&node.desk.gate).try_acquire_owned().unwrap();
    let mut body = http_support::orders::swap(&node, 1).body().to_string();
    body.push_str(&" ".repeat(440_000 - body.len()));
    let head = format!("POST /v1/orders HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n", body.len());
    let mut waiting = Vec::new();
    // Thirty-nine of these bodies are more than there is room for.
    for number in 1..=39 {
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(body.as_bytes()).unwrap();
        waiting.push(stream);
        assert!(node.desk.have_come(number, LONG), "the order of body {number} is not brought");
    }
    let reply = node.post_open("/v1/probes", &serde_json::json!({ "probe": "A" }));
    assert_eq!(reply.problem(), "bad-encoding", "{reply:?}");
    drop(closed);
}

/// A connection from an address of this machine.
async fn connect_from(from: &str, to: SocketAddr, bytes: &[u8]) -> TcpStream {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::new(from.parse().unwrap(), 0)).unwrap();
    let mut stream = socket.connect(to).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    stream
}

/// HTTP-30.
#[tokio::test]
async fn who_holds_most_places_comes_back_one_by_one_and_others_at_once() {
    let limits = ServeLimits { connections: 3, newcomers: 1, newcomer_interval: LONG * 10, ..patient() };
    let address = open(good(), limits).await;
    let mut dawdlers = Vec::new();
    for _ in 0..3 {
        dawdlers.push(connect_from("127.0.0.66", address, b"GET /good HTTP/1.1\r\nX-Slow: ").await);
    }
    for _ in 0..2 {
        let mut back = connect_from("127.0.0.66", address, GOOD).await;
        assert!(read_to(&mut back, "good").await.starts_with("HTTP/1.1 200"));
        dawdlers.push(back);
    }
    let mut third = connect_from("127.0.0.66", address, GOOD).await;
    let early = tokio::time::timeout(SHORT, third.read_u8()).await;
    assert!(early.is_err(), "{early:?}");
    for _ in 0..6 {
        let mut other = connect_from("127.0.0.67", address, GOOD).await;
        assert!(read_to(&mut other, "good").await.starts_with("HTTP/1.1 200"));
    }
}

/// HTTP-30
#[test]
fn bodies_of_an_address_that_has_most_of_their_room_come_in_one_by_one_and_those_of_others_at_once() {
    let limits = ServeLimits { bodies: 100, newcomers: 1, newcomer_interval: LONG * 10, ..patient() };
    let node = http_support::Node::start_within(limits, Default::default());
    let address = node.url.trim_start_matches("http://").parse().unwrap();
    let head = "POST /v1/probes HTTP/1.1\r\nHost: a\r\nContent-Length: 30\r\n\r\n";
    let whole = format!("{head}{:30}", r#"{"probe":"A"}"#);
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let (ended, mut ends) = mpsc::unbounded_channel();
        for _ in 0..5 {
            let (ended, mut dawdler) = (ended.clone(), connect_from("127.0.0.66", address, head.as_bytes()).await);
            tokio::spawn(async move {
                let answer = read_to(&mut dawdler, "never").await;
                ended.send(answer).unwrap();
            });
        }
        // Three have room.
        for _ in 0..2 {
            assert_eq!(tokio::time::timeout(LONG, ends.recv()).await.unwrap(), Some(String::new()));
        }
        let mut sixth = connect_from("127.0.0.66", address, whole.as_bytes()).await;
        let early = tokio::time::timeout(SHORT, sixth.read_u8()).await;
        assert!(early.is_err(), "{early:?}");
        let mut other = connect_from("127.0.0.67", address, whole.as_bytes()).await;
        assert!(read_to(&mut other, "bad-encoding").await.starts_with("HTTP/1.1 400"));
        assert_eq!(tokio::time::timeout(LONG, ends.recv()).await.unwrap(), Some(String::new()));
    });
}

/// HTTP-30: while the node is at work for all who are in, those who wait to come in have a socket each, so they stay in the
/// line, and whoever comes when that is full is closed.
#[tokio::test]
async fn who_waits_to_come_in_is_in_the_line_until_there_is_a_place() {
    const IN_LINE: usize = 256;
    let (begun, mut at_work) = mpsc::unbounded_channel::<oneshot::Sender<()>>();
    let work = move || {
        let begun = begun.clone();
        async move {
            let (done, wait) = oneshot::channel();
            begun.send(done).unwrap();
            drop(wait.await);
            "worked"
        }
    };
    let limits = ServeLimits { connections: 3, newcomers: 1000, newcomer_interval: Duration::ZERO, ..patient() };
    let address = open(good().route("/work", get(work)), limits).await;
    let (mut busy, mut ends) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        busy.push(connect(address, b"GET /work HTTP/1.1\r\nHost: a\r\n\r\n").await);
        ends.push(at_work.recv().await.unwrap());
    }
    let mut line = Vec::new();
    for _ in 0..IN_LINE {
        line.push(connect(address, GOOD).await);
    }
    let mut beyond = connect(address, GOOD).await;
    assert_eq!(read_to(&mut beyond, "never").await, "");
    ends.clear();
    for mut stream in line {
        assert!(read_to(&mut stream, "good").await.starts_with("HTTP/1.1 200"));
    }
}
