//! What moves into a keyset from an earlier one: the earlier committee certified it, this one makes the coins.

use super::{
    Step, Witness,
    decide::Verdict,
    outstanding::points_into,
    record::{Counter, Draft, EarlierView, Inconsistent, OrderRecord, Write},
};
use crate::{
    crypto::Entropy,
    message::{
        certificate::VerifiedCertificate,
        charter::{Charter, Keyset},
        evaluation::{Evaluation, outputs_of},
        ids::OrderDigest,
        log::CertifiedOrder,
        order::{Order, Seconds},
        refusal::Refusal,
        wire::ReplyV1,
    },
};

/// A certified Swap of an earlier keyset with this witness's evaluation, not yet written down.
#[derive(Debug)]
pub struct PreparedMove {
    order: Order,
    digest: OrderDigest,
    earlier: Keyset,
    certificate: VerifiedCertificate,
    evaluation: Evaluation,
}

impl PreparedMove {
    /// The order's identity.
    pub fn digest(&self) -> OrderDigest {
        self.digest
    }
}

impl Witness {
    /// Checks the earlier committee's certificate with its keys and evaluates the outputs of this keyset, and no others
    /// (ROLLOVER-2, ROLLOVER-3). The order's rules are checked again: the earlier committee may be the reason for the
    /// later one.
    pub fn prepare_move(
        &self,
        charter: &Charter,
        certified: CertifiedOrder,
        entropy: Entropy,
    ) -> Result<PreparedMove, Refusal> {
        let CertifiedOrder { order, certificate } = certified;
        let own = self.keyset().id();
        if order.keyset == own || order.federation != *self.keyset().federation() {
            return Err(Refusal::Unknown);
        }
        if outputs_of(&order, own).next().is_none() {
            return Err(Refusal::Unknown);
        }
        let earlier = order.check_rules(charter).map_err(|refusal| match refusal {
            Refusal::CharterBehind => Refusal::CharterBehind,
            _ => Refusal::BadCertificate,
        })?;
        let digest = order.digest();
        let certificate = certificate.verify(earlier, &digest).map_err(|_| Refusal::BadCertificate)?;
        let evaluation = self.evaluate_certified(&order, digest, entropy)?;
        Ok(PreparedMove { digest, earlier: earlier.clone(), order, certificate, evaluation })
    }

    /// Writes the certificate into this keyset's log and counts what came, in one transaction, and only then hands out
    /// the evaluation; or says that the logs of the earlier keyset do not leave so much yet (ROLLOVER-4).
    pub fn decide_move<V: EarlierView>(
        &self,
        view: &V,
        prepared: PreparedMove,
        now: Seconds,
    ) -> Result<Step<ReplyV1>, V::Error> {
        let mut draft = Draft::new(view, self.keyset().id());
        let verdict = self.move_in(&mut draft, &prepared, now)?;
        self.end_alone(draft, verdict)
    }

    pub(super) fn move_in<V: EarlierView>(
        &self,
        draft: &mut Draft<'_, V>,
        prepared: &PreparedMove,
        now: Seconds,
    ) -> Result<Verdict, V::Error> {
        let (own, view) = (self.keyset().id(), draft.view());
        if self.is_frozen(view, now)? {
            return Ok(Verdict::Refused(Refusal::Closed));
        }
        let PreparedMove { order, digest, earlier, certificate, evaluation } = prepared;
        if let Some(OrderRecord::Certified { certificate, evaluation, .. }) = draft.order(digest)? {
            return Ok(Verdict::served(certificate, evaluation));
        }
        let sums = view.outstanding(own, earlier.id())?.unwrap_or_default();
        let counter = Counter::Moved { from: earlier.id() };
        let moved = draft.counter(&counter)?.checked_add(points_into(order, own)).ok_or(Inconsistent::Overflow)?;
        // Once the earlier keyset is closed, its statements say what it certified (ROLLOVER-9), not whoever kept a
        // certificate back (ROLLOVER-15).
        let closed = now > earlier.evaluate_until();
        let seen = view.seen(own, earlier.id(), digest)?.unwrap_or_default();
        if (closed && !sums.is_certified(earlier, seen)) || !sums.allows(earlier, own, moved) {
            return Ok(Verdict::Refused(Refusal::RolloverBehind));
        }
        draft.put(Write::Counter(counter, moved));
        self.keep_certified(draft, order.clone(), certificate, evaluation.clone())
    }
}
