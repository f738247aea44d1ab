//! The sections `[earn]` and `[pledge]`: what they can say, and what is refused with which line and advice.

use std::path::Path;

use jiff::civil::{Weekday, date};
use ronde_node::config::{Config, ConfigError, Origin, RULE_KEYS};
use ronde_node::earning::{Placed, Rules, Times};
use ronde_protocol::message::amount::Points;
use ronde_protocol::message::ids::{AssociationId, CampaignId, OfferId};

const FILE: &str = "/etc/ronde/ronde.toml";

fn parse(text: &str) -> Result<Rules, ConfigError> {
    Config::parse(Path::new(FILE), text, []).map(|config| config.rules)
}

/// Line 1 is the store, 2 to 5 are the rate.
fn earn(more: &str) -> String {
    format!("store = 1\n[earn]\npoints = 1\ncents = 100\nzone = \"Europe/Paris\"\n{more}")
}

#[test]
fn without_the_sections_there_are_no_rules() {
    assert_eq!(parse("store = 1").unwrap(), Rules::default());
}

/// EARN-1.
#[test]
fn everything_can_be_said() {
    let text = earn(
        r#"ballot = 3
max_points = 500

[[earn.bonus]]
name = "Happy Tuesday"
percent = 200
weekdays = ["tue", "sun"]
from = "14:00"
to = "18:00"
first = "2026-05-01"
last = 2026-05-31

[[earn.bonus]]
name = "Always"
percent = 101

[[earn.voucher]]
name = "Coffee"
offer = 2
count = 3
min_cents = 2000
from = "22:00"
to = "24:00"

[pledge]
association = 1
per_mille = 10
at = "00:30"

[[pledge.month]]
month = "2026-12"
association = 2
"#,
    );
    let rules = parse(&text).unwrap();
    let (earn, pledge) = (rules.earn.unwrap(), rules.pledge.unwrap());
    assert_eq!((earn.points, earn.cents, earn.zone.iana_name()), (1, 100, Some("Europe/Paris")));
    assert_eq!(earn.ballot, Some(Placed { line: 6, is: CampaignId(3) }));
    assert_eq!(earn.max_points, Some(Placed { line: 7, is: Points(500) }));
    let [happy, always] = &earn.bonuses[..] else { panic!() };
    assert_eq!((happy.name.as_str(), happy.percent, happy.line), ("Happy Tuesday", 200, 10));
    let expected = Times {
        weekdays: vec![Weekday::Tuesday, Weekday::Sunday],
        from: 14 * 60,
        to: 18 * 60,
        first: Some(date(2026, 5, 1)),
        last: Some(date(2026, 5, 31)),
    };
    assert_eq!(happy.times, expected);
    assert_eq!((always.times.clone(), always.line), (Times::default(), 19));
    let [coffee] = &earn.vouchers[..] else { panic!() };
    assert_eq!((coffee.offer, coffee.count, coffee.min_cents, coffee.line), (OfferId(2), 3, 2000, 23));
    assert_eq!((coffee.times.from, coffee.times.to), (22 * 60, 24 * 60));
    assert_eq!(pledge.association, Placed { line: 31, is: AssociationId(1) });
    assert_eq!((pledge.per_mille, pledge.at, pledge.months.len()), (10, 30, 1));
    assert_eq!((pledge.months[0].year, pledge.months[0].month, pledge.months[0].line), (2026, 12, 36));
}

/// Where an error is, and everything that it says.
fn refused(text: &str) -> (usize, String) {
    let error = parse(text).expect_err(text);
    let origin = match &error {
        ConfigError::UnknownKey { origin, .. }
        | ConfigError::Value { origin, .. }
        | ConfigError::Rule { origin, .. } => origin,
        other => panic!("{text}: {other}"),
    };
    let Origin::Line(file, line) = &**origin else { panic!("{text}: {error}") };
    assert_eq!(file, Path::new(FILE));
    assert!(error.to_string().contains(&format!("line {line}")), "{error}");
    assert!(!error.fix().is_empty());
    (*line, format!("{error}\n{}", error.fix()))
}

