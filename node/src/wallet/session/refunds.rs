//! What became of payments, and claiming back what bought nothing.

use ronde_protocol::machine::wallet::{ClaimedOrder, Fate, RefundRequest, UnansweredPayment, WalletError};
use ronde_protocol::message::amount::Points;
use ronde_protocol::message::ids::{KeysetId, OrderDigest, StoreId};
use ronde_protocol::message::order::Order;

use super::carry::{PATIENCE, STORES, pending};
use super::{Done, Session, fresh};
use crate::wallet::client::OrderReply;
use crate::wallet::{Problem, Trouble};

/// A payment that was asked about.
#[derive(Debug)]
pub struct Asked {
    /// Which.
    pub order: OrderDigest,
    /// The store that was paid.
    pub store: StoreId,
    /// What was paid: points, and the value of vouchers.
    pub points: Points,
    /// What the store says became of it.
    pub became: Result<Became, Trouble>,
}

/// What became of a payment.
#[derive(Debug)]
pub enum Became {
    /// It bought what it was for.
    Paid,
    /// The store has not heard yet that it is certified.
    NotHeard,
    /// It bought nothing, and its points were claimed back.
    Back(Done),
    /// It bought nothing, and another wallet of the same words claims or has claimed it back.
    Elsewhere,
    /// It bought nothing, and the store has to pay it back by hand.
    ByHand,
}

impl Session {
    /// Asks each store that was paid what became of the payment, as long as it has not said so (WALLET-43), and claims
    /// back what bought nothing. Nobody else is asked (WALLET-44). What can't be asked now is asked the next time.
    pub fn ask_payments(&mut self) -> Vec<Asked> {
        let due = self.wallet.due_payments();
        let mut asked = Vec::new();
        for order in due {
            let Some(node) = self.address_of(order.store) else { continue };
            asked.push(self.ask_payment(&node, &order));
        }
        asked
    }

    /// The same of one payment, which may be one that a lost wallet of the same words made: then it is fetched first, and
    /// the keys of its coins are searched for (WALLET-47).
    pub fn ask_payment_of(&mut self, digest: &OrderDigest, keyset: Option<KeysetId>) -> Result<Asked, Trouble> {
        self.refresh_if_due();
        let of_it = |payment: &&UnansweredPayment| payment.order.digest() == *digest;
        let order = match self.wallet.book().payments.iter().find(of_it) {
            Some(payment) => payment.order.clone(),
            None => self.find_payment(digest, keyset)?,
        };
        let node = self.address_of(order.store).ok_or(Trouble::NoAddress)?;
        Ok(self.ask_payment(&node, &order))
    }

    fn find_payment(&mut self, digest: &OrderDigest, keyset: Option<KeysetId>) -> Result<Order, Trouble> {
        let known: Vec<KeysetId> = self.charter().keysets().map(|keyset| keyset.id()).collect();
        let keysets = keyset.map_or(known, |keyset| vec![keyset]);
        let mut last = None;
        for node in self.route(None)?.into_iter().take(STORES) {
            for keyset in &keysets {
                match self.client.certified(&node, *keyset, digest) {
                    Ok(Some(ClaimedOrder { order, certificate, .. })) => {
                        let (charter, now) = (self.charters.charter(), self.now());
                        let found = self.wallet.handle_found_payment(charter, order.clone(), certificate, now)?;
                        found.release(&self.folder.save(&self.wallet)?);
                        return Ok(order);
                    }
                    Ok(None) => last = Some(WalletError::NotCertified(*digest).into()),
                    Err(trouble) => last = Some(trouble),
                }
            }
        }
        match last {
            Some(Trouble::Refused { problem, .. }) if problem.code == "not-found" => {
                Err(Trouble::UnknownOrder(*digest))
            }
            last => Err(last.unwrap_or(Trouble::NoAddress)),
        }
    }

    fn ask_payment(&mut self, node: &str, order: &Order) -> Asked {
        let points = self.wallet.paid_by(self.charter(), order).unwrap_or(Points::ZERO);
        let became = self.became(node, &order.digest());
        Asked { order: order.digest(), store: order.store, points, became }
    }

