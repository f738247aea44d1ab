//! What is asked.

use ronde_protocol::quorum::Quorum;
use serde::Serialize;

/// Seconds of a day.
pub const DAY: f64 = 86_400.0;
/// Days of a year.
pub const YEAR: f64 = 365.0;

/// A federation's load, and the machines that are to bear it. Shares are parts of 1.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Plan {
    /// Shops.
    pub stores: f64,
    /// Baskets of each shop on a day.
    pub baskets_per_day: f64,
    /// Baskets that pay with points: a Redeem each.
    pub spending_share: f64,
    /// Baskets that earn: an Earn each.
    pub earning_share: f64,
    /// Swaps for a basket: refreshing, merging, moving to a later keyset.
    pub swaps: f64,
    /// Votes for a basket.
    pub votes: f64,
    /// What of a day's orders falls into its busiest hour.
    pub busiest_hour: f64,
    /// How many times that hour's rate the busiest minute has.
    pub burst: f64,
    /// Witnesses of a committee.
    pub witnesses: usize,
    /// Processors of each witness's machine.
    pub cores: f64,
    /// Coins that pay.
    pub coins_in: usize,
    /// Coins of change.
    pub coins_out: usize,
    /// Coins that are earned.
    pub coins_earned: usize,
    /// Coins that a Swap takes and makes.
    pub coins_swapped: usize,
    /// How busy a witness may be in the busiest minute.
    pub utilisation: f64,
    /// Years until a keyset closes.
    pub years: f64,
    /// Disk of each witness, in GB.
    pub disk_gb: f64,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            stores: 750.0,
            baskets_per_day: 600.0,
            spending_share: 0.3,
            earning_share: 0.8,
            swaps: 0.1,
            votes: 0.05,
            busiest_hour: 0.15,
            burst: 10.0,
            witnesses: 4,
            cores: 2.0,
            coins_in: 4,
            coins_out: 3,
            coins_earned: 4,
            coins_swapped: 8,
            utilisation: 0.7,
            years: 2.0,
            disk_gb: 2000.0,
        }
    }
}

impl Plan {
    /// Baskets of all shops on a day.
    #[must_use]
    pub fn baskets(&self) -> f64 {
        self.stores * self.baskets_per_day
    }

    /// Orders for a basket.
    #[must_use]
    pub fn orders_per_basket(&self) -> f64 {
        self.spending_share + self.earning_share + self.swaps + self.votes
    }

    /// Orders on a day.
    #[must_use]
    pub fn orders_per_day(&self) -> f64 {
        self.baskets() * self.orders_per_basket()
    }

    /// Orders a second in the busiest hour.
    #[must_use]
    pub fn hour_rate(&self) -> f64 {
        self.orders_per_day() * self.busiest_hour / 3600.0
    }

    /// Orders a second in the busiest minute.
    #[must_use]
    pub fn peak_rate(&self) -> f64 {
        self.hour_rate() * self.burst
    }

    /// Votes that certify, with as many liars as the committee can bear.
    #[must_use]
    pub fn quorum(&self) -> usize {
        quorum(self.witnesses)
    }
}

/// Votes that certify in a committee of this size: q = floor((n + f) / 2) + 1 with f = floor((n - 1) / 3).
#[must_use]
pub fn quorum(witnesses: usize) -> usize {
    let faults = u8::try_from(witnesses.saturating_sub(1) / 3).unwrap_or(u8::MAX);
    Quorum::new(witnesses, faults).map_or(witnesses, Quorum::votes)
}
