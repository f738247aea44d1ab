//! What a node does by the clock: asks its peers at the start, reads its feed, fetches charters.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use ronde_protocol::machine::witness::peers::{PageError, Started, Startup};
use ronde_protocol::message::charter::SignedCharter;
use ronde_protocol::message::codec::{decode, encode};
use ronde_protocol::message::ids::{KeysetId, WitnessIndex};
use ronde_protocol::message::wire::{CHARTER_CHUNK, CharterQuery, FeedPage, FromPosition, ReplyV1, RequestV1};

use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::core::{AskError, Core};
use super::ledger::{self, LedgerError};
use super::orders::Orders;
use super::witness::WitnessService;
use crate::charter_store::{Added, CharterStore};
use crate::shop::{PeerLogTrouble, ShopError};
use crate::store::Table;
use crate::{clock, entropy};

/// Between two rounds of asking peers for the newest head.
const ASK_AGAIN: Duration = Duration::from_millis(100);

/// Before a database that failed is read again.
const RETRY: Duration = Duration::from_secs(2);
/// Before a witness that is out of reach is tried again, if its turn comes later.
const REACH_AGAIN: Duration = Duration::from_secs(5);
/// Pages of a feed that one pass reads: a witness that makes up pages ends the pass, not the task.
const FEED_PAGES: usize = 64;

