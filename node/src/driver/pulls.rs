//! Reads the logs of a witness's peers, and takes over what they certified.

use std::sync::Arc;
use std::time::Duration;

use ronde_protocol::machine::witness::Witness;
use ronde_protocol::machine::witness::peers::{Followed, PageError, Unchecked};
use ronde_protocol::message::charter::{Charter, Member};
use ronde_protocol::message::codec::encode;
use ronde_protocol::message::ids::{KeysetId, OrderDigest, WitnessIndex};
use ronde_protocol::message::log::CertifiedOrder;
use ronde_protocol::message::refusal::Refusal;
use ronde_protocol::message::wire::{FromPosition, LogPage, ReplyV1, RequestV1};

use super::completing;
use super::core::Core;
use super::follow::{self, Inquiring};
use super::lane::Relay;
use super::ledger::{self, LedgerError};
use super::sync::{SyncError, peers};
use super::witness::WitnessService;
use crate::store::Table;
use crate::{entropy, fault};

/// Pages of a log that one pass reads: a witness that signs a log without an end ends the pass, not the task (LOG-21).
pub const LOG_PAGES: usize = 256;
/// After a pass that did not come to the log's end.
const REST: Duration = Duration::from_secs(5);

/// How far one pass over a log came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pass {
    /// To its end, or to where it is not read on for now.
    Over,
    /// The log goes on: the next pass reads the rest.
    GoesOn,
}

impl Pass {
    /// How long to wait for the next pass, if a log that was read to its end is read again after `pause`.
    pub fn rest(self, pause: Duration) -> Duration {
        match self {
            Self::Over => pause,
            Self::GoesOn => pause.min(REST),
        }
    }
}

/// Takes over what the peers certified, from all of them at once, every `pause`.
pub async fn pull_logs(core: Arc<Core>, keyset: KeysetId, pause: Duration) {
    let Some(service) = core.witness(keyset) else { return };
    let mut tasks = tokio::task::JoinSet::new();
    for index in peers(&service) {
        let turn = turn(service.witness(), index, pause.min(REST));
        tasks.spawn(keep_pulling(Arc::clone(&core), Arc::clone(&service), index, (pause, turn)));
    }
    while tasks.join_next().await.is_some() {}
}

/// How much later a witness reads a peer's log, once, after it has come to its end for the first time. Nodes that start together
/// would read all logs at the same moment for ever, and whoever pays then would wait behind all of that.
fn turn(witness: &Witness, peer: WitnessIndex, within: Duration) -> Duration {
    let (count, own) = (witness.keyset().quorum().witnesses().max(1), witness.index().position());
    let place = (peer.position() + count).saturating_sub(own) % count;
    within.mul_f64((place * count + own) as f64 / (count * count) as f64)
}

async fn keep_pulling(
    core: Arc<Core>,
    service: Arc<WitnessService>,
    index: WitnessIndex,
    (pause, mut turn): (Duration, Duration),
) {
    let keyset = service.witness().keyset().id();
    let mut inquiring = Inquiring::default();
    loop {
        let pulled = pull_log(&core, &service, index, &mut inquiring).await;
        if let Err(error) = &pulled {
            tracing::debug!(witness = index.0, %error, "a peer's log could not be pulled");
        }
        let mut rest = pulled.as_ref().map_or(pause, |pass| pass.rest(pause));
        if matches!(pulled, Ok(Pass::Over)) {
            rest += std::mem::take(&mut turn);
        }
        let noted = pulled.map(|pass| pass == Pass::Over).map_err(|error| (error.trouble(), error.to_string()));
        core.note_pull(keyset, index, noted);
        if let Err(error) = follow::check_own_head(&core, keyset, index).await {
            tracing::debug!(witness = index.0, %error, "a peer did not say which head of this witness it knows");
        }
        tokio::time::sleep(rest).await;
    }
}

/// Entries of a pass that were refused.
#[derive(Default)]
struct PassedOver {
    entries: u64,
    first: Option<Refusal>,
}

impl PassedOver {
    fn note(&mut self, refusal: Refusal) {
        self.entries = self.entries.saturating_add(1);
        self.first.get_or_insert(refusal);
    }

    /// Once for all of them: a liar's log may be full of such.
    fn tell(&self, keyset: KeysetId, peer: WitnessIndex) {
        if let Some(refusal) = &self.first {
            tracing::warn!(
                keyset = keyset.0, witness = peer.0, entries = self.entries, %refusal,
                "entries of a peer's log were not taken over; why the first was not is told"
            );
        }
    }
}

