//! How the node stands with the quorum, as `GET /v1/status` says it.

use ronde_protocol::machine::witness::record::Retirement;

use super::core::Core;
use super::evidence;
use super::ledger::LedgerError;
use super::orders::Orders;
use crate::clock;
use crate::shop::{
    ClockStatus, DeskStatus, DiskStatus, LogStatus, PeerLogStatus, RetiredBecause, SeatNotTaken, StorageStatus,
    WitnessStatus,
};
use crate::space::MIB;
use crate::store::WriterStats;

/// Pieces of evidence that are counted.
pub(super) const MAX_COUNTED: usize = 1000;

/// Why a witness has retired, in a word (ROLLBACK-13).
fn reason(retirement: &Retirement) -> RetiredBecause {
    match retirement {
        Retirement::LogRolledBack { .. } => RetiredBecause::LogRolledBack,
        Retirement::VoteForgotten(_) => RetiredBecause::VoteForgotten,
        Retirement::RestoredCopy => RetiredBecause::RestoredCopy,
        Retirement::TwoCertificates(..) => RetiredBecause::TwoCertificates,
    }
}

/// All of it, from committed state.
pub fn of(orders: &Orders) -> Result<DeskStatus, LedgerError> {
    let core = orders.core();
    let evidence = core.readers.with(|read| evidence::count(read, MAX_COUNTED))?;
    Ok(DeskStatus {
        witnesses: witnesses(core),
        open_orders: u64::try_from(orders.count()).unwrap_or(u64::MAX),
        log: own_logs(core)?,
        peer_logs: peer_logs(core),
        evidence: u64::try_from(evidence).unwrap_or(u64::MAX),
        seats_not_taken: seats_not_taken(core),
        disk: Some(disk(core)),
        storage: Some(storage(core)),
        clock: core.drift.ahead().map(|(ahead_ms, stores)| ClockStatus { ahead_ms, stores }),
        now_ms: core.clock.unix_millis(),
    })
}

fn seats_not_taken(core: &Core) -> Vec<SeatNotTaken> {
    core.not_seated().iter().map(|(keyset, why)| SeatNotTaken { keyset: *keyset, why: why.clone() }).collect()
}

fn disk(core: &Core) -> DiskStatus {
    let (free, floor) = core.space.figures();
    DiskStatus { free_mib: free / MIB, floor_mib: floor / MIB, short: core.space.is_short() }
}

fn storage(core: &Core) -> StorageStatus {
    let WriterStats { commits, jobs, largest_batch, failures } = core.writer.stats();
    StorageStatus { commits, jobs, largest_batch, failures }
}

fn witnesses(core: &Core) -> Vec<WitnessStatus> {
    let charter = core.charter();
    let mut witnesses = Vec::new();
    for keyset in charter.keysets() {
        for member in keyset.members() {
            let Some(store) = charter.store(member.store()) else { continue };
            let (up, rtt) = core.reachability(store.id, &store.node_key.0);
            witnesses.push(WitnessStatus {
                keyset: keyset.id(),
                index: member.index(),
                store: store.id,
                name: store.name.to_string(),
                up,
                rtt_us: rtt.and_then(|rtt| u64::try_from(rtt.as_micros()).ok()),
            });
        }
    }
    witnesses
}

fn own_logs(core: &Core) -> Result<Vec<LogStatus>, LedgerError> {
    let mut logs = Vec::new();
    for witness in core.witnesses() {
        let head = witness.head()?;
        let retired = witness.retired()?;
        logs.push(LogStatus {
            keyset: witness.witness().keyset().id(),
            size: head.size,
            root: hex::encode(head.root),
            starting: retired.is_none() && witness.is_starting(),
            waits_to_close: witness.waits_to_close(),
            retired: retired.is_some(),
            retired_because: retired.as_ref().map(reason),
        });
    }
    Ok(logs)
}

fn peer_logs(core: &Core) -> Vec<PeerLogStatus> {
    let charter = core.charter();
    let mut logs = Vec::new();
    for service in core.witnesses() {
        let id = service.witness().keyset().id();
        let own = service.witness().index();
        for member in service.witness().keyset().members().iter().filter(|member| member.index() != own) {
            let Some(store) = charter.store(member.store()) else { continue };
            let (read, highest) = core.with_followed(id, member.index(), |followed| {
                (followed.position(), followed.highest().map_or(0, |head| head.size))
            });
            let pull = core.pull(id, member.index());
            let (trouble, trouble_text) = pull.trouble.unzip();
            logs.push(PeerLogStatus {
                keyset: id,
                index: member.index(),
                store: store.id,
                name: store.name.to_string(),
                read,
                size: highest.max(read),
                read_ago: pull.read_at.map(|at| clock::monotonic().saturating_duration_since(at).as_secs()),
                trouble,
                trouble_text,
            });
        }
    }
    logs
}
