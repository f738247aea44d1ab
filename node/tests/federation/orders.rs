//! Orders made by hand out of numbered coins, whose components come from the witnesses' own keys.

use ronde_protocol::crypto::coin::{CoinSecret, derive_blind, derive_coin_secret};
use ronde_protocol::crypto::poprf::{blind, coin_hash};
use ronde_protocol::crypto::spend::{SpendPurpose, sign};
use ronde_protocol::crypto::{Entropy, Seed};
use ronde_protocol::message::amount::Points;
use ronde_protocol::message::class::{Class, Kind};
use ronde_protocol::message::ids::{KeysetId, Reference, StoreId, WitnessIndex};
use ronde_protocol::message::order::{
    Authorization, Column, Columns, Input, Order, Output, Purpose, Seconds, SignedOrder, pledge_reference,
};
use ronde_protocol::message::vote::Vote;
use ronde_protocol::message::wire::VoteRequest;

use crate::federation_support::{ASSOCIATION, Federation, KEYSET, NOW, list};

/// A coin of so many points, by number.
pub type Coin = (u64, u64);

fn secret(number: u64) -> CoinSecret {
    derive_coin_secret(&Seed::new([0xc0; 32]), KEYSET.0, 0, number, 0)
}

fn output((number, denomination): Coin) -> Output {
    let factor = derive_blind(&Seed::new([0xc0; 32]), KEYSET.0, 0, number, 0);
    let blinded = blind(&coin_hash(&secret(number).public().encode()), &factor).encode();
    Output { class: Class { keyset: KEYSET, kind: Kind::Points { denomination } }, blinded }
}

fn body(federation: &Federation, store: u32, purpose: Purpose, reference: Reference) -> Order {
    Order {
        federation: federation.id(),
        keyset: KEYSET,
        store: StoreId(store),
        purpose,
        reference,
        time: NOW,
        inputs: list([]),
        outputs: list([]),
    }
}

fn with_outputs(order: Order, to: &[Coin]) -> Order {
    let mut outputs: Vec<Output> = to.iter().copied().map(output).collect();
    outputs.sort_by_key(|output| output.blinded);
    Order { outputs: list(outputs), ..order }
}

/// An order signed by the coins that it spends. Store 0 for none.
pub fn spend(federation: &Federation, store: u32, purpose: Purpose, from: &[Coin], to: &[Coin]) -> SignedOrder {
    let reference = if store == 0 { Reference::NONE } else { Reference([9; 32]) };
    pay(federation, store, purpose, reference, from, to)
}

/// The same for an offer of a till.
pub fn pay(
    federation: &Federation,
    store: u32,
    purpose: Purpose,
    reference: Reference,
    from: &[Coin],
    to: &[Coin],
) -> SignedOrder {
    let mut inputs: Vec<Input> = from
        .iter()
        .map(|(number, denomination)| {
            let kind = Kind::Points { denomination: *denomination };
            Input { kind, point: secret(*number).public().encode() }
        })
        .collect();
    inputs.sort_by_key(|input| input.point);
    let order = Order { inputs: list(inputs), ..with_outputs(body(federation, store, purpose, reference), to) };
    by_coins(order, from)
}

/// Signed by the coins that it spends.
fn by_coins(order: Order, from: &[Coin]) -> SignedOrder {
    let mut secrets: Vec<CoinSecret> = from.iter().map(|(number, _)| secret(*number)).collect();
    secrets.sort_by_key(|secret| secret.public().encode());
    let keys: Vec<&CoinSecret> = secrets.iter().collect();
    let signature = sign(SpendPurpose::Order, &keys, &order.digest().0, Entropy::new([5; 32])).unwrap();
    SignedOrder { order, authorization: Authorization::Spend(signature) }
}

/// Points against other coins of the same sum.
pub fn swap(federation: &Federation, from: &[Coin], to: &[Coin]) -> SignedOrder {
    spend(federation, 0, Purpose::Swap, from, to)
}

/// Points that move into another keyset as coins of as many.
pub fn moving(federation: &Federation, into: KeysetId, from: &[Coin], to: &[Coin]) -> SignedOrder {
    let mut order = swap(federation, from, to).order;
    let mut outputs = order.outputs.into_vec();
    outputs.iter_mut().for_each(|output| output.class.keyset = into);
    order.outputs = list(outputs);
    by_coins(order, from)
}

/// A payment at a store.
pub fn redeem(federation: &Federation, store: u32, from: &[Coin], to: &[Coin]) -> SignedOrder {
    spend(federation, store, Purpose::Redeem, from, to)
}

/// What a store issues for the grant of this number.
pub fn earn(federation: &Federation, store: u32, grant: u8, to: &[Coin]) -> SignedOrder {
    by_store(with_outputs(body(federation, store, Purpose::Earn, Reference([grant; 32])), to))
}

/// A store's gift of one point on the day of `time`.
pub fn pledge(federation: &Federation, store: u32, time: Seconds) -> SignedOrder {
    let purpose = Purpose::Pledge { association: ASSOCIATION, points: Points(1) };
    by_store(Order { time, ..body(federation, store, purpose, pledge_reference(time)) })
}

/// Signed by the store that it debits.
pub fn by_store(order: Order) -> SignedOrder {
    let key = crate::federation_support::node_seed(order.store).node_key();
    let signature = order.sign_as_store(&key);
    SignedOrder { order, authorization: Authorization::Store(signature) }
}

/// A witness's components of an order's inputs.
pub fn column(federation: &Federation, order: &Order, index: WitnessIndex) -> Column {
    let key = federation.witness(order.keyset, index).poprf;
    let components = order.inputs.iter().map(|input| {
        let tweak = Class { keyset: order.keyset, kind: input.kind }.tweak(&federation.id());
        key.evaluate(&tweak, &coin_hash(&input.point)).unwrap().encode()
    });
    Column { index, components: list(components) }
}

/// All witnesses' components; none for an order without inputs.
pub fn columns(federation: &Federation, order: &Order) -> Columns {
    let indices = if order.inputs.is_empty() { Vec::new() } else { federation.indices(order.keyset) };
    list(indices.into_iter().map(|index| column(federation, order, index)))
}

/// What a store asks the witness of `store`.
pub fn request(federation: &Federation, store: u32, signed: &SignedOrder, votes: &[Vote]) -> VoteRequest {
    let index = WitnessIndex(u8::try_from(store - 1).unwrap());
    let column = (!signed.order.inputs.is_empty()).then(|| column(federation, &signed.order, index).components);
    VoteRequest { signed: signed.clone(), column, votes: list(votes.iter().copied()) }
}
