//! A store's rules by themselves: laws that hold for every basket, the clock of Paris, and the charter, which wins.

#[path = "../../protocol/tests/federation_support/mod.rs"]
mod federation_support;

use std::path::Path;

use federation_support::{CAMPAIGN, DAY, NOW, Plan, VOUCHER, planned};
use proptest::prelude::*;
use ronde_node::config::Config;
use ronde_node::earning::{
    BallotStep, BonusStep, Earned, Given, Moment, Period, Rules, Step, VoucherStep, choose, concerns, gathers, quote,
    reckon, worth, zone,
};
use ronde_protocol::machine::till::cents::Cents;
use ronde_protocol::machine::till::grant::{GrantTerms, VoucherCount};
use ronde_protocol::message::amount::Points;
use ronde_protocol::message::charter::{Charter, CharterBody, PointValue};
use ronde_protocol::message::codec::Bounded;
use ronde_protocol::message::ids::{AssociationId, CampaignId, OfferId, StoreId};

const STORE: StoreId = StoreId(1);
const PARIS: &str = "[earn]\npoints = 1\ncents = 100\nzone = \"Europe/Paris\"\n";

fn rules(text: &str) -> Rules {
    let text = format!("store = 1\n{text}");
    Config::parse(Path::new("ronde.toml"), &text, []).unwrap_or_else(|error| panic!("{error}\n{text}")).rules
}

/// The rate of [`PARIS`], and more.
fn paris(more: &str) -> Rules {
    rules(&format!("{PARIS}{more}"))
}

fn charter() -> Charter {
    planned(&Plan::of(4)).charter
}

fn changed(change: impl FnOnce(&mut CharterBody)) -> Charter {
    let mut body = federation_support::body(&Plan::of(4));
    change(&mut body);
    federation_support::with(body).charter
}

fn nothing() -> GrantTerms {
    GrantTerms { points: Points::ZERO, ballot: None, vouchers: Bounded::default() }
}

fn earned_by(rules: &Rules, cents: u64, now: u64, charter: &Charter, given: &Given) -> Earned {
    reckon(rules.earn.as_ref().unwrap(), cents, &nothing(), STORE, now, (charter, given))
}

fn earned(rules: &Rules, cents: u64, now: u64) -> Earned {
    earned_by(rules, cents, now, &charter(), &Given::default())
}

fn points(rules: &Rules, cents: u64, now: u64) -> u64 {
    earned(rules, cents, now).terms.points.0
}

/// Seconds of a time in UTC.
fn at(text: &str) -> u64 {
    let time: jiff::Timestamp = text.parse().unwrap();
    u64::try_from(time.as_second()).unwrap()
}

/// EARN-2.
#[test]
fn points_are_rounded_down_once_for_the_whole_basket() {
    let one = paris("");
    for (cents, expected) in [(0, 0), (99, 0), (100, 1), (199, 1), (4210, 42), (1_000_000_000, 10_000_000)] {
        assert_eq!(points(&one, cents, NOW), expected, "{cents}");
    }
    // 42.10 and half as much again are 63.15: not 42 and half of that, nor a rounding for each.
    let half = paris("[[earn.bonus]]\nname = \"b\"\npercent = 150\n");
    assert_eq!((points(&half, 4210, NOW), points(&half, 4299, NOW)), (63, 64));
    let five = rules("[earn]\npoints = 5\ncents = 300\nzone = \"UTC\"\n");
    assert_eq!((points(&five, 59, NOW), points(&five, 60, NOW), points(&five, 1000, NOW)), (0, 1, 16));
}

