//! A recorder on TCP: whoever connects to it is carried to where it leads, and what comes back is recorded.

use std::net::{IpAddr, SocketAddr};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket};

use super::tape::Tape;

/// Which way leaves the node.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Leaving {
    /// The node was called: its answers.
    Answers,
    /// The node calls.
    Calls,
}

/// A recorder's place, and what it is called.
pub struct Relay {
    pub at: SocketAddr,
    pub to: SocketAddr,
    /// Whose address the node sees.
    pub from: Option<IpAddr>,
    pub channel: &'static str,
    pub leaving: Leaving,
}

/// Carries for as long as the runtime lives.
pub async fn carry(relay: Relay, tape: Tape) {
    let listener = TcpListener::bind(relay.at).await.unwrap();
    loop {
        let (near, _) = listener.accept().await.unwrap();
        let (tape, to, from) = (tape.clone(), relay.to, relay.from);
        let (channel, leaving) = (relay.channel, relay.leaving);
        tokio::spawn(async move {
            let socket = TcpSocket::new_v4().unwrap();
            if let Some(from) = from {
                socket.bind((from, 0).into()).unwrap();
            }
            // Whoever is not there hangs up on who calls.
            let Ok(far) = socket.connect(to).await else { return };
            let (near, far) = (near.into_split(), far.into_split());
            let piece = tape.piece(channel);
            let kept = |way| (way == leaving).then(|| (tape.clone(), piece));
            tokio::join!(
                pass(near.0, far.1, channel, kept(Leaving::Calls)),
                pass(far.0, near.1, channel, kept(Leaving::Answers))
            );
        });
    }
}

async fn pass(
    mut from: tokio::net::tcp::OwnedReadHalf,
    mut to: tokio::net::tcp::OwnedWriteHalf,
    channel: &str,
    kept: Option<(Tape, usize)>,
) {
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(count) = from.read(&mut buffer).await {
        if let Some((tape, piece)) = &kept {
            tape.add(channel, *piece, &buffer[..count]);
        }
        // Recorded before it is passed on; whoever took no more is no reason not to read the rest.
        if count == 0 {
            break;
        }
        let _ = to.write_all(&buffer[..count]).await;
    }
    let _ = to.shutdown().await;
}
