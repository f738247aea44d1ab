//! Clocks: one true time, and everybody's own idea of it.

use ronde_protocol::message::order::Seconds;

use crate::federation::START;

/// Milliseconds of virtual time since the run began.
pub type Millis = u64;

/// Somebody's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct Clock {
    /// Parts per thousand that it runs fast (or slow).
    pub drift: i64,
    /// Seconds that it was set forward (or back).
    pub offset: i64,
    /// When that was.
    pub set: Millis,
}

impl Clock {
    /// What it says.
    pub fn seconds(&self, now: Millis) -> Seconds {
        let passed = i64::try_from(now / 1000).unwrap_or(i64::MAX);
        // A clock that drifts is set right each day.
        let gained = (passed % 86_400) * self.drift / 1000;
        START.saturating_add_signed(passed.saturating_add(gained).saturating_add(self.offset))
    }

    /// Sets it so many seconds off.
    pub fn set_off(&mut self, offset: i64, now: Millis) {
        (self.offset, self.set) = (offset, now);
    }

    /// Set right, faults over.
    pub fn heal(&mut self) {
        *self = Self::default();
    }
}