/// EARN-3.
#[test]
fn the_best_bonus_counts_alone() {
    let text = "[[earn.bonus]]\nname = \"half\"\npercent = 150\n[[earn.bonus]]\nname = \"double\"\npercent = 200\n\
                [[earn.bonus]]\nname = \"as good\"\npercent = 200\n\
                [[earn.bonus]]\nname = \"summer\"\npercent = 900\nfirst = 2026-07-01\n";
    let earned = earned(&paris(text), 1000, NOW);
    assert_eq!((earned.plain.0, earned.terms.points.0), (10, 20));
    assert_eq!(earned.bonus.unwrap().as_str(), "double");
    let became: Vec<(&str, BonusStep)> = earned
        .steps
        .iter()
        .filter_map(|step| match step {
            Step::Bonus(name, _, became) => Some((name.as_str(), *became)),
            _ => None,
        })
        .collect();
    let expected = [
        ("half", BonusStep::Beaten),
        ("double", BonusStep::Counts),
        ("as good", BonusStep::Beaten),
        ("summer", BonusStep::NotNow),
    ];
    assert_eq!(became, expected);
}

/// EARN-4: on 29 March 2026 the clocks of Paris go from 2:00 to 3:00, on 25 October from 3:00 back to 2:00.
#[test]
fn times_are_those_of_the_shop_s_own_clock_also_when_it_is_turned() {
    let text = "[[earn.bonus]]\nname = \"early\"\npercent = 200\nfrom = \"02:00\"\nto = \"03:00\"\n";
    let early = paris(text);
    let doubled = |time: &str| points(&early, 100, at(time)) == 2;
    // An ordinary night: 2:30 in winter is 1:30 UTC.
    assert!(doubled("2026-03-28T01:30:00Z") && !doubled("2026-03-28T02:00:00Z"));
    // In spring there is no such hour.
    for minute in 0..180 {
        let time = at("2026-03-28T23:30:00Z") + minute * 60;
        assert_eq!(points(&early, 100, time), 1, "minute {minute} of the night in which the clock is turned");
    }
    // In autumn it comes twice.
    assert!(!doubled("2026-10-24T23:59:59Z"));
    assert!(doubled("2026-10-25T00:00:00Z") && doubled("2026-10-25T00:59:59Z"));
    assert!(doubled("2026-10-25T01:00:00Z") && doubled("2026-10-25T01:59:59Z"));
    assert!(!doubled("2026-10-25T02:00:00Z"));
}

/// EARN-4.
#[test]
fn a_day_begins_at_midnight_in_paris_and_not_in_greenwich() {
    let tuesday = paris("[[earn.bonus]]\nname = \"Tuesday\"\npercent = 200\nweekdays = [\"tue\"]\n");
    let doubled = |time: &str| points(&tuesday, 100, at(time)) == 2;
    // 2026-06-02 is a Tuesday; summer time is two hours ahead of UTC.
    assert!(!doubled("2026-06-01T21:59:59Z") && doubled("2026-06-01T22:00:00Z"));
    assert!(doubled("2026-06-02T21:59:59Z") && !doubled("2026-06-02T22:00:00Z"));
    // 2026-12-01 is one, too; winter time is one hour ahead.
    assert!(!doubled("2026-11-30T22:59:59Z") && doubled("2026-11-30T23:00:00Z"));
    let may = paris("[[earn.bonus]]\nname = \"May\"\npercent = 200\nfirst = \"2026-05-01\"\nlast = \"2026-05-31\"\n");
    let doubled = |time: &str| points(&may, 100, at(time)) == 2;
    assert!(!doubled("2026-04-30T21:59:59Z") && doubled("2026-04-30T22:00:00Z"));
    assert!(doubled("2026-05-31T21:59:59Z") && !doubled("2026-05-31T22:00:00Z"));
}

