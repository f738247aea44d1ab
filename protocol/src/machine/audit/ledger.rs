//! The union of the logs: every certified order once (BOOKS-14), with every vote for it that any certificate shows.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec,
    vec::Vec,
};

use super::{
    exhibit::{Exhibit, ExhibitError, Logged, LoggedEntry, breaks_rule, entry_fault},
    intake::Log,
    judge::Judgement,
    report::{Culprit, Finding, Note, Offence, Standing},
};
use crate::message::{
    charter::{Charter, Keyset},
    codec::Bounded,
    ids::{OrderDigest, Reference, StoreId, WitnessIndex},
    log::{CertifiedOrder, LogEntry},
    order::{Authorization, Order, SignedOrder},
    refusal::Refusal,
    vote::Vote,
};

/// What an entry is worth; the same bytes in two logs are judged once.
#[derive(Clone, Copy, Debug)]
pub(super) enum Judged {
    /// It stands. For a vote, whether the store's signature holds under its key of today.
    Good { digest: OrderDigest, store_signed: bool },
    /// The charter does not know what it names: neither counted nor held against anybody.
    Behind(OrderDigest),
    /// No honest witness writes it.
    Bad(Offence),
}

/// A certified order.
pub(super) struct Certified<'a> {
    pub certified: &'a CertifiedOrder,
    /// By every certificate seen.
    pub votes: BTreeMap<WitnessIndex, Vote>,
}

impl Certified<'_> {
    pub fn order(&self) -> &Order {
        &self.certified.order
    }
}

#[derive(Default)]
pub(super) struct Ledger<'a> {
    entries: BTreeMap<[u8; 32], Judged>,
    certified: BTreeMap<OrderDigest, Certified<'a>>,
    /// One signature per body, one that holds if there is one, and whether it does.
    voted: BTreeMap<OrderDigest, (&'a SignedOrder, bool)>,
    behind: BTreeSet<OrderDigest>,
}

impl<'a> Ledger<'a> {
    /// Takes every entry once, whichever logs have it, as `judge` finds them.
    pub fn build(logs: &[Log<'a>], judge: impl FnOnce(&[&LogEntry]) -> Vec<Judgement>) -> Self {
        let mut ledger = Self::default();
        let (mut seen, mut leaves, mut entries) = (BTreeSet::new(), Vec::new(), Vec::new());
        for (entry, leaf) in logs.iter().flat_map(|log| log.entries.iter().zip(&log.leaves)) {
            if seen.insert(*leaf) {
                leaves.push(*leaf);
                entries.push(entry);
            }
        }
        drop(seen);
        for ((entry, leaf), Judgement(judged)) in entries.iter().zip(leaves).zip(judge(&entries)) {
            ledger.entries.insert(leaf, judged);
            ledger.take(entry, judged);
        }
        ledger
    }

    fn take(&mut self, entry: &'a LogEntry, judged: Judged) {
        match (entry, judged) {
            (LogEntry::Voted(signed), Judged::Good { digest, store_signed }) => {
                let known = self.voted.entry(digest).or_insert((signed, store_signed));
                if store_signed {
                    *known = (signed, true);
                }
            }
            (LogEntry::Certified(certified), Judged::Good { digest, .. }) => {
                let known =
                    self.certified.entry(digest).or_insert_with(|| Certified { certified, votes: BTreeMap::new() });
                known.votes.extend(certified.certificate.votes.iter().map(|vote| (vote.index, *vote)));
            }
            (_, Judged::Behind(digest)) => {
                self.behind.insert(digest);
            }
            (_, Judged::Bad(_)) => {}
        }
    }

    pub fn judged(&self, leaf: &[u8; 32]) -> Option<Judged> {
        self.entries.get(leaf).copied()
    }

    pub fn certified(&self) -> &BTreeMap<OrderDigest, Certified<'a>> {
        &self.certified
    }

    pub fn orders(&self) -> u64 {
        u64::try_from(self.certified.len()).unwrap_or(u64::MAX)
    }

    pub fn voted(&self) -> u64 {
        u64::try_from(self.voted.len()).unwrap_or(u64::MAX)
    }

