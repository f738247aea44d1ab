//! Which event streams are open: few for each token, and not many in all (EVENT-9).

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::problem::{Code, Problem};

/// Most streams of one token: with one more the oldest ends, so that a till that lost its line comes back at once.
const PER_TOKEN: usize = 4;
/// Most streams in all.
const IN_ALL: usize = 128;

/// All that are open.
#[derive(Clone, Default)]
pub(super) struct Streams(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    next: u64,
    open: Vec<Open>,
}

struct Open {
    number: u64,
    owner: [u8; 32],
    end: Arc<Notify>,
}

/// The place of one stream; dropped, it is free.
pub(super) struct Seat {
    streams: Streams,
    number: u64,
    end: Arc<Notify>,
}

impl Streams {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for a stream of this token.
    pub(super) fn enter(&self, owner: [u8; 32]) -> Result<Seat, Problem> {
        let mut state = self.lock();
        let own = state.open.iter().filter(|open| open.owner == owner).count();
        let oldest = state.open.iter().position(|open| open.owner == owner);
        if let Some(oldest) = oldest.filter(|_| own >= PER_TOKEN) {
            state.open.remove(oldest).end.notify_one();
        }
        if state.open.len() >= IN_ALL {
            let detail = format!("{IN_ALL} event streams are open at this node: end one, or read less often");
            return Err(Problem::new(Code::RateLimited, detail));
        }
        let (number, end) = (state.next, Arc::new(Notify::new()));
        state.next = number.wrapping_add(1);
        state.open.push(Open { number, owner, end: Arc::clone(&end) });
        drop(state);
        Ok(Seat { streams: self.clone(), number, end })
    }
}

impl Seat {
    /// Ready when another stream of the token has taken the place.
    pub(super) async fn taken(&self) {
        self.end.notified().await;
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.streams.lock().open.retain(|open| open.number != self.number);
    }
}
