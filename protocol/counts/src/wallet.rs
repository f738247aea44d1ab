//! What a wallet does for a payment.

use ronde_protocol::{
    machine::{
        durable::Durable,
        wallet::{Payment, Wallet},
    },
    message::{amount::Points, evaluation::Evaluation},
};

use crate::{
    federation_support::{Federation, KEYSET, NOW, entropy, federation},
    hot::{Counter, Failed, Hot, OrFail},
    wallet_support::{earn, offer, wallet},
    witness::WITNESSES,
};

/// What each of four coins is worth.
const COIN: u64 = 64;

/// What is paid: all four coins but 7, which come back as 4 + 2 + 1.
const PRICE: u64 = 249;

/// A wallet's bytes, with four coins in it.
fn filled(federation: &Federation) -> Vec<u8> {
    let mut wallet = wallet(federation);
    for grant in 1..=4 {
        earn(&mut wallet, federation, grant, COIN);
    }
    wallet.to_bytes().to_vec()
}

/// Paying, and taking what the witnesses answered.
pub fn all(counter: &mut Counter<'_>) -> Result<(), Failed> {
    let federation = federation(WITNESSES);
    let charter = &federation.charter;
    let offer = offer(&federation, 1, 1000, 1);
    let payment = Payment { points: Points(PRICE), vouchers: Vec::new() };
    let pay = |wallet: &mut Wallet| wallet.pay(charter, &offer, &payment, None, NOW, entropy(1)).or_fail("a payment");
    let full = filled(&federation);
    counter.count(
        Hot { name: "wallet-pay", units: 1, unit: "payment" },
        || Wallet::from_bytes(&full).or_fail("a wallet"),
        |mut wallet| pay(&mut wallet).map(|submission| (wallet, submission)),
    )?;
    let mut wallet = Wallet::from_bytes(&full).or_fail("a wallet")?;
    let order = pay(&mut wallet)?.release(&Durable::after_commit()).signed.order;
    if (order.inputs.len(), order.outputs.len()) != (4, 3) {
        return Err(format!("4 coins and 3 of change were to be counted, and not {order:?}"));
    }
    let (paying, digest) = (wallet.to_bytes(), order.digest());
    let certificate = federation.certify(&order);
    let evaluations: Vec<Evaluation> = federation.evaluations(&order, &federation.indices(KEYSET));
    counter.count(
        Hot { name: "wallet-answer", units: 12, unit: "component" },
        || Ok((Wallet::from_bytes(&paying).or_fail("a wallet")?, certificate.clone())),
        |(mut wallet, certificate)| {
            let settled = wallet.handle_answer(charter, &digest, certificate, &evaluations, NOW);
            let settled = settled.or_fail("an answer")?.release(&Durable::after_commit());
            if settled.complete { Ok(wallet) } else { Err("not all witnesses' answers count".to_owned()) }
        },
    )
}
