//! What a witness does beside pulling its peers' logs: asks for its own newest head, completes orders from the votes in
//! those logs, and finds the proof against a peer whose log has two histories.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use ronde_protocol::machine::witness::inquiry::{Found as Inquired, Inquiry};
use ronde_protocol::machine::witness::record::{OrderRecord, View};
use ronde_protocol::message::codec::encode;
use ronde_protocol::message::head::Head;
use ronde_protocol::message::ids::{KeysetId, OrderDigest, WitnessIndex};
use ronde_protocol::message::wire::{FromPosition, HeadQuery, ReplyV1, RequestV1};

use super::core::Core;
use super::found::Found;
use super::ledger::{self, Ledger, LedgerError};
use super::pulls::{LOG_PAGES, Pass};
use super::sync::SyncError;
use super::witness::WitnessService;
use crate::entropy;
use crate::store::{Table, Transaction};

/// Orders that one pass tries to complete.
const COMPLETE_AT_ONCE: usize = 64;
/// In a key of [`Table::PeerLog`] in place of a witness's index: what follows is an order's digest.
const ORDERS: u8 = u8::MAX;

/// Asks a peer for this witness's newest head, and retires if the log does not extend it (ROLLBACK-12): another process
/// signs with the same key, or an old state was put back under a running one.
pub async fn check_own_head(core: &Arc<Core>, keyset: KeysetId, peer: WitnessIndex) -> Result<(), SyncError> {
    let Some(service) = core.witness(keyset) else { return Ok(()) };
    let Ok(nonce) = entropy::fresh() else { return Err(SyncError::Answer) };
    let witness = service.witness();
    let query = HeadQuery { keyset, asker: witness.index(), nonce };
    let ReplyV1::NewestHead(answer) = core.ask(keyset, peer, RequestV1::NewestHead(query)).await? else {
        return Err(SyncError::Answer);
    };
    let member = witness.keyset().member(peer).filter(|_| answer.index == peer).ok_or(SyncError::Answer)?;
    let newest = answer.verify(witness.keyset(), member, witness.index(), &nonce).map_err(|_| SyncError::Answer)?;
    let Some(head) = newest else { return Ok(()) };
    if let Some(write) = service.read(|ledger| witness.handle_own_head(ledger, &head))? {
        service.write(vec![write]).await?;
    }
    Ok(())
}

/// An inquiry that goes on over several passes, and the head that it is about.
#[derive(Default)]
pub struct Inquiring(Option<(Head, Inquiry)>);

impl Inquiring {
    /// The inquiry about a head: the one that was begun, or a new one.
    fn about(&mut self, earlier: Head) -> &mut Inquiry {
        let begun = self.0.take().filter(|(head, _)| *head == earlier);
        &mut self.0.insert(begun.unwrap_or_else(|| (earlier, Inquiry::new(earlier)))).1
    }
}

/// Finds out whether a log that does not lead through an earlier head has two histories (LOG-18); one pass of it.
pub async fn inquire(
    core: &Arc<Core>,
    service: &WitnessService,
    peer: WitnessIndex,
    inquiring: &mut Inquiring,
) -> Result<Pass, SyncError> {
    let keyset = service.witness().keyset();
    let parted = core.with_followed(keyset.id(), peer, |followed| followed.parted().copied());
    let Some(earlier) = parted else { return Ok(Pass::Over) };
    for _ in 0..LOG_PAGES {
        let inquiry = inquiring.about(earlier);
        let request = RequestV1::Log(FromPosition { keyset: keyset.id(), from: inquiry.position() });
        let ReplyV1::Log(page) = core.ask(keyset.id(), peer, request).await? else { return Err(SyncError::Answer) };
        let inquired = inquiry.handle_page(keyset, peer, page);
        if !matches!(inquired, Ok(Inquired::More)) {
            *inquiring = Inquiring::default();
        }
        match inquired? {
            Inquired::More => continue,
            Inquired::Fork(evidence) => core.keep_evidence(*evidence).await,
            Inquired::Nothing => {}
        }
        core.with_followed(keyset.id(), peer, |followed| followed.settle());
        save_followed(core, keyset.id(), peer).await?;
        return Ok(Pass::Over);
    }
    Ok(Pass::GoesOn)
}

