//! Who owes what to whom.

use ronde_protocol::message::{
    amount::Points,
    class::Kind,
    ids::OfferId,
    log::CertifiedOrder,
    order::{Order, Purpose},
};
use ronde_vectors::file::{Group, Test};
use serde_json::{Value, json};

use super::{
    coins::{Numbered, body, earn, points, redeem, spend, swap},
    world::{ASSOCIATION, CAMPAIGN, FOUR, KEYSET, OFFER, ONE, Plan, World, list, shown},
};
use crate::vectors::case::{Case, case, group};

const COFFEE: Kind = Kind::Voucher { offer: OFFER };
const BALLOT: Kind = Kind::Ballot { campaign: CAMPAIGN };

/// Books.
pub fn suite() -> Result<Vec<Group>, String> {
    let world = World::new(&Plan { stores: 3, ..ONE });
    let mut tests = purposes(&world);
    tests.extend(together(&world));
    tests.extend(refused(&world));
    Ok(vec![group("books", tests)?])
}

fn certified(world: &World, order: &Order) -> CertifiedOrder {
    CertifiedOrder { order: order.clone(), certificate: world.certificate(KEYSET, &[0], &order.digest()) }
}

fn raw(world: &World, (slug, rule, comment): (&str, &'static str, &str), certified: &[CertifiedOrder]) -> Case {
    let certified: Vec<Value> = certified.iter().map(shown).collect();
    case("books", slug, rule, comment, json!({"charters": world.shown(), "keyset": KEYSET.0, "certified": certified}))
}

fn of(world: &World, about: (&str, &'static str, &str), orders: &[&Order]) -> Case {
    let all: Vec<CertifiedOrder> = orders.iter().map(|order| certified(world, order)).collect();
    raw(world, about, &all)
}

fn line(account: Value, flows: Value, position: i64) -> Value {
    json!({"account": account, "flows": flows, "position": position})
}

fn store(number: u32) -> Value {
    json!({"store": number})
}

fn gives(case: Case, lines: &[Value]) -> Result<Test, String> {
    case.gives(json!({"accounts": lines}))
}

fn purposes(world: &World) -> Vec<Result<Test, String>> {
    let everything = [(11, points(8)), (12, points(1)), (13, BALLOT), (14, COFFEE)];
    let earned = earn(world, 2, "one", &everything).order;
    let voucher_alone = earn(world, 2, "two", &[(14, COFFEE)]).order;
    let paid = redeem(world, 3, &[(1, points(8)), (2, points(2))], &[(11, points(1))]).order;
    let with_vouchers: [Numbered; 3] = [(1, points(8)), (2, COFFEE), (3, COFFEE)];
    let vouchers = redeem(world, 3, &with_vouchers, &[(11, points(1))]).order;
    let own = redeem(world, 1, &[(2, COFFEE)], &[]).order;
    let nothing = redeem(world, 3, &[(1, points(2))], &[(11, points(2))]).order;
    let donated =
        spend(world, 0, Purpose::Donate { association: ASSOCIATION }, &[(1, points(8))], &[(11, points(2))]).order;
    let pledged = body(world, 2, Purpose::Pledge { association: ASSOCIATION, points: Points(7) }, &[], &[]);
    let swapped = swap(world, &[(1, points(2))], &[(11, points(1)), (12, points(1))]).order;
    let cast = spend(world, 0, Purpose::Vote { campaign: CAMPAIGN, choice: 0 }, &[(1, BALLOT)], &[]).order;
    let association = || json!({"association": 1});
    let pool = || json!("pool");
    vec![
        gives(
            of(world, ("earn", "BOOKS-2", "Points debit the store; ballot and voucher are nothing yet."), &[&earned]),
            &[line(store(2), json!({"issued": 9}), -9), line(pool(), json!({"floated": 9}), 9)],
        ),
        gives(of(world, ("earn-voucher-alone", "BOOKS-2", "Nothing to book."), &[&voucher_alone]), &[]),
        gives(
            of(world, ("redeem", "BOOKS-3", "9 of 10 points are paid."), &[&paid]),
            &[line(store(3), json!({"redeemed": 9}), 9), line(pool(), json!({"returned": 9}), -9)],
        ),
        gives(
            of(
                world,
                ("redeem-with-voucher", "BOOKS-4", "7 points and two vouchers, which store 1 funds."),
                &[&vouchers],
            ),
            &[
                line(store(1), json!({"vouchers_funded": 6}), -6),
                line(store(3), json!({"redeemed": 7, "vouchers_honoured": 6}), 13),
                line(pool(), json!({"returned": 7}), -7),
            ],
        ),
        gives(
            of(
                world,
                ("redeem-own-voucher", "BOOKS-4", "The funder takes its own voucher: both flows, and nothing owed."),
                &[&own],
            ),
            &[line(store(1), json!({"vouchers_funded": 3, "vouchers_honoured": 3}), 0)],
        ),
        gives(
            of(world, ("redeem-of-nothing", "BOOKS-3", "As many points out as in."), &[&nothing]).flag("boundary"),
            &[],
        ),
        gives(
            of(world, ("donate", "BOOKS-5", "6 of 8 points are given."), &[&donated]),
            &[line(association(), json!({"given": 6}), 6), line(pool(), json!({"returned": 6}), -6)],
        ),
        gives(
            of(world, ("pledge", "BOOKS-6", "The store gives; the pool is not touched."), &[&pledged]),
            &[line(store(2), json!({"pledged": 7}), -7), line(association(), json!({"given": 7}), 7)],
        ),
        gives(of(world, ("swap-and-vote", "BOOKS-7", "Neither is booked."), &[&swapped, &cast]), &[]),
        gives(of(world, ("none", "BOOKS-8", "No orders, no accounts."), &[]).flag("boundary"), &[]),
    ]
}

fn together(world: &World) -> Vec<Result<Test, String>> {
    let earned = earn(world, 1, "one", &[(1, points(8)), (2, points(2))]).order;
    let paid = redeem(world, 2, &[(1, points(8))], &[(11, points(1))]).order;
    let rival = redeem(world, 3, &[(1, points(8)), (2, points(2))], &[]).order;
    let other_body = earn(world, 1, "one", &[(12, points(64))]).order;
    let given = spend(world, 0, Purpose::Donate { association: ASSOCIATION }, &[(11, points(1))], &[]).order;
    let pool = || json!("pool");
    let day = [
        line(store(1), json!({"issued": 10}), -10),
        line(store(2), json!({"redeemed": 7}), 7),
        line(json!({"association": 1}), json!({"given": 1}), 1),
        line(pool(), json!({"floated": 10, "returned": 8}), 2),
    ];
    let first = [
        line(store(1), json!({"issued": 10}), -10),
        line(store(2), json!({"redeemed": 7}), 7),
        line(pool(), json!({"floated": 10, "returned": 7}), 3),
    ];
    let four = World::new(&FOUR);
    let [by_some, by_others] = [&[0, 1, 2], &[1, 2, 3]].map(|by| {
        let order = earn(&four, 1, "one", &[(1, points(8))]).order;
        CertifiedOrder { certificate: four.certificate(KEYSET, by, &order.digest()), order }
    });
    vec![
        gives(
            of(world, ("a-day", "BOOKS-8", "Earned, paid, given: positions sum to zero."), &[&earned, &paid, &given]),
            &day,
        ),
        gives(
            of(
                world,
                ("a-day-with-repeats", "BOOKS-1", "Every order twice: booked once."),
                &[&earned, &earned, &paid, &given, &paid, &given],
            ),
            &day,
        ),
        gives(
            of(
                world,
                ("contradicting-orders", "BOOKS-11", "Two payments of coin 1 were certified: the first is booked."),
                &[&earned, &paid, &rival],
            ),
            &first,
        ),
        gives(
            of(
                world,
                ("contradicting-grants", "BOOKS-11", "Two bodies under one grant were certified: the first is booked."),
                &[&earned, &other_body, &paid],
            ),
            &first,
        ),
        gives(
            raw(
                &four,
                ("certified-by-others", "BOOKS-1", "One order with two certificates: booked once."),
                &[by_some, by_others],
            ),
            &[line(store(1), json!({"issued": 8}), -8), line(pool(), json!({"floated": 8}), 8)],
        ),
    ]
}

fn refused(world: &World) -> Vec<Result<Test, String>> {
    let earned = earn(world, 1, "one", &[(1, points(8))]).order;
    let other = earn(world, 1, "two", &[(2, points(8))]).order;
    let unknown = redeem(world, 2, &[(1, Kind::Voucher { offer: OfferId(9) })], &[]).order;
    let more_out = redeem(world, 2, &[(1, points(1))], &[(11, points(2))]).order;
    let pledge = |store, points| {
        body(world, store, Purpose::Pledge { association: ASSOCIATION, points: Points(points) }, &[], &[])
    };
    let stolen = CertifiedOrder { order: other.clone(), ..certified(world, &earned) };
    let mut none = certified(world, &earned);
    none.certificate.votes = list([]);
    let at = |error: &str, at: usize| json!({"error": error, "at": at});
    vec![
        of(world, ("unknown-offer", "BOOKS-9", "A voucher that the charter does not know."), &[&earned, &unknown])
            .refused(at("unknown-offer", 1)),
        of(world, ("more-out-than-in", "BOOKS-3", "A certified Redeem that makes points is no line."), &[&more_out])
            .refused(at("overflow", 0)),
        of(
            world,
            ("flow-overflows", "BOOKS-10", "Two Pledges of 2^64 - 1 points to one association."),
            &[&pledge(1, u64::MAX), &pledge(2, u64::MAX)],
        )
        .flag("overflow")
        .refused(at("overflow", 1)),
        raw(world, ("certificate-of-another-order", "CERT-2", "A certificate of another order."), &[stolen])
            .refused(at("other-order", 0)),
        raw(
            world,
            ("certificate-without-votes", "CERT-3", "A certificate of no votes."),
            &[certified(world, &other), none],
        )
        .refused(at("vote-count", 1)),
    ]
}
