//! What the writer is asked to do.

use tokio::sync::oneshot;

use super::{Committed, StorageError, Transaction};

/// Work inside a transaction that it shares with other jobs.
pub trait Job: Send {
    /// Reads and writes. Other jobs' writes that it sees may not be durable yet, so it must tell nobody anything
    /// before [`Job::done`], not even a refusal.
    fn run(&mut self, transaction: &mut dyn Transaction) -> Verdict;

    /// Called once, after the commit: with its token, or with why nothing of the transaction was stored (in that case
    /// the job may not have run at all).
    fn done(self: Box<Self>, outcome: Result<&Committed, &StorageError>);
}

/// What becomes of a job's writes. The other jobs of the transaction are not touched either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// They are committed.
    Keep,
    /// They are taken back.
    Undo,
}

type Answer<T, E> = Result<(T, Committed), E>;

/// A closure with somebody who waits for its result.
pub(super) struct Task<F, T, E> {
    work: Option<F>,
    result: Option<Result<T, E>>,
    asker: oneshot::Sender<Answer<T, E>>,
}

impl<F, T, E> Task<F, T, E> {
    pub(super) fn new(work: F) -> (Self, oneshot::Receiver<Answer<T, E>>) {
        let (asker, answer) = oneshot::channel();
        let task = Self { work: Some(work), result: None, asker };
        (task, answer)
    }
}

impl<F, T, E> Job for Task<F, T, E>
where
    F: FnOnce(&mut dyn Transaction) -> Result<T, E> + Send,
    T: Send,
    E: From<StorageError> + Send,
{
    fn run(&mut self, transaction: &mut dyn Transaction) -> Verdict {
        self.result = self.work.take().map(|work| work(transaction));
        match self.result {
            Some(Ok(_)) => Verdict::Keep,
            Some(Err(_)) | None => Verdict::Undo,
        }
    }

    fn done(self: Box<Self>, outcome: Result<&Committed, &StorageError>) {
        let answer = match (outcome, self.result) {
            (Ok(committed), Some(result)) => result.map(|value| (value, *committed)),
            (Ok(_), None) => Err(StorageError::Stopped.into()),
            (Err(error), _) => Err(error.clone().into()),
        };
        // If nobody waits any more there is nobody to tell.
        drop(self.asker.send(answer));
    }
}
