//! Answering probes: the state of one coin, to whoever holds its key. Nothing is bound.

use super::{
    Gate, Witness,
    record::{CoinRecord, Inconsistent, OrderRecord, View},
};
use crate::message::{
    ids::OrderDigest,
    log::CertifiedOrder,
    order::Seconds,
    probe::{CheckedProbe, CoinState, ProbeAnswer},
    refusal::{NotVoting, Refusal},
    wire::ReplyV1,
};

impl Witness {
    /// Says whether a coin is free here (RESTORE-20). The view must show committed state only.
    ///
    /// What is bound or spent is shown with its proof, whoever shows it. That a coin is free is this witness's word
    /// alone, so one that may have forgotten a vote does not give it (RESTORE-27).
    pub fn answer_probe<V: View>(
        &self,
        view: &V,
        gate: Gate,
        probe: &CheckedProbe,
        now: Seconds,
    ) -> Result<ReplyV1, V::Error> {
        let keyset = self.keyset();
        if probe.keyset() != keyset.id() {
            return Ok(ReplyV1::Refused(Refusal::Unknown));
        }
        if now > keyset.evaluate_until() {
            return Ok(ReplyV1::Refused(Refusal::Closed));
        }
        let state = match view.coin(keyset.id(), probe.point())? {
            Some(CoinRecord { digest, .. }) => self.holder(view, &digest)?,
            None if view.retired(keyset.id())?.is_some() => {
                return Ok(ReplyV1::Refused(Refusal::NotVoting(NotVoting::Retired)));
            }
            None if gate == Gate::Starting => {
                return Ok(ReplyV1::Refused(Refusal::NotVoting(NotVoting::Starting)));
            }
            None => CoinState::Unbound,
        };
        Ok(ReplyV1::Probe(ProbeAnswer::sign(&self.keys().vote, keyset, self.index(), probe, state)))
    }

    fn holder<V: View>(&self, view: &V, digest: &OrderDigest) -> Result<CoinState, V::Error> {
        match view.order(self.keyset().id(), digest)?.ok_or(Inconsistent::Order(*digest))? {
            OrderRecord::Voted(signed) => Ok(CoinState::Bound(signed)),
            OrderRecord::Certified { order, certificate, .. } | OrderRecord::Contested { order, certificate, .. } => {
                Ok(CoinState::Spent(CertifiedOrder { order, certificate }))
            }
            // A dead order holds nothing.
            OrderRecord::Dead { .. } => Err(Inconsistent::Order(*digest).into()),
        }
    }
}
