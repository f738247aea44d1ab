//! What an order costs on a database that is there: opened cold, one order at a time, many in one transaction, and through the
//! node's writer.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ronde_node::driver::LedgerError;
use ronde_node::store::{Engine, Table, Writer, WriterConfig};
use serde::{Deserialize, Serialize};

use crate::Failed;
use crate::machine::{self, Used};
use crate::town::{Payment, Town, certified, voted};

/// Orders whose votes, and then whose certificates, share a transaction.
pub const BATCHES: [usize; 3] = [1, 8, 64];
/// Orders that are under way at the same time.
pub const IN_FLIGHT: usize = 32;

/// How many orders each part has.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Counts {
    /// After the files were thrown out of the memory.
    pub cold: usize,
    /// One at a time, through the writer.
    pub single: usize,
    /// Many at a time, through the writer.
    pub flight: usize,
    /// For each size of a batch.
    pub batch: [usize; 3],
}

impl Counts {
    /// For a whole run, or a share of one.
    pub fn of(scale: f64) -> Self {
        let scaled = |count: usize| ((count as f64 * scale) as usize).max(BATCHES[2]);
        Self { cold: scaled(100), single: scaled(300), flight: scaled(1600), batch: [200, 400, 1280].map(scaled) }
    }

    fn sum(self) -> usize {
        self.cold + self.single + self.flight + self.batch.iter().sum::<usize>()
    }
}

/// Times of orders: from when it is asked for until its certificate is on the disk.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct Pace {
    /// Orders a second.
    pub rate: f64,
    /// Milliseconds.
    pub p50: f64,
    /// Milliseconds.
    pub p99: f64,
    /// Processor time of an order in microseconds, the machine's decisions and signatures included.
    pub cpu: f64,
    /// Bytes written for an order.
    pub written: f64,
    /// Bytes read from the disk for an order.
    pub read: f64,
}

/// Everything that was seen in one process.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Seen {
    /// Milliseconds to open the database, cold, up to the first coin that was looked up.
    pub open: f64,
    /// Bytes of memory that opening took.
    pub opened: u64,
    /// Bytes of memory at the peak, above what there was before it was opened.
    pub peak: u64,
    /// One order at a time, nothing of the database in memory at the start.
    pub cold: Pace,
    /// By size of the batch.
    pub batches: [Pace; 3],
    /// One order at a time, through the writer.
    pub single: Pace,
    /// Many in flight.
    pub flight: Pace,
    /// Jobs in one commit, in the mean, with many in flight.
    pub shared: f64,
}

struct Clock {
    begun: Instant,
    used: Used,
    times: Vec<Duration>,
}

impl Clock {
    fn start() -> Result<Self, Failed> {
        Ok(Self { used: machine::used()?, begun: Instant::now(), times: Vec::new() })
    }

    fn stop(mut self, orders: usize) -> Result<Pace, Failed> {
        let (took, used) = (self.begun.elapsed(), machine::used()?);
        self.times.sort_unstable();
        let at = |share: usize| {
            let place = (self.times.len() * share).div_ceil(100).saturating_sub(1);
            self.times.get(place).map_or(0.0, |time| time.as_secs_f64() * 1e3)
        };
        let per = |total: f64| total / orders.max(1) as f64;
        Ok(Pace {
            rate: orders as f64 / took.as_secs_f64(),
            p50: at(50),
            p99: at(99),
            cpu: per((used.cpu.saturating_sub(self.used.cpu)).as_secs_f64() * 1e6),
            written: per(used.written.saturating_sub(self.used.written) as f64),
            read: per(used.read.saturating_sub(self.used.read) as f64),
        })
    }
}

