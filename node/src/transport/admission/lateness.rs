//! Whether this node does late what it does by the clock: then what took too long may be its own doing (TRANSPORT-21).

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Between two looks.
pub(in crate::transport) const LOOK: Duration = Duration::from_millis(250);
/// A look that comes so late after its time shows that others wait as well: a handshake needs several turns.
const LATE: Duration = Duration::from_millis(500);

/// When this node was last seen to be late.
#[derive(Debug, Default)]
pub(in crate::transport) struct Lateness(Mutex<Option<Instant>>);

impl Lateness {
    /// A look that was due at one time came at another.
    pub(in crate::transport) fn look(&self, due: Instant, came: Instant) {
        if came.saturating_duration_since(due) >= LATE {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(came);
        }
    }

    /// Whether it was late at any time since then.
    pub(super) fn was_since(&self, begun: Instant) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_some_and(|late| late >= begun)
    }
}
