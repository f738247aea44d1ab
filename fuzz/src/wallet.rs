//! A wallet and a copy of it, before a federation that certifies at most one of two conflicting orders, and stores that
//! answer late, twice, wrongly or not at all.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use ronde_protocol::{
    crypto::{
        Entropy, Seed,
        group::PointBytes,
        spend::{SpendPurpose, verify},
    },
    machine::{
        durable::{Durable, Sealed},
        wallet::{ClaimRequest, ClaimedOrder, GrantTerms, Link, Payment, Task, Wallet, WalletError},
    },
    message::{
        amount::Points,
        evaluation::Evaluation,
        evidence::{Evidence, conflict},
        ids::{OrderDigest, Reference, StoreId, WitnessIndex},
        offer::{Offer, VerifiedOffer},
        order::{Authorization, Inputs, Order, Purpose, Submission},
    },
};

use crate::{
    choices::Choices,
    federation_support::{ASSOCIATION, CAMPAIGN, Federation, KEYSET, NOW, VOUCHER, federation, node_seed, text},
};

/// Longer sequences say nothing new and take long.
const MAX_STEPS: usize = 20;
const WITNESSES: usize = 4;
const QUORUM: usize = 3;
/// Tills that have an offer open.
const OFFERS: usize = 3;

/// Orders whose evaluations are remembered: most inputs begin like others, and a proof takes long to make.
const REMEMBERED: usize = 2000;

static FEDERATION: LazyLock<Federation> = LazyLock::new(|| federation(WITNESSES));

thread_local! {
    static EVALUATED: RefCell<BTreeMap<(OrderDigest, WitnessIndex, bool), Option<Evaluation>>> =
        const { RefCell::new(BTreeMap::new()) };
}

/// A witness's evaluation, computed with another key if it lies.
fn evaluate(order: &Order, index: WitnessIndex, lies: bool) -> Option<Evaluation> {
    EVALUATED.with_borrow_mut(|known| {
        if known.len() > REMEMBERED {
            known.clear();
        }
        let make = || {
            let other = node_seed(StoreId(99)).witness_keys(&FEDERATION.id(), KEYSET).expect("derived");
            match lies {
                true => FEDERATION.evaluate_with(order, index, &other),
                false => FEDERATION.evaluate(order, index),
            }
        };
        known.entry((order.digest(), index, lies)).or_insert_with(make).clone()
    })
}

/// Each step takes a few bytes.
///
/// # Panics
/// If the wallet signs a second order over a coin that may be spent, its value rises by anything but a claim, what it
/// signed changes, or it accuses an honest witness.
pub fn wallet_sequence(data: &[u8]) {
    let mut choices = Choices::new(data);
    let wallet = Wallet::new(Seed::new([0x11; 32]), FEDERATION.id(), 0);
    let mut play = Play {
        disk: wallet.to_bytes().to_vec(),
        wallet,
        copy: None,
        signed: BTreeMap::new(),
        bound: BTreeMap::new(),
        claims: BTreeMap::new(),
        certified: Vec::new(),
        rivals: Vec::new(),
        liars: BTreeSet::new(),
        number: 0,
    };
    for _ in 0..MAX_STEPS {
        if choices.is_over() {
            return;
        }
        play.step(&mut choices);
        play.look();
    }
}

struct Play {
    wallet: Wallet,
    /// What is on its disk.
    disk: Vec<u8>,
    /// Somebody's copy of its file, from which its coins can be spent as well.
    copy: Option<Vec<u8>>,
    /// What left the wallet, by digest.
    signed: BTreeMap<OrderDigest, Submission>,
    /// Coins signed away, and by which order that is not proven dead.
    bound: BTreeMap<PointBytes, OrderDigest>,
    /// Claims that left the wallet, by number of the grant.
    claims: BTreeMap<usize, ClaimRequest>,
    /// Orders that the federation has certified.
    certified: Vec<Order>,
    /// Orders that the copy signed.
    rivals: Vec<Submission>,
    /// Witnesses that evaluated with another key.
    liars: BTreeSet<WitnessIndex>,
    number: u64,
}

