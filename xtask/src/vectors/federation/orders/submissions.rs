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
    let of = |(slug, rule, comment): About<'_>, submission: &Submission| -> Case {
        let input = json!({"charters": world.shown(), "submission": shown(submission)});
        case("submission", slug, rule, comment, input)
    };
    let paid = redeem(&world, 1, &[(1, points(8)), (2, points(2))], &[(11, points(1))]);
    let good = submitted(&world, &paid, &[0, 1, 2, 3]);
    let columns = |slug, comment, change: fn(&mut Vec<Column>)| {
        let mut columns = good.columns.to_vec();
        change(&mut columns);
        of((slug, "ORDER-29", comment), &Submission { columns: list(columns), ..good.clone() })
    };
    let wrong = || invalid("columns");
    let earned = earn(&world, 1, "submitted", &[(11, points(1))]);
    let nothing = Column { index: WitnessIndex(0), components: list([]) };
    let zeros = |columns: &mut Vec<Column>| {
        columns[1].components = list([1, 2].map(|_| ronde_protocol::crypto::group::PointBytes([0; 32])));
    };
    let nameless =
        by_coins(Order { store: StoreId::NONE, ..body(&world, 1, Purpose::Redeem, &[(1, points(8))], &[]) }, &[1]);
    let by_another = by_coins(body(&world, 1, Purpose::Redeem, &[(1, points(8))], &[]), &[2]);
    vec![
        of(("all-columns", "ORDER-29", "Columns of all four witnesses."), &good).valid(),
        of(("three-columns", "ORDER-29", "Columns of a quorum."), &submitted(&world, &paid, &[0, 2, 3])).valid(),
        of(("no-columns", "ORDER-29", "None: it can still be checked."), &submitted(&world, &paid, &[]))
            .flag("boundary")
            .valid(),
        of(("earn", "ORDER-29", "An order without inputs has no columns."), &submitted(&world, &earned, &[])).valid(),
        columns("components-of-zeros", "Components are not decoded here.", zeros).flag("identity").valid(),
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
            ("earn-with-column", "ORDER-29", "An empty column, where there are no inputs."),
            &Submission { signed: earned, columns: list([nothing]) },
        )
        .refused(wrong()),
        of(
            ("rule-before-columns", "ORDER-26", "No store is named, and columns are unsorted."),
            &submitted(&world, &nameless, &[1, 0]),
        )
        .refused(invalid("store")),
        of(
            ("columns-before-signature", "ORDER-29", "Columns are unsorted, and another coin signed."),
            &submitted(&world, &by_another, &[1, 0]),
        )
        .refused(wrong()),
        of(("bad-signature", "ORDER-27", "Another coin signed."), &submitted(&world, &by_another, &[0, 1, 2]))
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
