//! Where newcomers from an address wait that holds most places already, and bodies of one that holds most of their room:
//! they come in one by one, so that whoever fills all there is and is sent away does not come back as fast as it can (HTTP-30).

use std::future::Future;
use std::sync::Arc;

use tokio::sync::{Mutex, MutexGuard, OwnedSemaphorePermit, Semaphore};

use super::{IN_LINE, ServeLimits};
use crate::pace::Pace;

/// One after the other, in the order in which they came, at a pace. Whoever leaves takes nobody's turn.
pub(super) struct Turns {
    first: Mutex<()>,
    pace: Pace,
}

/// Whoever is the next.
pub(super) struct First<'a> {
    pace: &'a Pace,
    _first: MutexGuard<'a, ()>,
}

impl Turns {
    pub(super) fn new(limits: &ServeLimits) -> Self {
        Self { first: Mutex::default(), pace: Pace::new(limits.newcomer_interval, limits.newcomers) }
    }

    /// Waits until all that came before have had their turn, or left.
    pub(super) async fn first(&self) -> First<'_> {
        let first = self.first.lock().await;
        First { pace: &self.pace, _first: first }
    }

    /// How long the next has to wait once it is the first.
    #[cfg(test)]
    pub(super) fn wait(&self) -> std::time::Duration {
        self.pace.wait()
    }
}

impl First<'_> {
    /// Waits for its turn, and takes it.
    pub(super) async fn turn(self) {
        tokio::time::sleep(self.pace.wait()).await;
        self.pace.take(1);
    }
}

/// One line for all: only one address can hold more than half of the places.
pub(super) struct Line {
    places: Arc<Semaphore>,
    turns: Arc<Turns>,
}

/// A place in the line.
pub(super) struct Place {
    turns: Arc<Turns>,
    permit: OwnedSemaphorePermit,
}

impl Line {
    pub(super) fn new(limits: &ServeLimits) -> Self {
        Self { places: Arc::new(Semaphore::new(IN_LINE)), turns: Arc::new(Turns::new(limits)) }
    }

    /// A place, while the line is not too long.
    pub(super) fn place(&self) -> Option<Place> {
        let permit = Arc::clone(&self.places).try_acquire_owned().ok()?;
        Some(Place { turns: Arc::clone(&self.turns), permit })
    }
}

impl Place {
    /// Waits until it is this one's turn, and then for what it comes for. Until it has that it is in the line: while the
    /// node is at work for all who are in, whoever waits at the door has a socket too.
    pub(super) async fn wait_for<T>(self, entry: impl Future<Output = T>) -> T {
        self.turns.first().await.turn().await;
        let entered = entry.await;
        drop(self.permit);
        entered
    }
}
