//! What a witness does beside pulling its peers' logs: asks for its own newest head, and finds the proof against a peer
//! whose log has two histories.

use std::sync::Arc;

use ronde_protocol::machine::witness::inquiry::{Found as Inquired, Inquiry};
use ronde_protocol::machine::witness::peers::Followed;
use ronde_protocol::message::codec::encode;
use ronde_protocol::message::ids::{KeysetId, WitnessIndex};
use ronde_protocol::message::wire::{FromPosition, HeadQuery, ReplyV1, RequestV1};

use super::core::Core;
use super::ledger::{self, LedgerError};
use super::pulls::{LOG_PAGES, Pass};
use super::sync::SyncError;
use super::witness::WitnessService;
use crate::entropy;
use crate::store::Table;

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

/// An inquiry that goes on over several passes.
#[derive(Default)]
pub struct Inquiring(Option<Inquiry>);

impl Inquiring {
    /// The inquiry about the head from which a log has parted: the one that was begun, or a new one.
    fn about(&mut self, followed: &Followed) -> Option<&mut Inquiry> {
        let begun = self.0.take().filter(|begun| followed.parted() == Some(begun.parted()));
        self.0 = begun.or_else(|| followed.inquiry());
        self.0.as_mut()
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
    for _ in 0..LOG_PAGES {
        let about = core.with_followed(keyset.id(), peer, |followed| inquiring.about(followed));
        let Some(inquiry) = about else { return Ok(Pass::Over) };
        let request = RequestV1::Log(FromPosition { keyset: keyset.id(), from: inquiry.position() });
        let ReplyV1::Log(page) = core.ask(keyset.id(), peer, request).await? else { return Err(SyncError::Answer) };
        // Shown this history and another by turns, the heads of both are kept (LOG-22).
        core.note_head(keyset, peer, page.head).await;
        let inquired = inquiry.handle_page(keyset, peer, page);
        if !matches!(inquired, Ok(Inquired::More)) {
            *inquiring = Inquiring::default();
        }
        let proven = match inquired? {
            Inquired::More => continue,
            // Only once it is on disk there is nothing more to find out.
            Inquired::Fork(evidence) => {
                core.must_keep_evidence(*evidence).await.map_err(LedgerError::from)?;
                true
            }
            Inquired::Nothing => false,
        };
        core.raise_followed(keyset.id(), peer, |followed| followed.settle(proven, entropy::chance()));
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
