//! Files as `ronde audit --save` writes them.

use std::fs::File;
use std::io::{BufWriter, Error, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ronde_protocol::crypto::merkle::Frontier;
use ronde_protocol::message::charter::SignedCharter;
use ronde_protocol::message::codec::{Encode, encode};
use ronde_protocol::message::head::Head;
use ronde_protocol::message::ids::WitnessIndex;
use ronde_protocol::message::log::LogEntry;

use super::big_logs::Maker;

/// Entries in one line.
const LINE_ENTRIES: usize = 64;
/// Base64 of a head: it is known at the end, and then written over these.
const HEAD_DIGITS: usize = 140;

fn base64<T: Encode>(value: &T) -> String {
    URL_SAFE_NO_PAD.encode(encode(value))
}

/// Version 1 as a node keeps it.
pub fn charter(folder: &Path, signed: &SignedCharter) -> Result<(), Error> {
    std::fs::write(folder.join("000001.charter"), encode(signed))
}

/// A saved log that is being written.
pub struct LogFile {
    file: BufWriter<File>,
    written: u64,
    heads: Vec<u64>,
    line: Vec<String>,
    frontier: Frontier,
}

impl LogFile {
    /// Of a witness.
    pub fn create(folder: &Path, witness: u8) -> Result<Self, Error> {
        let name = format!("keyset-1.{}.witness-{witness}.log", u16::from(witness) + 1);
        let file = BufWriter::with_capacity(1 << 20, File::create(folder.join(name))?);
        Ok(Self { file, written: 0, heads: Vec::new(), line: Vec::new(), frontier: Frontier::default() })
    }

    /// One more entry.
    pub fn write(&mut self, entry: &LogEntry) -> Result<(), Error> {
        self.frontier.push(entry.leaf());
        self.line.push(base64(entry));
        if self.line.len() < LINE_ENTRIES { Ok(()) } else { self.end_line() }
    }

    fn end_line(&mut self) -> Result<(), Error> {
        let begin = "{\"keyset\":1,\"head\":\"";
        self.heads.push(self.written + begin.len() as u64);
        let entries = serde_json::to_string(&self.line)?;
        let line = format!("{begin}{}\",\"entries\":{entries}}}\n", "A".repeat(HEAD_DIGITS));
        self.line.clear();
        self.written += line.len() as u64;
        self.file.write_all(line.as_bytes())
    }

    /// Signs the head and writes it into every line; another head first, if there is one. Entries and bytes.
    pub fn finish(mut self, maker: &Maker<'_>, witness: u8, other: Option<Head>) -> Result<(u64, u64), Error> {
        self.end_line()?;
        let (size, root) = (self.frontier.size(), self.frontier.root());
        let head = base64(&Head::sign(maker.key(witness), maker.keyset(), WitnessIndex(witness), size, root));
        let mut file = self.file.into_inner().map_err(|error| error.into_error())?;
        for at in &self.heads {
            file.seek(SeekFrom::Start(*at))?;
            file.write_all(head.as_bytes())?;
        }
        if let Some(other) = other {
            file.seek(SeekFrom::End(0))?;
            for head in [base64(&other), head] {
                writeln!(file, "{{\"keyset\":1,\"head\":\"{head}\",\"entries\":[]}}")?;
            }
        }
        Ok((size, self.written))
    }
}
