//! Which coins an order spends, and to which witnesses it shows them (WALLET-15).

use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};

use crate::{
    limits::MAX_INPUTS,
    message::{
        amount::Points,
        charter::{Charter, Keyset},
        class::Kind,
        ids::{KeysetId, WitnessIndex},
        order::Seconds,
    },
};

use super::{Coin, Wallet, WalletError, canonical_split};

/// Sets of witnesses that are tried at most; honest wallets hold coins of a handful of different ones.
const MAX_SETS: usize = 1024;

/// A set of witnesses, one bit per index.
type Mask = u32;

/// What an order is to spend.
pub(super) struct Want<'a> {
    /// At least so many points in point coins.
    pub(super) points: Points,
    /// Exactly these coins besides.
    pub(super) extras: &'a [Kind],
}

/// Coins of one keyset, and the witnesses that have a component of each of them: at least a quorum.
pub(super) struct Selection {
    pub(super) coins: Vec<Coin>,
    pub(super) witnesses: Vec<WitnessIndex>,
}

impl Coin {
    /// Whether no order holds it, and it need not be spent alone.
    pub(super) fn is_free(&self) -> bool {
        self.held_by.is_none() && !self.unproven
    }

    /// Whether a quorum has given a component of it.
    pub(super) fn has_quorum(&self, keyset: &Keyset) -> bool {
        self.components.len() >= keyset.quorum().votes()
    }

    fn mask(&self) -> Mask {
        self.components.keys().fold(0, |mask, index| mask | index.bit())
    }
}

impl Wallet {
    /// Picks from the keyset that closes first among those that can serve. Complete coins are preferred: a missing
    /// component is a mark (WALLET-16).
    pub(super) fn select<'c>(
        &self,
        charter: &'c Charter,
        want: &Want<'_>,
        now: Seconds,
    ) -> Result<(&'c Keyset, Selection), WalletError> {
        let mut keysets: Vec<&Keyset> = charter.keysets().filter(|keyset| now < keyset.redeem_until()).collect();
        keysets.sort_by_key(|keyset| (keyset.redeem_until(), keyset.id()));
        for keyset in keysets {
            let selection = self.select_in(keyset, want)?;
            if let Some(selection) = selection.or_else(|| self.select_alone(keyset, want)) {
                return Ok((keyset, selection));
            }
        }
        Err(WalletError::NotEnough { wanted: want.points, available: self.spendable(charter, now) })
    }

    fn select_in(&self, keyset: &Keyset, want: &Want<'_>) -> Result<Option<Selection>, WalletError> {
        let free = self.free_coins(keyset.id());
        for set in quorums(keyset, &free) {
            let eligible: Vec<&Coin> = free.iter().copied().filter(|coin| coin.mask() & set == set).collect();
            let Some(mut coins) = pick_points(&eligible, want.points)? else { continue };
            let Some(extras) = pick_extras(&eligible, want.extras) else { continue };
            coins.extend(extras);
            if coins.len() > MAX_INPUTS {
                return Err(WalletError::TooManyCoins);
            }
            return Ok(Some(shown(keyset, coins)));
        }
        Ok(None)
    }

    /// As many point coins of one keyset, all or those of one denomination, as one Swap can exchange for coins of another
    /// or of the same, largest first.
    pub(super) fn select_most(&self, keyset: &Keyset, into: &Keyset, of: Option<Kind>) -> Option<Selection> {
        let asked = |coin: &&Coin| is_points(coin) && of.is_none_or(|kind| coin.kind == kind);
        let free: Vec<&Coin> = self.free_coins(keyset.id()).into_iter().filter(asked).collect();
        let purses = quorums(keyset, &free).into_iter().map(|set| {
            let mut coins: Vec<&Coin> = free.iter().copied().filter(|coin| coin.mask() & set == set).collect();
            coins.sort_by_key(|coin| core::cmp::Reverse((coin.kind, coin.point)));
            coins.truncate(MAX_INPUTS);
            coins
        });
        let mut largest = purses.max_by_key(Vec::len)?;
        // What the other keyset's coins can't hold in one order waits for the next.
        while !fits(&largest, into) {
            largest.pop();
        }
        (!largest.is_empty()).then(|| shown(keyset, largest))
    }

    /// The most points that one order can pay now: coins of one keyset with a quorum in common.
    pub fn spendable(&self, charter: &Charter, now: Seconds) -> Points {
        let open = charter.keysets().filter(|keyset| now < keyset.redeem_until());
        let best = open.map(|keyset| {
            let free = self.free_coins(keyset.id());
            let sums = quorums(keyset, &free).into_iter().map(|set| {
                let eligible = free.iter().filter(|coin| coin.mask() & set == set);
                Points::sum(eligible.map(|coin| coin.kind.points())).unwrap_or(Points::ZERO)
            });
            sums.max().unwrap_or(Points::ZERO)
        });
        best.max().unwrap_or(Points::ZERO)
    }

    /// One unproven voucher or ballot, if nothing else is asked for (RESTORE-12).
    fn select_alone(&self, keyset: &Keyset, want: &Want<'_>) -> Option<Selection> {
        let [kind] = want.extras else { return None };
        let fits = |coin: &&Coin| coin.kind == *kind && coin.can_be_spent_alone(keyset);
        let coin = self.book.coins.iter().find(fits).filter(|_| want.points == Points::ZERO);
        coin.map(|coin| shown(keyset, alloc::vec![coin]))
    }

    /// Those that one order may spend together.
    pub(super) fn free_coins(&self, keyset: KeysetId) -> Vec<&Coin> {
        let free = |coin: &&Coin| coin.place.keyset == keyset && coin.is_free();
        self.book.coins.iter().filter(free).collect()
    }
}

