//! How often a password may be tried: a few times in a minute from one address and from all (TILL-14).
//!
//! Nobody is ever locked out: what is used up comes back with time. A browser in which the password was right shares nothing
//! with strangers, so that those who guess from everywhere do not keep the manager out.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use tokio::time::Instant;

/// Who tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Guesser {
    /// Somebody at this address.
    Stranger(IpAddr),
    /// A browser in which the password was right before, by its proof.
    Known([u8; 32]),
}

/// How often.
#[derive(Clone, Copy, Debug)]
pub struct GuessLimits {
    /// From one address, or one known browser, at once, after a quiet time.
    pub at_once: u32,
    /// Between two after those.
    pub interval: Duration,
    /// From all addresses at once.
    pub all_at_once: u32,
    /// Between two after those.
    pub all_interval: Duration,
}

impl Default for GuessLimits {
    fn default() -> Self {
        Self { at_once: 5, interval: Duration::from_secs(15), all_at_once: 20, all_interval: Duration::from_secs(5) }
    }
}

/// What was tried lately.
pub(super) struct Guesses {
    limits: GuessLimits,
    all: Option<Instant>,
    /// When what each of them tried is worked off.
    by: BTreeMap<Guesser, Instant>,
}

impl Guesses {
    pub(super) fn new(limits: GuessLimits) -> Self {
        Self { limits, all: None, by: BTreeMap::new() }
    }

    /// Takes one try, or says how long to wait for it.
    pub(super) fn take(&mut self, from: Guesser, now: Instant) -> Result<(), Duration> {
        let GuessLimits { at_once, interval, all_at_once, all_interval } = self.limits;
        self.by.retain(|_, even| *even > now);
        let own = after(self.by.get(&from).copied(), now, interval, at_once)?;
        if matches!(from, Guesser::Stranger(_)) {
            self.all = Some(after(self.all, now, all_interval, all_at_once)?);
        }
        self.by.insert(from, own);
        Ok(())
    }

    /// What was tried before the right password counts no more.
    pub(super) fn was_right(&mut self, from: Guesser) {
        self.by.remove(&from);
    }
}

/// When all is worked off after one more, or how long until one more may be taken.
fn after(even: Option<Instant>, now: Instant, interval: Duration, at_once: u32) -> Result<Instant, Duration> {
    let even = even.map_or(now, |even| even.max(now));
    let ahead = interval.saturating_mul(at_once.saturating_sub(1));
    let wait = even.saturating_duration_since(now).saturating_sub(ahead);
    if wait.is_zero() { Ok(even.checked_add(interval).unwrap_or(even)) } else { Err(wait) }
}