/// EARN-1: each with its line, and what to write instead.
#[test]
fn every_error_has_its_line_and_its_fix() {
    let bonus = |more: &str| earn(&format!("[[earn.bonus]]\nname = \"b\"\npercent = 200\n{more}"));
    let voucher = |more: &str| earn(&format!("[[earn.voucher]]\nname = \"v\"\noffer = 1\n{more}"));
    let pledge = |more: &str| earn(&format!("[pledge]\nassociation = 1\nper_mille = 10\n{more}"));
    let cases = [
        // Names.
        (earn("max_point = 5"), 6, "earn.max_points"),
        (earn("ballots = 5"), 6, "earn.ballot"),
        (earn("[[earn.bonuses]]\nname = \"x\""), 6, "earn.bonus"),
        (bonus("weekday = [\"tue\"]"), 9, "earn.bonus.weekdays"),
        (bonus("until = \"18:00\""), 9, "earn.bonus."),
        (voucher("min_cent = 5"), 9, "earn.voucher.min_cents"),
        (pledge("per_mile = 5"), 9, "pledge.per_mille"),
        (pledge("[[pledge.month]]\nmont = \"2026-12\"\nassociation = 1"), 10, "pledge.month.month"),
        ("store = 1\n[ern]\npoints = 1".to_owned(), 2, "`earn`"),
        ("store = 1\n[pledges]\nper_mille = 1".to_owned(), 2, "`pledge`"),
        // What is missing.
        ("store = 1\n[earn]\ncents = 100\nzone = \"UTC\"".to_owned(), 3, "points = 1"),
        ("store = 1\n[earn]\npoints = 1\nzone = \"UTC\"".to_owned(), 3, "cents = 100"),
        ("store = 1\n[earn]\npoints = 1\ncents = 100".to_owned(), 3, "zone = \"Europe/Paris\""),
        ("store = 1\n[earn]".to_owned(), 2, "points = 1"),
        (earn("[[earn.bonus]]\npercent = 200"), 7, "name = \"Happy hour\""),
        (earn("[[earn.bonus]]\nname = \"b\""), 7, "percent = 200"),
        (earn("[[earn.voucher]]\nname = \"v\""), 7, "offer = 1"),
        (earn("[pledge]\nper_mille = 1"), 7, "association = 1"),
        (earn("[pledge]\nassociation = 1"), 7, "per_mille = 10"),
        (pledge("[[pledge.month]]\nassociation = 1"), 10, "month = \"2027-05\""),
        (pledge("[[pledge.month]]\nmonth = \"2026-12\""), 10, "association = 1"),
        ("store = 1\n[pledge]\nassociation = 1\nper_mille = 10".to_owned(), 3, "[earn]"),
        // Values.
        ("store = 1\nearn = 3".to_owned(), 2, "[earn]"),
        ("store = 1\n[earn]\npoints = 0\ncents = 1\nzone = \"UTC\"".to_owned(), 3, "points = 1"),
        ("store = 1\n[earn]\npoints = 1\ncents = 0\nzone = \"UTC\"".to_owned(), 4, "cents = 100"),
        ("store = 1\n[earn]\npoints = 1.5\ncents = 1\nzone = \"UTC\"".to_owned(), 3, "points = 1"),
        ("store = 1\n[earn]\npoints = \"1\"\ncents = 1\nzone = \"UTC\"".to_owned(), 3, "points = 1"),
        ("store = 1\n[earn]\npoints = 1\ncents = 1\nzone = \"Europe/Pari\"".to_owned(), 5, "Europe/Paris"),
        ("store = 1\n[earn]\npoints = 1\ncents = 1\nzone = 1".to_owned(), 5, "Europe/Paris"),
        (earn("ballot = 0"), 6, "ballot = 1"),
        (earn("max_points = 0"), 6, "max_points = 500"),
        (earn("[earn.bonus]\nname = \"b\"\npercent = 200"), 6, "[[earn.bonus]]"),
        (earn("[[earn.bonus]]\nname = \"\"\npercent = 200"), 7, "empty"),
        (bonus("").replace("200", "100"), 8, "percent = 200"),
        (bonus("").replace("200", "10001"), 8, "percent = 200"),
        (bonus("weekdays = [\"mardi\"]"), 9, "weekdays = [\"tue\"]"),
        (bonus("weekdays = [\"tue\", \"tue\"]"), 9, "weekdays = [\"tue\"]"),
        (bonus("weekdays = []"), 9, "weekdays = [\"tue\"]"),
        (bonus("weekdays = \"tue\""), 9, "weekdays = [\"tue\"]"),
        (bonus("from = \"2 pm\""), 9, "from = \"14:00\""),
        (bonus("from = \"14:60\""), 9, "from = \"14:00\""),
        (bonus("to = \"24:01\""), 9, "to = \"18:00\""),
        (bonus("from = \"18:00\"\nto = \"18:00\""), 9, "two different times"),
        (bonus("from = \"24:00\""), 9, "two different times"),
        (bonus("first = \"2026-02-30\""), 9, "first = \"2027-05-01\""),
        (bonus("first = \"1 May\""), 9, "first = \"2027-05-01\""),
        (bonus("first = 2026-05-02\nlast = 2026-05-01"), 10, "the earlier"),
        (voucher("count = 129"), 9, "count = 1"),
        (voucher("count = 0"), 9, "count = 1"),
        (voucher("min_cents = -1"), 9, "min_cents = 2000"),
        (pledge("at = \"24:00\""), 9, "at = \"03:00\""),
        (pledge("").replace("= 10\n", "= 1001\n"), 8, "per_mille = 10"),
        (pledge("month = \"2026-12\""), 9, "[[pledge.month]]"),
        (pledge("[[pledge.month]]\nmonth = \"2026-13\"\nassociation = 1"), 10, "month = \"2027-05\""),
        (
            pledge(
                "[[pledge.month]]\nmonth = \"2026-12\"\nassociation = 1\n[[pledge.month]]\nmonth = \"2026-12\"\n\
                 association = 2",
            ),
            13,
            "keep one",
        ),
    ];
    for (text, line, word) in cases {
        let (found, said) = refused(&text);
        assert_eq!(found, line, "{text}\n{said}");
        assert!(said.contains(word), "no {word:?} in {said}\n{text}");
    }
}

