//! The shop's own rules and the charter's vouchers, in plain words.

use jiff::civil::Weekday;
use ronde_protocol::message::charter::{Charter, VoucherOffer};
use ronde_protocol::message::ids::{AssociationId, CampaignId, OfferId, StoreId};

use super::span::midnight;
use crate::earning::{Earn, Pledge, Rules, Times, clock_time};
use crate::pages::say::{Say, Value};

/// A rule.
pub(super) struct Rule {
    /// Of which kind.
    pub(super) kind: String,
    pub(super) text: String,
}

/// A voucher of the charter.
pub(super) struct Offer {
    pub(super) name: String,
    pub(super) worth: String,
    pub(super) funder: String,
    /// Whether this shop gives it.
    pub(super) here: String,
}

/// All rules.
pub(super) fn rules(say: &Say, charter: &Charter, rules: &Rules) -> Vec<Rule> {
    let mut all = rules.earn.as_ref().map_or_else(Vec::new, |earn| earned(say, charter, earn));
    if let Some(pledge) = &rules.pledge {
        all.extend(pledged(say, charter, pledge));
    }
    all
}

fn earned(say: &Say, charter: &Charter, earn: &Earn) -> Vec<Rule> {
    let rule = |kind: &str, text: String| Rule { kind: say.text(kind), text };
    let rate = [("points", Value::Number(earn.points)), ("amount", Value::Text(say.euros(earn.cents)))];
    let mut all = vec![rule("admin-kind-rate", say.with("admin-rule-rate", &rate))];
    all.extend(earn.max_points.map(|most| rule("admin-kind-most", say.count("admin-rule-most", most.is.0))));
    for bonus in &earn.bonuses {
        let values = [
            ("name", Value::Text(bonus.name.to_string())),
            ("percent", Value::Number(bonus.percent)),
            ("when", Value::Text(when(say, &bonus.times))),
        ];
        all.push(rule("admin-kind-bonus", say.with("admin-rule-bonus", &values)));
    }
    if earn.bonuses.len() > 1 {
        all.push(rule("admin-kind-bonus", say.text("admin-rule-best")));
    }
    for voucher in &earn.vouchers {
        let least = match voucher.min_cents {
            0 => say.text("admin-rule-each"),
            least => say.of("admin-rule-least", "amount", say.euros(least)),
        };
        let values = [
            ("name", Value::Text(voucher.name.to_string())),
            ("count", Value::Number(voucher.count.into())),
            ("offer", Value::Text(offer_name(say, charter, voucher.offer))),
            ("least", Value::Text(least)),
            ("when", Value::Text(when(say, &voucher.times))),
        ];
        all.push(rule("admin-kind-voucher", say.with("admin-rule-voucher", &values)));
    }
    if let Some(ballot) = earn.ballot {
        let least = charter.campaign(ballot.is).map_or(0, |known| known.minimum.0);
        let values = [("name", Value::Text(campaign_name(say, charter, ballot.is))), ("points", Value::Number(least))];
        all.push(rule("admin-kind-ballot", say.with("admin-rule-ballot", &values)));
    }
    all
}

fn pledged(say: &Say, charter: &Charter, pledge: &Pledge) -> Vec<Rule> {
    let rule = |text: String| Rule { kind: say.text("admin-kind-gives"), text };
    let values = [
        ("amount", Value::Text(say.euros(pledge.per_mille))),
        ("of", Value::Text(say.euros(1000))),
        ("name", Value::Text(association_name(say, charter, pledge.association.is))),
        ("time", Value::Text(clock_time(pledge.at))),
    ];
    let mut all = vec![rule(say.with("admin-rule-gives", &values))];
    for month in &pledge.months {
        let first = jiff::civil::Date::new(month.year, month.month, 1);
        let values = [
            ("month", Value::Text(first.map(|day| say.month(midnight(day))).unwrap_or_default())),
            ("name", Value::Text(association_name(say, charter, month.association))),
        ];
        all.push(rule(say.with("admin-rule-gives-month", &values)));
    }
    all
}

pub(super) fn campaign_name(say: &Say, charter: &Charter, id: CampaignId) -> String {
    let known = charter.campaign(id).map(|known| known.name.to_string());
    known.unwrap_or_else(|| say.of("admin-campaign-number", "id", id))
}

pub(super) fn offer_name(say: &Say, charter: &Charter, id: OfferId) -> String {
    let known = charter.offer(id).map(|known| known.name.to_string());
    known.unwrap_or_else(|| say.of("admin-offer-number", "id", id))
}

pub(super) fn association_name(say: &Say, charter: &Charter, id: AssociationId) -> String {
    let known = charter.association(id).map(|known| known.name.to_string());
    known.unwrap_or_else(|| say.of("association-number", "id", id))
}

fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "admin-mondays",
        Weekday::Tuesday => "admin-tuesdays",
        Weekday::Wednesday => "admin-wednesdays",
        Weekday::Thursday => "admin-thursdays",
        Weekday::Friday => "admin-fridays",
        Weekday::Saturday => "admin-saturdays",
        Weekday::Sunday => "admin-sundays",
    }
}

/// When something holds.
fn when(say: &Say, times: &Times) -> String {
    let mut parts = Vec::new();
    if !times.weekdays.is_empty() {
        let days: Vec<String> = times.weekdays.iter().map(|day| say.text(weekday(*day))).collect();
        parts.push(say.of("admin-when-days", "days", days.join(", ")));
    }
    if (times.from, times.to) != (0, Times::MIDNIGHT) {
        let id = if times.to <= times.from { "admin-when-night" } else { "admin-when-hours" };
        let hours = [("from", Value::Text(clock_time(times.from))), ("to", Value::Text(clock_time(times.to)))];
        parts.push(say.with(id, &hours));
    }
    parts.extend(times.first.map(|first| say.with("admin-when-first", &[("day", Value::Day(midnight(first)))])));
    parts.extend(times.last.map(|last| say.with("admin-when-last", &[("day", Value::Day(midnight(last)))])));
    if parts.is_empty() { say.text("admin-when-always") } else { parts.join(", ") }
}

/// The charter's vouchers, with what this shop has to do with each.
pub(super) fn offers(say: &Say, charter: &Charter, store: StoreId) -> Vec<Offer> {
    charter.body().offers.iter().map(|offer| offer_of(say, charter, store, offer)).collect()
}

fn offer_of(say: &Say, charter: &Charter, store: StoreId, offer: &VoucherOffer) -> Offer {
    let here = match (offer.closed, offer.issuers.contains(&store)) {
        (true, _) => say.text("admin-offer-closed"),
        (false, true) => say.count("admin-offer-here", offer.per_store),
        (false, false) => say.text("admin-offer-elsewhere"),
    };
    let funder = charter.store(offer.funder).map(|known| known.name.to_string());
    Offer {
        name: offer.name.to_string(),
        worth: say.number(offer.value.0),
        funder: funder.unwrap_or_else(|| say.of("shop-number", "id", offer.funder)),
        here,
    }
}
