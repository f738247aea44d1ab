//! Ronde's side of each row.

pub mod check;
pub mod evaluate;
pub mod payment;
pub mod queue;
pub mod vote;
pub mod wallet;

use ronde_protocol::{
    machine::witness::keys::WitnessKeys,
    message::{
        class::{Kind, Tweaks},
        ids::{FederationId, KeysetId, WitnessIndex},
    },
};

use crate::federation_support::{Federation, KEYSET, federation};

/// Witnesses, of whom three are a quorum.
pub const WITNESSES: usize = 4;

/// Coins or outputs of an order.
pub const COINS: u32 = 8;

/// The classes of an order's coins: a purse has one of each.
pub fn kinds() -> impl Iterator<Item = Kind> {
    (0..COINS).map(|power| Kind::Points { denomination: 1 << power })
}

/// One witness's secrets, and what its coins' classes are made of.
pub struct Witness {
    /// The federation.
    pub federation: FederationId,
    /// The keyset.
    pub keyset: KeysetId,
    /// Its place.
    pub index: WitnessIndex,
    /// Its keys.
    pub keys: WitnessKeys,
    /// The tweaks of its keyset's denominations, which a witness computes once.
    pub tweaks: Tweaks,
}

/// The federation of the protocol's tests, with four witnesses.
pub fn four_stores() -> Federation {
    federation(WITNESSES)
}

/// All witnesses of a federation.
pub fn witnesses(federation: &Federation) -> Vec<Witness> {
    let denominations: Vec<u64> = (0..COINS).map(|power| 1 << power).collect();
    let witness = |index| Witness {
        federation: federation.id(),
        keyset: KEYSET,
        index,
        keys: federation.witness(KEYSET, index),
        tweaks: Tweaks::new(federation.id(), KEYSET, &denominations),
    };
    federation.indices(KEYSET).into_iter().map(witness).collect()
}
