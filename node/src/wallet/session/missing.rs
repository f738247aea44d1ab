//! Asking for components that coins lack.

use ronde_protocol::machine::durable::Durable;
use ronde_protocol::machine::wallet::told_by;
use ronde_protocol::message::ids::{OrderDigest, StoreId};

use super::carry::{Resumed, STORES, done};
use super::{Done, Progress, Session, fresh};
use crate::wallet::Trouble;
use crate::wallet::client::OrderReply;

impl Session {
    /// Sends a signed order again. If it stays undecided, what its coins lack is asked for at once, and it is sent once more
    /// with what came (WALLET-42).
    pub(super) fn carry_again(
        &mut self,
        digest: &OrderDigest,
        concerned: StoreId,
        on_disk: &Durable,
    ) -> Option<Result<Done, Trouble>> {
        let first = self.wallet.submission(digest, on_disk)?;
        let result = self.carry(&first, self.address_of(concerned), true);
        if !matches!(result, Ok(Done { progress: Progress::Pending { .. }, .. })) {
            return Some(result);
        }
        for lacking in self.wallet.may_hold_up(digest) {
            // A store that has nothing to say is no reason to give up the others.
            if let Err(trouble) = self.ask_once(&lacking) {
                self.warnings.push(format!("what may hold up an order could not be asked for: {trouble}"));
            }
        }
        let on_disk = match self.folder.save(&self.wallet) {
            Ok(on_disk) => on_disk,
            Err(trouble) => return Some(Err(trouble)),
        };
        match self.wallet.submission(digest, &on_disk) {
            Some(more) if more.columns.len() > first.columns.len() => {
                Some(self.carry(&more, self.address_of(concerned), true))
            }
            _ => Some(result),
        }
    }

    /// Asks for components that coins lack which can be spent already, each order when it is time (WALLET-32): to be done
    /// last, when nothing is about to be spent. One store that answers is asked for each.
    pub fn ask_for_missing(&mut self) -> Result<Vec<Resumed>, Trouble> {
        let (now, entropy) = (self.now(), fresh()?);
        let due = self.wallet.due_to_ask(now, entropy).release(&self.folder.save(&self.wallet)?);
        let mut asked = Vec::new();
        for digest in due {
            let Some(before) = self.wallet.pending().into_iter().find(|view| view.digest == Some(digest)) else {
                continue;
            };
            let result = self.ask_once(&digest);
            // Where no store can be reached the others wait for the next time.
            let nobody = matches!(result, Err(Trouble::Unreachable { .. }));
            asked.push(Resumed { before, result });
            if nobody {
                break;
            }
        }
        Ok(asked)
    }

    fn ask_once(&mut self, digest: &OrderDigest) -> Result<Done, Trouble> {
        let order = self.order(digest)?;
        let keyset = told_by(&order, self.charter(), self.now());
        let mut last = None;
        for node in self.route(None)?.into_iter().take(STORES) {
            match self.client.order(&node, keyset, digest) {
                Ok(reply) => {
                    let evaluations = match reply {
                        OrderReply::Certified { evaluations, .. } => evaluations,
                        OrderReply::Pending { .. } => Vec::new(),
                    };
                    let settled = self.wallet.handle_evaluations(self.charters.charter(), digest, &evaluations)?;
                    let (now, entropy) = (self.now(), fresh()?);
                    let asked = self.wallet.handle_asked(digest, now, entropy);
                    let on_disk = self.folder.save(&self.wallet)?;
                    asked.release(&on_disk);
                    return Ok(done(&settled.release(&on_disk), Progress::Done));
                }
                Err(trouble) => last = Some(trouble),
            }
        }
        Err(last.unwrap_or(Trouble::NoAddress))
    }
}
