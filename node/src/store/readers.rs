//! A few readers shared by many threads.

use std::fmt;
use std::iter;
use std::sync::{Arc, Mutex, PoisonError, TryLockError};

use super::{Engine, Read, StorageError};

type Slot = Mutex<Box<dyn Read + Send>>;

/// A fixed set of readers. Reads take microseconds, so they may be made from async code; but for the long ones, which have
/// a reader of their own, so that nobody else waits for them.
pub struct Readers {
    first: Slot,
    more: Vec<Slot>,
    long: Arc<tokio::sync::Mutex<Box<dyn Read + Send>>>,
}

impl Readers {
    /// Opens `count` readers (at least one) on `engine`, and the one for long reads.
    pub fn open(engine: &dyn Engine, count: usize) -> Result<Self, StorageError> {
        let slot = || engine.reader().map(Mutex::new);
        let more = (1..count).map(|_| slot()).collect::<Result<_, _>>()?;
        Ok(Self { first: slot()?, more, long: Arc::new(tokio::sync::Mutex::new(engine.reader()?)) })
    }

    /// Runs `work` with a free reader, or waits for one. All that it reads may be of one
    /// state, which is not older than this call.
    pub fn with<T>(&self, work: impl FnOnce(&dyn Read) -> T) -> T {
        for slot in iter::once(&self.first).chain(&self.more) {
            match slot.try_lock() {
                Ok(reader) => return together(reader.as_ref(), work),
                // A reader holds no state that a panicking user could have left half changed.
                Err(TryLockError::Poisoned(reader)) => return together(reader.into_inner().as_ref(), work),
                Err(TryLockError::WouldBlock) => {}
            }
        }
        let reader = self.first.lock().unwrap_or_else(PoisonError::into_inner);
        together(reader.as_ref(), work)
    }

    /// Runs work that reads a whole table, on a blocking thread and one at a time: whoever waits for its turn keeps no
    /// thread from anybody.
    ///
    /// # Errors
    /// [`StorageError::Stopped`] if the work was cut off by the node's end, or panicked.
    pub async fn with_long<T: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn Read) -> T + Send + 'static,
    ) -> Result<T, StorageError> {
        let reader = Arc::clone(&self.long).lock_owned().await;
        tokio::task::spawn_blocking(move || work(reader.as_ref())).await.map_err(|_| StorageError::Stopped)
    }
}

/// Ends the reads even if the work panics: the reader would show the others an old state for ever.
struct Together<'a>(&'a dyn Read);

impl Drop for Together<'_> {
    fn drop(&mut self) {
        self.0.end_of_reads();
    }
}

fn together<T>(reader: &dyn Read, work: impl FnOnce(&dyn Read) -> T) -> T {
    reader.several_reads();
    let reading = Together(reader);
    work(reading.0)
}

impl fmt::Debug for Readers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Readers").field("count", &(self.more.len() + 1)).finish_non_exhaustive()
    }
}
