//! The table of purposes, rule by rule.

use ronde_protocol::message::{
    amount::Points,
    ids::{KeysetId, Reference, StoreId},
    order::{Order, Purpose, pledge_reference},
};
use ronde_vectors::file::Test;
use serde_json::{Value, json};

use super::{
    super::{
        coins::{Numbered, points},
        world::{ASSOCIATION, DAY, MINIMUM, NOW, World, list},
    },
    About, BALLOT, COFFEE, DONATE, PLEDGE, VOTE, invalid, of, signed, with,
};

/// What passes and what breaks a rule.
pub fn tests(world: &World) -> Vec<Result<Test, String>> {
    let mut tests = good(world);
    tests.extend(frame(world));
    tests.extend(kinds(world));
    tests.extend(classes(world));
    tests.extend(sums(world));
    tests.extend(store_and_reference(world));
    tests.extend(ballots(world));
    tests
}

fn good(world: &World) -> Vec<Result<Test, String>> {
    let one = |slug, rule, comment, purpose, from: &[Numbered], to: &[Numbered]| {
        of(world, (slug, rule, comment), &signed(world, purpose, from, to))
    };
    let many: Vec<Numbered> = (1000..1256).map(|number| (number, points(64))).collect();
    let earned = [(11, points(4)), (12, points(1)), (13, BALLOT), (14, COFFEE)];
    vec![
        one("earn", "ORDER-1", "Points alone.", Purpose::Earn, &[], &[(11, points(8)), (12, points(1))])
            .has(moved(0, 9)),
        one(
            "earn-with-everything",
            "ORDER-22",
            "Points, a voucher and a ballot with its minimum of points.",
            Purpose::Earn,
            &[],
            &earned,
        )
        .flag("boundary")
        .has(moved(0, 5)),
        one("earn-voucher-alone", "ORDER-17", "A voucher and no points.", Purpose::Earn, &[], &[(14, COFFEE)])
            .has(moved(0, 0)),
        one("redeem", "ORDER-1", "The whole coin is paid.", Purpose::Redeem, &[(1, points(8))], &[]).has(moved(8, 0)),
        one(
            "redeem-with-change",
            "ORDER-13",
            "8 and 2 in, 4 and 1 out: 5 are paid.",
            Purpose::Redeem,
            &[(1, points(8)), (2, points(2))],
            &[(11, points(4)), (12, points(1))],
        )
        .has(moved(10, 5)),
        one(
            "redeem-of-nothing",
            "ORDER-13",
            "As many points out as in: nothing is paid.",
            Purpose::Redeem,
            &[(1, points(8))],
            &[(11, points(8))],
        )
        .flag("boundary")
        .has(moved(8, 8)),
        one(
            "redeem-voucher",
            "ORDER-18",
            "A voucher and points, change in points.",
            Purpose::Redeem,
            &[(1, points(2)), (2, COFFEE)],
            &[(11, points(1))],
        )
        .has(moved(2, 1)),
        one("redeem-256-inputs", "LIMIT-1", "The most inputs that an order may have.", Purpose::Redeem, &many, &[])
            .flag("boundary")
            .has(moved(256 * 64, 0)),
        one(
            "swap",
            "ORDER-14",
            "4 and 1 against 2, 2 and 1.",
            Purpose::Swap,
            &[(1, points(4)), (2, points(1))],
            &[(11, points(2)), (12, points(2)), (13, points(1))],
        )
        .has(moved(5, 5)),
        one("donate", "ORDER-13", "6 of 8 points are given.", DONATE, &[(1, points(8))], &[(11, points(2))])
            .has(moved(8, 2)),
        one("pledge", "ORDER-21", "Seven points from the store.", PLEDGE, &[], &[]).has(moved(0, 0)),
        one("vote", "ORDER-23", "A ballot for the second choice.", VOTE, &[(1, BALLOT)], &[]).has(moved(0, 0)),
    ]
}

/// Points that go in and come out.
fn moved(points_in: u64, points_out: u64) -> Value {
    json!({"points_in": points_in, "points_out": points_out})
}

