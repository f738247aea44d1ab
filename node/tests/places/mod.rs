//! Where nodes listen that are stopped and started again.

use std::net::{TcpListener, UdpSocket};
use std::sync::atomic::{AtomicU16, Ordering};

/// An address whose port is free for TCP and UDP. A node is killed and started on it again and again, so it lies below the
/// ports that the system gives to whoever asks for any: there an outgoing connection could take it in between.
pub fn free_place() -> String {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = u16::try_from(std::process::id() % 600).unwrap() * 20;
    let mut places = std::iter::repeat_with(|| {
        let port = 20_000 + (first + NEXT.fetch_add(1, Ordering::Relaxed)) % 12_000;
        format!("127.0.0.1:{port}")
    });
    let free = |place: &String| TcpListener::bind(place).is_ok() && UdpSocket::bind(place).is_ok();
    places.by_ref().take(12_000).find(free).expect("a free port")
}
