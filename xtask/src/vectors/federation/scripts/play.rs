//! One script in the making: each step with what the writer expects of the answer.

use ronde_protocol::{
    limits::MAX_MESSAGE_BYTES,
    message::{
        bucket::{BucketEntry, BucketPlace},
        certificate::Certificate,
        charter::SignedCharter,
        codec::{Decode, Encode, decode, encode},
        head::{Head, HeadAnswer},
        ids::{KeysetId, OrderDigest, WitnessIndex},
        log::{CertifiedOrder, LogEntry},
        order::{Order, SignedOrder},
        probe::CoinState,
        refusal::{NotVoting, Refusal, Rule},
        statement::ClosingStatement,
        vote::Vote,
        wire::{LogPage, MoveRequest, OrderQuery, OrderState, Reply, ReplyV1, Request, RequestV1, VoteRequest},
    },
};
use ronde_vectors::file::Test;
use serde_json::{Value, json};

use super::super::{
    coins::column,
    world::{KEYSET, LATER, NOW, World, bytes, list, node_seed_bytes, shown},
};
use crate::vectors::{case::case, draw};

/// What the writer of a script expects of an answer.
#[derive(Clone)]
pub enum Expect {
    /// The witness's vote for this order; so many entries are in its log.
    Voted(OrderDigest, u64),
    /// Certificate and evaluation of this order; so many entries are in its log.
    Certified(OrderDigest, u64),
    /// Exactly this refusal.
    Refused(Refusal),
    /// This order is in the way, with or without a certificate.
    Conflict(OrderDigest, bool),
    /// What became of an order, by the variant's number.
    State(u32),
    /// Entries of the log, from one position on, so many.
    Log(u64, usize),
    /// Entries of a feed at these positions, the next one, and whether there is more.
    Feed(Vec<u64>, u64, bool),
    /// The newest head, by its size.
    Head(Option<u64>),
    /// The closing statement of a log of so many entries.
    Statement(u64),
    /// A piece of a charter: version and length.
    Charter(u64, usize),
    /// What is said of a coin, by the variant's number.
    Coin(u32),
    /// Entries of a bucket at these places, and whether there is more.
    Bucket(Vec<BucketPlace>, bool),
    /// How long prefixes are.
    Length(u8),
    /// The same bytes as the answer to an earlier step.
    SameAs(usize),
    /// No answer is due.
    Nothing,
}

/// A refusal that says no more than its name.
pub fn refused(refusal: Refusal) -> Expect {
    Expect::Refused(refusal)
}

/// It broke a rule.
pub fn invalid(rule: Rule) -> Expect {
    Expect::Refused(Refusal::Invalid(rule))
}

/// It does not vote now.
pub fn not_voting(why: NotVoting) -> Expect {
    Expect::Refused(Refusal::NotVoting(why))
}

/// A script of the witness with an index.
pub struct Play<'w> {
    pub world: &'w World,
    pub at: u8,
    pub now: u64,
    /// Of which keyset it is a witness.
    keyset: KeysetId,
    slug: &'static str,
    steps: Vec<Value>,
    expected: Vec<Expect>,
    retired: Option<&'static str>,
    evidence: usize,
}

impl<'w> Play<'w> {
    /// Witness 3 of a world's first keyset, at noon.
    pub fn new(slug: &'static str, world: &'w World) -> Self {
        let at = u8::try_from(world.keyset(KEYSET).members().len() - 1).unwrap();
        let (steps, expected) = (Vec::new(), Vec::new());
        Self { world, at, now: NOW, keyset: KEYSET, slug, steps, expected, retired: None, evidence: 0 }
    }

    /// Witness 3 of the later keyset.
    pub fn later(slug: &'static str, world: &'w World) -> Self {
        Self { keyset: LATER, ..Self::new(slug, world) }
    }

