//! A wallet and a federation that certifies whatever it is shown.
#![allow(dead_code, reason = "each test binary uses a part of it")]

pub mod lost;

use ronde_protocol::{
    crypto::{
        CoinHash, Entropy, MacItem, Seed,
        mac::check_one,
        spend::{SpendPurpose, verify},
    },
    machine::{
        durable::Durable,
        wallet::{ClaimRequest, ClaimedOrder, GrantTerms, Link, Settled, Wallet},
    },
    message::{
        amount::Points,
        class::Class,
        ids::{CampaignId, Reference, StoreId, WitnessIndex},
        offer::{Offer, VerifiedOffer},
        order::{Authorization, Inputs, Order, Purpose, SignedOrder, Submission},
    },
};

use crate::federation_support::{Federation, NOW, entropy, node_seed, text};

/// An empty wallet.
pub fn wallet(federation: &Federation) -> Wallet {
    Wallet::new(Seed::new([0x11; 32]), federation.id(), 0)
}

/// Writing to disk, as far as a pure test needs it: the bytes are read back, so that nothing hides in memory.
pub fn save(wallet: &mut Wallet) -> Durable {
    *wallet = Wallet::from_bytes(&wallet.to_bytes()).unwrap();
    Durable::after_commit()
}

/// A grant's link.
pub fn grant(number: u32) -> Link {
    Link { base: text("https://one.example"), id: text(&format!("grant-{number}")) }
}

/// Terms of points alone.
pub fn terms(points: u64) -> GrantTerms {
    GrantTerms { store: StoreId(1), points: Points(points), ballot: None, vouchers: Vec::new() }
}

/// Begins a claim and saves it.
pub fn claim(wallet: &mut Wallet, federation: &Federation, number: u32, terms: GrantTerms) -> ClaimRequest {
    let sealed = wallet.plan_claim(&federation.charter, grant(number), text("secret"), terms, NOW, entropy(1)).unwrap();
    sealed.release(&save(wallet))
}

/// The order that a store makes of a claim.
pub fn earn_order(federation: &Federation, request: &ClaimRequest) -> Order {
    let mut reference = [0; 32];
    reference[..request.link.id.as_str().len()].copy_from_slice(request.link.id.as_str().as_bytes());
    Order {
        federation: federation.id(),
        keyset: request.keyset,
        store: StoreId(1),
        purpose: Purpose::Earn,
        reference: Reference(reference),
        time: NOW,
        inputs: Inputs::default(),
        outputs: request.outputs.clone(),
    }
}

/// Claims, with evaluations of the named witnesses only.
pub fn earn_from(
    wallet: &mut Wallet,
    federation: &Federation,
    number: u32,
    terms: GrantTerms,
    witnesses: &[WitnessIndex],
) -> Settled {
    let request = claim(wallet, federation, number, terms);
    let order = earn_order(federation, &request);
    SignedOrder {
        authorization: Authorization::Store(order.sign_as_store(&node_seed(StoreId(1)).node_key())),
        order: order.clone(),
    }
    .check(&federation.charter)
    .unwrap()
    .authorize(&federation.charter)
    .unwrap();
    let certificate = federation.certify(&order);
    let evaluations = federation.evaluations(&order, witnesses);
    let answer = ClaimedOrder { order, certificate, evaluations };
    let sealed = wallet.handle_claim_answer(&federation.charter, &request.link, answer, NOW).unwrap();
    sealed.release(&save(wallet))
}

/// Claims points, with everybody's evaluations.
pub fn earn(wallet: &mut Wallet, federation: &Federation, number: u32, points: u64) -> Settled {
    let all = federation.indices(crate::federation_support::KEYSET);
    earn_from(wallet, federation, number, terms(points), &all)
}

/// Terms with a ballot.
pub fn with_ballot(points: u64, campaign: CampaignId) -> GrantTerms {
    GrantTerms { ballot: Some(campaign), ..terms(points) }
}

/// A checkout's offer, signed by store 2.
pub fn offer(federation: &Federation, nonce: u8, max: u64, step: u64) -> VerifiedOffer {
    let key = node_seed(StoreId(2)).node_key();
    let offer = Offer {
        federation: federation.id(),
        store: StoreId(2),
        nonce: [nonce; 32],
        max: Points(max),
        step: Points(step),
        expiry: NOW + 900,
        time: NOW + 7,
    };
    offer.sign(&key).verify(&key.verifying_key()).unwrap()
}

/// What every honest witness would check of a submission: rules, signature, and its own column.
pub fn assert_sound(federation: &Federation, submission: &Submission) {
    let order = &submission.signed.order;
    let checked = submission.signed.clone().check(&federation.charter).unwrap();
    let authorized = checked.authorize(&federation.charter).unwrap();
    let Authorization::Spend(signature) = &submission.signed.authorization else { panic!("a spend signature") };
    verify(SpendPurpose::Order, authorized.inputs(), &order.digest().0, signature).unwrap();
    let quorum = federation.charter.keyset(order.keyset).unwrap().quorum();
    assert!(submission.columns.len() >= quorum.votes(), "a quorum of columns");
    for column in &submission.columns {
        assert_eq!(column.components.len(), order.inputs.len(), "the same witnesses for all inputs");
        let key = federation.witness(order.keyset, column.index).poprf;
        for (input, component) in order.inputs.iter().zip(&column.components) {
            let class = Class { keyset: order.keyset, kind: input.kind };
            let item = MacItem {
                tweak: class.tweak(&federation.id()),
                hash: CoinHash::of(&input.point),
                component: component.decode().unwrap(),
            };
            check_one(&key, &item).unwrap();
        }
    }
}

/// Certifies a submission and hands the wallet everything.
pub fn settle(wallet: &mut Wallet, federation: &Federation, submission: &Submission) -> Settled {
    assert_sound(federation, submission);
    let order = &submission.signed.order;
    let evaluations = federation.evaluations(order, &federation.indices(order.keyset));
    let certificate = federation.certify(order);
    let sealed = wallet.handle_answer(&federation.charter, &order.digest(), certificate, &evaluations, NOW).unwrap();
    sealed.release(&save(wallet))
}

/// Fresh randomness by number.
pub fn fresh(number: u64) -> Entropy {
    let mut bytes = [0x77; 32];
    bytes[..8].copy_from_slice(&number.to_le_bytes());
    Entropy::new(bytes)
}

/// Points that can be spent.
pub fn spendable(wallet: &Wallet, federation: &Federation) -> u64 {
    wallet.balance(&federation.charter).spendable().0
}
