//! What strangers do to a node: floods, and a node that nobody knows.

use std::fs::OpenOptions;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::chaos::chance::Chance;
use crate::chaos::founding::STRANGER;
use crate::chaos::schedule::{Fault, Planned};
use crate::chaos::shops::spawn;
use crate::chaos::world::World;
use crate::demo::node::first_line;

/// Between two volleys of datagrams: floods must not leave the machine without time for the nodes.
const BREATH: Duration = Duration::from_millis(2);
/// Datagrams in a volley.
const VOLLEY: usize = 8;
/// HTTP connections that are held open at once.
const HELD: usize = 400;
/// Bytes of a huge head or body; the node must refuse it long before.
const HUGE: usize = 64 << 20;
/// How long the stranger's node may take to say that it is ready.
const STRANGER_START: Duration = Duration::from_secs(15);
/// How much longer the stranger goes on if nobody has refused it yet, as other faults may keep everybody from it.
const STRANGER_MORE: Duration = Duration::from_secs(30);
/// What the stranger's node says if a witness refuses its key.
const STRANGER_REFUSED: &str = "refuses this node's key";

/// One attack, for its time.
pub fn play(world: &World<'_>, planned: &Planned) -> Result<(), String> {
    let until = Instant::now() + planned.length;
    let going = || Instant::now() < until && !world.is_over();
    let own = |place: &usize| world.shops.get(*place).map(|shop| shop.own()).ok_or("no such node".to_owned());
    let mut chance = world.chance(&format!("attack {:?}", planned.start));
    let failed = |error: std::io::Error| format!("an attack can't be made: {error}");
    match &planned.fault {
        Fault::Rubbish(place) => {
            let socket = socket(world).map_err(failed)?;
            let (quic, _) = own(place)?;
            while going() {
                for _ in 0..VOLLEY {
                    let length = usize::try_from(chance.between(1, 1452)).unwrap_or(1);
                    let _ = socket.send_to(&chance.rubbish(length), quic);
                }
                std::thread::sleep(BREATH);
            }
            Ok(())
        }
        Fault::Replay(place) => replay(world, own(place)?.0, *place, going).map_err(failed),
        Fault::Connections(place) => {
            connections(own(place)?.1, going);
            Ok(())
        }
        Fault::Huge(place) => {
            huge(own(place)?.1, &mut chance, going);
            Ok(())
        }
        Fault::Stranger => stranger(world, until),
        _ => Ok(()),
    }
}

fn socket(world: &World<'_>) -> std::io::Result<UdpSocket> {
    let ip = world.relay.doors.first().map(SocketAddr::ip).ok_or_else(|| std::io::Error::other("no relay"))?;
    UdpSocket::bind((ip, 0))
}

/// Datagrams that passed lately, beginnings of connections among them, from ever new sources.
fn replay(world: &World<'_>, node: SocketAddr, place: usize, going: impl Fn() -> bool) -> std::io::Result<()> {
    while going() {
        let source = socket(world)?;
        for datagram in world.relay.overheard(place) {
            let _ = source.send_to(&datagram, node);
        }
        std::thread::sleep(BREATH * 8);
    }
    Ok(())
}

/// Half a request on each of many connections.
fn connections(node: SocketAddr, going: impl Fn() -> bool) {
    let mut held = Vec::new();
    while going() {
        if held.len() == HELD {
            held.remove(0);
        }
        if let Ok(mut stream) = TcpStream::connect_timeout(&node, Duration::from_millis(500)) {
            let _ = stream.write_all(b"POST /v1/orders HTTP/1.1\r\nHost: node\r\nContent-Le");
            held.push(stream);
        }
        std::thread::sleep(BREATH * 4);
    }
}

/// Heads and bodies that never end.
fn huge(node: SocketAddr, chance: &mut Chance, going: impl Fn() -> bool) {
    while going() {
        let Ok(mut stream) = TcpStream::connect_timeout(&node, Duration::from_millis(500)) else {
            std::thread::sleep(BREATH * 50);
            continue;
        };
        let _ = stream.set_write_timeout(Some(Duration::from_millis(500)));
        let _ = stream.set_read_timeout(Some(Duration::from_millis(100)));
        let begin = match chance.below(3) {
            0 => "GET /v1/status HTTP/1.1\r\nHost: node\r\nX-Long: ".to_owned(),
            1 => format!("POST /v1/orders HTTP/1.1\r\nHost: node\r\nContent-Length: {HUGE}\r\n\r\n"),
            _ => "POST /v1/grants HTTP/1.1\r\nHost: node\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFF\r\n".to_owned(),
        };
        let mut sent = 0;
        let mut open = stream.write_all(begin.as_bytes()).is_ok();
        while open && sent < HUGE && going() {
            open = stream.write_all(&[b'['; 16 * 1024]).is_ok();
            sent += 16 * 1024;
        }
        let _ = stream.read(&mut [0; 512]);
        std::thread::sleep(BREATH * 10);
    }
}

/// A node with a key that no charter of the others lists, and with everything else as it should be. It asks all
/// witnesses for its feed every two seconds; it must be refused, and not get one answer.
fn stranger(world: &World<'_>, until: Instant) -> Result<(), String> {
    let log = world.ronde.home().join(STRANGER).join("node.log");
    let before = std::fs::metadata(&log).map_or(0, |about| about.len());
    let writes = OpenOptions::new().create(true).append(true).open(&log).map_err(|error| error.to_string())?;
    let mut command = world.ronde.command(&["node", "--config", &format!("{STRANGER}/ronde.toml")]);
    // Why nobody answers is told there.
    command.env("RONDE_HTTP_LISTEN", "127.0.0.1:0").env("RONDE_LOG_LEVEL", "debug");
    command.stdout(Stdio::piped()).stderr(writes);
    let mut child = spawn(command)?;
    let http = child.stdout.take().and_then(|stdout| {
        // A node that says nothing must not hold up the run: it is told at the end.
        let line = first_line(stdout, STRANGER_START).ok()?;
        line.split_whitespace().find_map(|word| word.strip_prefix("http=")?.parse::<SocketAddr>().ok())
    });
    let going = |until| Instant::now() < until && !world.is_over();
    while going(until) || (going(until + STRANGER_MORE) && refusals(&log, before) == 0) {
        std::thread::sleep(Duration::from_millis(100));
    }
    let status = http.and_then(|http| crate::demo::http::get(http, "/v1/status", None).ok());
    let _ = child.kill();
    let _ = child.wait();
    let witnesses = status.as_ref().and_then(|status| status.pointer("/witnesses")?.as_array());
    let up = witnesses.map(|all| all.iter().filter(|one| one.pointer("/up").is_some_and(|up| up == true)).count());
    let refused = refusals(&log, before);
    world.history.event("stranger", json!({ "reached": up, "refused": refused, "log_from": before }))?;
    match up {
        // Towards the end of a run others' faults may have kept everybody from it.
        Some(0) if refused > 0 || world.is_over() => Ok(()),
        Some(0) => Err("no witness refused a node whose key their charter does not list: it came to none".to_owned()),
        Some(reached) => Err(format!("{reached} witnesses talk to a node whose key their charter does not list")),
        None => Err("the stranger's node did not say how it is".to_owned()),
    }
}

/// How often its log, from a place on, says that a witness refused it.
fn refusals(log: &Path, from: u64) -> usize {
    let text = std::fs::read(log).unwrap_or_default();
    let said = text.get(usize::try_from(from).unwrap_or(usize::MAX)..).unwrap_or_default();
    String::from_utf8_lossy(said).matches(STRANGER_REFUSED).count()
}
