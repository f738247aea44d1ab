//! Our side of row 5: a whole payment through the machines of wallet, gateway and four witnesses, and every message
//! between them encoded and decoded.

use std::cell::RefCell;
use std::rc::Rc;

use ronde_protocol::{
    crypto::{Entropy, Seed},
    limits::{MAX_MESSAGE_BYTES, MAX_SUBMISSION_BYTES},
    machine::{
        durable::Durable,
        gateway::Progress,
        till::signing::ToSign,
        wallet::{ClaimedOrder, GrantTerms, Link, Payment, Wallet},
        witness::{Gate, Witness, memory::Memory},
    },
    message::{
        amount::Points,
        codec::{decode, encode},
        evaluation::Evaluation,
        ids::{Reference, StoreId, WitnessIndex},
        offer::{Offer, VerifiedOffer},
        order::{Inputs, Order, Purpose, Submission},
        wire::{Reply, ReplyV1, Request, RequestV1},
    },
};

use super::four_stores;
use crate::{
    fail::{Failed, OrFail, ensure},
    federation_support::{Federation, KEYSET, NOW, list, node_seed, text},
    pace::Side,
    stream::Stream,
};

/// Coins that are paid with, all of this worth: whatever is chosen, four are needed.
const COIN: u64 = 64;
/// How many there are.
const COINS: usize = 4;
/// What is paid: all coins but 7, which come back as 4 + 2 + 1.
const PRICE: u64 = 249;
/// Coins of change.
const CHANGE: usize = 3;

/// The nodes, whose disks are memory.
pub struct Town {
    federation: Federation,
    witnesses: Vec<(Witness, Memory)>,
}

/// A customer about to pay.
pub struct Customer {
    wallet: Wallet,
    offer: VerifiedOffer,
}

/// What a payment came to.
pub struct Paid {
    order: Order,
    complete: bool,
    /// Bytes between wallet and store.
    outside: usize,
    /// Bytes between store and witnesses.
    within: usize,
}

/// What the store answers a wallet.
struct Answer {
    order: Order,
    certificate: Vec<u8>,
    evaluations: Vec<Vec<u8>>,
    within: usize,
}

impl Town {
    /// Four stores, each of them a witness.
    ///
    /// # Errors
    /// If the protocol refuses its own tests' federation.
    pub fn new() -> Result<Self, Failed> {
        let federation = four_stores();
        let keyset = federation.charter.keyset(KEYSET).or_fail("the keyset")?;
        let witnesses = keyset.members().iter().map(|member| {
            let keys = federation.witness(KEYSET, member.index());
            Ok((Witness::new(keyset.clone(), member.index(), keys).or_fail("a witness")?, Memory::default()))
        });
        let witnesses = witnesses.collect::<Result<_, Failed>>()?;
        Ok(Self { federation, witnesses })
    }

    /// A new wallet with its coins, and a store's offer.
    ///
    /// # Errors
    /// If a grant can't be claimed.
    pub fn customer(&mut self, stream: &mut Stream) -> Result<Customer, Failed> {
        let mut wallet = Wallet::new(Seed::new(stream.bytes()), self.federation.id(), 0);
        for _ in 0..COINS {
            self.earn(&mut wallet, stream)?;
        }
        Ok(Customer { wallet, offer: self.offer(StoreId(3), stream)? })
    }

    fn offer(&self, store: StoreId, stream: &mut Stream) -> Result<VerifiedOffer, Failed> {
        let key = node_seed(store).node_key();
        let offer = Offer {
            federation: self.federation.id(),
            store,
            nonce: stream.bytes(),
            max: Points(1000),
            step: Points(1),
            expiry: NOW + 900,
            time: NOW,
        };
        offer.sign(&key).verify(&key.verifying_key()).or_fail("an offer")
    }

