//! What the quorum decided, as the shop takes it in.

use ronde_protocol::machine::till::checkout::CheckoutError;
use ronde_protocol::message::certificate::Certificate;
use ronde_protocol::message::order::{Order, Purpose};
use ronde_protocol::message::refusal::Refusal;

use super::{BoxFuture, Certified, Outcome, Shop, ShopError};
use crate::store::Transaction;

impl Shop {
    /// Takes in where an order stands; the same news again changes nothing.
    pub async fn note(&self, order: &Order, outcome: &Outcome) -> Result<(), ShopError> {
        match outcome {
            Outcome::Certified { .. } => self.settle(order).await,
            Outcome::Pending { votes } => {
                if order.purpose == Purpose::Redeem && order.store == self.store() {
                    self.note_votes(order.digest(), Some(*votes));
                }
                Ok(())
            }
            // The desk says by itself that it has dropped the order: by now it may have it again.
            Outcome::Refused(Refusal::CoinUnknown) => Ok(()),
            Outcome::Refused(refusal) if refusal.is_retryable() => Ok(()),
            Outcome::Refused(_) => self.give_up(order).await,
        }
    }

    /// Takes in that an order is certified.
    async fn settle(&self, order: &Order) -> Result<(), ShopError> {
        if order.store != self.store() {
            return Ok(());
        }
        match order.purpose {
            Purpose::Earn => self.settle_grant(order).await,
            Purpose::Redeem => {
                match self.settle_checkout(order).await {
                    // No later charter makes this sum any smaller, so it must not keep a feed from being read.
                    Err(ShopError::Checkout(CheckoutError::Unfit(unfit))) => tracing::error!(
                        order = %order.digest(), %unfit,
                        "a certified payment can't be counted: settle it by hand with the cooperative"
                    ),
                    settled => settled?,
                }
                self.note_votes(order.digest(), None);
                Ok(())
            }
            Purpose::Pledge { .. } | Purpose::Swap | Purpose::Donate { .. } | Purpose::Vote { .. } => Ok(()),
        }
    }

    /// Takes in that an order can never be certified.
    async fn give_up(&self, order: &Order) -> Result<(), ShopError> {
        if order.purpose != Purpose::Redeem || order.store != self.store() {
            return Ok(());
        }
        self.refuse_checkout(order).await?;
        self.note_votes(order.digest(), None);
        Ok(())
    }

    /// Takes in that an order's columns were refused: it holds its checkout no longer (STORE-28).
    async fn put_back(&self, order: &Order) -> Result<(), ShopError> {
        if order.purpose != Purpose::Redeem || order.store != self.store() {
            return Ok(());
        }
        self.release_checkout(order).await?;
        self.note_votes(order.digest(), None);
        Ok(())
    }
}

impl Certified for Shop {
    fn take(&self, transaction: &mut dyn Transaction, order: &Order) -> Result<(), ShopError> {
        self.take_checkout(transaction, order)
    }

    fn taken(&self) {
        self.changed();
        self.tell();
    }

    fn certified<'a>(
        &'a self,
        order: &'a Order,
        _certificate: &'a Certificate,
    ) -> BoxFuture<'a, Result<(), ShopError>> {
        Box::pin(self.settle(order))
    }

    fn refused<'a>(&'a self, order: &'a Order) -> BoxFuture<'a, Result<(), ShopError>> {
        Box::pin(self.give_up(order))
    }

    fn dropped<'a>(&'a self, order: &'a Order) -> BoxFuture<'a, Result<(), ShopError>> {
        Box::pin(self.put_back(order))
    }
}
