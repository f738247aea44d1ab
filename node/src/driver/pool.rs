//! Where group operations run: as many at a time as there are cores, so that the node goes on answering.

use std::sync::Arc;

use ronde_protocol::message::refusal::Refusal;
use tokio::sync::Semaphore;

/// A bounded share of the blocking threads. Clones share the bound.
#[derive(Clone)]
pub struct Pool {
    places: Arc<Semaphore>,
    cores: usize,
}

impl Pool {
    /// One place per core.
    pub fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        Self { places: Arc::new(Semaphore::new(cores)), cores }
    }

    /// How many cores there are.
    pub fn cores(&self) -> usize {
        self.cores
    }

    /// Runs the work off the event loop.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        let place = Arc::clone(&self.places).acquire_owned().await.map_err(|_| Refusal::Busy)?;
        let done = tokio::task::spawn_blocking(move || {
            let result = work();
            drop(place);
            result
        });
        // Work is cancelled only while the node stops.
        done.await.unwrap_or(Err(Refusal::Busy))
    }
}

impl Default for Pool {
    fn default() -> Self {
        Self::new()
    }
}
