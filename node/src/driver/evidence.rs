//! The evidence that a node keeps: written down until it is on disk, and no more of it than is worth a person's while.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ronde_protocol::limits::MAX_EVIDENCE_PIECES;
use ronde_protocol::machine::audit::{Culprit, Exhibit, MAX_EXHIBIT_BYTES};
use ronde_protocol::machine::witness::record::Write;
use ronde_protocol::message::codec::encode;

use crate::shop::EvidenceId;
use crate::store::{Read, Readers, StorageError, Table, Transaction, Writer};

/// Before what could not be written down is tried again.
pub const WRITE_AGAIN: Duration = Duration::from_millis(500);
/// Pieces that wait in memory for the disk, each of another accused or offence.
const MAX_UNWRITTEN: usize = 256;
/// Pieces that are looked at in one transaction when a database of an earlier program is opened.
const INDEXED_AT_ONCE: usize = 64;

/// In [`Table::Meta`]: behind it the accused and the offence, then the name of a piece.
const INDEX: &[u8] = b"evidence/";
/// The first key behind all of those: `0` comes after `/`.
const INDEX_END: &[u8] = b"evidence0";
/// Set once all evidence of an earlier program stands in the index.
const IS_INDEXED: &[u8] = b"evidence-indexed";

/// Where pieces of one offence of one accused are listed. No group's bytes begin with another's.
fn group(exhibit: &Exhibit) -> Vec<u8> {
    let (culprit, offence) = exhibit.charge();
    let (kind, keyset_or_store, index) = match culprit {
        Culprit::Witness(keyset, index) => (0, keyset.0, index.0),
        Culprit::Store(store) => (1, store.0, 0),
    };
    [INDEX, &[kind], &keyset_or_store.to_be_bytes(), &[index], offence.code().as_bytes(), &[0]].concat()
}

/// Of a piece that can't be read.
fn unknown_group() -> Vec<u8> {
    [INDEX, &[u8::MAX]].concat()
}

/// Whether a group has all the pieces that are kept (EVIDENCE-20).
fn is_full(read: &dyn Read, group: &[u8]) -> Result<bool, StorageError> {
    let end = [group, &[u8::MAX; 33]].concat();
    Ok(read.scan(Table::Meta, group, Some(&end), MAX_EVIDENCE_PIECES)?.len() >= MAX_EVIDENCE_PIECES)
}

/// Keeps a piece, if it is new and not one too many; whether it was.
pub fn put(tx: &mut dyn Transaction, exhibit: &Exhibit, id: &[u8; 32], bytes: &[u8]) -> Result<bool, StorageError> {
    let group = group(exhibit);
    if tx.get(Table::Evidence, id)?.is_some() || is_full(&*tx, &group)? {
        return Ok(false);
    }
    tx.put(Table::Evidence, id, bytes)?;
    tx.put(Table::Meta, &[group.as_slice(), id].concat(), &[])?;
    Ok(true)
}

/// Lists what an earlier program kept, once; as soon as there is room for it, if the disk is full.
pub async fn index_in_time(writer: Writer) {
    loop {
        match index(&writer).await {
            Err(StorageError::Full) => tokio::time::sleep(WRITE_AGAIN).await,
            Ok(()) | Err(StorageError::Stopped) => return,
            Err(error) => {
                return tracing::error!(%error, "evidence that an earlier program kept is not listed before the next start");
            }
        }
    }
}

/// The same at once.
///
/// # Errors
/// The disk's, or the engine's. On a full disk the node can be started all the same: what is not listed yet is shown beside
/// the rest, and [`index_in_time`] goes on.
pub async fn index(writer: &Writer) -> Result<(), StorageError> {
    let mut from = Some(Vec::new());
    while let Some(key) = from {
        let (next, _) = writer.submit(move |tx| index_some(tx, &key)).await?;
        from = next;
    }
    Ok(())
}

