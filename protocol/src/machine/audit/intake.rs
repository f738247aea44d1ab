//! Logs as they come in, entry by entry: hashed, judged, and laid down where they can be compared.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec,
    vec::Vec,
};

use super::{
    exhibit::{Exhibit, goes_beyond},
    facts::{Facts, Worth},
    ledger::{Log, proven},
    records,
    report::{Finding, LogFault, LogState, Note, Offence, Report},
    shelf::{Part, Shelf},
};
use crate::{
    crypto::merkle::{Cutting, Frontier},
    message::{
        charter::{Charter, Keyset},
        codec::Bounded,
        evidence::Evidence,
        head::Head,
        ids::{OrderDigest, WitnessIndex},
        statement::ClosingStatement,
    },
};

/// Digests of which it is remembered that what they lock was laid down; laid down twice changes nothing. Short logs do
/// with fewer.
const REMEMBERED: usize = 1 << 16;
const REMEMBERED_AT_FIRST: usize = 1 << 8;

/// Heads of one log that are compared: the first that came, and the last. A liar may sign one for each of its entries.
const MAX_HEADS: usize = 1 << 12;

type Hashes = Vec<[u8; 32]>;

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
    /// Closing statements that verify, by witness; of several the first two.
    statements: BTreeMap<WitnessIndex, Vec<ClosingStatement>>,
    remembered: Vec<OrderDigest>,
}

/// What is known of a log.
#[derive(Default)]
pub(super) struct Intake {
    /// As they came, of too many the first; the last is the one that all entries together should hash to.
    heads: Vec<Head>,
    frontier: Frontier,
    /// The first entry that no honest witness writes.
    bad: Option<(u64, Offence)>,
    forgotten: bool,
    /// It is of no witness: what stands in it was taken from another keyset's logs.
    shown: bool,
}

impl<'c, S: Shelf> Audit<'c, S> {
    /// Begins. The charter should be the newest there is: orders that name what it does not know are noted, not judged.
    /// `budget` says how many bytes of records are held in memory when the logs are compared.
    pub fn new(charter: &'c Charter, keyset: &'c Keyset, shelf: S, budget: usize) -> Self {
        let remembered = vec![OrderDigest([0; 32]); REMEMBERED_AT_FIRST];
        Self { charter, keyset, shelf, budget, logs: Vec::new(), statements: BTreeMap::new(), remembered }
    }

    /// One more log. Several logs of one witness are compared with each other. None beyond 65,535 of them.
    pub fn open(&mut self) -> Option<LogNumber> {
        let number = u16::try_from(self.logs.len()).ok().map(LogNumber)?;
        self.logs.push(Intake::default());
        Some(number)
    }

    /// Room for certified orders of this keyset that logs of others hold, because points moved into those. A certificate
    /// counts wherever it stands (BOOKS-14); no witness of this keyset stands for it.
    pub fn open_shown(&mut self) -> Option<LogNumber> {
        let number = self.open()?;
        if let Some(log) = self.logs.get_mut(number.place()) {
            log.shown = true;
        }
        Some(number)
    }

    /// A head said to be signed by the log's witness. The last that comes must cover all the entries.
    pub fn head(&mut self, log: LogNumber, head: Head) {
        if let Some(log) = self.logs.get_mut(log.place()) {
            log.take_head(head);
        }
    }