    /// What could not be judged.
    pub fn notes(&self) -> Vec<Note> {
        let behind = self.behind.iter().copied().map(Note::CharterBehind);
        let unsigned = self.voted.iter().filter_map(|(digest, (signed, store_signed))| match signed.authorization {
            Authorization::Store(_) if !store_signed => Some(Note::StoreKey(signed.order.store, *digest)),
            _ => None,
        });
        behind.chain(unsigned).collect()
    }

    /// Who wrote or signed what no honest party does, order by order.
    pub fn findings(&self, charter: &Charter, keyset: &Keyset, logs: &[Log<'_>]) -> Vec<Finding> {
        let mut found: Vec<Finding> = logs.iter().filter_map(|log| self.bad_entry(keyset, log)).collect();
        for certified in self.certified.values() {
            if breaks_rule(charter, certified.order()) == Ok(true) {
                found.extend(proven(charter, Exhibit::Order(certified.certified.clone())));
            }
        }
        found.extend(self.two_bodies(charter));
        found
    }

    /// The first entry of a log that convicts its witness.
    fn bad_entry(&self, keyset: &Keyset, log: &Log<'_>) -> Option<Finding> {
        let (position, offence) =
            log.leaves.iter().enumerate().find_map(|(position, leaf)| match self.judged(leaf) {
                Some(Judged::Bad(offence)) => Some((position, offence)),
                _ => None,
            })?;
        Some(Finding {
            culprits: vec![Culprit::Witness(keyset.id(), log.head.index)],
            offence,
            standing: Standing::Proven,
            exhibit: logged(keyset, log, &[position]),
        })
    }

    fn two_bodies(&self, charter: &Charter) -> Vec<Finding> {
        let mut bodies: BTreeMap<(StoreId, Reference), Vec<&SignedOrder>> = BTreeMap::new();
        for (signed, _) in self.voted.values().filter(|(_, store_signed)| *store_signed) {
            bodies.entry((signed.order.store, signed.order.reference)).or_default().push(signed);
        }
        let pairs = bodies.into_values().filter_map(|same| match same.as_slice() {
            [first, second, ..] => Some(Exhibit::Store { first: (*first).clone(), second: (*second).clone() }),
            _ => None,
        });
        pairs.filter_map(|exhibit| proven(charter, exhibit)).collect()
    }
}

/// A finding out of an exhibit that convicts (BOOKS-20).
pub(super) fn proven(charter: &Charter, exhibit: Exhibit) -> Option<Finding> {
    let conviction = exhibit.verify(charter).ok()?;
    Some(Finding {
        culprits: conviction.culprits,
        offence: conviction.offence,
        standing: Standing::Proven,
        exhibit: Some(exhibit),
    })
}

/// Entries of a log as an exhibit; none if the log is too long for one.
pub(super) fn logged(keyset: &Keyset, log: &Log<'_>, positions: &[usize]) -> Option<Exhibit> {
    let leaves = Bounded::new(log.leaves.clone()).ok()?;
    let mut entries = Vec::new();
    for position in positions {
        let entry = log.entries.get(*position)?.clone();
        entries.push(LoggedEntry { position: u64::try_from(*position).ok()?, entry });
    }
    let entries = Bounded::new(entries).ok()?;
    Some(Exhibit::Logged(Logged { keyset: keyset.id(), head: log.head, leaves, entries }))
}

/// One entry by itself.
pub(super) fn judge(charter: &Charter, keyset: &Keyset, entry: &LogEntry) -> Judged {
    let digest = match entry {
        LogEntry::Voted(signed) => signed.order.digest(),
        LogEntry::Certified(certified) => certified.order.digest(),
    };
    match entry_fault(charter, keyset, entry) {
        Ok(None) => Judged::Good { digest, store_signed: store_signed(charter, entry) },
        Ok(Some(offence)) => Judged::Bad(offence),
        Err(ExhibitError::Unknown | ExhibitError::NotSigned | ExhibitError::InOrder) => Judged::Behind(digest),
    }
}

fn store_signed(charter: &Charter, entry: &LogEntry) -> bool {
    let LogEntry::Voted(signed) = entry else { return false };
    matches!(signed.authorization, Authorization::Store(_))
        && !matches!(
            signed.clone().check(charter).and_then(|order| order.authorize(charter)),
            Err(Refusal::BadSignature)
        )
}
