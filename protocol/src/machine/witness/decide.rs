//! Decisions on one or many prepared requests, in one transaction.
//!
//! Signing is left for after the commit, so that the one who writes does not wait for it; but for a vote that goes into the
//! certificate it completes. All answers of one step carry one head.

use alloc::{boxed::Box, vec::Vec};

use super::{
    Gate, PreparedCertificate, PreparedMove, PreparedVote, Step, Witness, log,
    record::{Draft, EarlierView, View},
};
use crate::{
    machine::own::{OwnReply, Said},
    message::{
        certificate::{Certificate, VerifiedCertificate},
        charter::Charter,
        evaluation::Evaluation,
        head::Head,
        ids::OrderDigest,
        order::Seconds,
        refusal::Refusal,
        vote::VerifiedVote,
        wire::{Certified, ReplyV1},
    },
};

/// A request that was prepared.
#[derive(Debug)]
pub enum Prepared {
    /// An order to vote for.
    Vote(PreparedVote),
    /// A certificate to write down.
    Certificate(PreparedCertificate),
    /// The certificate of a Swap that moves points here.
    Move(PreparedMove),
}

/// What is decided on one request, before the step is complete.
#[derive(Debug)]
pub(super) enum Verdict {
    Voted(OrderDigest),
    /// With an evaluation that was made for this request.
    Certified(VerifiedCertificate, Box<Evaluation>),
    /// What is written down of it.
    Served(Certificate, Box<Evaluation>),
    Refused(Refusal),
}

impl Verdict {
    pub(super) fn served(certificate: Certificate, evaluation: Evaluation) -> Self {
        Self::Served(certificate, Box::new(evaluation))
    }
}

/// Size and root of the log as a step leaves it; not signed yet.
#[derive(Clone, Copy, Debug)]
pub struct HeadToSign {
    size: u64,
    root: [u8; 32],
}

/// What was decided on one request; not signed yet. A refusal has no head.
#[derive(Debug)]
pub struct Decided(Answer);

#[derive(Debug)]
enum Answer {
    Voted(OrderDigest, HeadToSign),
    Certified(VerifiedCertificate, Box<Evaluation>, HeadToSign),
    Served(Certificate, Box<Evaluation>, HeadToSign),
    Refused(Refusal),
}

/// What was decided on one request, for whoever keeps count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The order was voted for.
    Voted(OrderDigest),
    /// The order is certified here.
    Certified(OrderDigest),
    /// The request was refused.
    Refused,
}

impl Decided {
    /// In short.
    pub fn outcome(&self) -> Outcome {
        match &self.0 {
            Answer::Voted(digest, _) => Outcome::Voted(*digest),
            Answer::Certified(certificate, ..) => Outcome::Certified(certificate.digest()),
            Answer::Served(certificate, ..) => Outcome::Certified(certificate.digest),
            Answer::Refused(_) => Outcome::Refused,
        }
    }
}

impl Witness {
    /// Decides on many requests, one after the other, in one transaction: each sees what those before it did.
    pub fn decide<V: EarlierView>(
        &self,
        view: &V,
        charter: &Charter,
        gate: Gate,
        prepared: &[Prepared],
        now: Seconds,
    ) -> Result<Step<Vec<Decided>>, V::Error> {
        let mut draft = Draft::new(view, self.keyset().id());
        let mut decided = Vec::with_capacity(prepared.len());
        for prepared in prepared {
            decided.push(match prepared {
                Prepared::Vote(prepared) => self.vote_in(&mut draft, charter, gate, prepared, now)?,
                Prepared::Certificate(prepared) => self.certificate_in(&mut draft, charter, prepared, now)?,
                Prepared::Move(prepared) => self.move_in(&mut draft, prepared, now)?,
            });
        }
        self.end(draft, decided)
    }

    /// The answers with the head of the log as the step leaves it (WITNESS-35).
    fn end<V: View>(&self, draft: Draft<'_, V>, verdicts: Vec<Verdict>) -> Result<Step<Vec<Decided>>, V::Error> {
        let mut head = None;
        let mut decided = Vec::with_capacity(verdicts.len());
        for verdict in verdicts {
            decided.push(with_head(verdict, || drafted_head(&draft, &mut head))?);
        }
        Ok(Step::new(draft, decided))
    }

    /// The step of one request alone, signed at once.
    pub(super) fn end_alone<V: View>(&self, draft: Draft<'_, V>, verdict: Verdict) -> Result<Step<ReplyV1>, V::Error> {
        let decided = with_head(verdict, || drafted_head(&draft, &mut None))?;
        let reply = self.sign_reply(decided, |head| self.sign_head(head));
        Ok(Step::new(draft, reply.into_reply()))
    }

    /// Signs the head of a step (LOG-9).
    pub fn sign_head(&self, head: HeadToSign) -> Head {
        Head::sign(&self.keys().vote, self.keyset(), self.index(), head.size, head.root)
    }

    /// Signs the answer to one request. `sign_head` is [`Witness::sign_head`], or gives what that gave for another answer of
    /// the same step.
    pub fn sign_reply(&self, decided: Decided, sign_head: impl FnOnce(HeadToSign) -> Head) -> OwnReply {
        OwnReply(match decided.0 {
            Answer::Voted(digest, head) => {
                let vote = VerifiedVote::by_signing(&self.keys().vote, self.keyset(), self.index(), &digest);
                Said::Voted(vote, sign_head(head))
            }
            Answer::Certified(certificate, evaluation, head) => {
                Said::Certified(certificate, evaluation, sign_head(head))
            }
            Answer::Served(certificate, evaluation, head) => {
                let (evaluation, head) = (*evaluation, sign_head(head));
                Said::Other(ReplyV1::Certified(Certified { certificate, evaluation, head }))
            }
            Answer::Refused(refusal) => Said::Other(ReplyV1::Refused(refusal)),
        })
    }
}

fn with_head<E>(verdict: Verdict, head: impl FnOnce() -> Result<HeadToSign, E>) -> Result<Decided, E> {
    Ok(Decided(match verdict {
        Verdict::Voted(digest) => Answer::Voted(digest, head()?),
        Verdict::Certified(certificate, evaluation) => Answer::Certified(certificate, evaluation, head()?),
        Verdict::Served(certificate, evaluation) => Answer::Served(certificate, evaluation, head()?),
        Verdict::Refused(refusal) => Answer::Refused(refusal),
    }))
}

/// Computed once for a step.
fn drafted_head<V: View>(draft: &Draft<'_, V>, known: &mut Option<HeadToSign>) -> Result<HeadToSign, V::Error> {
    if let Some(head) = known {
        return Ok(*head);
    }
    let (size, root) = log::drafted_root(draft)?;
    Ok(*known.insert(HeadToSign { size, root }))
}
