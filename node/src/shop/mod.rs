//! The shop behind the counter: grants, checkouts, pledges and tills, kept in the node's database.
//!
//! Decisions are taken by the machines of `ronde_protocol::machine::till` inside the writer's transaction; the answer
//! leaves after its commit. What talks to the quorum is the [`OrderDesk`], which is not in here.

mod answers;
mod baskets;
mod books;
mod caps;
mod checkouts;
mod counted;
mod daily;
mod desk;
mod details;
mod earlier;
mod error;
pub mod events;
mod gathered;
mod given;
mod goodwill;
mod grants;
mod in_hand;
mod names;
mod pledges;
mod receipts;
mod records;
mod refunds;
mod restored;
mod returns;
mod settle;
mod tills;
mod totals;
mod trace;
mod uses;
mod webhooks;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ronde_protocol::message::charter::Charter;
use ronde_protocol::message::ids::{OrderDigest, StoreId};
use tokio::sync::watch;

use crate::clock::Clock;
use crate::earning::Rules;
use crate::metrics::Metrics;
use crate::store::{Readers, Transaction, Writer};

pub use answers::{Answer, InFlight, Once, RepeatError};
pub use baskets::{BadReturnUrl, BasketView, MadeBasket, NewBasket, ReturnUrl, Waiters, basket_state};
pub use books::{Account, AccountLine, KeysetBooks};
pub use caps::{Cap, Caps, NearCap, OverCap, TillCaps};
pub use checkouts::{CheckoutView, NewCheckout};
pub use desk::{
    BoxFuture, Certified, ClockStatus, DeskError, DeskStatus, DiskStatus, EvidenceId, LogStatus, OrderDesk, Outcome,
    PeerLogStatus, PeerLogTrouble, RetiredBecause, SeatNotTaken, StorageStatus, WitnessStatus,
};
pub use details::{Detail, Share};
pub use earlier::make_up_refunds;
pub use error::{EarningError, Missing, ShopError};
pub use grants::{MadeGrant, NewGrant, Source};
pub use in_hand::{InHand, OpenOrder};
pub use names::{checkout_state, grant_state};
pub use pledges::PledgeStep;
pub use receipts::ReceiptText;
pub use records::RecordId;
pub use refunds::{Fate, NewReturn, RefundClaimed, RefundLine};
pub use restored::take_mark;
pub use returns::{GoodsBack, ReturnError, TakenBack};
pub use tills::{Caller, NewTill, Scope, TillError, TillRecord, TillView, Token};
pub use totals::Totals;
pub use trace::{GrantLinks, Traced};
pub use webhooks::{Posted, Stopped, Trouble, Webhook, WebhookError};

/// Gives the newest charter.
pub type CharterSource = Arc<dyn Fn() -> Arc<Charter> + Send + Sync>;

/// A handle on the shop; clones share it.
#[derive(Clone)]
pub struct Shop(Arc<Inner>);

/// Why the rules are older than the configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RulesTrouble {
    /// Where in the configuration, without anything that is written there as a value: anybody may read it.
    pub place: String,
    /// What is wrong, and what to write instead: for the manager.
    pub whole: String,
}

struct Inner {
    store: StoreId,
    charter: CharterSource,
    writer: Writer,
    readers: Arc<Readers>,
    clock: Clock,
    /// Goes up with every change of a checkout or till: whoever waits looks again.
    changes: watch::Sender<u64>,
    /// The position of the next event, as far as it was told: whoever reads the log looks again.
    told: watch::Sender<u64>,
    /// Goes up whenever a token is worth less than before.
    revoked: watch::Sender<u64>,
    /// Goes up whenever a webhook is added, removed or set back.
    webhooks: watch::Sender<u64>,
    /// Votes gathered so far for orders that are pending; a display, not a record.
    votes: Mutex<BTreeMap<OrderDigest, usize>>,
    /// What is counted of grants, checkouts and points.
    metrics: Metrics,
    /// Requests under an idempotency key that are being answered.
    in_flight: Arc<Mutex<BTreeSet<[u8; 32]>>>,
    caps: Mutex<Caps>,
    /// When each till's use was written down last.
    uses: Mutex<uses::Uses>,
    /// What baskets earn, as the configuration says it now.
    rules: Mutex<Arc<Rules>>,
    /// Why the rules are older than the configuration.
    rules_trouble: Mutex<Option<RulesTrouble>>,
    /// Why what has gathered for an association is not pledged.
    pledge_trouble: Mutex<Option<String>>,
}

impl Shop {
    /// The shop of `store`, on the node's database.
    pub fn new(store: StoreId, charter: CharterSource, writer: Writer, readers: Arc<Readers>, clock: Clock) -> Self {
        Self(Arc::new(Inner {
            store,
            charter,
            writer,
            readers,
            clock,
            changes: watch::Sender::new(0),
            told: watch::Sender::new(0),
            revoked: watch::Sender::new(0),
            webhooks: watch::Sender::new(0),
            votes: Mutex::default(),
            metrics: Metrics::default(),
            in_flight: Arc::default(),
            caps: Mutex::default(),
            uses: Mutex::default(),
            rules: Mutex::default(),
            rules_trouble: Mutex::default(),
            pledge_trouble: Mutex::default(),
        }))
    }

    /// Counts there instead of by itself; before the shop is shared.
    #[must_use]
    pub fn counted_by(mut self, metrics: Metrics) -> Self {
        if let Some(inner) = Arc::get_mut(&mut self.0) {
            inner.metrics = metrics;
        }
        self
    }

    /// Where it counts.
    #[must_use]
    pub fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    /// Whose shop it is.
    #[must_use]
    pub fn store(&self) -> StoreId {
        self.0.store
    }

    /// The newest charter.
    #[must_use]
    pub fn charter(&self) -> Arc<Charter> {
        (self.0.charter)()
    }

    /// What baskets earn from now on.
    pub fn set_rules(&self, rules: Rules) {
        *lock(&self.0.rules) = Arc::new(rules);
        *lock(&self.0.rules_trouble) = None;
    }

    /// What baskets earn.
    #[must_use]
    pub fn rules(&self) -> Arc<Rules> {
        Arc::clone(&lock(&self.0.rules))
    }

    /// The configuration can't be read: the rules stay as they are. The status says where the trouble is, and only the
    /// manager is told what.
    pub fn keep_rules(&self, trouble: RulesTrouble) {
        *lock(&self.0.rules_trouble) = Some(trouble);
    }

    /// Why the rules are older than the configuration.
    #[must_use]
    pub fn rules_trouble(&self) -> Option<RulesTrouble> {
        lock(&self.0.rules_trouble).clone()
    }

    /// Whole seconds since 1970, by the node's clock.
    #[must_use]
    pub fn now(&self) -> u64 {
        self.0.clock.unix_seconds()
    }

    /// Runs `work` in a transaction; answers after its commit.
    ///
    /// A refusal goes inside: what the work wrote before it (a time that is over) is kept. Only a failure of the
    /// storage or a damaged record takes the writes back.
    async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut dyn Transaction) -> Result<T, ShopError> + Send + 'static,
    ) -> Result<T, ShopError> {
        let (value, _committed) = self.0.writer.submit(work).await?;
        self.tell();
        Ok(value)
    }

    fn changed(&self) {
        self.0.changes.send_modify(|count| *count = count.wrapping_add(1));
    }
}

impl std::fmt::Debug for Shop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shop").field("store", &self.0.store).finish_non_exhaustive()
    }
}

/// A map or set that a panicking user can't have left half changed.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
