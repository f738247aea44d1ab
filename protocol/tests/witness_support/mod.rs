//! A committee with its state in memory, and orders made by hand out of numbered coins.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use ronde_protocol::{
    crypto::{
        Entropy, Seed,
        coin::{CoinSecret, derive_blind, derive_coin_secret},
        group::PointBytes,
        poprf::{blind, coin_hash},
        spend::{SpendPurpose, sign},
    },
    machine::{
        durable::Durable,
        witness::{
            Gate, Step, Witness,
            memory::Memory,
            record::{Retirement, View},
        },
    },
    message::{
        certificate::Certificate,
        charter::Charter,
        class::{Class, Kind},
        codec::{Bounded, encode},
        ids::{Reference, StoreId, WitnessIndex},
        log::CertifiedOrder,
        order::{
            Authorization, Input, Inputs, Order, Output, Outputs, Purpose, Seconds, SignedOrder, pledge_reference,
        },
        refusal::{Conflict, Refusal},
        vote::Vote,
        wire::{Certified, ReplyV1, VoteRequest},
    },
};

use crate::federation_support::{Federation, KEYSET, NOW, federation, list, node_seed};

/// A coin by number: its secret, its blind and what it is come from the number and the kind.
pub type Numbered = (u64, Kind);

/// One witness and what it has on its disk.
pub struct Seat {
    pub witness: Witness,
    pub memory: Memory,
    pub gate: Gate,
}

/// All witnesses of one keyset.
pub struct Committee {
    pub federation: Federation,
    pub seats: Vec<Seat>,
    /// What the witnesses' clocks say.
    pub now: Seconds,
    drawn: u64,
}

/// So many witnesses, f as large as it may be, all of them open for votes.
pub fn committee(witnesses: usize) -> Committee {
    Committee::of(federation(witnesses))
}

impl Committee {
    /// The committee of a federation's first keyset.
    pub fn of(federation: Federation) -> Self {
        let seats = federation.indices(KEYSET).into_iter().map(|index| Seat {
            witness: seated(&federation, index),
            memory: Memory::default(),
            gate: Gate::Open,
        });
        let seats = seats.collect();
        Self { federation, seats, now: NOW, drawn: 0 }
    }

    /// The rules in force.
    pub fn charter(&self) -> &Charter {
        &self.federation.charter
    }

    /// Throws away everything but what is on disk.
    pub fn restart(&mut self, at: usize) {
        self.seats[at].witness = seated(&self.federation, index(at));
    }

    fn entropy(&mut self) -> Entropy {
        self.drawn += 1;
        let mut bytes = [0x33; 32];
        bytes[..8].copy_from_slice(&self.drawn.to_le_bytes());
        Entropy::new(bytes)
    }

    /// Asks one witness to vote, showing it its own column and nobody's votes.
    pub fn ask(&mut self, at: usize, signed: &SignedOrder) -> ReplyV1 {
        let request = self.request(at, signed, &[]);
        self.send(at, request)
    }

    /// Asks with any column, for orders that are refused before it is looked at.
    pub fn ask_raw(&mut self, at: usize, signed: &SignedOrder) -> ReplyV1 {
        let request = VoteRequest { signed: signed.clone(), column: Some(list([])), votes: list([]) };
        self.send(at, request)
    }

    /// Sends one witness a request for a vote.
    pub fn send(&mut self, at: usize, request: VoteRequest) -> ReplyV1 {
        let entropy = self.entropy();
        let seat = &mut self.seats[at];
        let prepared = match seat.witness.prepare_vote(&self.federation.charter, request, entropy) {
            Ok(prepared) => prepared,
            Err(refusal) => return ReplyV1::Refused(refusal),
        };
        let charter = &self.federation.charter;
        let step = seat.witness.decide_vote(&seat.memory, charter, seat.gate, prepared, self.now).unwrap();
        seat.commit(step)
    }

