//! A store: its node's process, and what its till and the auditor ask it.

use std::fs::OpenOptions;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use super::ground::Place;
use super::relay::locked;
use crate::demo::failure::Failure;
use crate::demo::http;
use crate::demo::ronde::Ronde;

/// How often a node that starts is looked at.
const LOOK: Duration = Duration::from_millis(50);

/// The processes of all nodes that run, by place.
pub type Pids = Arc<Mutex<Vec<Option<u32>>>>;

/// A store of the federation.
pub struct Shop {
    /// From 0; its number in the charter is one more.
    pub place: usize,
    /// Its folder, in the run's.
    pub folder: String,
    /// Where its node is.
    ground: Place,
    /// Where wallets and tills find it: the relay's gate.
    pub gate: SocketAddr,
    running: Mutex<Running>,
    pids: Pids,
    /// Whether its tills make no grants and open no checkouts now.
    pub closed: AtomicBool,
    /// Held by each till while it serves somebody.
    serving: RwLock<()>,
}

#[derive(Default)]
struct Running {
    child: Option<Child>,
    stopped: bool,
    /// What its clock is off by, in seconds.
    offset: i64,
    /// Times that it ended by itself.
    lost: Vec<String>,
}

/// The library that shows a process another time, if there is one.
pub fn faketime() -> Option<PathBuf> {
    let folders = std::fs::read_dir("/usr/lib").into_iter().flatten().flatten().map(|entry| entry.path());
    let folders = folders.chain([PathBuf::from("/usr/lib"), PathBuf::from("/usr/local/lib")]);
    folders.map(|folder| folder.join("faketime/libfaketimeMT.so.1")).find(|library| library.exists())
}

impl Shop {
    pub fn new(place: usize, ground: Place, gate: SocketAddr, pids: &Pids) -> Self {
        let folder = format!("store-{}", place + 1);
        let pids = Arc::clone(pids);
        Self {
            place,
            folder,
            ground,
            gate,
            running: Mutex::default(),
            pids,
            closed: AtomicBool::new(false),
            serving: RwLock::default(),
        }
    }

    pub fn number(&self) -> usize {
        self.place + 1
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.gate)
    }

    pub fn config(&self) -> String {
        format!("{}/ronde.toml", self.folder)
    }

    pub fn token(&self) -> String {
        format!("{}/secrets/till.token", self.folder)
    }

    /// The node's own addresses, which only the relay may use, and who attacks it.
    pub fn own(&self) -> (SocketAddr, SocketAddr) {
        (self.ground.quic, self.ground.http)
    }

    pub fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Relaxed)
    }

    /// A till begins to serve somebody, unless it is closed; it serves as long as this is held.
    pub fn serve(&self) -> Option<RwLockReadGuard<'_, ()>> {
        let serving = self.serving.read().unwrap_or_else(PoisonError::into_inner);
        (!self.is_closed()).then_some(serving)
    }

    /// Closes the tills, and waits until those who are being served have been.
    pub fn close(&self) {
        self.closed.store(true, Ordering::Relaxed);
        drop(self.serving.write().unwrap_or_else(PoisonError::into_inner));
    }

    /// Starts the node, unless it runs.
    pub fn start(&self, ronde: &Ronde) -> Result<(), String> {
        let mut running = locked(&self.running);
        notice(&mut running);
        if running.child.is_some() {
            return Ok(());
        }
        let config = self.config();
        let mut command = self.ground.command(ronde, &["node", "--config", &config]);
        if running.offset != 0 {
            let library = faketime().ok_or("there is no libfaketime")?;
            command.env("LD_PRELOAD", library).env("FAKETIME", format!("{:+}s", running.offset));
            command.env("FAKETIME_DONT_FAKE_MONOTONIC", "1").env("DONT_FAKE_MONOTONIC", "1");
        }
        let log = OpenOptions::new().create(true).append(true).open(ronde.home().join(&self.folder).join("node.log"));
        command.stdout(Stdio::null()).stderr(log.map_err(|error| error.to_string())?);
        let child = spawn(command)?;
        if let Some(pid) = locked(&self.pids).get_mut(self.place) {
            *pid = Some(child.id());
        }
        running.child = Some(child);
        running.stopped = false;
        Ok(())
    }

    /// kill -9.
    pub fn kill(&self) {
        let mut running = locked(&self.running);
        notice(&mut running);
        if let Some(mut child) = running.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// SIGSTOP.
    pub fn stop(&self) {
        self.signal(true);
    }

    /// SIGCONT.
    pub fn go_on(&self) {
        self.signal(false);
    }

    fn signal(&self, stop: bool) {
        let mut running = locked(&self.running);
        let pid = running.child.as_ref().and_then(|child| Pid::from_raw(i32::try_from(child.id()).ok()?));
        if let Some(pid) = pid {
            let _ = kill_process(pid, if stop { Signal::STOP } else { Signal::CONT });
            running.stopped = stop;
        }
    }

    /// What the clock of the node is off by from its next start on, in seconds.
    pub fn set_clock(&self, offset: i64) {
        locked(&self.running).offset = offset;
    }

    /// How it ended by itself, each time that it did; a node that did is not started again by this.
    pub fn lost(&self) -> Vec<String> {
        let mut running = locked(&self.running);
        notice(&mut running);
        running.lost.clone()
    }

    /// Asks the node something, through the relay.
    pub fn get(&self, path: &str, token: Option<&str>) -> Result<Value, Failure> {
        http::get(self.gate, path, token)
    }

    /// Waits until the node answers.
    pub fn wait(&self, patience: Duration) -> Result<(), String> {
        let begun = Instant::now();
        loop {
            match self.get("/v1/status", None) {
                Ok(_) => return Ok(()),
                Err(_) if begun.elapsed() < patience => std::thread::sleep(LOOK),
                Err(failure) => return Err(format!("store {} does not answer: {}", self.number(), failure.happened)),
            }
        }
    }
}

/// A process group of its own: Ctrl-C in the terminal is for the run, which then ends its nodes.
pub fn spawn(mut command: Command) -> Result<Child, String> {
    use std::os::unix::process::CommandExt as _;
    command.process_group(0).spawn().map_err(|error| format!("a node can't be started: {error}"))
}

/// A node that ended without being asked is remembered.
fn notice(running: &mut Running) {
    let ended = running.child.as_mut().and_then(|child| child.try_wait().ok().flatten());
    if let Some(status) = ended {
        running.lost.push(status.to_string());
        running.child = None;
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        self.kill();
    }
}
