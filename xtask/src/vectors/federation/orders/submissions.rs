//! What a wallet hands to a store, and which orders exclude one another.

use ronde_protocol::message::{
    ids::{KeysetId, Reference, StoreId, WitnessIndex},
    order::{Column, Order, Purpose, SignedOrder, Submission},
};
use ronde_vectors::file::Test;
use serde_json::json;

use super::{
    super::{
        coins::{body, by_coins, by_store, column, earn, points, redeem},
        world::{FOUR, World, list, shown},
    },
    About, PLEDGE, invalid, named,
};
use crate::vectors::case::{Case, case};

fn submitted(world: &World, signed: &SignedOrder, by: &[u8]) -> Submission {
    let columns =
        by.iter().map(|index| Column { index: WitnessIndex(*index), components: column(world, &signed.order, *index) });
    Submission { signed: signed.clone(), columns: list(columns) }
}

/// Submissions to a store of a federation of four.
pub fn tests() -> Vec<Result<Test, String>> {
    let world = World::new(&FOUR);
    let mut tests = accepted(&world);
    tests.extend(wrong_columns(&world));
    tests.extend(order_of_checks(&world));
    tests
}

fn of(world: &World, (slug, rule, comment): About<'_>, submission: &Submission) -> Case {
    let input = json!({"charters": world.shown(), "submission": shown(submission)});
    case("submission", slug, rule, comment, input)
}

/// A payment with columns of all, which are then changed.
fn columns(world: &World, slug: &str, comment: &str, change: fn(&mut Vec<Column>)) -> Case {
    let good = submitted(world, &paid(world), &[0, 1, 2, 3]);
    let mut columns = good.columns.to_vec();
    change(&mut columns);
    of(world, (slug, "ORDER-29", comment), &Submission { columns: list(columns), ..good })
}

fn paid(world: &World) -> SignedOrder {
    redeem(world, 1, &[(1, points(8)), (2, points(2))], &[(11, points(1))])
}

fn earned(world: &World) -> SignedOrder {
    earn(world, 1, "submitted", &[(11, points(1))])
}

fn accepted(world: &World) -> Vec<Result<Test, String>> {
    let with = |slug, comment, by: &[u8]| {
        of(world, (slug, "ORDER-29", comment), &submitted(world, &paid(world), by)).has(json!({"columns": by}))
    };
    let none =
        of(world, ("no-columns", "ORDER-29", "None: it can still be checked."), &submitted(world, &paid(world), &[]));
    let earn = ("earn", "ORDER-29", "An order without inputs has no columns.");
    let zeros = |columns: &mut Vec<Column>| {
        columns[1].components = list([1, 2].map(|_| ronde_protocol::crypto::group::PointBytes([0; 32])));
    };
    vec![
        with("all-columns", "Columns of all four witnesses.", &[0, 1, 2, 3]),
        with("three-columns", "Columns of a quorum.", &[0, 2, 3]),
        none.flag("boundary").has(json!({"columns": []})),
        of(world, earn, &submitted(world, &earned(world), &[])).has(json!({"columns": []})),
        columns(world, "components-of-zeros", "Components are not decoded here.", zeros)
            .flag("identity")
            .has(json!({"columns": [0, 1, 2, 3]})),
    ]
}

fn wrong_columns(world: &World) -> Vec<Result<Test, String>> {
    let columns = |slug, comment, change| columns(world, slug, comment, change);
    let wrong = || invalid("columns");
    let nothing = Column { index: WitnessIndex(0), components: list([]) };
    vec![
        columns("columns-unsorted", "Two columns exchanged.", |columns| columns.swap(0, 1))
            .flag("sorted")
            .refused(wrong()),
        columns("column-twice", "One witness twice.", |columns| columns[1] = columns[0].clone())
            .flag("sorted")
            .refused(wrong()),
        columns("column-of-nobody", "A column of index 4.", |columns| columns[3].index = WitnessIndex(4))
            .flag("boundary")
            .refused(wrong()),
        columns("component-missing", "One component for two inputs.", |columns| {
            columns[2].components = list([columns[2].components[0]]);
        })
        .refused(wrong()),
        columns("component-too-many", "Three components for two inputs.", |columns| {
            let components = columns[2].components.to_vec();
            columns[2].components = list(components.iter().copied().chain([components[0]]));
        })
        .refused(wrong()),
        of(
            world,
            ("earn-with-column", "ORDER-29", "An empty column, where there are no inputs."),
            &Submission { signed: earned(world), columns: list([nothing]) },
        )
        .refused(wrong()),
    ]
}

