//! Earning: what a store granted is claimed with blinded outputs.

use alloc::vec::Vec;

use crate::{
    crypto::{Entropy, group::PointBytes, poprf::CoinHash},
    limits::MAX_OUTPUTS,
    machine::durable::{Durable, Sealed},
    message::{
        amount::Points,
        certificate::Certificate,
        charter::{Charter, Keyset},
        class::{Class, Kind},
        codec::{Decode, Encode},
        evaluation::Evaluation,
        ids::{CampaignId, KeysetId, StoreId},
        order::{Order, Output, Outputs, Purpose, Seconds},
        text::Text,
    },
};

use super::{
    Link, OpenOrder, Outcome, Place, Record, Settled, Task, VoucherCount, Wallet, WalletError, canonical_split,
};

/// What a store promises to issue.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct GrantTerms {
    /// Which store is debited.
    pub store: StoreId,
    /// How many points.
    pub points: Points,
    /// With a ballot of this campaign.
    pub ballot: Option<CampaignId>,
    /// With these vouchers, by increasing offer.
    pub vouchers: Vec<VoucherCount>,
}

/// What a wallet sends to claim a grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimRequest {
    /// Which grant, and where.
    pub link: Link,
    /// The one-time secret.
    pub secret: Text,
    /// The keyset of the coins asked for.
    pub keyset: KeysetId,
    /// The blinded coins.
    pub outputs: Outputs,
}

/// What a store answers once the claim's order is certified; nothing in it is checked.
#[derive(Clone, Debug)]
pub struct ClaimedOrder {
    /// The Earn order that the store made.
    pub order: Order,
    /// Its certificate.
    pub certificate: Certificate,
    /// Evaluations of its outputs.
    pub evaluations: Vec<Evaluation>,
}

/// Blinded outputs, sorted by B, with the slot each was derived at.
pub(super) struct Blinded {
    pub(super) number: u64,
    pub(super) outputs: Outputs,
    pub(super) slots: Vec<u16>,
}

impl GrantTerms {
    /// The coins in canonical order: points from the largest, vouchers by offer, the ballot.
    fn kinds(&self, keyset: &Keyset) -> Result<Vec<Kind>, WalletError> {
        let points = canonical_split(self.points, keyset.denominations())?;
        let mut kinds: Vec<Kind> = points.into_iter().map(|denomination| Kind::Points { denomination }).collect();
        for voucher in &self.vouchers {
            let count = usize::try_from(voucher.count).unwrap_or(usize::MAX);
            if count > MAX_OUTPUTS {
                return Err(WalletError::TooManyCoins);
            }
            kinds.extend(core::iter::repeat_n(Kind::Voucher { offer: voucher.offer }, count));
        }
        kinds.extend(self.ballot.map(|campaign| Kind::Ballot { campaign }));
        Ok(kinds)
    }
}

impl Wallet {
    /// Claims a grant with fresh outputs in a keyset chosen uniformly among those that issue now.
    ///
    /// A grant that is being claimed already gives the very same request again.
    pub fn plan_claim(
        &mut self,
        charter: &Charter,
        link: Link,
        secret: Text,
        terms: GrantTerms,
        now: Seconds,
        entropy: Entropy,
    ) -> Result<Sealed<ClaimRequest>, WalletError> {
        self.check_federation(charter)?;
        if self.book.history.iter().any(|record| record.is_claim_of(&link)) {
            return Err(WalletError::AlreadyClaimed);
        }
        if let Some(at) = self.claim_position(&link) {
            let same = matches!(self.book.open.get(at).map(|open| &open.task),
                Some(Task::Claim { terms: promised, .. }) if *promised == terms);
            let request = self.book.open.get(at).and_then(OpenOrder::claim_request).filter(|_| same);
            return request.map(Sealed::new).ok_or(WalletError::TermsChanged);
        }
        self.check_not_searching()?;
        let keyset = open_keyset(charter, now, entropy)?;
        let kinds = terms.kinds(keyset)?;
        let Blinded { number, outputs, slots } = self.blind_outputs(keyset, &kinds)?;
        if outputs.is_empty() {
            return Err(WalletError::Nothing);
        }
        // Nothing fails from here on.
        self.use_number(keyset.id(), number);
        let request =
            ClaimRequest { link: link.clone(), secret: secret.clone(), keyset: keyset.id(), outputs: outputs.clone() };
        self.book.open.push(OpenOrder {
            keyset: keyset.id(),
            device: self.book.device,
            number,
            outputs,
            slots,
            task: Task::Claim { link, secret, terms, order: None },
            certificate: None,
            since: now,
        });
        Ok(Sealed::new(request))
    }

