//! The world: who is in it, and one event after another.

use core::fmt;
use std::collections::BTreeMap;

use ronde_protocol::{
    machine::{
        durable::Sealed,
        own::{Asking, OwnReply, OwnRequest},
        till::signing::ToSign,
        witness::Decided,
    },
    message::{ids::OrderDigest, wire::ReplyV1},
};

use crate::{
    clock::Millis,
    coverage::{COMMITTEES, Coverage, Group},
    disk::{Full, Writes},
    federation::Federation,
    ledger::Ledger,
    luck::Luck,
    message::{Body, Intent, Route, Slip},
    network::{End, Network},
    node::Node,
    ops::Manner,
    outcome::{Failure, Invariant, Outcome},
    plan::Plan,
    privacy::Shown,
    trace::Trace,
    wallet::{Person, patience},
};

/// Events that a run takes at most; more is a fault of the simulator.
const MAX_STEPS: usize = 40_000;

/// Something that is due.
#[derive(Debug)]
pub enum Event {
    /// The plan's op of this place.
    Op(usize),
    /// A message arrives.
    Arrive(End, End, Body),
    /// A gateway's question to the witness in the same program.
    AskOwn(Route, Box<OwnRequest>),
    /// And that one's answer.
    HearOwn(Route, Box<OwnReply>),
    /// A node's disk is through with its commits up to a number.
    Synced(usize, u32, u64),
    /// A node starts again.
    Start(usize),
    /// A node of that life dies, for so many milliseconds.
    Die(usize, u32, u64),
    /// The pause before an open order's next round is over.
    Round(usize, u32, OrderDigest),
    /// A store's patience with an order is over, or the little longer that it waits for the last witnesses.
    Patience(usize, u32, OrderDigest),
    /// A store looks through the orders that it set aside.
    Sweep(usize, u32),
    /// A node follows its peers.
    Tick(usize, u32),
    /// A starting witness asks once more.
    AskHeads(usize, u32, u32),
    /// A customer claims a grant.
    Claim(usize, Slip),
    /// A customer looks whether it is done.
    Errand(usize, Errand),
    /// A customer who searches has waited long enough for an answer, by its number.
    Seek(usize, u64),
    /// The same of one who asked about a coin.
    Inquired(usize, u64),
    /// A cut or partition ends.
    Mend(u64),
    /// A clock is set right.
    SetClock(usize),
    /// A disk has room again.
    Room(usize),
}

/// What a customer waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Errand {
    /// Which order, or which grant's claim.
    pub what: What,
    /// How often it was tried.
    pub tries: u32,
    /// At which store last.
    pub store: usize,
    /// Milliseconds between two tries.
    pub patience: Millis,
}

impl Errand {
    /// Before the first try, at a store.
    pub fn new(what: What, store: usize, manner: Manner) -> Self {
        Self { what, tries: 0, store, patience: patience(manner) }
    }
}

/// Something that a customer signed or claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// An order.
    Order(OrderDigest),
    /// The claim of a grant.
    Claim(u64),
}

/// What waits for a commit.
#[derive(Debug)]
#[allow(clippy::large_enum_variant)] // Moved once, and never kept in numbers.
pub enum After {
    /// Nobody.
    Nothing,
    /// A witness's answer.
    Answer(Route, Sealed<ReplyV1>),
    /// The same for the gateway in the same program.
    AnswerOwn(Route, Sealed<Vec<Decided>>),
    /// An open order may go to the witnesses.
    Send(OrderDigest),
    /// A certificate is on disk: the till hears of it.
    Certified(OrderDigest),
    /// The store signs what it wrote down.
    Sign(ToSign, u64, usize),
    /// The wallet hears that a grant gives it nothing.
    Withdrawn(usize, u64),
    /// The till prints a link.
    Print(usize, Slip),
    /// The till shows a checkout.
    Checkout(usize, ronde_protocol::message::ids::Reference, Intent),
    /// The store signs its pledge.
    Pledge(ToSign),
    /// What proves that a witness's node forked its log is on disk.
    Proven(usize),
}

/// A federation as it runs.
pub struct World<'t> {
    /// Its keys and rules.
    pub federation: &'static Federation,
    /// What is to happen.
    pub plan: Plan,
    /// True time.
    pub now: Millis,
    /// Stores' nodes, the witnesses first.
    pub nodes: Vec<Node>,
    /// Customers, the honest ones first.
    pub people: Vec<Person>,
    /// Cuts.
    pub network: Network,
    /// What really happened.
    pub ledger: Ledger,
    /// What was shown to whom.
    pub shown: Shown,
    /// What was hit.
    pub coverage: Coverage,
    /// Whether the faults are over.
    pub calm: bool,
    /// Whether honest witnesses logged anything in the last round of the end: others may not have heard of it.
    pub news: bool,
    /// The first claim that did not hold.
    pub failure: Option<Failure>,
    step: usize,
    queue: BTreeMap<(Millis, u64), (Luck, Event)>,
    count: u64,
    trace: Trace<'t>,
}