    /// Wallet, gateway, witnesses, gateway, witnesses, gateway, wallet.
    ///
    /// # Errors
    /// Whoever refuses.
    pub fn pay(&mut self, customer: &mut Customer, entropy: [Entropy; 3]) -> Result<Paid, Failed> {
        let Customer { wallet, offer } = customer;
        let payment = Payment { points: Points(PRICE), vouchers: vec![] };
        let [for_wallet, for_votes, for_proofs] = entropy;
        let charter = &self.federation.charter;
        let order = wallet.pay(charter, offer, &payment, None, NOW, for_wallet).or_fail("paying")?;
        let sent = encode(&order.release(&Durable::after_commit()));
        let Answer { order, certificate, evaluations, within } = self.certify(&sent, for_votes, for_proofs)?;
        let outside = sent.len() + certificate.len() + evaluations.iter().map(Vec::len).sum::<usize>();

        let certificate = decode(&certificate, MAX_MESSAGE_BYTES).or_fail("a certificate")?;
        let evaluations = evaluations.iter().map(|bytes| decode(bytes, MAX_MESSAGE_BYTES).or_fail("an evaluation"));
        let evaluations: Vec<Evaluation> = evaluations.collect::<Result<_, _>>()?;
        let charter = &self.federation.charter;
        let settled = wallet.handle_answer(charter, &order.digest(), certificate, &evaluations, NOW);
        let complete = settled.or_fail("an answer")?.release(&Durable::after_commit()).complete;
        Ok(Paid { order, complete, outside, within })
    }

    /// The gateway: two rounds through all witnesses at once, votes and then the certificate.
    fn certify(&mut self, sent: &[u8], for_votes: Entropy, for_proofs: Entropy) -> Result<Answer, Failed> {
        let submission: Submission = decode(sent, MAX_SUBMISSION_BYTES).or_fail("a submission")?;
        let mut gathering = submission.check(&self.federation.charter).or_fail("checking a submission")?;
        let mut within = 0;
        for entropy in [for_votes, for_proofs] {
            let entropy = entropy.split(self.witnesses.len());
            for ((to, request), entropy) in gathering.requests().into_iter().zip(entropy) {
                let request = encode(&Request::V1(request));
                let reply = self.ask(to, &request, entropy)?;
                within += request.len() + reply.len();
                let Reply::V1(reply) = decode(&reply, MAX_MESSAGE_BYTES).or_fail("a reply")?;
                if let Progress::Faulty(fault) = gathering.handle_reply(to, reply) {
                    return Err(format!("witness {to} is at fault: {fault:?}"));
                }
            }
        }
        let certificate = encode(gathering.certificate().or_fail("a certificate")?.as_certificate());
        let evaluations = gathering.evaluations().map(encode).collect();
        Ok(Answer { order: gathering.order().clone(), certificate, evaluations, within })
    }

    /// One witness, from bytes to bytes.
    fn ask(&mut self, to: WitnessIndex, request: &[u8], entropy: Entropy) -> Result<Vec<u8>, Failed> {
        let Request::V1(request) = decode(request, MAX_MESSAGE_BYTES).or_fail("a request")?;
        let charter = &self.federation.charter;
        let (witness, disk) = self.witnesses.get_mut(to.position()).or_fail("a witness")?;
        let step = match request {
            RequestV1::Vote(request) => {
                let prepared = witness.prepare_vote(charter, request, entropy).or_fail("checking an order")?;
                witness.decide_vote(disk, charter, Gate::Open, prepared, NOW)
            }
            RequestV1::Certify(certified) => {
                let prepared = witness.prepare_certificate(certified, entropy).or_fail("checking a certificate")?;
                witness.decide_certificate(disk, charter, prepared, NOW)
            }
            other => return Err(format!("a gateway asks {other:?}")),
        };
        let step = step.or_fail("a witness's disk")?;
        disk.apply(step.writes);
        let reply = step.reply.release(&Durable::after_commit());
        match &reply {
            ReplyV1::Refused(refusal) => Err(format!("witness {to} refuses: {refusal:?}")),
            _ => Ok(encode(&Reply::V1(reply))),
        }
    }

