//! What a witness decides by: its machine, the database, the clock, and whether it may vote.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ronde_protocol::machine::witness::record::Write;
use ronde_protocol::machine::witness::{Gate, Witness};

use super::recent::Recent;
use crate::clock::Clock;
use crate::driver::ledger::{self, Ledger, LedgerError};
use crate::driver::retiring::Retiring;
use crate::space::Space;
use crate::store::{Readers, Transaction, Writer};

/// Shared by the service and its lanes.
pub(super) struct Seat {
    pub(super) witness: Witness,
    pub(super) writer: Writer,
    pub(super) readers: Arc<Readers>,
    pub(super) clock: Clock,
    pub(super) space: Space,
    pub(super) open: AtomicBool,
    pub(super) retiring: Retiring,
    pub(super) recent: Recent,
}

impl Seat {
    pub(super) fn gate(&self) -> Gate {
        match (!self.is_starting(), self.space.is_short()) {
            (false, _) => Gate::Starting,
            (true, true) => Gate::Full,
            (true, false) => Gate::Open,
        }
    }

    pub(super) fn is_starting(&self) -> bool {
        !self.open.load(Ordering::Acquire) || self.retiring.is_undone()
    }

    /// Reads committed state.
    pub(super) fn read<T>(&self, work: impl FnOnce(&Ledger<'_>) -> T) -> T {
        self.readers.with(|read| work(&Ledger::new(read)))
    }

    /// Decides in a transaction, and does what was decided; a retirement that waits for the disk comes first (ROLLBACK-15).
    /// When the transaction has ended, [`Retiring::ended`] is to hear of it, with whether a retirement was in it.
    pub(super) fn transact<R>(
        &self,
        tx: &mut dyn Transaction,
        work: impl FnOnce(&Ledger<'_>) -> Result<(Vec<Write>, R), LedgerError>,
    ) -> Result<(R, bool), LedgerError> {
        let keyset = self.witness.keyset().id();
        let retires = self.retiring.put(tx, keyset)?;
        let (writes, result) = work(&Ledger::new(&*tx))?;
        let retires = self.retiring.note(&writes) || retires;
        ledger::apply(tx, keyset, &writes)?;
        alarm(&writes);
        Ok((result, retires))
    }
}

fn alarm(writes: &[Write]) {
    for write in writes {
        if let Write::Retire(why) = write {
            tracing::error!(?why, "this witness never votes again in this keyset; rejoin with the next keyset");
        }
    }
}
