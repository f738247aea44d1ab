//! What happens to a wallet: moves into a later keyset, and orders of a lost wallet that are adopted.

mod adopted;
mod moved;

use ronde_protocol::{
    crypto::{
        Seed,
        coin::{CoinSecret, derive_coin_secret},
        poprf::coin_hash,
    },
    message::{
        certificate::Certificate,
        class::{Class, Kind},
        evaluation::Evaluation,
        ids::{KeysetId, OrderDigest, Reference, StoreId},
        order::{Input, Order, Purpose},
    },
};
use ronde_vectors::file::Test;
use serde_json::{Value, json};

use super::{
    super::world::{KEYSET, NOW, World, bytes, list, shown},
    earned, outputs_of, seed,
};
use crate::vectors::{case::case, draw};

/// A place of this seed: keyset, device, order number, slot.
type At = (KeysetId, u32, u64, u16);

/// All scripts.
pub fn tests() -> Vec<Result<Test, String>> {
    let world = World::of_years();
    let mut tests = moved::tests(&world);
    tests.extend(adopted::tests(&world));
    tests
}

fn secret(world: &World, (keyset, device, number, slot): At) -> CoinSecret {
    derive_coin_secret(&Seed::new(seed()).for_federation(&world.id().0), keyset.0, device, number, slot)
}

fn input(world: &World, at: At, kind: Kind) -> Input {
    Input { kind, point: secret(world, at).public().encode() }
}

/// An order of coins of this seed, with these outputs of it.
fn spending(world: &World, purpose: Purpose, from: &[(At, Kind)], to: (KeysetId, u32, u64), kinds: &[Kind]) -> Order {
    let mut inputs: Vec<Input> = from.iter().map(|(at, kind)| input(world, *at, *kind)).collect();
    inputs.sort_by_key(|input| input.point);
    let made = outputs_of(world, to.0, to.1, to.2, kinds).into_iter().map(|(output, _)| output);
    let (store, reference, time) = match purpose {
        Purpose::Redeem => (StoreId(2), Reference(draw::bytes("the lost wallet's offer")), NOW),
        _ => (StoreId(0), Reference::NONE, NOW - NOW % 3600),
    };
    Order { purpose, store, reference, time, inputs: list(inputs), outputs: list(made), ..earned(world, 0, &[]) }
}

/// What comes of an order: its certificate, and these witnesses' evaluations.
fn came(world: &World, order: &Order, by: &[(KeysetId, u8)]) -> (Certificate, Vec<Evaluation>) {
    let certificate = world.certificate(KEYSET, &[0, 1, 2], &order.digest());
    (certificate, by.iter().map(|(keyset, index)| world.evaluate(order, *keyset, *index)).collect())
}

fn all(keyset: KeysetId) -> Vec<(KeysetId, u8)> {
    (0..4).map(|index| (keyset, index)).collect()
}

fn listed(evaluations: &[Evaluation]) -> Vec<Value> {
    evaluations.iter().map(shown).collect()
}

/// The step in which an answer comes.
fn answer(digest: &OrderDigest, (certificate, evaluations): &(Certificate, Vec<Evaluation>)) -> Value {
    json!({"answer": {
        "digest": digest, "certificate": shown(certificate), "evaluations": listed(evaluations), "now": NOW,
    }})
}

/// What comes of each step, and the wallet at last.
struct Plays {
    steps: Vec<Value>,
    coins: Vec<Value>,
    open: Vec<Value>,
    numbers: Vec<Value>,
}

fn play(
    world: &World,
    (slug, rule, comment): (&str, &'static str, &str),
    device: u32,
    steps: &[Value],
    plays: &Plays,
) -> Result<Test, String> {
    let steps: Vec<Value> = steps.iter().map(tagged).collect();
    let input = json!({"charters": world.shown(), "seed": bytes(&seed()), "device": device, "steps": steps});
    case("wallet-script", slug, rule, comment, input).gives(json!({
        "steps": plays.steps, "coins": plays.coins, "open": plays.open, "numbers": plays.numbers,
    }))
}

/// A step with its sort among its fields.
fn tagged(step: &Value) -> Value {
    let mut fields = json!({});
    for (sort, with) in step.as_object().into_iter().flatten() {
        fields.clone_from(with);
        fields["step"] = json!(sort);
    }
    fields
}

/// A coin as the wallet has it.
fn coin(
    world: &World,
    (at, kind): (At, Kind),
    components: &[u8],
    unproven: bool,
    bound_by: Option<OrderDigest>,
) -> Value {
    json!({
        "keyset": at.0.0, "device": at.1, "number": at.2, "slot": at.3, "kind": kind,
        "point": bytes(&secret(world, at).public().encode().0), "components": components, "unproven": unproven,
        "bound_by": bound_by,
    })
}

/// A witness's component of a coin of this seed.
fn component(world: &World, at: At, kind: Kind, index: u8) -> Value {
    let tweak = Class { keyset: at.0, kind }.tweak(&world.id());
    let hash = coin_hash(&secret(world, at).public().encode());
    bytes(&world.keys(at.0, index).poprf.evaluate(&tweak, &hash).unwrap().encode().0)
}

fn stands(order: &Order, usable: bool, complete: bool) -> Value {
    json!({"digest": order.digest(), "usable": usable, "complete": complete, "spoiled": 0, "evidence": []})
}

fn open(order: &Order, state: &str, columns: &[u8]) -> Value {
    json!({"digest": order.digest(), "state": state, "columns": columns})
}

fn number(keyset: KeysetId, next: u64) -> Value {
    json!({"keyset": keyset.0, "next": next})
}
