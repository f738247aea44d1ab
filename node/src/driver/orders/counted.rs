//! What is counted of orders and of what witnesses answer.

use ronde_protocol::machine::gateway::Fault;
use ronde_protocol::message::ids::{KeysetId, WitnessIndex};
use ronde_protocol::message::order::{Order, Purpose};

use super::{Orders, Running};
use crate::driver::core::AskError;
use crate::metrics::{Bad, End, Metrics, PointsFlow, Stage};

impl Orders {
    fn metrics(&self) -> &Metrics {
        &self.core().metrics
    }

    /// Its certificate is on disk and the shop has heard of it, perhaps again.
    pub(super) fn count_certified(&self, running: &Running, order: &Order) {
        if running.is_told() {
            return;
        }
        let name = purpose(order.purpose);
        self.metrics().order_ended(name, End::Certified);
        if running.is_brought() {
            self.metrics().order_took(name, Stage::Certified, running.age());
        }
        if let Purpose::Pledge { points, .. } = order.purpose
            && order.store == self.core().store
        {
            self.metrics().points(PointsFlow::Pledged, points.0);
        }
    }

    /// All witnesses hold it, or its keyset is over.
    pub(super) fn count_complete(&self, running: &Running) {
        if running.is_brought() {
            let name = purpose(running.gathering().order().purpose);
            self.metrics().order_took(name, Stage::Complete, running.age());
        }
    }

    /// It was given up.
    pub(super) fn count_end(&self, running: &Running, dropped: bool) {
        let end = if dropped { End::Dropped } else { End::Refused };
        let name = purpose(running.gathering().order().purpose);
        self.metrics().order_ended(name, end);
    }

    /// A witness's answer shows its fault.
    pub(super) fn count_fault(&self, (keyset, index): (KeysetId, WitnessIndex), fault: &Fault) {
        let why = match fault {
            Fault::Misbehaved(_) => Bad::Unsigned,
            Fault::Evidence(_) => Bad::Evidence,
        };
        self.metrics().bad_answer(keyset.0, index.0, why);
    }

    /// No answer came, or one that is no message.
    pub(super) fn count_unreadable(&self, (keyset, index): (KeysetId, WitnessIndex), error: &AskError) {
        if matches!(error, AskError::Answer(_)) {
            self.metrics().bad_answer(keyset.0, index.0, Bad::Unreadable);
        }
    }
}

fn purpose(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Earn => "earn",
        Purpose::Redeem => "redeem",
        Purpose::Swap => "swap",
        Purpose::Donate { .. } => "donate",
        Purpose::Pledge { .. } => "pledge",
        Purpose::Vote { .. } => "vote",
    }
}
