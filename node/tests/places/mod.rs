//! Where nodes listen that are stopped and started again.

use std::io::ErrorKind;
use std::net::{TcpListener, UdpSocket};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU16, Ordering};

/// Ports that are this process's until it ends, by a socket on each at an address where no node listens.
static KEPT: Mutex<Vec<TcpListener>> = Mutex::new(Vec::new());

/// An address whose port is free for TCP and UDP. A node is killed and started on it again and again, so it lies below the
/// ports that the system gives to whoever asks for any: there an outgoing connection could take it in between. Nor does
/// another test process take it meanwhile, though it is free whenever the node is down.
pub fn free_place() -> String {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = u16::try_from(std::process::id() % 600).unwrap() * 20;
    let mut ports = std::iter::repeat_with(|| 20_000 + (first + NEXT.fetch_add(1, Ordering::Relaxed)) % 12_000);
    let port = ports.by_ref().take(12_000).find(|port| is_free(*port) && keep(*port)).expect("a free port");
    format!("127.0.0.1:{port}")
}

fn is_free(port: u16) -> bool {
    TcpListener::bind(("127.0.0.1", port)).is_ok() && UdpSocket::bind(("127.0.0.1", port)).is_ok()
}

/// False if another process has kept it. Where there is one loopback address only, nothing can be kept.
fn keep(port: u16) -> bool {
    match TcpListener::bind(("127.0.0.2", port)) {
        Ok(kept) => {
            KEPT.lock().unwrap().push(kept);
            true
        }
        Err(error) => error.kind() != ErrorKind::AddrInUse,
    }
}
