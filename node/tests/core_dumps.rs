//! A process that dies leaves nothing of its memory behind.

#[path = "cli_support/mod.rs"]
mod cli_support;

use std::io::{BufRead as _, BufReader};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, ExitStatus, Stdio};

use cli_support::Desk;
use rustix::process::{DumpableBehavior, Pid, Resource, Signal, dumpable_behavior, getrlimit, kill_process};

/// What a shell with unlimited core dumps starts, in a folder of its own.
fn shell(desk: &Desk, line: &str) -> Command {
    let mut command = Command::new("sh");
    command.arg("-c").arg(format!("ulimit -c unlimited 2>/dev/null; {line}")).current_dir(desk.path("."));
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

fn dumped(status: ExitStatus) -> bool {
    assert!(status.signal().is_some(), "{status}");
    status.core_dumped()
}

/// OPS-7.
#[test]
fn a_node_that_dies_leaves_no_core_dump() {
    let desk = Desk::new();
    desk.found();
    let ronde = env!("CARGO_BIN_EXE_ronde");
    let mut node = shell(&desk, &format!("exec {ronde} node --config store-1/ronde.toml")).spawn().unwrap();
    // Until it has said something: then its secrets are read.
    let mut said = String::new();
    BufReader::new(node.stderr.take().unwrap()).read_line(&mut said).unwrap();
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", node.id())).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().skip(4).take(2).collect::<Vec<_>>(), ["0", "0"], "{core}\n{said}");
    kill_process(Pid::from_child(&node), Signal::ABORT).unwrap();
    assert!(!dumped(node.wait().unwrap()), "{said}");
    // Control: the same death of a program that does not care, where this machine lets anything be dumped.
    let other = shell(&desk, "kill -ABRT $$").status().unwrap();
    println!("a program that does not care is dumped here: {}", dumped(other));
}

/// OPS-7: nor can another process of the same user attach to it.
#[test]
fn a_process_says_that_it_may_not_be_dumped() {
    ronde_node::process::keep_memory_private().unwrap();
    assert_eq!(dumpable_behavior().unwrap(), DumpableBehavior::NotDumpable);
    let limit = getrlimit(Resource::Core);
    assert_eq!((limit.current, limit.maximum), (Some(0), Some(0)));
}
