//! What all logs together say, once they are read: order by order out of what was laid down.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};

use super::{
    conflicts,
    exhibit::{Exhibit, Logged, LoggedEntry, breaks_rule},
    facts::{Leafed, order_of},
    gist,
    intake::{Audit, LogNumber},
    ledger::{Ledger, Log, proven},
    records::{Appearance, Found, Says, sharers},
    report::{Breach, Coverage, Finding, Note, Report},
    shelf::{Part, Shelf, sweep},
    value::Scales,
};
use crate::{
    crypto::merkle::Cutting,
    message::{
        charter::Keyset,
        codec::Bounded,
        ids::OrderDigest,
        log::{CertifiedOrder, LogEntry},
        order::{Order, Purpose},
    },
};

/// So many orders are looked at again together.
const UNSURE: usize = 1 << 14;

/// The logs once more: single entries are looked at again when something is wrong.
pub trait Library {
    /// Why an entry can't be had.
    type Error;

    /// The entry of a log at a position; none if there is none any more.
    ///
    /// # Errors
    /// Whatever keeps it from being read.
    fn entry(&mut self, log: LogNumber, position: u64) -> Result<Option<LogEntry>, Self::Error>;
}

/// Why an audit can't be finished.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuditError<E> {
    /// The shelf or the library fails.
    #[error(transparent)]
    Storage(#[from] E),
    /// An entry is not the one that stood there when the log was read.
    #[error("a log was changed while it was read")]
    Changed(LogNumber),
}

/// What was found out order by order.
#[derive(Default)]
struct Tally {
    /// Logs that are of no witness of the keyset.
    shown: BTreeSet<LogNumber>,
    behind: Vec<Note>,
    store_keys: Vec<Note>,
    /// Certified, and against a rule.
    bad_orders: BTreeMap<OrderDigest, CertifiedOrder>,
    /// Where the orders appear that share something.
    shared: Vec<(OrderDigest, Appearance)>,
}