    /// A piece of the log of a witness of the first keyset, which is the earlier one here.
    pub fn earlier_page(&mut self, peer: u8, page: &LogPage) {
        let step = json!({"step": "earlier-page", "keyset": KEYSET.0, "peer": peer, "page": shown(page)});
        self.step(step, Expect::Nothing);
    }

    /// A closing statement of a witness of the first keyset.
    pub fn earlier_statement(&mut self, statement: &ClosingStatement) {
        self.step(json!({"step": "earlier-statement", "statement": shown(statement)}), Expect::Nothing);
    }

    /// The certificate of what moves is shown.
    pub fn moves(&mut self, order: &Order, certificate: Certificate, expect: Expect) {
        let certified = CertifiedOrder { order: order.clone(), certificate };
        self.ask(RequestV1::Move(MoveRequest { keyset: self.keyset, certified }), expect);
    }

    fn step(&mut self, step: Value, expect: Expect) {
        self.steps.push(step);
        self.expected.push(expect);
    }

    fn entropy(&self) -> Value {
        bytes(&draw::bytes::<32>(&format!("script {} step {}", self.slug, self.steps.len())))
    }

    /// Some bytes that a store sent.
    pub fn raw(&mut self, from: Option<u32>, request: &[u8], expect: Expect) {
        let step = json!({
            "step": "request",
            "now": self.now,
            "entropy": self.entropy(),
            "from": from,
            "request": bytes(request),
        });
        self.step(step, expect);
    }

    /// A request of store 1.
    pub fn ask(&mut self, request: RequestV1, expect: Expect) {
        self.raw(Some(1), &encode(&Request::V1(request)), expect);
    }

    /// What a store sends this witness for a vote.
    pub fn request(&self, signed: &SignedOrder, votes: &[Vote]) -> VoteRequest {
        let column = (!signed.order.inputs.is_empty()).then(|| column(self.world, &signed.order, self.at));
        VoteRequest { signed: signed.clone(), column, votes: list(votes.iter().copied()) }
    }

    /// A request for a vote, with this witness's own column.
    pub fn vote(&mut self, signed: &SignedOrder, expect: Expect) {
        self.ask(RequestV1::Vote(self.request(signed, &[])), expect);
    }

    /// It votes, and then its log has so many entries.
    pub fn votes(&mut self, signed: &SignedOrder, size: u64) {
        self.vote(signed, Expect::Voted(signed.order.digest(), size));
    }

    /// A certificate of the first three witnesses' votes.
    pub fn certificate(&self, order: &Order) -> Certificate {
        self.world.certificate(KEYSET, &[0, 1, 2], &order.digest())
    }

    /// An order's certificate is shown.
    pub fn show(&mut self, order: &Order, certificate: Certificate, expect: Expect) {
        self.ask(RequestV1::Certify(CertifiedOrder { order: order.clone(), certificate }), expect);
    }

    /// The others' certificate is shown, and then the log has so many entries.
    pub fn certifies(&mut self, order: &Order, size: u64) {
        self.show(order, self.certificate(order), Expect::Certified(order.digest(), size));
    }

    /// What became of an order?
    pub fn query(&mut self, order: &Order, expect: Expect) {
        self.ask(RequestV1::Order(OrderQuery { keyset: KEYSET, digest: order.digest() }), expect);
    }

    /// It starts again.
    pub fn restart(&mut self) {
        let nonce = self.nonce();
        self.step(json!({"step": "restart", "nonce": bytes(&nonce)}), Expect::Nothing);
    }

    /// The nonce of its start.
    pub fn nonce(&self) -> [u8; 32] {
        draw::bytes(&format!("script {} nonce", self.slug))
    }

    /// A peer's answer to its start.
    pub fn answer(&mut self, by: u8, newest: Option<Head>) {
        let nonce = self.nonce();
        self.answer_to(by, &nonce, newest);
    }

