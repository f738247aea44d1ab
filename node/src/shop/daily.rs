//! The daily pledge, made by the node itself of what baskets gathered (EARN-11).

use ronde_protocol::crypto::sign::SigningKey;
use ronde_protocol::machine::durable::Durable;
use ronde_protocol::machine::till::pledge::handle_pledge;
use ronde_protocol::machine::till::signing::ToSign;
use ronde_protocol::message::order::{Order, Purpose, Seconds, SignedOrder, pledge_reference};
use ronde_protocol::message::refusal::Refusal;

use super::gathered::{self, UnderWay};
use super::grants::signed_order;
use super::records::save;
use super::restored::may_be_pledged;
use super::{Outcome, Share, Shop, ShopError, lock, totals};
use crate::date::DAY;
use crate::earning::{Moment, Rules, choose};
use crate::fault;
use crate::store::{Read, Table, Transaction};

/// Why nothing is pledged, although something has gathered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PledgeTrouble(pub String);

impl Shop {
    /// The pledge that the quorum should see now: one that is under way, or today's, made of what has gathered. None if
    /// there is nothing to give, it is too early, or one was made today.
    pub async fn daily_pledge(&self, key: &SigningKey) -> Result<Option<SignedOrder>, ShopError> {
        let (now, rules) = (self.now(), self.rules());
        match self.0.readers.with(|read| look(read, &rules, now))? {
            Look::Now => {}
            Look::Later => return Ok(None),
            Look::Nothing => {
                self.set_pledge_trouble(None);
                return Ok(None);
            }
        }
        let shop = self.clone();
        fault::point("shop.before-daily-pledge");
        let decided = self.write(move |transaction| decide(&shop, transaction, &rules, now)).await?;
        fault::point("shop.after-daily-pledge");
        let decided = match decided {
            Ok(decided) => decided,
            Err(PledgeTrouble(why)) => {
                self.set_pledge_trouble(Some(why));
                return Ok(None);
            }
        };
        if decided.is_none() {
            self.set_pledge_trouble(None);
        }
        Ok(decided.map(|to_sign| to_sign.sign(key, &Durable::after_commit())))
    }

    /// Takes in what the quorum says of it: certified, it is done; refused for ever, what it was made of gathers again.
    pub async fn daily_pledge_decided(&self, order: &Order, outcome: &Outcome) -> Result<(), ShopError> {
        let reference = order.reference;
        let give_back = match outcome {
            Outcome::Certified { .. } => false,
            Outcome::Pending { .. } => return Ok(()),
            // Another pledge of this store and day is certified: an older copy of this database made it, of the same
            // baskets.
            Outcome::Refused(Refusal::Conflict(conflict)) if conflict.certificate.is_some() => false,
            Outcome::Refused(refusal) if refusal.is_retryable() => {
                self.set_pledge_trouble(Some(format!("the witnesses do not take today's pledge yet: {refusal}")));
                return Ok(());
            }
            Outcome::Refused(_) => true,
        };
        let refused = match (order.purpose, outcome) {
            (Purpose::Pledge { points, .. }, Outcome::Refused(_)) => points.0,
            _ => 0,
        };
        fault::point("shop.before-daily-settled");
        let settled = self.write(move |transaction| {
            let pledge = gathered::under_way(transaction)?.filter(|pledge| pledge.reference == reference);
            let Some(pledge) = pledge else { return Ok(()) };
            if give_back {
                gathered::add(transaction, pledge.taken, pledge.time)?;
            }
            totals::count(transaction, None, pledge.time, |totals| {
                totals.pledges_refused = totals.pledges_refused.saturating_add(refused);
            })?;
            gathered::end(transaction)
        });
        settled.await?;
        fault::point("shop.after-daily-settled");
        let trouble = match outcome {
            Outcome::Refused(refusal) => Some(format!("the witnesses refused a day's pledge: {refusal}")),
            Outcome::Certified { .. } | Outcome::Pending { .. } => None,
        };
        self.set_pledge_trouble(trouble);
        Ok(())
    }

    /// Why what has gathered is not pledged, for the status.
    #[must_use]
    pub fn pledge_trouble(&self) -> Option<String> {
        lock(&self.0.pledge_trouble).clone()
    }

    fn set_pledge_trouble(&self, trouble: Option<String>) {
        let mut kept = lock(&self.0.pledge_trouble);
        if let Some(why) = trouble.as_ref().filter(|why| kept.as_ref() != Some(why)) {
            tracing::warn!(%why, "what has gathered for an association is not pledged yet");
        }
        *kept = trouble;
    }
}

/// Whether the writer need be asked at all.
enum Look {
    Now,
    Later,
    Nothing,
}

fn look(read: &dyn Read, rules: &Rules, now: Seconds) -> Result<Look, ShopError> {
    if gathered::under_way(read)?.is_some() {
        return Ok(Look::Now);
    }
    let Some(pledge) = &rules.pledge else { return Ok(Look::Nothing) };
    if gathered::all(read)?.is_empty() {
        return Ok(Look::Nothing);
    }
    let is_time = now % DAY >= u64::from(pledge.at) * 60;
    let is_free = signed_order(read, &pledge_reference(now).0)?.is_none();
    Ok(if is_time && is_free { Look::Now } else { Look::Later })
}

type Decided = Result<Option<ToSign>, PledgeTrouble>;

/// In one transaction: the order is written down under the day's reference, what it is made of leaves the sums, and that
/// it is under way is noted. A crash leaves all of it or nothing, so that no cent is given twice (EARN-11).
fn decide(shop: &Shop, transaction: &mut dyn Transaction, rules: &Rules, now: Seconds) -> Result<Decided, ShopError> {
    let (store, charter) = (shop.store(), shop.charter());
    if let Some(pledge) = gathered::under_way(transaction)? {
        let Some(written) = signed_order(transaction, &pledge.reference.0)? else {
            return Err(ShopError::Damaged(Table::SignedReference));
        };
        let again = ToSign::decide(Some(&written), written.clone());
        return Ok(again.map(Some).map_err(|error| PledgeTrouble(error.to_string())));
    }
    let (Some(pledge), Some(earn)) = (&rules.pledge, &rules.earn) else { return Ok(Ok(None)) };
    let reference = pledge_reference(now);
    if signed_order(transaction, &reference.0)?.is_some() || may_be_pledged(transaction, &reference.0)? {
        return Ok(Ok(None));
    }
    let current = pledge.association_on(Moment::new(now, &earn.zone).date);
    let choice = match choose(&gathered::all(transaction)?, current, store, &charter) {
        Ok(Some(choice)) => choice,
        Ok(None) => return Ok(Ok(None)),
        Err(association) => {
            let why = format!(
                "association {association} takes no gifts by the charter, nor does association {current}, which the \
                 rules name now: name another under [pledge]"
            );
            return Ok(Err(PledgeTrouble(why)));
        }
    };
    let to_sign = match handle_pledge(None, choice.association, choice.points, store, now, &charter) {
        Ok(to_sign) => to_sign,
        Err(error) => return Ok(Err(PledgeTrouble(error.to_string()))),
    };
    let taken = Share { association: choice.gathered_for, thousandths: choice.taken };
    save(transaction, Table::SignedReference, &reference.0, to_sign.body())?;
    gathered::take_back(transaction, taken)?;
    gathered::begin(transaction, &UnderWay { reference, taken, time: now })?;
    totals::count(transaction, None, now, |totals| {
        totals.pledged = totals.pledged.saturating_add(choice.points.0);
    })?;
    tracing::info!(association = choice.association.0, points = choice.points.0, "today's pledge is made");
    Ok(Ok(Some(to_sign)))
}
