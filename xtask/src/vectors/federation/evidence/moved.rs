//! Logs of two keysets, of which points moved from one into the other.

use ronde_protocol::message::{ids::KeysetId, log::LogEntry, order::Order};
use ronde_vectors::file::Test;
use serde_json::{Value, json};

use super::super::{
    coins::{Numbered, earn, points, redeem},
    orders::moves::moving,
    world::{KEYSET, LATER, LATEST, World, shown},
};
use crate::vectors::case::{Case, case};

fn log(world: &World, keyset: KeysetId, index: u8, orders: &[&Order]) -> Value {
    let entries: Vec<LogEntry> = orders.iter().map(|order| LogEntry::Certified(world.certified(order))).collect();
    let head = world.head_of(keyset, index, &entries);
    let entries: Vec<Value> = entries.iter().map(shown).collect();
    json!({"head": shown(&head), "entries": entries, "heads": []})
}

/// The same orders in the logs of so many witnesses.
fn logs(world: &World, keyset: KeysetId, witnesses: u8, orders: &[&Order]) -> Value {
    let logs: Vec<Value> = (0..witnesses).map(|index| log(world, keyset, index, orders)).collect();
    json!({"keyset": keyset.0, "logs": logs})
}

fn of(world: &World, (slug, comment): (&str, &str), earlier: &Value, later: &Value) -> Case {
    let input = json!({"charters": world.shown(), "earlier": earlier, "later": later});
    case("audit-moved", slug, "BOOKS-24", comment, input)
}

/// What moves, and what is more than there was.
pub fn tests() -> Vec<Result<Test, String>> {
    let world = World::of_years();
    let twelve: [Numbered; 2] = [(1, points(8)), (2, points(4))];
    let earned = earn(&world, 1, "one", &twelve).order;
    let shift = |spent: &[Numbered], to: &[(KeysetId, Numbered)]| moving(&world, KEYSET, spent, to).order;
    let all = shift(&twelve, &[(LATER, (11, points(8))), (LATER, (12, points(4)))]);
    let eight = shift(&twelve[..1], &[(LATER, (11, points(8)))]);
    let forged = shift(&[(9, points(16))], &[(LATER, (13, points(16)))]);
    let elsewhere = shift(&twelve[1..], &[(LATEST, (12, points(4)))]);
    let paid = redeem(&world, 2, &twelve[1..], &[]).order;
    let (x, y) = (KEYSET, LATER);
    let in_x = |orders: &[&Order]| logs(&world, x, 4, orders);
    let in_y = |orders: &[&Order]| logs(&world, y, 4, orders);
    let well = || json!({"breach": null});
    let wrong = |came: u64, left: i64| json!({"breach": {"came": came, "left": left}});
    let last = "12 points were earned and moved: not one more than there was.";
    let cheat = "16 points came of a coin that nobody was issued.";
    let spent = "4 of 12 points were paid in the earlier keyset, and 12 came.";
    let gone = "4 of 12 points went into a third keyset, and 12 came.";
    let behind = "The earlier keyset's logs do not have the move yet: what came counts all the same.";
    let few = "Two of four logs of the earlier keyset: nothing can be said.";
    let three = "n - f logs of it are enough.";
    vec![
        of(&world, ("all-moved", last), &in_x(&[&earned, &all]), &in_y(&[&all])).flag("boundary").gives(well()),
        of(&world, ("some-moved", "8 of 12 points."), &in_x(&[&earned, &eight]), &in_y(&[&eight])).gives(well()),
        of(&world, ("nothing-moved", "Nothing came."), &in_x(&[&earned]), &in_y(&[])).gives(well()),
        of(&world, ("not-in-the-earlier-logs", behind), &in_x(&[&earned]), &in_y(&[&all])).gives(well()),
        of(&world, ("forged", cheat), &in_x(&[&earned, &forged]), &in_y(&[&forged])).flag("liar").gives(wrong(16, 12)),
        of(&world, ("paid-and-moved", spent), &in_x(&[&earned, &paid]), &in_y(&[&all]))
            .flag("liar")
            .gives(wrong(12, 8)),
        of(&world, ("moved-elsewhere-too", gone), &in_x(&[&earned, &elsewhere]), &in_y(&[&all]))
            .flag("liar")
            .gives(wrong(12, 8)),
        of(&world, ("of-nothing", "Nothing was issued at all."), &in_x(&[]), &in_y(&[&eight]))
            .flag("liar")
            .gives(wrong(8, 0)),
        of(&world, ("too-few-logs", few), &logs(&world, x, 2, &[&earned]), &in_y(&[&forged])).gives(well()),
        of(&world, ("three-logs", three), &logs(&world, x, 3, &[&earned]), &in_y(&[&forged]))
            .flag("boundary")
            .gives(wrong(16, 12)),
        of(&world, ("no-such-keyset", "No such keyset."), &json!({"keyset": 9, "logs": []}), &in_y(&[]))
            .refused(json!({"error": "unknown-keyset"})),
    ]
}
