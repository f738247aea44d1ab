//! A store's gift to an association, once a day (STORE-26).

use super::signing::{OtherBody, ToSign};
use crate::message::{
    amount::Points,
    charter::Charter,
    ids::{AssociationId, StoreId},
    order::{Inputs, Order, Outputs, Purpose, Seconds, pledge_reference},
    refusal::{Refusal, Rule},
};

/// Why a pledge is not made.
#[derive(Clone, Debug, thiserror::Error)]
pub enum PledgeError {
    /// Today's pledge is another one.
    #[error("the store has made another pledge today; the next is possible after midnight UTC")]
    OtherToday(#[from] OtherBody),
    /// The association takes no more gifts.
    #[error("the association takes no more gifts")]
    AssociationClosed,
    /// A rule of the charter forbids it.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

/// Makes today's Pledge order, or gives the one already made if it says the same.
///
/// `written` is the body that this store signed under today's [`pledge_reference`], if there is one.
pub fn handle_pledge(
    written: Option<&Order>,
    association: AssociationId,
    points: Points,
    store: StoreId,
    now: Seconds,
    charter: &Charter,
) -> Result<ToSign, PledgeError> {
    let purpose = Purpose::Pledge { association, points };
    if let Some(written) = written {
        return match written.purpose == purpose {
            true => Ok(ToSign::decide(Some(written), written.clone())?),
            false => Err(OtherBody.into()),
        };
    }
    if points == Points::ZERO {
        return Err(Refusal::from(Rule::Balance).into());
    }
    if !charter.allows_issuing(now) {
        return Err(Refusal::CharterExpired.into());
    }
    if charter.association(association).is_some_and(|association| association.closed) {
        return Err(PledgeError::AssociationClosed);
    }
    let keyset = charter.keysets().filter(|keyset| now < keyset.issue_until()).last().ok_or(Refusal::Closed)?;
    let order = Order {
        federation: *charter.federation(),
        keyset: keyset.id(),
        store,
        purpose,
        reference: pledge_reference(now),
        time: now,
        inputs: Inputs::default(),
        outputs: Outputs::default(),
    };
    order.check_rules(charter)?;
    Ok(ToSign::decide(None, order)?)
}