fn is_points(coin: &Coin) -> bool {
    matches!(coin.kind, Kind::Points { .. })
}

/// Whether one order can make the coins that these are worth.
fn fits(coins: &[&Coin], into: &Keyset) -> bool {
    let sum = Points::sum(coins.iter().map(|coin| coin.kind.points()));
    sum.is_ok_and(|sum| canonical_split(sum, into.denominations()).is_ok())
}

/// Every set of at least q witnesses that some coins have in common (WALLET-14, WALLET-30), the largest first.
fn quorums(keyset: &Keyset, coins: &[&Coin]) -> Vec<Mask> {
    let needed = u32::try_from(keyset.quorum().votes()).unwrap_or(u32::MAX);
    let everyone = keyset.members().iter().fold(0, |mask, member| mask | member.index().bit());
    let own: BTreeSet<Mask> = coins.iter().map(|coin| coin.mask() & everyone).collect();
    let mut sets = BTreeSet::from([everyone]);
    for mask in own {
        let meets: Vec<Mask> = sets.iter().map(|set| set & mask).filter(|set| set.count_ones() >= needed).collect();
        sets.extend(meets);
        if sets.len() > MAX_SETS {
            break;
        }
    }
    let mut sets: Vec<Mask> = sets.into_iter().collect();
    sets.sort_by_key(|set| core::cmp::Reverse(set.count_ones()));
    sets
}

/// Few coins whose sum reaches the amount: the largest that fit, then the smallest that fills the rest; what became
/// superfluous goes back.
fn pick_points<'a>(eligible: &[&'a Coin], amount: Points) -> Result<Option<Vec<&'a Coin>>, WalletError> {
    let mut purse: Vec<&Coin> = eligible.iter().copied().filter(|coin| is_points(coin)).collect();
    purse.sort_by_key(|coin| core::cmp::Reverse((coin.kind, coin.point)));
    let mut left = amount;
    let (mut taken, mut rest) = (Vec::new(), Vec::new());
    for coin in purse {
        match left.minus(coin.kind.points()) {
            Ok(less) if left > Points::ZERO => {
                left = less;
                taken.push(coin);
            }
            _ => rest.push(coin),
        }
    }
    if left > Points::ZERO {
        let Some(filler) = rest.last().copied() else { return Ok(None) };
        taken.push(filler);
        let mut surplus = filler.kind.points().minus(left)?;
        taken.retain(|coin| match surplus.minus(coin.kind.points()) {
            Ok(less) => {
                surplus = less;
                false
            }
            Err(_) => true,
        });
    }
    Ok(Some(taken))
}

fn pick_extras<'a>(eligible: &[&'a Coin], kinds: &[Kind]) -> Option<Vec<&'a Coin>> {
    let mut by_kind: BTreeMap<Kind, Vec<&Coin>> = BTreeMap::new();
    for coin in eligible {
        by_kind.entry(coin.kind).or_default().push(coin);
    }
    kinds.iter().map(|kind| by_kind.get_mut(kind).and_then(Vec::pop)).collect()
}

pub(super) fn shown(keyset: &Keyset, coins: Vec<&Coin>) -> Selection {
    let common = coins.iter().fold(Mask::MAX, |mask, coin| mask & coin.mask());
    let members = keyset.members().iter().map(|member| member.index());
    let mut coins: Vec<Coin> = coins.into_iter().cloned().collect();
    coins.sort_by_key(|coin| coin.point);
    Selection { coins, witnesses: members.filter(|index| common & index.bit() != 0).collect() }
}
