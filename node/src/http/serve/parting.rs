//! What an answer without an end has to know of its node.

use std::time::Duration;

use tokio::sync::watch;

/// When to end, and how often to say that there is nothing to say. Requests carry it.
#[derive(Clone)]
pub(in crate::http) struct Parting {
    /// None if nobody stops the node: it is called without a socket.
    stopping: Option<watch::Receiver<bool>>,
    comment: Duration,
}

impl Default for Parting {
    fn default() -> Self {
        Self { stopping: None, comment: super::ServeLimits::default().comment }
    }
}

impl Parting {
    pub(super) fn new(stopping: watch::Receiver<bool>, comment: Duration) -> Self {
        Self { stopping: Some(stopping), comment }
    }

    /// Between two lines of an answer that has nothing to tell.
    pub(in crate::http) fn comment(&self) -> Duration {
        self.comment
    }

    /// Whether the node stops.
    pub(in crate::http) fn has_begun(&self) -> bool {
        self.stopping.as_ref().is_some_and(|stopping| *stopping.borrow())
    }

    /// Ready when the node stops.
    pub(in crate::http) async fn begins(&mut self) {
        match &mut self.stopping {
            // It fails if the sender is gone, which then has stopped as well.
            Some(stopping) => drop(stopping.wait_for(|stop| *stop).await),
            None => std::future::pending().await,
        }
    }
}