/// EARN-4.
#[test]
fn a_night_belongs_to_the_evening_on_which_it_begins() {
    let text = "[[earn.bonus]]\nname = \"late\"\npercent = 200\nweekdays = [\"fri\"]\nfrom = \"22:00\"\nto = \"02:00\"\n\
                last = \"2026-06-05\"\n";
    let late = paris(text);
    let doubled = |time: &str| points(&late, 100, at(time)) == 2;
    // 2026-06-05 is a Friday. 22:00 in Paris is 20:00 UTC.
    assert!(!doubled("2026-06-05T19:59:59Z") && doubled("2026-06-05T20:00:00Z"));
    assert!(doubled("2026-06-05T23:59:59Z") && !doubled("2026-06-06T00:00:00Z"), "until 2:00 on Saturday");
    assert!(!doubled("2026-06-04T23:30:00Z"), "1:30 on Friday is of Thursday's night");
    assert!(!doubled("2026-06-12T21:00:00Z"), "a week later it is over");
    let until_midnight = paris("[[earn.bonus]]\nname = \"x\"\npercent = 200\nfrom = \"22:00\"\nto = \"00:00\"\n");
    assert_eq!(points(&until_midnight, 100, at("2026-06-05T21:59:59Z")), 2);
    assert_eq!(points(&until_midnight, 100, at("2026-06-05T22:00:00Z")), 1);
}

fn became(earned: &Earned) -> Vec<VoucherStep> {
    earned
        .steps
        .iter()
        .filter_map(|step| match step {
            Step::Voucher(_, _, _, became) => Some(*became),
            _ => None,
        })
        .collect()
}

/// EARN-5, EARN-6.
#[test]
fn vouchers_come_with_a_basket_that_is_large_enough_and_only_if_the_charter_lets_them() {
    let text = "[[earn.voucher]]\nname = \"one\"\noffer = 1\nmin_cents = 2000\n\
                [[earn.voucher]]\nname = \"two more\"\noffer = 1\ncount = 2\nmin_cents = 5000\n\
                [[earn.voucher]]\nname = \"unknown\"\noffer = 9\n";
    let rules = paris(text);
    let given = |earned: &Earned| earned.terms.vouchers.to_vec();
    assert_eq!(given(&earned(&rules, 1999, NOW)), []);
    assert_eq!(given(&earned(&rules, 2000, NOW)), [VoucherCount { offer: VOUCHER, count: 1 }]);
    let both = earned(&rules, 5000, NOW);
    assert_eq!(given(&both), [VoucherCount { offer: VOUCHER, count: 3 }]);
    assert_eq!(became(&both), [VoucherStep::Comes, VoucherStep::Comes, VoucherStep::NotIssuable]);
    both.terms.check(STORE, NOW, &charter()).unwrap();

    let closed = changed(|body| body.offers = edited(&body.offers, |offer| offer.closed = true));
    let not_ours = changed(|body| {
        body.offers = edited(&body.offers, |offer| offer.issuers = Bounded::new(vec![StoreId(2)]).unwrap());
    });
    for charter in [&closed, &not_ours] {
        let earned = earned_by(&rules, 5000, NOW, charter, &Given::default());
        assert_eq!((earned.terms.points.0, given(&earned)), (50, vec![]), "the points come all the same");
        assert_eq!(became(&earned), [VoucherStep::NotIssuable; 3]);
    }
    let two = changed(|body| body.offers = edited(&body.offers, |offer| offer.per_store = 12));
    let mut before = Given::default();
    before.vouchers.insert(VOUCHER, 10);
    let earned = earned_by(&rules, 5000, NOW, &two, &before);
    assert_eq!(became(&earned), [VoucherStep::Comes, VoucherStep::UsedUp, VoucherStep::NotIssuable]);
}

fn edited<T: Clone, const N: usize>(all: &Bounded<T, N>, change: impl Fn(&mut T)) -> Bounded<T, N> {
    let mut list = all.to_vec();
    list.iter_mut().for_each(change);
    Bounded::new(list).unwrap()
}

