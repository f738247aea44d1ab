//! Where nodes live: each in a network namespace of its own where that is allowed, else on loopback addresses; one of
//! them on a disk so small that it can be filled.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::demo::ronde::Ronde;

const QUIC: u16 = 7143;
const HTTP: u16 = 8143;
/// Ports that no outgoing connection is given: a node is started again and again on the same.
const PORTS: std::ops::Range<u16> = 20_000..32_000;
/// What the small disk holds, in MiB.
const SMALL_DISK: u64 = 96;
/// Free space in MiB below which nodes promise nothing new: a floor made for real disks is more than the small one holds.
pub const DISK_FLOOR: u64 = SMALL_DISK / 8;

/// Where one node is.
#[derive(Clone, Debug)]
pub struct Place {
    /// Its own addresses, which only the relay knows.
    pub quic: SocketAddr,
    pub http: SocketAddr,
    space: Option<String>,
}

impl Place {
    /// A command that runs in the node's place.
    pub fn command(&self, ronde: &Ronde, arguments: &[&str]) -> Command {
        let plain = ronde.command(arguments);
        let Some(space) = &self.space else { return plain };
        let mut command = Command::new("ip");
        command.args(["netns", "exec", space]).arg(plain.get_program()).args(plain.get_args());
        command.current_dir(ronde.home()).stdin(Stdio::null());
        for (name, value) in plain.get_envs() {
            if value.is_none() {
                command.env_remove(name);
            }
        }
        command
    }
}

/// How a small disk was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmallDisk {
    /// ext4 in a file.
    Loop,
    /// Memory.
    Tmpfs,
    /// Nothing may be mounted here.
    None,
}

/// All places; taken down with this value.
pub struct Ground {
    pub places: Vec<Place>,
    /// The relay's address, as nodes see it.
    pub relay: IpAddr,
    spaces: Vec<String>,
    mounts: Vec<PathBuf>,
}

impl Ground {
    /// Namespaces if possible, and not unwanted.
    pub fn make(nodes: usize, loopback: bool) -> std::io::Result<Self> {
        if !loopback {
            let mut ground = Self::bare(Ipv4Addr::LOCALHOST.into());
            if ground.make_spaces(nodes).is_ok() {
                return Ok(ground);
            }
        }
        let mut ground = Self::bare(Ipv4Addr::LOCALHOST.into());
        let first = u16::try_from(std::process::id() % 500).unwrap_or(0) * 20;
        let free = |port: &u16| {
            let any = (Ipv4Addr::LOCALHOST, *port);
            TcpListener::bind(any).is_ok() && UdpSocket::bind(any).is_ok()
        };
        let mut ports = PORTS.cycle().skip(usize::from(first)).take(PORTS.len()).filter(free);
        for _ in 0..nodes {
            let port = ports.next().ok_or_else(|| std::io::Error::other("no free ports"))?;
            let here = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
            ground.places.push(Place { quic: here, http: here, space: None });
        }
        Ok(ground)
    }

    fn bare(relay: IpAddr) -> Self {
        Self { places: Vec::new(), relay, spaces: Vec::new(), mounts: Vec::new() }
    }

    pub fn has_spaces(&self) -> bool {
        !self.spaces.is_empty()
    }

    /// One namespace for each node, tied to this one by a pair of virtual cables; the relay's address lies here.
    fn make_spaces(&mut self, nodes: usize) -> Result<(), String> {
        let own = std::process::id();
        let net = format!("10.{}.{}", 64 + own % 128, own / 128 % 256);
        for number in 1..=nodes {
            let space = format!("ronde-{own}-{number}");
            ip(&["netns", "add", &space])?;
            self.spaces.push(space.clone());
            let (here, there) = (format!("rc{own}h{number}"), format!("rc{own}n{number}"));
            ip(&["link", "add", &here, "type", "veth", "peer", "name", &there, "netns", &space])?;
            let (near, far) = (format!("{net}.{}", 4 * number + 1), format!("{net}.{}", 4 * number + 2));
            ip(&["address", "add", &format!("{near}/30"), "dev", &here])?;
            ip(&["link", "set", &here, "up"])?;
            ip(&["-n", &space, "address", "add", &format!("{far}/30"), "dev", &there])?;
            ip(&["-n", &space, "link", "set", &there, "up"])?;
            ip(&["-n", &space, "link", "set", "lo", "up"])?;
            ip(&["-n", &space, "route", "add", "default", "via", &near])?;
            let address = |port| format!("{far}:{port}").parse().map_err(|_| format!("{far} is no address"));
            self.places.push(Place { quic: address(QUIC)?, http: address(HTTP)?, space: Some(space) });
        }
        // Any address of this side will do; the first cable's.
        self.relay = format!("{net}.5").parse().map_err(|_| "no address for the relay".to_owned())?;
        Ok(())
    }

