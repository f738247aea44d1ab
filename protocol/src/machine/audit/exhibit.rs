//! What convicts somebody, to anyone who holds the charter, offline.

use alloc::{vec, vec::Vec};

use super::report::{Culprit, Offence};
use crate::{
    crypto::{hash, labels, merkle},
    limits::{MAX_EVIDENCE_BYTES, MAX_PROOF_HASHES},
    message::{
        charter::{Charter, Keyset},
        codec::{BadEncoding, Bounded, Decode, Encode, decode, encode},
        evidence::{Evidence, EvidenceError, conflict},
        head::Head,
        ids::{KeysetId, WitnessIndex},
        log::{CertifiedOrder, LogEntry},
        order::{Authorization, Order, SignedOrder},
        refusal::{Refusal, Rule},
        statement::ClosingStatement,
    },
};

/// Longest exhibit, in bytes.
pub const MAX_EXHIBIT_BYTES: usize = MAX_EVIDENCE_BYTES;

/// Something that somebody signed and no honest party would have; unverified.
#[derive(Clone, Debug, Encode, Decode, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(clippy::large_enum_variant)] // Few are ever made.
pub enum Exhibit {
    /// Evidence against a witness, as witnesses and wallets collect it too.
    Witness(Evidence),
    /// Entries of a witness's log under a head that it signed.
    Logged(Logged),
    /// A certified order that breaks a rule: whoever voted for it cheated.
    Order(CertifiedOrder),
    /// Two orders that a store signed under one reference.
    Store {
        /// One.
        first: SignedOrder,
        /// The other.
        second: SignedOrder,
    },
    /// A witness's closing statement, and a head of its log that goes beyond it.
    Closed {
        /// What it closed.
        statement: ClosingStatement,
        /// What it signed besides: of more entries, or of as many others.
        head: Head,
    },
    /// Two closing statements of one witness that do not say the same.
    ClosedTwice {
        /// One.
        first: ClosingStatement,
        /// The other.
        second: ClosingStatement,
    },
}

/// One or two entries of a witness's log, and that they are of it.
#[derive(Clone, Debug, Encode, Decode, serde::Serialize)]
pub struct Logged {
    /// Of which committee's log.
    pub keyset: KeysetId,
    /// What the witness signed.
    pub head: Head,
    /// The subtrees that cover what stands under the head before, between and after the entries.
    #[serde(serialize_with = "crate::message::json::hashes")]
    pub subtrees: Bounded<[u8; 32], MAX_PROOF_HASHES>,
    /// The entries, by increasing position. Of two conflicting ones, no freeing certificate stands between.
    pub entries: Bounded<LoggedEntry, 2>,
}

/// An entry and where it stands.
#[derive(Clone, Debug, Encode, Decode, serde::Serialize)]
pub struct LoggedEntry {
    /// From 0.
    pub position: u64,
    /// What stands there.
    pub entry: LogEntry,
}

/// An exhibit that was checked.
#[derive(Clone, Debug)]
pub struct Conviction {
    /// Who.
    pub culprits: Vec<Culprit>,
    /// Of what. A [`Offence::DoubleVote`] is void once the witness shows a certificate that freed the first vote.
    pub offence: Offence,
}

/// An exhibit that proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExhibitError {
    /// The charter knows no such keyset, witness or store, or not yet what an order names.
    #[error("the charter does not know what it is about")]
    Unknown,
    /// A signature that the accused never made, or entries that are not of the log.
    #[error("the accused did not sign this")]
    NotSigned,
    /// An honest party signs the like.
    #[error("what the accused signed is in order")]
    InOrder,
}

impl From<EvidenceError> for ExhibitError {
    fn from(error: EvidenceError) -> Self {
        match error {
            EvidenceError::Unknown => Self::Unknown,
            EvidenceError::NotSigned => Self::NotSigned,
            EvidenceError::InOrder => Self::InOrder,
        }
    }
}

impl Exhibit {
    /// Decodes an exhibit, or evidence against a witness as nodes and wallets keep it, which is one too.
    ///
    /// # Errors
    /// Bytes that are neither, or more than `limit` of them.
    pub fn of_evidence(bytes: &[u8], limit: usize) -> Result<Self, BadEncoding> {
        decode::<Self>(bytes, limit)
            .or_else(|error| decode::<Evidence>(bytes, limit).map(Self::Witness).map_err(|_| error))
    }

    /// Names the exhibit (EVIDENCE-10).
    pub fn id(&self) -> [u8; 32] {
        hash::derive(labels::EVIDENCE_ID, &[&encode(self)])
    }