/// EARN-5, EARN-6.
#[test]
fn a_ballot_comes_with_the_campaign_s_minimum_while_it_runs_and_lasts() {
    let rules = paris("ballot = 1\n");
    let step = |earned: &Earned| match earned.steps[..] {
        [Step::Ballot(CAMPAIGN, became)] => became,
        ref other => panic!("{other:?}"),
    };
    let few = earned(&rules, 499, NOW);
    assert_eq!((few.terms.ballot, step(&few)), (None, BallotStep::TooFew(Points(5))));
    let enough = earned(&rules, 500, NOW);
    assert_eq!((enough.terms.ballot, step(&enough)), (Some(CAMPAIGN), BallotStep::Comes));
    let end = charter().campaign(CAMPAIGN).unwrap().end;
    let late = earned(&rules, 500, end);
    assert_eq!((late.terms.ballot, step(&late), late.terms.points.0), (None, BallotStep::Over, 5));
    let mut given = Given::default();
    given.ballots.insert(CAMPAIGN, charter().campaign(CAMPAIGN).unwrap().ballots_per_store);
    let out = earned_by(&rules, 500, NOW, &charter(), &given);
    assert_eq!((out.terms.ballot, step(&out)), (None, BallotStep::UsedUp));
    let asked = GrantTerms { ballot: Some(CampaignId(7)), ..nothing() };
    let earn = rules.earn.as_ref().unwrap();
    let other = reckon(earn, 500, &asked, STORE, NOW, (&charter(), &Given::default()));
    assert_eq!((other.terms.ballot, step(&other)), (Some(CampaignId(7)), BallotStep::Other));
}

#[test]
fn no_basket_brings_more_vouchers_than_a_grant_can_hold() {
    let many: String = (0..20)
        .map(|number| format!("[[earn.voucher]]\nname = \"n{number}\"\noffer = {}\ncount = 30\n", number % 2 + 1))
        .collect();
    let both = changed(|body| {
        let mut offers = edited(&body.offers, |offer| offer.per_store = 1_000_000).into_vec();
        offers.truncate(1);
        let mut other = offers[0].clone();
        other.id = OfferId(2);
        offers.push(other);
        body.offers = Bounded::new(offers).unwrap();
    });
    let earned = earned_by(&paris(&many), 100, NOW, &both, &Given::default());
    let counts: Vec<u16> = earned.terms.vouchers.iter().map(|voucher| voucher.count).collect();
    assert_eq!(counts, [60, 60], "120 of 128");
    assert!(became(&earned)[4..].iter().all(|became| *became == VoucherStep::Full));
    earned.terms.check(STORE, NOW, &both).unwrap();
}

/// EARN-13.
#[test]
fn the_rules_are_compared_with_the_charter_line_by_line() {
    let text = "ballot = 7\nmax_points = 2000000\n[[earn.voucher]]\nname = \"Tea\"\noffer = 3\n\
                [pledge]\nassociation = 1\nper_mille = 10\n[[pledge.month]]\nmonth = \"2026-02\"\nassociation = 8\n";
    let all = concerns(&paris(text), &charter(), STORE, NOW);
    let lines: Vec<usize> = all.iter().map(|concern| concern.line).collect();
    // The file begins with `store = 1`, then the four lines of the rate.
    assert_eq!(lines, [6, 9, 7, 15], "{all:?}");
    for (concern, word) in all.iter().zip(["campaign 7", "\"Tea\"", "1000000", "association 8"]) {
        assert!(concern.what.contains(word) && !concern.fix.is_empty(), "{concern:?}");
    }
    assert_eq!(concerns(&paris("ballot = 1\n"), &charter(), STORE, NOW), []);
    let end = charter().campaign(CAMPAIGN).unwrap().end;
    assert!(concerns(&paris("ballot = 1\n"), &charter(), STORE, end)[0].what.contains("was over on"));
    assert!(concerns(&paris("ballot = 1\nmax_points = 4\n"), &charter(), STORE, NOW)[0].fix.contains("max_points = 5"));
    let voucher = "[[earn.voucher]]\nname = \"Tea\"\noffer = 1\n";
    let closed = changed(|body| {
        body.offers = edited(&body.offers, |offer| offer.closed = true);
        body.associations = edited(&body.associations, |association| association.closed = true);
    });
    assert!(concerns(&paris(voucher), &closed, STORE, NOW)[0].what.contains("is closed"));
    let pledge = "[pledge]\nassociation = 1\nper_mille = 10\n";
    assert!(concerns(&paris(pledge), &closed, STORE, NOW)[0].what.contains("takes no more gifts"));
    let not_ours = changed(|body| {
        body.offers = edited(&body.offers, |offer| offer.issuers = Bounded::new(vec![StoreId(2)]).unwrap());
    });
    assert!(concerns(&paris(voucher), &not_ours, STORE, NOW)[0].what.contains("may not issue"));
}

