//! Rules and what they give, as a shop's manager reads them, and as a script does.

use jiff::civil::{Date, Weekday};
use ronde_protocol::message::charter::Charter;
use ronde_protocol::message::ids::{AssociationId, CampaignId, OfferId};
use serde_json::{Value, json};

use crate::cli::plural::{counted, euros, points};
use crate::config::Config;
use crate::earning::{
    BallotStep, BonusStep, Earn, Earned, Moment, Pledge, Rules, Step, Times, VoucherStep, clock_time,
};

/// `2` of 200 per cent, `1.5` of 150.
fn times_as_many(percent: u64) -> String {
    let text = format!("{}.{:02}", percent / 100, percent % 100);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn day(date: Date) -> String {
    date.strftime("%-d %B %Y").to_string()
}

/// `2026-12-24T10:00`
pub(super) fn local(moment: &Moment) -> String {
    format!("{}T{}", moment.date, clock_time(moment.minute))
}

fn line(label: &str, text: &str) -> String {
    format!("  {label:<8}  {text}\n")
}

fn rate(earn: &Earn) -> String {
    format!("{} for each {}", points(earn.points), euros(earn.cents))
}

fn campaign(id: CampaignId, charter: &Charter) -> String {
    charter.campaign(id).map_or_else(|| format!("campaign {id}"), |known| format!("\"{}\" (campaign {id})", known.name))
}

fn offer(id: OfferId, charter: &Charter) -> String {
    charter.offer(id).map_or_else(|| format!("offer {id}"), |known| format!("\"{}\" (offer {id})", known.name))
}

fn association(id: AssociationId, charter: &Charter) -> String {
    let known = charter.association(id);
    known.map_or_else(|| format!("association {id}"), |known| format!("\"{}\" (association {id})", known.name))
}

/// What a basket earns, and why.
pub(super) fn tried(
    earn: &Earn,
    cents: u64,
    earned: &Earned,
    share: Option<(AssociationId, u64)>,
    charter: &Charter,
) -> String {
    let terms = &earned.terms;
    let vouchers: u64 = terms.vouchers.iter().map(|voucher| u64::from(voucher.count)).sum();
    let mut gives = match terms.points.0 {
        0 if vouchers == 0 => "earns nothing: no grant is made".to_owned(),
        count => format!("earns {}", points(count)),
    };
    if vouchers > 0 {
        gives.push_str(&format!(" and {}", counted(vouchers, "voucher", "vouchers")));
    }
    if terms.ballot.is_some() {
        gives.push_str(", with a ballot");
    }
    let zone = earn.zone.iana_name().unwrap_or("UTC");
    let when = format!(
        "on {} {} at {} ({zone})",
        earned.moment.date.strftime("%A"),
        day(earned.moment.date),
        clock_time(earned.moment.minute)
    );
    let mut text = format!("A basket of {} {when} {gives}.\n\n", euros(cents));
    text.push_str(&line("rate", &format!("{}: {}", rate(earn), points(earned.plain.0))));
    earned.steps.iter().for_each(|step| text.push_str(&step_line(step, charter)));
    if let Some((id, thousandths)) = share {
        let exact = format!("{}.{:03}", thousandths / 1000, thousandths % 1000);
        let exact = format!("{} cents", exact.trim_end_matches('0'));
        let sum = if thousandths % 1000 == 0 { euros(thousandths / 1000) } else { exact };
        text.push_str(&line("gives", &format!("{sum} to {}", association(id, charter))));
    }
    text
}

fn step_line(step: &Step, charter: &Charter) -> String {
    match step {
        Step::Bonus(name, percent, became) => {
            let became = match became {
                BonusStep::Counts => "counts",
                BonusStep::NotNow => "does not hold at this time",
                BonusStep::Beaten => "holds too, but another gives as much or more, and only one counts",
            };
            line("bonus", &format!("\"{name}\", times {}: {became}", times_as_many(*percent)))
        }
        Step::Most(most, reached) => {
            let became = if *reached { "the rest is cut off" } else { "not reached" };
            line("at most", &format!("{} a basket: {became}", points(most.0)))
        }
        Step::Voucher(name, id, count, became) => {
            let became = match became {
                VoucherStep::Comes => format!("{count} of {}", offer(*id, charter)),
                VoucherStep::NotNow => "not at this time".to_owned(),
                VoucherStep::TooSmall(least) => format!("not with a basket of less than {}", euros(*least)),
                VoucherStep::NotIssuable => {
                    format!("none: the charter does not let this store give {}", offer(*id, charter))
                }
                VoucherStep::UsedUp => "none: this store has given as many as the charter lets it".to_owned(),
                VoucherStep::Full => "none: one grant holds no more vouchers".to_owned(),
            };
            line("voucher", &format!("\"{name}\": {became}"))
        }
        Step::Ballot(id, became) => {
            let became = match became {
                BallotStep::Comes => "comes with it".to_owned(),
                BallotStep::TooFew(least) => format!("only with {} or more", points(least.0)),
                BallotStep::Over => "none: the charter has no such campaign, or it is over".to_owned(),
                BallotStep::UsedUp => "none: this store has given as many as the charter lets it".to_owned(),
                BallotStep::Other => "none: the till asked for another".to_owned(),
            };
            line("ballot", &format!("{}: {became}", campaign(*id, charter)))
        }
    }
}

/// One step for a script.
pub(super) fn step_json(step: &Step) -> Value {
    match step {
        Step::Bonus(name, percent, became) => {
            let became = match became {
                BonusStep::Counts => "counts",
                BonusStep::NotNow => "not-now",
                BonusStep::Beaten => "beaten",
            };
            json!({ "rule": "bonus", "name": name, "percent": percent, "became": became })
        }
        Step::Most(most, reached) => json!({ "rule": "max_points", "points": most, "reached": reached }),
        Step::Voucher(name, offer, count, became) => {
            let became = match became {
                VoucherStep::Comes => "comes",
                VoucherStep::NotNow => "not-now",
                VoucherStep::TooSmall(_) => "too-small",
                VoucherStep::NotIssuable => "not-issuable",
                VoucherStep::UsedUp => "used-up",
                VoucherStep::Full => "full",
            };
            json!({ "rule": "voucher", "name": name, "offer": offer, "count": count, "became": became })
        }
        Step::Ballot(campaign, became) => {
            let became = match became {
                BallotStep::Comes => "comes",
                BallotStep::TooFew(_) => "too-few-points",
                BallotStep::Over => "over",
                BallotStep::UsedUp => "used-up",
                BallotStep::Other => "other",
            };
            json!({ "rule": "ballot", "campaign": campaign, "became": became })
        }
    }
}

fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "Mondays",
        Weekday::Tuesday => "Tuesdays",
        Weekday::Wednesday => "Wednesdays",
        Weekday::Thursday => "Thursdays",
        Weekday::Friday => "Fridays",
        Weekday::Saturday => "Saturdays",
        Weekday::Sunday => "Sundays",
    }
}

