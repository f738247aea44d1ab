//! Spending: one order, signed once, kept until it is certified or proven dead.

use alloc::vec::Vec;

use crate::{
    crypto::{
        Entropy,
        spend::{SpendPurpose, sign},
    },
    limits::MAX_PURSE,
    machine::durable::{Durable, Sealed},
    message::{
        amount::Points,
        charter::{Charter, Keyset},
        class::Kind,
        codec::Bounded,
        ids::{AssociationId, CampaignId, KeysetId, OrderDigest, Reference, StoreId, WitnessIndex},
        offer::VerifiedOffer,
        order::{Authorization, Column, Columns, Input, Inputs, Order, Purpose, Seconds, SignedOrder, Submission},
    },
};

use super::{
    Coin, Link, OpenOrder, Outcome, Task, VoucherCount, Wallet, WalletError, canonical_split,
    claim::Blinded,
    select::{Selection, Want},
};

const HOUR: Seconds = 3600;

/// What a customer pays at a till.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Payment {
    /// In points: a multiple of the offer's step.
    pub points: Points,
    /// In vouchers.
    pub vouchers: Vec<VoucherCount>,
}

/// The parts of an order that its purpose decides.
pub(super) struct Frame {
    store: StoreId,
    purpose: Purpose,
    reference: Reference,
    time: Seconds,
    link: Option<Link>,
}

impl Frame {
    /// Of an order that concerns no store. The phone's clock is a fingerprint: only its hour is told (WALLET-17).
    pub(super) fn apart(purpose: Purpose, now: Seconds) -> Self {
        let time = now.saturating_sub(now.checked_rem(HOUR).unwrap_or(0));
        Self { store: StoreId::NONE, purpose, reference: Reference::NONE, time, link: None }
    }
}

impl Wallet {
    /// Pays an offer, within its terms (WALLET-18, WALLET-23). The wallet picks coins and makes change; the store sees
    /// a sum.
    pub fn pay(
        &mut self,
        charter: &Charter,
        offer: &VerifiedOffer,
        payment: &Payment,
        link: Option<Link>,
        now: Seconds,
        entropy: Entropy,
    ) -> Result<Sealed<Submission>, WalletError> {
        self.check_federation(charter)?;
        self.check_not_searching()?;
        let terms = offer.get();
        if terms.federation != self.book.federation {
            return Err(WalletError::OtherFederation);
        }
        if now >= terms.expiry {
            return Err(WalletError::OfferExpired(terms.expiry));
        }
        let reference = terms.reference();
        self.check_unpaid(&reference)?;
        // A step of 0 fits nothing: the store would owe back whatever is paid.
        if payment.points.0.checked_rem(terms.step.0) != Some(0) {
            return Err(WalletError::OffStep { step: terms.step });
        }
        let mut total = payment.points;
        let mut extras = Vec::new();
        for voucher in &payment.vouchers {
            let known = charter.offer(voucher.offer).ok_or(WalletError::NoSuchOffer(voucher.offer))?;
            let of_offer = |coin: &&Coin| coin.kind == Kind::Voucher { offer: voucher.offer } && coin.held_by.is_none();
            let held = self.book.coins.iter().filter(of_offer).count();
            if usize::try_from(voucher.count).map_or(true, |count| count > held) {
                return Err(WalletError::NoVoucher(voucher.offer));
            }
            for _ in 0..voucher.count {
                total = total.plus(known.value)?;
                extras.push(Kind::Voucher { offer: voucher.offer });
            }
        }
        if total > terms.max {
            return Err(WalletError::OverMaximum { max: terms.max });
        }
        let frame = Frame { store: terms.store, purpose: Purpose::Redeem, reference, time: terms.time, link };
        self.spend(charter, frame, &Want { points: payment.points, extras: &extras }, now, entropy)
    }

    /// Gives points to an association.
    pub fn donate(
        &mut self,
        charter: &Charter,
        association: AssociationId,
        points: Points,
        now: Seconds,
        entropy: Entropy,
    ) -> Result<Sealed<Submission>, WalletError> {
        self.check_federation(charter)?;
        self.check_not_searching()?;
        if charter.association(association).is_none_or(|known| known.closed) {
            return Err(WalletError::NoSuchAssociation(association));
        }
        let frame = Frame::apart(Purpose::Donate { association }, now);
        self.spend(charter, frame, &Want { points, extras: &[] }, now, entropy)
    }

