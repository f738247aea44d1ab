//! Pledges: one a day, and never another body for the same day.

use crate::federation_support;

use federation_support::{ASSOCIATION, DAY, NOW, federation, node_seed};
use ronde_protocol::{
    machine::{
        durable::Durable,
        till::{
            pledge::{PledgeError, handle_pledge},
            signing::ToSign,
        },
    },
    message::{
        amount::Points,
        ids::{AssociationId, StoreId},
        order::{Order, Purpose, pledge_reference},
        refusal::Refusal,
    },
};

const STORE: StoreId = StoreId(1);

fn pledge(written: Option<&Order>, association: AssociationId, points: u64, now: u64) -> Result<ToSign, PledgeError> {
    handle_pledge(written, association, Points(points), STORE, now, &federation(4).charter)
}

#[test]
fn a_pledge_is_an_order_that_every_witness_accepts() {
    let charter = federation(4).charter;
    let signed =
        pledge(None, ASSOCIATION, 50, NOW).unwrap().sign(&node_seed(STORE).node_key(), &Durable::after_commit());
    assert_eq!(signed.order.purpose, Purpose::Pledge { association: ASSOCIATION, points: Points(50) });
    assert_eq!(signed.order.reference, pledge_reference(NOW));
    signed.check(&charter).unwrap().authorize(&charter).unwrap();
}

/// STORE-26.
#[test]
fn the_same_pledge_on_the_same_day_is_the_same_order_and_another_is_refused() {
    let first = pledge(None, ASSOCIATION, 50, NOW).unwrap();
    let again = pledge(Some(first.body()), ASSOCIATION, 50, NOW + DAY - 1).unwrap();
    assert_eq!(again, first);
    for (association, points) in [(ASSOCIATION, 51), (AssociationId(2), 50)] {
        let other = pledge(Some(first.body()), association, points, NOW);
        assert!(matches!(other, Err(PledgeError::OtherToday(_))));
    }
    let tomorrow = pledge(None, ASSOCIATION, 50, NOW + DAY).unwrap();
    assert_ne!(tomorrow.body().reference, first.body().reference);
}

#[test]
fn a_pledge_of_nothing_to_nobody_or_under_an_expired_charter_is_refused() {
    assert!(matches!(pledge(None, ASSOCIATION, 0, NOW), Err(PledgeError::Refused(Refusal::Invalid(_)))));
    assert!(matches!(pledge(None, AssociationId(9), 5, NOW), Err(PledgeError::Refused(Refusal::CharterBehind))));
    let late = pledge(None, ASSOCIATION, 5, NOW + 365 * DAY);
    assert!(matches!(late, Err(PledgeError::Refused(Refusal::CharterExpired))));
    let closed = pledge(None, ASSOCIATION, 5, NOW + 180 * DAY);
    assert!(matches!(closed, Err(PledgeError::Refused(Refusal::Closed))));
}
