//! What became of payments: asked of the store that was paid, until it has said so (WALLET-43).

use alloc::vec::Vec;

use crate::{
    machine::durable::Sealed,
    message::{
        amount::Points,
        certificate::Certificate,
        charter::Charter,
        class::Kind,
        codec::{Decode, Encode},
        ids::OrderDigest,
        order::{Input, Order, Purpose, Seconds},
    },
};

use super::{
    Outcome, Place, Record, Wallet, WalletError,
    find::{SEARCHED_DEVICES, SEARCHED_NUMBERS},
    view::moved,
};

/// A certified payment, until its store has said what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct UnansweredPayment {
    /// The Redeem.
    pub order: Order,
    /// Where the secret of each input lives, in the inputs' order: they sign for a refund.
    pub places: Vec<Place>,
    /// When it was certified, by the wallet's clock.
    pub since: Seconds,
}

/// What a store says of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It bought what it was for.
    Paid,
    /// It is owed back, and nobody has claimed it.
    Owed,
    /// It is owed back, and the order of a claim is before the quorum.
    Pending,
    /// It went back.
    Claimed,
    /// The store pays it back by hand: it can't by itself any more.
    Withdrawn,
}

/// Slots that an order number is searched for: a canonical split and some vouchers have no more.
const USUAL_SLOTS: u16 = 48;

impl Wallet {
    /// What a payment paid, and so what comes back of it if it bought nothing: points in, less points out, and the value
    /// of its vouchers (STORE-37).
    pub fn paid_by(&self, charter: &Charter, order: &Order) -> Result<Points, WalletError> {
        let mut sum = moved(order);
        for input in &order.inputs {
            if let Kind::Voucher { offer } = input.kind {
                sum = sum.plus(charter.offer(offer).ok_or(WalletError::NoSuchOffer(offer))?.value)?;
            }
        }
        Ok(sum)
    }

    /// Payments to ask about, oldest first: those of which no claim is open (WALLET-43), however old they look. The
    /// device's clock may be ahead, and what a store owes it owes without a term (WALLET-45).
    pub fn due_payments(&self) -> Vec<Order> {
        let due = |payment: &&UnansweredPayment| self.refund_position(&payment.order.digest()).is_none();
        self.book.payments.iter().filter(due).map(|payment| payment.order.clone()).collect()
    }

    /// Takes what the store says of a payment. It needs no more asking once it bought something, went back, or is paid
    /// back by hand; while a claim of this wallet is open that claim's answer counts, and not this.
    pub fn handle_fate(&mut self, digest: &OrderDigest, fate: Fate, now: Seconds) -> Sealed<()> {
        if matches!(fate, Fate::Owed | Fate::Pending) || self.refund_position(digest).is_some() {
            return Sealed::new(());
        }
        let payment = self.book.payments.iter().find(|payment| payment.order.digest() == *digest).cloned();
        self.forget_payment(digest);
        if let (Fate::Withdrawn, Some(UnansweredPayment { order, .. })) = (fate, payment) {
            self.remember(Record {
                at: now,
                purpose: Purpose::Earn,
                store: order.store,
                points: moved(&order),
                vouchers: Vec::new(),
                keyset: Some(order.keyset),
                digest: Some(*digest),
                reference: None,
                link: None,
                outcome: Outcome::Withdrawn,
            });
        }
        Sealed::new(())
    }

    /// Takes a payment that a lost wallet of the same seed made, with its certificate, to be asked about (WALLET-47). The
    /// places of its inputs are searched for where RESTORE-4 says.
    ///
    /// # Errors
    /// [`WalletError::NotOurs`] unless each input is of this seed, and this a payment; [`WalletError::Certificate`].
    pub fn handle_found_payment(
        &mut self,
        charter: &Charter,
        order: Order,
        certificate: Certificate,
        now: Seconds,
    ) -> Result<Sealed<()>, WalletError> {
        self.check_federation(charter)?;
        let digest = order.digest();
        if self.book.payments.iter().any(|payment| payment.order == order) {
            return Ok(Sealed::new(()));
        }
        let keyset = charter.keyset(order.keyset).ok_or(WalletError::NoSuchKeyset(order.keyset))?;
        certificate.verify(keyset, &digest)?;
        if order.purpose != Purpose::Redeem || order.federation != self.book.federation {
            return Err(WalletError::NotOurs(digest));
        }
        let places = self.places_of(&order).ok_or(WalletError::NotOurs(digest))?;
        self.book.payments.push(UnansweredPayment { order, places, since: now });
        Ok(Sealed::new(()))
    }

    /// Where the inputs of an order were made, in their order; none unless all of them are found.
    fn places_of(&self, order: &Order) -> Option<Vec<Place>> {
        let mut found: Vec<Option<Place>> = alloc::vec![None; order.inputs.len()];
        let mut missing = found.len();
        for number in 0..SEARCHED_NUMBERS {
            for device in (0..=self.book.device).rev().take(SEARCHED_DEVICES) {
                for slot in 0..USUAL_SLOTS {
                    if missing == 0 {
                        return found.into_iter().collect();
                    }
                    let place = Place { keyset: order.keyset, device, order: number, slot };
                    let point = self.coin_secret(&place).public().encode();
                    let at = order.inputs.iter().position(|input| input.point == point);
                    if let Some(noted) = at.and_then(|at| found.get_mut(at)).filter(|noted| noted.is_none()) {
                        *noted = Some(place);
                        missing = missing.saturating_sub(1);
                    }
                }
            }
        }
        None
    }

    /// A payment is certified: its coins are about to be forgotten, and may have to sign once more (WALLET-43).
    pub(super) fn note_payment(&mut self, order: &Order, digest: &OrderDigest, now: Seconds) {
        if order.purpose != Purpose::Redeem {
            return;
        }
        let place_of = |input: &Input| {
            let mut coins = self.book.coins.iter();
            let own = coins.find(|coin| coin.held_by == Some(*digest) && coin.point == input.point);
            own.map(|coin| coin.place)
        };
        let places: Option<Vec<Place>> = order.inputs.iter().map(place_of).collect();
        if let Some(places) = places {
            self.book.payments.push(UnansweredPayment { order: order.clone(), places, since: now });
        }
    }

    pub(super) fn forget_payment(&mut self, digest: &OrderDigest) {
        self.book.payments.retain(|payment| payment.order.digest() != *digest);
    }
}
