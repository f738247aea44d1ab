//! What witnesses answer, and what that changes.

use alloc::vec::Vec;

use super::{Fault, Gathering, Progress, Standing};
use crate::{
    machine::own::{Heard, OwnReply, Said},
    message::{
        certificate::Certificate, evidence::conflict, ids::WitnessIndex, refusal::Refusal, vote::VerifiedVote,
        wire::ReplyV1,
    },
};

impl Gathering {
    /// A witness's answer to one of the requests (STORE-7, STORE-9).
    pub fn handle_reply(&mut self, index: WitnessIndex, heard: impl Into<Heard>) -> Progress {
        match heard.into() {
            Heard::Peer(reply) => self.handle_unverified(index, reply),
            Heard::Own(OwnReply(Said::Voted(vote, _))) if vote.is_of(index, &self.digest) => {
                self.take_vote(index, vote)
            }
            Heard::Own(OwnReply(Said::Certified(certificate, evaluation, _)))
                if certificate.digest() == self.digest && evaluation.is_of(&self.keyset, index, &self.digest) =>
            {
                let certified_before = self.certificate.is_some();
                self.certificate.get_or_insert(certificate);
                self.evaluations.keep(&self.keyset, index, *evaluation);
                if certified_before { Progress::Evaluated } else { Progress::Certified(None) }
            }
            Heard::Own(reply) => self.handle_unverified(index, reply.into_reply()),
        }
    }

    fn take_vote(&mut self, index: WitnessIndex, vote: VerifiedVote) -> Progress {
        self.refusals.remove(&index);
        self.votes.insert(index, vote);
        self.try_certify()
    }

    fn handle_unverified(&mut self, index: WitnessIndex, reply: ReplyV1) -> Progress {
        match reply {
            ReplyV1::Voted(voted) if voted.vote.index == index => match voted.vote.verify(&self.keyset, &self.digest) {
                Ok(vote) => self.take_vote(index, vote),
                Err(_) => Progress::Faulty(Fault::Misbehaved(index)),
            },
            ReplyV1::Certified(certified) => {
                let certified_before = self.certificate.is_some();
                if self.take_certificate(certified.certificate).is_err() {
                    return Progress::Faulty(Fault::Misbehaved(index));
                }
                let order = (&self.order, &self.digest);
                match self.evaluations.take(&self.keyset, order, index, certified.evaluation) {
                    Ok(()) if certified_before => Progress::Evaluated,
                    Err(fault) if certified_before => Progress::Faulty(fault),
                    evaluated => Progress::Certified(evaluated.err()),
                }
            }
            ReplyV1::Refused(refusal) => self.handle_refusal(index, refusal),
            ReplyV1::Voted(_)
            | ReplyV1::Order(_)
            | ReplyV1::Feed(_)
            | ReplyV1::Log(_)
            | ReplyV1::NewestHead(_)
            | ReplyV1::Charter(_)
            | ReplyV1::Length(_)
            | ReplyV1::Bucket(_)
            | ReplyV1::Probe(_)
            | ReplyV1::Statement(_) => Progress::Faulty(Fault::Misbehaved(index)),
        }
    }

    fn try_certify(&mut self) -> Progress {
        if self.certificate.is_some() {
            return Progress::None;
        }
        let votes: Vec<VerifiedVote> = self.votes.values().copied().collect();
        self.certificate = Certificate::assemble(&self.keyset, self.digest, &votes);
        if self.certificate.is_some() { Progress::Certified(None) } else { Progress::None }
    }

    pub(super) fn take_certificate(&mut self, certificate: Certificate) -> Result<(), Refusal> {
        // Most witnesses show the very votes that were checked before. Other votes are the same certificate, and checked.
        let is_checked = self.certificate.as_ref().is_some_and(|checked| {
            let Certificate { keyset, digest, votes } = checked.as_certificate();
            (keyset, digest) == (&certificate.keyset, &certificate.digest) && votes.iter().eq(certificate.votes.iter())
        });
        if is_checked {
            return Ok(());
        }
        let verified = certificate.verify(&self.keyset, &self.digest).map_err(|_| Refusal::BadCertificate)?;
        self.certificate.get_or_insert(verified);
        Ok(())
    }

    /// A certified rival kills the order, if its certificate is good and it really is one. Otherwise one refusal is one
    /// witness's word, and the order is refused when too few are left to make q (STORE-8).
    fn handle_refusal(&mut self, index: WitnessIndex, refusal: Refusal) -> Progress {
        if let Refusal::Conflict(found) = &refusal
            && let Some(certificate) = &found.certificate
        {
            let rival = found.other.order();
            let good =
                conflict(rival, &self.order) && certificate.clone().verify(&self.keyset, &rival.digest()).is_ok();
            if !good {
                return Progress::Faulty(Fault::Misbehaved(index));
            }
            self.killed = Some(refusal);
            return Progress::Refused;
        }
        if matches!(refusal, Refusal::CoinUnknown) {
            return self.handle_wrong_column(index);
        }
        if self.is_shown && matches!(refusal, Refusal::Closed) {
            self.evaluations.closed.insert(index);
        }
        self.refusals.insert(index, refusal);
        match self.standing() {
            Standing::Refused(_) => Progress::Refused,
            Standing::Dropped => Progress::Dropped,
            Standing::Gathering(_) | Standing::Certified { .. } => Progress::None,
        }
    }

    /// A verdict on the column that was shown, and on nothing else: whoever brought it may not have made the order
    /// (STORE-28).
    fn handle_wrong_column(&mut self, index: WitnessIndex) -> Progress {
        if self.columns.in_use(index).is_none() {
            // What it said of the last one it may say again; or it was shown none.
            let again = matches!(self.refusals.get(&index), Some(Refusal::CoinUnknown));
            return if again { Progress::None } else { Progress::Faulty(Fault::Misbehaved(index)) };
        }
        if self.certificate.is_some() {
            return Progress::None;
        }
        self.columns.drop_used(index);
        if self.columns.in_use(index).is_some() {
            return Progress::AnotherColumn(index);
        }
        self.refusals.insert(index, Refusal::CoinUnknown);
        if matches!(self.standing(), Standing::Dropped) { Progress::Dropped } else { Progress::None }
    }
}
