//! Delivers datagrams when their time has come.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::net::{SocketAddr, UdpSocket};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::locked;

/// A datagram on its way.
struct Letter {
    due: Instant,
    /// What came first goes first, if both are due at once.
    number: u64,
    bytes: Vec<u8>,
    socket: Arc<UdpSocket>,
    to: SocketAddr,
}

impl PartialEq for Letter {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Letter {}

impl PartialOrd for Letter {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Letter {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.due, self.number).cmp(&(other.due, other.number))
    }
}

#[derive(Default)]
struct Bag {
    letters: BinaryHeap<Reverse<Letter>>,
    sent: u64,
    ended: bool,
}

/// A thread that holds datagrams back.
pub struct Courier(Arc<(Mutex<Bag>, Condvar)>);

impl Courier {
    pub fn start() -> Self {
        let shared = Arc::new((Mutex::new(Bag::default()), Condvar::new()));
        let own = Arc::clone(&shared);
        std::thread::spawn(move || deliver(&own));
        Self(shared)
    }

    pub fn send(&self, after: Duration, bytes: Vec<u8>, socket: Arc<UdpSocket>, to: SocketAddr) {
        if after.is_zero() {
            // A datagram that can't be sent is a lost one.
            let _ = socket.send_to(&bytes, to);
            return;
        }
        let mut bag = locked(&self.0.0);
        bag.sent += 1;
        let letter = Letter { due: Instant::now() + after, number: bag.sent, bytes, socket, to };
        bag.letters.push(Reverse(letter));
        self.0.1.notify_one();
    }

    pub fn end(&self) {
        locked(&self.0.0).ended = true;
        self.0.1.notify_one();
    }
}

fn deliver(shared: &(Mutex<Bag>, Condvar)) {
    let mut bag = locked(&shared.0);
    while !bag.ended {
        let now = Instant::now();
        let wait = bag.letters.peek().map(|Reverse(next)| next.due.saturating_duration_since(now));
        bag = match wait {
            Some(Duration::ZERO) => {
                if let Some(Reverse(letter)) = bag.letters.pop() {
                    let _ = letter.socket.send_to(&letter.bytes, letter.to);
                }
                bag
            }
            Some(wait) => shared.1.wait_timeout(bag, wait).unwrap_or_else(PoisonError::into_inner).0,
            None => shared.1.wait(bag).unwrap_or_else(PoisonError::into_inner),
        };
    }
}
