//! Seats of this node on committees: those of the charter at the start, and those that a later version adds.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ronde_protocol::machine::witness::keys::NodeSeed;
use ronde_protocol::machine::witness::{OtherKeys, Witness};
use ronde_protocol::message::charter::{Charter, Keyset};
use ronde_protocol::message::ids::{KeysetId, StoreId, WitnessIndex};
use tokio::task::JoinSet;

use super::core::Core;
use super::ledger::LedgerError;
use super::witness::WitnessService;
use super::{closing, completing, copied, earlier, pulls, sync};
use crate::store::StorageError;

/// Before a seat that could not be taken is tried again.
const RETRY: Duration = Duration::from_secs(15);

/// Why a seat can't be taken.
#[derive(Debug, thiserror::Error)]
pub enum SeatError {
    /// The charter lists other keys there.
    #[error(
        "{0}: the card in the charter was made of another seed. The keys of a keyset can't be changed: this seat stays \
         empty until the keyset ends, and counts as a witness that is down. Send the stewards a card that `ronde init` \
         writes with the seed of today, for the next keyset"
    )]
    OtherKeys(#[from] OtherKeys),
    /// No key could be derived.
    #[error("no keys can be derived from the seed: make a new one with `ronde init`")]
    Keys,
    /// The database.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// Tasks that end with the node.
pub type Background = Arc<Mutex<JoinSet<()>>>;

/// Where this store sits by a charter.
fn seats(charter: &Charter, store: StoreId) -> impl Iterator<Item = (&Keyset, WitnessIndex)> {
    charter.keysets().filter_map(move |keyset| Some((keyset, keyset.member_of(store)?.index())))
}

fn witness(charter: &Charter, keyset: &Keyset, index: WitnessIndex, seed: &NodeSeed) -> Result<Witness, SeatError> {
    let keys = seed.witness_keys(charter.federation(), keyset.id()).map_err(|_| SeatError::Keys)?;
    Ok(Witness::new(keyset.clone(), index, keys)?)
}

/// Takes the seats of the charter at hand, when a node starts. One whose keys are not of its seed is left empty, and the
/// node says so and goes on (OPS-8); so is one for which a full disk has no room, until [`work`] finds some.
pub async fn take_all(core: &Core, seed: &NodeSeed) -> Result<(), SeatError> {
    let charter = core.charter();
    for (keyset, index) in seats(&charter, core.store) {
        match witness(&charter, keyset, index, seed) {
            Ok(witness) => match take(core, witness).await {
                Err(error @ SeatError::Ledger(LedgerError::Storage(StorageError::Full))) => {
                    tell_not_taken(core, keyset.id(), &error);
                }
                taken => taken?,
            },
            Err(error @ SeatError::OtherKeys(_)) => tell_not_taken(core, keyset.id(), &error),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Keeps for the status why a seat is not taken; into the log it goes once.
fn tell_not_taken(core: &Core, keyset: KeysetId, error: &SeatError) {
    let why = error.to_string();
    if core.not_seated().insert(keyset, why.clone()) != Some(why) {
        tracing::error!(keyset = keyset.0, %error, "this node can't take its seat in a keyset");
    }
}

/// Takes a seat: from now on the node answers for it, and votes once [`work`] has asked its peers.
pub async fn take(core: &Core, witness: Witness) -> Result<(), SeatError> {
    let disk = (core.writer.clone(), Arc::clone(&core.readers));
    let means = (core.clock.clone(), core.pool.clone());
    let service = WitnessService::new(witness, disk, means, core.space.clone());
    retire_if_restored(core, service.witness().keyset().id()).await?;
    service.fill_buckets().await?;
    core.seat(service);
    Ok(())
}

/// On a database that once was a restored copy: retires the witness where the lost machine may have voted (ROLLBACK-14).
async fn retire_if_restored(core: &Core, keyset: KeysetId) -> Result<(), LedgerError> {
    if core.readers.with(copied::kept)?.is_none() {
        return Ok(());
    }
    // A seat is always of a charter at hand; if it were not, nothing would be known, and then there is no vote.
    let first_issued = core.read_charters(|charters| charters.first_issued(keyset)).unwrap_or(0);
    let (retired, _) = core.writer.submit(move |tx| copied::retire(tx, keyset, first_issued)).await?;
    if retired {
        tracing::error!(
            keyset = keyset.0,
            "this database was a restored copy, and before it was put back this node may have voted in this keyset: it \
             votes no more in it"
        );
    }
    Ok(())
}

/// Lets every witness work, now and whenever a newer charter gives this node another seat: nobody has to restart it.
pub async fn work(core: Arc<Core>, seed: NodeSeed, pauses: (Duration, Duration), background: Background) {
    let mut charters = core.charters_to_come();
    let mut working = BTreeSet::new();
    loop {
        let charter = Arc::clone(&charters.borrow_and_update());
        let mut all_taken = true;
        for (keyset, index) in seats(&charter, core.store) {
            if !try_take(&core, &charter, keyset, index, &seed).await {
                all_taken = false;
            } else if working.insert(keyset.id()) {
                begin(&core, keyset.id(), pauses, &background);
            }
        }
        let changed = async {
            if charters.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        if all_taken {
            changed.await;
        } else {
            // Both are reasons to try again.
            let _ = tokio::time::timeout(RETRY, changed).await;
        }
    }
}

/// Takes a seat unless it is taken; whether it is then. What stands in the way is said once.
async fn try_take(core: &Core, charter: &Charter, keyset: &Keyset, index: WitnessIndex, seed: &NodeSeed) -> bool {
    let id = keyset.id();
    if core.witness(id).is_some() {
        return true;
    }
    let taken = match witness(charter, keyset, index, seed) {
        Ok(witness) => take(core, witness).await,
        Err(error) => Err(error),
    };
    let Err(error) = taken else {
        tracing::info!(keyset = id.0, "a newer charter gives this node a seat: it takes it");
        return true;
    };
    tell_not_taken(core, id, &error);
    false
}

/// Starts what a witness does by the clock.
fn begin(core: &Arc<Core>, keyset: KeysetId, (feed, pull): (Duration, Duration), background: &Background) {
    let mut tasks = background.lock().unwrap_or_else(PoisonError::into_inner);
    tasks.spawn(sync::start_voting(Arc::clone(core), keyset));
    if let Some(service) = core.witness(keyset) {
        tasks.spawn(async move { service.keep_retiring().await });
    }
    tasks.spawn(pulls::pull_logs(Arc::clone(core), keyset, pull));
    tasks.spawn(completing::complete(Arc::clone(core), keyset, pull));
    tasks.spawn(earlier::pull_earlier(Arc::clone(core), keyset, pull));
    tasks.spawn(closing::close(Arc::clone(core), keyset, feed));
}
