//! Free ports in place of the README's.

use std::net::{TcpListener, UdpSocket};
use std::path::Path;
use std::time::{Duration, Instant};

/// The README's ports, without their last digit, which is the shop's number.
const QUIC: &str = "127.0.0.1:714";
const HTTP: &str = "127.0.0.1:814";
const SHOPS: u16 = 4;
/// Far longer than a node takes to start on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Tens of ports.
pub struct Ports {
    quic: u16,
    http: u16,
}

/// Tens of which 1 to 4 are free, below those that the system gives out by itself.
pub fn free() -> Ports {
    let offset = u16::try_from(std::process::id() % 900).unwrap();
    let free = |ten: &u16| {
        (1..=SHOPS).all(|shop| {
            let address = ("127.0.0.1", ten * 10 + shop);
            TcpListener::bind(address).is_ok() && UdpSocket::bind(address).is_ok()
        })
    };
    let mut tens = (1200 + offset..3200).filter(free);
    Ports { quic: tens.next().unwrap(), http: tens.next().unwrap() }
}

impl Ports {
    /// The line with these ports.
    pub fn instead(&self, line: &str) -> String {
        line.replace(QUIC, &format!("127.0.0.1:{}", self.quic)).replace(HTTP, &format!("127.0.0.1:{}", self.http))
    }

    /// Waits until the log of each node in this folder says that it is ready.
    pub fn await_ready(&self, folder: &Path) {
        let begun = Instant::now();
        let inside = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        for shop in inside.filter(|shop| shop.join("ronde.toml").exists()) {
            loop {
                let text = std::fs::read_to_string(shop.join("node.log")).unwrap_or_default();
                if text.lines().any(|line| line.starts_with("ready http=")) {
                    break;
                }
                assert!(begun.elapsed() < PATIENCE, "{} is not ready:\n{text}", shop.display());
                std::thread::sleep(Duration::from_millis(20));
            }
        }
    }
}