/// EARN-10.
#[test]
fn a_basket_gives_to_the_association_of_its_month_in_paris() {
    let text = "[pledge]\nassociation = 1\nper_mille = 10\n[[pledge.month]]\nmonth = \"2026-12\"\nassociation = 2\n";
    let rules = paris(text);
    let (earn, pledge) = (rules.earn.unwrap(), rules.pledge.unwrap());
    let to = |time: &str| pledge.association_on(Moment::new(at(time), &earn.zone).date).0;
    assert_eq!((to("2026-11-30T22:59:59Z"), to("2026-11-30T23:00:00Z")), (1, 2));
    assert_eq!((to("2026-12-31T22:59:59Z"), to("2026-12-31T23:00:00Z")), (2, 1));
    assert_eq!((pledge.at, gathers(&pledge, 4210)), (180, 42_100));
}

/// EARN-11.
#[test]
fn the_sum_that_began_first_is_given_first_and_what_is_left_over_stays() {
    let value = |cents, points| changed(|body| body.point_value = PointValue { cents, points });
    let (one, unknown) = (AssociationId(1), AssociationId(3));
    let tell = |gathered: &[(AssociationId, u64)], charter: &Charter| {
        choose(gathered, one, STORE, charter).map(|choice| choice.map(|c| (c.association.0, c.points.0, c.taken)))
    };
    // A point is worth two cents: 4999 thousandths of a cent are two points and 999 left over.
    assert_eq!(tell(&[(one, 4_999)], &value(2, 1)), Ok(Some((1, 2, 4_000))));
    // Three points are worth ten cents: what is taken is rounded up.
    assert_eq!(tell(&[(one, 4_000)], &value(10, 3)), Ok(Some((1, 1, 3_334))));
    assert_eq!(tell(&[(one, 999)], &value(1, 1)), Ok(None));
    assert_eq!(tell(&[], &value(1, 1)), Ok(None));
    // What gathered for one that the charter does not know goes to that of today.
    assert_eq!(tell(&[(unknown, 5_000), (one, 9_000)], &value(1, 1)), Ok(Some((1, 5, 5_000))));
    let closed = changed(|body| body.associations = edited(&body.associations, |known| known.closed = true));
    assert_eq!(tell(&[(unknown, 5_000), (one, 9_000)], &closed), Err(unknown));
    let small = changed(|body| body.stores = edited(&body.stores, |store| store.daily_limit = Points(7)));
    assert_eq!(tell(&[(one, 9_000)], &small), Ok(Some((1, 3, 3_000))), "half of what may be issued in a day");
}

#[test]
fn days_weeks_and_months_are_those_of_the_shop() {
    let paris = zone("Europe/Paris").unwrap();
    let span = |period: Period, time: &str| period.around(at(time), &paris);
    let hours = |span: std::ops::Range<u64>| (span.end - span.start) / 3600;
    assert_eq!(hours(span(Period::Day, "2026-03-29T12:00:00Z")), 23);
    assert_eq!(hours(span(Period::Day, "2026-10-25T12:00:00Z")), 25);
    assert_eq!(hours(span(Period::Day, "2026-06-05T12:00:00Z")), 24);
    assert_eq!(span(Period::Day, "2026-06-05T22:00:00Z").start, at("2026-06-05T22:00:00Z"));
    // Monday 1 June 2026, and Sunday.
    for time in ["2026-05-31T22:00:00Z", "2026-06-05T12:00:00Z", "2026-06-07T21:59:59Z"] {
        assert_eq!(span(Period::Week, time), at("2026-05-31T22:00:00Z")..at("2026-06-07T22:00:00Z"), "{time}");
    }
    assert_eq!(span(Period::Month, "2026-02-28T23:30:00Z").start, at("2026-02-28T23:00:00Z"), "it is March");
    assert_eq!(hours(span(Period::Month, "2026-03-10T00:00:00Z")), 31 * 24 - 1);
    assert_eq!(NOW % DAY, 0);
}