    /// Notes the order that the store made for a claim, so that it can be followed through any store.
    pub fn handle_claim_order(&mut self, link: &Link, order: Order) -> Result<Sealed<()>, WalletError> {
        let at = self.claim_position(link).ok_or(WalletError::NoSuchClaim)?;
        self.note_claim_order(at, order)?;
        Ok(Sealed::new(()))
    }

    pub(super) fn note_claim_order(&mut self, at: usize, order: Order) -> Result<(), WalletError> {
        self.check_claimed(at, &order)?;
        if let Some(open) = self.book.open.get_mut(at)
            && open.certificate.is_none()
            && let Task::Claim { order: known, .. } | Task::Refund { order: known, .. } = &mut open.task
        {
            *known = Some(order);
        }
        Ok(())
    }

    /// Takes the certified order of a claim: it must ask for exactly the wallet's outputs, in favour of nobody else.
    pub fn handle_claim_answer(
        &mut self,
        charter: &Charter,
        link: &Link,
        answer: ClaimedOrder,
        now: Seconds,
    ) -> Result<Sealed<Settled>, WalletError> {
        self.check_federation(charter)?;
        let at = self.claim_position(link).ok_or(WalletError::NoSuchClaim)?;
        Ok(Sealed::new(self.take_claim_answer(charter, at, answer, now)?))
    }

    pub(super) fn take_claim_answer(
        &mut self,
        charter: &Charter,
        at: usize,
        answer: ClaimedOrder,
        now: Seconds,
    ) -> Result<Settled, WalletError> {
        self.check_claimed(at, &answer.order)?;
        let digest = answer.order.digest();
        let keyset = charter.keyset(answer.order.keyset).ok_or(WalletError::NoSuchKeyset(answer.order.keyset))?;
        answer.certificate.clone().verify(keyset, &digest)?;
        if let Some(open) = self.book.open.get_mut(at)
            && let Task::Claim { order, .. } | Task::Refund { order, .. } = &mut open.task
        {
            *order = Some(answer.order);
        }
        self.take_answer(charter, &digest, answer.certificate, &answer.evaluations, now)
    }

    /// The open claim that asked for just what this order makes, if there is one.
    pub(super) fn claim_answered_by(&self, order: &Order) -> Option<usize> {
        (0..self.book.open.len()).find(|at| self.check_claimed(*at, order).is_ok())
    }

    /// The request of an open claim once more. The proof says that the wallet, with this claim, is on disk.
    pub fn claim_again(&self, link: &Link, _proof: &Durable) -> Option<ClaimRequest> {
        self.claim_position(link).and_then(|at| self.book.open.get(at)).and_then(OpenOrder::claim_request)
    }

    /// Gives up a claim because the store says that the grant is withdrawn, expired or claimed by somebody else. The
    /// store owes nothing that it did not sign; the order number is not used again (WALLET-9).
    ///
    /// # Errors
    /// [`WalletError::StillOpen`] if the store has shown an order: that one can be completed.
    pub fn handle_claim_withdrawn(&mut self, link: &Link, now: Seconds) -> Result<Sealed<()>, WalletError> {
        let at = self.claim_position(link).ok_or(WalletError::NoSuchClaim)?;
        if let Some(order) = self.book.open.get(at).and_then(OpenOrder::order) {
            return Err(WalletError::StillOpen(order.digest()));
        }
        let open = self.book.open.remove(at);
        if let Task::Claim { link, terms, .. } = open.task {
            self.remember(Record {
                at: now,
                purpose: Purpose::Earn,
                store: terms.store,
                points: terms.points,
                vouchers: terms.vouchers,
                keyset: Some(open.keyset),
                digest: None,
                reference: None,
                link: Some(link),
                outcome: Outcome::Withdrawn,
            });
        }
        Ok(Sealed::new(()))
    }

