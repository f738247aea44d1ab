//! How much room the disk has: a node stops promising before its database fails (OPS-5).

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

/// Between two looks.
const PAUSE: Duration = Duration::from_secs(1);
/// Bytes in a mebibyte.
pub const MIB: u64 = 1 << 20;

/// Where the free bytes are read.
#[derive(Clone, Debug)]
pub enum Disk {
    /// Of the file system that holds this folder.
    Folder(PathBuf),
    /// Stands where it is set; for tests.
    Manual(ManualDisk),
}

/// Free space that stands where it is set.
#[derive(Clone, Debug)]
pub struct ManualDisk(Arc<AtomicU64>);

impl ManualDisk {
    /// So many bytes are free.
    #[must_use]
    pub fn new(free: u64) -> Self {
        Self(Arc::new(AtomicU64::new(free)))
    }

    /// Now so many are.
    pub fn set(&self, free: u64) {
        self.0.store(free, Ordering::SeqCst);
    }
}

impl Disk {
    /// Bytes that this node may still write.
    fn free(&self) -> std::io::Result<u64> {
        match self {
            Self::Folder(folder) => {
                let found = rustix::fs::statvfs(folder)?;
                Ok(found.f_bavail.saturating_mul(found.f_frsize))
            }
            Self::Manual(disk) => Ok(disk.0.load(Ordering::SeqCst)),
        }
    }
}

/// The disk's room against the floor that its operator has set. Clones share it.
#[derive(Clone, Debug)]
pub struct Space(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    disk: Disk,
    floor: u64,
    free: AtomicU64,
    short: AtomicBool,
}

impl Space {
    /// With less than `floor` bytes free the node promises nothing more; 0 for no floor.
    #[must_use]
    pub fn new(disk: Disk, floor: u64) -> Self {
        let space =
            Self(Arc::new(Inner { disk, floor, free: AtomicU64::new(u64::MAX), short: AtomicBool::new(false) }));
        space.look();
        space
    }

    /// Looks again and again.
    pub async fn watch(self) {
        loop {
            tokio::time::sleep(PAUSE).await;
            self.look();
        }
    }

    fn look(&self) {
        let Inner { disk, floor, free, short } = self.0.as_ref();
        let now = match disk.free() {
            Ok(now) => now,
            Err(error) => return tracing::warn!(%error, "the disk's free space can't be read"),
        };
        free.store(now, Ordering::Relaxed);
        // An eighth more than the floor ends it, so that it does not come and go with every file.
        let was = short.load(Ordering::Relaxed);
        let is = now < if was { floor.saturating_add(floor / 8) } else { *floor };
        short.store(is, Ordering::Relaxed);
        let (free_mib, floor_mib) = (now / MIB, floor / MIB);
        match (was, is) {
            (false, true) => tracing::error!(
                free_mib,
                floor_mib,
                "the disk is nearly full: this node takes no new orders and gives no new votes until there is room; free \
                 some space, it goes on by itself"
            ),
            (true, false) => tracing::info!(free_mib, floor_mib, "the disk has room again: this node goes on"),
            _ => {}
        }
    }

    /// Whether there is too little room to promise anything new.
    #[must_use]
    pub fn is_short(&self) -> bool {
        self.0.short.load(Ordering::Relaxed)
    }

    /// Bytes free when last looked at, and the floor.
    #[must_use]
    pub fn figures(&self) -> (u64, u64) {
        (self.0.free.load(Ordering::Relaxed), self.0.floor)
    }
}
