//! What entries are worth, each by itself: signatures are verified in batches, and a batch that fails is split.

use alloc::{collections::BTreeMap, vec::Vec};

use super::{
    exhibit::{ExhibitError, breaks_rule, entry_fault},
    gist,
    locks::marks,
    report::Offence,
};
use crate::{
    crypto::{
        entropy::Entropy,
        sign::{self, Signature, SignatureCheck},
        spend::{self, SpendCheck},
    },
    limits::MAX_MESSAGE_BYTES,
    message::{
        charter::{Charter, Keyset},
        check::{Authority, CheckedOrder},
        codec::{BadEncoding, decode},
        ids::{KeysetId, OrderDigest, WitnessIndex},
        log::{CertifiedOrder, LogEntry},
        order::{Authorization, Order},
        refusal::Refusal,
    },
};

/// Below so many entries a batch that fails is judged one by one.
const SPLIT_TO: usize = 64;

/// An entry of a log and its leaf.
#[derive(Clone, Debug)]
pub struct Leafed {
    leaf: [u8; 32],
    entry: LogEntry,
}

impl Leafed {
    /// Reads an entry.
    ///
    /// # Errors
    /// Bytes that are no entry.
    pub fn decode(bytes: &[u8]) -> Result<Self, BadEncoding> {
        // The encoding is canonical, so these bytes are the entry's.
        Ok(Self { entry: decode(bytes, MAX_MESSAGE_BYTES)?, leaf: LogEntry::leaf_of(bytes) })
    }

    /// The leaf.
    pub fn leaf(&self) -> &[u8; 32] {
        &self.leaf
    }

    /// The entry.
    pub fn entry(&self) -> &LogEntry {
        &self.entry
    }

    pub(super) fn into_entry(self) -> LogEntry {
        self.entry
    }
}

impl From<LogEntry> for Leafed {
    fn from(entry: LogEntry) -> Self {
        Self { leaf: entry.leaf(), entry }
    }
}

/// What an entry is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Worth {
    /// A vote that stands; and whether the store's signature holds under its key of today.
    Voted { store_signed: bool },
    /// A certificate that stands; and whether its order breaks a rule, if that was looked at.
    Certified { breaks: Option<bool> },
    /// The charter does not know what it names: neither counted nor held against anybody.
    Behind,
    /// No honest witness writes it.
    Bad(Offence),
}

/// All that an audit asks of an entry, whichever logs it stands in.
#[derive(Clone, Debug)]
pub struct Facts {
    pub(super) leaf: [u8; 32],
    pub(super) digest: OrderDigest,
    pub(super) worth: Worth,
    /// Of what the order locks; none if it does not count.
    pub(super) marks: Vec<u64>,
    /// What the books ask; empty if it does not count.
    pub(super) gist: Vec<u8>,
    /// The keyset that it is of.
    keyset: KeysetId,
}

impl Facts {
    fn new(read: &Leafed, digest: OrderDigest, worth: Worth) -> Self {
        let order = order_of(&read.entry);
        let counts = matches!(worth, Worth::Voted { .. } | Worth::Certified { .. });
        let (marks, gist) = if counts { (marks(order), gist::of(order)) } else { (Vec::new(), Vec::new()) };
        Self { leaf: read.leaf, digest, worth, marks, gist, keyset: order.keyset }
    }

    /// The leaf of the entry.
    pub fn leaf(&self) -> &[u8; 32] {
        &self.leaf
    }

    /// The keyset of a certified order that counts.
    pub fn certified_of(&self) -> Option<KeysetId> {
        self.is_certificate().then_some(self.keyset)
    }

    /// Whether it is a certified order that counts.
    pub fn is_certificate(&self) -> bool {
        matches!(self.worth, Worth::Certified { .. })
    }
}

pub(super) fn order_of(entry: &LogEntry) -> &Order {
    match entry {
        LogEntry::Voted(signed) => &signed.order,
        LogEntry::Certified(certified) => &certified.order,
    }
}

/// Judges one entry of a keyset's logs by itself.
pub fn judge(charter: &Charter, keyset: &Keyset, read: &Leafed) -> Facts {
    let order = order_of(&read.entry);
    let worth = match entry_fault(charter, keyset, &read.entry) {
        Ok(None) => match &read.entry {
            LogEntry::Voted(_) => Worth::Voted { store_signed: store_signed(charter, &read.entry) },
            LogEntry::Certified(_) => certified_worth(charter, keyset, order),
        },
        Ok(Some(offence)) => Worth::Bad(offence),
        Err(ExhibitError::Unknown | ExhibitError::NotSigned | ExhibitError::InOrder) => Worth::Behind,
    };
    Facts::new(read, order.digest(), worth)
}

