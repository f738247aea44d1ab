//! Follows the earlier keysets from which points move into a witness's own (ROLLOVER-5).

use std::sync::Arc;
use std::time::Duration;

use ronde_protocol::machine::witness::EarlierRead;
use ronde_protocol::machine::witness::outstanding::StoreKeys;
use ronde_protocol::machine::witness::record::EarlierView;
use ronde_protocol::message::charter::{Charter, Keyset};
use ronde_protocol::message::ids::{KeysetId, WitnessIndex};
use ronde_protocol::message::wire::{FromPosition, ReplyV1, RequestV1, StatementQuery};
use tokio::task::JoinSet;

use super::core::Core;
use super::sync::SyncError;
use super::witness::WitnessService;

/// Reads the logs of every keyset that closes before this one, from all its witnesses at once, every `pause`.
pub async fn pull_earlier(core: Arc<Core>, keyset: KeysetId, pause: Duration) {
    loop {
        let charter = core.charter();
        let keys = Arc::new(store_keys(&core));
        let mut tasks = JoinSet::new();
        for earlier in earlier_keysets(&charter, keyset) {
            for member in earlier.members() {
                let (core, keys) = (Arc::clone(&core), Arc::clone(&keys));
                let (id, index) = (earlier.id(), member.index());
                tasks.spawn(async move {
                    if let Err(error) = pull(&core, &keys, keyset, id, index).await {
                        tracing::debug!(
                            keyset = id.0, witness = index.0, %error, "an earlier keyset's log could not be pulled"
                        );
                    }
                });
            }
        }
        while tasks.join_next().await.is_some() {}
        tokio::time::sleep(pause).await;
    }
}

fn earlier_keysets(charter: &Charter, keyset: KeysetId) -> Vec<&Keyset> {
    let Some(own) = charter.keyset(keyset) else { return Vec::new() };
    charter.keysets().filter(|other| other.redeem_until() < own.redeem_until()).collect()
}

fn store_keys(core: &Core) -> StoreKeys {
    let mut keys = StoreKeys::default();
    core.read_charters(|charters| charters.versions().iter().for_each(|version| keys.add(&version.body)));
    keys
}

/// Reads one log to its end; and once its keyset is closed, its witness's statement.
async fn pull(
    core: &Arc<Core>,
    keys: &Arc<StoreKeys>,
    keyset: KeysetId,
    earlier: KeysetId,
    peer: WitnessIndex,
) -> Result<(), SyncError> {
    let Some(service) = core.witness(keyset) else { return Ok(()) };
    let charter = core.charter();
    let now = core.clock.unix_seconds();
    let closed = charter.keyset(earlier).is_some_and(|earlier| now > earlier.evaluate_until());
    if closed {
        take_statement(core, &service, &charter, earlier, peer).await?;
    }
    loop {
        let from =
            service.read(|ledger| ledger.earlier_followed(keyset, earlier, peer))?.unwrap_or_default().position();
        let request = RequestV1::Log(FromPosition { keyset: earlier, from });
        let ReplyV1::Log(page) = core.ask(earlier, peer, request).await? else { return Err(SyncError::Answer) };
        // Its head is the witness's word, as in any other answer (LOG-16).
        if let Some(earlier) = charter.keyset(earlier).filter(|_| page.head.index == peer) {
            core.note_head(earlier, page.head).await;
        }
        match service.take_earlier_page(&charter, keys, earlier, peer, page).await? {
            EarlierRead::Taken { more: true } => {}
            EarlierRead::Taken { more: false } | EarlierRead::CharterBehind => return Ok(()),
            EarlierRead::Refused(error) => return Err(error.into()),
        }
    }
}

async fn take_statement(
    core: &Arc<Core>,
    service: &WitnessService,
    charter: &Arc<Charter>,
    earlier: KeysetId,
    peer: WitnessIndex,
) -> Result<(), SyncError> {
    let own = service.witness().keyset().id();
    if service.read(|ledger| ledger.earlier_statement(own, earlier, peer))?.is_some() {
        return Ok(());
    }
    let query = RequestV1::Statement(StatementQuery { keyset: earlier });
    // A witness whose clock is behind has none yet, and is asked again.
    let ReplyV1::Statement(statement) = core.ask(earlier, peer, query).await? else { return Ok(()) };
    if statement.index != peer {
        return Err(SyncError::Answer);
    }
    match service.take_earlier_statement(charter, earlier, statement).await? {
        Some(Ok(())) => Ok(()),
        Some(Err(_)) | None => Err(SyncError::Answer),
    }
}