    /// Puts a small disk at a folder.
    pub fn small_disk(&mut self, folder: &Path, image: &Path) -> SmallDisk {
        let made = std::fs::File::create(image).and_then(|file| file.set_len(SMALL_DISK << 20)).is_ok();
        let (at, image) = (folder.to_string_lossy(), image.to_string_lossy());
        if made
            && quiet(&["mkfs.ext4", "-q", "-m", "0", &image]).is_ok()
            && quiet(&["mount", "-o", "loop", &image, &at]).is_ok()
        {
            self.mounts.push(folder.to_owned());
            return SmallDisk::Loop;
        }
        if quiet(&["mount", "-t", "tmpfs", "-o", &format!("size={SMALL_DISK}m"), "tmpfs", &at]).is_ok() {
            self.mounts.push(folder.to_owned());
            return SmallDisk::Tmpfs;
        }
        SmallDisk::None
    }

    /// Takes everything away that would outlive the run. Said aloud, since the relay's threads hold this a little longer
    /// than the run lasts.
    pub fn take_down(&mut self) {
        self.keep_disks();
        for space in self.spaces.drain(..) {
            // The cables go with it.
            let _ = ip(&["netns", "delete", &space]);
        }
    }

    /// Takes the small disk away, leaving a copy of what was on it in its place.
    fn keep_disks(&mut self) {
        for mount in self.mounts.drain(..) {
            let kept = mount.with_extension("kept");
            let copied = crate::demo::home::copy(&mount, &kept).is_ok();
            if quiet(&["umount", &mount.to_string_lossy()]).is_err() {
                let _ = quiet(&["umount", "-l", &mount.to_string_lossy()]);
            }
            if copied && std::fs::remove_dir(&mount).is_ok() {
                let _ = std::fs::rename(&kept, &mount);
            }
        }
    }

    /// Whose datagrams come from an address. On loopback all addresses are one, so the system is asked whose socket
    /// has the port.
    pub fn whose(&self, caller: SocketAddr, pids: &[Option<u32>]) -> Option<usize> {
        if self.has_spaces() {
            return self.places.iter().position(|place| place.quic.ip() == caller.ip());
        }
        pids.iter().position(|pid| pid.is_some_and(|pid| has_port(pid, caller.port())))
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        self.take_down();
    }
}

fn ip(arguments: &[&str]) -> Result<(), String> {
    quiet(&[&["ip"], arguments].concat())
}

fn quiet(words: &[&str]) -> Result<(), String> {
    let (program, arguments) = words.split_first().ok_or("nothing to run")?;
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("{program}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{}: {}", words.join(" "), String::from_utf8_lossy(&output.stderr).trim()))
}

/// Whether a process holds the UDP socket with this port.
fn has_port(pid: u32, port: u16) -> bool {
    let tables = ["/proc/net/udp", "/proc/net/udp6"].map(|path| std::fs::read_to_string(path).unwrap_or_default());
    let wanted = format!(":{port:04X}");
    let rows = tables.iter().flat_map(|table| table.lines().skip(1));
    let mut inodes = rows.filter_map(|row| {
        let mut cells = row.split_whitespace();
        cells.nth(1).filter(|local| local.ends_with(&wanted))?;
        cells.nth(7).map(|inode| format!("socket:[{inode}]"))
    });
    let held = |socket: String| {
        let open = std::fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
        open.filter_map(|entry| std::fs::read_link(entry.path()).ok()).any(|link| link.as_os_str() == socket.as_str())
    };
    inodes.any(held)
}
