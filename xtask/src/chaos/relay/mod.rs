//! Every datagram from node to node, and every HTTP call of a wallet or till, passes here.
//!
//! The charter gives the relay's addresses. A datagram that comes in at the door of a node goes out to that node from a
//! socket of its own for each caller, so that answers find their way back.

mod courier;
mod doors;
mod gate;
mod trace;
pub mod weather;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::chance::Chance;
use courier::Courier;
use weather::Weather;

/// Datagrams to a node that are remembered, to be sent again by an attacker.
const REMEMBERED: usize = 64;

/// Who sent a datagram: a node's place, or somebody else.
pub type Sender = Option<usize>;

/// Tells whose a caller's address is.
pub type Whose = Arc<dyn Fn(SocketAddr) -> Sender + Send + Sync>;

/// What was done with the datagrams of one direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub came: u64,
    pub cut: u64,
    pub lost: u64,
    pub twice: u64,
    pub late: u64,
    pub spoiled: u64,
}

/// All that doors, gates and the nemesis share.
pub struct Shared {
    weather: Mutex<Weather>,
    /// Directions in which nothing passes.
    cuts: Mutex<BTreeSet<(usize, usize)>>,
    /// HTTP calls, per thousand, whose connection breaks.
    breaking: AtomicU64,
    chance: Mutex<Chance>,
    counts: Mutex<BTreeMap<(Sender, Sender), Counts>>,
    overheard: Mutex<BTreeMap<usize, VecDeque<Vec<u8>>>>,
    courier: Courier,
    ended: AtomicBool,
}

/// The relay; ends with this value.
pub struct Relay {
    shared: Arc<Shared>,
    /// Where nodes are called, by their place: what the charter says.
    pub doors: Vec<SocketAddr>,
    /// Where wallets and tills call them.
    pub gates: Vec<SocketAddr>,
}

impl Relay {
    /// Opens a door and a gate for each of `nodes`, given as their own addresses for QUIC and HTTP. Doors are on `ip`.
    pub fn open(
        ip: IpAddr,
        nodes: &[(SocketAddr, SocketAddr)],
        whose: &Whose,
        seed: u64,
        trace: &Path,
    ) -> std::io::Result<Self> {
        let shared = Arc::new(Shared {
            weather: Mutex::default(),
            cuts: Mutex::default(),
            breaking: AtomicU64::new(0),
            chance: Mutex::new(Chance::new(seed, "relay")),
            counts: Mutex::default(),
            overheard: Mutex::default(),
            courier: Courier::start(),
            ended: AtomicBool::new(false),
        });
        trace::start(Arc::clone(&shared), trace)?;
        let (mut doors, mut gates) = (Vec::new(), Vec::new());
        for (place, (quic, http)) in nodes.iter().enumerate() {
            doors.push(doors::open(&shared, place, ip, *quic, whose)?);
            gates.push(gate::open(&shared, place, *http)?);
        }
        Ok(Self { shared, doors, gates })
    }

    /// Changes the mood of the network.
    pub fn weather(&self, weather: Weather) {
        *locked(&self.shared.weather) = weather;
    }

    /// Lets nothing pass in these directions, and everything in all others.
    pub fn cut(&self, cuts: BTreeSet<(usize, usize)>) {
        *locked(&self.shared.cuts) = cuts;
    }

    /// Breaks so many of a thousand HTTP calls.
    pub fn breaking(&self, per_mille: u64) {
        self.shared.breaking.store(per_mille, Ordering::Relaxed);
    }

    /// Datagrams that a node was sent of late.
    pub fn overheard(&self, place: usize) -> Vec<Vec<u8>> {
        locked(&self.shared.overheard).get(&place).map(|heard| heard.iter().cloned().collect()).unwrap_or_default()
    }

    /// What became of all datagrams so far.
    pub fn total(&self) -> Counts {
        locked(&self.shared.counts).values().fold(Counts::default(), |sum, one| sum.and(one))
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.shared.ended.store(true, Ordering::Relaxed);
        self.shared.courier.end();
        for gate in &self.gates {
            // Wakes the thread that waits for a call.
            let _ = std::net::TcpStream::connect(gate);
        }
    }
}

impl Counts {
    fn and(&self, other: &Self) -> Self {
        Self {
            came: self.came + other.came,
            cut: self.cut + other.cut,
            lost: self.lost + other.lost,
            twice: self.twice + other.twice,
            late: self.late + other.late,
            spoiled: self.spoiled + other.spoiled,
        }
    }
}

impl Shared {
    fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Relaxed)
    }

    /// Sends a datagram on, or not, as the network's mood is.
    fn carry(&self, way: (Sender, Sender), bytes: &[u8], socket: &Arc<UdpSocket>, to: SocketAddr) {
        let cut = matches!(way, (Some(from), Some(into)) if locked(&self.cuts).contains(&(from, into)));
        let weather = *locked(&self.weather);
        let fate = if cut { Vec::new() } else { weather.fate(&mut locked(&self.chance)) };
        {
            let mut counts = locked(&self.counts);
            let count = counts.entry(way).or_default();
            let of = |held: bool| u64::from(held);
            count.came += 1;
            count.cut += of(cut);
            count.lost += of(!cut && fate.is_empty());
            count.twice += of(fate.len() > 1);
            count.spoiled += of(fate.iter().any(|one| one.spoiled.is_some()));
            let usual = u128::from(weather.most);
            count.late += of(fate.iter().any(|one| one.after.as_millis() > usual));
        }
        for delivery in fate {
            let mut bytes = bytes.to_vec();
            if let Some(bit) = delivery.spoiled {
                weather::spoil(&mut bytes, bit);
            }
            self.courier.send(delivery.after, bytes, Arc::clone(socket), to);
        }
    }

    fn overhear(&self, place: usize, bytes: &[u8]) {
        let mut all = locked(&self.overheard);
        let heard = all.entry(place).or_default();
        if heard.len() == REMEMBERED {
            heard.pop_front();
        }
        heard.push_back(bytes.to_vec());
    }
}

/// What a thread that panicked left behind is as good as any.
pub fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
