//! Asks the real machine, state by state and event by event.

use std::collections::BTreeMap;

use ronde_protocol::{
    crypto::{Entropy, group::PointBytes},
    limits::MAX_INPUTS,
    machine::{
        durable::Durable,
        witness::{
            Gate, PreparedCertificate, PreparedVote, Step, Witness,
            memory::{Memory, MemoryError},
            record::{Retirement, Write},
        },
    },
    message::{
        certificate::{Certificate, VerifiedCertificate},
        codec::Bounded,
        ids::WitnessIndex,
        log::CertifiedOrder,
        refusal::{NotVoting, Refusal},
        vote::{VerifiedVote, Vote},
        wire::{ReplyV1, VoteRequest},
    },
};

use super::{Disk, Event, Key, Local, Move, Reply, Table, check, refine::alike};
use crate::{
    fault::{Fault, Seen, tamper},
    federation_support::{KEYSET, NOW, list},
    scene::{ORDERS, Scene},
    witness_support::{column, index, seated},
};

/// What a table is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// What is done wrong, if anything.
    pub fault: Option<Fault>,
    /// Whether some witness may come back with an old disk, so that heads must be compared.
    pub restores: bool,
    /// Whether a vote may be out that its witness does not know of. If not, what it would do then is not asked.
    pub forgets: bool,
}

/// One witness, and all that can be sent to it.
pub struct Actor<'s> {
    pub(super) scene: &'s Scene,
    pub(super) witness: Witness,
    columns: Vec<Option<Bounded<PointBytes, MAX_INPUTS>>>,
    votes: Vec<Vec<Vote>>,
    rules: Rules,
    /// Checking an order and evaluating its outputs does not look at the state: done once for each set of votes.
    for_votes: BTreeMap<Asked, Result<PreparedVote, Refusal>>,
    for_certificates: BTreeMap<Asked, Result<PreparedCertificate, Refusal>>,
    drawn: u64,
    asked: usize,
}

/// An order, and whose votes are shown with it.
type Asked = (usize, Vec<WitnessIndex>);

/// A step, taken.
pub(super) struct Taken {
    pub memory: Memory,
    pub reply: ReplyV1,
}

/// Every state of every witness of the scene's committee.
pub fn build(scene: &Scene, rules: Rules) -> Table {
    let witnesses = scene.federation.indices(KEYSET).len();
    let tables: Vec<Explored> = std::thread::scope(|scope| {
        let each = (0..witnesses).map(|at| scope.spawn(move || Explored::of(Actor::new(scene, at, rules), at == 0)));
        let each: Vec<_> = each.collect();
        each.into_iter().filter_map(|thread| thread.join().ok()).collect()
    });
    let mut flaws: Vec<String> = tables.iter().flat_map(|table| table.flaws.clone()).collect();
    if tables.len() != witnesses || tables.windows(2).any(|pair| pair[0].locals != pair[1].locals) {
        flaws.push("the witnesses of one committee do not behave alike".to_owned());
    }
    let asked = tables.iter().map(|table| table.actor.asked).sum();
    let mut tables = tables.into_iter();
    let Some(first) = tables.next() else { return Table::broken(flaws) };
    let disks: Vec<Disk<'_>> =
        first.memories.iter().map(|memory| Disk { witness: &first.actor.witness, memory: memory.clone() }).collect();
    let keys: Vec<&Key> = first.locals.iter().map(|local| &local.key).collect();
    let retires = if rules.restores { check::retires(scene, &disks, &keys) } else { Vec::new() };
    Table { alike: alike(&first.locals), retires, flaws, asked, locals: first.locals }
}

impl Table {
    fn broken(flaws: Vec<String>) -> Self {
        Self { locals: Vec::new(), alike: Vec::new(), retires: Vec::new(), flaws, asked: 0 }
    }
}

/// The states of one witness, in the order in which they were found.
struct Explored<'s> {
    actor: Actor<'s>,
    locals: Vec<Local>,
    memories: Vec<Memory>,
    found: BTreeMap<Key, u16>,
    flaws: Vec<String>,
}

impl<'s> Explored<'s> {
    fn of(actor: Actor<'s>, thorough: bool) -> Self {
        let mut this =
            Self { actor, locals: Vec::new(), memories: Vec::new(), found: BTreeMap::new(), flaws: Vec::new() };
        if let Err(why) = this.walk(thorough) {
            this.flaws.push(format!("the machine failed: {why}"));
        }
        this
    }

    fn walk(&mut self, thorough: bool) -> Result<(), MemoryError> {
        self.place(Memory::default(), thorough)?;
        let mut at = 0;
        while let Some(memory) = self.memories.get(at).cloned() {
            let contested = self.locals.get(at).is_some_and(|local| local.key.is_contested());
            let mut moves = Vec::new();
            for event in Event::all().filter(|_| !contested) {
                let here = u16::try_from(at).unwrap_or(u16::MAX);
                moves.push(if self.is_asked(here, event) {
                    self.step(&memory, here, event, thorough)?
                } else {
                    Move { to: here, reply: Reply::Unasked }
                });
            }
            if let Some(local) = self.locals.get_mut(at) {
                local.moves = moves;
            }
            at += 1;
        }
        Ok(())
    }

