//! Exchanging recovered coins, each by a Swap of its own.

use ronde_protocol::message::ids::OrderDigest;

use super::{Resumed, Session, fresh};
use crate::wallet::Trouble;

impl Session {
    /// Exchanges the recovered point coins, one after the other and each alone (RESTORE-12, RESTORE-13). A coin that
    /// was spent before leaves the wallet with the certificate of what spent it; one whose Swap is not decided is held
    /// by it, and the next is taken. If no store answers, the rest waits for the next time.
    pub(super) fn prove(&mut self, insist: bool) -> Result<Vec<Resumed>, Trouble> {
        let mut proved = Vec::new();
        for point in self.wallet.unproven(self.charters.charter(), self.now(), insist) {
            let (now, entropy) = (self.now(), fresh()?);
            let sealed = self.wallet.prove(self.charters.charter(), &point, now, entropy)?;
            let submission = sealed.release(&self.folder.save(&self.wallet)?);
            let digest = submission.signed.order.digest();
            let Some(before) = self.view(&digest) else { continue };
            let result = self.carry(&submission, None, false);
            let offline = matches!(result, Err(Trouble::Unreachable { .. }));
            proved.push(Resumed { before, result });
            if offline {
                break;
            }
        }
        Ok(proved)
    }

    fn view(&self, digest: &OrderDigest) -> Option<ronde_protocol::machine::wallet::PendingView> {
        self.wallet.pending().into_iter().find(|view| view.digest.as_ref() == Some(digest))
    }
}
