//! A checkout: a till asks for up to so many points, and one wallet pays.

use crate::{
    limits::MAX_REFUNDS,
    message::{
        amount::Points,
        charter::Charter,
        class::Kind,
        codec::{Bounded, Decode, Encode},
        ids::OrderDigest,
        offer::Offer,
        order::{Order, Purpose, Seconds},
        refusal::Refusal,
    },
};

/// Where a checkout stands. The digest is that of the Redeem order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum CheckoutState {
    /// The till shows its link.
    Open,
    /// A wallet has fetched the offer.
    Presented,
    /// A signed order has come and is before the quorum: it can't be cancelled, only completed.
    Pending(OrderDigest),
    /// Paid.
    Accepted(OrderDigest),
    /// The order that took it can never be certified.
    Refused(OrderDigest),
    /// Nobody paid in time.
    Expired,
    /// Withdrawn by the till, which it can't be any more once an order has taken it (STORE-23).
    Cancelled,
    /// Paid after it was expired, cancelled or refused: the store owes it back.
    AcceptedLate(OrderDigest),
}

/// What can happen to a checkout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckoutEvent {
    /// A wallet fetches the offer.
    Present,
    /// An order that fits the offer is brought.
    Order(OrderDigest),
    /// An order that fits the offer is certified.
    Certified(OrderDigest),
    /// An order that names the offer but not its terms is certified.
    CertifiedUnfit(OrderDigest),
    /// An order is known never to be certified.
    Refused(OrderDigest),
    /// Witnesses refused the columns that an order came with; others may be good.
    Dropped(OrderDigest),
    /// The till withdraws it.
    Cancel,
    /// Its expiry has come.
    TimeOver,
}

/// What follows from an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Next {
    /// The new state.
    pub state: CheckoutState,
    /// Whether the certified order's points are owed back.
    pub owed: bool,
}

/// Points that a customer paid and that bought nothing: the store owes them back to the holder of the order's inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Refund {
    /// The certified Redeem.
    pub digest: OrderDigest,
    /// What it credited the store with: points in - points out + vouchers' values.
    pub points: Points,
}

/// Why an order is not taken, an offer not shown, or a checkout not cancelled.
#[derive(Clone, Debug, thiserror::Error)]
pub enum CheckoutError {
    /// An order has taken it.
    #[error("another payment has taken the checkout")]
    Taken,
    /// Too late.
    #[error("the checkout has expired")]
    Expired,
    /// Withdrawn by the till.
    #[error("the till cancelled the checkout")]
    Cancelled,
    /// The order does not say what the offer says.
    #[error(transparent)]
    Unfit(#[from] Unfit),
    /// The charter known here does not know what the order names.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

/// How an order misses its offer's terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// Not a Redeem in this store, with the offer's reference and time.
    #[error("the order is not a payment for this offer")]
    OtherOffer,
    /// The points paid are not a multiple of the step.
    #[error("the points paid are not a multiple of {0}")]
    Step(Points),
    /// Nothing, or more than the most.
    #[error("{paid} paid where 1 to {max} was asked for")]
    Total {
        /// Points and vouchers' values.
        paid: Points,
        /// The offer's.
        max: Points,
    },
    /// The sums of the order overflow.
    #[error("a sum of points overflows")]
    Overflow,
}

impl CheckoutState {
    /// The state after `event`, or why it can't happen. "owed" marks a refund.
    ///
    /// | state | present | order d | order other | certified d | certified other | unfit | refused d | dropped d | cancel | time over |
    /// | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
    /// | open | presented | pending | pending | accepted | accepted | same, owed | same | same | cancelled | expired |
    /// | presented | same | pending | pending | accepted | accepted | same, owed | same | same | cancelled | expired |
    /// | pending d | taken | same | taken | accepted | same, owed | same, owed | refused | presented | taken | same |
    /// | accepted d | taken | same | taken | same | same, owed | same, owed | same | same | taken | same |
    /// | refused d | taken | same | taken | late, owed | late, owed | same, owed | same | same | same | same |
    /// | expired | expired | expired | expired | late, owed | late, owed | same, owed | same | same | same | same |
    /// | cancelled | cancelled | cancelled | cancelled | late, owed | late, owed | same, owed | same | same | same | same |
    /// | late d | taken | same | taken | same | same, owed | same, owed | same | same | taken | same |
    pub fn after(self, event: CheckoutEvent) -> Result<Next, CheckoutError> {
        use CheckoutEvent as E;
        use CheckoutState as S;
        let to = |state| Ok(Next { state, owed: false });
        let owing = |state| Ok(Next { state, owed: true });
        match (self, event) {
            (S::Open | S::Presented, E::Present) => to(S::Presented),
            (S::Open | S::Presented, E::Order(digest)) => to(S::Pending(digest)),
            (S::Open | S::Presented, E::Certified(digest)) => to(S::Accepted(digest)),
            (S::Open | S::Presented, E::Cancel) => to(S::Cancelled),
            (S::Open | S::Presented, E::TimeOver) => to(S::Expired),

            (S::Pending(own) | S::Accepted(own) | S::Refused(own) | S::AcceptedLate(own), E::Order(digest))
                if own == digest =>
            {
                to(self)
            }
            (S::Pending(_) | S::Accepted(_) | S::Refused(_) | S::AcceptedLate(_), E::Present | E::Order(_)) => {
                Err(CheckoutError::Taken)
            }
            (S::Expired, E::Present | E::Order(_)) => Err(CheckoutError::Expired),
            (S::Cancelled, E::Present | E::Order(_)) => Err(CheckoutError::Cancelled),

            (S::Pending(own), E::Certified(digest)) if own == digest => to(S::Accepted(digest)),
            (S::Accepted(own) | S::AcceptedLate(own), E::Certified(digest)) if own == digest => to(self),
            (S::Pending(_) | S::Accepted(_) | S::AcceptedLate(_), E::Certified(_)) => owing(self),
            (S::Refused(_) | S::Expired | S::Cancelled, E::Certified(digest)) => owing(S::AcceptedLate(digest)),
            (_, E::CertifiedUnfit(_)) => owing(self),

            (S::Pending(own), E::Refused(digest)) if own == digest => to(S::Refused(digest)),
            (S::Pending(own), E::Dropped(digest)) if own == digest => to(S::Presented),
            (_, E::Refused(_) | E::Dropped(_)) => to(self),

            (S::Pending(_) | S::Accepted(_) | S::AcceptedLate(_), E::Cancel) => Err(CheckoutError::Taken),
            (S::Refused(_) | S::Expired | S::Cancelled, E::Cancel) => to(self),
            (
                S::Pending(_) | S::Accepted(_) | S::Refused(_) | S::Expired | S::Cancelled | S::AcceptedLate(_),
                E::TimeOver,
            ) => to(self),
        }
    }

