//! What gathers for an association, and when it is given.
//!
//! Sums are kept in thousandths of a cent: a basket's eligible cents times so many of a thousand, exactly. They become
//! points by the charter's value of a point as the pledge is made, rounded down, and what is left over stays.

use ronde_protocol::message::amount::Points;
use ronde_protocol::message::charter::{Charter, PointValue};
use ronde_protocol::message::ids::{AssociationId, StoreId};

use super::Pledge;

/// Thousandths of a cent that a basket gives (EARN-10).
#[must_use]
pub fn gathers(pledge: &Pledge, cents: u64) -> u64 {
    cents.saturating_mul(pledge.per_mille)
}

/// Points that so many thousandths of a cent are worth, rounded down.
#[must_use]
pub fn worth(thousandths: u64, value: PointValue) -> Points {
    let cents = u128::from(value.cents.max(1)).saturating_mul(1000);
    let points = u128::from(thousandths).saturating_mul(u128::from(value.points)) / cents;
    Points(u64::try_from(points).unwrap_or(u64::MAX))
}

/// Thousandths of a cent that so many points take, rounded up: never are more points given than gathered for.
fn taken(points: Points, value: PointValue) -> u64 {
    let cents = u128::from(value.cents).saturating_mul(1000);
    let thousandths = u128::from(points.0).saturating_mul(cents).div_ceil(u128::from(value.points.max(1)));
    u64::try_from(thousandths).unwrap_or(u64::MAX)
}

/// What a day's pledge is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PledgeChoice {
    /// For whom it gathered.
    pub gathered_for: AssociationId,
    /// Who is given it: another, if the charter lets that one take no more.
    pub association: AssociationId,
    /// How much.
    pub points: Points,
    /// Thousandths of a cent that are then no longer owed.
    pub taken: u64,
}

/// Which of the sums is given today: the one that began first, of those that are worth a point (EARN-11). `gathered` has
/// them in that order, `current` is the association of today. None if there is none, or an error naming the association
/// that takes no gifts.
pub fn choose(
    gathered: &[(AssociationId, u64)],
    current: AssociationId,
    store: StoreId,
    charter: &Charter,
) -> Result<Option<PledgeChoice>, AssociationId> {
    let value = charter.body().point_value;
    let open = |id: AssociationId| charter.association(id).is_some_and(|known| !known.closed);
    // A pledge and the customers' points share one limit: whatever has gathered, half of a day's is left to them.
    let limit = charter.store(store).map_or(Points::ZERO, |store| Points(store.daily_limit.0 / 2));
    let mut refused = None;
    for (gathered_for, thousandths) in gathered {
        // The rest has its turn tomorrow.
        let points = worth(*thousandths, value).min(limit);
        if points == Points::ZERO {
            continue;
        }
        let Some(association) = [*gathered_for, current].into_iter().find(|id| open(*id)) else {
            refused = refused.or(Some(*gathered_for));
            continue;
        };
        let taken = taken(points, value).min(*thousandths);
        return Ok(Some(PledgeChoice { gathered_for: *gathered_for, association, points, taken }));
    }
    refused.map_or(Ok(None), Err)
}
