//! What is known of orders that wait on disk, and when each has its next turn. It is forgotten when the node stops.

use std::collections::BTreeMap;
use std::time::Duration;

use ronde_protocol::machine::gateway::Gathering;
use ronde_protocol::message::ids::{OrderDigest, WitnessIndex};
use tokio::time::Instant;

/// Orders of which something is known. Any more are taken up by each sweep, and their shop hears once more of what is
/// certified, which changes nothing there.
const MAX_KNOWN: usize = 1 << 16;
/// Turns in vain after which an order waits for the next sweep and no longer: most faults are over by then.
const PROMPT: u32 = 4;
/// How long it waits after the next turn in vain; doubles with each.
const FIRST_WAIT: Duration = Duration::from_secs(30);
/// It waits no longer than that.
const LONGEST_WAIT: Duration = Duration::from_secs(240);

/// One order, while it waits on disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Known {
    /// The shop has heard of its certificate.
    pub(super) told: bool,
    /// Witnesses that hold its certificate, a bit for each index.
    pub(super) holders: u32,
    /// Turns in vain since somebody brought it.
    pub(super) vain: u32,
}

impl Known {
    /// What holds of an order in hand.
    pub(super) fn of(gathering: &Gathering, told: bool, vain: u32) -> Self {
        let bit = |index: WitnessIndex| 1_u32.checked_shl(u32::from(index.0)).unwrap_or(0);
        Self { told, holders: gathering.holders().map(bit).fold(0, |all, one| all | one), vain }
    }

    /// The witnesses that hold its certificate.
    pub(super) fn holders(self) -> impl Iterator<Item = WitnessIndex> {
        (0_u8..32).filter(move |index| self.holders >> index & 1 == 1).map(WitnessIndex)
    }

    /// Whether it has had so many turns in vain that one round is enough for the next.
    pub(super) fn is_stuck(self) -> bool {
        self.vain > PROMPT
    }

    /// The same after a turn in vain, if nobody `brought` it meanwhile.
    pub(super) fn after_a_turn(self, brought: bool) -> Self {
        Self { vain: if brought { 0 } else { self.vain.saturating_add(1) }, ..self }
    }

    /// How long it waits at least.
    fn wait(self) -> Duration {
        match self.vain.checked_sub(PROMPT.saturating_add(1)) {
            Some(doubled) => {
                FIRST_WAIT.saturating_mul(1_u32.checked_shl(doubled).unwrap_or(u32::MAX)).min(LONGEST_WAIT)
            }
            None => Duration::ZERO,
        }
    }
}

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Aside(BTreeMap<OrderDigest, (Known, Instant)>);

impl Aside {
    /// An order waits on disk from now on.
    pub(super) fn leave(&mut self, digest: OrderDigest, known: Known, now: Instant) {
        if known != Known::default() && (self.0.len() < MAX_KNOWN || self.0.contains_key(&digest)) {
            self.0.insert(digest, (known, now + known.wait()));
        }
    }

    /// Whether it is its turn, as far as it waits on disk.
    pub(super) fn is_due(&self, digest: &OrderDigest, now: Instant) -> bool {
        self.0.get(digest).is_none_or(|(_, due)| *due <= now)
    }

    /// It waits no more; what was known of it.
    pub(super) fn take(&mut self, digest: &OrderDigest) -> Known {
        self.0.remove(digest).map(|(known, _)| known).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
