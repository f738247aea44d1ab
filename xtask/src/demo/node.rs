//! One `ronde node` process.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdout, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::failure::Failure;
use super::ronde::Ronde;
use super::shops::Shop;

/// A node must start within a second; a machine that is busy gets more.
const START: Duration = Duration::from_secs(15);
/// What is open is finished before a node ends.
const END: Duration = Duration::from_secs(10);

/// A process that is ended when this is dropped.
pub struct Node {
    shop: Shop,
    child: Child,
}

/// Why a node is not up.
pub enum Unready {
    /// Somebody else took its port in the meantime.
    PortTaken(Failure),
    Failed(Failure),
}

impl Node {
    /// Starts a node and waits until it says that it is ready. It logs into its folder.
    pub fn start(ronde: &Ronde, shop: Shop) -> Result<Self, Unready> {
        let failed = |happened: String| Unready::Failed(Failure::new(format!("the node of {shop} to start"), happened));
        let path = ronde.home().join(shop.log());
        let log =
            OpenOptions::new().create(true).append(true).open(&path).map_err(|error| failed(error.to_string()))?;
        let began = log.metadata().map_or(0, |about| about.len());
        let mut command = ronde.command(&["node", "--config", &shop.config()]);
        // A process group of its own: Ctrl-C in the terminal is for the demo, which then ends its nodes in good order.
        command.process_group(0).stdout(Stdio::piped()).stderr(log);
        let mut child = command.spawn().map_err(|error| failed(error.to_string()))?;
        let lines = child.stdout.take();
        let node = Self { shop, child };
        match lines.map(|lines| first_line(lines, START)) {
            Some(Ok(line)) if line.starts_with("ready") => Ok(node),
            Some(Err(RecvTimeoutError::Timeout)) => Err(failed(format!("it is not ready after {START:?}"))),
            _ => {
                let said = std::fs::read(&path).unwrap_or_default();
                let said = said.get(usize::try_from(began).unwrap_or(usize::MAX)..).unwrap_or_default();
                let said = String::from_utf8_lossy(said);
                let failure =
                    Failure::new(format!("the node of {shop} to start"), format!("it ended: {}", said.trim()));
                let taken = said.contains("cannot listen") || said.contains("Address already in use");
                Err(if taken { Unready::PortTaken(failure) } else { Unready::Failed(failure) })
            }
        }
    }

    pub fn shop(&self) -> Shop {
        self.shop
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Whether it ended by itself, and how.
    pub fn ended(&mut self) -> Option<String> {
        self.child.try_wait().ok().flatten().map(|status| status.to_string())
    }

    /// kill -9: nothing is finished, nothing is written.
    pub fn kill(mut self) -> Result<(), Failure> {
        let failed = |error: std::io::Error| Failure::new("to kill a node", error.to_string());
        self.child.kill().map_err(failed)?;
        self.child.wait().map(|_| ()).map_err(failed)
    }

    /// Asks it to end, without waiting.
    pub fn ask_to_end(&mut self) {
        // A child that was waited for is gone, and its number may be another process's.
        if self.ended().is_none() {
            let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
            let _ = pid.map(|pid| kill_process(pid, Signal::TERM));
        }
    }

    /// Waits until it has ended; false if it had to be killed.
    fn wait(&mut self) -> bool {
        let start = Instant::now();
        while self.ended().is_none() {
            if start.elapsed() > END {
                let _ = self.child.kill();
                let _ = self.child.wait();
                return false;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        true
    }

    /// Ends it; how, if it did not end as it should.
    pub fn end(mut self) -> Result<(), Failure> {
        self.ask_to_end();
        let in_time = self.wait();
        let expected = || format!("the node of {} to end after SIGTERM", self.shop);
        match self.child.try_wait() {
            _ if !in_time => Err(Failure::new(expected(), format!("it did not within {END:?} and was killed"))),
            Ok(Some(status)) if !status.success() => Err(Failure::new(expected(), format!("it ended with {status}"))),
            _ => Ok(()),
        }
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.ask_to_end();
        self.wait();
    }
}

/// The first line that a node says, if it does within `patience`; the rest is read and dropped, so that it never writes
/// into a closed pipe.
pub fn first_line(stdout: ChildStdout, patience: Duration) -> Result<String, RecvTimeoutError> {
    let (send, receive) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            let _ = send.send(line);
        }
    });
    receive.recv_timeout(patience)
}

/// The last lines of a node's log.
pub fn log_tail(ronde: &Ronde, shop: Shop, lines: usize) -> String {
    let Ok(log) = File::open(ronde.home().join(shop.log())) else { return String::new() };
    let mut last: Vec<String> = Vec::new();
    for line in BufReader::new(log).lines().map_while(Result::ok) {
        if last.len() == lines {
            last.remove(0);
        }
        last.push(line);
    }
    last.join("\n")
}