    /// The same to a nonce.
    pub fn answer_to(&mut self, by: u8, nonce: &[u8; 32], newest: Option<Head>) {
        let key = self.world.keys(KEYSET, by).vote;
        let (by, asker) = (WitnessIndex(by), WitnessIndex(self.at));
        self.answered(&HeadAnswer::sign(&key, self.world.keyset(KEYSET), by, asker, nonce, newest));
    }

    /// An answer, whoever made it.
    pub fn answered(&mut self, answer: &HeadAnswer) {
        self.step(json!({"step": "answer", "answer": shown(answer)}), Expect::Nothing);
    }

    /// A head that came with a peer's vote.
    pub fn head(&mut self, head: &Head) {
        self.step(json!({"step": "head", "head": shown(head)}), Expect::Nothing);
    }

    /// A piece of a peer's log.
    pub fn page(&mut self, peer: u8, page: &LogPage) {
        let (now, entropy) = (self.now, self.entropy());
        let step = json!({"step": "page", "now": now, "entropy": entropy, "peer": peer, "page": shown(page)});
        self.step(step, Expect::Nothing);
    }

    /// A charter of the next version.
    pub fn charter(&mut self, charter: &SignedCharter) {
        self.step(json!({"step": "charter", "charter": shown(charter)}), Expect::Nothing);
    }

    /// Another charter of the newest version.
    pub fn twin(&mut self, charter: &SignedCharter) {
        self.step(json!({"step": "twin", "charter": shown(charter)}), Expect::Nothing);
    }

    /// Its disk is a restored copy.
    pub fn restored(&mut self) {
        self.step(json!({"step": "restored"}), Expect::Nothing);
    }

    /// In the end it has retired.
    pub fn retires(&mut self, why: &'static str) {
        self.retired = Some(why);
    }

    /// In the end it holds so many pieces of evidence.
    pub fn accuses(&mut self, pieces: usize) {
        self.evidence = pieces;
    }

    /// A page of a log with so many entries in all, the last of which are these.
    pub fn page_of(&self, peer: u8, entries: &[LogEntry]) -> LogPage {
        LogPage { entries: list(entries.iter().cloned()), head: self.world.head_of(KEYSET, peer, entries) }
    }

    /// The same of a log of the later keyset.
    pub fn later_page_of(&self, peer: u8, entries: &[LogEntry]) -> LogPage {
        LogPage { entries: list(entries.iter().cloned()), head: self.world.head_of(LATER, peer, entries) }
    }

    /// The test, if the witness answers as expected.
    pub fn case(self, rule: &'static str, comment: &str) -> Result<Test, String> {
        let store = self.world.keyset(self.keyset).member(WitnessIndex(self.at)).unwrap().store();
        let input = json!({
            "charters": self.world.shown(),
            "keyset": self.keyset.0,
            "index": self.at,
            "node_seed": bytes(&node_seed_bytes(store)),
            "steps": self.steps,
        });
        let test = case("witness-script", self.slug, rule, comment, input).valid()?;
        let replies = test.expected.get("replies").and_then(Value::as_array).cloned().unwrap_or_default();
        let (retired, evidence) = (test.expected.get("retired"), test.expected.get("evidence"));
        if retired.and_then(Value::as_str) != self.retired {
            return Err(format!("{}: it retired: {retired:?}, expected: {:?}", test.id, self.retired));
        }
        if evidence.and_then(Value::as_array).map(Vec::len) != Some(self.evidence) {
            return Err(format!("{}: evidence {evidence:?}, expected so many: {}", test.id, self.evidence));
        }
        if replies.len() != self.expected.len() {
            return Err(format!("{}: {} answers to {} steps", test.id, replies.len(), self.expected.len()));
        }
        for (at, (reply, expect)) in replies.iter().zip(&self.expected).enumerate() {
            self.check(reply, expect, &replies).map_err(|why| format!("{} step {at}: {why}", test.id))?;
        }
        Ok(test)
    }

