//! Checkouts: opened by a till, paid by a wallet, waited for by the till.

use std::time::Duration;

use ronde_protocol::crypto::sign::SigningKey;
use ronde_protocol::machine::till::checkout::{Checkout, CheckoutError, CheckoutState};
use ronde_protocol::message::amount::Points;
use ronde_protocol::message::charter::Charter;
use ronde_protocol::message::ids::OrderDigest;
use ronde_protocol::message::offer::{Offer, SignedOffer};
use ronde_protocol::message::order::{Order, Purpose, Seconds};
use ronde_protocol::message::text::Text;

use super::answers::answer_once;
use super::details::{self, Detail, Of};
use super::grants::till_reference;
use super::records::{RecordId, find, index, load_id, refund_key, save, save_id};
use super::refunds::{self, RefundLine};
use super::{Answer, Missing, Once, Shop, ShopError, baskets, events, lock, totals};
use crate::store::{Table, Transaction};
use crate::{clock, fault};

/// What a till asks for.
#[derive(Clone, Debug)]
pub struct NewCheckout {
    /// The most that can be paid.
    pub max: Points,
    /// Points paid are a multiple of this; never 0.
    pub step: Points,
    /// What the till calls it; kept as a hash.
    pub reference: String,
    /// How long it can be paid, in seconds.
    pub expires_in: Seconds,
    /// The till.
    pub till: Option<Text>,
}

/// A checkout and how far its order is.
#[derive(Clone, Debug)]
pub struct CheckoutView {
    /// Its name.
    pub id: RecordId,
    /// The checkout.
    pub checkout: Checkout,
    /// Votes gathered for the order that took it, as far as this process knows.
    pub votes: usize,
    /// What is owed back, and how far that is.
    pub refunds: Vec<RefundLine>,
    /// Points of it that tills gave back.
    pub returned: Points,
}

impl Shop {
    /// Opens a checkout; `render` says it to the till. The same request under an idempotency key gets the same answer.
    pub async fn open_checkout(
        &self,
        new: NewCheckout,
        once: Option<Once>,
        render: impl FnOnce(CheckoutView) -> Answer + Send + 'static,
    ) -> Result<Answer, ShopError> {
        let now = self.now();
        let id = RecordId::fresh()?;
        let offer = Offer {
            federation: *self.charter().federation(),
            store: self.store(),
            nonce: crate::entropy::fresh()?,
            max: new.max,
            step: new.step,
            expiry: now.saturating_add(new.expires_in),
            time: now,
        };
        let checkout = Checkout::new(offer, till_reference(id, &new.reference));
        fault::point("shop.before-checkout");
        let answer = self.write(move |transaction| {
            let mut opened = None;
            let answer = answer_once(transaction, once.as_ref(), now, |transaction| {
                add(transaction, id, &checkout, new.till)?;
                opened = Some(checkout.clone());
                Ok(render(CheckoutView { id, checkout, votes: 0, refunds: Vec::new(), returned: Points::ZERO }))
            })?;
            Ok((answer, opened))
        });
        let (answer, opened) = answer.await?;
        opened.iter().for_each(|checkout| self.count_checkout(None, checkout));
        fault::point("shop.after-checkout");
        Ok(answer)
    }

    /// A checkout. That its time is over is written down before anybody is told.
    pub async fn checkout(&self, id: RecordId) -> Result<CheckoutView, ShopError> {
        let mut checkout: Checkout =
            self.0.readers.with(|read| load_id(read, Table::Checkout, id, Missing::Checkout))?;
        if checkout.handle_time(self.now()) {
            checkout = self
                .change_checkout(id, |checkout, now, _| {
                    checkout.handle_time(now);
                    Ok(())
                })
                .await?;
        }
        let votes = checkout.state().digest().and_then(|digest| lock(&self.0.votes).get(&digest).copied());
        let (refunds, returned) = self.0.readers.with(|read| -> Result<_, ShopError> {
            Ok((refunds::lines(read, &checkout)?, refunds::returned(read, id)?.points()))
        })?;
        Ok(CheckoutView { id, checkout, votes: votes.unwrap_or(0), refunds, returned })
    }

    /// Waits until the checkout is decided, or is no longer as `known` says, or the time is up (HTTP-21). Asks
    /// `allowed` each time it looks again, so that a revoked till hears nothing more (HTTP-9).
    pub async fn wait_checkout<E: From<ShopError>>(
        &self,
        id: RecordId,
        known: impl Fn(CheckoutState) -> bool,
        wait: Duration,
        allowed: impl Fn() -> Result<(), E>,
    ) -> Result<CheckoutView, E> {
        let mut changes = self.0.changes.subscribe();
        let deadline = clock::monotonic() + wait;
        loop {
            changes.borrow_and_update();
            allowed()?;
            let view = self.checkout(id).await?;
            let state = view.checkout.state();
            if state.is_final() || !known(state) || clock::monotonic() >= deadline {
                return Ok(view);
            }
            // A second at least: the checkout was looked at and is not over yet.
            let left = Duration::from_secs(view.checkout.offer().expiry.saturating_sub(self.now()).max(1));
            let over = match state {
                CheckoutState::Pending(_) => deadline,
                _ => deadline.min(clock::monotonic() + left),
            };
            // Either way it is looked at again.
            let _ = tokio::time::timeout_at(over, changes.changed()).await;
        }
    }

