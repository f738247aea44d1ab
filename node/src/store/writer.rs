//! The one thread that writes: it runs many jobs in one transaction, because a sync costs more than a job.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use tokio::sync::{mpsc, watch};

use super::job::Task;
use super::{Committed, Engine, Job, StorageError, Transaction, Verdict};
use crate::fault;

/// Bounds of the writer.
#[derive(Debug, Clone, Copy)]
pub struct WriterConfig {
    /// Jobs that may wait. Whoever submits one more waits too.
    pub queue: usize,
    /// Jobs per transaction at most.
    pub batch: usize,
}

impl Default for WriterConfig {
    fn default() -> Self {
        Self { queue: 1024, batch: 256 }
    }
}

/// What the writer has done since it started.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WriterStats {
    /// Commits that returned.
    pub commits: u64,
    /// Jobs in those commits; divided by `commits`, the mean batch.
    pub jobs: u64,
    /// Most jobs in one commit.
    pub largest_batch: u64,
    /// Transactions that failed and were rolled back.
    pub failures: u64,
}

/// A handle on the writer thread; clones share it. When the last one is dropped the thread does what is queued and
/// ends; [`Writer::shutdown`] also waits for that.
#[derive(Clone)]
pub struct Writer {
    queue: mpsc::Sender<Message>,
    counters: Arc<Counters>,
    thread: Arc<Mutex<Option<thread::JoinHandle<()>>>>,
    failure: watch::Receiver<Option<StorageError>>,
}

enum Message {
    Run(Box<dyn Job>),
    Stop,
}

impl Writer {
    /// Starts the thread that owns `engine` from now on.
    pub fn start(engine: impl Engine + 'static, config: WriterConfig) -> Result<Self, StorageError> {
        let (queue, jobs) = mpsc::channel(config.queue.max(1));
        let counters = Arc::new(Counters::default());
        let (told, failure) = watch::channel(None);
        let worker = Worker { engine, jobs, batch: config.batch.max(1), counters: Arc::clone(&counters), told };
        let thread = thread::Builder::new()
            .name("writer".into())
            .spawn(|| worker.run())
            .map_err(|error| StorageError::file("the writer thread", error))?;
        Ok(Self { queue, counters, thread: Arc::new(Mutex::new(Some(thread))), failure })
    }

    /// Queues a job; waits while the queue is full. [`Job::done`] tells how it ended.
    pub async fn submit_job(&self, job: Box<dyn Job>) -> Result<(), StorageError> {
        let message = Message::Run(job);
        self.queue.send(message).await.map_err(|_| StorageError::Stopped)
    }

    /// The same from a thread that may wait; never from async code.
    pub fn submit_from_thread(&self, job: Box<dyn Job>) {
        if let Err(refused) = self.queue.blocking_send(Message::Run(job))
            && let Message::Run(job) = refused.0
        {
            job.done(Err(&StorageError::Stopped));
        }
    }

    /// Runs `work` in a transaction and answers once that is durable.
    ///
    /// If `work` fails, its writes are taken back and its error is returned; the error, too, waits for the commit,
    /// since `work` may have read another job's unfinished writes. The work runs even if the future is dropped after
    /// it was queued; it is queued at the first poll.
    pub async fn submit<T, E, F>(&self, work: F) -> Result<(T, Committed), E>
    where
        F: FnOnce(&mut dyn Transaction) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StorageError> + Send + 'static,
    {
        let (task, answer) = Task::new(work);
        self.submit_job(Box::new(task)).await?;
        answer.await.unwrap_or_else(|_| Err(StorageError::Stopped.into()))
    }

    /// Waits until the writer has stopped after a failure that leaves it unclear what reached the disk, and says which.
    /// Never ready if it is shut down in order.
    pub async fn failed(&self) -> StorageError {
        let mut failure = self.failure.clone();
        let told = failure.wait_for(Option::is_some).await.ok().and_then(|told| told.clone());
        match told {
            Some(error) => error,
            None => std::future::pending().await,
        }
    }