impl<'t> World<'t> {
    /// Before the first event.
    pub fn new(plan: Plan, reader: Option<&'t mut dyn fmt::Write>) -> Self {
        let federation = Federation::pair(plan.n, plan.later);
        let mut luck = Luck::new(plan.seed, 1);
        let nodes = (0..federation.stores()).map(|number| Node::new(number, &plan, federation, &mut luck)).collect();
        let customers = usize::from(plan.swarm.wallets) + usize::from(plan.swarm.crooks);
        let people = (0..customers).map(|number| Person::new(number, &plan, federation)).collect();
        let mut world = Self {
            federation,
            plan,
            now: 0,
            nodes,
            people,
            network: Network::default(),
            ledger: Ledger::new(federation),
            shown: Shown::default(),
            coverage: Coverage::default(),
            calm: false,
            news: false,
            failure: None,
            step: 0,
            queue: BTreeMap::new(),
            count: 0,
            trace: Trace::new(reader),
        };
        for number in 0..world.nodes.len() {
            world.at(0, luck.child(), Event::Start(number));
        }
        for place in 0..world.plan.ops.len() {
            let op = &world.plan.ops[place];
            let (at, seed) = (op.at, op.seed);
            world.at(at, Luck::new(seed, 2), Event::Op(place));
        }
        world
    }

    /// Plays to the end.
    pub fn run(mut self) -> Outcome {
        if let Some(size) = COMMITTEES.get(self.federation.witnesses.len().wrapping_sub(1)) {
            self.coverage.hit(Group::Committee, size);
        }
        self.play();
        if self.failure.is_none() {
            self.end();
        }
        if let Some(failure) = self.failure.clone() {
            self.say(format_args!("FAILED {}: {}", failure.invariant.name(), failure.says));
        }
        Outcome { failure: self.failure, coverage: self.coverage, digest: self.trace.digest() }
    }

    /// Takes events until there are none.
    pub fn play(&mut self) {
        while self.failure.is_none()
            && let Some(((at, _), (luck, event))) = self.queue.pop_first()
        {
            self.step += 1;
            self.now = self.now.max(at);
            if self.step > MAX_STEPS {
                self.fail(Invariant::NoInconsistency, format!("the run does not end: {event:?}"));
                return;
            }
            self.take(event, luck);
        }
    }

    fn take(&mut self, event: Event, mut luck: Luck) {
        match event {
            Event::Op(place) => self.act(place, luck),
            Event::Arrive(from, to, body) => self.arrive(from, to, body, luck),
            Event::AskOwn(route, request) => {
                self.if_alive(route.node, route.life, |world| {
                    world.serve_vote::<Vec<Decided>>(route.node, route, Asking::from(*request), luck);
                });
            }
            Event::HearOwn(route, reply) => {
                self.if_alive(route.node, route.life, |world| world.hear_own(route, *reply, luck));
            }
            Event::Synced(node, life, number) => self.synced(node, life, number, luck),
            Event::Start(node) => self.start(node, luck),
            Event::Die(node, life, down) => self.if_alive(node, life, |world| world.crash(node, down, luck)),
            Event::Round(node, life, digest) => self.if_alive(node, life, |world| world.round(node, digest, luck)),
            Event::Patience(node, life, digest) => {
                self.if_alive(node, life, |world| world.tell_waiting(node, digest, luck));
            }
            Event::Sweep(node, life) => self.if_alive(node, life, |world| world.sweep(node, luck)),
            Event::Tick(node, life) => self.if_alive(node, life, |world| world.tick(node, luck)),
            Event::AskHeads(node, life, times) => self.if_alive(node, life, |world| world.ask_heads(node, times, luck)),
            Event::Claim(wallet, slip) => self.claim(wallet, slip, luck),
            Event::Errand(wallet, errand) => self.errand(wallet, errand, luck),
            Event::Seek(wallet, serial) => self.seek_timeout(wallet, serial, luck),
            Event::Inquired(wallet, serial) => self.inquired(wallet, serial, &mut luck),
            Event::Mend(number) => self.network.mend(number),
            Event::SetClock(node) => self.nodes[node].clock.set_off(0, self.now),
            Event::Room(node) => self.nodes[node].disk.full = false,
        }
    }

    fn if_alive(&mut self, node: usize, life: u32, then: impl FnOnce(&mut Self)) {
        if self.nodes[node].is_alive(life) {
            then(self);
        }
    }

