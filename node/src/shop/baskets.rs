//! Baskets: rung up by a till, paid or declined by a wallet, completed by the till; then their grant can be claimed.
//!
//! The payment is the checkout of the basket's id, and what is earned the grant of that id. Whatever moves one of them
//! moves the basket in the same transaction.

mod finish;
mod moves;
mod record;
mod return_url;
mod ring_up;
mod view;
mod waiters;

use std::sync::Arc;

use ronde_protocol::machine::till::basket::BasketState;
use ronde_protocol::message::charter::Charter;
use ronde_protocol::message::ids::StoreId;
use ronde_protocol::message::order::Seconds;

use super::{Caps, Shop};

pub(super) use moves::follow;
pub(super) use record::find;
pub use return_url::{BadReturnUrl, ReturnUrl};
pub use ring_up::{MadeBasket, NewBasket};
pub use view::BasketView;
pub use waiters::Waiters;

/// By what a basket is reckoned when something happens to it.
#[derive(Clone)]
pub(super) struct Here {
    store: StoreId,
    charter: Arc<Charter>,
    caps: Caps,
    now: Seconds,
}

impl Shop {
    pub(super) fn here(&self) -> Here {
        Here { store: self.store(), charter: self.charter(), caps: self.caps(), now: self.now() }
    }
}

/// The state of a basket, as tills and wallets read it.
#[must_use]
pub fn basket_state(state: BasketState) -> &'static str {
    match state {
        BasketState::Open => "open",
        BasketState::Settled => "settled",
        BasketState::Complete => "complete",
        BasketState::Cancelled => "cancelled",
        BasketState::Expired => "expired",
    }
}