    /// Casts a ballot for a choice, counted from 0.
    pub fn vote(
        &mut self,
        charter: &Charter,
        campaign: CampaignId,
        choice: u8,
        now: Seconds,
        entropy: Entropy,
    ) -> Result<Sealed<Submission>, WalletError> {
        self.check_federation(charter)?;
        self.check_not_searching()?;
        let known = charter.campaign(campaign).filter(|known| now < known.end);
        if known.is_none_or(|known| usize::from(choice) >= known.choices.len()) {
            return Err(WalletError::NoSuchChoice(campaign));
        }
        let frame = Frame::apart(Purpose::Vote { campaign, choice }, now);
        let extras = [Kind::Ballot { campaign }];
        let want = Want { points: Points::ZERO, extras: &extras };
        let no_ballot = |error| match error {
            WalletError::NotEnough { .. } => WalletError::NoBallot(campaign),
            other => other,
        };
        self.spend(charter, frame, &want, now, entropy).map_err(no_ballot)
    }

    /// Exchanges the point coins of a keyset for the canonical ones of the same sum: fewer of them, or (`refresh`)
    /// in any case, which also makes coins with missing components whole.
    pub fn swap(
        &mut self,
        charter: &Charter,
        keyset: KeysetId,
        refresh: bool,
        now: Seconds,
        entropy: Entropy,
    ) -> Result<Sealed<Submission>, WalletError> {
        self.check_federation(charter)?;
        self.check_not_searching()?;
        let keyset = charter.keyset(keyset).ok_or(WalletError::NoSuchKeyset(keyset))?;
        let selection = self.select_most(keyset, keyset, None).ok_or(WalletError::Nothing)?;
        let sum = sum_of(&selection.coins)?;
        let outputs = canonical_split(sum, keyset.denominations())?;
        if !refresh && outputs.len() >= selection.coins.len() {
            return Err(WalletError::Nothing);
        }
        self.sign_order(keyset, Frame::apart(Purpose::Swap, now), &selection, &points(outputs), now, entropy)
    }

    /// Keysets in which the purse holds more point coins than it should, so that a swap is due (WALLET-19).
    pub fn crowded(&self) -> Vec<KeysetId> {
        let mut counts = alloc::collections::BTreeMap::<KeysetId, usize>::new();
        for coin in self.book.coins.iter().filter(|coin| coin.is_free() && !coin.components.is_empty()) {
            if matches!(coin.kind, Kind::Points { .. }) {
                let count = counts.entry(coin.place.keyset).or_default();
                *count = count.saturating_add(1);
            }
        }
        counts.into_iter().filter(|(_, count)| *count > MAX_PURSE).map(|(keyset, _)| keyset).collect()
    }

    /// What was signed, in the very same bytes, with the columns that its coins give now (WALLET-35). The proof says that
    /// the wallet, with this order, is on disk.
    pub fn submission(&self, digest: &OrderDigest, _proof: &Durable) -> Option<Submission> {
        let open = self.position_of(digest).and_then(|at| self.book.open.get(at))?;
        let Task::Spend { submission, .. } = &open.task else { return None };
        let columns = self.columns_of(digest, &submission.signed.order).unwrap_or_else(|| submission.columns.clone());
        Some(Submission { signed: submission.signed.clone(), columns })
    }

    /// The columns of an open order by the components that have come so far; none if its coins are not here.
    fn columns_of(&self, digest: &OrderDigest, order: &Order) -> Option<Columns> {
        let held = |input: &Input| {
            let own =
                |coin: &&Coin| coin.held_by == Some(*digest) && coin.kind == input.kind && coin.point == input.point;
            self.book.coins.iter().find(own).cloned()
        };
        let coins: Vec<Coin> = order.inputs.iter().map(held).collect::<Option<_>>()?;
        let first: Vec<WitnessIndex> = coins.first()?.components.keys().copied().collect();
        let common = |index: &WitnessIndex| coins.iter().all(|coin| coin.components.contains_key(index));
        let witnesses = first.into_iter().filter(common).collect();
        columns(&Selection { coins, witnesses }).ok()
    }

    /// One order for an offer (WALLET-24).
    fn check_unpaid(&self, reference: &Reference) -> Result<(), WalletError> {
        let mut orders = self.book.open.iter().filter_map(OpenOrder::order);
        if let Some(order) = orders.find(|order| order.reference == *reference) {
            return Err(WalletError::AlreadyPaying(order.digest()));
        }
        let paid = |record: &super::Record| {
            matches!(record.outcome, Outcome::Certified | Outcome::Recovered)
                && record.reference.as_ref() == Some(reference)
        };
        if self.book.history.iter().any(paid) { Err(WalletError::AlreadyPaid) } else { Ok(()) }
    }

