//! One witness, fed with a sequence of messages: repeated, out of order, conflicting, and certified by traitors.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use ronde_protocol::{
    crypto::{Entropy, group::PointBytes, merkle, poprf::coin_hash},
    limits::MAX_INPUTS,
    machine::{
        durable::Durable,
        witness::{Gate, Step, Witness, memory::Memory},
    },
    message::{
        amount::Points,
        certificate::Certificate,
        charter::Keyset,
        class::Class,
        codec::Bounded,
        evaluation::Evaluation,
        evidence::conflict,
        head::Head,
        ids::{OrderDigest, Reference, WitnessIndex},
        log::CertifiedOrder,
        order::{Order, Purpose, SignedOrder},
        refusal::{Refusal, Rule},
        vote::Vote,
        wire::{Certified, ReplyV1, VoteRequest},
    },
};

use crate::charter::{ASSOCIATION, CAMPAIGN, Federation, KEYSET, TIME, inputs_of, list, outputs_of, points};

/// Longer sequences say nothing new and take long.
const MAX_STEPS: usize = 24;
/// The witness under test, of four; the fuzzer speaks for the others.
const OWN: WitnessIndex = WitnessIndex(0);

static WORLD: LazyLock<World> = LazyLock::new(World::new);

/// What does not change from one sequence to the next.
struct World {
    federation: Federation,
    witness: Witness,
    orders: Vec<Prepared>,
}

/// An order with all that may come with it.
struct Prepared {
    signed: SignedOrder,
    digest: OrderDigest,
    column: Bounded<PointBytes, MAX_INPUTS>,
    /// Of every witness, by index.
    votes: Vec<Vote>,
}

impl World {
    fn new() -> Self {
        let federation = Federation::new(4, 1);
        let keyset = federation.keyset(KEYSET);
        let witness = Witness::new(keyset.clone(), OWN, federation.keys(KEYSET, 0)).expect("the charter's keys");
        let orders = orders(&federation).into_iter().map(|order| Prepared::new(&federation, order)).collect();
        Self { federation, witness, orders }
    }

    fn keyset(&self) -> &Keyset {
        self.federation.keyset(KEYSET)
    }
}

impl Prepared {
    fn new(federation: &Federation, order: Order) -> Self {
        let digest = order.digest();
        let own = federation.keys(KEYSET, OWN.0).poprf;
        let component = |kind, point| {
            let tweak = Class { keyset: KEYSET, kind }.tweak(&federation.id());
            own.evaluate(&tweak, &coin_hash(point)).expect("evaluated").encode()
        };
        let column = list(order.inputs.iter().map(|input| component(input.kind, &input.point)).collect());
        let keyset = federation.keyset(KEYSET);
        let vote = |index: u8| Vote::sign(&federation.keys(KEYSET, index).vote, keyset, WitnessIndex(index), &digest);
        Self { digest, column, votes: (0..4).map(vote).collect(), signed: federation.signed(order) }
    }
}

impl Prepared {
    /// Three of the four votes that are right, without checking signatures again.
    fn is_certified_by(&self, certificate: &Certificate) -> bool {
        let right = certificate.votes.iter().all(|vote| self.votes.contains(vote));
        let increasing = certificate.votes.is_sorted_by(|a, b| a.index < b.index);
        certificate.digest == self.digest && certificate.votes.len() == 3 && right && increasing
    }
}

/// Orders over few coins and references, so that many are in each other's way.
fn orders(federation: &Federation) -> Vec<Order> {
    let spend = |purpose, coins: usize, first, outputs: usize| Order {
        inputs: list(inputs_of(&vec![points(2); coins], first)),
        outputs: list(outputs_of(&vec![points(2); outputs], first)),
        ..federation.order(purpose)
    };
    let earn = |reference, outputs| Order {
        reference: Reference([reference; 32]),
        outputs: list(outputs_of(&[points(2)], outputs)),
        ..federation.order(Purpose::Earn)
    };
    let ballot = |choice| federation.order(Purpose::Vote { campaign: CAMPAIGN, choice });
    let pledge = |points| federation.order(Purpose::Pledge { association: ASSOCIATION, points: Points(points) });
    vec![
        spend(Purpose::Swap, 2, 1, 2),
        spend(Purpose::Swap, 2, 2, 2),
        spend(Purpose::Swap, 1, 1, 1),
        spend(Purpose::Redeem, 3, 1, 0),
        spend(Purpose::Redeem, 1, 3, 0),
        spend(Purpose::Donate { association: ASSOCIATION }, 2, 2, 1),
        ballot(0),
        ballot(1),
        earn(1, 1),
        earn(1, 2),
        earn(2, 1),
        pledge(7),
        pledge(8),
    ]
}