impl<S: Shelf> Audit<'_, S> {
    /// Ends the audit: what holds, what does not, and who cheated.
    ///
    /// # Errors
    /// What the shelf or the library refuses; a log that was changed.
    pub fn finish<L: Library<Error = S::Error>>(mut self, library: &mut L) -> Result<Report, AuditError<S::Error>> {
        let (mut logs, states) = self.counted();
        let mut report = Report::new(self.keyset, &states, &logs);
        self.histories(&logs, &mut report)?;
        let sharing = self.sharing()?;
        let mut scales = Scales::new(self.charter, self.keyset);
        let tally = self.tally(&logs, &sharing, &mut scales, &mut report, library)?;
        let ledger = self.ledger(&mut logs, tally.shared, library)?;
        report.notes.extend(tally.behind);
        report.notes.extend(tally.store_keys);
        for log in &logs {
            report.findings.extend(self.bad_entry(log, library)?);
        }
        let bad_orders = tally.bad_orders.into_values().map(Exhibit::Order);
        report.findings.extend(bad_orders.filter_map(|exhibit| proven(self.charter, exhibit)));
        report.findings.extend(ledger.two_bodies(self.charter));
        let (charter, keyset) = (self.charter, self.keyset);
        let exhibit = |log: &Log, positions: &[u64]| self.logged(keyset, log, positions, library);
        report.findings.extend(conflicts::find(charter, keyset, &ledger, &logs, exhibit)?);
        report.breaches.extend(conflicts::two_certificates(&ledger));
        scales.settle(&mut report);
        Ok(report)
    }

    /// Orders of which some lock may be another's too, whether or not the logs that show it count.
    fn sharing(&mut self) -> Result<BTreeSet<OrderDigest>, S::Error> {
        let mut sharing = BTreeSet::new();
        for first in 0..=u8::MAX {
            sweep(&mut self.shelf, Part::Locks(first), 8, self.budget, &mut |group| {
                sharing.extend(sharers(group));
                Ok::<_, S::Error>(())
            })?;
        }
        Ok(sharing)
    }

    /// Takes every order once (BOOKS-14), by increasing digest.
    fn tally<L: Library<Error = S::Error>>(
        &mut self,
        logs: &[Log],
        sharing: &BTreeSet<OrderDigest>,
        scales: &mut Scales<'_>,
        report: &mut Report,
        library: &mut L,
    ) -> Result<Tally, AuditError<S::Error>> {
        let shown = self.shown();
        let counted: BTreeSet<LogNumber> = logs.iter().map(|log| log.number).chain(shown.iter().copied()).collect();
        let mut tally = Tally { shown, ..Tally::default() };
        let mut unsure = Vec::new();
        for first in 0..=u8::MAX {
            sweep(&mut self.shelf, Part::Orders(first), 32, self.budget, &mut |group| {
                let Some(found) = Found::read(group, |log| counted.contains(&log)) else { return Ok(()) };
                unsure.extend(tally.take(&found, sharing.contains(&found.digest), scales, report));
                Ok::<_, S::Error>(())
            })?;
            if unsure.len() >= UNSURE || first == u8::MAX {
                self.look_at(core::mem::take(&mut unsure), &mut tally, library)?;
            }
        }
        Ok(tally)
    }

    /// Looks whether orders keep the rules that are certified, and for which no vote is at hand that shows it.
    fn look_at<L: Library<Error = S::Error>>(
        &mut self,
        unsure: Vec<(OrderDigest, Appearance)>,
        tally: &mut Tally,
        library: &mut L,
    ) -> Result<(), AuditError<S::Error>> {
        let charter = self.charter;
        self.read_again(unsure, library, |digest, _, read| {
            if breaks_rule(charter, order_of(read.entry())) == Ok(true)
                && let LogEntry::Certified(certified) = read.into_entry()
            {
                tally.bad_orders.insert(digest, certified);
            }
        })
    }

    /// Reads again what is known of orders that share something.
    fn ledger<L: Library<Error = S::Error>>(
        &mut self,
        logs: &mut [Log],
        shared: Vec<(OrderDigest, Appearance)>,
        library: &mut L,
    ) -> Result<Ledger, AuditError<S::Error>> {
        let mut ledger = Ledger::default();
        let own = self.keyset.id();
        self.read_again(shared, library, |digest, at, read| {
            // Orders of other keysets, which moved points here, lock nothing of this one (BOOKS-26).
            let is_own = order_of(read.entry()).keyset == own;
            let log = logs.iter_mut().find(|log| is_own && log.number == at.log);
            ledger.take(log, digest, &at, read);
        })?;
        Ok(ledger)
    }

    /// Shows entries once more, log by log and by increasing position.
    fn read_again<L: Library<Error = S::Error>>(
        &mut self,
        mut wanted: Vec<(OrderDigest, Appearance)>,
        library: &mut L,
        mut show: impl FnMut(OrderDigest, Appearance, Leafed),
    ) -> Result<(), AuditError<S::Error>> {
        wanted.sort_by_key(|(_, at)| (at.log, at.position));
        for same in wanted.chunk_by(|(_, a), (_, b)| a.log == b.log) {
            for ((digest, at), leaf) in same.iter().zip(self.leaves_at(same)?) {
                show(*digest, *at, as_read(library, at.log, at.position, &leaf)?);
            }
        }
        Ok(())
    }

    /// The leaves of entries of one log, by increasing position.
    fn leaves_at(&mut self, wanted: &[(OrderDigest, Appearance)]) -> Result<Vec<[u8; 32]>, AuditError<S::Error>> {
        let Some((_, Appearance { log, .. })) = wanted.first().copied() else { return Ok(Vec::new()) };
        let (mut positions, mut next) = (wanted.iter().map(|(_, at)| at.position).peekable(), 0u64);
        let mut leaves: Vec<[u8; 32]> = Vec::with_capacity(wanted.len());
        self.shelf.each(Part::Leaves(log.0), &mut |record| {
            if positions.next_if_eq(&next).is_some() {
                leaves.extend(<[u8; 32]>::try_from(record).ok());
            }
            next = next.saturating_add(1);
        })?;
        if leaves.len() == wanted.len() { Ok(leaves) } else { Err(AuditError::Changed(log)) }
    }

    /// The first entry of a log that convicts its witness.
    fn bad_entry<L: Library<Error = S::Error>>(
        &mut self,
        log: &Log,
        library: &mut L,
    ) -> Result<Option<Finding>, AuditError<S::Error>> {
        let Some((position, offence)) = log.bad else { return Ok(None) };
        let exhibit = self.logged(self.keyset, log, &[position], library)?;
        let finding = exhibit.and_then(|exhibit| proven(self.charter, exhibit));
        Ok(finding.filter(|finding| finding.offence == offence))
    }

    /// Entries of a log, at positions that increase, as an exhibit.
    fn logged<L: Library<Error = S::Error>>(
        &mut self,
        keyset: &Keyset,
        log: &Log,
        positions: &[u64],
        library: &mut L,
    ) -> Result<Option<Exhibit>, AuditError<S::Error>> {
        let (subtrees, leaves) = self.cut(log, Cutting::around(positions.iter().copied()), positions)?;
        let mut entries = Vec::new();
        for (position, leaf) in positions.iter().zip(&leaves) {
            let read = as_read(library, log.number, *position, leaf)?;
            entries.push(LoggedEntry { position: *position, entry: read.into_entry() });
        }
        let (Ok(subtrees), Ok(entries)) = (Bounded::new(subtrees), Bounded::new(entries)) else { return Ok(None) };
        Ok(Some(Exhibit::Logged(Logged { keyset: keyset.id(), head: log.head, subtrees, entries })))
    }
}

