//! What the operating system says of this process and of files.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::{Advice, fadvise};
use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};

use crate::Failed;

/// What this process has used so far.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Used {
    /// Processor time of all its threads.
    pub cpu: Duration,
    /// Bytes that it handed over to be written. What the operating system counts as written to the disk is counted in
    /// pieces larger than pages.
    pub written: u64,
    /// Bytes that it had read from the disk.
    pub read: u64,
}

/// Asks.
pub fn used() -> Result<Used, Failed> {
    let io = std::fs::read_to_string("/proc/self/io")?;
    let cpu = clock_gettime(ClockId::ProcessCPUTime);
    let cpu = Duration::new(u64::try_from(cpu.tv_sec)?, u32::try_from(cpu.tv_nsec)?);
    Ok(Used { cpu, written: field(&io, "wchar:")?, read: field(&io, "read_bytes:")? })
}

/// Bytes of memory now, and at most since [`forget_peak`].
pub fn memory() -> Result<(u64, u64), Failed> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    Ok((field(&status, "VmRSS:")? * 1024, field(&status, "VmHWM:")? * 1024))
}

/// The peak of memory counts from now on.
pub fn forget_peak() -> Result<(), Failed> {
    Ok(std::fs::write("/proc/self/clear_refs", "5")?)
}

fn field(text: &str, name: &str) -> Result<u64, Failed> {
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    let value = line.and_then(|line| line.split_whitespace().next()).and_then(|value| value.parse().ok());
    value.ok_or_else(|| format!("the operating system does not say {name}").into())
}

/// All files below a folder.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>, Failed> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { found.extend(files(&path)?) } else { found.push(path) }
    }
    found.sort();
    Ok(found)
}

/// Bytes that they take on the disk.
pub fn on_disk(folder: &Path) -> Result<u64, Failed> {
    use std::os::unix::fs::MetadataExt as _;
    let sizes = files(folder)?.into_iter().map(|path| std::fs::metadata(path).map(|found| found.blocks() * 512));
    Ok(sizes.sum::<Result<u64, _>>()?)
}

/// Lets the operating system forget what it has of these files in memory; nobody else's are touched.
pub fn evict(folder: &Path) -> Result<(), Failed> {
    for path in files(folder)? {
        let file = File::open(path)?;
        file.sync_all()?;
        fadvise(&file, 0, None, Advice::DontNeed)?;
    }
    Ok(())
}

/// Reads all of them once, so that the operating system has in memory what it has room for.
pub fn read_all(folder: &Path) -> Result<(), Failed> {
    let mut buffer = vec![0; 1 << 20];
    for path in files(folder)? {
        let mut file = File::open(path)?;
        while file.read(&mut buffer)? > 0 {}
    }
    Ok(())
}

/// Bytes that are free where a folder is.
pub fn free(folder: &Path) -> Result<u64, Failed> {
    let found = rustix::fs::statvfs(folder)?;
    Ok(found.f_bavail * found.f_frsize)
}
