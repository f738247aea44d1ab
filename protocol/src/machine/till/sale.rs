//! A sale that is rung up, and what comes back of it: no sequence of buying, claiming, paying with points and returning
//! gives a profit (BASKET-8).
//!
//! All sums are kept from the beginning, and each return is answered with the difference to what was answered before: so
//! a basket that comes back in pieces gives what it gives in one piece, and nothing is rounded twice.

use super::{cents::Cents, cents::scaled, grant::GrantTerms, quote::Quote};
use crate::message::{
    amount::Points,
    charter::PointValue,
    codec::{Decode, Encode},
    ids::OfferId,
};

/// A sale as the store keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Sale {
    total: Cents,
    eligible: Cents,
    quote: Quote,
    point_cents: u64,
    point_points: u64,
    paid: Points,
    granted: GrantTerms,
    back: Back,
}

/// What came back so far, and what was answered for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
struct Back {
    total: Cents,
    eligible: Cents,
    points: Points,
    deducted: Cents,
}

/// What cannot be a sale or a return.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SaleError {
    /// More cents than a basket may have.
    #[error("a basket is at most {} cents", Cents::MAX.0)]
    TooLarge,
    /// More of the basket earns points than there is.
    #[error("eligible_cents is at most total_cents")]
    Eligible,
    /// More was paid with points than was bought.
    #[error("more was paid with points than the basket costs")]
    Paid,
    /// More comes back than was bought and has not come back already.
    #[error("only {total} cents, of which {eligible} earned points, have not come back yet", total = .total.0, eligible = .eligible.0)]
    TooMuch {
        /// Cents left.
        total: Cents,
        /// Of these, cents that earned.
        eligible: Cents,
    },
    /// What is left would have more cents that earn than cents.
    #[error("what is left would have {eligible} eligible cents of {total}: say which of the returned cents earned points", total = .total.0, eligible = .eligible.0)]
    Uneven {
        /// Cents that would be left.
        total: Cents,
        /// Of these, cents that earned.
        eligible: Cents,
    },
}

/// Whether the customer has what the sale gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claimed {
    /// The grant is open: it can be withdrawn and made anew.
    No,
    /// Coins were made, or are being made.
    Yes,
}

/// What the customer gets for what came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Return {
    /// Points that were paid come back as a grant of this many.
    pub points_back: Points,
    /// Money for the goods that came back, without those points and without [`Return::deduct`].
    pub money: Cents,
    /// What is held back of the money, because points and vouchers that were earned on these goods are the customer's
    /// already. It can be more than `money`: then the customer owes the difference before the goods are taken back.
    pub deduct: Cents,
    /// The grant was not claimed: it is withdrawn, and another with these terms takes its place, if they give anything.
    pub instead: Option<GrantTerms>,
}

/// What the till does about a return, once it is known how many points can still go back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    /// Points that go back.
    pub points: Points,
    /// Money that is handed out.
    pub pay: Cents,
    /// What the customer owes before the goods are taken back.
    pub owed: Cents,
}

impl Return {
    /// Takes what is held back out of the money; what the money does not cover out of the points that go back, of which
    /// no more than `most` can (RETURN-3). `value` is that of the sale.
    pub fn settled(&self, most: Points, value: PointValue) -> Settled {
        let points = self.points_back.min(most);
        let short = self.deduct.less(self.money);
        let taken = short.covered_by(value).min(points);
        Settled {
            points: Points(points.0.saturating_sub(taken.0)),
            pay: self.money.less(self.deduct),
            owed: short.less(Cents::of(taken, value)),
        }
    }
}

impl Sale {
    /// A sale of `total` cents of which `eligible` earn points, `paid` of them with points.
    ///
    /// # Errors
    /// [`SaleError`] if these can't be the sums of one basket.
    pub fn new(
        (total, eligible): (Cents, Cents),
        quote: Quote,
        value: PointValue,
        paid: Points,
    ) -> Result<Self, SaleError> {
        check_sums(total, eligible)?;
        if Cents::of(paid, value) > total {
            return Err(SaleError::Paid);
        }
        let sale = Self {
            total,
            eligible,
            quote,
            point_cents: value.cents,
            point_points: value.points,
            paid,
            granted: GrantTerms::default(),
            back: Back::default(),
        };
        Ok(Self { granted: sale.earns(sale.back), ..sale })
    }

    /// What the customer earns: the quote's terms for the eligible cents that are paid in money.
    pub fn granted(&self) -> &GrantTerms {
        &self.granted
    }

    /// Goes by another quote from the beginning (BASKET-10); nothing has come back yet.
    pub(super) fn requote(&mut self, quote: Quote) {
        self.quote = quote;
        self.granted = self.earns(self.back);
    }

    /// What the points that were paid are worth at this basket: the till asks for so much less money.
    pub fn deduction(&self) -> Cents {
        Cents::of(self.paid, self.value())
    }

