//! A basket becomes complete: the grant of what it earns is made in the same transaction (BASKET-9).

use std::collections::BTreeMap;

use ronde_protocol::crypto::Entropy;
use ronde_protocol::machine::till::basket::{BasketEvent, BasketState};
use ronde_protocol::machine::till::cents::Cents;
use ronde_protocol::machine::till::grant::{Grant, GrantTerms, VoucherCount};
use ronde_protocol::message::amount::Points;
use ronde_protocol::message::codec::Bounded;
use ronde_protocol::message::ids::OfferId;
use ronde_protocol::message::order::Seconds;

use super::Here;
use super::record::Record;
use crate::shop::details::{self, Detail, Share};
use crate::shop::records::{RecordId, index, save_id};
use crate::shop::restored::may_be_paid_back;
use crate::shop::{ShopError, caps, given};
use crate::store::{Read, Table, Transaction};

/// How long what was earned can be claimed, in seconds.
const CLAIMABLE: Seconds = 30 * 86_400;

/// Completes a basket that is settled, if its till said so beforehand.
pub(super) fn at_once(
    tx: &mut dyn Transaction,
    here: &Here,
    id: RecordId,
    record: &mut Record,
) -> Result<Option<Grant>, ShopError> {
    if !record.at_once || record.basket.state() != BasketState::Settled || record.is_too_old(here.now) {
        return Ok(None);
    }
    complete(tx, here, id, record)
}

/// Completes a basket that is not, and makes its grant; the caller keeps the record.
pub(super) fn complete(
    tx: &mut dyn Transaction,
    here: &Here,
    id: RecordId,
    record: &mut Record,
) -> Result<Option<Grant>, ShopError> {
    let was_expired = record.basket.state() == BasketState::Expired;
    record.basket.handle(BasketEvent::Complete, Points::ZERO)?;
    leave_out(tx, here, record)?;
    caps::give_back(tx, record.time, id)?;
    let Some(terms) = record.basket.claimable().cloned() else { return Ok(None) };
    let counted = (id, &record.till, caps::worth(&terms, &here.charter));
    match was_expired {
        true => drop(caps::count(tx, here.caps, here.now, counted)?),
        false => caps::count_anyway(tx, here.now, counted)?,
    }
    let entropy = Entropy::new(crate::entropy::fresh()?);
    let times = (here.now, here.now.saturating_add(CLAIMABLE));
    let points = terms.points;
    let mut grant = Grant::earned(terms, record.secret_hash, record.till_reference, times, entropy);
    if may_be_paid_back(tx, record.time)? {
        // BASKET-12.
        grant.handle_cancel(here.now)?;
        caps::give_back(tx, here.now, id)?;
        tracing::error!(
            basket = %id, %points,
            "a basket may have been complete, and its points claimed, before the copy was put back on which this node runs: \
             look for it in the books, and make a grant by hand if they are not there"
        );
    } else {
        details::made(tx, id, &grant, &detail(record, points, here.now))?;
    }
    save_id(tx, Table::Grant, id, &grant)?;
    index(tx, Table::Grant, &grant.reference(), id)?;
    record.grant = Some(id);
    Ok(Some(grant))
}

fn detail(record: &Record, points: Points, now: Seconds) -> Detail {
    let cents = record.basket.earning().0;
    let shared = record.basket.quote().earning(Cents(cents)).0;
    let share = record
        .pledge
        .map(|(association, per_mille)| Share { association, thousandths: shared.saturating_mul(per_mille) });
    Detail {
        eligible_cents: Some(cents),
        bonus: record.bonus.clone(),
        share: share.filter(|share| share.thousandths > 0),
        ..Detail::new(record.till.clone(), points, now)
    }
}

/// Takes out of the promise what a witness would refuse by now (BASKET-10).
fn leave_out(read: &dyn Read, here: &Here, record: &mut Record) -> Result<(), ShopError> {
    let (charter, quote) = (&here.charter, record.basket.quote().clone());
    let limit = charter.store(here.store).map_or(Points::ZERO, |store| store.daily_limit);
    let ballots = match quote.ballot {
        Some(ballot) => given::of_campaign(read, ballot.campaign)?,
        None => 0,
    };
    let mut left: BTreeMap<OfferId, u64> = BTreeMap::new();
    for quoted in &quote.vouchers {
        let alone = Bounded::new(vec![VoucherCount { offer: quoted.offer, count: 1 }]).unwrap_or_default();
        let alone = GrantTerms { vouchers: alone, ..GrantTerms::default() };
        let offer = charter.offer(quoted.offer).filter(|_| alone.check(here.store, here.now, charter).is_ok());
        let most = offer.map_or(0, |offer| offer.per_store);
        left.insert(quoted.offer, most.saturating_sub(given::of_offer(read, quoted.offer)?));
    }
    let is_open = |campaign| {
        let known = charter.campaign(campaign).filter(|known| here.now < known.end);
        known.is_some_and(|known| ballots < known.ballots_per_store)
    };
    let quote = quote.within(limit, is_open, |quoted| {
        let left = left.entry(quoted.offer).or_default();
        let fits = u64::from(quoted.count) <= *left;
        *left = left.saturating_sub(if fits { u64::from(quoted.count) } else { 0 });
        fits
    });
    record.basket.requote(quote);
    Ok(())
}