    /// A closing statement that somebody handed over. Two of one witness say all that there is to say against it.
    pub fn statement(&mut self, statement: ClosingStatement) {
        let known = self.statements.get(&statement.index).map_or(&[][..], Vec::as_slice);
        let says = |of: &ClosingStatement| (of.size, of.root);
        let is_new = known.len() < 2 && known.iter().all(|known| says(known) != says(&statement));
        if is_new && statement.verify(self.keyset).is_ok() {
            self.statements.entry(statement.index).or_default().push(statement);
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
        for (number, log) in self.of_witnesses() {
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

    fn of_witnesses(&self) -> impl Iterator<Item = (LogNumber, &Intake)> {
        (0u16..).map(LogNumber).zip(&self.logs).filter(|(_, log)| !log.forgotten && !log.shown)
    }

    /// Those that count and are of no witness.
    pub(super) fn shown(&self) -> BTreeSet<LogNumber> {
        let shown = (0u16..).map(LogNumber).zip(&self.logs).filter(|(_, log)| log.shown && !log.forgotten);
        shown.map(|(number, _)| number).collect()
    }

    /// Logs that were not the same at all times: forks among the heads of each witness, and what goes beyond its closing
    /// statement, whether or not the logs that they came with count.
    pub(super) fn histories(&mut self, logs: &[Log], report: &mut Report) -> Result<(), S::Error> {
        let mut heads: BTreeMap<WitnessIndex, Vec<Head>> = BTreeMap::new();
        for (_, log) in self.of_witnesses() {
            let Some((newest, others)) = log.heads.split_last() else { continue };
            for head in core::iter::once(newest).chain(others).filter(|head| head.verify(self.keyset).is_ok()) {
                heads.entry(head.index).or_default().push(*head);
            }
        }
        for (index, statements) in &self.statements {
            let heads = heads.get(index).map_or(&[][..], Vec::as_slice);
            report.findings.extend(reopened(self.charter, statements, heads));
            closing(*index, statements, logs, report);
        }
        for heads in heads.into_values() {
            report.findings.extend(self.fork(heads, logs)?);
        }
        Ok(())
    }

    /// The first fork among one witness's heads, if there is one. Heads beyond every log at hand can't be compared.
    fn fork(&mut self, mut heads: Vec<Head>, logs: &[Log]) -> Result<Option<Finding>, S::Error> {
        heads.sort_by_key(|head| head.size);
        let mut found = heads.windows(2).find_map(|pair| match pair {
            [a, b] if a.size == b.size && a.root != b.root => Some((*a, *b, Vec::new())),
            _ => None,
        });
        let Some(index) = heads.first().map(|head| head.index) else { return Ok(None) };
        for log in logs.iter().filter(|log| log.head.index == index) {
            if found.is_none()
                && let Some(shorter) = self.off_path(&heads, log)?
            {
                found = Some((shorter, log.head, self.cut(log, Cutting::at(shorter.size), &[])?.0));
            }
        }
        let keyset = self.keyset.id();
        let evidence = found.and_then(|(shorter, longer, subtrees)| {
            let subtrees = Bounded::new(subtrees).ok()?;
            Some(Evidence::Fork { keyset, shorter, longer, subtrees })
        });
        Ok(evidence.and_then(|evidence| proven(self.charter, Exhibit::Witness(evidence))))
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
        self.each_leaf(log, |leaf| {
            frontier.push(leaf);
            look(&frontier);
        })?;
        Ok(off)
    }

    /// The hashes of the subtrees that show what is wanted of a log, and its leaves at places that increase.
    pub(super) fn cut(
        &mut self,
        log: &Log,
        mut cutting: Cutting,
        places: &[u64],
    ) -> Result<(Hashes, Hashes), S::Error> {
        let (mut places, mut leaves) = (places.iter().peekable(), Vec::new());
        let mut next = 0u64;
        self.each_leaf(log, |leaf| {
            cutting.push(leaf);
            leaves.extend(places.next_if_eq(&&next).map(|_| leaf));
            next = next.saturating_add(1);
        })?;
        Ok((cutting.finish(), leaves))
    }

    fn each_leaf(&mut self, log: &Log, mut visit: impl FnMut([u8; 32])) -> Result<(), S::Error> {
        self.shelf.each(Part::Leaves(log.number.0), &mut |record| {
            if let Ok(leaf) = record.try_into() {
                visit(leaf);
            }
        })
    }
}

/// What a witness signed beyond its closing statement (ROLLOVER-8).
fn reopened(charter: &Charter, statements: &[ClosingStatement], heads: &[Head]) -> Option<Finding> {
    let (first, others) = statements.split_first()?;
    let twice = others.iter().map(|second| Exhibit::ClosedTwice { first: *first, second: *second });
    let beyond = statements.iter().flat_map(|statement| {
        let beyond = heads.iter().filter(|head| goes_beyond(head, statement));
        beyond.map(|head| Exhibit::Closed { statement: *statement, head: *head })
    });
    twice.chain(beyond).find_map(|exhibit| proven(charter, exhibit))
}

/// Says whether the log at hand is the one that was closed.
fn closing(index: WitnessIndex, statements: &[ClosingStatement], logs: &[Log], report: &mut Report) {
    let own = || logs.iter().filter(|log| log.head.index == index);
    let is_of =
        |log: &Log, statement: &ClosingStatement| (log.head.size, log.head.root) == (statement.size, statement.root);
    if own().any(|log| statements.iter().any(|statement| is_of(log, statement))) {
        report.closed.insert(index);
    } else if own().any(|log| statements.iter().any(|statement| log.head.size < statement.size)) {
        report.notes.push(Note::ClosedFurther(index));
    }
}

impl Intake {
    fn take_head(&mut self, head: Head) {
        if self.heads.last() == Some(&head) {
            return;
        }
        if self.heads.len() >= MAX_HEADS {
            self.heads.pop();
        }
        self.heads.push(head);
    }

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

#[cfg(test)]
mod tests;
