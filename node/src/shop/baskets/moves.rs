//! What moves a basket: its checkout, its wallet, its till.

use ronde_protocol::machine::till::basket::{BasketError, BasketEvent, BasketState};
use ronde_protocol::machine::till::checkout::{Checkout, CheckoutState};
use ronde_protocol::machine::till::grant::{Grant, GrantSecret};
use ronde_protocol::message::amount::Points;

use super::record::{Record, find, get, put};
use super::{Here, finish};
use crate::fault;
use crate::shop::records::{RecordId, load_id, save_id};
use crate::shop::{Missing, Shop, ShopError, caps, events, receipts};
use crate::store::{Table, Transaction};

/// What was written down besides the basket, for who counts.
#[derive(Default)]
struct Moved {
    checkout: Option<(Checkout, Checkout)>,
    grant: Option<Grant>,
}

/// The checkout of an id is another than before: if it is a basket's, the basket follows, in the same transaction. The
/// grant that was made by it, to be counted.
pub(in crate::shop) fn follow(
    tx: &mut dyn Transaction,
    here: &Here,
    id: RecordId,
    checkout: &Checkout,
) -> Result<Option<Grant>, ShopError> {
    let event = match checkout.state() {
        CheckoutState::Accepted(_) => BasketEvent::Paid,
        // A payment that came too late is owed back, and nothing is paid with points.
        CheckoutState::Expired | CheckoutState::AcceptedLate(_) => BasketEvent::TimeOver,
        _ => return Ok(None),
    };
    let Some(mut record) = find(tx, id)?.filter(|record| record.basket.state() == BasketState::Open) else {
        return Ok(None);
    };
    if let Err(error) = record.basket.handle(event, checkout.paid()) {
        // The offer asked for no more than the basket costs; whatever this is, it must not keep a feed from being read.
        tracing::error!(basket = %id, %error, "a basket does not take what its checkout was paid: settle it by hand");
        return Ok(None);
    }
    let grant = finish::at_once(tx, here, id, &mut record)?;
    if record.basket.state() == BasketState::Expired {
        caps::give_back(tx, record.time, id)?;
    }
    put(tx, id, &record)?;
    Ok(grant)
}

impl Shop {
    /// The till has all it wants: the customer can claim what the basket earns.
    pub async fn complete_basket(&self, id: RecordId) -> Result<(), ShopError> {
        self.move_basket(id, BasketEvent::Complete, None).await
    }

    /// The till withdraws it.
    pub async fn cancel_basket(&self, id: RecordId) -> Result<(), ShopError> {
        self.move_basket(id, BasketEvent::Cancel, None).await
    }

    /// The customer, who holds its link, pays nothing with points.
    pub async fn decline_basket(&self, id: RecordId, secret: GrantSecret) -> Result<(), ShopError> {
        self.move_basket(id, BasketEvent::Declined, Some(secret)).await
    }

    async fn move_basket(
        &self,
        id: RecordId,
        event: BasketEvent,
        secret: Option<GrantSecret>,
    ) -> Result<(), ShopError> {
        let here = self.here();
        fault::point("shop.before-move-basket");
        let moved = self.write(move |tx| {
            let mut record = get(tx, id)?;
            // HTTP-35.
            let is_other = secret.as_ref().is_some_and(|secret| !secret.is_of(&record.secret_hash));
            // BASKET-14: only a wallet shows a secret.
            if is_other || (secret.is_some() && record.is_too_old(here.now)) {
                return Err(Missing::Basket.into());
            }
            let mut moved = Moved::default();
            let mut checkout = match record.has_offer() {
                true => Some(load_id::<Checkout>(tx, Table::Checkout, id, Missing::Checkout)?),
                false => None,
            };
            let before = checkout.clone();
            notice_time(tx, &here, (id, &mut record), checkout.as_mut())?;
            let done = apply(tx, &here, (id, &mut record), checkout.as_mut(), event);
            // What is refused has changed nothing but that the time may be over; what failed takes all back.
            let done = match done {
                Ok(grant) => {
                    moved.grant = grant;
                    Ok(())
                }
                Err(error @ (ShopError::Basket(_) | ShopError::Checkout(_))) => Err(error),
                Err(error) => return Err(error),
            };
            put(tx, id, &record)?;
            if let (Some(before), Some(after)) = (before, checkout)
                && before != after
            {
                save_id(tx, Table::Checkout, id, &after)?;
                events::checkout_changed(tx, (here.now, id), &before, &after)?;
                moved.checkout = Some((before, after));
            }
            Ok((done, moved))
        });
        let (done, moved) = moved.await?;
        moved.checkout.iter().for_each(|(before, after)| self.count_checkout(Some(before), after));
        moved.grant.iter().for_each(|grant| self.count_grant(None, grant));
        self.changed();
        fault::point("shop.after-move-basket");
        done
    }
}

/// Its checkout may have expired without anybody having looked.
fn notice_time(
    tx: &mut dyn Transaction,
    here: &Here,
    (id, record): (RecordId, &mut Record),
    checkout: Option<&mut Checkout>,
) -> Result<(), ShopError> {
    let over =
        checkout.is_some_and(|checkout| checkout.handle_time(here.now) && checkout.state() == CheckoutState::Expired);
    if over && record.basket.state() == BasketState::Open {
        record.basket.handle(BasketEvent::TimeOver, Points::ZERO)?;
        caps::give_back(tx, record.time, id)?;
    }
    Ok(())
}

/// Withdraws the checkout of an open basket, which a payment may hold; then moves the basket. Of a payment that came too
/// late there is nothing to withdraw: it goes back, whatever becomes of the basket.
fn apply(
    tx: &mut dyn Transaction,
    here: &Here,
    (id, record): (RecordId, &mut Record),
    checkout: Option<&mut Checkout>,
    event: BasketEvent,
) -> Result<Option<Grant>, ShopError> {
    let before = record.basket.state();
    let after = before.after(event)?;
    // BASKET-13.
    if event == BasketEvent::Complete && record.is_too_old(here.now) {
        return Err(BasketError::Expired.into());
    }
    if before == BasketState::Open
        && let Some(checkout) = checkout
        && !matches!(checkout.state(), CheckoutState::AcceptedLate(_))
    {
        checkout.handle_cancel(here.now)?;
    }
    match (event, after) {
        (BasketEvent::Complete, _) if before != BasketState::Complete => finish::complete(tx, here, id, record),
        (BasketEvent::Cancel, BasketState::Cancelled) if before != BasketState::Cancelled => {
            record.basket.handle(event, Points::ZERO)?;
            caps::give_back(tx, record.time, id)?;
            receipts::forget(tx, id)?;
            Ok(None)
        }
        _ => {
            record.basket.handle(event, Points::ZERO)?;
            finish::at_once(tx, here, id, record)
        }
    }
}
