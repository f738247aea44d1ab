//! What comes back: certificates, evaluations, and proof that an order is dead.

use alloc::{collections::BTreeMap, vec::Vec};

use crate::{
    crypto::{group::Point, poprf::unblind_all},
    machine::durable::Sealed,
    message::{
        certificate::{Certificate, VerifiedCertificate},
        charter::Charter,
        class::Kind,
        evaluation::{Evaluation, EvaluationError, VerifiedEvaluation, outputs_of},
        evidence::{Evidence, conflict},
        ids::{KeysetId, OfferId, OrderDigest, WitnessIndex},
        order::{Order, Purpose, Seconds},
    },
};

use super::{Coin, OpenOrder, Outcome, Record, Task, VoucherCount, Wallet, WalletError, view::moved};

/// Where an order stands after an answer.
#[derive(Clone, Debug)]
pub struct Settled {
    /// Which order.
    pub digest: OrderDigest,
    /// Whether its coins can be spent: a quorum has evaluated them, or there are none.
    pub usable: bool,
    /// Whether no witness's component is missing.
    pub complete: bool,
    /// Evaluations that could not be used and accuse nobody: whoever relayed them spoiled them.
    pub spoiled: usize,
    /// Witnesses that signed a wrong proof. Kept in the wallet.
    pub evidence: Vec<Evidence>,
}

/// Evaluations that were looked at, before anything is changed.
#[derive(Default)]
pub(super) struct Sorted {
    good: Vec<(KeysetId, VerifiedEvaluation)>,
    spoiled: usize,
    evidence: Vec<Evidence>,
}

impl Wallet {
    /// Takes an order's certificate (WALLET-27) and whatever evaluations came with it. Repeats are harmless.
    ///
    /// # Errors
    /// [`WalletError::Certificate`] if the certificate proves nothing; nothing has changed then.
    pub fn handle_answer(
        &mut self,
        charter: &Charter,
        digest: &OrderDigest,
        certificate: Certificate,
        evaluations: &[Evaluation],
        now: Seconds,
    ) -> Result<Sealed<Settled>, WalletError> {
        self.check_federation(charter)?;
        Ok(Sealed::new(self.take_answer(charter, digest, certificate, evaluations, now)?))
    }

    pub(super) fn take_answer(
        &mut self,
        charter: &Charter,
        digest: &OrderDigest,
        certificate: Certificate,
        evaluations: &[Evaluation],
        now: Seconds,
    ) -> Result<Settled, WalletError> {
        let (at, order) = self.open_order(digest)?;
        let keyset = charter.keyset(order.keyset).ok_or(WalletError::NoSuchKeyset(order.keyset))?;
        let certificate = certificate.verify(keyset, digest)?;
        let sorted = self.sort(charter, &order, digest, evaluations);
        self.apply_certificate(at, &order, certificate, now);
        self.forget_spent(charter, now);
        Ok(self.apply_evaluations(charter, &order, digest, sorted))
    }

    /// Takes evaluations of an order whose certificate the wallet already has: components that were missing.
    pub fn handle_evaluations(
        &mut self,
        charter: &Charter,
        digest: &OrderDigest,
        evaluations: &[Evaluation],
    ) -> Result<Sealed<Settled>, WalletError> {
        self.check_federation(charter)?;
        let (at, order) = self.open_order(digest)?;
        if self.book.open.get(at).is_none_or(|open| open.certificate.is_none()) {
            return Err(WalletError::NotCertified(*digest));
        }
        let sorted = self.sort(charter, &order, digest, evaluations);
        Ok(Sealed::new(self.apply_evaluations(charter, &order, digest, sorted)))
    }

    /// Takes the proof that an open order can never be certified: the certificate of one that conflicts with it. Its
    /// coins are free again, but for those that the other order spent (WALLET-8).
    pub fn handle_conflict(
        &mut self,
        charter: &Charter,
        digest: &OrderDigest,
        other: &Order,
        certificate: Certificate,
        now: Seconds,
    ) -> Result<Sealed<()>, WalletError> {
        self.check_federation(charter)?;
        let (at, order) = self.open_order(digest)?;
        let certified = self.book.open.get(at).is_none_or(|open| open.certificate.is_some());
        if certified || !conflict(&order, other) {
            return Err(WalletError::NoConflict);
        }
        let keyset = charter.keyset(other.keyset).ok_or(WalletError::NoSuchKeyset(other.keyset))?;
        certificate.verify(keyset, &other.digest())?;
        let open = self.book.open.remove(at);
        let spent = |coin: &Coin| other.inputs.iter().any(|input| input.point == coin.point);
        // One that the dead order did not bind is gone too, but while another open order still binds it (RESTORE-8).
        let free = |coin: &Coin| coin.held_by.is_none_or(|by| by == *digest);
        self.book.coins.retain(|coin| !(spent(coin) && free(coin)));
        self.note_spent(other);
        let held = self.book.coins.iter_mut().filter(|coin| coin.held_by == Some(*digest));
        held.for_each(|coin| coin.held_by = None);
        self.remember(record_of(&order, &open, Outcome::Lost, now));
        Ok(Sealed::new(()))
    }

