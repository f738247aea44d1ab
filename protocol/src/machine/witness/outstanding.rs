//! What the logs of an earlier keyset say is left in it: so much may move out of it, and no more.

use alloc::collections::{BTreeMap, BTreeSet};

use crate::{
    crypto::{
        labels,
        sign::{Signature, VerifyingKeyBytes},
    },
    message::{
        charter::{CharterBody, Keyset},
        codec::{Decode, Encode},
        evaluation::outputs_of,
        ids::{KeysetId, OrderDigest, StoreId},
        order::{Order, Purpose},
    },
};

/// Which witnesses, one bit per index.
pub type Logs = u32;

/// What the certified orders in all logs that were read make of a keyset, each order counted once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Outstanding {
    /// Points issued by Earns that their stores signed, and moved in.
    pub came: u64,
    /// Points redeemed and donated.
    pub left: u64,
    /// Points moved out, by the keyset they went to.
    pub moved: BTreeMap<KeysetId, u64>,
    /// Logs that were read to the end of a signed head.
    pub read: Logs,
    /// Logs that were read to the end of their witness's closing statement.
    pub closed: Logs,
}

/// What the logs of a keyset have of one order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Seen {
    /// Logs that have its certificate.
    pub logs: Logs,
    /// For an Earn: a log has it with its store's signature.
    pub signed: bool,
    /// It is in the sums.
    pub counted: bool,
}

/// Every node key that a store ever had, by all versions of the charter: what it signed years ago it still owes.
#[derive(Clone, Debug, Default)]
pub struct StoreKeys(BTreeMap<StoreId, BTreeSet<[u8; 32]>>);

impl StoreKeys {
    /// Adds the keys of one version.
    pub fn add(&mut self, body: &CharterBody) {
        for store in &body.stores {
            self.0.entry(store.id).or_default().insert(store.node_key.0);
        }
    }

    /// Whether the store that an order debits signed it, with any of its keys.
    pub(super) fn signed(&self, order: &Order, digest: &OrderDigest, signature: &Signature) -> bool {
        let parts: [&[u8]; 2] = [&order.federation.0, &digest.0];
        self.0.get(&order.store).into_iter().flatten().any(|key| {
            let key = VerifyingKeyBytes(*key).decode();
            key.is_ok_and(|key| key.verify(labels::STORE_ORDER_SIGNATURE, &parts, signature).is_ok())
        })
    }
}

impl Outstanding {
    /// Points that may be in keyset `to` by now: what came, without what left and what moved elsewhere.
    pub fn movable(&self, to: KeysetId) -> u64 {
        let elsewhere = self.moved.iter().filter(|(keyset, _)| **keyset != to);
        elsewhere.fold(self.came.saturating_sub(self.left), |rest, (_, points)| rest.saturating_sub(*points))
    }

    /// Whether so many points in all may have moved into keyset `to` (ROLLOVER-4): n - f logs were read, and they leave
    /// as many.
    pub fn allows(&self, earlier: &Keyset, to: KeysetId, moved: u64) -> bool {
        let read = usize::try_from(self.read.count_ones()).unwrap_or(0);
        read >= earlier.quorum().honest() && moved <= self.movable(to)
    }

    /// Whether enough closing statements hold an order (ROLLOVER-9).
    pub fn is_certified(&self, earlier: &Keyset, seen: Seen) -> bool {
        let holding = usize::try_from((seen.logs & self.closed).count_ones()).unwrap_or(0);
        holding >= earlier.quorum().votes()
    }

    /// Adds an order's effect on the points of `keyset`. Sums stop at 2^64 - 1, which honest ones never reach.
    pub(super) fn count(&mut self, keyset: KeysetId, order: &Order) {
        if order.keyset != keyset {
            self.came = self.came.saturating_add(points_into(order, keyset));
            return;
        }
        match order.purpose {
            Purpose::Earn => self.came = self.came.saturating_add(points_into(order, keyset)),
            Purpose::Redeem | Purpose::Donate { .. } => {
                let points_in = order.inputs.iter().fold(0u64, |sum, input| sum.saturating_add(input.kind.points().0));
                let gone = points_in.saturating_sub(points_into(order, keyset));
                self.left = self.left.saturating_add(gone);
            }
            Purpose::Swap => {
                for output in order.outputs.iter().filter(|output| output.class.keyset != keyset) {
                    let moved = self.moved.entry(output.class.keyset).or_default();
                    *moved = moved.saturating_add(output.class.kind.points().0);
                }
            }
            Purpose::Pledge { .. } | Purpose::Vote { .. } => {}
        }
    }
}

/// Points of an order's outputs of one keyset.
pub(super) fn points_into(order: &Order, keyset: KeysetId) -> u64 {
    outputs_of(order, keyset).fold(0, |sum, output| sum.saturating_add(output.class.kind.points().0))
}
