//! Points: whole, never negative, never wrapped around.

use super::codec::{Decode, Encode};

/// A number of points.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Encode,
    Decode,
    serde::Serialize,
    serde::Deserialize,
)]
#[serde(transparent)]
pub struct Points(pub u64);

/// A sum beyond 64 bits, or a difference below zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a sum of points overflows")]
pub struct PointsOverflow;

impl Points {
    /// None.
    pub const ZERO: Self = Self(0);

    /// The sum, or an error past 2^64 - 1.
    pub fn plus(self, other: Self) -> Result<Self, PointsOverflow> {
        self.0.checked_add(other.0).map(Self).ok_or(PointsOverflow)
    }

    /// The difference, or an error below zero.
    pub fn minus(self, other: Self) -> Result<Self, PointsOverflow> {
        self.0.checked_sub(other.0).map(Self).ok_or(PointsOverflow)
    }

    /// The sum of many.
    pub fn sum(all: impl IntoIterator<Item = Self>) -> Result<Self, PointsOverflow> {
        all.into_iter().try_fold(Self::ZERO, Self::plus)
    }
}

impl core::fmt::Display for Points {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.0.fmt(f)
    }
}
