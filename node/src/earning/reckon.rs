//! What a basket earns, and why.

use std::collections::BTreeMap;

use ronde_protocol::limits::{MAX_GRANT_VOUCHERS, MAX_OUTPUTS};
use ronde_protocol::machine::till::cents::Cents;
use ronde_protocol::machine::till::grant::{GrantTerms, TermsError, VoucherCount};
use ronde_protocol::message::amount::Points;
use ronde_protocol::message::charter::Charter;
use ronde_protocol::message::codec::Bounded;
use ronde_protocol::message::ids::{CampaignId, OfferId, StoreId};
use ronde_protocol::message::order::Seconds;
use ronde_protocol::message::text::Text;

use super::{Bonus, Earn, Moment, Voucher};

/// The largest basket: ten million, in cents. A larger one is a slip of the till.
pub const MAX_BASKET_CENTS: u64 = Cents::MAX.0;
/// A bonus of so many per cent changes nothing.
pub(super) const PLAIN: u64 = 100;
/// Vouchers in one grant (STORE-20 and [`GrantTerms::check`] keep the same bound).
const MAX_VOUCHERS: usize = MAX_OUTPUTS / 2;

/// Ballots and vouchers that this store has granted so far: the charter caps them, and a witness refuses the whole claim
/// of one too many.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// By campaign.
    pub ballots: BTreeMap<CampaignId, u64>,
    /// By offer.
    pub vouchers: BTreeMap<OfferId, u64>,
}

/// What a basket earns, with the steps that led there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Earned {
    /// What the grant gives; nothing at all if the basket is too small.
    pub terms: GrantTerms,
    /// What the shop's clock showed.
    pub moment: Moment,
    /// Points without a bonus and without the most that a basket earns.
    pub plain: Points,
    /// The bonus that counted.
    pub bonus: Option<Text>,
    /// In the order in which they were taken.
    pub steps: Vec<Step>,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A bonus, by its name, and what became of it.
    Bonus(Text, u64, BonusStep),
    /// The most that a basket earns, and whether it earned more.
    Most(Points, bool),
    /// A voucher's rule: name, offer, count, and what became of it.
    Voucher(Text, OfferId, u16, VoucherStep),
    /// The ballot, and what became of it.
    Ballot(CampaignId, BallotStep),
}

/// What became of a bonus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BonusStep {
    /// It counts.
    Counts,
    /// It does not hold now.
    NotNow,
    /// Another is as good or better; they never multiply one another.
    Beaten,
}

/// What became of a voucher's rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VoucherStep {
    /// The vouchers come with the basket.
    Comes,
    /// It does not hold now.
    NotNow,
    /// The basket has fewer cents than this.
    TooSmall(u64),
    /// The charter has no such offer, it is closed, or this store may not issue it.
    NotIssuable,
    /// The store has granted as many as the charter lets it.
    UsedUp,
    /// One grant holds no more.
    Full,
}

/// What became of the ballot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BallotStep {
    /// It comes with the basket.
    Comes,
    /// The basket earns fewer points than this.
    TooFew(Points),
    /// The charter has no such campaign, or it is over.
    Over,
    /// The store has granted as many as the charter lets it.
    UsedUp,
    /// The till asked for another one.
    Other,
}

/// What a basket of `cents` earns in `store` at `now`, besides `extra`, which the till asks for: it comes on top (EARN-7),
/// and is checked by whoever makes the grant.
#[must_use]
pub fn reckon(
    earn: &Earn,
    cents: u64,
    extra: &GrantTerms,
    store: StoreId,
    now: Seconds,
    (charter, given): (&Charter, &Given),
) -> Earned {
    let moment = Moment::new(now, &earn.zone);
    let mut steps = Vec::new();
    let best = best_bonus(&earn.bonuses, moment, &mut steps);
    let plain = share(earn, cents, PLAIN);
    let mut points = best.map_or(plain, |bonus| share(earn, cents, bonus.percent));
    if let Some(most) = earn.max_points {
        steps.push(Step::Most(most.is, points > most.is));
        points = points.min(most.is);
    }
    let mut counts: BTreeMap<OfferId, u16> =
        extra.vouchers.iter().map(|voucher| (voucher.offer, voucher.count)).collect();
    for rule in &earn.vouchers {
        let step = voucher_step(rule, cents, moment, &counts, (store, now, charter, given));
        if step == VoucherStep::Comes {
            let count = counts.entry(rule.offer).or_default();
            *count = count.saturating_add(rule.count);
        }
        steps.push(Step::Voucher(rule.name.clone(), rule.offer, rule.count, step));
    }
    let vouchers = counts.into_iter().map(|(offer, count)| VoucherCount { offer, count }).collect();
    // No more than fit were let in above.
    let vouchers = Bounded::new(vouchers).unwrap_or_else(|_| extra.vouchers.clone());
    let mut terms = GrantTerms { points, ballot: extra.ballot, vouchers };
    if let Some(campaign) = earn.ballot {
        let step = ballot_step(campaign.is, &terms, (store, now, charter, given));
        if step == BallotStep::Comes {
            terms.ballot = Some(campaign.is);
        }
        steps.push(Step::Ballot(campaign.is, step));
    }
    Earned { terms, moment, plain, bonus: best.map(|bonus| bonus.name.clone()), steps }
}