    /// Withdraws a checkout that no order has taken.
    pub async fn cancel_checkout(&self, id: RecordId) -> Result<(), ShopError> {
        self.change_checkout(id, |checkout, now, _| checkout.handle_cancel(now)).await?;
        Ok(())
    }

    /// Shows the offer to a wallet.
    pub async fn present(&self, id: RecordId, key: &SigningKey) -> Result<SignedOffer, ShopError> {
        let checkout = self.change_checkout(id, |checkout, now, _| checkout.handle_present(now).map(|_| ())).await?;
        Ok(checkout.offer().sign(key))
    }

    /// Lets an order take one of this store's checkouts, in the transaction that writes the order down before it goes to
    /// the quorum: there is no pending checkout without its order. Its spend signature must have been checked, or anybody
    /// could block a till (STORE-22). Orders for another store or purpose pass.
    pub(super) fn take_checkout(&self, transaction: &mut dyn Transaction, order: &Order) -> Result<(), ShopError> {
        if order.purpose != Purpose::Redeem || order.store != self.store() {
            return Ok(());
        }
        let id = find(transaction, Table::Checkout, &order.reference)?.ok_or(Missing::Checkout)?;
        if transaction.get(Table::Checkout, &refund_key(id, &order.digest()))?.is_some() {
            // Owed already: its wallet still wants its change.
            return Ok(());
        }
        let mut checkout: Checkout = load_id(transaction, Table::Checkout, id, Missing::Checkout)?;
        let before = checkout.clone();
        let now = self.now();
        checkout.handle_order(order, now, &self.charter())?;
        if checkout != before {
            save_id(transaction, Table::Checkout, id, &checkout)?;
            events::checkout_changed(transaction, (now, id), &before, &checkout)?;
            // Not on disk yet; if the transaction fails, so does the node.
            self.count_checkout(Some(&before), &checkout);
        }
        Ok(())
    }

    /// Notes that a certified Redeem has paid its checkout, or is owed back. A refund that has no place in the checkout's
    /// record gets one of its own, so that nothing owed is lost and no feed stands still (STORE-24).
    pub(super) async fn settle_checkout(&self, order: &Order) -> Result<(), ShopError> {
        let (now, charter) = (self.now(), self.charter());
        let known = self.0.readers.with(|read| -> Result<_, ShopError> {
            let Some(id) = find(read, Table::Checkout, &order.reference)? else { return Ok(None) };
            if read.get(Table::Checkout, &refund_key(id, &order.digest()))?.is_some() {
                return Ok(None);
            }
            let before: Checkout = load_id(read, Table::Checkout, id, Missing::Checkout)?;
            let mut after = before.clone();
            let apart = after.handle_certified(order, now, &charter)?;
            Ok((after != before || apart.is_some()).then_some(id))
        })?;
        let Some(id) = known else { return Ok(()) };
        let (order, here) = (order.clone(), self.here());
        fault::point("shop.before-settle-checkout");
        let settled = self.write(move |transaction| {
            let own = refund_key(id, &order.digest());
            if transaction.get(Table::Checkout, &own)?.is_some() {
                return Ok(Ok((None, None)));
            }
            let mut checkout: Checkout = load_id(transaction, Table::Checkout, id, Missing::Checkout)?;
            let before = checkout.clone();
            let apart = match checkout.handle_certified(&order, now, &charter) {
                Ok(apart) => apart,
                Err(error) => return Ok(Err(error)),
            };
            if let Some(refund) = &apart {
                save(transaction, Table::Checkout, &own, refund)?;
            }
            save_id(transaction, Table::Checkout, id, &checkout)?;
            let owed = refunds::note(transaction, (id, &checkout), &order.digest(), apart, now)?;
            count_paid(transaction, id, before.state(), &checkout, now)?;
            events::checkout_changed(transaction, (now, id), &before, &checkout)?;
            apart.iter().try_for_each(|refund| events::refund_owed(transaction, (now, id), *refund))?;
            let earned = baskets::follow(transaction, &here, id, &checkout)?;
            Ok(Ok((apart, Some((before, checkout, owed, earned)))))
        });
        let (apart, changed) = settled.await??;
        if let Some((before, checkout, owed, earned)) = changed {
            self.count_checkout(Some(&before), &checkout);
            earned.iter().for_each(|grant| self.count_grant(None, grant));
            owed.iter().for_each(|grant| self.count_owed(grant));
        }
        if let Some(refund) = apart {
            let (order, points) = (refund.digest, refund.points);
            tracing::error!(
                checkout = %id, %order, %points,
                "a checkout owes more refunds than its record holds, and its till is shown no more of them: take its \
                 link down, and open a checkout for each basket"
            );
        }
        self.changed();
        fault::point("shop.after-settle-checkout");
        Ok(())
    }

