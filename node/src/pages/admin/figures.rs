//! What a day, week or month came to, in a few numbers that a manager reads at a glance.

use crate::pages::say::{Say, Value};
use crate::shop::Totals;

/// The numbers, each as it is shown.
pub(super) struct Figures {
    pub(super) baskets: String,
    /// What they came to, if tills said it.
    pub(super) worth: Option<String>,
    pub(super) given: String,
    pub(super) claimed: String,
    /// Of what was given, how much was claimed.
    pub(super) rate: Option<String>,
    pub(super) payments: String,
    pub(super) taken: String,
    pub(super) net: String,
    /// What that number means.
    pub(super) net_text: String,
    pub(super) pledged: Option<String>,
    /// Of what was given, what made something good.
    pub(super) goodwill: Option<String>,
    /// Goods that came back: how often, and what they had cost.
    pub(super) returns: Option<(String, String)>,
    /// Points that customers had back.
    pub(super) went_back: Option<String>,
}

/// Numbers of one line of a table.
pub(super) struct Line {
    pub(super) name: String,
    pub(super) baskets: String,
    pub(super) given: String,
    pub(super) claimed: String,
    pub(super) payments: String,
    pub(super) taken: String,
}

/// Baskets whose grant was not withdrawn.
pub(super) fn baskets(totals: &Totals) -> u64 {
    totals.baskets.saturating_sub(totals.baskets_withdrawn)
}

/// What those came to, in cents.
pub(super) fn cents(totals: &Totals) -> u64 {
    totals.cents.saturating_sub(totals.cents_withdrawn)
}

/// Points that were pledged, and not refused.
pub(super) fn pledged(totals: &Totals) -> u64 {
    totals.pledged.saturating_sub(totals.pledges_refused)
}

/// Points taken less points that customers went away with.
pub(super) fn net(totals: &Totals) -> i64 {
    let away = totals.claimed.saturating_add(totals.went_back);
    let [taken, away] = [totals.redeemed, away].map(|points| i64::try_from(points).unwrap_or(i64::MAX));
    taken.saturating_sub(away)
}

/// All of them.
pub(super) fn figures(say: &Say, totals: &Totals) -> Figures {
    let standing = totals.standing().0;
    let rate = totals.claimed.saturating_mul(100).saturating_add(standing / 2).checked_div(standing);
    let net = net(totals);
    let net_text = match net {
        0 => "admin-net-even",
        1.. => "admin-net-in",
        _ => "admin-net-out",
    };
    let (worth, pledged) = (cents(totals), pledged(totals));
    Figures {
        baskets: say.number(baskets(totals)),
        worth: (worth > 0).then(|| say.of("admin-worth", "amount", say.euros(worth))),
        given: say.number(standing),
        claimed: say.number(totals.claimed),
        rate: rate.map(|rate| say.count("admin-rate", rate)),
        payments: say.number(totals.checkouts),
        taken: say.number(totals.redeemed),
        net: say.signed(net),
        net_text: say.with(net_text, &[("points", Value::Number(net.unsigned_abs()))]),
        pledged: (pledged > 0).then(|| say.count("admin-pledged", pledged)),
        goodwill: (totals.goodwill > 0).then(|| say.count("admin-goodwill", totals.goodwill)),
        returns: (totals.returns > 0).then(|| {
            let worth = say.of("admin-worth", "amount", say.euros(totals.cents_back));
            (say.number(totals.returns), worth)
        }),
        went_back: (totals.went_back > 0).then(|| say.number(totals.went_back)),
    }
}

/// A line of a table.
pub(super) fn line(say: &Say, name: String, totals: &Totals) -> Line {
    Line {
        name,
        baskets: say.number(baskets(totals)),
        given: say.number(totals.standing().0),
        claimed: say.number(totals.claimed),
        payments: say.number(totals.checkouts),
        taken: say.number(totals.redeemed),
    }
}
