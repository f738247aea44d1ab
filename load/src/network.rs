//! A network of the run's own, where the kernel's counters count nothing else.

use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};

/// Set in the environment of a run that is in its own network.
const INSIDE: &str = "RONDE_LOAD_OWN_NETWORK";
/// Ways to get one: as root, and as anybody on systems that allow it.
const WAYS: [&[&str]; 2] = [&["--net"], &["--map-root-user", "--net"]];

/// Whether this process is in a network of its own.
pub fn is_own() -> bool {
    std::env::var_os(INSIDE).is_some()
}

/// Begins again in a network of its own, if that can be made. Comes back if it can't.
pub fn enter() {
    let Ok(program) = std::env::current_exe() else { return };
    let up = "ip link set lo up";
    let works = |way: &&&[&str]| {
        let mut probe = Command::new("unshare");
        probe.args(**way).args(["sh", "-c", up]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        probe.status().is_ok_and(|status| status.success())
    };
    let Some(way) = WAYS.iter().find(works) else { return };
    let mut command = Command::new("unshare");
    command.args(*way).args(["sh", "-c", &format!("{up} && exec \"$0\" \"$@\"")]);
    // It only comes back if it fails.
    let _ = command.arg(program).args(std::env::args_os().skip(1)).env(INSIDE, "1").exec();
}
