//! What a store's rules give for a basket, fixed at the moment at which the basket is rung up: whatever is paid with
//! points or brought back later, the same rules decide.

use alloc::{collections::BTreeMap, vec::Vec};

use super::{
    cents::Cents,
    grant::{GrantTerms, VoucherCount},
};
use crate::{
    limits::{MAX_GRANT_VOUCHERS, MAX_OUTPUTS},
    message::{
        amount::Points,
        codec::{Bounded, Decode, Encode},
        ids::{CampaignId, OfferId},
    },
};

/// A ballot that comes with a basket of enough points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct QuotedBallot {
    /// Of which campaign.
    pub campaign: CampaignId,
    /// With at least so many points; the charter's minimum.
    pub minimum: Points,
}

/// Vouchers that come with a basket of enough cents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct QuotedVoucher {
    /// Of which offer.
    pub offer: OfferId,
    /// How many.
    pub count: u16,
    /// With at least so many eligible cents.
    pub minimum: Cents,
}

/// What was promised for a basket, as a function of the eligible cents that are paid in money.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Quote {
    /// So many points, the bonus of the hour included: hundredths of a point for each `cents`.
    pub hundredths: u64,
    /// For so many cents; 0 gives no points.
    pub cents: u64,
    /// The most that the basket earns.
    pub most: Points,
    /// The ballot, if one comes with baskets now.
    pub ballot: Option<QuotedBallot>,
    /// Vouchers of the occasions that hold now.
    pub vouchers: Bounded<QuotedVoucher, MAX_GRANT_VOUCHERS>,
}

impl Quote {
    /// What a basket with so many eligible cents earns. More cents never earn less (BASKET-3).
    pub fn terms(&self, eligible: Cents) -> GrantTerms {
        let points = match self.cents {
            0 => Points::ZERO,
            cents => {
                let parts = u128::from(eligible.0).saturating_mul(u128::from(self.hundredths));
                let whole = parts / u128::from(cents).saturating_mul(100);
                Points(u64::try_from(whole).unwrap_or(u64::MAX)).min(self.most)
            }
        };
        let ballot = self.ballot.filter(|ballot| points >= ballot.minimum && points > Points::ZERO);
        GrantTerms { points, ballot: ballot.map(|ballot| ballot.campaign), vouchers: self.vouchers_for(eligible) }
    }

    /// Those of the eligible cents for which the basket earns points: all, if `most` holds none back, otherwise as many as
    /// earn no point more (EARN-10).
    pub fn earning(&self, eligible: Cents) -> Cents {
        let points = u128::from(self.terms(eligible).points.0);
        let per_cents = u128::from(self.cents).saturating_mul(100);
        // One cent less than the next point takes.
        let most = points.saturating_add(1).saturating_mul(per_cents).saturating_sub(1);
        let most = most.checked_div(u128::from(self.hundredths)).unwrap_or(0);
        Cents(u64::try_from(most).unwrap_or(u64::MAX)).min(eligible)
    }

    /// The same with no more than `most` points, and without the ballot and the vouchers that may not be given any more
    /// (BASKET-10).
    #[must_use]
    pub fn within(
        &self,
        most: Points,
        ballot: impl FnOnce(CampaignId) -> bool,
        mut voucher: impl FnMut(QuotedVoucher) -> bool,
    ) -> Self {
        let vouchers = self.vouchers.iter().copied().filter(|quoted| voucher(*quoted)).collect();
        Self {
            most: self.most.min(most),
            ballot: self.ballot.filter(|quoted| ballot(quoted.campaign)),
            // No more than before.
            vouchers: Bounded::new(vouchers).unwrap_or_default(),
            ..*self
        }
    }

    fn vouchers_for(&self, eligible: Cents) -> Bounded<VoucherCount, MAX_GRANT_VOUCHERS> {
        let mut counts: BTreeMap<OfferId, u16> = BTreeMap::new();
        let mut left = MAX_OUTPUTS / 2;
        // The least demanding first: where a grant holds no more, it is the rest that is left out.
        let mut quoted: Vec<QuotedVoucher> = self.vouchers.to_vec();
        quoted.sort_by_key(|voucher| (voucher.minimum, voucher.offer));
        for voucher in quoted.into_iter().filter(|voucher| eligible >= voucher.minimum && voucher.count > 0) {
            let count = usize::from(voucher.count);
            if count <= left {
                left = left.saturating_sub(count);
                let sum = counts.entry(voucher.offer).or_default();
                *sum = sum.saturating_add(voucher.count);
            }
        }
        let counts = counts.into_iter().map(|(offer, count)| VoucherCount { offer, count }).collect();
        // There are no more offers than quoted vouchers.
        Bounded::new(counts).unwrap_or_default()
    }
}
