//! Grants: made by a till, claimed by a wallet.

use ronde_protocol::crypto::sign::SigningKey;
use ronde_protocol::crypto::{Entropy, hash, labels};
use ronde_protocol::machine::durable::Durable;
use ronde_protocol::machine::till::grant::{Claim, Grant, GrantError, GrantSecret, GrantTerms};
use ronde_protocol::message::order::{Order, Seconds, SignedOrder};

use super::answers::answer_once;
use super::records::{RecordId, find, index, load, load_id, save, save_id};
use super::{Answer, Missing, Once, Shop, ShopError};
use crate::fault;
use crate::store::{Table, Transaction};

/// What a till asks for.
#[derive(Clone, Debug)]
pub struct NewGrant {
    /// What it gives.
    pub terms: GrantTerms,
    /// What the till calls it; kept as a hash.
    pub reference: String,
    /// How long it can be claimed, in seconds.
    pub expires_in: Seconds,
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
}

impl Shop {
    /// Makes a grant; `render` says it to the till. The same request under an idempotency key gets the same answer.
    pub async fn make_grant(
        &self,
        new: NewGrant,
        once: Option<Once>,
        render: impl FnOnce(MadeGrant) -> Answer + Send + 'static,
    ) -> Result<Answer, ShopError> {
        let (store, charter, now) = (self.store(), self.charter(), self.now());
        let id = RecordId::fresh()?;
        let entropy = Entropy::new(crate::entropy::fresh()?);
        fault::point("shop.before-grant");
        let answer = self.write(move |transaction| {
            let mut new_grant = None;
            let answer = answer_once(transaction, once.as_ref(), now, |transaction| {
                new.terms.check(store, now, &charter)?;
                let till_reference = till_reference(id, &new.reference);
                let expiry = now.saturating_add(new.expires_in);
                let (grant, secret) = Grant::new(new.terms, till_reference, now, expiry, entropy);
                save_id(transaction, Table::Grant, id, &grant)?;
                index(transaction, Table::Grant, &grant.reference(), id)?;
                new_grant = Some(grant.clone());
                Ok(render(MadeGrant { id, grant, secret }))
            })?;
            Ok((answer, new_grant))
        });
        let (answer, made) = answer.await?;
        made.iter().for_each(|grant| self.count_grant(None, grant));
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

    /// Withdraws a grant that nobody has claimed.
    pub async fn cancel_grant(&self, id: RecordId) -> Result<Grant, ShopError> {
        self.change_grant(id, Grant::handle_cancel).await
    }

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

/// The one body that this store signed under a reference.
pub(super) fn signed_order(transaction: &dyn Transaction, reference: &[u8; 32]) -> Result<Option<Order>, ShopError> {
    load(transaction, Table::SignedReference, reference)
}

/// A receipt number is easily guessed, so its hash is salted with the random id (HTTP-10).
pub(super) fn till_reference(id: RecordId, reference: &str) -> [u8; 32] {
    hash::derive(labels::TILL_REFERENCE_HASH, &[id.to_string().as_bytes(), reference.as_bytes()])
}
