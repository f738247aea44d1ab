//! Orders: every purpose, and every way to be refused that needs no state.

mod elements;
pub mod moves;
mod names;
mod rules;
mod signatures;
mod submissions;

use ronde_protocol::message::{
    amount::Points,
    class::Kind,
    order::{Order, Purpose, SignedOrder},
};
use ronde_vectors::file::Group;
use serde_json::{Value, json};

use super::{
    coins::{Numbered, body, by_coins, by_store},
    world::{ASSOCIATION, CAMPAIGN, OFFER, ONE, World, shown},
};
use crate::vectors::case::{Case, case, group};

const DONATE: Purpose = Purpose::Donate { association: ASSOCIATION };
const PLEDGE: Purpose = Purpose::Pledge { association: ASSOCIATION, points: Points(7) };
const VOTE: Purpose = Purpose::Vote { campaign: CAMPAIGN, choice: 1 };
const BALLOT: Kind = Kind::Ballot { campaign: CAMPAIGN };
const COFFEE: Kind = Kind::Voucher { offer: OFFER };

/// Orders, submissions, and which orders exclude one another.
pub fn suite() -> Result<Vec<Group>, String> {
    let world = World::new(&ONE);
    let mut tests = rules::tests(&world);
    tests.extend(names::tests(&world));
    tests.extend(signatures::tests(&world));
    tests.extend(elements::tests(&world));
    tests.extend(moves::tests());
    Ok(vec![
        group("order", tests)?,
        group("submission", submissions::tests())?,
        group("conflict", submissions::conflicts(&world))?,
    ])
}

/// What a test is called, shows and says.
type About<'a> = (&'a str, &'static str, &'a str);

/// An order as it came.
fn of(world: &World, (slug, rule, comment): About<'_>, signed: &SignedOrder) -> Case {
    case("order", slug, rule, comment, json!({"charters": world.shown(), "signed": shown(signed)}))
}

/// An order of a purpose, signed by whom it has to be.
fn signed(world: &World, purpose: Purpose, from: &[Numbered], to: &[Numbered]) -> SignedOrder {
    with(world, purpose, from, to, |_| {})
}

/// The same after a change that is signed too.
fn with(
    world: &World,
    purpose: Purpose,
    from: &[Numbered],
    to: &[Numbered],
    change: impl FnOnce(&mut Order),
) -> SignedOrder {
    let store = u32::from(matches!(purpose, Purpose::Earn | Purpose::Redeem | Purpose::Pledge { .. }));
    let mut order = body(world, store, purpose, from, to);
    change(&mut order);
    match purpose {
        Purpose::Earn | Purpose::Pledge { .. } => by_store(order),
        // Where there must be inputs and are none, nobody can sign: some signature stands there.
        _ if from.is_empty() => by_coins(order, &[99]),
        _ => by_coins(order, &from.iter().map(|(number, _)| *number).collect::<Vec<_>>()),
    }
}

fn invalid(rule: &str) -> Value {
    json!({"error": "invalid", "rule": rule})
}

fn named(error: &str) -> Value {
    json!({"error": error})
}
