//! Where in the seed the coins of an order were made.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};

use crate::{
    crypto::group::PointBytes,
    limits::MAX_OUTPUTS,
    message::{ids::KeysetId, order::Order},
};

use super::{Coin, Place, Wallet};

/// Order numbers that are searched, from 0: eleven orders a day in one keyset for a year.
pub(super) const SEARCHED_NUMBERS: u64 = 4096;
/// Devices that are searched, this one and those before it: each restore takes the next index, and nobody loses more
/// wallets of one seed than this.
pub(super) const SEARCHED_DEVICES: usize = 16;

/// What of an order is the seed's own.
pub(super) struct Found {
    /// Where each output was made, in the outputs' order; none where it is somebody else's.
    pub(super) outputs: Vec<Option<Place>>,
    /// Where inputs were made, as far as the wallet came across them.
    pub(super) inputs: BTreeSet<Place>,
}

/// A search that is under way.
struct Search<'a> {
    wallet: &'a Wallet,
    keyset: KeysetId,
    wanted: BTreeMap<(KeysetId, PointBytes), usize>,
    spent: BTreeSet<PointBytes>,
    found: Found,
}

impl Found {
    pub(super) fn is_nothing(&self) -> bool {
        self.inputs.is_empty() && self.outputs.iter().all(Option::is_none)
    }

    /// Whether some of it was made on this device.
    pub(super) fn is_on(&self, device: u32) -> bool {
        self.places().any(|place| place.device == device)
    }

    pub(super) fn places(&self) -> impl Iterator<Item = &Place> {
        self.outputs.iter().flatten().chain(&self.inputs)
    }
}

impl Wallet {
    /// Looks for an order's outputs (RESTORE-3) and inputs at all places that RESTORE-4 names.
    ///
    /// A wallet fills the slots of an order from 0. So slot 0 is looked for everywhere, and the others of its order where
    /// it is found: what others put into an order can't make the search longer than that.
    pub(super) fn find(&self, order: &Order) -> Found {
        let mut search = Search::new(self, order);
        let mut keysets: BTreeSet<KeysetId> = search.wanted.keys().map(|(keyset, _)| *keyset).collect();
        keysets.extend((!order.inputs.is_empty()).then_some(order.keyset));
        for number in 0..SEARCHED_NUMBERS {
            for device in (0..=self.book.device).rev().take(SEARCHED_DEVICES) {
                for keyset in keysets.iter().copied() {
                    if search.is_over() {
                        return search.found;
                    }
                    search.order_at(Place { keyset, device, order: number, slot: 0 });
                }
            }
        }
        search.found
    }

    /// Looks at one order number alone.
    pub(super) fn find_at(&self, order: &Order, place: Place) -> Found {
        let mut search = Search::new(self, order);
        search.order_at(place);
        search.found
    }
}

impl<'a> Search<'a> {
    fn new(wallet: &'a Wallet, order: &Order) -> Self {
        let outputs = order.outputs.iter().enumerate();
        let wanted = outputs.map(|(position, output)| ((output.class.keyset, output.blinded), position)).collect();
        let spent: BTreeSet<PointBytes> = order.inputs.iter().map(|input| input.point).collect();
        let known = |coin: &&Coin| coin.place.keyset == order.keyset && spent.contains(&coin.point);
        let inputs = wallet.book.coins.iter().filter(known).map(|coin| coin.place).collect();
        let found = Found { outputs: alloc::vec![None; order.outputs.len()], inputs };
        Self { wallet, keyset: order.keyset, wanted, spent, found }
    }

    /// All outputs are found; or there are none, and it is clear whose order it is.
    fn is_over(&self) -> bool {
        self.wanted.is_empty() && !(self.found.outputs.is_empty() && self.found.inputs.is_empty())
    }

    /// Tries slot 0 of an order, and where an output is there, all that may be beside it.
    fn order_at(&mut self, place: Place) {
        if !self.try_place(place) {
            return;
        }
        for slot in (0u16..).take(MAX_OUTPUTS).skip(1) {
            if self.wanted.is_empty() {
                return;
            }
            self.try_place(Place { slot, ..place });
        }
    }

    /// Whether an output was made at this place.
    fn try_place(&mut self, place: Place) -> bool {
        let point = self.wallet.coin_secret(&place).public().encode();
        if place.keyset == self.keyset && self.spent.contains(&point) {
            self.found.inputs.insert(place);
        }
        if self.wanted.is_empty() {
            return false;
        }
        let output = self.wanted.remove(&(place.keyset, self.wallet.blinded_of(&point, &place)));
        match output.and_then(|position| self.found.outputs.get_mut(position)) {
            Some(noted) => {
                *noted = Some(place);
                true
            }
            None => false,
        }
    }
}
