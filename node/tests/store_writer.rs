//! The writer thread: many jobs in one commit, and nobody is answered before it.

mod store_support;

use std::sync::{Arc, mpsc};
use std::task::{Context, Poll, Waker};

use ronde_node::store::{
    Committed, Engine as _, MemoryEngine, Read, Readers, StorageError, Table, Transaction, Writer, WriterConfig,
};
use store_support::Failing;
use tokio::task::JoinHandle;

type Answer = Result<((), Committed), StorageError>;

/// Starts a job that keeps the writer busy until the sender is used or dropped.
async fn hold(writer: &Writer) -> (mpsc::Sender<()>, JoinHandle<Answer>) {
    let (started, has_started) = tokio::sync::oneshot::channel();
    let (release, released) = mpsc::channel();
    let writer = writer.clone();
    let holder = tokio::spawn(async move {
        writer
            .submit(move |_| {
                started.send(()).unwrap();
                let _ = released.recv();
                Ok(())
            })
            .await
    });
    has_started.await.unwrap();
    (release, holder)
}

/// Queues `work` now, in this order, and returns the answer to come.
fn queue<T: Send + 'static>(
    writer: &Writer,
    work: impl FnOnce(&mut dyn Transaction) -> Result<T, Refusal> + Send + 'static,
) -> impl Future<Output = Result<(T, Committed), Refusal>> {
    let writer = writer.clone();
    let mut answer = Box::pin(async move { writer.submit(work).await });
    // The first poll queues the job.
    assert!(answer.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    answer
}

#[derive(Debug)]
enum Refusal {
    AlreadyThere,
    Storage(StorageError),
}

impl From<StorageError> for Refusal {
    fn from(error: StorageError) -> Self {
        Self::Storage(error)
    }
}

/// Writes `key` unless it is there.
fn take(key: u8) -> impl FnOnce(&mut dyn Transaction) -> Result<u8, Refusal> + Send {
    move |transaction| {
        transaction.put(Table::Counter, b"attempt", &[key])?;
        if transaction.get(Table::Coin, &[key])?.is_some() {
            return Err(Refusal::AlreadyThere);
        }
        transaction.put(Table::Coin, &[key], b"taken")?;
        Ok(key)
    }
}

fn start(engine: impl ronde_node::store::Engine + 'static) -> Writer {
    Writer::start(engine, WriterConfig::default()).unwrap()
}

#[tokio::test]
async fn jobs_that_wait_share_one_commit() {
    let writer = start(MemoryEngine::new());
    let (release, holder) = hold(&writer).await;
    let answers: Vec<_> = (0..100).map(|key| queue(&writer, take(key))).collect();
    drop(release);
    holder.await.unwrap().unwrap();
    for (key, answer) in (0u8..).zip(answers) {
        assert_eq!(answer.await.unwrap().0, key);
    }
    let stats = writer.stats();
    assert_eq!((stats.commits, stats.jobs, stats.largest_batch), (2, 101, 100));
}

#[tokio::test]
async fn a_batch_is_bounded() {
    let writer = Writer::start(MemoryEngine::new(), WriterConfig { queue: 64, batch: 8 }).unwrap();
    let (release, _holder) = hold(&writer).await;
    let answers: Vec<_> = (0..32).map(|key| queue(&writer, take(key))).collect();
    drop(release);
    for answer in answers {
        answer.await.unwrap();
    }
    assert_eq!(writer.stats().largest_batch, 8);
}

#[tokio::test]
async fn a_refused_job_is_taken_back_and_the_others_stand() {
    let engine = MemoryEngine::new();
    let readers = Readers::open(&engine, 1).unwrap();
    let writer = start(engine);
    let (release, _holder) = hold(&writer).await;
    let first = queue(&writer, take(1));
    let again = queue(&writer, |transaction: &mut dyn Transaction| {
        transaction.put(Table::Meta, b"spoilt", b"x")?;
        take(1)(transaction)
    });
    let other = queue(&writer, take(2));
    drop(release);
    first.await.unwrap();
    assert!(matches!(again.await, Err(Refusal::AlreadyThere)));
    other.await.unwrap();
    readers.with(|reader: &dyn Read| {
        assert_eq!(reader.get(Table::Meta, b"spoilt").unwrap(), None);
        assert_eq!(reader.get(Table::Counter, b"attempt").unwrap(), Some(vec![2]));
        assert!(reader.get(Table::Coin, &[1]).unwrap().is_some());
        assert!(reader.get(Table::Coin, &[2]).unwrap().is_some());
    });
    assert_eq!(writer.stats().commits, 2);
}

#[tokio::test]
async fn what_is_answered_is_committed_already() {
    let engine = MemoryEngine::new();
    let readers = Arc::new(Readers::open(&engine, 1).unwrap());
    let writer = start(engine);
    for key in 0..50 {
        writer.submit(take(key)).await.unwrap();
        assert!(readers.with(|reader| reader.get(Table::Coin, &[key])).unwrap().is_some());
    }
}

#[tokio::test]
async fn a_failed_commit_is_told_to_all_of_it_even_to_the_refused() {
    let engine = Failing::default();
    engine.outcomes().lock().unwrap().extend([Ok(()), Err(StorageError::Full)]);
    let readers = Readers::open(&engine, 1).unwrap();
    let writer = start(engine);
    let (release, holder) = hold(&writer).await;
    let first = queue(&writer, take(1));
    // It would be refused because of a write that will never be stored.
    let again = queue(&writer, take(1));
    drop(release);
    holder.await.unwrap().unwrap();
    for answer in [first.await, again.await] {
        assert!(matches!(answer, Err(Refusal::Storage(StorageError::Full))), "{answer:?}");
    }
    assert_eq!(readers.with(|reader| reader.get(Table::Coin, &[1])).unwrap(), None);
    // A full disk is no reason to stop for good.
    writer.submit(take(3)).await.unwrap();
    assert_eq!(writer.stats().failures, 1);
}

#[tokio::test]
async fn after_a_failure_that_leaves_doubt_nothing_is_stored_any_more() {
    let engine = Failing::default();
    let doubt = StorageError::Corrupt(Arc::new(rusqlite::Error::InvalidQuery));
    engine.outcomes().lock().unwrap().push_back(Err(doubt));
    let writer = start(engine);
    let watched = writer.clone();
    let watch = tokio::spawn(async move { watched.failed().await });
    let failed = writer.submit(take(1)).await;
    assert!(matches!(failed, Err(Refusal::Storage(StorageError::Corrupt(_)))), "{failed:?}");
    assert!(matches!(watch.await.unwrap(), StorageError::Corrupt(_)));
    let refused = writer.submit(take(2)).await;
    assert!(matches!(refused, Err(Refusal::Storage(StorageError::Stopped))), "{refused:?}");
}

#[tokio::test]
async fn a_full_queue_makes_submitters_wait() {
    let writer = Writer::start(MemoryEngine::new(), WriterConfig { queue: 1, batch: 8 }).unwrap();
    let (release, _holder) = hold(&writer).await;
    let queued = queue(&writer, take(1));
    let job = Box::new(Nothing);
    let mut third = Box::pin(writer.submit_job(job));
    assert!(matches!(third.as_mut().poll(&mut Context::from_waker(Waker::noop())), Poll::Pending));
    drop(release);
    third.await.unwrap();
    queued.await.unwrap();
}

struct Nothing;

impl ronde_node::store::Job for Nothing {
    fn run(&mut self, _transaction: &mut dyn Transaction) -> ronde_node::store::Verdict {
        ronde_node::store::Verdict::Keep
    }

    fn done(self: Box<Self>, outcome: Result<&Committed, &StorageError>) {
        assert!(outcome.is_ok());
    }
}

#[tokio::test]
async fn shutdown_does_what_is_queued_and_takes_no_more() {
    let engine = MemoryEngine::new();
    let observer = engine.observer();
    let writer = start(engine);
    let (release, _holder) = hold(&writer).await;
    let answers: Vec<_> = (0..10).map(|key| queue(&writer, take(key))).collect();
    let mut shutdown = Box::pin(writer.shutdown());
    assert!(shutdown.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    drop(release);
    shutdown.await.unwrap();
    for answer in answers {
        answer.await.unwrap();
    }
    let refused = writer.submit(take(11)).await;
    assert!(matches!(refused, Err(Refusal::Storage(StorageError::Stopped))), "{refused:?}");
    let after = MemoryEngine::restore(observer.snapshot()).reader().unwrap();
    assert_eq!(after.scan(Table::Coin, &[], None, 100).unwrap().len(), 10);
    writer.shutdown().await.unwrap();
}

#[tokio::test]
async fn shutdown_frees_the_database_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("node.db");
    let writer = start(ronde_node::store::SqliteEngine::open(&path).unwrap());
    writer.submit(take(1)).await.unwrap();
    writer.shutdown().await.unwrap();
    let engine = ronde_node::store::SqliteEngine::open(&path).unwrap();
    assert!(engine.reader().unwrap().get(Table::Coin, &[1]).unwrap().is_some());
}
