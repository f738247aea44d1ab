//! The whole protocol on one page: who says what to whom, from a grant to the books.
//!
//! Four stores, each of them a witness too (n = 4, f = 1, q = 3). What the network and the disks do is played by
//! [`Town`]; everything else is the protocol itself.

use crate::federation_support;

use std::collections::BTreeMap;

use federation_support::{
    ASSOCIATION, CAMPAIGN, Federation, KEYSET, NOW, VOUCHER, VOUCHER_VALUE, entropy, federation, list, node_seed, text,
};
use ronde_protocol::{
    crypto::Seed,
    machine::{
        books::{Account, Flow},
        durable::Durable,
        till::{pledge::handle_pledge, signing::ToSign},
        wallet::{ClaimedOrder, GrantTerms, Link, Payment, VoucherCount, Wallet},
        witness::{Gate, Witness, memory::Memory},
    },
    message::{
        amount::Points,
        certificate::Certificate,
        evaluation::Evaluation,
        evidence::conflict,
        ids::{Reference, StoreId},
        log::CertifiedOrder,
        offer::Offer,
        order::{Inputs, Order, Purpose, SignedOrder, Submission},
        refusal::{Conflict, Refusal},
        vote::Vote,
        wire::{ReplyV1, VoteRequest},
    },
};

#[test]
fn points_earned_in_one_store_are_spent_in_another_and_nobody_pays_twice() {
    let mut town = Town::new();
    let mut wallet = Wallet::new(Seed::new([1; 32]), town.federation.id(), 0);

    // Store 1 grants 25 points, with a ballot and a coffee voucher; the wallet claims them as blinded coins.
    let coffee = VoucherCount { offer: VOUCHER, count: 1 };
    let terms = |points| GrantTerms { store: StoreId(1), points: Points(points), ballot: None, vouchers: vec![] };
    town.earn(&mut wallet, 1, GrantTerms { ballot: Some(CAMPAIGN), vouchers: vec![coffee], ..terms(25) });
    assert_eq!(wallet.balance(&town.federation.charter).spendable(), Points(25));

    // Store 3 takes 7 of them. The change comes back in the same step, as new coins that nobody can link.
    let paid = town.pay(&mut wallet, StoreId(3), Payment { points: Points(7), vouchers: vec![] });
    town.settle(&mut wallet, &paid);
    assert_eq!(wallet.balance(&town.federation.charter).spendable(), Points(18));

    // A cheat who copied the wallet spends one coin at two stores: the second is refused, with the first as evidence.
    let mut copy = Wallet::from_bytes(&wallet.to_bytes()).unwrap();
    let first = town.pay(&mut wallet, StoreId(2), Payment { points: Points(18), vouchers: vec![] });
    let second = town.pay(&mut copy, StoreId(4), Payment { points: Points(18), vouchers: vec![] });
    town.settle(&mut wallet, &first);
    let refusal = town.certify(&second).unwrap_err();
    assert!(conflict(&second.signed.order, refusal.other.order()));
    assert!(refusal.certificate.is_some(), "it is dead for good");

    // Another grant; 4 points are given to the food bank.
    town.earn(&mut wallet, 2, terms(10));
    let gift = wallet.donate(&town.federation.charter, ASSOCIATION, Points(4), NOW, entropy(4)).unwrap();
    let gift = gift.release(&save(&mut wallet));
    town.settle(&mut wallet, &gift);

    // The ballot of the first basket is cast. Nobody can say whose it is: it names no store and no reference.
    let ballot = wallet.vote(&town.federation.charter, CAMPAIGN, 2, NOW, entropy(5)).unwrap();
    let ballot = ballot.release(&save(&mut wallet));
    assert_eq!((ballot.signed.order.store, ballot.signed.order.reference), (StoreId::NONE, Reference::NONE));
    town.settle(&mut wallet, &ballot);

    // Store 1's coffee voucher is honoured in store 4, and charged to store 1.
    let coffee = town.pay(&mut wallet, StoreId(4), Payment { points: Points::ZERO, vouchers: vec![coffee] });
    town.settle(&mut wallet, &coffee);

    // Store 2 gives something itself.
    let charter = &town.federation.charter;
    let pledge = handle_pledge(None, ASSOCIATION, Points(50), StoreId(2), NOW, charter).unwrap();
    town.certify(&town.signed(pledge)).unwrap();

    // Every witness keeps the same books. They sum to zero with the points that customers still hold.
    let owed =
        [(1, -35 - 3), (2, 18 - 50), (3, 7), (4, 3)].map(|(store, points)| (Account::Store(StoreId(store)), points));
    let mut expected = BTreeMap::from(owed);
    expected.extend([(Account::Association(ASSOCIATION), 4 + 50), (Account::Pool, 6)]);
    assert_eq!(wallet.balance(&town.federation.charter).spendable(), Points(6));
    for (_, disk) in &town.witnesses {
        let statements = disk.statements();
        let positions: BTreeMap<_, _> =
            statements.iter().map(|(account, flows)| (*account, flows.position())).collect();
        assert_eq!(positions, expected);
        assert_eq!(positions.values().sum::<i128>(), 0);
        assert_eq!(statements[&Account::Store(StoreId(1))].flow(Flow::VouchersFunded), Points(VOUCHER_VALUE));
    }
}

/// The stores' nodes and the wires between them.
struct Town {
    federation: Federation,
    witnesses: Vec<(Witness, Memory)>,
}

