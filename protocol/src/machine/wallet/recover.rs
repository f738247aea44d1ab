//! Recovering: an order that a lost wallet of the same seed made gives back the coins that it made.
//!
//! Whoever keeps the 24 words and knows an order can ask any store for its certificate and evaluations. Which outputs
//! are the seed's own is found by making them again: B = r·H(c·G) at every place where the lost wallet may have been.
//! The wallet that recovers has a device index that none of the seed had before (RESTORE-1).
//! Whether a coin was spent since is not known here, unless the order that spent it is recovered too. So the coins are
//! unproven, and are spent alone ([`Wallet::prove`]).

use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};

use crate::{
    machine::durable::Sealed,
    message::{
        amount::Points,
        certificate::Certificate,
        charter::Charter,
        class::Kind,
        evaluation::Evaluation,
        ids::{CampaignId, OrderDigest},
        order::{Order, Seconds},
    },
};

use super::{
    ClaimedOrder, Coin, OpenOrder, Outcome, Place, Record, Settled, Task, VoucherCount, Wallet, WalletError,
    answer::count_vouchers, find::Found,
};

/// What came back.
#[derive(Clone, Debug)]
pub struct Recovered {
    /// Where the order stands.
    pub settled: Settled,
    /// How many coins the wallet has now that it had not before; none if all of them were known.
    pub coins: usize,
    /// Points among them.
    pub points: Points,
    /// Vouchers among them.
    pub vouchers: Vec<VoucherCount>,
    /// Ballots among them, one entry each.
    pub ballots: Vec<CampaignId>,
    /// Whether a wallet with this one's device index, which knew more than this one does, made the order or its coins
    /// (RESTORE-11): an older copy of this wallet, or one made anew under the same index. Its other orders may use
    /// numbers that this wallet will use again, and a number that is used twice makes coins that were spent before.
    /// (Somebody who copied a B of this wallet into an order of their own looks the same.)
    pub behind: bool,
}

impl Wallet {
    /// Takes an order that a wallet of the same seed made, its certificate and evaluations, and adds the coins that are
    /// the seed's own, unproven. Nothing is believed: certificate (RESTORE-2) and evaluations (RESTORE-5) are checked as
    /// ever, and outputs of others are left alone. Coins that the order spent are dropped, and do not come back
    /// (RESTORE-8). Repeats are harmless (RESTORE-10).
    ///
    /// # Errors
    /// [`WalletError::OtherFederation`] of charter or order; [`WalletError::NoSuchKeyset`] of the order or an output;
    /// [`WalletError::Certificate`]; [`WalletError::NotOurs`] if neither an output nor an input is found. Nothing has
    /// changed then (RESTORE-6). An order of this wallet's own fails as in [`Wallet::handle_answer`] and
    /// [`Wallet::handle_claim_answer`].
    pub fn recover(
        &mut self,
        charter: &Charter,
        order: Order,
        certificate: Certificate,
        evaluations: &[Evaluation],
        now: Seconds,
    ) -> Result<Sealed<Recovered>, WalletError> {
        self.recover_by(charter, order, certificate, evaluations, now, Self::find)
    }

    /// The same with what `find` finds of the order.
    pub(super) fn recover_by(
        &mut self,
        charter: &Charter,
        order: Order,
        certificate: Certificate,
        evaluations: &[Evaluation],
        now: Seconds,
        find: impl FnOnce(&Self, &Order) -> Found,
    ) -> Result<Sealed<Recovered>, WalletError> {
        self.check_federation(charter)?;
        if order.federation != self.book.federation {
            return Err(WalletError::OtherFederation);
        }
        let digest = order.digest();
        let keyset = charter.keyset(order.keyset).ok_or(WalletError::NoSuchKeyset(order.keyset))?;
        let mut keysets = order.outputs.iter().map(|output| output.class.keyset);
        if let Some(unknown) = keysets.find(|id| charter.keyset(*id).is_none()) {
            return Err(WalletError::NoSuchKeyset(unknown));
        }
        let certificate = certificate.verify(keyset, &digest)?.into_certificate();
        let before: BTreeSet<(Place, OrderDigest)> = self.book.coins.iter().map(name).collect();
        let mut behind = false;
        let settled = if self.position_of(&digest).is_some() {
            // An order of this wallet's own, or one that it recovered before.
            self.take_answer(charter, &digest, certificate, evaluations, now)?
        } else if let Some(at) = self.claim_answered_by(&order) {
            let answer = ClaimedOrder { order, certificate, evaluations: evaluations.to_vec() };
            self.take_claim_answer(charter, at, answer, now)?
        } else if self.is_done(&digest) {
            nothing_new(digest)
        } else {
            let found = find(self, &order);
            if found.is_nothing() {
                return Err(WalletError::NotOurs(digest));
            }
            behind = found.is_on(self.book.device);
            let sorted = self.sort(charter, &order, &digest, evaluations);
            match self.adopt(&order, digest, found, certificate, now) {
                true => self.apply_evaluations(charter, &order, &digest, sorted),
                false => nothing_new(digest),
            }
        };
        self.forget_spent(charter, now);
        let new = |coin: &&Coin| coin.origin == digest && !before.contains(&name(coin));
        let kinds: Vec<Kind> = self.book.coins.iter().filter(new).map(|coin| coin.kind).collect();
        Ok(Sealed::new(Recovered {
            settled,
            coins: kinds.len(),
            points: points_of(&kinds),
            vouchers: count_vouchers(kinds.iter().copied()),
            ballots: kinds.iter().filter_map(|kind| ballot(*kind)).collect(),
            behind,
        }))
    }