    /// Counters since the start.
    #[must_use]
    pub fn stats(&self) -> WriterStats {
        self.counters.read()
    }

    /// Takes no more jobs, does those already queued, closes the engine, and returns when that is done.
    pub async fn shutdown(&self) -> Result<(), StorageError> {
        // Fails only if the thread has ended already.
        drop(self.queue.send(Message::Stop).await);
        self.queue.closed().await;
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        match thread {
            Some(thread) => match tokio::task::spawn_blocking(move || thread.join()).await {
                Ok(Ok(())) => Ok(()),
                _ => Err(StorageError::Stopped),
            },
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer").field("stats", &self.stats()).finish_non_exhaustive()
    }
}

struct Worker<E> {
    engine: E,
    jobs: mpsc::Receiver<Message>,
    batch: usize,
    counters: Arc<Counters>,
    told: watch::Sender<Option<StorageError>>,
}

impl<E: Engine> Worker<E> {
    fn run(mut self) {
        while let Some(first) = self.jobs.blocking_recv() {
            let batch = self.gather(first);
            if batch.is_empty() {
                continue;
            }
            if let Err(error) = self.commit(batch)
                && !error.is_transient()
            {
                tracing::error!(%error, "the writer stops: it cannot know what reached the disk");
                self.told.send_replace(Some(error));
                return self.refuse_the_rest();
            }
        }
    }

    /// `first` and what else waits, up to the bound. A stop closes the queue; what it already holds is still done.
    fn gather(&mut self, first: Message) -> Vec<Box<dyn Job>> {
        let mut batch = Vec::new();
        let mut next = Some(first);
        while let Some(message) = next {
            match message {
                Message::Run(job) => batch.push(job),
                Message::Stop => self.jobs.close(),
            }
            next = if batch.len() < self.batch { self.jobs.try_recv().ok() } else { None };
        }
        batch
    }

    fn commit(&mut self, mut batch: Vec<Box<dyn Job>>) -> Result<(), StorageError> {
        let outcome = transact(&mut self.engine, &mut batch);
        self.counters.record(&outcome, batch.len());
        for job in batch {
            job.done(outcome.as_ref());
        }
        outcome.map(drop)
    }

    fn refuse_the_rest(mut self) {
        self.jobs.close();
        while let Some(message) = self.jobs.blocking_recv() {
            if let Message::Run(job) = message {
                job.done(Err(&StorageError::Stopped));
            }
        }
    }
}

/// One transaction with a savepoint per job.
fn transact(engine: &mut dyn Engine, batch: &mut [Box<dyn Job>]) -> Result<Committed, StorageError> {
    let mut transaction = engine.begin()?;
    for job in batch {
        transaction.savepoint()?;
        match job.run(transaction.as_mut()) {
            Verdict::Keep => transaction.release()?,
            Verdict::Undo => transaction.undo()?,
        }
    }
    fault::point("writer.before-commit");
    let committed = transaction.commit()?;
    fault::point("writer.after-commit");
    Ok(committed)
}

#[derive(Debug, Default)]
struct Counters {
    commits: AtomicU64,
    jobs: AtomicU64,
    largest_batch: AtomicU64,
    failures: AtomicU64,
}

impl Counters {
    fn record(&self, result: &Result<Committed, StorageError>, jobs: usize) {
        if result.is_err() {
            self.failures.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let jobs = u64::try_from(jobs).unwrap_or(u64::MAX);
        self.commits.fetch_add(1, Ordering::Relaxed);
        self.jobs.fetch_add(jobs, Ordering::Relaxed);
        self.largest_batch.fetch_max(jobs, Ordering::Relaxed);
    }

    fn read(&self) -> WriterStats {
        WriterStats {
            commits: self.commits.load(Ordering::Relaxed),
            jobs: self.jobs.load(Ordering::Relaxed),
            largest_batch: self.largest_batch.load(Ordering::Relaxed),
            failures: self.failures.load(Ordering::Relaxed),
        }
    }
}