impl Town {
    fn new() -> Self {
        let federation = federation(4);
        let keyset = federation.charter.keyset(KEYSET).unwrap();
        let witnesses = keyset.members().iter().map(|member| {
            let keys = federation.witness(KEYSET, member.index());
            (Witness::new(keyset.clone(), member.index(), keys).unwrap(), Memory::default())
        });
        let witnesses = witnesses.collect();
        Self { federation, witnesses }
    }

    /// What a store does with an order: votes from the witnesses until q make a certificate, then the certificate to
    /// all, and their evaluations back. Or the order that was in the way.
    fn certify(&mut self, submission: &Submission) -> Result<(Certificate, Vec<Evaluation>), Box<Conflict>> {
        let mut votes: Vec<Vote> = Vec::new();
        let mut certificate = None;
        for at in 0..self.witnesses.len() {
            match self.ask(at, submission, &votes) {
                ReplyV1::Voted(voted) => votes.push(voted.vote),
                ReplyV1::Certified(certified) => certificate = Some(certified.certificate),
                ReplyV1::Refused(Refusal::Conflict(conflict)) => return Err(conflict),
                other => panic!("{other:?}"),
            }
        }
        let certificate = certificate.expect("three of four voted");
        let order = &submission.signed.order;
        let evaluations = (0..self.witnesses.len()).map(|at| self.show(at, order, &certificate)).collect();
        Ok((certificate, evaluations))
    }

    /// One witness is asked to vote, with its own column of the coins' components.
    fn ask(&mut self, at: usize, submission: &Submission, votes: &[Vote]) -> ReplyV1 {
        let (witness, disk) = &mut self.witnesses[at];
        let column = submission.columns.iter().find(|column| column.index == witness.index());
        let column = column.map(|column| column.components.clone());
        let request = VoteRequest { signed: submission.signed.clone(), column, votes: list(votes.iter().copied()) };
        let charter = &self.federation.charter;
        let prepared = witness.prepare_vote(charter, request, entropy(6)).unwrap();
        let step = witness.decide_vote(disk, charter, Gate::Open, prepared, NOW).unwrap();
        disk.apply(step.writes);
        step.reply.release(&Durable::after_commit())
    }

    /// One witness is shown a certificate and evaluates the order's outputs.
    fn show(&mut self, at: usize, order: &Order, certificate: &Certificate) -> Evaluation {
        let (witness, disk) = &mut self.witnesses[at];
        let certified = CertifiedOrder { order: order.clone(), certificate: certificate.clone() };
        let prepared = witness.prepare_certificate(certified, entropy(7)).unwrap();
        let step = witness.decide_certificate(disk, &self.federation.charter, prepared, NOW).unwrap();
        disk.apply(step.writes);
        match step.reply.release(&Durable::after_commit()) {
            ReplyV1::Certified(certified) => certified.evaluation,
            other => panic!("{other:?}"),
        }
    }

    /// A grant is claimed: the wallet blinds, the store signs, the quorum certifies, the wallet unblinds.
    fn earn(&mut self, wallet: &mut Wallet, grant: u8, terms: GrantTerms) {
        let link = Link { base: text("https://one.example"), id: text(&grant.to_string()) };
        let secret = text("from the QR code");
        let claim = wallet.plan_claim(&self.federation.charter, link, secret, terms, NOW, entropy(1)).unwrap();
        let claim = claim.release(&save(wallet));
        let order = Order {
            federation: self.federation.id(),
            keyset: claim.keyset,
            store: StoreId(1),
            purpose: Purpose::Earn,
            reference: Reference([grant; 32]),
            time: NOW,
            inputs: Inputs::default(),
            outputs: claim.outputs,
        };
        let submission = self.signed(ToSign::decide(None, order.clone()).unwrap());
        let (certificate, evaluations) = self.certify(&submission).unwrap();
        let answer = ClaimedOrder { order, certificate, evaluations };
        let settled = wallet.handle_claim_answer(&self.federation.charter, &claim.link, answer, NOW).unwrap();
        assert!(settled.release(&save(wallet)).complete);
    }

    /// The store writes its body down, and then signs it.
    fn signed(&self, to_sign: ToSign) -> Submission {
        let key = node_seed(to_sign.body().store).node_key();
        let signed: SignedOrder = to_sign.sign(&key, &Durable::after_commit());
        Submission { signed, columns: list([]) }
    }

    /// A checkout's offer, and the wallet's signed order for it. From here on it can only be completed.
    fn pay(&self, wallet: &mut Wallet, store: StoreId, payment: Payment) -> Submission {
        let key = node_seed(store).node_key();
        let offer = Offer {
            federation: self.federation.id(),
            store,
            nonce: [u8::try_from(store.0).unwrap(); 32],
            max: Points(100),
            step: Points(1),
            expiry: NOW + 900,
            time: NOW,
        };
        let offer = offer.sign(&key).verify(&key.verifying_key()).unwrap();
        let order = wallet.pay(&self.federation.charter, &offer, &payment, None, NOW, entropy(8)).unwrap();
        order.release(&save(wallet))
    }

    /// An order is certified and the wallet takes its change.
    fn settle(&mut self, wallet: &mut Wallet, submission: &Submission) {
        let (certificate, evaluations) = self.certify(submission).unwrap();
        let digest = submission.signed.order.digest();
        let charter = &self.federation.charter;
        let settled = wallet.handle_answer(charter, &digest, certificate, &evaluations, NOW).unwrap();
        assert!(settled.release(&save(wallet)).complete);
    }
}

/// Nothing leaves a wallet before the wallet is on disk.
fn save(wallet: &mut Wallet) -> Durable {
    *wallet = Wallet::from_bytes(&wallet.to_bytes()).unwrap();
    Durable::after_commit()
}
