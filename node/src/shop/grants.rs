//! Grants: made by a till, claimed by a wallet.

use ronde_protocol::crypto::sign::SigningKey;
use ronde_protocol::crypto::{Entropy, hash, labels};
use ronde_protocol::machine::durable::Durable;
use ronde_protocol::machine::till::cents::Cents;
use ronde_protocol::machine::till::grant::{Claim, Grant, GrantError, GrantSecret, GrantState, GrantTerms};
use ronde_protocol::machine::till::quote::Quote;
use ronde_protocol::message::amount::Points;
use ronde_protocol::message::charter::Charter;
use ronde_protocol::message::ids::StoreId;
use ronde_protocol::message::order::{Order, Seconds, SignedOrder};
use ronde_protocol::message::text::Text;

use super::answers::answer_once;
use super::details::{self, Detail, Of, Share};
use super::receipts::{self, ReceiptText};
use super::records::{RecordId, find, index, load, load_id, save, save_id};
use super::refunds::{paid_back_by, take_back};
use super::tills::check_not_revoked;
use super::{Answer, EarningError, Missing, Once, Shop, ShopError, caps, events, given, goodwill, returns};
use crate::earning::{MAX_BASKET_CENTS, Rules, gathers, promised, reckon};
use crate::fault;
use crate::store::{Read, Table, Transaction};

/// What a till asks for.
#[derive(Clone, Debug)]
pub struct NewGrant {
    /// What it gives.
    pub terms: GrantTerms,
    /// What the till calls it; kept as a hash.
    pub reference: String,
    /// How long it can be claimed, in seconds.
    pub expires_in: Seconds,
    /// The receipt that it carries.
    pub receipt: Option<ReceiptText>,
    /// Who makes it and what for; none if the node does so by itself.
    pub source: Option<Source>,
}

/// Who makes a grant, and what for.
#[derive(Clone, Debug)]
pub struct Source {
    /// The till.
    pub till: Text,
    /// Cents of a basket of which the store's rules make points; the grant's terms then come on top.
    pub basket: Option<u64>,
    /// Why, where it is no basket.
    pub reason: Option<Text>,
    /// Whether it makes something good (EARN-14).
    pub goodwill: bool,
}

/// A grant that was just made, with the secret that is shown once.
#[derive(Debug)]
pub struct MadeGrant {
    /// Its name.
    pub id: RecordId,
    /// The grant.
    pub grant: Grant,
    /// For the link.
    pub secret: GrantSecret,
    /// What it was made for.
    pub detail: Option<Detail>,
}

impl Shop {
    /// Makes a grant; `render` says it to the till. The same request under an idempotency key gets the same answer.
    pub async fn make_grant(
        &self,
        new: NewGrant,
        once: Option<Once>,
        render: impl FnOnce(MadeGrant) -> Answer + Send + 'static,
    ) -> Result<Answer, ShopError> {
        let (store, charter, now, caps) = (self.store(), self.charter(), self.now(), self.caps());
        let id = RecordId::fresh()?;
        let entropy = Entropy::new(crate::entropy::fresh()?);
        let rules = self.rules();
        fault::point("shop.before-grant");
        let answer = self.write(move |transaction| {
            let (mut near, mut new_grant) = (Vec::new(), None);
            let answer = answer_once(transaction, once.as_ref(), now, |transaction| {
                if let Some(source) = &new.source {
                    check_not_revoked(transaction, source.till.as_str())?;
                }
                let NewGrant { terms, reference, expires_in, receipt, source } = new;
                let makes_good = source.as_ref().is_some_and(|source| source.goodwill);
                let (terms, detail, quote) = reckoned(transaction, terms, source, &rules, (store, now, &charter))?;
                terms.check(store, now, &charter)?;
                if let Some(detail) = &detail {
                    let worth = caps::worth(&terms, &charter);
                    near = caps::count(transaction, caps, now, (id, &detail.till, worth))?;
                    for near in &near {
                        events::limits::warn_limit(transaction, now, &near.name(), (near.given, near.of))?;
                    }
                }
                if let Some(detail) = detail.as_ref().filter(|_| makes_good) {
                    let worth = caps::worth(&terms, &charter);
                    goodwill::count(transaction, caps.goodwill, now, (id, &detail.till, worth))?;
                }
                let made = add_grant(transaction, terms, (&reference, expires_in), (id, entropy), now)?;
                if let Some(text) = &receipt {
                    receipts::keep(transaction, id, (&made.secret, text), now)?;
                }
                if let Some(detail) = &detail {
                    details::made(transaction, id, &made.grant, detail)?;
                }
                if let Some(quote) = &quote {
                    returns::promise(transaction, id, quote)?;
                }
                new_grant = Some(made.grant.clone());
                Ok(render(MadeGrant { detail, ..made }))
            })?;
            Ok((answer, near, new_grant))
        });
        let (answer, near, made) = answer.await?;
        made.iter().for_each(|grant| self.count_grant(None, grant));
        for near in near {
            tracing::warn!("{near}: `ronde till list` shows what each till gave");
        }
        fault::point("shop.after-grant");
        Ok(answer)
    }

