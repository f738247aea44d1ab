//! Requests that wait to be worked on together: a lone one waits for nobody, and what comes while all workers are busy is
//! taken as one batch by the next that is free.
//!
//! Workers are blocking threads that exist only while something waits. The queue is bounded and fair between stores, and a
//! store whose requests turn out wrong waits in a slow lane of its own, so that it slows nobody else (WITNESS-39).

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ronde_protocol::message::ids::StoreId;
use ronde_protocol::message::refusal::Refusal;
use tokio::sync::oneshot;

mod queue;

use queue::FairQueue;

/// Requests that one worker takes at a time.
const AT_ONCE: usize = 64;
/// Requests of one store that wait.
const WAITING_OF_ONE: usize = 256;

/// Who relayed a request: a store, or this node's own work.
pub type Relay = Option<StoreId>;

/// A request, and who waits for its answer.
pub struct Ticket<Q, A> {
    /// Who relayed it.
    pub relay: Relay,
    /// What is asked.
    pub request: Q,
    /// Where the answer goes. Dropped, it says that the node is too busy.
    pub asker: oneshot::Sender<A>,
}

/// Whether a store's request was worth its check.
pub struct Found {
    /// The store.
    pub relay: Relay,
    /// False if what it relayed was wrong.
    pub is_good: bool,
}

/// Works on a batch: answers each, and says whose requests were wrong.
type Work<Q, A> = Box<dyn Fn(Vec<Ticket<Q, A>>) -> Vec<Found> + Send + Sync>;

/// A lane; clones share it.
pub struct Lane<Q, A>(Arc<Inner<Q, A>>);

struct Inner<Q, A> {
    state: Mutex<State<Q, A>>,
    work: Work<Q, A>,
    most_workers: usize,
}

struct State<Q, A> {
    queue: FairQueue<Ticket<Q, A>>,
    workers: usize,
}

impl<Q: Send + 'static, A: Send + 'static> Lane<Q, A> {
    /// A lane of so many workers at most, at least one.
    pub fn new(most_workers: usize, work: impl Fn(Vec<Ticket<Q, A>>) -> Vec<Found> + Send + Sync + 'static) -> Self {
        let state = Mutex::new(State { queue: FairQueue::new(WAITING_OF_ONE), workers: 0 });
        Self(Arc::new(Inner { state, work: Box::new(work), most_workers: most_workers.max(1) }))
    }

    /// Waits for the answer to a request.
    ///
    /// # Errors
    /// [`Refusal::Busy`] if too many of that store wait already, or the node stops.
    pub async fn ask(&self, relay: Relay, request: Q) -> Result<A, Refusal> {
        let (asker, answer) = oneshot::channel();
        let start = {
            let mut state = self.0.state();
            state.queue.push(relay, Ticket { relay, request, asker }).map_err(|_| Refusal::Busy)?;
            let start = state.workers < self.0.most_workers;
            state.workers += usize::from(start);
            start
        };
        if start {
            let inner = Arc::clone(&self.0);
            tokio::task::spawn_blocking(move || inner.run());
        }
        answer.await.map_err(|_| Refusal::Busy)
    }
}

impl<Q, A> Inner<Q, A> {
    fn state(&self) -> MutexGuard<'_, State<Q, A>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One worker, until nothing waits.
    fn run(&self) {
        let mut leaving = Leaving { inner: self, has_left: false };
        loop {
            let batch = {
                let mut state = self.state();
                let batch = state.queue.take(AT_ONCE);
                if batch.is_empty() {
                    // Under the lock: whoever comes now starts another.
                    state.workers -= 1;
                    leaving.has_left = true;
                    return;
                }
                batch
            };
            let found = (self.work)(batch);
            let mut state = self.state();
            found.iter().for_each(|found| state.queue.note(found.relay, found.is_good));
        }
    }
}

/// Takes a worker off the count if its work panics; those whose requests it held hear that the node is too busy.
struct Leaving<'a, Q, A> {
    inner: &'a Inner<Q, A>,
    has_left: bool,
}

impl<Q, A> Drop for Leaving<'_, Q, A> {
    fn drop(&mut self) {
        if !self.has_left {
            self.inner.state().workers -= 1;
        }
    }
}

#[cfg(test)]
mod tests;