/// Any rate, with and without bonuses and a most.
fn any_rules() -> impl Strategy<Value = (Rules, Rules)> {
    let bonuses = proptest::collection::vec((101_u64..=10_000, 0_u16..24, 1_u16..=24), 0..4);
    (1_u64..=1000, 1_u64..=1000, bonuses, proptest::option::of(1_u64..100_000)).prop_map(
        |(points, cents, bonuses, most)| {
            let write = |most: Option<u64>| {
                let most = most.map_or_else(String::new, |most| format!("max_points = {most}\n"));
                let bonuses: String = bonuses
                    .iter()
                    .enumerate()
                    .filter(|(_, (_, from, to))| from != to)
                    .map(|(number, (percent, from, to))| {
                        format!(
                            "[[earn.bonus]]\nname = \"b{number}\"\npercent = {percent}\nfrom = \"{from:02}:00\"\n\
                             to = \"{to:02}:00\"\n"
                        )
                    })
                    .collect();
                let voucher = "[[earn.voucher]]\nname = \"v\"\noffer = 1\nmin_cents = 2000\n";
                rules(&format!(
                    "[earn]\npoints = {points}\ncents = {cents}\nzone = \"Europe/Paris\"\nballot = 1\n{most}{bonuses}{voucher}"
                ))
            };
            (write(most), write(None))
        },
    )
}

