//! Numbered coins, and orders made of them.

use ronde_protocol::{
    crypto::{
        Entropy, Seed,
        coin::{CoinSecret, derive_blind, derive_coin_secret},
        group::PointBytes,
        poprf::{blind, coin_hash},
        spend::{SpendPurpose, sign},
    },
    message::{
        class::{Class, Kind},
        codec::Bounded,
        ids::{KeysetId, Reference, StoreId},
        order::{Authorization, Input, Order, Output, Purpose, SignedOrder, pledge_reference},
    },
};

use super::world::{KEYSET, NOW, World, list, node_seed};
use crate::vectors::draw;

/// A coin by number: its secret and its blind come from the number, what it is stands beside.
pub type Numbered = (u64, Kind);

/// A point coin.
pub fn points(denomination: u64) -> Kind {
    Kind::Points { denomination }
}

/// The seed of all numbered coins.
fn seed() -> Seed {
    Seed::new(draw::bytes("seed of the numbered coins"))
}

/// A coin's secret.
pub fn coin(number: u64) -> CoinSecret {
    derive_coin_secret(&seed(), KEYSET.0, 0, number, 0)
}

/// A coin as an input.
pub fn input((number, kind): Numbered) -> Input {
    Input { kind, point: coin(number).public().encode() }
}

/// A coin as a blinded output.
pub fn output((number, kind): Numbered) -> Output {
    output_of(KEYSET, (number, kind))
}

/// The same of another keyset.
pub fn output_of(keyset: KeysetId, (number, kind): Numbered) -> Output {
    let factor = derive_blind(&seed(), KEYSET.0, 0, number, 0);
    let blinded = blind(&coin_hash(&coin(number).public().encode()), &factor).encode();
    Output { class: Class { keyset, kind }, blinded }
}

/// A witness's components of an order's inputs, as coins that were issued properly have them.
pub fn column<const MAX: usize>(world: &World, order: &Order, index: u8) -> Bounded<PointBytes, MAX> {
    let key = world.keys(order.keyset, index).poprf;
    list(order.inputs.iter().map(|input| {
        let tweak = Class { keyset: order.keyset, kind: input.kind }.tweak(&world.id());
        key.evaluate(&tweak, &coin_hash(&input.point)).unwrap().encode()
    }))
}

/// An unsigned order of sorted coins.
pub fn body(world: &World, store: u32, purpose: Purpose, from: &[Numbered], to: &[Numbered]) -> Order {
    let mut inputs: Vec<Input> = from.iter().copied().map(input).collect();
    inputs.sort_by_key(|input| input.point);
    let mut outputs: Vec<Output> = to.iter().copied().map(output).collect();
    outputs.sort_by_key(|output| output.blinded);
    let reference = match purpose {
        Purpose::Earn | Purpose::Redeem => Reference(draw::bytes(&format!("reference {store}"))),
        Purpose::Pledge { .. } => pledge_reference(NOW),
        _ => Reference::NONE,
    };
    Order {
        federation: world.id(),
        keyset: KEYSET,
        store: StoreId(store),
        purpose,
        reference,
        time: NOW,
        inputs: list(inputs),
        outputs: list(outputs),
    }
}

/// Signed by the coins with these numbers, in the order of the inputs that they are.
pub fn by_coins(order: Order, numbers: &[u64]) -> SignedOrder {
    let mut secrets: Vec<CoinSecret> = numbers.iter().map(|number| coin(*number)).collect();
    secrets.sort_by_key(|secret| secret.public().encode());
    let keys: Vec<&CoinSecret> = secrets.iter().collect();
    let digest = order.digest();
    let nonce = Entropy::new(draw::bytes(&format!("spend {digest}")));
    let signature = sign(SpendPurpose::Order, &keys, &digest.0, nonce).unwrap();
    SignedOrder { order, authorization: Authorization::Spend(signature) }
}

/// Signed by the store that it debits.
pub fn by_store(order: Order) -> SignedOrder {
    let signature = order.sign_as_store(&node_seed(order.store).node_key());
    SignedOrder { order, authorization: Authorization::Store(signature) }
}

/// An order with inputs, signed by its coins.
pub fn spend(world: &World, store: u32, purpose: Purpose, from: &[Numbered], to: &[Numbered]) -> SignedOrder {
    let numbers: Vec<u64> = from.iter().map(|(number, _)| *number).collect();
    by_coins(body(world, store, purpose, from, to), &numbers)
}

/// A payment at a store.
pub fn redeem(world: &World, store: u32, from: &[Numbered], to: &[Numbered]) -> SignedOrder {
    spend(world, store, Purpose::Redeem, from, to)
}

/// Points against other coins.
pub fn swap(world: &World, from: &[Numbered], to: &[Numbered]) -> SignedOrder {
    spend(world, 0, Purpose::Swap, from, to)
}

/// What a store issues for a grant of this name.
pub fn earn(world: &World, store: u32, grant: &str, to: &[Numbered]) -> SignedOrder {
    let order = body(world, store, Purpose::Earn, &[], to);
    by_store(Order { reference: Reference(draw::bytes(&format!("grant {grant}"))), ..order })
}
