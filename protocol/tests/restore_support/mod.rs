//! Real witnesses that a wallet searches: what is asked is written down.

use std::collections::BTreeSet;

use ronde_protocol::{
    crypto::{Entropy, Seed, group::PointBytes},
    machine::{
        wallet::{Asking, ClaimedOrder, GrantTerms, Probed, Search, Wallet},
        witness::{
            buckets::{BucketSizes, BucketView, index_log},
            record::Write,
        },
    },
    message::{
        bucket::{BucketKey, BucketLength, BucketPage, BucketQuery, LengthQuery},
        certificate::Certificate,
        charter::Charter,
        evaluation::Evaluation,
        ids::{OrderDigest, WitnessIndex},
        order::{Order, SignedOrder, Submission},
        probe::ProbeAnswer,
        wire::ReplyV1,
    },
};

use crate::{
    federation_support::{Federation, KEYSET, NOW, entropy},
    wallet_support::{claim, earn_order, save},
    witness_support::{Committee, by_store, committee, voted},
};

/// A committee, and what it was asked.
pub struct Town {
    committee: Committee,
    /// Each piece of a bucket that was asked for, and how many entries it had.
    pub asked: Vec<(WitnessIndex, BucketQuery, usize)>,
    /// A witness that says of every bucket that it is empty.
    pub liar: Option<WitnessIndex>,
    drawn: u64,
}

impl Town {
    /// So many witnesses.
    pub fn new(witnesses: usize) -> Self {
        Self { committee: committee(witnesses), asked: Vec::new(), liar: None, drawn: 0 }
    }

    pub fn federation(&self) -> &Federation {
        &self.committee.federation
    }

    pub fn charter(&self) -> &Charter {
        &self.committee.federation.charter
    }

    fn fresh(&mut self) -> Entropy {
        self.drawn += 1;
        let mut bytes = [0x77; 32];
        bytes[..8].copy_from_slice(&self.drawn.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_le_bytes());
        Entropy::new(bytes)
    }

    /// Points that one order can pay.
    pub fn balance(&self, wallet: &Wallet) -> u64 {
        wallet.spendable(self.charter(), NOW).0
    }

    /// Claims a grant and has it certified.
    pub fn earn(&mut self, wallet: &mut Wallet, number: u32, terms: GrantTerms) -> Order {
        self.earn_by(wallet, number, terms, usize::MAX)
    }

    /// The same; of so many witnesses the wallet hears evaluations.
    pub fn earn_by(&mut self, wallet: &mut Wallet, number: u32, terms: GrantTerms, heard: usize) -> Order {
        let request = claim(wallet, self.federation(), number, terms);
        let order = earn_order(self.federation(), &request);
        let (certificate, mut evaluations) = self.certify(&by_store(order.clone()));
        evaluations.truncate(heard);
        let answer = ClaimedOrder { order: order.clone(), certificate, evaluations };
        let charter = self.charter().clone();
        let sealed = wallet.handle_claim_answer(&charter, &request.link, answer, NOW).unwrap();
        sealed.release(&save(wallet));
        order
    }

    fn certify(&mut self, signed: &SignedOrder) -> (Certificate, Vec<Evaluation>) {
        let certified = self.committee.settle(signed);
        let certificate = certified[0].certificate.clone();
        (certificate, certified.into_iter().map(|of| of.evaluation).collect())
    }

    /// One witness votes for an order.
    pub fn vote(&mut self, at: usize, submission: &Submission) {
        voted(self.committee.ask(at, &submission.signed));
    }

    /// Has an order certified by whichever witnesses can, and hands the wallet everything.
    pub fn carry(&mut self, wallet: &mut Wallet, submission: &Submission) {
        let (certificate, evaluations) = self.certify(&submission.signed);
        let (charter, digest) = (self.charter().clone(), submission.signed.order.digest());
        let sealed = wallet.handle_answer(&charter, &digest, certificate, &evaluations, NOW).unwrap();
        sealed.release(&save(wallet));
    }

    /// Exchanges all coins for new ones.
    pub fn swap(&mut self, wallet: &mut Wallet) {
        let charter = self.charter().clone();
        let sealed = wallet.swap(&charter, KEYSET, true, NOW, entropy(8)).unwrap();
        let submission = sealed.release(&save(wallet));
        self.carry(wallet, &submission);
    }

    /// A piece of a bucket as its witness gives it.
    pub fn page(&self, index: WitnessIndex, query: &BucketQuery) -> BucketPage {
        let seat = &self.committee.seats[usize::from(index.0)];
        if self.liar == Some(index) {
            return self.federation().bucket_page(index, query, []);
        }
        match seat.witness.bucket_page(&seat.memory, query, NOW).unwrap() {
            ReplyV1::Bucket(page) => page,
            other => panic!("{other:?}"),
        }
    }

    /// Entries made from a witness's log, and those that it kept.
    pub fn indexed(&self) -> (BTreeSet<BucketKey>, BTreeSet<BucketKey>) {
        let memory = &self.committee.seats[0].memory;
        let (mut made, mut from) = (BTreeSet::new(), Some(0));
        while let Some(position) = from {
            let (writes, next) = index_log(memory, KEYSET, position).unwrap();
            made.extend(writes.iter().map(|write| match write {
                Write::Bucket(place) => place.key(),
                other => panic!("{other:?}"),
            }));
            from = next;
        }
        (made, memory.bucket(KEYSET, &[], None, usize::MAX).unwrap().into_iter().collect())
    }

