//! HTTP: calls of wallets and tills, passed on byte by byte, some of them cut off.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::{Shared, locked};

/// How long a node may take to take a call.
const CONNECT: Duration = Duration::from_secs(2);
/// Longer than any call lasts.
const SILENCE: Duration = Duration::from_secs(120);

/// Where a call breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Break {
    /// The node never hears it.
    Before,
    /// The node hears it; after so many bytes of the answer the caller hears nothing more.
    Answer(usize),
}

/// Opens the gate of a node; where it is.
pub fn open(shared: &Arc<Shared>, place: usize, node: SocketAddr) -> std::io::Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;
    let shared = Arc::clone(shared);
    std::thread::Builder::new().name(format!("gate {place}")).spawn(move || {
        for call in listener.incoming() {
            if shared.has_ended() {
                return;
            }
            let Ok(call) = call else { continue };
            let breaks = fate(&shared);
            std::thread::spawn(move || pass(&call, node, breaks));
        }
    })?;
    Ok(address)
}

fn fate(shared: &Shared) -> Option<Break> {
    let mut chance = locked(&shared.chance);
    if !chance.happens(shared.breaking.load(Ordering::Relaxed)) {
        return None;
    }
    let bytes = usize::try_from(chance.below(300)).unwrap_or(0);
    Some(if chance.happens(300) { Break::Before } else { Break::Answer(bytes) })
}

fn pass(call: &TcpStream, node: SocketAddr, breaks: Option<Break>) {
    if breaks == Some(Break::Before) {
        return;
    }
    let Ok(onward) = TcpStream::connect_timeout(&node, CONNECT) else { return };
    let allowed = match breaks {
        Some(Break::Answer(bytes)) => bytes,
        _ => usize::MAX,
    };
    for stream in [call, &onward] {
        let _ = stream.set_read_timeout(Some(SILENCE));
        let _ = stream.set_nodelay(true);
    }
    std::thread::scope(|scope| {
        scope.spawn(|| copy(call, &onward, usize::MAX));
        copy(&onward, call, allowed);
        // The answer is whole, or cut off: either way the call is over.
        let _ = call.shutdown(Shutdown::Both);
        let _ = onward.shutdown(Shutdown::Both);
    });
}

/// Copies until either side ends, or so many bytes are through.
fn copy(mut from: &TcpStream, mut into: &TcpStream, mut allowed: usize) {
    let mut buffer = [0; 16 * 1024];
    while allowed > 0 {
        let Ok(length) = from.read(&mut buffer) else { return };
        let length = length.min(allowed);
        let bytes = buffer.get(..length).unwrap_or_default();
        if bytes.is_empty() || into.write_all(bytes).is_err() {
            break;
        }
        allowed -= length;
    }
    let _ = into.shutdown(Shutdown::Write);
}
