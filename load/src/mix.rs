//! Which orders are sent, in which shares.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use crate::chaos::chance::Chance;

/// What an order does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Deed {
    /// Pays with four coins, and gets three of change.
    Redeem,
    /// Changes eight coins for eight.
    Swap,
    /// Claims a grant with four coins.
    Earn,
}

impl Deed {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Redeem, Self::Swap, Self::Earn];

    /// As it is typed and shown.
    pub fn name(self) -> &'static str {
        match self {
            Self::Redeem => "redeem",
            Self::Swap => "swap",
            Self::Earn => "earn",
        }
    }
}

impl FromStr for Deed {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|deed| deed.name() == text);
        known.ok_or_else(|| format!("there is no order called `{text}`: write redeem, swap or earn"))
    }
}

/// Shares of each kind of order; they need not sum to a hundred.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mix([u64; 3]);

impl Mix {
    /// One kind alone.
    pub fn only(deed: Deed) -> Self {
        Self(Deed::ALL.map(|one| u64::from(one == deed)))
    }

    /// How many of each belong to so many orders, the sum exact: the largest remainders get what is left over.
    pub fn counts(&self, orders: usize) -> [usize; 3] {
        let sum: u64 = self.0.iter().sum();
        let orders = u64::try_from(orders).unwrap_or(u64::MAX);
        let parts = self.0.map(|share| {
            let whole = u128::from(share) * u128::from(orders);
            let by = u128::from(sum.max(1));
            (whole / by, whole % by)
        });
        let mut counts = parts.map(|(count, _)| usize::try_from(count).unwrap_or(usize::MAX));
        let mut places = [0, 1, 2];
        places.sort_by_key(|place| std::cmp::Reverse(parts[*place].1));
        let left = usize::try_from(orders).unwrap_or(usize::MAX).saturating_sub(counts.iter().sum());
        for place in places.into_iter().cycle().take(if sum == 0 { 0 } else { left }) {
            counts[place] += 1;
        }
        counts
    }

    /// So many orders in the mix's shares, in an order that the seed decides.
    pub fn deal(&self, orders: usize, chance: &mut Chance) -> Vec<Deed> {
        let counts = Deed::ALL.into_iter().zip(self.counts(orders));
        let mut dealt: Vec<Deed> = counts.flat_map(|(deed, count)| std::iter::repeat_n(deed, count)).collect();
        chance.shuffle(&mut dealt);
        dealt
    }

    /// Whether there is nothing else in it.
    pub fn is_only(&self, deed: Deed) -> bool {
        Deed::ALL.iter().zip(self.0).all(|(one, share)| (share > 0) == (*one == deed))
    }
}

impl FromStr for Mix {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let example = "write shares as in redeem=70,swap=10,earn=20";
        let mut shares = [None; 3];
        for part in text.split(',') {
            let (name, share) = part.split_once('=').ok_or_else(|| format!("`{part}` has no share: {example}"))?;
            let deed: Deed = name.trim().parse()?;
            let share: u32 = share.trim().parse().map_err(|_| format!("`{share}` is no whole number: {example}"))?;
            let places = Deed::ALL.iter().zip(&mut shares);
            for (_, place) in places.filter(|(one, _)| **one == deed) {
                if place.replace(u64::from(share)).is_some() {
                    return Err(format!("{} stands there twice: {example}", deed.name()));
                }
            }
        }
        let shares = shares.map(Option::unwrap_or_default);
        if shares.iter().sum::<u64>() == 0 { Err(format!("all shares are 0: {example}")) } else { Ok(Self(shares)) }
    }
}

impl fmt::Display for Mix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = Deed::ALL.iter().zip(self.0).filter(|(_, share)| *share > 0);
        let parts: Vec<String> = parts.map(|(deed, share)| format!("{}={share}", deed.name())).collect();
        f.write_str(&parts.join(","))
    }
}

#[cfg(test)]
mod tests;
