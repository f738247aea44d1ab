//! Recovering: an order that a lost wallet of the same seed made gives back the coins that it made.
//!
//! Whoever keeps the 24 words and knows an order can ask any store for its certificate and evaluations. Which outputs
//! are the seed's own is found by making them again: B = r·H(c·G) at every place where the lost wallet may have been.
//! The wallet that recovers has a device index that none of the seed had before (RESTORE-1).
//! Whether a coin was spent since is not known here, unless the order that spent it is recovered too. It shows when the
//! coin is spent: the order in the way is shown then, with its certificate, and [`Wallet::handle_conflict`] lets it go.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};

use crate::{
    crypto::group::PointBytes,
    machine::durable::Sealed,
    message::{
        amount::Points,
        certificate::Certificate,
        charter::Charter,
        class::Kind,
        evaluation::Evaluation,
        ids::{CampaignId, KeysetId, OrderDigest},
        order::{Order, Seconds},
    },
};

use super::{
    ClaimedOrder, Coin, OpenOrder, Outcome, Place, Record, Settled, Task, VoucherCount, Wallet, WalletError,
    answer::count_vouchers,
};

/// Order numbers that are searched, from 0: eleven orders a day in one keyset for a year.
const SEARCHED_NUMBERS: u64 = 4096;
/// Devices that are searched, this one and those before it: each restore takes the next index, and nobody loses more
/// wallets of one seed than this.
const SEARCHED_DEVICES: usize = 16;

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
    /// RESTORE-11.
    /// Whether a coin was made by a wallet with this one's device index, which knew more than this one does: an older
    /// copy of it, or one made anew under the same index. Its other orders may use numbers that this wallet will use
    /// again, and a number that is used twice makes coins that were spent before.
    pub behind: bool,
}

