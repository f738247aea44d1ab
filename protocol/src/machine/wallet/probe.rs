//! Asking what became of a coin that a lost wallet may have spent: before it is exchanged, all witnesses are asked, and
//! an order that the lost wallet signed is completed, not crossed.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};

use crate::{
    crypto::{Entropy, group::PointBytes},
    machine::durable::{Durable, Sealed},
    message::{
        charter::{Charter, Keyset},
        ids::{KeysetId, OrderDigest, WitnessIndex},
        log::CertifiedOrder,
        order::{Order, Seconds, SignedOrder, Submission},
        probe::{CheckedProbe, Probe, ProbeAnswer, VerifiedState},
    },
};

use super::{
    Coin, OpenOrder, Place, Task, Wallet, WalletError,
    find::Found,
    select::{Selection, shown},
    spend::columns,
};

/// n - f witnesses said that no order binds this coin, and none that one does. What [`Wallet::prove`] asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unbound {
    keyset: KeysetId,
    point: PointBytes,
}

/// An order that the coins' keys signed, and that some witness has voted for.
#[derive(Clone, Debug)]
pub struct HalfDone {
    /// Which.
    pub digest: OrderDigest,
    /// The body.
    pub order: Order,
    /// Whether it is an open order of this wallet now, to be completed ([`Wallet::submission`]). If not, the wallet
    /// lacks one of its coins, or a quorum's components, or another open order holds one of them.
    pub adopted: bool,
    /// How many other orders over the coin were shown: a copy of the wallet signed them.
    pub rivals: usize,
}

/// What the witnesses said of a coin.
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant)] // Few at a time.
pub enum Probed {
    /// It may be exchanged.
    Unbound(Unbound),
    /// An order binds it.
    Bound(HalfDone),
    /// This certified order spent it; it has left the wallet.
    Spent(CertifiedOrder),
    /// Too few have answered.
    Unclear {
        /// How many have.
        answered: usize,
        /// How many are needed.
        needed: usize,
    },
}

/// What a probe's answers come to.
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant)] // Few at a time.
pub enum Verdict {
    /// n - f say that nothing binds the coin, and none that something does.
    Unbound,
    /// The order to follow, and how many others were shown.
    Bound(SignedOrder, usize),
    /// This order is certified.
    Spent(CertifiedOrder),
    /// Fewer than n - f have answered: so many of so many.
    Unclear(usize, usize),
}

/// Answers sorted by what they say, one for each witness.
#[derive(Default)]
struct Answers {
    unbound: usize,
    bound: BTreeMap<OrderDigest, (SignedOrder, usize)>,
    spent: Option<CertifiedOrder>,
    witnesses: BTreeSet<WitnessIndex>,
}

/// What the answers to a probe come to. One that proves nothing is none (RESTORE-28), and of each witness the first good
/// one counts. A certificate decides; then an order that binds (RESTORE-22); then how many say that there is none
/// (RESTORE-21).
pub fn judge(keyset: &Keyset, probe: &CheckedProbe, answers: Vec<ProbeAnswer>) -> Verdict {
    let mut sorted = Answers::default();
    answers.into_iter().for_each(|answer| sorted.take(keyset, probe, answer));
    if let Some(certified) = sorted.spent {
        return Verdict::Spent(certified);
    }
    let rivals = sorted.bound.len().saturating_sub(1);
    if let Some(signed) = most_shown(sorted.bound) {
        return Verdict::Bound(signed, rivals);
    }
    let needed = keyset.quorum().honest();
    if sorted.unbound >= needed { Verdict::Unbound } else { Verdict::Unclear(sorted.unbound, needed) }
}

impl Unbound {
    /// The coin's keyset.
    pub fn keyset(&self) -> KeysetId {
        self.keyset
    }

    /// P.
    pub fn point(&self) -> &PointBytes {
        &self.point
    }
}

