//! What systemd is told by a node that it starts: when it is ready, that it lives, and when it stops.

#[path = "cli_support/mod.rs"]
mod cli_support;

use std::os::unix::net::UnixDatagram;
use std::process::Child;
use std::time::Duration;

use cli_support::Desk;
use rustix::process::{Pid, Signal, kill_process};

/// Far longer than anything takes: nothing here waits for time.
const LONG: Duration = Duration::from_secs(60);

/// The socket that a node is told of, as systemd makes it.
struct Supervisor(UnixDatagram);

impl Supervisor {
    fn listen(desk: &Desk) -> (Self, String) {
        let path = desk.path("notify");
        let socket = UnixDatagram::bind(&path).unwrap();
        socket.set_read_timeout(Some(LONG)).unwrap();
        (Self(socket), path.to_str().unwrap().to_owned())
    }

    /// What is said next.
    fn hears(&self) -> String {
        let mut said = [0; 1024];
        let length = self.0.recv(&mut said).expect("nothing is said");
        String::from_utf8(said[..length].to_vec()).unwrap()
    }

    /// What is said next that is no sign of life; how many of these there were before.
    fn hears_news(&self) -> (String, usize) {
        let mut signs = 0;
        loop {
            let said = self.hears();
            if said != "WATCHDOG=1\n" {
                return (said, signs);
            }
            signs += 1;
        }
    }
}

/// Whatever port is free.
const ANYWHERE: [(&str, &str); 2] = [("RONDE_HTTP_LISTEN", "127.0.0.1:0"), ("RONDE_QUIC_LISTEN", "127.0.0.1:0")];

/// A folder with a store that can start.
fn desk() -> Desk {
    let desk = Desk::new();
    desk.found();
    desk
}

/// Starts it, and is told so by its first line.
fn start(desk: &Desk, settings: &[(&str, &str)]) -> Child {
    desk.node(1, &[&ANYWHERE, settings].concat(), None)
}

/// What a node says from when it is told to stop until it has ended: it is heard meanwhile, as the socket holds only so much.
fn stop(mut child: Child, supervisor: &Supervisor) -> (String, usize) {
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    let heard = supervisor.hears_news();
    assert!(child.wait().unwrap().success());
    heard
}

#[test]
fn a_node_says_when_it_is_ready_that_it_lives_and_that_it_stops() {
    let desk = desk();
    let (supervisor, socket) = Supervisor::listen(&desk);
    let settings = [("NOTIFY_SOCKET", socket.as_str()), ("WATCHDOG_USEC", "300000")];
    let node = start(&desk, &settings);
    let (ready, signs) = supervisor.hears_news();
    assert!(ready.starts_with("READY=1\nSTATUS=store 1 answers at 127.0.0.1:"), "{ready}");
    assert_eq!(signs, 0, "it lives before it is ready");
    for _ in 0..3 {
        assert_eq!(supervisor.hears(), "WATCHDOG=1\n");
    }
    assert_eq!(stop(node, &supervisor).0, "STOPPING=1\nSTATUS=finishes what is open\n");
}

/// The control: who wants no sign of life gets none.
#[test]
fn a_node_that_nobody_watches_says_no_sign_of_life() {
    let desk = desk();
    let (supervisor, socket) = Supervisor::listen(&desk);
    let node = start(&desk, &[("NOTIFY_SOCKET", socket.as_str())]);
    let (ready, before) = supervisor.hears_news();
    let (stopping, after) = stop(node, &supervisor);
    assert!(ready.starts_with("READY=1\n") && stopping.starts_with("STOPPING=1\n"), "{ready}{stopping}");
    assert_eq!((before, after), (0, 0));
}
