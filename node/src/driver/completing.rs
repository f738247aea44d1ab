//! Completes the orders that q witnesses voted for by their logs, and that nobody certifies (LOG-20).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use ronde_protocol::machine::witness::record::{OrderRecord, View};
use ronde_protocol::message::codec::encode;
use ronde_protocol::message::ids::{KeysetId, OrderDigest, WitnessIndex};
use ronde_protocol::message::wire::ReplyV1;
use tokio::task::JoinSet;

use super::core::Core;
use super::found::Found;
use super::ledger::{self, Ledger, LedgerError};
use super::witness::WitnessService;
use crate::store::{Table, Transaction};

/// Orders that one pass tries to complete.
const TRIED_AT_ONCE: usize = 64;
/// Of them so many beside one another: each waits for the slowest witness.
const BESIDE: usize = 8;
/// Orders that one pass looks at.
const LOOKED_AT: usize = 4096;
/// Orders of which it is known when they were tried: about 1 MiB.
const REMEMBERED: usize = 16_384;
/// An order that could not be completed is tried again after at most 2^6 passes.
const MOST_DOUBLINGS: u32 = 6;
/// In a key of [`Table::PeerLog`] in place of a witness's index: what follows is an order's digest.
const ORDERS: u8 = u8::MAX;

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
        if matches!(Ledger::new(&*tx).order(keyset, digest)?, Some(OrderRecord::Voted(_))) {
            let key = order_key(keyset, digest);
            let known: u32 = ledger::load(&*tx, Table::PeerLog, &key)?.unwrap_or(0);
            tx.put(Table::PeerLog, &key, &encode(&(known | 1u32.wrapping_shl(u32::from(peer.0)))))?;
        }
    }
    Ok(())
}

/// Whose turn it is. Whoever can vote and then keep silent makes orders that can't be completed, as many as it likes: they
/// are tried less and less often, and each pass goes on where the last one ended.
#[derive(Default)]
struct Turns {
    pass: u64,
    /// After which order the next pass begins.
    after: Option<OrderDigest>,
    /// How often orders were tried, and from which pass on they are again.
    waiting: BTreeMap<OrderDigest, (u32, u64)>,
}

impl Turns {
    /// Whether an order is to be tried now. It gets one pause first to be certified in the ordinary way.
    fn is_due(&mut self, digest: OrderDigest) -> bool {
        match self.waiting.get(&digest) {
            Some((_, next)) => *next <= self.pass,
            // The others are tried whenever they are looked at: in a pass no more than of those that are remembered, since
            // it ends with so many, and the next begins behind them.
            None if self.waiting.len() >= REMEMBERED => true,
            None => {
                self.waiting.insert(digest, (0, self.pass.saturating_add(1)));
                false
            }
        }
    }

    /// It was tried, and could not be completed.
    fn failed(&mut self, digest: &OrderDigest) {
        if let Some((tries, next)) = self.waiting.get_mut(digest) {
            *tries = tries.saturating_add(1).min(MOST_DOUBLINGS);
            *next = self.pass.saturating_add(1 << *tries);
        }
    }
}

/// Tries every `pause`.
pub async fn complete(core: Arc<Core>, keyset: KeysetId, pause: Duration) {
    let mut turns = Turns::default();
    loop {
        tokio::time::sleep(pause).await;
        let Some(service) = core.witness(keyset) else { continue };
        match is_frozen(&core, &service) {
            // Nothing can be written into the log any more: nobody is asked.
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => tracing::debug!(%error, "it can't be read whether a keyset is closed"),
        }
        if let Err(error) = complete_once(&core, &service, &mut turns).await {
            tracing::debug!(%error, "orders in the logs of other witnesses could not be completed");
        }
        turns.pass = turns.pass.saturating_add(1);
    }
}

fn is_frozen(core: &Core, service: &WitnessService) -> Result<bool, LedgerError> {
    service.read(|ledger| service.witness().is_frozen(ledger, core.clock.unix_seconds()))
}

/// What one pass found.
#[derive(Default)]
struct Looked {
    due: Vec<OrderDigest>,
    /// Decided: there is nothing to complete any more.
    done: BTreeSet<OrderDigest>,
}

fn look(service: &WitnessService, core: &Core, turns: &mut Turns) -> Result<Looked, LedgerError> {
    let terms = service.witness().keyset();
    let keyset = terms.id();
    let from = match &turns.after {
        Some(digest) => [order_key(keyset, digest), vec![0]].concat(),
        None => ledger::key(keyset, &[&[ORDERS]]),
    };
    let to = ledger::key(KeysetId(keyset.0.saturating_add(1)), &[]);
    let rows = core.readers.with(|read| read.scan(Table::PeerLog, &from, Some(&to), LOOKED_AT))?;
    // After the last one it begins again.
    let is_end = rows.len() < LOOKED_AT;
    turns.after = rows.last().and_then(|(key, _)| digest_in(key)).filter(|_| !is_end);
    let mut looked = Looked::default();
    for (key, value) in rows {
        let Some(digest) = digest_in(&key) else { continue };
        if !matches!(service.read(|ledger| ledger.order(keyset, &digest))?, Some(OrderRecord::Voted(_))) {
            looked.done.insert(digest);
            continue;
        }
        let peers = value.first_chunk::<4>().map_or(0, |bytes| u32::from_le_bytes(*bytes).count_ones());
        let voters = usize::try_from(peers).unwrap_or(0).saturating_add(1);
        if voters >= terms.quorum().votes() && turns.is_due(digest) {
            looked.due.push(digest);
        }
        if looked.due.len() >= TRIED_AT_ONCE {
            turns.after = Some(digest);
            break;
        }
    }
    Ok(looked)
}

fn digest_in(key: &[u8]) -> Option<OrderDigest> {
    key.last_chunk().copied().map(OrderDigest)
}

async fn complete_once(core: &Arc<Core>, service: &Arc<WitnessService>, turns: &mut Turns) -> Result<(), LedgerError> {
    let keyset = service.witness().keyset().id();
    let Looked { due, done } = look(service, core, turns)?;
    turns.waiting.retain(|digest, _| !done.contains(digest));
    for some in due.chunks(BESIDE) {
        let mut tries = JoinSet::new();
        for digest in some.iter().copied() {
            let (core, service) = (Arc::clone(core), Arc::clone(service));
            tries.spawn(async move { (digest, try_one(&core, &service, digest).await) });
        }
        while let Some(tried) = tries.join_next().await {
            if let Ok((digest, false)) = tried {
                turns.failed(&digest);
            }
        }
    }
    if !done.is_empty() {
        let keys: Vec<Vec<u8>> = done.iter().map(|digest| order_key(keyset, digest)).collect();
        let gone = move |tx: &mut dyn Transaction| keys.iter().try_for_each(|key| tx.delete(Table::PeerLog, key));
        core.writer.submit(gone).await?;
    }
    Ok(())
}

/// Asks all witnesses about an order, and writes the certificate down that they show or that their votes make. Whether that
/// was done: a certificate that can't be taken (the disk is full, the charter is behind) is asked for less often, too.
async fn try_one(core: &Arc<Core>, service: &WitnessService, digest: OrderDigest) -> bool {
    let terms = service.witness().keyset();
    let Some(certified) = Found::ask(core, terms, digest).await.certified(terms, digest) else { return false };
    matches!(service.certify(&core.charter(), None, certified).await.into_reply(), ReplyV1::Certified(_))
}