    /// Whether the event can happen in this state.
    fn is_asked(&self, at: u16, event: Event) -> bool {
        let key = self.locals.get(usize::from(at)).map(|local| &local.key);
        self.actor.rules.forgets
            || match event {
                Event::Ask { .. } | Event::Show { own: false, .. } => true,
                Event::Show { order, own: true } => key.is_some_and(|key| key.voted(usize::from(order))),
                Event::Retire => false,
            }
    }

    /// Finds the state, or adds it.
    fn place(&mut self, memory: Memory, thorough: bool) -> Result<u16, MemoryError> {
        let key = Key::of(self.actor.scene, &memory)?;
        if let Some(known) = self.found.get(&key) {
            return Ok(*known);
        }
        if thorough && !key.retired {
            self.flaws.extend(check::state(&self.actor, &memory)?);
        }
        let number = u16::try_from(self.locals.len()).unwrap_or(u16::MAX);
        self.found.insert(key.clone(), number);
        self.locals.push(Local { key, moves: Vec::new() });
        self.memories.push(memory);
        Ok(number)
    }

    /// Takes the step with every set of votes that makes this event, and judges it; with one set, for comparison, if
    /// not thorough.
    fn step(&mut self, memory: &Memory, at: u16, event: Event, thorough: bool) -> Result<Move, MemoryError> {
        let sets = self.actor.vote_sets(event);
        let sets = if thorough { sets } else { sets.into_iter().take(1).collect() };
        let mut outcome: Option<Move> = None;
        for voters in sets {
            let taken = self.actor.take(memory, event, &voters)?;
            let reply = self.actor.reply(&taken.reply);
            if thorough {
                let flaws = check::step(&self.actor, memory, event, &taken)?;
                self.flaws.extend(flaws.into_iter().map(|flaw| format!("{event:?} in state {at}: {flaw}")));
            }
            let to = self.place(taken.memory, thorough)?;
            let reply = if event == Event::Retire { Reply::Nothing } else { reply };
            if outcome.is_some_and(|known| known != Move { to, reply }) {
                self.flaws.push(format!("{event:?} in state {at} depends on whose votes are shown"));
            }
            outcome = outcome.or(Some(Move { to, reply }));
        }
        Ok(outcome.unwrap_or(Move { to: at, reply: Reply::Nothing }))
    }
}

impl<'s> Actor<'s> {
    fn new(scene: &'s Scene, at: usize, rules: Rules) -> Self {
        let federation = &scene.federation;
        let columns = scene
            .orders
            .iter()
            .map(|signed| (!signed.order.inputs.is_empty()).then(|| column(federation, &signed.order, index(at))));
        let indices = federation.indices(KEYSET);
        let votes =
            scene.orders.iter().map(|signed| indices.iter().map(|of| federation.vote(&signed.order, *of)).collect());
        Self {
            witness: seated(federation, index(at)),
            columns: columns.collect(),
            votes: votes.collect(),
            scene,
            rules,
            for_votes: BTreeMap::new(),
            for_certificates: BTreeMap::new(),
            drawn: 0,
            asked: 0,
        }
    }

    pub(super) fn quorum(&self) -> usize {
        self.witness.keyset().quorum().votes()
    }

    fn entropy(&mut self) -> Entropy {
        self.drawn += 1;
        let mut bytes = [0x6d; 32];
        bytes[..8].copy_from_slice(&self.drawn.to_le_bytes());
        Entropy::new(bytes)
    }

    /// Whose votes make this event happen: every set that does.
    fn vote_sets(&self, event: Event) -> Vec<Vec<WitnessIndex>> {
        let (own, quorum) = (self.witness.index(), self.quorum());
        let all: Vec<WitnessIndex> = self.witness.keyset().members().iter().map(|member| member.index()).collect();
        let others: Vec<WitnessIndex> = all.iter().copied().filter(|index| *index != own).collect();
        let of_size = |from: &[WitnessIndex], size: usize| -> Vec<Vec<WitnessIndex>> {
            subsets(from).into_iter().filter(|set| set.len() == size).collect()
        };
        match event {
            Event::Ask { enough: true, .. } => {
                subsets(&others).into_iter().filter(|set| set.len() + 1 >= quorum).collect()
            }
            Event::Ask { enough: false, .. } => {
                subsets(&others).into_iter().filter(|set| set.is_empty() || set.len() + 1 < quorum).collect()
            }
            Event::Show { own: true, .. } => {
                of_size(&all, quorum).into_iter().filter(|set| set.contains(&own)).collect()
            }
            Event::Show { own: false, .. } => of_size(&others, quorum),
            Event::Retire => vec![Vec::new()],
        }
    }