fn index_some(tx: &mut dyn Transaction, from: &[u8]) -> Result<Option<Vec<u8>>, StorageError> {
    if tx.get(Table::Meta, IS_INDEXED)?.is_some() {
        return Ok(None);
    }
    let found = tx.scan(Table::Evidence, from, None, INDEXED_AT_ONCE)?;
    for (id, bytes) in &found {
        let exhibit = Exhibit::of_evidence(bytes, MAX_EXHIBIT_BYTES).ok();
        let group = exhibit.map_or_else(unknown_group, |exhibit| group(&exhibit));
        if !is_full(&*tx, &group)? {
            tx.put(Table::Meta, &[group.as_slice(), id].concat(), &[])?;
        }
    }
    let Some((last, _)) = found.last() else {
        tx.put(Table::Meta, IS_INDEXED, &[])?;
        return Ok(None);
    };
    Ok(Some([last.as_slice(), &[0]].concat()))
}

/// How many pieces are kept, or `limit` if there are more.
pub fn count(read: &dyn Read, limit: usize) -> Result<usize, StorageError> {
    if read.get(Table::Meta, IS_INDEXED)?.is_none() {
        return count_unlisted(read, limit);
    }
    Ok(read.scan(Table::Meta, INDEX, Some(INDEX_END), limit)?.len())
}

/// The same before all is listed: pieces are large, so some at a time.
fn count_unlisted(read: &dyn Read, limit: usize) -> Result<usize, StorageError> {
    let (mut count, mut from) = (0, Vec::new());
    while count < limit {
        let found = read.scan(Table::Evidence, &from, None, INDEXED_AT_ONCE.min(limit - count))?;
        let Some((last, _)) = found.last() else { break };
        from = [last.as_slice(), &[0]].concat();
        count += found.len();
    }
    Ok(count)
}

/// At most `limit` pieces, ascending: one of each accused and offence before a second of any, so that nobody hides what
/// others did behind much of their own (EVIDENCE-20).
pub fn list(read: &dyn Read, limit: usize) -> Result<Vec<(EvidenceId, Vec<u8>)>, StorageError> {
    let mut ranked: Vec<(usize, [u8; 32])> = Vec::new();
    let (mut rank, mut last) = (0, Vec::new());
    for (key, _) in read.scan(Table::Meta, INDEX, Some(INDEX_END), usize::MAX)? {
        let Some((group, id)) = key.split_last_chunk::<32>() else { continue };
        rank = if last == group { rank + 1 } else { 0 };
        last = group.to_vec();
        ranked.push((rank, *id));
    }
    ranked.sort_unstable();
    ranked.truncate(limit);
    let ids: Vec<[u8; 32]> = ranked.into_iter().map(|(_, id)| id).collect();
    let mut pieces = BTreeMap::new();
    for id in ids {
        pieces.extend(read.get(Table::Evidence, &id)?.map(|bytes| (id, bytes)));
    }
    // Beside them what an earlier program kept, as far as there was no room yet to list it.
    if pieces.len() < limit && read.get(Table::Meta, IS_INDEXED)?.is_none() {
        for (key, bytes) in read.scan(Table::Evidence, &[], None, limit)? {
            let Ok(id) = <[u8; 32]>::try_from(key) else { continue };
            if pieces.len() < limit {
                pieces.insert(id, bytes);
            }
        }
    }
    Ok(pieces.into_iter().map(|(id, bytes)| (EvidenceId(id), bytes)).collect())
}

/// Writes evidence down (EVIDENCE-9). What the disk does not take is kept in memory, one piece of each accused and
/// offence, and written as soon as it does.
pub struct EvidenceKeeper {
    writer: Writer,
    readers: Arc<Readers>,
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    pieces: BTreeMap<Vec<u8>, Exhibit>,
    trying: bool,
}

