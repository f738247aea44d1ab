//! `witness-script`: a witness with an empty disk, what comes to it, and what it answers.

use std::collections::BTreeMap;

use ronde_protocol::{
    crypto::{Entropy, merkle},
    limits::{MAX_CHARTER_BYTES, MAX_MESSAGE_BYTES},
    machine::{
        durable::Durable,
        witness::{
            Gate, OtherClocks, PreparedPage, Step as Decision, Witness,
            buckets::BucketSizes,
            keys::NodeSeed,
            log::root_at,
            memory::{Memory, MemoryError},
            outstanding::StoreKeys,
            pages::charter_chunk,
            peers::{Followed, Started, Startup},
            record::{Retirement, View, Write},
        },
    },
    message::{
        charter::{Charter, SignedCharter},
        codec::decode,
        head::{Head, HeadAnswer},
        ids::{KeysetId, OrderDigest, StoreId, WitnessIndex},
        log::CertifiedOrder,
        refusal::Refusal,
        statement::ClosingStatement,
        wire::{LogPage, Reply, ReplyV1, Request, RequestV1, VoteRequest},
    },
};
use serde::{Deserialize, Serialize};

use super::given::{kebab, keyset, walk};
use crate::answer::{Hex, Octets, Refused};

/// Who the witness is, and what comes to it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    charters: Vec<Octets>,
    keyset: u32,
    index: u8,
    node_seed: Hex<32>,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
#[serde(tag = "step", rename_all = "kebab-case", deny_unknown_fields)]
enum Step {
    /// A node asks. `from` is its store, or nothing if it is none of the charter's.
    Request { now: u64, entropy: Hex<32>, from: Option<u32>, request: Octets },
    /// The witness starts again, with this nonce for its peers.
    Restart { nonce: Hex<32> },
    /// A peer answers the starting witness.
    Answer { answer: Octets },
    /// A head that came with a peer's vote.
    Head { head: Octets },
    /// A piece of a peer's log.
    Page { now: u64, entropy: Hex<32>, peer: u8, page: Octets },
    /// A piece of the log of a witness of an earlier keyset.
    EarlierPage { keyset: u32, peer: u8, page: Octets },
    /// A closing statement of a witness of an earlier keyset.
    EarlierStatement { statement: Octets },
    /// The next version of the charter.
    Charter { charter: Octets },
    /// Another charter of the newest version.
    Twin { charter: Octets },
    /// The disk says that it was restored from a backup.
    Restored,
}

/// What was answered, and what is left.
#[derive(Serialize)]
pub struct Played {
    replies: Vec<Option<Octets>>,
    retired: Option<String>,
    size: u64,
    root: Hex<32>,
    evidence: Vec<Hex<32>>,
}

struct Seat {
    witness: Witness,
    memory: Memory,
    gate: Gate,
    startup: Option<Startup>,
    followed: BTreeMap<WitnessIndex, Followed>,
    charter: Charter,
    before: Option<Charter>,
    versions: Vec<SignedCharter>,
}

/// Plays a script.
pub fn script(Script { charters, keyset: id, index, node_seed, steps }: Script) -> Result<Played, Refused> {
    let charter = walk(&charters)?;
    let keyset = keyset(&charter, id)?.clone();
    let derived = NodeSeed::new(node_seed.0).witness_keys(charter.federation(), keyset.id());
    let witness = Witness::new(keyset, WitnessIndex(index), derived?).map_err(|_| Refused::named("other-keys"))?;
    let before = charters.split_last().filter(|(_, rest)| !rest.is_empty()).map(|(_, rest)| walk(rest)).transpose()?;
    let versions = charters.iter().map(|bytes| bytes.read_within(MAX_CHARTER_BYTES)).collect::<Result<_, _>>()?;
    let mut seat = Seat {
        witness,
        memory: Memory::default(),
        gate: Gate::Open,
        startup: None,
        followed: BTreeMap::new(),
        charter,
        before,
        versions,
    };
    let replies = steps.into_iter().map(|step| seat.play(step)).collect::<Result<_, _>>()?;
    seat.end(replies)
}

fn damaged(_: MemoryError) -> Refused {
    Refused::named("inconsistent")
}

