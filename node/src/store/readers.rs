//! A few readers shared by many threads.

use std::fmt;
use std::iter;
use std::sync::{Mutex, PoisonError, TryLockError};

use super::{Engine, Read, StorageError};

type Slot = Mutex<Box<dyn Read + Send>>;

/// A fixed set of readers. Reads take microseconds, so they may be made from async code; but for the long ones, which have
/// a reader of their own, so that nobody else waits for them.
pub struct Readers {
    first: Slot,
    more: Vec<Slot>,
    long: Slot,
}

impl Readers {
    /// Opens `count` readers (at least one) on `engine`, and the one for long reads.
    pub fn open(engine: &dyn Engine, count: usize) -> Result<Self, StorageError> {
        let slot = || engine.reader().map(Mutex::new);
        let more = (1..count).map(|_| slot()).collect::<Result<_, _>>()?;
        Ok(Self { first: slot()?, more, long: slot()? })
    }

    /// Runs `work` with a free reader, or waits for one.
    pub fn with<T>(&self, work: impl FnOnce(&dyn Read) -> T) -> T {
        for slot in iter::once(&self.first).chain(&self.more) {
            match slot.try_lock() {
                Ok(reader) => return work(reader.as_ref()),
                // A reader holds no state that a panicking user could have left half changed.
                Err(TryLockError::Poisoned(reader)) => return work(reader.into_inner().as_ref()),
                Err(TryLockError::WouldBlock) => {}
            }
        }
        let reader = self.first.lock().unwrap_or_else(PoisonError::into_inner);
        work(reader.as_ref())
    }

    /// Runs work that reads a whole table, one at a time: not from async code.
    pub fn with_long<T>(&self, work: impl FnOnce(&dyn Read) -> T) -> T {
        let reader = self.long.lock().unwrap_or_else(PoisonError::into_inner);
        work(reader.as_ref())
    }
}

impl fmt::Debug for Readers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Readers").field("count", &(self.more.len() + 1)).finish_non_exhaustive()
    }
}
