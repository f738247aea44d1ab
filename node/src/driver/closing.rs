//! The end of a keyset: its witness signs the closing statement, then drops what only voting and evaluating needed.

use std::sync::Arc;
use std::time::Duration;

use ronde_protocol::machine::witness::OtherClocks;
use ronde_protocol::message::ids::KeysetId;
use ronde_protocol::message::statement::ClosingStatement;

use super::core::Core;
use super::drift;
use super::ledger::{self, LedgerError};
use super::witness::WitnessService;
use crate::store::Table;

/// What goes once the statement is signed (ROLLOVER-12). The log, its tree, the books, the feed and the evidence stay.
const DROPPED: [Table; 5] = [Table::Coin, Table::Reference, Table::Bucket, Table::Order, Table::Counter];
/// Records that one transaction drops, so that others get a turn.
const AT_ONCE: usize = 1024;

/// Waits until the keyset is closed; then signs, and drops.
pub async fn close(core: Arc<Core>, keyset: KeysetId, pause: Duration) {
    let Some(service) = core.witness(keyset) else { return };
    loop {
        if core.clock.unix_seconds() > service.witness().keyset().evaluate_until() {
            match statement(&core, &service).await {
                Ok(Some(statement)) => match drop_state(&core, keyset).await {
                    Ok(dropped) => {
                        return tracing::info!(
                            keyset = keyset.0,
                            entries = statement.size,
                            dropped,
                            "the keyset is closed: its log is frozen and stays, its spent set is gone"
                        );
                    }
                    Err(error) => tracing::error!(%error, "a closed keyset's state could not be dropped yet"),
                },
                Ok(None) => {}
                Err(error) => tracing::error!(%error, "the closing statement can't be read"),
            }
        } else {
            service.set_waits_to_close(false);
        }
        tokio::time::sleep(pause).await;
    }
}

/// The signed statement; it is signed now if enough of the others' clocks say so too (ROLLOVER-18).
async fn statement(core: &Arc<Core>, service: &WitnessService) -> Result<Option<ClosingStatement>, LedgerError> {
    if let Some(signed) = service.signed_statement()? {
        return Ok(Some(signed));
    }
    let keyset = service.witness().keyset();
    let mut others = OtherClocks::default();
    if service.may_have_closed()? {
        if !service.set_waits_to_close(true) {
            tracing::error!(
                keyset = keyset.id().0,
                "this database is a restored copy, and the machine that it is a copy of may have closed the keyset: no \
                 closing statement is signed here, as two of them would convict this witness"
            );
        }
        return Ok(None);
    }
    drift::ask(core, keyset).await.iter().for_each(|shown| others.heard(shown.index, shown.theirs / 1000));
    // The answer goes nowhere, the statement is on disk.
    let _ = service.statement(others).await;
    let signed = service.signed_statement()?;
    let waited = service.set_waits_to_close(signed.is_none());
    if signed.is_none() && !waited {
        tracing::warn!(
            keyset = keyset.id().0,
            "by this node's clock the keyset's time is over, and by too few of the others': its closing statement waits \
             until they agree; they are asked at the web addresses that the charter lists for their stores; if this clock \
             is wrong: {}",
            drift::MEND
        );
    }
    Ok(signed)
}

async fn drop_state(core: &Core, keyset: KeysetId) -> Result<usize, LedgerError> {
    let (from, to) = (ledger::key(keyset, &[]), ledger::key(KeysetId(keyset.0.saturating_add(1)), &[]));
    let mut dropped = 0;
    for table in DROPPED {
        loop {
            let found = core.readers.with(|read| read.scan(table, &from, Some(&to), AT_ONCE))?;
            if found.is_empty() {
                break;
            }
            dropped += found.len();
            let gone = core.writer.submit(move |tx| found.iter().try_for_each(|(key, _)| tx.delete(table, key)));
            gone.await.map_err(LedgerError::from)?;
        }
    }
    Ok(dropped)
}
