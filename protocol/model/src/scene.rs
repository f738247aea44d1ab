//! A few orders over a few coins, really signed, and which of them get into each other's way.

use ronde_protocol::{
    crypto::group::PointBytes,
    message::{
        charter::Charter,
        evidence::conflict,
        ids::{OrderDigest, Reference, StoreId},
        order::SignedOrder,
    },
};

use crate::{
    federation_support::{Federation, Plan, planned},
    witness_support::{earn, points, redeem, swap},
};

/// Which orders are played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Play {
    /// A over coins 1 and 2, B over 2 and 3, C over 3 and 1: whichever is certified kills both others.
    Triangle,
    /// A over 1 and 2, B over 2 and 3, C over 3, all at once: A frees what B holds of C.
    Chain,
    /// As `Chain`, but the owner of coin 3 signs C only once A's certificate proves B dead: an honest order.
    Retry,
    /// A over 1, B over 1 and 2, and beside them C over 3, whose owner is honest.
    Bystander,
    /// A store signs two bodies, A and B, for one grant; C is of an honest one.
    Grants,
}

/// All of them.
pub const PLAYS: [Play; 5] = [Play::Triangle, Play::Chain, Play::Retry, Play::Bystander, Play::Grants];

/// How many orders a play has.
pub const ORDERS: usize = 3;

/// The orders of a play, signed for a committee.
pub struct Scene {
    /// The committee's federation.
    pub(crate) federation: Federation,
    /// A, B and C.
    pub orders: Vec<SignedOrder>,
    /// Their digests.
    pub digests: Vec<OrderDigest>,
    /// Whether two of them can't both be certified, by the protocol's own judgement.
    pub conflicts: [[bool; ORDERS]; ORDERS],
    /// Whether the owner of the order's coins, or the store of its grant, bound them to nothing else that may live.
    pub honest: [bool; ORDERS],
    /// An order that is signed only once another has a certificate: (this, after that).
    pub after: Option<(usize, usize)>,
    /// All coins.
    pub coins: Vec<PointBytes>,
    /// All references of orders without inputs.
    pub references: Vec<(StoreId, Reference)>,
}

impl Scene {
    /// Signs a play's orders for a committee of n witnesses, of which the charter says that f may lie.
    pub fn new(play: Play, witnesses: usize, faults: u8) -> Self {
        let federation = planned(&Plan { stores: witnesses.max(2), faults, ..Plan::of(witnesses) });
        let orders = orders(play, &federation);
        let mut conflicts = [[false; ORDERS]; ORDERS];
        for (row, first) in conflicts.iter_mut().zip(&orders) {
            for (cell, second) in row.iter_mut().zip(&orders) {
                *cell = conflict(&first.order, &second.order);
            }
        }
        let mut coins: Vec<PointBytes> =
            orders.iter().flat_map(|signed| signed.order.inputs.iter().map(|input| input.point)).collect();
        coins.sort();
        coins.dedup();
        let debits = orders.iter().map(|signed| &signed.order).filter(|order| order.inputs.is_empty());
        let mut references: Vec<_> = debits.map(|order| (order.store, order.reference)).collect();
        references.dedup();
        Self {
            digests: orders.iter().map(|signed| signed.order.digest()).collect(),
            federation,
            orders,
            conflicts,
            honest: [false, false, matches!(play, Play::Retry | Play::Bystander | Play::Grants)],
            after: (play == Play::Retry).then_some((2, 0)),
            coins,
            references,
        }
    }

    /// The rules in force.
    pub fn charter(&self) -> &Charter {
        &self.federation.charter
    }

    /// Which of the orders this is.
    pub fn order_of(&self, digest: &OrderDigest) -> Option<u8> {
        (0..).zip(&self.digests).find_map(|(at, of)| (of == digest).then_some(at))
    }
}

fn orders(play: Play, federation: &Federation) -> Vec<SignedOrder> {
    let coin = |number| (number, points(8));
    let change = |number| (number, points(4));
    let pay = |store, from: &[u64], to| {
        let from: Vec<_> = from.iter().copied().map(coin).collect();
        redeem(federation, store, &from, &[change(to)])
    };
    let exchange = |from: u64, to| swap(federation, &[coin(from)], &[coin(to)]);
    match play {
        Play::Triangle => vec![pay(1, &[1, 2], 11), pay(2, &[2, 3], 12), pay(1, &[3, 1], 13)],
        Play::Chain | Play::Retry => vec![pay(1, &[1, 2], 11), pay(2, &[2, 3], 12), exchange(3, 13)],
        Play::Bystander => vec![pay(1, &[1], 11), pay(2, &[1, 2], 12), exchange(3, 13)],
        Play::Grants => vec![
            earn(federation, 1, 1, &[coin(11)]),
            earn(federation, 1, 1, &[coin(12)]),
            earn(federation, 1, 2, &[coin(13)]),
        ],
    }
}
