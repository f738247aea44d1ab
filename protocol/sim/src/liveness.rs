//! Claims about honest customers: what they signed is completed, and nothing is lost.

use ronde_protocol::{
    machine::wallet::Stage,
    message::order::{Order, Purpose},
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
                if view.purpose == Purpose::Earn && view.stage == Stage::Sent && cheated {
                    continue;
                }
                if view.stage == Stage::Completing && !everyone {
                    continue;
                }
                let says = format!("wallet {wallet} still waits for {view:?}");
                self.fail(Invariant::HonestOrdersComplete, says);
            }
            self.stake(Invariant::HonestOrdersComplete);
        }
    }

    /// Every honest wallet holds what its certified orders left it.
    pub fn check_lost(&mut self) {
        for wallet in 0..self.people.len() {
            let person = &self.people[wallet];
            if !person.honest || !self.is_lively() {
                continue;
            }
            let orders = self.orders_of(wallet);
            if orders.is_empty() {
                continue;
            }
            let expected: i128 = orders.iter().map(|(_, order)| gain(order)).sum();
            let balance = self.balance(wallet);
            let found = i128::from(balance.spendable.0);
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
