//! What this process must not leave behind.

use rustix::process::{Resource, Rlimit, setrlimit};

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