/// Why one pass of a background task ended early. It is tried again.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// The peer gave no answer.
    #[error(transparent)]
    Ask(#[from] AskError),
    /// The peer's log does not hang together.
    #[error("the peer's log is refused: {0}")]
    Page(#[from] PageError),
    /// The own database.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// What the peer shows can't be taken in.
    #[error(transparent)]
    Shop(#[from] ShopError),
    /// The peer's log was longer once: it lost state, or an old one was put back. It will find out, or be found out.
    #[error("its log has {shown} entries, and had {read} before: it lost state, or an old copy of it was put back")]
    Shorter {
        /// Entries that were read.
        read: u64,
        /// Entries that it shows now.
        shown: u64,
    },
    /// The peer refused, or answered something else.
    #[error("the peer did not answer the question")]
    Answer,
}

impl SyncError {
    /// Of which kind it is, for whoever reads the status.
    pub(super) fn trouble(&self) -> PeerLogTrouble {
        match self {
            Self::Ask(AskError::Transport(_) | AskError::NoAddress(_)) => PeerLogTrouble::Unreachable,
            Self::Ask(AskError::Answer(_)) | Self::Answer => PeerLogTrouble::NoLog,
            Self::Page(_) => PeerLogTrouble::Refused,
            Self::Shorter { .. } => PeerLogTrouble::Shorter,
            Self::Ledger(_) | Self::Shop(_) => PeerLogTrouble::NotKept,
        }
    }
}

/// Waits until q - 1 peers have said how far this witness's log went (ROLLBACK-1); then lets it vote, or retires it.
pub async fn start_voting(core: Arc<Core>, keyset: KeysetId) {
    let Some(service) = core.witness(keyset) else { return };
    let Ok(nonce) = entropy::fresh() else {
        return tracing::error!("no randomness: this witness does not vote");
    };
    let mut startup = Startup::new(nonce);
    loop {
        match service.read(|ledger| startup.poll(service.witness(), ledger)) {
            Ok(Started::Open(_)) => {
                if matches!(service.retired(), Ok(None)) {
                    tracing::info!(keyset = keyset.0, "this witness votes");
                }
                return service.open();
            }
            Ok(Started::RolledBack(write)) => {
                if let Err(error) = service.write(vec![write]).await {
                    tracing::error!(%error, "the retirement could not be written down yet; this witness does not vote");
                }
                return;
            }
            Ok(Started::Waiting { .. }) => {}
            Err(error) => {
                tracing::error!(%error, "this witness does not vote yet");
                tokio::time::sleep(RETRY).await;
            }
        }
        ask_for_heads(&core, &service, &mut startup).await;
        if matches!(service.read(|ledger| startup.poll(service.witness(), ledger)), Ok(Started::Waiting { .. })) {
            tokio::time::sleep(ASK_AGAIN).await;
        }
    }
}

async fn ask_for_heads(core: &Arc<Core>, service: &WitnessService, startup: &mut Startup) {
    let query = startup.query(service.witness());
    for index in peers(service) {
        if let Ok(ReplyV1::NewestHead(answer)) = core.ask(query.keyset, index, RequestV1::NewestHead(query)).await {
            startup.handle_answer(service.witness(), &answer);
        }
    }
}

/// The other witnesses of its keyset.
pub(super) fn peers(service: &WitnessService) -> Vec<WitnessIndex> {
    let own = service.witness().index();
    let members = service.witness().keyset().members().iter();
    members.map(|member| member.index()).filter(|index| *index != own).collect()
}

/// Does something with every witness of the charter, all at once, every `pause`, beginning now; sooner with one that was
/// out of reach, so that its return is seen. One that is slow or lies holds up nobody else.
pub async fn each_witness<F>(core: Arc<Core>, pause: Duration, work: impl Fn(KeysetId, WitnessIndex) -> F + Send)
where
    F: Future<Output = Result<(), SyncError>> + Send + 'static,
{
    let looks = pause.as_secs().div_ceil(REACH_AGAIN.as_secs()).max(1);
    let until_next_look = pause.div_f64(f64::from(u32::try_from(looks).unwrap_or(u32::MAX)));
    let mut turns: BTreeMap<(KeysetId, WitnessIndex), (Instant, JoinHandle<()>)> = BTreeMap::new();
    loop {
        let charter = core.charter();
        for keyset in charter.keysets() {
            for member in keyset.members() {
                let (id, index) = (keyset.id(), member.index());
                let Some(store) = charter.store(member.store()) else { continue };
                let (in_reach, _) = core.reachability(store.id, &store.node_key.0);
                if let Some((begun, task)) = turns.get(&(id, index))
                    && (!task.is_finished() || (in_reach && begun.elapsed() < pause))
                {
                    continue;
                }
                let task = work(id, index);
                let watched = async move {
                    if let Err(error) = task.await {
                        tracing::debug!(witness = index.0, %error, "a witness could not be read from");
                    }
                };
                turns.insert((id, index), (clock::monotonic(), tokio::spawn(watched)));
            }
        }
        tokio::time::sleep(until_next_look).await;
    }
}

/// Reads what a witness certified in this store's name (STORE-15), if that can be verified (STORE-16). The place moves
/// on only after what lies before it was taken in.
pub async fn read_feed(orders: Orders, keyset: KeysetId, index: WitnessIndex) -> Result<(), SyncError> {
    let core = Arc::clone(orders.core());
    let charter = core.charter();
    let keyset = charter.keyset(keyset).ok_or(SyncError::Answer)?;
    let key = ledger::feed_cursor(keyset.id(), index);
    for _ in 0..FEED_PAGES {
        let from = cursor(&core, &key)?;
        let request = RequestV1::Feed(FromPosition { keyset: keyset.id(), from });
        let ReplyV1::Feed(FeedPage { entries, next, more }) = core.ask(keyset.id(), index, request).await? else {
            return Err(SyncError::Answer);
        };
        for entry in &entries {
            let (certified, digest) = (&entry.certified, entry.certified.order.digest());
            if orders.was_told_lately(&digest) {
                continue;
            }
            let named = certified.order.store == core.store && certified.order.keyset == keyset.id();
            let good = certified.certificate.clone().verify(keyset, &digest).is_ok();
            if named
                && good
                && let Err(error) = orders.settle(certified).await
            {
                tracing::error!(
                    witness = index.0, position = entry.position, %error,
                    "a certified order can't be taken in, and the feed is read again from there: see that the disk \
                     is not full and that this node has the newest charter"
                );
                return Err(error.into());
            }
        }
        if next > from {
            let (key, bytes) = (key.clone(), encode(&next));
            core.writer.submit(move |tx| tx.put(Table::Meta, &key, &bytes)).await.map_err(LedgerError::from)?;
        }
        if !more || next <= from || entries.is_empty() {
            return Ok(());
        }
    }
    Ok(())
}

/// Looks every `pause` whether `ronde charter install` has put a newer charter into the folder.
pub async fn watch_folder(core: Arc<Core>, pause: Duration) {
    let mut told = String::new();
    loop {
        match core.with_charters(CharterStore::read_again) {
            Ok(true) => {
                told.clear();
                tracing::info!(version = core.charter().version(), "a new charter was installed and holds");
            }
            Ok(false) => told.clear(),
            Err(error) => {
                let error = error.to_string();
                if error != told {
                    tracing::error!(%error, "the charter's folder can't be read again; the charter at hand holds");
                    told = error;
                }
            }
        }
        tokio::time::sleep(pause).await;
    }
}

/// Asks a witness for charters that this node does not have yet.
pub async fn pull_charter(core: Arc<Core>, keyset: KeysetId, peer: WitnessIndex) -> Result<(), SyncError> {
    loop {
        let version = core.charter().version().saturating_add(1);
        let Some(bytes) = fetch_charter(&core, keyset, peer, version).await? else { return Ok(()) };
        let signed: SignedCharter =
            decode(&bytes, ronde_protocol::limits::MAX_CHARTER_BYTES).map_err(|_| SyncError::Answer)?;
        if signed.body.version != version {
            // What is known already leads nowhere: the same would be asked for again at once, and for ever.
            return Err(SyncError::Answer);
        }
        match core.with_charters(|charters| charters.add(signed)) {
            Ok(Added::New) => tracing::info!(version, "a new charter was fetched and holds"),
            // It has come from elsewhere meanwhile, or another of its version has.
            Ok(Added::Known | Added::Fork) => {}
            Err(error) => {
                tracing::warn!(%error, "a peer's charter was refused");
                return Ok(());
            }
        }
    }
}

async fn fetch_charter(
    core: &Arc<Core>,
    keyset: KeysetId,
    peer: WitnessIndex,
    version: u64,
) -> Result<Option<Vec<u8>>, SyncError> {
    let mut bytes: Vec<u8> = Vec::new();
    loop {
        let offset = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let query = RequestV1::Charter(CharterQuery { version, offset });
        let ReplyV1::Charter(chunk) = core.ask(keyset, peer, query).await? else { return Ok(None) };
        let total = usize::try_from(chunk.total).unwrap_or(usize::MAX);
        // Every piece but the last is full, so that no peer can make a charter of a million pieces (TRANSPORT-14).
        let whole = total.saturating_sub(bytes.len()).min(CHARTER_CHUNK);
        let fits = chunk.version == version && total <= ronde_protocol::limits::MAX_CHARTER_BYTES;
        if !fits || chunk.bytes.is_empty() || chunk.bytes.len() != whole {
            return Err(SyncError::Answer);
        }
        bytes.extend_from_slice(&chunk.bytes);
        if bytes.len() >= total {
            return Ok(Some(bytes));
        }
    }
}

/// Reads where a task left off.
fn cursor(core: &Core, key: &[u8]) -> Result<u64, LedgerError> {
    Ok(core.readers.with(|read| ledger::load(read, Table::Meta, key))?.unwrap_or(0))
}