fn frame(world: &World) -> Vec<Result<Test, String>> {
    let inputs = |slug, comment, purpose, from: &[Numbered], to: &[Numbered]| {
        of(world, (slug, "ORDER-16", comment), &signed(world, purpose, from, to)).refused(invalid("inputs"))
    };
    let outputs = |slug, comment, purpose, from: &[Numbered], to: &[Numbered]| {
        of(world, (slug, "ORDER-17", comment), &signed(world, purpose, from, to)).refused(invalid("outputs"))
    };
    vec![
        inputs("earn-with-input", "An Earn that spends a coin.", Purpose::Earn, &[(1, points(1))], &[(11, points(1))]),
        inputs("pledge-with-input", "A Pledge that spends a coin.", PLEDGE, &[(1, points(1))], &[]),
        inputs("redeem-without-inputs", "A Redeem of nothing.", Purpose::Redeem, &[], &[]),
        inputs("swap-without-inputs", "A Swap of nothing.", Purpose::Swap, &[], &[]),
        inputs("donate-without-inputs", "A gift of nothing.", DONATE, &[], &[]),
        inputs("vote-without-input", "A vote without a ballot.", VOTE, &[], &[]),
        inputs("vote-with-two-ballots", "Two ballots in one vote.", VOTE, &[(1, BALLOT), (2, BALLOT)], &[]),
        outputs("earn-without-outputs", "An Earn of nothing.", Purpose::Earn, &[], &[]),
        outputs(
            "swap-without-outputs",
            "A Swap that makes nothing, of a voucher: sums alone would not tell.",
            Purpose::Swap,
            &[(1, COFFEE)],
            &[],
        ),
        outputs("pledge-with-output", "A Pledge that makes a coin.", PLEDGE, &[], &[(11, points(1))]),
        outputs("vote-with-output", "A vote that makes a coin.", VOTE, &[(1, BALLOT)], &[(11, points(1))]),
    ]
}

fn kinds(world: &World) -> Vec<Result<Test, String>> {
    let kind = |slug, comment, purpose, from: &[Numbered], to: &[Numbered]| {
        of(world, (slug, "ORDER-18", comment), &signed(world, purpose, from, to)).refused(invalid("kind"))
    };
    vec![
        kind("redeem-ballot", "A ballot pays for nothing.", Purpose::Redeem, &[(1, points(1)), (2, BALLOT)], &[]),
        kind("redeem-for-voucher", "A voucher as change.", Purpose::Redeem, &[(1, points(1))], &[(11, COFFEE)]),
        kind(
            "swap-voucher",
            "A voucher cannot be exchanged.",
            Purpose::Swap,
            &[(1, points(1)), (2, COFFEE)],
            &[(11, points(1))],
        ),
        kind(
            "swap-for-ballot",
            "A ballot out of a Swap.",
            Purpose::Swap,
            &[(1, points(1))],
            &[(11, points(1)), (12, BALLOT)],
        ),
        kind("donate-voucher", "A voucher cannot be given.", DONATE, &[(1, points(1)), (2, COFFEE)], &[]),
    ]
}

fn classes(world: &World) -> Vec<Result<Test, String>> {
    let denomination = |slug, comment, worth| {
        of(world, (slug, "ORDER-10", comment), &signed(world, Purpose::Redeem, &[(1, points(worth))], &[]))
            .refused(invalid("denomination"))
    };
    let elsewhere = |purpose, from: &[Numbered], to: &[Numbered]| {
        with(world, purpose, from, to, |order| {
            let mut outputs = order.outputs.to_vec();
            outputs[0].class.keyset = KeysetId(2);
            order.outputs = list(outputs);
        })
    };
    vec![
        denomination("denomination-0", "A coin of no points.", 0),
        denomination("denomination-3", "No such denomination.", 3),
        denomination("denomination-too-large", "Twice the largest denomination.", 128),
        denomination("denomination-largest-u64", "2^64 - 1 points.", u64::MAX),
        of(
            world,
            ("earn-unknown-denomination", "ORDER-10", "A coin of three points."),
            &signed(world, Purpose::Earn, &[], &[(11, points(3))]),
        )
        .refused(invalid("denomination")),
        of(
            world,
            (
                "sum-beyond-64-bits",
                "ORDER-12",
                "Two coins of 2^64 - 1 points: the keyset has no such coin, so no sum is taken.",
            ),
            &signed(world, Purpose::Redeem, &[(1, points(u64::MAX)), (2, points(u64::MAX))], &[]),
        )
        .flag("overflow")
        .refused(invalid("denomination")),
        of(
            world,
            ("output-of-another-keyset", "ORDER-11", "Redeem: change of keyset 2."),
            &elsewhere(Purpose::Redeem, &[(1, points(2))], &[(11, points(1))]),
        )
        .refused(invalid("output-keyset")),
        of(
            world,
            ("swap-into-an-unknown-keyset", "ORDER-7", "Swap: the charter does not list keyset 2 yet."),
            &elsewhere(Purpose::Swap, &[(1, points(1))], &[(11, points(1))]),
        )
        .refused(json!({"error": "charter-behind"})),
        of(
            world,
            ("earn-in-another-keyset", "ORDER-11", "Earn: a coin of another keyset."),
            &elsewhere(Purpose::Earn, &[], &[(11, points(1))]),
        )
        .refused(invalid("output-keyset")),
    ]
}