fn vouchers(earned: &Earned) -> u64 {
    earned.terms.vouchers.iter().map(|voucher| u64::from(voucher.count)).sum()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// EARN-2, EARN-3, EARN-5.
    #[test]
    fn laws_of_every_basket(
        (rules, uncapped) in any_rules(),
        cents in proptest::collection::vec(0_u64..1_000_000, 1..6),
        more in 0_u64..1000,
        hour in 0_u64..24 * 366,
    ) {
        let (charter, given, now) = (charter(), Given::default(), NOW + hour * 3600);
        let of = |rules: &Rules, cents: u64| earned_by(rules, cents, now, &charter, &given);
        let whole: u64 = cents.iter().sum();
        let all = of(&rules, whole);
        let free = of(&uncapped, whole);
        let earn = rules.earn.as_ref().unwrap();
        // A larger basket never earns less of anything.
        let larger = of(&rules, whole + more);
        prop_assert!(larger.terms.points >= all.terms.points && vouchers(&larger) >= vouchers(&all));
        prop_assert!(larger.terms.ballot.is_some() || all.terms.ballot.is_none());
        // Never more than the most, and the same below it.
        let most = earn.max_points.map_or(Points(u64::MAX), |most| most.is);
        prop_assert_eq!(all.terms.points, free.terms.points.min(most));
        // Exactly one bonus counts: the best of those that hold.
        let best = earn.bonuses.iter().filter(|bonus| bonus.times.hold(all.moment)).map(|bonus| bonus.percent).max();
        let exact = u128::from(whole) * u128::from(earn.points) * u128::from(best.unwrap_or(100));
        prop_assert_eq!(u128::from(free.terms.points.0), exact / (u128::from(earn.cents) * 100));
        // Divided, it earns no more points than whole without a most; and loses less than one for each piece.
        let pieces: Vec<Earned> = cents.iter().map(|cents| of(&rules, *cents)).collect();
        let free_pieces: u64 = cents.iter().map(|cents| of(&uncapped, *cents).terms.points.0).sum();
        let sum: u64 = pieces.iter().map(|piece| piece.terms.points.0).sum();
        prop_assert!(sum <= free.terms.points.0);
        prop_assert!(free_pieces + u64::try_from(cents.len()).unwrap() > free.terms.points.0);
        // Thresholds count baskets: as many as have what they ask for.
        let came: u64 = pieces.iter().map(vouchers).sum();
        prop_assert!(came <= whole / 2000);
        let ballots = u64::try_from(pieces.iter().filter(|piece| piece.terms.ballot.is_some()).count()).unwrap();
        prop_assert!(ballots <= sum / 5);
        // What comes out can be granted, if it is anything and within the limit of a day.
        if all.terms.points > Points::ZERO && all.terms.points <= Points(1_000_000) {
            prop_assert!(all.terms.check(STORE, now.min(NOW + 200 * DAY), &charter).is_ok() || now > NOW + 200 * DAY);
        }
    }

    /// EARN-10, EARN-11.
    #[test]
    fn a_pledge_never_gives_more_than_gathered(
        sums in proptest::collection::vec(0_u64..10_000_000, 1..40),
        cents in 1_u64..50,
        for_points in 1_u64..50,
    ) {
        let value = PointValue { cents, points: for_points };
        let charter = changed(|body| body.point_value = value);
        let (mut gathered, mut given, mut took) = (0_u64, 0_u64, 0_u64);
        for sum in &sums {
            gathered += sum;
            let one = AssociationId(1);
            if let Some(choice) = choose(&[(one, gathered)], one, STORE, &charter).unwrap() {
                prop_assert!(choice.taken <= gathered && choice.points > Points::ZERO);
                gathered -= choice.taken;
                given += choice.points.0;
                took += choice.taken;
            }
        }
        let whole: u64 = sums.iter().sum();
        prop_assert_eq!(took + gathered, whole);
        // In thousandths of a cent: what was given is worth no more than what was taken for it.
        prop_assert!(u128::from(given) * u128::from(cents) * 1000 <= u128::from(took) * u128::from(for_points));
        // And what is left is less than a point, unless half of a day's limit was in the way.
        prop_assert!(worth(gathered, value) == Points::ZERO || given >= 500_000);
    }
}

proptest! {
    /// BASKET-3: a basket is promised what it would earn if it were paid in money, and less is never more.
    #[test]
    fn what_is_quoted_is_what_is_reckoned(cents in 0..2_000_000_u64, less in 0..2_000_000_u64, most in 1..30_000_u64, asked in 0..3_u16) {
        let rules = rules(&format!(
            "[earn]\npoints = 3\ncents = 250\nzone = \"Europe/Paris\"\nmax_points = {most}\nballot = 1\n\
             [[earn.bonus]]\nname = \"b\"\npercent = 150\n\
             [[earn.voucher]]\nname = \"v\"\noffer = 1\ncount = 2\nmin_cents = 5000\n\
             [[earn.voucher]]\nname = \"none\"\noffer = 9\n"
        ));
        let (charter, given) = (charter(), Given::default());
        let vouchers = if asked == 0 { vec![] } else { vec![VoucherCount { offer: VOUCHER, count: asked }] };
        let extra = GrantTerms { vouchers: Bounded::new(vouchers).unwrap(), ..nothing() };
        let earn = rules.earn.as_ref();
        let quoted = quote(earn, &extra, STORE, NOW, (&charter, &given));
        let by_rules = reckon(earn.unwrap(), cents, &extra, STORE, NOW, (&charter, &given));
        prop_assert_eq!(quoted.quote.terms(Cents(cents)), by_rules.terms);
        prop_assert_eq!(quoted.bonus, by_rules.bonus);
        let smaller = quoted.quote.terms(Cents(cents.saturating_sub(less)));
        prop_assert!(smaller.points <= quoted.quote.terms(Cents(cents)).points);
    }
}