/// When something holds: "on Tuesdays from 14:00 to 18:00".
fn when(times: &Times) -> String {
    let mut parts = Vec::new();
    if !times.weekdays.is_empty() {
        let days: Vec<&str> = times.weekdays.iter().map(|day| weekday(*day)).collect();
        parts.push(format!("on {}", days.join(", ")));
    }
    if (times.from, times.to) != (0, Times::MIDNIGHT) {
        let next = if times.to <= times.from { " of the next day" } else { "" };
        parts.push(format!("from {} to {}{next}", clock_time(times.from), clock_time(times.to)));
    }
    parts.extend(times.first.map(|first| format!("from {} on", day(first))));
    parts.extend(times.last.map(|last| format!("until the end of {}", day(last))));
    if parts.is_empty() { "always".to_owned() } else { parts.join(", ") }
}

/// All rules.
pub(super) fn shown(config: &Config, charter: &Charter) -> String {
    let name = charter.store(config.store).map_or_else(|| config.store.to_string(), |store| store.name.to_string());
    let Some(earn) = &config.rules.earn else {
        return format!(
            "{name} has no rules for baskets: tills say themselves how many points they give. With a section [earn] in \
             {} the node reckons; `ronde rules --help` shows what it can say.\n",
            config.file.display()
        );
    };
    let zone = earn.zone.iana_name().unwrap_or("UTC");
    let mut text = format!("What a basket earns in {name}; times are those of {zone}.\n\n");
    text.push_str(&line("rate", &format!("{}, rounded down once for the whole basket", rate(earn))));
    if let Some(most) = earn.max_points {
        text.push_str(&line("at most", &format!("{} a basket", points(most.is.0))));
    }
    for bonus in &earn.bonuses {
        let what = format!("\"{}\", times {}: {}", bonus.name, times_as_many(bonus.percent), when(&bonus.times));
        text.push_str(&line("bonus", &what));
    }
    if earn.bonuses.len() > 1 {
        text.push_str(&line("", "of several that hold at a time the best counts alone"));
    }
    for voucher in &earn.vouchers {
        let least = match voucher.min_cents {
            0 => "with each basket".to_owned(),
            least => format!("with baskets of {} or more", euros(least)),
        };
        let (count, of) = (voucher.count, offer(voucher.offer, charter));
        text.push_str(&line(
            "voucher",
            &format!("\"{}\": {count} of {of} {least}, {}", voucher.name, when(&voucher.times)),
        ));
    }
    if let Some(ballot) = earn.ballot {
        let least = charter.campaign(ballot.is).map_or(0, |known| known.minimum.0);
        let what = format!("of {} with baskets that earn {} or more", campaign(ballot.is, charter), points(least));
        text.push_str(&line("ballot", &what));
    }
    if let Some(pledge) = &config.rules.pledge {
        text.push_str(&pledge_lines(pledge, charter));
    }
    text
}

