//! What the manager is told of the orders that this node has in hand, and of what the store may still issue today.

use std::time::Duration;

use ronde_protocol::message::amount::Points;
use ronde_protocol::message::ids::OrderDigest;
use ronde_protocol::message::order::Purpose;

/// An order that this node took in hand and has not completed yet.
#[derive(Clone, Copy, Debug)]
pub struct OpenOrder {
    /// Names it.
    pub digest: OrderDigest,
    /// What it does.
    pub purpose: Purpose,
    /// How long this process has it in hand.
    pub age: Duration,
}

/// What is in hand.
#[derive(Clone, Debug, Default)]
pub struct InHand {
    /// The oldest orders first; no more than were asked for.
    pub orders: Vec<OpenOrder>,
    /// Points that the store issued on this UTC day, as this node's own witness counts them; none if it is no witness.
    pub issued_today: Option<Points>,
}
