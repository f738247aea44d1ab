//! Logs in files, audited in one pass: read in step with one another, so that what stands in several of them is met at
//! about the same time and verified once.
//!
//! Work goes on in rounds. While the entries of one round are judged on all processors, what was judged in the round
//! before is laid down, the lines of the next are opened, and those of the one after that are read.

use std::collections::HashMap;
use std::io::Error;
use std::path::Path;
use std::sync::Arc;

use ronde_protocol::crypto::Entropy;
use ronde_protocol::machine::audit::{Audit, AuditError, Facts, LogNumber, Report};
use ronde_protocol::message::charter::{Charter, Keyset};
use ronde_protocol::message::codec::BadEncoding;
use ronde_protocol::message::head::Head;

use super::came::Came;
use super::page::{BadSource, Opened};
use super::progress::Progress;
use super::reader::{Lines, LogReader, Shelved};
use super::shelf::FileShelf;
use super::work::{Done, Task, run};
use crate::entropy;

/// Bytes of lines that are read in one round, from all logs together.
pub(super) const ROUND: u64 = 24 << 20;
/// Entries that are judged in one batch: many make a batch cheap.
const AT_ONCE: usize = 8192;
/// Entries whose facts are remembered, so that the same bytes in the next log are not judged again: so many, and as many
/// of those before.
const REMEMBERED: usize = 1 << 15;
/// Bytes of records that are compared at a time.
const BUDGET: usize = 32 << 20;

/// What came of a file.
pub(super) enum Outcome {
    /// So many entries, of the witness whose head came last.
    Read { entries: u64, head: Head },
    /// It is of another keyset, or there is nothing in it.
    Other,
    /// It can't be read.
    Bad(BadSource),
}

/// A log on its way.
struct Track {
    reader: LogReader,
    number: LogNumber,
    head: Option<Head>,
    at_end: bool,
    failed: Option<BadSource>,
    other: bool,
    /// It is of no witness.
    came: bool,
}

/// An entry in its log: judged before, or one of those that are being judged.
enum Met {
    Known(Arc<Facts>),
    New(usize),
}

/// Judged entries by log, in its order.
type Laid = Vec<(usize, Result<Arc<Facts>, BadEncoding>)>;

/// What is judged in a round, and where it stands.
#[derive(Default)]
struct Round {
    new: Vec<Vec<u8>>,
    met: Vec<(usize, Met)>,
}

struct Pass<'c> {
    charter: &'c Charter,
    keyset: &'c Keyset,
    audit: Audit<'c, FileShelf>,
    tracks: Vec<Track>,
    lines: Shelved,
    memory: [HashMap<[u8; 32], Arc<Facts>>; 2],
    progress: Progress,
    /// Bytes of all logs, and how many of them are to be read in this round and before.
    total: u64,
    aim: u64,
    round: u64,
    /// Different ones.
    certificates: u64,
    came: &'c mut Came,
}

/// Audits the logs of a keyset that are in these files, so many bytes of them at a time. What is compared is kept in
/// `folder`, without a name.
pub(super) fn audit(
    (charter, keyset): (&Charter, &Keyset),
    files: &[&Path],
    came: &mut Came,
    folder: &Path,
    round: u64,
) -> Result<(Report, Vec<Outcome>), AuditError<Error>> {
    let earlier = came.of(keyset.id())?;
    came.begin(keyset.id());
    let mut pass = Pass {
        charter,
        keyset,
        audit: Audit::new(charter, keyset, FileShelf::create(folder)?, BUDGET),
        tracks: Vec::new(),
        lines: Shelved::default(),
        memory: [HashMap::new(), HashMap::new()],
        progress: Progress::begin(),
        total: 0,
        aim: 0,
        certificates: 0,
        round: round.max(1),
        came,
    };
    let logs = files.iter().map(|file| (*file, false));
    for (file, came) in logs.chain(earlier.iter().map(|file| (file.as_path(), true))) {
        let opened = if came { pass.audit.open_shown() } else { pass.audit.open() };
        let Some(number) = opened else { break };
        let reader = LogReader::open(file)?;
        pass.total = pass.total.saturating_add(reader.size());
        pass.lines.0.push(Lines::of(file)?);
        pass.tracks.push(Track { reader, number, head: None, at_end: false, failed: None, other: false, came });
    }
    pass.run()?;
    pass.finish()
}