    /// Shows one witness an order's certificate.
    pub fn show(&mut self, at: usize, order: &Order, certificate: &Certificate) -> ReplyV1 {
        let entropy = self.entropy();
        let seat = &mut self.seats[at];
        let certified = CertifiedOrder { order: order.clone(), certificate: certificate.clone() };
        let prepared = match seat.witness.prepare_certificate(certified, entropy) {
            Ok(prepared) => prepared,
            Err(refusal) => return ReplyV1::Refused(refusal),
        };
        let charter = &self.federation.charter;
        let step = seat.witness.decide_certificate(&seat.memory, charter, prepared, self.now).unwrap();
        seat.commit(step)
    }

    /// What a store sends this witness.
    pub fn request(&self, at: usize, signed: &SignedOrder, votes: &[Vote]) -> VoteRequest {
        let column = (!signed.order.inputs.is_empty()).then(|| column(&self.federation, &signed.order, index(at)));
        VoteRequest { signed: signed.clone(), column, votes: list(votes.iter().copied()) }
    }

    /// What a store does: asks all witnesses in turn until one, shown the votes so far, certifies.
    pub fn gather(&mut self, signed: &SignedOrder) -> Option<Certificate> {
        let mut votes = Vec::new();
        for at in 0..self.seats.len() {
            let request = self.request(at, signed, &votes);
            match self.send(at, request) {
                ReplyV1::Voted(voted) => votes.push(voted.vote),
                ReplyV1::Certified(certified) => return Some(certified.certificate),
                _ => {}
            }
        }
        None
    }

    /// Gathers votes and shows everyone the certificate.
    pub fn settle(&mut self, signed: &SignedOrder) -> Vec<Certified> {
        let certificate = self.gather(signed).expect("nothing is in the way");
        (0..self.seats.len()).map(|at| certified(self.show(at, &signed.order, &certificate))).collect()
    }
}

impl Seat {
    fn commit(&mut self, step: Step<ReplyV1>) -> ReplyV1 {
        self.memory.apply(step.writes);
        step.reply.release(&Durable::after_commit())
    }

    /// Why it never votes again in this keyset, if so.
    pub fn retired(&self) -> Option<Retirement> {
        self.memory.retired(KEYSET).unwrap()
    }

    /// Everything it has on its disk, to be compared.
    pub fn disk(&self) -> String {
        format!("{:?}", self.memory)
    }
}

/// A witness with the keys that the charter lists.
pub fn seated(federation: &Federation, index: WitnessIndex) -> Witness {
    let keyset = federation.charter.keyset(KEYSET).unwrap().clone();
    Witness::new(keyset, index, federation.witness(KEYSET, index)).unwrap()
}

/// A place as an index.
pub fn index(at: usize) -> WitnessIndex {
    WitnessIndex(u8::try_from(at).unwrap())
}

/// Point coins.
pub fn points(denomination: u64) -> Kind {
    Kind::Points { denomination }
}

/// A coin's secret.
pub fn coin(number: u64) -> CoinSecret {
    derive_coin_secret(&Seed::new([0xc0; 32]), KEYSET.0, 0, number, 0)
}

/// A coin as an input.
pub fn input((number, kind): Numbered) -> Input {
    Input { kind, point: coin(number).public().encode() }
}

/// A coin as a blinded output.
pub fn output((number, kind): Numbered) -> Output {
    let factor = derive_blind(&Seed::new([0xc0; 32]), KEYSET.0, 0, number, 0);
    let blinded = blind(&coin_hash(&coin(number).public().encode()), &factor).encode();
    Output { class: Class { keyset: KEYSET, kind }, blinded }
}

/// A witness's components of an order's inputs, made with its keys: coins that were issued properly have the same.
pub fn column<const MAX: usize>(
    federation: &Federation,
    order: &Order,
    index: WitnessIndex,
) -> Bounded<PointBytes, MAX> {
    let key = federation.witness(order.keyset, index).poprf;
    list(order.inputs.iter().map(|input| {
        let tweak = Class { keyset: order.keyset, kind: input.kind }.tweak(&federation.id());
        key.evaluate(&tweak, &coin_hash(&input.point)).unwrap().encode()
    }))
}

