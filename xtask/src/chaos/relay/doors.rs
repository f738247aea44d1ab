//! QUIC: where a node is called, and the sockets from which its callers' datagrams reach it.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::{Sender, Shared, Whose};

/// The largest datagram there is.
const LARGEST: usize = 65_535;
/// How often a waiting thread looks whether it is still needed.
const LOOK: Duration = Duration::from_millis(200);
/// A caller who is silent for so long, both ways, is forgotten. Longer than a connection lives without a word.
const SILENCE: Duration = Duration::from_secs(90);

struct Flow {
    from: Sender,
    socket: Arc<UdpSocket>,
    over: Arc<AtomicBool>,
}

/// Opens the door of a node; where it is.
pub fn open(
    shared: &Arc<Shared>,
    place: usize,
    ip: IpAddr,
    node: SocketAddr,
    whose: &Whose,
) -> std::io::Result<SocketAddr> {
    let door = Arc::new(UdpSocket::bind((ip, 0))?);
    door.set_read_timeout(Some(LOOK))?;
    let address = door.local_addr()?;
    let (shared, whose) = (Arc::clone(shared), Arc::clone(whose));
    std::thread::spawn(move || {
        let mut flows: HashMap<SocketAddr, Flow> = HashMap::new();
        let mut buffer = vec![0; LARGEST];
        while !shared.has_ended() {
            // A refusal here is about a caller who has gone: nobody to tell.
            let Ok((length, caller)) = door.recv_from(&mut buffer) else { continue };
            let bytes = buffer.get(..length).unwrap_or_default();
            flows.retain(|_, flow| !flow.over.load(Ordering::Relaxed));
            let flow = match flows.entry(caller) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(free) => match flow(&shared, (whose(caller), place), (&door, caller), node) {
                    Ok(flow) => free.insert(flow),
                    Err(_) => continue,
                },
            };
            shared.overhear(place, bytes);
            shared.carry((flow.from, Some(place)), bytes, &flow.socket, node);
        }
    });
    Ok(address)
}

/// A socket for what one caller sends to a node, and a thread for the answers.
fn flow(
    shared: &Arc<Shared>,
    (from, place): (Sender, usize),
    (door, caller): (&Arc<UdpSocket>, SocketAddr),
    node: SocketAddr,
) -> std::io::Result<Flow> {
    let socket = Arc::new(UdpSocket::bind((door.local_addr()?.ip(), 0))?);
    socket.set_read_timeout(Some(LOOK))?;
    let over = Arc::new(AtomicBool::new(false));
    let made = Flow { from, socket: Arc::clone(&socket), over: Arc::clone(&over) };
    let (shared, door) = (Arc::clone(shared), Arc::clone(door));
    std::thread::spawn(move || {
        let mut buffer = vec![0; LARGEST];
        let mut heard = Instant::now();
        while !shared.has_ended() && heard.elapsed() < SILENCE {
            match socket.recv_from(&mut buffer) {
                Ok((length, sender)) if sender == node => {
                    heard = Instant::now();
                    let bytes = buffer.get(..length).unwrap_or_default();
                    shared.carry((Some(place), from), bytes, &door, caller);
                }
                Err(error) if !matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                    // The node's port is shut: it is down. Looked at again soon.
                    std::thread::sleep(Duration::from_millis(1));
                }
                _ => {}
            }
        }
        over.store(true, Ordering::Relaxed);
    });
    Ok(made)
}
