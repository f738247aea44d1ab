//! What was promised for a basket, beyond what it earned: so that it is known later what a part of it would have earned.

use ronde_protocol::limits::MAX_GRANT_VOUCHERS;
use ronde_protocol::machine::till::cents::Cents;
use ronde_protocol::machine::till::grant::{GrantTerms, VoucherCount};
use ronde_protocol::machine::till::quote::{Quote, QuotedBallot, QuotedVoucher};
use ronde_protocol::message::amount::Points;
use ronde_protocol::message::charter::Charter;
use ronde_protocol::message::codec::Bounded;

use super::{BonusStep, Earn, Earned, Step, VoucherStep};

/// Hundredths in a point.
const HUNDREDTHS: u64 = 100;

/// The promise behind what a basket of `cents` earned; vouchers that the till asked for come with any basket.
#[must_use]
pub fn promised(earn: &Earn, cents: u64, (extra, earned): (&GrantTerms, &Earned), charter: &Charter) -> Quote {
    let percent = earned.steps.iter().find_map(|step| match step {
        Step::Bonus(_, percent, BonusStep::Counts) => Some(*percent),
        _ => None,
    });
    let asked = extra.vouchers.iter().map(|voucher| QuotedVoucher {
        offer: voucher.offer,
        count: voucher.count,
        minimum: Cents::ZERO,
    });
    let came = earned.steps.iter().filter_map(|step| match step {
        Step::Voucher(_, _, _, step) => Some(*step == VoucherStep::Comes),
        _ => None,
    });
    let by_rule = earn.vouchers.iter().zip(came).filter(|(_, came)| *came).map(|(rule, _)| QuotedVoucher {
        offer: rule.offer,
        count: rule.count,
        minimum: Cents(rule.min_cents),
    });
    match Bounded::<_, MAX_GRANT_VOUCHERS>::new(asked.chain(by_rule).collect()) {
        Ok(vouchers) => Quote {
            hundredths: earn.points.saturating_mul(percent.unwrap_or(HUNDREDTHS)),
            cents: earn.cents,
            most: earn.max_points.map_or(Points(u64::MAX), |most| most.is),
            ballot: ballot(&earned.terms, charter),
            vouchers,
        },
        // Many rules for one offer.
        Err(_) => in_parts(cents, &earned.terms, charter),
    }
}

/// What can be said where no promise was kept: points in the share of the basket, vouchers with all of it.
#[must_use]
pub fn in_parts(cents: u64, terms: &GrantTerms, charter: &Charter) -> Quote {
    let whole =
        |voucher: &VoucherCount| QuotedVoucher { offer: voucher.offer, count: voucher.count, minimum: Cents(cents) };
    Quote {
        hundredths: terms.points.0.saturating_mul(HUNDREDTHS),
        cents,
        most: terms.points,
        ballot: ballot(terms, charter),
        // There are as many as in the grant.
        vouchers: Bounded::new(terms.vouchers.iter().map(whole).collect()).unwrap_or_default(),
    }
}

fn ballot(terms: &GrantTerms, charter: &Charter) -> Option<QuotedBallot> {
    let campaign = terms.ballot?;
    // A charter forgets no campaign.
    let minimum = charter.campaign(campaign).map_or(terms.points, |known| known.minimum);
    Some(QuotedBallot { campaign, minimum })
}
