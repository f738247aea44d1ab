//! The highest head of every witness, on disk as soon as it rises (LOG-19).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ronde_protocol::machine::witness::peers::Followed;
use ronde_protocol::message::codec::encode;
use ronde_protocol::message::head::Head;
use ronde_protocol::message::ids::{KeysetId, WitnessIndex};

use super::ledger::{self, LedgerError};
use crate::store::{Read, Table, Writer};

/// Whose log.
pub type Peer = (KeysetId, WitnessIndex);

/// Writes heads down, one job at a time, so that a busy node writes few of the many that it sees.
pub struct HeadKeeper {
    writer: Writer,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    risen: BTreeMap<Peer, Head>,
    writing: bool,
}

impl HeadKeeper {
    /// A keeper that has nothing to write.
    pub fn new(writer: Writer) -> Arc<Self> {
        Arc::new(Self { writer, state: Mutex::default() })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A head is higher than all that were seen before; it is written in the background.
    pub fn rose(self: &Arc<Self>, peer: Peer, head: Head) {
        let mut state = self.state();
        state.risen.insert(peer, head);
        if !std::mem::replace(&mut state.writing, true) {
            tokio::spawn(Arc::clone(self).write());
        }
    }

    async fn write(self: Arc<Self>) {
        loop {
            let risen = {
                let mut state = self.state();
                if state.risen.is_empty() {
                    state.writing = false;
                    return;
                }
                std::mem::take(&mut state.risen)
            };
            let written = self.writer.submit(move |tx| {
                let mut heads = risen.iter();
                heads.try_for_each(|((keyset, index), head)| {
                    tx.put(Table::PeerHead, &key(*keyset, *index), &encode(head))
                })
            });
            if let Err(error) = written.await {
                tracing::warn!(%error, "the newest heads of other witnesses could not be written down; the next ones are");
            }
        }
    }
}

fn key(keyset: KeysetId, index: WitnessIndex) -> Vec<u8> {
    ledger::key(keyset, &[&[index.0]])
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
        if let (Some(peer), Some(head)) = (peer(&key), ledger::load(read, Table::PeerHead, &key)?) {
            followed.entry(peer).or_default().keep_head(head);
        }
    }
    Ok(followed)
}
