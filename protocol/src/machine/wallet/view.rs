//! What a wallet shows its owner.

use alloc::{collections::BTreeMap, vec::Vec};

use crate::message::{
    amount::Points,
    charter::Charter,
    class::Kind,
    ids::{CampaignId, KeysetId, OfferId, OrderDigest, StoreId},
    order::{Purpose, Seconds},
};

use super::{Coin, Link, OpenOrder, Task, Wallet};

/// Points of one keyset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeysetBalance {
    /// Can be spent now.
    pub spendable: Points,
    /// Held by orders that are not certified yet: they come back, are spent, or become change.
    pub held: Points,
    /// Certified, but fewer than a quorum of witnesses has evaluated them yet.
    pub arriving: Points,
    /// Recovered, and to be exchanged before they can be spent: perhaps they were spent before.
    pub unproven: Points,
    /// How many point coins can be spent.
    pub coins: usize,
    /// How many of those lack a component.
    pub incomplete: usize,
}

/// Vouchers of one offer that can be spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VoucherBalance {
    /// Which.
    pub offer: OfferId,
    /// How many.
    pub count: usize,
}

/// Everything a wallet holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Balance {
    /// By keyset.
    pub keysets: BTreeMap<KeysetId, KeysetBalance>,
    /// Vouchers that can be spent.
    pub vouchers: Vec<VoucherBalance>,
    /// Ballots that can be cast, one entry each.
    pub ballots: Vec<CampaignId>,
}

/// How far an open order has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Sent or about to be; not certified.
    Sent,
    /// Certified; too few evaluations to spend its coins.
    Certified,
    /// Its coins can be spent; components are missing.
    Completing,
}

/// An open order, as its owner sees it.
#[derive(Clone, Debug)]
pub struct PendingView {
    /// Its digest, unless it is a claim whose order is not known yet.
    pub digest: Option<OrderDigest>,
    /// Whose committee decides.
    pub keyset: KeysetId,
    /// What for.
    pub purpose: Purpose,
    /// The store, or 0.
    pub store: StoreId,
    /// Points gained or given away; of a Swap those exchanged.
    pub points: Points,
    /// The grant or checkout, if any.
    pub link: Option<Link>,
    /// The payment of which these points come back, if they do.
    pub refund_of: Option<OrderDigest>,
    /// How far it has come.
    pub stage: Stage,
    /// Since when, by the wallet's clock.
    pub since: Seconds,
}

impl Balance {
    /// Points that can be spent, over all keysets.
    pub fn spendable(&self) -> Points {
        total(self.keysets.values().map(|keyset| keyset.spendable))
    }

    /// Points held by open orders.
    pub fn held(&self) -> Points {
        total(self.keysets.values().map(|keyset| keyset.held))
    }

    /// Points that are recovered and not exchanged yet.
    pub fn unproven(&self) -> Points {
        total(self.keysets.values().map(|keyset| keyset.unproven))
    }

    /// Points on their way.
    pub fn arriving(&self) -> Points {
        total(self.keysets.values().map(|keyset| keyset.arriving))
    }
}

fn total(points: impl Iterator<Item = Points>) -> Points {
    points.fold(Points::ZERO, |sum, more| Points(sum.0.saturating_add(more.0)))
}

impl Wallet {
    /// What the wallet holds.
    pub fn balance(&self, charter: &Charter) -> Balance {
        let mut balance = Balance::default();
        let mut vouchers = BTreeMap::<OfferId, usize>::new();
        for coin in &self.book.coins {
            let quorum = charter.keyset(coin.place.keyset).map(|keyset| keyset.quorum());
            let usable = quorum.is_some_and(|quorum| coin.components.len() >= quorum.votes());
            let complete = quorum.is_some_and(|quorum| coin.components.len() >= quorum.witnesses());
            match coin.kind {
                Kind::Points { .. } if self.has_better_points(coin) => {}
                Kind::Points { .. } => {
                    let keyset = balance.keysets.entry(coin.place.keyset).or_default();
                    count_points(keyset, coin, usable, complete);
                }
                Kind::Voucher { offer } if usable && coin.held_by.is_none() => {
                    let count = vouchers.entry(offer).or_default();
                    *count = count.saturating_add(1);
                }
                Kind::Ballot { campaign } if usable && coin.held_by.is_none() => balance.ballots.push(campaign),
                Kind::Voucher { .. } | Kind::Ballot { .. } => {}
            }
        }
        balance.vouchers = vouchers.into_iter().map(|(offer, count)| VoucherBalance { offer, count }).collect();
        balance
    }

    /// Orders that are not done, oldest first; those whose coins can be spent already are among them as
    /// [`Stage::Completing`].
    pub fn pending(&self) -> Vec<PendingView> {
        self.book.open.iter().map(OpenOrder::view).collect()
    }
}

fn count_points(balance: &mut KeysetBalance, coin: &Coin, usable: bool, complete: bool) {
    let add = |sum: &mut Points| *sum = Points(sum.0.saturating_add(coin.kind.points().0));
    if coin.held_by.is_some() {
        add(&mut balance.held);
    } else if usable && coin.unproven {
        add(&mut balance.unproven);
    } else if usable {
        add(&mut balance.spendable);
        balance.coins = balance.coins.saturating_add(1);
        balance.incomplete = balance.incomplete.saturating_add(usize::from(!complete));
    } else {
        add(&mut balance.arriving);
    }
}

impl OpenOrder {
    fn view(&self) -> PendingView {
        let stage = match (&self.task, &self.certificate) {
            (Task::Complete { .. } | Task::Recovered { usable: true, .. }, _) => Stage::Completing,
            (_, Some(_)) => Stage::Certified,
            (_, None) => Stage::Sent,
        };
        let (purpose, store, points) = match (&self.task, self.order()) {
            (Task::Claim { terms, .. }, _) => (Purpose::Earn, terms.store, terms.points),
            (Task::Refund { refunded, .. }, None) => (Purpose::Earn, refunded.store, self.points_out()),
            (_, Some(order)) => (order.purpose, order.store, moved(order)),
            (_, None) => (Purpose::Earn, StoreId::NONE, Points::ZERO),
        };
        PendingView {
            digest: self.order().map(crate::message::order::Order::digest),
            keyset: self.order().map_or(self.keyset, |order| order.keyset),
            purpose,
            store,
            points,
            link: self.link().cloned(),
            refund_of: self.refund_of(),
            stage,
            since: self.since,
        }
    }
}

/// Points that an order gains, gives away or exchanges.
pub(super) fn moved(order: &crate::message::order::Order) -> Points {
    let zero = Points::ZERO;
    let (points_in, points_out) = (order.points_in().unwrap_or(zero), order.points_out().unwrap_or(zero));
    match order.purpose {
        Purpose::Earn => points_out,
        Purpose::Swap => points_in,
        _ => points_in.minus(points_out).unwrap_or(zero),
    }
}
