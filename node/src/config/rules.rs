//! The sections `[earn]` and `[pledge]`: nested, read as strictly as the settings, and by the file alone (EARN-1). Each rule
//! keeps its line.

use std::collections::BTreeSet;

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use ronde_protocol::limits::MAX_TEXT_BYTES;
use ronde_protocol::message::amount::Points;
use ronde_protocol::message::ids::{AssociationId, CampaignId, OfferId};
use ronde_protocol::message::text::Text;
use toml::de::{DeTable, DeValue};

use super::error::{ConfigError, Origin};
use super::fields::{Fields, Page};
use super::raw::nearest;
use crate::earning::{self, Bonus, Earn, MonthPledge, Placed, Pledge, Rules, Times, Voucher};

/// The sections that are rules and not settings.
pub const RULE_SECTIONS: &[&str] = &["earn", "pledge"];
/// Most rules of one kind.
const MAX_RULES: usize = 200;
/// Most points of a rate, most cents of one, and most points of a basket.
const MAX_RATE: u64 = 1_000_000;
/// A bonus of more is a slip: a hundred times as much.
const MAX_PERCENT: u64 = 10_000;

/// Reads the sections there are.
pub(super) fn read(page: &Page<'_>, table: &DeTable<'_>) -> Result<Rules, ConfigError> {
    let section = |name: &str| table.iter().find(|(key, _)| key.get_ref() == name);
    let mut rules = Rules::default();
    if let Some((key, value)) = section("earn") {
        let fields = Fields::section(page, "earn", page.line(key.span().start), value.get_ref())?;
        rules.earn = Some(earn(&fields)?);
    }
    if let Some((key, value)) = section("pledge") {
        let fields = Fields::section(page, "pledge", page.line(key.span().start), value.get_ref())?;
        rules.pledge = Some(pledge(&fields)?);
        if rules.earn.is_none() {
            return Err(fields.rule(
                "[pledge] gives a share of what baskets come to, and without [earn] no basket does",
                "add a section [earn], or remove [pledge] and pledge by hand (`ronde till pledge`)",
            ));
        }
    }
    Ok(rules)
}

fn earn(fields: &Fields<'_, '_>) -> Result<Earn, ConfigError> {
    let positive = |number: &u64| (1..=MAX_RATE).contains(number);
    let bonuses = fields.tables("earn.bonus", MAX_RULES, bonus)?;
    let vouchers = fields.tables("earn.voucher", MAX_RULES, voucher)?;
    Ok(Earn {
        points: fields.number("earn.points", positive)?.ok_or_else(|| fields.missing("earn.points"))?,
        cents: fields.number("earn.cents", positive)?.ok_or_else(|| fields.missing("earn.cents"))?,
        zone: zone(fields)?,
        ballot: placed(fields, "earn.ballot")?.map(|ballot| Placed { line: ballot.line, is: CampaignId(ballot.is) }),
        max_points: fields
            .number("earn.max_points", |most| *most > 0)?
            .map(|most| Placed { line: fields.line_of("earn.max_points"), is: Points(most) }),
        bonuses,
        vouchers,
    })
}

fn zone(fields: &Fields<'_, '_>) -> Result<TimeZone, ConfigError> {
    let Some(name) = fields.text("earn.zone")? else { return Err(fields.missing("earn.zone")) };
    earning::zone(name).ok_or_else(|| {
        let names = earning::zone_names();
        let near = nearest(name, names.iter().map(String::as_str));
        fields.rule_at(
            "earn.zone",
            &format!("there is no time zone {name:?}"),
            &format!("did you mean `zone = \"{near}\"`? Names are those of the IANA database"),
        )
    })
}

fn bonus(fields: &Fields<'_, '_>) -> Result<Bonus, ConfigError> {
    let percent = fields.number("earn.bonus.percent", |percent| (101..=MAX_PERCENT).contains(percent))?;
    Ok(Bonus {
        name: name(fields, "earn.bonus.name")?,
        percent: percent.ok_or_else(|| fields.missing("earn.bonus.percent"))?,
        times: times(fields, &BONUS_TIMES)?,
        line: fields.line(),
    })
}

fn voucher(fields: &Fields<'_, '_>) -> Result<Voucher, ConfigError> {
    let offer = placed(fields, "earn.voucher.offer")?.ok_or_else(|| fields.missing("earn.voucher.offer"))?;
    let count = fields.number("earn.voucher.count", |count| (1..=128).contains(count))?.unwrap_or(1);
    Ok(Voucher {
        name: name(fields, "earn.voucher.name")?,
        offer: OfferId(offer.is),
        count: u16::try_from(count).unwrap_or(1),
        min_cents: fields.number("earn.voucher.min_cents", |cents| *cents <= earning::MAX_BASKET_CENTS)?.unwrap_or(0),
        times: times(fields, &VOUCHER_TIMES)?,
        line: fields.line(),
    })
}

