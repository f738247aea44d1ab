//! Orders that are ready, made as they are needed.

use std::collections::VecDeque;

use crate::Failed;
use crate::chaos::chance::Chance;
use crate::job::Job;
use crate::mix::Mix;
use crate::prepare::Workshop;
use crate::say;

/// Orders of a mix, ready to be sent.
pub struct Stock {
    workshop: Workshop,
    mix: Mix,
    chance: Chance,
    ready: VecDeque<Job>,
}

impl Stock {
    /// Nothing yet.
    pub fn new(workshop: Workshop, mix: Mix, seed: u64) -> Self {
        Self { workshop, mix, chance: Chance::new(seed, "mix"), ready: VecDeque::new() }
    }

    /// So many orders; what is not there is made.
    pub async fn take(&mut self, orders: usize) -> Result<VecDeque<Job>, Failed> {
        let missing = orders.saturating_sub(self.ready.len());
        if missing > 0 {
            say(&format!("making {missing} orders of {}", self.mix));
            let deeds = self.mix.deal(missing, &mut self.chance);
            self.ready.extend(self.workshop.make(&deeds).await?);
        }
        Ok(self.ready.drain(..orders.min(self.ready.len())).collect())
    }

    /// Takes back what was not sent.
    pub fn give_back(&mut self, jobs: VecDeque<Job>) {
        self.ready.extend(jobs);
    }
}