    fn became(&mut self, node: &str, digest: &OrderDigest) -> Result<Became, Trouble> {
        let (fate, owed) = match self.client.payment(node, digest) {
            Ok(said) => said,
            Err(Trouble::Refused { problem, .. }) if problem.code == "not-found" => return Ok(Became::NotHeard),
            Err(trouble) => return Err(trouble),
        };
        if fate == Fate::Owed {
            self.check_clock(node, digest)?;
            let (now, entropy) = (self.now(), fresh()?);
            let sealed = self.wallet.plan_refund(self.charters.charter(), digest, owed, now, entropy)?;
            let request = sealed.release(&self.folder.save(&self.wallet)?);
            return self.carry_refund(&request).map(Became::Back);
        }
        let now = self.now();
        self.wallet.handle_fate(digest, fate, now).release(&self.folder.save(&self.wallet)?);
        Ok(match fate {
            Fate::Paid => Became::Paid,
            Fate::Withdrawn => Became::ByHand,
            Fate::Owed | Fate::Pending | Fate::Claimed => Became::Elsewhere,
        })
    }

    /// There is one claim of a refund (WALLET-46): one that a wrong clock had put into a keyset that has ended no store would
    /// take.
    fn check_clock(&self, node: &str, digest: &OrderDigest) -> Result<(), Trouble> {
        if self.wallet.book().open.iter().any(|open| open.refund_of() == Some(*digest)) {
            return Ok(());
        }
        let (here, there) = (self.now(), self.client.clock(node)?);
        let mut ends = self.charter().keysets().map(|keyset| keyset.issue_until());
        if ends.all(|end| (here < end) == (there < end)) { Ok(()) } else { Err(Trouble::WrongClock { here, there }) }
    }

    /// Claims until the store has made the order and it is decided; then any store will do, as with a grant.
    pub(super) fn carry_refund(&mut self, request: &RefundRequest) -> Result<Done, Trouble> {
        let refunded = request.refunded.digest();
        let node = self.address_of(request.store).ok_or(Trouble::NoAddress)?;
        let mut last = None;
        let mut undecided = None;
        for _ in 0..PATIENCE {
            match self.client.claim_refund(&node, request) {
                Ok((order, OrderReply::Certified { certificate, evaluations })) => {
                    let answer =
                        ClaimedOrder { order: order.clone(), certificate: (*certificate).clone(), evaluations };
                    let (charter, now) = (self.charters.charter(), self.now());
                    let sealed = self.wallet.handle_refund_answer(charter, &refunded, answer, now)?;
                    let settled = sealed.release(&self.folder.save(&self.wallet)?);
                    return self.finish(&node, &order, &certificate, settled);
                }
                Ok((order, OrderReply::Pending { votes })) => {
                    self.wallet.handle_refund_order(&refunded, order)?.release(&self.folder.save(&self.wallet)?);
                    undecided = Some((1, votes));
                }
                Err(Trouble::Refused { node, problem }) => {
                    let trouble = self.take_refund_refusal(node, problem, &refunded)?;
                    if self.refund_order(&refunded).is_none() {
                        return Err(trouble);
                    }
                    last = Some(trouble);
                    break;
                }
                Err(trouble) => {
                    last = Some(trouble);
                    break;
                }
            }
        }
        let Some(digest) = self.refund_order(&refunded) else { return pending(None, undecided, last) };
        match self.look_up(&digest)? {
            Some(done) => Ok(done),
            None => pending(Some(digest), undecided, last),
        }
    }

    /// The order that the store made of a refund's claim, if it is known.
    fn refund_order(&self, refunded: &OrderDigest) -> Option<OrderDigest> {
        let mut open = self.wallet.book().open.iter();
        open.find(|open| open.refund_of() == Some(*refunded)).and_then(|open| open.order()).map(Order::digest)
    }

    fn take_refund_refusal(
        &mut self,
        node: String,
        problem: Problem,
        refunded: &OrderDigest,
    ) -> Result<Trouble, Trouble> {
        let fate = match problem.code.as_str() {
            "grant-claimed" => Some(Fate::Claimed),
            "grant-expired" => Some(Fate::Withdrawn),
            _ => None,
        };
        if let Some(fate) = fate {
            let now = self.now();
            match self.wallet.handle_refund_refused(refunded, fate, now) {
                Ok(sealed) => sealed.release(&self.folder.save(&self.wallet)?),
                Err(WalletError::StillOpen(_) | WalletError::NoSuchClaim) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(Trouble::Refused { node, problem })
    }
}
