//! An order without its elements, reference and federation: what the books ask of it, in a fifth of the bytes.

use alloc::vec::Vec;

use crate::{
    crypto::group::PointBytes,
    limits::{MAX_INPUTS, MAX_MESSAGE_BYTES, MAX_OUTPUTS},
    message::{
        class::{Class, Kind},
        codec::{Bounded, Decode, Encode, decode, encode},
        ids::{FederationId, KeysetId, Reference, StoreId},
        order::{Input, Order, Output, Purpose, Seconds},
    },
};

#[derive(Encode, Decode)]
struct Gist {
    keyset: KeysetId,
    store: StoreId,
    purpose: Purpose,
    time: Seconds,
    inputs: Bounded<Kind, MAX_INPUTS>,
    outputs: Bounded<Class, MAX_OUTPUTS>,
}

/// An order's gist.
pub(super) fn of(order: &Order) -> Vec<u8> {
    let inputs = Bounded::new(order.inputs.iter().map(|input| input.kind).collect());
    let outputs = Bounded::new(order.outputs.iter().map(|output| output.class).collect());
    encode(&Gist {
        keyset: order.keyset,
        store: order.store,
        purpose: order.purpose,
        time: order.time,
        // As many as there are in the order, so they fit.
        inputs: inputs.unwrap_or_default(),
        outputs: outputs.unwrap_or_default(),
    })
}

/// The order as far as its gist tells: its elements, reference and federation are blank.
pub(super) fn read(bytes: &[u8]) -> Option<Order> {
    let gist: Gist = decode(bytes, MAX_MESSAGE_BYTES).ok()?;
    let blank = PointBytes([0; 32]);
    Some(Order {
        federation: FederationId([0; 32]),
        keyset: gist.keyset,
        store: gist.store,
        purpose: gist.purpose,
        reference: Reference::NONE,
        time: gist.time,
        inputs: Bounded::new(gist.inputs.iter().map(|kind| Input { kind: *kind, point: blank }).collect()).ok()?,
        outputs: Bounded::new(gist.outputs.iter().map(|class| Output { class: *class, blinded: blank }).collect())
            .ok()?,
    })
}