fn name(fields: &Fields<'_, '_>, key: &'static str) -> Result<Text, ConfigError> {
    let text = fields.text(key)?.ok_or_else(|| fields.missing(key))?;
    let fits = Text::new(text).ok().filter(|text| !text.as_str().is_empty());
    fits.ok_or_else(|| fields.wrong(key, format!("{text:?}, which is empty or longer than {MAX_TEXT_BYTES} bytes")))
}

/// An id of the charter, with its line.
fn placed(fields: &Fields<'_, '_>, key: &'static str) -> Result<Option<Placed<u32>>, ConfigError> {
    let number = fields.number(key, |number| *number > 0 && u32::try_from(*number).is_ok())?;
    Ok(number.and_then(|number| u32::try_from(number).ok()).map(|is| Placed { line: fields.line_of(key), is }))
}

/// The names of the same four times in two places: weekdays, from, to, first, last.
type TimeKeys = [&'static str; 5];
const BONUS_TIMES: TimeKeys =
    ["earn.bonus.weekdays", "earn.bonus.from", "earn.bonus.to", "earn.bonus.first", "earn.bonus.last"];
const VOUCHER_TIMES: TimeKeys =
    ["earn.voucher.weekdays", "earn.voucher.from", "earn.voucher.to", "earn.voucher.first", "earn.voucher.last"];

fn times(fields: &Fields<'_, '_>, keys: &TimeKeys) -> Result<Times, ConfigError> {
    let [weekdays, from, to, first, last] = *keys;
    let times = Times {
        weekdays: fields.words(weekdays, weekday)?,
        from: fields.made(from, minute)?.unwrap_or(0),
        to: fields.made(to, minute)?.unwrap_or(Times::MIDNIGHT),
        first: fields.date(first, date)?,
        last: fields.date(last, date)?,
    };
    if times.from == times.to || times.from == Times::MIDNIGHT {
        let what = format!("from {} to {} is no time", earning::clock_time(times.from), earning::clock_time(times.to));
        return Err(fields.rule_at(from, &what, "write two different times, or neither for the whole day"));
    }
    if times.first.zip(times.last).is_some_and(|(first, last)| last < first) {
        return Err(fields.rule_at(last, "`last` is before `first`", "put the earlier of the two days first"));
    }
    Ok(times)
}

fn weekday(text: &str) -> Option<Weekday> {
    let all = [
        ("mon", Weekday::Monday),
        ("tue", Weekday::Tuesday),
        ("wed", Weekday::Wednesday),
        ("thu", Weekday::Thursday),
        ("fri", Weekday::Friday),
        ("sat", Weekday::Saturday),
        ("sun", Weekday::Sunday),
    ];
    all.into_iter().find(|(name, _)| *name == text).map(|(_, day)| day)
}

/// Two digits, a colon, two digits; until 24:00.
fn minute(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let two = |digits: &str| (digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(());
    two(hours)?;
    two(minutes)?;
    let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
    let of_day = hours * 60 + minutes;
    (minutes < 60 && of_day <= Times::MIDNIGHT).then_some(of_day)
}

fn date(text: &str) -> Option<Date> {
    (text.len() == 10).then(|| text.parse().ok()).flatten()
}

fn pledge(fields: &Fields<'_, '_>) -> Result<Pledge, ConfigError> {
    let association = placed(fields, "pledge.association")?.ok_or_else(|| fields.missing("pledge.association"))?;
    let per_mille = fields.number("pledge.per_mille", |share| (1..=1000).contains(share))?;
    let months = fields.tables("pledge.month", MAX_RULES, month)?;
    let mut seen = BTreeSet::new();
    if let Some(twice) = months.iter().find(|month| !seen.insert((month.year, month.month))) {
        let what = format!("the month {:04}-{:02} is listed twice", twice.year, twice.month);
        return Err(ConfigError::Rule {
            origin: Box::new(fields.origin_at(twice.line)),
            what,
            fix: "keep one of them: a month has one association".to_owned(),
        });
    }
    Ok(Pledge {
        association: Placed { line: association.line, is: AssociationId(association.is) },
        per_mille: per_mille.ok_or_else(|| fields.missing("pledge.per_mille"))?,
        at: fields.made("pledge.at", |text| minute(text).filter(|at| *at < Times::MIDNIGHT))?.unwrap_or(3 * 60),
        months,
    })
}

fn month(fields: &Fields<'_, '_>) -> Result<MonthPledge, ConfigError> {
    let day = fields.made("pledge.month.month", |text| date(&format!("{text}-01")))?;
    let day = day.ok_or_else(|| fields.missing("pledge.month.month"))?;
    let association = placed(fields, "pledge.month.association")?;
    let association = association.ok_or_else(|| fields.missing("pledge.month.association"))?;
    Ok(MonthPledge {
        year: day.year(),
        month: day.month(),
        association: AssociationId(association.is),
        line: fields.line(),
    })
}

/// A rule's key, what it must be, and an example as TOML.
#[derive(Clone, Copy, Debug)]
pub struct RuleKey {
    /// With its sections: `earn.bonus.percent`.
    pub key: &'static str,
    /// What can stand there.
    pub expected: &'static str,
    /// A value that would do, as TOML.
    pub example: &'static str,
}

/// A row for each key.
macro_rules! rule_keys {
    ($($key:literal, $expected:literal, $example:literal;)*) => {
        /// Every key that a rule can have.
        pub const RULE_KEYS: &[RuleKey] = &[$(RuleKey { key: $key, expected: $expected, example: $example },)*];
    };
}

rule_keys! {
    "earn.points", "a whole number from 1 to 1000000, without quotes", "1";
    "earn.cents", "a whole number from 1 to 1000000, without quotes", "100";
    "earn.zone", "the name of a time zone, in quotes", "\"Europe/Paris\"";
    "earn.ballot", "the number of a campaign of the charter, without quotes", "1";
    "earn.max_points", "a whole number from 1, without quotes", "500";
    "earn.bonus", "a section of its own for each, headed [[earn.bonus]]", "[[earn.bonus]]";
    "earn.bonus.name", "what the shop calls it: 1 to 200 bytes of text, in quotes", "\"Happy hour\"";
    "earn.bonus.percent", "a whole number from 101 to 10000, without quotes: 200 doubles", "200";
    "earn.bonus.weekdays", "a list of mon, tue, wed, thu, fri, sat, sun, each in quotes", "[\"tue\"]";
    "earn.bonus.from", "a time from 00:00 to 24:00, in quotes", "\"14:00\"";
    "earn.bonus.to", "a time from 00:00 to 24:00, in quotes", "\"18:00\"";
    "earn.bonus.first", "a day: year, month, day", "\"2027-05-01\"";
    "earn.bonus.last", "a day: year, month, day", "\"2027-05-31\"";
    "earn.voucher", "a section of its own for each, headed [[earn.voucher]]", "[[earn.voucher]]";
    "earn.voucher.name", "what the shop calls it: 1 to 200 bytes of text, in quotes", "\"A coffee\"";
    "earn.voucher.offer", "the number of an offer of the charter, without quotes", "1";
    "earn.voucher.count", "a whole number from 1 to 128, without quotes", "1";
    "earn.voucher.min_cents", "whole cents from 0 to 1000000000, without quotes", "2000";
    "earn.voucher.weekdays", "a list of mon, tue, wed, thu, fri, sat, sun, each in quotes", "[\"tue\"]";
    "earn.voucher.from", "a time from 00:00 to 24:00, in quotes", "\"14:00\"";
    "earn.voucher.to", "a time from 00:00 to 24:00, in quotes", "\"18:00\"";
    "earn.voucher.first", "a day: year, month, day", "\"2027-05-01\"";
    "earn.voucher.last", "a day: year, month, day", "\"2027-05-31\"";
    "pledge.association", "the number of an association of the charter, without quotes", "1";
    "pledge.per_mille", "a whole number from 1 to 1000, without quotes: 10 gives one cent of each euro", "10";
    "pledge.at", "a time of the day in UTC from 00:00 to 23:59, in quotes", "\"03:00\"";
    "pledge.month", "a section of its own for each, headed [[pledge.month]]", "[[pledge.month]]";
    "pledge.month.month", "a month: year and month, in quotes", "\"2027-05\"";
    "pledge.month.association", "the number of an association of the charter, without quotes", "1";
}

/// What a value is called, for whoever wrote another.
pub(super) fn shown(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => format!("{text:?}"),
        DeValue::Integer(number) => number.to_string(),
        DeValue::Boolean(flag) => flag.to_string(),
        DeValue::Datetime(time) => time.to_string(),
        other => other.type_str().to_owned(),
    }
}

/// Where a line of the file is.
pub(super) fn origin(page: &Page<'_>, line: usize) -> Origin {
    Origin::Line(page.file.to_owned(), line)
}
