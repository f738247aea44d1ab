//! A store's node: what it is, how it dies and how it starts.

use std::collections::{BTreeMap, BTreeSet};

use ronde_protocol::{
    machine::{
        durable::Durable,
        gateway::Gathering,
        witness::{
            Gate, OtherClocks, Witness,
            inquiry::Inquiry,
            peers::{Followed, Restored, Started, Startup, handle_restored},
            record::{Retirement, View, Write},
        },
    },
    message::{
        charter::Keyset,
        head::Head,
        ids::{KeysetId, OrderDigest, Reference, StoreId, WitnessIndex},
        order::Seconds,
        vote::VerifiedVote,
        wire::RequestV1,
    },
};

use crate::{
    clock::{Clock, Millis},
    coverage::Group,
    disk::{Disk, Full, Key, State, Writes},
    federation::{Federation, KEYSET},
    histories::Histories,
    luck::Luck,
    message::{Asked, Body, News, Route},
    network::End,
    outcome::Invariant,
    plan::{Lie, Plan, Way},
    world::{After, Event, World},
};

/// One store's node.
pub struct Node {
    /// Its store: the number from 1.
    pub store: StoreId,
    /// Whether it runs.
    pub up: bool,
    /// How often it was started.
    pub life: u32,
    /// Its idea of time.
    pub clock: Clock,
    /// Its disk.
    pub disk: Disk<After>,
    /// Of which keyset it is a witness, if it is one.
    pub keyset: KeysetId,
    /// Its place in the committee.
    pub index: Option<WitnessIndex>,
    /// Whether it may vote.
    pub gate: Gate,
    /// What it heard since it started.
    pub startup: Option<Startup>,
    /// Open orders in hand.
    pub running: BTreeMap<OrderDigest, Running>,
    /// Votes that came to light for orders that wallets asked for.
    pub found: BTreeMap<OrderDigest, Vec<VerifiedVote>>,
    /// How far peers' logs were read, and witnesses' highest heads, by their nodes.
    pub followed: BTreeMap<usize, Followed>,
    /// How often it asked for a page of a log, in all its lives.
    pub log_asks: u64,
    /// Of each peer's log, by its node, the question whose answer goes on with the reading. That comes once to a question; what
    /// comes twice here, or to a question before it, is looked at, and asks for nothing more.
    pub reading: BTreeMap<usize, u64>,
    /// Peers' logs that are read once more, by their nodes.
    pub inquiring: BTreeMap<usize, Inquiry>,
    /// It dies while one of its next commits is on its way.
    pub trap: Option<Trap>,
    /// A copy of its disk, and where its log was then.
    pub copy: Option<State>,
    /// How it lies, if it is a witness that lies.
    pub lie: Option<Lie>,
    /// How it cheats, if it is a store that cheats.
    pub way: Option<Way>,
    /// Whether it is to look at what it set aside, and how often it did.
    pub sweep_due: bool,
    /// How often it did.
    pub sweeps: u32,
    /// Its tills' newest checkout.
    pub newest: Option<Reference>,
    /// It went on from an old copy, or lies: nothing is promised about it any more.
    pub fallen: bool,
    /// What it sent as a cheat, to be sent again.
    pub sent: Vec<(usize, RequestV1)>,
    /// It went on from a copy that says that it is one.
    pub marked: bool,
    /// Peers that knew, in this life of theirs, when it started that its log was longer.
    pub ahead: Vec<(usize, u32)>,
    /// What its peers' clocks showed since its own says that its keyset's time is over.
    pub clocks: OtherClocks,
    /// Peers that it heard, since it asked last, say that the time is over: for the omniscient.
    pub agreed: BTreeSet<usize>,
    /// Peers that answered its start.
    pub heard: BTreeSet<WitnessIndex>,
    /// The heads of its own that they showed it then, and since.
    pub shown: Vec<Head>,
    /// When it died.
    pub deaths: Vec<Millis>,
    /// How often it asked peers for its own head while it ran.
    pub own_asks: u64,
    /// The nonces of those questions that were not answered, by the peers' nodes.
    pub own_nonces: BTreeMap<usize, [u8; 32]>,
    /// Its histories, if it is a witness that has two.
    pub histories: Histories,
}

/// A death that waits for a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trap {
    /// So many commits go well first.
    pub commits: u8,
    /// Milliseconds until the node starts again.
    pub down: u64,
}

