//! Charter chains.

mod chain;
mod contents;

use ronde_protocol::message::charter::{CharterBody, SignedCharter};
use ronde_vectors::file::Group;
use serde_json::{Value, json};

use super::world::{NOW, World, shown};
use crate::vectors::case::{Case, case, group};

/// Everything about charters.
pub fn suite() -> Result<Vec<Group>, String> {
    Ok(vec![group("charter-chain", chain::tests().into_iter().chain(contents::tests()))?])
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

fn at(place: usize, error: &str) -> Value {
    json!({"error": error, "at": place})
}