impl EvidenceKeeper {
    /// A keeper that has nothing to write.
    pub fn new(writer: Writer, readers: Arc<Readers>) -> Arc<Self> {
        Arc::new(Self { writer, readers, waiting: Mutex::default() })
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a piece that was verified.
    ///
    /// # Errors
    /// It is not on disk yet, and is tried again.
    pub async fn keep(self: &Arc<Self>, exhibit: Exhibit) -> Result<(), StorageError> {
        // A liar makes a new piece for every answer: what is one too many costs no write.
        if let Ok(true) = self.readers.with(|read| is_full(read, &group(&exhibit))) {
            return Ok(());
        }
        // In a task of its own: whoever found it may be hung up on.
        let keeper = Arc::clone(self);
        tokio::spawn(async move { keeper.try_to_keep(exhibit).await }).await.unwrap_or(Err(StorageError::Stopped))
    }

    async fn try_to_keep(self: Arc<Self>, exhibit: Exhibit) -> Result<(), StorageError> {
        let written = self.write(exhibit.clone()).await;
        if let Err(error) = &written {
            tracing::error!(
                %error, evidence = %hex::encode(exhibit.id()), "evidence could not be written down yet; it is tried again"
            );
            self.put_aside(exhibit);
        }
        written
    }

    async fn write(&self, exhibit: Exhibit) -> Result<(), StorageError> {
        let (id, bytes) = named(&exhibit);
        self.writer.submit(move |tx| put_named(tx, &exhibit, &id, &bytes)).await?;
        Ok(())
    }

    fn put_aside(self: Arc<Self>, exhibit: Exhibit) {
        let mut waiting = self.waiting();
        if waiting.pieces.len() < MAX_UNWRITTEN {
            waiting.pieces.entry(group(&exhibit)).or_insert(exhibit);
        }
        if !std::mem::replace(&mut waiting.trying, true) {
            tokio::spawn(Arc::clone(&self).try_again());
        }
    }

    async fn try_again(self: Arc<Self>) {
        loop {
            tokio::time::sleep(WRITE_AGAIN).await;
            let pieces = self.waiting().pieces.clone();
            for (group, exhibit) in pieces {
                match self.write(exhibit).await {
                    Ok(()) => drop(self.waiting().pieces.remove(&group)),
                    Err(StorageError::Stopped) => return,
                    Err(_) => break,
                }
            }
            let mut waiting = self.waiting();
            if waiting.pieces.is_empty() {
                waiting.trying = false;
                return;
            }
        }
    }
}

/// The name and the bytes of a piece: of evidence those of itself, as other nodes and wallets name it.
fn named(exhibit: &Exhibit) -> ([u8; 32], Vec<u8>) {
    match exhibit {
        Exhibit::Witness(evidence) => (evidence.id(), encode(evidence)),
        other => (other.id(), encode(other)),
    }
}

/// The same for a machine's write, in its transaction.
pub fn put_exhibit(tx: &mut dyn Transaction, exhibit: &Exhibit) -> Result<(), StorageError> {
    let (id, bytes) = named(exhibit);
    put_named(tx, exhibit, &id, &bytes)
}

/// Says of what is kept, and of nothing else, that it is: whoever lies with each answer fills no log either.
fn put_named(tx: &mut dyn Transaction, exhibit: &Exhibit, id: &[u8; 32], bytes: &[u8]) -> Result<(), StorageError> {
    if !put(tx, exhibit, id, bytes)? {
        return Ok(());
    }
    let evidence = hex::encode(id);
    match exhibit {
        Exhibit::Order(_) => tracing::error!(
            %evidence,
            "a certificate of an order whose sums are wrong was kept as evidence: more witnesses lie than this committee \
             bears; stop taking its points and tell the stewards"
        ),
        _ => tracing::error!(%evidence, "evidence against a witness was found and kept"),
    }
    Ok(())
}

/// Whether a machine's write changes anything: not if it is evidence that is kept, or one piece too many (EVIDENCE-20).
pub fn is_wanted(read: &dyn Read, write: &Write) -> Result<bool, StorageError> {
    let Write::Evidence(evidence) = write else { return Ok(true) };
    let is_kept = read.get(Table::Evidence, &evidence.id())?.is_some();
    Ok(!is_kept && !is_full(read, &group(&Exhibit::Witness(evidence.as_ref().clone())))?)
}