    /// Something is due after so many milliseconds.
    pub fn after(&mut self, delay: Millis, luck: Luck, event: Event) {
        self.at(self.now + delay, luck, event);
    }

    fn at(&mut self, at: Millis, luck: Luck, event: Event) {
        self.count += 1;
        self.queue.insert((at, self.count), (luck, event));
    }

    /// Sends a message, if it gets through.
    pub fn send(&mut self, from: End, to: End, luck: &mut Luck, body: Body) {
        self.watch_sent(from, to, &body);
        let mut luck = luck.child();
        let fate = self.network.fate(&self.plan.swarm, from, to, &mut luck);
        for (hit, name) in [(fate.cut, "cut off"), (fate.dropped, "message lost"), (fate.late, "message late")] {
            if hit {
                self.coverage.hit(Group::Fault, name);
            }
        }
        if fate.arrives.len() > 1 {
            self.coverage.hit(Group::Fault, "message repeated");
        }
        for delay in fate.arrives {
            let luck = luck.child();
            self.after(delay, luck, Event::Arrive(from, to, body.clone()));
        }
    }

    fn arrive(&mut self, from: End, to: End, body: Body, luck: Luck) {
        match to {
            End::Node(node) if !self.nodes[node].up => {}
            End::Node(node) => self.node_hears(node, from, body, luck),
            End::Wallet(wallet) => self.wallet_hears(wallet, from, body, luck),
        }
    }

    fn node_hears(&mut self, node: usize, from: End, body: Body, mut luck: Luck) {
        match body {
            Body::Ask(route, request) => self.serve(node, route, *request, luck),
            Body::Answer(route, from, reply) => {
                if route.node == node && self.nodes[node].is_alive(route.life) {
                    self.take_answer(node, route, from, *reply, luck);
                }
            }
            Body::Bring(submission) => self.bring(node, from, *submission, luck),
            Body::Claim(grant, secret, request) => self.take_claim(node, from, grant, secret, *request, &mut luck),
            Body::Show(certified) => self.shown(node, from, *certified, luck),
            Body::LookUp(keyset, digest) => self.look_up(node, from, keyset, digest, luck),
            Body::AskClock(route) => self.tell_clock(node, route, &mut luck),
            Body::Clock(route, from, shows) => {
                if route.node == node && self.nodes[node].is_alive(route.life) {
                    self.hear_clock(node, from, shows, &mut luck);
                }
            }
            Body::Relay(serial, witness, request) => self.relay(node, from, serial, witness, *request, &mut luck),
            Body::Told(_) | Body::Offer(..) | Body::Relayed(..) => {}
        }
    }

    /// Begins a commit on a node's disk.
    pub fn commit(&mut self, node: usize, writes: Writes, then: After, luck: &mut Luck) -> Result<(), Full> {
        let begun = self.nodes[node].disk.commit(writes, then);
        match begun {
            Ok(number) => {
                let slow = luck.below(u64::from(self.plan.swarm.sync) + 1);
                let life = self.nodes[node].life;
                self.after(slow, luck.child(), Event::Synced(node, life, number));
                self.spring_trap(node, slow, luck);
                Ok(())
            }
            Err(full) => {
                self.coverage.hit(Group::Fault, "disk full");
                Err(full)
            }
        }
    }

    /// A commit was begun that takes so many milliseconds: the node dies before it is through, if it is to.
    fn spring_trap(&mut self, node: usize, slow: Millis, luck: &mut Luck) {
        let Some(trap) = &mut self.nodes[node].trap else { return };
        if let Some(commits) = trap.commits.checked_sub(1) {
            trap.commits = commits;
            return;
        }
        let down = trap.down;
        self.nodes[node].trap = None;
        let at = luck.below(slow.max(1));
        let life = self.nodes[node].life;
        self.after(at, luck.child(), Event::Die(node, life, down));
    }

    fn synced(&mut self, node: usize, life: u32, number: u64, mut luck: Luck) {
        if !self.nodes[node].is_alive(life) {
            return;
        }
        for then in self.nodes[node].disk.sync(number) {
            let luck = luck.child();
            self.go_on(node, then, luck);
        }
    }

    /// A claim does not hold. The first one is kept.
    pub fn fail(&mut self, invariant: Invariant, says: String) {
        if self.failure.is_none() {
            self.failure = Some(Failure { invariant, step: self.step, says });
        }
    }

    /// An invariant was looked at, with something at stake.
    pub fn stake(&mut self, invariant: Invariant) {
        self.coverage.hit(Group::Invariant, invariant.name());
    }

    /// A line of the trace.
    pub fn say(&mut self, text: fmt::Arguments<'_>) {
        self.trace.say(self.now, text);
    }
}
