//! A basket: one link with which a customer pays with points and vouchers, and earns on what is left.
//!
//! The payment is a [`Checkout`](super::checkout::Checkout) of the same name; the basket decides when and what the
//! customer earns. Nothing is earned before the till says that the sale is complete, or whoever scans the link and walks
//! away would have points for nothing.

use super::{
    cents::Cents,
    grant::{Grant, GrantSecret, GrantTerms},
    quote::Quote,
    sale::{Claimed, Return, Sale, SaleError, check_sums},
};
use crate::{
    crypto::Entropy,
    message::{
        amount::Points,
        charter::PointValue,
        codec::{Decode, Encode},
        ids::OfferId,
        order::Seconds,
    },
};

/// Where a basket stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum BasketState {
    /// It is not known yet what is paid with points.
    Open,
    /// That is known; the till takes the rest in money.
    Settled,
    /// The till has all it wants: the customer can claim what the basket earns.
    Complete,
    /// Withdrawn by the till.
    Cancelled,
    /// Nobody paid with points in time, and the till has not said that it is complete.
    Expired,
}

/// What can happen to a basket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BasketEvent {
    /// Its checkout is accepted.
    Paid,
    /// The customer pays nothing with points; its checkout is withdrawn.
    Declined,
    /// The till has the money; a checkout that nobody took is withdrawn.
    Complete,
    /// The till withdraws it; its checkout is withdrawn.
    Cancel,
    /// Its checkout has expired.
    TimeOver,
}

/// Why something can't happen to a basket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BasketError {
    /// What is paid with points is decided.
    #[error("the customer has decided what to pay with points: take the goods back by POST /v1/returns instead")]
    Settled,
    /// Nothing can change any more.
    #[error("the sale is complete: take goods back by POST /v1/returns")]
    Complete,
    /// Withdrawn.
    #[error("the till cancelled this basket")]
    Cancelled,
    /// Too late.
    #[error("this basket has expired")]
    Expired,
    /// The sums can't be.
    #[error(transparent)]
    Sale(#[from] SaleError),
}

impl BasketState {
    /// The state after `event`, or why it can't happen.
    ///
    /// | state | paid | declined | complete | cancel | time over |
    /// | --- | --- | --- | --- | --- | --- |
    /// | open | settled | settled | complete | cancelled | expired |
    /// | settled | same | same | complete | refused: settled | same |
    /// | complete | same | same | same | refused: complete | same |
    /// | cancelled | same | refused: cancelled | refused: cancelled | same | same |
    /// | expired | same | refused: expired | complete | same | same |
    ///
    /// A payment that comes after the end is owed back by the checkout.
    pub fn after(self, event: BasketEvent) -> Result<Self, BasketError> {
        use BasketEvent as E;
        use BasketState as S;
        match (self, event) {
            (S::Open, E::Paid | E::Declined) => Ok(S::Settled),
            (S::Open | S::Settled | S::Expired, E::Complete) => Ok(S::Complete),
            (S::Open, E::Cancel) => Ok(S::Cancelled),
            (S::Open, E::TimeOver) => Ok(S::Expired),
            (S::Settled, E::Paid | E::Declined | E::TimeOver)
            | (S::Complete, E::Paid | E::Declined | E::Complete | E::TimeOver)
            | (S::Cancelled, E::Paid | E::Cancel | E::TimeOver)
            | (S::Expired, E::Paid | E::Cancel | E::TimeOver) => Ok(self),
            (S::Settled, E::Cancel) => Err(BasketError::Settled),
            (S::Complete, E::Cancel) => Err(BasketError::Complete),
            (S::Cancelled, E::Declined | E::Complete) => Err(BasketError::Cancelled),
            (S::Expired, E::Declined) => Err(BasketError::Expired),
        }
    }
}

/// A basket as the store keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Basket {
    total: Cents,
    eligible: Cents,
    quote: Quote,
    point_cents: u64,
    point_points: u64,
    state: BasketState,
    sale: Option<Sale>,
}

impl Basket {
    /// A basket of `total` cents of which `eligible` earn points by `quote`; `value` is what a point counts in it.
    ///
    /// # Errors
    /// [`SaleError`] if these can't be the sums of one basket.
    pub fn new((total, eligible): (Cents, Cents), quote: Quote, value: PointValue) -> Result<Self, SaleError> {
        check_sums(total, eligible)?;
        let (point_cents, point_points) = (value.cents, value.points);
        Ok(Self { total, eligible, quote, point_cents, point_points, state: BasketState::Open, sale: None })
    }

    /// Where it stands.
    pub fn state(&self) -> BasketState {
        self.state
    }

