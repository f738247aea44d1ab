//! The full list of claims, once everything is quiet. Value and books are counted here from the orders themselves; the
//! machines' own books and audit are what is checked.

use std::collections::{BTreeMap, BTreeSet};

use ronde_protocol::{
    crypto::{
        mac::{MacItem, check_batch},
        poprf::CoinHash,
    },
    machine::{books::Account, till::checkout::Checkout, wallet::Wallet, witness::memory::Memory},
    message::{
        class::{Class, Kind},
        ids::{KeysetId, OrderDigest},
        order::{Order, Purpose},
    },
};

use crate::{disk::Key, federation::VOUCHER_VALUE, liveness::gain, luck::Luck, outcome::Invariant, world::World};

impl World<'_> {
    /// Every claim.
    pub fn check_all(&mut self) {
        self.check_liveness();
        self.check_lost();
        self.check_classes();
        self.check_coins();
        self.check_books();
        self.check_value();
        self.check_tills();
        self.check_totals();
        self.check_framing();
        self.check_evidence();
        self.check_audit();
        self.check_kept();
    }

    /// Coins in all wallets, lost ones and cheats' too, have q good components only if they were paid for. What an
    /// honest wallet has taken is good.
    pub fn check_coins(&mut self) {
        let votes = |of: KeysetId| self.federation.committee_of(of).quorum().votes();
        let classes = self.classes();
        let mut held: BTreeMap<(KeysetId, Kind), BTreeSet<_>> = BTreeMap::new();
        // A coin that came back from a seed is the lost wallet's: each component is looked at once.
        let (mut components, mut hashes) = (BTreeSet::new(), BTreeMap::new());
        for person in &self.people {
            let books = person.lost.iter().chain([&person.wallet]).map(Wallet::book);
            for coin in books.flat_map(|book| &book.coins) {
                if person.honest {
                    hashes.entry(coin.point).or_insert_with(|| CoinHash::of(&coin.point));
                    let own = coin.components.iter();
                    components.extend(own.map(|(of, is)| (coin.place.keyset, *of, coin.kind, coin.point, *is)));
                }
                if coin.components.len() >= votes(coin.place.keyset) {
                    held.entry((coin.place.keyset, coin.kind)).or_default().insert(coin.point);
                }
            }
        }
        let mut luck = Luck::new(self.plan.seed, 4);
        for node in self.federation.seats() {
            let (Some(index), Some(key)) = (self.nodes[node].index, self.federation.keys_of(node)) else { continue };
            let keyset = self.nodes[node].keyset;
            let own = components.iter().filter(|(of, witness, ..)| *of == keyset && *witness == index);
            let items = own.filter_map(|(_, _, kind, point, component)| {
                let tweak = Class { keyset, kind: *kind }.tweak(self.federation.charter.federation());
                Some(MacItem { tweak, hash: *hashes.get(point)?, component: component.decode().ok()? })
            });
            let items: Vec<MacItem> = items.collect();
            if check_batch(&key.poprf, &items, luck.entropy()).is_err() {
                self.fail(Invariant::NoForgedCoin, format!("a wallet took a bad component of witness {node}"));
            }
        }
        for (kind, coins) in &held {
            self.stake(Invariant::NoForgedCoin);
            let made = classes.get(kind).copied().unwrap_or_default().made;
            if i128::try_from(coins.len()).unwrap_or(i128::MAX) > made {
                self.fail(Invariant::NoForgedCoin, format!("{} coins of {kind:?}, and {made} were made", coins.len()));
            }
        }
    }

    /// What everybody is owed, by the certified orders whose certificate an honest witness holds. (Votes that nobody put
    /// together are no certificate in anybody's hands, and a liar may keep one to itself.)
    pub fn positions(&self, keyset: KeysetId) -> BTreeMap<Account, i128> {
        let mut positions: BTreeMap<Account, i128> = BTreeMap::new();
        let of = |(digest, order): &(&OrderDigest, &Order)| order.keyset == keyset && self.is_known_to_honest(digest);
        for (_, order) in self.ledger.certified().filter(of) {
            let mut owe = |account: Account, points: i128| *positions.entry(account).or_default() += points;
            let store = Account::Store(order.store);
            match order.purpose {
                Purpose::Earn => {
                    owe(store, -gain(order));
                    owe(Account::Pool, gain(order));
                }
                Purpose::Redeem => {
                    owe(store, -gain(order));
                    owe(Account::Pool, gain(order));
                    let vouchers = order.inputs.iter().filter(|input| matches!(input.kind, Kind::Voucher { .. }));
                    let worth = i128::try_from(vouchers.count()).unwrap_or(0) * i128::from(VOUCHER_VALUE);
                    owe(store, worth);
                    owe(Account::Store(ronde_protocol::message::ids::StoreId(1)), -worth);
                }
                Purpose::Donate { association } => {
                    owe(Account::Association(association), -gain(order));
                    owe(Account::Pool, gain(order));
                }
                Purpose::Pledge { association, points } => {
                    owe(store, -i128::from(points.0));
                    owe(Account::Association(association), i128::from(points.0));
                }
                Purpose::Swap | Purpose::Vote { .. } => {}
            }
        }
        positions.retain(|_, points| *points != 0);
        positions
    }

    /// All honest witnesses keep the same books, and they are the orders'.
    pub fn check_books(&mut self) {
        for keyset in self.federation.keysets() {
            let expected = self.positions(keyset.id());
            for node in self.federation.committee(keyset.id()) {
                self.check_books_of(node, &expected);
            }
        }
    }

    fn check_books_of(&mut self, node: usize, expected: &BTreeMap<Account, i128>) {
        if !self.nodes[node].is_honest_witness() {
            return;
        }
        let mut found = positions_of(&self.nodes[node].disk.durable().ledger);
        if found.values().sum::<i128>() != 0 {
            self.fail(Invariant::BooksAgree, format!("witness {node}: books do not sum to zero: {found:?}"));
        }
        found.retain(|_, points| *points != 0);
        if !expected.is_empty() {
            self.stake(Invariant::BooksAgree);
        }
        if found != *expected {
            let says = format!("witness {node} has {found:?} where the orders say {expected:?}");
            self.fail(Invariant::BooksAgree, says);
        }
    }

    /// Every checkout that was accepted was paid, and every payment has its effect.
    pub fn check_tills(&mut self) {
        for node in 0..self.nodes.len() {
            if !self.nodes[node].is_honest() {
                continue;
            }
            for reference in self.nodes[node].disk.durable().checkouts() {
                let Some(checkout) = self.nodes[node].disk.durable().load::<Checkout>(Key::Checkout(reference)) else {
                    continue;
                };
                self.check_checkout(node, &checkout);
            }
        }
    }

    fn check_checkout(&mut self, node: usize, checkout: &Checkout) {
        use ronde_protocol::machine::till::checkout::CheckoutState;
        let reference = checkout.offer().reference();
        let (store, state) = (self.nodes[node].store, checkout.state());
        let paid: Vec<(OrderDigest, Order)> = self
            .ledger
            .certified()
            .filter(|(_, order)| order.store == store && order.reference == reference)
            .map(|(digest, order)| (*digest, order.clone()))
            .collect();
        if let CheckoutState::Accepted(digest) | CheckoutState::AcceptedLate(digest) = state {
            self.stake(Invariant::TillsAgree);
            if !paid.iter().any(|(known, _)| *known == digest) {
                self.fail(Invariant::TillsAgree, format!("store {node} accepts {digest}, which is not certified"));
            }
        }
        for (digest, order) in paid {
            let effect = state.digest() == Some(digest) && state.is_final()
                || checkout.refunds().iter().any(|refund| refund.digest == digest);
            if !effect && self.is_lively() && self.is_known_to_honest(&digest) {
                let says =
                    format!("store {node} was paid by {digest} ({:?}), its checkout is {state:?}", order.purpose);
                self.fail(Invariant::TillsAgree, says);
            }
        }
    }

    /// Whether an honest witness holds its certificate.
    pub fn is_known_to_honest(&self, digest: &OrderDigest) -> bool {
        self.found_at_nodes(digest).is_some()
    }
}

fn positions_of(ledger: &Memory) -> BTreeMap<Account, i128> {
    ledger.statements().into_iter().map(|(account, flows)| (account, flows.position())).collect()
}