    /// Whether an order came to its end in this wallet: what is left of its coins is here already. Where the history has
    /// forgotten it, the coins that are here and the keys that are spent still bring nothing back twice (RESTORE-10).
    fn is_done(&self, digest: &OrderDigest) -> bool {
        let ended =
            |record: &Record| matches!(record.outcome, Outcome::Certified | Outcome::Refunded | Outcome::Recovered);
        self.book.history.iter().any(|record| ended(record) && record.digest == Some(*digest))
    }

    /// Adds the coins, the order to be completed, and a line of history; drops what it spent. False if there is nothing
    /// of all this to do.
    fn adopt(
        &mut self,
        order: &Order,
        digest: OrderDigest,
        found: Found,
        certificate: Certificate,
        now: Seconds,
    ) -> bool {
        found.places().for_each(|place| self.pass_number(place));
        let mut places = found.outputs;
        let coins = self.new_coins(order, digest, &mut places);
        if coins.is_empty() && found.inputs.is_empty() {
            return false;
        }
        let kinds: Vec<Kind> = coins.iter().map(|coin| coin.kind).collect();
        self.book.coins.extend(coins);
        self.drop_spent(order);
        self.book.open.push(OpenOrder {
            keyset: order.keyset,
            device: self.book.device,
            number: 0,
            outputs: order.outputs.clone(),
            slots: Vec::new(),
            task: Task::Recovered { order: order.clone(), places, usable: false },
            certificate: Some(certificate),
            since: now,
        });
        self.remember(Record {
            at: now,
            purpose: order.purpose,
            store: order.store,
            points: points_of(&kinds),
            vouchers: count_vouchers(kinds.iter().copied()),
            keyset: Some(order.keyset),
            digest: Some(digest),
            reference: Some(order.reference),
            link: None,
            outcome: Outcome::Recovered,
        });
        true
    }

    /// The coins to add (RESTORE-7). Places whose coin stays out are struck out.
    ///
    /// Anybody may certify a copy of B in an order of their own. One B is one P, which is spent once. Of which class the
    /// lost wallet's coin was is not to be seen, so one of each class is kept, and the owner loses nothing by a copy; but
    /// nothing comes beside a coin that this wallet got itself, or that is bound, spent or still to come.
    fn new_coins(&self, order: &Order, origin: OrderDigest, places: &mut [Option<Place>]) -> Vec<Coin> {
        let promised = self.promised();
        let mut coins = Vec::new();
        for (output, noted) in order.outputs.iter().zip(places) {
            let Some(place) = *noted else { continue };
            let (kind, point) = (output.class.kind, self.coin_secret(&place).public().encode());
            let in_the_way =
                |coin: &Coin| coin.place == place && (coin.kind == kind || coin.held_by.is_some() || !coin.unproven);
            let spends_it = order.keyset == place.keyset && order.inputs.iter().any(|input| input.point == point);
            if spends_it
                || promised.contains(&place)
                || self.is_spent(place.keyset, &point)
                || self.book.coins.iter().any(in_the_way)
            {
                *noted = None;
                continue;
            }
            let components = BTreeMap::new();
            coins.push(Coin { place, kind, point, components, origin, held_by: None, unproven: true });
        }
        coins
    }

    /// What a certified order spent is gone (RESTORE-8), but for coins in an open order: that one is to be proven dead
    /// first.
    pub(super) fn drop_spent(&mut self, order: &Order) {
        self.note_spent(order);
        let spent = self.book.spent.get(&order.keyset);
        let gone =
            |coin: &Coin| coin.place.keyset == order.keyset && spent.is_some_and(|spent| spent.contains(&coin.point));
        self.book.coins.retain(|coin| coin.held_by.is_some() || !gone(coin));
    }

    /// Places of coins that open orders will make once they are certified.
    fn promised(&self) -> BTreeSet<Place> {
        let open = self.book.open.iter().filter(|open| open.certificate.is_none());
        open.flat_map(|open| (0..open.outputs.len()).filter_map(|position| open.place(position))).collect()
    }

    /// No number that was found on this device is used again (RESTORE-9).
    pub(super) fn pass_number(&mut self, place: &Place) {
        if place.device == self.book.device && place.order >= self.next_number(place.keyset) {
            self.use_number(place.keyset, place.order);
        }
    }
}

/// What is said of an order that brings nothing.
fn nothing_new(digest: OrderDigest) -> Settled {
    Settled { digest, usable: true, complete: true, spoiled: 0, evidence: Vec::new() }
}

fn name(coin: &Coin) -> (Place, OrderDigest) {
    (coin.place, coin.origin)
}

fn points_of(kinds: &[Kind]) -> Points {
    kinds.iter().fold(Points::ZERO, |sum, kind| Points(sum.0.saturating_add(kind.points().0)))
}

fn ballot(kind: Kind) -> Option<CampaignId> {
    match kind {
        Kind::Ballot { campaign } => Some(campaign),
        Kind::Points { .. } | Kind::Voucher { .. } => None,
    }
}
