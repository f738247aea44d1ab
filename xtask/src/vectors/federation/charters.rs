//! Charter chains.

mod chain;
mod changes;
mod contents;
mod forks;
mod stewards;

use ronde_protocol::message::{
    charter::{CharterBody, SignedCharter},
    codec::Bounded,
};
use ronde_vectors::file::{Group, Test};
use serde_json::{Value, json};

use super::world::{NOW, ONE, World, shown};
use crate::vectors::case::{Case, case, group};

/// Everything about charters.
pub fn suite() -> Result<Vec<Group>, String> {
    let world = World::new(&ONE);
    let mut tests = chain::tests(&world);
    tests.extend(stewards::tests(&world));
    tests.extend(forks::tests(&world));
    tests.extend(contents::tests());
    tests.extend(changes::tests(&world));
    Ok(vec![group("charter-chain", tests)?])
}

/// What a test is called, shows and says.
type About<'a> = (&'a str, &'static str, &'a str);

fn question(about: About<'_>, input: Value) -> Case {
    let (slug, rule, comment) = about;
    case("charter-chain", slug, rule, comment, input)
}

/// A chain, and nothing beside.
fn of(about: About<'_>, chain: &[&SignedCharter]) -> Case {
    let chain: Vec<Value> = chain.iter().map(|signed| shown(*signed)).collect();
    question(about, json!({"federation": null, "chain": chain, "twins": [], "now": NOW}))
}

/// A version after the newest of a world, changed and signed.
fn next(world: &World, by: &[u8], change: impl FnOnce(&mut CharterBody)) -> SignedCharter {
    let mut body = world.next();
    change(&mut body);
    super::world::sign(body, by)
}

/// It is good, this version of the chain holds, and orders are issued under it, or not.
fn holds(case: Case, version: u64, issuing: bool) -> Result<Test, String> {
    case.has(json!({"version": version, "issuing": issuing}))
}

fn at(place: usize, error: &str) -> Value {
    json!({"error": error, "at": place})
}

/// A list with one item changed.
fn edit<T: Clone, const MAX: usize>(items: &mut Bounded<T, MAX>, place: usize, change: impl FnOnce(&mut T)) {
    let mut edited = items.to_vec();
    change(&mut edited[place]);
    *items = super::world::list(edited);
}
