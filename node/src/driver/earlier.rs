//! Follows the earlier keysets from which points move into a witness's own (ROLLOVER-5).

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use ronde_protocol::machine::witness::EarlierRead;
use ronde_protocol::machine::witness::outstanding::StoreKeys;
use ronde_protocol::machine::witness::record::EarlierView;
use ronde_protocol::message::charter::{Charter, Keyset};
use ronde_protocol::message::ids::{KeysetId, WitnessIndex};
use ronde_protocol::message::wire::{FromPosition, ReplyV1, RequestV1, StatementQuery};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::core::Core;
use super::pulls::{LOG_PAGES, Pass};
use super::sync::SyncError;
use super::witness::WitnessService;

/// Reads the logs of every keyset that closes before this one, those of all its witnesses, each in a loop of its own: one
/// that never ends, or that answers slowly, holds up no other (LOG-21).
pub async fn pull_earlier(core: Arc<Core>, keyset: KeysetId, pause: Duration) {
    let mut charters = core.charters_to_come();
    let keys = watch::Sender::new(Arc::<StoreKeys>::default());
    let mut read = BTreeSet::new();
    let mut loops = JoinSet::new();
    loop {
        let charter = Arc::clone(&charters.borrow_and_update());
        keys.send_replace(Arc::new(store_keys(&core)));
        // A keyset never changes, and none is taken out of a charter.
        for earlier in earlier_keysets(&charter, keyset) {
            for member in earlier.members() {
                let log = Log { keyset, earlier: earlier.id(), peer: member.index() };
                if read.insert((log.earlier, log.peer)) {
                    loops.spawn(keep_pulling(Arc::clone(&core), keys.subscribe(), log, pause));
                }
            }
        }
        if charters.changed().await.is_err() {
            // The node ends.
            std::future::pending::<()>().await;
        }
    }
}

/// A log of an earlier keyset, and for which of the own ones it is read.
#[derive(Clone, Copy)]
struct Log {
    keyset: KeysetId,
    earlier: KeysetId,
    peer: WitnessIndex,
}

async fn keep_pulling(core: Arc<Core>, keys: watch::Receiver<Arc<StoreKeys>>, log: Log, pause: Duration) {
    loop {
        let at_hand = Arc::clone(&keys.borrow());
        let pulled = pull(&core, &at_hand, log).await;
        if let Err(error) = &pulled {
            tracing::debug!(
                keyset = log.earlier.0, witness = log.peer.0, %error, "an earlier keyset's log could not be pulled"
            );
        }
        tokio::time::sleep(pulled.map_or(pause, |pass| pass.rest(pause))).await;
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

/// Reads one log to its end, or as much of it as one pass reads; and once its keyset is closed, its witness's statement.
async fn pull(core: &Arc<Core>, keys: &Arc<StoreKeys>, log: Log) -> Result<Pass, SyncError> {
    let Log { keyset, earlier, peer } = log;
    let Some(service) = core.witness(keyset) else { return Ok(Pass::Over) };
    let charter = core.charter();
    let now = core.clock.unix_seconds();
    let closed = charter.keyset(earlier).is_some_and(|earlier| now > earlier.evaluate_until());
    if closed {
        take_statement(core, &service, &charter, earlier, peer).await?;
    }
    for _ in 0..LOG_PAGES {
        let from =
            service.read(|ledger| ledger.earlier_followed(keyset, earlier, peer))?.unwrap_or_default().position();
        let request = RequestV1::Log(FromPosition { keyset: earlier, from });
        let ReplyV1::Log(page) = core.ask(earlier, peer, request).await? else { return Err(SyncError::Answer) };
        // Its head is the witness's word, as in any other answer (LOG-16).
        if let Some(earlier) = charter.keyset(earlier) {
            core.note_head(earlier, peer, page.head).await;
        }
        let mut unwritten = Vec::new();
        let taken = service.take_earlier_page(&charter, keys, earlier, peer, page, &mut unwritten).await;
        for evidence in unwritten {
            core.keep_evidence(evidence).await;
        }
        match taken? {
            EarlierRead::Taken { more: true } => {}
            EarlierRead::Taken { more: false } | EarlierRead::CharterBehind => return Ok(Pass::Over),
            EarlierRead::Refused(error) => return Err(error.into()),
        }
    }
    Ok(Pass::GoesOn)
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