fn sums(world: &World) -> Vec<Result<Test, String>> {
    let balance = |slug, rule, comment, purpose, from: &[Numbered], to: &[Numbered]| {
        of(world, (slug, rule, comment), &signed(world, purpose, from, to)).refused(invalid("balance"))
    };
    let pledge = |points| Purpose::Pledge { association: ASSOCIATION, points: Points(points) };
    vec![
        balance(
            "redeem-more-out",
            "ORDER-13",
            "A point more out than in.",
            Purpose::Redeem,
            &[(1, points(4))],
            &[(11, points(4)), (12, points(1))],
        ),
        balance(
            "redeem-voucher-for-change",
            "ORDER-13",
            "A voucher makes no change.",
            Purpose::Redeem,
            &[(1, COFFEE)],
            &[(11, points(1))],
        ),
        balance(
            "donate-more-out",
            "ORDER-13",
            "A gift that makes points.",
            DONATE,
            &[(1, points(1))],
            &[(11, points(2))],
        ),
        balance(
            "swap-less-out",
            "ORDER-14",
            "A Swap that loses a point.",
            Purpose::Swap,
            &[(1, points(4))],
            &[(11, points(2)), (12, points(1))],
        ),
        balance(
            "swap-more-out",
            "ORDER-14",
            "A Swap that makes a point.",
            Purpose::Swap,
            &[(1, points(4))],
            &[(11, points(4)), (12, points(1))],
        ),
        balance("pledge-of-nothing", "ORDER-15", "A Pledge of 0 points.", pledge(0), &[], &[]),
        of(world, ("pledge-of-one", "ORDER-15", "A Pledge of one point."), &signed(world, pledge(1), &[], &[]))
            .flag("boundary")
            .valid(),
    ]
}

fn store_and_reference(world: &World) -> Vec<Result<Test, String>> {
    let purposes: [(&str, Purpose, &[Numbered], &[Numbered]); 6] = [
        ("earn", Purpose::Earn, &[], &[(11, points(1))]),
        ("redeem", Purpose::Redeem, &[(1, points(1))], &[]),
        ("pledge", PLEDGE, &[], &[]),
        ("swap", Purpose::Swap, &[(1, points(1))], &[(11, points(1))]),
        ("donate", DONATE, &[(1, points(1))], &[]),
        ("vote", VOTE, &[(1, BALLOT)], &[]),
    ];
    let mut tests = Vec::new();
    for (at, (name, purpose, from, to)) in purposes.into_iter().enumerate() {
        let (slug, comment, store) = if at < 3 {
            (format!("{name}-without-store"), "No store is named.", 0)
        } else {
            (format!("{name}-with-store"), "A store is named that it does not concern.", 1)
        };
        let signed = with(world, purpose, from, to, |order| order.store = StoreId(store));
        tests.push(of(world, (&slug, "ORDER-19", comment), &signed).refused(invalid("store")));
        if at >= 3 {
            let slug = format!("{name}-with-reference");
            let signed = with(world, purpose, from, to, |order| order.reference = Reference([1; 32]));
            let about = (slug.as_str(), "ORDER-20", "It refers to something.");
            tests.push(of(world, about, &signed).refused(invalid("reference")));
        }
    }
    let pledge = |about: About<'_>, change: fn(&mut Order)| of(world, about, &with(world, PLEDGE, &[], &[], change));
    tests.extend([
        pledge(("pledge-last-second", "ORDER-21", "The last second of the day."), |order| order.time = NOW + DAY - 1)
            .flag("boundary")
            .valid(),
        pledge(("pledge-next-day", "ORDER-21", "A second later it is another day."), |order| order.time = NOW + DAY)
            .flag("boundary")
            .refused(invalid("pledge-day")),
        pledge(("pledge-day-before", "ORDER-21", "The last second of the day before."), |order| order.time = NOW - 1)
            .flag("boundary")
            .refused(invalid("pledge-day")),
        pledge(("pledge-without-reference", "ORDER-21", "Zeros for the day."), |order| {
            order.reference = Reference::NONE
        })
        .refused(invalid("pledge-day")),
        pledge(("pledge-in-1970", "ORDER-28", "Time 0 with its day: no clock is asked here."), |order| {
            (order.time, order.reference) = (0, pledge_reference(0));
        })
        .flag("boundary")
        .valid(),
    ]);
    tests
}

fn ballots(world: &World) -> Vec<Result<Test, String>> {
    let ballot = |slug, comment, to: &[Numbered]| {
        of(world, (slug, "ORDER-22", comment), &signed(world, Purpose::Earn, &[], to)).refused(invalid("ballot"))
    };
    let choice = |slug, comment, kind| {
        of(world, (slug, "ORDER-23", comment), &signed(world, VOTE, &[(1, kind)], &[])).refused(invalid("choice"))
    };
    assert_eq!(MINIMUM, 5);
    vec![
        ballot("ballot-below-minimum", "4 points, where 5 bring a ballot.", &[(11, points(4)), (12, BALLOT)]),
        ballot(
            "ballot-without-points",
            "A ballot and a voucher: vouchers are no points.",
            &[(11, BALLOT), (12, COFFEE)],
        ),
        ballot("two-ballots", "Two ballots with 16 points.", &[(11, points(16)), (12, BALLOT), (13, BALLOT)]),
        choice("vote-with-points", "A point coin cast as a ballot.", points(1)),
        choice("vote-with-voucher", "A voucher cast as a ballot.", COFFEE),
    ]
}
