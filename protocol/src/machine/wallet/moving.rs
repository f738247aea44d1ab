//! Moving points into a later keyset before theirs ends: each denomination in an order of its own, at a time of its own
//! (ROLLOVER-6).

use alloc::{collections::BTreeMap, vec::Vec};

use crate::{
    crypto::{Entropy, coin::derive_move_time},
    machine::durable::Sealed,
    message::{
        amount::Points,
        charter::{Charter, Keyset},
        class::Kind,
        ids::KeysetId,
        order::{Order, Purpose, Seconds, Submission},
    },
};

use super::{
    Coin, Wallet, WalletError, canonical_split,
    claim::draw_keyset,
    spend::{Frame, points, sum_of},
};

/// How long before redeem-until the last coins should have moved.
const LAST_WEEK: Seconds = 7 * 86_400;

/// Coins of one denomination that are to move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlannedMove {
    /// The keyset they leave.
    pub keyset: KeysetId,
    /// Their denomination.
    pub denomination: u64,
    /// What they are worth together.
    pub points: Points,
    /// When they move, by the wallet's clock; at once if that is past.
    pub at: Seconds,
}

/// What is lost for good if it is not spent before its keyset's redeem-until.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expiring {
    /// Whose end is near.
    pub keyset: KeysetId,
    /// Until when it can be spent.
    pub redeem_until: Seconds,
    /// Vouchers and ballots, which do not move, by kind.
    pub coins: BTreeMap<Kind, usize>,
    /// Points, which can move.
    pub points: Points,
}

impl Wallet {
    /// The moves that are due now or will be, by keyset and denomination: of every keyset that still spends and for
    /// which there is a later one that issues and can take at least one of the coins.
    pub fn planned_moves(&self, charter: &Charter, now: Seconds) -> Vec<PlannedMove> {
        let mut planned = Vec::new();
        for keyset in charter.keysets().filter(|keyset| now < keyset.redeem_until()) {
            let mut sums = BTreeMap::<u64, Points>::new();
            for coin in self.free_coins(keyset.id()).into_iter().filter(|coin| coin.has_quorum(keyset)) {
                if let Kind::Points { denomination } = coin.kind {
                    let sum = sums.entry(denomination).or_default();
                    *sum = Points(sum.0.saturating_add(denomination));
                }
            }
            sums.retain(|denomination, _| later_keysets(charter, keyset, *denomination, now).next().is_some());
            planned.extend(sums.into_iter().map(|(denomination, points)| PlannedMove {
                keyset: keyset.id(),
                denomination,
                points,
                at: self.move_time(keyset, denomination),
            }));
        }
        planned
    }

    /// Moves the coins of one denomination, and no others, into a later keyset (WALLET-40), which the wallet draws among
    /// those that issue (WALLET-37): as many of them as one order can take. The time is the caller's affair
    /// ([`Self::planned_moves`]).
    ///
    /// # Errors
    /// [`WalletError::Nothing`] if there are no such coins that could move; [`WalletError::NoOpenKeyset`] if no later
    /// keyset issues now whose denominations could take one of them.
    pub fn move_on(
        &mut self,
        charter: &Charter,
        keyset: KeysetId,
        denomination: u64,
        now: Seconds,
        entropy: Entropy,
    ) -> Result<Sealed<Submission>, WalletError> {
        self.check_federation(charter)?;
        self.check_not_searching()?;
        let keyset = charter.keyset(keyset).ok_or(WalletError::NoSuchKeyset(keyset))?;
        let (for_choice, for_signature) = entropy.split_two();
        let later: Vec<&Keyset> = later_keysets(charter, keyset, denomination, now).collect();
        let into = draw_keyset(&later, for_choice)?;
        let of = Some(Kind::Points { denomination });
        let selection = self.select_most(keyset, into, of).ok_or(WalletError::Nothing)?;
        let outputs = points(canonical_split(sum_of(&selection.coins)?, into.denominations())?);
        let frame = Frame::apart(Purpose::Swap, now);
        self.sign_into((keyset, into), frame, &selection, &outputs, now, for_signature)
    }

    /// What its owner would lose of each keyset whose points are due to move, or have moved: the last call for vouchers
    /// and ballots, and the points that are still there (WALLET-39).
    pub fn expiring(&self, charter: &Charter, now: Seconds) -> Vec<Expiring> {
        let ending = charter.keysets().filter(|keyset| now > keyset.issue_until() && now < keyset.redeem_until());
        let mut expiring = Vec::new();
        for keyset in ending {
            let (mut coins, mut sum) = (BTreeMap::<Kind, usize>::new(), Points::ZERO);
            let here = |coin: &&Coin| coin.place.keyset == keyset.id() && coin.held_by.is_none();
            for coin in self.book.coins.iter().filter(here) {
                if let Kind::Points { denomination } = coin.kind {
                    sum = Points(sum.0.saturating_add(denomination));
                } else {
                    let count = coins.entry(coin.kind).or_default();
                    *count = count.saturating_add(1);
                }
            }
            if !coins.is_empty() || sum > Points::ZERO {
                let (keyset, redeem_until) = (keyset.id(), keyset.redeem_until());
                expiring.push(Expiring { keyset, redeem_until, coins, points: sum });
            }
        }
        expiring
    }

    /// When coins of a denomination leave a keyset: between issue-until and a week before redeem-until, as the seed says
    /// (WALLET-38).
    pub fn move_time(&self, keyset: &Keyset, denomination: u64) -> Seconds {
        let last = keyset.redeem_until().saturating_sub(LAST_WEEK);
        let first = keyset.issue_until().min(last);
        let seed = self.seed.for_federation(&self.book.federation.0);
        let drawn = derive_move_time(&seed, keyset.id().0, self.book.device, denomination);
        let seconds = u128::from(last.saturating_sub(first)).saturating_add(1);
        let after = drawn.checked_rem(seconds).and_then(|after| Seconds::try_from(after).ok()).unwrap_or(0);
        first.saturating_add(after)
    }
}

/// Whose witnesses are asked what became of an order: those of its own keyset, as long as they tell, and then those of the
/// keyset that it moves points into. Its own would refuse it then, so it is not sent to them any more (WALLET-41).
pub fn told_by(order: &Order, charter: &Charter, now: Seconds) -> KeysetId {
    let over = charter.keyset(order.keyset).is_some_and(|own| now > own.evaluate_until());
    let into = order.outputs.iter().map(|output| output.class.keyset).find(|keyset| *keyset != order.keyset);
    into.filter(|_| over).unwrap_or(order.keyset)
}

/// Keysets that close later, issue now, and in which one coin of a denomination is not worth more coins than one order
/// can make.
fn later_keysets<'c>(
    charter: &'c Charter,
    keyset: &'c Keyset,
    denomination: u64,
    now: Seconds,
) -> impl Iterator<Item = &'c Keyset> {
    let later = move |other: &&Keyset| {
        other.redeem_until() > keyset.redeem_until()
            && now < other.issue_until()
            && canonical_split(Points(denomination), other.denominations()).is_ok()
    };
    charter.keysets().filter(later)
}
