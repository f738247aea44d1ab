//! Recovered coins are unproven: an order that the lost wallet signed may have spent them, certified or not. None is put
//! into an order with another coin, or it would hold that one fast (RESTORE-12): each point coin is exchanged by a Swap
//! of its own, which shows what it is worth, and vouchers and ballots are spent alone.

use alloc::vec::Vec;

use crate::{
    crypto::{Entropy, group::PointBytes},
    machine::durable::Sealed,
    message::{
        charter::{Charter, Keyset},
        class::Kind,
        ids::{KeysetId, OfferId},
        order::{Order, Purpose, Seconds, Submission},
    },
};

use super::{
    Coin, Unbound, Wallet, WalletError, canonical_split,
    select::shown,
    spend::{Frame, points},
};

impl Coin {
    /// Whether it is unproven, free, and known to a quorum.
    pub(super) fn can_be_spent_alone(&self, keyset: &Keyset) -> bool {
        self.unproven && self.held_by.is_none() && self.place.keyset == keyset.id() && self.has_quorum(keyset)
    }
}

impl Wallet {
    /// Point coins to be exchanged by [`Self::prove`] before they count (RESTORE-13), in the order in which that is
    /// done: by increasing P.
    ///
    /// Of several coins of one key one can be spent, and whoever copies a B must not choose which (RESTORE-14): the
    /// points are exchanged if there is nothing better. A voucher is better that is worth more, and a ballot as long as
    /// it can be cast; the owner may `insist` on the points.
    pub fn unproven(&self, charter: &Charter, now: Seconds, insist: bool) -> Vec<PointBytes> {
        let due = |coin: &&Coin| {
            let keyset = charter.keyset(coin.place.keyset).filter(|keyset| now < keyset.redeem_until());
            matches!(coin.kind, Kind::Points { .. })
                && keyset.is_some_and(|keyset| coin.can_be_spent_alone(keyset))
                && !self.has_better_points(coin)
                && (insist || !self.has_better_use(charter, coin, now))
        };
        let mut due: Vec<PointBytes> = self.book.coins.iter().filter(due).map(|coin| coin.point).collect();
        due.sort_unstable();
        due
    }

    /// Exchanges one unproven point coin, alone, of which the witnesses said that nothing binds it (RESTORE-21). If another
    /// order has spent it all the same, that one's certificate says so, and the coin goes ([`Self::handle_conflict`]); if
    /// another order that is not certified is in the way, this coin is held, and no other.
    ///
    /// # Errors
    /// [`WalletError::Nothing`] if it is none of [`Self::unproven`].
    pub fn prove(
        &mut self,
        charter: &Charter,
        unbound: &Unbound,
        now: Seconds,
        entropy: Entropy,
    ) -> Result<Sealed<Submission>, WalletError> {
        self.check_federation(charter)?;
        self.check_not_searching()?;
        let (of, point) = (unbound.keyset(), unbound.point());
        if !self.unproven(charter, now, true).contains(point) {
            return Err(WalletError::Nothing);
        }
        let is_it = |coin: &&Coin| {
            coin.place.keyset == of && coin.point == *point && !self.has_better_points(coin) && is_points(coin)
        };
        let coin = self.book.coins.iter().find(is_it).ok_or(WalletError::Nothing)?;
        let id = coin.place.keyset;
        let keyset = charter.keyset(id).ok_or(WalletError::NoSuchKeyset(id))?;
        let outputs = canonical_split(coin.kind.points(), keyset.denominations())?;
        let selection = shown(keyset, alloc::vec![coin]);
        self.sign_order(keyset, Frame::apart(Purpose::Swap, now), &selection, &points(outputs), now, entropy)
    }

    /// Whether a coin of the same key is worth more points. Only unproven coins share a key.
    pub(super) fn has_better_points(&self, coin: &Coin) -> bool {
        self.rivals(coin).any(|rival| is_points(rival) && rival.kind.points() > coin.kind.points())
    }

    fn has_better_use(&self, charter: &Charter, coin: &Coin, now: Seconds) -> bool {
        self.rivals(coin).any(|rival| match rival.kind {
            Kind::Points { .. } => false,
            Kind::Voucher { offer } => charter.offer(offer).is_none_or(|offer| offer.value > coin.kind.points()),
            Kind::Ballot { campaign } => charter.campaign(campaign).is_none_or(|campaign| now < campaign.end),
        })
    }

    fn rivals<'a>(&'a self, coin: &'a Coin) -> impl Iterator<Item = &'a Coin> {
        let others = self.book.coins.iter().filter(|_| coin.unproven);
        others.filter(|other| other.place == coin.place && other.kind != coin.kind)
    }

    /// The offer of a voucher among these that is to be spent alone.
    pub(super) fn unproven_voucher(&self, kinds: &[Kind]) -> Option<OfferId> {
        kinds.iter().find_map(|kind| match kind {
            Kind::Voucher { offer } => {
                let of_kind = |coin: &Coin| coin.unproven && coin.held_by.is_none() && coin.kind == *kind;
                self.book.coins.iter().any(of_kind).then_some(*offer)
            }
            Kind::Points { .. } | Kind::Ballot { .. } => None,
        })
    }

    /// Notes what a certified order spent.
    pub(super) fn note_spent(&mut self, order: &Order) {
        if !order.inputs.is_empty() {
            let spent = self.book.spent.entry(order.keyset).or_default();
            spent.extend(order.inputs.iter().map(|input| input.point));
        }
    }

    pub(super) fn is_spent(&self, keyset: KeysetId, point: &PointBytes) -> bool {
        self.book.spent.get(&keyset).is_some_and(|spent| spent.contains(point))
    }

    /// Where nobody evaluates any more nothing comes back either.
    pub(super) fn forget_spent(&mut self, charter: &Charter, now: Seconds) {
        let served = |id: &KeysetId| charter.keyset(*id).is_none_or(|keyset| now <= keyset.evaluate_until());
        self.book.spent.retain(|id, _| served(id));
        self.book.asked.retain(|id, _| served(id));
    }
}

fn is_points(coin: &Coin) -> bool {
    matches!(coin.kind, Kind::Points { .. })
}