#[test]
fn rules_have_no_variables() {
    let environment = [("RONDE_EARN_POINTS".to_owned(), "2".to_owned())];
    let error = Config::parse(Path::new(FILE), &earn(""), environment).unwrap_err();
    assert!(matches!(error, ConfigError::UnknownVariable { .. }), "{error}");
}

/// The examples that are shown to whoever made a mistake are taken.
#[test]
fn every_key_has_an_example_that_is_taken() {
    for known in RULE_KEYS {
        let (section, key) = known.key.rsplit_once('.').unwrap();
        if known.example.starts_with("[[") {
            continue;
        }
        let base = match section {
            "earn" => "[earn]\npoints = 9\ncents = 9\nzone = \"UTC\"\n",
            "earn.bonus" => {
                "[earn]\npoints = 9\ncents = 9\nzone = \"UTC\"\n[[earn.bonus]]\nname = \"b\"\npercent = 300\n"
            }
            "earn.voucher" => {
                "[earn]\npoints = 9\ncents = 9\nzone = \"UTC\"\n[[earn.voucher]]\nname = \"v\"\noffer = 9\n"
            }
            "pledge" => "[earn]\npoints = 9\ncents = 9\nzone = \"UTC\"\n[pledge]\nassociation = 9\nper_mille = 9\n",
            "pledge.month" => {
                "[earn]\npoints = 9\ncents = 9\nzone = \"UTC\"\n[pledge]\nassociation = 9\nper_mille = 9\n\
                 [[pledge.month]]\nmonth = \"2026-01\"\nassociation = 9\n"
            }
            other => panic!("{other}"),
        };
        // In place of the line that the base has of it, which is always the last of its kind.
        let kept: Vec<&str> = base.lines().collect();
        let last_section = kept.iter().rposition(|line| line.starts_with('[')).unwrap();
        let text: String = kept
            .iter()
            .enumerate()
            .filter(|(at, line)| *at < last_section || !line.starts_with(&format!("{key} =")))
            .map(|(_, line)| format!("{line}\n"))
            .collect();
        let text = format!("store = 1\n{text}{key} = {}\n", known.example);
        parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    }
}