    /// Whom it accuses, and of what, by what it says alone; of several the first. So pieces are told apart of which one is
    /// as good as the other (EVIDENCE-20).
    pub fn charge(&self) -> (Culprit, Offence) {
        let witness = |keyset, index| Culprit::Witness(keyset, index);
        match self {
            Self::Witness(Evidence::DoubleVote { first, first_vote, .. }) => {
                (witness(first.keyset, first_vote.index), Offence::DoubleVote)
            }
            Self::Witness(Evidence::BadEvaluation { evaluation, .. }) => {
                (witness(evaluation.keyset, evaluation.index), Offence::BadEvaluation)
            }
            Self::Witness(Evidence::Fork { keyset, shorter, .. }) => (witness(*keyset, shorter.index), Offence::Fork),
            Self::Logged(logged) => {
                let voted = logged.entries.iter().filter(|logged| matches!(logged.entry, LogEntry::Voted(_))).count();
                let offence = match (logged.entries.len(), voted) {
                    (2, 2) => Offence::DoubleVote,
                    (2, _) => Offence::VoteAgainstCertificate,
                    (_, 0) => Offence::BadCertificate,
                    _ => Offence::BadVote,
                };
                (witness(logged.keyset, logged.head.index), offence)
            }
            Self::Order(CertifiedOrder { certificate, .. }) => {
                let index = certificate.votes.first().map_or(WitnessIndex(u8::MAX), |vote| vote.index);
                (witness(certificate.keyset, index), Offence::BadOrder)
            }
            Self::Store { first, .. } => (Culprit::Store(first.order.store), Offence::TwoBodies),
            Self::Closed { statement: closed, .. } | Self::ClosedTwice { first: closed, .. } => {
                (witness(closed.keyset, closed.index), Offence::Reopened)
            }
        }
    }

    /// Checks it against the charter alone.
    ///
    /// A store's exhibit needs a charter version of the time when the store had the key that signed.
    pub fn verify(&self, charter: &Charter) -> Result<Conviction, ExhibitError> {
        match self {
            Self::Witness(evidence) => {
                let verified = evidence.clone().verify(charter)?;
                let offence = match evidence {
                    Evidence::DoubleVote { .. } => Offence::DoubleVote,
                    Evidence::BadEvaluation { .. } => Offence::BadEvaluation,
                    Evidence::Fork { .. } => Offence::Fork,
                };
                Ok(Conviction { culprits: vec![Culprit::Witness(verified.keyset, verified.culprit)], offence })
            }
            Self::Logged(logged) => verify_logged(charter, logged),
            Self::Order(certified) => verify_order(charter, certified),
            Self::Store { first, second } => verify_store(charter, first, second),
            Self::Closed { statement, head } => verify_closed(charter, statement, head),
            Self::ClosedTwice { first, second } => verify_closed_twice(charter, first, second),
        }
    }
}

/// Entries count under a signed head whose tree they stand in (EVIDENCE-14).
fn verify_logged(charter: &Charter, logged: &Logged) -> Result<Conviction, ExhibitError> {
    let keyset = charter.keyset(logged.keyset).ok_or(ExhibitError::Unknown)?;
    logged.head.verify(keyset).map_err(|_| ExhibitError::NotSigned)?;
    let mut hashes = logged.subtrees.iter().copied();
    let mut tree = merkle::Frontier::default();
    for LoggedEntry { position, entry } in &logged.entries {
        tree.advance(*position, &mut hashes).ok_or(ExhibitError::NotSigned)?;
        tree.push(entry.leaf());
    }
    let fits = tree.advance(logged.head.size, &mut hashes).is_some() && hashes.next().is_none();
    if !fits || tree.root() != logged.head.root {
        return Err(ExhibitError::NotSigned);
    }
    let offence = match &*logged.entries {
        [one] => entry_fault(charter, keyset, &one.entry)?,
        // They stand in the tree in this order.
        [first, second] => pair_fault(keyset, &first.entry, &second.entry),
        _ => None,
    };
    let culprits = vec![Culprit::Witness(keyset.id(), logged.head.index)];
    offence.map(|offence| Conviction { culprits, offence }).ok_or(ExhibitError::InOrder)
}

/// What an honest witness never writes, by itself.
pub(super) fn entry_fault(
    charter: &Charter,
    keyset: &Keyset,
    entry: &LogEntry,
) -> Result<Option<Offence>, ExhibitError> {
    match entry {
        LogEntry::Voted(signed) if signed.order.keyset != keyset.id() => Ok(Some(Offence::BadVote)),
        LogEntry::Voted(signed) => match signed.clone().check(charter).and_then(|order| order.authorize(charter)) {
            Ok(_) => Ok(None),
            Err(refusal) if is_behind(&refusal) => Err(ExhibitError::Unknown),
            // A node key may change, and then this charter does not say what the store's key was.
            Err(Refusal::BadSignature) if matches!(signed.authorization, Authorization::Store(_)) => Ok(None),
            Err(_) => Ok(Some(Offence::BadVote)),
        },
        LogEntry::Certified(CertifiedOrder { order, certificate }) => {
            let voters = charter.keyset(order.keyset).ok_or(ExhibitError::Unknown)?;
            let verified = certificate.clone().verify(voters, &order.digest());
            Ok(verified.err().map(|_| Offence::BadCertificate))
        }
    }
}

