//! How far a webhook has been told, and when it is tried again: by the time at hand alone (EVENT-15).

use ronde_protocol::message::codec::{Decode, Encode};
use ronde_protocol::message::order::Seconds;

/// After the first failure, in seconds.
const FIRST_PAUSE: Seconds = 5;
/// Longest pause, in seconds.
const LONGEST_PAUSE: Seconds = 2 * 3600;
/// How long one event is tried, in seconds (EVENT-16).
const GIVE_UP: Seconds = 3 * 86_400;
/// Longest reason that is kept, in bytes.
const MAX_WHY: usize = 160;

/// How a post went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Posted {
    /// The receiver has it.
    Taken,
    /// The receiver wants no more (410).
    Unwanted,
    /// It has to be tried again.
    Failed {
        /// What happened.
        why: String,
        /// How long the receiver asked to be left alone, in seconds.
        pause: Option<Seconds>,
    },
}

/// An event that was not taken.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Trouble {
    /// Since when.
    pub since: Seconds,
    /// How often it was tried.
    pub attempts: u32,
    /// When it is tried next.
    pub next: Seconds,
    /// What happened last.
    pub why: String,
}

/// Why nothing is posted any more.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Stopped {
    /// Since when.
    pub since: Seconds,
    /// What happened.
    pub why: String,
}

/// What became of a webhook's posts.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Fate {
    after: u64,
    /// Goes up when it is set back: a post from before counts for nothing.
    round: u64,
    trouble: Option<Trouble>,
    stopped: Option<Stopped>,
}

impl Fate {
    /// Nothing was posted; events up to `after` are none of its business.
    pub(super) fn new(after: u64) -> Self {
        Self { after, round: 0, trouble: None, stopped: None }
    }

    /// Events up to here were taken.
    #[must_use]
    pub fn after(&self) -> u64 {
        self.after
    }

    /// How often it was set back.
    #[must_use]
    pub fn round(&self) -> u64 {
        self.round
    }

    /// What keeps the next event from being taken.
    #[must_use]
    pub fn trouble(&self) -> Option<&Trouble> {
        self.trouble.as_ref()
    }

    /// Why nothing is posted any more.
    #[must_use]
    pub fn stopped(&self) -> Option<&Stopped> {
        self.stopped.as_ref()
    }

    /// Seconds until the next event may be posted; nothing if none ever is.
    #[must_use]
    pub fn pause(&self, now: Seconds) -> Option<Seconds> {
        if self.stopped.is_some() {
            return None;
        }
        // A clock that was set back does not make the pause longer.
        Some(self.trouble.as_ref().map_or(0, |trouble| trouble.next.saturating_sub(now).min(LONGEST_PAUSE)))
    }

    /// Begins again behind a position.
    pub(super) fn replay(&mut self, after: u64) {
        *self = Self { round: self.round.wrapping_add(1), ..Self::new(after) };
    }

    /// Takes in how the post of an event went, unless it was set back meanwhile. `chance` is random. Whether it has stopped.
    pub(super) fn posted(&mut self, round: u64, position: u64, posted: Posted, (now, chance): (Seconds, u64)) -> bool {
        if round != self.round || position <= self.after || self.stopped.is_some() {
            return false;
        }
        match posted {
            Posted::Taken => {
                self.after = position;
                self.trouble = None;
            }
            Posted::Unwanted => self.stop(now, "its receiver answered 410: it wants no more"),
            Posted::Failed { why, pause } => self.failed(&why, pause, (now, chance)),
        }
        self.stopped.is_some()
    }

    fn failed(&mut self, why: &str, asked: Option<Seconds>, (now, chance): (Seconds, u64)) {
        let before = self.trouble.take();
        let since = before.as_ref().map_or(now, |trouble| trouble.since.min(now));
        let over = since.saturating_add(GIVE_UP);
        if now >= over {
            return self.stop(now, &format!("an event was not taken in three days: {why}"));
        }
        let attempts = before.map_or(0, |trouble| trouble.attempts).saturating_add(1);
        let doubled = FIRST_PAUSE.checked_shl(attempts.saturating_sub(1).min(32)).unwrap_or(LONGEST_PAUSE);
        let whole = doubled.min(LONGEST_PAUSE);
        // Between half of it and all of it: receivers that failed together are not called together.
        let half = whole / 2;
        let drawn = half.saturating_add(chance.checked_rem(whole.saturating_sub(half).saturating_add(1)).unwrap_or(0));
        let pause = drawn.max(asked.unwrap_or(0).min(LONGEST_PAUSE)).max(1);
        // The last time is when it is given up.
        let next = now.saturating_add(pause).min(over);
        self.trouble = Some(Trouble { since, attempts, next, why: text(why) });
    }

    fn stop(&mut self, now: Seconds, why: &str) {
        self.stopped = Some(Stopped { since: now, why: text(why) });
        self.trouble = None;
    }
}

/// What can be kept of a reason.
fn text(why: &str) -> String {
    let mut plain = String::new();
    for sign in why.chars().filter(|sign| !sign.is_control()) {
        if plain.len().saturating_add(sign.len_utf8()) > MAX_WHY {
            break;
        }
        plain.push(sign);
    }
    plain
}

#[cfg(test)]
mod tests;
