//! A witness's driver: checks, decides, commits, and only then answers.

use ronde_protocol::{
    machine::{
        own::Asking,
        witness::{
            Decided, Prepared, Step,
            buckets::BucketSizes,
            memory::MemoryError,
            record::{OrderRecord, View, Write},
        },
    },
    message::{
        ids::OrderDigest,
        log::{CertifiedOrder, LogEntry},
        order::Order,
        refusal::Refusal,
        wire::{ReplyV1, RequestV1},
    },
};

use crate::{
    coverage::Group,
    disk::Writes,
    federation::KEYSET,
    luck::Luck,
    message::{Asked, Body, Route},
    names,
    network::End,
    outcome::Invariant,
    own::Decision,
    world::World,
};

const DAY: u64 = 86_400;

impl World<'_> {
    /// Answers a node.
    pub fn serve(&mut self, node: usize, route: Route, request: RequestV1, mut luck: Luck) {
        if let RequestV1::Vote(request) = &request {
            self.ledger.meet(&request.signed.order);
        }
        if let RequestV1::Certify(certified) = &request {
            self.ledger.meet(&certified.order);
        }
        if let RequestV1::Move(request) = &request {
            self.ledger.meet(&request.certified.order);
        }
        if self.witness(node).is_none() {
            return self.answer(node, route, ReplyV1::Refused(Refusal::Unknown), luck);
        }
        let Some(request) = self.lie(node, route, request, &mut luck) else { return };
        if self.is_own(node, &route) {
            self.serve_as::<Vec<Decided>>(node, route, request, luck);
        } else {
            self.serve_as::<ReplyV1>(node, route, request, luck);
        }
    }

    fn serve_as<D: Decision>(&mut self, node: usize, route: Route, request: RequestV1, luck: Luck) {
        match request {
            RequestV1::Vote(request) => self.serve_vote::<D>(node, route, Asking::from(request), luck),
            RequestV1::Certify(certified) => self.serve_certificate::<D>(node, route, certified, luck),
            RequestV1::Move(request) => self.serve_move::<D>(node, route, request.certified, luck),
            other => match self.read(node, route, &other) {
                Ok(reply) => self.answer(node, route, reply, luck),
                Err(error) => self.fail(Invariant::NoInconsistency, format!("witness {node} can't read: {error}")),
            },
        }
    }

    /// What is answered from committed state, and changes nothing.
    fn read(&mut self, node: usize, route: Route, request: &RequestV1) -> Result<ReplyV1, MemoryError> {
        let Some(witness) = self.witness(node) else { return Ok(ReplyV1::Refused(Refusal::Unknown)) };
        let asker = self.nodes[route.node].store;
        let here = &self.nodes[node];
        let ledger = &here.disk.durable().ledger;
        Ok(match request {
            RequestV1::Order(query) => {
                witness.order_state(ledger, &query.digest)?.map_or(ReplyV1::Refused(Refusal::Unknown), ReplyV1::Order)
            }
            RequestV1::Log(page) => ReplyV1::Log(witness.log_page(ledger, page.from)?),
            RequestV1::Feed(page) => ReplyV1::Feed(witness.feed_page(ledger, asker, page.from)?),
            RequestV1::NewestHead(query) => {
                let newest = here
                    .followed
                    .get(&self.federation.seat(here.keyset, query.asker))
                    .and_then(|followed| followed.highest().copied());
                ReplyV1::NewestHead(witness.answer_head_query(query, newest))
            }
            RequestV1::Bucket(query) => witness.bucket_page(ledger, query, self.time(node))?,
            RequestV1::Probe(probe) => match probe.check(self.federation.charter.federation()) {
                Ok(checked) => witness.answer_probe(ledger, here.gate, &checked, self.time(node))?,
                Err(refusal) => ReplyV1::Refused(refusal),
            },
            RequestV1::Length(query) => {
                let sizes = BucketSizes::of(ledger, here.keyset)?;
                witness.bucket_length(&sizes, query, self.time(node))
            }
            RequestV1::Vote(_) | RequestV1::Certify(_) | RequestV1::Charter(_) => ReplyV1::Refused(Refusal::Unknown),
            // Answered by a step of its own.
            RequestV1::Move(_) => ReplyV1::Refused(Refusal::Unknown),
            RequestV1::Statement(_) => {
                let kept = View::statement(ledger, here.keyset)?;
                kept.map_or(ReplyV1::Refused(Refusal::Unknown), ReplyV1::Statement)
            }
        })
    }

    /// Votes, if it may.
    pub fn serve_vote<D: Decision>(&mut self, node: usize, route: Route, asking: Asking, mut luck: Luck) {
        let digest = asking.order().digest();
        if self.serve_stored(node, route, &digest, &luck) {
            return;
        }
        let Some(witness) = self.witness(node) else { return };
        let charter = &self.federation.charter;
        let prepared = match witness.prepare_vote(charter, asking, luck.entropy()) {
            Ok(prepared) => prepared,
            Err(refusal) => return self.answer(node, route, ReplyV1::Refused(refusal), luck),
        };
        let before = self.record(node, &digest);
        if self.time(node) > self.keyset_of(node).redeem_until() {
            self.stake(Invariant::NoLateVote);
        }
        let step = self.decide::<D>(node, witness, Prepared::Vote(prepared));
        self.finish(node, route, digest, names::voting(before.as_ref()), step, luck);
    }

    /// Writes a certificate down, and answers with the evaluation.
    pub fn serve_certificate<D: Decision>(&mut self, node: usize, route: Route, certified: CertifiedOrder, luck: Luck) {
        let digest = certified.order.digest();
        if self.serve_stored(node, route, &digest, &luck) {
            return;
        }
        match self.take_certificate::<D>(node, certified, luck.clone()) {
            Ok((branch, step)) => self.finish(node, route, digest, branch, step, luck),
            Err(refusal) => self.answer(node, route, ReplyV1::Refused(refusal), luck),
        }
    }

    /// What a certificate leads to.
    #[allow(clippy::type_complexity, reason = "used twice")]
    pub fn take_certificate<D: Decision>(
        &mut self,
        node: usize,
        certified: CertifiedOrder,
        mut luck: Luck,
    ) -> Result<(&'static str, Result<Step<D>, MemoryError>), Refusal> {
        let Some(witness) = self.witness(node) else { return Err(Refusal::Unknown) };
        let order = certified.order.clone();
        let prepared = witness.prepare_certificate(certified, luck.entropy())?;
        let before = self.record(node, &order.digest());
        let held = before.is_none() && self.is_held(node, &order);
        let step = self.decide::<D>(node, witness, Prepared::Certificate(prepared));
        Ok((names::certifying(before.as_ref(), held), step))
    }

    /// What is certified already is served as it is stored.
    pub fn serve_stored(&mut self, node: usize, route: Route, digest: &OrderDigest, luck: &Luck) -> bool {
        let Some(witness) = self.witness(node) else { return false };
        let now = self.time(node);
        match witness.look_up(&self.nodes[node].disk.durable().ledger, digest, now) {
            Ok(Some(reply)) => {
                if matches!(reply, ReplyV1::Certified(_)) {
                    self.coverage.hit(Group::Branch, "certified: served as stored");
                }
                self.answer(node, route, reply, luck.clone());
                true
            }
            Ok(None) => false,
            Err(error) => {
                self.fail(Invariant::NoInconsistency, format!("witness {node} can't look up: {error}"));
                true
            }
        }
    }

    /// What a witness has of an order, its own writes included.
    pub fn record(&self, node: usize, digest: &OrderDigest) -> Option<OrderRecord> {
        self.nodes[node].disk.seen().ledger.order(KEYSET, digest).ok().flatten()
    }

    fn is_held(&self, node: usize, order: &Order) -> bool {
        let seen = &self.nodes[node].disk.seen().ledger;
        order.inputs.iter().any(|input| seen.coin(KEYSET, &input.point).ok().flatten().is_some())
            || order.inputs.is_empty() && seen.reference(KEYSET, order.store, &order.reference).ok().flatten().is_some()
    }

    /// One transaction, and the answer once it is on disk.
    pub fn finish<D: Decision>(
        &mut self,
        node: usize,
        route: Route,
        digest: OrderDigest,
        branch: &'static str,
        step: Result<Step<D>, MemoryError>,
        mut luck: Luck,
    ) {
        let mut step = match step {
            Ok(step) => step,
            Err(error) => {
                return self.fail(Invariant::NoInconsistency, format!("witness {node} on {digest}: {error}"));
            }
        };
        if self.nodes[node].lie.is_some() {
            // A liar goes on voting, whatever it finds out about itself.
            step.writes.retain(|write| !matches!(write, Write::Retire(_)));
        }
        self.coverage.hit(Group::Branch, names::stepped(branch, &step.writes));
        self.note_step(node, &step.writes);
        if self.commit(node, Writes::of(step.writes), D::after(route, step.reply), &mut luck).is_err() {
            self.answer(node, route, ReplyV1::Refused(Refusal::StorageFailed), luck);
        }
    }

    /// Notes what a step writes: on which day a vote was given, and retirements.
    pub fn note_step(&mut self, node: usize, writes: &[Write]) {
        self.note_writes(node, writes);
        self.watch_votes(node, writes);
        self.watch_frozen(node, writes);
        let day = self.time(node) / DAY;
        for write in writes {
            if let Write::LogEntry(_, entry) = write
                && let LogEntry::Voted(signed) = entry.as_ref()
                && let Some(index) = self.nodes[node].index
            {
                let digest = self.ledger.meet(&signed.order);
                self.ledger.voted_on(index, digest, day);
                self.check_limit(node, &signed.order, day);
            }
        }
    }

    /// An answer leaves; everything about it that can be checked now is.
    pub fn answer(&mut self, node: usize, route: Route, reply: ReplyV1, mut luck: Luck) {
        let reply = self.twist(node, route, reply, &mut luck);
        self.watch_leaving(node, &route, &reply);
        let body = Body::Answer(route, node, Box::new(reply));
        self.send(End::Node(node), End::Node(route.node), &mut luck, body);
    }

    /// Looks at what leaves a witness.
    pub fn watch_leaving(&mut self, node: usize, route: &Route, reply: &ReplyV1) {
        if let ReplyV1::Refused(refusal) = reply {
            self.coverage.hit(Group::Refusal, names::refusal(refusal));
        }
        if let Asked::Order(digest) | Asked::State(digest, _) = route.asked {
            self.watch_answer(node, &digest, reply);
        }
        self.say(format_args!("{node} -> {}: {:?} {}", route.node, route.asked, names::reply(reply)));
    }
}