    /// A grant of one coin is claimed.
    fn earn(&mut self, wallet: &mut Wallet, stream: &mut Stream) -> Result<(), Failed> {
        let link = Link { base: text("https://one.example"), id: text(&stream.bits().to_string()) };
        let terms = GrantTerms { store: StoreId(1), points: Points(COIN), ballot: None, vouchers: vec![] };
        let charter = &self.federation.charter;
        let claim = wallet.plan_claim(charter, link, text("a secret"), terms, NOW, stream.entropy());
        let claim = claim.or_fail("a claim")?.release(&Durable::after_commit());
        let order = Order {
            federation: self.federation.id(),
            keyset: claim.keyset,
            store: StoreId(1),
            purpose: Purpose::Earn,
            reference: Reference(stream.bytes()),
            time: NOW,
            inputs: Inputs::default(),
            outputs: claim.outputs,
        };
        let to_sign = ToSign::decide(None, order).or_fail("a grant")?;
        let signed = to_sign.sign(&node_seed(StoreId(1)).node_key(), &Durable::after_commit());
        let sent = encode(&Submission { signed, columns: list([]) });
        let Answer { order, certificate, evaluations, .. } = self.certify(&sent, stream.entropy(), stream.entropy())?;
        let evaluations = evaluations.iter().map(|bytes| decode(bytes, MAX_MESSAGE_BYTES).or_fail("an evaluation"));
        let answer = ClaimedOrder {
            order,
            certificate: decode(&certificate, MAX_MESSAGE_BYTES).or_fail("a certificate")?,
            evaluations: evaluations.collect::<Result<_, _>>()?,
        };
        let settled = wallet.handle_claim_answer(&self.federation.charter, &claim.link, answer, NOW);
        ensure(settled.or_fail("a claim's answer")?.release(&Durable::after_commit()).complete, "a claim is complete")
    }
}

fn three(stream: &mut Stream) -> [Entropy; 3] {
    [stream.entropy(), stream.entropy(), stream.entropy()]
}

/// Our side, per payment.
pub fn side(town: &Rc<RefCell<Town>>) -> Side {
    let (maker, worker) = (Rc::clone(town), Rc::clone(town));
    let prepare = move |stream: &mut Stream| Ok((maker.borrow_mut().customer(stream)?, Some(three(stream))));
    let work = move |(customer, entropy): &mut (Customer, Option<[Entropy; 3]>)| {
        worker.borrow_mut().pay(customer, entropy.take().or_fail("entropy is used once")?)
    };
    Side::new("ronde", 1, prepare, work)
}

/// Four coins are paid with, three come back with all components, and who pays twice with them is refused. Gives the bytes.
///
/// # Errors
/// Which of them went otherwise.
pub fn prove_that_it_works(town: &mut Town, stream: &mut Stream) -> Result<(usize, usize), Failed> {
    let mut customer = town.customer(stream)?;
    let copy = customer.wallet.to_bytes();
    let paid = town.pay(&mut customer, three(stream))?;
    ensure(paid.order.inputs.len() == COINS && paid.order.outputs.len() == CHANGE, "four coins, and three of change")?;
    ensure(paid.complete, "all witnesses evaluated")?;
    let change = Points(COIN * COINS as u64 - PRICE);
    ensure(customer.wallet.balance(&town.federation.charter).spendable() == change, "the change can be spent")?;

    let wallet = Wallet::from_bytes(&copy).or_fail("the wallet's copy")?;
    let mut cheat = Customer { wallet, offer: town.offer(StoreId(2), stream)? };
    let refused = town.pay(&mut cheat, three(stream)).is_err_and(|why| why.contains("Conflict"));
    ensure(refused, "coins are spent twice")?;
    Ok((paid.outside, paid.within))
}