/// An open order in hand.
pub struct Running {
    /// The machine.
    pub gathering: Gathering,
    /// Wallets that wait for an answer.
    pub waiting: Vec<usize>,
    /// Rounds since it was taken in hand.
    pub rounds: u32,
    /// Whether the shop knows of the certificate.
    pub told: bool,
    /// Whether it waits a little longer for the last witnesses.
    pub grace: bool,
    /// Witnesses' nodes that were asked and have not answered: whether they were shown the certificate, and when.
    pub asked: BTreeMap<usize, (bool, u64)>,
}

impl Running {
    /// Just taken in hand.
    pub fn new(gathering: Gathering) -> Self {
        Self { gathering, waiting: Vec::new(), rounds: 0, told: false, grace: false, asked: BTreeMap::new() }
    }
}

impl Node {
    /// A node that was never started.
    pub fn new(number: usize, plan: &Plan, federation: &Federation, luck: &mut Luck) -> Self {
        let witness = federation.witness(number);
        let mut traitors = plan.swarm.traitors.iter().filter(|_| witness.is_some());
        let lie = traitors.find(|traitor| number == usize::from(traitor.index)).map(|traitor| traitor.lie);
        let way = plan.swarm.cheats.iter().find(|cheat| usize::from(cheat.store) == number).map(|cheat| cheat.way);
        let drift = i64::from(plan.swarm.drift);
        let drawn = i64::try_from(luck.below(2 * plan.swarm.drift as u64 + 1)).unwrap_or(0);
        Self {
            store: StoreId(u32::try_from(number).unwrap_or(0) + 1),
            up: false,
            life: 0,
            clock: Clock { drift: drawn - drift, ..Clock::default() },
            disk: Disk::default(),
            keyset: witness.map_or(KEYSET, |witness| witness.keyset().id()),
            index: witness.map(Witness::index),
            gate: Gate::Starting,
            startup: None,
            running: BTreeMap::new(),
            found: BTreeMap::new(),
            followed: BTreeMap::new(),
            log_asks: 0,
            reading: BTreeMap::new(),
            inquiring: BTreeMap::new(),
            trap: None,
            copy: None,
            lie,
            way,
            sweep_due: false,
            sweeps: 0,
            newest: None,
            fallen: lie.is_some(),
            sent: Vec::new(),
            marked: false,
            ahead: Vec::new(),
            clocks: OtherClocks::default(),
            agreed: BTreeSet::new(),
            heard: BTreeSet::new(),
            shown: Vec::new(),
            deaths: Vec::new(),
            own_asks: 0,
            own_nonces: BTreeMap::new(),
            histories: Histories::new(plan.seed, number),
        }
    }

    /// Whether it still runs as it did in that life.
    pub fn is_alive(&self, life: u32) -> bool {
        self.up && self.life == life
    }

    /// Whether it does as it should: as a witness, and as a store.
    pub fn is_honest(&self) -> bool {
        !self.fallen && self.way.is_none()
    }

    /// Whether it is a witness about which everything is promised.
    pub fn is_honest_witness(&self) -> bool {
        self.index.is_some() && !self.fallen
    }
}

/// The node of a store; none of a store that is none.
pub fn node_of(store: StoreId) -> Option<usize> {
    usize::try_from(store.0).ok()?.checked_sub(1)
}