fn offer(number: usize) -> VerifiedOffer {
    let key = node_seed(StoreId(2)).node_key();
    let offer = Offer {
        federation: FEDERATION.id(),
        store: StoreId(2),
        nonce: [u8::try_from(number).expect("few"); 32],
        max: Points([100, 4, 0][number % OFFERS]),
        step: Points([1, 2, 0][number % OFFERS]),
        expiry: NOW + 900,
        time: NOW + 7,
    };
    offer.sign(&key).verify(&key.verifying_key()).expect("just signed")
}

fn grant(number: usize) -> Link {
    Link { base: text("https://one.example"), id: text(&format!("grant-{number}")) }
}

fn terms(number: usize) -> GrantTerms {
    let vouchers = vec![ronde_protocol::machine::wallet::VoucherCount { offer: VOUCHER, count: 1 }];
    GrantTerms {
        store: StoreId(1),
        points: Points([7, 6, 3, 0][number % 4]),
        ballot: (number % 4 == 1).then_some(CAMPAIGN),
        vouchers: if number % 4 > 1 { vouchers } else { Vec::new() },
    }
}

impl Play {
    fn fresh(&mut self) -> Entropy {
        self.number += 1;
        let mut bytes = [0x77; 32];
        bytes[..8].copy_from_slice(&self.number.to_le_bytes());
        Entropy::new(bytes)
    }

    fn step(&mut self, choices: &mut Choices<'_>) {
        match choices.below(12) {
            0 | 1 => self.claim(choices),
            2 | 3 => self.answer_claim(choices),
            4..=6 => self.spend(choices),
            7..=9 => self.answer(choices),
            10 => self.copied(choices),
            _ => self.proven_dead(choices),
        }
    }

    /// Takes what a step hands out, once it is on disk; or the process dies before that, and nothing was said.
    fn commit<T>(&mut self, sealed: Sealed<T>, dies: bool) -> Option<T> {
        if dies {
            self.wallet = Wallet::from_bytes(&self.disk).expect("what was written can be read");
            return None;
        }
        self.disk = self.wallet.to_bytes().to_vec();
        self.wallet = Wallet::from_bytes(&self.disk).expect("what was written can be read");
        Some(sealed.release(&Durable::after_commit()))
    }

    /// Points of all coins that the wallet knows of.
    fn value(&self) -> u64 {
        self.wallet.book().coins.iter().map(|coin| coin.kind.points().0).sum()
    }

    /// Whether the federation would certify it: it certifies no two that conflict.
    fn certify(&mut self, order: &Order) -> bool {
        let dead = self.certified.iter().any(|other| conflict(order, other));
        if !dead && !self.certified.contains(order) {
            self.certified.push(order.clone());
        }
        !dead
    }

    fn claim(&mut self, choices: &mut Choices<'_>) {
        let (number, dies, entropy) = (choices.below(6), choices.one_in(8), self.fresh());
        let other_terms = choices.one_in(16);
        let terms = terms(if other_terms { number + 1 } else { number });
        let before = self.wallet.to_bytes();
        let planned = self.wallet.plan_claim(&FEDERATION.charter, grant(number), text("secret"), terms, NOW, entropy);
        match planned {
            Ok(sealed) => {
                if let Some(request) = self.commit(sealed, dies) {
                    let first = self.claims.entry(number).or_insert_with(|| request.clone());
                    assert!(*first == request, "a claim was changed");
                }
            }
            Err(_) => assert!(self.wallet.to_bytes() == before, "a step that failed changed something"),
        }
    }

    fn answer_claim(&mut self, choices: &mut Choices<'_>) {
        let number = choices.below(6);
        let Some(request) = self.claims.get(&number).cloned() else { return };
        if choices.one_in(8) {
            let withdrawn = self.wallet.handle_claim_withdrawn(&request.link, NOW);
            if let Ok(sealed) = withdrawn
                && self.commit(sealed, false).is_some()
            {
                // The next claim of this grant is another one.
                self.claims.remove(&number);
            }
            return;
        }
        let odd = choices.byte();
        let mut order = Order {
            federation: FEDERATION.id(),
            keyset: request.keyset,
            store: StoreId(if odd == 1 { 2 } else { 1 }),
            purpose: Purpose::Earn,
            reference: Reference([u8::try_from(number).expect("few"); 32]),
            time: NOW,
            inputs: Inputs::default(),
            outputs: request.outputs.clone(),
        };
        if odd == 2 {
            let mut outputs = order.outputs.to_vec();
            outputs.pop();
            order.outputs = crate::federation_support::list(outputs);
        }
        let before = self.value();
        if choices.one_in(6) {
            if let Ok(sealed) = self.wallet.handle_claim_order(&request.link, order) {
                self.commit(sealed, choices.one_in(4));
            }
            assert!(self.value() == before, "an order that is not certified made coins");
            return;
        }
        if !self.certify(&order) {
            return;
        }
        let certificate = FEDERATION.certify(&order);
        let evaluations = self.evaluations(choices, &order);
        let promised = order.outputs.iter().map(|output| output.class.kind.points().0).sum::<u64>();
        let answer = ClaimedOrder { order, certificate, evaluations };
        let taken = self.wallet.handle_claim_answer(&FEDERATION.charter, &request.link, answer, NOW);
        if let Ok(sealed) = taken {
            assert!(odd != 1 && odd != 2, "an order that the wallet did not ask for was taken");
            self.commit(sealed, choices.one_in(8));
        }
        let gained = self.value() - before;
        assert!(gained == 0 || gained == promised, "{gained} points came of a claim of {promised}");
    }