/// What an honest witness never writes after another entry, unless a certificate between the two freed the first.
fn pair_fault(keyset: &Keyset, first: &LogEntry, second: &LogEntry) -> Option<Offence> {
    match (first, second) {
        (LogEntry::Voted(first), LogEntry::Voted(second)) => {
            conflict(&first.order, &second.order).then_some(Offence::DoubleVote)
        }
        (LogEntry::Certified(first), LogEntry::Voted(second)) => {
            let stands = first.certificate.clone().verify(keyset, &first.order.digest()).is_ok();
            (stands && conflict(&first.order, &second.order)).then_some(Offence::VoteAgainstCertificate)
        }
        _ => None,
    }
}

/// Whether an order breaks a rule that no later charter version loosens.
pub(super) fn breaks_rule(charter: &Charter, order: &Order) -> Result<bool, ExhibitError> {
    match order.check_rules(charter) {
        Ok(_) => Ok(order.check_elements().is_err()),
        Err(refusal) if is_behind(&refusal) => Err(ExhibitError::Unknown),
        Err(_) => Ok(true),
    }
}

/// Whether a later charter version may allow it (EVIDENCE-16): it may name more, and ask fewer points for a ballot.
fn is_behind(refusal: &Refusal) -> bool {
    matches!(refusal, Refusal::CharterBehind | Refusal::Invalid(Rule::Ballot))
}

/// Everybody whose vote certifies what breaks a rule (EVIDENCE-15).
fn verify_order(charter: &Charter, certified: &CertifiedOrder) -> Result<Conviction, ExhibitError> {
    let CertifiedOrder { order, certificate } = certified;
    let keyset = charter.keyset(certificate.keyset).ok_or(ExhibitError::Unknown)?;
    let verified = certificate.clone().verify(keyset, &order.digest()).map_err(|_| ExhibitError::NotSigned)?;
    // A vote says for which committee it is; an order of another is none of its business.
    if order.keyset == keyset.id() && !breaks_rule(charter, order)? {
        return Err(ExhibitError::InOrder);
    }
    let voters = verified.as_certificate().votes.iter();
    let culprits = voters.map(|vote| Culprit::Witness(keyset.id(), vote.index)).collect();
    Ok(Conviction { culprits, offence: Offence::BadOrder })
}

/// A head of more than was closed, or of something else (EVIDENCE-19).
fn verify_closed(charter: &Charter, statement: &ClosingStatement, head: &Head) -> Result<Conviction, ExhibitError> {
    let keyset = charter.keyset(statement.keyset).ok_or(ExhibitError::Unknown)?;
    if !goes_beyond(head, statement) {
        return Err(ExhibitError::InOrder);
    }
    statement.verify(keyset).map_err(|_| ExhibitError::NotSigned)?;
    head.verify(keyset).map_err(|_| ExhibitError::NotSigned)?;
    Ok(reopened(keyset, statement))
}

/// Whether a head is of a log that the statement of its witness does not close.
pub(super) fn goes_beyond(head: &Head, statement: &ClosingStatement) -> bool {
    head.index == statement.index
        && (head.size > statement.size || (head.size == statement.size && head.root != statement.root))
}

/// A witness signs one closing statement, ever (EVIDENCE-19).
fn verify_closed_twice(
    charter: &Charter,
    first: &ClosingStatement,
    second: &ClosingStatement,
) -> Result<Conviction, ExhibitError> {
    let keyset = charter.keyset(first.keyset).ok_or(ExhibitError::Unknown)?;
    let closed = |statement: &ClosingStatement| (statement.size, statement.root);
    if (first.keyset, first.index) != (second.keyset, second.index) || closed(first) == closed(second) {
        return Err(ExhibitError::InOrder);
    }
    for statement in [first, second] {
        statement.verify(keyset).map_err(|_| ExhibitError::NotSigned)?;
    }
    Ok(reopened(keyset, first))
}

fn reopened(keyset: &Keyset, statement: &ClosingStatement) -> Conviction {
    Conviction { culprits: vec![Culprit::Witness(keyset.id(), statement.index)], offence: Offence::Reopened }
}

/// Two bodies with the store's own signature (EVIDENCE-17).
fn verify_store(charter: &Charter, first: &SignedOrder, second: &SignedOrder) -> Result<Conviction, ExhibitError> {
    if !is_two_bodies(&first.order, &second.order) {
        return Err(ExhibitError::InOrder);
    }
    for signed in [first, second] {
        let Authorization::Store(_) = signed.authorization else { return Err(ExhibitError::InOrder) };
        match signed.clone().check(charter).and_then(|order| order.authorize(charter)) {
            Ok(_) => {}
            Err(refusal) if is_behind(&refusal) => return Err(ExhibitError::Unknown),
            Err(Refusal::BadSignature) => return Err(ExhibitError::NotSigned),
            Err(_) => return Err(ExhibitError::InOrder),
        }
    }
    Ok(Conviction { culprits: vec![Culprit::Store(first.order.store)], offence: Offence::TwoBodies })
}

/// A store signs one body per reference, ever, whatever the keyset.
pub(super) fn is_two_bodies(first: &Order, second: &Order) -> bool {
    first.store == second.store && first.reference == second.reference && first.digest() != second.digest()
}