/// What was seen from outside, and so what may follow.
#[derive(Default)]
struct Seen {
    memory: Memory,
    voted: BTreeSet<OrderDigest>,
    evaluated: BTreeMap<OrderDigest, Evaluation>,
    /// Orders whose certificate the witness was shown, or could assemble.
    shown: BTreeSet<OrderDigest>,
    head: Option<Head>,
}

/// Each three bytes are a message: what is sent, which order it is about, and what comes with it.
///
/// # Panics
/// If the witness answers against a rule, or its log does not fit its heads.
pub fn witness_sequence(data: &[u8]) {
    let mut seen = Seen::default();
    for message in data.chunks_exact(3).take(MAX_STEPS) {
        let [what, which, with] = message else { return };
        let prepared = &WORLD.orders[usize::from(*which) % WORLD.orders.len()];
        match what % 4 {
            0 | 1 => seen.ask_for_a_vote(prepared, *with, what & 4 != 0),
            2 => seen.show_a_certificate(prepared, usize::from(*with % 4)),
            _ => seen.send_what_is_spoiled(prepared, *with),
        }
    }
}

fn request(prepared: &Prepared, with: u8) -> VoteRequest {
    let chosen = prepared.votes.iter().filter(|vote| vote.index != OWN && with & (1 << vote.index.0) != 0);
    VoteRequest {
        signed: prepared.signed.clone(),
        column: (with & 64 == 0).then(|| prepared.column.clone()),
        votes: list(chosen.copied().collect()),
    }
}

impl Seen {
    fn ask_for_a_vote(&mut self, prepared: &Prepared, with: u8, starting: bool) {
        let request = request(prepared, with);
        let others = request.votes.len();
        let without_column = request.column.is_none() && !request.signed.order.inputs.is_empty();
        let ready = match WORLD.witness.prepare_vote(&WORLD.federation.charter, request, Entropy::new([with; 32])) {
            Ok(ready) => ready,
            Err(refusal) => return assert!(without_column && matches!(refusal, Refusal::NoColumn), "{refusal}"),
        };
        let gate = if starting { Gate::Starting } else { Gate::Open };
        let step = WORLD.witness.decide_vote(&self.memory, &WORLD.federation.charter, gate, ready, TIME);
        let reply = self.commit(step.expect("memory is whole"));
        let known = self.voted.contains(&prepared.digest) || self.shown.contains(&prepared.digest);
        match reply {
            ReplyV1::Voted(voted) => {
                assert!(known || !starting, "voted while starting");
                self.saw_vote(prepared, &voted.vote);
                self.saw_head(voted.head);
            }
            ReplyV1::Certified(certified) => {
                if !self.shown.contains(&prepared.digest) {
                    assert!(others + 1 >= WORLD.keyset().quorum().votes(), "evaluated without a quorum");
                    // Its own vote made the quorum full.
                    self.saw_vote(prepared, &prepared.votes[0]);
                    self.shown.insert(prepared.digest);
                }
                self.saw_evaluation(prepared, certified);
            }
            ReplyV1::Refused(refusal) => self.saw_refusal(prepared, &refusal),
            other => panic!("an answer to another question: {other:?}"),
        }
    }

    fn show_a_certificate(&mut self, prepared: &Prepared, without: usize) {
        let votes = prepared.votes.iter().enumerate().filter(|(index, _)| *index != without);
        let votes = list(votes.map(|(_, vote)| *vote).collect());
        let certificate = Certificate { keyset: KEYSET, digest: prepared.digest, votes };
        let certified = CertifiedOrder { order: prepared.signed.order.clone(), certificate };
        let ready = WORLD.witness.prepare_certificate(certified, Entropy::new([7; 32])).expect("it is valid");
        let step = WORLD.witness.decide_certificate(&self.memory, &WORLD.federation.charter, ready, TIME);
        let reply = self.commit(step.expect("memory is whole"));
        self.shown.insert(prepared.digest);
        match reply {
            ReplyV1::Certified(certified) => self.saw_evaluation(prepared, certified),
            ReplyV1::Refused(refusal) => self.saw_refusal(prepared, &refusal),
            other => panic!("an answer to another question: {other:?}"),
        }
    }