    /// Of some witnesses, some of them spoiled on the way, some computed with another key.
    fn evaluations(&mut self, choices: &mut Choices<'_>, order: &Order) -> Vec<Evaluation> {
        let (who, spoiled, marked) = (choices.byte(), choices.byte(), choices.byte());
        let mut all = Vec::new();
        for (at, index) in FEDERATION.indices(KEYSET).into_iter().enumerate() {
            if who & (1 << at) != 0 {
                continue;
            }
            let lies = marked == 1 << at;
            let Some(mut evaluation) = evaluate(order, index, lies) else { continue };
            if spoiled == 1 << at {
                evaluation.signature.0[9] ^= 2;
            } else if lies {
                self.liars.insert(index);
            }
            all.push(evaluation);
        }
        all
    }

    fn spend(&mut self, choices: &mut Choices<'_>) {
        let (what, points, dies, entropy) =
            (choices.below(6), Points(u64::from(choices.byte() % 10)), choices.one_in(8), self.fresh());
        let (before, value) = (self.wallet.to_bytes(), self.value());
        let signed = spend(&mut self.wallet, choices, what, points, entropy);
        match signed {
            Ok(sealed) => {
                assert!(self.value() == value, "signing changed what there is");
                if let Some(submission) = self.commit(sealed, dies) {
                    self.saw_signed(submission);
                }
            }
            Err(_) => assert!(self.wallet.to_bytes() == before, "a step that failed changed something"),
        }
    }

    /// No coin is in two orders of which both may be certified, and what is shown would pass any honest witness.
    fn saw_signed(&mut self, submission: Submission) {
        let order = &submission.signed.order;
        let digest = order.digest();
        for input in &order.inputs {
            let first = *self.bound.entry(input.point).or_insert(digest);
            assert!(first == digest, "a second order signed over a coin");
        }
        let checked = submission.clone().check(&FEDERATION.charter).expect("the wallet's order keeps every rule");
        assert!(checked.can_be_certified() && submission.columns.len() >= QUORUM, "shown to too few");
        let Authorization::Spend(signature) = &submission.signed.authorization else { panic!("a spend signature") };
        let authorized = submission.signed.clone().check(&FEDERATION.charter).expect("checked before");
        let authorized = authorized.authorize(&FEDERATION.charter).expect("checked before");
        assert!(verify(SpendPurpose::Order, authorized.inputs(), &digest.0, signature).is_ok());
        self.signed.insert(digest, submission);
    }

    fn answer(&mut self, choices: &mut Choices<'_>) {
        let Some((digest, submission)) = self.some_signed(choices) else { return };
        let order = submission.signed.order.clone();
        let before = self.value();
        if choices.one_in(6) {
            // Evaluations alone, and perhaps too early.
            let evaluations = self.evaluations(choices, &order);
            if let Ok(sealed) = self.wallet.handle_evaluations(&FEDERATION.charter, &digest, &evaluations) {
                self.commit(sealed, false);
            }
            assert!(self.value() <= before, "evaluations raised the value");
            return;
        }
        let foreign = choices.one_in(8);
        let certificate = if foreign {
            FEDERATION.certify(&Order { time: order.time ^ 1, ..order.clone() })
        } else if self.certify(&order) {
            FEDERATION.certify(&order)
        } else {
            return;
        };
        let evaluations = self.evaluations(choices, &order);
        match self.wallet.handle_answer(&FEDERATION.charter, &digest, certificate, &evaluations, NOW) {
            Ok(sealed) => {
                assert!(!foreign, "another order's certificate was taken");
                self.commit(sealed, choices.one_in(8));
            }
            Err(error) => assert!(foreign || matches!(error, WalletError::NoSuchOrder(_)), "{error}"),
        }
        assert!(self.value() <= before, "paying raised the value");
    }