    fn take(&mut self, memory: &Memory, event: Event, voters: &[WitnessIndex]) -> Result<Taken, MemoryError> {
        match event {
            Event::Ask { order, open, .. } => self.ask(memory, usize::from(order), voters, open),
            Event::Show { order, .. } => self.show(memory, usize::from(order), voters),
            Event::Retire => {
                let mut memory = memory.clone();
                memory.apply(vec![Write::Retire(Retirement::RestoredCopy)]);
                Ok(Taken { memory, reply: ReplyV1::Refused(Refusal::NotVoting(NotVoting::Retired)) })
            }
        }
    }

    fn shown(&self, order: usize, voters: &[WitnessIndex]) -> Vec<Vote> {
        let votes = self.votes.get(order).map_or(&[][..], Vec::as_slice);
        votes.iter().copied().filter(|vote| voters.contains(&vote.index)).collect()
    }

    fn ask(
        &mut self,
        memory: &Memory,
        order: usize,
        voters: &[WitnessIndex],
        open: bool,
    ) -> Result<Taken, MemoryError> {
        let charter = self.scene.charter();
        let asked: Asked = (order, voters.to_vec());
        if !self.for_votes.contains_key(&asked) {
            let request = VoteRequest {
                signed: self.scene.orders[order].clone(),
                column: self.columns[order].clone(),
                votes: list(self.shown(order, voters)),
            };
            let entropy = self.entropy();
            self.for_votes.insert(asked.clone(), self.witness.prepare_vote(charter, request, entropy));
        }
        let prepared = match self.for_votes[&asked].clone() {
            Ok(prepared) => prepared,
            Err(refusal) => return Ok(Taken { memory: memory.clone(), reply: ReplyV1::Refused(refusal) }),
        };
        self.asked += 1;
        let gate = if open { Gate::Open } else { Gate::Starting };
        let seen = Seen { memory, fault: self.rules.fault };
        let step = self.witness.decide_vote(&seen, charter, gate, prepared, NOW)?;
        Ok(self.commit(memory, step))
    }

    fn show(&mut self, memory: &Memory, order: usize, voters: &[WitnessIndex]) -> Result<Taken, MemoryError> {
        let asked: Asked = (order, voters.to_vec());
        if !self.for_certificates.contains_key(&asked) {
            let prepared = self.prepare(order, voters);
            self.for_certificates.insert(asked.clone(), prepared);
        }
        let prepared = match self.for_certificates[&asked].clone() {
            Ok(prepared) => prepared,
            Err(refusal) => return Ok(Taken { memory: memory.clone(), reply: ReplyV1::Refused(refusal) }),
        };
        self.asked += 1;
        let seen = Seen { memory, fault: self.rules.fault };
        let step = self.witness.decide_certificate(&seen, self.scene.charter(), prepared, NOW)?;
        Ok(self.commit(memory, step))
    }

    fn prepare(&mut self, order: usize, voters: &[WitnessIndex]) -> Result<PreparedCertificate, Refusal> {
        let certificate = self.certificate(order, voters).ok_or(Refusal::BadCertificate)?.into_certificate();
        let certified = CertifiedOrder { order: self.scene.orders[order].order.clone(), certificate };
        let entropy = self.entropy();
        self.witness.prepare_certificate(certified, entropy)
    }

    /// The writes, then the answer.
    fn commit(&self, memory: &Memory, step: Step<ReplyV1>) -> Taken {
        let mut after = memory.clone();
        after.apply(tamper(self.rules.fault, memory, &self.scene.coins, step.writes));
        Taken { memory: after, reply: step.reply.release(&Durable::after_commit()) }
    }

    pub(super) fn certificate(&self, order: usize, voters: &[WitnessIndex]) -> Option<VerifiedCertificate> {
        let (keyset, digest) = (self.witness.keyset(), self.scene.digests[order]);
        let votes = self.shown(order, voters);
        let votes: Vec<VerifiedVote> = votes.into_iter().filter_map(|vote| vote.verify(keyset, &digest).ok()).collect();
        Certificate::assemble(keyset, digest, &votes)
    }

    fn reply(&self, reply: &ReplyV1) -> Reply {
        match reply {
            ReplyV1::Voted(_) => Reply::Voted,
            ReplyV1::Certified(_) => Reply::Certified,
            ReplyV1::Refused(Refusal::Conflict(held)) => {
                let other = self.scene.order_of(&held.other.order().digest());
                other.map_or(Reply::Failed, |other| Reply::Conflict { other, certified: held.certificate.is_some() })
            }
            ReplyV1::Refused(Refusal::NotVoting(NotVoting::Starting)) => Reply::Starting,
            ReplyV1::Refused(Refusal::NotVoting(NotVoting::Retired)) => Reply::Retired,
            _ => Reply::Failed,
        }
    }
}

fn subsets(of: &[WitnessIndex]) -> Vec<Vec<WitnessIndex>> {
    of.iter().fold(vec![Vec::new()], |sets, index| {
        let with = sets.iter().map(|set: &Vec<WitnessIndex>| set.iter().copied().chain([*index]).collect());
        let with: Vec<Vec<WitnessIndex>> = with.collect();
        sets.into_iter().chain(with).collect()
    })
}

const _: () = assert!(ORDERS < 8, "an order's number is a digit of an event's");