impl Wallet {
    /// Coins to be asked about (RESTORE-19): the unproven ones that no open order binds, where witnesses still answer, by
    /// increasing (keyset, P). To be asked in random order. What was found to be free once is shown again only if it is
    /// exchanged then (RESTORE-34): each probe tells a store and the witnesses that this wallet is here. None while the
    /// wallet searches: nothing could be exchanged (RESTORE-30).
    pub fn to_probe(&self, charter: &Charter, now: Seconds, insist: bool) -> Vec<(KeysetId, PointBytes)> {
        if self.book.searching {
            return Vec::new();
        }
        let due = self.unproven(charter, now, insist);
        let known = |coin: &Coin| self.book.asked.get(&coin.place.keyset).is_some_and(|of| of.contains(&coin.point));
        let served = |coin: &&Coin| {
            let keyset = charter.keyset(coin.place.keyset);
            coin.unproven
                && coin.held_by.is_none()
                && keyset.is_some_and(|keyset| now <= keyset.evaluate_until())
                && (!known(coin) || due.contains(&coin.point))
        };
        let coins: BTreeSet<_> =
            self.book.coins.iter().filter(served).map(|coin| (coin.place.keyset, coin.point)).collect();
        coins.into_iter().collect()
    }

    /// A question about one coin of this wallet.
    ///
    /// # Errors
    /// [`WalletError::Nothing`] if the wallet has no such coin; [`WalletError::ForeignCoin`].
    pub fn probe(
        &self,
        keyset: KeysetId,
        point: &PointBytes,
        nonce: [u8; 32],
        entropy: Entropy,
    ) -> Result<Probe, WalletError> {
        let is_it = |coin: &&Coin| coin.place.keyset == keyset && coin.point == *point;
        let coin = self.book.coins.iter().find(is_it).ok_or(WalletError::Nothing)?;
        let secret = self.coin_secret(&coin.place);
        if secret.public().encode() != *point {
            return Err(WalletError::ForeignCoin);
        }
        Ok(Probe::sign(&secret, &self.book.federation, keyset, nonce, entropy)?)
    }

    /// Takes the answers to a probe. An answer that proves nothing is none (RESTORE-28). A coin that is spent leaves the
    /// wallet; an order that binds it becomes an open order of this wallet (RESTORE-22), if it can.
    ///
    /// # Errors
    /// [`WalletError::OtherFederation`], [`WalletError::NoSuchKeyset`]; [`WalletError::Nothing`] if the probe is nobody's.
    pub fn handle_probe(
        &mut self,
        charter: &Charter,
        probe: &Probe,
        answers: Vec<ProbeAnswer>,
        now: Seconds,
    ) -> Result<Sealed<Probed>, WalletError> {
        self.check_federation(charter)?;
        let keyset = charter.keyset(probe.keyset).ok_or(WalletError::NoSuchKeyset(probe.keyset))?;
        let checked = probe.check(&self.book.federation).map_err(|_| WalletError::Nothing)?;
        Ok(Sealed::new(match judge(keyset, &checked, answers) {
            Verdict::Spent(certified) => {
                self.drop_spent(&certified.order);
                Probed::Spent(certified)
            }
            Verdict::Bound(signed, rivals) => {
                let (digest, order) = (signed.order.digest(), signed.order.clone());
                let adopted = self.adopt_signed(keyset, digest, signed, now);
                Probed::Bound(HalfDone { digest, order, adopted, rivals })
            }
            Verdict::Unbound => {
                self.book.asked.entry(keyset.id()).or_default().insert(probe.point);
                Probed::Unbound(Unbound { keyset: keyset.id(), point: probe.point })
            }
            Verdict::Unclear(answered, needed) => Probed::Unclear { answered, needed },
        }))
    }