    /// What it costs, and how much of that earns points.
    pub fn sums(&self) -> (Cents, Cents) {
        (self.total, self.eligible)
    }

    /// What a point counts in this basket.
    pub fn value(&self) -> PointValue {
        PointValue { cents: self.point_cents, points: self.point_points }
    }

    /// The most points that its checkout asks for: as the till says, but no more than the basket costs, in whole steps.
    /// None if that is less than a step; then nothing can be paid with points.
    pub fn most(&self, asked: Points, step: Points) -> Option<Points> {
        let most = asked.0.min(self.total.in_points(self.value()).0);
        let whole = most.checked_div(step.0)?.checked_mul(step.0)?;
        (whole > 0).then_some(Points(whole))
    }

    /// What it would earn if all were paid in money.
    pub fn earns_at_most(&self) -> GrantTerms {
        self.quote.terms(self.eligible)
    }

    /// The sale, once it is known what is paid with points.
    pub fn sale(&self) -> Option<&Sale> {
        self.sale.as_ref()
    }

    /// What the customer can claim: nothing before the till has said that the sale is complete (BASKET-1).
    pub fn claimable(&self) -> Option<&GrantTerms> {
        let terms = self.sale.as_ref().filter(|_| self.state == BasketState::Complete)?.granted();
        (!terms.is_empty()).then_some(terms)
    }

    /// What was quoted for it.
    pub fn quote(&self) -> &Quote {
        &self.quote
    }

    /// Gives less than was quoted (BASKET-10), as if it had been quoted so; before anything comes back.
    pub fn requote(&mut self, quote: Quote) {
        if let Some(sale) = &mut self.sale {
            sale.requote(quote.clone());
        }
        self.quote = quote;
    }

    /// Cents on which points are earned: the eligible ones, less what was paid with points (BASKET-2).
    pub fn earning(&self) -> Cents {
        let paid = self.sale.as_ref().map_or(Points::ZERO, Sale::paid);
        self.eligible.less(Cents::at_least(paid, self.value()))
    }

    /// What is to be paid in money: all, as long as it is not known what is paid with points.
    pub fn to_pay(&self) -> Cents {
        self.total.less(self.sale.as_ref().map_or(Cents::ZERO, Sale::deduction))
    }

    /// Takes in an event; what was paid is fixed by the first that leaves *open* (BASKET-4). `paid` is what its checkout has
    /// been paid: nothing but for [`BasketEvent::Paid`].
    ///
    /// # Errors
    /// [`BasketError`]; nothing has changed then.
    pub fn handle(&mut self, event: BasketEvent, paid: Points) -> Result<(), BasketError> {
        let next = self.state.after(event)?;
        if self.sale.is_none() && matches!(next, BasketState::Settled | BasketState::Complete) {
            let paid = if event == BasketEvent::Paid { paid } else { Points::ZERO };
            let sums = (self.total, self.eligible);
            self.sale = Some(Sale::new(sums, self.quote.clone(), self.value(), paid)?);
        }
        self.state = next;
        Ok(())
    }

    /// Goods come back (BASKET-8): only of a sale that is complete.
    ///
    /// # Errors
    /// [`BasketError::Sale`] if more comes back than was bought; `None` if the sale is not complete.
    pub fn handle_return(
        &mut self,
        sums: (Cents, Cents),
        claimed: Claimed,
        worth: impl Fn(OfferId) -> Points,
    ) -> Option<Result<Return, SaleError>> {
        let sale = self.sale.as_mut().filter(|_| self.state == BasketState::Complete)?;
        Some(sale.handle_return(sums, claimed, worth))
    }
}

/// The secret of a basket's link, and what is stored of it.
pub fn fresh_secret(entropy: Entropy) -> (GrantSecret, [u8; 32]) {
    let secret = GrantSecret::new(entropy.into_bytes());
    let hash = secret.hash();
    (secret, hash)
}

impl Grant {
    /// The grant of what a basket earns: whoever holds the basket's link claims it. `time` is when, and `expiry` until.
    pub fn earned(
        terms: GrantTerms,
        secret_hash: [u8; 32],
        till_reference: [u8; 32],
        (time, expiry): (Seconds, Seconds),
        entropy: Entropy,
    ) -> Self {
        let (mut grant, _untold) = Self::new(terms, till_reference, time, expiry, entropy);
        grant.secret_hash = secret_hash;
        grant
    }

    /// Whether this is the secret of its link.
    pub fn is_opened_by(&self, secret: &GrantSecret) -> bool {
        secret.is_of(&self.secret_hash)
    }
}
