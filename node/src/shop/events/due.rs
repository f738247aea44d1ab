//! Checkouts whose time is over: nobody may look at one, and its end is told all the same.

use std::time::Duration;

use ronde_protocol::machine::till::checkout::Checkout;
use ronde_protocol::message::codec::decode;

use super::log::{is_marked, mark};
use crate::shop::records::{RecordId, load_id, save_id};
use crate::shop::{Missing, Shop, ShopError, baskets};
use crate::store::{Table, Transaction};

/// What keys of checkouts that may end by themselves begin with: then when, then which.
const ENDS: &[u8] = b"x";
/// Marks that these keys hold all: an earlier program wrote none.
const ALL: &[u8] = b"c";
/// What keys of checkouts begin with in their own table.
const CHECKOUTS: (&[u8], &[u8]) = (b"i", b"j");
/// Of those, at most so many in one transaction.
const AT_ONCE: usize = 64;
/// Between two looks.
const PAUSE: Duration = Duration::from_secs(1);
/// After the database failed.
const RESPITE: Duration = Duration::from_secs(30);

/// Notes when a checkout ends if nobody pays it.
pub(super) fn expect_end(tx: &mut dyn Transaction, id: RecordId, checkout: &Checkout) -> Result<(), ShopError> {
    let key = [ENDS, &checkout.offer().expiry.to_be_bytes(), &id.bytes()].concat();
    Ok(tx.put(Table::Event, &key, &[])?)
}

impl Shop {
    /// Ends the checkouts whose time is over, and tells it.
    pub async fn end_checkouts(&self) -> Result<(), ShopError> {
        let (now, here) = (self.now(), self.here());
        let until = [ENDS, &now.saturating_add(1).to_be_bytes()].concat();
        loop {
            let over = self.0.readers.with(|read| read.scan(Table::Event, ENDS, Some(&until), AT_ONCE))?;
            if over.is_empty() {
                return Ok(());
            }
            let here = here.clone();
            let ended = self.write(move |tx| {
                let mut ended = Vec::new();
                for (key, _) in over {
                    tx.delete(Table::Event, &key)?;
                    let id = key.get(ENDS.len() + 8..).and_then(|id| decode::<RecordId>(id, 16).ok());
                    let Some(id) = id else { continue };
                    // A record that can't be read can't be paid either.
                    let Ok(before) = load_id::<Checkout>(&*tx, Table::Checkout, id, Missing::Checkout) else {
                        continue;
                    };
                    let mut after = before.clone();
                    if after.handle_time(now) {
                        save_id(tx, Table::Checkout, id, &after)?;
                        super::checkout_changed(tx, (now, id), &before, &after)?;
                        baskets::follow(tx, &here, id, &after)?;
                        ended.push((before, after));
                    }
                }
                Ok(ended)
            });
            ended.await?.iter().for_each(|(before, after)| self.count_checkout(Some(before), after));
            self.changed();
        }
    }

    /// Notes, once, the ends of the checkouts that an earlier program has opened.
    pub async fn expect_ends(&self) -> Result<(), ShopError> {
        if self.0.readers.with(|read| is_marked(read, ALL))? {
            return Ok(());
        }
        let all =
            self.0.readers.with_long(|read| read.scan(Table::Checkout, CHECKOUTS.0, Some(CHECKOUTS.1), usize::MAX));
        let named = |(key, value): &(Vec<u8>, Vec<u8>)| {
            let id = decode::<RecordId>(key.get(CHECKOUTS.0.len()..)?, 16).ok()?;
            let checkout = decode::<Checkout>(value, value.len()).ok()?;
            (!checkout.state().is_final()).then_some((id, checkout))
        };
        let open: Vec<(RecordId, Checkout)> = all.await??.iter().filter_map(named).collect();
        self.write(move |tx| {
            open.iter().try_for_each(|(id, checkout)| expect_end(tx, *id, checkout))?;
            mark(tx, ALL, true)
        })
        .await
    }

    /// Ends checkouts in time, and forgets old events and receipts, for as long as the node runs.
    pub async fn keep_events(self) {
        loop {
            let done = async {
                self.expect_ends().await?;
                self.end_checkouts().await?;
                self.drop_receipts().await?;
                while self.prune_events().await? {}
                Ok::<(), ShopError>(())
            };
            match done.await {
                Ok(()) => tokio::time::sleep(PAUSE).await,
                Err(error) => {
                    tracing::warn!(%error, "what is over could not be ended or deleted yet");
                    tokio::time::sleep(RESPITE).await;
                }
            }
        }
    }
}
