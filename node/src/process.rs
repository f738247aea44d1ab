//! What this process must not leave behind, and what the system allows it.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Files that a node has open beside HTTP connections: database, log, peers, newcomers that wait for a place.
const OTHER_FILES: u64 = 512;

/// No core dump of this process, and no other process of the same user that reads its memory: both would hold its
/// secrets (OPS-7). Before the first secret is read.
///
/// # Errors
/// What the operating system said.
pub fn keep_memory_private() -> std::io::Result<()> {
    setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })?;
    // A limit of 0 does not stop a handler that the kernel pipes cores to; this does.
    #[cfg(target_os = "linux")]
    rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable)?;
    Ok(())
}

/// Lets this process have as many files open as a node with so many HTTP connections needs, if the system allows it. If not,
/// says how many it allows: beyond them connections fail that should have been closed in order (HTTP-25).
fn files_that_are_too_few(connections: usize) -> Option<u64> {
    let needed = OTHER_FILES.saturating_add(u64::try_from(connections).unwrap_or(u64::MAX));
    let suffices = |limit: Option<u64>| limit.is_none_or(|limit| limit >= needed);
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if suffices(current) {
        return None;
    }
    let wanted = maximum.map_or(needed, |maximum| maximum.min(needed));
    let is_raised = setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum }).is_ok();
    let allowed = if is_raised { Some(wanted) } else { current };
    allowed.filter(|allowed| *allowed < needed)
}

/// The same in words, with what to do.
#[must_use]
pub fn too_few_files(connections: usize) -> Option<String> {
    let allowed = files_that_are_too_few(connections)?;
    Some(format!(
        "`http.connections` is {connections}, and the system lets this program have no more than {allowed} files open, of which \
         each connection is one: raise that limit (`LimitNOFILE=` of systemd, `ulimit -n`), or lower `http.connections`"
    ))
}
