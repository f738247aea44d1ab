//! Clock, charter, limits and caps: for orders that debit a store, and for the end of a campaign. Nothing here is asked
//! of an order with inputs, but for the campaign's end.

use super::record::{Counter, Draft, View};
use crate::{
    limits::{CAMPAIGN_GRACE, MAX_CLOCK_SKEW},
    message::{
        amount::Points,
        charter::{Charter, Keyset},
        class::Kind,
        ids::{CampaignId, OfferId},
        order::{Order, Purpose, Seconds},
        refusal::{Refusal, Rule},
    },
};

const DAY: Seconds = 86_400;

/// Why a ballot comes too late, if it does (WITNESS-15).
pub(super) fn campaign_over(charter: &Charter, campaign: CampaignId, now: Seconds) -> Option<Refusal> {
    let end = charter.campaign(campaign).map_or(0, |campaign| campaign.end);
    (now > end.saturating_add(CAMPAIGN_GRACE)).then_some(Refusal::Closed)
}

/// Why an Earn or Pledge is not voted for now, if there is a reason: charter (WITNESS-19), date (WITNESS-20), clock
/// (WITNESS-21), limit (WITNESS-22), then caps.
pub(super) fn check<V: View>(
    draft: &Draft<'_, V>,
    charter: &Charter,
    keyset: &Keyset,
    order: &Order,
    now: Seconds,
) -> Result<Option<Refusal>, V::Error> {
    if !charter.allows_issuing(now) {
        return Ok(Some(Refusal::CharterExpired));
    }
    if now > keyset.issue_until() {
        return Ok(Some(Refusal::Closed));
    }
    let ahead = order.time.saturating_sub(now);
    if ahead > MAX_CLOCK_SKEW {
        return Ok(Some(Refusal::ClockSkew { ahead }));
    }
    let day = Counter::Issued { store: order.store, day: now / DAY };
    let limit = charter.store(order.store).map_or(0, |store| store.daily_limit.0);
    if let Some(refusal) = exceeds(draft.counter(&day)?, issued_points(order).0, limit) {
        return Ok(Some(refusal));
    }
    check_caps(draft, charter, order)
}

/// WITNESS-23 for ballots; vouchers apart.
fn check_caps<V: View>(draft: &Draft<'_, V>, charter: &Charter, order: &Order) -> Result<Option<Refusal>, V::Error> {
    for output in &order.outputs {
        let refusal = match output.class.kind {
            Kind::Points { .. } => None,
            Kind::Ballot { campaign } => {
                let counter = Counter::Ballots { store: order.store, campaign };
                let cap = charter.campaign(campaign).map_or(0, |campaign| campaign.ballots_per_store);
                exceeds(draft.counter(&counter)?, of_kind(order, &output.class.kind), cap)
            }
            Kind::Voucher { offer } => check_voucher(draft, charter, order, offer)?,
        };
        if refusal.is_some() {
            return Ok(refusal);
        }
    }
    Ok(None)
}

/// WITNESS-24, then WITNESS-23.
fn check_voucher<V: View>(
    draft: &Draft<'_, V>,
    charter: &Charter,
    order: &Order,
    offer: OfferId,
) -> Result<Option<Refusal>, V::Error> {
    let Some(terms) = charter.offer(offer) else { return Ok(Some(Refusal::CharterBehind)) };
    if !terms.issuers.contains(&order.store) {
        return Ok(Some(Rule::Issuer.into()));
    }
    if terms.closed {
        return Ok(Some(Refusal::Closed));
    }
    let counter = Counter::Vouchers { store: order.store, offer };
    Ok(exceeds(draft.counter(&counter)?, of_kind(order, &Kind::Voucher { offer }), terms.per_store))
}

fn exceeds(used: u64, more: u64, limit: u64) -> Option<Refusal> {
    let left = limit.saturating_sub(used);
    (more > left).then_some(Refusal::LimitExceeded { left: Points(left) })
}

fn of_kind(order: &Order, kind: &Kind) -> u64 {
    order.outputs.iter().filter(|output| output.class.kind == *kind).fold(0, |count, _| count.saturating_add(1))
}

/// What counts towards the daily limit. Sums were checked before.
fn issued_points(order: &Order) -> Points {
    match order.purpose {
        Purpose::Earn => order.points_out().unwrap_or(Points(u64::MAX)),
        Purpose::Pledge { points, .. } => points,
        _ => Points::ZERO,
    }
}

/// Counts a first vote towards limit and caps. A repeat never comes here, and nothing is refunded (WITNESS-25).
pub(super) fn count<V: View>(draft: &mut Draft<'_, V>, order: &Order, now: Seconds) -> Result<(), V::Error> {
    if !order.inputs.is_empty() {
        return Ok(());
    }
    draft.count(Counter::Issued { store: order.store, day: now / DAY }, issued_points(order).0)?;
    for output in &order.outputs {
        match output.class.kind {
            Kind::Points { .. } => {}
            Kind::Ballot { campaign } => draft.count(Counter::Ballots { store: order.store, campaign }, 1)?,
            Kind::Voucher { offer } => draft.count(Counter::Vouchers { store: order.store, offer }, 1)?,
        }
    }
    Ok(())
}
