//! Our side of row 1: a witness looks at presented coins.

use std::rc::Rc;

use ronde_protocol::{
    crypto::{
        CoinHash, Entropy, MacItem, Point, PointBytes, Seed, SpendCheck, SpendPurpose, SpendSignature, coin_hash,
        derive_coin_secret, hash, labels,
        presented::{self, PresentedOrder, PresentedSpend},
        spend::sign,
    },
    message::class::{Class, Kind},
};

use super::{Witness, kinds};
use crate::{
    fail::{Failed, OrFail, ensure},
    pace::Side,
    stream::Stream,
};

/// What a witness is shown of one order's inputs. Nothing in it is decoded.
pub struct Presented {
    /// The order's digest, computed before.
    digest: [u8; 32],
    /// Kind and P of each coin.
    coins: Vec<(Kind, PointBytes)>,
    /// N of each coin: this witness's column.
    column: Vec<PointBytes>,
    signature: SpendSignature,
}

/// From bytes to the verdict: all points decoded, hashes to the group, spend signatures, MACs, over many orders at once.
/// This is the one place to change when the witness checks in another way.
///
/// # Errors
/// What is wrong; a batch does not say where.
pub fn check_orders(witness: &Witness, orders: &[Presented], entropy: Entropy) -> Result<(), Failed> {
    let opened = orders.iter().map(|order| open(witness, order)).collect::<Result<Vec<_>, _>>()?;
    let presented: Vec<PresentedOrder<'_>> = orders
        .iter()
        .zip(&opened)
        .map(|(Presented { digest, signature, .. }, (keys, coins))| PresentedOrder {
            spend: PresentedSpend::Unverified(SpendCheck { purpose: SpendPurpose::Order, keys, digest, signature }),
            coins,
        })
        .collect();
    presented::check_batch(&witness.keys.poprf, &presented, entropy).or_fail("signatures and MACs")
}

/// Decodes every element of an order, and hashes its coins.
fn open(witness: &Witness, order: &Presented) -> Result<(Vec<Point>, Vec<MacItem>), Failed> {
    ensure(order.coins.len() == order.column.len(), "a column of another length")?;
    let (mut keys, mut items) = (Vec::with_capacity(order.coins.len()), Vec::with_capacity(order.coins.len()));
    for ((kind, point), component) in order.coins.iter().zip(&order.column) {
        keys.push(point.decode().or_fail("P")?);
        let component = component.decode().or_fail("N")?;
        items.push(MacItem { tweak: witness.tweaks.of(kind), hash: CoinHash::of(point), component });
    }
    Ok((keys, items))
}

/// An order of eight coins, one of each class, as a wallet would show it to this witness.
pub fn present(witness: &Witness, stream: &mut Stream) -> Result<Presented, Failed> {
    let seed = Seed::new(stream.bytes());
    let mut secrets: Vec<_> =
        kinds().zip(0..).map(|(kind, slot)| (kind, derive_coin_secret(&seed, witness.keyset.0, 0, 0, slot))).collect();
    secrets.sort_by_key(|(_, secret)| secret.public().encode());
    let coins: Vec<_> = secrets.iter().map(|(kind, secret)| (*kind, secret.public().encode())).collect();
    let column = coins.iter().map(|(kind, point)| {
        let tweak = Class { keyset: witness.keyset, kind: *kind }.tweak(&witness.federation);
        Ok(witness.keys.poprf.evaluate(&tweak, &coin_hash(point)).or_fail("a component")?.encode())
    });
    let column = column.collect::<Result<_, Failed>>()?;
    let parts: Vec<&[u8]> = coins.iter().map(|(_, point)| &point.0[..]).collect();
    let digest = hash::derive(labels::ORDER_DIGEST, &parts);
    let signers: Vec<_> = secrets.iter().map(|(_, secret)| secret).collect();
    let signature = sign(SpendPurpose::Order, &signers, &digest, stream.entropy()).or_fail("a spend signature")?;
    Ok(Presented { digest, coins, column, signature })
}

/// Our side with so many orders in one batch, per coin.
pub fn side(witness: &Rc<Witness>, orders: u32) -> Side {
    let (maker, checker) = (Rc::clone(witness), Rc::clone(witness));
    let prepare = move |stream: &mut Stream| {
        let made = (0..orders).map(|_| present(&maker, stream)).collect::<Result<Vec<_>, _>>()?;
        Ok((made, Some(stream.entropy())))
    };
    let work = move |(orders, entropy): &mut (Vec<Presented>, Option<Entropy>)| {
        check_orders(&checker, orders, entropy.take().or_fail("entropy is used once")?)
    };
    Side::new("ronde", orders * 8, prepare, work)
}

/// A good batch passes; one wrong MAC, and one wrong signature, each spoil it.
///
/// # Errors
/// Which of them went otherwise.
pub fn prove_that_it_works(witness: &Witness, stream: &mut Stream) -> Result<(), Failed> {
    let mut orders = (0..3).map(|_| present(witness, stream)).collect::<Result<Vec<_>, _>>()?;
    check_orders(witness, &orders, stream.entropy())?;
    let [first, second, _] = &mut orders[..] else { return Err("three orders".to_owned()) };
    core::mem::swap(&mut first.column[1], &mut second.column[1]);
    ensure(check_orders(witness, &orders, stream.entropy()).is_err(), "a wrong MAC passes")?;
    let [first, second, _] = &mut orders[..] else { return Err("three orders".to_owned()) };
    core::mem::swap(&mut first.column[1], &mut second.column[1]);
    check_orders(witness, &orders, stream.entropy())?;
    let [first, second, _] = &mut orders[..] else { return Err("three orders".to_owned()) };
    core::mem::swap(&mut first.signature.s, &mut second.signature.s);
    ensure(check_orders(witness, &orders, stream.entropy()).is_err(), "a wrong signature passes")
}
