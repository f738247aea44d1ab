//! Where newcomers from an address wait that holds most places already: they come in one by one, so that whoever fills
//! all places and is sent away does not come back as fast as it can (HTTP-30).

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{IN_LINE, ServeLimits};
use crate::pace::Pace;

/// One line for all: only one address can hold more than half of the places.
pub(super) struct Line {
    places: Arc<Semaphore>,
    pace: Pace,
}

/// A place in the line.
pub(super) struct Place {
    wait: Duration,
    permit: OwnedSemaphorePermit,
}

impl Line {
    pub(super) fn new(limits: &ServeLimits) -> Self {
        let pace = Pace::new(limits.newcomer_interval, limits.newcomers);
        Self { places: Arc::new(Semaphore::new(IN_LINE)), pace }
    }

    /// A place, while the line is not too long.
    pub(super) fn place(&self) -> Option<Place> {
        let permit = Arc::clone(&self.places).try_acquire_owned().ok()?;
        Some(Place { wait: self.pace.take(1), permit })
    }
}

impl Place {
    /// Waits until it is this one's turn, and then for what it comes for. Until it has that it is in the line: while the
    /// node is at work for all who are in, whoever waits at the door has a socket too.
    pub(super) async fn wait_for<T>(self, entry: impl Future<Output = T>) -> T {
        tokio::time::sleep(self.wait).await;
        let entered = entry.await;
        drop(self.permit);
        entered
    }
}
