//! A saved log, read line by line from its beginning, and entry by entry wherever one is wanted once more.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Error, Read as _, Seek as _, SeekFrom};
use std::path::Path;

use ronde_protocol::limits::MAX_MESSAGE_BYTES;
use ronde_protocol::machine::audit::{Library, LogNumber};
use ronde_protocol::message::codec::decode;
use ronde_protocol::message::log::LogEntry;

use super::page::{BadSource, MAX_PAGE, Opened};

/// A file that is being read.
pub(super) struct LogReader {
    input: BufReader<File>,
    /// Bytes of the file.
    size: u64,
    /// Bytes that were read.
    read: u64,
}

impl LogReader {
    pub(super) fn open(file: &Path) -> Result<Self, Error> {
        let file = File::open(file)?;
        let size = file.metadata()?.len();
        Ok(Self { input: BufReader::with_capacity(1 << 18, file), size, read: 0 })
    }

    /// Bytes of the file.
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// Bytes that were read.
    pub(super) fn read(&self) -> u64 {
        self.read
    }

    /// The next line and where it begins; none at the end.
    pub(super) fn line(&mut self) -> Result<Option<(u64, Vec<u8>)>, BadSource> {
        let (from, mut line) = (self.read, Vec::new());
        let read = self.input.by_ref().take(MAX_PAGE.saturating_add(1)).read_until(b'\n', &mut line)?;
        let read = u64::try_from(read).unwrap_or(u64::MAX);
        if read > MAX_PAGE {
            return Err(BadSource::Long);
        }
        self.read = self.read.saturating_add(read);
        Ok((read > 0).then_some((from, line)))
    }
}

/// Logs that were read, with the places of their lines.
#[derive(Default)]
pub(super) struct Shelved(pub(super) Vec<Lines>);

/// Where the lines of a file are.
pub(super) struct Lines {
    file: File,
    /// For each line with entries, the position of its first entry and where the line begins.
    begins: Vec<(u64, u64)>,
    next: u64,
    /// The line that was looked at last.
    open: Option<(u64, Opened)>,
}

impl Lines {
    pub(super) fn of(file: &Path) -> Result<Self, Error> {
        Ok(Self { file: File::open(file)?, begins: Vec::new(), next: 0, open: None })
    }

    /// One more line that begins there with so many entries.
    pub(super) fn note(&mut self, from: u64, entries: usize) {
        if entries > 0 {
            self.begins.push((self.next, from));
            self.next = self.next.saturating_add(u64::try_from(entries).unwrap_or(u64::MAX));
        }
    }

    /// Entries so far.
    pub(super) fn entries(&self) -> u64 {
        self.next
    }

    fn entry(&mut self, position: u64) -> Result<Option<LogEntry>, Error> {
        let line = self.begins.partition_point(|(first, _)| *first <= position).checked_sub(1);
        let Some((first, from)) = line.and_then(|line| self.begins.get(line)).copied() else { return Ok(None) };
        if self.open.as_ref().is_none_or(|(open, _)| *open != first) {
            self.file.seek(SeekFrom::Start(from))?;
            let mut bytes = Vec::new();
            BufReader::new(&self.file).take(MAX_PAGE).read_until(b'\n', &mut bytes)?;
            let Ok(opened) = Opened::read(&bytes) else { return Ok(None) };
            self.open = Some((first, opened));
        }
        let place = usize::try_from(position.saturating_sub(first)).ok();
        let found = self.open.as_ref().zip(place).and_then(|((_, opened), place)| opened.entries.get(place));
        Ok(found.and_then(|(_, bytes)| decode(bytes, MAX_MESSAGE_BYTES).ok()))
    }
}

impl Library for Shelved {
    type Error = Error;

    fn entry(&mut self, log: LogNumber, position: u64) -> Result<Option<LogEntry>, Error> {
        self.0.get_mut(log.place()).map_or(Ok(None), |lines| lines.entry(position))
    }
}
