//! What the targets share of a federation: orders with all that its witnesses may say about them.

use ronde_protocol::{
    crypto::{
        group::{Point, PointBytes},
        merkle,
    },
    message::{
        certificate::Certificate,
        evaluation::Evaluation,
        head::Head,
        ids::{StoreId, WitnessIndex},
        order::{Columns, Order, SignedOrder},
        vote::Vote,
    },
};

use crate::{
    federation_support::{Federation, KEYSET, node_seed},
    orders_by_hand::columns,
};

/// So many real elements, increasing.
pub fn elements(count: u8) -> Vec<PointBytes> {
    let mut all: Vec<PointBytes> = (0..count).map(|number| Point::from_uniform_bytes(&[number; 64]).encode()).collect();
    all.sort();
    all
}

/// An order with all that a federation could say about it.
pub struct Known {
    /// The order.
    pub signed: SignedOrder,
    /// Of every witness; none for an order without inputs.
    pub columns: Columns,
    /// Of every witness, by index.
    pub votes: Vec<Vote>,
    /// By the first q.
    pub certificate: Certificate,
    /// Of every witness, by index; none if the order makes nothing.
    pub evaluations: Vec<Evaluation>,
    /// The same, signed by them and computed with another key: each convicts its witness.
    pub marked: Vec<Evaluation>,
}

impl Known {
    /// Everything about an order.
    pub fn of(federation: &Federation, signed: SignedOrder) -> Self {
        let order = &signed.order;
        let all = federation.indices(KEYSET);
        let other = node_seed(StoreId(99)).witness_keys(&federation.id(), KEYSET).expect("derived");
        Self {
            columns: columns(federation, order),
            votes: all.iter().map(|index| federation.vote(order, *index)).collect(),
            certificate: federation.certify(order),
            evaluations: federation.evaluations(order, &all),
            marked: all.iter().filter_map(|index| federation.evaluate_with(order, *index, &other)).collect(),
            signed,
        }
    }

    /// The body.
    pub fn order(&self) -> &Order {
        &self.signed.order
    }
}

/// A witness's head of an empty log.
pub fn empty_head(federation: &Federation, index: WitnessIndex) -> Head {
    let keyset = federation.charter.keyset(KEYSET).expect("known");
    Head::sign(&federation.witness(KEYSET, index).vote, keyset, index, 0, merkle::root_of(&[]))
}
