//! Claiming back what a payment paid that bought nothing (WALLET-46).

use alloc::vec::Vec;

use crate::{
    crypto::{Entropy, coin::CoinSecret, spend::SpendSignature},
    machine::durable::{Durable, Sealed},
    message::{
        amount::Points,
        charter::Charter,
        ids::{KeysetId, OrderDigest, StoreId},
        order::{Input, Order, Outputs, Seconds},
        refund::RefundClaim,
    },
};

use super::{
    ClaimedOrder, Fate, OpenOrder, Place, Settled, Task, UnansweredPayment, Wallet, WalletError, canonical_split,
    claim::{Blinded, open_keyset},
    spend::points,
};

/// What a wallet sends to claim a refund.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundRequest {
    /// Who owes it.
    pub store: StoreId,
    /// The payment.
    pub refunded: Order,
    /// By the keys of its inputs.
    pub signature: SpendSignature,
    /// The keyset of the coins asked for.
    pub keyset: KeysetId,
    /// The blinded coins.
    pub outputs: Outputs,
}

impl Wallet {
    /// Claims a payment's points back with fresh outputs, in a keyset chosen as for any claim; `owed` is what the store
    /// says that it owes (WALLET-46). A refund that is being claimed already gives the very same request again.
    ///
    /// # Errors
    /// [`WalletError::OtherRefund`] if the store owes another sum than was paid; [`WalletError::NoSuchOrder`] if this is
    /// no payment that waits for an answer; those of any claim.
    pub fn plan_refund(
        &mut self,
        charter: &Charter,
        digest: &OrderDigest,
        owed: Points,
        now: Seconds,
        entropy: Entropy,
    ) -> Result<Sealed<RefundRequest>, WalletError> {
        self.check_federation(charter)?;
        if let Some(request) = self.refund_request(digest) {
            return Ok(Sealed::new(request));
        }
        self.check_not_searching()?;
        let payment = self.book.payments.iter().find(|payment| payment.order.digest() == *digest);
        let UnansweredPayment { order: refunded, places, .. } =
            payment.ok_or(WalletError::NoSuchOrder(*digest))?.clone();
        let paid = self.paid_by(charter, &refunded)?;
        if owed != paid {
            return Err(WalletError::OtherRefund { store: refunded.store, owed, paid });
        }
        let (draw, nonce) = entropy.split_two();
        let keyset = open_keyset(charter, now, draw)?;
        let kinds = points(canonical_split(paid, keyset.denominations())?);
        let Blinded { number, outputs, slots } = self.blind_outputs(keyset, &kinds)?;
        let signature = self.sign_refund(&refunded, &places, (keyset.id(), &outputs), nonce)?;
        // Nothing fails from here on.
        self.use_number(keyset.id(), number);
        self.book.open.push(OpenOrder {
            keyset: keyset.id(),
            device: self.book.device,
            number,
            outputs: outputs.clone(),
            slots,
            task: Task::Refund { refunded: refunded.clone(), signature, order: None },
            certificate: None,
            since: now,
        });
        let store = refunded.store;
        Ok(Sealed::new(RefundRequest { store, refunded, signature, keyset: keyset.id(), outputs }))
    }

    fn sign_refund(
        &self,
        refunded: &Order,
        places: &[Place],
        (keyset, outputs): (KeysetId, &Outputs),
        entropy: Entropy,
    ) -> Result<SpendSignature, WalletError> {
        let secrets: Vec<CoinSecret> = places.iter().map(|place| self.coin_secret(place)).collect();
        let own = |(secret, input): (&CoinSecret, &Input)| secret.public().encode() == input.point;
        if secrets.len() != refunded.inputs.len() || !secrets.iter().zip(&refunded.inputs).all(own) {
            return Err(WalletError::ForeignCoin);
        }
        let claim = RefundClaim {
            federation: self.book.federation,
            store: refunded.store,
            order: refunded.digest(),
            keyset,
            outputs: outputs.clone(),
        };
        Ok(claim.sign(&secrets.iter().collect::<Vec<_>>(), entropy)?)
    }

    /// The request of an open claim of a refund once more. The proof says that the wallet, with this claim, is on disk.
    pub fn refund_again(&self, refunded: &OrderDigest, _proof: &Durable) -> Option<RefundRequest> {
        self.refund_request(refunded)
    }

    /// Notes the order that the store made for the claim of a refund.
    pub fn handle_refund_order(&mut self, refunded: &OrderDigest, order: Order) -> Result<Sealed<()>, WalletError> {
        let at = self.refund_position(refunded).ok_or(WalletError::NoSuchClaim)?;
        self.note_claim_order(at, order)?;
        Ok(Sealed::new(()))
    }

    /// Takes the certified order of a refund's claim, as that of any claim (WALLET-20).
    pub fn handle_refund_answer(
        &mut self,
        charter: &Charter,
        refunded: &OrderDigest,
        answer: ClaimedOrder,
        now: Seconds,
    ) -> Result<Sealed<Settled>, WalletError> {
        self.check_federation(charter)?;
        let at = self.refund_position(refunded).ok_or(WalletError::NoSuchClaim)?;
        Ok(Sealed::new(self.take_claim_answer(charter, at, answer, now)?))
    }

    /// Gives up a claim because the store says that the refund went to other coins (`Claimed`) or is paid back by hand
    /// (`Withdrawn`).
    ///
    /// # Errors
    /// [`WalletError::StillOpen`] if the store has shown an order (WALLET-9): that one can be completed.
    pub fn handle_refund_refused(
        &mut self,
        refunded: &OrderDigest,
        fate: Fate,
        now: Seconds,
    ) -> Result<Sealed<()>, WalletError> {
        let at = self.refund_position(refunded).ok_or(WalletError::NoSuchClaim)?;
        if let Some(order) = self.book.open.get(at).and_then(OpenOrder::order) {
            return Err(WalletError::StillOpen(order.digest()));
        }
        self.book.open.remove(at);
        Ok(self.handle_fate(refunded, fate, now))
    }

    pub(super) fn refund_position(&self, refunded: &OrderDigest) -> Option<usize> {
        self.book.open.iter().position(|open| open.certificate.is_none() && open.refund_of() == Some(*refunded))
    }

    fn refund_request(&self, digest: &OrderDigest) -> Option<RefundRequest> {
        let open = self.refund_position(digest).and_then(|at| self.book.open.get(at))?;
        let Task::Refund { refunded, signature, .. } = &open.task else { return None };
        Some(RefundRequest {
            store: refunded.store,
            refunded: refunded.clone(),
            signature: *signature,
            keyset: open.keyset,
            outputs: open.outputs.clone(),
        })
    }
}

impl OpenOrder {
    /// The payment whose points are claimed back, if this is such a claim.
    pub fn refund_of(&self) -> Option<OrderDigest> {
        match &self.task {
            Task::Refund { refunded, .. } => Some(refunded.digest()),
            _ => None,
        }
    }

    /// The points of its outputs.
    pub(super) fn points_out(&self) -> Points {
        let all = Points::sum(self.outputs.iter().map(|output| output.class.kind.points()));
        all.unwrap_or(Points::ZERO)
    }
}
