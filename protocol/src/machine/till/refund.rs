//! Points that go back: what a store owes by itself (STORE-25), and what its tills give back of a payment (STORE-43).

use super::{
    grant::{Grant, GrantError, GrantTerms},
    signing::ToSign,
};
use crate::{
    crypto::Entropy,
    message::{
        amount::Points,
        charter::Charter,
        codec::{Bounded, Decode, Encode},
        order::{Order, Seconds},
        refund::VerifiedRefundClaim,
        refusal::Refusal,
    },
};

/// Last second that RFC 3339 can say: a refund can be claimed as long as there are coins to claim it in.
pub const NEVER: Seconds = 253_402_300_799;
/// What part of a store's limit of a day goes to refunds, as a divisor (STORE-41).
const SHARE: u64 = 4;
const DAY: Seconds = 86_400;

impl Grant {
    /// The grant of a refund (STORE-37). Nobody is told its secret (STORE-40): the coin keys of the refunded order stand in for
    /// it.
    /// `till_reference` is a hash as of other grants.
    pub fn owed(points: Points, till_reference: [u8; 32], now: Seconds, entropy: Entropy) -> Self {
        let terms = GrantTerms { points, ballot: None, vouchers: Bounded::default() };
        let (grant, _untold) = Self::new(terms, till_reference, now, NEVER, entropy);
        grant
    }

    /// Takes the claim of a refund, which the coin keys of the refunded order signed; all else is as with any claim
    /// (STORE-38). `paced` is what was signed for refunds today: it changes if this is a new one (STORE-41).
    ///
    /// # Errors
    /// As of [`Grant::handle_claim`], and [`Refusal::LimitExceeded`].
    pub fn handle_refund_claim(
        &mut self,
        verified: &VerifiedRefundClaim,
        written: Option<&Order>,
        paced: &mut DayOfRefunds,
        now: Seconds,
        charter: &Charter,
    ) -> Result<ToSign, GrantError> {
        let claim = verified.claim();
        let mut next = self.clone();
        let taken = next.take_claim((claim.keyset, claim.outputs.clone()), written, claim.store, now, charter);
        if taken.is_ok() && written.is_none() {
            let limit = charter.store(claim.store).map_or(Points::ZERO, |store| store.daily_limit);
            paced.take(self.terms.points, limit, now)?;
        }
        *self = next;
        taken
    }
}

/// What a store signed for refunds on one UTC day.
///
/// Witnesses count refunds as points issued, and payments never free what was counted. A customer who pays late again
/// and again with the same points would use up the store's limit, and its tills could give nothing until midnight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct DayOfRefunds {
    day: u64,
    points: Points,
}

impl DayOfRefunds {
    /// Counts a refund. The first of a day always goes, so that none is too large for ever.
    fn take(&mut self, points: Points, limit: Points, now: Seconds) -> Result<(), Refusal> {
        let day = now / DAY;
        let before = if self.day == day { self.points } else { Points::ZERO };
        let share = limit.0 / SHARE;
        let sum = before.0.saturating_add(points.0);
        if before > Points::ZERO && sum > share {
            return Err(Refusal::LimitExceeded { left: Points(share.saturating_sub(before.0)) });
        }
        *self = Self { day, points: Points(sum) };
        Ok(())
    }
}

/// What a store's tills gave back of one payment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Returned {
    points: Points,
}

/// More than is left of the payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{left} of this payment can still be given back")]
pub struct TooMuchBack {
    /// What was paid and did not come back yet.
    pub left: Points,
}

impl Returned {
    /// All that came back so far.
    pub fn points(self) -> Points {
        self.points
    }

    /// Gives back so many points of the `paid` ones: never more in all than was paid (STORE-43).
    ///
    /// # Errors
    /// [`TooMuchBack`]; nothing has changed then.
    pub fn handle_give(&mut self, points: Points, paid: Points) -> Result<(), TooMuchBack> {
        let left = paid.0.saturating_sub(self.points.0);
        if points.0 > left {
            return Err(TooMuchBack { left: Points(left) });
        }
        self.points = Points(self.points.0.saturating_add(points.0));
        Ok(())
    }

    /// The till withdrew a grant of so many points that nobody had claimed: they can be given back once more.
    pub fn handle_withdrawn(&mut self, points: Points) {
        self.points = Points(self.points.0.saturating_sub(points.0));
    }
}
