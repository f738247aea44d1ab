//! How far a batch is: a line that is overwritten on a terminal, a line every ten seconds elsewhere.

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

/// Between two lines where nothing can be overwritten.
const SELDOM: Duration = Duration::from_secs(10);
const OFTEN: Duration = Duration::from_millis(250);

/// Tells how far it is.
pub struct Progress {
    all: u64,
    begun: Instant,
    told: Instant,
    terminal: bool,
}

impl Progress {
    /// Of so many.
    pub fn new(all: u64) -> Self {
        let now = Instant::now();
        Self { all, begun: now, told: now, terminal: io::stdout().is_terminal() }
    }

    /// So many are done.
    pub fn tell(&mut self, done: u64, failed: usize) {
        let every = if self.terminal { OFTEN } else { SELDOM };
        if self.told.elapsed() < every || done == 0 {
            return;
        }
        self.told = Instant::now();
        let spent = self.begun.elapsed().as_secs_f64();
        let per_second = done as f64 / spent;
        let left = (self.all.saturating_sub(done)) as f64 / per_second;
        let line =
            format!("{done} of {} seeds, {per_second:.0} per second, {left:.0} s left, {failed} failed", self.all);
        if self.terminal {
            print!("\r\x1b[K{line}");
            // Whoever closed the terminal does not mind.
            let _ = io::stdout().flush();
        } else {
            println!("{line}");
        }
    }

    /// Nothing stands in the way of the next line.
    pub fn clear(&self) {
        if self.terminal {
            print!("\r\x1b[K");
        }
    }

    /// Since the beginning.
    pub fn spent(&self) -> Duration {
        self.begun.elapsed()
    }
}
