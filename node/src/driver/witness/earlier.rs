//! What a witness takes in of earlier keysets.

use std::sync::Arc;

use ronde_protocol::machine::durable::Durable;
use ronde_protocol::machine::witness::outstanding::StoreKeys;
use ronde_protocol::machine::witness::record::Write;
use ronde_protocol::machine::witness::{EarlierRead, PreparedPage};
use ronde_protocol::message::charter::Charter;
use ronde_protocol::message::evidence::Evidence;
use ronde_protocol::message::ids::{KeysetId, WitnessIndex};
use ronde_protocol::message::refusal::Refusal;
use ronde_protocol::message::statement::{ClosingStatement, StatementError};
use ronde_protocol::message::wire::LogPage;

use super::WitnessService;
use crate::driver::{Ledger, LedgerError, evidence};
use crate::entropy;

impl WitnessService {
    /// Takes in a page of an earlier keyset's log. Its signatures are looked at beside other work; and a page that says
    /// nothing new, as most do, is not written down, nor one whose head convicts the peer of what it is convicted of
    /// already. What could not be written down is in `unwritten` then, if it convicts somebody: the page that is read again
    /// may be another.
    pub async fn take_earlier_page(
        &self,
        charter: &Arc<Charter>,
        keys: &Arc<StoreKeys>,
        earlier: KeysetId,
        peer: WitnessIndex,
        page: LogPage,
        unwritten: &mut Vec<Evidence>,
    ) -> Result<EarlierRead, LedgerError> {
        let (terms, keys) = (Arc::clone(charter), Arc::clone(keys));
        let prepared = self.pool.run(move || {
            let earlier = terms.keyset(earlier).ok_or(Refusal::CharterBehind)?;
            Ok(PreparedPage::of(&terms, &keys, earlier, page, entropy::chance()))
        });
        // Only a charter that does not know the keyset, or the node's end, refuses that.
        let Ok(prepared) = prepared.await else { return Ok(EarlierRead::CharterBehind) };
        let (seat, terms) = (Arc::clone(&self.seat), Arc::clone(charter));
        let decide = move |view: &Ledger<'_>, prepared| {
            let Some(earlier) = terms.keyset(earlier) else { return Ok(None) };
            seat.witness.decide_earlier_page(view, &terms, earlier, peer, prepared).map(Some)
        };
        let decided = self.read(|ledger| -> Result<_, LedgerError> {
            let Some(mut step) = decide(ledger, prepared.clone())? else { return Ok(None) };
            let mut wanted = Vec::new();
            for write in step.writes {
                if evidence::is_wanted(ledger.read(), &write)? {
                    wanted.push(write);
                }
            }
            step.writes = wanted;
            Ok(Some(step))
        });
        match decided? {
            None => return Ok(EarlierRead::CharterBehind),
            // Nothing has to be durable before this is known.
            Some(step) if step.writes.is_empty() => return Ok(step.reply.release(&Durable::after_commit())),
            Some(step) => unwritten.extend(step.writes.into_iter().filter_map(|write| match write {
                Write::Evidence(evidence) => Some(*evidence),
                _ => None,
            })),
        }
        let read = self.step(move |view| decide(view, prepared)).await?;
        unwritten.clear();
        Ok(read.unwrap_or(EarlierRead::CharterBehind))
    }

    /// Keeps a closing statement of an earlier keyset.
    pub async fn take_earlier_statement(
        &self,
        charter: &Arc<Charter>,
        earlier: KeysetId,
        statement: ClosingStatement,
    ) -> Result<Option<Result<(), StatementError>>, LedgerError> {
        let (seat, terms) = (Arc::clone(&self.seat), Arc::clone(charter));
        self.step(move |view| {
            let Some(earlier) = terms.keyset(earlier) else { return Ok(None) };
            seat.witness.decide_earlier_statement(view, earlier, statement).map(Some)
        })
        .await
    }
}
