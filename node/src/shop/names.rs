//! States, as tills and watchers read them.

use ronde_protocol::machine::till::checkout::CheckoutState;
use ronde_protocol::machine::till::grant::GrantState;

/// The state of a grant.
#[must_use]
pub fn grant_state(state: GrantState) -> &'static str {
    match state {
        GrantState::Open => "open",
        GrantState::Pending(_) => "pending",
        GrantState::Claimed(_) => "claimed",
        GrantState::Cancelled => "cancelled",
        GrantState::Expired => "expired",
    }
}

/// The state of a checkout.
#[must_use]
pub fn checkout_state(state: CheckoutState) -> &'static str {
    match state {
        CheckoutState::Open => "open",
        CheckoutState::Presented => "presented",
        CheckoutState::Pending(_) => "pending",
        CheckoutState::Accepted(_) => "accepted",
        CheckoutState::Refused(_) => "refused",
        CheckoutState::Expired => "expired",
        CheckoutState::Cancelled => "cancelled",
        CheckoutState::AcceptedLate(_) => "accepted_late",
    }
}