/// An entry that is still the one that was judged.
fn as_read<L: Library>(
    library: &mut L,
    log: LogNumber,
    position: u64,
    leaf: &[u8; 32],
) -> Result<Leafed, AuditError<L::Error>> {
    let read = library.entry(log, position)?.map(Leafed::from);
    read.filter(|read| leaf == read.leaf()).ok_or(AuditError::Changed(log))
}

impl Tally {
    /// Counts an order and weighs it if it is certified. Gives it back if it is certified and breaks a rule, or nobody has
    /// looked yet whether it does.
    fn take(
        &mut self,
        found: &Found<'_>,
        shares: bool,
        scales: &mut Scales<'_>,
        report: &mut Report,
    ) -> Option<(OrderDigest, Appearance)> {
        let says = |wanted: Says| found.appearances.iter().any(|at| at.says == wanted);
        let store_signed = says(Says::Voted { store_signed: true });
        let voted = store_signed || says(Says::Voted { store_signed: false });
        if says(Says::Behind) {
            self.behind.push(Note::CharterBehind(found.digest));
        }
        let order: Order = found.gist.and_then(gist::read)?;
        if voted {
            report.voted = report.voted.saturating_add(1);
            // Those that a store must sign.
            if !store_signed && matches!(order.purpose, Purpose::Earn | Purpose::Pledge { .. }) {
                self.store_keys.push(Note::StoreKey(order.store, found.digest));
            }
        }
        let certified = found.appearances.iter().find(|at| matches!(at.says, Says::Certified { .. }));
        if certified.is_some() {
            report.orders = report.orders.saturating_add(1);
            // BOOKS-25; with too few logs, it may be in one that was not read.
            if report.coverage != Coverage::TooFew && found.appearances.iter().all(|at| self.shown.contains(&at.log)) {
                report.breaches.push(Breach::Unlogged { order: found.digest });
            }
            scales.weigh(found.digest, &order, report);
        }
        if shares {
            let counted = found.appearances.iter().filter(|at| at.says != Says::Behind);
            self.shared.extend(counted.map(|at| (found.digest, *at)));
        }
        let at = certified.copied()?;
        let is_unsure = match at.says {
            Says::Certified { breaks: Some(breaks) } => breaks,
            _ => !voted,
        };
        is_unsure.then_some((found.digest, at))
    }
}
