//! A till rings a basket up.

use ronde_protocol::crypto::Entropy;
use ronde_protocol::machine::till::basket::{Basket, BasketError, BasketEvent, fresh_secret};
use ronde_protocol::machine::till::cents::Cents;
use ronde_protocol::machine::till::checkout::Checkout;
use ronde_protocol::machine::till::grant::{Grant, GrantSecret, GrantTerms, TermsError};
use ronde_protocol::message::amount::Points;
use ronde_protocol::message::offer::Offer;
use ronde_protocol::message::order::Seconds;
use ronde_protocol::message::text::Text;

use super::record::{Record, put};
use super::{BasketView, Here, ReturnUrl, finish};
use crate::earning::{Given, Quoted, Rules, quote};
use crate::fault;
use crate::shop::answers::answer_once;
use crate::shop::caps::{self, NearCap};
use crate::shop::grants::till_reference;
use crate::shop::receipts::{self, ReceiptText};
use crate::shop::records::RecordId;
use crate::shop::tills::check_not_revoked;
use crate::shop::{Answer, CheckoutView, EarningError, Once, Shop, ShopError, checkouts, events, given};
use crate::store::{Read, Transaction};

/// What a till asks for.
#[derive(Clone, Debug)]
pub struct NewBasket {
    /// What it costs, and what of that earns points.
    pub sums: (Cents, Cents),
    /// The most that can be paid with points.
    pub max: Points,
    /// Points paid are a multiple of this; never 0.
    pub step: Points,
    /// What the till calls it; kept as a hash.
    pub reference: String,
    /// How long it can be paid with points, in seconds.
    pub expires_in: Seconds,
    /// Where the customer's wallet leads when it is done.
    pub return_url: Option<ReturnUrl>,
    /// The receipt.
    pub receipt: Option<ReceiptText>,
    /// Whether it is complete as soon as the customer has paid or declined.
    pub at_once: bool,
    /// A ballot and vouchers besides what the rules give.
    pub extra: GrantTerms,
    /// The till.
    pub till: Text,
}

/// A basket that was just rung up, with the secret that is shown once.
#[derive(Debug)]
pub struct MadeBasket {
    /// The basket.
    pub view: BasketView,
    /// For the link.
    pub secret: GrantSecret,
}

/// What one basket wrote down, for who counts.
struct Written {
    checkout: Option<Checkout>,
    grant: Option<Grant>,
    near: Vec<NearCap>,
}

impl Shop {
    /// Rings a basket up; `render` says it to the till. The same request under an idempotency key gets the same answer.
    pub async fn ring_up(
        &self,
        new: NewBasket,
        once: Option<Once>,
        render: impl FnOnce(MadeBasket) -> Answer + Send + 'static,
    ) -> Result<Answer, ShopError> {
        let (here, rules) = (self.here(), self.rules());
        let id = RecordId::fresh()?;
        let (secret, nonce) = (Entropy::new(crate::entropy::fresh()?), crate::entropy::fresh()?);
        fault::point("shop.before-basket");
        let answer = self.write(move |tx| {
            let mut written = None;
            let answer = answer_once(tx, once.as_ref(), here.now, |tx| {
                check_not_revoked(tx, new.till.as_str())?;
                let (made, all) = write_down(tx, &here, &rules, (id, secret, nonce), new)?;
                written = Some(all);
                Ok(render(made))
            })?;
            Ok((answer, written))
        });
        let (answer, written) = answer.await?;
        if let Some(Written { checkout, grant, near }) = written {
            checkout.iter().for_each(|checkout| self.count_checkout(None, checkout));
            grant.iter().for_each(|grant| self.count_grant(None, grant));
            for near in near {
                tracing::warn!("{near}: `ronde till list` shows what each till gave");
            }
        }
        fault::point("shop.after-basket");
        Ok(answer)
    }
}