async fn save_followed(core: &Core, keyset: KeysetId, peer: WitnessIndex) -> Result<(), SyncError> {
    let key = ledger::key(keyset, &[&[peer.0]]);
    let bytes = core.with_followed(keyset, peer, |followed| encode(&*followed));
    core.writer.submit(move |tx| tx.put(Table::PeerLog, &key, &bytes)).await.map_err(LedgerError::from)?;
    Ok(())
}

fn order_key(keyset: KeysetId, digest: &OrderDigest) -> Vec<u8> {
    ledger::key(keyset, &[&[ORDERS], &digest.0])
}

/// Notes, in the transaction in which the position moves on, that a peer voted for orders that this witness voted for
/// too, and of which it knows no certificate yet.
pub fn note_votes(
    tx: &mut dyn Transaction,
    keyset: KeysetId,
    peer: WitnessIndex,
    voted: &[OrderDigest],
) -> Result<(), LedgerError> {
    for digest in voted {
        if matches!(Ledger(&*tx).order(keyset, digest)?, Some(OrderRecord::Voted(_))) {
            let key = order_key(keyset, digest);
            let known: u32 = ledger::load(&*tx, Table::PeerLog, &key)?.unwrap_or(0);
            tx.put(Table::PeerLog, &key, &encode(&(known | 1u32.wrapping_shl(u32::from(peer.0)))))?;
        }
    }
    Ok(())
}

/// Completes what q witnesses voted for by their logs, and nobody certifies (LOG-20), every `pause`. An order gets one
/// pause to be certified in the ordinary way.
pub async fn complete(core: Arc<Core>, keyset: KeysetId, pause: Duration) {
    let mut seen = BTreeSet::new();
    loop {
        tokio::time::sleep(pause).await;
        match complete_once(&core, keyset, &seen).await {
            Ok(now) => seen = now,
            Err(error) => tracing::debug!(%error, "orders in the logs of other witnesses could not be completed"),
        }
    }
}

async fn complete_once(
    core: &Arc<Core>,
    keyset: KeysetId,
    seen: &BTreeSet<OrderDigest>,
) -> Result<BTreeSet<OrderDigest>, SyncError> {
    let Some(service) = core.witness(keyset) else { return Ok(BTreeSet::new()) };
    let terms = service.witness().keyset();
    let (from, to) = (ledger::key(keyset, &[&[ORDERS]]), ledger::key(KeysetId(keyset.0.saturating_add(1)), &[]));
    let rows = core.readers.with(|read| read.scan(Table::PeerLog, &from, Some(&to), usize::MAX));
    let (mut waiting, mut done, mut tried) = (BTreeSet::new(), Vec::new(), 0);
    for (key, value) in rows.map_err(LedgerError::from)? {
        let Some(digest) = key.last_chunk::<32>().map(|bytes| OrderDigest(*bytes)) else { continue };
        if !matches!(service.read(|ledger| ledger.order(keyset, &digest))?, Some(OrderRecord::Voted(_))) {
            done.push(key);
            continue;
        }
        waiting.insert(digest);
        let peers = value.first_chunk::<4>().map_or(0, |bytes| u32::from_le_bytes(*bytes).count_ones());
        let voters = usize::try_from(peers).unwrap_or(0).saturating_add(1);
        if voters < terms.quorum().votes() || !seen.contains(&digest) || tried >= COMPLETE_AT_ONCE {
            continue;
        }
        tried += 1;
        if let Some(certified) = Found::ask(core, terms, digest).await.certified(terms, digest) {
            service.certify(&core.charter(), certified).await;
        }
    }
    if !done.is_empty() {
        let gone = move |tx: &mut dyn Transaction| done.iter().try_for_each(|key| tx.delete(Table::PeerLog, key));
        core.writer.submit(gone).await.map_err(LedgerError::from)?;
    }
    Ok(waiting)
}
