//! How many orders are in hand at a time.

use std::sync::Arc;

use ronde_protocol::message::refusal::Refusal;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Orders in hand at a time; those on disk are not counted. What was brought and what was taken up from disk count
/// apart, so that however many wait on disk, and whoever left them there, none of them turns away what is brought
/// (STORE-33).
#[derive(Clone, Copy, Debug)]
pub struct OpenLimits {
    /// That somebody brought; one more is refused with `busy`.
    pub brought: usize,
    /// That were taken up from disk; one more waits for its turn.
    pub taken_up: usize,
}

impl Default for OpenLimits {
    fn default() -> Self {
        Self { brought: 4096, taken_up: 1024 }
    }
}

/// Room for as many orders as the limits allow.
#[derive(Debug)]
pub(super) struct Places {
    brought: Arc<Semaphore>,
    taken_up: Arc<Semaphore>,
}

/// One order's place; free again when this is dropped.
#[derive(Debug)]
pub(super) struct Place {
    #[allow(dead_code, reason = "held, not read")]
    permit: OwnedSemaphorePermit,
    /// Whether it is one of those for what was taken up from disk.
    pub(super) is_of_taken_up: bool,
}

impl Places {
    pub(super) fn new(limits: OpenLimits) -> Self {
        let room = |places: usize| Arc::new(Semaphore::new(places.min(Semaphore::MAX_PERMITS)));
        Self { brought: room(limits.brought), taken_up: room(limits.taken_up) }
    }

    /// A place for an order that is brought, if one is free.
    pub(super) fn for_brought(&self) -> Result<Place, Refusal> {
        let permit = Arc::clone(&self.brought).try_acquire_owned().map_err(|_| Refusal::Busy)?;
        Ok(Place { permit, is_of_taken_up: false })
    }

    /// A place for an order from disk, as soon as one is free. None only if there will never be one.
    pub(super) async fn for_taken_up(&self) -> Option<Place> {
        let permit = Arc::clone(&self.taken_up).acquire_owned().await.ok()?;
        Some(Place { permit, is_of_taken_up: true })
    }
}
