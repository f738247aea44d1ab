//! Ctrl-C, and the other ways in which somebody asks the demo to end.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

/// Whether somebody asked.
pub struct Stop(Arc<(Mutex<bool>, Condvar)>);

impl Stop {
    /// Listens for Ctrl-C, SIGTERM and a closed terminal. From now on they end nothing by themselves: whoever runs must
    /// look, so that all is cleared away first.
    pub fn listen() -> std::io::Result<Self> {
        let asked = Arc::new((Mutex::new(false), Condvar::new()));
        let told = Arc::clone(&asked);
        let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
        std::thread::spawn(move || {
            for _ in signals.forever() {
                *told.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
                told.1.notify_all();
            }
        });
        Ok(Self(asked))
    }

    pub fn is_asked(&self) -> bool {
        *self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until somebody asks; false if `patience` ended first.
    pub fn wait(&self, patience: Duration) -> bool {
        let asked = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.0.1.wait_timeout_while(asked, patience, |asked| !*asked);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }
}
