//! What a store tells its tills and web shops: a log of events, each written in the transaction of what it tells, so that
//! there is none without the other (EVENT-1).

mod due;
pub(super) mod limits;
mod log;

use ronde_protocol::machine::till::checkout::{Checkout, CheckoutState, Refund};
use ronde_protocol::machine::till::grant::{Grant, GrantState};
use ronde_protocol::message::amount::Points;
use ronde_protocol::message::ids::{KeysetId, OrderDigest, StoreId, WitnessIndex};
use ronde_protocol::message::order::Seconds;
use serde_json::{Value, json};

use super::records::RecordId;
use super::{Scope, Shop, ShopError, refunds};
use crate::date::rfc3339;
use crate::store::Transaction;

pub use log::LogEnds;
pub(super) use log::{ends, leap};

/// A row: name, and the scopes besides `manager` and `admin` that are told.
macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, [$($scope:ident),*];)*) => {
        /// Kinds of events (EVENT-3).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Kind {
            $($(#[$doc])* $variant,)*
        }

        impl Kind {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// As it is written.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            fn scopes(self) -> &'static [Scope] {
                match self { $(Self::$variant => &[$(Scope::$scope),*],)* }
            }
        }
    };
}

kinds! {
    /// A grant's points are the customer's.
    GrantClaimed = "grant.claimed", [Grant];
    /// A wallet has fetched a checkout's offer, or the order that had taken it was let go.
    CheckoutPresented = "checkout.presented", [Redeem];
    /// An order has taken a checkout.
    CheckoutPending = "checkout.pending", [Redeem];
    /// A checkout is paid.
    CheckoutAccepted = "checkout.accepted", [Redeem];
    /// The order that took a checkout can never be certified.
    CheckoutRefused = "checkout.refused", [Redeem];
    /// Nobody paid a checkout in time.
    CheckoutExpired = "checkout.expired", [Redeem];
    /// A till withdrew a checkout.
    CheckoutCancelled = "checkout.cancelled", [Redeem];
    /// A checkout that was over is paid all the same.
    CheckoutLate = "checkout.late", [Redeem];
    /// A payment bought nothing: the store owes it back.
    RefundOwed = "refund.owed", [Redeem, Refund];
    /// What was owed was taken back by the customer.
    RefundClaimed = "refund.claimed", [Redeem, Refund];
    /// A cap is nearly used up.
    LimitWarning = "limit.warning", [Grant];
    /// A witness does not answer this node.
    WitnessDown = "witness.down", [];
    /// It answers again.
    WitnessUp = "witness.up", [];
    /// A webhook gets no more posts.
    WebhookDisabled = "webhook.disabled", [];
}

impl Kind {
    /// The kind of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name)
    }

    /// Whether whoever has these scopes is told (EVENT-6).
    #[must_use]
    pub fn is_told_to(self, scopes: &[Scope]) -> bool {
        let all = scopes.iter().any(|scope| matches!(scope, Scope::Manager | Scope::Admin));
        all || self.scopes().iter().any(|scope| scopes.contains(scope))
    }
}

/// One event of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its place in the log; positions rise and are never used again.
    pub position: u64,
    /// What happened.
    pub kind: Kind,
    time: Seconds,
    data: String,
}

