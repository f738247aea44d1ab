//! Requests that wait to be worked on together: a lone one waits for nobody, and what comes while all workers are busy is
//! taken as one batch by the next that is free.
//!
//! Workers are blocking threads that exist only while something waits. The queue is bounded and fair between stores, and a
//! store whose requests turn out wrong waits in a slow lane of its own, so that it slows nobody else (WITNESS-39).

use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ronde_protocol::message::ids::StoreId;
use ronde_protocol::message::refusal::Refusal;
use tokio::sync::oneshot;

mod queue;

use queue::FairQueue;

/// Requests that one worker takes at a time.
const AT_ONCE: usize = 64;
/// Elements in them, but for the last: so long does a small request wait for those that are taken with it.
const WEIGHT_AT_ONCE: usize = 512;
/// Requests of one store that wait: as many as a node itself has in hand. Those of others are bounded by their streams.
const WAITING_OF_ONE: usize = 4096;

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

/// Where requests wait, and who works on them.
pub struct Lane<Q, A>(Arc<Inner<Q, A>>);

struct Inner<Q, A> {
    state: Mutex<State<Q, A>>,
    work: Work<Q, A>,
    most_workers: usize,
    sharing: Sharing,
}

/// How what waits is divided among workers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sharing {
    /// Each takes all it can: together they cost less.
    Together,
    /// Each takes its part: together they cost the same.
    Evenly,
}

struct State<Q, A> {
    queue: FairQueue<Ticket<Q, A>>,
    workers: usize,
}

impl<Q: Send + 'static, A: Send + 'static> Lane<Q, A> {
    /// A lane of so many workers at most, at least one.
    pub fn new(
        most_workers: usize,
        sharing: Sharing,
        work: impl Fn(Vec<Ticket<Q, A>>) -> Vec<Found> + Send + Sync + 'static,
    ) -> Self {
        let state = Mutex::new(State { queue: FairQueue::new(WAITING_OF_ONE), workers: 0 });
        Self(Arc::new(Inner { state, work: Box::new(work), most_workers: most_workers.max(1), sharing }))
    }

    /// Waits for the answer to a request; `weight` is how many elements there are in it.
    ///
    /// # Errors
    /// [`Refusal::Busy`] if too many of that store wait already, or the node stops.
    pub async fn ask(&self, relay: Relay, request: Q, weight: usize) -> Result<A, Refusal> {
        let (asker, answer) = oneshot::channel();
        let start = {
            let mut state = self.0.state();
            state.queue.push(relay, Ticket { relay, request, asker }, weight).map_err(|_| Refusal::Busy)?;
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

    /// One worker, until nothing waits. If its work panics, those whose requests it held hear that the node is too busy.
    fn run(&self) {
        loop {
            let mut batch = {
                let mut state = self.state();
                let most = match self.sharing {
                    Sharing::Together => AT_ONCE,
                    Sharing::Evenly => state.queue.waiting().div_ceil(self.most_workers).min(AT_ONCE),
                };
                let batch = state.queue.take(most, WEIGHT_AT_ONCE);
                if batch.is_empty() {
                    // Under the lock: whoever comes now starts another.
                    state.workers -= 1;
                    return;
                }
                batch
            };
            // Whoever has given up waiting asks again.
            batch.retain(|ticket| !ticket.asker.is_closed());
            let found = panic::catch_unwind(AssertUnwindSafe(|| (self.work)(batch))).unwrap_or_else(|_| {
                tracing::error!("a batch of requests could not be worked on");
                Vec::new()
            });
            let mut state = self.state();
            found.iter().for_each(|found| state.queue.note(found.relay, found.is_good));
        }
    }
}

#[cfg(test)]
mod tests;