/// An order with inputs, signed by its coins.
pub fn spend(
    federation: &Federation,
    (store, purpose): (StoreId, Purpose),
    from: &[Numbered],
    to: &[Numbered],
) -> SignedOrder {
    let reference = if store == StoreId::NONE { Reference::NONE } else { Reference([9; 32]) };
    by_coins(body(federation, (store, purpose, reference), from, to), from)
}

/// Signed by the coins that it spends.
pub fn by_coins(order: Order, from: &[Numbered]) -> SignedOrder {
    let mut secrets: Vec<CoinSecret> = from.iter().map(|(number, _)| coin(*number)).collect();
    secrets.sort_by_key(|secret| secret.public().encode());
    let keys: Vec<&CoinSecret> = secrets.iter().collect();
    let signature = sign(SpendPurpose::Order, &keys, &order.digest().0, Entropy::new([5; 32])).unwrap();
    SignedOrder { order, authorization: Authorization::Spend(signature) }
}

fn body(
    federation: &Federation,
    (store, purpose, reference): (StoreId, Purpose, Reference),
    from: &[Numbered],
    to: &[Numbered],
) -> Order {
    let mut inputs: Vec<Input> = from.iter().copied().map(input).collect();
    inputs.sort_by_key(|input| input.point);
    let mut outputs: Vec<Output> = to.iter().copied().map(output).collect();
    outputs.sort_by_key(|output| output.blinded);
    Order {
        federation: federation.id(),
        keyset: KEYSET,
        store,
        purpose,
        reference,
        time: NOW,
        inputs: list(inputs),
        outputs: list(outputs),
    }
}

/// Points against other coins.
pub fn swap(federation: &Federation, from: &[Numbered], to: &[Numbered]) -> SignedOrder {
    spend(federation, (StoreId::NONE, Purpose::Swap), from, to)
}

/// A payment at a store.
pub fn redeem(federation: &Federation, store: u32, from: &[Numbered], to: &[Numbered]) -> SignedOrder {
    spend(federation, (StoreId(store), Purpose::Redeem), from, to)
}

/// What a store issues for the grant of this number.
pub fn earn(federation: &Federation, store: u32, grant: u8, to: &[Numbered]) -> SignedOrder {
    let reference = Reference([grant; 32]);
    by_store(body(federation, (StoreId(store), Purpose::Earn, reference), &[], to))
}

/// A store's gift on the day of `time`.
pub fn pledge(federation: &Federation, store: u32, purpose: Purpose, time: Seconds) -> SignedOrder {
    let order = body(federation, (StoreId(store), purpose, pledge_reference(time)), &[], &[]);
    by_store(Order { time, inputs: Inputs::default(), outputs: Outputs::default(), ..order })
}

/// Signed by the store that it debits.
pub fn by_store(order: Order) -> SignedOrder {
    let signature = order.sign_as_store(&node_seed(order.store).node_key());
    SignedOrder { order, authorization: Authorization::Store(signature) }
}

/// A vote, or the test fails.
pub fn voted(reply: ReplyV1) -> Vote {
    match reply {
        ReplyV1::Voted(voted) => voted.vote,
        other => panic!("no vote but {other:?}"),
    }
}

/// A certificate and an evaluation, or the test fails.
pub fn certified(reply: ReplyV1) -> Certified {
    match reply {
        ReplyV1::Certified(certified) => certified,
        other => panic!("not certified but {other:?}"),
    }
}

/// A refusal, or the test fails.
pub fn refused(reply: ReplyV1) -> Refusal {
    match reply {
        ReplyV1::Refused(refusal) => refusal,
        other => panic!("not refused but {other:?}"),
    }
}

/// The order in the way, or the test fails.
pub fn conflict(reply: ReplyV1) -> Conflict {
    match refused(reply) {
        Refusal::Conflict(conflict) => *conflict,
        other => panic!("no conflict but {other:?}"),
    }
}

/// Whether a refusal is the one expected: they have no equality of their own.
pub fn assert_refused(reply: ReplyV1, expected: &Refusal) {
    let refusal = refused(reply);
    assert_eq!(encode(&refusal), encode(expected), "{refusal:?} where {expected:?} was due");
}