fn write_down(
    tx: &mut dyn Transaction,
    here: &Here,
    rules: &Rules,
    (id, secret, nonce): (RecordId, Entropy, [u8; 32]),
    new: NewBasket,
) -> Result<(MadeBasket, Written), ShopError> {
    let (quoted, pledge) = promise(tx, here, rules, &new)?;
    let basket = Basket::new(new.sums, quoted.quote, here.charter.body().point_value).map_err(BasketError::from)?;
    let basket = checked(basket, &new.extra, here)?;
    let worth = caps::worth(&basket.earns_at_most(), &here.charter);
    let near = caps::count(tx, here.caps, here.now, (id, &new.till, worth))?;
    for near in &near {
        events::limits::warn_limit(tx, here.now, &near.name(), (near.given, near.of))?;
    }
    let (secret, secret_hash) = fresh_secret(secret);
    if let Some(text) = &new.receipt {
        receipts::keep(tx, id, (&secret, text), here.now)?;
    }
    let mut record = Record {
        secret_hash,
        till_reference: till_reference(id, &new.reference),
        till: new.till,
        time: here.now,
        expiry: here.now.saturating_add(new.expires_in),
        most: basket.most(new.max, new.step).unwrap_or_default(),
        basket,
        at_once: new.at_once,
        return_url: new.return_url,
        bonus: quoted.bonus,
        pledge,
        grant: None,
    };
    let mut checkout = None;
    if record.has_offer() {
        checkout = Some(open_checkout(tx, here, (id, nonce), &record, new.step)?);
    } else {
        record.basket.handle(BasketEvent::Declined, Points::ZERO)?;
    }
    let grant = finish::at_once(tx, here, id, &mut record)?;
    put(tx, id, &record)?;
    let shown = checkout.clone().map(|checkout| CheckoutView {
        id,
        checkout,
        votes: 0,
        refunds: Vec::new(),
        returned: Points::ZERO,
    });
    let view = BasketView { id, record, checkout: shown, grant: grant.clone().map(|grant| (id, grant)), receipt: None };
    Ok((MadeBasket { view, secret }, Written { checkout, grant, near }))
}

fn open_checkout(
    tx: &mut dyn Transaction,
    here: &Here,
    (id, nonce): (RecordId, [u8; 32]),
    record: &Record,
    step: Points,
) -> Result<Checkout, ShopError> {
    let (federation, max) = (*here.charter.federation(), record.most);
    let offer = Offer { federation, store: here.store, nonce, max, step, expiry: record.expiry, time: here.now };
    let checkout = Checkout::new(offer, record.till_reference);
    checkouts::add(tx, id, &checkout, Some(record.till.clone()))?;
    Ok(checkout)
}

/// What the rules give for it, and what the store gives of it to whom.
#[allow(clippy::type_complexity, reason = "two parts of one record")]
fn promise(
    read: &dyn Read,
    here: &Here,
    rules: &Rules,
    new: &NewBasket,
) -> Result<(Quoted, Option<(ronde_protocol::message::ids::AssociationId, u64)>), ShopError> {
    let earn = rules.earn.as_ref();
    if earn.is_none() && new.sums.1 > Cents::ZERO {
        return Err(EarningError::NoRules.into());
    }
    if !new.extra.vouchers.is_empty() {
        // What the till asks for is checked as it was sent, before rules add to it (EARN-7).
        let alone = GrantTerms { points: Points::ZERO, ballot: None, vouchers: new.extra.vouchers.clone() };
        alone.check(here.store, here.now, &here.charter)?;
    }
    let given = earn.map_or_else(|| Ok(Given::default()), |earn| given::of(read, earn))?;
    let quoted = quote(earn, &new.extra, here.store, here.now, (&here.charter, &given));
    let pledge = rules.pledge.as_ref().zip(quoted.moment);
    let pledge = pledge.map(|(pledge, moment)| (pledge.association_on(moment.date), pledge.per_mille));
    Ok((quoted, pledge))
}

/// Whether a grant of all that it can earn could be made; with no more points promised than those of a day.
fn checked(mut basket: Basket, extra: &GrantTerms, here: &Here) -> Result<Basket, ShopError> {
    let limit = here.charter.store(here.store).map_or(Points::ZERO, |store| store.daily_limit);
    let most = basket.earns_at_most();
    if most.points > limit {
        return Err(TermsError::Limit(limit).into());
    }
    if let Some(id) = extra.ballot {
        let campaign = here.charter.campaign(id).filter(|campaign| here.now < campaign.end);
        let campaign = campaign.ok_or(TermsError::Campaign(id))?;
        if most.ballot != Some(id) {
            return Err(TermsError::Minimum(campaign.minimum).into());
        }
    }
    basket.requote(basket.quote().within(limit, |_| true, |_| true));
    Ok(basket)
}
