//! Whether to vote: steps 2, 3 (clock and limits), 5 and 6 of design section 6.

use alloc::{boxed::Box, vec::Vec};

use super::{
    Gate, Step, Witness,
    decide::Verdict,
    issuing, log,
    prepare::PreparedVote,
    record::{CoinRecord, Draft, OrderRecord, View, Write},
};
use crate::message::{
    certificate::Certificate,
    charter::Charter,
    check::AuthorizedOrder,
    ids::OrderDigest,
    log::LogEntry,
    order::{Purpose, Seconds},
    refusal::{Conflict, ConflictingOrder, NotVoting, Refusal},
    vote::VerifiedVote,
    wire::ReplyV1,
};

impl Witness {
    /// Decides on a prepared order in one transaction: all inputs unspent and bound to it, logged, and then the vote,
    /// or nothing at all and the reason (WITNESS-2, WITNESS-13).
    pub fn decide_vote<V: View>(
        &self,
        view: &V,
        charter: &Charter,
        gate: Gate,
        prepared: PreparedVote,
        now: Seconds,
    ) -> Result<Step<ReplyV1>, V::Error> {
        let mut draft = Draft::new(view, self.keyset().id());
        let verdict = self.vote_in(&mut draft, charter, gate, &prepared, now)?;
        self.end_alone(draft, verdict)
    }

    pub(super) fn vote_in<V: View>(
        &self,
        draft: &mut Draft<'_, V>,
        charter: &Charter,
        gate: Gate,
        prepared: &PreparedVote,
        now: Seconds,
    ) -> Result<Verdict, V::Error> {
        let digest = prepared.digest();
        if self.is_frozen(draft.view(), now)? {
            // The log is closing: votes that complete a quorum must not add to it either (WITNESS-34).
            return Ok(Verdict::Refused(Refusal::Closed));
        }
        match draft.order(&digest)? {
            Some(record) => self.repeat(draft, record, prepared, charter),
            None => match self.admit(draft, charter, gate, &prepared.order, now)? {
                Some(refusal) => Ok(Verdict::Refused(refusal)),
                None => {
                    bind(draft, &prepared.order)?;
                    issuing::count(draft, prepared.order.order(), now)?;
                    self.answer_with_vote(draft, prepared, charter)
                }
            },
        }
    }

    /// A digest that is known is answered as before: the same vote (WITNESS-9), its certificate (WITNESS-30), or the
    /// one that killed it.
    fn repeat<V: View>(
        &self,
        draft: &mut Draft<'_, V>,
        record: OrderRecord,
        prepared: &PreparedVote,
        charter: &Charter,
    ) -> Result<Verdict, V::Error> {
        Ok(match record {
            OrderRecord::Voted(_) => self.answer_with_vote(draft, prepared, charter)?,
            OrderRecord::Certified { certificate, evaluation, .. } => Verdict::served(certificate, evaluation),
            OrderRecord::Dead { by, .. } => Verdict::Refused(self.conflict_with(draft, &by)?),
            OrderRecord::Contested { against, .. } => Verdict::Refused(self.conflict_with(draft, &against)?),
        })
    }

    /// The vote, or the certificate that it completes (WITNESS-17).
    fn answer_with_vote<V: View>(
        &self,
        draft: &mut Draft<'_, V>,
        prepared: &PreparedVote,
        charter: &Charter,
    ) -> Result<Verdict, V::Error> {
        let digest = prepared.digest();
        let PreparedVote { order, votes, evaluation } = prepared;
        if let Some(evaluation) = evaluation {
            // Into the certificate, which is written down in this step.
            let own = VerifiedVote::by_signing(&self.keys().vote, self.keyset(), self.index(), &digest);
            let votes: Vec<VerifiedVote> = votes.iter().copied().chain([own]).collect();
            if let Some(certificate) = Certificate::assemble(self.keyset(), digest, &votes) {
                let order = order.order().clone();
                return self.certify(draft, charter, order, &certificate, evaluation.clone());
            }
        }
        Ok(Verdict::Voted(digest))
    }

