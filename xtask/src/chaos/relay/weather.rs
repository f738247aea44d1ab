//! What becomes of a datagram on its way: the network's moods, as a pure function.

use std::time::Duration;

use crate::chaos::chance::Chance;

/// The mood of the whole network. Rates are per thousand datagrams.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Weather {
    /// Each datagram takes this long, in milliseconds, from ..
    pub least: u64,
    /// .. to.
    pub most: u64,
    /// Lost.
    pub lost: u64,
    /// Held back behind later ones.
    pub late: u64,
    /// Delivered twice.
    pub twice: u64,
    /// Delivered with a bit changed.
    pub spoiled: u64,
}

/// How long a late datagram is held back, in milliseconds.
const LATE: u64 = 60;

/// One delivery of a datagram.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    pub after: Duration,
    /// The bit that is changed.
    pub spoiled: Option<u64>,
}

impl Weather {
    /// The deliveries of one datagram; none if it is lost.
    pub fn fate(&self, chance: &mut Chance) -> Vec<Delivery> {
        if chance.happens(self.lost) {
            return Vec::new();
        }
        let copies = 1 + usize::from(chance.happens(self.twice));
        std::iter::repeat_with(|| {
            let held = if chance.happens(self.late) { chance.between(1, LATE) } else { 0 };
            Delivery {
                after: Duration::from_millis(chance.between(self.least, self.most) + held),
                spoiled: chance.happens(self.spoiled).then(|| chance.below(u64::MAX)),
            }
        })
        .take(copies)
        .collect()
    }
}

/// Changes one bit.
pub fn spoil(bytes: &mut [u8], bit: u64) {
    let bits = u64::try_from(bytes.len()).unwrap_or(0) * 8;
    let Some(place) = bit.checked_rem(bits) else { return };
    if let Some(byte) = usize::try_from(place / 8).ok().and_then(|at| bytes.get_mut(at)) {
        *byte ^= 1 << (place % 8);
    }
}

impl std::fmt::Display for Weather {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} to {} ms", self.least, self.most)?;
        let rates = [("lost", self.lost), ("late", self.late), ("twice", self.twice), ("spoiled", self.spoiled)];
        for (name, rate) in rates.into_iter().filter(|(_, rate)| *rate > 0) {
            write!(f, ", {}.{} % {name}", rate / 10, rate % 10)?;
        }
        Ok(())
    }
}