    fn spend(
        &mut self,
        charter: &Charter,
        frame: Frame,
        want: &Want<'_>,
        now: Seconds,
        entropy: Entropy,
    ) -> Result<Sealed<Submission>, WalletError> {
        if want.points == Points::ZERO && want.extras.is_empty() {
            return Err(WalletError::Nothing);
        }
        let (keyset, selection) = self.select(charter, want, now).map_err(|error| match (error, want.extras) {
            // The points are there, but not in one keyset with the voucher.
            (WalletError::NotEnough { wanted, available }, [Kind::Voucher { offer }, ..]) if wanted <= available => {
                self.unproven_voucher(want.extras).map_or(WalletError::NoVoucher(*offer), WalletError::VoucherAlone)
            }
            (error, _) => error,
        })?;
        let change = sum_of(&selection.coins)?.minus(want.points)?;
        let change = points(canonical_split(change, keyset.denominations())?);
        self.sign_order(keyset, frame, &selection, &change, now, entropy)
    }

    /// Makes and signs an order within one keyset.
    pub(super) fn sign_order(
        &mut self,
        keyset: &Keyset,
        frame: Frame,
        selection: &Selection,
        kinds: &[Kind],
        now: Seconds,
        entropy: Entropy,
    ) -> Result<Sealed<Submission>, WalletError> {
        self.sign_into((keyset, keyset), frame, selection, kinds, now, entropy)
    }

    /// Makes and signs an order that spends coins of the first keyset and makes coins of the second; from then on its
    /// coins are held by it (WALLET-4).
    pub(super) fn sign_into(
        &mut self,
        (keyset, into): (&Keyset, &Keyset),
        frame: Frame,
        selection: &Selection,
        kinds: &[Kind],
        now: Seconds,
        entropy: Entropy,
    ) -> Result<Sealed<Submission>, WalletError> {
        let Blinded { number, outputs, slots } = self.blind_outputs(into, kinds)?;
        let inputs = selection.coins.iter().map(|coin| Input { kind: coin.kind, point: coin.point }).collect();
        let order = Order {
            federation: self.book.federation,
            keyset: keyset.id(),
            store: frame.store,
            purpose: frame.purpose,
            reference: frame.reference,
            time: frame.time,
            inputs: Inputs::new(inputs).map_err(|_| WalletError::TooManyCoins)?,
            outputs: outputs.clone(),
        };
        let digest = order.digest();
        let authorization = self.sign_with(&selection.coins, &digest, entropy)?;
        let submission = Submission { signed: SignedOrder { order, authorization }, columns: columns(selection)? };
        // Nothing fails from here on. A number without outputs could not be found again (RESTORE-32).
        if !outputs.is_empty() {
            self.use_number(into.id(), number);
        }
        let picked = |coin: &&mut Coin| selection.coins.iter().any(|of| of.point == coin.point);
        self.book.coins.iter_mut().filter(picked).for_each(|coin| coin.held_by = Some(digest));
        self.book.open.push(OpenOrder {
            keyset: into.id(),
            device: self.book.device,
            number,
            outputs,
            slots,
            task: Task::Spend { submission: submission.clone(), link: frame.link },
            certificate: None,
            since: now,
        });
        Ok(Sealed::new(submission))
    }

    fn sign_with(&self, coins: &[Coin], digest: &OrderDigest, entropy: Entropy) -> Result<Authorization, WalletError> {
        let secrets: Vec<_> = coins.iter().map(|coin| self.coin_secret(&coin.place)).collect();
        if secrets.iter().zip(coins).any(|(secret, coin)| secret.public().encode() != coin.point) {
            return Err(WalletError::ForeignCoin);
        }
        let keys: Vec<_> = secrets.iter().collect();
        Ok(Authorization::Spend(sign(SpendPurpose::Order, &keys, &digest.0, entropy)?))
    }
}

pub(super) fn points(denominations: Vec<u64>) -> Vec<Kind> {
    denominations.into_iter().map(|denomination| Kind::Points { denomination }).collect()
}

pub(super) fn sum_of(coins: &[Coin]) -> Result<Points, WalletError> {
    Ok(Points::sum(coins.iter().map(|coin| coin.kind.points()))?)
}

/// The same witnesses for every input: those that have a component of each.
pub(super) fn columns(selection: &Selection) -> Result<Columns, WalletError> {
    let mut columns = Vec::with_capacity(selection.witnesses.len());
    for index in &selection.witnesses {
        let components = selection.coins.iter().filter_map(|coin| coin.components.get(index).copied()).collect();
        let components = Bounded::new(components).map_err(|_| WalletError::TooManyCoins)?;
        columns.push(Column { index: *index, components });
    }
    Columns::new(columns).map_err(|_| WalletError::TooManyCoins)
}