    fn check(&self, reply: &Value, expect: &Expect, all: &[Value]) -> Result<(), String> {
        if let Expect::Nothing = expect {
            return if reply.is_null() { Ok(()) } else { Err(format!("no answer is due, but: {reply}")) };
        }
        if let Expect::SameAs(step) = expect {
            return if Some(reply) == all.get(*step) { Ok(()) } else { Err("another answer than before".to_owned()) };
        }
        let Reply::V1(told) = read::<Reply>(reply)?;
        let fits = match (expect, &told) {
            (Expect::Voted(digest, size), ReplyV1::Voted(voted)) => {
                voted.vote == self.world.vote(KEYSET, self.at, digest) && self.covers(&voted.head, *size)
            }
            (Expect::Certified(digest, size), ReplyV1::Certified(certified)) => {
                // Of what moves too: the earlier committee certifies it.
                let keyset = self.world.keyset(KEYSET);
                let good = certified.certificate.clone().verify(keyset, digest).is_ok();
                good && certified.evaluation.digest == *digest && self.covers(&certified.head, *size)
            }
            (Expect::Refused(refusal), ReplyV1::Refused(found)) => encode(refusal) == encode(found),
            (Expect::Conflict(digest, certified), ReplyV1::Refused(Refusal::Conflict(conflict))) => {
                conflict.other.order().digest() == *digest && conflict.certificate.is_some() == *certified
            }
            (Expect::State(variant), ReplyV1::Order(state)) => {
                let found = match state {
                    OrderState::Voted { .. } => 0,
                    OrderState::Certified { .. } => 1,
                    OrderState::Dead { .. } => 2,
                };
                found == *variant
            }
            (Expect::Log(size, count), ReplyV1::Log(page)) => {
                page.entries.len() == *count && self.covers(&page.head, *size)
            }
            (Expect::Feed(positions, next, more), ReplyV1::Feed(page)) => {
                let found: Vec<u64> = page.entries.iter().map(|entry| entry.position).collect();
                found == *positions && page.next == *next && page.more == *more
            }
            (Expect::Statement(size), ReplyV1::Statement(statement)) => {
                let keyset = self.world.keyset(self.keyset);
                statement.index == WitnessIndex(self.at) && statement.size == *size && statement.verify(keyset).is_ok()
            }
            (Expect::Head(size), ReplyV1::NewestHead(answer)) => answer.newest.map(|head| head.size) == *size,
            (Expect::Charter(version, length), ReplyV1::Charter(chunk)) => {
                chunk.version == *version && chunk.bytes.len() == *length
            }
            (Expect::Coin(variant), ReplyV1::Probe(answer)) => {
                let found = match answer.state {
                    CoinState::Unbound => 0,
                    CoinState::Bound(_) => 1,
                    CoinState::Spent(_) => 2,
                };
                answer.index == WitnessIndex(self.at) && found == *variant
            }
            (Expect::Bucket(places, more), ReplyV1::Bucket(page)) => {
                let found: Vec<BucketPlace> = page.entries.iter().map(BucketEntry::place).collect();
                let own = page.entries.iter().all(|entry| entry.evaluation.index == WitnessIndex(self.at));
                own && found == *places && page.more == *more
            }
            (Expect::Length(bits), ReplyV1::Length(length)) => length.bits == *bits,
            _ => false,
        };
        if fits { Ok(()) } else { Err(format!("another answer than expected: {told:?}")) }
    }

    fn covers(&self, head: &Head, size: u64) -> bool {
        head.index == WitnessIndex(self.at) && head.size == size && head.verify(self.world.keyset(self.keyset)).is_ok()
    }
}

fn read<T: Decode<()> + Encode>(reply: &Value) -> Result<T, String> {
    let bytes = hex::decode(reply.as_str().unwrap_or_default()).map_err(|why| why.to_string())?;
    decode(&bytes, MAX_MESSAGE_BYTES).map_err(|why| why.to_string())
}

/// Another keyset than the witness's.
pub const OTHER_KEYSET: KeysetId = KeysetId(2);
