//! `wallet-claim`, `wallet-answer`, `wallet-coins`: what a wallet asks for, and the coins that it gets.

use ronde_protocol::{
    crypto::{Entropy, Seed},
    machine::{
        durable::Durable,
        wallet::{ClaimedOrder, Coin, GrantTerms, Link, Settled, VoucherCount, Wallet, WalletError},
    },
    message::{
        amount::Points,
        certificate::Certificate,
        charter::Charter,
        class::Kind,
        evaluation::Evaluation,
        ids::{CampaignId, OfferId, StoreId},
        order::Order,
        text::Text,
    },
};
use serde::{Deserialize, Serialize};

use super::{
    given::{named, walk},
    votes::bad_certificate,
};
use crate::answer::{Hex, Octets, Refused};

/// A wallet with an empty book, and what a store granted it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    charters: Vec<Octets>,
    seed: Hex<32>,
    device: u32,
    number: u64,
    terms: Terms,
    now: u64,
}

/// What a grant gives.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    store: u32,
    points: u64,
    ballot: Option<u32>,
    vouchers: Vec<Vouchers>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vouchers {
    offer: u32,
    count: u32,
}

impl Terms {
    /// As a wallet is told.
    pub fn read(&self) -> GrantTerms {
        let vouchers = self.vouchers.iter();
        GrantTerms {
            store: StoreId(self.store),
            points: Points(self.points),
            ballot: self.ballot.map(CampaignId),
            vouchers: vouchers
                .map(|voucher| VoucherCount { offer: OfferId(voucher.offer), count: voucher.count })
                .collect(),
        }
    }
}

/// The outputs asked for, by increasing B.
#[derive(Serialize)]
pub struct Asked {
    keyset: u32,
    outputs: Vec<AskedOutput>,
}

/// An output, and the slot of its secrets.
#[derive(Serialize)]
pub struct AskedOutput {
    kind: Kind,
    slot: u16,
    blinded: Hex<32>,
}

/// Claims a grant.
pub fn claim(claim: Claim) -> Result<Asked, Refused> {
    let charter = walk(&claim.charters)?;
    let wallet = claim.plan(&charter)?;
    let open = wallet.book().open.last().ok_or_else(|| Refused::named("nothing"))?;
    let outputs = open.outputs.iter().zip(&open.slots);
    let outputs = outputs.map(|(output, slot)| AskedOutput {
        kind: output.class.kind,
        slot: *slot,
        blinded: Hex(output.blinded.0),
    });
    Ok(Asked { keyset: open.keyset.0, outputs: outputs.collect() })
}

pub(super) fn refuse(error: &WalletError) -> Refused {
    match error {
        WalletError::Certificate(error) => bad_certificate(error),
        other => named(other),
    }
}

pub(super) fn link(number: u64) -> Result<Link, Refused> {
    let text = |text: String| Text::new(text).map_err(|_| Refused::named("bad-text"));
    Ok(Link { base: text("https://store.example".to_owned())?, id: text(number.to_string())? })
}

impl Claim {
    /// A wallet whose next order number is the claim's, and the claim.
    fn plan(&self, charter: &Charter) -> Result<Wallet, Refused> {
        let mut wallet = Wallet::new(Seed::new(self.seed.0), *charter.federation(), self.device);
        let earlier = GrantTerms { store: StoreId(1), points: Points(1), ballot: None, vouchers: Vec::new() };
        for number in 0..=self.number {
            let terms = if number == self.number { self.terms.read() } else { earlier.clone() };
            let secret = Text::new("secret").map_err(|_| Refused::named("bad-text"))?;
            let entropy = Entropy::new([0; 32]);
            wallet
                .plan_claim(charter, link(number)?, secret, terms, self.now, entropy)
                .map_err(|error| refuse(&error))?;
        }
        Ok(wallet)
    }
}

/// A claim and what came of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswerInput {
    claim: Claim,
    order: Octets,
    certificate: Octets,
    evaluations: Vec<Octets>,
}

/// The coins, in the order of the order's outputs.
#[derive(Serialize)]
pub struct Coins {
    coins: Vec<MadeCoin>,
    usable: bool,
    complete: bool,
    spoiled: usize,
    evidence: Vec<Hex<32>>,
}

/// A coin.
#[derive(Serialize)]
pub struct MadeCoin {
    kind: Kind,
    keyset: u32,
    device: u32,
    number: u64,
    slot: u16,
    point: Hex<32>,
    components: Vec<Component>,
}

/// A witness's component of a coin.
#[derive(Serialize)]
pub struct Component {
    index: u8,
    component: Hex<32>,
}

impl From<&Coin> for MadeCoin {
    fn from(coin: &Coin) -> Self {
        let components = coin.components.iter();
        let components = components.map(|(index, point)| Component { index: index.0, component: Hex(point.0) });
        Self {
            kind: coin.kind,
            keyset: coin.place.keyset.0,
            device: coin.place.device,
            number: coin.place.order,
            slot: coin.place.slot,
            point: Hex(coin.point.0),
            components: components.collect(),
        }
    }
}

impl Coins {
    fn of(wallet: &Wallet, settled: &Settled) -> Self {
        let made = wallet.book().coins.iter().filter(|coin| coin.origin == settled.digest);
        Self {
            coins: made.map(MadeCoin::from).collect(),
            usable: settled.usable,
            complete: settled.complete,
            spoiled: settled.spoiled,
            evidence: settled.evidence.iter().map(|evidence| Hex(evidence.id())).collect(),
        }
    }
}

pub(super) fn evaluations(given: &[Octets]) -> Result<Vec<Evaluation>, Refused> {
    given.iter().map(Octets::read).collect()
}

/// Takes the answer to a claim.
pub fn answer(AnswerInput { claim, order, certificate, evaluations: given }: AnswerInput) -> Result<Coins, Refused> {
    let charter = walk(&claim.charters)?;
    let answer =
        ClaimedOrder { order: order.read()?, certificate: certificate.read()?, evaluations: evaluations(&given)? };
    let mut wallet = claim.plan(&charter)?;
    let settled = wallet.handle_claim_answer(&charter, &link(claim.number)?, answer, claim.now);
    // Nothing of this wallet outlives the question.
    let settled = settled.map_err(|error| refuse(&error))?.release(&Durable::after_commit());
    Ok(Coins::of(&wallet, &settled))
}

/// An order that some wallet of a seed made, and what came of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CoinsInput {
    charters: Vec<Octets>,
    seed: Hex<32>,
    device: u32,
    order: Octets,
    certificate: Octets,
    evaluations: Vec<Octets>,
}

/// The coins that came back, and whether one is of this very device.
#[derive(Serialize)]
pub struct Recovered {
    behind: bool,
    #[serde(flatten)]
    coins: Coins,
}

/// Makes coins of a certified order once more, from the seed.
pub fn coins(input: CoinsInput) -> Result<Recovered, Refused> {
    let charter = walk(&input.charters)?;
    let mut wallet = Wallet::new(Seed::new(input.seed.0), *charter.federation(), input.device);
    let (order, certificate): (Order, Certificate) = (input.order.read()?, input.certificate.read()?);
    let recovered = wallet.recover(&charter, order, certificate, &evaluations(&input.evaluations)?, 0);
    let recovered = recovered.map_err(|error| refuse(&error))?.release(&Durable::after_commit());
    Ok(Recovered { behind: recovered.behind, coins: Coins::of(&wallet, &recovered.settled) })
}
