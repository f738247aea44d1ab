//! What tills and wallets are shown of a basket.

use std::time::Duration;

use ronde_protocol::crypto::sign::SigningKey;
use ronde_protocol::machine::till::basket::BasketState;
use ronde_protocol::machine::till::checkout::CheckoutState;
use ronde_protocol::machine::till::grant::{Grant, GrantTerms};
use ronde_protocol::message::amount::Points;
use ronde_protocol::message::offer::SignedOffer;
use ronde_protocol::message::order::Seconds;

use super::record::{Record, get, waiting};
use crate::clock;
use crate::shop::records::RecordId;
use crate::shop::{CheckoutView, Missing, Shop, ShopError, receipts};

/// A basket, its checkout and its grant.
#[derive(Clone, Debug)]
pub struct BasketView {
    /// Its name.
    pub id: RecordId,
    /// The basket.
    pub record: Record,
    /// How its payment stands, if there is an offer.
    pub checkout: Option<CheckoutView>,
    /// What can be claimed.
    pub grant: Option<(RecordId, Grant)>,
    /// The sealed receipt, once the basket is complete.
    pub receipt: Option<Vec<u8>>,
}

impl BasketView {
    /// Where it stands.
    #[must_use]
    pub fn state(&self) -> BasketState {
        self.record.basket.state()
    }

    /// What was paid with points, once that is decided.
    #[must_use]
    pub fn paid(&self) -> Option<Points> {
        self.record.basket.sale()?;
        let checkout = self.checkout.as_ref().map(|view| &view.checkout);
        let accepted = checkout.filter(|checkout| matches!(checkout.state(), CheckoutState::Accepted(_)));
        Some(accepted.map_or(Points::ZERO, |checkout| checkout.paid()))
    }

    /// What it earns; if all is paid in money, as long as that is not decided.
    #[must_use]
    pub fn earns(&self) -> GrantTerms {
        let basket = &self.record.basket;
        basket.sale().map_or_else(|| basket.earns_at_most(), |sale| sale.granted().clone())
    }
}

impl Shop {
    /// A basket. That its time is over is written down before anybody is told.
    pub async fn basket(&self, id: RecordId) -> Result<BasketView, ShopError> {
        let known = self.0.readers.with(|read| get(read, id))?;
        let checkout = match known.has_offer() {
            // The basket follows it.
            true => Some(self.checkout(id).await?),
            false => None,
        };
        let (record, receipt) = self.0.readers.with(|read| -> Result<_, ShopError> {
            let record = get(read, id)?;
            let is_complete = record.basket.state() == BasketState::Complete;
            let receipt = if is_complete { receipts::find(read, id)? } else { None };
            Ok((record, receipt))
        })?;
        let grant = match record.grant {
            Some(grant) => Some((grant, self.grant(grant).await?)),
            None => None,
        };
        Ok(BasketView { id, record, checkout, grant, receipt })
    }

    /// Baskets that are settled and have waited for their till for `long` seconds at least (BASKET-13), the oldest first; at
    /// most so many.
    pub fn baskets_that_wait(&self, long: Seconds, most: usize) -> Result<Vec<RecordId>, ShopError> {
        let now = self.now();
        let until = now.saturating_sub(long).saturating_add(1);
        self.0.readers.with(|read| waiting(read, (now, until), most))
    }

    /// The same for a wallet, which hears no more of a basket that can't become complete (BASKET-14).
    pub async fn basket_of_wallet(&self, id: RecordId) -> Result<BasketView, ShopError> {
        let view = self.basket(id).await?;
        if view.record.is_too_old(self.now()) { Err(Missing::Basket.into()) } else { Ok(view) }
    }

    /// Waits until `waits` no longer says so of the basket, or the time is up. Asks `allowed` each time it looks again, so
    /// that a revoked till hears nothing more (HTTP-9).
    pub async fn wait_basket<E: From<ShopError>>(
        &self,
        id: RecordId,
        waits: impl Fn(&BasketView) -> bool,
        wait: Duration,
        allowed: impl Fn() -> Result<(), E>,
    ) -> Result<BasketView, E> {
        let mut changes = self.0.changes.subscribe();
        let deadline = clock::monotonic() + wait;
        loop {
            changes.borrow_and_update();
            allowed()?;
            let view = self.basket(id).await?;
            if !waits(&view) || clock::monotonic() >= deadline {
                return Ok(view);
            }
            // Its time may be over meanwhile. A second at least: it was looked at and is not over yet.
            let left = Duration::from_secs(view.record.expiry.saturating_sub(self.now()).max(1));
            let over = match view.state() {
                BasketState::Open => deadline.min(clock::monotonic() + left),
                _ => deadline,
            };
            // Either way it is looked at again.
            let _ = tokio::time::timeout_at(over, changes.changed()).await;
        }
    }

    /// The offer of an open basket whose checkout no payment has taken, signed; a wallet sees it now.
    pub async fn basket_offer(&self, view: &BasketView, key: &SigningKey) -> Result<Option<SignedOffer>, ShopError> {
        let state = view.checkout.as_ref().map(|view| view.checkout.state());
        let is_free = matches!(state, Some(CheckoutState::Open | CheckoutState::Presented));
        if view.state() != BasketState::Open || !is_free {
            return Ok(None);
        }
        match self.present(view.id, key).await {
            Ok(offer) => Ok(Some(offer)),
            // Taken, or over, since it was looked at.
            Err(ShopError::Checkout(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
