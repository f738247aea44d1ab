//! What travels between the actors.

use ronde_protocol::{
    machine::wallet::{ClaimRequest, Link},
    message::{
        certificate::Certificate,
        evaluation::Evaluation,
        ids::{KeysetId, OrderDigest, WitnessIndex},
        log::CertifiedOrder,
        offer::SignedOffer,
        order::{Order, Seconds, Submission},
        refusal::Refusal,
        wire::{ReplyV1, RequestV1},
    },
};

use crate::ops::Manner;

/// What a node asks a witness about, so that it knows what to do with the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Votes or evaluations of an open order.
    Order(OrderDigest),
    /// What became of an order, for a wallet.
    State(OrderDigest, usize),
    /// Its own newest head, at its start.
    Head,
    /// The same while it runs.
    OwnHead,
    /// A page of the log, by which of the asker's questions.
    Log(u64),
    /// A page of a log that is read once more, from a position on.
    Inquiry(u64),
    /// A page of the feed.
    Feed,
    /// Its closing statement.
    Statement,
    /// Its clock.
    Clock,
    /// Whatever a wallet asks through the store: which wallet, and its number for that.
    Relay(usize, u64),
}

/// Where an answer goes: the asker as it ran then. A node that died since does not hear it.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    /// Who asked.
    pub node: usize,
    /// In which of its lives.
    pub life: u32,
    /// What.
    pub asked: Asked,
}

/// What a wallet asks of a store, and what comes back; and what nodes say to each other.
#[derive(Clone, Debug)]
pub enum Body {
    /// A node's request.
    Ask(Route, Box<RequestV1>),
    /// A witness's answer, and from which node it comes.
    Answer(Route, usize, Box<ReplyV1>),
    /// What does your clock show?
    AskClock(Route),
    /// What a witness's clock shows, and from which node that comes.
    Clock(Route, usize, Seconds),
    /// An order to be certified.
    Bring(Box<Submission>),
    /// A claim of a grant.
    Claim(u64, [u8; 32], Box<ClaimRequest>),
    /// A certified order, whose evaluations are wanted.
    Show(Box<CertifiedOrder>),
    /// What became of an order of a keyset?
    LookUp(KeysetId, OrderDigest),
    /// What a wallet asks a witness's node through the store, under a number of its own.
    Relay(u64, usize, Box<RequestV1>),
    /// A witness's answer to that.
    Relayed(u64, WitnessIndex, Box<ReplyV1>),
    /// A store's answer.
    Told(Box<Told>),
    /// A checkout's offer.
    Offer(Box<SignedOffer>, Intent),
}

/// A grant's link.
#[derive(Clone, Debug)]
pub struct Slip {
    /// Its number.
    pub grant: u64,
    /// Whose, from 0.
    pub store: usize,
    /// The one-time secret.
    pub secret: [u8; 32],
    /// How many points.
    pub points: u64,
    /// Whether a ballot comes with it.
    pub ballot: bool,
    /// Vouchers.
    pub vouchers: u8,
    /// Milliseconds until it is claimed.
    pub wait: u64,
    /// How.
    pub manner: Manner,
    /// Somebody else who took a picture of the link.
    pub copied: Option<usize>,
}

/// How a customer means to pay.
#[derive(Clone, Copy, Debug)]
pub struct Intent {
    /// Points.
    pub points: u64,
    /// Vouchers.
    pub vouchers: u8,
    /// Through which store, from 0.
    pub via: usize,
    /// How.
    pub manner: Manner,
}

/// What a store answers a wallet.
#[derive(Clone, Debug)]
pub struct Told {
    /// About which order, if it is known.
    pub digest: Option<OrderDigest>,
    /// About which claim.
    pub link: Option<Link>,
    /// What.
    pub news: News,
}

/// What became of an order.
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant, reason = "boxed as a whole")]
pub enum News {
    /// It is certified.
    Certified {
        /// The body.
        order: Order,
        /// q votes.
        certificate: Certificate,
        /// Of some witnesses.
        evaluations: Vec<Evaluation>,
    },
    /// Not yet.
    Pending(Option<Order>),
    /// Not done.
    Refused(Refusal),
    /// The till takes it no more.
    Over,
    /// The grant gives nothing more to this wallet.
    Withdrawn,
}
