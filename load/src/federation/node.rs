//! One `ronde node` process.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::Failed;

/// What is open is finished before a node ends.
const END: Duration = Duration::from_secs(12);
/// A node starts within a second; a machine that is busy gets more.
const START: Duration = Duration::from_secs(30);
const LOOK: Duration = Duration::from_millis(2);

/// A node, ended in order when this is dropped.
pub struct Node {
    child: Mutex<Child>,
    /// For tills and wallets.
    pub http: SocketAddr,
    /// Its till's.
    pub token: Arc<str>,
}

impl Node {
    /// Starts it and waits until it says that it is ready.
    pub fn start(mut command: Command, log: &Path, http: SocketAddr) -> Result<Self, Failed> {
        // A process group of its own: Ctrl-C is for whoever started it, who then ends it in order.
        command.process_group(0).stdout(Stdio::piped()).stderr(File::create(log)?);
        let node = Self { child: Mutex::new(command.spawn()?), http, token: "".into() };
        let stdout = node.child().stdout.take().ok_or("a node without standard output")?;
        let (told, tells) = channel();
        std::thread::spawn(move || {
            let (mut stdout, mut line) = (BufReader::new(stdout), String::new());
            let read = stdout.read_line(&mut line).map(|_| line);
            // Nobody hears of it if the node was given up.
            let _ = told.send((read, stdout.into_inner()));
        });
        let slow = |_| format!("a node is not ready after {} s: is the machine too busy?", START.as_secs());
        let (line, stdout) = tells.recv_timeout(START).map_err(slow)?;
        // Kept open, or what the node says later would have nowhere to go.
        node.child().stdout = Some(stdout);
        let line = line?;
        if line.starts_with("ready") {
            return Ok(node);
        }
        let said = std::fs::read_to_string(log)?;
        Err(format!("a node did not start, run it again if its port was taken: {line}{said}").into())
    }

    /// The number of its process.
    pub fn pid(&self) -> u32 {
        self.child().id()
    }

    /// Its address for wallets.
    pub fn base(&self) -> String {
        format!("http://{}", self.http)
    }

    /// Asks it to end.
    pub fn tell_to_end(&self) {
        let mut child = self.child();
        // Whose end was waited for, its number may be another's.
        if let Ok(None) = child.try_wait()
            && let Some(pid) = i32::try_from(child.id()).ok().and_then(Pid::from_raw)
        {
            // It fails if the node has ended by itself meanwhile.
            let _ = kill_process(pid, Signal::TERM);
        }
    }

    /// Kills it, and waits until it is gone.
    pub fn kill(&self) {
        let mut child = self.child();
        // It fails if the node has ended by itself.
        let _ = child.kill();
        let _ = child.wait();
    }

    fn child(&self) -> MutexGuard<'_, Child> {
        self.child.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let asked = Instant::now();
        self.tell_to_end();
        while asked.elapsed() < END {
            let ended = self.child().try_wait();
            match ended {
                Ok(None) => std::thread::sleep(LOOK),
                _ => return,
            }
        }
        self.kill();
    }
}
