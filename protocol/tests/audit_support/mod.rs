//! A committee of honest witnesses in memory, orders for it, and logs as a liar would write them.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use ronde_protocol::{
    crypto::{
        coin::{CoinSecret, Seed, derive_coin_secret},
        merkle::Frontier,
        poprf::coin_hash,
        spend::{self, SpendPurpose},
    },
    machine::{
        audit::{Audit, Handed, Leafed, MemoryShelf, Report, WitnessLog, audit, judge_all},
        durable::Durable,
        witness::{Gate, Witness, memory::Memory},
    },
    message::{
        certificate::Certificate,
        charter::{Charter, Keyset},
        class::{Class, Kind},
        head::Head,
        ids::{Reference, StoreId, WitnessIndex},
        log::{CertifiedOrder, LogEntry},
        order::{Authorization, Input, Order, Output, Purpose, SignedOrder},
        refusal::Refusal,
        vote::Vote,
        wire::{ReplyV1, VoteRequest},
    },
};

use super::federation_support::{Dice, Federation, KEYSET, NOW, entropy, list, node_seed};

/// A coin of so many points (or another kind), by number.
pub type Coin = (Kind, u32);

/// Points.
pub fn points(denomination: u64) -> Kind {
    Kind::Points { denomination }
}

/// A coin's secret.
pub fn secret(number: u32) -> CoinSecret {
    derive_coin_secret(&Seed::new([9; 32]), KEYSET.0, 0, u64::from(number), 0)
}

fn sorted_inputs(coins: &[Coin]) -> Vec<(Input, u32)> {
    let mut inputs: Vec<(Input, u32)> = coins
        .iter()
        .map(|(kind, number)| (Input { kind: *kind, point: secret(*number).public().encode() }, *number))
        .collect();
    inputs.sort_by_key(|(input, _)| input.point);
    inputs
}

/// An order that spends some coins and makes others; coins are made unblinded, so that they can be spent at once.
pub fn order(federation: &Federation, purpose: Purpose, store: u32, spends: &[Coin], makes: &[Coin]) -> Order {
    let mut outputs: Vec<Output> = makes
        .iter()
        .map(|(kind, number)| Output {
            class: Class { keyset: KEYSET, kind: *kind },
            blinded: coin_hash(&secret(*number).public().encode()).encode(),
        })
        .collect();
    outputs.sort_by_key(|output| output.blinded);
    Order {
        federation: federation.id(),
        keyset: KEYSET,
        store: StoreId(store),
        purpose,
        reference: Reference::NONE,
        time: NOW,
        inputs: list(sorted_inputs(spends).into_iter().map(|(input, _)| input)),
        outputs: list(outputs),
    }
}

/// An Earn under a reference made of one byte.
pub fn earn(federation: &Federation, store: u32, reference: u8, makes: &[Coin]) -> SignedOrder {
    let order = Order { reference: Reference([reference; 32]), ..order(federation, Purpose::Earn, store, &[], makes) };
    by_store(order)
}

/// With the debited store's signature.
pub fn by_store(order: Order) -> SignedOrder {
    let signature = order.sign_as_store(&node_seed(order.store).node_key());
    SignedOrder { order, authorization: Authorization::Store(signature) }
}

/// A Swap, signed.
pub fn swap(federation: &Federation, spends: &[Coin], makes: &[Coin]) -> SignedOrder {
    by_coins(order(federation, Purpose::Swap, 0, spends, makes), spends)
}

/// A Redeem, signed.
pub fn redeem(federation: &Federation, store: u32, spends: &[Coin], makes: &[Coin]) -> SignedOrder {
    by_coins(order(federation, Purpose::Redeem, store, spends, makes), spends)
}

/// With the coins' signature.
pub fn by_coins(order: Order, spends: &[Coin]) -> SignedOrder {
    let secrets: Vec<CoinSecret> = sorted_inputs(spends).iter().map(|(_, number)| secret(*number)).collect();
    let secrets: Vec<&CoinSecret> = secrets.iter().collect();
    let signature = spend::sign(SpendPurpose::Order, &secrets, &order.digest().0, entropy(3)).unwrap();
    SignedOrder { order, authorization: Authorization::Spend(signature) }
}

/// Witnesses that do as they should.
pub struct Committee<'f> {
    pub federation: &'f Federation,
    witnesses: Vec<(Witness, Memory)>,
}

impl<'f> Committee<'f> {
    pub fn new(federation: &'f Federation) -> Self {
        let keyset = federation.charter.keyset(KEYSET).unwrap();
        let seat = |index| Witness::new(keyset.clone(), index, federation.witness(KEYSET, index)).unwrap();
        let witnesses = federation.indices(KEYSET).into_iter().map(|index| (seat(index), Memory::default())).collect();
        Self { federation, witnesses }
    }

    /// Asks one witness for its vote.
    pub fn vote(&mut self, signed: &SignedOrder, index: u8) -> Result<Vote, Refusal> {
        let (witness, memory) = &mut self.witnesses[usize::from(index)];
        let keys = self.federation.witness(KEYSET, WitnessIndex(index));
        let column = signed.order.inputs.iter().map(|input| {
            let tweak = Class { keyset: KEYSET, kind: input.kind }.tweak(&self.federation.id());
            keys.poprf.evaluate(&tweak, &coin_hash(&input.point)).unwrap().encode()
        });
        let request = VoteRequest { signed: signed.clone(), column: Some(list(column)), votes: list([]) };
        let prepared = witness.prepare_vote(&self.federation.charter, request, entropy(index))?;
        let step = witness.decide_vote(memory, &self.federation.charter, Gate::Open, prepared, NOW).unwrap();
        memory.apply(step.writes);
        match step.reply.release(&Durable::after_commit()) {
            ReplyV1::Voted(voted) => Ok(voted.vote),
            ReplyV1::Refused(refusal) => Err(refusal),
            other => panic!("{other:?}"),
        }
    }

