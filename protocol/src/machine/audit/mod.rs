//! The auditor: replays the logs of a committee and finds the claims of design section 6 true, or who cheated.
//!
//! It holds nothing secret and believes nobody: a log counts if its witness signed a head that its entries hash to, a
//! certificate if its votes verify. What it finds wrong comes in three kinds:
//!
//! | kind | what it is | who is named |
//! | --- | --- | --- |
//! | [`Finding`] | somebody signed what no honest party signs | they, with an [`Exhibit`] that anyone checks offline |
//! | [`Breach`] | a claim about coins or books does not hold | nobody by itself |
//! | [`Note`] | worth a look, explainable without a cheat | nobody |
//!
//! A log that does not fit its head is refused and accuses nobody (EVIDENCE-18): who carried it may have spoiled it.
//!
//! Logs may be longer than memory. They are taken entry by entry, in whatever pieces and in turn: [`judge_all`] says what
//! entries are worth by themselves, [`Audit::take`] lays down on a [`Shelf`] what is to be compared, and
//! [`Audit::finish`] compares it part by part. Only orders that share a coin or reference with another are then read once
//! more, through a [`Library`], and replayed as the witnesses lived them.

mod conflicts;
mod exhibit;
mod facts;
mod finish;
mod gist;
mod intake;
mod ledger;
mod locks;
mod moves;
mod records;
mod replay;
mod report;
mod shelf;
mod value;

use alloc::{collections::BTreeMap, vec::Vec};
use core::convert::Infallible;

pub use exhibit::{Conviction, Exhibit, ExhibitError, Logged, LoggedEntry, MAX_EXHIBIT_BYTES};
pub use facts::{Facts, Leafed, judge, judge_all};
pub use finish::{AuditError, Library};
pub use intake::{Audit, LogNumber};
pub use moves::moved_too_much;
pub use report::{
    Breach, ClassBalance, Coverage, Culprit, Finding, LogFault, LogState, Note, Offence, Report, Standing, Value,
    Verdict,
};
pub use shelf::{MemoryShelf, Part, Shelf};

use crate::message::{
    charter::{Charter, Keyset},
    head::Head,
    log::{CertifiedOrder, LogEntry},
    statement::ClosingStatement,
};

/// One witness's log as somebody handed it over. Nothing in it is checked.
#[derive(Clone, Debug)]
pub struct WitnessLog {
    /// The head that all the entries together should hash to.
    pub head: Head,
    /// All entries from position 0.
    pub entries: Vec<LogEntry>,
    /// Other heads said to be signed by this witness, from whatever time and source.
    pub heads: Vec<Head>,
}

/// All that is at hand of one keyset, in memory.
#[derive(Clone, Copy, Debug, Default)]
pub struct Handed<'a> {
    /// Logs of its witnesses.
    pub logs: &'a [WitnessLog],
    /// Closing statements, whoever handed them over.
    pub statements: &'a [ClosingStatement],
    /// Certified orders of it that stand in the logs of later keysets, into which they moved points.
    pub shown: &'a [CertifiedOrder],
}

impl Library for Handed<'_> {
    type Error = Infallible;

    fn entry(&mut self, log: LogNumber, position: u64) -> Result<Option<LogEntry>, Infallible> {
        let Ok(position) = usize::try_from(position) else { return Ok(None) };
        Ok(match self.logs.get(log.place()) {
            Some(log) => log.entries.get(position).cloned(),
            None => self.shown.get(position).cloned().map(LogEntry::Certified),
        })
    }
}

/// Audits one keyset from the logs at hand, in memory: [`Audit`] over all of them.
///
/// The charter should be the newest there is: orders that name what it does not know are noted, not judged.
pub fn audit(charter: &Charter, keyset: &Keyset, logs: &[WitnessLog]) -> Report {
    audit_handed(charter, keyset, Handed { logs, ..Handed::default() })
}

/// The same with whatever else is at hand.
pub fn audit_handed(charter: &Charter, keyset: &Keyset, mut handed: Handed<'_>) -> Report {
    let mut audit = Audit::new(charter, keyset, MemoryShelf::default(), usize::MAX);
    handed.statements.iter().for_each(|statement| audit.statement(*statement));
    // The same bytes in two logs are judged once.
    let mut judged: BTreeMap<[u8; 32], Facts> = BTreeMap::new();
    let mut take = |audit: &mut Audit<'_, MemoryShelf>, number, entry: LogEntry| {
        let read = Leafed::from(entry);
        let facts = judged.entry(*read.leaf()).or_insert_with(|| judge(charter, keyset, &read));
        let Ok(()) = audit.take(number, facts);
    };
    for log in handed.logs {
        let Some(number) = audit.open() else { break };
        log.heads.iter().chain([&log.head]).for_each(|head| audit.head(number, *head));
        log.entries.iter().for_each(|entry| take(&mut audit, number, entry.clone()));
    }
    if let Some(number) = audit.open_shown() {
        handed.shown.iter().for_each(|shown| take(&mut audit, number, LogEntry::Certified(shown.clone())));
    }
    match audit.finish(&mut handed) {
        Ok(report) => report,
        Err(AuditError::Storage(never)) => match never {},
        // What is borrowed does not change.
        Err(AuditError::Changed(_)) => Report::new(keyset, &BTreeMap::new(), &[]),
    }
}
