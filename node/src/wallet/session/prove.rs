//! Asking what became of recovered coins, and exchanging those that are free, each by a Swap of its own.

use std::collections::BTreeSet;

use ronde_protocol::crypto::group::PointBytes;
use ronde_protocol::machine::wallet::{HalfDone, PendingView, Probed, Stage, Unbound};
use ronde_protocol::message::amount::Points;
use ronde_protocol::message::ids::{KeysetId, OrderDigest, StoreId};
use ronde_protocol::message::order::Purpose;

use super::carry::STORES;
use super::{Resumed, Session, fresh};
use crate::entropy;
use crate::wallet::Trouble;

impl Session {
    /// Asks the witnesses about each recovered coin, in random order, one after the other and each alone (RESTORE-19); then
    /// exchanges it, if it is free (RESTORE-13, RESTORE-21), or completes the order that a lost wallet signed over it
    /// (RESTORE-22). A coin that was spent leaves the wallet with the certificate of what spent it. If no store answers,
    /// the rest waits for the next time.
    pub(super) fn prove(&mut self, insist: bool) -> Result<Vec<Resumed>, Trouble> {
        let mut proved = Vec::new();
        let mut asked = BTreeSet::new();
        // What was half done may make others, of a lost wallet's places.
        while let Some((keyset, point)) = self.next_to_probe(&asked, insist)? {
            asked.insert((keyset, point));
            let before = self.asked_about(keyset, &point);
            let resumed = match self.probe(keyset, &point) {
                Ok(Probed::Unbound(unbound)) => self.exchange(&unbound, insist)?,
                Ok(Probed::Bound(half_done)) => Some(self.complete_half_done(before, &half_done)?),
                Ok(Probed::Spent(by)) => {
                    let by = Box::new(self.spent_by(&by.order, &by.certificate));
                    Some(Resumed { before, result: Err(Trouble::Spent(by)) })
                }
                Ok(Probed::Unclear { answered, needed }) => {
                    Some(Resumed { before, result: Err(Trouble::Unclear { answered, needed }) })
                }
                Err(trouble @ (Trouble::Unreachable { .. } | Trouble::Refused { .. } | Trouble::BadAnswer { .. })) => {
                    Some(Resumed { before, result: Err(trouble) })
                }
                Err(trouble) => return Err(trouble),
            };
            let offline = matches!(&resumed, Some(Resumed { result: Err(Trouble::Unreachable { .. }), .. }));
            proved.extend(resumed);
            if offline {
                break;
            }
        }
        Ok(proved)
    }

    fn next_to_probe(
        &self,
        asked: &BTreeSet<(KeysetId, PointBytes)>,
        insist: bool,
    ) -> Result<Option<(KeysetId, PointBytes)>, Trouble> {
        let mut coins = self.wallet.to_probe(self.charters.charter(), self.now(), insist);
        coins.retain(|coin| !asked.contains(coin));
        Ok(fresh()?.draw(coins.len()).and_then(|place| coins.get(place).copied()))
    }

    /// Asks about one coin, through one store after the other until one answers.
    fn probe(&mut self, keyset: KeysetId, point: &PointBytes) -> Result<Probed, Trouble> {
        let probe = self.wallet.probe(keyset, point, entropy::fresh()?, fresh()?)?;
        let mut last = Trouble::NoAddress;
        for node in self.route(None)?.into_iter().take(STORES) {
            match self.client.probe(&node, &probe) {
                Ok(answers) => {
                    let (charter, now) = (self.charters.charter(), self.now());
                    let sealed = self.wallet.handle_probe(charter, &probe, answers, now)?;
                    match sealed.release(&self.folder.save(&self.wallet)?) {
                        Probed::Unclear { answered, needed } => last = Trouble::Unclear { answered, needed },
                        probed => return Ok(probed),
                    }
                }
                Err(trouble) => last = trouble,
            }
        }
        match last {
            Trouble::Unclear { answered, needed } => Ok(Probed::Unclear { answered, needed }),
            trouble => Err(trouble),
        }
    }

    /// A point coin that is free is exchanged; a voucher or ballot waits to be spent.
    fn exchange(&mut self, unbound: &Unbound, insist: bool) -> Result<Option<Resumed>, Trouble> {
        let (now, entropy) = (self.now(), fresh()?);
        if !self.wallet.unproven(self.charters.charter(), now, insist).contains(unbound.point()) {
            return Ok(None);
        }
        let sealed = self.wallet.prove(self.charters.charter(), unbound, now, entropy)?;
        let submission = sealed.release(&self.folder.save(&self.wallet)?);
        let Some(before) = self.view(&submission.signed.order.digest()) else { return Ok(None) };
        Ok(Some(Resumed { before, result: self.carry(&submission, None, false) }))
    }

    /// What a lost wallet signed is completed. It can't be taken back: whoever has it may complete it at any time.
    fn complete_half_done(&mut self, before: PendingView, half_done: &HalfDone) -> Result<Resumed, Trouble> {
        if half_done.rivals > 0 {
            self.warnings.push(format!(
                "two wallets of these words signed {} orders over one coin: it stays frozen, perhaps for good",
                half_done.rivals + 1
            ));
        }
        let on_disk = self.folder.save(&self.wallet)?;
        let Some(submission) = self.wallet.adopted(half_done, &on_disk) else {
            return Ok(Resumed { before, result: Err(Trouble::HalfDone(half_done.digest)) });
        };
        let before = self.view(&half_done.digest).unwrap_or(before);
        let concerned = self.address_of(half_done.order.store);
        Ok(Resumed { before, result: self.carry(&submission, concerned, true) })
    }

    /// A coin that is asked about, as if it were being exchanged.
    fn asked_about(&self, keyset: KeysetId, point: &PointBytes) -> PendingView {
        let coins = self.wallet.book().coins.iter();
        let worth = coins.filter(|coin| coin.point == *point).map(|coin| coin.kind.points());
        PendingView {
            digest: None,
            keyset,
            purpose: Purpose::Swap,
            store: StoreId::NONE,
            points: worth.max().unwrap_or(Points::ZERO),
            link: None,
            refund_of: None,
            stage: Stage::Sent,
            since: self.now(),
        }
    }

    fn view(&self, digest: &OrderDigest) -> Option<PendingView> {
        self.wallet.pending().into_iter().find(|view| view.digest.as_ref() == Some(digest))
    }
}
