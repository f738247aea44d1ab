//! A witness that reads another's log, and one that starts: heads and pages of a real log, cut, repeated, spoiled and
//! forked.

use std::sync::LazyLock;

use ronde_protocol::{
    crypto::{Entropy, merkle},
    machine::witness::{
        Gate, Witness,
        memory::Memory,
        peers::{Followed, Started, Startup},
    },
    message::{
        charter::Keyset,
        codec::{decode, encode},
        evidence::Evidence,
        head::{Head, HeadAnswer},
        ids::WitnessIndex,
        log::{CertifiedOrder, LogEntry},
        order::SignedOrder,
        wire::LogPage,
    },
};

use crate::{
    choices::Choices,
    federation_support::{Federation, KEYSET, NOW, federation, list},
    orders_by_hand::{request, swap},
};

/// Longer sequences say nothing new and take long.
const MAX_STEPS: usize = 32;
/// Whose log is read.
const PEER: WitnessIndex = WitnessIndex(1);
/// Who starts.
const OWN: WitnessIndex = WitnessIndex(0);
const QUORUM: usize = 3;

static WORLD: LazyLock<World> = LazyLock::new(World::new);

struct World {
    federation: Federation,
    witness: Witness,
    /// The starting witness's state after each entry of its log.
    memories: Vec<Memory>,
    /// The peer's log: votes and certificates by turns.
    entries: Vec<LogEntry>,
    /// By size, the heads of that log, and others that the peer signed as well.
    heads: Vec<Head>,
    forked: Vec<Head>,
    /// Heads of the starting witness, by size; its log on disk is the same one, cut.
    own: Vec<Head>,
}

impl World {
    fn new() -> Self {
        let federation = federation(4);
        let keyset = federation.charter.keyset(KEYSET).expect("known");
        let keys = federation.witness(KEYSET, OWN);
        let witness = Witness::new(keyset.clone(), OWN, keys).expect("the charter's keys");
        let mut memories = vec![Memory::default()];
        for number in 0..6 {
            let signed = swap(&federation, &[(number * 2 + 1, 2)], &[(number * 2 + 2, 2)]);
            vote_and_certify(&federation, &witness, &mut memories, &signed);
        }
        let entries = memories.last().expect("there is one").log().to_vec();
        let leaves: Vec<[u8; 32]> = entries.iter().map(LogEntry::leaf).collect();
        let head = |index: WitnessIndex, size: usize, root| {
            Head::sign(&federation.witness(KEYSET, index).vote, keyset, index, size as u64, root)
        };
        let all = |index| (0..=leaves.len()).map(|size| head(index, size, merkle::root_of(&leaves[..size]))).collect();
        let forked = (0..=leaves.len()).map(|size| head(PEER, size, [7; 32])).collect();
        let (heads, own) = (all(PEER), all(OWN));
        Self { witness, memories, entries, heads, forked, own, federation }
    }

    fn keyset(&self) -> &Keyset {
        self.federation.charter.keyset(KEYSET).expect("known")
    }
}

/// One order more in the witness's log: its vote, then its certificate.
fn vote_and_certify(federation: &Federation, witness: &Witness, memories: &mut Vec<Memory>, signed: &SignedOrder) {
    let charter = &federation.charter;
    let mut memory = memories.last().expect("there is one").clone();
    let ready = witness.prepare_vote(charter, request(federation, 1, signed, &[]), Entropy::new([1; 32]));
    let ready = ready.expect("a good order");
    let step = witness.decide_vote(&memory, charter, Gate::Open, ready, NOW).expect("memory is whole");
    memory.apply(step.writes);
    memories.push(memory.clone());
    let certificate = federation.certify(&signed.order);
    let certified = CertifiedOrder { order: signed.order.clone(), certificate };
    let ready = witness.prepare_certificate(certified, Entropy::new([2; 32])).expect("a good certificate");
    let step = witness.decide_certificate(&memory, charter, ready, NOW).expect("memory is whole");
    memory.apply(step.writes);
    memories.push(memory);
}

/// The first byte says whether a log is read or a witness starts.
///
/// # Panics
/// If an honest peer is accused, a false page taken over, or a start ends too early or wrongly.
pub fn peer_sequence(data: &[u8]) {
    let mut choices = Choices::new(data);
    match choices.byte() % 2 {
        0 => Reader::default().read(&mut choices),
        _ => start(&mut choices),
    }
}

#[derive(Default)]
struct Reader {
    followed: Followed,
    /// Whether the peer has signed anything but its log.
    lied: bool,
    /// Leaves that were read, from position 0.
    read: Vec<[u8; 32]>,
}

impl Reader {
    fn read(&mut self, choices: &mut Choices<'_>) {
        for _ in 0..MAX_STEPS {
            if choices.is_over() {
                return;
            }
            let head = self.head(choices);
            if choices.byte() % 3 == 0 {
                // Heads are kept by whose they are; that another's is refused is tried with pages.
                if head.index == PEER {
                    let fork = self.followed.handle_head(WORLD.keyset(), head, 0);
                    self.accuse(fork.ok().flatten());
                }
            } else {
                self.page(choices, head);
            }
            let again: Followed = decode(&encode(&self.followed), 1 << 20).expect("what was written can be read");
            assert!(encode(&again) == encode(&self.followed));
            self.followed = again;
            assert!(self.followed.position() == self.read.len() as u64, "a position that was not read to");
        }
    }

