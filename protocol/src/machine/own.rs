//! What a gateway and a witness in one program say to each other: what one of them has checked or signed, the other takes from
//! its memory as it is. What comes from a peer or from a disk is never taken so (STORE-7, STORE-9).

use alloc::{boxed::Box, vec::Vec};

use crate::{
    crypto::group::PointBytes,
    limits::MAX_INPUTS,
    message::{
        certificate::VerifiedCertificate,
        check::AuthorizedOrder,
        codec::Bounded,
        evaluation::Evaluation,
        head::Head,
        order::Order,
        vote::VerifiedVote,
        wire::{Certified, ReplyV1, VoteRequest, Voted},
    },
};

/// An order that a witness is asked to vote for.
#[derive(Clone, Debug)]
pub enum Asking {
    /// By whoever relayed it; nothing of it is checked.
    Relayed(Box<VoteRequest>),
    /// By the gateway of its own store.
    Own(OwnRequest),
}

/// An order that spends coins, from the gateway that checked all of it but the column.
#[derive(Clone, Debug)]
pub struct OwnRequest {
    pub(super) order: Box<AuthorizedOrder>,
    pub(super) column: Bounded<PointBytes, MAX_INPUTS>,
    pub(super) votes: Vec<VerifiedVote>,
}

impl OwnRequest {
    /// The column that it shows.
    pub fn column(&self) -> &Bounded<PointBytes, MAX_INPUTS> {
        &self.column
    }
}

impl Asking {
    /// The body.
    pub fn order(&self) -> &Order {
        match self {
            Self::Relayed(request) => &request.signed.order,
            Self::Own(request) => request.order.order(),
        }
    }
}

impl From<VoteRequest> for Asking {
    fn from(request: VoteRequest) -> Self {
        Self::Relayed(Box::new(request))
    }
}

impl From<OwnRequest> for Asking {
    fn from(request: OwnRequest) -> Self {
        Self::Own(request)
    }
}

/// A witness's answer, as its own program has it.
#[derive(Clone, Debug)]
pub struct OwnReply(pub(super) Said);

#[derive(Clone, Debug)]
pub(super) enum Said {
    /// A vote that it has just signed.
    Voted(VerifiedVote, Head),
    /// An evaluation that it has just made and signed, beside a certificate that it has just checked.
    Certified(VerifiedCertificate, Box<Evaluation>, Head),
    /// Anything else, as what it reads from its disk.
    Other(ReplyV1),
}

impl From<ReplyV1> for OwnReply {
    fn from(reply: ReplyV1) -> Self {
        Self(Said::Other(reply))
    }
}

impl OwnReply {
    /// Whether it shows the order's certificate, which the witness has written down then.
    pub fn is_certified(&self) -> bool {
        matches!(&self.0, Said::Certified(..) | Said::Other(ReplyV1::Certified(_)))
    }

    /// As it travels.
    pub fn into_reply(self) -> ReplyV1 {
        match self.0 {
            Said::Voted(vote, head) => ReplyV1::Voted(Voted { vote: vote.get(), head }),
            Said::Certified(certificate, evaluation, head) => ReplyV1::Certified(Certified {
                certificate: certificate.into_certificate(),
                evaluation: *evaluation,
                head,
            }),
            Said::Other(reply) => reply,
        }
    }
}

/// What a gateway hears of a witness.
#[derive(Debug)]
pub enum Heard {
    /// From another store's.
    Peer(ReplyV1),
    /// From that of its own store.
    Own(OwnReply),
}

impl From<ReplyV1> for Heard {
    fn from(reply: ReplyV1) -> Self {
        Self::Peer(reply)
    }
}

impl From<OwnReply> for Heard {
    fn from(reply: OwnReply) -> Self {
        Self::Own(reply)
    }
}