    /// A grant. That its time is over is written down before anybody is told.
    pub async fn grant(&self, id: RecordId) -> Result<Grant, ShopError> {
        let mut grant: Grant = self.0.readers.with(|read| load_id(read, Table::Grant, id, Missing::Grant))?;
        if grant.handle_time(self.now()) {
            grant = self
                .change_grant(id, |grant, now| {
                    grant.handle_time(now);
                    Ok(())
                })
                .await?;
        }
        Ok(grant)
    }

    /// What a grant was made for.
    pub fn grant_detail(&self, id: RecordId) -> Result<Option<Detail>, ShopError> {
        self.0.readers.with(|read| details::find(read, Of::Grant(id)))
    }

    /// Whether a grant pays back what bought nothing (STORE-38).
    pub fn is_refund(&self, id: RecordId) -> Result<bool, ShopError> {
        self.0.readers.with(|read| Ok(paid_back_by(read, id)?.is_some()))
    }

    /// Withdraws a grant that nobody has claimed.
    pub async fn cancel_grant(&self, id: RecordId) -> Result<Grant, ShopError> {
        self.change_grant(id, Grant::handle_cancel).await
    }

    /// Changes a grant, and whatever counts it or tells of it, in one transaction.
    async fn change_grant(
        &self,
        id: RecordId,
        change: impl FnOnce(&mut Grant, Seconds) -> Result<(), GrantError> + Send + 'static,
    ) -> Result<Grant, ShopError> {
        let now = self.now();
        let changed = self.write(move |transaction| {
            let mut grant: Grant = load_id(transaction, Table::Grant, id, Missing::Grant)?;
            let before = grant.clone();
            let result = change(&mut grant, now);
            save_id(transaction, Table::Grant, id, &grant)?;
            // By its till: what a restored copy withdraws may have been claimed since the copy was made.
            if before.state() != GrantState::Cancelled && grant.state() == GrantState::Cancelled {
                take_back(transaction, id, grant.terms().points)?;
                caps::give_back(transaction, grant.time(), id)?;
                goodwill::give_back(transaction, id)?;
            }
            details::moved(transaction, id, before.state(), &grant, now)?;
            receipts::grant_changed(transaction, (now, id), before.state(), &grant)?;
            events::grant_changed(transaction, (now, id), before.state(), &grant)?;
            Ok((result, before, grant))
        });
        let (result, before, grant) = changed.await?;
        self.count_grant(Some(&before), &grant);
        Ok(result.map(|()| grant)?)
    }

    /// Takes a claim: writes the Earn order down under its reference, then signs it (STORE-17).
    pub async fn claim(&self, id: RecordId, claim: Claim, key: &SigningKey) -> Result<SignedOrder, ShopError> {
        let (store, charter, now) = (self.store(), self.charter(), self.now());
        fault::point("shop.before-claim");
        let decided = self.write(move |transaction| {
            let mut grant: Grant = load_id(transaction, Table::Grant, id, Missing::Grant)?;
            let before = grant.clone();
            let written = signed_order(transaction, &grant.reference().0)?;
            let decided = grant.handle_claim(claim, written.as_ref(), store, now, &charter);
            if let Ok(to_sign) = &decided
                && written.is_none()
            {
                save(transaction, Table::SignedReference, &grant.reference().0, to_sign.body())?;
            }
            save_id(transaction, Table::Grant, id, &grant)?;
            Ok((decided, before, grant))
        });
        let (decided, before, grant) = decided.await?;
        self.count_grant(Some(&before), &grant);
        let to_sign = decided.map_err(|error| match error {
            // Whoever has no link learns no more than that there is nothing for them (HTTP-18).
            GrantError::Secret => ShopError::from(Missing::Grant),
            other => other.into(),
        })?;
        fault::point("shop.after-claim");
        Ok(to_sign.sign(key, &Durable::after_commit()))
    }