impl World<'_> {
    /// The machine of a node that is a witness.
    pub fn witness(&self, node: usize) -> Option<&'static Witness> {
        self.federation.witness(node)
    }

    /// The keyset of which a node is a witness; of one that is none, the first.
    pub fn keyset_of(&self, node: usize) -> &'static Keyset {
        self.federation.committee_of(self.nodes[node].keyset)
    }

    /// The nodes of the witnesses of a node's own keyset.
    pub fn peers_of(&self, node: usize) -> core::ops::Range<usize> {
        self.federation.committee(self.nodes[node].keyset)
    }

    /// A node's idea of time.
    pub fn time(&self, node: usize) -> Seconds {
        self.nodes[node].clock.seconds(self.now)
    }

    /// Why a witness retired, if it did.
    pub fn retired(&self, node: usize) -> Option<Retirement> {
        self.nodes[node].disk.seen().ledger.retired(KEYSET).ok().flatten()
    }

    /// A node dies. It starts again after a while.
    pub fn crash(&mut self, node: usize, down: u64, mut luck: Luck) {
        if !self.nodes[node].up {
            return;
        }
        self.kill(node, &mut luck);
        self.after(down, luck.child(), Event::Start(node));
    }

    /// A node dies.
    pub fn kill(&mut self, node: usize, luck: &mut Luck) {
        let dying = &mut self.nodes[node];
        dying.up = false;
        dying.deaths.push(self.now);
        dying.running.clear();
        dying.found.clear();
        dying.followed.clear();
        dying.reading.clear();
        dying.inquiring.clear();
        dying.gate = Gate::Starting;
        dying.startup = None;
        dying.clocks = OtherClocks::default();
        dying.agreed.clear();
        dying.own_nonces.clear();
        dying.sweep_due = false;
        dying.sweeps = 0;
        dying.disk.full = false;
        let wreck = dying.disk.crash(luck);
        self.coverage.hit(Group::Fault, "node crashed");
        if wreck.cut {
            self.coverage.hit(Group::Fault, "commit of several writes cut: none is there");
        }
        if wreck.lost > 0 {
            self.coverage.hit(Group::Fault, "unsynced commits lost");
        }
        if wreck.kept > 0 {
            self.coverage.hit(Group::Fault, "commit on disk, nobody told");
        }
        self.say(format_args!("store {} dies: {} commits lost, {} kept", node + 1, wreck.lost, wreck.kept));
        if wreck.kept > 0 {
            self.watch_disk(node);
        }
    }

    /// A node starts, with what is on its disk and nothing else.
    pub fn start(&mut self, node: usize, mut luck: Luck) {
        if self.nodes[node].up {
            return;
        }
        if self.take_mark(node).is_err() {
            // A node that can't write its retirement down does not start.
            return self.after(1_000, luck, Event::Start(node));
        }
        let starting = &mut self.nodes[node];
        starting.up = true;
        starting.life += 1;
        for peer in self.federation.seats() {
            if let Some(followed) = starting.disk.durable().load::<Followed>(Key::Peer(peer)) {
                starting.followed.insert(peer, followed);
            }
        }
        let life = starting.life;
        let before = starting.followed.iter().filter_map(|(peer, followed)| Some((*peer, *followed.highest()?)));
        self.ledger.heads.extend(before.map(|(peer, head)| ((node, life, peer), head)));
        self.say(format_args!("store {} starts, life {life}", node + 1));
        if self.nodes[node].index.is_some() {
            self.nodes[node].startup = Some(Startup::new(luck.bytes()));
            self.watch_start(node);
            self.ask_heads(node, 0, luck.child());
        }
        self.after(0, luck.child(), Event::Sweep(node, life));
        if !self.calm {
            let pause = 1 + luck.below(self.tick_pause());
            self.after(pause, luck.child(), Event::Tick(node, life));
        }
    }

    /// Retires the witness if its disk is a restored copy, in one transaction with the mark's end. A node sits on one
    /// committee of one charter version here, so nothing has to be kept for later seats.
    fn take_mark(&mut self, node: usize) -> Result<(), Full> {
        if !self.nodes[node].disk.durable().is_marked() {
            return Ok(());
        }
        let issued = self.federation.charter.body().issued;
        let restored = Restored::new(self.time(node), [issued], None, None);
        let ledger = &self.nodes[node].disk.durable().ledger;
        let retired = match handle_restored(self.nodes[node].keyset, issued, &restored, ledger) {
            Ok(retired) => Vec::from_iter(retired),
            Err(error) => {
                self.fail(Invariant::NoInconsistency, format!("witness {node} can't read its copy: {error}"));
                return Ok(());
            }
        };
        let number = self.nodes[node].disk.commit(Writes::of(retired.clone()).delete(Key::Mark), After::Nothing)?;
        self.nodes[node].disk.sync(number);
        self.note_writes(node, &retired);
        Ok(())
    }

    /// A witness that starts asks all peers for its newest head, until enough have answered.
    pub fn ask_heads(&mut self, node: usize, times: u32, mut luck: Luck) {
        self.poll_start(node, &mut luck);
        if self.nodes[node].gate == Gate::Open || self.retired(node).is_some() {
            return;
        }
        let Some(witness) = self.witness(node) else { return };
        let Some(query) = self.nodes[node].startup.as_ref().map(|startup| startup.query(witness)) else { return };
        for peer in self.peers_of(node) {
            if peer != node {
                self.ask(node, peer, Asked::Head, RequestV1::NewestHead(query), &mut luck);
            }
        }
        let life = self.nodes[node].life;
        if times < 12 {
            self.after(100 << times.min(9), luck.child(), Event::AskHeads(node, life, times + 1));
        }
    }

    /// Looks whether enough peers have answered.
    pub fn poll_start(&mut self, node: usize, luck: &mut Luck) {
        let Some(witness) = self.witness(node) else { return };
        let Some(startup) = &self.nodes[node].startup else { return };
        if self.nodes[node].gate == Gate::Open || self.retired(node).is_some() {
            return;
        }
        match startup.poll(witness, &self.nodes[node].disk.durable().ledger) {
            Ok(Started::Open(gate)) => {
                self.nodes[node].gate = gate;
                self.say(format_args!("witness {node} votes"));
            }
            Ok(Started::RolledBack(write)) => {
                self.note_writes(node, core::slice::from_ref(&write));
                // If it can't be written down the witness does not vote either.
                let _ = self.commit(node, Writes::of(vec![write]), After::Nothing, luck);
            }
            Ok(Started::Waiting { .. }) => {}
            Err(error) => self.fail(Invariant::NoInconsistency, format!("witness {node} can't start: {error}")),
        }
    }

    /// Looks at what a step writes: retirements have to have a cause.
    pub fn note_writes(&mut self, node: usize, writes: &[Write]) {
        for write in writes {
            if let Write::Retire(why) = write {
                self.say(format_args!("witness {node} retires: {why:?}"));
                self.coverage.hit(Group::Branch, retirement_name(why));
                self.stake(Invariant::NoFalseRetirement);
                if !self.nodes[node].fallen {
                    self.fail(Invariant::NoFalseRetirement, format!("witness {node} retired without cause: {why:?}"));
                }
            }
        }
    }

    /// A node asks a witness, which may be its own.
    pub fn ask(&mut self, node: usize, witness: usize, asked: Asked, request: RequestV1, luck: &mut Luck) {
        let route = Route { node, life: self.nodes[node].life, asked };
        self.send(End::Node(node), End::Node(witness), luck, Body::Ask(route, Box::new(request)));
    }

    /// What waited for a commit goes on.
    pub fn go_on(&mut self, node: usize, then: After, mut luck: Luck) {
        let durable = Durable::after_commit();
        match then {
            After::Nothing => {}
            After::Answer(route, reply) => {
                let reply = reply.release(&durable);
                self.answer(node, route, reply, luck);
            }
            After::AnswerOwn(route, decided) => self.answer_own(node, route, decided.release(&durable), luck),
            After::Send(digest) => self.send_requests(node, &digest, &mut luck),
            After::Certified(digest) => self.certificate_on_disk(node, digest, &mut luck),
            After::Sign(to_sign, grant, wallet) => self.sign_claim(node, to_sign, grant, wallet, &durable, luck),
            After::Withdrawn(wallet, grant) => self.tell_claim(node, wallet, grant, News::Withdrawn, &mut luck),
            After::Print(wallet, slip) => {
                let wait = slip.wait;
                for customer in [Some(wallet), slip.copied].into_iter().flatten() {
                    self.after(wait + luck.below(500), luck.child(), Event::Claim(customer, slip.clone()));
                }
            }
            After::Checkout(wallet, reference, intent) => self.present(node, wallet, reference, intent, luck),
            After::Proven(peer) => self.end_inquiry(node, peer, true, &mut luck),
            After::Pledge(to_sign) => self.sign_pledge(node, to_sign, &durable, luck),
        }
    }

    /// Goes on from an old copy, if this witness may.
    pub fn roll_back(&mut self, node: usize, mut luck: Luck) {
        let index = u8::try_from(node).unwrap_or(u8::MAX);
        let Some(restorable) = self.plan.swarm.restorable.iter().find(|known| known.index == index) else { return };
        let marked = restorable.marked;
        let Some(mut copy) = self.nodes[node].copy.clone() else { return };
        if marked {
            copy.mark();
        }
        if self.nodes[node].up {
            self.kill(node, &mut luck);
        }
        self.nodes[node].fallen = true;
        self.nodes[node].marked |= marked;
        self.nodes[node].disk.full = false;
        self.nodes[node].disk.replace(copy);
        self.coverage.hit(Group::Fault, if marked { "marked copy restored" } else { "unmarked copy restored" });
        self.say(format_args!("store {} goes on from an old copy, marked: {marked}", node + 1));
        self.after(100, luck, Event::Start(node));
    }
}

fn retirement_name(why: &Retirement) -> &'static str {
    match why {
        Retirement::LogRolledBack { .. } => "retires: log rolled back",
        Retirement::VoteForgotten(_) => "retires: vote forgotten",
        Retirement::RestoredCopy => "retires: restored copy",
        Retirement::TwoCertificates(..) => "retires: two certificates",
    }
}
