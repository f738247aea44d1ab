//! Pledges: the store's own gifts, one a day.

use ronde_protocol::crypto::sign::SigningKey;
use ronde_protocol::machine::durable::Durable;
use ronde_protocol::machine::till::pledge::handle_pledge;
use ronde_protocol::machine::till::signing::ToSign;
use ronde_protocol::message::amount::Points;
use ronde_protocol::message::ids::AssociationId;
use ronde_protocol::message::order::{SignedOrder, pledge_reference};

use super::answers::Known;
use super::grants::signed_order;
use super::records::save;
use super::restored::may_be_pledged;
use super::{Answer, Once, Shop, ShopError, totals};
use crate::fault;
use crate::store::Table;

/// What becomes of a request to pledge.
#[derive(Debug)]
pub enum PledgeStep {
    /// It was answered before.
    Answered(Answer),
    /// To be submitted; it may have been already.
    Submit(Box<SignedOrder>),
}

enum Decided {
    Answered(Answer),
    Sign(ToSign),
}

impl Shop {
    /// Makes today's pledge, or gives the one already made if it says the same. A repeated request means the pledge it
    /// made, even after midnight.
    pub async fn pledge(
        &self,
        association: AssociationId,
        points: Points,
        once: Option<&Once>,
        key: &SigningKey,
    ) -> Result<PledgeStep, ShopError> {
        let (store, charter, now) = (self.store(), self.charter(), self.now());
        let once = once.map(Once::again);
        fault::point("shop.before-pledge");
        let decided = self.write(move |transaction| {
            let known = once.as_ref().map_or(Ok(Known::Nothing), |once| once.look(transaction))?;
            let reference = match known {
                Known::Answered(answer) => return Ok(Decided::Answered(answer)),
                Known::Signed(reference) => reference,
                Known::Nothing => pledge_reference(now),
            };
            let written = signed_order(transaction, &reference.0)?;
            if written.is_none() && may_be_pledged(transaction, &reference.0)? {
                return Err(ShopError::Restored);
            }
            let to_sign = handle_pledge(written.as_ref(), association, points, store, now, &charter)?;
            if written.is_none() {
                save(transaction, Table::SignedReference, &reference.0, to_sign.body())?;
                totals::count(transaction, None, now, |totals| {
                    totals.pledged = totals.pledged.saturating_add(points.0);
                })?;
            }
            if let Some(once) = &once {
                once.keep_signed(transaction, now, reference)?;
            }
            Ok(Decided::Sign(to_sign))
        });
        let decided = decided.await?;
        fault::point("shop.after-pledge");
        Ok(match decided {
            Decided::Answered(answer) => PledgeStep::Answered(answer),
            Decided::Sign(to_sign) => PledgeStep::Submit(Box::new(to_sign.sign(key, &Durable::after_commit()))),
        })
    }
}
