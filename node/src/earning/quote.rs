//! What the rules promise for a basket at the moment at which it is rung up, before it is known what of it is paid with
//! points (BASKET-3): the same as [`reckon`](super::reckon) gives for a basket that is paid in money.

use std::collections::BTreeMap;

use ronde_protocol::limits::MAX_GRANT_VOUCHERS;
use ronde_protocol::machine::till::cents::Cents;
use ronde_protocol::machine::till::grant::{GrantTerms, VoucherCount};
use ronde_protocol::machine::till::quote::{Quote, QuotedBallot, QuotedVoucher};
use ronde_protocol::message::amount::Points;
use ronde_protocol::message::charter::Charter;
use ronde_protocol::message::codec::Bounded;
use ronde_protocol::message::ids::{CampaignId, OfferId, StoreId};
use ronde_protocol::message::order::Seconds;
use ronde_protocol::message::text::Text;

use super::reckon::{PLAIN, best_bonus};
use super::{Earn, Given, Moment};

/// A promise, and what it goes by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quoted {
    /// The promise.
    pub quote: Quote,
    /// The bonus that counts.
    pub bonus: Option<Text>,
    /// What the shop's clock showed; none in a store without rules.
    pub moment: Option<Moment>,
}

/// What a basket in `store` is promised at `now`: by the rules, if there are any, and by `extra`, which the till asks for
/// besides (EARN-7) and which whoever rings the basket up checks. What the charter refuses is left out (EARN-6).
#[must_use]
pub fn quote(
    earn: Option<&Earn>,
    extra: &GrantTerms,
    store: StoreId,
    now: Seconds,
    (charter, given): (&Charter, &Given),
) -> Quoted {
    let asked =
        |voucher: &VoucherCount| QuotedVoucher { offer: voucher.offer, count: voucher.count, minimum: Cents::ZERO };
    let mut vouchers: Vec<QuotedVoucher> = extra.vouchers.iter().map(asked).collect();
    let Some(earn) = earn else {
        let ballot = extra.ballot.and_then(|campaign| ballot(campaign, charter));
        let nothing = Quote { hundredths: 0, cents: 0, most: Points::ZERO, ballot, vouchers: bounded(vouchers) };
        return Quoted { quote: nothing, bonus: None, moment: None };
    };
    let moment = Moment::new(now, &earn.zone);
    let best = best_bonus(&earn.bonuses, moment, &mut Vec::new());
    let mut counts: BTreeMap<OfferId, u64> =
        extra.vouchers.iter().map(|voucher| (voucher.offer, u64::from(voucher.count))).collect();
    for rule in earn.vouchers.iter().filter(|rule| rule.times.hold(moment)) {
        let Some(offer) = charter.offer(rule.offer) else { continue };
        let is_issuable = !offer.closed && offer.issuers.contains(&store);
        let so_far = given.vouchers.get(&rule.offer).copied().unwrap_or(0);
        let count = counts.entry(rule.offer).or_default();
        let after = count.saturating_add(u64::from(rule.count));
        if is_issuable && so_far.saturating_add(after) <= offer.per_store && vouchers.len() < MAX_GRANT_VOUCHERS {
            *count = after;
            vouchers.push(QuotedVoucher { offer: rule.offer, count: rule.count, minimum: Cents(rule.min_cents) });
        }
    }
    let of_rules = || {
        let campaign = earn.ballot?.is;
        let known = charter.campaign(campaign).filter(|known| now < known.end)?;
        let so_far = given.ballots.get(&campaign).copied().unwrap_or(0);
        (so_far < known.ballots_per_store).then_some(campaign)
    };
    let quote = Quote {
        hundredths: earn.points.saturating_mul(best.map_or(PLAIN, |bonus| bonus.percent)),
        cents: earn.cents,
        most: earn.max_points.map_or(Points(u64::MAX), |most| most.is),
        ballot: extra.ballot.or_else(of_rules).and_then(|campaign| ballot(campaign, charter)),
        vouchers: bounded(vouchers),
    };
    Quoted { quote, bonus: best.map(|bonus| bonus.name.clone()), moment: Some(moment) }
}

fn ballot(campaign: CampaignId, charter: &Charter) -> Option<QuotedBallot> {
    charter.campaign(campaign).map(|known| QuotedBallot { campaign, minimum: known.minimum })
}

/// No more are let in above, and none of a till that asks for too many.
fn bounded(vouchers: Vec<QuotedVoucher>) -> Bounded<QuotedVoucher, MAX_GRANT_VOUCHERS> {
    Bounded::new(vouchers).unwrap_or_default()
}