/// The basket's points, rounded down once (EARN-2).
fn share(earn: &Earn, cents: u64, percent: u64) -> Points {
    let parts = u128::from(cents).saturating_mul(u128::from(earn.points)).saturating_mul(u128::from(percent));
    let points = parts / u128::from(earn.cents.max(1)).saturating_mul(u128::from(PLAIN));
    Points(u64::try_from(points).unwrap_or(u64::MAX))
}

/// The best bonus that holds, the first of several as good (EARN-3).
pub(super) fn best_bonus<'a>(bonuses: &'a [Bonus], moment: Moment, steps: &mut Vec<Step>) -> Option<&'a Bonus> {
    let holding = bonuses.iter().filter(|bonus| bonus.times.hold(moment));
    let best = holding.reduce(|best, bonus| if bonus.percent > best.percent { bonus } else { best });
    for bonus in bonuses {
        let step = match best {
            Some(best) if best == bonus => BonusStep::Counts,
            _ if bonus.times.hold(moment) => BonusStep::Beaten,
            _ => BonusStep::NotNow,
        };
        steps.push(Step::Bonus(bonus.name.clone(), bonus.percent, step));
    }
    best
}

/// By what else a common rule is checked.
type Common<'a> = (StoreId, Seconds, &'a Charter, &'a Given);

/// EARN-5 and EARN-6 for one rule.
fn voucher_step(
    rule: &Voucher,
    cents: u64,
    moment: Moment,
    counts: &BTreeMap<OfferId, u16>,
    (store, now, charter, given): Common<'_>,
) -> VoucherStep {
    if !rule.times.hold(moment) {
        return VoucherStep::NotNow;
    }
    if cents < rule.min_cents {
        return VoucherStep::TooSmall(rule.min_cents);
    }
    let one = Bounded::new(vec![VoucherCount { offer: rule.offer, count: 1 }]).unwrap_or_default();
    let alone = GrantTerms { points: Points::ZERO, ballot: None, vouchers: one };
    let Some(offer) = charter.offer(rule.offer).filter(|_| alone.check(store, now, charter).is_ok()) else {
        return VoucherStep::NotIssuable;
    };
    let before = u64::from(counts.get(&rule.offer).copied().unwrap_or(0));
    let so_far = given.vouchers.get(&rule.offer).copied().unwrap_or(0);
    if so_far.saturating_add(before).saturating_add(u64::from(rule.count)) > offer.per_store {
        return VoucherStep::UsedUp;
    }
    let coins: usize = counts.values().map(|count| usize::from(*count)).sum();
    let offers = counts.len() + usize::from(!counts.contains_key(&rule.offer));
    if coins + usize::from(rule.count) > MAX_VOUCHERS || offers > MAX_GRANT_VOUCHERS {
        return VoucherStep::Full;
    }
    VoucherStep::Comes
}

/// EARN-5 and EARN-6 for the ballot.
fn ballot_step(campaign: CampaignId, terms: &GrantTerms, (store, now, charter, given): Common<'_>) -> BallotStep {
    if terms.ballot.is_some() {
        return BallotStep::Other;
    }
    let with = GrantTerms { ballot: Some(campaign), ..terms.clone() };
    let known = charter.campaign(campaign);
    let cap = known.map_or(0, |known| known.ballots_per_store);
    match with.check(store, now, charter) {
        Err(TermsError::Campaign(_)) => BallotStep::Over,
        Err(TermsError::Minimum(minimum)) => BallotStep::TooFew(minimum),
        _ if given.ballots.get(&campaign).copied().unwrap_or(0) >= cap => BallotStep::UsedUp,
        Err(TermsError::Empty) => BallotStep::TooFew(known.map_or(Points::ZERO, |known| known.minimum)),
        // A basket that earns more than the store may issue in a day makes no grant at all.
        Ok(()) | Err(_) => BallotStep::Comes,
    }
}