impl Pass<'_> {
    fn run(&mut self) -> Result<(), Error> {
        let mut read = self.read();
        let mut judging = Round::default();
        let mut judged: Laid = Vec::new();
        loop {
            if read.is_empty() && judging.met.is_empty() && judged.is_empty() {
                return Ok(());
            }
            let places: Vec<(usize, u64)> = read.iter().map(|(track, from, _)| (*track, *from)).collect();
            let mut tasks = judge_tasks(std::mem::take(&mut judging.new));
            let batches = tasks.len();
            tasks.extend(read.into_iter().map(|(_, _, line)| Task::Open(line)));
            let (charter, keyset) = (self.charter, self.keyset);
            let (done, (next, laid)) = run(charter, keyset, tasks, || {
                let laid = self.lay_down(std::mem::take(&mut judged));
                (self.read(), laid)
            });
            laid?;
            read = next;
            let mut done = done.into_iter();
            judged = self.resolve(done.by_ref().take(batches), std::mem::take(&mut judging.met))?;
            judging = self.meet(places, done);
            let read = self.tracks.iter().map(|track| track.reader.read()).sum();
            self.progress.show(read, self.total, self.certificates);
        }
    }

    /// The lines of the next round: of each log as many as bring it as far as the others.
    fn read(&mut self) -> Vec<(usize, u64, Vec<u8>)> {
        let mut lines = Vec::new();
        while lines.is_empty() && self.tracks.iter().any(|track| !track.at_end && !track.is_over()) {
            self.aim = self.aim.saturating_add(self.round);
            self.read_to_aim(&mut lines);
        }
        lines
    }

    fn read_to_aim(&mut self, lines: &mut Vec<(usize, u64, Vec<u8>)>) {
        for (place, track) in self.tracks.iter_mut().enumerate() {
            let share = u128::from(track.reader.size()).saturating_mul(u128::from(self.aim));
            let until = share.checked_div(u128::from(self.total)).unwrap_or(u128::MAX);
            while !track.at_end && !track.is_over() && u128::from(track.reader.read()) <= until {
                match track.reader.line() {
                    Ok(Some((from, line))) => lines.push((place, from, line)),
                    Ok(None) => track.at_end = true,
                    Err(error) => track.failed = Some(error),
                }
            }
        }
    }

    /// Takes opened lines, and says which of their entries are to be judged.
    fn meet(&mut self, places: Vec<(usize, u64)>, done: impl Iterator<Item = Done>) -> Round {
        let mut by_log: Vec<Vec<([u8; 32], Vec<u8>)>> = self.tracks.iter().map(|_| Vec::new()).collect();
        for ((place, from), done) in places.into_iter().zip(done) {
            let Done::Opened(opened) = done else { continue };
            if let Some(entries) = self.open(place, from, *opened)
                && let Some(log) = by_log.get_mut(place)
            {
                log.extend(entries);
            }
        }
        // Entry by entry through all logs, so that certificates of one order come into one batch.
        let mut round = Round::default();
        let mut new: HashMap<[u8; 32], usize> = HashMap::new();
        let mut logs: Vec<_> = by_log.into_iter().map(Vec::into_iter).collect();
        loop {
            let before = round.met.len();
            for (place, log) in logs.iter_mut().enumerate() {
                let Some((leaf, bytes)) = log.next() else { continue };
                let met = match self.recall(&leaf) {
                    Some(facts) => Met::Known(facts),
                    None => Met::New(*new.entry(leaf).or_insert_with(|| {
                        round.new.push(bytes);
                        round.new.len().saturating_sub(1)
                    })),
                };
                round.met.push((place, met));
            }
            if round.met.len() == before {
                return round;
            }
        }
    }

    fn open(&mut self, place: usize, from: u64, opened: Result<Opened, BadSource>) -> Option<Vec<([u8; 32], Vec<u8>)>> {
        let track = self.tracks.get_mut(place).filter(|track| !track.is_over())?;
        let opened = match opened {
            Ok(opened) if opened.keyset != Some(self.keyset.id()) => {
                track.other = true;
                return None;
            }
            Ok(opened) if track.head.is_some_and(|head| head.index != opened.head.index) => {
                track.failed = Some(BadSource::Mixed);
                return None;
            }
            Ok(opened) => opened,
            Err(error) => {
                track.failed = Some(error);
                return None;
            }
        };
        track.head = Some(opened.head);
        if !track.came {
            self.audit.head(track.number, opened.head);
        }
        if let Some(statement) = opened.statement {
            self.audit.statement(statement);
        }
        self.lines.0.get_mut(place)?.note(from, opened.entries.len());
        Some(opened.entries)
    }

    fn recall(&mut self, leaf: &[u8; 32]) -> Option<Arc<Facts>> {
        let [young, old] = &self.memory;
        young.get(leaf).or_else(|| old.get(leaf)).cloned()
    }

    fn remember(&mut self, facts: &Arc<Facts>) {
        let [young, old] = &mut self.memory;
        if young.len() >= REMEMBERED {
            *old = std::mem::take(young);
        }
        young.insert(*facts.leaf(), Arc::clone(facts));
    }

    /// The facts of every entry of a round, in the order of the logs.
    fn resolve(&mut self, done: impl Iterator<Item = Done>, met: Vec<(usize, Met)>) -> Result<Laid, Error> {
        let mut judged: Vec<Result<Arc<Facts>, BadEncoding>> = Vec::new();
        for done in done {
            let Done::Judged(facts, came) = done else { continue };
            for (of, entry) in came {
                self.came.keep(of, self.keyset.id(), &entry)?;
            }
            judged.extend(facts.into_iter().map(|facts| facts.map(Arc::new)));
        }
        for facts in judged.iter().flatten() {
            self.certificates = self.certificates.saturating_add(u64::from(facts.is_certificate()));
            self.remember(facts);
        }
        let resolve = |(place, met)| match met {
            Met::Known(facts) => Some((place, Ok(facts))),
            Met::New(at) => judged.get(at).map(|facts| (place, facts.clone())),
        };
        Ok(met.into_iter().filter_map(resolve).collect())
    }

    fn lay_down(&mut self, judged: Laid) -> Result<(), Error> {
        for (place, facts) in judged {
            let Some(track) = self.tracks.get_mut(place).filter(|track| !track.is_over()) else { continue };
            match facts {
                Ok(facts) => self.audit.take(track.number, &facts)?,
                Err(error) => track.failed = Some(error.into()),
            }
        }
        Ok(())
    }

    fn finish(mut self) -> Result<(Report, Vec<Outcome>), AuditError<Error>> {
        let mut outcomes = Vec::new();
        for (track, lines) in self.tracks.into_iter().zip(&self.lines.0) {
            if track.is_over() {
                self.audit.forget(track.number);
            }
            if track.came {
                continue;
            }
            outcomes.push(match (track.failed, track.head) {
                (Some(error), _) => Outcome::Bad(error),
                (None, Some(head)) if !track.other => Outcome::Read { entries: lines.entries(), head },
                _ => Outcome::Other,
            });
        }
        self.progress.compare();
        Ok((self.audit.finish(&mut self.lines)?, outcomes))
    }
}

impl Track {
    fn is_over(&self) -> bool {
        self.other || self.failed.is_some()
    }
}

/// Batches of about one size, so that no processor waits for another.
fn judge_tasks(entries: Vec<Vec<u8>>) -> Vec<Task> {
    let batches = entries.len().div_ceil(AT_ONCE);
    if batches == 0 {
        return Vec::new();
    }
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let size = entries.len().div_ceil(batches.next_multiple_of(workers));
    let mut entropy = entropy::fresh().ok().map(|fresh| Entropy::new(fresh).split(entries.len().div_ceil(size)));
    let mut entries = entries.into_iter();
    let mut tasks = Vec::new();
    loop {
        let batch: Vec<Vec<u8>> = entries.by_ref().take(size).collect();
        if batch.is_empty() {
            return tasks;
        }
        tasks.push(Task::Judge(batch, entropy.as_mut().and_then(Vec::pop)));
    }
}
