//! The highest head of every witness, on disk when it rises (LOG-19), and those that its log was not yet found to
//! extend (LOG-24).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ronde_protocol::limits::MAX_UNCHECKED_HEADS;
use ronde_protocol::machine::witness::peers::{Followed, Unchecked};
use ronde_protocol::message::codec::{Bounded, encode};
use ronde_protocol::message::head::Head;
use ronde_protocol::message::ids::{KeysetId, WitnessIndex};

use super::evidence::WRITE_AGAIN;
use super::ledger::{self, LedgerError};
use crate::store::{Read, StorageError, Table, Transaction, Writer};

/// Whose log.
pub type Peer = (KeysetId, WitnessIndex);

/// In a key of [`Table::PeerHead`] behind the witness's index: the heads that are not checked.
const UNCHECKED: u8 = 0;
/// The same: the head from which the log has parted.
const PARTED: u8 = 1;

/// Heads of one witness that must outlive a restart.
#[derive(Clone, PartialEq, Eq)]
pub struct KeptHeads {
    highest: Head,
    unchecked: Vec<Unchecked>,
    parted: Option<Head>,
}

impl KeptHeads {
    /// What is kept of a witness; nothing of one that was never heard of.
    pub fn of(followed: &Followed) -> Option<Self> {
        let (unchecked, parted) = (followed.unchecked().to_vec(), followed.parted().copied());
        followed.highest().map(|highest| Self { highest: *highest, unchecked, parted })
    }

    fn write(&self, (keyset, index): Peer, tx: &mut dyn Transaction) -> Result<(), StorageError> {
        tx.put(Table::PeerHead, &ledger::key(keyset, &[&[index.0]]), &encode(&self.highest))?;
        let key = ledger::key(keyset, &[&[index.0], &[UNCHECKED]]);
        if self.unchecked.is_empty() {
            tx.delete(Table::PeerHead, &key)?;
        } else {
            tx.put(Table::PeerHead, &key, &encode(&self.unchecked))?;
        }
        let key = ledger::key(keyset, &[&[index.0], &[PARTED]]);
        match &self.parted {
            Some(head) => tx.put(Table::PeerHead, &key, &encode(head)),
            None => tx.delete(Table::PeerHead, &key),
        }
    }
}

/// Between two writings of heads. Every answer of a witness brings one, and each is higher than the last.
const PAUSE: Duration = Duration::from_millis(100);

/// Writes heads down: the first that rises at once, and of those that rise soon after it the highest, so that a busy node
/// writes few of the many that it sees.
pub struct HeadKeeper {
    writer: Writer,
    state: Mutex<State>,
    /// Held while heads are taken and written, so that none replace newer ones.
    writing: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct State {
    changed: BTreeMap<Peer, KeptHeads>,
    writing: bool,
}

impl HeadKeeper {
    /// A keeper that has nothing to write.
    pub fn new(writer: Writer) -> Arc<Self> {
        Arc::new(Self { writer, state: Mutex::default(), writing: tokio::sync::Mutex::default() })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The heads of a witness are others than before; they are written in the background.
    pub fn keep(self: &Arc<Self>, peer: Peer, heads: KeptHeads) {
        let mut state = self.state();
        state.changed.insert(peer, heads);
        if !std::mem::replace(&mut state.writing, true) {
            tokio::spawn(Arc::clone(self).write());
        }
    }

    /// Heads that could not be written, unless they have changed again meanwhile.
    fn put_back(&self, changed: BTreeMap<Peer, KeptHeads>) {
        let mut state = self.state();
        for (peer, heads) in changed {
            state.changed.entry(peer).or_insert(heads);
        }
    }

    /// Writes down what is not, for a node that stops.
    pub async fn finish(&self) {
        let _one_after_the_other = self.writing.lock().await;
        let changed = std::mem::take(&mut self.state().changed);
        if let Err(error) = self.write_down(changed).await {
            tracing::warn!(%error, "the newest heads of other witnesses could not be written down");
        }
    }

    async fn write_down(&self, heads: BTreeMap<Peer, KeptHeads>) -> Result<(), StorageError> {
        if heads.is_empty() {
            return Ok(());
        }
        let writing = move |tx: &mut dyn Transaction| heads.iter().try_for_each(|(peer, heads)| heads.write(*peer, tx));
        self.writer.submit(writing).await.map(drop)
    }

    async fn write(self: Arc<Self>) {
        loop {
            let one_after_the_other = self.writing.lock().await;
            let changed = {
                let mut state = self.state();
                if state.changed.is_empty() {
                    state.writing = false;
                    return;
                }
                std::mem::take(&mut state.changed)
            };
            let written = self.write_down(changed.clone()).await;
            drop(one_after_the_other);
            match written {
                Ok(_) => tokio::time::sleep(PAUSE).await,
                Err(StorageError::Stopped) => return,
                Err(error) => {
                    tracing::warn!(%error, "the newest heads of other witnesses could not be written down yet");
                    self.put_back(changed);
                    tokio::time::sleep(WRITE_AGAIN).await;
                }
            }
        }
    }
}

/// How far the peers' logs were read, and their highest heads, as they were written down.
pub fn load(read: &dyn Read) -> Result<BTreeMap<Peer, Followed>, LedgerError> {
    let peer = |key: &[u8]| match key.split_first_chunk::<4>() {
        Some((keyset, [index])) => Some((KeysetId(u32::from_be_bytes(*keyset)), WitnessIndex(*index))),
        _ => None,
    };
    let mut followed: BTreeMap<Peer, Followed> = BTreeMap::new();
    for (key, _) in read.scan(Table::PeerLog, &[], None, usize::MAX)? {
        let Some(peer) = peer(&key) else { continue };
        match ledger::load(read, Table::PeerLog, &key) {
            Ok(Some(found)) => drop(followed.insert(peer, found)),
            Ok(None) => {}
            // Nothing is lost: the log is read again from its beginning.
            Err(error) => tracing::warn!(witness = peer.1.0, %error, "a peer's log is read again from its beginning"),
        }
    }
    for (key, _) in read.scan(Table::PeerHead, &[], None, usize::MAX)? {
        if let Some(peer) = key.strip_suffix(&[UNCHECKED]).and_then(peer) {
            let heads: Option<Bounded<Unchecked, MAX_UNCHECKED_HEADS>> = ledger::load(read, Table::PeerHead, &key)?;
            followed.entry(peer).or_default().keep_unchecked(heads.unwrap_or_default().into_vec());
        } else if let Some(peer) = key.strip_suffix(&[PARTED]).and_then(peer) {
            if let Some(head) = ledger::load(read, Table::PeerHead, &key)? {
                followed.entry(peer).or_default().keep_parted(head);
            }
        } else if let (Some(peer), Some(head)) = (peer(&key), ledger::load(read, Table::PeerHead, &key)?) {
            followed.entry(peer).or_default().keep_head(head);
        }
    }
    Ok(followed)
}

#[cfg(test)]
mod tests;
