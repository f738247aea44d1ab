//! What is counted of grants, checkouts and points, once it is on disk.

use ronde_protocol::machine::till::checkout::Checkout;
use ronde_protocol::machine::till::grant::{Grant, GrantState};

use super::{Shop, checkout_state, grant_state};
use crate::metrics::PointsFlow;

impl Shop {
    /// A grant is another than before, or new.
    pub(super) fn count_grant(&self, before: Option<&Grant>, after: &Grant) {
        let metrics = self.metrics();
        let (was, is) = (before.map(|grant| grant_state(grant.state())), grant_state(after.state()));
        if was == Some(is) {
            return;
        }
        metrics.grant(is);
        match after.state() {
            GrantState::Open => metrics.points(PointsFlow::Granted, after.terms().points.0),
            GrantState::Claimed(_) => metrics.points(PointsFlow::Claimed, after.terms().points.0),
            GrantState::Pending(_) | GrantState::Cancelled | GrantState::Expired => {}
        }
    }

    /// A grant was made of what is owed back: no till has given it, and its points are counted as owed.
    pub(super) fn count_owed(&self, grant: &Grant) {
        self.metrics().grant(grant_state(grant.state()));
    }

    /// A checkout is another than before, or new.
    pub(super) fn count_checkout(&self, before: Option<&Checkout>, after: &Checkout) {
        let metrics = self.metrics();
        let (was, is) = (before.map(|checkout| checkout_state(checkout.state())), checkout_state(after.state()));
        if was != Some(is) {
            metrics.checkout(is);
            if is == "accepted" {
                metrics.points(PointsFlow::Redeemed, after.paid().0);
            }
        }
        let owed =
            |checkout: &Checkout| checkout.refunds().iter().fold(0_u64, |sum, one| sum.saturating_add(one.points.0));
        let more = owed(after).saturating_sub(before.map_or(0, owed));
        if more > 0 {
            metrics.points(PointsFlow::Owed, more);
        }
    }
}