    fn open_order(&self, digest: &OrderDigest) -> Result<(usize, Order), WalletError> {
        let at = self.position_of(digest).ok_or(WalletError::NoSuchOrder(*digest))?;
        let order = self.book.open.get(at).and_then(OpenOrder::order).cloned();
        order.map(|order| (at, order)).ok_or(WalletError::NoSuchOrder(*digest))
    }

    /// Signature first (a bad one is the relay's fault), then proof (a bad one is the witness's). Keeps WALLET-28 and
    /// WALLET-29.
    pub(super) fn sort(
        &self,
        charter: &Charter,
        order: &Order,
        digest: &OrderDigest,
        evaluations: &[Evaluation],
    ) -> Sorted {
        let mut sorted = Sorted::default();
        for evaluation in evaluations {
            if outputs_of(order, evaluation.keyset).next().is_none() {
                continue;
            }
            let Some(keyset) = charter.keyset(evaluation.keyset) else {
                sorted.spoiled = sorted.spoiled.saturating_add(1);
                continue;
            };
            match evaluation.verify(keyset, order, digest) {
                Ok(verified) => sorted.good.push((keyset.id(), verified)),
                Err(EvaluationError::BadProof(_)) => {
                    let (order, evaluation) = (order.clone(), evaluation.clone());
                    sorted.evidence.push(Evidence::BadEvaluation { order, evaluation });
                }
                Err(
                    EvaluationError::Misplaced | EvaluationError::NoSuchWitness(_) | EvaluationError::BadSignature(_),
                ) => sorted.spoiled = sorted.spoiled.saturating_add(1),
            }
        }
        sorted
    }

    /// The order is done as far as its inputs go: they are spent, and its outputs are coins to come.
    fn apply_certificate(&mut self, at: usize, order: &Order, certificate: VerifiedCertificate, now: Seconds) {
        let digest = certificate.digest();
        let Some(open) = self.book.open.get_mut(at).filter(|open| open.certificate.is_none()) else { return };
        open.certificate = Some(certificate.into_certificate());
        let open = open.clone();
        self.note_payment(order, &digest, now);
        self.book.coins.retain(|coin| coin.held_by != Some(digest));
        self.note_spent(order);
        for (position, output) in open.outputs.iter().enumerate() {
            let Some(place) = open.place(position) else { continue };
            let point = self.coin_secret(&place).public().encode();
            let kind = output.class.kind;
            let components = BTreeMap::new();
            // Another wallet of the seed may have spent it since (RESTORE-13); a search finds an order that was open too.
            let unproven = self.book.searching || place.device != self.book.device;
            let coin = Coin { place, kind, point, components, origin: digest, held_by: None, unproven };
            self.book.coins.push(coin);
        }
        let outcome = match &open.task {
            Task::Refund { refunded, .. } => {
                self.forget_payment(&refunded.digest());
                Outcome::Refunded
            }
            _ => Outcome::Certified,
        };
        self.remember(record_of(order, &open, outcome, now));
    }

    pub(super) fn apply_evaluations(
        &mut self,
        charter: &Charter,
        order: &Order,
        digest: &OrderDigest,
        sorted: Sorted,
    ) -> Settled {
        self.take_components(order, digest, &sorted.good);
        for evidence in &sorted.evidence {
            let id = evidence.id();
            if !self.book.evidence.iter().any(|known| known.id() == id) {
                self.book.evidence.push(evidence.clone());
            }
        }
        let made = self.book.coins.iter().filter(|coin| coin.origin == *digest);
        let (mut usable, mut complete) = (true, true);
        for coin in made {
            let quorum = charter.keyset(coin.place.keyset).map(|keyset| keyset.quorum());
            usable &= quorum.is_some_and(|quorum| coin.components.len() >= quorum.votes());
            complete &= quorum.is_some_and(|quorum| coin.components.len() >= quorum.witnesses());
        }
        if usable
            && let Some(at) = self.position_of(digest)
            && let Some(open) = self.book.open.get_mut(at)
        {
            match &mut open.task {
                Task::Recovered { usable, .. } => *usable = true,
                // The change is verified: the MAC columns need not be shown again.
                task => *task = Task::Complete { order: order.clone() },
            }
        }
        self.forget_completed(charter);
        Settled { digest: *digest, usable, complete, spoiled: sorted.spoiled, evidence: sorted.evidence }
    }

