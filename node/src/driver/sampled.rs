//! How the node is at this moment, for whoever watches it (OPS-9).

use std::time::Duration;

use ronde_protocol::machine::witness::record::{Counter, View as _};
use ronde_protocol::message::charter::{Keyset, Store};

use super::core::Core;
use super::evidence;
use super::ledger::LedgerError;
use super::orders::Orders;
use super::status::MAX_COUNTED;
use crate::metrics::{PeerLog, Sample, Witness};

const DAY: u64 = 86_400;

/// All of it but what lies in files; from committed state.
pub fn sample(orders: &Orders) -> Result<Sample, LedgerError> {
    let core = orders.core();
    let charter = core.charter();
    let evidence = core.readers.with(|read| evidence::count(read, MAX_COUNTED))?;
    let mut log_entries: u64 = 0;
    for witness in core.witnesses() {
        log_entries = log_entries.saturating_add(witness.head()?.size);
    }
    Ok(Sample {
        open_orders: u64::try_from(orders.count()).unwrap_or(u64::MAX),
        oldest_open_order: orders.oldest().map_or(0.0, |age| age.as_secs_f64()),
        witnesses: witnesses(core),
        quorum_margin: open_keysets(core).iter().filter_map(|keyset| margin(core, keyset)).min(),
        issue_limit: charter.store(core.store).map_or(0, |store| store.daily_limit.0),
        issue_used: used_today(core)?,
        clock_offset: core.drift.ahead().map(|(ahead, _)| seconds(ahead)),
        charter_version: charter.version(),
        charter_expiry: charter.body().expires,
        log_entries,
        peer_logs: peer_logs(core),
        evidence: u64::try_from(evidence).unwrap_or(u64::MAX),
        db_bytes: 0,
        disk_free_bytes: core.space.figures().0,
        backup: 0,
    })
}

/// What stands in the way of serving customers, each with what to do; nothing if the node is ready (OPS-10).
pub fn unready(orders: &Orders) -> Vec<String> {
    let core = orders.core();
    let mut why = Vec::new();
    if let Err(error) = core.readers.with(|read| evidence::count(read, 1)) {
        why.push(format!("the database does not answer: {error}; look at the node's log"));
    }
    if !core.charter().allows_issuing(core.clock.unix_seconds()) {
        why.push("the charter has expired: ask the stewards for the next, and `ronde charter install` it".to_owned());
    }
    let open = open_keysets(core);
    if !open.iter().any(|keyset| margin(core, keyset).is_some_and(|margin| margin >= 0)) {
        why.push("no open keyset has a quorum that answers: `ronde status` says which witnesses are down".to_owned());
    }
    why
}

/// A clock that is wrong by more than weeks is told as wrong by weeks.
fn seconds(milliseconds: i64) -> f64 {
    let most = if milliseconds < 0 { i32::MIN } else { i32::MAX };
    f64::from(i32::try_from(milliseconds).unwrap_or(most)) / 1e3
}

/// Whether a witness's node answers, and how fast; one that never did since this node started does not.
fn reached(core: &Core, store: &Store) -> (bool, Option<Duration>) {
    let (up, rtt) = core.reachability(store.id, &store.node_key.0);
    (up && (rtt.is_some() || store.id == core.store), rtt)
}

fn open_keysets(core: &Core) -> Vec<Keyset> {
    let now = core.clock.unix_seconds();
    core.charter().keysets().filter(|keyset| now <= keyset.redeem_until()).cloned().collect()
}

/// Witnesses that answer beyond a quorum.
fn margin(core: &Core, keyset: &Keyset) -> Option<i64> {
    let charter = core.charter();
    let is_up = |store| charter.store(store).is_some_and(|store| reached(core, store).0);
    let up = keyset.members().iter().filter(|member| is_up(member.store())).count();
    Some(i64::try_from(up).ok()?.saturating_sub(i64::try_from(keyset.quorum().votes()).ok()?))
}

fn witnesses(core: &Core) -> Vec<Witness> {
    let charter = core.charter();
    let mut all = Vec::new();
    for keyset in open_keysets(core) {
        for member in keyset.members() {
            let Some(store) = charter.store(member.store()) else { continue };
            let (up, rtt) = reached(core, store);
            let rtt = rtt.map(|rtt| rtt.as_secs_f64());
            all.push(Witness { keyset: keyset.id().0, index: member.index().0, up, rtt });
        }
    }
    all
}

/// Points that the store issued today, by the witness of this node that counted most.
pub(super) fn used_today(core: &Core) -> Result<Option<u64>, LedgerError> {
    let day = core.clock.unix_seconds() / DAY;
    let mut most = None;
    for witness in core.witnesses() {
        let keyset = witness.witness().keyset().id();
        let used = witness.read(|ledger| ledger.counter(keyset, &Counter::Issued { store: core.store, day }))?;
        most = most.max(Some(used));
    }
    Ok(most)
}

fn peer_logs(core: &Core) -> Vec<PeerLog> {
    let mut all = Vec::new();
    for service in core.witnesses() {
        let id = service.witness().keyset().id();
        let own = service.witness().index();
        for member in service.witness().keyset().members().iter().filter(|member| member.index() != own) {
            let lag = core.with_followed(id, member.index(), |followed| {
                followed.highest().map_or(0, |head| head.size).saturating_sub(followed.position())
            });
            all.push(PeerLog { keyset: id.0, index: member.index().0, lag });
        }
    }
    all
}

#[cfg(test)]
mod tests;
