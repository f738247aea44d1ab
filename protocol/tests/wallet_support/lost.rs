//! A lost wallet, and another one of the same seed.

use ronde_protocol::{
    crypto::{Seed, group::PointBytes},
    machine::wallet::{Coin, GrantTerms, Payment, Probed, Recovered, Unbound, Wallet, WalletError},
    message::{
        amount::Points,
        class::Kind,
        evaluation::Evaluation,
        ids::{OrderDigest, StoreId, WitnessIndex},
        order::{Order, Output, Submission},
        probe::CoinState,
    },
};

use super::{claim, earn_from, earn_order, fresh, offer, save, settle};
use crate::federation_support::{Federation, KEYSET, NOW, entropy, list};

/// Of the lost wallet.
pub const SEED: [u8; 32] = [0x11; 32];

/// The wallet of the seed with this device index.
pub fn device(federation: &Federation, index: u32) -> Wallet {
    Wallet::new(Seed::new(SEED), federation.id(), index)
}

/// Recovers a certified order.
pub fn recover(
    wallet: &mut Wallet,
    federation: &Federation,
    order: &Order,
    evaluations: &[Evaluation],
) -> Result<Recovered, WalletError> {
    let certificate = federation.certify(order);
    let sealed = wallet.recover(&federation.charter, order.clone(), certificate, evaluations, NOW + 9)?;
    Ok(sealed.release(&save(wallet)))
}

/// With everybody's evaluations.
pub fn bring_back(wallet: &mut Wallet, federation: &Federation, order: &Order) -> Result<Recovered, WalletError> {
    recover(wallet, federation, order, &federation.evaluations(order, &federation.indices(KEYSET)))
}

/// What a wallet earned, as the order that any store can show.
pub fn earned(wallet: &mut Wallet, federation: &Federation, number: u32, terms: GrantTerms) -> Order {
    let order = earn_order(federation, &claim(wallet, federation, number, terms.clone()));
    earn_from(wallet, federation, number, terms, &federation.indices(KEYSET));
    order
}

/// Signs a payment to store 2.
pub fn paid(wallet: &mut Wallet, federation: &Federation, nonce: u8, points: u64) -> Result<Submission, WalletError> {
    let payment = Payment { points: Points(points), vouchers: Vec::new() };
    let sealed =
        wallet.pay(&federation.charter, &offer(federation, nonce, 1000, 1), &payment, None, NOW, entropy(nonce))?;
    Ok(sealed.release(&save(wallet)))
}

/// The order as somebody may copy it: the same outputs, all of this kind.
pub fn copied(order: &Order, kind: Kind) -> Order {
    let outputs = order.outputs.iter().map(|output| {
        let mut class = output.class;
        class.kind = kind;
        Output { class, blinded: output.blinded }
    });
    Order { store: StoreId(3), outputs: list(outputs), ..order.clone() }
}

/// A point coin's kind.
pub fn points(denomination: u64) -> Kind {
    Kind::Points { denomination }
}

/// Points that are recovered and not exchanged yet.
pub fn unproven(wallet: &Wallet, federation: &Federation) -> u64 {
    wallet.balance(&federation.charter).unproven().0
}

/// A probe of a coin, and the answers of these witnesses.
pub fn probed(
    wallet: &mut Wallet,
    federation: &Federation,
    point: &PointBytes,
    states: &[(u8, CoinState)],
) -> Result<Probed, WalletError> {
    let probe = wallet.probe(KEYSET, point, [7; 32], entropy(77))?;
    let checked = probe.check(&federation.id()).unwrap();
    let answers =
        states.iter().map(|(index, state)| federation.probe_answer(&checked, WitnessIndex(*index), state.clone()));
    let sealed = wallet.handle_probe(&federation.charter, &probe, answers.collect(), NOW)?;
    Ok(sealed.release(&save(wallet)))
}

/// All witnesses say that nothing binds a coin.
pub fn unbound(wallet: &mut Wallet, federation: &Federation, point: &PointBytes) -> Unbound {
    let all: Vec<_> = federation.indices(KEYSET).iter().map(|index| (index.0, CoinState::Unbound)).collect();
    match probed(wallet, federation, point, &all) {
        Ok(Probed::Unbound(unbound)) => unbound,
        other => panic!("{other:?}"),
    }
}

/// Signs the Swaps of all that is to be exchanged, one for each coin.
pub fn swaps(wallet: &mut Wallet, federation: &Federation) -> Vec<Submission> {
    let due = wallet.unproven(&federation.charter, NOW, false);
    let sign = |(number, point)| {
        let unbound = unbound(wallet, federation, &point);
        let sealed = wallet.prove(&federation.charter, &unbound, NOW, fresh(number)).unwrap();
        sealed.release(&save(wallet))
    };
    (0..).zip(due).map(sign).collect()
}

/// Exchanges all that is to be exchanged.
pub fn prove(wallet: &mut Wallet, federation: &Federation) {
    swaps(wallet, federation).iter().for_each(|swap| drop(settle(wallet, federation, swap)));
}

/// The coins that an order made, by place.
pub fn coins_of(wallet: &Wallet, digest: OrderDigest) -> Vec<Coin> {
    let mut coins: Vec<Coin> = wallet.book().coins.iter().filter(|coin| coin.origin == digest).cloned().collect();
    coins.sort_by_key(|coin| coin.place);
    coins
}