impl Wallet {
    /// Takes an order that a wallet of the same seed made, its certificate and evaluations, and adds the coins that are
    /// the seed's own. Nothing is believed: certificate (RESTORE-2) and evaluations (RESTORE-5) are checked as ever, and
    /// outputs of others are left alone. Coins that the order spent are dropped if they came back before. Repeats are
    /// harmless.
    ///
    /// # Errors
    /// [`WalletError::Certificate`], [`WalletError::NotOurs`], [`WalletError::KnownCoins`]; nothing has changed then.
    pub fn recover(
        &mut self,
        charter: &Charter,
        order: Order,
        certificate: Certificate,
        evaluations: &[Evaluation],
        now: Seconds,
    ) -> Result<Sealed<Recovered>, WalletError> {
        self.check_federation(charter)?;
        if order.federation != self.book.federation {
            return Err(WalletError::OtherFederation);
        }
        let digest = order.digest();
        let keyset = charter.keyset(order.keyset).ok_or(WalletError::NoSuchKeyset(order.keyset))?;
        let certificate = certificate.verify(keyset, &digest)?.into_certificate();
        let before: BTreeSet<(Place, OrderDigest)> = self.book.coins.iter().map(name).collect();
        let mut behind = false;
        let settled = if self.position_of(&digest).is_some() {
            // An order of this wallet's own, or one that it recovered before.
            self.take_answer(charter, &digest, certificate, evaluations, now)?
        } else if let Some(link) = self.claim_answered_by(&order) {
            let answer = ClaimedOrder { order, certificate, evaluations: evaluations.to_vec() };
            self.take_claim_answer(charter, &link, answer, now)?
        } else if self.is_done(&digest) {
            Settled { digest, usable: true, complete: true, spoiled: 0, evidence: Vec::new() }
        } else {
            let places = self.find_places(&order);
            if places.iter().all(Option::is_none) {
                return Err(WalletError::NotOurs(digest));
            }
            behind = places.iter().flatten().any(|place| place.device == self.book.device);
            let sorted = self.sort(charter, &order, &digest, evaluations);
            self.adopt(&order, digest, places, certificate, now)?;
            self.apply_evaluations(charter, &order, &digest, sorted)
        };
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

    /// Whether an order came to its end in this wallet: what is left of its coins is here already (RESTORE-10).
    fn is_done(&self, digest: &OrderDigest) -> bool {
        let ended = |record: &Record| matches!(record.outcome, Outcome::Certified | Outcome::Recovered);
        self.book.history.iter().any(|record| ended(record) && record.digest == Some(*digest))
    }

    /// Which place of the seed each output was made at (RESTORE-3), in the outputs' order, looking at all of them
    /// (RESTORE-4).
    ///
    /// A wallet fills the slots of an order from 0, so slot 0 is looked for first, and then the others of its order. The
    /// rest of the search is for outputs that stand alone.
    fn find_places(&self, order: &Order) -> Vec<Option<Place>> {
        let outputs = order.outputs.iter().enumerate();
        let mut wanted: BTreeMap<(KeysetId, PointBytes), usize> =
            outputs.map(|(position, output)| ((output.class.keyset, output.blinded), position)).collect();
        let keysets: BTreeSet<KeysetId> = wanted.keys().map(|(keyset, _)| *keyset).collect();
        let mut places = alloc::vec![None; order.outputs.len()];
        let slots = (0u16..).take(order.outputs.len());
        for slot in slots.clone() {
            for number in 0..SEARCHED_NUMBERS {
                for device in (0..=self.book.device).rev().take(SEARCHED_DEVICES) {
                    for keyset in keysets.iter().copied() {
                        if wanted.is_empty() {
                            return places;
                        }
                        let place = Place { keyset, device, order: number, slot };
                        if !self.try_place(place, &mut wanted, &mut places) {
                            continue;
                        }
                        for slot in slots.clone() {
                            self.try_place(Place { slot, ..place }, &mut wanted, &mut places);
                        }
                    }
                }
            }
        }
        places
    }

    /// Whether an output that is still wanted was made at this place; if so it is noted.
    fn try_place(
        &self,
        place: Place,
        wanted: &mut BTreeMap<(KeysetId, PointBytes), usize>,
        places: &mut [Option<Place>],
    ) -> bool {
        let found = wanted.remove(&(place.keyset, self.blinded_at(&place)));
        match found.and_then(|position| places.get_mut(position)) {
            Some(noted) => {
                *noted = Some(place);
                true
            }
            None => false,
        }
    }

    /// Adds the coins, the order to be completed, and a line of history.
    fn adopt(
        &mut self,
        order: &Order,
        digest: OrderDigest,
        mut places: Vec<Option<Place>>,
        certificate: Certificate,
        now: Seconds,
    ) -> Result<(), WalletError> {
        let found = self.choose(order, digest, &mut places);
        if found.is_empty() {
            return Err(WalletError::KnownCoins(digest));
        }
        // Nothing fails from here on (RESTORE-6).
        let kinds: Vec<Kind> = found.iter().map(|(_, coin)| coin.kind).collect();
        for (known, coin) in found {
            self.pass_number(&coin.place);
            match known.and_then(|at| self.book.coins.get_mut(at)) {
                Some(lesser) => *lesser = coin,
                None => self.book.coins.push(coin),
            }
        }
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
        Ok(())
    }

    /// RESTORE-7. The coins to add, each with the lesser coin whose place it takes, if any. Places whose coin stays out
    /// are struck out.
    ///
    /// Anybody may certify a copy of B in an order of their own. One B is one P, which is spent once: so one coin of it
    /// is kept, the one that is worth more, but never in the place of one that is bound or still to come.
    fn choose(&self, order: &Order, origin: OrderDigest, places: &mut [Option<Place>]) -> Vec<(Option<usize>, Coin)> {
        let promised = self.promised();
        let mut found = Vec::new();
        for (output, noted) in order.outputs.iter().zip(places) {
            let Some(place) = *noted else { continue };
            let kind = output.class.kind;
            let at = self.book.coins.iter().position(|coin| coin.place == place);
            let known = at.and_then(|at| self.book.coins.get(at));
            let lesser = |coin: &Coin| coin.held_by.is_none() && coin.kind.points() < kind.points();
            if promised.contains(&place) || known.is_some_and(|coin| !lesser(coin)) {
                *noted = None;
                continue;
            }
            let point = self.coin_secret(&place).public().encode();
            found.push((at, Coin { place, kind, point, components: BTreeMap::new(), origin, held_by: None }));
        }
        found
    }

    /// What a certified order spent is gone (RESTORE-8), but for coins in an open order: that one is to be proven dead
    /// first.
    fn drop_spent(&mut self, order: &Order) {
        let spent: BTreeSet<PointBytes> = order.inputs.iter().map(|input| input.point).collect();
        let gone = |coin: &Coin| coin.place.keyset == order.keyset && spent.contains(&coin.point);
        self.book.coins.retain(|coin| coin.held_by.is_some() || !gone(coin));
    }

    /// Places of coins that open orders will make once they are certified.
    fn promised(&self) -> BTreeSet<Place> {
        let open = self.book.open.iter().filter(|open| open.certificate.is_none());
        open.flat_map(|open| (0..open.outputs.len()).filter_map(|position| open.place(position))).collect()
    }

    /// No number that was found on this device is used again (RESTORE-9).
    fn pass_number(&mut self, place: &Place) {
        if place.device == self.book.device && place.order >= self.next_number(place.keyset) {
            self.use_number(place.keyset, place.order);
        }
    }
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