    fn some_signed(&self, choices: &mut Choices<'_>) -> Option<(OrderDigest, Submission)> {
        let at = choices.below(self.signed.len().max(1));
        self.signed.iter().nth(at).map(|(digest, submission)| (*digest, submission.clone()))
    }

    /// A copy is made of the wallet's file, or the copy is spent from.
    fn copied(&mut self, choices: &mut Choices<'_>) {
        let Some(bytes) = self.copy.clone().filter(|_| choices.byte() % 4 != 0) else {
            self.copy = Some(self.disk.clone());
            return;
        };
        let mut copy = Wallet::from_bytes(&bytes).expect("what was written can be read");
        let (what, points, entropy) = (choices.below(6), Points(u64::from(choices.byte() % 10)), self.fresh());
        if let Ok(sealed) = spend(&mut copy, choices, what, points, entropy) {
            self.copy = Some(copy.to_bytes().to_vec());
            self.rivals.push(sealed.release(&Durable::after_commit()));
        }
    }

    /// The copy's order is certified, and the wallet is shown it as the end of one of its own.
    fn proven_dead(&mut self, choices: &mut Choices<'_>) {
        let Some((digest, submission)) = self.some_signed(choices) else { return };
        if self.rivals.is_empty() {
            return;
        }
        let rival = choices.one_of(&self.rivals).signed.order.clone();
        if !self.certify(&rival) {
            return;
        }
        let foreign = choices.one_in(4);
        let certificate = match foreign {
            true => FEDERATION.certify(&Order { time: rival.time ^ 1, ..rival.clone() }),
            false => FEDERATION.certify(&rival),
        };
        let before = self.value();
        let own = &submission.signed.order;
        let really = conflict(own, &rival) && !foreign;
        if let Ok(sealed) = self.wallet.handle_conflict(&FEDERATION.charter, &digest, &rival, certificate, NOW) {
            assert!(really, "given up without proof");
            if self.commit(sealed, choices.one_in(8)).is_some() {
                self.bound.retain(|_, by| *by != digest);
            }
        }
        assert!(self.value() <= before, "a lost order raised the value");
    }

    fn look(&self) {
        let proof = Durable::after_commit();
        for open in &self.wallet.book().open {
            let Task::Spend { submission, .. } = &open.task else { continue };
            let digest = submission.signed.order.digest();
            // On disk though it never left, because the process died in between.
            let Some(first) = self.signed.get(&digest) else { continue };
            let again = self.wallet.submission(&digest, &proof).expect("it is open");
            assert!(again.signed == first.signed, "what was signed has changed");
        }
        for evidence in &self.wallet.book().evidence {
            assert!(matches!(evidence, Evidence::BadEvaluation { .. }));
            let found = evidence.clone().verify(&FEDERATION.charter).expect("evidence that proves something");
            assert!(self.liars.contains(&found.culprit), "an honest witness is accused");
        }
    }
}

fn spend(
    wallet: &mut Wallet,
    choices: &mut Choices<'_>,
    what: usize,
    points: Points,
    entropy: Entropy,
) -> Result<Sealed<Submission>, WalletError> {
    let charter = &FEDERATION.charter;
    match what {
        0..=2 => {
            let count = u32::from(choices.byte() % 4 == 3);
            let vouchers = vec![ronde_protocol::machine::wallet::VoucherCount { offer: VOUCHER, count }];
            let vouchers = if count == 0 { Vec::new() } else { vouchers };
            let payment = Payment { points, vouchers };
            wallet.pay(charter, &offer(choices.below(OFFERS)), &payment, None, NOW, entropy)
        }
        3 => wallet.donate(charter, ASSOCIATION, points, NOW, entropy),
        4 => wallet.vote(charter, CAMPAIGN, choices.byte() % 4, NOW, entropy),
        _ => wallet.swap(charter, KEYSET, choices.byte() % 2 == 1, NOW, entropy),
    }
}
