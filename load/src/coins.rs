//! Coins as a wallet makes and spends them, in memory alone.

use ronde_protocol::crypto::Entropy;
use ronde_protocol::crypto::coin::{BlindFactor, CoinSecret, Seed, derive_blind, derive_coin_secret};
use ronde_protocol::crypto::group::PointBytes;
use ronde_protocol::crypto::poprf::{blind, coin_hash, unblind_all};
use ronde_protocol::crypto::spend::{SpendPurpose, sign};
use ronde_protocol::message::charter::Keyset;
use ronde_protocol::message::class::{Class, Kind};
use ronde_protocol::message::codec::Bounded;
use ronde_protocol::message::evaluation::VerifiedEvaluation;
use ronde_protocol::message::ids::{FederationId, Reference, StoreId, WitnessIndex};
use ronde_protocol::message::order::{
    Authorization, Column, Columns, Input, Inputs, Order, Output, Outputs, Purpose, Seconds, SignedOrder, Submission,
};

use crate::Failed;
use crate::chaos::chance::Chance;

/// What a payment spends. A wallet that has these and owes 113 shows all four, and is given 4, 2 and 1 back.
pub const PAID_WITH: [u64; 4] = [64, 32, 16, 8];
/// What a payment gives back.
pub const CHANGE: [u64; 3] = [4, 2, 1];
/// What a payment is worth to the store.
pub const PRICE: u64 = 113;
/// What a Swap takes and gives.
pub const SWAPPED: [u64; 8] = [128, 64, 32, 16, 8, 4, 2, 1];
/// What an Earn gives.
pub const EARNED: [u64; 4] = PAID_WITH;

/// A coin to come: what is blinded, and what unblinds it.
pub struct Blank {
    kind: Kind,
    secret: CoinSecret,
    blind: BlindFactor,
    output: Output,
}

/// A coin with every witness's component.
pub struct Coin {
    kind: Kind,
    secret: CoinSecret,
    point: PointBytes,
    /// By the witness's place.
    components: Vec<(WitnessIndex, PointBytes)>,
}

/// What an order says besides its coins.
#[derive(Clone, Copy)]
pub struct Frame {
    /// Whom it pays, or nobody.
    pub store: StoreId,
    /// What it does.
    pub purpose: Purpose,
    /// Which checkout it pays.
    pub reference: Reference,
    /// When.
    pub time: Seconds,
}

/// 32 bytes that the seed repeats.
pub fn bytes(chance: &mut Chance) -> [u8; 32] {
    let drawn = chance.rubbish(32);
    let mut bytes = [0; 32];
    bytes.iter_mut().zip(drawn).for_each(|(byte, drawn)| *byte = drawn);
    bytes
}

/// Coins to come of these denominations, from a seed of their own, sorted as outputs are.
pub fn blanks(keyset: &Keyset, denominations: &[u64], chance: &mut Chance) -> Vec<Blank> {
    let seed = Seed::new(bytes(chance));
    let place = |slot| (&seed, keyset.id().0, 0, 0, slot);
    let mut blanks: Vec<Blank> = (0u16..)
        .zip(denominations)
        .map(|(slot, denomination)| {
            let (seed, keyset_id, device, order, slot) = place(slot);
            let secret = derive_coin_secret(seed, keyset_id, device, order, slot);
            let factor = derive_blind(seed, keyset_id, device, order, slot);
            let kind = Kind::Points { denomination: *denomination };
            let blinded = blind(&coin_hash(&secret.public().encode()), &factor).encode();
            let output = Output { class: Class { keyset: keyset.id(), kind }, blinded };
            Blank { kind, secret, blind: factor, output }
        })
        .collect();
    blanks.sort_by_key(|blank| blank.output.blinded);
    blanks
}

/// What is sent of them.
pub fn outputs(blanks: &[Blank]) -> Result<Outputs, Failed> {
    Ok(Outputs::new(blanks.iter().map(|blank| blank.output).collect())?)
}

/// The coins, out of evaluations that were verified.
pub fn unblind(blanks: Vec<Blank>, evaluations: &[VerifiedEvaluation]) -> Vec<Coin> {
    let coin = |(at, blank): (usize, Blank)| {
        let of = evaluations.iter().filter_map(|one| Some((one.index(), *one.evaluated().get(at)?)));
        let (indices, evaluated): (Vec<_>, Vec<_>) = of.unzip();
        let components = unblind_all(&evaluated, blank.blind).iter().map(|point| point.encode()).collect::<Vec<_>>();
        let point = blank.secret.public().encode();
        let components = indices.into_iter().zip(components).collect();
        Coin { kind: blank.kind, secret: blank.secret, point, components }
    };
    blanks.into_iter().enumerate().map(coin).collect()
}

/// Takes one coin of each of these denominations out of a purse.
pub fn take(purse: &mut Vec<Coin>, denominations: &[u64]) -> Result<Vec<Coin>, Failed> {
    let mut taken = Vec::with_capacity(denominations.len());
    for denomination in denominations {
        let wanted = Kind::Points { denomination: *denomination };
        let at = purse.iter().rposition(|coin| coin.kind == wanted);
        taken.push(purse.swap_remove(at.ok_or_else(|| format!("no coin of {denomination} points was made"))?));
    }
    Ok(taken)
}

/// An order that spends coins, signed and with every witness's column.
pub fn spend(
    federation: FederationId,
    keyset: &Keyset,
    frame: Frame,
    mut coins: Vec<Coin>,
    change: &[u64],
    chance: &mut Chance,
) -> Result<Submission, Failed> {
    coins.sort_by_key(|coin| coin.point);
    let outputs = outputs(&blanks(keyset, change, chance))?;
    let inputs = Inputs::new(coins.iter().map(|coin| Input { kind: coin.kind, point: coin.point }).collect())?;
    let Frame { store, purpose, reference, time } = frame;
    let order = Order { federation, keyset: keyset.id(), store, purpose, reference, time, inputs, outputs };
    let secrets: Vec<&CoinSecret> = coins.iter().map(|coin| &coin.secret).collect();
    let signature = sign(SpendPurpose::Order, &secrets, &order.digest().0, Entropy::new(bytes(chance)))?;
    let signed = SignedOrder { order, authorization: Authorization::Spend(signature) };
    Ok(Submission { signed, columns: columns(&coins)? })
}

fn columns(coins: &[Coin]) -> Result<Columns, Failed> {
    let mut indices: Vec<WitnessIndex> =
        coins.first().map(|coin| coin.components.iter().map(|(index, _)| *index).collect()).unwrap_or_default();
    indices.sort();
    let mut columns = Vec::with_capacity(indices.len());
    for index in indices {
        let of = |coin: &Coin| coin.components.iter().find(|(one, _)| *one == index).map(|(_, point)| *point);
        let components = Bounded::new(coins.iter().filter_map(of).collect())?;
        columns.push(Column { index, components });
    }
    Ok(Columns::new(columns)?)
}

/// Coins that no witness ever made: their owner has the keys, and components that are elements and nothing else.
pub fn forge(keyset: &Keyset, denominations: &[u64], chance: &mut Chance) -> Vec<Coin> {
    let coin = |blank: Blank| {
        let components = keyset.members().iter().map(|member| (member.index(), blank.output.blinded)).collect();
        Coin { kind: blank.kind, point: blank.secret.public().encode(), secret: blank.secret, components }
    };
    blanks(keyset, denominations, chance).into_iter().map(coin).collect()
}