/// Reads a peer's log to its end, or as much of it as one pass reads.
async fn pull_log(
    core: &Arc<Core>,
    service: &WitnessService,
    peer: WitnessIndex,
    inquiring: &mut Inquiring,
) -> Result<Pass, SyncError> {
    let keyset = service.witness().keyset().id();
    let mut passed_over = PassedOver::default();
    let read = read_pages(core, service, peer, &mut passed_over).await;
    passed_over.tell(keyset, peer);
    // Neither a log without an end nor pages that are refused keep anybody from finding out what it contradicts.
    let inquired = follow::inquire(core, service, peer, inquiring).await;
    let passes = [read?, inquired?];
    Ok(if passes.contains(&Pass::GoesOn) { Pass::GoesOn } else { Pass::Over })
}

async fn read_pages(
    core: &Arc<Core>,
    service: &WitnessService,
    peer: WitnessIndex,
    passed_over: &mut PassedOver,
) -> Result<Pass, SyncError> {
    let keyset = service.witness().keyset().id();
    for _ in 0..LOG_PAGES {
        let from = core.with_followed(keyset, peer, |followed| followed.position());
        let request = RequestV1::Log(FromPosition { keyset, from });
        let ReplyV1::Log(page) = core.ask(keyset, peer, request).await? else { return Err(SyncError::Answer) };
        if !take_page(core, service, peer, page, passed_over).await? {
            return Ok(Pass::Over);
        }
    }
    Ok(Pass::GoesOn)
}

async fn take_page(
    core: &Arc<Core>,
    service: &WitnessService,
    peer: WitnessIndex,
    page: LogPage,
    passed_over: &mut PassedOver,
) -> Result<bool, SyncError> {
    let keyset = service.witness().keyset();
    if page.head.index != peer {
        return Err(PageError::Head.into());
    }
    // Its head is kept, whatever becomes of the page (LOG-16, LOG-22).
    core.note_head(keyset, peer, page.head).await;
    // Looked at on a copy: the position moves on only when the entries are on disk (LOG-15).
    let mut followed = core.with_followed(keyset.id(), peer, |followed| followed.clone());
    let (before, unchecked) = (followed.position(), followed.unchecked().to_vec());
    if followed.is_shorter(&page.head) && page.head.verify(keyset).is_ok() {
        return Err(SyncError::Shorter { read: before, shown: page.head.size });
    }
    let read = match followed.handle_page(keyset, peer, page, entropy::chance()) {
        Ok(read) => read,
        Err(error) => {
            replace(core, keyset.id(), peer, &unchecked, followed).await;
            return Err(error.into());
        }
    };
    if let Some(evidence) = read.fork {
        core.keep_evidence(*evidence).await;
    }
    let charter = core.charter();
    // A liar's log is held against the liar (WITNESS-39).
    let relay = keyset.member(peer).map(Member::store);
    for certified in read.certified {
        // Most of them a store has shown to this witness too.
        if !service.certified_lately(&certified.order.digest()) {
            take_over(service, &charter, relay, certified, passed_over).await?;
        }
    }
    let begins_again = read.whole && read.more;
    if followed.position() > before || begins_again {
        fault::point("sync.before-position");
        let key = ledger::key(keyset.id(), &[&[peer.0]]);
        let bytes = encode(&followed);
        let id = keyset.id();
        let voted = read.voted.iter().map(|signed| signed.order.digest());
        let voted: Vec<OrderDigest> = voted.filter(|digest| !service.certified_lately(digest)).collect();
        let moved = core.writer.submit(move |tx| {
            completing::note_votes(tx, id, peer, &voted)?;
            Ok::<_, LedgerError>(tx.put(Table::PeerLog, &key, &bytes)?)
        });
        moved.await?;
    }
    replace(core, keyset.id(), peer, &unchecked, followed).await;
    Ok(read.more)
}

/// Heads that came with votes while a page was read are kept with it (LOG-22).
async fn replace(core: &Arc<Core>, keyset: KeysetId, peer: WitnessIndex, before: &[Unchecked], mut followed: Followed) {
    let fork = core.raise_followed(keyset, peer, |kept| {
        let fork = followed.join(keyset, before, kept);
        *kept = followed;
        fork
    });
    if let Some(evidence) = fork {
        core.keep_evidence(*evidence).await;
    }
}

/// A certified entry of a peer is taken over like a certificate from anybody; a peer's mistake stops nothing.
async fn take_over(
    service: &WitnessService,
    charter: &Arc<Charter>,
    relay: Relay,
    certified: CertifiedOrder,
    passed_over: &mut PassedOver,
) -> Result<(), SyncError> {
    let reply = if certified.order.keyset == service.witness().keyset().id() {
        service.certify(charter, relay, certified).await
    } else {
        // `rollover-behind` is passed over: the store that carries the order shows it again (ROLLOVER-14).
        service.take_move(charter, relay, certified).await
    };
    match reply.into_reply() {
        ReplyV1::Refused(Refusal::StorageFailed | Refusal::Busy | Refusal::CharterBehind) => Err(SyncError::Answer),
        ReplyV1::Refused(refusal) => {
            passed_over.note(refusal);
            Ok(())
        }
        _ => Ok(()),
    }
}