    /// Points paid that have not come back.
    pub fn paid(&self) -> Points {
        Points(self.paid.0.saturating_sub(self.back.points.0))
    }

    /// What a point counts in it.
    pub fn value(&self) -> PointValue {
        PointValue { cents: self.point_cents, points: self.point_points }
    }

    /// What it came to, before points.
    pub fn total(&self) -> Cents {
        self.total
    }

    /// What has not come back: cents, and of these, cents that earned points.
    pub fn left(&self) -> (Cents, Cents) {
        (self.total.less(self.back.total), self.eligible.less(self.back.eligible))
    }

    /// Cents on which points are earned: what has not come back of the eligible ones, less what points pay of them
    /// (BASKET-2).
    pub fn earning(&self) -> Cents {
        self.earning_after(self.back)
    }

    /// The grant that takes the place of an unclaimed one gives less than [`Return::instead`], because the charter allows
    /// no more: so much less the customer holds (BASKET-7).
    pub fn handle_less_granted(&mut self, given: GrantTerms) {
        self.granted = given;
    }

    /// Goods come back: `total` cents, of which `eligible` earned points. `worth` is what a voucher of an offer counts in
    /// points.
    ///
    /// # Errors
    /// [`SaleError`] if more comes back than was bought; nothing has changed then.
    pub fn handle_return(
        &mut self,
        (total, eligible): (Cents, Cents),
        claimed: Claimed,
        worth: impl Fn(OfferId) -> Points,
    ) -> Result<Return, SaleError> {
        let before = self.back;
        let (left, left_eligible) = (self.total.less(before.total), self.eligible.less(before.eligible));
        // BASKET-5.
        if total > left || eligible > left_eligible || eligible > total {
            return Err(SaleError::TooMuch { total: left, eligible: left_eligible });
        }
        let uneven = SaleError::Uneven { total: left.less(total), eligible: left_eligible.less(eligible) };
        if left_eligible.less(eligible) > left.less(total) {
            return Err(uneven);
        }
        let mut after = Back {
            total: Cents(before.total.0.saturating_add(total.0)),
            eligible: Cents(before.eligible.0.saturating_add(eligible.0)),
            ..before
        };
        after.points = self.points_back(after.total);
        // Of a basket that came back whole nothing stays, not even what was quoted for any sum.
        let keeps = if after.total == self.total { GrantTerms::default() } else { self.earns(after) };
        let instead = match claimed {
            // BASKET-6: nobody holds anything yet.
            Claimed::No => Some(keeps),
            Claimed::Yes => {
                after.deducted = before.deducted.max(self.lost(&keeps, worth));
                None
            }
        };
        let answer = Return {
            points_back: Points(after.points.0.saturating_sub(before.points.0)),
            money: self.money_back(after.total).less(self.money_back(before.total)),
            deduct: after.deducted.less(before.deducted),
            instead,
        };
        if let Some(terms) = &answer.instead {
            self.granted = terms.clone();
        }
        self.back = after;
        Ok(answer)
    }

    /// What is earned once so much has come back.
    fn earns(&self, back: Back) -> GrantTerms {
        self.quote.terms(self.earning_after(back))
    }

    fn earning_after(&self, back: Back) -> Cents {
        let paid = Points(self.paid.0.saturating_sub(back.points.0));
        self.eligible.less(back.eligible).less(Cents::at_least(paid, self.value()))
    }

    /// Money for so much that came back: the same share of the money that was paid, rounded down.
    fn money_back(&self, total: Cents) -> Cents {
        let money = self.total.less(self.deduction());
        Cents(scaled(money.0, total.0, self.total.0))
    }

    /// Points for so much that came back: what the money leaves of its price, rounded down; all of them for a whole basket.
    fn points_back(&self, total: Cents) -> Points {
        if total == self.total {
            return self.paid;
        }
        total.less(self.money_back(total)).in_points(self.value()).min(self.paid)
    }

    /// What the customer holds, in cents, and would not have earned on what is left (BASKET-7).
    fn lost(&self, keeps: &GrantTerms, worth: impl Fn(OfferId) -> Points) -> Cents {
        let mut points = self.granted.points.0.saturating_sub(keeps.points.0);
        for voucher in &self.granted.vouchers {
            let kept = keeps.vouchers.iter().find(|kept| kept.offer == voucher.offer).map_or(0, |kept| kept.count);
            let count = u64::from(voucher.count.saturating_sub(kept));
            points = points.saturating_add(worth(voucher.offer).0.saturating_mul(count));
        }
        Cents::at_least(Points(points), self.value())
    }
}

/// Whether sums can be those of a basket.
///
/// # Errors
/// [`SaleError`].
pub fn check_sums(total: Cents, eligible: Cents) -> Result<(), SaleError> {
    if total > Cents::MAX {
        return Err(SaleError::TooLarge);
    }
    if eligible > total {
        return Err(SaleError::Eligible);
    }
    Ok(())
}
