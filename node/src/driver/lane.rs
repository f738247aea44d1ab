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

use crate::clock;

mod queue;

use queue::{FairQueue, Taken};

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
    /// Somebody will start a worker when a store's rest ends.
    is_awaited: bool,
}

impl<Q: Send + 'static, A: Send + 'static> Lane<Q, A> {
    /// A lane of so many workers at most, at least one.
    pub fn new(
        most_workers: usize,
        sharing: Sharing,
        work: impl Fn(Vec<Ticket<Q, A>>) -> Vec<Found> + Send + Sync + 'static,
    ) -> Self {
        let state = Mutex::new(State { queue: FairQueue::new(WAITING_OF_ONE), workers: 0, is_awaited: false });
        Self(Arc::new(Inner { state, work: Box::new(work), most_workers: most_workers.max(1), sharing }))
    }

    /// Waits for the answer to a request; `weight` is how many elements there are in it.
    ///
    /// # Errors
    /// [`Refusal::Busy`] if too many of that store wait already, or the node stops.
    pub async fn ask(&self, relay: Relay, request: Q, weight: usize) -> Result<A, Refusal> {
        let (asker, answer) = oneshot::channel();
        {
            let mut state = self.0.state();
            state.queue.push(relay, Ticket { relay, request, asker }, weight).map_err(|_| Refusal::Busy)?;
            self.0.start(&mut state);
        }
        answer.await.map_err(|_| Refusal::Busy)
    }
}

impl<Q: Send + 'static, A: Send + 'static> Inner<Q, A> {
    /// Starts a worker, if there is something to do for one more; or sees to it that one is started when there is.
    fn start(self: &Arc<Self>, state: &mut State<Q, A>) {
        let now = clock::monotonic();
        if state.queue.is_ready(now) {
            if state.workers < self.most_workers {
                state.workers += 1;
                let inner = Arc::clone(self);
                tokio::task::spawn_blocking(move || inner.run());
            }
        } else if let Some(until) = state.queue.rests_until()
            && !state.is_awaited
        {
            state.is_awaited = true;
            let inner = Arc::clone(self);
            tokio::spawn(async move {
                tokio::time::sleep_until(until).await;
                let mut state = inner.state();
                state.is_awaited = false;
                inner.start(&mut state);
            });
        }
    }

    fn state(&self) -> MutexGuard<'_, State<Q, A>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One worker, until nothing waits. If its work panics, those whose requests it held hear that the node is too busy.
    fn run(self: Arc<Self>) {
        loop {
            let began = clock::monotonic();
            let Taken { requests: mut batch, is_slow } = {
                let mut state = self.state();
                let most = match self.sharing {
                    Sharing::Together => AT_ONCE,
                    Sharing::Evenly => state.queue.waiting(began).div_ceil(self.most_workers).min(AT_ONCE),
                };
                let taken = state.queue.take(most, WEIGHT_AT_ONCE, began);
                if taken.requests.is_empty() {
                    // Under the lock: whoever comes now starts another.
                    state.workers -= 1;
                    self.start(&mut state);
                    return;
                }
                taken
            };
            let (relay, count) = (batch.first().and_then(|ticket| ticket.relay), batch.len());
            // Whoever has given up waiting asks again.
            batch.retain(|ticket| !ticket.asker.is_closed());
            let found = panic::catch_unwind(AssertUnwindSafe(|| (self.work)(batch))).unwrap_or_else(|_| {
                tracing::error!("a batch of requests could not be worked on");
                Vec::new()
            });
            let (mut state, now) = (self.state(), clock::monotonic());
            if is_slow {
                let wrong = found.iter().filter(|found| !found.is_good).count();
                let part = wrong as f64 / count.max(1) as f64;
                state.queue.end_slow(relay, (now - began).mul_f64(part), now);
            }
            found.iter().for_each(|found| state.queue.note(found.relay, found.is_good));
        }
    }
}

#[cfg(test)]
mod tests;