    /// Makes an order of a lost wallet one of this wallet's own: its outputs' places, its inputs' columns. False if that
    /// can't be, and nothing has changed then.
    fn adopt_signed(&mut self, keyset: &Keyset, digest: OrderDigest, signed: SignedOrder, now: Seconds) -> bool {
        if self.position_of(&digest).is_some() {
            return true;
        }
        let Some(selection) = self.coins_of(keyset, &signed.order) else { return false };
        let Ok(columns) = columns(&selection) else { return false };
        let found = self.find(&signed.order);
        found.places().for_each(|place| self.pass_number(place));
        let (first, slots) = one_number(&found, keyset.id());
        let spent: BTreeSet<PointBytes> = signed.order.inputs.iter().map(|input| input.point).collect();
        let bound = |coin: &&mut Coin| coin.place.keyset == keyset.id() && spent.contains(&coin.point);
        self.book.coins.iter_mut().filter(bound).for_each(|coin| coin.held_by = Some(digest));
        self.book.open.push(OpenOrder {
            keyset: first.keyset,
            device: first.device,
            number: first.order,
            outputs: signed.order.outputs.clone(),
            slots,
            task: Task::Spend { submission: Submission { signed, columns }, link: None },
            certificate: None,
            since: now,
        });
        true
    }

    /// The wallet's coins that an order spends, if it has all of them, free, and known to one quorum.
    fn coins_of(&self, keyset: &Keyset, order: &Order) -> Option<Selection> {
        let mut coins = Vec::with_capacity(order.inputs.len());
        for input in &order.inputs {
            let is_it =
                |coin: &&Coin| coin.place.keyset == keyset.id() && coin.point == input.point && coin.kind == input.kind;
            coins.push(self.book.coins.iter().find(is_it).filter(|coin| coin.held_by.is_none())?);
        }
        let selection = shown(keyset, coins);
        (selection.witnesses.len() >= keyset.quorum().votes()).then_some(selection)
    }

    /// An order that was made an open one by a probe, to be sent. The proof says that the wallet, with it, is on disk.
    pub fn adopted(&self, half_done: &HalfDone, proof: &Durable) -> Option<Submission> {
        self.submission(&half_done.digest, proof)
    }
}

impl Answers {
    /// The first good answer of each witness counts.
    fn take(&mut self, keyset: &Keyset, probe: &CheckedProbe, answer: ProbeAnswer) {
        let index = answer.index;
        let Ok(state) = answer.verify(keyset, probe) else { return };
        if !self.witnesses.insert(index) {
            return;
        }
        match state {
            VerifiedState::Unbound => self.unbound = self.unbound.saturating_add(1),
            VerifiedState::Bound(signed) => {
                let (_, count) = self.bound.entry(signed.order.digest()).or_insert((signed, 0));
                *count = count.saturating_add(1);
            }
            VerifiedState::Spent(order, certificate) => {
                self.spent.get_or_insert(CertifiedOrder { order, certificate: certificate.into_certificate() });
            }
        }
    }
}

/// Of several orders that which most witnesses show can be certified if one can (RESTORE-29); of several such, the one
/// with the least digest.
fn most_shown(bound: BTreeMap<OrderDigest, (SignedOrder, usize)>) -> Option<SignedOrder> {
    let most = bound.values().map(|(_, count)| *count).max()?;
    bound.into_values().find(|(_, count)| *count == most).map(|(signed, _)| signed)
}

/// Where an order's outputs were made, and the slot of each: a wallet makes all of them at one number, of the keyset into
/// which the order moves. If these are not, none is taken for the wallet's own.
fn one_number(found: &Found, keyset: KeysetId) -> (Place, Vec<u16>) {
    let nowhere = (Place { keyset, device: 0, order: 0, slot: 0 }, Vec::new());
    let places: Option<Vec<Place>> = found.outputs.iter().copied().collect();
    let places = places.unwrap_or_default();
    let Some(first) = places.first().copied() else { return nowhere };
    if places.iter().any(|place| Place { slot: first.slot, ..*place } != first) {
        return nowhere;
    }
    (first, places.iter().map(|place| place.slot).collect())
}
