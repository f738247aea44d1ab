//! `evidence`, `exhibit`, `audit`: who cheated, and who did not.

use std::collections::BTreeSet;

use ronde_protocol::{
    limits::MAX_EVIDENCE_BYTES,
    machine::audit::{Breach, Culprit, Exhibit, MAX_EXHIBIT_BYTES, Note, Report, Verdict, WitnessLog},
    message::{evidence::Evidence, head::Head, log::LogEntry},
};
use serde::{Deserialize, Serialize};

use super::given::{kebab, keyset, named, walk};
use crate::answer::{Hex, Octets, Refused};

/// Evidence against a witness.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceInput {
    charters: Vec<Octets>,
    evidence: Octets,
}

/// Its name, and whom it convicts.
#[derive(Serialize)]
pub struct Convicted {
    id: Hex<32>,
    keyset: u32,
    index: u8,
}

/// Whether evidence convicts.
pub fn evidence(EvidenceInput { charters, evidence }: EvidenceInput) -> Result<Convicted, Refused> {
    let charter = walk(&charters)?;
    let evidence: Evidence = evidence.read_within(MAX_EVIDENCE_BYTES)?;
    let verified = evidence.verify(&charter).map_err(|error| named(&error))?;
    let id = verified.evidence.id();
    Ok(Convicted { id: Hex(id), keyset: verified.keyset.0, index: verified.culprit.0 })
}

/// What an auditor shows.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExhibitInput {
    charters: Vec<Octets>,
    exhibit: Octets,
}

/// Who did it, and what.
#[derive(Serialize)]
pub struct Exposed {
    offence: String,
    culprits: Vec<Named>,
}

/// Somebody who cheated.
#[derive(Serialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "kebab-case")]
pub enum Named {
    /// A witness of the keyset at hand, by its index.
    Witness(u8),
    /// A store.
    Store(u32),
}

impl From<&Culprit> for Named {
    fn from(culprit: &Culprit) -> Self {
        match culprit {
            Culprit::Witness(_, index) => Self::Witness(index.0),
            Culprit::Store(store) => Self::Store(store.0),
        }
    }
}

/// Whether an exhibit convicts.
pub fn exhibit(ExhibitInput { charters, exhibit }: ExhibitInput) -> Result<Exposed, Refused> {
    let charter = walk(&charters)?;
    let exhibit: Exhibit = exhibit.read_within(MAX_EXHIBIT_BYTES)?;
    let conviction = exhibit.verify(&charter).map_err(|error| named(&error))?;
    let culprits = conviction.culprits.iter().map(Named::from).collect();
    Ok(Exposed { offence: kebab(&conviction.offence), culprits })
}

/// The logs of one keyset.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditInput {
    charters: Vec<Octets>,
    keyset: u32,
    logs: Vec<Log>,
}

/// A witness's log.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    head: Octets,
    entries: Vec<Octets>,
    heads: Vec<Octets>,
}

/// What an auditor finds. No list has an order of its own: each is sorted.
#[derive(Serialize)]
pub struct Found {
    verdict: &'static str,
    orders: u64,
    voted: u64,
    breaches: BTreeSet<&'static str>,
    findings: BTreeSet<Finding>,
    notes: BTreeSet<&'static str>,
}

/// Somebody who is named.
#[derive(Serialize, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    offence: String,
    culprit: Named,
    standing: String,
}

/// Replays logs.
pub fn audit(AuditInput { charters, keyset: id, logs }: AuditInput) -> Result<Found, Refused> {
    let charter = walk(&charters)?;
    let logs: Vec<WitnessLog> = logs.iter().map(Log::read).collect::<Result<_, _>>()?;
    Ok(Found::of(&ronde_protocol::machine::audit::audit(&charter, keyset(&charter, id)?, &logs)))
}

impl Log {
    /// As it was handed over.
    pub fn read(&self) -> Result<WitnessLog, Refused> {
        let entries = self.entries.iter().map(Octets::read::<LogEntry>).collect::<Result<_, _>>()?;
        let heads = self.heads.iter().map(Octets::read::<Head>).collect::<Result<_, _>>()?;
        Ok(WitnessLog { head: self.head.read()?, entries, heads })
    }
}

impl Found {
    fn of(report: &Report) -> Self {
        let findings = report.findings.iter().flat_map(|finding| {
            finding.culprits.iter().map(|culprit| Finding {
                offence: kebab(&finding.offence),
                culprit: culprit.into(),
                standing: kebab(&finding.standing),
            })
        });
        Self {
            verdict: match report.verdict() {
                Verdict::Well => "well",
                Verdict::Partly => "partly",
                Verdict::TooFew => "too-few-logs",
                Verdict::Wrong => "wrong",
            },
            orders: report.orders,
            voted: report.voted,
            breaches: report.breaches.iter().map(breach).collect(),
            findings: findings.collect(),
            notes: report.notes.iter().map(note).collect(),
        }
    }
}

fn breach(breach: &Breach) -> &'static str {
    match breach {
        Breach::TwoCertificates { .. } => "two-certificates",
        Breach::Forged { .. } => "forged",
        Breach::Float { .. } => "float",
        Breach::Positions { .. } => "positions",
        Breach::Overflow => "overflow",
        // Of two keysets together, which no vector asks about.
        Breach::Moved { .. } => "moved",
        Breach::Unlogged { .. } => "unlogged",
    }
}

fn note(note: &Note) -> &'static str {
    match note {
        // Of closing statements, of which no vector tells.
        Note::ClosedFurther(_) => "closed-further",
        Note::CharterBehind(_) => "charter-behind",
        Note::StoreKey(..) => "store-key",
        Note::DailyLimit { .. } => "daily-limit",
        Note::Ballots { .. } => "ballots",
        Note::Vouchers { .. } => "vouchers",
    }
}
