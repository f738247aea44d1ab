//! Which witnesses this node reaches, for those who are told of it: what lasts only a moment is not told (EVENT-5).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use ronde_protocol::message::ids::{KeysetId, StoreId, WitnessIndex};
use tokio::time::Instant;

use super::core::Core;
use crate::clock;
use crate::shop::{Shop, ShopError};
use crate::transport::{NodeKey, PeerState};

/// Looks while a witness has to be as it is before that is told.
const LOOKS: u32 = 15;

/// A witness's seat.
type Seat = (KeysetId, WitnessIndex);

/// Since when each witness is otherwise than was told.
struct Watch {
    /// How long it has to be so.
    lasts: Duration,
    since: BTreeMap<Seat, Instant>,
}

impl Watch {
    fn new(lasts: Duration) -> Self {
        Self { lasts, since: BTreeMap::new() }
    }

    /// Takes in one look at a witness that was told to be up or down; whether the contrary has lasted long enough to be told.
    /// Where nothing is known nothing changes.
    fn see(&mut self, seat: Seat, told_up: bool, seen_up: Option<bool>, now: Instant) -> bool {
        match seen_up {
            None => false,
            Some(up) if up == told_up => {
                self.since.remove(&seat);
                false
            }
            Some(_) => {
                let since = *self.since.entry(seat).or_insert(now);
                now.saturating_duration_since(since) >= self.lasts
            }
        }
    }

    fn told(&mut self, seat: Seat) {
        self.since.remove(&seat);
    }
}

/// Looks at all witnesses again and again. Each is in touch at least once in `feed`; what lasts for half of that is told.
pub async fn watch(core: Arc<Core>, shop: Shop, feed: Duration) {
    let mut watch = Watch::new(feed / 2);
    loop {
        tokio::time::sleep(watch.lasts / LOOKS).await;
        if let Err(error) = look(&core, &shop, &mut watch).await {
            tracing::warn!(%error, "it could not be told which witnesses answer");
            tokio::time::sleep(feed).await;
        }
    }
}

async fn look(core: &Core, shop: &Shop, watch: &mut Watch) -> Result<(), ShopError> {
    let down = shop.witnesses_told_down()?;
    for (seat, store, seen) in seen(core) {
        let told_up = !down.contains(&seat);
        if watch.see(seat, told_up, seen, clock::monotonic()) {
            shop.tell_witness(seat.0, seat.1, store, !told_up).await?;
            watch.told(seat);
        }
    }
    Ok(())
}

/// The other witnesses of all keysets that are not over, and whether each answers, if that is known.
fn seen(core: &Core) -> Vec<(Seat, StoreId, Option<bool>)> {
    let (charter, now) = (core.charter(), core.clock.unix_seconds());
    let mut all = Vec::new();
    for keyset in charter.keysets().filter(|keyset| now < keyset.evaluate_until()) {
        for member in keyset.members().iter().filter(|member| member.store() != core.store) {
            let Some(store) = charter.store(member.store()) else { continue };
            all.push(((keyset.id(), member.index()), store.id, is_answering(core, &store.node_key.0)));
        }
    }
    all
}

/// Whether a peer answers, if anything is known of it: a node that has just started knows nothing.
fn is_answering(core: &Core, key: &NodeKey) -> Option<bool> {
    let status = core.dialer.status(key);
    match status.state {
        PeerState::Up if status.failures == 0 => Some(true),
        PeerState::Idle | PeerState::Connecting if status.failures == 0 => None,
        _ => Some(false),
    }
}

#[cfg(test)]
mod tests;
