//! Moving points into a later keyset, when that is due (WALLET-38).

use ronde_protocol::machine::wallet::{PlannedMove, WalletError};

use super::{Done, Session, fresh};
use crate::wallet::Trouble;

/// Coins that were to move, and what became of them.
#[derive(Debug)]
pub struct Moved {
    /// Which coins.
    pub planned: PlannedMove,
    /// What became of the order.
    pub result: Result<Done, Trouble>,
}

impl Session {
    /// Moves what is due, each denomination in an order of its own. One that does not come through is completed later,
    /// like any order, and stops no other.
    pub fn move_due(&mut self) -> Result<Vec<Moved>, Trouble> {
        let now = self.now();
        let due =
            self.wallet.planned_moves(self.charters.charter(), now).into_iter().filter(|planned| planned.at <= now);
        let mut moved = Vec::new();
        for planned in due.collect::<Vec<_>>() {
            let entropy = fresh()?;
            let charter = self.charters.charter();
            match self.wallet.move_on(charter, planned.keyset, planned.denomination, now, entropy) {
                Ok(sealed) => {
                    let submission = sealed.release(&self.folder.save(&self.wallet)?);
                    moved.push(Moved { planned, result: self.carry(&submission, None, false) });
                }
                // These coins have no quorum in common, or the last later keyset has just stopped issuing.
                Err(WalletError::Nothing | WalletError::NoOpenKeyset) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(moved)
    }

    /// Exchanges each keyset's point coins for fewer of the same sum, or (`renew`) for new ones in any case; recovered
    /// ones first, each alone, and with `renew` also if something else of the same key goes with them.
    pub fn swap(&mut self, renew: bool) -> Result<Vec<Done>, Trouble> {
        self.refresh_if_due();
        let mut swapped = Vec::new();
        for proved in self.prove(renew)? {
            match proved.result {
                Ok(done) => swapped.push(done),
                Err(trouble) => self.warnings.push(trouble.to_string()),
            }
        }
        let keysets: Vec<_> = self.charter().keysets().map(|keyset| keyset.id()).collect();
        for keyset in keysets {
            let (now, entropy) = (self.now(), fresh()?);
            match self.wallet.swap(self.charters.charter(), keyset, renew, now, entropy) {
                Ok(sealed) => {
                    let submission = sealed.release(&self.folder.save(&self.wallet)?);
                    swapped.push(self.carry(&submission, None, false)?);
                }
                Err(WalletError::Nothing) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(swapped)
    }
}