    fn claim_position(&self, link: &Link) -> Option<usize> {
        let is_it = |open: &OpenOrder| matches!(&open.task, Task::Claim { link: of, .. } if of == link);
        self.book.open.iter().position(is_it)
    }

    /// Whether the store made just what was asked for (WALLET-20).
    fn check_claimed(&self, at: usize, order: &Order) -> Result<(), WalletError> {
        let open = self.book.open.get(at).ok_or(WalletError::NoSuchClaim)?;
        let store = match &open.task {
            Task::Claim { terms, .. } => terms.store,
            Task::Refund { refunded, .. } => refunded.store,
            Task::Spend { .. } | Task::Complete { .. } | Task::Recovered { .. } => {
                return Err(WalletError::NoSuchClaim);
            }
        };
        // Once one order is certified, no other can take its place: the coins are the same ones.
        if open.certificate.is_some() && open.order() != Some(order) {
            return Err(WalletError::OtherOrder(store));
        }
        let ours = order.federation == self.book.federation
            && order.keyset == open.keyset
            && order.purpose == Purpose::Earn
            && order.store == store
            && order.inputs.is_empty()
            && order.outputs == open.outputs;
        if ours { Ok(()) } else { Err(WalletError::OtherOrder(store)) }
    }

    pub(super) fn check_federation(&self, charter: &Charter) -> Result<(), WalletError> {
        if *charter.federation() == self.book.federation { Ok(()) } else { Err(WalletError::OtherFederation) }
    }

    /// Derives and blinds coins of these kinds under the keyset's next order number; the slot is the kind's place in
    /// the list (WALLET-13).
    pub(super) fn blind_outputs(&self, keyset: &Keyset, kinds: &[Kind]) -> Result<Blinded, WalletError> {
        let number = self.next_number(keyset.id());
        let mut made: Vec<(Output, u16)> = Vec::with_capacity(kinds.len());
        for (slot, kind) in (0u16..).zip(kinds) {
            let place = Place { keyset: keyset.id(), device: self.book.device, order: number, slot };
            let blinded = self.blinded_at(&place);
            made.push((Output { class: Class { keyset: keyset.id(), kind: *kind }, blinded }, slot));
        }
        made.sort_by_key(|(output, _)| output.blinded);
        let (outputs, slots): (Vec<Output>, Vec<u16>) = made.into_iter().unzip();
        let outputs = Outputs::new(outputs).map_err(|_| WalletError::TooManyCoins)?;
        Ok(Blinded { number, outputs, slots })
    }

    /// B = r·H(P) of the coin at a place of the seed.
    pub(super) fn blinded_at(&self, place: &Place) -> PointBytes {
        self.blinded_of(&self.coin_secret(place).public().encode(), place)
    }

    /// The same of a coin whose P is known.
    pub(super) fn blinded_of(&self, point: &PointBytes, place: &Place) -> PointBytes {
        CoinHash::of(point).blind(&self.blind_factor(place)).encode()
    }
}

impl OpenOrder {
    /// What is sent to claim it, if it is a claim.
    fn claim_request(&self) -> Option<ClaimRequest> {
        match &self.task {
            Task::Claim { link, secret, .. } => Some(ClaimRequest {
                link: link.clone(),
                secret: secret.clone(),
                keyset: self.keyset,
                outputs: self.outputs.clone(),
            }),
            _ => None,
        }
    }
}

impl Record {
    fn is_claim_of(&self, link: &Link) -> bool {
        self.purpose == Purpose::Earn && self.outcome == Outcome::Certified && self.link.as_ref() == Some(link)
    }
}

/// One of the keysets that issue now, each as likely as the others: the wallet chooses it, never the store (WALLET-11).
pub(super) fn open_keyset(charter: &Charter, now: Seconds, entropy: Entropy) -> Result<&Keyset, WalletError> {
    let open: Vec<&Keyset> = charter.keysets().filter(|keyset| now < keyset.issue_until()).collect();
    draw_keyset(&open, entropy)
}

/// One of these keysets, each as likely as the others.
pub(super) fn draw_keyset<'c>(open: &[&'c Keyset], entropy: Entropy) -> Result<&'c Keyset, WalletError> {
    entropy.draw(open.len()).and_then(|place| open.get(place).copied()).ok_or(WalletError::NoOpenKeyset)
}