/// Measures. Other seeds pay with other coins.
pub fn measure(
    open: impl FnOnce() -> Result<Box<dyn Engine>, Failed>,
    folder: &Path,
    seed: u64,
    counts: Counts,
) -> Result<Seen, Failed> {
    let town = Town::new();
    let payments = town.payments(seed, counts.sum())?;
    let mut left = payments.as_slice();
    let mut take = |count: usize| {
        let (taken, rest) = left.split_at_checked(count).unwrap_or((left, &[]));
        left = rest;
        taken
    };
    machine::evict(folder)?;
    machine::forget_peak()?;
    let (before, _) = machine::memory()?;
    let begun = Instant::now();
    let mut engine = open()?;
    engine.begin()?.get(Table::Coin, &[0; 36])?;
    let opening = begun.elapsed().as_secs_f64() * 1e3;
    let opened = machine::memory()?.0.saturating_sub(before);
    let cold = in_batches(engine.as_mut(), &town, take(counts.cold), 1)?;
    machine::read_all(folder)?;
    let mut batches = [Pace::default(); 3];
    for ((pace, size), count) in batches.iter_mut().zip(BATCHES).zip(counts.batch) {
        *pace = in_batches(engine.as_mut(), &town, take(count), size)?;
    }
    let (single, flight) = (take(counts.single).to_vec(), take(counts.flight).to_vec());
    let (single, flight, shared) = through_writer(engine, town, single, flight)?;
    let peak = machine::memory()?.1.saturating_sub(before);
    Ok(Seen { open: opening, opened, peak, cold, batches, single, flight, shared })
}

/// The votes of so many orders in one transaction, their certificates in the next.
fn in_batches(engine: &mut dyn Engine, town: &Town, payments: &[Payment], size: usize) -> Result<Pace, Failed> {
    let mut clock = Clock::start()?;
    for batch in payments.chunks(size) {
        let begun = Instant::now();
        let mut tx = engine.begin()?;
        let mut replies = Vec::with_capacity(batch.len());
        for payment in batch {
            tx.savepoint()?;
            replies.push(town.vote(tx.as_mut(), payment)?);
            tx.release()?;
        }
        tx.commit()?;
        replies.drain(..).try_for_each(voted)?;
        let mut tx = engine.begin()?;
        for payment in batch {
            tx.savepoint()?;
            replies.push(town.certify(tx.as_mut(), payment)?);
            tx.release()?;
        }
        tx.commit()?;
        replies.into_iter().try_for_each(certified)?;
        clock.times.extend(std::iter::repeat_n(begun.elapsed(), batch.len()));
    }
    clock.stop(payments.len())
}

/// One order after another, then many at a time, and how many jobs shared a commit.
fn through_writer(
    engine: Box<dyn Engine>,
    town: Town,
    single: Vec<Payment>,
    flight: Vec<Payment>,
) -> Result<(Pace, Pace, f64), Failed> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let writer = Writer::start(engine, WriterConfig::default())?;
        let town = Arc::new(town);
        let alone = side_by_side(&writer, &town, single, 1).await?;
        let before = writer.stats();
        let many = side_by_side(&writer, &town, flight, IN_FLIGHT).await?;
        let after = writer.stats();
        writer.shutdown().await?;
        let commits = after.commits - before.commits;
        Ok((alone, many, (after.jobs - before.jobs) as f64 / commits.max(1) as f64))
    })
}

async fn side_by_side(writer: &Writer, town: &Arc<Town>, payments: Vec<Payment>, many: usize) -> Result<Pace, Failed> {
    let count = payments.len();
    let mut clock = Clock::start()?;
    let line = Arc::new(tokio::sync::Mutex::new(payments.into_iter()));
    let mut customers = tokio::task::JoinSet::new();
    for _ in 0..many {
        let (writer, town, line) = (writer.clone(), Arc::clone(town), Arc::clone(&line));
        customers.spawn(async move {
            let mut times = Vec::new();
            loop {
                let Some(payment) = line.lock().await.next() else { return Ok::<_, Failed>(times) };
                let begun = Instant::now();
                pay(&writer, &town, payment).await?;
                times.push(begun.elapsed());
            }
        });
    }
    while let Some(customer) = customers.join_next().await {
        clock.times.extend(customer??);
    }
    clock.stop(count)
}

/// As the node's driver does it: a job for the vote, and one for the certificate.
async fn pay(writer: &Writer, town: &Arc<Town>, payment: Payment) -> Result<(), Failed> {
    let payment = Arc::new(payment);
    let (at, paid) = (Arc::clone(town), Arc::clone(&payment));
    let (reply, _) = writer.submit(move |tx| at.vote(tx, &paid)).await.map_err(|error: LedgerError| error)?;
    voted(reply)?;
    let at = Arc::clone(town);
    let (reply, _) = writer.submit(move |tx| at.certify(tx, &payment)).await.map_err(|error: LedgerError| error)?;
    certified(reply)
}
