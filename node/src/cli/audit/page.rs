//! A piece of a log as nodes answer and files keep it: one JSON object, in a file on a line of its own.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ronde_protocol::limits::MAX_MESSAGE_BYTES;
use ronde_protocol::message::codec::{Decode, Encode, decode};
use ronde_protocol::message::head::Head;
use ronde_protocol::message::ids::KeysetId;
use ronde_protocol::message::log::LogEntry;
use ronde_protocol::message::statement::ClosingStatement;
use serde::{Deserialize, Serialize};

/// Longest piece, in bytes.
pub(super) const MAX_PAGE: u64 = 4 << 20;

/// Most entries of a node's log that are read unless the reader says otherwise: five million orders.
pub(super) const MAX_ENTRIES: u64 = 10_000_000;
/// Bytes of a node's answers that are kept for each entry that may be read, on average: several times what an order takes
/// whose coins go into one payment.
pub(super) const ROOM_PER_ENTRY: u64 = 4096;

/// A piece of a log as `GET /v1/log/KEYSET` gives it.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Page {
    #[serde(default)]
    pub(super) keyset: Option<KeysetId>,
    pub(super) head: String,
    pub(super) entries: Vec<String>,
    /// The closing statement, once the log is frozen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) statement: Option<String>,
}

/// The same, in the bytes of a line.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Line<'a> {
    #[serde(default)]
    pub(super) keyset: Option<KeysetId>,
    pub(super) head: &'a str,
    #[serde(borrow)]
    pub(super) entries: Vec<&'a str>,
    #[serde(default)]
    pub(super) statement: Option<&'a str>,
}

/// A line, as far as it is read without judging anything.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) keyset: Option<KeysetId>,
    pub(super) head: Head,
    pub(super) statement: Option<ClosingStatement>,
    /// The leaf and the bytes of each entry.
    pub(super) entries: Vec<([u8; 32], Vec<u8>)>,
}

/// Why nothing came of a node or a file.
#[derive(Debug, thiserror::Error)]
pub(super) enum BadSource {
    #[error("does not answer: {0}")]
    Unreachable(Box<ureq::Error>),
    #[error("answers with HTTP status {0}")]
    Status(u16),
    #[error("keeps no log of this keyset")]
    NoLog,
    #[error("breaks off: {0}")]
    Read(#[from] std::io::Error),
    #[error("says what is no log: {0}")]
    Shape(#[from] serde_json::Error),
    #[error("says what is no log: {0}")]
    Base64(#[from] base64::DecodeError),
    #[error("says what is no log: {0}")]
    Encoding(#[from] ronde_protocol::message::codec::BadEncoding),
    #[error("says what is no log: a line of more than {MAX_PAGE} bytes")]
    Long,
    #[error("shows a log that ends before its head")]
    Short,
    #[error("shows pieces of more than one log")]
    Mixed,
    #[error("shows a log of {size} entries, and more than {max} are not read; `--max ENTRIES` allows more")]
    TooMany { size: u64, max: u64 },
    #[error("fills more than {room} bytes with its log; `--max ENTRIES` allows {} for each entry", ROOM_PER_ENTRY)]
    TooBig { room: u64 },
}

impl Opened {
    pub(super) fn read(line: &[u8]) -> Result<Self, BadSource> {
        let line: Line<'_> = serde_json::from_slice(line)?;
        let entries = line.entries.iter().map(|entry| {
            let bytes = URL_SAFE_NO_PAD.decode(entry)?;
            Ok((LogEntry::leaf_of(&bytes), bytes))
        });
        Ok(Self {
            keyset: line.keyset,
            head: from_base64(line.head)?,
            // What is none is as good as none: only a signed one says anything.
            statement: line.statement.and_then(|statement| from_base64(statement).ok()),
            entries: entries.collect::<Result<_, BadSource>>()?,
        })
    }
}

pub(super) fn from_base64<T: Decode<()> + Encode>(text: &str) -> Result<T, BadSource> {
    Ok(decode(&URL_SAFE_NO_PAD.decode(text)?, MAX_MESSAGE_BYTES)?)
}
