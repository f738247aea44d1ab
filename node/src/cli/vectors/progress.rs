//! How far a judgement is, on one line of a terminal.

use std::io::{IsTerminal as _, Write as _};
use std::time::Duration;

use crate::clock;

/// Time between two looks of the line.
const BEAT: Duration = Duration::from_millis(100);

/// Shown on standard error if that is a terminal, and wiped at the end.
pub(super) struct Progress {
    total: usize,
    begun: usize,
    /// When the line was written last; nothing if nobody watches.
    written: Option<tokio::time::Instant>,
}

impl Progress {
    pub(super) fn of(total: usize) -> Self {
        let written = std::io::stderr().is_terminal().then(clock::monotonic);
        Self { total, begun: 0, written }
    }

    /// The next test begins.
    pub(super) fn step(&mut self, kind: &str) {
        self.begun += 1;
        let Some(written) = self.written.filter(|written| self.begun == 1 || written.elapsed() >= BEAT) else { return };
        let _ = write!(std::io::stderr(), "\r\x1b[K{} of {}  {kind}", self.begun, self.total);
        self.written = Some(written + written.elapsed());
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.written.is_some() {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }
}