    /// Whether nothing that the till waits for can follow.
    pub fn is_final(self) -> bool {
        !matches!(self, Self::Open | Self::Presented | Self::Pending(_))
    }

    /// The order that took it.
    pub fn digest(self) -> Option<OrderDigest> {
        match self {
            Self::Pending(digest) | Self::Accepted(digest) | Self::Refused(digest) | Self::AcceptedLate(digest) => {
                Some(digest)
            }
            Self::Open | Self::Presented | Self::Expired | Self::Cancelled => None,
        }
    }
}

/// A checkout as the store keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Checkout {
    offer: Offer,
    till_reference: [u8; 32],
    state: CheckoutState,
    paid: Points,
    refunds: Bounded<Refund, MAX_REFUNDS>,
}

impl Checkout {
    /// A new checkout for an offer. `till_reference` is a hash of whatever the till calls it.
    pub fn new(offer: Offer, till_reference: [u8; 32]) -> Self {
        let refunds = Bounded::default();
        Self { offer, till_reference, state: CheckoutState::Open, paid: Points::ZERO, refunds }
    }

    /// What the store asks for; it signs this for the wallet.
    pub fn offer(&self) -> &Offer {
        &self.offer
    }

    /// Where it stands.
    pub fn state(&self) -> CheckoutState {
        self.state
    }

    /// What the order that took it pays: points and vouchers' values. Zero before there is one.
    pub fn paid(&self) -> Points {
        self.paid
    }

    /// What the store owes back, one entry per certified order; at most 1,024 stand here.
    pub fn refunds(&self) -> &[Refund] {
        &self.refunds
    }

    /// Notices that the time is over. Says whether that changed anything.
    pub fn handle_time(&mut self, now: Seconds) -> bool {
        let before = self.state;
        if now >= self.offer.expiry {
            self.state = self.state.after(CheckoutEvent::TimeOver).map_or(before, |next| next.state);
        }
        self.state != before
    }

    /// A wallet fetches the offer.
    pub fn handle_present(&mut self, now: Seconds) -> Result<&Offer, CheckoutError> {
        self.handle_time(now);
        self.state = self.state.after(CheckoutEvent::Present)?.state;
        Ok(&self.offer)
    }

