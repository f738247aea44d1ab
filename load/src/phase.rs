//! One measured part of a run: orders are sent, everything is counted, and then every answer is verified.

mod figures;
mod verify;

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

use crate::Failed;
use crate::board::Board;
use crate::drive::{Driven, Pace, drive};
use crate::job::{Job, Road};
use crate::meter::Meter;
use crate::schedule::Stage;
pub use figures::{Figures, Second, Window};

/// Before the first order: tills begin to wait, and clients to be ready.
const RUN_UP: Duration = Duration::from_millis(200);

/// What a phase needs.
pub struct Course<'a> {
    /// Where orders are carried.
    pub road: &'a Road,
    /// What verifies them.
    pub keyset: &'a ronde_protocol::message::charter::Keyset,
    /// What counts.
    pub meter: &'a Meter,
}

/// How a phase goes.
pub struct Plan {
    /// In a word or two.
    pub name: String,
    /// How orders are sent.
    pub pace: Pace,
    /// Of an open loop, what its times were drawn from.
    pub stages: Vec<Stage>,
    /// The first part, which does not count.
    pub warmup: Duration,
}

impl Course<'_> {
    /// Runs a phase. Orders that were not sent come back.
    ///
    /// # Errors
    /// An order that was lost, or an answer that is not true.
    pub async fn run(&self, plan: &Plan, jobs: VecDeque<Job>) -> Result<(Figures, VecDeque<Job>), Failed> {
        let board = Board::new()?;
        let start = Instant::now() + RUN_UP;
        let teller = tokio::spawn(std::sync::Arc::clone(&board).tell(plan.name.clone(), start));
        let mut looks = Vec::new();
        let sent = async {
            let before = async {
                crate::job::at(start, plan.warmup).await;
                self.meter.read().await
            };
            let driven = drive(self.road, jobs, &plan.pace, &board, start);
            let (before, driven) = tokio::join!(before, driven);
            Ok::<_, Failed>((before?, driven?, self.meter.read().await?))
        };
        let sent = tokio::select! {
            sent = sent => sent,
            looked = self.meter.watch(start, &mut looks) => Err(looked.err().unwrap_or_else(|| "nobody looks".into())),
        };
        teller.abort();
        let (before, mut driven, after) = sent?;
        let left = std::mem::take(&mut driven.left);
        let figures = Figures::of(plan, &driven, (&before, &after), start, looks, board.most())?;
        self.verify(driven).await?;
        Ok((figures, left))
    }

    async fn verify(&self, driven: Driven) -> Result<(), Failed> {
        let wrong = verify::all(self.keyset, driven.done).await?;
        if wrong.is_empty() {
            return Ok(());
        }
        let shown: Vec<&str> = wrong.iter().take(5).map(String::as_str).collect();
        let more = "look at the nodes' logs, or send fewer orders a second if some were lost";
        Err(format!("{} orders came to a wrong end, such as: {}; {more}", wrong.len(), shown.join("; ")).into())
    }
}