    /// Marks the grant of a certified Earn as claimed.
    pub(super) async fn settle_grant(&self, order: &Order) -> Result<(), ShopError> {
        let (digest, reference) = (order.digest(), order.reference);
        let known = self.0.readers.with(|read| -> Result<_, ShopError> {
            let Some(id) = find(read, Table::Grant, &reference)? else { return Ok(None) };
            let before: Grant = load_id(read, Table::Grant, id, Missing::Grant)?;
            let mut after = before.clone();
            after.handle_certified(digest);
            Ok((after != before).then_some(id))
        })?;
        let Some(id) = known else { return Ok(()) };
        fault::point("shop.before-settle-grant");
        self.change_grant(id, move |grant, _| {
            grant.handle_certified(digest);
            Ok(())
        })
        .await?;
        fault::point("shop.after-settle-grant");
        Ok(())
    }
}

/// Makes a grant of checked terms and writes it down.
pub(super) fn add_grant(
    transaction: &mut dyn Transaction,
    terms: GrantTerms,
    (reference, expires_in): (&str, Seconds),
    (id, entropy): (RecordId, Entropy),
    now: Seconds,
) -> Result<MadeGrant, ShopError> {
    let till_reference = till_reference(id, reference);
    let expiry = now.saturating_add(expires_in);
    let (grant, secret) = Grant::new(terms, till_reference, now, expiry, entropy);
    save_id(transaction, Table::Grant, id, &grant)?;
    index(transaction, Table::Grant, &grant.reference(), id)?;
    Ok(MadeGrant { id, grant, secret, detail: None })
}

/// What a grant gives: the terms as they are, or with what the rules make of a basket besides (EARN-2); its detail; and
/// what was promised for the basket.
fn reckoned(
    read: &dyn Read,
    terms: GrantTerms,
    source: Option<Source>,
    rules: &Rules,
    (store, now, charter): (StoreId, Seconds, &Charter),
) -> Result<(GrantTerms, Option<Detail>, Option<Quote>), ShopError> {
    let Some(Source { till, basket, reason, .. }) = source else { return Ok((terms, None, None)) };
    let Some(cents) = basket else {
        let detail = Detail { reason, ..Detail::new(till, terms.points, now) };
        return Ok((terms, Some(detail), None));
    };
    if cents > MAX_BASKET_CENTS {
        return Err(EarningError::TooLarge.into());
    }
    let earn = rules.earn.as_ref().ok_or(EarningError::NoRules)?;
    if !terms.vouchers.is_empty() {
        // What the till asks for is checked as it was sent, before rules add to it (EARN-7).
        GrantTerms { points: Points::ZERO, ballot: None, ..terms.clone() }.check(store, now, charter)?;
    }
    let earned = reckon(earn, cents, &terms, store, now, (charter, &given::of(read, earn)?));
    let quote = promised(earn, cents, (&terms, &earned), charter);
    let points = earned.terms.points;
    if points == Points::ZERO && earned.terms.vouchers.is_empty() {
        return Err(EarningError::Nothing.into());
    }
    let share = rules.pledge.as_ref().map(|pledge| Share {
        association: pledge.association_on(earned.moment.date),
        thousandths: gathers(pledge, quote.earning(Cents(cents)).0),
    });
    let detail = Detail {
        eligible_cents: Some(cents),
        bonus: earned.bonus,
        share: share.filter(|share| share.thousandths > 0),
        ..Detail::new(till, points, now)
    };
    Ok((earned.terms, Some(detail), Some(quote)))
}

/// The one body that this store signed under a reference.
pub(super) fn signed_order(read: &dyn Read, reference: &[u8; 32]) -> Result<Option<Order>, ShopError> {
    load(read, Table::SignedReference, reference)
}

/// A receipt number is easily guessed, so its hash is salted with the random id (HTTP-10).
pub(super) fn till_reference(id: RecordId, reference: &str) -> [u8; 32] {
    hash::derive(labels::TILL_REFERENCE_HASH, &[id.to_string().as_bytes(), reference.as_bytes()])
}