fn order_of_checks(world: &World) -> Vec<Result<Test, String>> {
    let plain = || body(world, 1, Purpose::Redeem, &[(1, points(8))], &[]);
    let nameless = by_coins(Order { store: StoreId::NONE, ..plain() }, &[1]);
    let by_another = by_coins(plain(), &[2]);
    vec![
        of(
            world,
            ("rule-before-columns", "ORDER-26", "No store is named, and columns are unsorted."),
            &submitted(world, &nameless, &[1, 0]),
        )
        .refused(invalid("store")),
        of(
            world,
            ("columns-before-signature", "ORDER-29", "Columns are unsorted, and another coin signed."),
            &submitted(world, &by_another, &[1, 0]),
        )
        .refused(invalid("columns")),
        of(world, ("bad-signature", "ORDER-27", "Another coin signed."), &submitted(world, &by_another, &[0, 1, 2]))
            .refused(named("bad-signature")),
    ]
}

/// Pairs of orders.
pub fn conflicts(world: &World) -> Vec<Result<Test, String>> {
    let of = |slug, comment, first: &Order, second: &Order, conflict: bool| {
        let input = json!({"first": shown(first), "second": shown(second)});
        case("conflict", slug, "WITNESS-1", comment, input).gives(json!({"conflict": conflict}))
    };
    let paid = |store, from: &[_]| body(world, store, Purpose::Redeem, from, &[]);
    let one = paid(1, &[(1, points(8)), (2, points(4))]);
    let other = paid(2, &[(2, points(4)), (3, points(1))]);
    let earn = |store, grant, to| earn(world, store, grant, &[(to, points(1))]).order;
    let pledge = by_store(body(world, 1, PLEDGE, &[], &[])).order;
    vec![
        of("common-coin", "Both spend coin 2.", &one, &other, true),
        of(
            "common-coin-as-two-kinds",
            "One coin said to be two different things is one coin.",
            &paid(1, &[(1, points(8))]),
            &paid(1, &[(1, points(4))]),
            true,
        ),
        of("no-common-coin", "Payments of different coins.", &one, &paid(2, &[(3, points(1))]), false),
        of("one-order", "An order does not conflict with itself.", &one, &one, false),
        of(
            "two-keysets",
            "One coin key in two keysets is two coins.",
            &one,
            &Order { keyset: KeysetId(2), ..other },
            false,
        ),
        of(
            "common-offer",
            "Two payments may answer one offer.",
            &one,
            &Order { reference: one.reference, ..paid(1, &[(3, points(1))]) },
            false,
        ),
        of(
            "common-grant",
            "Two orders under one reference of one store.",
            &earn(1, "one", 11),
            &earn(1, "one", 12),
            true,
        ),
        of("two-grants", "Two references.", &earn(1, "one", 11), &earn(1, "two", 12), false),
        of(
            "grants-of-two-stores",
            "The same reference of two stores.",
            &earn(1, "one", 11),
            &earn(2, "one", 12),
            false,
        ),
        of(
            "grant-and-pledge",
            "An Earn under a Pledge's reference.",
            &pledge,
            &Order { reference: pledge.reference, ..earn(1, "one", 11) },
            true,
        ),
        of(
            "grant-and-payment",
            "A payment that refers to a grant takes no lock.",
            &earn(1, "one", 11),
            &Order { reference: Reference(earn(1, "one", 11).reference.0), ..paid(1, &[(1, points(8))]) },
            false,
        ),
    ]
}
