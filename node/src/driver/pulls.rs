//! Reads the logs of a witness's peers, and takes over what they certified.

use std::sync::Arc;
use std::time::Duration;

use ronde_protocol::machine::witness::Witness;
use ronde_protocol::machine::witness::peers::{Followed, PageError, Unchecked};
use ronde_protocol::message::charter::Charter;
use ronde_protocol::message::codec::encode;
use ronde_protocol::message::ids::{KeysetId, OrderDigest, WitnessIndex};
use ronde_protocol::message::log::CertifiedOrder;
use ronde_protocol::message::refusal::Refusal;
use ronde_protocol::message::wire::{FromPosition, LogPage, ReplyV1, RequestV1};

use super::completing;
use super::core::Core;
use super::follow::{self, Inquiring};
use super::ledger::{self, LedgerError};
use super::sync::{SyncError, peers};
use super::witness::WitnessService;
use crate::store::Table;
use crate::{entropy, fault};

/// Pages of a log that one pass reads: a witness that signs a log without an end ends the pass, not the task (LOG-21).
pub const LOG_PAGES: usize = 256;
/// Pages of which what they said is written down together: each write is a commit, and what is read twice does no harm.
const PAGES_WRITTEN: usize = 16;
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
        let turn = turn(service.witness(), index, pause);
        tasks.spawn(keep_pulling(Arc::clone(&core), Arc::clone(&service), index, (pause, turn)));
    }
    while tasks.join_next().await.is_some() {}
}

/// How long a witness waits, once, before it reads a peer's log for the second time: so that it reads the others one after the
/// other from then on, and no log is read by all at once. Whoever pays meanwhile waits behind a piece of the reading alone.
fn turn(witness: &Witness, peer: WitnessIndex, pause: Duration) -> Duration {
    let (count, own) = (witness.keyset().quorum().witnesses().max(1), witness.index().position());
    let place = (peer.position() + count).saturating_sub(own) % count;
    pause.mul_f64((place * count + own) as f64 / (count * count) as f64)
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
        let rest = pulled.as_ref().map_or(pause, |pass| pass.rest(pause));
        let noted = pulled.map(|pass| pass == Pass::Over).map_err(|error| (error.trouble(), error.to_string()));
        core.note_pull(keyset, index, noted);
        if let Err(error) = follow::check_own_head(&core, keyset, index).await {
            tracing::debug!(witness = index.0, %error, "a peer did not say which head of this witness it knows");
        }
        tokio::time::sleep(rest + std::mem::take(&mut turn)).await;
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
    let mut unwritten = Unwritten::default();
    let mut pass = Ok(Pass::GoesOn);
    for _ in 0..LOG_PAGES {
        match read_page(core, service, peer, passed_over, &mut unwritten).await {
            Ok(true) => {}
            Ok(false) => {
                pass = Ok(Pass::Over);
                break;
            }
            Err(error) => {
                pass = Err(error);
                break;
            }
        }
        if unwritten.pages >= PAGES_WRITTEN {
            unwritten.write(core, service, peer).await?;
        }
    }
    // Whatever ended it.
    unwritten.write(core, service, peer).await?;
    pass
}

/// One page; whether there are more.
async fn read_page(
    core: &Arc<Core>,
    service: &WitnessService,
    peer: WitnessIndex,
    passed_over: &mut PassedOver,
    unwritten: &mut Unwritten,
) -> Result<bool, SyncError> {
    let keyset = service.witness().keyset().id();
    let from = core.with_followed(keyset, peer, |followed| followed.position());
    let request = RequestV1::Log(FromPosition { keyset, from });
    let ReplyV1::Log(page) = core.ask(keyset, peer, request).await? else { return Err(SyncError::Answer) };
    take_page(core, service, peer, page, passed_over, unwritten).await
}

/// What some pages said, and how far they came, not on disk yet.
#[derive(Default)]
struct Unwritten {
    pages: usize,
    /// Orders that the peer voted for.
    voted: Vec<OrderDigest>,
    /// As it was before the first of them: from there they are read again if they can't be written down.
    before: Option<Followed>,
}

impl Unwritten {
    /// The position moves on in the transaction that notes the votes (LOG-15).
    async fn write(&mut self, core: &Core, service: &WitnessService, peer: WitnessIndex) -> Result<(), SyncError> {
        let Self { voted, before, .. } = std::mem::take(self);
        let Some(before) = before else { return Ok(()) };
        let keyset = service.witness().keyset();
        let id = keyset.id();
        let key = ledger::key(id, &[&[peer.0]]);
        let bytes = core.with_followed(id, peer, |followed| encode(followed));
        fault::point("sync.before-position");
        let written = core.writer.submit(move |tx| {
            completing::note_votes(tx, id, peer, &voted)?;
            Ok::<_, LedgerError>(tx.put(Table::PeerLog, &key, &bytes)?)
        });
        if let Err(error) = written.await {
            let unchecked = before.unchecked().to_vec();
            replace(core, id, peer, &unchecked, before).await;
            return Err(error.into());
        }
        Ok(())
    }
}

async fn take_page(
    core: &Arc<Core>,
    service: &WitnessService,
    peer: WitnessIndex,
    page: LogPage,
    passed_over: &mut PassedOver,
    unwritten: &mut Unwritten,
) -> Result<bool, SyncError> {
    let keyset = service.witness().keyset();
    if page.head.index != peer {
        return Err(PageError::Head.into());
    }
    // Its head is kept, whatever becomes of the page (LOG-16, LOG-22).
    core.note_head(keyset, peer, page.head).await;
    // Looked at on a copy: the position moves on only when what was certified is on disk (LOG-15).
    let mut followed = core.with_followed(keyset.id(), peer, |followed| followed.clone());
    let (before, unchecked, as_it_was) = (followed.position(), followed.unchecked().to_vec(), followed.clone());
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
    for certified in read.certified {
        // Most of them a store has shown to this witness too.
        if !service.certified_lately(&certified.order.digest()) {
            take_over(service, &charter, certified, passed_over).await?;
        }
    }
    let begins_again = read.whole && read.more;
    if followed.position() > before || begins_again {
        let voted = read.voted.iter().map(|signed| signed.order.digest());
        unwritten.voted.extend(voted.filter(|digest| !service.certified_lately(digest)));
        unwritten.pages += 1;
        unwritten.before.get_or_insert(as_it_was);
    }
    replace(core, keyset.id(), peer, &unchecked, followed).await;
    Ok(read.more)
}

/// Heads that came with votes while a page was read are kept with it (LOG-22).
async fn replace(core: &Core, keyset: KeysetId, peer: WitnessIndex, before: &[Unchecked], mut followed: Followed) {
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
    certified: CertifiedOrder,
    passed_over: &mut PassedOver,
) -> Result<(), SyncError> {
    let reply = if certified.order.keyset == service.witness().keyset().id() {
        service.certify(charter, None, certified).await
    } else {
        // `rollover-behind` is passed over: the store that carries the order shows it again (ROLLOVER-14).
        service.take_move(charter, None, certified).await
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
