//! A federation that runs, and phases on it.

use std::time::Duration;

use super::{Found, TRIAL};
use crate::Failed;
use crate::chaos::chance::Chance;
use crate::drive::Pace;
use crate::phase::{Course, Figures, Plan};
use crate::say;
use crate::schedule::{Arrivals, Stage, arrivals};
use crate::stock::Stock;

/// More orders than are expected, so that none are missing.
const SPARE: f64 = 1.35;
/// And so many in any case.
const LEAST: usize = 64;

/// What all phases share.
pub struct Running<'a> {
    /// Where orders are carried, verified and counted.
    pub course: Course<'a>,
    /// Orders that are ready.
    pub stock: Stock,
    /// How arrivals are spread.
    pub arrivals: Arrivals,
    /// And when.
    pub chance: Chance,
    /// Orders in flight at most in an open loop.
    pub in_flight: usize,
}

impl Running<'_> {
    /// A phase of a closed loop. A short trial before it says how many orders to make.
    pub async fn closed(
        &mut self,
        name: &str,
        clients: usize,
        length: Duration,
        warmup: Duration,
        found: &mut Found,
    ) -> Result<(), Failed> {
        let whole = warmup + length;
        let known = found.phases.iter().rev().find(|phase| phase.clients == Some(clients)).map(|phase| phase.rate);
        let expected = match known {
            Some(rate) => rate,
            None => self.trial(clients).await?,
        };
        let mut orders = LEAST.max((expected * whole.as_secs_f64() * SPARE).ceil() as usize);
        let mut jobs = self.stock.take(orders).await?;
        say(&format!("{name}: {clients} clients for {:.0} s", whole.as_secs_f64()));
        let figures = loop {
            let plan = Plan { name: name.to_owned(), pace: Pace::Closed(clients, whole), stages: Vec::new(), warmup };
            let (figures, left) = self.course.run(&plan, std::mem::take(&mut jobs)).await?;
            self.stock.give_back(left);
            let Some(at) = figures.ran_out_at else { break figures };
            // Faster than expected: once more with enough.
            let faster = orders as f64 / at.max(0.1);
            say(&format!("  all {orders} orders were sent after {at:.1} s: making more"));
            orders = (faster * whole.as_secs_f64() * SPARE).ceil() as usize;
            jobs = self.stock.take(orders).await?;
        };
        tell(&figures);
        found.phases.push(figures);
        Ok(())
    }

    /// Orders a second, roughly.
    async fn trial(&mut self, clients: usize) -> Result<f64, Failed> {
        let jobs = self.stock.take(TRIAL.max(clients * 4)).await?;
        let pace = Pace::Closed(clients, Duration::from_secs(3));
        let plan = Plan { name: "trial".to_owned(), pace, stages: Vec::new(), warmup: Duration::ZERO };
        let (figures, left) = self.course.run(&plan, jobs).await?;
        self.stock.give_back(left);
        Ok(figures.rate.max(1.0))
    }

    /// A phase of an open loop.
    pub async fn open(
        &mut self,
        name: &str,
        stages: &[Stage],
        warmup: Duration,
        found: &mut Found,
    ) -> Result<(), Failed> {
        let times = arrivals(stages, self.arrivals, &mut self.chance);
        if times.is_empty() {
            return Err("no order comes at this rate in this time: raise --rate or --seconds".into());
        }
        let jobs = self.stock.take(times.len()).await?;
        let shown: Vec<String> =
            stages.iter().map(|stage| format!("{:.1}/s for {:.0} s", stage.rate, stage.length.as_secs_f64())).collect();
        say(&format!("{name}: {}", shown.join(", ")));
        let plan =
            Plan { name: name.to_owned(), pace: Pace::Open(times, self.in_flight), stages: stages.to_vec(), warmup };
        let (mut figures, left) = self.course.run(&plan, jobs).await?;
        self.stock.give_back(left);
        if let [stage] = stages {
            figures.planned_rate = Some(stage.rate);
        }
        tell(&figures);
        found.phases.push(figures);
        Ok(())
    }
}

fn tell(figures: &Figures) {
    let Figures { name, rate, headline, .. } = figures;
    say(&format!("{name}: {rate:.1} orders/s, p50 {:.1} ms, p99 {:.1} ms", headline.p50_ms, headline.p99_ms));
}
