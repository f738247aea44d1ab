//! What a node does by the clock: asks its peers at the start, pulls their logs, reads its feed, fetches charters.

use std::sync::Arc;
use std::time::Duration;

use ronde_protocol::machine::witness::peers::{PageError, Started, Startup};
use ronde_protocol::message::charter::{Charter, Keyset, SignedCharter};
use ronde_protocol::message::codec::{decode, encode};
use ronde_protocol::message::ids::{KeysetId, WitnessIndex};
use ronde_protocol::message::wire::{CharterQuery, FeedPage, FromPosition, LogPage, ReplyV1, RequestV1};

use super::core::{AskError, Core};
use super::ledger::{self, LedgerError};
use super::orders::{Orders, cursor};
use super::witness::WitnessService;
use crate::store::Table;
use crate::{entropy, fault};

/// Between two rounds of asking peers for the newest head.
const ASK_AGAIN: Duration = Duration::from_millis(100);

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
    /// The peer refused, or answered something else.
    #[error("the peer did not answer the question")]
    Answer,
}

/// Waits until q - 1 peers have said how far this witness's log went; then lets it vote, or retires it.
pub async fn start_voting(core: Arc<Core>, keyset: KeysetId) {
    let Some(service) = core.witnesses.get(&keyset) else { return };
    let Ok(nonce) = entropy::fresh() else {
        return tracing::error!("no randomness: this witness does not vote");
    };
    let mut startup = Startup::new(nonce);
    loop {
        match service.read(|ledger| startup.poll(service.witness(), ledger)) {
            Ok(Started::Open(_)) => {
                tracing::info!(keyset = keyset.0, "this witness votes");
                return service.open();
            }
            Ok(Started::RolledBack(write)) => {
                if let Err(error) = service.write(vec![write]).await {
                    tracing::error!(%error, "the retirement could not be written down; this witness does not vote");
                }
                return;
            }
            Ok(Started::Waiting { .. }) => {}
            Err(error) => return tracing::error!(%error, "this witness does not vote"),
        }
        ask_for_heads(&core, service, &mut startup).await;
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

fn peers(service: &WitnessService) -> Vec<WitnessIndex> {
    let own = service.witness().index();
    let members = service.witness().keyset().members().iter();
    members.map(|member| member.index()).filter(|index| *index != own).collect()
}

/// Takes over what the peers certified, from all of them at once, every `pause`.
pub async fn pull_logs(core: Arc<Core>, keyset: KeysetId, pause: Duration) {
    let Some(service) = core.witnesses.get(&keyset) else { return };
    let mut tasks = tokio::task::JoinSet::new();
    for index in peers(service) {
        let core = Arc::clone(&core);
        tasks.spawn(async move {
            loop {
                if let Err(error) = pull_log(&core, keyset, index).await {
                    tracing::debug!(witness = index.0, %error, "a peer's log could not be pulled");
                }
                tokio::time::sleep(pause).await;
            }
        });
    }
    while tasks.join_next().await.is_some() {}
}

/// Reads a peer's log to its end.
async fn pull_log(core: &Arc<Core>, keyset: KeysetId, peer: WitnessIndex) -> Result<(), SyncError> {
    let Some(service) = core.witnesses.get(&keyset) else { return Ok(()) };
    loop {
        let from = core.with_followed(keyset, peer, |followed| followed.position());
        let request = RequestV1::Log(FromPosition { keyset, from });
        let ReplyV1::Log(page) = core.ask(keyset, peer, request).await? else { return Err(SyncError::Answer) };
        if !take_page(core, service, peer, page).await? {
            return Ok(());
        }
    }
}

async fn take_page(
    core: &Arc<Core>,
    service: &WitnessService,
    peer: WitnessIndex,
    page: LogPage,
) -> Result<bool, SyncError> {
    let keyset = service.witness().keyset();
    // Looked at on a copy: the position moves on only when the entries are on disk.
    let mut followed = core.with_followed(keyset.id(), peer, |followed| followed.clone());
    let before = followed.position();
    let read = match followed.handle_page(keyset, peer, page) {
        Ok(read) => read,
        Err(error) => {
            core.with_followed(keyset.id(), peer, |kept| *kept = followed);
            return Err(error.into());
        }
    };
    if let Some(evidence) = read.fork {
        core.keep_evidence(*evidence).await;
    }
    let charter = core.charter();
    for certified in read.certified {
        take_over(service, &charter, certified).await?;
    }
    if followed.position() > before {
        fault::point("sync.before-position");
        let key = ledger::key(keyset.id(), &[&[peer.0]]);
        let bytes = encode(&followed);
        core.writer.submit(move |tx| tx.put(Table::PeerLog, &key, &bytes)).await.map_err(LedgerError::from)?;
    }
    core.with_followed(keyset.id(), peer, |kept| *kept = followed);
    Ok(read.more)
}

/// A certified entry of a peer is taken over like a certificate from anybody; a peer's mistake stops nothing.
async fn take_over(
    service: &WitnessService,
    charter: &Arc<Charter>,
    certified: ronde_protocol::message::log::CertifiedOrder,
) -> Result<(), SyncError> {
    use ronde_protocol::message::refusal::Refusal;
    match service.certify(charter, certified).await {
        ReplyV1::Refused(Refusal::StorageFailed | Refusal::Busy | Refusal::CharterBehind) => Err(SyncError::Answer),
        ReplyV1::Refused(refusal) => {
            tracing::warn!(%refusal, "an entry of a peer's log was not taken over");
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Reads what the witnesses certified in this store's name, every `pause`, beginning now.
pub async fn read_feeds(orders: Orders, pause: Duration) {
    loop {
        let charter = orders.core().charter();
        for keyset in charter.keysets() {
            for member in keyset.members() {
                if let Err(error) = read_feed(&orders, keyset, member.index()).await {
                    tracing::debug!(witness = member.index().0, %error, "a feed could not be read");
                }
            }
        }
        tokio::time::sleep(pause).await;
    }
}

async fn read_feed(orders: &Orders, keyset: &Keyset, index: WitnessIndex) -> Result<(), SyncError> {
    let core = orders.core();
    let key = ledger::feed_cursor(keyset.id(), index);
    loop {
        let from = cursor(core, &key)?;
        let request = RequestV1::Feed(FromPosition { keyset: keyset.id(), from });
        let ReplyV1::Feed(FeedPage { entries, next, more }) = core.ask(keyset.id(), index, request).await? else {
            return Err(SyncError::Answer);
        };
        for entry in &entries {
            let certified = &entry.certified;
            let named = certified.order.store == core.store && certified.order.keyset == keyset.id();
            let good = certified.certificate.clone().verify(keyset, &certified.order.digest()).is_ok();
            if named && good {
                orders.settle(certified).await.map_err(|_| SyncError::Answer)?;
            }
        }
        if next > from {
            let (key, bytes) = (key.clone(), encode(&next));
            core.writer.submit(move |tx| tx.put(Table::Meta, &key, &bytes)).await.map_err(LedgerError::from)?;
        }
        if !more || next <= from {
            return Ok(());
        }
    }
}

/// Asks the witnesses for charters that this node does not have yet, every `pause`.
pub async fn pull_charters(core: Arc<Core>, pause: Duration) {
    loop {
        let charter = core.charter();
        for keyset in charter.keysets() {
            for member in keyset.members().iter().filter(|member| member.store() != core.store) {
                if let Err(error) = pull_charter(&core, keyset.id(), member.index()).await {
                    tracing::debug!(witness = member.index().0, %error, "no charter could be fetched");
                }
            }
        }
        tokio::time::sleep(pause).await;
    }
}

async fn pull_charter(core: &Arc<Core>, keyset: KeysetId, peer: WitnessIndex) -> Result<(), SyncError> {
    loop {
        let version = core.charter().version().saturating_add(1);
        let Some(bytes) = fetch_charter(core, keyset, peer, version).await? else { return Ok(()) };
        let signed: SignedCharter =
            decode(&bytes, ronde_protocol::limits::MAX_CHARTER_BYTES).map_err(|_| SyncError::Answer)?;
        match core.with_charters(|charters| charters.add(signed)) {
            Ok(_) => tracing::info!(version = core.charter().version(), "a new charter was fetched and holds"),
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
        if chunk.version != version || total > ronde_protocol::limits::MAX_CHARTER_BYTES || chunk.bytes.is_empty() {
            return Err(SyncError::Answer);
        }
        bytes.extend_from_slice(&chunk.bytes);
        if bytes.len() >= total {
            return Ok(Some(bytes));
        }
    }
}
