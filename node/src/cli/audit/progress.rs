//! How far an audit is, on one line of a terminal.

use std::io::{IsTerminal as _, Write as _};
use std::time::Duration;

use crate::clock;

/// Time between two looks of the line.
const BEAT: Duration = Duration::from_millis(500);

/// Shown on standard error if that is a terminal, and wiped at the end.
pub(super) struct Progress {
    /// When it began, and when the line was written last; nothing if nobody watches.
    watched: Option<(tokio::time::Instant, tokio::time::Instant)>,
}

impl Progress {
    pub(super) fn begin() -> Self {
        Self { watched: std::io::stderr().is_terminal().then(|| (clock::monotonic(), clock::monotonic())) }
    }

    /// So many bytes of all logs are read, with so many different certificates in them.
    pub(super) fn show(&mut self, read: u64, total: u64, certificates: u64) {
        let Some((begun, written)) = self.watched.filter(|(_, written)| written.elapsed() >= BEAT) else { return };
        let elapsed = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX).max(1);
        let percent = read.saturating_mul(100).checked_div(total).unwrap_or(100);
        let a_second = certificates.saturating_mul(1000).checked_div(elapsed).unwrap_or(0);
        let left = u128::from(total.saturating_sub(read)).saturating_mul(u128::from(elapsed));
        let left = left.checked_div(u128::from(read)).unwrap_or(0) / 1000;
        let line = format!("{percent} %  {certificates} certificates, {a_second} a second, {left} s left");
        let _ = write!(std::io::stderr(), "\r\x1b[K{line}");
        self.watched = Some((begun, written + written.elapsed()));
    }

    /// All is read; what follows is short beside it.
    pub(super) fn compare(&mut self) {
        if self.watched.is_some() {
            let _ = write!(std::io::stderr(), "\r\x1b[Kcomparing");
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.watched.is_some() {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }
}
