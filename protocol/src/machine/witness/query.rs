//! What a witness tells without changing anything.

use super::{
    Witness, log,
    record::{Inconsistent, OrderRecord, View},
};
use crate::message::{
    head::{Head, HeadAnswer},
    ids::{KeysetId, OrderDigest},
    log::CertifiedOrder,
    order::Order,
    vote::Vote,
    wire::{HeadQuery, OrderState},
};

impl Witness {
    /// What became of an order. The view must show committed state only: what is told here binds.
    pub fn order_state<V: View>(&self, view: &V, digest: &OrderDigest) -> Result<Option<OrderState>, V::Error> {
        let keyset = self.keyset().id();
        Ok(match view.order(keyset, digest)? {
            None => None,
            Some(OrderRecord::Voted(signed)) => {
                let vote = Vote::sign(&self.keys().vote, self.keyset(), self.index(), digest);
                Some(OrderState::Voted { signed, vote })
            }
            Some(OrderRecord::Certified { order, certificate, evaluation }) => {
                Some(OrderState::Certified { order, certificate, evaluation })
            }
            Some(OrderRecord::Dead { signed, by }) => Some(killed(view, keyset, signed.order, by)?),
            Some(OrderRecord::Contested { order, against, .. }) => Some(killed(view, keyset, order, against)?),
        })
    }

    /// The signed head of the log as committed.
    pub fn head<V: View>(&self, view: &V) -> Result<Head, V::Error> {
        let keyset = self.keyset().id();
        let size = view.log_size(keyset)?;
        let root = log::root_at(view, keyset, size)?.unwrap_or_else(crate::crypto::merkle::empty_root);
        Ok(Head::sign(&self.keys().vote, self.keyset(), self.index(), size, root))
    }

    /// Answers a peer that starts: its newest head that is known here (ROLLBACK-5), whether or not this witness votes.
    pub fn answer_head_query(&self, query: &HeadQuery, newest: Option<Head>) -> HeadAnswer {
        HeadAnswer::sign(&self.keys().vote, self.keyset(), self.index(), query.asker, &query.nonce, newest)
    }
}

fn killed<V: View>(view: &V, keyset: KeysetId, order: Order, by: OrderDigest) -> Result<OrderState, V::Error> {
    match view.order(keyset, &by)?.ok_or(Inconsistent::Order(by))? {
        OrderRecord::Certified { order: other, certificate, .. }
        | OrderRecord::Contested { order: other, certificate, .. } => {
            Ok(OrderState::Dead { order, by: CertifiedOrder { order: other, certificate } })
        }
        OrderRecord::Voted(_) | OrderRecord::Dead { .. } => Err(Inconsistent::Order(by).into()),
    }
}
