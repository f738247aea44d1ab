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

mod conflicts;
mod exhibit;
mod intake;
mod judge;
mod ledger;
mod moves;
mod replay;
mod report;
mod value;

use alloc::vec::Vec;

pub use exhibit::{Conviction, Exhibit, ExhibitError, Logged, LoggedEntry, MAX_EXHIBIT_BYTES};
pub use judge::{Judgement, judge_all};
pub use moves::moved_too_much;
pub use report::{
    Breach, ClassBalance, Coverage, Culprit, Finding, LogFault, LogState, Note, Offence, Report, Standing, Value,
    Verdict,
};

use crate::message::{
    charter::{Charter, Keyset},
    head::Head,
    log::LogEntry,
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

/// Audits one keyset from the logs at hand. Several logs of one witness are compared with each other.
///
/// The charter should be the newest there is: orders that name what it does not know are noted, not judged.
pub fn audit(charter: &Charter, keyset: &Keyset, logs: &[WitnessLog]) -> Report {
    let one = |entry: &&LogEntry| Judgement(ledger::judge(charter, keyset, entry));
    audit_by(charter, keyset, logs, |entries| entries.iter().map(one).collect())
}

/// The same with a judge of the caller's, who may run [`judge_all`] on pieces of what it is given, on several processors.
/// It must give one judgement for each entry, in their order.
pub fn audit_by(
    charter: &Charter,
    keyset: &Keyset,
    logs: &[WitnessLog],
    judge: impl FnOnce(&[&LogEntry]) -> Vec<Judgement>,
) -> Report {
    let intake = intake::take(keyset, logs);
    let ledger = ledger::Ledger::build(&intake.logs, judge);
    let mut report = Report::new(keyset, &intake.states, &intake.logs);
    report.voted = ledger.voted();
    report.orders = ledger.orders();
    report.findings.extend(intake.forks);
    report.notes.extend(ledger.notes());
    let mut findings = ledger.findings(charter, keyset, &intake.logs);
    findings.extend(conflicts::find(charter, keyset, &ledger, &intake.logs));
    report.findings.extend(findings);
    report.breaches.extend(conflicts::two_certificates(&ledger));
    value::weigh(charter, keyset, &ledger, &mut report);
    report
}