    /// Notes that an order can never be certified.
    pub(super) async fn refuse_checkout(&self, order: &Order) -> Result<(), ShopError> {
        let digest = order.digest();
        self.settle_with(order.reference, move |checkout, _, _| {
            checkout.handle_refused(digest);
            Ok(())
        })
        .await
    }

    /// Notes that the columns were refused that an order came with.
    pub(super) async fn release_checkout(&self, order: &Order) -> Result<(), ShopError> {
        let digest = order.digest();
        self.settle_with(order.reference, move |checkout, _, _| {
            checkout.handle_dropped(digest);
            Ok(())
        })
        .await
    }

    /// Changes the checkout of a reference, if there is one and the change is one.
    async fn settle_with(
        &self,
        reference: ronde_protocol::message::ids::Reference,
        change: impl Fn(&mut Checkout, Seconds, &Charter) -> Result<(), CheckoutError> + Send + 'static,
    ) -> Result<(), ShopError> {
        let (now, charter) = (self.now(), self.charter());
        let known = self.0.readers.with(|read| -> Result<_, ShopError> {
            let Some(id) = find(read, Table::Checkout, &reference)? else { return Ok(None) };
            let before: Checkout = load_id(read, Table::Checkout, id, Missing::Checkout)?;
            let mut after = before.clone();
            change(&mut after, now, &charter)?;
            Ok((after != before).then_some(id))
        })?;
        let Some(id) = known else { return Ok(()) };
        self.change_checkout(id, change).await?;
        Ok(())
    }

    async fn change_checkout(
        &self,
        id: RecordId,
        change: impl FnOnce(&mut Checkout, Seconds, &Charter) -> Result<(), CheckoutError> + Send + 'static,
    ) -> Result<Checkout, ShopError> {
        let (now, charter, here) = (self.now(), self.charter(), self.here());
        let changed = self.write(move |transaction| {
            let mut checkout: Checkout = load_id(transaction, Table::Checkout, id, Missing::Checkout)?;
            let before = checkout.clone();
            let result = change(&mut checkout, now, &charter);
            if checkout != before {
                save_id(transaction, Table::Checkout, id, &checkout)?;
                events::checkout_changed(transaction, (now, id), &before, &checkout)?;
            }
            let earned = baskets::follow(transaction, &here, id, &checkout)?;
            Ok((result, before, checkout, earned))
        });
        let (result, before, checkout, earned) = changed.await?;
        self.count_checkout(Some(&before), &checkout);
        earned.iter().for_each(|grant| self.count_grant(None, grant));
        self.changed();
        Ok(result.map(|()| checkout)?)
    }

    pub(super) fn note_votes(&self, digest: OrderDigest, votes: Option<usize>) {
        let mut all = lock(&self.0.votes);
        match votes {
            Some(votes) => drop(all.insert(digest, votes)),
            None => drop(all.remove(&digest)),
        }
        drop(all);
        self.changed();
    }
}

/// Writes a new checkout down.
pub(super) fn add(
    transaction: &mut dyn Transaction,
    id: RecordId,
    checkout: &Checkout,
    till: Option<Text>,
) -> Result<(), ShopError> {
    let offer = checkout.offer();
    save_id(transaction, Table::Checkout, id, checkout)?;
    index(transaction, Table::Checkout, &offer.reference(), id)?;
    if let Some(till) = till {
        details::keep(transaction, Of::Checkout(id), &Detail::new(till, offer.max, offer.time))?;
    }
    events::checkout_opened(transaction, id, checkout)
}

/// Counts a checkout that was paid just now, in the transaction that writes it down.
fn count_paid(
    transaction: &mut dyn Transaction,
    id: RecordId,
    before: CheckoutState,
    checkout: &Checkout,
    now: Seconds,
) -> Result<(), ShopError> {
    let is_paid = |state: CheckoutState| matches!(state, CheckoutState::Accepted(_));
    if is_paid(before) || !is_paid(checkout.state()) {
        return Ok(());
    }
    let till = details::find(transaction, Of::Checkout(id))?.map(|detail| detail.till);
    totals::count(transaction, till.as_ref().map(Text::as_str), now, |totals| {
        totals.checkouts = totals.checkouts.saturating_add(1);
        totals.redeemed = totals.redeemed.saturating_add(checkout.paid().0);
    })
}