impl Seat {
    fn play(&mut self, step: Step) -> Result<Option<Octets>, Refused> {
        match step {
            Step::Request { now, entropy, from, request } => {
                let reply = match decode::<Request>(&request.0, MAX_MESSAGE_BYTES) {
                    Ok(Request::V1(request)) => self.serve(now, Entropy::new(entropy.0), from, request)?,
                    Err(error) => ReplyV1::Refused(error.into()),
                };
                return Ok(Some(Octets::of(&Reply::V1(reply))));
            }
            Step::Restart { nonce } => {
                self.gate = Gate::Starting;
                self.startup = Some(Startup::new(nonce.0));
                self.poll()?;
            }
            Step::Answer { answer } => {
                let answer: HeadAnswer = answer.read()?;
                if let Some(startup) = &mut self.startup {
                    startup.handle_answer(&self.witness, &answer);
                }
                self.poll()?;
            }
            Step::Head { head } => {
                let head: Head = head.read()?;
                let followed = self.followed.entry(head.index).or_default();
                if let Ok(Some(fork)) = followed.handle_head(self.witness.keyset(), head, 0) {
                    self.memory.apply(vec![Write::Evidence(fork)]);
                }
            }
            Step::Page { now, entropy, peer, page } => {
                self.read(now, Entropy::new(entropy.0), WitnessIndex(peer), page.read()?)?;
            }
            Step::EarlierPage { keyset: id, peer, page } => {
                let mut keys = StoreKeys::default();
                self.versions.iter().for_each(|version| keys.add(&version.body));
                let (earlier, page) = (keyset(&self.charter, id)?, page.read()?);
                let (memory, charter) = (&self.memory, &self.charter);
                let page = PreparedPage::of(charter, &keys, earlier, page, 0);
                let step = self.witness.decide_earlier_page(memory, charter, earlier, WitnessIndex(peer), page);
                self.memory.apply(step.map_err(damaged)?.writes);
            }
            Step::EarlierStatement { statement } => {
                let statement: ClosingStatement = statement.read()?;
                let earlier = keyset(&self.charter, statement.keyset.0)?;
                let step = self.witness.decide_earlier_statement(&self.memory, earlier, statement);
                self.memory.apply(step.map_err(damaged)?.writes);
            }
            Step::Charter { charter } => {
                let signed: SignedCharter = charter.read_within(MAX_CHARTER_BYTES)?;
                if let Ok(next) = self.charter.succeed(signed.clone()) {
                    self.versions.push(signed);
                    self.before = Some(std::mem::replace(&mut self.charter, next));
                }
            }
            Step::Twin { charter } => {
                let twin = charter.read_within(MAX_CHARTER_BYTES)?;
                if matches!(self.charter.is_forked_by(self.before.as_ref(), twin), Ok(true)) {
                    self.charter = self.charter.clone().forked();
                }
            }
            Step::Restored => self.memory.apply(vec![Write::Retire(Retirement::RestoredCopy)]),
        }
        Ok(None)
    }

    /// Whether enough peers have answered.
    fn poll(&mut self) -> Result<(), Refused> {
        let Some(startup) = &self.startup else { return Ok(()) };
        match startup.poll(&self.witness, &self.memory).map_err(damaged)? {
            Started::Waiting { .. } => return Ok(()),
            Started::Open(gate) => self.gate = gate,
            Started::RolledBack(write) => self.memory.apply(vec![write]),
        }
        self.startup = None;
        Ok(())
    }

    fn serve(&mut self, now: u64, entropy: Entropy, from: Option<u32>, request: RequestV1) -> Result<ReplyV1, Refused> {
        let own = self.witness.keyset().id();
        let asked = match &request {
            RequestV1::Vote(request) => request.signed.order.keyset,
            RequestV1::Certify(certified) => certified.order.keyset,
            RequestV1::Order(query) => query.keyset,
            RequestV1::Feed(page) | RequestV1::Log(page) => page.keyset,
            RequestV1::NewestHead(query) => query.keyset,
            RequestV1::Length(query) => query.keyset,
            RequestV1::Bucket(query) => query.keyset,
            RequestV1::Probe(probe) => probe.keyset,
            RequestV1::Move(request) => request.keyset,
            RequestV1::Statement(query) => query.keyset,
            RequestV1::Charter(query) => {
                let chunk = charter_chunk(&self.versions, query);
                return Ok(chunk.map_or(ReplyV1::Refused(Refusal::Unknown), ReplyV1::Charter));
            }
        };
        if asked != own {
            return Ok(ReplyV1::Refused(self.not_here(asked)));
        }
        let (witness, memory) = (&self.witness, &self.memory);
        Ok(match request {
            RequestV1::Vote(request) => return self.vote(now, entropy, request),
            RequestV1::Certify(certified) => return self.certify(now, entropy, certified),
            RequestV1::Move(request) => return self.take_move(now, entropy, request.certified),
            RequestV1::Statement(_) => {
                let step = witness.decide_statement(memory, now, &self.clocks(now)).map_err(damaged)?;
                return Ok(self.commit(step));
            }
            RequestV1::Order(query) => witness
                .order_state(memory, &query.digest)
                .map_err(damaged)?
                .map_or(ReplyV1::Refused(Refusal::Unknown), ReplyV1::Order),
            RequestV1::Log(page) => ReplyV1::Log(witness.log_page(memory, page.from).map_err(damaged)?),
            RequestV1::Feed(page) => match from {
                Some(store) => ReplyV1::Feed(witness.feed_page(memory, StoreId(store), page.from).map_err(damaged)?),
                None => ReplyV1::Refused(Refusal::Forbidden),
            },
            RequestV1::NewestHead(query) => {
                let newest = self.followed.get(&query.asker).and_then(Followed::highest).copied();
                ReplyV1::NewestHead(witness.answer_head_query(&query, newest))
            }
            RequestV1::Length(query) => {
                let sizes = BucketSizes::of(memory, own).map_err(damaged)?;
                witness.bucket_length(&sizes, &query, now)
            }
            RequestV1::Bucket(query) => witness.bucket_page(memory, &query, now).map_err(damaged)?,
            RequestV1::Probe(probe) => match probe.check(self.charter.federation()) {
                Ok(checked) => witness.answer_probe(memory, self.gate, &checked, now).map_err(damaged)?,
                Err(refusal) => ReplyV1::Refused(refusal),
            },
            RequestV1::Charter(_) => ReplyV1::Refused(Refusal::Unknown),
        })
    }

