//! How long a federation takes from its start to its first certified order, every node having been killed.

use std::time::Duration;

use serde::Serialize;
use tokio::time::Instant;

use crate::Failed;
use crate::client::Client;
use crate::federation::{Federation, Node};
use crate::job::Road;
use crate::say;
use crate::stock::Stock;

/// How often it is killed.
const TIMES: usize = 7;

/// What was found.
#[derive(Clone, Debug, Serialize)]
pub struct Restarted {
    /// Coins spent at each node before it started first.
    pub spent: u64,
    /// From the start of all nodes at once until the last says that it is ready, in milliseconds, sorted.
    pub ready_ms: Vec<f64>,
    /// Until the first order is certified, in milliseconds, sorted. A store asks witnesses that do not vote yet again after
    /// 200 ms, then 400 ms.
    pub vote_ms: Vec<f64>,
}

impl Restarted {
    /// The middle one.
    pub fn median(sorted: &[f64]) -> f64 {
        sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
    }
}

/// Kills all nodes at once, starts them at once, and brings an order, again and again.
pub async fn measure(federation: &Federation, road: &Road, stock: &mut Stock, spent: u64) -> Result<Restarted, Failed> {
    let mut jobs = stock.take(TIMES).await?;
    let addresses: Vec<_> = federation.nodes.iter().map(|node| node.http).collect();
    let (mut ready, mut vote) = (Vec::new(), Vec::new());
    let mut alive = Vec::new();
    federation.nodes.iter().for_each(Node::kill);
    while let Some(job) = jobs.pop_front() {
        drop(std::mem::take(&mut alive));
        let start = Instant::now();
        alive = federation.start_again()?;
        let is_ready = start.elapsed();
        // What it had open broke with the nodes.
        let road = Road { client: Client::new(&addresses), ..road.clone() };
        let done = road.carry(job, None, start, Duration::ZERO).await;
        let certified =
            done.answer.ok_or_else(|| format!("after a start no order is certified: {:?}", done.troubles))?;
        say(&format!("  ready after {:.0} ms, the first vote after {:.0} ms", millis(is_ready), millis(certified)));
        ready.push(millis(is_ready));
        vote.push(millis(certified));
        alive.iter().for_each(Node::kill);
    }
    for times in [&mut ready, &mut vote] {
        times.sort_by(f64::total_cmp);
    }
    Ok(Restarted { spent, ready_ms: ready, vote_ms: vote })
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