    /// Unblinds what is not here yet: of each output the elements of all witnesses together, which costs least.
    fn take_components(&mut self, order: &Order, digest: &OrderDigest, good: &[(KeysetId, VerifiedEvaluation)]) {
        let Some(open) = self.position_of(digest).and_then(|at| self.book.open.get(at)).cloned() else { return };
        let mut slots = BTreeMap::<KeysetId, usize>::new();
        for (position, output) in order.outputs.iter().enumerate() {
            let keyset = output.class.keyset;
            let next = slots.entry(keyset).or_default();
            let slot = *next;
            *next = next.saturating_add(1);
            let of_slot = good.iter().filter(|(of, _)| *of == keyset);
            let of_slot = of_slot.filter_map(|(_, made)| Some((made.index(), *made.evaluated().get(slot)?)));
            let Some(place) = open.place(position) else { continue };
            let blind = self.blind_factor(&place);
            // The place alone does not say the class: anybody may certify a copy of B in an order of their own.
            let made = |coin: &&mut Coin| coin.origin == *digest && coin.place == place;
            let Some(coin) = self.book.coins.iter_mut().find(made) else { continue };
            let lacking = of_slot.filter(|(index, _)| !coin.components.contains_key(index));
            let (witnesses, evaluated): (Vec<WitnessIndex>, Vec<Point>) = lacking.unzip();
            for (index, component) in witnesses.into_iter().zip(unblind_all(&evaluated, blind)) {
                coin.components.entry(index).or_insert_with(|| component.encode());
            }
        }
    }

    /// Orders whose every remaining coin is whole, or spent, need nothing more.
    fn forget_completed(&mut self, charter: &Charter) {
        let coins = &self.book.coins;
        let lacks = |coin: &Coin| {
            let witnesses = charter.keyset(coin.place.keyset).map_or(0, |keyset| keyset.quorum().witnesses());
            coin.components.len() < witnesses
        };
        self.book.open.retain(|open| match &open.task {
            Task::Complete { order } | Task::Recovered { order, .. } => {
                let digest = order.digest();
                coins.iter().any(|coin| coin.origin == digest && lacks(coin))
            }
            Task::Claim { .. } | Task::Spend { .. } | Task::Refund { .. } => true,
        });
    }

    /// Which witnesses' components are missing for an order that is certified.
    pub fn missing_components(&self, charter: &Charter, digest: &OrderDigest) -> Vec<WitnessIndex> {
        let made: Vec<&Coin> = self.book.coins.iter().filter(|coin| coin.origin == *digest).collect();
        let Some(keyset) = made.first().and_then(|coin| charter.keyset(coin.place.keyset)) else {
            return Vec::new();
        };
        let indices = keyset.members().iter().map(|member| member.index());
        indices.filter(|index| made.iter().any(|coin| !coin.components.contains_key(index))).collect()
    }
}

/// Vouchers among coins, by offer.
pub(super) fn count_vouchers(kinds: impl Iterator<Item = Kind>) -> Vec<VoucherCount> {
    let mut vouchers = BTreeMap::<OfferId, u32>::new();
    for kind in kinds {
        if let Kind::Voucher { offer } = kind {
            let count = vouchers.entry(offer).or_default();
            *count = count.saturating_add(1);
        }
    }
    vouchers.into_iter().map(|(offer, count)| VoucherCount { offer, count }).collect()
}

fn record_of(order: &Order, open: &OpenOrder, outcome: Outcome, now: Seconds) -> Record {
    let vouchers = match order.purpose {
        Purpose::Earn => count_vouchers(order.outputs.iter().map(|output| output.class.kind)),
        _ => count_vouchers(order.inputs.iter().map(|input| input.kind)),
    };
    Record {
        at: now,
        purpose: order.purpose,
        store: order.store,
        points: moved(order),
        vouchers,
        keyset: Some(order.keyset),
        digest: Some(order.digest()),
        reference: Some(order.reference),
        link: open.link().cloned(),
        outcome,
    }
}
