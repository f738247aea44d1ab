//! Open orders on disk, and taking them up again.

use std::sync::Arc;

use ronde_protocol::machine::gateway::{Gathering, OpenOrder};
use ronde_protocol::message::codec::encode;
use ronde_protocol::message::ids::OrderDigest;
use ronde_protocol::message::refusal::Refusal;

use super::{Admitted, MAX_OPEN, Orders, Running, SWEEP, SWEEP_PAUSE};
use crate::driver::ledger::LedgerError;
use crate::shop::DeskError;
use crate::store::Table;

/// Longest record, in bytes: an order, and three columns of each witness.
const MAX_RECORD: usize = 1 << 20;

impl Orders {
    /// Takes up what is open on disk: at the start (STORE-13), and then again and again what was set aside.
    pub async fn sweep(self) {
        let mut from = Vec::new();
        loop {
            match self.take_up(&from, SWEEP).await {
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

    /// Takes up at most `limit` orders from a key on, and says where to go on.
    async fn take_up(&self, from: &[u8], limit: usize) -> Result<Option<Vec<u8>>, LedgerError> {
        let stored = self.0.core.readers.with(|read| read.scan(Table::Opened, from, None, limit))?;
        let charter = self.0.core.charter();
        let next = stored.last().map(|(key, _)| [key.as_slice(), &[0]].concat());
        for (key, bytes) in stored {
            let room = self.count() < MAX_OPEN;
            let known = key.first_chunk::<32>().is_some_and(|digest| self.open().contains_key(&OrderDigest(*digest)));
            if known || !room {
                continue;
            }
            let record: OpenOrder = ronde_protocol::message::codec::decode(&bytes, MAX_RECORD)?;
            let (digest, terms) = (record.order.digest(), Arc::clone(&charter));
            match self.0.core.pool.run(move || Gathering::resume(record, &terms)).await {
                Ok(gathering) if self.0.core.clock.unix_seconds() > gathering.keyset().evaluate_until() => {
                    // No witness evaluates it any more, and none needs to hear of it.
                    self.delete(digest).await;
                }
                Ok(gathering) => {
                    // If it has come again meanwhile, what is on disk is added to that.
                    if let Ok(Admitted::New(running, _saving)) = self.admit(Box::new(gathering)) {
                        tokio::spawn(self.clone().run(running));
                    }
                }
                Err(refusal) => tracing::error!(%refusal, "an open order can't be taken up again"),
            }
        }
        Ok(next)
    }

    /// An order that waits on disk, so that nothing of it is lost when it comes again (STORE-12). A record that can't be
    /// used is replaced by what was brought.
    pub(super) async fn set_aside_before(&self, digest: OrderDigest) -> Result<Option<Gathering>, DeskError> {
        let stored = self.0.core.readers.with(|read| read.get(Table::Opened, &digest.0))?;
        let Some(bytes) = stored else { return Ok(None) };
        let record: OpenOrder = match ronde_protocol::message::codec::decode(&bytes, MAX_RECORD) {
            Ok(record) => record,
            Err(error) => {
                tracing::error!(%error, "the record of an open order can't be read; what came now replaces it");
                return Ok(None);
            }
        };
        let charter = self.0.core.charter();
        let resumed = self.0.core.pool.run(move || Gathering::resume(record, &charter)).await;
        Ok(resumed.inspect_err(|refusal| tracing::error!(%refusal, "an open order can't be taken up again")).ok())
    }

    /// Writes down what is known of an order in hand.
    pub(super) async fn save(&self, running: &Running) -> Result<(), DeskError> {
        let _saving = running.saving.lock().await;
        if running.has_ended() {
            let certified = running.gathering().certificate().is_some();
            return if certified { Ok(()) } else { Err(Refusal::Busy.into()) };
        }
        self.write(running).await
    }

    /// The same, for whoever holds the lock of saving.
    pub(super) async fn write(&self, running: &Running) -> Result<(), DeskError> {
        let record = running.gathering().record();
        let (key, bytes) = (record.order.digest().0, encode(&record));
        self.0.core.writer.submit(move |tx| tx.put(Table::Opened, &key, &bytes)).await?;
        Ok(())
    }

    async fn delete(&self, digest: OrderDigest) {
        let done = self.0.core.writer.submit(move |tx| tx.delete(Table::Opened, &digest.0)).await;
        if let Err(error) = done {
            tracing::warn!(%error, "a completed order stays listed as open until the next start");
        }
    }

    /// Forgets an order, on disk first: while that lasts, the same order waits.
    pub(super) async fn forget(&self, running: &Running) {
        let digest = running.gathering().digest();
        let _saving = running.saving.lock().await;
        self.delete(digest).await;
        self.open().remove(&digest);
        running.tell_end();
    }
}
