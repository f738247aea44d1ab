//! What at most one order may hold.

use alloc::vec::Vec;

use crate::{
    crypto::group::PointBytes,
    message::{
        ids::{Reference, StoreId},
        order::Order,
    },
};

/// What at most one order may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Lock {
    Coin(PointBytes),
    Reference(StoreId, Reference),
}

/// What an order locks.
pub(super) fn locks(order: &Order) -> Vec<Lock> {
    if order.inputs.is_empty() {
        return [Lock::Reference(order.store, order.reference)].into();
    }
    order.inputs.iter().map(|input| Lock::Coin(input.point)).collect()
}

/// 64 bits of each lock. Equal locks have equal marks, so no conflict is missed. Others may have equal marks, by chance or
/// because somebody sought them: then their orders are looked at in full, which finds no conflict.
pub(super) fn marks(order: &Order) -> Vec<u64> {
    locks(order).iter().map(mark).collect()
}

fn mark(lock: &Lock) -> u64 {
    let first = |bytes: &[u8; 32]| bytes.first_chunk::<8>().map_or(0, |first| u64::from_be_bytes(*first));
    match lock {
        Lock::Coin(point) => first(&point.0),
        // All stores' Pledges of one day have one reference.
        Lock::Reference(store, reference) => {
            first(&reference.0).wrapping_add(u64::from(store.0).wrapping_mul(0x9e37_79b9_7f4a_7c15))
        }
    }
}
