//! Logs as they come in, entry by entry: hashed, judged, and laid down where they can be compared.

use alloc::{collections::BTreeMap, vec, vec::Vec};

use super::{
    exhibit::Exhibit,
    facts::{Facts, Worth},
    ledger::Log,
    records,
    report::{Culprit, Finding, LogFault, LogState, Offence, Standing},
    shelf::{Part, Shelf},
};
use crate::{
    crypto::merkle::Frontier,
    limits::MAX_FORK_LEAVES,
    message::{
        charter::{Charter, Keyset},
        codec::Bounded,
        evidence::Evidence,
        head::Head,
        ids::{OrderDigest, WitnessIndex},
    },
};

/// Digests of which it is remembered that what they lock was laid down; laid down twice changes nothing. Short logs do
/// with fewer.
const REMEMBERED: usize = 1 << 16;
const REMEMBERED_AT_FIRST: usize = 1 << 8;

/// Which of the logs that an audit was given, by the order in which they were opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LogNumber(pub(super) u16);

impl LogNumber {
    /// Counted from 0.
    pub fn place(self) -> usize {
        usize::from(self.0)
    }
}

/// An audit of one keyset that is under way. Its memory does not grow with the logs, but for what is found wrong.
pub struct Audit<'c, S> {
    pub(super) charter: &'c Charter,
    pub(super) keyset: &'c Keyset,
    pub(super) shelf: S,
    /// Bytes of records that are looked at at a time.
    pub(super) budget: usize,
    pub(super) logs: Vec<Intake>,
    remembered: Vec<OrderDigest>,
}

/// What is known of a log.
#[derive(Default)]
pub(super) struct Intake {
    /// As they came; the last is the one that all entries together should hash to.
    heads: Vec<Head>,
    frontier: Frontier,
    /// The first entry that no honest witness writes.
    bad: Option<(u64, Offence)>,
    forgotten: bool,
}

impl<'c, S: Shelf> Audit<'c, S> {
    /// Begins. The charter should be the newest there is: orders that name what it does not know are noted, not judged.
    /// `budget` says how many bytes of records are held in memory when the logs are compared.
    pub fn new(charter: &'c Charter, keyset: &'c Keyset, shelf: S, budget: usize) -> Self {
        let remembered = vec![OrderDigest([0; 32]); REMEMBERED_AT_FIRST];
        Self { charter, keyset, shelf, budget, logs: Vec::new(), remembered }
    }

    /// One more log. Several logs of one witness are compared with each other. None beyond 65,535 of them.
    pub fn open(&mut self) -> Option<LogNumber> {
        let number = u16::try_from(self.logs.len()).ok().map(LogNumber)?;
        self.logs.push(Intake::default());
        Some(number)
    }

    /// A head said to be signed by the log's witness. The last that comes must cover all the entries.
    pub fn head(&mut self, log: LogNumber, head: Head) {
        if let Some(log) = self.logs.get_mut(log.place())
            && log.heads.last() != Some(&head)
        {
            log.heads.push(head);
        }
    }

    /// The next entry of a log, by its facts as [`super::judge_all`] found them with the same charter and keyset.
    ///
    /// # Errors
    /// What the shelf refuses.
    pub fn take(&mut self, log: LogNumber, facts: &Facts) -> Result<(), S::Error> {
        let Some(known) = self.logs.get_mut(log.place()) else { return Ok(()) };
        let position = known.frontier.size();
        known.frontier.push(facts.leaf);
        self.shelf.put(Part::Leaves(log.0), &facts.leaf)?;
        if let Worth::Bad(offence) = facts.worth {
            known.bad.get_or_insert((position, offence));
            return Ok(());
        }
        records::appearance(&mut self.shelf, facts, log, position)?;
        if facts.gist.is_empty() || self.remember(facts.digest, position) {
            return Ok(());
        }
        records::subject(&mut self.shelf, facts)
    }

    /// Whether it was remembered already.
    fn remember(&mut self, digest: OrderDigest, position: u64) -> bool {
        if position > REMEMBERED_AT_FIRST as u64 && self.remembered.len() < REMEMBERED {
            self.remembered = vec![OrderDigest([0; 32]); REMEMBERED];
        }
        let [first, second, ..] = digest.0;
        let place = usize::from(u16::from_le_bytes([first, second])).checked_rem(self.remembered.len());
        let known = place.and_then(|place| self.remembered.get_mut(place));
        known.is_some_and(|known| core::mem::replace(known, digest) == digest)
    }

    /// Leaves a log out, as if it had not been handed over: it could not be read to its end.
    pub fn forget(&mut self, log: LogNumber) {
        if let Some(log) = self.logs.get_mut(log.place()) {
            log.forgotten = true;
        }
    }

