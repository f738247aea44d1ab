//! Money at the counter, and what points are worth in it. No message of the protocol carries a sum of money.

use crate::message::{
    amount::Points,
    charter::PointValue,
    codec::{Decode, Encode},
};

/// Euro cents, never negative.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, serde::Serialize, serde::Deserialize,
)]
#[serde(transparent)]
pub struct Cents(pub u64);

impl Cents {
    /// None.
    pub const ZERO: Self = Self(0);

    /// The greatest sum of one basket: ten million euros. Sums of money and points then stay far below 64 bits.
    pub const MAX: Self = Self(1_000_000_000);

    /// What the points are worth, rounded down to whole cents.
    pub fn of(points: Points, value: PointValue) -> Self {
        Self(scaled(points.0, value.cents, value.points))
    }

    /// What the points are worth, rounded up to whole cents.
    pub fn at_least(points: Points, value: PointValue) -> Self {
        let exact = u128::from(points.0).saturating_mul(u128::from(value.cents));
        Self(narrow(exact.div_ceil(u128::from(value.points.max(1)))))
    }

    /// As many points as the sum pays for.
    pub fn in_points(self, value: PointValue) -> Points {
        Points(scaled(self.0, value.points, value.cents))
    }

    /// As few points as are worth the sum.
    pub fn covered_by(self, value: PointValue) -> Points {
        let exact = u128::from(self.0).saturating_mul(u128::from(value.points));
        Points(narrow(exact.div_ceil(u128::from(value.cents.max(1)))))
    }

    /// What is left of it, nothing if more is taken away than there is.
    #[must_use]
    pub fn less(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

/// `amount` times `by` over `over`, rounded down.
pub(super) fn scaled(amount: u64, by: u64, over: u64) -> u64 {
    narrow(u128::from(amount).saturating_mul(u128::from(by)) / u128::from(over.max(1)))
}

fn narrow(wide: u128) -> u64 {
    u64::try_from(wide).unwrap_or(u64::MAX)
}