impl Event {
    /// The JSON object that readers get: always the same bytes.
    #[must_use]
    pub fn body(&self, store: StoreId) -> String {
        let (kind, time) = (self.kind.name(), rfc3339(self.time));
        let Self { position, data, .. } = self;
        format!(r#"{{"type":"{kind}","timestamp":"{time}","store":{},"position":{position},"data":{data}}}"#, store.0)
    }

    /// Names the event wherever it is posted, however often (EVENT-13).
    #[must_use]
    pub fn id(&self, store: StoreId) -> String {
        format!("ronde_{}_{}", store.0, self.position)
    }
}

/// Tells that a grant's record is another than before; of one that pays a refund back, that the refund is claimed.
pub(super) fn grant_changed(
    tx: &mut dyn Transaction,
    (now, id): (Seconds, RecordId),
    before: GrantState,
    grant: &Grant,
) -> Result<(), ShopError> {
    match grant.state() {
        GrantState::Claimed(order) if before != grant.state() => {
            let points = grant.terms().points;
            if let Some(paid) = refunds::paid_back_by(tx, id)? {
                return refund_claimed(tx, now, (paid, id), points);
            }
            let data = json!({ "grant": id.to_string(), "order": order, "points": points });
            log::append(tx, now, Kind::GrantClaimed, &data)
        }
        _ => Ok(()),
    }
}

/// Tells that a checkout's record is another than before: its state, and what is owed since.
pub(super) fn checkout_changed(
    tx: &mut dyn Transaction,
    (now, id): (Seconds, RecordId),
    before: &Checkout,
    after: &Checkout,
) -> Result<(), ShopError> {
    if let Some((kind, state)) = told(after.state()).filter(|_| before.state() != after.state()) {
        let mut data = json!({ "checkout": id.to_string(), "state": state, "points": after.paid() });
        if let (Some(order), Value::Object(members)) = (after.state().digest(), &mut data) {
            members.insert("order".to_owned(), json!(order));
        }
        log::append(tx, now, kind, &data)?;
        if kind == Kind::CheckoutPresented {
            // One that an order has held until its time was over waits for its end again.
            due::expect_end(tx, id, after)?;
        }
    }
    let new = after.refunds().iter().skip(before.refunds().len());
    new.copied().try_for_each(|refund| refund_owed(tx, (now, id), refund))
}

/// Tells that a payment for a checkout is owed back.
pub(super) fn refund_owed(
    tx: &mut dyn Transaction,
    (now, id): (Seconds, RecordId),
    refund: Refund,
) -> Result<(), ShopError> {
    let data = json!({ "checkout": id.to_string(), "order": refund.digest, "points": refund.points });
    log::append(tx, now, Kind::RefundOwed, &data)
}

/// Tells that the grant that pays a refund back is claimed.
fn refund_claimed(
    tx: &mut dyn Transaction,
    now: Seconds,
    (order, grant): (OrderDigest, RecordId),
    points: Points,
) -> Result<(), ShopError> {
    let data = json!({ "order": order, "grant": grant.to_string(), "points": points });
    log::append(tx, now, Kind::RefundClaimed, &data)
}

/// Tells that a webhook gets no more posts.
pub(super) fn webhook_disabled(
    tx: &mut dyn Transaction,
    (now, id): (Seconds, RecordId),
    why: &str,
) -> Result<(), ShopError> {
    log::append(tx, now, Kind::WebhookDisabled, &json!({ "webhook": id.to_string(), "why": why }))
}

/// A checkout is opened: from now on its end is watched for.
pub(super) fn checkout_opened(tx: &mut dyn Transaction, id: RecordId, checkout: &Checkout) -> Result<(), ShopError> {
    due::expect_end(tx, id, checkout)
}

/// What is told of a checkout in this state, and the state's name; of an open one nothing.
fn told(state: CheckoutState) -> Option<(Kind, &'static str)> {
    Some(match state {
        CheckoutState::Open => return None,
        CheckoutState::Presented => (Kind::CheckoutPresented, "presented"),
        CheckoutState::Pending(_) => (Kind::CheckoutPending, "pending"),
        CheckoutState::Accepted(_) => (Kind::CheckoutAccepted, "accepted"),
        CheckoutState::Refused(_) => (Kind::CheckoutRefused, "refused"),
        CheckoutState::Expired => (Kind::CheckoutExpired, "expired"),
        CheckoutState::Cancelled => (Kind::CheckoutCancelled, "cancelled"),
        CheckoutState::AcceptedLate(_) => (Kind::CheckoutLate, "accepted_late"),
    })
}

impl Shop {
    /// Tells that a witness does not answer this node, or answers again. What was told last is kept, so that neither a
    /// restart nor a repetition tells it twice (EVENT-5). Whether it was news.
    pub async fn tell_witness(
        &self,
        keyset: KeysetId,
        index: WitnessIndex,
        store: StoreId,
        up: bool,
    ) -> Result<bool, ShopError> {
        let key = log::witness_key(keyset, index);
        if self.0.readers.with(|read| log::is_marked(read, &key))? != up {
            return Ok(false);
        }
        let now = self.now();
        self.write(move |tx| {
            if log::is_marked(tx, &key)? != up {
                return Ok(false);
            }
            log::mark(tx, &key, !up)?;
            let kind = if up { Kind::WitnessUp } else { Kind::WitnessDown };
            log::append(tx, now, kind, &json!({ "keyset": keyset, "index": index, "store": store }))?;
            Ok(true)
        })
        .await
    }

    /// Witnesses that were told to be down and not yet to be up again.
    pub fn witnesses_told_down(&self) -> Result<Vec<(KeysetId, WitnessIndex)>, ShopError> {
        self.0.readers.with(|read| log::marked_witnesses(read))
    }
}