    fn not_here(&self, keyset: KeysetId) -> Refusal {
        if self.charter.keyset(keyset).is_some() { Refusal::Unknown } else { Refusal::CharterBehind }
    }

    fn vote(&mut self, now: u64, entropy: Entropy, request: VoteRequest) -> Result<ReplyV1, Refused> {
        self.decide(now, request.signed.order.digest(), |seat| {
            let prepared = seat.witness.prepare_vote(&seat.charter, request, entropy)?;
            Ok(seat.witness.decide_vote(&seat.memory, &seat.charter, seat.gate, prepared, now))
        })
    }

    fn certify(&mut self, now: u64, entropy: Entropy, certified: CertifiedOrder) -> Result<ReplyV1, Refused> {
        self.decide(now, certified.order.digest(), |seat| {
            let prepared = seat.witness.prepare_certificate(certified, entropy)?;
            Ok(seat.witness.decide_certificate(&seat.memory, &seat.charter, prepared, now))
        })
    }

    fn take_move(&mut self, now: u64, entropy: Entropy, certified: CertifiedOrder) -> Result<ReplyV1, Refused> {
        self.decide(now, certified.order.digest(), |seat| {
            let prepared = seat.witness.prepare_move(&seat.charter, certified, entropy)?;
            Ok(seat.witness.decide_move(&seat.memory, prepared, now))
        })
    }

    /// What was decided on an order before, or is now. What can't be prepared is refused.
    fn decide(
        &mut self,
        now: u64,
        digest: OrderDigest,
        decide: impl FnOnce(&Self) -> Result<Result<Decision<ReplyV1>, MemoryError>, Refusal>,
    ) -> Result<ReplyV1, Refused> {
        if let Some(reply) = self.witness.look_up(&self.memory, &digest, now).map_err(damaged)? {
            return Ok(reply);
        }
        match decide(self) {
            Ok(decided) => Ok(self.commit(decided.map_err(damaged)?)),
            Err(refusal) => Ok(ReplyV1::Refused(refusal)),
        }
    }

    /// In a play all clocks go alike.
    fn clocks(&self, now: u64) -> OtherClocks {
        let mut clocks = OtherClocks::default();
        self.witness.keyset().members().iter().for_each(|member| clocks.heard(member.index(), now));
        clocks
    }

    /// Memory is as durable as this play needs.
    fn commit(&mut self, decision: Decision<ReplyV1>) -> ReplyV1 {
        self.memory.apply(decision.writes);
        decision.reply.release(&Durable::after_commit())
    }

    /// Takes over what a peer certified; what can't be taken over yet is read again.
    fn read(&mut self, now: u64, entropy: Entropy, peer: WitnessIndex, page: LogPage) -> Result<(), Refused> {
        let mut followed = self.followed.get(&peer).cloned().unwrap_or_default();
        let head = page.head;
        let read = followed.handle_page(self.witness.keyset(), peer, page, 0);
        let Ok(read) = read else {
            self.followed.insert(peer, followed);
            return Ok(());
        };
        if let Some(fork) = read.fork {
            self.memory.apply(vec![Write::Evidence(fork)]);
        }
        let pieces = entropy.split(read.certified.len());
        for (certified, piece) in read.certified.into_iter().zip(pieces) {
            let moves = certified.order.keyset != self.witness.keyset().id();
            let reply = if moves { self.take_move(now, piece, certified) } else { self.certify(now, piece, certified) };
            if matches!(reply?, ReplyV1::Refused(Refusal::CharterBehind)) {
                // It is read again; the head was seen all the same, and what it proves was kept above.
                drop(self.followed.entry(peer).or_default().handle_head(self.witness.keyset(), head, 0));
                return Ok(());
            }
        }
        self.followed.insert(peer, followed);
        Ok(())
    }

    fn end(self, replies: Vec<Option<Octets>>) -> Result<Played, Refused> {
        let keyset = self.witness.keyset().id();
        let size = self.memory.log_size(keyset).map_err(damaged)?;
        let root = root_at(&self.memory, keyset, size).map_err(damaged)?.unwrap_or_else(merkle::empty_root);
        Ok(Played {
            replies,
            retired: self.memory.retired(keyset).map_err(damaged)?.map(|why| kebab(&why)),
            size,
            root: Hex(root),
            evidence: self.memory.evidence().iter().map(|evidence| Hex(evidence.id())).collect(),
        })
    }
}
