//! What is read in pieces: logs, feeds and charters; and what is served as it is stored.

use alloc::vec::Vec;

use super::{
    Witness,
    record::{OrderRecord, View},
};
use crate::{
    limits::{LOG_ANSWER_BYTES, MAX_FEED_ENTRIES, MAX_LOG_ENTRIES},
    message::{
        charter::SignedCharter,
        codec::{Bounded, encode},
        ids::{KeysetId, OrderDigest, StoreId},
        log::LogEntry,
        order::Seconds,
        refusal::Refusal,
        wire::{CHARTER_CHUNK, Certified, CharterChunk, CharterQuery, FeedEntry, FeedPage, LogPage, ReplyV1},
    },
};

/// What a witness can look up of its log, besides its state.
pub trait LogView: View {
    /// An entry by its position.
    fn log_entry(&self, keyset: KeysetId, position: u64) -> Result<Option<LogEntry>, Self::Error>;
    /// Log positions, from one on, of certified orders that name a store; increasing, at most `limit`.
    fn feed(&self, keyset: KeysetId, store: StoreId, from: u64, limit: usize) -> Result<Vec<u64>, Self::Error>;
}

impl Witness {
    /// What is answered before anything in a request is checked: nothing after the evaluations' end (WITNESS-34), and
    /// what is stored about a certified order (WITNESS-31).
    pub fn look_up<V: View>(&self, view: &V, digest: &OrderDigest, now: Seconds) -> Result<Option<ReplyV1>, V::Error> {
        if self.is_frozen(view, now)? {
            return Ok(Some(ReplyV1::Refused(Refusal::Closed)));
        }
        let record = view.order(self.keyset().id(), digest)?;
        let Some(OrderRecord::Certified { certificate, evaluation, .. }) = record else { return Ok(None) };
        Ok(Some(ReplyV1::Certified(Certified { certificate, evaluation, head: self.head(view)? })))
    }

    /// A piece of the log, as many entries as fit one answer (LOG-11). The view must show committed state only.
    pub fn log_page<V: LogView>(&self, view: &V, from: u64) -> Result<LogPage, V::Error> {
        let keyset = self.keyset().id();
        let (mut entries, mut bytes) = (Vec::new(), 0usize);
        while entries.len() < MAX_LOG_ENTRIES {
            let Some(position) = u64::try_from(entries.len()).ok().and_then(|read| from.checked_add(read)) else {
                break;
            };
            let Some(entry) = view.log_entry(keyset, position)? else { break };
            bytes = bytes.saturating_add(encode(&entry).len());
            entries.push(entry);
            if bytes >= LOG_ANSWER_BYTES {
                break;
            }
        }
        // The head is read last, so that it covers every entry of the page (LOG-12).
        let head = self.head(view)?;
        Ok(LogPage { entries: Bounded::new(entries).unwrap_or_default(), head })
    }

    /// A piece of a store's feed. The view must show committed state only.
    pub fn feed_page<V: LogView>(&self, view: &V, store: StoreId, from: u64) -> Result<FeedPage, V::Error> {
        let keyset = self.keyset().id();
        let (mut entries, mut bytes, mut next) = (Vec::new(), 0usize, from);
        let positions = view.feed(keyset, store, from, MAX_FEED_ENTRIES)?;
        let found = positions.len();
        for position in positions {
            if bytes >= LOG_ANSWER_BYTES {
                break;
            }
            next = position.saturating_add(1);
            if let Some(LogEntry::Certified(certified)) = view.log_entry(keyset, position)? {
                bytes = bytes.saturating_add(encode(&certified).len());
                entries.push(FeedEntry { position, certified });
            }
        }
        let more = entries.len() < found || found == MAX_FEED_ENTRIES;
        Ok(FeedPage { entries: Bounded::new(entries).unwrap_or_default(), next, more })
    }
}

/// A piece of one of these versions, the first of which is version 1; nothing if there is no such version.
pub fn charter_chunk(versions: &[SignedCharter], query: &CharterQuery) -> Option<CharterChunk> {
    let signed = match usize::try_from(query.version).ok()? {
        0 => versions.last(),
        version => versions.get(version.saturating_sub(1)),
    }?;
    let bytes = encode(signed);
    let from = usize::try_from(query.offset).unwrap_or(usize::MAX).min(bytes.len());
    let piece = bytes.get(from..).unwrap_or_default();
    let piece = piece.get(..CHARTER_CHUNK.min(piece.len())).unwrap_or_default().to_vec();
    Some(CharterChunk {
        version: signed.body.version,
        total: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
        bytes: Bounded::new(piece).unwrap_or_default(),
    })
}