    fn head(&mut self, choices: &mut Choices<'_>) -> Head {
        let size = choices.below(WORLD.heads.len());
        match choices.below(8) {
            0 => {
                self.lied = true;
                WORLD.forked[size]
            }
            1 => WORLD.own[size],
            2 => {
                let mut head = WORLD.heads[size];
                head.size += 1 + u64::from(choices.byte());
                head
            }
            _ => WORLD.heads[size],
        }
    }

    fn page(&mut self, choices: &mut Choices<'_>, head: Head) {
        let position = self.read.len();
        // Mostly from where it was asked; sometimes from elsewhere, or with a gap.
        let from = if choices.byte() % 8 == 0 { choices.below(WORLD.entries.len()) } else { position };
        let count = choices.below(6);
        let mut entries: Vec<LogEntry> = WORLD.entries.iter().skip(from).take(count).cloned().collect();
        if choices.byte() % 8 == 0
            && let Some(LogEntry::Certified(certified)) = entries.last_mut()
        {
            certified.order.time ^= 1;
        }
        let page = LogPage { entries: list(entries.clone()), head };
        let leaves: Vec<[u8; 32]> = entries.iter().map(LogEntry::leaf).collect();
        let next = [self.read.clone(), leaves].concat();
        match self.followed.handle_page(WORLD.keyset(), PEER, page, 0) {
            Ok(page) => {
                assert!(head.verify(WORLD.keyset()).is_ok() && head.index == PEER, "a head that the peer did not sign");
                let convicted = page.fork.is_some();
                self.accuse(page.fork);
                if page.more || page.whole {
                    let size = next.len() as u64;
                    assert!(
                        size <= head.size && page.whole == (size == head.size),
                        "a page that does not fit its head"
                    );
                    assert!(!page.whole || merkle::root_of(&next) == head.root, "entries that lead elsewhere");
                    let offered = entries.iter().filter(|entry| matches!(entry, LogEntry::Certified(_))).count();
                    assert!(page.certified.len() == offered, "votes bind nobody else");
                    // To its end and on: from the beginning, for heads that came late.
                    self.read = if page.whole && page.more { Vec::new() } else { next };
                } else {
                    assert!(convicted && page.certified.is_empty(), "a page that is refused was taken over");
                    self.refused();
                }
            }
            Err(_) => self.refused(),
        }
    }

    /// Either nothing was read, or all is read again.
    fn refused(&mut self) {
        if self.followed.position() == 0 {
            self.read.clear();
        }
    }

    fn accuse(&self, fork: Option<Box<Evidence>>) {
        let Some(evidence) = fork else { return };
        let found = evidence.verify(&WORLD.federation.charter).expect("evidence that proves something");
        assert!(self.lied && found.culprit == PEER, "an honest witness is accused");
    }
}

/// A witness with an older log than its peers may know of.
fn start(choices: &mut Choices<'_>) {
    let held = choices.below(WORLD.memories.len());
    let memory = &WORLD.memories[held];
    let nonce = [choices.byte(); 32];
    let mut startup = Startup::new(nonce);
    let (mut answered, mut newest) = ([false; 4], 0);
    for _ in 0..MAX_STEPS {
        if choices.is_over() {
            return;
        }
        let index = WitnessIndex(u8::try_from(choices.below(4)).expect("small"));
        let size = choices.below(WORLD.own.len());
        let odd = choices.below(8);
        let mut head = (choices.byte() % 4 != 0).then(|| WORLD.own[size]);
        if odd == 1 {
            head = Some(WORLD.heads[size]);
        }
        let asked = if odd == 2 { [0x55; 32] } else { nonce };
        let key = WORLD.federation.witness(KEYSET, index).vote;
        let mut answer = HeadAnswer::sign(&key, WORLD.keyset(), index, OWN, &asked, head);
        if odd == 3 {
            answer.newest = Some(WORLD.own[size]).filter(|own| head != Some(*own));
        }
        let good = answer.newest == head && asked == nonce && odd != 1 && index != OWN;
        startup.handle_answer(&WORLD.witness, &answer);
        if good {
            answered[usize::from(index.0)] = true;
            newest = newest.max(head.map_or(0, |_| size));
        }
        let heard = answered.iter().filter(|known| **known).count();
        match startup.poll(&WORLD.witness, memory).expect("memory is whole") {
            Started::Waiting { missing } => {
                assert!(heard + missing == QUORUM - 1, "{heard} answers, {missing} missing")
            }
            Started::Open(_) => assert!(heard >= QUORUM - 1 && newest <= held, "votes after a rollback"),
            Started::RolledBack(_) => assert!(heard >= QUORUM - 1 && newest > held, "retired without proof"),
        }
    }
}