    /// Shows one witness a certificate.
    pub fn show(&mut self, order: &Order, certificate: &Certificate, index: u8) {
        let (witness, memory) = &mut self.witnesses[usize::from(index)];
        let certified = CertifiedOrder { order: order.clone(), certificate: certificate.clone() };
        let prepared = witness.prepare_certificate(certified, entropy(index)).unwrap();
        let step = witness.decide_certificate(memory, &self.federation.charter, prepared, NOW).unwrap();
        memory.apply(step.writes);
    }

    /// The votes of these witnesses, the certificate they make, shown to those.
    pub fn certify(&mut self, signed: &SignedOrder, voters: &[u8], shown: &[u8]) -> Certificate {
        let votes: Vec<Vote> = voters.iter().map(|index| self.vote(signed, *index).unwrap()).collect();
        let (keyset, digest) = (self.keyset().clone(), signed.order.digest());
        let votes: Vec<_> = votes.into_iter().map(|vote| vote.verify(&keyset, &digest).unwrap()).collect();
        let certificate = Certificate::assemble(&keyset, digest, &votes).unwrap().into_certificate();
        shown.iter().for_each(|index| self.show(&signed.order, &certificate, *index));
        certificate
    }

    pub fn keyset(&self) -> &Keyset {
        self.federation.charter.keyset(KEYSET).unwrap()
    }

    /// A witness's log as it stands.
    pub fn log(&self, index: u8) -> WitnessLog {
        let (witness, memory) = &self.witnesses[usize::from(index)];
        WitnessLog { head: witness.head(memory).unwrap(), entries: memory.log().to_vec(), heads: Vec::new() }
    }

    /// All logs.
    pub fn logs(&self) -> Vec<WitnessLog> {
        (0..self.witnesses.len()).map(|index| self.log(u8::try_from(index).unwrap())).collect()
    }

    pub fn audit(&self) -> Report {
        audit_both(&self.federation.charter, self.keyset(), &self.logs())
    }
}

/// Audits at once and piece by piece; what is found is the same.
pub fn audit_both(charter: &Charter, keyset: &Keyset, logs: &[WitnessLog]) -> Report {
    let report = audit(charter, keyset, logs);
    // Few records at a time, and so many entries at a time that there are batches, and halves of them.
    for (seed, budget, pieces) in [(1, 1, 1), (2, 300, 1000)] {
        let piecemeal = audit_in_pieces(charter, keyset, logs, budget, Dice(seed), pieces);
        assert_eq!(format!("{report:?}"), format!("{piecemeal:?}"), "seed {seed}");
    }
    report
}

/// Audits logs that come in pieces of random sizes up to `most`, from one log or the other, each piece judged together.
pub fn audit_in_pieces(
    charter: &Charter,
    keyset: &Keyset,
    logs: &[WitnessLog],
    budget: usize,
    mut dice: Dice,
    most: usize,
) -> Report {
    let mut audit = Audit::new(charter, keyset, MemoryShelf::default(), budget);
    let mut left: Vec<_> = logs.iter().map(|log| (audit.open().unwrap(), log.entries.as_slice())).collect();
    while !left.is_empty() {
        let at = dice.place(left.len());
        let (number, entries) = &mut left[at];
        let (piece, rest) = entries.split_at(entries.len().min(1 + dice.place(most)));
        let mut leafed: Vec<Leafed> = piece.iter().cloned().map(Leafed::from).collect();
        if most > 1 && !piece.is_empty() {
            // Often enough for batches, and for halves of them.
            leafed = leafed.iter().cloned().cycle().take(piece.len().max(150)).collect();
        }
        for facts in judge_all(charter, keyset, &leafed, entropy(3)).iter().take(piece.len()) {
            audit.take(*number, facts).unwrap();
        }
        *entries = rest;
        if rest.is_empty() {
            let log = &logs[number.place()];
            log.heads.iter().chain([&log.head]).for_each(|head| audit.head(*number, *head));
            left.swap_remove(at);
        }
    }
    audit.finish(&mut Handed { logs, ..Handed::default() }).unwrap()
}

/// A head over these entries, signed by a witness, whatever they are.
pub fn sign_head(federation: &Federation, index: u8, entries: &[LogEntry]) -> Head {
    let mut frontier = Frontier::default();
    entries.iter().for_each(|entry| frontier.push(entry.leaf()));
    let keyset = federation.charter.keyset(KEYSET).unwrap();
    let index = WitnessIndex(index);
    Head::sign(&federation.witness(KEYSET, index).vote, keyset, index, frontier.size(), frontier.root())
}

/// A log as a liar writes it.
pub fn forged(federation: &Federation, index: u8, entries: Vec<LogEntry>) -> WitnessLog {
    WitnessLog { head: sign_head(federation, index, &entries), entries, heads: Vec::new() }
}

/// An order with a certificate of these witnesses' votes, whatever it is.
pub fn certified(federation: &Federation, order: &Order, voters: &[u8]) -> LogEntry {
    let voters: Vec<WitnessIndex> = voters.iter().copied().map(WitnessIndex).collect();
    let certificate = federation.certify_by(order, &voters).into_certificate();
    LogEntry::Certified(CertifiedOrder { order: order.clone(), certificate })
}

/// A log entry of a vote.
pub fn voted(signed: &SignedOrder) -> LogEntry {
    LogEntry::Voted(signed.clone())
}
