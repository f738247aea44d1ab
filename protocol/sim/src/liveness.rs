//! Claims about honest customers: what they signed is completed, and nothing is lost.

use ronde_protocol::{
    machine::wallet::{OpenOrder, PendingView, Stage},
    message::{
        class::Kind,
        evidence::conflict,
        order::{Order, Output, Purpose},
    },
};

use crate::{outcome::Invariant, world::World};

impl World<'_> {
    /// Honest witnesses that still vote.
    pub fn voting(&self) -> usize {
        (0..self.nodes.len())
            .filter(|node| self.nodes[*node].is_honest_witness() && self.retired(*node).is_none())
            .count()
    }

    /// Whether a quorum of honest witnesses votes: then everything honest can be completed.
    pub fn is_lively(&self) -> bool {
        self.voting() >= self.federation.keyset().quorum().votes()
    }

    /// What an honest wallet signed is certified, and its coins can be spent.
    pub fn check_liveness(&mut self) {
        if !self.is_lively() {
            return;
        }
        let everyone = self.nodes.iter().all(|node| node.index.is_none() || !node.fallen);
        for wallet in 0..self.people.len() {
            if !self.people[wallet].honest {
                continue;
            }
            if self.ledger.certified().any(|(digest, _)| self.ledger.signer(digest) == Some(wallet)) {
                self.stake(Invariant::HonestNeverKilled);
            }
            for view in self.people[wallet].wallet.pending() {
                let store = usize::try_from(view.store.0).unwrap_or(0).checked_sub(1);
                let cheated = store.is_some_and(|store| !self.nodes[store].is_honest());
                // A store may promise points and never sign.
                if view.purpose == Purpose::Earn && view.stage == Stage::Sent && (cheated || self.is_barred(&view)) {
                    continue;
                }
                if (view.stage == Stage::Completing && !everyone) || self.is_frozen(wallet, &view) {
                    continue;
                }
                let says = format!("wallet {wallet} still waits for {view:?}");
                self.fail(Invariant::HonestOrdersComplete, says);
            }
            self.stake(Invariant::HonestOrdersComplete);
        }
    }

    /// Whether an Earn is refused for a reason that lies with its store: signed by a clock that was far ahead, or beyond
    /// the cap of vouchers, which is for ever.
    fn is_barred(&self, view: &PendingView) -> bool {
        let Some(known) = view.digest.and_then(|digest| self.ledger.known(&digest)) else { return false };
        let ahead = known.order.time > crate::clock::Clock::default().seconds(self.now);
        let vouchers = |output: &Output| matches!(output.class.kind, Kind::Voucher { .. });
        ahead || known.order.outputs.iter().any(vouchers)
    }

    /// Whether the device that was lost had signed another order over the same coins, which nobody certified: the two
    /// may stand in each other's way for ever. A wallet that probes its coins completes the other one instead.
    fn is_frozen(&self, wallet: usize, view: &PendingView) -> bool {
        let known = view.digest.and_then(|digest| self.ledger.known(&digest));
        let Some(known) = known.filter(|_| self.people[wallet].device > 0 && view.stage == Stage::Sent) else {
            return false;
        };
        let mut others = self.ledger.orders().filter(|(digest, _)| self.ledger.signer(digest) == Some(wallet));
        others.any(|(_, other)| conflict(&known.order, &other.order))
    }

    /// Whether a store signed a claim and forgot it before the customer heard which order it is: with a disk that was
    /// replaced by a copy, the only one who could say so is gone.
    fn is_unheard(&self, wallet: usize, order: &Order) -> bool {
        let store = usize::try_from(order.store.0).unwrap_or(0).checked_sub(1);
        let gone = order.purpose == Purpose::Earn && store.is_some_and(|store| !self.nodes[store].is_honest());
        let claimed = |open: &OpenOrder| {
            open.order().is_none()
                && open.outputs.iter().any(|own| order.outputs.iter().any(|out| out.blinded == own.blinded))
        };
        gone && self.people[wallet].wallet.book().open.iter().any(claimed)
    }

    /// Every honest wallet holds what its certified orders left it.
    pub fn check_lost(&mut self) {
        for wallet in 0..self.people.len() {
            let person = &self.people[wallet];
            let frozen = person.wallet.pending().iter().any(|view| self.is_frozen(wallet, view));
            if !person.honest || !self.is_lively() || frozen {
                continue;
            }
            // What came back from a seed stays unproven while fewer than n - f witnesses can say that it is free.
            if person.device > 0 && self.voting() < self.federation.keyset().quorum().honest() {
                continue;
            }
            let mut orders = self.orders_of(wallet);
            orders.retain(|(_, order)| !self.is_unheard(wallet, order));
            if orders.is_empty() {
                continue;
            }
            let expected: i128 = orders.iter().map(|(_, order)| gain(order)).sum();
            let balance = self.balance(wallet);
            let mut found = i128::from(balance.spendable.0);
            if self.voting() < self.federation.keyset().quorum().honest() {
                // Too few can say that a coin is free, and mean it: coins out of the seed stay as they are.
                found += i128::from(balance.unproven.0);
            }
            self.stake(Invariant::NothingLost);
            if found != expected {
                let says = format!("wallet {wallet} holds {balance:?} where its orders left it {expected}");
                self.fail(Invariant::NothingLost, says);
            }
        }
    }
}

/// Points that an order leaves its customer, more or less.
pub fn gain(order: &Order) -> i128 {
    let out: i128 = order.outputs.iter().map(|output| i128::from(output.class.kind.points().0)).sum();
    let spent: i128 = order.inputs.iter().map(|input| i128::from(input.kind.points().0)).sum();
    out - spent
}
