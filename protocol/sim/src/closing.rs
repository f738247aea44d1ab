//! The end of a keyset: witnesses sign closing statements, those of the later keyset read them, and what was certified to
//! move still comes.

use ronde_protocol::{
    machine::{
        closing::{ClosedLogs, CoinFate},
        durable::Durable,
        wallet::{Stage, Wallet},
        witness::{
            OtherClocks,
            record::{EarlierView, OrderRecord, View, Write},
        },
    },
    message::{
        ids::OrderDigest,
        order::{Order, Purpose, Seconds},
        wire::ReplyV1,
    },
};

use crate::{
    coverage::Group,
    disk::Writes,
    federation::{KEYSET, LATER, START},
    luck::Luck,
    message::{Asked, Body, Route},
    moving::moved,
    network::End,
    outcome::Invariant,
    world::{After, Event, World},
};

/// Rounds after the end of a keyset: to ask for clocks and sign, to read statements and logs, to show moves once more.
const ROUNDS: usize = 4;
const HOUR: u64 = 3_600_000;
/// Seconds: to before redeem-until.
const SET_BACK: i64 = 20 * 86_400;

impl World<'_> {
    /// A witness whose clock says that its keyset's time is over asks what the others' say.
    pub fn close(&mut self, node: usize, luck: &mut Luck) {
        if self.federation.later.is_empty() || self.witness(node).is_none() {
            return;
        }
        if self.time(node) <= self.keyset_of(node).evaluate_until() || self.has_closed(node) {
            return;
        }
        self.nodes[node].clocks = OtherClocks::default();
        self.nodes[node].agreed.clear();
        for peer in self.peers_of(node) {
            if peer != node {
                let route = Route { node, life: self.nodes[node].life, asked: Asked::Clock };
                self.send(End::Node(node), End::Node(peer), luck, Body::AskClock(route));
            }
        }
        self.try_to_close(node, luck);
    }

    /// Whether a witness has signed its closing statement.
    pub fn has_closed(&self, node: usize) -> bool {
        let kept = View::statement(&self.nodes[node].disk.seen().ledger, self.nodes[node].keyset);
        kept.is_ok_and(|kept| kept.is_some())
    }

    /// A witness says what its clock shows; one that lies says what the other may want to hear.
    pub fn tell_clock(&mut self, node: usize, route: Route, luck: &mut Luck) {
        let lies = self.nodes[node].lie.is_some() && luck.permille(700);
        let shows = if lies { self.time(route.node) } else { self.time(node) };
        self.send(End::Node(node), End::Node(route.node), luck, Body::Clock(route, node, shows));
    }

    /// What another's clock shows has come.
    pub fn hear_clock(&mut self, node: usize, from: usize, shows: Seconds, luck: &mut Luck) {
        let Some(index) = self.nodes[from].index.filter(|_| self.nodes[from].keyset == self.nodes[node].keyset) else {
            return;
        };
        if shows > self.keyset_of(node).evaluate_until() {
            self.nodes[node].agreed.insert(from);
        }
        self.nodes[node].clocks.heard(index, shows);
        self.try_to_close(node, luck);
    }

    fn try_to_close(&mut self, node: usize, luck: &mut Luck) {
        let Some(witness) = self.witness(node).filter(|_| !self.has_closed(node)) else { return };
        let (now, here) = (self.time(node), &self.nodes[node]);
        let step = match witness.decide_statement(&here.disk.seen().ledger, now, &here.clocks) {
            Ok(step) => step,
            Err(error) => {
                return self.fail(Invariant::NoInconsistency, format!("witness {node} can't close: {error}"));
            }
        };
        let signed = matches!(step.reply.release(&Durable::after_commit()), ReplyV1::Statement(_));
        self.coverage.hit(
            Group::Branch,
            if signed { "closing statement: signed" } else { "closing statement: too few clocks agree" },
        );
        if signed {
            self.watch_statement(node);
            self.say(format_args!("witness {node} signs its closing statement"));
            // Nobody is told before it is on disk: it is asked for.
            let _ = self.commit(node, Writes::of(step.writes), After::Nothing, luck);
        }
    }

    /// A witness signs its closing statement: not by its own clock alone.
    pub fn watch_statement(&mut self, node: usize) {
        let keyset = self.keyset_of(node);
        let needed = keyset.quorum().votes() - 1;
        let here = &self.nodes[node];
        if !here.is_honest_witness() {
            return;
        }
        let (agreed, late) = (here.agreed.len(), self.time(node) > keyset.evaluate_until());
        self.stake(Invariant::ClosesTogether);
        if agreed < needed || !late {
            let says = format!("witness {node} closes its log, and {agreed} others' clocks say that it is time");
            self.fail(Invariant::ClosesTogether, says);
        }
    }

    /// Nothing is added to a log that was closed.
    pub fn watch_frozen(&mut self, node: usize, writes: &[Write]) {
        let adds = writes.iter().any(|write| matches!(write, Write::LogEntry(..)));
        if adds && self.nodes[node].is_honest_witness() && self.has_closed(node) {
            self.fail(Invariant::ClosesTogether, format!("witness {node} adds to a log that it has closed"));
        }
    }

    /// The earlier keyset ends: a last move is certified just before, perhaps while the later witnesses are down; then
    /// everybody closes, reads, and completes.
    pub fn end_keyset(&mut self, luck: &mut Luck) {
        self.say(format_args!("the keyset ends"));
        let down: Vec<usize> = self.federation.committee(LATER).filter(|_| luck.permille(500)).collect();
        for node in &down {
            self.kill(*node, luck);
        }
        for wallet in 0..self.people.len() {
            if self.people[wallet].honest && luck.permille(700) {
                let via = luck.place(self.federation.committee(LATER).start);
                self.move_on(wallet, via, luck);
            }
        }
        self.play();
        // In the week before the end its witnesses read each other's logs, and what came to some of them meanwhile.
        self.now = self.now.max((self.federation.keyset().redeem_until() - START) * 1000 + HOUR);
        for _ in 0..2 {
            self.now += HOUR;
            self.read_logs(luck);
        }
        self.read_to_the_end(10);
        let early: Vec<(OrderDigest, Order)> =
            self.ledger.certified().map(|(digest, order)| (*digest, order.clone())).collect();
        self.now = self.now.max((self.federation.keyset().evaluate_until() - START) * 1000 + HOUR);
        for node in down {
            self.start(node, luck.child());
        }
        self.play();
        for round in 0..ROUNDS {
            self.now += HOUR;
            for node in self.federation.committee(KEYSET) {
                self.close(node, luck);
            }
            self.play();
            self.finish_round(round, luck);
            self.read_logs(luck);
        }
        self.read_to_the_end(11);
        self.set_back(luck);
        if self.failure.is_none() {
            self.check_closed(&early);
            self.check_moved(&early);
            self.check_classes();
            self.check_coins();
            self.check_books();
            self.check_value();
            self.check_framing();
            self.check_audit();
        }
    }

    /// Everybody reads everybody's log once more: what a store showed a single witness in the last round, behind the last pulls,
    /// is on its way to the others, and nobody's fault. The chance is of a stream of its own.
    fn read_to_the_end(&mut self, stream: u64) {
        let mut luck = Luck::new(self.plan.seed, stream);
        for node in self.federation.seats().filter(|node| self.nodes[*node].up).collect::<Vec<_>>() {
            for peer in self.federation.seats() {
                self.follow(node, peer, &mut luck);
            }
        }
        self.play();
    }

    /// A clock is set back to when the keyset was open, and somebody asks for a vote in it.
    fn set_back(&mut self, luck: &mut Luck) {
        let node = luck.place(self.federation.committee(KEYSET).end);
        if !self.has_closed(node) {
            return;
        }
        self.nodes[node].clock.offset = -SET_BACK;
        for wallet in 0..self.people.len() {
            // The customer's own wallet keeps its coins: nothing comes of it.
            let Ok(mut copy) = Wallet::from_bytes(&self.people[wallet].file) else { continue };
            let then = self.wallet_time(wallet).saturating_add_signed(-SET_BACK);
            let signed = copy.swap(&self.federation.charter, KEYSET, true, then, luck.entropy());
            if let Ok(sealed) = signed {
                let submission = sealed.release(&Durable::after_commit());
                self.ledger.signed(&submission.signed.order);
                self.coverage.hit(Group::Fault, "clock set back behind a keyset's end");
                self.note_columns(&submission);
                self.show_order(node, node, &submission, luck);
            }
        }
        self.play();
        self.nodes[node].clock.heal();
    }

    fn read_logs(&mut self, luck: &mut Luck) {
        for node in self.federation.seats() {
            let life = self.nodes[node].life;
            self.after(0, luck.child(), Event::Sweep(node, life));
            for peer in self.federation.seats() {
                if self.nodes[node].up {
                    self.follow(node, peer, luck);
                }
            }
        }
        self.play();
    }

    /// The closed logs of honest witnesses go with their statements, and say of every order and coin what is so.
    pub fn check_closed(&mut self, early: &[(OrderDigest, Order)]) {
        let keyset = self.federation.keyset();
        let mut logs = ClosedLogs::new(keyset);
        let mut count = 0;
        for node in self.federation.committee(KEYSET) {
            if !self.nodes[node].is_honest_witness() {
                continue;
            }
            let ledger = &self.nodes[node].disk.durable().ledger;
            let Some(statement) = View::statement(ledger, KEYSET).ok().flatten() else {
                let says = format!("witness {node} has not closed its log, with all clocks right");
                return self.fail(Invariant::ClosesTogether, says);
            };
            if let Err(error) = logs.add(&statement, ledger.log()) {
                let says = format!("the closed log of witness {node} is refused: {error}");
                return self.fail(Invariant::ClosedLogsAgree, says);
            }
            count += 1;
        }
        if count < keyset.quorum().honest() {
            return;
        }
        self.stake(Invariant::ClosedLogsAgree);
        for (digest, order) in early.iter().filter(|(_, order)| order.keyset == KEYSET) {
            let held = self.held_by_honest(digest);
            if held && !logs.is_certified(digest) {
                self.fail(Invariant::ClosedLogsAgree, format!("{digest} is not certified by the closed logs"));
            }
            if held && order.inputs.iter().any(|input| logs.fate(&input.point) != CoinFate::Spent) {
                self.fail(Invariant::ClosedLogsAgree, format!("a coin that {digest} spent is not spent"));
            }
        }
        for point in self.free_coins() {
            if logs.fate(&point) != CoinFate::Free {
                self.fail(Invariant::ClosedLogsAgree, format!("{point:?} was never spent, and is not free"));
            }
        }
    }

    /// Coins of the earlier keyset that honest customers have left.
    fn free_coins(&self) -> Vec<ronde_protocol::crypto::group::PointBytes> {
        let honest = self.people.iter().filter(|person| person.honest && person.device == 0);
        let coins = honest.flat_map(|person| person.wallet.book().coins.iter());
        let free = coins.filter(|coin| coin.place.keyset == KEYSET && coin.held_by.is_none());
        free.map(|coin| coin.point).collect()
    }

    /// Whether an honest witness of the earlier keyset holds a certificate.
    fn held_by_honest(&self, digest: &OrderDigest) -> bool {
        self.federation.committee(KEYSET).any(|node| {
            let record = self.nodes[node].disk.durable().ledger.order(KEYSET, digest).ok().flatten();
            self.nodes[node].is_honest_witness() && matches!(record, Some(OrderRecord::Certified { .. }))
        })
    }

    /// Every move that the closed logs hold has come: its customer can spend the coins.
    pub fn check_moved(&mut self, early: &[(OrderDigest, Order)]) {
        let (first, later) = (self.federation.keyset(), self.federation.committee_of(LATER));
        let honest = self.federation.committee(KEYSET).filter(|node| self.nodes[*node].is_honest_witness()).count();
        for node in self.federation.committee(LATER).filter(|node| self.nodes[*node].is_honest_witness()) {
            let ledger = &self.nodes[node].disk.durable().ledger;
            let closed = ledger.outstanding(LATER, KEYSET).ok().flatten().unwrap_or_default().closed;
            if closed != 0 {
                self.coverage.hit(Group::Branch, "earlier log: closed by its statement");
            }
        }
        if honest < first.quorum().honest() || self.voting(LATER) < later.quorum().votes() {
            return;
        }
        for wallet in 0..self.people.len() {
            if !self.people[wallet].honest {
                continue;
            }
            let open = self.people[wallet].wallet.pending();
            for (digest, order) in early.iter().filter(|(_, order)| order.purpose == Purpose::Swap) {
                if moved(order) == 0 || self.ledger.signer(digest) != Some(wallet) || !self.held_by_honest(digest) {
                    continue;
                }
                self.stake(Invariant::MovesOutliveTheirKeyset);
                let waits = |stage: Stage| matches!(stage, Stage::Sent | Stage::Certified);
                if open.iter().any(|view| view.digest == Some(*digest) && waits(view.stage)) {
                    let says = format!("wallet {wallet} still waits for its move {digest}");
                    self.fail(Invariant::MovesOutliveTheirKeyset, says);
                }
            }
        }
    }
}