    /// The logs that count, in the order in which they were opened (BOOKS-13); and what became of each witness's.
    pub(super) fn counted(&self) -> (Vec<Log>, BTreeMap<WitnessIndex, LogState>) {
        let mut logs = Vec::new();
        let mut states = BTreeMap::new();
        for (number, log) in (0u16..).map(LogNumber).zip(&self.logs).filter(|(_, log)| !log.forgotten) {
            let Some(head) = log.heads.last() else { continue };
            let fault = log.fault(self.keyset, head);
            let state = fault.map_or(LogState::Read(head.size), LogState::Refused);
            if fault.is_none() {
                logs.push(Log { number, head: *head, bad: log.bad, entries: Vec::new() });
            }
            if self.keyset.member(head.index).is_some() {
                let known = states.entry(head.index).or_insert(state);
                *known = better(*known, state);
            }
        }
        (logs, states)
    }

    /// Forks among the heads of each witness, whether or not the logs that they came with count.
    pub(super) fn forks(&mut self, logs: &[Log]) -> Result<Vec<Finding>, S::Error> {
        let mut heads: BTreeMap<WitnessIndex, Vec<Head>> = BTreeMap::new();
        for log in self.logs.iter().filter(|log| !log.forgotten) {
            let Some((newest, others)) = log.heads.split_last() else { continue };
            for head in core::iter::once(newest).chain(others).filter(|head| head.verify(self.keyset).is_ok()) {
                heads.entry(head.index).or_default().push(*head);
            }
        }
        let mut forks = Vec::new();
        for heads in heads.into_values() {
            forks.extend(self.fork(heads, logs)?);
        }
        Ok(forks)
    }

    /// The first fork among one witness's heads, if there is one. Heads beyond every log at hand can't be compared.
    fn fork(&mut self, mut heads: Vec<Head>, logs: &[Log]) -> Result<Option<Finding>, S::Error> {
        heads.sort_by_key(|head| head.size);
        let mut found = heads.windows(2).find_map(|pair| match pair {
            [a, b] if a.size == b.size && a.root != b.root => Some((*a, *b, Some(Vec::new()))),
            _ => None,
        });
        let Some(index) = heads.first().map(|head| head.index) else { return Ok(None) };
        for log in logs.iter().filter(|log| log.head.index == index) {
            if found.is_none()
                && let Some(shorter) = self.off_path(&heads, log)?
            {
                found = Some((shorter, log.head, self.leaves(log)?));
            }
        }
        let keyset = self.keyset.id();
        Ok(found.map(|(shorter, longer, leaves)| Finding {
            culprits: vec![Culprit::Witness(keyset, index)],
            offence: Offence::Fork,
            standing: Standing::Proven,
            exhibit: leaves
                .and_then(|leaves| Bounded::new(leaves).ok())
                .map(|leaves| Exhibit::Witness(Evidence::Fork { keyset, shorter, longer, leaves })),
        }))
    }

    /// A head, no longer than the log, that the log does not extend. The heads are sorted by size.
    fn off_path(&mut self, heads: &[Head], log: &Log) -> Result<Option<Head>, S::Error> {
        // A log that counts hashes to its own head.
        if heads.iter().all(|head| *head == log.head) {
            return Ok(None);
        }
        let mut heads = heads.iter().filter(|head| head.size <= log.head.size).peekable();
        let mut frontier = Frontier::default();
        let mut off = None;
        let mut look = |frontier: &Frontier| {
            while let Some(head) = heads.next_if(|head| off.is_none() && head.size <= frontier.size()) {
                off = (frontier.root() != head.root).then_some(*head);
            }
        };
        look(&frontier);
        self.shelf.each(Part::Leaves(log.number.0), &mut |record| {
            if let Ok(leaf) = record.try_into() {
                frontier.push(leaf);
                look(&frontier);
            }
        })?;
        Ok(off)
    }

    /// All leaves of a log; none if they are too many for an exhibit.
    pub(super) fn leaves(&mut self, log: &Log) -> Result<Option<Vec<[u8; 32]>>, S::Error> {
        if usize::try_from(log.head.size).map_or(true, |size| size > MAX_FORK_LEAVES) {
            return Ok(None);
        }
        let mut leaves = Vec::new();
        self.shelf.each(Part::Leaves(log.number.0), &mut |record| leaves.extend(<[u8; 32]>::try_from(record).ok()))?;
        Ok(Some(leaves))
    }
}

impl Intake {
    fn fault(&self, keyset: &Keyset, head: &Head) -> Option<LogFault> {
        let found = self.frontier.size();
        if head.verify(keyset).is_err() {
            Some(LogFault::Unsigned)
        } else if found != head.size {
            Some(LogFault::Length { found, expected: head.size })
        } else {
            (self.frontier.root() != head.root).then_some(LogFault::Root)
        }
    }
}

fn better(known: LogState, new: LogState) -> LogState {
    match (known, new) {
        (LogState::Read(old), LogState::Read(new)) => LogState::Read(old.max(new)),
        (LogState::Read(_), _) => known,
        (_, new) => new,
    }
}
