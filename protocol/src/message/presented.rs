//! Orders that present coins to a witness, and the check of many of them at once.

use alloc::{collections::BTreeMap, vec::Vec};

use super::{
    check::{AuthorizedOrder, CheckedOrder},
    class::Tweaks,
    ids::StoreId,
    order::Order,
    refusal::Refusal,
};
use crate::crypto::{
    Entropy, PresentedError,
    group::PointBytes,
    mac::MacItem,
    poprf::{CoinHash, PoprfSecretKey},
    presented::{self, PresentedOrder, PresentedSpend, VerifiedSpend},
};

/// A checked order with one witness's column, decoded. The column is not verified, nor is its signature but for an order that
/// was authorized before.
#[derive(Clone, Debug)]
pub struct Presented {
    order: Claim,
    coins: Vec<MacItem>,
    relay: Option<StoreId>,
}

/// How far an order's signature was looked at.
#[derive(Clone, Debug)]
enum Claim {
    Checked(CheckedOrder),
    Authorized(AuthorizedOrder),
}

impl Claim {
    /// Once whatever was not verified before is.
    fn into_authorized(self) -> AuthorizedOrder {
        match self {
            Self::Checked(order) => order.into_authorized(),
            Self::Authorized(order) => order,
        }
    }
}

impl Presented {
    /// Decodes the column and hashes the coins. The column is kept nowhere else (WITNESS-5).
    ///
    /// # Errors
    /// [`Refusal::CoinUnknown`] for a column that has not one element per input (WITNESS-8); [`Refusal::BadSignature`] before
    /// that, if the order's signature is not good either (ORDER-27).
    pub fn new(
        order: CheckedOrder,
        column: &[PointBytes],
        tweaks: &Tweaks,
        relay: Option<StoreId>,
    ) -> Result<Self, Refusal> {
        match decode(order.order(), column, tweaks) {
            Some(coins) => Ok(Self { order: Claim::Checked(order), coins, relay }),
            None if order.spend().is_some_and(|spend| spend.verify().is_ok()) => Err(Refusal::CoinUnknown),
            None => Err(Refusal::BadSignature),
        }
    }

    /// The same for an order whose signature is good.
    ///
    /// # Errors
    /// [`Refusal::CoinUnknown`] for a column that has not one element per input (WITNESS-8).
    pub fn authorized(
        order: AuthorizedOrder,
        column: &[PointBytes],
        tweaks: &Tweaks,
        relay: Option<StoreId>,
    ) -> Result<Self, Refusal> {
        let coins = decode(order.order(), column, tweaks).ok_or(Refusal::CoinUnknown)?;
        Ok(Self { order: Claim::Authorized(order), coins, relay })
    }
}

fn decode(order: &Order, column: &[PointBytes], tweaks: &Tweaks) -> Option<Vec<MacItem>> {
    let inputs = &order.inputs;
    if column.len() != inputs.len() {
        return None;
    }
    let coins = inputs.iter().zip(column).map(|(input, component)| {
        let component = component.decode().ok()?;
        Some(MacItem { tweak: tweaks.of(&input.kind), hash: CoinHash::of(&input.point), component })
    });
    coins.collect()
}

/// Verifies the signatures and columns of all orders, with the verdict on each that it would get alone (WITNESS-38). What
/// fails together is split by the store that relayed it, so that who relays rubbish costs the others little, and then singly.
pub fn authorize_all(
    key: &PoprfSecretKey,
    orders: Vec<Presented>,
    entropy: Entropy,
) -> Vec<Result<AuthorizedOrder, Refusal>> {
    let verdicts = verdicts(key, &orders, entropy);
    let judged = orders.into_iter().zip(verdicts);
    judged.map(|(presented, verdict)| verdict.map(|()| presented.order.into_authorized())).collect()
}

fn verdicts(key: &PoprfSecretKey, orders: &[Presented], entropy: Entropy) -> Vec<Result<(), Refusal>> {
    let (for_all, for_some) = entropy.split_two();
    let all: Vec<PresentedOrder<'_>> = orders.iter().filter_map(Presented::shown).collect();
    // Who has no spend signature has been refused before; it must not pass by being left out here.
    let mut verdicts: Vec<Result<(), Refusal>> = orders.iter().map(|_| Err(Refusal::BadSignature)).collect();
    if all.len() != orders.len() {
        return verdicts;
    }
    if all.len() > 1 && presented::check_batch(key, &all, for_all).is_ok() {
        return orders.iter().map(|_| Ok(())).collect();
    }
    let mut relays: BTreeMap<Option<StoreId>, Vec<usize>> = BTreeMap::new();
    for (place, order) in orders.iter().enumerate() {
        relays.entry(order.relay).or_default().push(place);
    }
    let several = relays.len() > 1;
    for (places, entropy) in relays.values().zip(for_some.split(relays.len())) {
        let (for_relay, for_each) = entropy.split_two();
        let together: Vec<PresentedOrder<'_>> = places.iter().filter_map(|place| all.get(*place).copied()).collect();
        let all_good = several && together.len() > 1 && presented::check_batch(key, &together, for_relay).is_ok();
        for ((place, order), fresh) in places.iter().zip(&together).zip(for_each.split(places.len())) {
            let verdict = if all_good { Ok(()) } else { presented::check_one(key, order, fresh).map_err(refusal) };
            if let Some(of) = verdicts.get_mut(*place) {
                *of = verdict;
            }
        }
    }
    verdicts
}

impl Presented {
    fn shown(&self) -> Option<PresentedOrder<'_>> {
        let spend = match &self.order {
            Claim::Checked(order) => PresentedSpend::Unverified(order.spend()?),
            Claim::Authorized(order) => PresentedSpend::Verified(VerifiedSpend::of(order.digest_bytes())),
        };
        Some(PresentedOrder { spend, coins: &self.coins })
    }
}

fn refusal(error: PresentedError) -> Refusal {
    match error {
        PresentedError::Spend(_) | PresentedError::Batch => Refusal::BadSignature,
        PresentedError::Mac(_) => Refusal::CoinUnknown,
    }
}