/// An order of this keyset breaks no rule if some witness's vote for it stands; most have one, so that is asked later. Of
/// another keyset no vote is logged here.
fn certified_worth(charter: &Charter, keyset: &Keyset, order: &Order) -> Worth {
    let own = order.keyset == keyset.id();
    Worth::Certified { breaks: (!own).then(|| breaks_rule(charter, order) == Ok(true)) }
}

fn store_signed(charter: &Charter, entry: &LogEntry) -> bool {
    let LogEntry::Voted(signed) = entry else { return false };
    matches!(signed.authorization, Authorization::Store(_))
        && !matches!(
            signed.clone().check(charter).and_then(|order| order.authorize(charter)),
            Err(Refusal::BadSignature)
        )
}

/// Judges entries of one keyset's logs, in their order. The verdicts are those of judging each by itself; the entropy must
/// be fresh.
pub fn judge_all(charter: &Charter, keyset: &Keyset, entries: &[Leafed], entropy: Entropy) -> Vec<Facts> {
    if entries.len() <= SPLIT_TO {
        return entries.iter().map(|entry| judge(charter, keyset, entry)).collect();
    }
    let (for_this, rest) = entropy.split_two();
    if let Some(judged) = together(charter, keyset, entries, for_this) {
        return judged;
    }
    let (left, right) = entries.split_at(entries.len() / 2);
    let (for_left, for_right) = rest.split_two();
    let mut judged = judge_all(charter, keyset, left, for_left);
    judged.extend(judge_all(charter, keyset, right, for_right));
    judged
}

/// Votes that are to be verified, each once in however many certificates it stands.
#[derive(Default)]
struct Votes(BTreeMap<(OrderDigest, WitnessIndex), Signature>);

impl Votes {
    fn is_new(&mut self, digest: OrderDigest, index: WitnessIndex, signature: Signature) -> bool {
        match self.0.get(&(digest, index)) {
            Some(known) => *known != signature,
            None => {
                self.0.insert((digest, index), signature);
                true
            }
        }
    }
}

/// All of them if all their signatures are good; nothing otherwise.
fn together(charter: &Charter, keyset: &Keyset, entries: &[Leafed], entropy: Entropy) -> Option<Vec<Facts>> {
    let checked: Vec<Option<CheckedOrder>> = entries
        .iter()
        .map(|read| match &read.entry {
            LogEntry::Voted(signed) if signed.order.keyset == keyset.id() => signed.clone().check(charter).ok(),
            _ => None,
        })
        .collect();
    let mut signatures: Vec<SignatureCheck> = Vec::new();
    let mut spends: Vec<SpendCheck<'_>> = Vec::new();
    let mut votes = Votes::default();
    let mut judged = Vec::with_capacity(entries.len());
    for (read, checked) in entries.iter().zip(&checked) {
        let good = match (&read.entry, checked) {
            (LogEntry::Voted(_), Some(order)) => order.authority(charter).map(|authority| {
                let store_signed = match authority {
                    Authority::Coins(check) => {
                        spends.push(check);
                        false
                    }
                    Authority::Store(check) => {
                        signatures.push(check);
                        true
                    }
                };
                Facts::new(read, order.digest(), Worth::Voted { store_signed })
            }),
            (LogEntry::Certified(certified), _) => {
                let digest = certified.order.digest();
                let checks = vote_checks(charter, certified, &digest, &mut votes);
                checks.map(|checks| {
                    signatures.extend(checks);
                    Facts::new(read, digest, certified_worth(charter, keyset, &certified.order))
                })
            }
            _ => None,
        };
        // What breaks a rule of form needs no signature to be judged.
        judged.push(good.unwrap_or_else(|| judge(charter, keyset, read)));
    }
    let (for_signatures, for_spends) = entropy.split_two();
    sign::verify_batch(&signatures, for_signatures).ok()?;
    spend::verify_batch(&spends, for_spends).ok()?;
    Some(judged)
}

/// The votes of a certificate that are not among those to be verified yet; nothing if its form is wrong.
fn vote_checks(
    charter: &Charter,
    certified: &CertifiedOrder,
    digest: &OrderDigest,
    votes: &mut Votes,
) -> Option<Vec<SignatureCheck>> {
    let voters = charter.keyset(certified.order.keyset)?;
    certified.certificate.check_form(voters, digest).ok()?;
    let votes_cast = &certified.certificate.votes;
    // All of them before one is noted: what is dropped here is verified with nothing else.
    let checks: Vec<SignatureCheck> =
        votes_cast.iter().map(|vote| vote.signature_check(voters, digest)).collect::<Option<_>>()?;
    let with_votes = checks.into_iter().zip(votes_cast);
    Some(
        with_votes
            .filter(|(_, vote)| votes.is_new(*digest, vote.index, vote.signature))
            .map(|(check, _)| check)
            .collect(),
    )
}