    /// The till withdraws it.
    pub fn handle_cancel(&mut self, now: Seconds) -> Result<(), CheckoutError> {
        self.handle_time(now);
        self.state = self.state.after(CheckoutEvent::Cancel)?.state;
        Ok(())
    }

    /// A wallet brings an order whose spend signature was checked (STORE-22); then it may go to the quorum. One that is
    /// known already may always go again: its wallet still wants its change.
    pub fn handle_order(&mut self, order: &Order, now: Seconds, charter: &Charter) -> Result<(), CheckoutError> {
        let digest = order.digest();
        self.handle_time(now);
        if self.refunds.iter().any(|refund| refund.digest == digest) {
            return Ok(());
        }
        let paid = paid(order, charter)?;
        self.check_fit(order, paid)?;
        self.state = self.state.after(CheckoutEvent::Order(digest))?.state;
        self.paid = paid;
        Ok(())
    }

    /// A Redeem with this offer's reference is certified, whichever store relayed it. What did not buy anything is
    /// noted as owed, once (STORE-24). A refund that has no place here any more is given back: the caller keeps it in a
    /// record of its own, and brings an order of such a record no more.
    ///
    /// # Errors
    /// Only if the charter known here does not know a voucher that the order spends; the caller keeps the certificate
    /// and tries again.
    pub fn handle_certified(
        &mut self,
        order: &Order,
        now: Seconds,
        charter: &Charter,
    ) -> Result<Option<Refund>, CheckoutError> {
        let digest = order.digest();
        self.handle_time(now);
        if self.refunds.iter().any(|refund| refund.digest == digest) {
            return Ok(None);
        }
        let paid = paid(order, charter)?;
        let fits = self.check_fit(order, paid).is_ok();
        let event = if fits { CheckoutEvent::Certified(digest) } else { CheckoutEvent::CertifiedUnfit(digest) };
        let next = self.state.after(event)?;
        if next.state != self.state {
            self.paid = paid;
        }
        self.state = next.state;
        if !next.owed || paid == Points::ZERO {
            return Ok(None);
        }
        let refund = Refund { digest, points: paid };
        let mut refunds = self.refunds.to_vec();
        refunds.push(refund);
        match Bounded::new(refunds) {
            Ok(refunds) => {
                self.refunds = refunds;
                Ok(None)
            }
            Err(_) => Ok(Some(refund)),
        }
    }

    /// An order is known never to be certified.
    pub fn handle_refused(&mut self, digest: OrderDigest) {
        self.state = self.state.after(CheckoutEvent::Refused(digest)).map_or(self.state, |next| next.state);
    }

    /// The columns that an order came with were refused. It has no hold on the checkout until it comes with good ones
    /// (STORE-28): whoever brought it need not have made it.
    pub fn handle_dropped(&mut self, digest: OrderDigest) {
        let next = self.state.after(CheckoutEvent::Dropped(digest)).map_or(self.state, |next| next.state);
        if next != self.state {
            self.paid = Points::ZERO;
        }
        self.state = next;
    }

    fn check_fit(&self, order: &Order, paid: Points) -> Result<(), Unfit> {
        let offer = &self.offer;
        let named = order.federation == offer.federation
            && order.store == offer.store
            && order.purpose == Purpose::Redeem
            && order.reference == offer.reference()
            && order.time == offer.time;
        if !named {
            return Err(Unfit::OtherOffer);
        }
        let points = points_paid(order)?;
        if points.0.checked_rem(offer.step.0) != Some(0) {
            return Err(Unfit::Step(offer.step));
        }
        if paid == Points::ZERO || paid > offer.max {
            return Err(Unfit::Total { paid, max: offer.max });
        }
        Ok(())
    }
}

/// Points in - points out.
fn points_paid(order: &Order) -> Result<Points, Unfit> {
    let points_in = order.points_in().map_err(|_| Unfit::Overflow)?;
    let points_out = order.points_out().map_err(|_| Unfit::Overflow)?;
    points_in.minus(points_out).map_err(|_| Unfit::Overflow)
}

/// What a Redeem credits its store with: points in - points out + vouchers' values.
pub fn paid(order: &Order, charter: &Charter) -> Result<Points, CheckoutError> {
    let mut sum = points_paid(order)?;
    for input in &order.inputs {
        if let Kind::Voucher { offer } = input.kind {
            let value = charter.offer(offer).ok_or(Refusal::CharterBehind)?.value;
            sum = sum.plus(value).map_err(|_| Unfit::Overflow)?;
        }
    }
    Ok(sum)
}
