//! Which logs count (BOOKS-13): signed heads, entries that hash to them, and heads that do not extend one another.

use alloc::{collections::BTreeMap, vec, vec::Vec};

use super::{
    WitnessLog,
    exhibit::Exhibit,
    report::{Culprit, Finding, LogFault, LogState, Offence, Standing},
};
use crate::{
    crypto::merkle::Frontier,
    message::{charter::Keyset, codec::Bounded, evidence::Evidence, head::Head, ids::WitnessIndex, log::LogEntry},
};

/// A log whose witness stands for every entry.
pub(super) struct Log<'a> {
    pub head: Head,
    pub entries: &'a [LogEntry],
    /// Of each entry.
    pub leaves: Vec<[u8; 32]>,
}

/// The logs that count, and what was wrong with the others.
pub(super) struct Intake<'a> {
    pub logs: Vec<Log<'a>>,
    pub states: BTreeMap<WitnessIndex, LogState>,
    pub forks: Vec<Finding>,
}

pub(super) fn take<'a>(keyset: &Keyset, given: &'a [WitnessLog]) -> Intake<'a> {
    let mut logs = Vec::new();
    let mut states = BTreeMap::new();
    for log in given {
        let state = match read(keyset, log) {
            Ok(read) => {
                let size = read.head.size;
                logs.push(read);
                LogState::Read(size)
            }
            Err(fault) => LogState::Refused(fault),
        };
        if keyset.member(log.head.index).is_some() {
            let known = states.entry(log.head.index).or_insert(state);
            *known = better(*known, state);
        }
    }
    let mut heads: BTreeMap<WitnessIndex, Vec<Head>> = BTreeMap::new();
    for head in given.iter().flat_map(|log| core::iter::once(&log.head).chain(&log.heads)) {
        if head.verify(keyset).is_ok() {
            heads.entry(head.index).or_default().push(*head);
        }
    }
    let forks = heads.into_values().filter_map(|heads| fork(keyset, heads, &logs)).collect();
    Intake { logs, states, forks }
}

fn better(known: LogState, new: LogState) -> LogState {
    match (known, new) {
        (LogState::Read(old), LogState::Read(new)) => LogState::Read(old.max(new)),
        (LogState::Read(_), _) => known,
        (_, new) => new,
    }
}

fn read<'a>(keyset: &Keyset, log: &'a WitnessLog) -> Result<Log<'a>, LogFault> {
    let head = log.head.verify(keyset).map_err(|_| LogFault::Unsigned)?.get();
    let found = u64::try_from(log.entries.len()).unwrap_or(u64::MAX);
    if found != head.size {
        return Err(LogFault::Length { found, expected: head.size });
    }
    let leaves: Vec<[u8; 32]> = log.entries.iter().map(LogEntry::leaf).collect();
    if crate::crypto::merkle::root_of(&leaves) != head.root {
        return Err(LogFault::Root);
    }
    Ok(Log { head, entries: &log.entries, leaves })
}

/// The first fork among one witness's heads, if there is one. Heads beyond every log at hand can't be compared.
fn fork(keyset: &Keyset, mut heads: Vec<Head>, logs: &[Log<'_>]) -> Option<Finding> {
    heads.sort_by_key(|head| head.size);
    let same_size = heads.windows(2).find_map(|pair| match pair {
        [a, b] if a.size == b.size && a.root != b.root => Some((*a, *b, &[][..])),
        _ => None,
    });
    let index = heads.first()?.index;
    let own = logs.iter().filter(|log| log.head.index == index);
    let (shorter, longer, leaves) = same_size.or_else(|| {
        own.into_iter().find_map(|log| off_path(&heads, log).map(|head| (head, log.head, log.leaves.as_slice())))
    })?;
    let exhibit = Bounded::new(leaves.to_vec())
        .ok()
        .map(|leaves| Exhibit::Witness(Evidence::Fork { keyset: keyset.id(), shorter, longer, leaves }));
    Some(Finding {
        culprits: vec![Culprit::Witness(keyset.id(), index)],
        offence: Offence::Fork,
        standing: Standing::Proven,
        exhibit,
    })
}

/// A head, no longer than the log, that the log does not extend. The heads are sorted by size.
fn off_path(heads: &[Head], log: &Log<'_>) -> Option<Head> {
    let mut frontier = Frontier::default();
    let mut leaves = log.leaves.iter();
    for head in heads.iter().filter(|head| head.size <= log.head.size) {
        while frontier.size() < head.size {
            frontier.push(*leaves.next()?);
        }
        if frontier.root() != head.root {
            return Some(*head);
        }
    }
    None
}
