//! The frame layer over real QUIC: streams that are cut, reset, stopped, empty, too long or whole, many at a time.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::sync::Arc;

use quinn::{Connection, Endpoint, RecvStream, SendStream};
use ronde_node::transport::{ALPN, AllowList, Handler, HandlerFuture, Identity, Listener, ListenerConfig, NodeKey};
use tokio::runtime::{Builder, Runtime};

use crate::{
    choices::Choices,
    raw_quic::{client, raw_key},
};

/// Longest frame of this listener: short, so that a fuzzer gets past it.
const MAX_FRAME: usize = 300;
/// Streams of one input.
const MAX_STREAMS: usize = 8;
/// First byte of a request whose answer is empty, which can't be sent.
const EMPTY: u8 = 1;
/// First byte of a request whose answer is too long, which can't be sent either.
const LONG: u8 = 2;
const SERVER: [u8; 32] = [1; 32];
const CLIENT: [u8; 32] = [2; 32];

thread_local! {
    static LINE: RefCell<Option<Line>> = const { RefCell::new(None) };
}

/// Answers with what it was asked, but for two first bytes.
struct Echo;

impl Handler for Echo {
    fn handle(&self, _: NodeKey, request: Vec<u8>) -> HandlerFuture<'_> {
        assert!(!request.is_empty() && request.len() <= MAX_FRAME, "a frame that is none reached the handler");
        Box::pin(async move {
            match request.first() {
                Some(&EMPTY) => Vec::new(),
                Some(&LONG) => vec![0; MAX_FRAME + 1],
                _ => request,
            }
        })
    }
}

/// A listener and one connection to it, which must outlive whatever its streams do.
struct Line {
    runtime: Runtime,
    connection: Connection,
    _endpoint: Endpoint,
}

impl Line {
    fn open() -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let (endpoint, connection) = runtime.block_on(async {
            let identity = Identity::from_seed(SERVER).expect("a key");
            let friend = Identity::from_seed(CLIENT).expect("a key").public_key();
            let config = ListenerConfig { max_frame: MAX_FRAME, requests_per_peer: 4, ..ListenerConfig::default() };
            let any = SocketAddr::from(([127, 0, 0, 1], 0));
            let listener = Listener::bind(any, &identity, Arc::new(AllowList::new([friend])), config);
            let listener = listener.expect("a free port");
            let address = listener.local_addr().expect("bound");
            tokio::spawn(listener.serve(Arc::new(Echo), std::future::pending()));
            let endpoint = Endpoint::client(any).expect("a free port");
            let dialled = endpoint.connect_with(client(raw_key(CLIENT), ALPN), address, "ronde").expect("a good name");
            (endpoint, dialled.await.expect("a known key"))
        });
        Self { runtime, connection, _endpoint: endpoint }
    }
}

/// What became of the sending side of a stream.
enum Sent {
    /// These bytes, and the end.
    Whole(Vec<u8>, RecvStream),
    /// Anything else: no answer may come.
    Cut(RecvStream),
    /// Perhaps whole, but the answer is not wanted.
    Unread,
}

/// Each stream takes a few bytes.
///
/// # Panics
/// If half a frame is taken for one, an answer is not the request's, or one stream hurts another or the connection.
pub fn quic_frames(data: &[u8]) {
    LINE.with_borrow_mut(|line| {
        // An idle connection is dropped, as it should be: a fuzzer may pause.
        if line.as_ref().is_some_and(|line| line.connection.close_reason().is_some()) {
            *line = None;
        }
        let line = line.get_or_insert_with(Line::open);
        line.runtime.block_on(play(&line.connection, &mut Choices::new(data)));
    });
}

async fn play(connection: &Connection, choices: &mut Choices<'_>) {
    let mut sent = Vec::new();
    for _ in 0..MAX_STREAMS {
        if choices.is_over() {
            break;
        }
        let (sending, receiving) = connection.open_bi().await.expect("the connection stands");
        sent.push(send(sending, receiving, choices).await);
    }
    for stream in sent {
        match stream {
            Sent::Whole(frame, mut receiving) => {
                let answer = receiving.read_to_end(2 * MAX_FRAME).await;
                let good = (1..=MAX_FRAME).contains(&frame.len()) && !matches!(frame.first(), Some(&(EMPTY | LONG)));
                match answer {
                    Ok(answer) => assert!(good && answer == frame, "an answer to {} bytes that is none", frame.len()),
                    Err(_) => assert!(!good, "a whole frame of {} bytes was not answered", frame.len()),
                }
            }
            Sent::Cut(mut receiving) => {
                let answer = receiving.read_to_end(2 * MAX_FRAME).await;
                assert!(answer.is_err(), "half a frame was answered");
            }
            Sent::Unread => {}
        }
    }
    let (mut sending, mut receiving) = connection.open_bi().await.expect("the connection stands");
    sending.write_all(b"still there?").await.expect("the connection stands");
    sending.finish().expect("not closed");
    assert!(receiving.read_to_end(MAX_FRAME).await.expect("an answer") == b"still there?");
}

/// Sends some bytes in some pieces and ends in some way.
async fn send(mut sending: SendStream, mut receiving: RecvStream, choices: &mut Choices<'_>) -> Sent {
    let mut frame = Vec::new();
    for _ in 0..choices.below(4) {
        let filler = vec![choices.byte(); usize::from(choices.byte()) * 2];
        let piece = [choices.bytes(16), &filler].concat();
        frame.extend(&piece);
        if sending.write_all(&piece).await.is_err() {
            assert!(frame.len() > MAX_FRAME, "the other side stopped reading at {} bytes", frame.len());
            return Sent::Cut(receiving);
        }
        if choices.one_in(4) {
            tokio::task::yield_now().await;
        }
    }
    match choices.below(8) {
        0 => {
            drop(sending.reset(choices.byte().into()));
            Sent::Cut(receiving)
        }
        1 => {
            drop(receiving.stop(choices.byte().into()));
            drop(sending.finish());
            Sent::Unread
        }
        _ => {
            drop(sending.finish());
            Sent::Whole(frame, receiving)
        }
    }
}
