//! What is counted and traced by name.

use ronde_protocol::{
    machine::witness::record::{OrderRecord, Write},
    message::{
        log::LogEntry,
        order::Purpose,
        refusal::{NotVoting, Refusal},
        wire::{OrderState, ReplyV1},
    },
};

/// A refusal's code.
pub fn refusal(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::BadEncoding { .. } => "bad encoding",
        Refusal::OtherFederation => "other federation",
        Refusal::CharterBehind => "charter behind",
        Refusal::CharterExpired => "charter expired",
        Refusal::Closed => "closed",
        Refusal::Invalid(_) => "invalid",
        Refusal::BadSignature => "bad signature",
        Refusal::CoinUnknown => "coin unknown",
        Refusal::NoColumn => "no column",
        Refusal::ClockSkew { .. } => "clock skew",
        Refusal::LimitExceeded { .. } => "limit exceeded",
        Refusal::Conflict(conflict) if conflict.certificate.is_some() => "conflict, certified",
        Refusal::Conflict(_) => "conflict",
        Refusal::NotVoting(NotVoting::Starting) => "not voting: starting",
        Refusal::NotVoting(NotVoting::Retired) => "not voting: retired",
        Refusal::BadCertificate => "bad certificate",
        Refusal::Unknown => "unknown",
        Refusal::Forbidden => "forbidden",
        Refusal::Busy => "busy",
        Refusal::StorageFailed => "storage failed",
        Refusal::RolloverBehind => "rollover behind",
    }
}

/// A reply, for the trace.
pub fn reply(reply: &ReplyV1) -> &'static str {
    match reply {
        ReplyV1::Voted(_) => "voted",
        ReplyV1::Certified(_) => "certified",
        ReplyV1::Order(OrderState::Voted { .. }) => "state: voted",
        ReplyV1::Order(OrderState::Certified { .. }) => "state: certified",
        ReplyV1::Order(OrderState::Dead { .. }) => "state: dead",
        ReplyV1::Feed(_) => "feed",
        ReplyV1::Log(_) => "log",
        ReplyV1::NewestHead(_) => "head",
        ReplyV1::Charter(_) => "charter",
        ReplyV1::Length(_) => "length",
        ReplyV1::Bucket(_) => "bucket",
        ReplyV1::Probe(_) => "probe",
        ReplyV1::Refused(why) => refusal(why),
        ReplyV1::Statement(_) => "statement",
    }
}

/// An order's purpose.
pub fn purpose(purpose: &Purpose) -> &'static str {
    match purpose {
        Purpose::Earn => "earn",
        Purpose::Redeem => "redeem",
        Purpose::Swap => "swap",
        Purpose::Donate { .. } => "donate",
        Purpose::Pledge { .. } => "pledge",
        Purpose::Vote { .. } => "vote",
    }
}

/// Before an order is voted for: what is known of it.
pub fn voting(before: Option<&OrderRecord>) -> &'static str {
    match before {
        None => "vote",
        Some(OrderRecord::Voted(_)) => "vote: again",
        Some(OrderRecord::Certified { .. }) => "vote: certified already",
        Some(OrderRecord::Dead { .. }) => "vote: dead",
        Some(OrderRecord::Contested { .. }) => "vote: contested",
    }
}

/// Before a certificate is written down: what is known of its order.
pub fn certifying(before: Option<&OrderRecord>, held: bool) -> &'static str {
    match before {
        None if held => "certificate: unknown order, coin held",
        None => "certificate: unknown order",
        Some(OrderRecord::Voted(_)) => "certificate: voted",
        Some(OrderRecord::Certified { .. }) => "certificate: certified already",
        Some(OrderRecord::Dead { .. }) => "certificate: dead",
        Some(OrderRecord::Contested { .. }) => "certificate: contested",
    }
}

/// What came of it.
pub fn stepped(branch: &'static str, writes: &[Write]) -> &'static str {
    let votes =
        writes.iter().any(|write| matches!(write, Write::LogEntry(_, entry) if matches!(**entry, LogEntry::Voted(_))));
    let certifies = writes
        .iter()
        .any(|write| matches!(write, Write::LogEntry(_, entry) if matches!(**entry, LogEntry::Certified(_))));
    match (branch, votes, certifies) {
        ("vote", false, _) => "vote: refused",
        ("vote", true, false) => "vote: bound and voted",
        ("vote", true, true) => "vote: makes the quorum full",
        ("vote: again", _, true) => "vote: again, makes the quorum full",
        (branch, ..) => branch,
    }
}