    /// Why not to vote, if there is a reason.
    fn admit<V: View>(
        &self,
        draft: &mut Draft<'_, V>,
        charter: &Charter,
        gate: Gate,
        authorized: &AuthorizedOrder,
        now: Seconds,
    ) -> Result<Option<Refusal>, V::Error> {
        let order = authorized.order();
        if draft.retired()?.is_some() {
            return Ok(Some(Refusal::NotVoting(NotVoting::Retired)));
        }
        if gate == Gate::Starting {
            return Ok(Some(Refusal::NotVoting(NotVoting::Starting)));
        }
        if gate == Gate::Full {
            return Ok(Some(Refusal::StorageFailed));
        }
        if let Some(other) = holder(draft, authorized)? {
            return self.conflict_with(draft, &other).map(Some);
        }
        // The only clocks that an order with inputs ever meets: WITNESS-14, WITNESS-15 (and so WITNESS-16).
        if now > self.keyset().redeem_until() {
            return Ok(Some(Refusal::Closed));
        }
        match order.purpose {
            Purpose::Vote { campaign, .. } => Ok(issuing::campaign_over(charter, campaign, now)),
            Purpose::Earn | Purpose::Pledge { .. } => issuing::check(draft, charter, self.keyset(), order, now),
            Purpose::Redeem | Purpose::Swap | Purpose::Donate { .. } => Ok(None),
        }
    }

    /// WITNESS-12.
    pub(super) fn conflict_with<V: View>(
        &self,
        draft: &Draft<'_, V>,
        other: &OrderDigest,
    ) -> Result<Refusal, V::Error> {
        let (other, certificate) = match draft.named_order(other)? {
            OrderRecord::Voted(signed) | OrderRecord::Dead { signed, .. } => (ConflictingOrder::Signed(signed), None),
            OrderRecord::Certified { order, certificate, .. } | OrderRecord::Contested { order, certificate, .. } => {
                (ConflictingOrder::Certified(order), Some(certificate))
            }
        };
        Ok(Refusal::Conflict(Box::new(Conflict { other, certificate })))
    }
}

/// Another order that holds one of the coins (WITNESS-10) or the reference (WITNESS-11). One that is certified comes before
/// others: it is final, and whoever carries this order can give it up.
fn holder<V: View>(draft: &Draft<'_, V>, authorized: &AuthorizedOrder) -> Result<Option<OrderDigest>, V::Error> {
    let (order, digest) = (authorized.order(), authorized.digest());
    let mut bound = None;
    for input in &order.inputs {
        match draft.coin(&input.point)? {
            Some(record) if record.digest == digest => {}
            Some(record) if record.spent => return Ok(Some(record.digest)),
            Some(record) => bound = bound.or(Some(record.digest)),
            None => {}
        }
    }
    if bound.is_some() {
        return Ok(bound);
    }
    if order.inputs.is_empty()
        && let Some(held_by) = draft.reference(order.store, &order.reference)?
        && held_by != digest
    {
        return Ok(Some(held_by));
    }
    Ok(None)
}

/// WITNESS-13.
fn bind<V: View>(draft: &mut Draft<'_, V>, authorized: &AuthorizedOrder) -> Result<(), V::Error> {
    let (order, digest) = (authorized.order(), authorized.digest());
    for input in &order.inputs {
        draft.put(Write::Coin(input.point, Some(CoinRecord { digest, spent: false })));
    }
    if order.inputs.is_empty() {
        draft.put(Write::Reference(order.store, order.reference, Some(digest)));
    }
    draft.put(Write::Order(digest, Box::new(OrderRecord::Voted(authorized.signed().clone()))));
    log::append(draft, LogEntry::Voted(authorized.signed().clone()))?;
    Ok(())
}
