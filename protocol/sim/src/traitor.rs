//! Witnesses that lie: at most f of them, with those that went on from an old copy.
//!
//! A liar runs the real machine too, so that it can answer as an honest witness does where it pleases; it lies before
//! the machine is asked, or about what it said.

use ronde_protocol::{
    crypto::{EvaluationContext, EvaluationItem, proof::prove, sign::Signature},
    limits::MAX_BUCKET_BITS,
    message::{
        amount::Points,
        bucket::{BucketLength, BucketPage, BucketQuery, LengthQuery},
        codec::Bounded,
        evaluation::{Evaluation, outputs_of},
        head::Head,
        ids::OrderDigest,
        log::LogEntry,
        order::Order,
        probe::{CoinState, Probe, ProbeAnswer},
        refusal::{Conflict, ConflictingOrder, Refusal},
        vote::Vote,
        wire::{ReplyV1, RequestV1, VoteRequest, Voted},
    },
};

use crate::{
    coverage::Group,
    luck::Luck,
    message::{Asked, Route},
    plan::Lie,
    world::World,
};

impl World<'_> {
    /// What a witness makes of a request if it lies; nothing if it has answered, or does not mean to.
    pub fn lie(&mut self, node: usize, route: Route, request: RequestV1, luck: &mut Luck) -> Option<RequestV1> {
        let Some(lie) = self.nodes[node].lie else { return Some(request) };
        match (lie, request) {
            (Lie::Silent, request) if (route.node + node) % 2 == 1 => {
                self.coverage.hit(Group::Cheat, "witness is silent");
                drop(request);
                None
            }
            (Lie::Equivocates, RequestV1::Vote(request)) => {
                self.vote_for_anything(node, route, &request, luck);
                None
            }
            (Lie::Plots, RequestV1::Vote(request))
                if self.is_of_accomplices(&request.signed.order.digest(), &request.signed.order) =>
            {
                self.vote_for_anything(node, route, &request, luck);
                None
            }
            (Lie::Refuses, RequestV1::Vote(request)) if luck.permille(700) => {
                self.refuse(node, route, &request, luck);
                None
            }
            (Lie::Equivocates | Lie::Refuses | Lie::Forks, RequestV1::Bucket(query)) => {
                self.hide(node, route, &query, luck);
                None
            }
            (Lie::Equivocates | Lie::Refuses | Lie::Forks, RequestV1::Probe(probe)) => {
                self.deny(node, route, &probe, luck);
                None
            }
            (_, RequestV1::Length(query)) => {
                self.overstate(node, route, &query, luck);
                None
            }
            (Lie::TwoHistories, RequestV1::Log(asked)) if self.nodes[route.node].keyset == self.nodes[node].keyset => {
                self.show_history(node, route, asked.from, luck);
                None
            }
            (Lie::Forgets, request) => {
                if luck.permille(150) {
                    self.nodes[node].copy = Some(self.nodes[node].disk.durable().clone());
                } else if luck.permille(200)
                    && let Some(copy) = self.nodes[node].copy.clone()
                {
                    self.coverage.hit(Group::Cheat, "witness forgets");
                    self.nodes[node].disk.forget(copy);
                }
                Some(request)
            }
            (_, request) => Some(request),
        }
    }

    /// Nothing in this bucket, as if nobody had ever been there.
    fn hide(&mut self, node: usize, route: Route, query: &BucketQuery, luck: &mut Luck) {
        let (Some(index), Some(keys)) = (self.nodes[node].index, self.federation.keys_of(node)) else { return };
        let keyset = self.keyset_of(node);
        let page = BucketPage::sign(&keys.vote, keyset, index, query, Bounded::default(), false);
        self.coverage.hit(Group::Cheat, "witness hides its bucket");
        self.answer(node, route, ReplyV1::Bucket(page), luck.child());
    }

    /// Nothing holds the coin, whatever does.
    fn deny(&mut self, node: usize, route: Route, probe: &Probe, luck: &mut Luck) {
        let (Some(index), Some(keys)) = (self.nodes[node].index, self.federation.keys_of(node)) else { return };
        let Ok(checked) = probe.check(self.federation.charter.federation()) else { return };
        let answer = ProbeAnswer::sign(&keys.vote, self.keyset_of(node), index, &checked, CoinState::Unbound);
        self.coverage.hit(Group::Cheat, "witness denies that a coin is bound");
        self.answer(node, route, ReplyV1::Probe(answer), luck.child());
    }

    /// Prefixes so long that whoever asks by them is alone.
    fn overstate(&mut self, node: usize, route: Route, query: &LengthQuery, luck: &mut Luck) {
        let (Some(index), Some(keys)) = (self.nodes[node].index, self.federation.keys_of(node)) else { return };
        let length = BucketLength::sign(&keys.vote, self.keyset_of(node), index, &query.nonce, MAX_BUCKET_BITS);
        self.coverage.hit(Group::Cheat, "witness overstates prefixes");
        self.answer(node, route, ReplyV1::Length(length), luck.child());
    }

    /// A vote for whatever it is, whatever else was voted for.
    fn vote_for_anything(&mut self, node: usize, route: Route, request: &VoteRequest, luck: &mut Luck) {
        let (Some(witness), Some(index)) = (self.witness(node), self.nodes[node].index) else { return };
        let Ok(head) = witness.head(&self.nodes[node].disk.durable().ledger) else { return };
        let Some(keys) = self.federation.keys_of(node) else { return };
        let digest = request.signed.order.digest();
        let vote = Vote::sign(&keys.vote, self.keyset_of(node), index, &digest);
        let before = self.ledger.bind(index, &request.signed.order, digest);
        self.coverage
            .hit(Group::Cheat, if before.is_empty() { "witness votes unasked" } else { "witness votes twice" });
        self.answer(node, route, ReplyV1::Voted(Voted { vote, head }), luck.child());
    }

    /// Some refusal for which there is no reason.
    fn refuse(&mut self, node: usize, route: Route, request: &VoteRequest, luck: &mut Luck) {
        let refusal = match luck.below(7) {
            0 => Refusal::CoinUnknown,
            1 => Refusal::Closed,
            2 => Refusal::BadSignature,
            3 => Refusal::LimitExceeded { left: Points(0) },
            4 => Refusal::Unknown,
            // A certified order that is not in the way.
            5 => {
                let log = self.nodes[node].disk.durable().ledger.log();
                let Some(LogEntry::Certified(other)) =
                    log.iter().find(|entry| matches!(entry, LogEntry::Certified(_))).cloned()
                else {
                    return;
                };
                let other_order = ConflictingOrder::Certified(other.order);
                Refusal::Conflict(Box::new(Conflict { other: other_order, certificate: Some(other.certificate) }))
            }
            _ => {
                let other = ConflictingOrder::Signed(request.signed.clone());
                Refusal::Conflict(Box::new(Conflict { other, certificate: None }))
            }
        };
        self.coverage.hit(Group::Cheat, "witness refuses without reason");
        self.answer(node, route, ReplyV1::Refused(refusal), luck.child());
    }

    /// What a liar makes of what its machine says.
    pub fn twist(&mut self, node: usize, route: Route, reply: ReplyV1, luck: &mut Luck) -> ReplyV1 {
        match self.nodes[node].lie {
            Some(Lie::OtherKeys) => self.evaluate_otherwise(node, route, reply, luck),
            // Two stories, and now and then a slip.
            Some(Lie::Forks) if (route.node % 2 == 1) != luck.permille(200) => self.fork(node, reply),
            Some(Lie::Spoils) if luck.permille(500) => self.spoil(reply),
            Some(Lie::Plots) => self.withhold(node, route, reply),
            Some(Lie::TwoHistories) => self.tell_history(node, route, reply, luck),
            _ => reply,
        }
    }

    fn evaluate_otherwise(&mut self, node: usize, route: Route, reply: ReplyV1, luck: &mut Luck) -> ReplyV1 {
        let ReplyV1::Certified(mut certified) = reply else { return reply };
        if let Asked::Order(digest) = route.asked
            && let Some(known) = self.ledger.known(&digest)
            && let Some(evaluation) = self.evaluate_with(node, &known.order, digest, luck)
        {
            certified.evaluation = evaluation;
            self.coverage.hit(Group::Cheat, "witness evaluates with other keys");
        }
        ReplyV1::Certified(certified)
    }

    /// An evaluation that is signed well, and computed with the next witness's key.
    pub fn evaluate_with(
        &self,
        node: usize,
        order: &Order,
        digest: OrderDigest,
        luck: &mut Luck,
    ) -> Option<Evaluation> {
        let federation = *self.federation.charter.federation();
        let (peers, own) = (self.peers_of(node), self.federation.keys_of(node)?);
        let next = if node + 1 < peers.end { node + 1 } else { peers.start };
        let (keys, of) = (self.federation.keys_of(next)?, self.nodes[node].keyset);
        let index = self.nodes[node].index?;
        let mut items = Vec::new();
        for output in outputs_of(order, of) {
            let (tweak, blinded) = (output.class.tweak(&federation), output.blinded.decode().ok()?);
            items.push(EvaluationItem { tweak, blinded, evaluated: keys.poprf.evaluate(&tweak, &blinded).ok()? });
        }
        if items.is_empty() {
            return None;
        }
        let context = EvaluationContext { federation: &federation.0, keyset: of.0, index: index.0, digest: &digest.0 };
        let proof = prove(&keys.poprf, &context, &items, luck.entropy()).ok()?;
        let evaluated = Bounded::new(items.iter().map(|item| item.evaluated.encode()).collect()).ok()?;
        Some(Evaluation::sign(&own.vote, &federation, of, index, digest, evaluated, proof))
    }

    /// Half of the peers see another log.
    fn fork(&mut self, node: usize, reply: ReplyV1) -> ReplyV1 {
        let Some(keys) = self.federation.keys_of(node) else { return reply };
        let other = |head: Head| {
            let root = *blake3::hash(&head.root).as_bytes();
            Head::sign(&keys.vote, self.keyset_of(node), head.index, head.size, root)
        };
        let twisted = match reply {
            ReplyV1::Voted(voted) => ReplyV1::Voted(Voted { head: other(voted.head), ..voted }),
            ReplyV1::Certified(mut certified) => {
                certified.head = other(certified.head);
                ReplyV1::Certified(certified)
            }
            ReplyV1::Log(mut page) => {
                page.head = other(page.head);
                ReplyV1::Log(page)
            }
            reply => return reply,
        };
        self.coverage.hit(Group::Cheat, "witness forks its log");
        twisted
    }

    /// Signatures that do not verify.
    fn spoil(&mut self, reply: ReplyV1) -> ReplyV1 {
        let flip = |signature: &mut Signature| signature.0[0] ^= 1;
        let twisted = match reply {
            ReplyV1::Voted(mut voted) => {
                flip(&mut voted.vote.signature);
                ReplyV1::Voted(voted)
            }
            ReplyV1::Certified(mut certified) => {
                flip(&mut certified.evaluation.signature);
                ReplyV1::Certified(certified)
            }
            ReplyV1::Bucket(mut page) => {
                flip(&mut page.signature);
                ReplyV1::Bucket(page)
            }
            ReplyV1::NewestHead(mut answer) => {
                flip(&mut answer.signature);
                ReplyV1::NewestHead(answer)
            }
            reply => return reply,
        };
        self.coverage.hit(Group::Cheat, "witness signs wrongly");
        twisted
    }
}
