//! Sends orders: at times that were decided before (open loop), or each client its next one when its last is done (closed
//! loop).

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::Failed;
use crate::board::Board;
use crate::job::{Done, Job, Road, Till};

/// How long before a payment its till begins to wait: no customer is that quick.
const LEAD: Duration = Duration::from_millis(50);

/// How orders are sent.
#[derive(Clone, Debug)]
pub enum Pace {
    /// At these times, whatever becomes of those before; but for so many at a time.
    Open(Vec<Duration>, usize),
    /// By so many clients for so long.
    Closed(usize, Duration),
}

/// What came of it.
#[derive(Default)]
pub struct Driven {
    /// Of each order.
    pub done: Vec<Done>,
    /// Orders that were not sent.
    pub left: VecDeque<Job>,
    /// Orders that had to wait because as many as allowed were in flight.
    pub capped: u64,
    /// When there were no more orders to send, if time was left.
    pub ran_out: Option<Duration>,
}

enum Cue {
    Watch,
    Send(Duration),
}

/// Sends orders from `start` on until all that were sent are done.
pub async fn drive(
    road: &Road,
    jobs: VecDeque<Job>,
    pace: &Pace,
    board: &Arc<Board>,
    start: Instant,
) -> Result<Driven, Failed> {
    match pace {
        Pace::Open(times, most) => open(road, jobs, times.clone(), *most, board, start).await,
        Pace::Closed(clients, length) => closed(road, jobs, *clients, *length, board, start).await,
    }
}

/// A thread of its own keeps time: the runtime's timers are late by up to a millisecond.
fn keep_time(start: std::time::Instant, times: Vec<Duration>, cues: UnboundedSender<Cue>) {
    let mut watched = times.clone().into_iter().peekable();
    for time in times {
        loop {
            let lead = watched.peek().map(|next| next.saturating_sub(LEAD)).filter(|lead| *lead <= time);
            let due = start + lead.unwrap_or(time);
            std::thread::sleep(due.saturating_duration_since(std::time::Instant::now()));
            let cue = if lead.is_some() { Cue::Watch } else { Cue::Send(time) };
            let sends = matches!(cue, Cue::Send(_));
            if cues.send(cue).is_err() {
                return;
            }
            if sends {
                break;
            }
            watched.next();
        }
    }
}

async fn open(
    road: &Road,
    mut jobs: VecDeque<Job>,
    times: Vec<Duration>,
    most: usize,
    board: &Arc<Board>,
    start: Instant,
) -> Result<Driven, Failed> {
    let (cues, mut cued) = unbounded_channel();
    std::thread::spawn(move || keep_time(start.into_std(), times, cues));
    let (mut driven, mut running) = (Driven::default(), JoinSet::new());
    let mut waiting: VecDeque<(Job, Option<Till>)> = VecDeque::new();
    while let Some(cue) = cued.recv().await {
        match cue {
            Cue::Watch => {
                let job = jobs.pop_front().ok_or("an order too few was made")?;
                let till = road.watch(&job);
                waiting.push_back((job, till));
            }
            Cue::Send(planned) => {
                let (job, till) = waiting.pop_front().ok_or("an order too few is ready")?;
                if board.in_flight() >= most {
                    driven.capped += 1;
                    driven.done.extend(running.join_next().await.transpose()?);
                }
                running.spawn(carry(road.clone(), Arc::clone(board), job, till, start, planned));
            }
        }
        while let Some(ended) = running.try_join_next() {
            driven.done.push(ended?);
        }
    }
    while let Some(ended) = running.join_next().await {
        driven.done.push(ended?);
    }
    driven.left = jobs;
    Ok(driven)
}

async fn carry(road: Road, board: Arc<Board>, job: Job, till: Option<Till>, start: Instant, planned: Duration) -> Done {
    board.begin();
    let done = road.carry(job, till, start, planned).await;
    board.end(&done);
    done
}

async fn closed(
    road: &Road,
    jobs: VecDeque<Job>,
    clients: usize,
    length: Duration,
    board: &Arc<Board>,
    start: Instant,
) -> Result<Driven, Failed> {
    let jobs = Arc::new(Mutex::new(jobs));
    let ran_out = Arc::new(Mutex::new(None));
    let mut running = JoinSet::new();
    for _ in 0..clients {
        let (road, board) = (road.clone(), Arc::clone(board));
        let (jobs, ran_out) = (Arc::clone(&jobs), Arc::clone(&ran_out));
        running.spawn(async move {
            let next = || jobs.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
            let watched = |job: Job| {
                let till = road.watch(&job);
                (job, till)
            };
            let mut done = Vec::new();
            tokio::time::sleep_until(start).await;
            // The till of the next order waits while the one before it is carried.
            let mut coming = next().map(watched);
            while start.elapsed() < length {
                let Some((job, till)) = coming else {
                    ran_out.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(start.elapsed());
                    return (done, None);
                };
                coming = next().map(watched);
                done.push(carry(road.clone(), Arc::clone(&board), job, till, start, start.elapsed()).await);
            }
            (done, coming)
        });
    }
    let mut driven = Driven::default();
    while let Some(ended) = running.join_next().await {
        let (done, unsent) = ended?;
        driven.done.extend(done);
        if let Some((job, till)) = unsent {
            till.inspect(|till| till.abort());
            driven.left.push_back(job);
        }
    }
    driven.left.extend(jobs.lock().unwrap_or_else(PoisonError::into_inner).drain(..));
    driven.ran_out = *ran_out.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(driven)
}
