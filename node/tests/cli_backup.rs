//! `ronde backup`, as a process beside a running `ronde node`.

use crate::cli_support;
use crate::federation::places;

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use cli_support::{Desk, mode};
use places::free_place;

/// A node's process; dropped, it is killed.
struct Node(Child);

impl Node {
    /// Returns once it says that it is ready.
    fn start(desk: &Desk) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ronde"));
        command.args(["node", "--config"]).arg(desk.path("store-1/ronde.toml")).env_clear();
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).stdin(Stdio::null()).spawn().unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
        assert!(said.any(|line| line.unwrap().starts_with("ready ")), "it does not start");
        Self(child)
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Four stores, of which the first can be started.
fn found() -> Desk {
    let desk = Desk::new();
    desk.begin();
    for store in 1..=4 {
        let (quic, http, seat) = (free_place(), free_place(), store - 1);
        desk.ronde(&format!(
            "init --dir store-{store} --store {store} --name Shop{store} --plan plan.toml --witness 1:{seat} \
             --quic {quic} --http http://{http}"
        ))
        .ok();
    }
    desk.draft().ok();
    for name in ["alice", "bob"] {
        desk.ronde(&format!("charter sign --key {name}.key 000001.charter")).ok();
    }
    desk.ronde("charter install --config store-1/ronde.toml 000001.charter").ok();
    desk
}

/// ROLLBACK-11
#[test]
fn a_backup_is_made_beside_a_running_node_overwrites_nothing_and_does_not_vote_when_it_is_put_back() {
    let desk = found();
    desk.ronde("backup none --config store-1/ronde.toml").refused(&["no backup was made"]);
    let node = Node::start(&desk);
    let made = desk.ronde("backup copy --config store-1/ronde.toml").ok();
    for words in ["copy is a copy of", "node.seed", "votes no more in the keysets of that day"] {
        assert!(made.out.contains(words), "no {words:?} in {}", made.out);
    }
    assert_eq!(mode(&desk.path("copy")), 0o600);
    let bytes = std::fs::read(desk.path("copy")).unwrap();
    let again = desk.ronde("backup copy --config store-1/ronde.toml");
    let again = again.refused(&["failed: copy exists already", "to do:  name a file that does not exist yet"]);
    assert!(!again.err.contains("entity"), "{}", again.err);
    assert_eq!(std::fs::read(desk.path("copy")).unwrap(), bytes, "it stays as it was");
    desk.ronde("backup no/such/folder --config store-1/ronde.toml").refused(&["no backup was made", "folder"]);
    let object = desk.ronde("backup second --config store-1/ronde.toml --json").ok().json();
    assert_eq!((&object["ok"], &object["file"]), (&true.into(), &"second".into()), "{object}");
    drop(node);

    // As the help says: the data folder is moved away, and the copy put into a new one.
    std::fs::rename(desk.path("store-1/data"), desk.path("store-1/old")).unwrap();
    std::fs::create_dir(desk.path("store-1/data")).unwrap();
    std::fs::copy(desk.path("copy"), desk.path("store-1/data/ronde.sqlite")).unwrap();
    let _node = Node::start(&desk);
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let said = desk.ronde("status --config store-1/ronde.toml");
        if said.out.contains("this node votes no more in keyset 1: its database is a restored backup") {
            break;
        }
        assert!(Instant::now() < deadline, "{}\n{}", said.out, said.err);
    }
}
