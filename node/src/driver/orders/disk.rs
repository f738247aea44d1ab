//! Open orders on disk, and taking them up again.

use std::collections::BTreeSet;
use std::sync::Arc;

use ronde_protocol::machine::gateway::{Gathering, OpenOrder};
use ronde_protocol::message::codec::{BadEncoding, decode, encode};
use ronde_protocol::message::ids::OrderDigest;
use ronde_protocol::message::refusal::Refusal;

use super::{Admitted, Orders, Running, SWEEP, SWEEP_PAUSE};
use crate::clock;
use crate::driver::ledger::LedgerError;
use crate::shop::{DeskError, ShopError};
use crate::store::Table;

/// Longest record, in bytes: an order, and three columns of each witness.
const MAX_RECORD: usize = 1 << 20;

/// Why a stored order can't be taken up.
#[derive(Debug, thiserror::Error)]
enum Unusable {
    /// The disk's fault, or that of another program.
    #[error("its record is damaged: {0}")]
    Record(#[from] BadEncoding),
    /// The charter at hand does not bear it.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

impl Orders {
    /// Takes up what is open on disk: at the start (STORE-13), and then again and again what was set aside.
    pub async fn sweep(self) {
        let mut from = Vec::new();
        // Records that can't be used are told of once, not at every sweep.
        let mut told = BTreeSet::new();
        loop {
            match self.take_up(&from, SWEEP, &mut told).await {
                Ok(Some(next)) => from = next,
                Ok(None) => {
                    from.clear();
                    tokio::time::sleep(SWEEP_PAUSE).await;
                }
                Err(error) => {
                    tracing::error!(%error, "the open orders can't be read; they are tried again");
                    tokio::time::sleep(SWEEP_PAUSE).await;
                }
            }
        }
    }

    /// Takes up those of at most `limit` orders from a key on whose turn it is, each as soon as it has a place, and says
    /// where to go on: so however many there are, each gets its turn (STORE-34). A record that can't be used holds up none
    /// of the others.
    async fn take_up(
        &self,
        from: &[u8],
        limit: usize,
        told: &mut BTreeSet<Vec<u8>>,
    ) -> Result<Option<Vec<u8>>, LedgerError> {
        let stored = self.0.core.readers.with(|read| read.scan(Table::Opened, from, None, limit))?;
        // Only keys are held while it waits for places: each record may have a mebibyte, and changes meanwhile.
        let keys: Vec<Vec<u8>> = stored.into_iter().map(|(key, _)| key).collect();
        let next = keys.last().map(|key| [key.as_slice(), &[0]].concat());
        for key in keys {
            let digest = key.first_chunk::<32>().map(|digest| OrderDigest(*digest));
            let now = clock::monotonic();
            let is_its_turn =
                digest.is_none_or(|digest| !self.open().contains_key(&digest) && self.aside().is_due(&digest, now));
            if !is_its_turn {
                continue;
            }
            let Some(place) = self.0.places.for_taken_up().await else { return Ok(None) };
            // While it waited it may have come again, and have been completed.
            let Some(bytes) = self.0.core.readers.with(|read| read.get(Table::Opened, &key))? else { continue };
            match self.resume(&bytes).await {
                Ok(gathering) => {
                    // If it has come again meanwhile, what is on disk is added to that.
                    if let Ok(Admitted::New(running, _saving, place)) = self.admit(Box::new(gathering), Some(place)) {
                        tokio::spawn(self.clone().run(running, place));
                    }
                }
                Err(error) => {
                    if told.insert(key.clone()) {
                        tracing::error!(
                            order = %hex::encode(&key), %error,
                            "an open order can't be taken up again: the other orders go on; this one is replaced when \
                             its wallet brings it once more"
                        );
                    }
                }
            }
        }
        Ok(next)
    }

    /// A record as it was stored, checked as if it had just come (STORE-13).
    async fn resume(&self, bytes: &[u8]) -> Result<Gathering, Unusable> {
        let record: OpenOrder = decode(bytes, MAX_RECORD)?;
        let charter = self.0.core.charter();
        let gathering = self.0.core.pool.run(move || Gathering::resume(record, &charter)).await?;
        // So many may wait for their turns that none keeps more than it must.
        Ok(gathering.without_own_witness())
    }

    /// An order that waits on disk, so that nothing of it is lost when it comes again (STORE-12). A record that can't be
    /// used is replaced by what was brought.
    pub(super) async fn set_aside_before(&self, digest: OrderDigest) -> Result<Option<Gathering>, DeskError> {
        let stored = self.0.core.readers.with(|read| read.get(Table::Opened, &digest.0))?;
        let Some(bytes) = stored else { return Ok(None) };
        let resumed = self.resume(&bytes).await;
        Ok(resumed
            .inspect_err(|error| {
                tracing::error!(%error, "the record of an open order can't be used; what came now replaces it");
            })
            .ok())
    }

    /// Writes down what is known of an order in hand.
    pub(super) async fn save(&self, running: &Running) -> Result<(), DeskError> {
        let _saving = running.saving.lock().await;
        if running.has_ended() {
            return if running.is_kept() { Ok(()) } else { Err(Refusal::Busy.into()) };
        }
        self.write(running).await
    }

    /// The same, for whoever holds the lock of saving.
    pub(super) async fn write(&self, running: &Running) -> Result<(), DeskError> {
        // The same order once more, word for word, costs no write.
        let Some(record) = running.unwritten() else { return Ok(()) };
        let certified = record.certificate.is_some();
        let written = self.put(record).await;
        running.note_written(written.is_ok(), certified);
        written
    }

    async fn put(&self, record: OpenOrder) -> Result<(), DeskError> {
        let (key, bytes) = (record.order.digest().0, encode(&record));
        // STORE-29. What came with a certificate takes nothing: it is settled.
        let takes = (record.submission.is_some() && record.certificate.is_none()).then(|| record.order.clone());
        let shop = Arc::clone(&self.0.shop);
        let written = self.0.core.writer.submit(move |tx| {
            if let Some(order) = &takes {
                shop.take(tx, order)?;
            }
            tx.put(Table::Opened, &key, &bytes)?;
            Ok::<_, ShopError>(takes.is_some())
        });
        if written.await?.0 {
            self.0.shop.taken();
        }
        Ok(())
    }

    /// Forgets an order, on disk first: while that lasts, the same order waits.
    pub(super) async fn forget(&self, running: &Running) {
        let digest = running.gathering().digest();
        let _saving = running.saving.lock().await;
        let done = self.0.core.writer.submit(move |tx| tx.delete(Table::Opened, &digest.0)).await;
        if let Err(error) = done {
            tracing::warn!(%error, "an order that is done with stays on disk; it is forgotten at its next turn");
            return self.leave(running);
        }
        self.open().remove(&digest);
        running.tell_end();
    }

    /// Lets go of an order that stays on disk, for the sweep to take up again.
    pub(super) fn leave(&self, running: &Running) {
        let mut open = self.open();
        let digest = running.gathering().digest();
        self.aside().leave(digest, running.known().after_a_turn(running.is_awaited()), clock::monotonic());
        open.remove(&digest);
        drop(open);
        running.tell_end();
    }
}