fn pledge_lines(pledge: &Pledge, charter: &Charter) -> String {
    let share = format!("{} of each €10.00", euros(pledge.per_mille));
    let mut text = line("gives", &format!("{share} to {}", association(pledge.association.is, charter)));
    for month in &pledge.months {
        let to = association(month.association, charter);
        text.push_str(&line("", &format!("in {:04}-{:02} to {to}", month.year, month.month)));
    }
    text.push_str(&line("", &format!("pledged by itself once a day, from {} UTC on", clock_time(pledge.at))));
    text
}

/// All rules for a script, as they stand in the configuration.
pub(super) fn rules_json(rules: &Rules) -> Value {
    let times = |times: &Times| {
        let weekdays: Vec<&str> = times.weekdays.iter().map(|day| weekday(*day)).collect();
        json!({
            "weekdays": weekdays, "from": clock_time(times.from), "to": clock_time(times.to),
            "first": times.first.map(|day| day.to_string()), "last": times.last.map(|day| day.to_string()),
        })
    };
    let earn = rules.earn.as_ref().map(|earn| {
        let bonuses = earn.bonuses.iter().map(|bonus| {
            json!({ "name": bonus.name, "percent": bonus.percent, "times": times(&bonus.times), "line": bonus.line })
        });
        let vouchers = earn.vouchers.iter().map(|voucher| {
            json!({
                "name": voucher.name, "offer": voucher.offer, "count": voucher.count, "min_cents": voucher.min_cents,
                "times": times(&voucher.times), "line": voucher.line,
            })
        });
        json!({
            "points": earn.points, "cents": earn.cents, "zone": earn.zone.iana_name(),
            "ballot": earn.ballot.map(|ballot| ballot.is), "max_points": earn.max_points.map(|most| most.is),
            "bonuses": bonuses.collect::<Vec<_>>(), "vouchers": vouchers.collect::<Vec<_>>(),
        })
    });
    let pledge = rules.pledge.as_ref().map(|pledge| {
        let months = pledge.months.iter().map(|month| {
            json!({ "month": format!("{:04}-{:02}", month.year, month.month), "association": month.association })
        });
        json!({
            "association": pledge.association.is, "per_mille": pledge.per_mille, "at": clock_time(pledge.at),
            "months": months.collect::<Vec<_>>(),
        })
    });
    json!({ "earn": earn, "pledge": pledge })
}