    /// Asks for the length of prefixes.
    pub fn lengths(&self, search: &mut Search) {
        let query = LengthQuery { keyset: KEYSET, nonce: [5; 32] };
        let lengths: Vec<BucketLength> = self
            .committee
            .seats
            .iter()
            .map(|seat| {
                let sizes = BucketSizes::of(&seat.memory, KEYSET).unwrap();
                match seat.witness.bucket_length(&sizes, &query, NOW) {
                    ReplyV1::Length(length) => length,
                    other => panic!("{other:?}"),
                }
            })
            .collect();
        search.handle_lengths(self.charter().keyset(KEYSET).unwrap(), &query.nonce, &lengths).unwrap();
    }

    /// Searches to the end; gives the index that the wallet takes.
    pub fn search(&mut self, wallet: &mut Wallet) -> u32 {
        let device = self.search_some(wallet, usize::MAX).expect("to the end");
        wallet.end_search(device).release(&save(wallet));
        device
    }

    /// Asks so many questions.
    pub fn search_some(&mut self, wallet: &mut Wallet, mut questions: usize) -> Option<u32> {
        let charter = self.charter().clone();
        wallet.begin_search().release(&save(wallet));
        let mut search = Search::new(wallet, &charter, NOW);
        self.lengths(&mut search);
        loop {
            let fresh = self.fresh();
            let Some(question) = search.next_question(wallet, fresh) else {
                match search.next_device() {
                    Some(device) => return Some(device),
                    None => continue,
                }
            };
            if questions == 0 {
                return None;
            }
            questions -= 1;
            let keyset = charter.keyset(question.keyset).unwrap();
            let mut asking = Asking::new(question, keyset, self.fresh());
            while let Some((index, query)) = asking.poll() {
                let page = self.page(index, &query);
                self.asked.push((index, query, page.entries.len()));
                asking.handle_page(&charter, keyset, page).unwrap();
            }
            let mut found = false;
            for order in asking.finish().unwrap().orders {
                let taken = wallet.handle_found(&charter, &question, order, NOW);
                found |= taken.map(|sealed| sealed.release(&save(wallet))).is_ok();
            }
            search.handle_answer(&question, found);
        }
    }

    /// The order in which the numbers of an empty device are asked for.
    pub fn order_of_questions(&mut self, seed: u8) -> Vec<u64> {
        let wallet = Wallet::new(Seed::new([0x44; 32]), self.federation().id(), 0);
        let mut search = Search::new(&wallet, self.charter(), NOW);
        self.lengths(&mut search);
        let mut pieces = entropy(seed).split(20).into_iter();
        let mut order = Vec::new();
        while let Some(question) = pieces.next().and_then(|piece| search.next_question(&wallet, piece)) {
            order.push(question.number);
            search.handle_answer(&question, false);
        }
        order
    }

    /// Asks all witnesses about a coin.
    pub fn probe(&mut self, wallet: &mut Wallet, point: &PointBytes) -> Probed {
        let probe = wallet.probe(KEYSET, point, self.fresh().into_bytes(), self.fresh()).unwrap();
        let checked = probe.check(&self.federation().id()).unwrap();
        let answers: Vec<ProbeAnswer> = self
            .committee
            .seats
            .iter()
            .filter_map(|seat| match seat.witness.answer_probe(&seat.memory, seat.gate, &checked, NOW).unwrap() {
                ReplyV1::Probe(answer) => Some(answer),
                _ => None,
            })
            .collect();
        let charter = self.charter().clone();
        let sealed = wallet.handle_probe(&charter, &probe, answers, NOW).unwrap();
        sealed.release(&save(wallet))
    }

    /// Asks about every coin that was found, exchanges what is free, and completes what was half done.
    pub fn prove_all(&mut self, wallet: &mut Wallet) -> BTreeSet<OrderDigest> {
        let charter = self.charter().clone();
        let mut half_done = BTreeSet::new();
        let coins = wallet.to_probe(&charter, NOW, false);
        for (_, point) in coins {
            if !wallet.to_probe(&charter, NOW, false).iter().any(|(_, of)| *of == point) {
                continue;
            }
            let submission = match self.probe(wallet, &point) {
                Probed::Unbound(unbound) => {
                    if !wallet.unproven(&charter, NOW, false).contains(&point) {
                        continue;
                    }
                    wallet.prove(&charter, &unbound, NOW, self.fresh()).unwrap().release(&save(wallet))
                }
                Probed::Bound(of) => {
                    half_done.insert(of.digest);
                    let on_disk = save(wallet);
                    wallet.adopted(&of, &on_disk).unwrap()
                }
                Probed::Spent(_) => continue,
                Probed::Unclear { answered, needed } => panic!("{answered} of {needed}"),
            };
            self.carry(wallet, &submission);
        }
        // What a half-done order made has the lost wallet's places.
        if wallet
            .to_probe(&charter, NOW, false)
            .iter()
            .any(|(_, point)| wallet.unproven(&charter, NOW, false).contains(point))
        {
            half_done.extend(self.prove_all(wallet));
        }
        half_done
    }
}
