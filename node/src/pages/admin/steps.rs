//! What a basket would earn, and why.

use jiff::civil::Weekday;
use ronde_protocol::message::charter::Charter;

use super::rules::{association_name, campaign_name, offer_name};
use super::span::midnight;
use crate::earning::{BallotStep, BonusStep, Earned, Rules, Step, VoucherStep, clock_time, gathers};
use crate::pages::say::{Say, Value};

/// A basket that was tried.
pub(super) struct Tried {
    /// What it earns, and when.
    pub(super) sentence: String,
    /// Each rule with what became of it, and whether it counts.
    pub(super) steps: Vec<(String, bool)>,
}

pub(super) fn tried(say: &Say, charter: &Charter, rules: &Rules, cents: u64, earned: &Earned) -> Tried {
    let terms = &earned.terms;
    let vouchers: u64 = terms.vouchers.iter().map(|voucher| u64::from(voucher.count)).sum();
    let mut parts = Vec::new();
    if terms.points.0 > 0 || vouchers == 0 {
        parts.push(say.count("admin-points", terms.points.0));
    }
    if vouchers > 0 {
        parts.push(say.count("admin-vouchers", vouchers));
    }
    if terms.ballot.is_some() {
        parts.push(say.text("admin-a-ballot"));
    }
    let moment = earned.moment;
    let values = [
        ("amount", Value::Text(say.euros(cents))),
        ("weekday", Value::Text(say.text(weekday(moment.date.weekday())))),
        ("day", Value::Day(midnight(moment.date))),
        ("time", Value::Text(clock_time(moment.minute))),
        ("what", Value::Text(parts.join(" + "))),
    ];
    let id = if terms.is_empty() { "admin-tried-nothing" } else { "admin-tried" };
    let mut steps = vec![(say.count("admin-step-plain", earned.plain.0), true)];
    steps.extend(earned.steps.iter().map(|found| step(say, charter, found)));
    let share = rules.pledge.as_ref().map(|pledge| (pledge, gathers(pledge, cents)));
    if let Some((pledge, thousandths)) = share.filter(|(_, thousandths)| *thousandths > 0 && !terms.is_empty()) {
        let to = association_name(say, charter, pledge.association_on(moment.date));
        let values = [("amount", Value::Text(say.euros(thousandths / 1000))), ("name", Value::Text(to))];
        steps.push((say.with("admin-step-gives", &values), true));
    }
    Tried { sentence: say.with(id, &values), steps }
}

fn step(say: &Say, charter: &Charter, step: &Step) -> (String, bool) {
    match step {
        Step::Bonus(name, percent, became) => {
            let id = match became {
                BonusStep::Counts => "admin-step-bonus-counts",
                BonusStep::NotNow => "admin-step-bonus-not-now",
                BonusStep::Beaten => "admin-step-bonus-beaten",
            };
            let values = [("name", Value::Text(name.to_string())), ("percent", Value::Number(*percent))];
            (say.with(id, &values), *became == BonusStep::Counts)
        }
        Step::Most(most, reached) => {
            let id = if *reached { "admin-step-most-reached" } else { "admin-step-most" };
            (say.count(id, most.0), *reached)
        }
        Step::Voucher(name, offer, count, became) => {
            let id = match became {
                VoucherStep::Comes => "admin-step-voucher-comes",
                VoucherStep::NotNow => "admin-step-voucher-not-now",
                VoucherStep::TooSmall(_) => "admin-step-voucher-too-small",
                VoucherStep::NotIssuable => "admin-step-voucher-not-issuable",
                VoucherStep::UsedUp => "admin-step-voucher-used-up",
                VoucherStep::Full => "admin-step-voucher-full",
            };
            let least = if let VoucherStep::TooSmall(least) = became { *least } else { 0 };
            let values = [
                ("name", Value::Text(name.to_string())),
                ("offer", Value::Text(offer_name(say, charter, *offer))),
                ("count", Value::Number((*count).into())),
                ("amount", Value::Text(say.euros(least))),
            ];
            (say.with(id, &values), *became == VoucherStep::Comes)
        }
        Step::Ballot(campaign, became) => {
            let id = match became {
                BallotStep::Comes => "admin-step-ballot-comes",
                BallotStep::TooFew(_) => "admin-step-ballot-too-few",
                BallotStep::Over => "admin-step-ballot-over",
                BallotStep::UsedUp => "admin-step-ballot-used-up",
                BallotStep::Other => "admin-step-ballot-other",
            };
            let least = if let BallotStep::TooFew(least) = became { least.0 } else { 0 };
            let values =
                [("name", Value::Text(campaign_name(say, charter, *campaign))), ("points", Value::Number(least))];
            (say.with(id, &values), *became == BallotStep::Comes)
        }
    }
}

fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "weekday-1",
        Weekday::Tuesday => "weekday-2",
        Weekday::Wednesday => "weekday-3",
        Weekday::Thursday => "weekday-4",
        Weekday::Friday => "weekday-5",
        Weekday::Saturday => "weekday-6",
        Weekday::Sunday => "weekday-7",
    }
}