    /// Refused whatever was before, with nothing written.
    fn send_what_is_spoiled(&mut self, prepared: &Prepared, with: u8) {
        let mut spoiled = request(prepared, with & !64);
        spoiled.signed.order.time ^= 1 << (with & 31);
        let prepare = |request| WORLD.witness.prepare_vote(&WORLD.federation.charter, request, Entropy::new([3; 32]));
        let refusal = prepare(spoiled).expect_err("the signature covers the time");
        assert!(matches!(refusal, Refusal::BadSignature | Refusal::Invalid(Rule::PledgeDay)), "{refusal}");
        let mut spoiled = request(prepared, with & !64);
        if !prepared.column.is_empty() {
            spoiled.column = Some(list(prepared.signed.order.inputs.iter().map(|input| input.point).collect()));
            assert!(matches!(prepare(spoiled), Err(Refusal::CoinUnknown)));
        }
        let digest = OrderDigest([with; 32]);
        let votes = list(prepared.votes[1..].to_vec());
        let certificate = Certificate { keyset: KEYSET, digest, votes };
        let certified = CertifiedOrder { order: prepared.signed.order.clone(), certificate };
        let refusal = WORLD.witness.prepare_certificate(certified, Entropy::new([7; 32])).expect_err("other order");
        assert!(matches!(refusal, Refusal::BadCertificate), "{refusal}");
    }

    fn commit(&mut self, step: Step<ReplyV1>) -> ReplyV1 {
        self.memory.apply(step.writes);
        step.reply.release(&Durable::after_commit())
    }

    /// At most one order per coin or reference, but for orders that a shown certificate killed.
    fn saw_vote(&mut self, prepared: &Prepared, vote: &Vote) {
        assert!(*vote == prepared.votes[usize::from(OWN.0)], "the same vote, always");
        self.voted.insert(prepared.digest);
        for other in WORLD.orders.iter().filter(|other| self.voted.contains(&other.digest)) {
            if conflict(&other.signed.order, &prepared.signed.order) {
                assert!(self.rival(other).is_some(), "voted for two orders over one coin or reference");
            }
        }
        assert!(self.rival(prepared).is_none(), "voted for what a certificate killed");
    }

    /// Evaluated only with its certificate, the same each time, and never beside a rival.
    fn saw_evaluation(&mut self, prepared: &Prepared, certified: Certified) {
        let Certified { certificate, evaluation, head } = certified;
        let order = &prepared.signed.order;
        assert!(prepared.is_certified_by(&certificate), "the certificate is good");
        assert!(self.rival(prepared).is_none(), "evaluated two certified orders over one coin");
        let first = self.evaluated.entry(prepared.digest).or_insert_with(|| {
            assert!(evaluation.verify(WORLD.keyset(), order, &prepared.digest).is_ok(), "the evaluation is good");
            evaluation.clone()
        });
        assert!(*first == evaluation, "computed once");
        self.saw_head(head);
    }

    fn saw_refusal(&self, prepared: &Prepared, refusal: &Refusal) {
        match refusal {
            Refusal::Conflict(shown) => {
                assert!(conflict(shown.other.order(), &prepared.signed.order), "a conflict that is none");
                if let Some(certificate) = &shown.certificate {
                    let digest = shown.other.order().digest();
                    let other = WORLD.orders.iter().find(|order| order.digest == digest).expect("one of these");
                    assert!(other.is_certified_by(certificate), "its certificate is good");
                }
            }
            Refusal::NotVoting(_) => assert!(!self.shown.contains(&prepared.digest), "a certified order is served"),
            Refusal::LimitExceeded { .. } => assert!(prepared.signed.order.inputs.is_empty(), "a limit on a spend"),
            other => panic!("refused for no reason: {other}"),
        }
    }

    fn saw_head(&mut self, head: Head) {
        let leaves: Vec<[u8; 32]> = self.memory.log().iter().map(|entry| entry.leaf()).collect();
        // A head of the same size is the same head; its signature need not be looked at again.
        if *self.head.get_or_insert(head) != head || head.size == 1 {
            assert!(head.verify(WORLD.keyset()).is_ok(), "the head is good");
            self.head = Some(head);
        }
        assert!((head.size, head.root) == (leaves.len() as u64, merkle::root_of(&leaves)), "the head is the log's");
    }

    /// A conflicting order whose certificate was shown.
    fn rival(&self, of: &Prepared) -> Option<&'static Prepared> {
        let shown = WORLD.orders.iter().filter(|other| self.shown.contains(&other.digest));
        shown.into_iter().find(|other| conflict(&other.signed.order, &of.signed.order))
    }
}
